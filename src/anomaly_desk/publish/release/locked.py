"""The learners' part of the lock file: what the library needs, nothing of the instructor's desk."""

import re
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from anomaly_desk.errors import CourseError
from anomaly_desk.publish.release.targets import Target, every_target

INSTRUCTORS: Final = ("desk", "site", "dev")  # extras that learners are not offered
_BLOCK: Final = re.compile(r"^\S.*(?:\n[ \t]+\S.*)*", re.M)


def read_settings(kit: Path) -> dict[str, Any]:
    """Return what ``pyproject.toml`` says."""
    return tomllib.loads((kit / "pyproject.toml").read_text(encoding="utf-8"))


def left_out(kit: Path) -> set[str]:
    """Return the names of the packages that stand in other extras than `cpu` alone."""
    about = read_settings(kit)["project"]
    extras = about["optional-dependencies"]
    of_learners = {_named(text) for text in (*about["dependencies"], *extras["cpu"])}
    others = {_named(text) for extra, texts in extras.items() if extra != "cpu" for text in texts}
    return others - of_learners


def _named(requirement: str) -> str:
    return canonicalize_name(Requirement(requirement).name)


def learners_lock(kit: Path, *, target: Target | None = None) -> str:
    """Return the lines of ``requirements.lock`` that a learner's computer needs.

    The dependencies are followed through the metadata of the packages that are installed here, so
    no index is asked.

    Parameters
    ----------
    kit
        The checkout that holds the lock.
    target
        Leave out what this kind of computer does not need, and the markers; None keeps both.

    Raises
    ------
    CourseError
        If the packages that are installed here are not those of the lock.
    """
    lock = kit / "requirements.lock"
    blocks = {_name(block): block for block in _BLOCK.findall(lock.read_text(encoding="utf-8"))}
    about = read_settings(kit)["project"]
    needed = _closure([*about["dependencies"], *about["optional-dependencies"]["cpu"]], blocks)
    kept = [blocks[name] for name in sorted(needed)]
    if target is not None:
        kept = [_without_marker(block) for block in kept if _applies(block, target)]
    return "".join(f"{block}\n" for block in kept)


def _name(block: str) -> str:
    return canonicalize_name(_requirement(block).name)


def _requirement(block: str) -> Requirement:
    return Requirement(block.splitlines()[0].removesuffix("\\").strip())


def _applies(block: str, target: Target) -> bool:
    marker = _requirement(block).marker
    return marker is None or marker.evaluate(target.markers)


def _without_marker(block: str) -> str:
    head, *hashes = block.splitlines()
    plain = head.removesuffix("\\").partition(";")[0].strip()
    return "\n".join([f"{plain} \\", *hashes])


def _closure(wanted: Iterable[str], blocks: dict[str, str]) -> set[str]:
    """Return the names that `wanted` leads to on any computer that the course supports."""
    environments = [target.markers for target in every_target()]
    seen: set[tuple[str, str]] = set()
    queue = [(Requirement(text), "") for text in wanted]
    while queue:
        requirement, asked_by = queue.pop()
        asked = [{**there, "extra": asked_by} for there in environments]
        marker = requirement.marker
        if marker is not None and not any(map(marker.evaluate, asked)):
            continue
        name = canonicalize_name(requirement.name)
        for extra in ("", *requirement.extras):
            if (name, extra) not in seen:
                seen.add((name, extra))
                queue.extend((Requirement(text), extra) for text in _requires(name, blocks))
    return {name for name, _ in seen}


def _requires(name: str, blocks: dict[str, str]) -> list[str]:
    """Return what an installed package requires; nothing for one of another platform."""
    if name not in blocks:
        raise CourseError(f"{name} is needed but not in requirements.lock; run `make lock`")
    pinned = _requirement(blocks[name])
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        if pinned.marker is None or pinned.marker.evaluate():
            raise _not_of_the_lock(f"{pinned} is not installed") from None
        return []
    if not pinned.specifier.contains(found.version, prereleases=True):
        raise _not_of_the_lock(f"{name} {found.version} is installed, not {pinned}")
    return found.requires or []


def _not_of_the_lock(what: str) -> CourseError:
    return CourseError(
        f"{what}: the learners' lock is made from the packages of requirements.lock; delete .venv, "
        "run any make target, then this command again"
    )
