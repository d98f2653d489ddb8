"""Read what `codec.pack` wrote, where the bytes may come from a hostile kernel.

Nothing is ever unpickled: every length, type and count is looked at before anything is made of it.
"""

import json
import math
import sys
from collections.abc import Callable
from typing import Any

from anomaly_labs.inside.codec import DTYPE, INT_BITS, MAX_DEPTH, MalformedError, Reference
from anomaly_labs.inside.kinds import KINDS
from anomaly_labs.inside.tables import Tables

MAX_NODES = 3_000_000
MAX_UNSENT = 10_000_000  # elements of ranges, range indexes, empty arrays: all of one message
MAX_KEYS = 100_000  # of one dictionary or set
MAX_TUPLE_KEYS = 1_000  # their hashes are easily made to collide, unlike those of strings


def unpack(data: bytes, resolve: Callable[[Reference], Any]) -> Any:
    """Return the value that `pack` made `data` of.

    Parameters
    ----------
    data, resolve
        The bytes, and what is called with each `Reference` and returns what takes its place.

    Raises
    ------
    MalformedError
        If the bytes are not what `pack` makes.

    Examples
    --------
    >>> from anomaly_labs.inside.codec import pack
    >>> unpack(pack({"a": (1, 2.5)}, refer=print), resolve=print)
    {'a': (1, 2.5)}
    """
    try:
        end = 8 + int.from_bytes(data[:8], "little")
        text = data[8:end]
        if len(text) != end - 8 or sum(map(text.count, (b"[", b",", b"{"))) > MAX_NODES:
            raise MalformedError("cut off, or too many parts")
        unpacker = _Unpacker(memoryview(data)[end:], resolve)
        value = unpacker.read(json.loads(text), 0)
    except MalformedError:
        raise
    except Exception as error:  # hostile bytes may fail anywhere in json, NumPy and pandas
        raise MalformedError(f"{type(error).__name__}: {error}"[:200]) from error
    if len(unpacker.rest):
        raise MalformedError("bytes are left over")
    return value


class _Unpacker(Tables):
    """Builds values from nodes; whatever looks odd raises."""

    def __init__(self, rest: memoryview, resolve: Callable[[Reference], Any]) -> None:
        self.rest = rest
        self.resolve = resolve
        self.unsent = 0

    def read(self, node: Any, depth: int) -> Any:
        if node is None or type(node) in (bool, str, float):
            return node
        if type(node) is int and node.bit_length() <= INT_BITS:
            return node
        if type(node) is not list or depth > MAX_DEPTH + 4:
            raise MalformedError("no plain data, or nested too deep")
        tag, *parts = node
        reader = getattr(self, f"_read_{tag}", None) if type(tag) is str else None
        if reader is None:
            raise MalformedError("an unknown kind of data")
        return reader(*parts, depth=depth + 1)

    def _read_ref(self, number: int, type_name: str, is_callable: bool, depth: int) -> Any:
        if (type(number), type(type_name), type(is_callable)) != (int, str, bool):
            raise MalformedError("a broken reference")
        return self.resolve(Reference(number, type_name[:80], is_callable))

    def _read_list(self, parts: list[Any], depth: int) -> list[Any]:
        return [self.read(part, depth) for part in parts]

    def _read_tuple(self, parts: list[Any], depth: int) -> tuple[Any, ...]:
        return tuple(self.read(part, depth) for part in parts)

    def _read_range(self, start: int, stop: int, step: int, depth: int) -> range:
        found = range(start, stop, step)
        if max(map(abs, (start, stop, step))) > 2**62:
            raise MalformedError("a range too long")
        self._count_unsent(len(found))
        return found

    def _read_kind(self, name: str, parts: Any, depth: int) -> Any:
        kind, form = KINDS[name], self.read(parts, depth)
        if type(form) is not kind.form:
            raise MalformedError(f"no {name}")
        return kind.make(form)

    def _read_dict(self, pairs: list[Any], depth: int) -> dict[Any, Any]:
        keys = self._keys([key for key, _ in pairs], depth)
        return dict(zip(keys, [self.read(value, depth) for _, value in pairs], strict=True))

    def _read_set(self, parts: list[Any], depth: int) -> set[Any]:
        return set(self._keys(parts, depth))

    def _read_frozenset(self, parts: list[Any], depth: int) -> frozenset[Any]:
        return frozenset(self._keys(parts, depth))

    def _keys(self, parts: list[Any], depth: int) -> list[Any]:
        """Read what will be hashed; a kernel may choose keys whose hashes all collide."""
        keys = [self.read(part, depth) for part in parts]
        wide = sum(type(k) is int and k.bit_length() > 64 for k in keys)
        wide += sum(type(k) in (tuple, frozenset) for k in keys)
        if len(keys) > MAX_KEYS or wide > MAX_TUPLE_KEYS:
            raise MalformedError("too many keys")
        return keys

    def _read_array(self, descr: str, shape: list[int], depth: int) -> Any:
        import numpy as np

        if not DTYPE.fullmatch(descr):
            raise MalformedError("an array of an unknown type")
        self._check_shape(shape)
        dtype = np.dtype(descr)
        n_bytes = math.prod(shape) * dtype.itemsize
        if n_bytes > len(self.rest):
            raise MalformedError("an array longer than its bytes")
        buffer, self.rest = self.rest[:n_bytes], self.rest[n_bytes:]
        if dtype.kind == "b" and n_bytes and np.frombuffer(buffer, np.uint8).max() > 1:
            raise MalformedError("truth values other than 0 and 1")
        if dtype.kind == "U" and n_bytes:
            points = np.frombuffer(buffer, np.dtype(f"{dtype.byteorder}u4"))
            if points.max() > sys.maxunicode:
                raise MalformedError("characters that do not exist")
        return np.frombuffer(buffer, dtype, count=math.prod(shape)).reshape(shape).copy()

    def _check_shape(self, shape: list[int]) -> None:
        sizes = [n for n in shape if type(n) is int and n >= 0]
        if len(sizes) != len(shape) or len(shape) > 8:
            raise MalformedError("no shape")
        if 0 in sizes:  # nor may an empty array claim a giant side: sums over it would be giant
            self._count_unsent(math.prod(n for n in sizes if n))

    def _count_unsent(self, n_elements: int) -> None:
        """Count elements that no bytes of the message stand for; few bytes could claim many."""
        self.unsent += n_elements
        if self.unsent > MAX_UNSENT:
            raise MalformedError("too many elements that were not sent")

    def _read_scalar(self, array: list[Any], depth: int) -> Any:
        _, descr, shape = array
        found = self._read_array(descr, shape, depth)
        if found.ndim:
            raise MalformedError("no scalar")
        return found[()]

    def _read_objects(self, shape: list[int], parts: list[Any], depth: int) -> Any:
        import numpy as np

        self._check_shape(shape)
        if len(parts) != math.prod(shape):
            raise MalformedError("an array of another length")
        flat = np.empty(len(parts), dtype=object)
        flat[:] = [None] * len(parts)
        for i, part in enumerate(parts):
            flat[i] = self.read(part, depth)
        return flat.reshape(shape)
