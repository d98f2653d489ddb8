"""formgrader in a real browser without network: what is given there is in feedback and export."""

import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from anomaly_desk.results import formgrader, grades
from anomaly_desk.results.feedback import write_feedback

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PICTURES = Path(__file__).parents[2] / "build" / "formgrader"
ANSWER = r"Misses cost $\frac{c}{2}$ each." + "\n\n" + r"$$\sum_{i=1}^n x_i \geq 0$$"
COMMENT = "Clear, **and** short: $n^2$."
LINK = re.compile(r"http://127\.0\.0\.1:\d+/\S*\?token=\w+")

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


def test_settings_of_another_jupyter_do_not_count(tmp_path):
    words = formgrader.command(tmp_path, port=0, browser=False)
    assert "--ServerApp.ip=127.0.0.1" in words
    assert not any("token" in word or "password" in word for word in words)  # others see them
    assert formgrader.environment(tmp_path)["JUPYTER_NO_CONFIG"] == "1"


def test_formulas_of_formgrader_are_not_loaded():
    from jinja2 import Environment, FileSystemLoader

    from anomaly_desk.pages.feedback import TEMPLATES

    macros = Environment(loader=FileSystemLoader(TEMPLATES / "formgrade"))
    text = macros.get_template("mathjax.html.j2").module.mathjax("https://cdn.example/mathjax.js")
    assert "MathJax" in text
    assert "src=" not in text and "http" not in text


@pytest.fixture(scope="module")
def desk(tmp_path_factory, make_desk):
    """One graded submission, in a course folder that is not the project's own."""
    desk = make_desk(tmp_path_factory.mktemp("formgrader"))
    desk.grade(desk.answered(quiz_r1=ANSWER), "ann")
    elsewhere = desk.folder / "elsewhere"
    desk.root.rename(elsewhere)
    desk.root = elsewhere
    return desk


@pytest.fixture(scope="module")
def link(desk):
    """The link that the command prints, with its token."""
    log = desk.folder / "log.txt"
    command = [Path(sys.executable).parent / "anomaly-labs", "formgrader", "--no-browser",
               "--course", desk.root]  # fmt: skip
    with log.open("w") as file:
        process = subprocess.Popen(
            command,
            cwd=desk.project,
            env=os.environ | {"HOME": str(desk.folder)},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    for _ in range(240):
        found = LINK.search(log.read_text())
        if found or process.poll() is not None:
            break
        time.sleep(0.25)
    assert found, log.read_text()
    yield found[0]
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=30)


@pytest.fixture
def page(link):
    """A page of a browser that reaches this server and nothing else."""
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        pytest.fail("no chromium on PATH: apt-get install chromium")
    server = link.split("/?")[0].split("/formgrader")[0]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1250, "height": 900})
        page.server, page.outside, page.errors = server, [], []
        page.on("pageerror", lambda error: page.errors.append(str(error)))

        def elsewhere(route):
            page.outside.append(route.request.url)
            route.abort()

        page.route(lambda url: not url.startswith((server, "data:")), elsewhere)
        page.goto(link)
        page.wait_for_selector("text=Manual Grading")
        yield page
        browser.close()


def given(desk):
    """What the gradebook holds of the written answer."""
    with Gradebook(f"sqlite:///{desk.root / 'gradebook.db'}") as gradebook:
        grade = gradebook.find_grade("quiz-r1", "quiz", "quiz", "ann")
        comment = gradebook.find_comment("quiz-r1", "quiz", "quiz", "ann")
        return grade.manual_score, comment.manual_comment


@pytest.mark.browser
def test_pages_show_without_network(page):
    for path, text in (
        ("manage_assignments", "quiz"),
        ("gradebook/quiz/quiz", "Submission #1"),
        ("manage_students", "ann"),
        ("manage_submissions/quiz", "ann"),
    ):
        page.goto(f"{page.server}/formgrader/{path}")
        page.wait_for_selector(f"#main-table >> text={text}")
    assert page.outside == [] and page.errors == []


@pytest.mark.browser
def test_notebooks_of_learners_are_not_opened(page):
    for path in ("notebooks/autograded/ann/quiz/quiz.ipynb", "tree", "lab", "edit/x.py"):
        page.goto(f"{page.server}/{path}")
        assert "Not opened here" in page.inner_text("h1")


@pytest.mark.browser
def test_nobody_comes_in_without_the_token(page):
    stranger = page.context.browser.new_page()
    stranger.goto(f"{page.server}/formgrader/gradebook")
    assert "/login" in stranger.url
    assert "quiz" not in stranger.inner_text("body")


@pytest.mark.browser
def test_points_and_comment_reach_export_and_feedback(desk, page):
    page.goto(f"{page.server}/formgrader/gradebook/quiz/quiz")
    page.click("text=Submission #1")
    page.wait_for_selector("#quiz-r1.needs_manual_grade")  # what the gradebook holds has come
    page.wait_for_load_state("networkidle")
    answer = page.locator(".nbgrader_cell", has=page.locator("#quiz-r1"))
    assert answer.locator("svg.formula").count() == 2  # drawn, with no script of the network
    page.fill("#quiz-r1", "1.5")
    page.fill("#quiz-r1-comment", COMMENT)
    page.keyboard.press("Tab")
    for _ in range(200):
        if given(desk) == (1.5, COMMENT):
            break
        page.wait_for_timeout(100)
    assert given(desk) == (1.5, COMMENT)
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / "submission.png", full_page=True)
    (ann,) = grades.read(desk.root)
    assert (ann.state, ann.by_hand, ann.total) == ("graded", 1.5, 11.5)
    assert ann.tasks[-1].comment == COMMENT
    write_feedback(desk.root, desk.project)
    feedback = desk.root / "feedback" / "ann" / "quiz" / "quiz.html"
    page.unroute_all()
    page.goto(feedback.as_uri())
    assert "11.5 of 12 points" in page.inner_text(".total")
    assert "Clear, and short:" in page.inner_text(".comment")
    assert page.locator(".comment svg.formula").count() == 1
    page.screenshot(path=PICTURES / "feedback.png", full_page=True)
    assert page.outside == [] and page.errors == []


@pytest.mark.browser
def test_what_jupyter_writes_is_its_owners(desk, link):
    assert stat.S_IMODE((desk.root / ".jupyter").stat().st_mode) == 0o700
    token = link.partition("token=")[2]
    places = [path for path in desk.folder.rglob("*") if path.is_file()]
    told = [path for path in places if token in path.read_text(errors="replace")]
    log = desk.folder / "log.txt"  # of this test: what the terminal shows
    assert len(told) > 1
    assert all(desk.root / ".jupyter" in path.parents for path in told if path != log)
