"""The official data files of a release: only those that its labs load."""

from collections.abc import Iterable
from pathlib import Path

from anomaly_desk.errors import CourseError
from anomaly_desk.labs import manifest
from anomaly_desk.labs.manifest import Lab
from anomaly_labs import datasets


def data_files(labs: Iterable[Lab]) -> dict[tuple[str, str], tuple[Path, ...]]:
    """Return the genuine files of each data set and split that the labs load.

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
    sets = {name for name, _ in wanted}
    found = {(one.name, one.split): one for name in sets for one in datasets.verify(name)}
    for status in (found[pair] for pair in wanted):
        if status.bad or status.status == "not verified":
            raise CourseError(f"{status.path} does not go to learners: {status.detail}")
    files = {pair: found[pair].paths for pair in wanted if found[pair].paths}
    missing = [f"{n} {split}" for n, split in wanted if found[n, split].status == "missing"]
    if missing:
        raise CourseError(
            f"the official files of {', '.join(missing)} are not here; run `anomaly-labs data "
            "download`, or let "
            "ANOMALY_LABS_DATA name the folder that holds them, or leave out --data"
        )
    return files
