"""Fair: other right answers get all points of their task, wrong ones none.

Right ones stand in `anomaly_desk.sample`, wrong ones in `answers/`. Each is tried in the solution
notebook, in place of one exercise, against the whole check, hidden tests included. Those that need
a trained network are slow.
"""

import ast
import dataclasses
import re
import shutil
from pathlib import Path
from types import FunctionType
from typing import Any

import jupytext
import nbformat
import pytest
from nbformat import NotebookNode

from anomaly_desk.grading import grade
from anomaly_desk.labs import sources
from anomaly_desk.sample import thirty
from anomaly_labs import checks

HERE = Path(__file__).parent
SOURCE = sources.read(HERE.parents[1] / "solutions" / "assessment" / "lab.py")
QUICK = ("assessment-q1", "assessment-q2", "assessment-q3", "assessment-q4")  # before Keras
SEEDS = range(10)

pytestmark = pytest.mark.filterwarnings("ignore")  # a warning in an answer costs no points


def run(text: str, names: dict[str, Any]) -> Any:
    """Execute a cell and return the value of its last expression, as a notebook does."""
    tree = ast.parse(text)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


class Desk:
    """The solution notebook, run cell by cell as far as it is needed."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.names: dict[str, Any] = {}
        self.states: dict[str, dict[str, Any]] = {}
        self.points: dict[str, float] = {}
        pairs = zip(SOURCE.cells, SOURCE.solution().cells, strict=True)
        self.cells = ((w, c.source) for w, c in pairs if w.role != "instructor")
        self.checks = {w.keys["check"]: w.text for w in SOURCE.cells if w.role == "check"}

    def state(self, task: str) -> dict[str, Any]:
        """Return a copy of all names as they are when the exercise `task` is answered."""
        while task not in self.states:
            self._next()
        return self._copy(self.states[task])

    def mark(self, task: str, answer: str) -> float:
        """Return the points of a task whose exercise is followed by another answer."""
        names = self.state(task)
        run(answer, names)
        return self._checked(task, names)

    def run_all(self) -> None:
        """Run what is left; the points of every check are in `points` then."""
        while self.points.keys() != SOURCE.points.keys():
            self._next()

    def _next(self) -> None:
        written, text = next(self.cells)
        if written.role == "check":
            task = written.keys["check"]
            self.points[task] = self._checked(task, self._copy(self.names))
        elif written.kind == "code":
            run(text, self.names)
        if written.role == "exercise":
            self.states[written.keys["exercise"]] = self._copy(self.names)
        if "rt" in self.names:
            self.names["rt"] = dataclasses.replace(self.names["rt"], seed=self.seed)

    def _copy(self, names: dict[str, Any]) -> dict[str, Any]:
        """Return names in which the notebook's functions see each other, and not the original's."""
        copied = dict(names)
        for name, value in names.items():
            if isinstance(value, FunctionType) and value.__globals__ is names:
                copied[name] = FunctionType(value.__code__, copied, value.__name__)
        return copied

    def _checked(self, task: str, names: dict[str, Any]) -> float:
        points = run(self.checks[task], names)
        return SOURCE.points[task] if points is None else float(points)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A project in which only the assessment is released."""
    project = tmp_path_factory.mktemp("fairness") / "project"
    shutil.copytree(SOURCE.path.parent, project / "solutions" / SOURCE.name)
    for name in ("nbgrader_config.py", "requirements.lock"):
        shutil.copy(HERE.parents[1] / name, project)
    return project


def notebook_of_others(number: int) -> NotebookNode:
    """The submission of somebody who answers every task the `number`-th other way."""
    tasks = [param.values[:2] for param in answers("right")]
    submission = SOURCE.submission({cell.grade_id for cell in SOURCE.cells if cell.grade_id})
    for cell in submission.cells:
        task = cell.metadata.get("nbgrader", {}).get("grade_id")
        others = [text for answered, text in tasks if answered == task]
        given = re.search(r"\n\ndef (?:en|de)coded.*", cell.source, re.S)
        if others:
            cell.source = others[number] + (given[0] if given else "")
    return submission


def wrong() -> list[tuple[dict[str, str], str]]:
    """Keys and text of each wrong answer."""
    found = jupytext.read(HERE / "answers" / "wrong.py", fmt="py:percent")
    return [(dict(cell.metadata), cell.source) for cell in found.cells]


