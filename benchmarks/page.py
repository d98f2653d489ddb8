"""RESULTS.md: its sections between markers, and what they say of the machine."""

import os
import platform
import re
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

SECTION = re.compile(r"<!-- bench: ([\w-]+) -->\n(.*?)<!-- end -->\n", re.DOTALL)
MARKER = re.compile(r"^<!-- (bench: [\w-]+|end) -->$", re.MULTILINE)
CLAIM = re.compile(r"^- (.+): \*\*(yes|NO)\*\*$", re.MULTILINE)
ENDED = re.compile(r"^Claims that hold: \d+ of \d+\.$", re.MULTILINE)
LOOK_UP = "claims"  # a section made of the others


def sections(page: str) -> dict[str, str]:
    """Return what stands between the markers, by name.

    Raises
    ------
    ValueError
        If a marker has no partner or a name occurs twice.
    """
    markers = MARKER.findall(page)
    pairs = SECTION.findall(page)
    alternate = all((marker == "end") == bool(place % 2) for place, marker in enumerate(markers))
    if not alternate or len(markers) != 2 * len(pairs):
        raise ValueError(
            "the markers of RESULTS.md must come in pairs, '<!-- bench: name -->' and "
            f"'<!-- end -->', each on a line of its own; found {markers}"
        )
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(f"two sections of RESULTS.md have one name: {[name for name, _ in pairs]}")
    return found


def replaced(page: str, name: str, text: str, order: Sequence[str]) -> str:
    """Return the page with one section replaced, or put in where the order of names has it."""
    there = sections(page)
    block = f"<!-- bench: {name} -->\n{text.strip()}\n<!-- end -->\n"
    if name in there:
        return SECTION.sub(lambda found: block if found[1] == name else found[0], page)
    order = [LOOK_UP, *order]
    later = [other for other in order[order.index(name) :] if other in there]
    if not later:
        return f"{page.rstrip()}\n\n{block}"
    head, marker, tail = page.partition(f"<!-- bench: {later[0]} -->\n")
    return f"{head}{block}\n{marker}{tail}"


def looked_up(page: str) -> str:
    """Return the section that lists the claims of all the others."""
    lines = ["## What is claimed, and whether it held", "", "| section | claim | held |"]
    lines.append("|---|---|---|")
    for text in sections(page).values():
        title = text.partition("\n")[0].removeprefix("## ")
        lines += [f"| {title} | {claim} | {held} |" for claim, held in CLAIM.findall(text)]
    return "\n".join(lines)


def installed(name: str) -> str:
    """Return the version of a library, in whichever build it is installed."""
    for build in (name, f"{name}-cpu", f"{name}-cu12"):
        try:
            return version(build)
        except PackageNotFoundError:
            continue
    return ""


def machine() -> str:
    """Return processor, cores, memory, system and Python; no name of the computer."""
    processor = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.is_file():
        names = re.findall(r"^model name\s*: (.+)$", information.read_text(), re.MULTILINE)
        processor = names[0] if names else processor
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    cores = f"{os.cpu_count()} cores of {processor}, {memory:.0f} GB memory"
    return f"{cores}, {platform.system()}, Python {platform.python_version()}"


def write(path: Path, text: str) -> None:
    """Write a file aside, then put it in its place at once."""
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, path)
