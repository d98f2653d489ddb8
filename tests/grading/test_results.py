"""What comes out of a graded class: by hand given points and comments reach every export."""

import csv
import os
import re
import stat

import pytest
from jinja2 import Environment
from nbconvert.exporters.exporter import ResourcesDict
from nbgrader.api import Gradebook
from platforms import Account, canvas, moodle
from typer.testing import CliRunner

from anomaly_desk.errors import CourseError
from anomaly_desk.grading import grade as grader
from anomaly_desk.pages.formulas import MAX_LENGTH, MAX_PICTURES, formula, markdown2html
from anomaly_desk.report.collect import collect
from anomaly_desk.results import certificates, exports, formgrader, grades
from anomaly_desk.results.feedback import write_feedback
from anomaly_labs.cli import app

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

WRONG = "def flag(scores, threshold):\n    return [0, 0]"
ANSWER = r"A miss costs $\frac{c}{2}$ more, $\unknown{x}$ less. <script>alert(1)</script>"
COMMENT = r"Clear; but **who** pays $\sum_i c_i$? <script>alert(2)</script>"
ROSTER = """id,name,email,section
ann,"=HYPERLINK(""x"")",ann@example.org,Tuesday
bob,Bob Ünal,bob@example.org,Tuesday
cy,Cy Never,cy@example.org,
dee,Dee Broken,dee@example.org,
eve,Eve Torn,eve@example.org,
fay,Fay Twice,fay@example.org,
"""
ACCOUNTS = [
    Account("Ann A", "ann", "ann@example.org", "ann@example.org"),
    Account("Bob Ünal", "bob", "bob@example.org", "bob@example.org"),
    Account("Cy Never", "cy", "cy@example.org", "cy@example.org"),
    Account("Dee Broken", "dee", "dee@example.org", "dee@example.org"),
    Account("Eve Torn", "eve", "eve@example.org", "eve@example.org"),
    Account("Fay Twice", "fay", "fay@example.org", "fay@example.org"),
]
POINTS = {
    "Ann A": 9.0,
    "Bob Ünal": 10.0,
    "Cy Never": None,
    "Dee Broken": None,
    "Eve Torn": None,
    "Fay Twice": 10.0,
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory, make_desk):
    """Ann is read by hand and late, bob waits, cy sent nothing, dee no notebook.

    Eve's file is torn. Fay changed a check, so somebody should look before the points count.
    """
    desk = make_desk(tmp_path_factory.mktemp("results"))
    (desk.root / "roster.csv").write_text(ROSTER)
    folder = desk.hand_in(desk.answered(quiz_q1=WRONG, quiz_r1=ANSWER), "ann")
    desk.hand_in(desk.solved(), "bob", folder=folder)
    (folder / "dee" / "quiz").mkdir(parents=True)
    desk.hand_in(b"{torn", "eve", folder=folder)
    changed = desk.solved()
    (check,) = [cell for cell in changed.cells if cell.id == "quiz-q1-check"]
    check.source += "\nprint('mine')"
    desk.hand_in(changed, "fay", folder=folder)
    sent = grader.find([folder], desk.known)
    states = {g.learner: g.why for g in grader.grade(desk.root, desk.project, sent, jobs=2)}
    why = {who: states.pop(who)[:30] for who in ("eve", "fay")}
    assert states == {"ann": "", "bob": "", "dee": "no notebook in it"}
    assert all(why.values())
    with Gradebook(f"sqlite:///{desk.root / 'gradebook.db'}") as gradebook:
        for who in ("ann", "eve", "fay"):
            written = gradebook.find_grade("quiz-r1", "quiz", "quiz", who)
            written.manual_score = 1.5 if who == "ann" else 0.0
            written.needs_manual_grade = False
        gradebook.find_comment("quiz-r1", "quiz", "quiz", "ann").manual_comment = COMMENT
        gradebook.find_submission_notebook("quiz", "quiz", "ann").late_submission_penalty = 0.5
        gradebook.db.commit()
    return desk


