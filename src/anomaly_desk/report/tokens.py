"""What of an answer is compared: its tokens, without layout, comments and invented names."""

import ast
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass

INVENTED = "V"  # stands for every name that a learner gave to something
NUMBER = "0"  # stands for every number
MAX_TEXT = 20_000  # characters of one answer that are compared

# A string without end goes on to the end of its line, or of the text. No quantifier gives back what
# it took, so that finding all tokens takes time in proportion to the text, whatever stands in it.
_TOKEN = re.compile(
    r"(?P<string>(?i:\b[rbfu]{1,2})?(?:"
    r'"""(?:[^\\"]|\\.|"(?!""))*+(?:""")?|"(?:[^"\\\n]|\\.)*+"?'
    r"|'''(?:[^\\']|\\.|'(?!''))*+(?:''')?|'(?:[^'\\\n]|\\.)*+'?))"
    r"|(?P<comment>\#[^\n]*)|(?P<number>\d[\w.]*|\.\d[\w.]*)|(?P<name>[^\W\d]\w*)"
    r"|(?P<sign>\*\*=?|//=?|>>=?|<<=?|[-+*/%@&|^=!<>:]=|->|[^\s\w])",
    re.DOTALL,
)
_WORD = re.compile(r"\w+")
_MAGIC = re.compile(r"(?m)^([ \t]*)[%!?].*$")  # lines that IPython reads, not Python
_GIVEN = re.compile(r"\b(?:def|class|as|for|lambda)\s+(\w+)|\b(\w+)\s*=(?!=)")
_DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler)
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


@dataclass(frozen=True)
class Names:
    """The names that one learner gave: to things, to arguments, to parts of objects."""

    things: frozenset[str]
    arguments: frozenset[str]
    parts: frozenset[str]


def words(text: str) -> tuple[str, ...]:
    """Return the words of a written answer, in small letters.

    Examples
    --------
    >>> words("A missed attack costs more!")
    ('a', 'missed', 'attack', 'costs', 'more')
    """
    return tuple(_WORD.findall(text[:MAX_TEXT].casefold()))


def names(texts: Iterable[str]) -> Names:
    """Return the names that the author of all these cells gave.

    Examples
    --------
    >>> sorted(names(["total = sum(rows)", "def flag(x): return x > total"]).things)
    ['flag', 'total', 'x']
    """
    things: set[str] = set()
    arguments: set[str] = set()
    parts: set[str] = set()
    for text in texts:
        tree = _tree(text)
        if tree is None:
            things |= {it[1] or it[2] for it in _GIVEN.finditer(text[:MAX_TEXT])}
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.arg):
                arguments.add(node.arg)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                things.add(node.id)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                parts.add(node.attr)
            elif isinstance(node, ast.alias) and node.asname:
                things.add(node.asname)
            elif isinstance(node, _DEFINES) and node.name:
                things.add(node.name)
                inner = node.body if isinstance(node, ast.ClassDef) else []
                parts |= {one.name for one in inner if isinstance(one, ast.FunctionDef)}
    return Names(*map(frozenset, (things | arguments, arguments, parts)))


def tokens(text: str, given: Names) -> tuple[str, ...]:
    """Return the tokens of Python code, with one name in place of all that its author gave.

    Names of libraries, of the notebook and of Python stay, and so do texts. All numbers are one:
    copies with other settings are copies. Of code that Python cannot read, the tokens are taken
    as they stand.

    Examples
    --------
    >>> code = "total = sum(rows) / 7 # all"
    >>> tokens(code, names([code]))
    ('V', '=', 'sum', '(', 'rows', ')', '/', '0')
    """
    return _plain(normalised(text, given), frozenset())


def lines(text: str, given: Names) -> list[tuple[str, tuple[str, ...]]]:
    """Return each line of code beside its tokens, to show which lines two answers share."""
    return [(line, _plain(line, given.things)) for line in text.splitlines()]


def normalised(text: str, given: Names) -> str:
    r"""Return code in one layout, without comments and docstrings, its own names as `INVENTED`.

    Examples
    --------
    >>> code = "def f(a):  # mine\n  return a+np.pi"
    >>> print(normalised(code, names([code])))
    def V(V):
        return V + np.pi
    """
    tree = _tree(text)
    if tree is not None:
        try:
            return ast.unparse(_OneName(given).visit(tree))
        except _UNREADABLE:
            pass
    return _TOKEN.sub(lambda it: INVENTED if it[0] in given.things else it[0], text[:MAX_TEXT])


def _plain(text: str, invented: frozenset[str]) -> tuple[str, ...]:
    def token(it: re.Match[str]) -> str:
        if it["number"]:
            return NUMBER
        return INVENTED if it[0] in invented else it[0]

    return tuple(token(it) for it in _TOKEN.finditer(text) if not it["comment"])


def _tree(text: str) -> ast.Module | None:
    """Return the code's syntax tree, lines for IPython left out; None where it has none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's own, on odd escapes in a learner's text
            return ast.parse(_MAGIC.sub(r"\1pass", text[:MAX_TEXT]))
    except _UNREADABLE:
        return None


class _OneName(ast.NodeTransformer):
    """Puts `INVENTED` in place of given names, and leaves out what only describes the code."""

    def __init__(self, given: Names) -> None:
        self._given = given

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if isinstance(node, _DEFINES) and node.name in self._given.things:
            node.name = INVENTED
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [one for one in body if not _is_note(one)] or [ast.Pass()]  # type: ignore[attr-defined]
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in self._given.things:
            node.id = INVENTED
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg, node.annotation = INVENTED, None
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        self.generic_visit(node)
        if node.arg in self._given.arguments:
            node.arg = INVENTED
        return node

    def visit_alias(self, node: ast.alias) -> ast.AST:
        if node.asname:
            node.asname = INVENTED
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if node.attr in self._given.parts:
            node.attr = INVENTED
        return node


def _is_note(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
