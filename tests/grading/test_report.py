"""The class report: its figures against hand-made ones, alike answers, and a page that is safe."""

import ast
import itertools
import stat
import time
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from nbgrader.api import Gradebook
from scipy.stats import pearsonr
from typer.testing import CliRunner

from anomaly_desk.grading import grade, ledger
from anomaly_desk.report import compare, items, page, similarity, tokens
from anomaly_desk.report.classwork import Classwork, Task, Work
from anomaly_desk.report.collect import collect
from anomaly_desk.report.notebooks import plain
from anomaly_desk.results import grades
from anomaly_desk.sample import thirty
from anomaly_desk.submissions.findings import Finding
from anomaly_labs.cli import app

HERE = Path(__file__).parent
SCRIPT = "</pre><script>alert('r1')</script><img src=x onerror=alert(1)>"
BUSY = """
def busiest(connections):
    sums = {}
    for service, size in zip(connections["service"], connections["bytes"]):
        sums[service] = sums.get(service, 0) + size
    order = sorted(sums, key=lambda name: sums[name], reverse=True)
    return pd.DataFrame({"service": order, "bytes": [sums[name] for name in order]})
"""
COPY = '''
def busiest(connections):
    """All mine."""
    totals = {}   # a dictionary
    for (s, b) in zip(connections['service'], connections['bytes']):
        totals[s] = totals.get(s, 0) + b

    ranking = sorted(totals, key=lambda k: totals[k], reverse=True)
    return pd.DataFrame({'service': ranking,
                         'bytes': [totals[k] for k in ranking]})
'''
APART = """
def busiest(connections):
    wide = connections.pivot_table(values="bytes", index="service", aggfunc=np.sum)
    wide.sort_values(by="bytes", ascending=False, inplace=True)
    return wide.reset_index().loc[:, ["service", "bytes"]]
"""


def given(text):
    found = tokens.tokens(text, tokens.names([text]))
    return similarity.fragments(found)


# --- items ---


def test_discrimination_is_the_correlation_with_all_other_points():
    points = np.random.default_rng(0).integers(0, 4, (30, 5)).astype(float)
    found = items.discrimination(points)
    for column in range(5):
        rest = np.delete(points, column, axis=1).sum(axis=1)
        assert found[column] == pytest.approx(pearsonr(points[:, column], rest).statistic)


def test_difficulty_and_tails_are_as_counted_by_hand():
    totals = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]  # upper group: the first three, lower: the last three
    points = np.array([[t, 10 * (t >= 8), 2 * (t < 2)] for t in totals], dtype=float)
    one, two, three = items.analyse(points, np.array([9, 10, 2]))
    assert (one.difficulty, two.difficulty, three.difficulty) == (0.5, 0.2, 0.2)
    assert two.upper_lower == pytest.approx(2 / 3)
    assert three.discrimination < 0 and "negative" in three.stands_out
    assert "very hard" in two.stands_out and one.stands_out == ""


def test_who_is_first_among_equals_does_not_matter():
    points = np.array([[1, 0], [0, 1], [1, 0], [0, 1]] * 3, dtype=float)  # all have one point
    assert items.upper_lower(points, np.ones(2)) == pytest.approx([0, 0])


@pytest.mark.parametrize("n_learners", [0, 1, 2, 9])
def test_a_small_class_has_no_discrimination(n_learners):
    points = np.random.default_rng(1).integers(0, 3, (n_learners, 3))
    found = items.analyse(points, np.full(3, 2))
    assert all(item.discrimination is None and item.stands_out == "" for item in found)
    assert all((item.difficulty is None) == (n_learners == 0) for item in found)


def test_an_exercise_that_all_solve_has_no_discrimination_and_is_called_easy():
    points = np.column_stack([np.ones(12), np.arange(12)])
    easy, _ = items.analyse(points, np.array([1, 11]))
    assert easy.discrimination is None and easy.stands_out == "very easy"


# --- alike answers ---


def test_share_is_of_the_shorter_answer_for_every_pair():
    answers = [frozenset("abcdef"), frozenset("abc"), frozenset("xy")]
    share, count = similarity.shares(answers)
    assert count.tolist() == [[6, 3, 0], [3, 3, 0], [0, 0, 2]]
    assert share.tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 1]]


