"""Read tables, their columns and their labels of what `codec.pack` wrote."""

from typing import Any

from anomaly_labs.inside.codec import ARROW, MASKED, MalformedError


class Tables:
    """Builds what pandas has a type for; `read` reads any node, however deep.

    Nothing of pandas is imported before a message holds something of it.
    """

    def read(self, node: Any, depth: int) -> Any:
        """Return the value of a node."""
        raise NotImplementedError

    def _count_unsent(self, n_elements: int) -> None:
        raise NotImplementedError

    def _read_na(self, depth: int) -> Any:
        import pandas as pd

        return pd.NA

    def _read_values(self, column: list[Any], depth: int) -> Any:
        import pandas as pd

        return pd.Series(self.read(column, depth)).array

    def _read_series(self, index: Any, name: Any, column: Any, depth: int) -> Any:
        import pandas as pd

        axis, label = self.read(index, depth), self.read(name, depth)
        values = self._column(column, len(axis), depth)
        return pd.Series(values, index=axis, name=label, dtype=values.dtype)

    def _read_frame(self, columns: Any, index: Any, parts: list[Any], depth: int) -> Any:
        import pandas as pd

        names, rows = self.read(columns, depth), self.read(index, depth)
        series = {}
        for i, part in enumerate(parts):
            values = self._column(part, len(rows), depth)
            series[i] = pd.Series(values, index=rows, dtype=values.dtype, copy=False)
        frame = pd.DataFrame(series, index=rows)
        frame.columns = names
        return frame

    def _column(self, node: Any, length: int, depth: int) -> Any:
        """Read the values beside an index; pandas would repeat a single one for each row."""
        values = self.read(node, depth)
        if values.ndim != 1 or len(values) != length:
            raise MalformedError("a column of another length than its index")
        return values

    def _read_range_index(self, start: int, stop: int, step: int, name: Any, depth: int) -> Any:
        import pandas as pd

        self._count_unsent(len(range(start, stop, step)))
        return pd.RangeIndex(start, stop, step, name=self.read(name, depth))

    def _read_multi(self, levels: list[Any], names: list[Any], depth: int) -> Any:
        import pandas as pd

        labels = [self.read(name, depth) for name in names]
        arrays = [pd.Index(self.read(level, depth), tupleize_cols=False) for level in levels]
        return pd.MultiIndex.from_arrays(arrays, names=labels)

    def _read_index(self, column: Any, name: Any, depth: int) -> Any:
        import pandas as pd

        label = self.read(name, depth)
        values = self.read(column, depth)
        return pd.Index(values, dtype=values.dtype, name=label, tupleize_cols=False)

    def _read_categories(self, codes: Any, categories: Any, ordered: bool, depth: int) -> Any:
        import pandas as pd

        numbers, names = self.read(codes, depth), self.read(categories, depth)
        return pd.Categorical.from_codes(numbers, categories=names, ordered=ordered is True)

    def _read_strings(self, storage: str, uses_na: bool, texts: list[Any], depth: int) -> Any:
        import numpy as np
        import pandas as pd

        if storage not in ("python", "pyarrow") or any(
            type(t) not in (str, type(None)) for t in texts
        ):
            raise MalformedError("no strings")
        dtype: Any = pd.StringDtype(storage, na_value=pd.NA if uses_na else np.nan)
        return pd.array(texts, dtype=dtype)

    def _read_masked(self, name: str, mask: Any, data: Any, depth: int) -> Any:
        import pandas as pd

        if not MASKED.fullmatch(name):
            raise MalformedError("an unknown column type")
        gone = self.read(mask, depth)
        values: Any = pd.array(self.read(data, depth), dtype=name)
        values[gone] = pd.NA
        return values

    def _read_arrow(self, name: str, values: Any, depth: int) -> Any:
        import pandas as pd

        return pd.array(self.read(values, depth), dtype=pd.ArrowDtype(_arrow_type(name)))

    def _read_own_arrow(self, chunked: bool, name: str, values: Any, depth: int) -> Any:
        import pyarrow as pa

        array = pa.array(self.read(values, depth), type=_arrow_type(name))
        return pa.chunked_array([array]) if chunked is True else array

    def _read_intervals(self, left: Any, right: Any, closed: Any, depth: int) -> Any:
        import pandas as pd

        low, high = self.read(left, depth), self.read(right, depth)
        return pd.arrays.IntervalArray.from_arrays(low, high, closed=closed)


def _arrow_type(name: str) -> Any:
    import pyarrow as pa

    if not ARROW.fullmatch(name):
        raise MalformedError("an unknown column type")
    return pa.type_for_alias(name)
