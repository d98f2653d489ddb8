"""Run the benchmarks and write RESULTS.md: ``make bench``, or ``python benchmarks/run.py NAMES``.

Each benchmark is a script of this folder, runnable alone too. Its output is kept in ``build/bench``
when it has ended, and replaces its section of RESULTS.md, with the date, the machine and the
versions. All else on that page stays as it is. A benchmark that fails keeps its old section, the
others go on, and the exit code is 1, as it is when a claim does not hold.

Scripts that compare with PyOD need a Python that has it (see rivals.py); without one they are left
out here, so that no section loses its comparison. Put the official files where the course finds
them, close other programs, and expect hours for all.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import page
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

# This process imports nothing heavy: on Linux a child starts with the peak memory of its parent.
HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent
PAGE = HERE / "RESULTS.md"
KEPT = PROJECT / "build" / "bench"
TICK_S = 0.2


@dataclass(frozen=True)
class Bench:
    """A script with its arguments, and what the page says of it."""

    name: str
    title: str
    minutes: float
    libraries: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    needs: tuple[str, ...] = ("the official files",)
    script: str = ""

    @property
    def path(self) -> Path:
        """The script, by default the one of the same name."""
        return HERE / (self.script or f"{self.name}.py")

    @property
    def command(self) -> str:
        """What to type in the project's folder."""
        return " ".join(["python", f"benchmarks/{self.path.name}", *self.arguments])


FILES, PYOD, BUBBLEWRAP = "the official files", "PYOD_PYTHON", "bubblewrap"
TABLES = ("numpy", "pandas", "pyarrow")
NETS = ("numpy", "scikit-learn", "keras", "tensorflow")
BENCHES = (
    Bench("loading", "Loading KDD99 10 %", 2, (*TABLES, "polars", "scikit-learn")),
    Bench("imports", "Importing the library, and a warm load", 1, TABLES),
    Bench(
        "boosting", "XGBoost beside other boosted trees", 8, (*TABLES, "scikit-learn", "xgboost")
    ),
    Bench("lab1", "Lab 1", 3, (*TABLES, "scikit-learn", "xgboost", "keras", "tensorflow")),
    Bench("scale", "Growth with the number of rows", 30, (*TABLES, "xgboost"), needs=()),
    Bench(
        "cluster",
        "More than one process: Dask",
        10,
        (*TABLES, "xgboost", "dask", "distributed"),
        needs=(),
    ),
    Bench("generator", "The generator as a stand-in", 6, (*TABLES, "scikit-learn", "xgboost")),
    Bench("autoencoder", "Autoencoder", 20, NETS, needs=(FILES, PYOD)),
    Bench("neighbors", "Nearest neighbours", 6, ("numpy", "scikit-learn"), needs=(FILES, PYOD)),
    Bench("gan", "GAN detectors", 30, NETS, needs=(FILES, PYOD)),
    Bench(
        "worlds",
        "The generated company before any model",
        20,
        (*TABLES, "scikit-learn"),
        needs=(),
    ),
    Bench("comparison", "Detectors at equal false alarms", 8, (*NETS, "xgboost")),
    Bench("adversarial", "Attacks and Defense-GAN", 12, (*NETS, "xgboost")),
    Bench("assessment", "Assessment", 25, (*NETS, "xgboost")),
    Bench(
        "grading",
        "Grading, beside plain nbgrader",
        15,
        ("nbgrader", "nbclient"),
        ("--submissions", "30", "--many", "100"),
        (FILES, BUBBLEWRAP),
    ),
    Bench("course", "Where the CPU time goes", 30, NETS, needs=(FILES, BUBBLEWRAP)),
    Bench(
        "similarity",
        "Alike answers and the class report",
        1,
        ("nbgrader",),
        ("--learners", "300"),
        (),
    ),
)


def rendered(bench: Bench, output: str, minutes: float) -> str:
    """Return the section of one run."""
    today = date.today()
    used = [f"{name} {found}" for name in bench.libraries if (found := page.installed(name))]
    facts = (
        f"{today.day} {today:%B %Y}, {minutes:.1f} minutes; {page.machine()}; {', '.join(used)}."
    )
    return f"## {bench.title}\n\n`{bench.command}`, {facts}\n\n{output.strip()}"