def test_other_names_layout_and_comments_leave_a_copy_identical():
    assert given(BUSY) == given(COPY)
    assert len(given(BUSY)) > similarity.EVIDENCE


def test_another_way_to_the_same_result_is_not_alike():
    share, _ = similarity.shares([given(BUSY), given(APART)])
    assert share[0, 1] < 0.2


def test_a_name_that_another_cell_defines_may_be_renamed_too():
    first, second = ["t = 3", "def f(x): return x > t"], ["u = 4", "def f(y): return y > u"]
    one, other = (
        [tokens.tokens(c, tokens.names(cells)) for c in cells] for cells in (first, second)
    )
    assert one == other


def test_code_that_python_cannot_read_is_compared_as_it_stands():
    broken, renamed = "total = sum(rows", "summe = sum(rows"
    assert tokens.tokens(broken, tokens.names([broken]))[:3] == ("V", "=", "sum")
    assert given(f"%matplotlib inline\n{BUSY}") >= given(BUSY)
    assert tokens.tokens(renamed, tokens.names([renamed])) == tokens.tokens(
        broken, tokens.names([broken])
    )


@pytest.mark.parametrize(
    "text", ["'\\" * 9_999, "'''\\" * 20_000, "(" * 50_000, "f'{" * 9_000, "1" * 99_999, "\0"]
)
def test_hostile_text_neither_stops_nor_slows_the_comparison(text):
    started = time.monotonic()
    given_names = tokens.names([text])
    assert isinstance(tokens.tokens(text, given_names), tuple)
    assert len(tokens.lines(text, given_names)) == 1
    assert time.monotonic() - started < 2


def test_right_answers_that_were_written_apart_stay_below_the_limit():
    source = thirty.source(HERE.parents[1])
    course = {
        c.keys["exercise"]: given(c.text) | given(c.visible)
        for c in source.cells
        if "exercise" in c.keys
    }
    highest = 0.0
    for task, ours in course.items():
        own = [given(t) - ours for k, t in thirty.cells("right") if k.get("right") == task]
        assert len(own) == 5
        share, count = similarity.shares(own)
        pairs = [(i, j) for i, j in itertools.combinations(range(5), 2) if count[i, j] >= 10]
        highest = max([highest, *(share[i, j] for i, j in pairs)])
    assert 0.2 < highest < similarity.LIMIT - 0.05


def test_a_disguised_copy_stays_above_the_limit():
    tree = ast.parse(COPY)
    body = tree.body[0].body
    tree.body[0].body = [s for old in body for s in (ast.parse("other = 1").body[0], old)]
    disguised = given(ast.unparse(tree))
    share, count = similarity.shares([given(BUSY), disguised])
    assert share[0, 1] >= similarity.LIMIT and count[0, 1] >= similarity.EVIDENCE


def test_what_most_of_the_class_has_does_not_count():
    common = similarity.fragments(
        ["all", "of", "the", "class", "has", "written", "this", "line", "like", "so"]
    )
    answers = {f"learner-{n}": common for n in range(6)} | {"seventh": frozenset([("mine",)])}
    assert set(similarity.own(answers, frozenset()).values()) == {
        frozenset(),
        frozenset([("mine",)]),
    }
    two = {name: answers[name] for name in ("learner-0", "learner-1")}
    assert similarity.own(two, frozenset()) == two  # two learners are no class


# --- the class and its page ---


