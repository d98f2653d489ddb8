"""Copies of the project as a clone would be."""

import shutil
from pathlib import Path

IGNORED = {".git", ".venv", "build", "grading"}  # at the top of a checkout


def copy(project: Path, folder: Path) -> None:
    """Copy what a clone would hold; ``src/anomaly_desk/grading`` is part of it."""

    def left_out(place: str, names: list[str]) -> list[str]:
        top = IGNORED if Path(place) == project else set()
        return [n for n in names if n in top or n == "__pycache__" or n.endswith("_cache")]

    shutil.copytree(project, folder, ignore=left_out)
