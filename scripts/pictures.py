"""The three pictures of README.md: ``make pictures`` writes docs/pictures/*.png.

Two answers in a real JupyterLab, the comparison of the benchmark, and the report on the class of
`make class`, which is graded first where it was not yet (six minutes). Chromium draws the pages.
"""

import io
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copy, which

import matplotlib.pyplot as plt
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from anomaly_desk.labs import beside, sources
from anomaly_labs.plots.alarms import LOOKS
from anomaly_labs.plots.style import finish, use_course_style
from anomaly_labs.teaching import comparison

PROJECT = Path(__file__).parents[1]
FOLDER = PROJECT / "docs" / "pictures"
LAB, QUESTION, TOKEN = "lab1_xgboost", "lab1-q1", "pictures"
MOST = 300_000  # bytes of all three
IDLE = (
    "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status"
    " === 'idle'"
)
SELECT = """id => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = notebook.widgets.findIndex(c => c.model.id === id);
    return notebook.scrollToItem(notebook.activeCellIndex, 'center');
}"""


@contextmanager
def browser(width: int, height: int) -> Iterator[Page]:
    """Open a page in Chromium."""
    found = which("chromium") or which("chromium-browser")
    if found is None:
        sys.exit("no chromium on PATH: apt-get install chromium, then run this again")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        opened = playwright.chromium.launch(executable_path=found, args=flags)
        yield opened.new_page(viewport={"width": width, "height": height})
        opened.close()


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """Serve JupyterLab on a folder, as a learner has it; yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "ANOMALY_LABS_FAST": "1",
        "JUPYTER_CONFIG_DIR": str(folder / ".own"),
        "JUPYTER_CONFIG_PATH": str(PROJECT / "src/anomaly_labs/jupyter"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--port={port}", f"--IdentityProvider.token={TOKEN}"]
    command += [f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True"]
    server = subprocess.Popen(command, env=os.environ | settings, stderr=subprocess.DEVNULL)
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
        server.terminate()
        server.wait()


def answers() -> Image.Image:
    """Return a wrong answer and below it a right one, each with what its check says."""
    source = sources.read(PROJECT / "solutions" / LAB / "lab.py")
    cells = source.submission({QUESTION}).cells
    right = next(cell.source for cell in cells if cell.get("id") == QUESTION)
    wrong = beside.wrong_answers(source.lab)[QUESTION][0][0]
    first = next(cell.id for cell in cells if cell.cell_type == "code")
    with tempfile.TemporaryDirectory() as name, browser(980, 700) as page:
        copy(PROJECT / "labs" / f"{LAB}.ipynb", name)
        with jupyterlab(Path(name)) as address:
            page.goto(f"{address}/doc/tree/{LAB}.ipynb?token={TOKEN}")
            page.wait_for_function(IDLE, timeout=120_000)
            page.evaluate(SELECT, first)
            page.keyboard.press("Shift+Enter")
            shown = [_answered(page, wrong, "✗"), _answered(page, right, "✓")]
    whole = Image.new("RGB", (shown[0].width, sum(one.height for one in shown)), "white")
    whole.paste(shown[0], (0, 0))
    whole.paste(shown[1], (0, shown[0].height))
    return whole


def _answered(page: Page, text: str, mark: str) -> Image.Image:
    """Type an answer, run it and its check, wait for the mark; return both cells as a picture."""
    page.evaluate(SELECT, QUESTION)
    page.locator(".jp-Notebook .jp-Cell.jp-mod-active .cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    page.locator(".jp-OutputArea-output", has_text=mark).first.wait_for(timeout=60_000)
    page.evaluate(SELECT, QUESTION)
    page.wait_for_timeout(500)
    above = page.locator(".jp-Notebook .jp-Cell.jp-mod-active").bounding_box()
    below = page.locator(".jp-Notebook .jp-Cell.jp-mod-active + .jp-Cell").bounding_box()
    if above is None or below is None:
        sys.exit(f"the cells of {QUESTION} are not to be seen")
    height = below["y"] + below["height"] - above["y"]
    clip = {"x": above["x"], "y": above["y"], "width": above["width"], "height": height}
    return Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB")


def compared() -> Image.Image:
    """Return recall over false alarms, known and new types, over the seeds of the benchmark."""
    use_course_style("real")
    areas = comparison.bands("nsl")
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True)
    for ax, types in zip(axes, ("known", "new"), strict=True):
        detectors = areas[areas["types"] == types].groupby("detector", sort=False)
        for detector, rows in detectors:
            colour, dashes = LOOKS[str(detector)]
            ax.plot(rows["false_alarms"], rows["mean"], color=colour, ls=dashes, label=detector)
            ax.fill_between(
                rows["false_alarms"], rows["low"], rows["high"], color=colour, alpha=0.2
            )
        ax.set_xscale("log")
        ax.set_ylim(0, 1.02)
        finish(ax, f"Attacks of {types} types", "false alarms (share of normal rows)", "recall")
    axes[1].set_ylabel("")
    axes[1].legend(loc="upper left", fontsize=9)
    made = io.BytesIO()
    figure.savefig(made, dpi=110, bbox_inches="tight")
    return Image.open(made).convert("RGB")


def report(course: Path) -> Image.Image:
    """Return the head of the report on a class, without names; grade the class before."""
    command = [str(Path(sys.executable).with_name("anomaly-labs"))]
    if not (course / "gradebook.db").is_file():
        subprocess.run([*command, "class", "--course", str(course)], cwd=PROJECT, check=False)
    with tempfile.TemporaryDirectory() as name, browser(1000, 900) as page:
        path = Path(name, "report.html")
        made = ["report", "assessment", "--anonymous", "--output", str(path)]
        subprocess.run([*command, *made, "--course", str(course)], cwd=PROJECT, check=True)
        page.goto(path.as_uri())
        return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def main() -> None:
    """Write the pictures, in few colours; stop if they are too large for a README."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    course = Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT / "build" / "class" / "course"
    made = {"answers": answers(), "comparison": compared(), "report": report(course)}
    for name, picture in made.items():
        picture.quantize(64).save(FOLDER / f"{name}.png", optimize=True)
    size = sum((FOLDER / f"{name}.png").stat().st_size for name in made)
    print(f"{FOLDER}: {', '.join(made)}; {size / 1000:.0f} kB")
    if size > MOST:
        sys.exit(f"the pictures have {size / 1000:.0f} kB, and {MOST / 1000:.0f} kB are the limit")


if __name__ == "__main__":
    main()
