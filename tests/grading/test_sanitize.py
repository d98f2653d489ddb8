"""Nothing of a learner's runs in an instructor's browser, and nothing is loaded from elsewhere."""

import base64
import html
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import time
import urllib.request

import nbformat
import pandas as pd
import pytest
from nbconvert import HTMLExporter
from nbconvert.filters.ansi import ansi2html
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from nbformat.v4 import new_code_cell, new_markdown_cell

from anomaly_desk.pages.markdown import MAX_RENDERED, as_typed, harmless
from anomaly_desk.pages.page import MAX_DEPTH, clean
from anomaly_desk.pages.sanitize import MAX_HTML, SanitizeOutputs, clean_picture

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", 1, 1) + b"\x08\x02\0\0\0"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
TOKEN = "anomaly-labs-test"
SESSION = {"Authorization": f"token {TOKEN}"}
HOST = "learner.example"
MATHJAX = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/"  # nbgrader's own pages ask for it
DO = "window.__pwned=1;alert(1)"
PAGES = [
    f"<script>{DO}</script>",
    f"<img src=x onerror='{DO}'>",
    f"<img src='https://{HOST}/picture.png'>",
    f"<svg onload='{DO}'><style><img src=x onerror='{DO}'></style></svg>",
    f"<math><mtext><table><mglyph><style><!--</style>"
    f"<img title='--&gt;&lt;img src=x onerror={DO}&gt;'>"
    "</math>",
    f"<noscript><p title='</noscript><img src=x onerror={DO}>'>",
    f"<b style='background:url(https://{HOST}/style)' onmouseover='{DO}'>over</b>",
    f"<iframe srcdoc='<script>parent.{DO}</script>'></iframe><iframe src='https://{HOST}/'></iframe>",
    f"<link rel=stylesheet href='https://{HOST}/sheet'>"
    f"<style>@import 'https://{HOST}/import';</style>",
    f"<meta http-equiv=refresh content='0;url=https://{HOST}/refresh'>",
    f"<form id=f action='https://{HOST}/'>"
    f"<input autofocus onfocus='{DO}' class=score id=quiz-q1-check>",
    f"<details open ontoggle='{DO}'>x</details><video src=x onerror='{DO}'></video>",
    f"<<script>{DO}//<</script><scr<script>ipt>{DO}</script>",
    f"<a href='javascript:{DO}' id=go>go</a><base href='https://{HOST}/'><object data='https://{HOST}/'>",
    f"</div></div></body><img src=x onerror='{DO}'>&lt;img src=x onerror='{DO}'&gt;",
    f"$\\href{{javascript:{DO}}}{{x}}$",
]  # fmt: skip
WORDS = [
    *PAGES,
    f"[x](javascript:{DO})",
    f"[x](&#106;avascript:{DO})",
    f"[x]: javascript:{DO}\n\n[x]",
    f"[x]:\n  javascript:{DO}\n\n[x]",
    f"<javascript:{DO}>",
    f"![x](https://{HOST}/markdown.png)",
    f"![x][y]\n\n[y]: https://{HOST}/reference.png",
    "![x](attachment:none.png)",
    f"```mermaid\n<img src=x onerror='{DO}'>\n```",
    f"~~~mermaid\n<img src=x onerror='{DO}'>\n~~~",
    "# quiz-q2-check",
    "quiz-q2-check\n===",
    f"````text\n```\n````\n<script>{DO}</script>\n````",
    f'[x](https://a.example "t" onmouseover="{DO}")',
    f"| a |\n|---|\n| <img src=x onerror='{DO}'> |",
]


def executed(outputs, **cell):
    """A notebook with one cell that gave these outputs, be they valid or not."""
    whole = {"cell_type": "code", "id": "x", "source": "", "metadata": {}, "execution_count": 1}
    cells = [{**whole, "outputs": outputs, **cell}]
    return nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})


def shown(data, metadata=None):
    """What is left of one output."""
    output = {"output_type": "display_data", "data": data, "metadata": metadata or {}}
    notebook, _ = SanitizeOutputs().preprocess(executed([output]), {})
    nbformat.validate(notebook)
    return notebook.cells[0].outputs


def test_table_stays_readable():
    frame = pd.DataFrame({"service": ["http", "a<b"], "bytes": [25, 15]})
    page = shown({"text/html": frame.to_html(), "text/plain": str(frame)})[0].data["text/html"]
    assert "<tr><th>1</th><td>a&lt;b</td><td>15</td></tr>" in "".join(page.split())
    assert 'class="dataframe"' in page and "style" not in page
    styled = clean(frame.style.set_caption("Two services").to_html())
    assert "<caption>Two services</caption>" in styled
    assert "#T_" not in styled and " id=" not in styled


