"""Tables in the memory of the workers, or read by them.

pandas and dask.dataframe are imported where they are used: a worker imports this package before
`runtime.prepare` switches cudf.pandas on, which must come before pandas.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from distributed import Client


def workers(client: "Client") -> list[str]:
    """Return the addresses of the workers that `client` has now, sorted.

    Parameters
    ----------
    client
        Client of the cluster.
    """
    # client.scheduler_info() is refreshed in the background, and then holds no worker for a moment
    return sorted(client.nthreads())


def spread(table: Any, client: "Client") -> Any:
    """Return a table as a Dask collection, one part in the memory of each worker.

    Parts go to workers in the order of the rows, so tables of equal length lie together. A worker
    that is lost takes its part along; functions that get the table itself survive that.

    Parameters
    ----------
    table : shape (n_rows, ...)
        A DataFrame becomes a Dask DataFrame, anything else a Dask array. A Dask collection comes
        back unchanged.
    client
        Its workers hold the parts.

    Raises
    ------
    ValueError
        If `table` has no rows.
    RuntimeError
        If `client` has no worker.

    Examples
    --------
    >>> with local_cluster(2) as client:  # doctest: +SKIP
    ...     spread(np.arange(5), client).chunks
    ((3, 2),)
    """
    if hasattr(table, "dask"):
        return table
    framed = hasattr(table, "columns")
    rows = table.reset_index(drop=True) if framed else np.asarray(table)
    if len(rows) == 0:
        raise ValueError("the table has no rows, so there is nothing for the workers")
    addresses = workers(client)
    if not addresses:
        raise RuntimeError("the cluster has no worker; start some, or leave client= out")
    size = -(-len(rows) // len(addresses))
    parts = [rows[start : start + size] for start in range(0, len(rows), size)]
    held = [
        client.scatter(part, workers=[address], hash=False)
        for part, address in zip(parts, addresses, strict=False)
    ]
    # what is persisted holds its parts, and so does all that is made of it
    return client.persist(_collection(held, rows[:0], [len(part) for part in parts]))


def read(stream: Any, client: "Client") -> tuple[Any, Any]:
    """Return X and y of a stream as Dask collections, which the workers read when asked.

    The parts are `Batches.blocks`, at least one for each worker where the file allows it, of about
    `batch_rows` rows; rows come in another order than in the stream. Workers on other machines
    need the cache folder under the same path.

    Parameters
    ----------
    stream
        From `datasets.batches`, mapped and divided as wanted.
    client
        Its workers read.

    Raises
    ------
    ValueError
        If no row comes from the stream.

    Examples
    --------
    >>> flows = datasets.batches("kdd99", n_rows=5_000_000)  # doctest: +SKIP
    >>> flows = flows.map(lambda X, y: (X, datasets.is_attack(y)))  # doctest: +SKIP
    >>> with local_cluster(2) as client:  # doctest: +SKIP
    ...     booster = boosting.train(*read(flows, client), client=client)
    """
    from dask import delayed

    for batch in stream:
        empty = tuple(part[:0] for part in batch)
        break
    else:
        raise ValueError(f"{stream!r} gives no rows, so there is nothing for the workers")
    wanted = max(len(workers(client)), -(-stream.rows_read // stream.batch_rows))
    blocks = [delayed(_block, pure=False)(block, empty) for block in stream.blocks(wanted)]
    unknown = [float("nan")] * len(blocks)
    X, y = (_collection([b[i] for b in blocks], empty[i], unknown) for i in (0, 1))
    return X, y


def _block(stream: Any, empty: tuple[Any, Any]) -> tuple[Any, Any]:
    """Return all rows of a stream; `empty` has the types where there are none."""
    import pandas as pd

    found = []
    for nothing, parts in zip(empty, zip(empty, *stream, strict=True), strict=True):
        joined = pd.concat(parts[1:] or parts) if hasattr(nothing, "index") else None
        found.append(np.concatenate(parts) if joined is None else joined)
    return found[0], found[1]


def _collection(parts: list[Any], empty: Any, lengths: list[Any]) -> Any:
    """Return delayed or held parts as one collection of the type of `empty`."""
    import dask.array as da
    import dask.dataframe as dd

    if hasattr(empty, "index"):
        return dd.from_delayed(parts, meta=empty, verify_meta=False)
    return da.concatenate(
        [
            da.from_delayed(part, shape=(length, *empty.shape[1:]), dtype=empty.dtype)
            for part, length in zip(parts, lengths, strict=True)
        ],
        allow_unknown_chunksizes=True,
    )
