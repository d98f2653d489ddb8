"""The data that the course uses: found, parsed and cached before any notebook asks for them."""

import os
import warnings
from pathlib import Path

from rich.console import Console

from anomaly_labs import datasets

USED = (
    ("kdd99", "10_percent"), ("kdd99", "test"), ("nsl_kdd", "train"), ("nsl_kdd", "test"),
)  # fmt: skip


def make_folders_absolute() -> None:
    """Let notebooks, which run in other folders, find what the environment names from here."""
    for variable in ("ANOMALY_LABS_DATA", "ANOMALY_LABS_CACHE"):
        if folder := os.environ.get(variable):
            os.environ[variable] = str(Path(folder).expanduser().absolute())


def prepare(console: Console) -> list[datasets.Dataset]:
    """Parse and cache what the course uses, print where it is from; settle offline mode for all."""
    return [_prepare(name, split, console) for name, split in USED]


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
