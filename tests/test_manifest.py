"""A lab's header and folder: what is incomplete is refused, and pages follow from the headers."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

import tiny
from anomaly_desk import build, imports, run, tables
from anomaly_desk.errors import CourseError, SourceError
from anomaly_desk.grading.grade import preloaded
from anomaly_desk.labs import beside, extras, manifest, sources
from anomaly_labs.cli import app
from test_sources import GOOD

PROJECT = Path(__file__).parents[1]
LABS = manifest.labs(PROJECT)


def test_header_says_what_a_lab_is(tmp_path: Path) -> None:
    marks = "{ passed = 4, distinction = 4.5 }"
    path = tiny.write(tmp_path, GOOD, kind='"assessment"', certificate=marks, extra_minutes="5")
    lab = manifest.read(path)
    assert (lab.name, lab.title, lab.order) == ("lab9_try", "Lab 9: A lab to try", 90)
    assert lab.released == Path("assessment/lab9_try.ipynb")
    assert list(lab.marks.items()) == [("passed with distinction", 4.5), ("passed", 4.0)]
    assert lab.time == "10, with extras 15"


@pytest.mark.parametrize("key", tiny.HEADER)
def test_header_that_lacks_a_field_is_refused(tmp_path: Path, key: str) -> None:
    path = tiny.write(tmp_path, GOOD, **{key: None})
    with pytest.raises(SourceError, match=rf"^{path}:1: the header lacks '{key}': .{{9}}"):
        build.build(tmp_path, sources.course(tmp_path))


@pytest.mark.parametrize(
    ("key", "value", "line", "said"),
    [
        ("title", '" "', 2, "title = ' '; expected is a title in one line"),
        ("order", "0", 3, "order = 0; expected is a whole number above 0"),
        ("kind", '"lab"', 4, "kind = 'lab'; expected is one of core, extension, assessment"),
        ("kind", "{}", 4, "kind = {}; expected is one of core, extension, assessment"),
        ("status", '"done"', 5, "status = 'done'; expected is one of ready, draft"),
        ("minutes", "-1", 6, "minutes = -1; expected is the minutes that it takes a learner"),
        ("run_minutes", '"1"', 7, "run_minutes = '1'; expected is the minutes that its code"),
        ("data", '["kdd99"]', 8, "expected is a table of splits by data set"),
        ("data", "{ kdd99 = [] }", 8, "expected is a table of splits by data set"),
        ("data", '{ kdd98 = ["test"] }', 8, "there is no data set 'kdd98' with 'test'"),
        ("data", '{ kdd99 = ["tests"] }', 8, "there is no data set 'kdd99' with 'tests'"),
        ("extras", '["dogs"]', 9, "there is no extra 'dogs'; there are "),
        ("grading", "true", 10, "grading = True; expected is one of fast, full"),
        ("certificate", "{ passed = 9, distinction = 8 }", 11, "expected is the points to pass"),
        ("certificate", "{ distinction = 8 }", 11, "expected is the points to pass"),
        ("holds", '"a | b"', 12, "expected is what it is about, in one line without |"),
        ("colour", '"red"', 14, "the header has no field 'colour'; known: title, order"),
        ("title", "Lab 9", 1, "the header is no TOML: "),
    ],
)
def test_header_with_a_wrong_field_is_refused_with_its_line(
    tmp_path: Path, key: str, value: str, line: int, said: str
) -> None:
    path = tiny.write(tmp_path, GOOD, **{key: value})
    with pytest.raises(SourceError) as refusal:
        sources.course(tmp_path)
    assert str(refusal.value).startswith(f"{path}:{line}: ")
    assert said in str(refusal.value)


def test_lab_without_a_header_of_a_bad_name_or_outside_a_folder_is_refused(tmp_path: Path) -> None:
    path = tiny.write(tmp_path, GOOD)
    path.write_text(GOOD)
    with pytest.raises(SourceError, match=r"lab.py:1: no header; a lab starts with"):
        manifest.labs(tmp_path)
    path.parent.rename(path.parent.with_name("Lab 9"))
    with pytest.raises(SourceError, match="the folder is called 'Lab 9'"):
        manifest.labs(tmp_path)
    (tmp_path / "solutions" / "lab8_old.py").write_text(GOOD)
    with pytest.raises(SourceError, match=r"move this file to .*/lab8_old/lab.py"):
        manifest.labs(tmp_path)


def test_labs_stand_by_their_order_and_two_of_the_same_are_refused(tmp_path: Path) -> None:
    for name, order in (("lab10_late", 100), ("lab2_early", 20), ("assessment", 900)):
        tiny.write(tmp_path, GOOD, name=name, order=str(order))
    assert [lab.name for lab in manifest.labs(tmp_path)] == [
        "lab2_early",
        "lab10_late",
        "assessment",
    ]
    tiny.write(tmp_path, GOOD, name="lab3_same", order="20")
    with pytest.raises(SourceError, match=r"lab3_same/lab.py:3: order = 20 is that of lab2_early"):
        manifest.labs(tmp_path)


def test_labs_are_called_by_their_names_or_the_first_words_of_them() -> None:
    assert [lab.name for lab in manifest.chosen(LABS, ["lab1", "assessment"])] == [
        "lab1_xgboost",
        "assessment",
    ]
    for name in ("lab", "lab1_", "xgboost"):
        with pytest.raises(CourseError, match=f"no lab is called '{name}'; there are lab0_start"):
            manifest.chosen(LABS, [name])


def test_order_of_the_course_is_that_of_the_notebooks_recaps() -> None:
    assert [lab.name for lab in LABS][:5] == [
        "lab0_start", "lab1_xgboost", "lab2_autoencoder", "lab3_gan", "lab4_adversarial",
    ]  # fmt: skip
    assert LABS[-1].kind == "assessment"


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ("from anomaly_labs import datasets\nd = datasets.load('kdd99')", "loads kdd99 10_percent"),
        ("import anomaly_labs.datasets as d\nx = d.load('nsl_kdd', split='test')", "nsl_kdd test"),
        ("from anomaly_labs.datasets import load as l\nx = l(name='kdd99')", "loads kdd99 10_per"),
        ("from anomaly_labs import datasets\nx = datasets.load(str(1))", "not name by constants"),
    ],
)
def test_data_that_the_header_does_not_name_are_refused(
    tmp_path: Path, planted: str, said: str
) -> None:
    text = GOOD.replace("one = 1", f"one = 1\n{planted}")
    with pytest.raises(SourceError, match=r"lab.py:20: loads .*the header's field data") as refusal:
        sources.read(tiny.write(tmp_path, text))
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    "planted",
    [
        "import anomaly_labs.plots as p\np.roc_curve(y, s)",
        "from anomaly_labs.plots import roc_curve as roc\nroc(y, s)",
        "from anomaly_labs.teaching import trees\ntrees.booster_tree(b)",
        "import matplotlib.pyplot\nmatplotlib.pyplot.plot([1])",
        "import matplotlib.pyplot as plt\nfigure, ax = plt.subplots()\nax.plot([1])",
        "table.plot.bar()",
    ],
)
def test_figure_without_a_sentence_is_refused_by_whatever_name_it_is_drawn(
    tmp_path: Path, planted: str
) -> None:
    text = GOOD.replace("one = 1", f"one = y = s = b = table = 1\n{planted}")
    with pytest.raises(SourceError, match=r"lab.py:20: a figure needs a markdown cell after it"):
        sources.read(tiny.write(tmp_path, text))
    said = text.replace("# %% locked", "# %% [markdown]\n# You see a line.\n\n# %% locked")
    assert sources.read(tiny.write(tmp_path, said)).name == "lab9_try"


@pytest.mark.parametrize(
    ("wrong", "line", "said"),
    [
        ("", 27, "exercise 'lab9-q1' has 0 wrong answers of different hints"),
        (tiny.WRONG.split("\n\n")[0], 27, "exercise 'lab9-q1' has 1 wrong answers"),
        (tiny.WRONG.replace("negative numbers", "twice 2 is 4"), 27, "has 1 wrong answers"),
        (tiny.WRONG.replace(' hint="negative numbers"', ""), 27, "has 1 wrong answers"),
        (tiny.WRONG + '# %% wrong="lab9-q2" hint="x"\na = 1\n', 1, "'lab9-q2', which is no exerc"),
        (tiny.WRONG + '# %% right="lab9-q3"\na = 1\n', 1, "'lab9-q3', which is no exerc"),
    ],
)
def test_lab_whose_answers_beside_it_are_not_whole_is_not_built(
    tmp_path: Path, wrong: str, line: int, said: str
) -> None:
    path = tiny.write(tmp_path, GOOD, wrong=wrong)
    with pytest.raises(SourceError) as refusal:
        build.build(tmp_path, sources.course(tmp_path))
    assert str(refusal.value).startswith(f"{path}:{line}: ")
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("rubric", "line", "said"),
    [
        ("", 43, "written answer 'lab9-r1' has no rubric for 3 points"),
        (tiny.RUBRIC.replace("3 points", "2 points"), 43, "no rubric for 3 points"),
        (tiny.RUBRIC.replace("### ", "## "), 43, "no rubric for 3 points"),
        (tiny.RUBRIC + "\n### `lab9-r2` More (1 point)\n", 1, "a rubric for 'lab9-r2', which is"),
    ],
)
def test_lab_whose_written_answer_lacks_its_rubric_is_not_built(
    tmp_path: Path, rubric: str, line: int, said: str
) -> None:
    path = tiny.write(tmp_path, GOOD, rubric=rubric)
    with pytest.raises(SourceError) as refusal:
        build.build(tmp_path, sources.course(tmp_path))
    assert str(refusal.value).startswith(f"{path}:{line}: ")
    assert said in str(refusal.value)


def test_whole_lab_is_built_where_its_header_says(tmp_path: Path) -> None:
    tiny.write(tmp_path, GOOD)
    (tmp_path / "nbgrader_config.py").write_bytes((PROJECT / "nbgrader_config.py").read_bytes())
    (path,) = build.build(tmp_path, sources.course(tmp_path))
    assert path == tmp_path / "labs" / "lab9_try.ipynb"


def course(folder: Path) -> Path:
    """Three labs, one of them a draft, and the written pages."""
    for name, order, status in (("lab2_b", 20, "ready"), ("lab10_a", 30, "ready"),
                                ("lab1_c", 10, "draft")):  # fmt: skip
        tiny.write(folder, GOOD, name=name, order=f"{order}", status=f'"{status}"',
                   title=f'"{name.title()}"')  # fmt: skip
    for inner in ("assessment", "data"):
        (folder / inner).mkdir(exist_ok=True)
    for page, (block, _) in tables.PAGES.items():
        (folder / page).write_text(
            f"# By hand\n\n<!-- built: {block} -->\n<!-- /built -->\n\nEnd\n"
        )
    return folder


def test_pages_hold_the_labs_in_their_order_without_drafts(tmp_path: Path) -> None:
    pages = {
        p.relative_to(tmp_path).as_posix(): t for p, t in tables.pages(course(tmp_path)).items()
    }
    of_sets = pages.pop("data/README.md")
    assert b"kdd99" in of_sets and b"lab2_b" not in of_sets
    made = {name.removeprefix("assessment/"): text.decode() for name, text in pages.items()}
    assert made.keys() == {"README.md", "INSTRUCTORS.md", "RUBRIC.md"}
    for text in made.values():
        assert text.startswith("# By hand\n\n<!-- built: ") and text.endswith("-->\n\nEnd\n")
        assert re.findall(r"(?i)lab(?:1|2|10)_[abc]", text)[0].lower() == "lab2_b"
        assert "lab10_a" in text.lower() and "lab1_c" not in text.lower()
    assert "| `lab2_b` | 10 | doubling and nothing else |" in made["README.md"]
    assert "| `lab2_b` | 10 | all of it |" in made["INSTRUCTORS.md"]
    assert "## Lab10_A\n\n### `lab9-r1` What errors cost (3 points)" in made["RUBRIC.md"]


def test_stale_block_is_found_and_written_again(tmp_path: Path) -> None:
    pages = tables.pages(course(tmp_path))
    assert set(build.stale(pages)) == pages.keys()
    assert set(build.write_pages(pages).values()) == {"rebuilt"}
    again = tables.pages(tmp_path)
    assert build.stale(again) == []
    assert set(build.write_pages(again).values()) == {"up to date"}
    tiny.write(tmp_path, GOOD, name="lab2_b", order="40")
    of_labs = pages.keys() - {tmp_path / "data" / "README.md"}
    assert set(build.stale(tables.pages(tmp_path))) == of_labs


@pytest.mark.parametrize(
    "text", ["<!-- built: sets -->\n", "<!-- built: labs -->\n",
             "<!-- built: labs -->\n<!-- /built -->\n" * 2,
             "<!-- built: labs -->\n<!-- built: data -->\n<!-- /built -->\n"],
)  # fmt: skip
def test_page_without_its_two_markers_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(CourseError, match=r"blocks <!-- built: labs --> .* were found"):
        tables.filled(text, "labs", "new")
    course(tmp_path)
    (tmp_path / "README.md").write_text(text)
    with pytest.raises(CourseError, match=r"README.md: \d blocks"):
        tables.pages(tmp_path)


def test_page_without_any_block_is_left_alone_and_all_pages_of_this_course_have_theirs(
    tmp_path: Path,
) -> None:
    course(tmp_path)
    (tmp_path / "README.md").write_text("# By hand\n")
    made = {path.relative_to(tmp_path).as_posix() for path in tables.pages(tmp_path)}
    assert made == tables.PAGES.keys() - {"README.md"}
    assert {path.relative_to(PROJECT).as_posix() for path in tables.pages(PROJECT)} == (
        tables.PAGES.keys()
    )


def test_lab_whose_extra_is_not_installed_is_named_with_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = ["numpy>=1", "no-such-package>=1; extra == 'kafka'", "numpy; extra == 'site'"]
    monkeypatch.setattr(extras.metadata, "requires", lambda name: told)
    lab = replace(LABS[0], extras=("site", "kafka"))
    said = "lab0_start is skipped: it needs what is not installed here; "
    assert extras.missing(lab) == f"{said}pip install 'anomaly-labs[kafka]'"
    assert extras.missing(replace(lab, extras=("site",))) == extras.missing(LABS[0]) == ""


def test_modules_loaded_beforehand_are_those_of_the_labs_and_load_nothing_heavy() -> None:
    modules = preloaded(sources.course(PROJECT))
    assert {"anomaly_labs.checks", "anomaly_labs.features", "anomaly_labs.plots"} <= set(modules)
    assert {name.partition(".")[0] for name in modules} == {"anomaly_labs"}
    code = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in ran.stdout.split()}
    assert loaded & {*imports.HEAVY, "anomaly_desk"} == set()


def test_wrong_answers_and_rubrics_of_the_course_lie_beside_their_labs() -> None:
    for source in sources.course(PROJECT):
        beside.check(source)
        assert beside.wrong_answers(source.lab).keys() == source.points.keys()


@pytest.fixture
def three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a core lab, an extension and an assessment, in which commands run."""
    for order, (name, kind) in enumerate(
        [("lab1_core", "core"), ("lab2_more", "extension"), ("exam", "assessment")], 1
    ):
        tiny.write(tmp_path, GOOD, name=name, kind=f'"{kind}"', order=f"{order}")
    monkeypatch.setattr(build, "project_folder", lambda: tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ([], ["lab1_core", "lab2_more", "exam"]),
        (["--core"], ["lab1_core"]),
        (["exam", "lab2"], ["lab2_more", "exam"]),
    ],
)
def test_runs_all_labs_the_core_or_those_that_are_named(
    three: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], names: list[str]
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(run, "run", lambda _, labs, **__: asked.extend(lab.name for lab in labs))
    CliRunner().invoke(app, ["course", *words])
    assert asked == names


