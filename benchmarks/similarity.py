"""Where the limit of alike answers comes from, and what a report on 300 learners takes.

``python benchmarks/similarity.py`` compares the right answers of ``anomaly_desk.sample``, task by
task. They were written apart, so what they have in common is what honest learners may have. Then
each answer is copied in five disguises and compared with itself. The limit lies between.

``--learners 300`` also makes a graded class of the assessment, every tenth learner a copy of
another with other names, and times ``anomaly-labs report`` on it.
"""

import argparse
import ast
import itertools
import random
import resource
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import numpy as np
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from report import Claims, spread, table
from rich.console import Console

from anomaly_desk.grading import grade, ledger
from anomaly_desk.labs import sources
from anomaly_desk.report import similarity, tokens
from anomaly_desk.report.make import make
from anomaly_desk.report.similarity import Fragments
from anomaly_desk.sample import thirty

PROJECT = Path(__file__).parents[1]
NAME = "assessment"
SOURCE = sources.read(PROJECT / "solutions" / NAME / "lab.py")
ALIKE = 10  # fragments in common, for a share to mean anything
# Layers of thirty.txt that several learners share, and one answer that renames one of right.txt.
NOT_APART = {("cheats", task) for task in SOURCE.points} | {
    ("other-library-calls", "assessment-q8")
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--learners", type=int, default=0, help="learners of a made class")
    learners = parser.parse_args().learners
    claims = Claims()
    honest(claims)
    disguised(claims)
    if learners:
        timed(learners)
    claims.end()


def texts(task: str) -> list[str]:
    """Return the right answers to a task that were written apart."""
    return [
        text
        for keys, text in [*thirty.cells("right"), *thirty.cells("thirty")]
        if keys.get("right") == task
        or (keys.get("task") == task and (keys["learner"], task) not in NOT_APART)
    ]


def given(text: str) -> Fragments:
    return similarity.fragments(tokens.tokens(text, tokens.names([text])))


def course(task: str) -> Fragments:
    """Return what stands in the release or in the reference solution."""
    cell = next(cell for cell in SOURCE.cells if cell.keys.get("exercise") == task)
    return given(cell.text) | given(cell.visible)


def honest(claims: Claims) -> None:
    found = []
    for task in SOURCE.points:
        own = [given(text) - course(task) for text in texts(task)]
        share, count = similarity.shares(own)
        found += [
            (share[i, j] if count[i, j] >= ALIKE else 0.0, int(count[i, j]), task)
            for i, j in itertools.combinations(range(len(own)), 2)
        ]
    shares = np.array([share for share, _, _ in found])
    quantiles = " ".join(f"{share:.2f}" for share in np.quantile(shares, [0.5, 0.9, 0.99, 1]))
    print(
        f"Answers written apart: {len(found)} pairs; share of fragments in common, median, 90 %, "
        f"99 % and highest: {quantiles}. The most alike:\n"
    )
    alike = sorted(found, reverse=True)[:5]
    print(
        table(
            [{"share": f"{share:.2f}", "fragments": n, "task": task} for share, n, task in alike]
        ),
        end="\n\n",
    )
    claims.check(
        f"no pair written apart reaches the limit of {similarity.LIMIT} ({shares.max():.2f})",
        shares.max() < similarity.LIMIT,
    )


def disguised(claims: Claims) -> None:
    rows, lowest = [], 1.0
    for name, disguise in DISGUISES.items():
        shares = []
        for task in SOURCE.points:
            ours = course(task)
            for text in texts(task):
                share, count = similarity.shares([given(text) - ours, given(disguise(text)) - ours])
                if count[0, 0] >= similarity.EVIDENCE:
                    shares.append(share[0, 1])
        lowest = min(lowest, *shares)
        rows.append(
            {
                "copies with": name,
                "answers": len(shares),
                "share, median (lowest to highest)": spread(shares),
            }
        )
    print(f"\n{table(rows)}\n")
    claims.check(f"every disguised copy reaches it ({lowest:.2f})", lowest >= similarity.LIMIT)


def renamed(text: str) -> str:
    """Return the same code with other names, in another layout."""
    own = tokens.names([text])

    class Renamed(ast.NodeTransformer):
        def generic_visit(self, node: ast.AST) -> ast.AST:
            super().generic_visit(node)
            if isinstance(node, ast.Name) and node.id in own.things:
                node.id += "_mine"
            elif isinstance(node, ast.arg) or (
                isinstance(node, ast.keyword) and node.arg in own.arguments
            ):
                node.arg = f"{node.arg}_mine"
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                node.name += "_mine"
            elif isinstance(node, ast.Attribute) and node.attr in own.parts:
                node.attr += "_mine"
            elif isinstance(node, ast.alias) and node.asname:
                node.asname += "_mine"
            return node

    return ast.unparse(Renamed().visit(ast.parse(text)))


def other_numbers(text: str) -> str:
    class Larger(ast.NodeTransformer):
        def visit_Constant(self, node: ast.Constant) -> ast.AST:
            if type(node.value) in (int, float):
                node.value += 1
            return node

    return ast.unparse(Larger().visit(ast.parse(text)))


def reversed_order(text: str) -> str:
    tree = ast.parse(text)
    tree.body.reverse()
    return ast.unparse(tree)


def new_lines(text: str, every: int) -> str:
    """Return the code with a line of its own before every so many statements."""
    count = itertools.count(1)

    def filled(body: list[ast.stmt]) -> Iterator[ast.stmt]:
        for statement in body:
            if isinstance(getattr(statement, "body", None), list):
                statement.body = list(filled(statement.body))
            number = next(count)
            if number % every == 0:
                yield ast.parse(f"other{number} = {number} + 2").body[0]
            yield statement

    tree = ast.parse(text)
    tree.body = list(filled(tree.body))
    return ast.unparse(ast.fix_missing_locations(tree))


DISGUISES: dict[str, Callable[[str], str]] = {
    "other names and layout": renamed,
    "other numbers too": lambda text: other_numbers(renamed(text)),
    "other order too": lambda text: reversed_order(other_numbers(renamed(text))),
    "a new line every third": lambda text: new_lines(renamed(text), 3),
    "a new line before every one": lambda text: new_lines(renamed(text), 1),
}


def timed(n_learners: int) -> None:
    """Time the report on a made class."""
    with tempfile.TemporaryDirectory(prefix="anomaly-labs-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        root = Path(folder) / "grading"
        grade.prepare(root, PROJECT, {NAME: SOURCE})
        enrol(root, n_learners)
        started, used = time.monotonic(), time.process_time()
        ((path, said),) = make(root, NAME, output=None, names=True, console=Console()).items()
        wall, cpu = time.monotonic() - started, time.process_time() - used
        size = path.stat().st_size / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\nReport on {n_learners} learners: {wall:.1f} s ({cpu:.1f} CPU s), page of {size:.1f} MB,"
        f" peak memory {peak:.0f} MB; {said}."
    )


def enrol(root: Path, n_learners: int) -> None:
    """Write autograded notebooks, ledger and gradebook of a class that was never graded."""
    rng = random.Random(0)
    release = nbformat.read(root / "release" / NAME / f"{NAME}.ipynb", as_version=4)
    choices = {task: texts(task) for task in SOURCE.points}
    before: dict[str, str] = {}
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        for number in range(n_learners):
            learner = f"learner-{number:04}"
            copies = number % 10 == 9
            own = {task: varied(rng.choice(choices[task]), rng) for task in choices}
            picked = {task: renamed(text) for task, text in before.items()} if copies else own
            before = picked
            notebook = nbformat.from_dict(release)
            points = {task: rng.choice([0.0, top]) for task, top in SOURCE.points.items()}
            for cell in notebook.cells:
                name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
                if name in picked:
                    cell.source = picked[name]
                elif points.get(name.removesuffix("-check")) == 0.0:
                    hint = f"look again (yours: {rng.random()})."
                    cell.outputs = [new_output("error", ename="CheckFailed", evalue=hint)]
            path = root / "autograded" / learner / NAME / f"{NAME}.ipynb"
            path.parent.mkdir(parents=True)
            nbformat.write(notebook, path)
            graded = ledger.Graded(NAME, learner, points, (), False, rng.uniform(4, 20))
            ledger.write(root, NAME, learner, ledger.Entry("", graded=graded))
            gradebook.add_student(learner)
            for one in gradebook.add_submission(NAME, learner).notebooks[0].grades:
                one.auto_score = points.get(one.name.removesuffix("-check"), 0.0)
        gradebook.db.commit()


def varied(text: str, rng: random.Random) -> str:
    """Return an answer with lines of a learner's own: no two learners write the same."""
    word = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=8))
    lines = [f"print({word!r}, len(str({word}_{n})), {word!r})" for n in range(12)]
    return "\n".join([text, *rng.sample(lines, 6)])


if __name__ == "__main__":
    main()
