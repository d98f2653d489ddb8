"""The slides of a lab: what is on them, what never is, and that every one can be read."""

import base64
import struct
import zlib
from operator import attrgetter
from pathlib import Path

import nbformat
import pytest

import tiny
from anomaly_desk.errors import CourseError
from anomaly_desk.labs import manifest, sources
from anomaly_desk.labs.manifest import Lab
from anomaly_desk.labs.sources import Source
from anomaly_desk.publish import site
from anomaly_desk.publish.site import leaks
from anomaly_desk.publish.site.shown import chosen, shown
from anomaly_desk.publish.slides.page import slides_page, write_slides
from test_browser import CHROMIUM, FLAGS

PROJECT = Path(__file__).parents[1]
SMALLEST_TEXT = 60  # per cent of 30 pixels, on a slide of 1280 x 720

LAB = (
    f"""# %% [markdown] slide="slide"
# # @TITLE@
#
# {tiny.FIRST} You will be able to double.
"""
    r'''

# %% [markdown] slide="slide"
# ## Lines and $x^2$

# %% slide="subslide"
from anomaly_labs import checks
letters = "one < two"
shown = letters.split()
print(shown)
# plots.line(shown)

# %% [markdown]
# You see **one line** that rises. It never falls.

# %%
left_out_of_the_slides = 1

# %% [markdown] slide="fragment"
# A fragment.

# %% [markdown] slide="notes"
# Ask who has seen such a line.

# %% [markdown] slide="skip"
# This is skipped on slides.

# %% exercise="lab9-q1" slide="slide"
def twice(x):
    """Return x twice."""
    ### BEGIN SOLUTION
    doubled_by_addition_alone = x + x
    return doubled_by_addition_alone
    ### END SOLUTION

# %% check="lab9-q1" points=2 slide="subslide"
checks.expect(twice(2) == 4, "twice 2 is 4")
### BEGIN HIDDEN TESTS
negative_numbers_are_hidden = -6
checks.expect(twice(-3) == negative_numbers_are_hidden, "negative numbers")
### END HIDDEN TESTS
checks.passed("lab9-q1")

# %% [markdown] reflect="lab9-r1" points=3 slide="slide"
# The model answer speaks of costs and of false alarms.

# %% [markdown] instructor=true slide="slide"
# Ask the room before you go on with the lab.
'''
)

SECRET = (
    "doubled_by_addition",
    "negative_numbers_are_hidden",
    "The model answer speaks",
    "Ask the room",
)


