"""Which files are submissions, whose, and of which assignment."""

import json
import os
from pathlib import Path

import pytest

from anomaly_desk.submissions import intake
from anomaly_desk.submissions.intake import IntakeError, Submission, find

IDS = {"lab1_trees": {"lab1-q1", "lab1-q2"}, "lab2_nets": {"lab2-q1"}, "final": {"final-q1"}}


def put(path: Path, *ids: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [{"cell_type": "code", "metadata": {"nbgrader": {"grade_id": id_}}} for id_ in ids]
    path.write_text(json.dumps({"cells": cells}))
    return path


def found(*paths: Path) -> list[tuple[str, str]]:
    return [(one.learner, one.assignment) for one in find(paths, IDS) if not one.refused]


def refusal(folder: Path) -> Submission:
    (one,) = find([folder], IDS)
    assert one.refused
    return one


def test_three_ways_to_lay_out_a_folder_of_submissions(tmp_path):
    put(tmp_path / "ann" / "anything.ipynb", "lab1-q1")
    put(tmp_path / "bob" / "lab2_nets" / "mine.ipynb")
    put(tmp_path / "c.d-e@f+g_lab1_trees.ipynb")
    assert found(tmp_path) == [
        ("ann", "lab1_trees"), ("bob", "lab2_nets"), ("c.d-e@f+g", "lab1_trees"),
    ]  # fmt: skip


def test_files_can_be_named_themselves(tmp_path):
    files = [
        put(tmp_path / "ann" / "x.ipynb", "final-q1"),
        put(tmp_path / "bob" / "lab2_nets" / "x.ipynb"),
        put(tmp_path / "eve_final.ipynb"),
    ]
    assert found(*files) == [("ann", "final"), ("bob", "lab2_nets"), ("eve", "final")]


def test_renamed_file_is_known_by_its_cells_even_when_it_is_broken(tmp_path):
    path = put(tmp_path / "ann" / "Untitled (3).ipynb", "lab1-q1", "lab1-q2", "final-q1")
    path.write_bytes(path.read_bytes()[:-2])
    assert found(tmp_path) == [("ann", "lab1_trees")]


def test_file_without_cells_is_known_by_its_name_or_as_the_only_assignment(tmp_path):
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "final.ipynb").write_bytes(b"")
    assert found(tmp_path) == [("ann", "final")]
    (tmp_path / "ann" / "final.ipynb").rename(tmp_path / "ann" / "x.ipynb")
    assert "neither its name nor its cells tell" in refusal(tmp_path).refused
    (only,) = find([tmp_path], {"final": {"final-q1"}})
    assert (only.assignment, only.refused) == ("final", "")


@pytest.mark.parametrize("name", ["a b", "ä", "x" * 65, ".", "a\nb", "{student_id}", "a*"])
def test_learner_with_an_unfit_id_is_refused_and_the_others_go_on(tmp_path, name):
    put(tmp_path / "ann" / "final.ipynb")
    put(tmp_path / f"{name}_final.ipynb")
    results = find([tmp_path], IDS)
    assert [one.learner for one in results if not one.refused] == ["ann"]
    if not name.startswith("."):  # hidden files are nobody's submission
        (bad,) = (one for one in results if one.refused)
        assert "is no learner's id" in bad.refused
        assert bad.learner.isprintable()


def test_links_to_folders_are_not_followed(tmp_path):
    put(tmp_path / "elsewhere" / "x.ipynb", "final-q1")
    submissions = tmp_path / "submissions"
    (submissions / "bob").mkdir(parents=True)
    (submissions / "ann").symlink_to(tmp_path / "elsewhere")
    (submissions / "bob" / "final").symlink_to(tmp_path / "elsewhere")
    assert [one.learner for one in find([submissions], IDS)] == ["ann", "bob"]
    assert all("link" in one.refused for one in find([submissions], IDS))


def test_whatever_lies_in_place_of_a_notebook_is_a_submission_without_bytes(tmp_path):
    (tmp_path / "ann" / "final.ipynb").mkdir(parents=True)
    (tmp_path / "bob").mkdir()
    os.mkfifo(tmp_path / "bob" / "final.ipynb")
    (tmp_path / "eve").mkdir()
    (tmp_path / "eve" / "final.ipynb").symlink_to("/dev/zero")
    assert found(tmp_path) == [("ann", "final"), ("bob", "final"), ("eve", "final")]
    for one in find([tmp_path], IDS):
        assert intake.read_regular(one.path) is None
        assert len(intake.digest(one.path)) == 64


def test_of_several_files_the_one_with_the_assignments_name_counts(tmp_path):
    put(tmp_path / "ann" / "final.ipynb", "final-q1")
    put(tmp_path / "ann" / "final-Copy1.ipynb", "final-q1")
    (one,) = find([tmp_path], IDS)
    assert one.path.name == "final.ipynb"
    assert [finding.kind for finding in one.findings] == ["left-out"]
    one.path.rename(tmp_path / "ann" / "other.ipynb")
    assert "several files for one assignment" in refusal(tmp_path).refused


def test_learner_without_a_notebook_is_told(tmp_path):
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "notes.txt").write_text("no time")
    assert refusal(tmp_path).refused == "no notebook in it"


def test_paths_with_nothing_to_grade_stop_the_command(tmp_path):
    with pytest.raises(IntakeError, match="no such file or folder"):
        find([tmp_path / "none"], IDS)
    with pytest.raises(IntakeError, match="no submission found; expected"):
        find([tmp_path], IDS)


def test_original_is_kept_once_under_its_digest(tmp_path):
    path = put(tmp_path / "in" / "ann" / "final.ipynb", "final-q1")
    (one,) = find([tmp_path / "in"], IDS)
    kept = [intake.keep(one, tmp_path / "grading") for _ in range(2)]
    assert kept[0] == kept[1]
    assert kept[0].name == f"{intake.digest(path)}.ipynb"
    assert kept[0].read_bytes() == path.read_bytes()
