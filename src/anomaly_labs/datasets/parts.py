"""Generated tables of any length: parts of a million rows in the cache, each made once."""

from __future__ import annotations

import hashlib
from pathlib import Path

from .cache import VERSION, cache_folder, holds_table, write_table
from .loading import generator_key, made
from .sets import find

PART_ROWS = 1_000_000


def generated_parts(name: str, split: str, n_rows: int, seed: int) -> list[Path]:
    """Return the files that together hold `n_rows` generated rows; missing ones are made.

    A part depends on the seed, its number and its length alone, so a longer table begins with the
    whole parts of a shorter one. Each is written aside and renamed: what is there is whole, and
    after an interruption the next call goes on where the last one stopped.

    Parameters
    ----------
    name, split, n_rows, seed
        As for `synthesize`.

    Raises
    ------
    OSError
        If the cache folder cannot be written or is full.
    """
    key, dataset = generator_key(name), find(name)
    folder = cache_folder() / f"{name}-{split}-synthetic-{key[:16]}-seed{seed}-v{VERSION}"
    lengths = [PART_ROWS] * (n_rows // PART_ROWS) + [n_rows % PART_ROWS] * (n_rows % PART_ROWS > 0)
    parts = {
        folder / f"part-{number:05}-{rows}.parquet": (number, rows)
        for number, rows in enumerate(lengths)
    }
    missing = [
        path for path, (_, rows) in parts.items() if not holds_table(path, key, rows, dataset)
    ]
    if missing:
        _make(missing, parts, name, split, seed, key)
    return list(parts)


def _make(
    missing: list[Path],
    parts: dict[Path, tuple[int, int]],
    name: str,
    split: str,
    seed: int,
    key: str,
) -> None:
    """Generate and store parts, with a progress bar where somebody can see it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    shown = console.is_terminal or console.is_jupyter
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not shown) as progress:
        task = progress.add_task(f"generating {name}/{split}, parts", total=len(missing))
        for path in missing:
            number, rows = parts[path]
            table = made(name, rows, split, _seed(seed, number))
            try:
                write_table(path, table, key, find(name).of(split).layout)
            except OSError as error:
                raise OSError(
                    f"generated rows cannot be stored in {path.parent} ({error}); let "
                    "ANOMALY_LABS_CACHE name a folder that can be written and has space"
                ) from error
            progress.advance(task)


def _seed(seed: int, number: int) -> int:
    """Return a seed of a part's own, the same on any machine."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{number}".encode()).digest()[:8])
