"""The table of benchmarks, and the page that `make bench` writes."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
HELPERS = {"audit", "costs", "page", "protocols", "rankings", "report", "rivals", "run"}
ORDER = ("loading", "boosting", "lab1", "similarity")
PAGE = """# Results

Kept by hand.

<!-- bench: loading -->
## Loading

`python benchmarks/loading.py`, long ago.

- fast: **yes**
<!-- end -->

A remark.

<!-- bench: lab1 -->
## Lab 1
old
<!-- end -->
"""


@pytest.fixture
def run(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.delenv("ANOMALY_LABS_FAST", raising=False)
    spec = importlib.util.spec_from_file_location("benchmarks_run", FOLDER / "run.py")
    loaded = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "benchmarks_run", loaded)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture
def small(run, monkeypatch, tmp_path):
    """Return a runner of one made-up script, with a page and folders of its own."""

    def make(code, *given):
        script = tmp_path / "made.py"
        script.write_text(code)
        bench = run.Bench("made", "Made up", 1, ("numpy",), script=str(script), needs=())
        monkeypatch.setattr(run, "BENCHES", (*run.BENCHES, bench))
        monkeypatch.setattr(run, "PROJECT", tmp_path)
        monkeypatch.setattr(run, "KEPT", tmp_path / "bench")
        monkeypatch.setattr(run, "PAGE", tmp_path / "RESULTS.md")
        run.PAGE.write_text(PAGE)
        with pytest.raises(SystemExit) as end:
            run.main(["made", *given])
        return end.value.code, run.PAGE.read_text()

    return make


def test_every_script_is_in_the_table_or_a_helper(run):
    scripts = {path.stem for path in FOLDER.glob("*.py")} - HELPERS
    assert scripts == {bench.path.stem for bench in run.BENCHES}
    assert all(FOLDER.joinpath(f"{name}.py").is_file() for name in HELPERS)


def test_every_script_says_what_it_measures():
    for path in FOLDER.glob("*.py"):
        assert ast.get_docstring(ast.parse(path.read_text())), path.name


def test_list_names_every_benchmark_without_running_one(run):
    command = [sys.executable, str(FOLDER / "run.py"), "--list"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert all(bench.name in said for bench in run.BENCHES)


def test_sections_of_the_page_are_well_formed_and_name_their_command(run):
    found = run.page.sections((FOLDER / "RESULTS.md").read_text())
    scripts = {bench.name: f"python benchmarks/{bench.path.name}" for bench in run.BENCHES}
    assert found.keys() <= scripts.keys() | {run.page.LOOK_UP}
    for name, text in found.items():
        assert text.startswith("## ")
        assert name == run.page.LOOK_UP or scripts[name] in text, name


@pytest.mark.parametrize(
    "wrong", ["<!-- bench: a -->\n", "<!-- end -->\n", 2 * "<!-- bench: a -->\n<!-- end -->\n"]
)
def test_strange_markers_are_refused(run, wrong):
    with pytest.raises(ValueError, match=r"RESULTS\.md"):
        run.page.sections(wrong)


def test_a_new_section_replaces_only_the_old_one(run):
    new = run.page.replaced(PAGE, "loading", "## Loading\n\n\\1 new", ORDER)
    assert run.page.sections(new)["loading"] == "## Loading\n\n\\1 new\n"
    assert new.replace("\n\n\\1 new", "") == PAGE.replace(
        "\n\n`python benchmarks/loading.py`, long ago.\n\n- fast: **yes**", ""
    )


def test_a_section_that_was_not_there_goes_where_the_table_has_it(run):
    new = run.page.replaced(PAGE, "boosting", "## New", ORDER)
    assert list(run.page.sections(new)) == ["loading", "boosting", "lab1"]
    assert new.index("A remark.") < new.index("## New")
    assert (
        list(run.page.sections(run.page.replaced(PAGE, "similarity", "## New", ORDER)))[-1]
        == "similarity"
    )


def test_claims_are_looked_up_from_all_sections(run):
    new = run.page.replaced(PAGE, run.page.LOOK_UP, run.page.looked_up(PAGE), ORDER)
    assert next(iter(run.page.sections(new))) == run.page.LOOK_UP
    assert "| Loading | fast | yes |" in new
    assert run.page.looked_up(new) == run.page.looked_up(PAGE)


def test_a_section_says_command_date_machine_and_versions(run, small):
    code, page = small("print('| a |')")
    text = run.page.sections(page)["made"]
    assert code == 0
    assert text.startswith("## Made up\n\n`python benchmarks/made.py`, ")
    assert all(
        word in text for word in ("minutes", "cores", "GB", "Python 3.", "numpy 2.", "| a |")
    )
    assert "Kept by hand." in page


def test_arguments_after_two_dashes_go_to_the_script(run, small):
    _, page = small("import sys\nprint(sys.argv[1:])", "--", "nsl", "--seeds", "2")
    text = run.page.sections(page)["made"]
    assert "`python benchmarks/made.py nsl --seeds 2`" in text
    assert "['nsl', '--seeds', '2']" in text
    with pytest.raises(SystemExit):
        run.main(["--", "nsl"])


def test_a_benchmark_that_fails_keeps_its_section(run, small):
    code, page = small("print('half')\nraise SystemExit(1)")
    assert (code, page) == (1, PAGE)
    assert (run.KEPT / "made.part").read_text() == "half\n"
    assert not (run.KEPT / "made.txt").exists()


def test_a_claim_that_does_not_hold_is_written_and_fails(run, small):
    claims = (
        f"import sys; sys.path.insert(0, {str(FOLDER)!r})\n"
        "from report import Claims\nclaims = Claims()\n"
        "claims.check('quick', True)\nclaims.check('small', False)\nclaims.end()"
    )
    code, page = small(claims)
    assert code == 1
    assert "- small: **NO**" in run.page.sections(page)["made"]
    assert "| Made up | small | NO |" in run.page.sections(page)[run.page.LOOK_UP]


def test_unknown_names_and_fast_mode_are_refused(run, monkeypatch, capsys):
    with pytest.raises(SystemExit):
        run.main(["nonsense"])
    monkeypatch.setenv("ANOMALY_LABS_FAST", "1")
    with pytest.raises(SystemExit):
        run.main(["loading"])
    said = capsys.readouterr().err
    assert "unknown: nonsense" in said
    assert "unset it" in said


def test_spread_is_median_lowest_and_highest(run):
    import report

    assert report.spread([3.0, 1.0, 2.0], ".1f") == "2.0 (1.0 to 3.0)"
    assert report.spread([3.0]) == "3.00 (once)"
    assert report.table([{"a": "x", "b": 1234.0}]) == "| a | b |\n| --- | --- |\n| x | 1,234 |"
