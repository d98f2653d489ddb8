"""A thousand classes, rosters and archives: every notebook goes to its sender, or to a human.

To try one again: ``pytest tests/grading/test_intake_property.py -k "[17]"``.
"""

import io
import random
from datetime import datetime

import draw
import layouts
import nbformat
import pytest
from draw import Learner
from follow import Instructor
from rich.console import Console

from anomaly_desk.grading import evidence, late, ledger
from anomaly_desk.grading.run import Wishes, grade_class
from anomaly_desk.submissions.submission import Submission

POLICY = late.Policy(dict.fromkeys(draw.IDS, draw.DEADLINE))
MAXIMUM = dict.fromkeys(draw.IDS, 10.0)
ROUNDS = 3
KINDS = ("zip", "folder")
PATIENT = "c.SafeExecute.timeout = 100\nc.SafeExecute.call_timeout = 30\n"


@pytest.mark.parametrize("seed", range(1000))
def test_every_notebook_goes_to_its_sender_or_to_a_human_whose_steps_help(seed, tmp_path):
    archive = layouts.archive(seed)
    rng = random.Random(-seed - 1)
    lines = draw.rows(rng, archive.learners, archive.platform)
    # without a roster, a_1_2_final.ipynb is Canvas's
    if rng.random() < 0.2 and "a_1_2" not in {learner.id for learner in archive.learners}:
        lines = None
    instructor = Instructor(archive, lines, tmp_path, draw.IDS)

    as_zip, as_folder = instructor.found("zip"), instructor.found("folder")
    assert told(as_zip) == told(as_folder), "zip and folder differ"
    for found in (as_zip, as_folder):
        nobody_has_anothers(found, instructor)
        everybody_is_there(found, instructor)
        nobody_gains_or_loses_by_a_clock(found, instructor)

    everybody_has_their_own(followed(as_zip, instructor, rng.choice(KINDS)), instructor)


def test_twenty_drawn_classes_are_graded_whole(tmp_path, make_desk):
    desk = make_desk(tmp_path, PATIENT)
    ids = {"quiz": [cell.grade_id for cell in desk.source.cells if cell.grade_id]}
    answers = [desk.solved(), desk.release]
    for seed in range(20):

        def maker(learner: Learner, _: str, when: datetime) -> bytes:
            notebook = nbformat.from_dict(answers[learner.key])
            notebook.cells.append(nbformat.v4.new_markdown_cell(draw.mark(learner, when)))
            return nbformat.writes(notebook).encode()

        archive = layouts.archive(seed, most=2, maker=maker, only="quiz", mark=f"-{seed}")
        lines = draw.rows(random.Random(seed), archive.learners, "hub")
        instructor = Instructor(archive, lines, tmp_path / str(seed), ids)
        kind = KINDS[seed % 2]
        followed(instructor.found(kind), instructor, kind)
        (tmp_path / "class.csv").write_bytes(draw.csv(lines))
        wishes = Wishes(roster=tmp_path / "class.csv", deadlines=(draw.DEADLINE.isoformat(),))
        console = Console(file=io.StringIO())
        path = instructor.path(kind)
        grade_class([path], wishes, root=desk.root, project=desk.project, console=console)
        for work in archive.works:
            graded = ledger.read(desk.root, "quiz", work.learner.id).graded
            whole = sum(desk.full.values()) if work.learner.key == 0 else 0.0
            assert sum(graded.points.values()) == whole, f"seed {seed}, {work.learner}"
            days = late.days(work.when, draw.DEADLINE, POLICY)
            unclear = any(finding.kind == "late-unclear" for finding in graded.findings)
            lost = 0.0 if unclear else 1.2 * days
            assert graded.penalty == pytest.approx(lost), f"seed {seed}, {graded.findings}"


def followed(found: list[Submission], instructor: Instructor, kind: str) -> list[Submission]:
    """Return what is found after the messages' advice was followed, a few times."""
    for _ in range(ROUNDS):
        refused = [one for one in found if one.refused]
        if not refused:
            break
        for one in refused:
            assert instructor.follow(one), f"no advice in: {one.refused}"
        found = instructor.found(kind)
        nobody_has_anothers(found, instructor)
    return found


def told(found: list[Submission]) -> list[tuple[str, str, bool]]:
    return sorted((one.learner, one.assignment, bool(one.refused)) for one in found)


def nobody_has_anothers(found: list[Submission], instructor: Instructor) -> None:
    """What is not refused is credited to its true sender."""
    whose: dict[str, set[int]] = {}
    for one in found:
        if one.refused:
            continue
        learner = instructor.sender_of(one)
        assert learner is not None
        whose.setdefault(one.learner, set()).add(learner.key)
        if instructor.lines:
            assert one.learner == learner.id, f"{one.sender!r} went to {one.learner}"
    assert all(len(keys) == 1 for keys in whose.values()), f"one id for several people: {whose}"


def everybody_is_there(found: list[Submission], instructor: Instructor) -> None:
    """No work is lost without a word."""
    for work in instructor.archive.works:
        theirs = [one for one in found if instructor.sender_of(one) == work.learner]
        said = " ".join(f"{one.sender} {one.refused}" for one in found if one.refused)
        assert theirs or work.sender in said, f"nothing is said about {work.sender!r}"


def everybody_has_their_own(found: list[Submission], instructor: Instructor) -> None:
    """After the advice was followed, all that counts is credited."""
    for work in instructor.archive.works:
        mine = [one for one in found if instructor.sender_of(one) == work.learner]
        good = [one for one in mine if not one.refused and one.assignment == work.assignment]
        if any("are looked at" in finding.text for one in mine for finding in one.findings):
            continue  # among fifty others, and not called as its assignment
        why = "; ".join(one.refused for one in found if one.refused)
        assert len(good) == 1, f"{work.sender!r}, {work.assignment}: {why}"
        if instructor.archive.platform == "exchange":
            assert instructor.work_of(good[0]), "an earlier attempt counts"


def nobody_gains_or_loses_by_a_clock(found: list[Submission], instructor: Instructor) -> None:
    """Who is on time loses nothing; who is late loses the right days, or a human decides."""
    for one in evidence.judge(found, POLICY, instructor.roster, MAXIMUM):
        work = None if one.refused else instructor.work_of(one)
        if work is None:
            continue
        days = late.days(work.when, draw.DEADLINE, POLICY)
        asks = any(finding.kind == "late-unclear" for finding in one.findings)
        right = not asks and one.penalty == days
        if days == 0:
            assert one.penalty == 0, f"on time, and loses {one.penalty}: {one.told}"
        assert right or asks, f"{days} days late, and loses {one.penalty}: {one.told}"
        if work.clock == "human":
            assert asks, f"nobody can tell, and it loses {one.penalty}: {one.told}"
        elif work.clock == "sure":
            assert right, f"{days} days late, and a human is asked: {one.findings}"