@pytest.fixture
def call(desk, monkeypatch):
    """Give the command in the desk's project; returns exit code and what it printed."""
    monkeypatch.chdir(desk.project)

    def run(*words):
        result = CliRunner().invoke(app, list(map(str, words)))
        return result.exit_code, " ".join(result.output.split())

    return run


def by_learner(desk):
    return {grade.person.id: grade for grade in grades.read(desk.root)}


@pytest.mark.quick
def test_points_by_hand_and_the_penalty_count(desk):
    found = by_learner(desk)
    ann = found["ann"]
    assert (ann.automatic, ann.by_hand, ann.penalty, ann.total) == (8.0, 1.5, 0.5, 9.0)
    assert ann.maximum == 12.0
    assert {who: grade.state for who, grade in found.items()} == {
        "ann": "graded",
        "bob": "waits for a reader",
        "cy": "not submitted",
        "dee": "not graded",
        "eve": "needs a human",
        "fay": "needs a human",
    }


def test_extra_credit_is_by_hand(desk):
    with Gradebook(f"sqlite:///{desk.root / 'gradebook.db'}") as gradebook:
        extra = gradebook.find_grade("quiz-q2-check", "quiz", "quiz", "bob")
        extra.extra_credit = 0.25
        gradebook.db.commit()
        bob = by_learner(desk)["bob"]
        extra.extra_credit = None
        gradebook.db.commit()
    assert (bob.automatic, bob.by_hand, bob.total) == (10.0, 0.25, 10.25)


def test_canvas_takes_the_file_and_has_the_same_points(desk):
    text = exports.table(grades.read(desk.root), "canvas", canvas_ids={"quiz": "1234"})
    imported = canvas(text, ACCOUNTS)
    assert imported.unknown == []
    assert {name: imported.grades[name, "quiz"] for name in POINTS} == POINTS
    assert imported.maximum == {"quiz": 12.0}
    assert imported.numbers == {"quiz": "1234"}


def test_canvas_takes_its_own_columns_from_the_roster(desk):
    header, _, ann, *_ = exports.canvas(grades.read(desk.root), {})
    assert dict(zip(header, ann, strict=True))["Section"] == "Tuesday"


@pytest.mark.parametrize("by", ["ID number", "Email address"])
def test_moodle_takes_the_file_and_has_the_same_points(desk, by):
    text = exports.table(grades.read(desk.root), "moodle")
    imported = moodle(text, ACCOUNTS, by=by, items=["quiz"])
    assert {name: imported.grades[name, "quiz"] for name in POINTS} == POINTS
    assert "quiz-r1: 1.5 of 2 (Clear; but **who** pays" in imported.feedback["Ann A", "quiz"]
    assert "late: -0.5" in imported.feedback["Ann A", "quiz"]
    assert imported.feedback["Cy Never", "quiz"] == "not submitted"


def test_plain_file_says_all_and_nobody_has_a_zero_for_nothing(desk, call, tmp_path):
    path = tmp_path / "grades.csv"
    code, said = call("export", "--output", path)
    assert code == 0
    assert "waits for a reader, quiz, 1: bob" in said and "not graded, quiz, 1: dee" in said
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = {row["learner"]: row for row in csv.DictReader(file)}
    ann = {"automatic": "8", "by hand": "1.5", "penalty": "0.5", "total": "9", "maximum": "12"}
    assert rows["ann"].items() >= ann.items()
    assert rows["bob"]["name"] == "Bob Ünal"
    assert "needs a human, quiz, 2: eve, fay (look, then anomaly-labs accept" in said
    assert (rows["fay"]["state"], rows["fay"]["total"]) == ("needs a human", "10")
    states = {"cy": "not submitted", "dee": "not graded", "eve": "needs a human"}
    for learner, state in states.items():
        assert rows[learner]["state"] == state
        assert {rows[learner][what] for what in ("automatic", "by hand", "total")} == {""}