@pytest.fixture(scope="module")
def graded(make_desk, tmp_path_factory):
    """A graded class of the quiz: original, copy, and one untouched."""
    desk = make_desk(tmp_path_factory.mktemp("report"))
    wrong = "def flag(scores, threshold):\n    return (np.asarray(scores) < threshold).astype(int)"
    handed_in = {
        "ada": desk.answered(quiz_q3=BUSY, quiz_r1=SCRIPT),
        "bob": desk.answered(quiz_q3=COPY, quiz_q1=wrong, quiz_r1="Both."),
        "dan": desk.release,
    }
    folder = desk.folder / "inbox" / "all"
    for learner, notebook in handed_in.items():
        desk.hand_in(notebook, learner, folder=folder)
    sent = grade.find([folder], desk.known)
    list(grade.grade(desk.root, desk.project, sent, jobs=2))
    roster = "id,name,email\nbob,Bob <b>Both</b>,bob@example.org\nfay,Fay,fay@example.org\n"
    (desk.root / "roster.csv").write_text(roster)
    with Gradebook(f"sqlite:///{desk.root / 'gradebook.db'}") as gradebook:
        by_hand = gradebook.find_grade("quiz-r1", "quiz", "quiz", "bob")
        by_hand.manual_score, by_hand.needs_manual_grade = 1.5, False
        gradebook.db.commit()
    return desk


def test_the_report_reads_points_outcomes_hints_and_who_sent_nothing(graded):
    work = collect(graded.root, "quiz")
    ada, bob, dan = work.submissions
    assert [task.name for task in work.tasks] == [f"quiz-q{n}" for n in range(1, 6)] + ["quiz-r1"]
    assert (ada.total, bob.total, dan.total) == (10.0, 9.5, 0.0)
    assert ada.waits == ["quiz-r1"] and bob.waits == []
    assert "check the direction" in bob.hints["quiz-q1"] and not ada.hints
    assert set(dan.outcomes.values()) == {"untouched"} and not dan.hints
    assert bob.outcomes["quiz-q1"] == "no points" and ada.outcomes["quiz-q1"] == "all points"
    assert work.absent == ("fay",) and ada.seconds > 0
    assert work.who("fay") == "Fay (fay)" and work.who("ada") == "ada"


def test_totals_are_those_of_the_exports(graded):
    exported = {one.person.id: one.total for one in grades.read(graded.root, ["quiz"])}
    ours = {one.learner: one.total for one in collect(graded.root, "quiz").submissions}
    assert exported == ours | {"fay": None}


def test_the_copy_is_found_in_a_graded_class(graded):
    found = compare.compare(collect(graded.root, "quiz"))
    assert [(pair.one, pair.other) for pair in found.pairs] == [("ada", "bob")]
    assert "quiz-q3" in {likeness.task for likeness in found.pairs[0].tasks}
    assert found.groups == (("ada", "bob"),)


