"""Generated rows of a set that has a generator."""

from __future__ import annotations

import operator

from .catalog import find_split
from .contract import Generator
from .dataset import Dataset
from .sets import find


def whole_number(value: int, name: str, least: int) -> int:
    """Return the value as int.

    Parameters
    ----------
    value
        What somebody passed.
    name
        Of the argument, for the message.
    least
        The smallest that is allowed.

    Raises
    ------
    TypeError
        If it is not a whole number.
    ValueError
        If it is below `least`.
    """
    if isinstance(value, bool):
        raise TypeError(f"{name}={value!r} must be a whole number, not True or False")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}={value!r} must be a whole number; write int(...)") from None
    if number < least:
        raise ValueError(f"{name}={value!r} must be at least {least}")
    return number


def generator(name: str) -> Generator:
    """Return the generator of a data set.

    Parameters
    ----------
    name
        Data set, one of `names()`.

    Raises
    ------
    ValueError
        If it has none.
    """
    found = find(name).generator
    if found is None:
        raise ValueError(
            f"{name} has no generator: there are only its official files, which "
            f"`datasets.load({name!r})` reads"
        )
    return found


def synthesize(name: str, n_rows: int, *, split: str | None = None, seed: int = 0) -> Dataset:
    """Return generated rows that stand in for a split of a data set.

    KDD99 and NSL-KDD are drawn from a profile of the official file: the shares of the classes
    and of (protocol, service, flag), histograms of the numeric columns, their dependence, and how
    often rows repeat. No row is copied from the file, but where a class has hardly any variation
    a generated row can be equal to a real one. With n_rows as in the official file every class
    has its official number of rows; with fewer, rare classes come by chance.

    Parameters
    ----------
    name
        Data set, one of `names()` that has a generator, such as "kdd99" or "nsl_kdd".
    n_rows
        Number of rows, from 1 on.
    split
        As for `load`; each has its own classes and shares (KDD99's "full" takes its class shares
        from the official counts and all else from "10_percent").
    seed
        Other seeds give other rows; the same seed gives the same rows on any machine.

    Returns
    -------
    Dataset
        With source "synthetic"; rows in random order.

    Raises
    ------
    TypeError
        If `n_rows` or `seed` is not a whole number.
    ValueError
        If there is no such data set or split, it has no generator, `n_rows` is below 1 or `seed`
        below 0.

    Examples
    --------
    >>> data = synthesize("nsl_kdd", 1000, split="test", seed=1)
    >>> data.X.shape, data.source
    ((1000, 41), 'synthetic')
    >>> data.y.equals(synthesize("nsl_kdd", 1000, split="test", seed=1).y)
    True
    """
    split, _ = find_split(name, split)
    n_rows = whole_number(n_rows, "n_rows", 1)
    seed = whole_number(seed, "seed", 0)
    X, y, windows = generator(name).make(n_rows, split, seed)
    return Dataset(X, y, name, split, "synthetic", windows)
