"""The extras of the package anomaly-labs that a lab needs: which there are, what is missing."""

from importlib import metadata
from typing import Final

from packaging.requirements import Requirement

from anomaly_desk.labs.manifest import Lab

PACKAGE: Final = "anomaly-labs"


def known() -> list[str]:
    """Return the names of all extras."""
    return metadata.metadata(PACKAGE).get_all("Provides-Extra") or []


def missing(lab: Lab) -> str:
    """Return the sentence that says what a lab lacks here; empty where it lacks nothing.

    Parameters
    ----------
    lab
        The lab; its header names the extras.
    """
    lacks = [extra for extra in lab.extras if not _is_installed(extra)]
    if not lacks:
        return ""
    command = f"pip install '{PACKAGE}[{','.join(lacks)}]'"
    return f"{lab.name} is skipped: it needs what is not installed here; {command}"


def _is_installed(extra: str) -> bool:
    for text in metadata.requires(PACKAGE) or []:
        asked = Requirement(text)
        marker = asked.marker
        only_there = marker is not None and not marker.evaluate({"extra": ""})
        if only_there and marker is not None and marker.evaluate({"extra": extra}):
            try:
                metadata.version(asked.name)
            except metadata.PackageNotFoundError:
                return False
    return True
