"""The data that the course uses: found, parsed and cached before any notebook asks for them."""

import os
import warnings
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console

from anomaly_desk.manifest import Lab
from anomaly_labs import datasets


def make_folders_absolute() -> None:
    """Let notebooks, which run in other folders, find what the environment names from here."""
    for variable in ("ANOMALY_LABS_DATA", "ANOMALY_LABS_CACHE"):
        if folder := os.environ.get(variable):
            os.environ[variable] = str(Path(folder).expanduser().absolute())


def prepare(console: Console, splits: Iterable[tuple[str, str]]) -> list[datasets.Dataset]:
    """Parse and cache what labs use, print where it is from; settle offline mode for all.

    Parameters
    ----------
    console
        Gets a line for each split.
    splits
        Names of data sets, each with one of its splits, as `manifest.splits` gives them.
    """
    return [_prepare(name, split, console) for name, split in splits]


def told(found: Iterable[datasets.Dataset], lab: Lab) -> str:
    """Return what the data of a lab are, from what `prepare` has found."""
    return "; ".join(repr(data) for data in found if (data.name, data.split) in lab.splits)


def _prepare(name: str, split: str, console: Console) -> datasets.Dataset:
    with console.status(f"{name} {split}: looking, parsing, caching"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the same is said in the line below
        data = datasets.load(name, split=split)
    if data.source == "synthetic":
        os.environ["ANOMALY_LABS_OFFLINE"] = "1"
        console.print(f"[bold yellow]{data!r}[/]")
        console.print("  No real file was found and none could be downloaded; see data/README.md.")
    else:
        console.print(f"{data!r}")
    return data
