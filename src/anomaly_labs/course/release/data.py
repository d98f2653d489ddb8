"""The official data files of a release: only those that its notebooks load."""

from collections.abc import Iterable
from pathlib import Path

import nbformat

from anomaly_labs import datasets
from anomaly_labs.course import CourseError, names
from anomaly_labs.course.data import USED


def data_files(
    notebooks: Iterable[nbformat.NotebookNode],
) -> dict[tuple[str, str], tuple[Path, ...]]:
    """Return the genuine files of each data set and split that the notebooks load.

    Raises
    ------
    CourseError
        If one of them is not here, damaged, or not the official file.
    """
    wanted = sorted(_wanted(notebooks))
    sets = {name for name, _ in wanted}
    found = {(one.name, one.split): one for name in sets for one in datasets.verify(name)}
    for status in (found[pair] for pair in wanted):
        if status.bad or status.status == "not verified":
            raise CourseError(f"{status.path} does not go to learners: {status.detail}")
    files = {pair: found[pair].paths for pair in wanted if found[pair].paths}
    missing = [f"{n} {split}" for n, split in wanted if found[n, split].status == "missing"]
    if missing:
        raise CourseError(
            f"the official files of {', '.join(missing)} are not here; run `make data`, or let "
            "ANOMALY_LABS_DATA name the folder that holds them, or leave out --data"
        )
    return files


def _wanted(notebooks: Iterable[nbformat.NotebookNode]) -> set[tuple[str, str]]:
    """Return `USED` and what a notebook loads with constant arguments."""
    calls = {
        call
        for notebook in notebooks
        for cell in notebook.cells
        if cell.cell_type == "code"
        for call in names.loads(cell.source)
    }
    return {*USED, *map(_loaded, calls)}


def _loaded(call: str) -> tuple[str, str]:
    r"""Return data set and split of a call.

    Examples
    --------
    >>> _loaded("datasets.load('nsl_kdd', split='train_20')")
    ('nsl_kdd', 'train_20')
    """
    import ast

    node = ast.parse(call, mode="eval").body
    assert isinstance(node, ast.Call)
    given = {key.arg: ast.literal_eval(key.value) for key in node.keywords}
    name = ast.literal_eval(node.args[0]) if node.args else given["name"]
    return name, given.get("split") or datasets.describe(name).default_split
