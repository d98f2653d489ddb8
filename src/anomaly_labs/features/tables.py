"""One table, the batches of one, or the parts that workers hold: looked at one by one."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pandas as pd

from anomaly_labs.features import columns
from anomaly_labs.matrix import in_batches


def each(look: Callable[[int, pd.DataFrame], Any], X: Any, client: Any) -> Iterator[Any]:
    """Yield what `look` finds in each table of `X`; with a client its workers look.

    Parameters
    ----------
    look
        Function of the number of rows that came before, and the table.
    X : shape (n_samples, n_columns)
        A DataFrame, or batches of one, or with a client also a Dask DataFrame.
    client
        Client of a Dask cluster, or None.
    """
    if client is not None:
        from anomaly_labs.features import cluster

        yield from cluster.each(partial(look, 0), X, client)
        return
    for start, table in _tables(X):
        yield look(start, table)


def _tables(X: Any) -> Iterator[tuple[int, pd.DataFrame]]:
    """Yield the tables of a stream, or the one table, each with the number of rows before it."""
    if not in_batches(X):
        columns.check_table(X)
        if len(X):
            yield 0, X
        return
    start = 0
    for table, _ in X:
        yield start, table
        start += len(table)
