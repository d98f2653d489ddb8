"""The main job as a newcomer starts it: `make course`, in fast mode, on generated data."""

import html
import json
import os
import re
import subprocess
from pathlib import Path

import nbformat
import pytest

import clones
from anomaly_desk.grading import ledger
from anomaly_desk.labs import manifest, sources

PROJECT = Path(__file__).parents[1]

pytestmark = pytest.mark.notebook


def make_course(checkout: Path, cache: Path) -> str:
    env = {k: v for k, v in os.environ.items() if not k.startswith("ANOMALY_LABS_")}
    env |= {
        "ANOMALY_LABS_FAST": "1",
        "ANOMALY_LABS_OFFLINE": "1",
        "ANOMALY_LABS_CACHE": str(cache),
    }
    ran = subprocess.run(["make", "course"], cwd=checkout, env=env, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stderr == ""
    return ran.stdout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the project that shares the virtual environment, after `make course`."""
    folder = tmp_path_factory.mktemp("checkout") / "anomaly-labs"
    clones.copy(PROJECT, folder)
    if not list(PROJECT.glob(".venv/ready-*")):
        pytest.skip("the environment was not made by make, so `make course` would make its own")
    (folder / ".venv").symlink_to(PROJECT / ".venv")
    text = make_course(folder, folder.parent / "cache")
    (folder / "printed.txt").write_text(text)
    return folder


def test_result_names_data_device_minutes_headlines_and_points(checkout):
    text = (checkout / "printed.txt").read_text()
    assert "generated data (not real traffic)" in text
    assert "Data: synthetic. Device:" in text
    for source in sources.course(checkout):
        run = json.loads((checkout / "build/course" / source.name / "run.json").read_text())
        assert run["source"] == "synthetic"
        assert run["headline"]
        assert all(name in text for name in run["headline"])
    assert text.count("as it should") == 3 * len(manifest.labs(checkout))
    assert "differs" not in text


def test_sample_class_gets_the_points_it_should(checkout):
    for source in sources.course(checkout):
        root = checkout / "build" / "sample"
        points = {}
        for learner in ("perfect", "half-right", "untouched"):
            graded = ledger.read(root, source.name, learner).graded
            points[learner] = sum(graded.points.values())
            assert not graded.unsafe
        assert points["perfect"] == sum(source.points.values())
        first = list(source.points.values())[: (len(source.points) + 1) // 2]
        assert points["half-right"] == sum(first) > 0
        assert points["untouched"] == 0


def test_feedback_shows_points_and_no_hidden_test(checkout):
    for source in sources.course(checkout):
        secrets = {
            line.strip()
            for cell in source.cells
            if "check" in cell.keys
            for line in set(cell.text.splitlines()) - set(cell.visible.splitlines())
            if len(line.strip()) > 24
        }
        notebook = checkout / f"build/sample/autograded/untouched/{source.name}/{source.name}.ipynb"
        errors = [
            output
            for cell in nbformat.read(notebook, as_version=4).cells
            for output in cell.get("outputs", [])
            if output.output_type == "error"
        ]
        assert {error.ename for error in errors} == {"NotAnswered"}
        for learner in ("perfect", "half-right", "untouched"):
            page = checkout / f"build/sample/feedback/{learner}/{source.name}/{source.name}.html"
            text = html.unescape(re.sub(r"<[^>]+>", "", page.read_text()))
            assert " points" in text
            assert not any(secret in text for secret in secrets)


def test_solutions_become_pages_with_figures(checkout):
    for lab in manifest.labs(checkout):
        folder = checkout / "build" / "course" / lab.name
        assert (folder / f"{lab.name}.html").stat().st_size > 100_000
        drawn = json.loads((folder / "run.json").read_text())["figures"]
        assert len(list((folder / "figures").glob("*.png"))) == drawn > 0


def test_second_run_keeps_what_has_not_changed(checkout):
    text = make_course(checkout, checkout.parent / "cache")
    assert text.count("(kept from an earlier run)") == len(manifest.labs(checkout)) + 1