@pytest.mark.parametrize("form", exports.FORMATS)
def test_no_cell_of_text_begins_like_a_formula(desk, form):
    text = exports.table(grades.read(desk.root), form)
    cells = [cell for row in csv.reader(text.splitlines()) for cell in row]
    assert '\'=HYPERLINK("x")' in cells
    assert [cell for cell in cells if cell[:1] in tuple("=+@\t\r")] == []
    assert {cell for cell in cells if cell.startswith("-")} <= {"-"}


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", " =1", "\t=1", "\n=1", "\u200b=1"])
def test_formulas_are_made_harmless(text):
    assert exports.harmless(text).startswith("'")


def test_export_that_is_cut_off_leaves_the_earlier_file(call, tmp_path, monkeypatch):
    path = tmp_path / "grades.csv"
    path.write_text("earlier")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    code, said = call("export", "--output", path)
    assert code == 1 and "disk full" in said
    assert path.read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [path]


@pytest.fixture
def with_roster(desk):
    """Give the course folder another roster, with the same gradebook, for one test."""
    path = desk.root / "roster.csv"

    def change(text):
        path.write_text(text)

    yield change
    path.write_text(ROSTER)


def test_export_that_the_platform_would_misread_writes_nothing(call, with_roster, tmp_path):
    with_roster(
        "id,name,email\n@cy,Cy Sample,cy@example.org\n-dd,Dee Sample,dd@example.org\n"
    )  # fmt: skip
    for form in ("moodle", "canvas"):
        code, said = call("export", "--output", tmp_path / "x.csv", "--format", form)
        assert code == 1
        assert "would misread" in said and "Cy Sample (@cy), Dee Sample (-dd)" in said
    assert list(tmp_path.iterdir()) == []


def test_export_says_which_column_it_left_out_and_why(desk, call, with_roster, tmp_path):
    with_roster(ROSTER.replace("bob@example.org", ""))
    words = ("export", "--output", tmp_path / "m.csv", "--format", "moodle")
    code, said = call(*words)
    assert code == 0
    assert "Email address is left out" in said and "Bob Ünal (bob)); in Moodle" in said
    imported = moodle((tmp_path / "m.csv").read_text(), ACCOUNTS, by="ID number", items=["quiz"])
    assert {name: imported.grades[name, "quiz"] for name in POINTS} == POINTS
    code, said = call(*words, "--identify-by", "email")
    assert code == 1 and "Bob Ünal (bob); mend it in the course folder's roster.csv" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--format", "excel"), "expected is one of: canvas, moodle, csv"),
        (("--assignment", "lab9"), "'lab9' is not in the gradebook"),
        (("--format", "canvas", "--canvas-id", "quiz"), "expected is an assignment and its number"),
        (("--format", "canvas", "--canvas-id", "lab9=1"), "exported is only quiz"),
        (("--course", "elsewhere"), "nothing was graded in this folder"),
    ],
)
def test_what_cannot_be_exported_is_said_in_a_sentence(call, tmp_path, words, said):
    code, text = call("export", "--output", tmp_path / "x.csv", *words)
    assert code == 1
    assert said in text
    assert list(tmp_path.iterdir()) == []


def test_feedback_shows_what_was_given_by_hand_and_nothing_else(desk):
    assert write_feedback(desk.root, desk.project) == {"quiz": 4}
    path = desk.root / "feedback" / "ann" / "quiz" / "quiz.html"
    page = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "<strong>9</strong> of 12 points" in page
    assert "<strong>=HYPERLINK(&#34;x&#34;)</strong> (ann)" in page
    assert "<h1>Quiz" in page
    torn = (desk.root / "feedback" / "eve" / "quiz" / "quiz.html").read_text()
    points, _, _ = torn.partition("</table>")
    assert points.count("nothing of the file could be read") == len(desk.full) + 1
    assert "Not answered yet" not in points
    assert "<td>1.5 of 2</td>" in page and "<td>-0.5</td>" in page
    assert "but <strong>who</strong> pays <svg" in page  # the comment, with its formula
    assert "costs <svg" in page and r"$\unknown{x}$</code>" in page
    assert page.count("0.9 is above 0.5; check the direction") == 3  # table, check, its output
    assert "default-src 'none'" in page and '<html lang="en">' in page and "<title>" in page
    assert "on_the_edge" not in page and "HIDDEN" not in page
    assert "bob" not in page.lower()
    assert re.findall(r"<script|https?://|javascript:|src=", page) == []


