"""A learner's first minutes with Lab 1: a real JupyterLab in a real Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from anomaly_desk.labs import beside, sources

PROJECT = Path(__file__).parents[1]
LAB = "lab1_xgboost"
QUESTION = "lab1-q1"
TOKEN = "anomaly-labs-test"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """JupyterLab on a copy of the labs; yields its address."""
    folder = tmp_path_factory.mktemp("labs")
    shutil.copy(PROJECT / "labs" / f"{LAB}.ipynb", folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}",
        f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}",
        "--LabApp.expose_app_in_browser=True",
    ]  # fmt: skip
    environment = {
        **os.environ,
        "ANOMALY_LABS_FAST": "1",
        "JUPYTER_CONFIG_DIR": str(folder / ".cfg"),
        "JUPYTER_CONFIG_PATH": str(PROJECT / "src/anomaly_labs/jupyter"),
    }
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{address}/api?token={TOKEN}").close()
            break
        except OSError:
            time.sleep(0.5)
    yield address
    process.terminate()
    process.wait()


@pytest.fixture
def page(server):
    """The lab, open in a browser, with a running kernel."""
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        pytest.fail("no chromium on PATH: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(f"{server}/lab/tree/{LAB}.ipynb?token={TOKEN}")
        page.wait_for_function(
            "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
            "?.status === 'idle'",
            timeout=120_000,
        )
        yield page
        browser.close()


def prepare(page) -> None:
    """Run the first cells of the lab, as a learner does."""
    for cell in sources.read(PROJECT / "solutions" / LAB / "lab.py").submission(set()).cells[:3]:
        if cell.cell_type == "code":
            select(page, cell.id)
            run_selected(page)


def select(page, cell_id: str) -> None:
    page.evaluate(
        """id => {
            const notebook = window.jupyterapp.shell.currentWidget.content;
            notebook.activeCellIndex = notebook.widgets.findIndex(c => c.model.id === id);
            return notebook.scrollToItem(notebook.activeCellIndex, 'center');
        }""",
        cell_id,
    )


def run_selected(page) -> None:
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-cell')")


def answer(page, text: str) -> None:
    """Type `text` into the exercise cell as a learner does, then run exercise and check."""
    select(page, QUESTION)
    page.locator(".jp-Notebook .jp-Cell.jp-mod-active .cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")


def shown(page) -> str:
    """The output of the check cell."""
    return page.evaluate(
        """id => {
            const cell = window.jupyterapp.shell.currentWidget.content.widgets.find(
                c => c.model.id === id);
            return cell.outputArea.node.innerText;
        }""",
        f"{QUESTION}-check",
    )


def wait_for(page, text: str) -> str:
    for _ in range(240):
        if text in (output := shown(page)):
            return output
        page.wait_for_timeout(250)
    raise AssertionError(f"{text!r} did not come; the check shows {output!r}")


def picture(page, name: str) -> None:
    folder = PROJECT / "build" / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")


def in_theme(page, theme: str) -> None:
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})",
        f"JupyterLab {theme}",
    )
    page.wait_for_function(
        "dark => document.body.dataset.jpThemeLight === String(!dark)", arg=theme == "Dark"
    )
    page.wait_for_timeout(500)


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_learner_sees_hints_and_verdicts_and_no_panel_of_the_desk(page, theme):
    in_theme(page, theme)
    select(page, QUESTION)
    task = page.locator(".jp-MarkdownCell", has_text="Exercise 1: add two trees")
    hints = task.locator("details")
    for n in range(hints.count()):
        hints.nth(n).locator("summary").click()
    picture(page, f"4-hints-{theme.lower()}")
    assert hints.count() == 2
    assert [
        text.replace("\u00a0", " ").split() for text in task.locator("code").all_inner_texts()
    ] == [["age"], ["if"], ["else"]]
    assert "`" not in task.inner_text()
    select(page, f"{QUESTION}-check")
    check = page.locator(".jp-Notebook .jp-Cell.jp-mod-active")
    assert (
        check.locator(".jp-InputPlaceholder").inner_text().strip()
        == f"# Check of {QUESTION}, 1 point"
    )
    assert check.locator(".cm-content:visible").count() == 0
    commands = page.evaluate("() => window.jupyterapp.commands.listCommands()")
    assert not any("nbgrader" in command or "assignment" in command for command in commands)
    shown = page.locator("body").inner_text()
    for word in ("Create Assignment", "Validate", "Nbgrader", "news"):
        assert word.lower() not in shown.lower()


def test_learner_is_told_what_is_wrong_and_what_is_right(page):
    source = sources.read(PROJECT / "solutions" / LAB / "lab.py")
    right = next(
        cell.source for cell in source.submission({QUESTION}).cells if cell.get("id") == QUESTION
    )
    wrong, hint, _ = beside.wrong_answers(source.lab)[QUESTION][0]
    prepare(page)
    select(page, f"{QUESTION}-check")
    picture(page, "1-before")

    answer(page, wrong)
    told = wait_for(page, "✗")
    select(page, QUESTION)
    picture(page, "2-wrong")
    assert hint in told
    assert "Traceback" not in told
    assert len(told.strip().splitlines()) == 1

    answer(page, right)
    told = wait_for(page, "✓")
    select(page, QUESTION)
    picture(page, "3-right")
    assert told.strip() == f"✓ {QUESTION} passed, 1 point"


HEAD = "def ensemble_score(age, owns_console, plays_daily):\n    "
BROKEN = {  # an answer, and a part of the sentence that its check must show
    "a list for a number": (f"{HEAD}return [2.0] * 0.5", "a list came where an array is needed"),
    "None": ("ensemble_score = None", "`ensemble_score` is None"),
    "wrong shape": (f"{HEAD}return np.zeros((2, 3))", "a number is expected, array([[0., 0., 0.]"),
    "nothing returned": (f"{HEAD}leaves = 2.0 + 0.9", "None came; a function without `return`"),
    "an error inside": (f"{HEAD}return leaf + 0.9", "Line 2 of the cell, in `ensemble_score`"),
}


def test_five_kinds_of_broken_answer_get_one_sentence_that_fits(page):
    prepare(page)
    for theme, (what, (text, part)) in zip(["Light", "Dark"] * 3, BROKEN.items(), strict=False):
        in_theme(page, theme)
        answer(page, text)
        told = wait_for(page, part)
        picture(page, f"5-{what.replace(' ', '-')}")
        assert told.startswith("✗ ")
        assert len(told.strip().splitlines()) == 1
        assert "Traceback" not in told
        assert "site-packages" not in told
        check = page.locator(".jp-Notebook .jp-CodeCell", has_text=f"Check of {QUESTION}")
        fits = "pre => pre.scrollWidth <= pre.clientWidth"
        assert check.locator(".jp-OutputArea pre").evaluate(fits)
