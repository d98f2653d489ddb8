"""Where the CPU time of the course goes: ``python benchmarks/course.py``, or with parts of it.

- ``labs``: each solution notebook in a kernel of its own, as ``anomaly-labs course`` runs it. A
  profiler inside looks at the stack a hundred times a second and books the CPU seconds that have
  passed, of all threads, on the first of `CLASSES` whose code is on the stack. Then the HTML page.
- ``submission``: a first and a second submission of Lab 0 in one grading run, by step.
- ``whole``: CPU seconds of `anomaly-labs course` on a copy of this project without results.

``--notebooks lab3_gan,lab4_adversarial`` looks at these alone. Tables are Markdown.
"""

import argparse
import itertools
import json
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
from costs import Watch, adopt_orphans, measure

from anomaly_desk import execute
from anomaly_desk.labs import manifest, sources

PROJECT = Path(__file__).resolve().parents[1]
PARTS = ("labs", "submission", "whole")
LEFT_OUT = ("build", "data", "grading", "shared")
KEPT_CELLS = 20  # of all notebooks, the costliest
# The stack is read from the inside; the first class that one of its frames belongs to counts.
# A frame: part of its file's path, and names of its functions (none: all).
CLASSES: dict[str, list[tuple[str, tuple[str, ...]]]] = {
    "import": [("<frozen importlib._bootstrap>", ("_find_and_load",))],
    "load": [("anomaly_labs/datasets/", ())],
    "plot": [("matplotlib/", ()), ("anomaly_labs/plots/", ())],
    "encode": [("anomaly_labs/features", ()), ("sklearn/preprocessing/", ())],
    "fit": [
        ("", ("fit", "train", "train_on_batch", "train_substitute", "harden", "mode_collapse")),
        ("", ("repeat", "bilinear_game", "fit_predict")),
    ],
    "attack": [("anomaly_labs/adversarial/", ())],
    "score": [
        ("", ("anomaly_score", "predict", "predict_on_batch", "reconstruct", "encode")),
        ("anomaly_labs/evaluation/", ()),
        ("anomaly_labs/thresholds/", ()),
        ("keras/", ("__call__",)),
    ],
}
PROFILER = """
import json as _json, sys as _sys, threading as _threading, time as _time
class _Profile(_threading.Thread):
    def __init__(self, classes):
        super().__init__(daemon=True)
        self.classes, self.names, self.known = classes, [*classes, "other"], {{}}
        self.mark = _time.process_time()
        self.booked, self.cells = {{"start": self.mark}}, []
        self.main, self.over = _threading.get_ident(), _threading.Event()
    def of(self, code):
        for place, wanted in enumerate(self.classes.values()):
            for part, functions in wanted:
                if part in code.co_filename and (not functions or code.co_name in functions):
                    return place
        return len(self.classes)
    def look(self):
        frame, place = _sys._current_frames()[self.main], len(self.classes)
        while frame is not None:
            code = frame.f_code
            if code not in self.known:
                self.known[code] = self.of(code)
            place, frame = min(place, self.known[code]), frame.f_back
        now, name = _time.process_time(), self.names[place]
        self.booked[name] = self.booked.get(name, 0.0) + now - self.mark
        self.mark = now
    def run(self):
        while not self.over.wait(0.01):
            self.look()
    def end(self, result):
        self.cells.append(_time.process_time())
_profile = _Profile({classes!r})
get_ipython().events.register("post_run_cell", _profile.end)
_profile.start()
"""
REPORT = """
_profile.over.set()
_profile.join()
print(_json.dumps([_profile.booked, _profile.cells]))
"""


def profiled(source: Any, folder: Path) -> tuple[dict[str, float], list[float], Any]:
    """Return CPU seconds by class and by cell of a solution, and the executed notebook."""
    notebook = source.solution()
    first, last = map(nbformat.v4.new_code_cell, (PROFILER.format(classes=CLASSES), REPORT))
    notebook.cells = [first, *notebook.cells, last]
    done = execute.run_notebook(notebook, folder=folder, env={})
    wrong = [o for cell in done.cells for o in cell.get("outputs", []) if o.output_type == "error"]
    if wrong:
        raise SystemExit(f"{source.name}: {wrong[0].ename}: {wrong[0].evalue}")
    booked, ends = json.loads(done.cells[-1].outputs[0].text)
    done.cells = done.cells[1:-1]
    return booked, [b - a for a, b in itertools.pairwise(ends)], done


def labs(names: Iterable[str]) -> None:
    """Print CPU seconds of the notebooks by class, and the costliest cells."""
    columns = ["start", *CLASSES, "other", "page"]
    print(f"| notebook | {' | '.join(columns)} | CPU s |")
    print("|---" * (len(columns) + 2) + "|")
    total: Counter[str] = Counter()
    costly: list[tuple[float, str, int, str]] = []
    for source in sources.course(PROJECT):
        if source.name not in names:
            continue
        with tempfile.TemporaryDirectory(prefix="course-") as folder:
            booked, by_cell, done = profiled(source, Path(folder))
        before = time.process_time()
        execute._page(done, source.name)
        booked["page"] = time.process_time() - before
        total.update(booked)
        print(row(source.name, [booked.get(name, 0.0) for name in columns]), flush=True)
        seconds = iter(by_cell)
        for cell, ran in zip(source.cells, done.cells, strict=True):
            if ran.cell_type == "code":
                costly.append((next(seconds), source.name, cell.line, first_line(ran.source)))
    print(row("all", [total[name] for name in columns]))
    print("\n| cell | first line | CPU s |\n|---|---|---|")
    for used, name, line, text in sorted(costly, reverse=True)[:KEPT_CELLS]:
        print(f"| {name}, line {line} | `{text}` | {used:.1f} |")


