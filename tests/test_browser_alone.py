"""A learner alone, with the zip of a self-study edition: a real JupyterLab in a real Chromium."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from anomaly_desk.labs import beside, sources
from anomaly_desk.publish.release import release

PROJECT = Path(__file__).parents[1]
LAB = "lab0_start"
QUESTION = "lab0-q1"
TOKEN = "anomaly-labs-test"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
RENDERED = """async () => {
    const book = window.jupyterapp.shell.currentWidget.content, texts = [];
    for (let at = 0; at < book.widgets.length; at++) {
        const cell = book.widgets[at];
        if (cell.model.type !== 'markdown') continue;
        await book.scrollToItem(at, 'center');
        await cell.ready;
        const text = () => cell.node.querySelector('.jp-MarkdownOutput')?.textContent ?? '';
        for (let n = 0; n < 200 && !text().trim(); n++)
            await new Promise(done => setTimeout(done, 50));
        texts.push(text());
    }
    return texts;
}"""
WIDGETS = "@jupyter-widgets/jupyterlab-manager"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The zip, unpacked, and its library beside it."""
    folder = tmp_path_factory.mktemp("alone")
    assert release(PROJECT, folder / "course.zip", data=False, wheels=None, self_study=True) == []
    with zipfile.ZipFile(folder / "course.zip") as archive:
        archive.extractall(folder)
    (wheel,) = (folder / "anomaly-labs").glob("*.whl")
    with zipfile.ZipFile(wheel) as library:
        library.extractall(folder / "library")
    return folder / "anomaly-labs"


def environment(home: Path) -> dict[str, str]:
    """What a learner's processes get: the library of the zip, and nothing of the checkout."""
    return {
        **os.environ,
        "ANOMALY_LABS_FAST": "1",
        "COLUMNS": "200",
        "JUPYTER_CONFIG_DIR": str(home / ".cfg"),
        "JUPYTER_CONFIG_PATH": str(home.parent / "library/anomaly_labs/jupyter"),
        "PYTHONPATH": str(home.parent / "library"),
    }


