"""Attack names to 0/1 and to families."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from .schema import FAMILIES, FAMILY, NORMAL

Names = pd.Series | np.ndarray | Sequence[str]


def _codes(y: Names) -> tuple[np.ndarray, list[str]]:
    """Return the code of each row and the distinct names, checked."""
    values = pd.Series(y).astype("category").cat
    distinct = list(values.categories)
    codes = values.codes.to_numpy()
    unknown = [name for name in distinct if name != NORMAL and name not in FAMILY]
    if unknown:
        raise ValueError(
            f"y holds {unknown[0]!r}, which is not a class of KDD99 or NSL-KDD; "
            'pass attack names such as "normal" or "smurf", without a trailing dot'
        )
    if (codes < 0).any():
        row = int(np.flatnonzero(codes < 0)[0])
        raise ValueError(f"y has no name in row {row}; drop the rows without a label first")
    return codes, distinct


def is_attack(y: Names) -> np.ndarray:
    """Return 1 for each attack and 0 for each normal row.

    Parameters
    ----------
    y : shape (n_samples,)
        Attack names; "normal" for normal traffic.

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
    codes, distinct = _codes(y)
    flags = np.array([name != NORMAL for name in distinct], dtype=np.int64)
    attacks: np.ndarray = flags[codes]
    return attacks


def attack_family(y: Names) -> pd.Series:
    """Return the family of each row: normal, dos, probe, r2l or u2r.

    Parameters
    ----------
    y : shape (n_samples,)
        Attack names; "normal" for normal traffic.

    Returns
    -------
    pd.Series
        Shape (n_samples,), category with the five families; the index of `y` where it has one.

    Raises
    ------
    ValueError
        If a name is unknown or missing.

    Examples
    --------
    >>> attack_family(["normal", "smurf", "nmap"]).tolist()
    ['normal', 'dos', 'probe']
    """
    codes, distinct = _codes(y)
    position = [FAMILIES.index(FAMILY.get(name, NORMAL)) for name in distinct]
    families = pd.Categorical.from_codes(
        np.array(position, dtype=np.int8)[codes], categories=pd.Index(FAMILIES)
    )
    index = y.index if isinstance(y, pd.Series) else None
    return pd.Series(families, index=index, name="family")