def test_lab_that_lacks_an_extra_is_skipped_by_name(
    three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.write(three, GOOD, name="lab2_more", kind='"extension"', order="2", extras='["scale"]')
    monkeypatch.setattr(extras, "_is_installed", lambda extra: extra != "scale")
    done = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["course", "lab2"])
    assert done.exit_code == 1
    assert "lab2_more is skipped: it needs what is not installed here; pip install" in done.output
    assert "no lab is left to run" in done.output


def test_check_of_the_build_refuses_stale_blocks_and_writes_nothing(
    three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (three / "README.md").write_text("<!-- built: labs -->\n<!-- /built -->\n")
    monkeypatch.setattr(build, "build", lambda *_: {})
    before = (three / "README.md").read_text()
    stale = CliRunner().invoke(app, ["build", "--check"])
    assert stale.exit_code == 1 and "README.md: stale" in stale.output
    assert (three / "README.md").read_text() == before
    assert "README.md: rebuilt" in CliRunner().invoke(app, ["build"]).output
    fresh = CliRunner().invoke(app, ["build", "--check"])
    assert fresh.exit_code == 0 and "stale" not in fresh.output


def test_each_field_of_the_header_is_explained_to_contributors() -> None:
    text = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    head = LABS[2].path.read_text(encoding="utf-8").partition("# ///\n")[0]
    fields = re.findall(r"(?m)^# (\w+) = ", head)
    assert set(fields) == {*tiny.HEADER, "extra_minutes"}
    assert [field for field in fields if f"`{field}`" not in text] == []
