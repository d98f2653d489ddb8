"""Make the report on a class, with progress."""

from pathlib import Path

from rich.console import Console

from anomaly_desk.errors import CourseError
from anomaly_desk.grading.summary import watched
from anomaly_desk.report import page
from anomaly_desk.report.collect import assignments, collect
from anomaly_desk.report.compare import compare


def make(
    root: Path, assignment: str, *, output: Path | None, names: bool, console: Console
) -> dict[Path, str]:
    """Write the report of one assignment, or of all; return a sentence for each file.

    Parameters
    ----------
    root
        The course folder.
    assignment
        Which one, or an empty text for all that were graded.
    output
        The file of one assignment; by default ``report/<assignment>.html`` in the course folder.
    names
        Whether the page holds names and answers.
    console
        Where progress is shown.

    Raises
    ------
    CourseError
        If nothing was graded, the assignment is not known, or one file is asked for several.
    """
    known = [assignment] if assignment else assignments(root)
    if output is not None and len(known) > 1:
        raise CourseError(
            f"--output names one file, but {len(known)} assignments were graded: "
            f"{', '.join(known)}; say which, as in `anomaly-labs report {known[0]} --output FILE`"
        )
    written = {}
    for name in known:
        work = collect(
            root, name, lambda learners: watched(learners, total=len(learners), console=console)
        )
        with console.status("comparing answers"):
            comparison = compare(work)
        default = root / "report" / f"{name}{'' if names else '-anonymous'}.html"
        path = (output or default).absolute()
        page.write(path, page.render(work, comparison, names=names))
        written[path] = (
            f"{len(work.submissions)} submissions, {len(work.absent)} learners sent nothing, "
            f"{len(work.human)} need a human, {len(comparison.pairs)} pairs of alike answers"
        )
    return written
