"""The data sets, each a module or folder here; no list names them.

More sets can lie elsewhere: ``ANOMALY_LABS_SETS`` names folders of them (several are divided as
in ``PATH``), and their modules are found as if they lay here.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from typing import Final

from anomaly_labs import runtime

from ...errors import DataSetError
from ..contract import DataSet

_OURS: Final = tuple(__path__)


def _folders() -> list[str]:
    """Return where sets lie, as the environment says now."""
    others = [folder for folder in os.environ.get(runtime.SETS, "").split(os.pathsep) if folder]
    return [*_OURS, *(os.path.abspath(os.path.expanduser(folder)) for folder in others)]


def _look() -> list[pkgutil.ModuleInfo]:
    """Return the modules of all folders."""
    found = _folders()
    if list(__path__) != found:
        __path__[:] = found
        importlib.invalidate_caches()
    # One folder at a time: of several, iter_modules leaves out what it has named before.
    modules = [one for folder in found for one in pkgutil.iter_modules([folder])]
    modules = [one for one in modules if not one.name.startswith("_")]
    seen: set[str] = set()
    for one in modules:
        if one.name in seen:
            raise DataSetError(
                f"there are two data sets {one.name!r}; rename the one in one of the folders that "
                f"{runtime.SETS} names: {', '.join(found[len(_OURS) :])}"
            )
        seen.add(one.name)
    return modules


def ours() -> tuple[str, ...]:
    """Return the names of the sets of this package, without those of other folders.

    Examples
    --------
    >>> "kdd99" in ours()
    True
    """
    found = (one.name for one in pkgutil.iter_modules(_OURS))
    return tuple(sorted(name for name in found if not name.startswith("_")))


def names() -> tuple[str, ...]:
    """Return the names of all sets.

    Raises
    ------
    DataSetError
        If two folders have a set of the same name.

    Examples
    --------
    >>> "kdd99" in names()
    True
    """
    return tuple(sorted(one.name for one in _look()))


def find(name: str) -> DataSet:
    """Return a set by its name.

    Parameters
    ----------
    name
        One of `names`.

    Raises
    ------
    ValueError
        If there is no such set.
    DataSetError
        If its module does not say what it must.

    Examples
    --------
    >>> find("kdd99").default_split
    '10_percent'
    """
    module = sys.modules.get(f"{__name__}.{name}")
    # Labels are looked up often; folders are listed again only when others are named.
    if module is None or list(__path__) != _folders():
        known = names()
        if name not in known:
            raise ValueError(f"no data set {name!r}; choose one of {', '.join(known)}")
        module = importlib.import_module(f"{__name__}.{name}")
    found = getattr(module, "SET", None)
    if not isinstance(found, DataSet) or found.name != name:
        raise DataSetError(
            f"{module.__file__} is no data set: it needs SET = DataSet(name={name!r}, …), as in "
            "anomaly_labs.datasets.contract"
        )
    return found
