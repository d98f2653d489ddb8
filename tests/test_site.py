"""The site of the course: it needs no network, it can be searched, and it holds no answer."""

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from anomaly_desk import build, data, run
from anomaly_desk.errors import CourseError
from anomaly_desk.labs import sources
from anomaly_desk.publish.site import leaks, pages
from anomaly_desk.publish.site.build import build_site
from anomaly_labs import cli
from test_browser import CHROMIUM, FLAGS
from test_slides import LAB, PROJECT, SECRET, executed, lab

README = """\
# little-course

A course to try, with a [licence](LICENSE) and [data](data/README.md).

## Start

Run `make course`.

## What it has measured

Nothing.

## What could not be tried

Everything.

## For instructors

### Grading

By hand.
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with one lab, as far as slides and site look."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("data", "src"):
        (folder / name).mkdir()
    lab(folder)
    (folder / "README.md").write_text(README)
    shutil.copy(PROJECT / "course.toml", folder)
    (folder / "data" / "README.md").write_text("# The data\n\nNone. [Home](../README.md)\n")
    for name in ("requirements.lock", "nbgrader_config.py"):
        (folder / name).touch()
    return folder


@pytest.fixture(scope="module")
def site(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "site"
    source = sources.read(project / "solutions" / "lab9_try" / "lab.py")
    assert build_site(project, [(source, executed(source))], folder) > 100_000
    return folder


@pytest.mark.quick
def test_start_page_leads_to_the_labs_with_their_minutes(site: Path) -> None:
    start = (site / "index.html").read_text()
    assert "<title>anomaly-labs</title>" in start
    assert '<html class="no-js" lang="en"' in start
    assert 'href="labs/lab9_try.html"' in start
    assert "<td><p>10</p></td>\n<td><p>doubling and nothing else</p></td>" in start
    assert "CC BY 4.0" in start


def test_lab_shows_stub_and_figure_and_folds_the_visible_check(site: Path) -> None:
    page = (site / "labs" / "lab9_try.html").read_text()
    assert "# your answer here" in page
    assert "The check" in page
    assert "twice 2 is 4" in page
    assert 'alt="You see one line that rises."' in page
    assert list((site / "_images").glob("*.png"))
    assert '<svg class="formula"' in page


def test_nothing_in_the_site_is_an_answer_or_comes_from_the_web(site: Path) -> None:
    files = [path for path in site.rglob("*") if path.suffix in (".html", ".js", ".css", ".json")]
    told = [word for path in files for word in SECRET if word in path.read_text()]
    assert told == []
    assert [path for path in files if leaks.loaded(path.read_text())] == []
    assert not list(site.rglob("*.ipynb"))


def test_words_of_a_lab_are_in_the_search_index(site: Path) -> None:
    assert re.search(r'\W"?fragment"?:', (site / "searchindex.js").read_text())


def test_warnings_of_sphinx_stop_the_site(project: Path, tmp_path: Path) -> None:
    source = lab(tmp_path, LAB.replace("It never falls", "[It](nowhere.md) never falls"))
    with pytest.raises(CourseError, match=r"Sphinx refused the site:\n.*nowhere.md"):
        build_site(project, [(source, executed(source))], tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_site_takes_the_place_of_an_earlier_one(project: Path, tmp_path: Path) -> None:
    source = sources.read(project / "solutions" / "lab9_try" / "lab.py")
    for old in (".anomaly-labs-site", "old.html"):
        (tmp_path / old).touch()
    build_site(project, [(source, executed(source))], tmp_path)
    assert (tmp_path / "index.html").is_file()
    assert not (tmp_path / "old.html").exists()


def test_folder_that_is_no_site_is_left_alone(project: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(CourseError, match="holds files that are no site"):
        build_site(project, [], tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_pages_of_the_real_course_hold_no_task_and_no_dead_link() -> None:
    every = sources.course(PROJECT)
    made = pages.pages(PROJECT, every)
    assert all(text.startswith("# ") for text in made.values())
    assert "| Task 1: data selection | 8 | 3 |" in made["assessment.md"]
    assert "AUC" not in made["assessment.md"]
    names = {f"labs/{source.name}.ipynb" for source in every} | made.keys()
    for text in made.values():
        targets = [link[1] for link in pages.LINK.findall(text)]
        assert [it for it in targets if not it.startswith("http") and it not in names] == []
    assert made["index.md"].count("| [Lab ") == sum(name.startswith("labs/lab") for name in names)


def test_readme_without_a_section_is_named() -> None:
    with pytest.raises(CourseError, match="no section '## Start'"):
        pages.section("# Title\n\n## Begin\n", "Start")


def test_course_slides_and_site_execute_a_lab_once(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parts of `make course` that build and grade are left out."""
    monkeypatch.setattr(build, "project_folder", lambda: project)
    monkeypatch.setattr(data, "prepare", lambda console, splits: [])
    monkeypatch.setattr(build, "build", lambda *_: {})
    monkeypatch.setattr(run, "grade_all", lambda *_, **__: [])
    monkeypatch.setenv("ANOMALY_LABS_FAST", "1")
    invoke = CliRunner().invoke
    slides = invoke(cli.app, ["slides", "lab9", "--output", str(tmp_path / "slides")])
    site = invoke(cli.app, ["site", "--output", str(tmp_path / "site")])
    course = invoke(cli.app, ["course", "--fast"])
    assert [it.exit_code for it in (slides, site, course)] == [0, 0, 0], slides.output
    assert "executed in" in slides.output
    assert "kept from an earlier run" in site.output
    assert "kept from an earlier run" in course.output
    assert "[&#x27;one&#x27;" in (tmp_path / "slides" / "lab9_try.html").read_text()
    assert (tmp_path / "site" / "labs" / "lab9_try.html").is_file()


@pytest.mark.browser
def test_site_is_searched_and_read_on_a_phone_without_a_server(site: Path) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme="dark")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{(site / 'search.html').as_uri()}?q=fragment")
        page.wait_for_selector(".search a")
        found = page.locator(".search a").first.inner_text()
        widths = []
        for path in sorted(site.rglob("*.html")):
            page.goto(path.as_uri())
            widths.append(page.evaluate("document.documentElement.scrollWidth"))
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        browser.close()
    assert found == "Lab 9: A lab to try"
    assert max(widths) <= 390
    assert max(int(part) for part in colour.strip("rgb()").split(",")) < 60
    assert {address.split(":")[0] for address in asked} <= {"file", "data"}
