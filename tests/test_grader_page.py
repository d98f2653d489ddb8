"""docs/grader.md: one page, a glossary of a dozen words, and modules that exist."""

import re
from pathlib import Path

PROJECT = Path(__file__).parents[1]
PAGE = (PROJECT / "docs" / "grader.md").read_text(encoding="utf-8")
DESK = PROJECT / "src" / "anomaly_desk"


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its first line."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def modules() -> list[str]:
    """The modules that the page names; those after the first are in its package."""
    named = []
    for _, cell in rows("The way of a submission"):
        package = ""
        for name in re.findall(r"`([\w.]+)`", cell):
            first, dot, _ = name.rpartition(".")
            package = first if dot else package
            named.append(name if dot or not (DESK / package / f"{name}.py").exists()
                         else f"{package}.{name}")  # fmt: skip
    return named


def test_page_is_short_and_its_glossary_too():
    how, reference, _ = PAGE.partition("## Whose it is, and when it was sent")
    assert len(how.splitlines()) <= 80
    assert reference
    assert 8 <= len(rows("The words")) <= 12


def test_modules_that_the_page_names_exist():
    named = [name for name in modules() if not name.startswith("anomaly_")]
    assert len(named) > 15
    paths = [DESK / name.replace(".", "/") for name in named]
    assert [p for p in paths if not p.is_dir() and not p.with_suffix(".py").is_file()] == []
