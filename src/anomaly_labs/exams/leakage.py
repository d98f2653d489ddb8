"""Whether an encoder of a learner was fitted on rows that it must not know."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from anomaly_labs import probes
from anomaly_labs.exams.exam import Draw


def forbidden_rows(
    encode: Callable[[pd.DataFrame], Any], data: Draw, *, held_out: pd.DataFrame | None = None
) -> str:
    """Return on which rows an encoder was fitted that it must not know, in words; "" if on none.

    An encoder that standardises its columns betrays them (`probes.fitted_on`); of others nothing is
    known.

    Parameters
    ----------
    encode
        A learner's function, raw rows to numbers.
    data
        The learner's rows.
    held_out
        Normal training rows that were kept aside: the encoder may know normal training rows only,
        and none of these. None where it may know all training rows.

    Examples
    --------
    >>> from anomaly_labs import datasets, features
    >>> parts = [datasets.synthesize("nsl_kdd", 900, split=name) for name in ("train", "test")]
    >>> data = Draw(*parts, learner="")
    >>> forbidden_rows(features.make_encoder().fit(data.test.X).transform, data)
    'test rows'
    >>> forbidden_rows(features.make_encoder().fit(data.train.X).transform, data)
    ''
    """
    train = data.train.X
    test = data.test.X.set_axis(range(len(train), len(train) + len(data.test.X)))
    calm, calm_test = (
        X[(part.y == "normal").to_numpy()] for X, part in ((train, data.train), (test, data.test))
    )
    both = {"training and test rows": pd.concat([train, test]), "test rows": test}
    both["normal rows of the test file"] = calm_test
    both["normal rows of both files"] = pd.concat([calm, calm_test])
    if held_out is None:
        return probes.fitted_on(encode, both) or ""
    own = {"rows with attacks": train, "the rows of held_out too": calm}
    return probes.fitted_on(encode, own | both) or ""
