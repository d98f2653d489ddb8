"""Training on a stream: XGBoost's external memory, pages on disk, a block of rows at a time."""

import traceback
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import xgboost as xgb

from anomaly_labs.boosting import inputs
from anomaly_labs.boosting.parameters import Params, complete, default_params

Rows = tuple[Any, Callable[[Any], Any]]


def train(
    rows: Rows,
    validation: Rows | None,
    given: Params,
    options: Params,
    *,
    seed: int,
    block_rows: int,
) -> xgb.Booster:
    """Return a booster trained on a stream.

    Parameters
    ----------
    rows, validation
        Batches, and the function from a batch's labels to class codes.
    given
        Parameters of XGBoost that replace or extend the defaults.
    options
        Further arguments of ``xgboost.train``.
    seed
        Seed in the default parameters.
    block_rows
        Most rows of one block, as they are read.
    """
    with _page_folder() as folder:
        return _grown(rows, validation, given, options, seed, block_rows, folder)


def _grown(
    rows: Rows,
    validation: Rows | None,
    given: Params,
    options: Params,
    seed: int,
    block_rows: int,
    folder: Path,
) -> xgb.Booster:
    n_rounds, patience = options.pop("num_boost_round"), options.pop("early_stopping_rounds")
    stop = [] if patience is None else [xgb.callback.EarlyStopping(rounds=patience)]
    blocks = _blocks(rows[0], block_rows)[: max(1, n_rounds)]
    first = _Pages(blocks[0], rows[1], folder / "block-0", given.get("num_class"))
    matrix = first.matrix(given)
    n_classes = inputs.count_codes(np.array(sorted(first.codes)), given.get("num_class"))
    params = complete(given, n_classes, seed)
    quantiles = first.quantiles(matrix)
    evals = []
    if validation is not None:
        held = _blocks(validation[0], block_rows)[0]
        pages = _Pages(held, validation[1], folder / "validation", n_classes)
        evals = [(pages.matrix(params, ref=quantiles), "validation")]
    booster = None
    for number, block in enumerate(blocks):
        if matrix is None:
            pages = _Pages(block, rows[1], folder / f"block-{number}", n_classes)
            matrix = pages.matrix(params, ref=quantiles)
        for compared, _ in evals:
            # XGBoost asks for the training matrix itself; all matrices here share its quantiles.
            compared.ref = weakref.ref(matrix)
        start, end = (n_rounds * n // len(blocks) for n in (number, number + 1))
        booster = xgb.train(
            params, matrix, end - start, evals=evals, xgb_model=booster, callbacks=stop, **options
        )
        matrix = None  # its pages go
        if booster.num_boosted_rounds() < end:
            break  # stopped early
    return booster


def _blocks(stream: Any, block_rows: int) -> list[Any]:
    if block_rows < 1:
        raise ValueError(f"block_rows={block_rows!r} must be at least 1")
    return list(stream.blocks(-(-stream.rows_read // block_rows)))


@contextmanager
def _page_folder() -> Iterator[Path]:
    """Yield a folder that is deleted in the end, whatever happens."""
    with TemporaryDirectory(prefix="anomaly-labs-pages-") as folder:
        try:
            yield Path(folder)
        except BaseException as error:
            # A matrix that lives on in the frames of the traceback would miss its pages.
            traceback.clear_frames(error.__traceback__)
            raise


class _Interrupted(Exception):
    """Stands in for KeyboardInterrupt, which would be lost inside a callback from C."""


class _Pages(xgb.DataIter):  # type: ignore[misc]
    """What XGBoost asks for batches; it asks for all of them several times.

    Attributes
    ----------
    codes
        Distinct class codes seen so far.
    first_row
        The first row, as a table.
    """

    def __init__(
        self, stream: Any, function: Callable[[Any], Any], prefix: Path, n_classes: int | None
    ) -> None:
        self.codes: set[int] = set()
        self.first_row: Any = None
        self._stream, self._function, self._n_classes = stream, function, n_classes
        self._batches: Iterator[tuple[Any, Any]] = iter(())
        super().__init__(cache_prefix=str(prefix))

    def matrix(
        self, params: Params, *, ref: xgb.DMatrix | None = None
    ) -> xgb.ExtMemQuantileDMatrix:
        """Return the quantised pages, with the quantiles of `ref` where it is given.

        Parameters
        ----------
        params
            Complete parameters of XGBoost.
        ref
            A matrix whose quantiles are used; None for quantiles of its own.

        Raises
        ------
        ValueError
            If the stream has no rows.
        """
        max_bin = params.get("max_bin", default_params()["max_bin"])
        try:
            return xgb.ExtMemQuantileDMatrix(
                self, enable_categorical=True, max_bin=max_bin, ref=ref
            )
        except _Interrupted:
            raise KeyboardInterrupt from None
        except xgb.core.XGBoostError as error:
            if self.first_row is not None:
                raise
            raise ValueError("the stream has no rows, so nothing can be learned") from error
        finally:
            self._batches = iter(())

    def quantiles(self, matrix: xgb.ExtMemQuantileDMatrix) -> xgb.QuantileDMatrix:
        """Return a matrix of one row that keeps the quantiles of `matrix` when its pages go.

        Parameters
        ----------
        matrix
            The matrix that has found the quantiles.
        """
        return xgb.QuantileDMatrix(
            self.first_row, ref=matrix, enable_categorical=True, max_bin=matrix.max_bin
        )

    def reset(self) -> None:
        """Begin again."""
        self._batches = iter(self._stream)

    def next(self, input_data: Callable[..., None]) -> bool:
        """Hand the next batch over; return whether there was one.

        Parameters
        ----------
        input_data
            Takes the rows of a page; XGBoost gives it.
        """
        try:
            found = next(self._batches, None)
            if found is None:
                return False
            X, y = found[0], self._function(found[1])
            inputs.check_lengths(X, y)
            self.codes |= set(inputs.check_codes(y, self._n_classes).tolist())
            if self.first_row is None:
                self.first_row = X[:1].copy()  # not a view, which would keep the batch
            input_data(data=X, label=np.asarray(y))
            return True
        except KeyboardInterrupt as error:
            raise _Interrupted from error
