"""Generated rows of a set that has a generator."""

from __future__ import annotations

import operator
from typing import Any

from .catalog import find_split
from .dataset import Dataset
from .generated import Generator
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


def synthesize(
    name: str,
    n_rows: int | None = None,
    *,
    split: str | None = None,
    part: str | None = None,
    seed: int = 0,
    **options: Any,
) -> Dataset:
    """Return generated rows: in place of a split of a data set, or a part of a generated world.

    KDD99 and NSL-KDD are drawn from a profile of the official file: the shares of the classes
    and of (protocol, service, flag), histograms of the numeric columns, their dependence, and how
    often rows repeat. No row is copied from the file, but where a class has hardly any variation
    a generated row can be equal to a real one. With n_rows as in the official file every class
    has its official number of rows; with fewer, rare classes come by chance.

    A world, such as "company", is as large as its options say; each part of it is a split.

    Parameters
    ----------
    name
        Data set, one of `names()` that has a generator, such as "kdd99" or "company".
    n_rows
        Number of rows, from 1 on; not given for a world.
    split
        As for `load`; each has its own classes and shares (KDD99's "full" takes its class shares
        from the official counts and all else from "10_percent").
    part
        Another word for the split of a world.
    seed
        Other seeds give other rows; the same seed gives the same rows on any machine.
    options
        Of a world: of "company" days, attacks and prevalence, of "call_records" mimicry.

    Returns
    -------
    Dataset
        With source "synthetic"; rows in random order, those of a world in order of time.

    Raises
    ------
    TypeError
        If `n_rows` or `seed` is not a whole number, `n_rows` is missing or not asked for, or the
        generator has no such option.
    ValueError
        If there is no such data set or split, it has no generator, `n_rows` is below 1, `seed`
        below 0, or an option cannot have this value.

    Examples
    --------
    >>> data = synthesize("nsl_kdd", 1000, split="test", seed=1)
    >>> data.X.shape, data.source
    ((1000, 41), 'synthetic')
    >>> data.y.equals(synthesize("nsl_kdd", 1000, split="test", seed=1).y)
    True
    """
    split, info = find_split(name, part if split is None else split)
    made = generator(name)
    strange = [option for option in options if option not in made.options]
    if strange:
        known = ", ".join(made.options) or "no options"
        raise TypeError(f"{name} has no option {strange[0]!r}; it takes {known}")
    if made.options and n_rows is not None:
        raise TypeError(f"{name} is as large as {', '.join(made.options)} say; leave n_rows out")
    if not made.options and n_rows is None:
        raise TypeError(f"how many rows of {name}? write synthesize({name!r}, 10_000)")
    n_rows = info.rows if n_rows is None else whole_number(n_rows, "n_rows", 1)
    seed = whole_number(seed, "seed", 0)
    X, y, windows, cases = made.make(n_rows, split, seed, **options)
    return Dataset(X, y, name, split, "synthetic", windows, cases)