def row(name: str, values: list[float]) -> str:
    return f"| {name} | {' | '.join(f'{v:.1f}' for v in values)} | {sum(values):.1f} |"


def first_line(source: str) -> str:
    lines = [line for line in source.splitlines() if line and not line.startswith(("#", "import"))]
    return lines[0][:60].replace("|", "or") if lines else ""


class Steps:
    """Books the CPU time of this process and of all that it starts on the step at work."""

    def __init__(self) -> None:
        self.booked: Counter[str] = Counter()
        self._watch = Watch(lambda: 0)
        self._at = ["the rest"]
        self._used = 0.0

    def turn(self) -> None:
        """Book what has been used since the last turn."""
        self._watch.count()
        used = self._watch.seconds + time.process_time()
        self.booked[self._at[-1]] += used - self._used
        self._used = used

    def book(self, owner: Any, name: str, step: str) -> None:
        """Book the calls of a function as `step`, but for what they call that is booked itself."""
        function = getattr(owner, name)

        def booked(*given: Any, **named: Any) -> Any:
            self.turn()
            self._at.append(step)
            try:
                return function(*given, **named)
            finally:
                self.turn()
                self._at.pop()

        setattr(owner, name, booked)


def submission() -> None:
    """Print what a first and a second submission of Lab 0 take in one run, by step."""
    from nbgrader.apps import NbGraderAPI

    from anomaly_desk.checking import execute as grader
    from anomaly_desk.checking import kernel
    from anomaly_desk.grading import grade, one
    from anomaly_desk.sandbox import forkserver
    from anomaly_desk.submissions.intake import Job, Submission

    os.environ["ANOMALY_LABS_FAST"] = "1"
    steps, name = Steps(), manifest.labs(PROJECT)[0].name
    for owner, function, step in (
        (kernel.Kernel, "start", "start of the kernel"),
        (kernel.Kernel, "run", "cells, in the sandbox"),
        (kernel.Kernel, "stop", "end of the kernel"),
        (grader, "shared_pictures", "figures, once in a run"),
        (grader.Trusted, "settle", "names that checks trust"),
        (grader, "judge", "checks"),
        (NbGraderAPI, "autograde", "nbgrader autograde, the rest"),
        (NbGraderAPI, "generate_feedback", "feedback"),
    ):
        steps.book(owner, function, step)
    source = grade.assignments(PROJECT)[name]
    columns, modules = {}, grade.preloaded([source])
    with tempfile.TemporaryDirectory(prefix="course-") as folder, forkserver.running(modules):
        root, path = Path(folder, "course"), Path(folder, f"{name}.ipynb")
        prints = grade.prepare(root, PROJECT, {name: source})
        nbformat.write(source.submission(set(source.points)), path)
        for learner in ("first", "second"):
            steps.turn()
            steps.booked.clear()
            graded = one.result(
                Job(root, PROJECT, Submission(learner, name, path), prints[name], False)
            )
            steps.turn()
            columns[learner] = dict(steps.booked)
            if graded.trouble:
                raise SystemExit(graded.trouble)
    print("\n| one submission of the first lab | first | second |\n|---|---|---|")
    for step in columns["first"]:
        print(f"| {step} | {columns['first'][step]:.2f} | {columns['second'].get(step, 0.0):.2f} |")
    print(f"| all | {sum(columns['first'].values()):.2f} | {sum(columns['second'].values()):.2f} |")


def not_copied(folder: str, names: list[str]) -> list[str]:
    return [n for n in names if Path(folder) == PROJECT and (n[0] == "." or n in LEFT_OUT)]


def whole() -> None:
    """Print what the main job takes on a copy of this project without results."""
    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        copy = Path(folder, "project")
        shutil.copytree(PROJECT, copy, ignore=not_copied, symlinks=True)
        data = os.environ.get("ANOMALY_LABS_DATA", str(PROJECT / "data"))
        command = [str(Path(sys.executable).with_name("anomaly-labs")), "course"]
        env = {**os.environ, "ANOMALY_LABS_DATA": data}
        cost = measure(command, lambda: 0, cwd=copy, env=env)
    figures = f"{cost.cpu:.0f} CPU s, {cost.wall:.0f} s, peak {cost.peak:.0f} MB"
    print(f"\n`anomaly-labs course`, nothing kept: {figures}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Where the CPU time of the course goes.")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all when left out")
    parser.add_argument("--notebooks", help="comma-separated names; all when left out")
    given = parser.parse_args()
    adopt_orphans()
    every = [lab.name for lab in manifest.labs(PROJECT)]
    wanted = given.notebooks.split(",") if given.notebooks else every
    for part in given.parts or PARTS:
        {"labs": lambda: labs(wanted), "submission": submission, "whole": whole}[part]()


if __name__ == "__main__":
    main()
