"""Class names to 0/1 and to families, as the data set says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from .contract import NORMAL, Schema
from .sets import find

Names = pd.Series | np.ndarray | Sequence[str]

_KDD = "kdd99"  # its classes are those of NSL-KDD, too


def _codes(y: Names, name: str) -> tuple[np.ndarray, list[str], Schema]:
    """Return the code of each row, the distinct names, checked, and what they mean."""
    found = find(name)
    schema = found.schema
    values = pd.Series(y).astype("category").cat
    distinct = list(values.categories)
    codes = values.codes.to_numpy()
    unknown = [one for one in distinct if one not in schema.classes]
    if schema.classes and not schema.normal:
        known = ", ".join(schema.classes[:5])
        raise ValueError(f"the classes of {name} ({known}) are no attacks; write y == …")
    if unknown and name == _KDD:
        raise ValueError(
            f"y holds {unknown[0]!r}, which is not a class of KDD99 or NSL-KDD; "
            'pass attack names such as "normal" or "smurf", without a trailing dot, '
            "or the name of their data set, name=…"
        )
    if unknown:
        known = ", ".join(schema.classes[:5]) or "none at all"
        raise ValueError(f"y holds {unknown[0]!r}, which is not a class of {name}; it has {known}")
    if (codes < 0).any():
        row = int(np.flatnonzero(codes < 0)[0])
        raise ValueError(f"y has no name in row {row}; drop the rows without a label first")
    return codes, distinct, schema


def is_attack(y: Names, *, name: str = _KDD) -> np.ndarray:
    """Return 1 for each attack and 0 for each normal row.

    Parameters
    ----------
    y : shape (n_samples,)
        Class names; "normal" for normal traffic.
    name
        Data set that says which of its classes are attacks.

    Returns
    -------
    np.ndarray
        Shape (n_samples,), int64: `sum` of small integers would overflow.

    Raises
    ------
    ValueError
        If a name is unknown or missing.

    Examples
    --------
    >>> is_attack(["normal", "smurf"])
    array([0, 1])
    """
    codes, distinct, schema = _codes(y, name)
    flags = np.array([one not in schema.normal for one in distinct], dtype=np.int64)
    attacks: np.ndarray = flags[codes]
    return attacks


def attack_family(y: Names, *, name: str = _KDD) -> pd.Series:
    """Return the family of each row: normal, dos, probe, r2l or u2r.

    Parameters
    ----------
    y : shape (n_samples,)
        Class names; "normal" for normal traffic.
    name
        Data set that says to which family a class belongs.

    Returns
    -------
    pd.Series
        Shape (n_samples,), category with the families of the set; the index of `y` where it has
        one.

    Raises
    ------
    ValueError
        If a name is unknown or missing.

    Examples
    --------
    >>> attack_family(["normal", "smurf", "nmap"]).tolist()
    ['normal', 'dos', 'probe']
    """
    codes, distinct, schema = _codes(y, name)
    of = [NORMAL if one in schema.normal else schema.family.get(one, one) for one in distinct]
    position = [schema.families.index(one) for one in of]
    families = pd.Categorical.from_codes(
        np.array(position, dtype=np.int8)[codes], categories=pd.Index(schema.families)
    )
    index = y.index if isinstance(y, pd.Series) else None
    return pd.Series(families, index=index, name="family")
