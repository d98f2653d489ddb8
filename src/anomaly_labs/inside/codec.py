"""Plain data as bytes: the only thing that crosses between the grader and a learner's kernel.

A message is a small JSON tree, followed by the bytes of its arrays in order. Nothing is ever
pickled. `decoder` reads it.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from anomaly_labs.inside.kinds import KINDS, NAMES

MAX_DEPTH = 20
INT_BITS = 1024

DTYPE = re.compile(
    r"[<>|](?:b1|[iu][1248]|f(?:2|4|8|16)|c(?:8|16|32)|U\d{1,5}|S\d{1,5}|[Mm]8\[\d{0,4}(?:[YMWDhms]|[mun]s)\])"
)
MASKED = re.compile(r"U?Int(?:8|16|32|64)|Float(?:32|64)|boolean")
ARROW = re.compile(r"u?int(?:8|16|32|64)|float|double|bool|string|large_string")


class MalformedError(ValueError):
    """Bytes that are no plain data, or too much of it."""


class UnsendableError(TypeError):
    """A value that has no plain form."""


@dataclass(frozen=True)
class Reference:
    """Stands for an object that stays in the kernel."""

    number: int
    type_name: str
    is_callable: bool


def pack(value: Any, refer: Callable[[Any, str], Any]) -> bytes:
    """Return `value` as bytes.

    Parameters
    ----------
    value
        What to send.
    refer
        Called with what has no plain form, and why not; returns a `Reference`, or plain data in
        its place.

    Raises
    ------
    UnsendableError
        If `refer` raises it.

    Examples
    --------
    >>> pack(("a", 2.5), refer=print)[8:]
    b'["tuple",["a",2.5]]'
    """
    packer = _Packer(refer)
    text = json.dumps(packer.node(value, 0), separators=(",", ":")).encode()
    return b"".join([len(text).to_bytes(8, "little"), text, *packer.buffers])


class _Packer:
    """Turns values into nodes of a JSON tree; the bytes of arrays are collected aside.

    The parts of a node are packed in the order in which `decoder.unpack` reads them: bytes carry
    no addresses.
    """

    def __init__(self, refer: Callable[[Any, str], Any]) -> None:
        self.refer = refer
        self.buffers: list[bytes] = []

    def node(self, value: Any, depth: int) -> Any:
        """Return the node of any value; of one without a plain form, the node of its reference."""
        kept = len(self.buffers)
        try:
            return self.plain(value, depth)
        except UnsendableError as error:
            del self.buffers[kept:]
            instead = self.refer(value, str(error))
        if type(instead) is Reference:
            return ["ref", instead.number, instead.type_name, instead.is_callable]
        return self.plain(instead, depth)

    def plain(self, value: Any, depth: int) -> Any:
        # type(value), never isinstance: an object may lie about its __class__
        kind = type(value)
        if value is None or kind in (bool, str, float):
            return value
        if depth > MAX_DEPTH:
            raise UnsendableError(f"{kind.__name__} nested more than {MAX_DEPTH} deep")
        for package in ("numpy", "pandas", "pyarrow"):  # not imported here: no array without it
            if package in sys.modules:
                node = getattr(self, f"_{package}")(sys.modules[package], value, kind, depth)
                if node is not None:
                    return node
        return self._python(value, kind, depth)

    def _python(self, value: Any, kind: type, depth: int) -> Any:
        if issubclass(kind, str | float):
            return (str.__str__ if issubclass(kind, str) else float.__float__)(value)
        if issubclass(kind, int):
            number = int.__int__(value)
            if number.bit_length() > INT_BITS:
                raise UnsendableError(f"a number of {number.bit_length()} bits")
            return number
        if kind in NAMES:
            return ["kind", NAMES[kind], self.node(KINDS[NAMES[kind]].parts(value), depth + 1)]
        if kind is range:
            return ["range", value.start, value.stop, value.step]
        if issubclass(kind, dict):
            items = dict.items(value)
            return ["dict", [[self.plain(k, depth + 1), self.node(v, depth + 1)] for k, v in items]]
        for base in (list, tuple):
            if issubclass(kind, base):
                return [base.__name__, [self.node(v, depth + 1) for v in base.__iter__(value)]]
        for unordered in (set, frozenset):
            if issubclass(kind, unordered):
                parts = [self.plain(v, depth + 1) for v in unordered.__iter__(value)]
                return [unordered.__name__, parts]
        raise UnsendableError(kind.__name__)

    def _numpy(self, np: Any, value: Any, kind: type, depth: int) -> Any:
        if issubclass(kind, np.generic):
            return ["scalar", self._array(np, np.asarray(value), depth)]
        if issubclass(kind, np.ndarray):
            return self._array(np, np.asarray(value), depth)
        return None

    def _array(self, np: Any, array: Any, depth: int) -> list[Any]:
        if array.dtype.kind == "O":
            parts = [self.plain(v, depth + 1) for v in array.ravel().tolist()]
            return ["objects", list(array.shape), parts]
        if not DTYPE.fullmatch(array.dtype.str):
            raise UnsendableError(f"an array of {array.dtype}")
        self.buffers.append(np.ascontiguousarray(array).tobytes())
        return ["array", array.dtype.str, list(array.shape)]

    def _pandas(self, pd: Any, value: Any, kind: type, depth: int) -> Any:
        if value is pd.NA:
            return ["na"]
        if issubclass(kind, pd.DataFrame):
            axes = self._axes(pd, (value.columns, value.index), depth)
            columns = [self._column(pd, value.iloc[:, i], depth) for i in range(value.shape[1])]
            return ["frame", *axes, columns]
        if issubclass(kind, pd.Series):
            (index,) = self._axes(pd, (value.index,), depth)
            return [
                "series",
                index,
                self.plain(value.name, depth + 1),
                self._column(pd, value, depth),
            ]
        if issubclass(kind, pd.Index):
            return self._axes(pd, (value,), depth)[0]
        if issubclass(kind, pd.api.extensions.ExtensionArray):
            return ["values", self._column(pd, pd.Series(value), depth)]
        return None

    def _pyarrow(self, pa: Any, value: Any, kind: type, depth: int) -> Any:
        if not issubclass(kind, pa.Array | pa.ChunkedArray) or not ARROW.fullmatch(str(value.type)):
            return None
        values = self.plain(value.to_pylist(), depth)
        return ["own_arrow", issubclass(kind, pa.ChunkedArray), str(value.type), values]

    def _axes(self, pd: Any, axes: Iterable[Any], depth: int) -> list[Any]:
        nodes: list[Any] = []
        for axis in axes:
            names = [self.plain(name, depth + 1) for name in axis.names]
            if isinstance(axis, pd.RangeIndex):
                nodes.append(["range_index", axis.start, axis.stop, axis.step, *names])
            elif isinstance(axis, pd.MultiIndex):
                levels = [axis.get_level_values(i).to_series() for i in range(axis.nlevels)]
                nodes.append(["multi", [self._column(pd, v, depth) for v in levels], names])
            else:
                nodes.append(["index", self._column(pd, axis.to_series(), depth), *names])
        return nodes

    def _column(self, pd: Any, series: Any, depth: int) -> list[Any]:
        """Return the values of a column under the dtype that they have."""
        import numpy as np

        dtype = series.dtype
        if isinstance(dtype, np.dtype):
            return self._array(np, series.to_numpy(), depth)
        if isinstance(dtype, pd.CategoricalDtype):
            codes = self._array(np, series.cat.codes.to_numpy(), depth)
            return [
                "categories",
                codes,
                self._axes(pd, (dtype.categories,), depth)[0],
                bool(dtype.ordered),
            ]
        if isinstance(dtype, pd.StringDtype):
            texts = [
                None if gone else str(v) for v, gone in zip(series, series.isna(), strict=True)
            ]
            return ["strings", dtype.storage, dtype.na_value is pd.NA, texts]
        if isinstance(dtype, pd.ArrowDtype) and ARROW.fullmatch(str(dtype.pyarrow_dtype)):
            return ["arrow", str(dtype.pyarrow_dtype), self.plain(series.tolist(), depth)]
        if isinstance(dtype, pd.IntervalDtype):
            sides = (
                self._column(pd, pd.Series(s), depth)
                for s in (series.array.left, series.array.right)
            )
            return ["intervals", *sides, dtype.closed]
        if isinstance(dtype, pd.SparseDtype):
            return self._array(np, np.asarray(series), depth)
        if MASKED.fullmatch(dtype.name):
            data = series.to_numpy(dtype=dtype.numpy_dtype, na_value=0)
            mask = self._array(np, series.isna().to_numpy(), depth)
            return ["masked", dtype.name, mask, self._array(np, data, depth)]
        raise UnsendableError(f"a column of {dtype}")
