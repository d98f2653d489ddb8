"""What the commands show of a graded course folder, as plain rows that two versions can compare."""

import csv
import html
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

FORMATS = ("csv", "canvas", "moodle")
_TAG = re.compile(r"<[^>]*>")
_BOX = re.compile("[│┃]")


def command(*words: object, cwd: Path) -> tuple[int, str]:
    """Return exit code and output of ``anomaly-labs`` with these words, started in `cwd`."""
    program = Path(sys.executable).with_name("anomaly-labs")
    done = subprocess.run(
        [program, *map(str, words)],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout


def everything(course: Path, aside: Path, *, cwd: Path) -> dict[str, Any]:
    """Return what export, feedback, report, certify and verify show of the folder `course`.

    Parameters
    ----------
    aside
        A folder for the exported files.
    cwd
        The checkout in which the commands are given.
    """
    return {
        "export": {form: export(course, aside, form, cwd=cwd) for form in FORMATS},
        "feedback": feedback(course, cwd=cwd),
        "report": report(course, cwd=cwd),
        "certify": certify(course, cwd=cwd),
        "verify": verify(course, cwd=cwd),
    }


def export(course: Path, aside: Path, form: str, *, cwd: Path) -> list[list[str]]:
    """Return the rows of an exported file."""
    path = aside / f"{form}.csv"
    code, said = command("export", "--format", form, "--output", path, "--course", course, cwd=cwd)
    assert code == 0, said
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def feedback(course: Path, *, cwd: Path) -> dict[str, Any]:
    """Return name, points, findings and comments of each page of feedback."""
    code, said = command("feedback", "--course", course, cwd=cwd)
    assert code == 0, said
    pages = sorted((course / "feedback").glob("*/*/*.html"))
    return {f"{page.parts[-3]}, {page.stem}": _page(page.read_text("utf-8")) for page in pages}


def report(course: Path, *, cwd: Path) -> dict[str, Any]:
    """Return the numbers and the tables of each report."""
    code, said = command("report", "--course", course, cwd=cwd)
    assert code == 0, said
    pages = {path.stem: path.read_text("utf-8") for path in (course / "report").glob("*.html")}
    return {
        name: {"numbers": _texts(page, "li"), "rows": _rows(page)}
        for name, page in sorted(pages.items())
    }


def certify(course: Path, *, cwd: Path) -> dict[str, Any]:
    """Return exit code and table of the command that writes certificates."""
    code, said = command("certify", "--course", course, cwd=cwd)
    cells = [_BOX.split(line)[1:-1] for line in said.splitlines() if _BOX.search(line)]
    return {"exit code": code, "rows": [[cell.strip() for cell in row] for row in cells]}


def verify(course: Path, *, cwd: Path) -> dict[str, Any]:
    """Return exit code and words of the command that checks certificates, for each file."""
    found = {}
    for path in sorted((course / "certificates").iterdir()):
        code, said = command("verify", path, "--course", course, cwd=cwd)
        words, _, _ = said.partition("Checked with")
        found[path.name] = {"exit code": code, "said": " ".join(words.split())}
    return found


def _page(page: str) -> dict[str, Any]:
    header, _, rest = page.partition("<main>")
    comments = re.findall(r'(?s)<div class="comment">(.*?)</div>', rest)
    return {
        "for and total": [text for text in _texts(header, "p") if text],
        "findings": _texts(header, "li"),
        "rows": _rows(header),
        "comments": [_text(comment) for comment in comments],
    }


def _rows(page: str) -> list[list[str]]:
    rows = re.findall(r"(?s)<tr\b[^>]*>(.*?)</tr>", page)
    return [_texts(row, "t[hd]") for row in rows]


def _texts(page: str, tag: str) -> list[str]:
    found = re.findall(rf"(?s)<({tag})\b[^>]*>(.*?)</\1>", page)
    return [_text(inside) for _, inside in found]


def _text(markup: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())
