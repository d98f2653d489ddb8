"""Grade a class: roster, deadlines and submissions in; table and who needs a human out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from anomaly_desk import data
from anomaly_desk.errors import CourseError
from anomaly_desk.grading import evidence, grade, late, ledger, preview, summary, times
from anomaly_desk.grading.board import Board
from anomaly_desk.grading.ledger import Graded
from anomaly_desk.grading.summary import Summary
from anomaly_desk.labs import manifest
from anomaly_desk.labs.sources import Source
from anomaly_desk.submissions import roster
from anomaly_desk.submissions.findings import quote
from anomaly_desk.submissions.people import Person, Roster
from anomaly_desk.submissions.submission import Submission


@dataclass(frozen=True)
class Wishes:
    """What the command line asks for.

    Attributes
    ----------
    only
        Learners to grade anew, and nobody else.
    roster
        A roster's file, or None for the one that the course folder keeps.
    dry
        Whether only to say whose each file is, what tells its time, and what that costs.
    senders_are_right
        Whether senders are learners where there is no roster.
    deadlines, sent
        ``[ASSIGNMENT=]TIME`` and ``LEARNER=TIME``.
    percent, grace
        Numbers of the late policy, or None for what the course folder keeps.
    """

    jobs: int | None = None
    unsafe: bool = False
    regrade: bool = False
    only: tuple[str, ...] = ()
    verbose: bool = False
    roster: Path | None = None
    deadlines: tuple[str, ...] = ()
    percent: float | None = None
    grace: float | None = None
    sent: tuple[str, ...] = ()
    dry: bool = False
    senders_are_right: bool = False


def grade_class(
    paths: list[Path], wishes: Wishes, *, root: Path, project: Path, console: Console
) -> bool:
    """Grade what lies below `paths`, print the table; return whether no human is needed.

    Raises
    ------
    CourseError
        If nothing can be graded, or not here; the message says what to do.
    KeyboardInterrupt
        After Ctrl-C; what has a result keeps it.
    """
    known = grade.assignments(project)
    class_ = _class(root, wishes)
    deadlines = late.deadlines(wishes.deadlines, list(known))
    zone = next((d.tzinfo for d in deadlines.values() if d), None) or late.zone(late.read(root))
    found = grade.find(paths, known, roster=class_, root=root, zone=zone)
    assignments = sorted({one.assignment for one in found if one.assignment in known})
    chosen = _chosen(found, wishes.only, class_)
    policy = _policy(root, wishes, deadlines, assignments, chosen, class_)
    submissions = evidence.judge(chosen, policy, class_, _maximum(known))
    unsure = class_ is None and not wishes.senders_are_right and preview.are_several(submissions)
    summary.before(console, class_, policy, assignments, wishes.roster or roster.kept_path(root))
    if wishes.dry or unsure:
        preview.show(console, submissions, class_, unsure=unsure)
        return not unsure
    if wishes.unsafe:
        console.print(summary.warning())
    else:
        grade.demand_sandbox()
    data.make_folders_absolute()
    # the sandbox shows notebooks what is cached, and nothing else
    data.prepare(console, manifest.splits(known[name].lab for name in assignments))
    results = _graded(submissions, wishes, root, project, known, console)
    told = Summary(
        results,
        submissions,
        [] if wishes.only else _silent(root, class_, assignments, submissions),
        class_,
        {name: sum(source.points.values()) for name, source in known.items()},
        dated=any(policy.deadlines.get(name) for name in assignments),
        zone=zone,
    )
    summary.after(console, told, root, verbose=wishes.verbose, unsafe=wishes.unsafe)
    return not any(result.needs_human for result in results)


def _class(root: Path, wishes: Wishes) -> Roster | None:
    """Return the roster that was given, of which the course folder keeps a copy, or its own."""
    if wishes.roster is None:
        return roster.kept(root)
    return roster.read(wishes.roster) if wishes.dry else roster.keep(root, wishes.roster)


def _graded(
    submissions: list[Submission],
    wishes: Wishes,
    root: Path,
    project: Path,
    known: dict[str, Source],
    console: Console,
) -> list[Graded]:
    """Return the results by assignment and learner; show the board meanwhile."""
    results: list[Graded] = []
    with Board(submissions, console) as board:
        running = grade.grade(
            root,
            project,
            submissions,
            known=known,
            jobs=wishes.jobs,
            unsafe=wishes.unsafe,
            regrade=wishes.regrade or bool(wishes.only),
            started=board.begin,
        )
        try:
            for result in running:
                results.append(result)
                board.done(result)
        except KeyboardInterrupt:
            running.close()  # type: ignore[attr-defined]
            console.print(f"{len(results)} of {len(submissions)} submissions have their result.")
            raise
    return sorted(results, key=lambda result: (result.assignment, result.learner))


def _chosen(
    found: list[Submission], only: tuple[str, ...], class_: Roster | None
) -> list[Submission]:
    """Return the submissions of the learners that were asked for, or all where none was."""
    learners = {_learner(name, found, class_) for name in only}
    return [one for one in found if not only or one.learner in learners]


def _learner(name: str, found: list[Submission], class_: Roster | None) -> str:
    """Return the id of a learner whose work is among what was found."""
    person = class_.find(name) if class_ else None
    sent = sorted({one.learner for one in found})
    learner = person.id if person else name
    if learner in sent:
        return learner
    raise CourseError(
        f"{quote(name)} has sent nothing among these submissions; they are those of "
        f"{', '.join(sent[:20])}{' and others' if len(sent) > 20 else ''}"
    )


def _policy(
    root: Path,
    wishes: Wishes,
    deadlines: Mapping[str, late.Deadline],
    assignments: list[str],
    found: list[Submission],
    class_: Roster | None,
) -> late.Policy:
    """Return the late policy; where the command line changes it, the course folder keeps it."""
    before = late.read(root)
    everywhere = dict.fromkeys(assignments, deadlines[""]) if "" in deadlines else {}
    named = {name: deadline for name, deadline in deadlines.items() if name}
    sent = dict(before.sent)
    for words in wishes.sent:
        name, equals, time = words.rpartition("=")
        if not equals:
            raise CourseError(f"--sent {quote(words)}; expected is LEARNER=TIME")
        learner = _learner(name, found, class_)
        mine = (one.assignment for one in found if one.learner == learner)
        sent |= {f"{assignment}/{learner}": times.moment(time) for assignment in mine}
    after = replace(
        before,
        deadlines={**before.deadlines, **everywhere, **named},
        percent=before.percent if wishes.percent is None else wishes.percent,
        grace_minutes=before.grace_minutes if wishes.grace is None else wishes.grace,
        sent=sent,
    )
    if after != before and not wishes.dry:
        late.keep(root, after)
    return after


def _maximum(known: Mapping[str, Source]) -> dict[str, float]:
    """Return all points of each assignment, those of written answers too."""
    return {
        name: sum(float(cell.keys.get("points", 0)) for cell in source.cells)
        for name, source in known.items()
    }


def _silent(
    root: Path, class_: Roster | None, assignments: list[str], submissions: list[Submission]
) -> list[tuple[Person, str]]:
    """Return who of the roster has sent nothing for which assignment, now or before."""
    sent = {(one.learner, one.assignment) for one in submissions}
    return [
        (person, assignment)
        for assignment in assignments
        for person in (class_.people if class_ else ())
        if not {(person.id, assignment), (person.id, "")} & sent
        and ledger.read(root, assignment, person.id) is None
    ]