def answers(kind: str) -> list[Any]:
    """Each answer of a file, with its task; the slow ones are marked."""
    found = []
    for keys, text in thirty.cells("right") if kind == "right" else wrong():
        if kind not in keys:
            continue
        task = keys[kind]
        n = sum(param.values[0] == task for param in found) + 1
        name = f"{task}-{keys.get('why', n)}"
        marks = [] if task in QUICK else [pytest.mark.slow]
        found.append(pytest.param(task, text, id=name, marks=marks))
    return found


@pytest.fixture(scope="module")
def notebook():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANOMALY_LABS_LEARNER", "grace")
        patch.setenv("ANOMALY_LABS_PRIVATE_SEED", "of these tests")
        yield Desk()


@pytest.mark.parametrize("kind", ["right", "wrong"])
def test_each_task_has_five_right_and_five_wrong_answers(kind):
    tasks = [param.values[0] for param in answers(kind)]
    assert set(tasks) == SOURCE.points.keys()
    assert min(tasks.count(task) for task in SOURCE.points) >= 5


@pytest.mark.parametrize(("task", "answer"), answers("right"))
def test_other_right_answers_get_all_points(notebook, task, answer):
    assert notebook.mark(task, answer) == SOURCE.points[task]


@pytest.mark.parametrize(("task", "answer"), answers("wrong"))
def test_wrong_answers_get_no_points(notebook, task, answer):
    with pytest.raises((checks.CheckFailed, ValueError)):  # ValueError: by the answer itself
        notebook.mark(task, answer)


@pytest.mark.slow
@pytest.mark.parametrize("copied", [False, True])
def test_score_without_a_network_earns_what_its_rules_alone_are_worth(notebook, copied):
    """Supervised, or the size of a row with a copy in place of the network: sound rules stay."""
    answer = """
def anomaly_score(X):
    return detector.predict(xgb.DMatrix(row_encoder.transform(X)), output_margin=True) + 20
my_limit = thresholds_by_rule(anomaly_score(held_out))[my_rule]
"""
    if copied:
        answer = """
def reconstruct(X):
    return 0.9 * to_matrix(X)
def anomaly_score(X):
    return (to_matrix(X) ** 2).mean(axis=1)
my_limit = thresholds_by_rule(anomaly_score(held_out))[my_rule]
"""
    assert notebook.mark("assessment-q10", answer) == 2


MATRICES = {
    "assessment-q6": """
def encoded(rows, hidden, latent):
    return np.asarray(rows) @ np.random.default_rng(1).normal(size=(len(rows[0]), latent))
""",
    "assessment-q7": """
def decoded(codes, hidden, n_columns):
    return np.asarray(codes) @ np.random.default_rng(1).normal(size=(len(codes[0]), n_columns))
""",
    "assessment-q8": """
history, middle = {"loss": [0.3, 0.2, 0.1]}, M.mean(axis=0)
directions = np.linalg.svd(M - middle, full_matrices=False)[2][:12]
def reconstruct(X):
    return (to_matrix(X) - middle) @ directions.T @ directions + middle
""",
}
MATRICES["assessment-q9"] = MATRICES["assessment-q8"]
MATRICES["assessment-q10"] = f"""{MATRICES["assessment-q8"]}
my_limit = thresholds_by_rule(anomaly_score(held_out))[my_rule]
"""


@pytest.mark.slow
@pytest.mark.parametrize("task", MATRICES)
def test_matrices_in_place_of_networks_earn_what_the_rules_alone_are_worth(notebook, task):
    """Random ones for Tasks 6 and 7, principal components and typed-in losses from Task 8 on."""
    if task == "assessment-q10":
        assert notebook.mark(task, MATRICES[task]) == 2
        return
    with pytest.raises(checks.CheckFailed):
        notebook.mark(task, MATRICES[task])


@pytest.mark.slow
@pytest.mark.parametrize("number", range(5))
def test_whole_other_notebooks_get_all_points_from_the_grader(course, tmp_path, number):
    path = tmp_path / f"learner-{number}" / "assessment.ipynb"
    path.parent.mkdir()
    nbformat.write(notebook_of_others(number), path)
    known = grade.assignments(course)
    grade.prepare(course / "grading", course, known)
    (graded,) = grade.grade(course / "grading", course, grade.find([tmp_path], known))
    assert graded.points == SOURCE.points
    assert not graded.needs_human


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_reference_gets_all_points_on_every_draw(monkeypatch, seed):
    monkeypatch.setenv("ANOMALY_LABS_LEARNER", f"learner {seed}")
    monkeypatch.setenv("ANOMALY_LABS_PRIVATE_SEED", f"private {seed}")
    desk = Desk(seed)
    desk.run_all()
    assert desk.points == SOURCE.points