class Tags(HTMLParser):
    """What a page holds: its tags, and attributes that load or run something."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.shown = set(), set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.shown.append(data)


@pytest.mark.parametrize("names", [True, False])
def test_the_page_runs_and_loads_nothing(graded, names):
    work = collect(graded.root, "quiz")
    text = page.render(work, compare.compare(work), names=names)
    found = Tags(text)
    assert not found.tags & {"script", "img", "iframe", "object", "link", "form", "input", "a"}
    assert not any(name.startswith("on") or name in ("src", "style") for name in found.attributes)
    assert "default-src 'none'" in text and 'lang="en"' in text and "prefers-color-scheme" in text
    assert ("Bob <b>Both</b> (bob)" in "".join(found.shown)) == names
    assert ("bob" in text) == names and "<b>Both" not in text
    assert "Protection: namespaces (own files" in text
    bob = replace(work.submissions[0], findings=(Finding("unsafe", "", "Without."),))
    unsafe = replace(work, submissions=(bob,))
    assert "Graded without a sandbox." in page.render(unsafe, compare.compare(unsafe), names=names)


def test_both_texts_stand_side_by_side_and_are_escaped(graded):
    work = collect(graded.root, "quiz")
    ada = work.submissions[0]
    ada.answers["quiz-q3"] += f"\n# {SCRIPT}"
    ada.hints["quiz-q1"] = f"`flag` raised {SCRIPT}"
    text = page.render(work, compare.compare(work))
    assert "<script" not in text and text.count("&lt;script&gt;") == 2
    assert SCRIPT in "".join(Tags(text).shown)
    assert "<mark>    return pd.DataFrame({&#34;service&#34;" not in text  # laid out otherwise
    assert "<mark>    order = sorted(sums, key=lambda name: sums[name], reverse=True)" in text
    assert "Similarity proves nothing" in text


@pytest.mark.parametrize("n_learners", [0, 1, 2, 12])
def test_a_class_of_any_size_has_a_page(n_learners):
    tasks = (Task("quiz-q1", 2.0, False), Task("quiz-r1", 1.0, True))
    submissions = []
    for n in range(n_learners):
        one = Work(f"learner-{n}", {"quiz-q1": float(n % 3), "quiz-r1": None}, 0.5, None, 1.0)
        one.findings = (Finding("edited-check", "", "A cell was edited."),)
        one.outcomes = {"quiz-q1": "some points", "quiz-r1": "to be read"}
        submissions.append(one)
    work = Classwork(
        "quiz",
        "Quiz",
        tasks,
        (("pass", 1.0),),
        tuple(submissions),
        {"gus": "it is empty"},
        (),
        {},
        {},
    )
    text = page.render(work, compare.compare(work))
    assert ("Too few" in text) == (n_learners < items.MIN_CLASS)
    assert ("too few" in text) == (0 < n_learners < items.MIN_CLASS or n_learners == 0)
    assert "to be graded by hand" in text or n_learners == 0
    assert "it is empty" in text


def test_a_written_answer_that_was_copied_is_found_word_by_word():
    text = " ".join(f"word{n} costs the bank more than the analyst thinks" for n in range(8))
    answers = [
        f"To begin: {text}",
        f"{text}. The end",
        "A miss costs the bank, an alarm the analyst.",
    ]
    made = [
        Work(f"learner-{n}", {"quiz-r1": 1.0}, 0.0, None, answers={"quiz-r1": answer})
        for n, answer in enumerate(answers)
    ]
    work = Classwork("quiz", "Quiz", (Task("quiz-r1", 2.0, True),), (), tuple(made), {}, (), {}, {})
    found = compare.compare(work)
    assert [(p.one, p.other) for p in found.pairs] == [("learner-0", "learner-1")]
    ((_, one, other),) = compare.beside(work, found.pairs[0])
    assert ("begin", False) in one.pieces and ("word3", True) in one.pieces
    assert "".join(piece for piece, _ in other.pieces) == answers[1]


def test_sentences_of_checks_are_one_where_only_numbers_differ():
    same = {plain(f"the AUC is below 0.80 (yours: {value}).") for value in (0.1, [0.2, (3, 4)])}
    assert same == {"the AUC is below 0.80"}
    assert plain("return all rows (shape (7, 41), expected (216, 41)).") == "return all rows"
    assert plain("two by two (or more)") == "two by two (or more)"


def run(*arguments):
    return CliRunner().invoke(app, ["report", *map(str, arguments)])


def test_the_command_writes_a_page_that_its_owner_alone_reads(graded, tmp_path):
    result = run("--course", graded.root)
    assert result.exit_code == 0, result.output
    written = graded.root / "report" / "quiz.html"
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert stat.S_IMODE(written.parent.stat().st_mode) == 0o700
    assert "<title>Class report: Quiz" in written.read_text()
    ledger.path(graded.root, "quiz", "ada").unlink()  # as after nbgrader's own command
    ledger.write(graded.root, "quiz", "dan", ledger.Entry("x"))  # as while it is graded again
    other = tmp_path / "class.html"
    assert run("quiz", "--output", other, "--anonymous", "--course", graded.root).exit_code == 0
    assert "bob" not in other.read_text()
    work = collect(graded.root, "quiz")
    assert set(work.failed) == {"dan"} and [s.learner for s in work.submissions] == ["ada", "bob"]
    assert work.submissions[0].seconds is None and work.submissions[0].total == 10.0


def test_the_command_says_what_is_missing(graded, tmp_path):
    nothing = run("--course", tmp_path)
    assert nothing.exit_code == 1 and "nothing has been graded" in nothing.output
    unknown = run("lab9", "--course", graded.root)
    assert unknown.exit_code == 1 and "known: quiz" in " ".join(unknown.output.split())
    (graded.root / "graded" / "lab0").mkdir()
    several = run("--output", tmp_path / "x.html", "--course", graded.root)
    assert several.exit_code == 1 and "say which" in several.output