def test_formulas_are_drawn_or_shown_as_typed():
    assert formula(r"\frac{a}{b}", block=True).startswith('<svg class="formula block" role="img"')
    assert formula("<script>").count("<script") == 0
    for typed in (r"\unknown", "x" * (MAX_LENGTH + 1), "{" * 20 + "x" + "}" * 20, "", "{"):
        assert formula(typed) == f'<code class="formula">${typed}$</code>'


def test_page_draws_so_many_formulas_and_no_more():
    page = Environment()
    page.filters["markdown2html"] = markdown2html
    cells = page.from_string("{{ text | markdown2html }} {{ text | markdown2html }}")
    shown = cells.render(text="$x$ " * MAX_PICTURES, resources=ResourcesDict(), cell={})
    assert shown.count("<svg") == MAX_PICTURES
    assert shown.count("<code>x</code>") == MAX_PICTURES


def test_certificates_wait_for_readers_and_are_checked(desk, call, monkeypatch):
    monkeypatch.setattr(certificates, "marks", lambda project: {"quiz": {"passed": 9.0}})
    code, said = call("certify")
    assert code == 1
    assert "1 certificate:" in said and "4 wait" in said
    made = sorted(path.name for path in (desk.root / "certificates").iterdir())
    assert made == ["ann-quiz.html", "ann-quiz.pdf"]
    for name in made:
        code, said = call("verify", desk.root / "certificates" / name)
        assert code == 0
        assert "Valid." in said and "points 9 of 12" in said
    assert call("certify", "ann")[0] == 0
    assert "'zoe' is neither" in call("certify", "zoe")[1]


def test_what_a_human_has_accepted_counts_until_it_changes(desk, call, monkeypatch):
    monkeypatch.setattr(certificates, "marks", lambda project: {"quiz": {"passed": 9.0}})
    assert "needs a human" in call("certify", "fay")[1]
    code, said = call("accept", "quiz", "dee", "eve", "Fay Twice", "--note", "asked them")
    assert code == 0
    assert said.count("accepted (") == 3 and "fay, quiz: accepted (" in said
    found = by_learner(desk)
    assert {who: (found[who].state, found[who].total) for who in ("dee", "eve", "fay")} == {
        "dee": ("not graded", None),
        "eve": ("graded", 0.0),
        "fay": ("graded", 10.0),
    }
    code, said = call("certify", "dee", "eve", "fay")
    assert code == 0 and "1 certificate:" in said
    assert "(accepted by a human: asked them)" in exports.table(list(found.values()), "csv")
    told = (desk.root / "findings" / "quiz" / "fay.txt").read_text()
    assert "accepted by a human: asked them\ngraded" in told
    assert collect(desk.root, "quiz").human == {}
    assert desk.grade(b"{torn", "eve", regrade=True).graded.needs_human is False
    assert desk.grade(b"{torn again", "eve").graded.needs_human
    assert call("accept", "quiz", "dee", "fay", "--undo")[0] == 0
    assert by_learner(desk)["fay"].state == "needs a human"
    assert set(collect(desk.root, "quiz").human) == {"dee", "eve", "fay"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("quiz", "bob"), "the submission of bob needs no human"),
        (("quiz", "fay", "cy"), "'cy' has no submission of quiz"),
        (("lab9", "bob"), "'bob' has no submission of lab9"),
    ],
)
def test_what_cannot_be_accepted_is_said_and_nothing_is_noted(desk, call, words, said):
    code, text = call("accept", *words)
    assert code == 1 and said in text
    assert by_learner(desk)["fay"].state == "needs a human"


def test_formgrader_is_silent_about_texts_that_figures_lack_and_about_nothing_else():
    said = ["Alternative text is missing on 3 image(s).", "The port 8888 is already in use"]
    assert [bool(formgrader.NOISE.search(text)) for text in said] == [True, False]


def test_without_a_gradebook_none_is_made(tmp_path):
    with pytest.raises(CourseError, match="nothing was graded"):
        grades.read(tmp_path)
    assert list(tmp_path.iterdir()) == []
