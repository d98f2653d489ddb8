"""What a check sees of the learner: plain data, and functions that run in the learner's kernel."""

import builtins
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from anomaly_labs import checks
from anomaly_labs.inside.codec import MalformedError, Reference, UnsendableError, pack
from anomaly_labs.inside.decoder import unpack

EXPECTED = "plain numbers, texts, lists, arrays or tables are expected"
# A check may catch these as in a plain notebook: "your function should raise ValueError".
CATCHABLE = (
    ArithmeticError, AttributeError, IndexError, KeyError, LookupError, NotImplementedError,
    OverflowError, RuntimeError, TypeError, ValueError, ZeroDivisionError,
)  # fmt: skip


class AnswerError(checks.CheckFailed):
    """What goes wrong inside a learner's code, or with what it returns, in one sentence."""


class Remote:
    """An object that stays in the learner's kernel; all that a check can do is pass it back.

    Whatever else is asked of it (its class, its length, whether it is equal) raises a sentence for
    the learner: the kernel's object might answer as it likes.
    """

    __slots__ = ("_reference", "_what")

    def __init__(self, reference: Reference, what: str) -> None:
        object.__setattr__(self, "_reference", reference)
        object.__setattr__(self, "_what", what)

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        reference, what = _identity(self)
        raise AnswerError(f"{what} is an object of type {clean(reference.type_name)}; {EXPECTED}")

    __class__ = property(_refuse)  # isinstance asks for it
    __hash__ = None  # type: ignore[assignment]
    __getattr__ = __setattr__ = __delattr__ = __dir__ = _refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __bool__ = __len__ = __iter__ = __next__ = __contains__ = __reversed__ = _refuse
    __getitem__ = __setitem__ = __delitem__ = __enter__ = __exit__ = _refuse
    __int__ = __float__ = __complex__ = __index__ = __round__ = _refuse
    __neg__ = __pos__ = __abs__ = __invert__ = __array__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _refuse
    __pow__ = __rpow__ = __matmul__ = __rmatmul__ = __and__ = __rand__ = _refuse
    __or__ = __ror__ = __xor__ = __rxor__ = _refuse
    __str__ = __format__ = __reduce__ = __reduce_ex__ = __copy__ = __deepcopy__ = _refuse

    def __repr__(self) -> str:
        reference, what = _identity(self)
        return f"<{what}, an object of type {clean(reference.type_name)}>"


class RemoteFunction(Remote):
    """A function of the learner: called here, run there."""

    __slots__ = ("_dialogue",)

    def __init__(self, reference: Reference, what: str, dialogue: "Dialogue") -> None:
        super().__init__(reference, what)
        object.__setattr__(self, "_dialogue", dialogue)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function in the learner's kernel; see `Dialogue.call`."""
        dialogue = object.__getattribute__(self, "_dialogue")
        return dialogue.call(*_identity(self), args, kwargs)


def _identity(remote: Remote) -> tuple[Reference, str]:
    """Return reference and name of a remote object, past its refusals."""
    look = object.__getattribute__
    return look(remote, "_reference"), look(remote, "_what")


class Dialogue:
    """Questions to the agent in the learner's kernel, and its answers as plain data.

    Parameters
    ----------
    ask
        Sends a question to `agent.answer` and returns its answer, both base64; raises
        `AnswerError` where none comes. Where a check watches an argument it is called with
        ``afresh=True``: a copy of the agent should answer that no learner's code has touched.
    """

    def __init__(self, ask: Callable[..., str]) -> None:
        self._ask = ask

    def fetch(self, name: str) -> Any:
        """Return the learner's object of that name: plain data, or a `Remote`.

        Raises
        ------
        AnswerError
            If there is no such name, or no answer comes.
        """
        return self._question(f"`{name}`", ("fetch", name))

    def call(
        self, function: Reference, what: str, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Return what the learner's function returns.

        Raises
        ------
        AnswerError
            If it raises, returns nothing usable, or does not return in time.
        NotAnswered
            If the exercise is untouched.
        """
        watched = [i for i, arg in enumerate(args) if checks.is_watched(arg)]
        question = ("call", Remote(function, what), args, kwargs, watched)
        given = [args[i] for i in watched]
        return self._question(f"what {what} returned", question, given)

    def _question(self, what: str, question: tuple[Any, ...], given: Sequence[Any] = ()) -> Any:
        sent = b64encode(pack(question, refer=_refer)).decode()
        answer = self._ask(sent, afresh=True) if given else self._ask(sent)
        try:
            reply = unpack(b64decode(answer, validate=True), lambda r: self._resolve(r, what))
            status, value, detail = reply
            if type(status) is not str or (status != "value" and type(detail) is not str):
                raise MalformedError("no answer")
        except (MalformedError, TypeError, ValueError):
            raise AnswerError(f"{what} is nothing that can be read; {EXPECTED}") from None
        if status == "value":
            left = detail if type(detail) is list else []
            for number, arg in enumerate(given):
                if number >= len(left) or not _is_as_sent(arg, left[number]):
                    checks.note_change(arg)
            return value
        raise _failure(what, status, value, detail)

    def _resolve(self, reference: Reference, what: str) -> Remote:
        if reference.is_callable:
            return RemoteFunction(reference, what, self)
        return Remote(reference, what)


def _is_as_sent(sent: Any, left: Any) -> bool:
    """Return whether what a kernel handed back is what it was sent.

    It was packed and read on its way there and on its way back, which drops what is not plain.
    """
    there = unpack(pack(sent, _refer), lambda reference: reference)
    back = unpack(pack(there, _refer), lambda reference: reference)
    try:
        if pack(left, _refer) == pack(back, _refer):
            return True
        # sets have another order in each process
        return isinstance(back, dict | list | set | frozenset | tuple) and bool(left == back)
    except (AnswerError, TypeError, ValueError):
        return False


def _refer(value: Any, why: str) -> Reference:
    if type(value) in (Remote, RemoteFunction):
        return _identity(value)[0]
    raise UnsendableError(
        f"a check can send plain data to a learner's function, not {value!r} ({why})"
    )


def _failure(what: str, status: str, name: Any, message: str) -> checks.CheckFailed:
    """Return the exception that tells why no value came."""
    if status == "unanswered":
        return checks.NotAnswered(clean(message))
    if status == "missing":
        return AnswerError(
            f"{what} is not defined: keep the name that the exercise gives, and "
            "see whether its cell shows an error"
        )
    if not name or type(name) is not str:
        return AnswerError(f"{what} is {clean(message)}")
    caught = getattr(builtins, name, None)
    kind: Any = AnswerError
    if caught in CATCHABLE:
        kind = type(name, (AnswerError, caught), {"__str__": BaseException.__str__})
    subject = what.removeprefix("what ").removesuffix(" returned")
    error: AnswerError = kind(f"{subject} raised {clean(name, 80)}: {clean(message)}".rstrip(": "))
    return error


def clean(text: str, limit: int = 300) -> str:
    r"""Return a learner-made text on one line, cut, without control or broken characters.

    Examples
    --------
    >>> clean("two\nlines \x1b[31mred")
    'two lines [31mred'
    """
    line = " ".join(text[: 4 * limit].split())
    kept = "".join(c for c in line if unicodedata.category(c)[0] != "C")
    return kept if len(kept) <= limit else f"{kept[: limit - 1]}…"