@contextmanager
def jupyter(home: Path) -> Iterator[str]:
    """JupyterLab on the unpacked zip; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}",
        f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={home}",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=environment(home), stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/api?token={TOKEN}").close()
                break
            except OSError:
                time.sleep(0.5)
        yield address
    finally:
        process.terminate()
        process.wait()


@contextmanager
def lab(address: str) -> Iterator["object"]:
    """The notebook, open in a browser, with a running kernel."""
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        pytest.fail("no chromium on PATH: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(f"{address}/lab/tree/labs/{LAB}.ipynb?token={TOKEN}")
        page.wait_for_function(
            "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
            "?.status === 'idle'",
            timeout=120_000,
        )
        yield page
        browser.close()


def at(page, text: str) -> int:
    """The place of the code cell that holds this text."""
    return page.evaluate(
        """text => window.jupyterapp.shell.currentWidget.content.widgets.findIndex(
            c => c.model.type === 'code' && c.model.sharedModel.source.includes(text))""",
        text,
    )


def run(page, number: int, text: str | None = None) -> str:
    """Type `text` into a cell, if given, run it, and return what it shows."""
    return page.evaluate(
        """async ([number, text]) => {
            const app = window.jupyterapp, book = app.shell.currentWidget.content;
            book.activeCellIndex = number;
            await book.scrollToItem(number, 'center');
            const cell = book.widgets[number];
            if (text !== null) cell.model.sharedModel.setSource(text);
            await app.commands.execute('notebook:run-cell');
            return cell.outputArea.node.innerText;
        }""",
        [number, text],
    )


def run_new(page, number: int, text: str) -> str:
    """Make a cell below this one, run `text` in it, and return what it shows."""
    page.evaluate(
        """async number => {
            const app = window.jupyterapp;
            app.shell.currentWidget.content.activeCellIndex = number;
            await app.commands.execute('notebook:insert-cell-below');
        }""",
        number,
    )
    return run(page, number + 1, text)


def save(page) -> None:
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")


def progress(home: Path, *words: str) -> str:
    """What the command says of the saved notebook."""
    start = "from anomaly_labs.cli import app; app()"
    command = [sys.executable, "-c", start, "progress", f"labs/{LAB}.ipynb", *words]
    done = subprocess.run(
        command, cwd=home, env=environment(home), capture_output=True, text=True, check=False
    )
    return " ".join(re.sub("[│┃]", " ", done.stdout).split())


def picture(page, name: str) -> None:
    folder = PROJECT / "build" / "browser"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"alone-{name}.png")


def run_the_beginning(page) -> None:
    for text in ("runtime.prepare(", "datasets.load("):
        run(page, at(page, text))


@pytest.fixture(scope="module")
def worked(home):
    """What three failed tries, a solution, a guess and a slider have shown, in this order."""
    source = sources.read(PROJECT / "solutions" / LAB / "lab.py")
    wrong = beside.wrong_answers(source.lab)[QUESTION][0][0]
    shown = {}
    with jupyter(home) as address, lab(address) as page:
        shown["commands"] = page.evaluate("() => window.jupyterapp.commands.listCommands()")
        shown["page"] = page.locator("body").inner_text()
        shown["texts"] = page.evaluate(RENDERED)
        run_the_beginning(page)
        run(page, at(page, "lettered_points(") - 1)
        answer, check = (
            at(page, text) for text in ("other_mechanism = None", f'passed("{QUESTION}"')
        )
        run(page, answer, wrong)
        shown["tries"] = [run(page, check) for _ in range(3)]
        picture(page, "1-three-tries")
        shown["solution"] = run_new(page, check, f'checks.solution("{QUESTION}")')
        picture(page, "2-solution")
        run(page, answer, 'other_mechanism = "B"')
        shown["passed"] = run(page, check)
        save(page)
        shown["progress"] = progress(home)

        guess = at(page, "how many of 1,000 alerts are attacks?")
        run(page, guess, "guess = 500")
        run(page, at(page, "bill = pd.DataFrame("))
        shown["guess"] = run(page, at(page, "guesses.compare(guess, bill["))
        control = at(page, "controls.share(")
        run(page, control)
        page.wait_for_selector(".widget-slider", timeout=60_000)
        picture(page, "3-control")
        src = "() => document.querySelector('.jp-OutputArea img.widget-image')?.src"
        shown["before"] = page.evaluate(src)
        page.locator(".widget-slider .noUi-handle").first.focus()
        for _ in range(3):
            page.keyboard.press("ArrowLeft")
        page.wait_for_function(
            "before => document.querySelector('img.widget-image').src !== before",
            arg=shown["before"], timeout=60_000,
        )  # fmt: skip
        page.wait_for_timeout(1000)
        shown["after"] = page.evaluate(src)
        shown["readout"] = page.locator(".widget-readout").first.inner_text()
        picture(page, "4-moved")
        save(page)
    return shown


def test_no_backtick_is_left_and_no_panel_of_the_desk(worked):
    assert len(worked["texts"]) > 40
    assert all(text.strip() for text in worked["texts"])
    assert [text for text in worked["texts"] if "`" in text] == []
    assert sum("Hint 1" in text for text in worked["texts"]) >= 6
    assert not any("nbgrader" in one or "assignment" in one for one in worked["commands"])
    assert not re.search("create assignment|validate|nbgrader|news", worked["page"].lower())


def test_three_failed_tries_are_followed_by_a_worked_solution(worked):
    assert all("✗" in one for one in worked["tries"])
    assert ["checks.solution" in one for one in worked["tries"]] == [False, False, True]
    assert "A worked solution of lab0-q1." in worked["solution"]
    assert 'other_mechanism = "B"' in worked["solution"]
    assert "`" not in worked["solution"]


def test_the_points_are_gone_in_progress_though_the_check_passes(worked):
    assert f"✓ {QUESTION} passed" in worked["passed"]
    assert f"{QUESTION} ✓ passed 0 of 1 its solution was shown: no points" in worked["progress"]


def test_a_guess_is_compared_with_what_came(worked):
    assert worked["guess"].startswith("Attacks among 1,000 alerts, at 1 %: you guessed 500, 9 came")


def test_a_slider_draws_its_figure_anew(worked):
    assert worked["before"].startswith("blob:")
    assert worked["after"] != worked["before"]
    assert worked["readout"] == "0.1 %"


def test_the_still_figure_is_shown_where_no_widget_runs(home, worked):
    folder = home / ".cfg" / "labconfig"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "page_config.json").write_text(json.dumps({"disabledExtensions": {WIDGETS: True}}))
    with jupyter(home) as address, lab(address) as page:
        run_the_beginning(page)
        control = at(page, "controls.share(")
        run(page, control)
        page.wait_for_selector(".jp-RenderedImage img[src^='data:image/png']", timeout=60_000)
        picture(page, "5-still")
        assert page.locator(".widget-slider").count() == 0