def picture() -> str:
    """A white PNG of four by two pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 4, 2, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0\xff\xff\xff\xff" * 2)
    parts = [chunk(b"IHDR", head), chunk(b"IDAT", rows), chunk(b"IEND", b"")]
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(parts)).decode()


def lab(folder: Path, text: str = LAB) -> Source:
    return sources.read(tiny.write(folder, text))


def executed(source: Source) -> nbformat.NotebookNode:
    """The solution as if it had run: a figure, a table, and what an answer printed."""
    notebook = source.solution()
    for cell in notebook.cells:
        if "letters =" in cell.source:
            figure = nbformat.v4.new_output("display_data", {"image/png": picture()})
            table = {"text/html": "<table><tr><td>1,234</td></tr></table>"}
            cell.outputs = [figure, nbformat.v4.new_output("display_data", table)]
        elif cell.cell_type == "code":
            cell.outputs = [nbformat.v4.new_output("stream", text="printed by an answer")]
    return notebook


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    source = lab(tmp_path_factory.mktemp("slides"))
    return slides_page(source, executed(source))


@pytest.mark.quick
def test_slides_are_the_cells_that_say_so(page: str) -> None:
    sections = page.split('<div class="slides">')[1].split("</div></div>")[0]
    assert sections.count('<section class="text">') == 1
    assert sections.count('<section class="output">') == 1
    assert sections.count('<section class="code">') == 2
    assert "left_out_of_the_slides" not in sections
    assert "This is skipped" not in sections
    assert '<div class="fragment"><p>A fragment.</p>' in sections


def test_heading_alone_stands_over_its_figure_with_formulas_drawn(page: str) -> None:
    figure = page.split('<section class="output">')[1].split("</section>")[0]
    assert figure.startswith("<h2>Lines and <span")
    assert '<svg class="formula"' in figure
    assert 'alt="You see one line that rises."' in figure
    assert "1,234" in figure


def test_what_one_sees_becomes_the_speakers_notes(page: str) -> None:
    assert '<aside class="notes"><p>You see <strong>one line</strong>' in page
    assert "<p>Ask who has seen such a line.</p>\n</aside>" in page


def test_a_guess_parts_no_table_from_its_words(tmp_path: Path) -> None:
    guess = '# %%\nguess = 2\n# guesses.compare(guess, 2, "The words")\n\n'
    source = lab(
        tmp_path, LAB.replace("# %% [markdown]\n# You see", f"{guess}# %% [markdown]\n# You see")
    )
    page = slides_page(source, executed(source))
    assert '<aside class="notes"><p>You see <strong>one line</strong>' in page
    assert "guess = 2" not in page


def test_no_answer_stands_on_a_slide(page: str) -> None:
    assert [word for word in (*SECRET, "printed by an answer") if word in page] == []
    assert "# your answer here" in page


def test_slides_load_nothing(page: str) -> None:
    assert leaks.loaded(page) == []
    assert "default-src 'none'" in page
    assert "<title>Lab 9: A lab to try: slides</title>" in page
    assert '<html lang="en">' in page


def test_notebook_of_another_source_is_refused(tmp_path: Path) -> None:
    source = lab(tmp_path)
    notebook = executed(source)
    notebook.cells[2].source += "\nold = True"
    with pytest.raises(CourseError, match=r"not made from .*lab9_try/lab.py as it is now"):
        shown(source, notebook)


def test_lab_without_slides_is_named(tmp_path: Path) -> None:
    source = lab(tmp_path, "".join(line.split(" slide=")[0] + "\n" for line in LAB.splitlines()))
    with pytest.raises(CourseError, match=r"lab9_try/lab.py: no cell has the key slide"):
        write_slides(source, executed(source), tmp_path)


@pytest.mark.parametrize(
    "page",
    [
        '<span class="n">doubled_by_addition_alone</span> <span>=</span> x <b>+</b> x',
        "<pre>checks.expect(twice(-3)\n ==  negative_numbers_are_hidden, &quot;negative numbers",
        "<p>The <em>model answer</em> speaks of costs and of false alarms.</p>",
        "<li>Ask the room before you go on with the lab.</li>",
    ],
)
def test_secret_line_is_found_however_it_is_marked_up(tmp_path: Path, page: str) -> None:
    assert len(leaks.found(leaks.secrets(lab(tmp_path).path.parents[2]), page)) == 1


def test_slides_with_an_answer_are_not_written(tmp_path: Path) -> None:
    source = lab(tmp_path)
    notebook = executed(source)
    table = notebook.cells[2].outputs[1]
    table.data["text/html"] = "<b>The model</b> answer speaks of costs and of false alarms."
    with pytest.raises(CourseError, match="stands on a slide: The model answer"):
        write_slides(source, notebook, tmp_path)
    assert not (tmp_path / "lab9_try.html").exists()


def test_missing_packages_are_named_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "find_spec", lambda name: None if name == "furo" else name)
    with pytest.raises(CourseError, match="need furo, which is not installed; install the extra"):
        site.require_extra()


def test_lines_that_learners_see_are_no_secret(tmp_path: Path) -> None:
    secret = leaks.secrets(lab(tmp_path).path.parents[2])
    assert leaks.found(secret, "You see one line that rises. checks.passed('lab9-q1')") == []


def test_labs_are_chosen_by_the_start_of_their_names() -> None:
    every = manifest.labs(PROJECT)
    assert [source.name for source in chosen(every, ["lab1"])] == ["lab1_xgboost"]
    assert "assessment" not in [source.name for source in chosen(every)]
    with pytest.raises(CourseError, match="no lab is called 'lab77'; there are lab0_start"):
        chosen(every, ["lab77"])


@pytest.mark.browser
@pytest.mark.parametrize("one", manifest.labs(PROJECT), ids=attrgetter("name"))
def test_every_slide_fits_and_can_be_read(tmp_path: Path, one: Lab) -> None:
    """Text and code of the real labs; figures take what is left of a slide."""
    from playwright.sync_api import sync_playwright

    source = sources.of_lab(one)
    path = write_slides(source, source.solution(), tmp_path)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_function("window.Reveal && Reveal.isReady()")
        slides = page.evaluate(
            """() => Reveal.getSlides().map(slide => {
                const { h, v } = Reveal.getIndices(slide);
                Reveal.slide(h, v);
                return [slide.innerText.slice(0, 60), slide.scrollHeight, slide.scrollWidth,
                        Number(slide.dataset.fit)];
            })"""
        )
        page.goto(f"{path.as_uri()}?print-pdf")
        page.wait_for_selector(".pdf-page")
        printed = page.locator(".pdf-page").count()
        browser.close()
    assert printed == len(slides)
    assert [it for it in slides if it[1] > 720 or it[2] > 1280 or it[3] < SMALLEST_TEXT] == []
    assert {address.split(":")[0] for address in asked} <= {"file", "data"}
