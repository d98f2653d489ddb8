"""The data that the course uses: found, parsed and cached before any notebook asks for them."""

import os
import re
import warnings
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console

from anomaly_desk.environment import CACHE, DATA, OFFLINE
from anomaly_desk.labs.manifest import Lab
from anomaly_labs import datasets
from anomaly_labs.datasets import sets
from anomaly_labs.datasets.contract import DataSet, File, Split


def make_folders_absolute() -> None:
    """Let notebooks, which run in other folders, find what the environment names from here."""
    for variable in (DATA, CACHE):
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
    if data.source == "synthetic" and sets.find(name).splits[split].files:
        os.environ[OFFLINE] = "1"
        console.print(f"[bold yellow]{data!r}[/]")
        console.print("  No real file was found and none could be downloaded; see data/README.md.")
    else:
        console.print(f"{data!r}")
    return data


LONG = 10  # from here on the splits of a set share one line of a table


def sets_block() -> str:
    """Return the tables and the list of ``data/README.md``: files, sums, origins, licences."""
    known = [sets.find(name) for name in sets.ours()]
    rows = [row for one in known for row in _rows(one)]
    head = "| data set | split | official file | rows | SHA-256 of the uncompressed text |"
    origins = "\n".join(_origin(one) for one in known)
    return "\n".join(
        [head, "|---|---|---|---|---|", *rows, "", "### Origin and licence", "", origins]
    )


def _rows(known: DataSet) -> list[str]:
    """Return a line of the table for each split, one for all where there are many."""
    if len(known.splits) > LONG:
        first, *_, last = known.splits
        total = sum(split.rows for split in known.splits.values())
        which = f"{len(known.splits)}, from `{first}` to `{last}`"
        module = f"`anomaly_labs/datasets/sets/{known.name}`"
        files = {file.names[0] for split in known.splits.values() for file in split.files}
        return [f"| `{known.name}` | {which} | {len(files)} files | {total:,} | in {module} |"]
    return [_row(known, name, split) for name, split in known.splits.items()]


def _row(known: DataSet, name: str, split: Split) -> str:
    default = " (default)" if name == known.default_split else ""
    excerpt = ", an excerpt" if split.source == "excerpt" else ""
    names = "; ".join(" or ".join(f"`{one}`" for one in file.names) for file in split.files)
    sums = "; ".join(_sum(file) for file in split.files)
    return (
        f"| `{known.name}` | `{name}`{default} | {names or 'none: generated'} "
        f"| {split.rows:,}{excerpt} | {sums or '-'} |"
    )


def _sum(file: File) -> str:
    if file.text_sha256 is None and file.archive_sha256 is not None:
        return f"not known; of the packed file: `{file.archive_sha256}`"
    return "not known" if file.text_sha256 is None else f"`{file.text_sha256}`"


def _origin(known: DataSet) -> str:
    cited = re.sub(r"doi:(\S+\w)", r"[doi:\1](https://doi.org/\1)", known.citation)
    said = [f"- **{known.title}** (`{known.name}`): {cited}. Licence: {known.licence}."]
    if known.origin:
        said.append(f"Addresses: {known.origin}.")
    if known.unverified:
        said.append(f"**Not verified:** {known.unverified}.")
    bundles = {name for split in known.splits.values() for f in split.files for name in f.bundles}
    if bundles:
        said.append(f"{' and '.join(f'`{name}`' for name in sorted(bundles))} holds all of them.")
    if known.generator is None:
        said.append("Nothing is generated in its place.")
    return " ".join(said)