@pytest.mark.parametrize("page", PAGES)
def test_html_keeps_marks_without_power(page):
    cleaned = clean(page)
    assert not re.search(r"<(?!/?(?:b|p|div|table|tbody|td|tr)>)[A-Za-z/!?]", cleaned)
    assert clean(cleaned) == cleaned


def test_html_takes_time_in_proportion():
    floods = [
        "<b a=1>",
        "<a ",
        "<" + "a" * MAX_HTML,
        "&#" + "9" * MAX_HTML,
        "<!--",
        "<p a='",
        "</i><b>",
        "<script",
        "<p><b a=1></p>x",
        "&#",
    ]
    started = time.monotonic()
    for flood in floods:
        cleaned = clean(flood * (MAX_HTML // len(flood)))
        assert cleaned.count("</") <= cleaned.count("<")
    assert time.monotonic() - started < 20
    assert clean("<div>" * 1000).count("<div>") == MAX_DEPTH


def test_too_much_html_shows_as_plain_text():
    (output,) = shown({"text/html": "x" * (MAX_HTML + 1), "text/plain": "short"})
    assert dict(output.data) == {"text/plain": "short"}


def test_what_can_run_is_dropped():
    (output,) = shown(
        {
            "text/plain": "safe",
            "application/javascript": DO,
            "image/svg+xml": PAGES[3],
            "application/vnd.jupyter.widget-view+json": {"model_id": "x"},
            "text/vnd.mermaid": "graph",
            "application/pdf": "JVBERi0=",
            "text/latex": "$x$",
        },
        {"text/html": {"isolated": True}, "filenames": {"image/png": "x' onerror='"}},
    )
    assert output.metadata == {}
    assert list(output.data) == ["text/plain"]


def test_colours_of_a_terminal_stay_where_nbconvert_can_read_them():
    good = "\x1b[1;31ma\x1b[0m\x1b[38;5;28;01mb\x1b[48;2;1;2;255mc\x1b[m"
    assert shown({"text/plain": good})[0].data["text/plain"] == good
    odd = "\x1b[38mx\x1b[48;5my\x1b[2Jz\x1b]0;t\x1b\x1b[31m[38m\x1b["
    (output,) = shown({"text/plain": odd})
    assert output.data["text/plain"] == "xyz]0;t\x1b[31m[38m"
    assert "ansi-red-fg" in ansi2html(output.data["text/plain"])


@pytest.mark.parametrize(
    "flood",
    ["\x1b[m" * 600_000, "\x1b[31m€" * 300_000, f"\x1b[{'1;' * 900_000}m", "\x1b[1" * 600_000],
    ids=["empty", "red", "long", "open"],
)
def test_a13_flood_of_colours_takes_time_in_proportion(flood):
    started = time.monotonic()
    for output in shown({"text/plain": f"{flood}\nend"}):
        assert ansi2html(output.data["text/plain"]).endswith("end")
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "flood",
    ["a." * 30_000, "x" + " \n" * 50_000 + "x", "'" + r"\N{" * 9**4],
)
def test_a13_long_code_is_shown_whole_and_without_colours(flood):
    notebook, _ = SanitizeOutputs().preprocess(executed([], source=flood), {})
    started = time.monotonic()
    page, _ = HTMLExporter(template_name="basic").from_notebook_node(notebook)
    assert time.monotonic() - started < 10
    assert flood.strip("\n") in html.unescape(page)


def test_code_of_usual_length_has_colours_of_python_whatever_it_claims_to_be():
    source = "%%perl\n" + "import math\n" * 99
    notebook, _ = SanitizeOutputs().preprocess(executed([], source=source), {})
    page, _ = HTMLExporter(template_name="basic").from_notebook_node(notebook)
    assert page.count('<span class="kn">import</span>') == 99


def test_markdown_and_latex_are_shown_as_they_were_typed():
    (output,) = shown({"text/markdown": "**b** <b>", "text/plain": "<Markdown object>"})
    assert dict(output.data) == {"text/plain": "**b** <b>"}


def test_pictures_are_encoded_anew_or_left_out():
    good = base64.b64encode(PNG).decode()
    assert clean_picture("image/png", f"{good[:9]}\n{good[9:]}") == good
    huge = PNG.replace(struct.pack(">II", 1, 1), struct.pack(">II", 60_000, 60_000))
    assert clean_picture("image/png", base64.b64encode(huge).decode()) is None
    assert clean_picture("image/png", base64.b64encode(PNG[:10]).decode()) is None
    assert clean_picture("image/jpeg", good) is None
    assert clean_picture("image/png", f"{good}' onerror='{DO}") is None
    assert shown({"image/png": ["<svg>"], "text/plain": 3}) == []


def test_streams_errors_and_metadata_are_text():
    outputs = [
        {"output_type": "stream", "name": ["<b>"], "text": "a\ud800\x00\x1b[31mb"},
        {"output_type": "error", "ename": 3, "evalue": "\udfff", "traceback": ["x", None]},
        {"output_type": "strange"},
        {"output_type": "display_data", "data": "no mapping"},
        {"output_type": "execute_result", "data": {"text/plain": "4.0"}, "execution_count": "<"},
    ]
    sent = executed(outputs, metadata={"tags": ["t"], "x": "<b>"}, execution_count=10**30)
    sent.metadata.update(widgets={"x": 1}, language_info={"name": "<script>"}, title="<b>")
    notebook, _ = SanitizeOutputs().preprocess(sent, {})
    nbformat.validate(notebook)
    nbformat.writes(notebook).encode()
    assert set(notebook.metadata) == {"language_info"}
    assert notebook.metadata.language_info.name == "python"
    assert notebook.cells[0].metadata == {"tags": ["t"]}
    assert [output.output_type for output in notebook.cells[0].outputs] == [
        "stream",
        "error",
        "execute_result",
    ]
    assert notebook.cells[0].outputs[0].text == "a?\x1b[31mb"


@pytest.mark.parametrize("text", WORDS)
def test_learners_markdown_can_neither_run_nor_load(text):
    safe = harmless(text)
    page = markdown2html_mistune(safe)
    assert harmless(safe) == safe
    for power in ("<img", "<script", "<iframe", "<svg", "<style", "<input", "<form", 'mermaid">'):
        assert power not in page
    assert 'href="javascript' not in page and 'attachment:none.png"' not in page
    assert 'id="quiz' not in page


@pytest.mark.parametrize(
    "text",
    [
        "A threshold of 0.5, because **missed** attacks cost more: $a < b$.",
        "- one\n- two\n\n1. three\n\n> quoted",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "```\nprint(1)\n```",
        "~~~text\nprint(1)\n~~~",
        "see [the page](https://a.example/b?c=d&e=f#g) or https://b.example",
        "a < b and b > c, `x & y`, ~~no~~ [x] [1]",
    ],
)
def test_honest_markdown_is_left_as_it_is(text):
    assert harmless(text) == text


@pytest.mark.parametrize("fence", ["```", "~~~"])
@pytest.mark.parametrize("info", ["perl", " \u00a0py+ul4 x", "python", "text-x", "&#112;erl"])
def test_no_block_of_code_chooses_its_colours(fence, info):
    safe = harmless(f"> {fence}{info}\n> <b>\n> {fence}")
    page = markdown2html_mistune(safe)
    assert harmless(safe) == safe
    assert "&lt;\u2060b&gt;" in page and "<span class" not in page


def test_headings_stay_headings():
    page = markdown2html_mistune(harmless("# Why\n\nBecause."))
    assert page.startswith("<h1 ") and "Because" in page


def test_long_or_odd_markdown_is_shown_as_typed():
    long = "*a " * MAX_RENDERED
    assert harmless(long) == as_typed(long) == harmless(as_typed(long))
    assert harmless("quiz\n---") == as_typed("quiz\n---")
    assert "```````" in as_typed("``````")


DISPLAY = f"""
from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display
pages, words = {PAGES!r}, {WORDS!r}
for page in pages:
    display(HTML(page))
    print(page)
for text in words:
    display(Markdown(text), Latex(text))
display(Javascript("{DO}"), SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='{DO}'/>"))
display({{"image/png": "x' onerror='{DO}", "text/plain": pages[0]}}, raw=True)
display({{"text/html": pages[1]}}, raw=True, metadata={{"text/html": {{"isolated": True}}}})
raise ValueError(pages[0] + pages[1])
"""


def poisoned(desk):
    """A submission that is full of attacks on the page that shows it."""
    notebook = desk.answered(
        quiz_q1=f"# {PAGES[0]}\ndef flag(scores, threshold):\n    raise ValueError({PAGES[1]!r})",
        quiz_r1="\n\n".join(WORDS),
    )
    notebook.cells += [new_code_cell(DISPLAY), *(new_markdown_cell(text) for text in WORDS)]
    notebook.cells += [nbformat.v4.new_raw_cell(page) for page in PAGES]
    notebook.cells[0].metadata = {"tags": [f"x' onclick='{DO}"], "raw_mimetype": "text/html"}
    notebook.metadata["title"] = PAGES[0]
    return notebook


@pytest.fixture
def browser():
    """A real Chromium."""
    from playwright.sync_api import sync_playwright

    if CHROMIUM is None:
        pytest.fail("no chromium on PATH: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def formgrader(desk):
    """The address of the poisoned submission on formgrader's page, and of its feedback."""
    outcome = desk.grade(poisoned(desk), "mallory")
    assert outcome.points == {**desk.full, "quiz-q1": 0.0}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", f"--port={port}",
        f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={desk.project}",
        "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}",
    ]  # fmt: skip
    settings = {"JUPYTER_CONFIG_DIR": str(desk.folder / ".cfg"), "PYTHONWARNINGS": "ignore"}
    process = subprocess.Popen(
        command, cwd=desk.project, env={**os.environ, **settings}, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{address}/api?token={TOKEN}").close()
            break
        except OSError:
            time.sleep(0.25)
    yield address
    process.terminate()
    process.wait()


def graded(desk, learner):
    """A learner's notebook in the gradebook: its id, and the points of its checks."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{desk.root / 'gradebook.db'}") as gradebook:
        notebook = gradebook.find_submission_notebook("quiz", "quiz", learner)
        points = {grade.name: grade.auto_score for grade in notebook.grades}
        return notebook.id, {name: points[f"{name}-check"] for name in desk.full}


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_a18_nothing_runs_or_is_loaded_on_formgraders_page_and_in_feedback(
    desk, formgrader, browser
):
    feedback = desk.root / "feedback" / "mallory" / "quiz" / "quiz.html"
    pages = [
        f"{formgrader}/formgrader/submissions/{graded(desk, 'mallory')[0]}/",
        feedback.as_uri(),
    ]
    asked, alerts = [], []
    for address in pages:
        page = browser.new_page(extra_http_headers=SESSION)
        page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: asked.append(request.url))
        page.route(lambda url: not url.startswith((formgrader, "file:", "data:")), abort)
        page.goto(address)
        page.wait_for_timeout(1500)
        assert "Student's answer" in page.inner_text("body")
        assert "alert(1)" in page.inner_text("body")
        use(page)
        assert page.evaluate("window.__pwned") is None
        assert page.locator("input[id='quiz-q1-check']").count() == (address == pages[0])
        if address == pages[0]:  # the page knows its session, and no heading took a score's place
            assert page.locator("input[id='quiz-q1-check']").get_attribute("placeholder") == "0"
    assert alerts == []
    assert [
        url for url in asked if not url.startswith((formgrader, "file:", "data:", MATHJAX))
    ] == []


@pytest.mark.browser
def test_these_attacks_run_where_nothing_cleans_them(browser):
    """Else the test above could not fail."""
    asked, ran = [], 0
    for content in [page for page in PAGES if "refresh" not in page]:
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.route("**", abort)
        page.set_content(content, wait_until="commit")
        page.wait_for_timeout(200)
        ran += page.evaluate("window.__pwned") is not None
    assert ran >= 5
    assert len({url for url in asked if HOST in url}) >= 3


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_formgraders_button_grades_an_unseen_file_safely(desk, formgrader, browser):
    cheat = desk.answered(quiz_q1="def flag(scores, threshold):\n    return None")
    for cell in cheat.cells:
        cell.metadata["tags"] = ["skip-execution"]
    folder = desk.root / "submitted" / "raw" / "quiz"
    folder.mkdir(parents=True)
    nbformat.write(cheat, folder / "quiz.ipynb")
    page = browser.new_page(extra_http_headers=SESSION)
    page.route(lambda url: not url.startswith((formgrader, "data:")), abort)
    page.goto(f"{formgrader}/formgrader/manage_submissions/quiz")
    page.locator("tr", has_text="raw").locator("td.autograde a").click()
    page.wait_for_selector("text=Successfully autograded", timeout=60_000)
    assert graded(desk, "raw")[1] == {**desk.full, "quiz-q1": 0.0}


def abort(route):
    route.abort()


def use(page):
    """Point at and click on all that a learner's cells show."""
    page.evaluate(
        """() => {
            const shown = '.output *, .text_cell_render *';
            for (const element of document.querySelectorAll(shown)) {
                for (const type of ['mouseover', 'mouseenter', 'focus', 'toggle', 'error'])
                    element.dispatchEvent(new Event(type));
                if (element.tagName == 'A' && !/^(https?:|#)/.test(element.getAttribute('href')))
                    element.click();
            }
        }"""
    )
    page.wait_for_timeout(300)