@contextmanager
def started(bench: Bench) -> Iterator[subprocess.Popen[bytes]]:
    """Start a script with its output in files; what is left of it at the end is stopped."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (
        open(KEPT / f"{bench.name}.part", "wb") as out,
        open(KEPT / f"{bench.name}.log", "wb") as log,
    ):
        process = subprocess.Popen(
            [sys.executable, str(bench.path), *bench.arguments],
            cwd=PROJECT,
            stdout=out,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()


def waited(process: subprocess.Popen[bytes], bench: Bench, console: Console) -> float:
    """Show the time that goes by until a script has ended; return its minutes."""
    begun = time.monotonic()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(
        *columns, TextColumn("{task.fields[of]}"), console=console, transient=True
    ) as bar:
        task = bar.add_task(
            bench.name, total=60 * bench.minutes, of=f"of about {bench.minutes} min"
        )
        while process.poll() is None:
            time.sleep(TICK_S)
            bar.update(task, completed=time.monotonic() - begun)
    return (time.monotonic() - begun) / 60


def ran(bench: Bench, console: Console) -> str:
    """Run one benchmark and renew its section; return what went wrong, or nothing."""
    console.print(f"{bench.name}: {bench.command}, about {bench.minutes} min")
    with started(bench) as process:
        minutes = waited(process, bench, console)
    part = KEPT / f"{bench.name}.part"
    output = part.read_text(encoding="utf-8")
    if process.returncode and not (process.returncode == 1 and page.ENDED.search(output)):
        log = (KEPT / f"{bench.name}.log").read_text(encoding="utf-8", errors="replace")
        console.print(log[-2000:], markup=False, highlight=False)
        where = part.relative_to(PROJECT)
        return (
            f"ended with {process.returncode}; its section stays, its output so far is in {where}"
        )
    os.replace(part, part.with_suffix(".txt"))
    renew(bench.name, rendered(bench, output, minutes))
    console.print(f"  done in {minutes:.1f} minutes")
    return "a claim does not hold" if process.returncode else ""


def renew(name: str, section: str) -> None:
    """Replace one section of RESULTS.md, and the list of claims."""
    order = [bench.name for bench in BENCHES]
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "# Results\n"
    text = page.replaced(text, name, section, order)
    page.write(PAGE, page.replaced(text, page.LOOK_UP, page.looked_up(text), order))


def listed() -> Table:
    table = Table("name", "minutes", "needs", "command", title="python benchmarks/run.py NAMES")
    for bench in BENCHES:
        table.add_row(bench.name, f"{bench.minutes:g}", ", ".join(bench.needs), bench.command)
    return table


def main(given: Sequence[str] | None = None) -> None:
    words = list(sys.argv[1:] if given is None else given)
    place = words.index("--") if "--" in words else len(words)
    own, others = words[:place], tuple(words[place + 1 :])
    parser = argparse.ArgumentParser(
        description="Run the benchmarks and write benchmarks/RESULTS.md.",
        epilog="What stands after -- goes to the one script that is named, in place of its own"
        " arguments: python benchmarks/run.py gan -- nsl --seeds 2",
    )
    names = [bench.name for bench in BENCHES]
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these (default: all)")
    parser.add_argument("--list", action="store_true", help="list the benchmarks and leave")
    options = parser.parse_args(own)
    console = Console()
    if options.list:
        console.print(listed())
        return
    if strange := set(options.names) - set(names):
        parser.error(f"unknown: {', '.join(sorted(strange))}; choose from {', '.join(names)}")
    if others and len(options.names) != 1:
        parser.error("arguments after -- need the name of one benchmark before it")
    if os.environ.get("ANOMALY_LABS_FAST") == "1":
        parser.error("ANOMALY_LABS_FAST=1 measures nothing; unset it")
    wrong: dict[str, str] = {}
    for bench in BENCHES:
        if bench.name not in (options.names or names):
            continue
        if PYOD in bench.needs and not os.environ.get(PYOD):
            wrong[bench.name] = "left out: PYOD_PYTHON is not set, see benchmarks/rivals.py"
        else:
            wrong[bench.name] = ran(replace(bench, arguments=others or bench.arguments), console)
    for name, what in wrong.items():
        console.print(f"{name}: {what or 'written'}")
    raise SystemExit(1 if any(wrong.values()) else 0)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit("\nStopped; what had not ended keeps its section.") from None
