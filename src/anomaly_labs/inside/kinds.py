"""Python's other containers and numbers: how each crosses, and how it is made again.

A check is given the same kind as in a notebook: what can be looped over once only stays so. What
is made here may come from a hostile kernel, so each form is looked at before anything is made.
"""

from array import array
from collections import Counter, deque
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from itertools import chain, islice
from types import GeneratorType
from typing import Any, NamedTuple

MAX_ITEMS = 1_000_000
MAX_DIGITS = 300  # of a decimal; arithmetic with many more would not end


class Kind(NamedTuple):
    """A type, the form in which it crosses, how that is taken out, and how it is made of it."""

    of: Any
    form: Any
    parts: Callable[[Any], Any]
    make: Callable[[Any], Any]


def _items(value: Iterable[Any]) -> list[Any]:
    """Return what is in it; one that never ends is cut."""
    return list(islice(value, MAX_ITEMS))


def _keep(_: Any) -> bool:
    return True


def _itself(value: Any) -> Any:
    return value


def _zipped(rows: list[Any]) -> Any:
    if {type(row) for row in rows} - {tuple}:
        raise ValueError("no rows")
    return zip(*zip(*rows, strict=True), strict=True)


def _counted(pairs: list[tuple[int, Any]]) -> Any:
    return enumerate([item for _, item in pairs], pairs[0][0] if pairs else 0)


def _decimal(text: str) -> Decimal:
    value = Decimal(text[: MAX_DIGITS + 20])
    if value.is_finite() and (len(text) > MAX_DIGITS + 9 or abs(value.adjusted()) > MAX_DIGITS):
        raise ValueError("a decimal of too many digits")
    return value


def _fraction(parts: tuple[int, int]) -> Fraction:
    if [type(part) for part in parts] != [int, int]:  # a text might hold a giant exponent
        raise ValueError("no fraction")
    return Fraction(*parts)


KINDS = {
    "map": Kind(map, list, _items, lambda items: map(_itself, items)),
    "filter": Kind(filter, list, _items, lambda items: filter(_keep, items)),
    "generator": Kind(GeneratorType, list, _items, lambda items: (item for item in items)),
    "zip": Kind(zip, list, _items, _zipped),
    "enumerate": Kind(enumerate, list, _items, _counted),
    "chain": Kind(chain, list, _items, chain),
    "islice": Kind(islice, list, _items, lambda items: islice(items, len(items))),
    "reversed": Kind(type(reversed([])), list, _items, lambda items: reversed([*reversed(items)])),
    "iterator": Kind(type(iter([])), list, _items, iter),
    "keys": Kind(type({}.keys()), dict, dict.fromkeys, dict.keys),
    "values": Kind(type({}.values()), list, _items, lambda items: dict(enumerate(items)).values()),
    "items": Kind(type({}.items()), dict, dict, dict.items),
    "Counter": Kind(Counter, dict, dict, Counter),
    "deque": Kind(deque, list, _items, deque),
    "array": Kind(array, tuple, lambda a: (a.typecode, a.tolist()), lambda parts: array(*parts)),
    "Decimal": Kind(Decimal, str, str, _decimal),
    "Fraction": Kind(Fraction, tuple, Fraction.as_integer_ratio, _fraction),
    "bytes": Kind(bytes, str, lambda b: b.decode("latin-1"), lambda text: text.encode("latin-1")),
    "complex": Kind(complex, tuple, lambda z: (z.real, z.imag), lambda parts: complex(*parts)),
}
NAMES = {kind.of: name for name, kind in KINDS.items()}
