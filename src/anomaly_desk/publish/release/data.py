"""The official data files of a release: only those that its labs load."""

from collections.abc import Iterable
from pathlib import Path

from anomaly_desk import manifest
from anomaly_desk.errors import CourseError
from anomaly_desk.manifest import Lab
from anomaly_labs import datasets


def data_files(labs: Iterable[Lab]) -> dict[tuple[str, str], Path]:
    """Return the genuine file of each data set and split that the labs load.

    Parameters
    ----------
    labs
        The labs of the release; their headers name the data.

    Raises
    ------
    CourseError
        If one of them is not here, damaged, or not the official file.
    """
    wanted = sorted(manifest.splits(labs))
    found = {(one.name, one.split): one for one in datasets.verify()}
    for status in (found[pair] for pair in wanted):
        if status.status not in ("ok", "missing"):
            raise CourseError(f"{status.path} does not go to learners: {status.detail}")
    files = {pair: path for pair in wanted if (path := found[pair].path) is not None}
    missing = [f"{name} {split}" for name, split in wanted if (name, split) not in files]
    if missing:
        raise CourseError(
            f"the official files of {', '.join(missing)} are not here; run `make data`, or let "
            "ANOMALY_LABS_DATA name the folder that holds them, or leave out --data"
        )
    return files
