"""What the benchmarks print: Markdown tables, medians with their spread, and claims.

Imports nothing heavy, because some scripts measure memory and imports.
"""

import argparse
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from statistics import median

Row = Mapping[str, object]


def table(rows: Sequence[Row]) -> str:
    """Return a Markdown table with the keys of the first row as its head.

    Whole numbers get separators, other numbers four significant digits at least.
    """
    head = list(rows[0])
    lines = [head, ["---"] * len(head), *([_cell(row[name]) for name in head] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    if isinstance(value, str):
        return value
    number = float(value)  # type: ignore[arg-type]
    return f"{number:,.0f}" if number.is_integer() else f"{number:.4g}"


def spread(values: Sequence[float], form: str = ".2f") -> str:
    """Return the median, and lowest and highest in brackets where there are several."""
    middle = format(median(values), form)
    if len(values) == 1:
        return f"{middle} (once)"
    return f"{middle} ({min(values):{form}} to {max(values):{form}})"


@contextmanager
def timed(row: dict[str, float]) -> Iterator[None]:
    """Write CPU seconds of all threads, and wall seconds, of the block into `row`."""
    cpu, wall = time.process_time(), time.perf_counter()
    yield
    row["cpu_s"] = time.process_time() - cpu
    row["wall_s"] = time.perf_counter() - wall


def kind(source: str) -> str:
    """Return what a table was measured on; generated data is said to be that."""
    return "real data" if source == "real" else "GENERATED data"


def choice(doc: str, parts: Iterable[str], *, seeds: int) -> tuple[list[str], int]:
    """Return which parts, and how many seeds, the command line asks for."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(parts)}")
    parser.add_argument("--seeds", type=int, default=seeds, help=f"how many (default: {seeds})")
    given = parser.parse_args()
    if strange := set(given.parts) - set(parts):
        parser.error(f"unknown: {', '.join(sorted(strange))}; choose from {', '.join(parts)}")
    return given.parts, given.seeds


class Claims:
    """What a script claims of its figures; each is printed with yes or NO."""

    def __init__(self) -> None:
        self.kept: list[bool] = []

    def check(self, text: str, kept: bool) -> None:
        """Print one claim and whether it holds."""
        self.kept.append(bool(kept))
        print(f"- {text}: **{'yes' if kept else 'NO'}**", flush=True)

    def end(self) -> None:
        """Print how many hold and leave, with 1 where one does not."""
        if self.kept:
            print(f"\nClaims that hold: {sum(self.kept)} of {len(self.kept)}.")
        raise SystemExit(0 if all(self.kept) else 1)
