"""What probably lies behind an error of Python or of a library, in half a sentence."""

import re
from typing import Final

_NONE: Final = (
    "something is None there; a function without `return` gives None, and so does a name that was "
    "never given a value"
)
_LIST: Final = "a list came where an array is needed; `np.asarray(...)` makes an array of a list"
_SHAPES: Final = "the shapes of two arrays do not fit; print the `.shape` of both"
_COLUMNS: Final = (
    "the network was built for rows with another number of columns than it is given here"
)
_ARGUMENTS: Final = "keep the arguments that the exercise gives the function, in that order"
_CALLED: Final = "square brackets take a part of a value; round brackets call a function"
_UNEVEN: Final = "rows of different lengths, or a list where one number is expected"
_ONE: Final = "one number is expected there, and several came"
_MATRIX: Final = "XGBoost's own functions take a DMatrix: `xgb.DMatrix(X)` makes one of a table"
_CLASSES: Final = (
    'with "multi:softprob", XGBoost must be told the number of classes, `num_class`, and the '
    "classes are numbered from 0"
)
_TRUTH: Final = (
    "`if`, `and`, `or` and `not` want one answer and an array has many; write `np.where`, `&`, "
    "`|`, or take `.any()` or `.all()`"
)

# The first pattern that is found in "Kind: message" counts.
_CAUSES: Final = (
    (r"'History' object", "`fit` returns the history of the training; return the model instead"),
    (r"NoneType", _NONE),
    (r"unsupported operand type\(s\) for \+: 'dict' and 'dict'", "`a | b` joins two dictionaries"),
    (r"'dict_(?:values|keys|items)'", "`.keys()`, `.values()` and `.items()` give no array; "
     "`list(...)` makes a list of it, `sum(...)` adds numbers up"),
    (r"AttributeError: '(?:list|tuple)' object|can only concatenate (?:list|tuple)", _LIST),
    (r"multiply sequence by non-int|unsupported operand type\(s\) for .*'(?:list|tuple)'", _LIST),
    (r"'[<>]=?' not supported between instances of '(?:list|tuple)'", _LIST),
    (r"'[<>]=?' not supported between instances of '\w+' and '(?:list|tuple)'", _LIST),
    (r"(?:list|tuple) indices must be integers|only integer scalar arrays can be conv", _LIST),
    (r"bad operand type for .*'(?:list|tuple)'|Unrecognized data type: x=\[", _LIST),
    (r"'numpy.ndarray' object has no attribute '(?:iloc|loc|columns|index|to_numpy|items|median)'",
     "an array came where a table of pandas is needed; NumPy has functions of its own, such as "
     "`np.median(array, axis=0)`"),
    (r"'numpy.ndarray' object has no attribute", "an array of NumPy has no such method; many are "
     "functions, such as `np.median(array, axis=0)`"),
    (r"'(?:DataFrame|Series)' object has no attribute", "a table of pandas has no such method or "
     "column; print its `.columns`"),
    (r"Expecting data to be a DMatrix|has no attribute '(?:num_row|num_col)'", _MATRIX),
    (r"(?:train|DMatrix).*(?:expected|got).*DMatrix|invalid train type|evals must be", _MATRIX),
    (r"num_class|label must be in \[0", _CLASSES),
    (r"expected axis -?\d+ of input shape|is incompatible with the layer", _COLUMNS),
    (r"cannot reshape array of size", "that many values do not fill whole rows; cut the rest off "
     "first"),
    (r"could not be broadcast|not aligned|in its core dimension|Dimensions must be equal", _SHAPES),
    (r"Incompatible shapes|must have the same rank|inner dimensions|Matrix size-incompat", _SHAPES),
    (r"must match exactly|must be the same shape|inconsistent numbers of samples", _SHAPES),
    (r"all the input array dim|same number of dimensions|same length|Singular matrix", _SHAPES),
    (r"boolean index did not match|Item wrong length", "a row of True and False must be as long as "
     "what it chooses from"),
    (r"inhomogeneous|setting an array element with a sequence|[Rr]agged", _UNEVEN),
    (r"truth value of an? |is ambiguous", _TRUTH),
    (r"could not convert string to float|invalid literal for", "a text came where a number is "
     "needed"),
    (r"only (?:length-1|0-dimensional|size-1) arrays|must be real number, not", _ONE),
    (r"must be .*(?:positional|keyword)|positional argument|unexpected keyword", _ARGUMENTS),
    (r"'(?:function|method|builtin_function_or_method)' object is not subscriptable", _CALLED),
    (r"'(?:[\w.]*ndarray|DataFrame|Series|list|dict|\w*Tensor)' object is not callable", _CALLED),
    (r"object is not (?:iterable|subscriptable)|has no len\(\)|len\(\) of unsized", "one number or "
     "object came where several are needed"),
    (r"cannot unpack|values to unpack", "another number of values came than there are names for"),
    (r"too many indices", "the array has fewer axes than there are numbers in the brackets"),
    (r"IndexError", "rows are counted from 0, so the last of n is n - 1; an empty one has none"),
    (r"KeyError", "there is no column, key or label of that name"),
    (r"axis \S+ is out of bounds", "`axis=0` goes down the rows, `axis=1` along a row; a list of "
     "numbers has axis 0 only"),
    (r"UnboundLocalError|NameError", "nothing has that name there: look for a slip in writing, and "
     "whether the cell that makes it has run"),
    (r"ZeroDivisionError", "think of the case in which nothing was counted"),
    (r"RecursionError", "the function calls itself without an end"),
    (r"ModuleNotFoundError|ImportError", "the module is not installed, or is written differently"),
)  # fmt: skip


def cause(kind: str, message: str) -> str:
    """Return what an error probably comes from, or an empty text.

    Parameters
    ----------
    kind
        The name of the error's class.
    message
        What it says.

    Examples
    --------
    >>> cause("ZeroDivisionError", "division by zero")
    'think of the case in which nothing was counted'
    """
    told = f"{kind}: {message}"
    return next((said for pattern, said in _CAUSES if re.search(pattern, told)), "")


def gist(message: str, limit: int = 200) -> str:
    r"""Return of a long message the line that says something, without what libraries put round it.

    Keras repeats its arguments, TensorFlow and XGBoost name files and operations of their own.

    Parameters
    ----------
    message
        What an error says.
    limit
        Characters; what is longer is cut.

    Examples
    --------
    >>> gist("Exception encountered when calling Dense.call().\n\n\x1b[1mwrong\x1b[0m\n\nArgum...")
    'wrong'
    >>> gist("[12:00:01] /src/multi.cu:39: value 0 for num_class\nStack trace:\n  [bt] (0)")
    'value 0 for num_class'
    """
    text = re.sub(r"\x1b\[[0-9;]*m", "", message)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = next((line for line in lines if not line.startswith("Exception encountered")), "")
    told = re.sub(r"^\[[\d:]+\] \S+:\d+: |\{\{.*?\}\} ?| ?\[Op:.*", "", told)
    return told if len(told) <= limit else f"{told[: limit - 1]}…"
