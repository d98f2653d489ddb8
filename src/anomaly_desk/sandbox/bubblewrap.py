"""The command line that builds the sandbox: what is shown in it, and what is not.

References
----------
The manual page ``bwrap(1)``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import anomaly_labs
from anomaly_desk.errors import SandboxError
from anomaly_labs.inside import landlock
from anomaly_labs.inside.places import CONNECTION, DATA, FONTS, HOME, SOCKETS, WRITABLE

from .shown import course_folders, font_lists, needed, tables

SETPRIV = "/usr/bin/setpriv"
SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
SETTINGS = (
    *("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/fonts"),
    "/sys/devices/system/cpu",
)

COPY = "copy"
MOST_COPIED, MOST_COPIES = 64 << 20, 200  # bytes, and files, which are open until it stands
DESK = Path(__file__).resolve().parents[1]
CLOSED = Path(landlock.__file__).with_name("closed")  # is put in its place


def throw_away_user() -> int | None:
    """Return the number of the user that a kernel of root's runs as; None for ordinary users.

    Root is exempt from the limit of processes, and should run no stranger's code.
    """
    if not hasattr(os, "getuid") or os.getuid() != 0:
        return None
    ranges = Path("/proc/self/uid_map").read_text().splitlines()
    mapped = sum(int(line.split()[2]) for line in ranges)
    # Far from the numbers that systems give out; few exist in a container of an ordinary user.
    return 2_000_000_000 + os.getpid() if mapped > 1 << 31 else 61_000 + os.getpid() % 4_000


@dataclass(frozen=True)
class Box:
    """One sandbox: which folders it shows and how large it is.

    Attributes
    ----------
    private
        A folder of the grader's; its sub-folder ``sockets`` is the one place outside that can be
        written from inside, ``kernel.json`` and ``passwd`` are shown where they exist.
    user
        The number that `throw_away_user` gave.
    read_only, hidden
        Paths shown besides those that Python needs, and folders that stay empty even if they lie
        in a folder that is shown.
    """

    private: Path
    user: int | None
    work_mb: int
    read_only: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()

    def open_files(self) -> list[int]:
        """Return open files for bubblewrap: its options, and what is copied into the sandbox.

        On the command line the options could be read inside.
        """
        opened = [os.memfd_create("options")]
        options = [*self._separate(), *self._folders(opened), "--chdir", HOME]
        with open(opened[0], "wb", closefd=False) as file:
            file.write(b"".join(os.fsencode(option) + b"\0" for option in options))
        os.lseek(opened[0], 0, os.SEEK_SET)
        return opened

    def command(
        self, argv: list[str], *, options: int, settings: str, info_fd: int = -1
    ) -> list[str]:
        """Return the command that runs `argv` inside.

        Parameters
        ----------
        argv
            The program to run inside, and its arguments.
        options
            The first file that `open_files` gave; the process gets all of them.
        settings
            What `Limits.settings` gave.
        info_fd
            Open file that gets the number of the first process inside; -1 for none.
        """
        command = [program() or "bwrap", "--args", str(options)]
        if info_fd >= 0:
            command += ["--info-fd", str(info_fd)]
        door = [sys.executable, "-I", "-S", landlock.__file__, settings]
        return [*command, "--", *self._drop_root(), *door, *argv]

    def _separate(self) -> Iterator[str]:
        yield from ("--die-with-parent", "--new-session", "--unshare-ipc", "--unshare-pid")
        yield from ("--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
        yield from ("--hostname", "sandbox", "--cap-drop", "ALL")
        if self.user is None:
            yield from ("--unshare-user", "--uid", "1000", "--gid", "1000")
            if released() >= (0, 8):
                yield "--disable-userns"  # the filter refuses them too
        else:
            for name in ("SETUID", "SETGID", "SETPCAP"):
                yield from ("--cap-add", f"CAP_{name}")

    def _drop_root(self) -> list[str]:
        if self.user is None:
            return []
        drop = ["--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]
        return [SETPRIV, f"--reuid={self.user}", f"--regid={self.user}", *drop]

    def _folders(self, opened: list[int]) -> Iterator[str]:
        """Make the parents of every place first: bubblewrap would make them for root only.

        What is copied is opened, and its number appended to `opened`.
        """
        made = {Path("/")}
        for place in self._places():
            missing = [path for path in Path(place[-1]).parents if path not in made]
            for path in reversed(missing):
                yield from ("--perms", "0755", "--dir", str(path))
            made.update((*missing, Path(place[-1])))
            if place[0] == COPY:
                opened.append(os.open(place[1], os.O_RDONLY))
                place = ("--perms", "0444", "--file", str(opened[-1]), place[2])
            yield from place
        for closed in ("/dev", *map(str, self._emptied()), "/"):
            yield from ("--remount-ro", closed)

    def _places(self) -> Iterator[tuple[str, ...]]:
        for place in (Path("/", name) for name in SYSTEM):
            if place.is_symlink():
                yield ("--symlink", os.readlink(place), str(place))
            elif place.is_dir():
                yield ("--ro-bind", str(place), str(place))
        for path in SETTINGS:
            yield ("--ro-bind-try", path, path)
        yield ("--proc", "/proc")
        yield ("--dev", "/dev")
        # Reads the same, but cannot be mapped as shared memory, which `seccomp` refuses elsewhere.
        yield ("--dev-bind", "/dev/full", "/dev/zero")
        for path in WRITABLE:
            yield ("--perms", "1777", "--size", str(self.work_mb << 20), "--tmpfs", path)
        yield from self._shown()
        for place in self._desks():
            yield ("--ro-bind", str(CLOSED), str(place))
        yield ("--bind", str(self.private / "sockets"), SOCKETS)
        yield ("--dir", DATA)
        yield ("--perms", "1777", "--dir", FONTS)
        yield from self._lent()

    def _lent(self) -> Iterator[tuple[str, ...]]:
        """Copy what lies elsewhere than it is seen: a mount would tell the place outside.

        What is too large or too many is shown all the same.
        """
        lent = {self.private / "inside.json": CONNECTION, self.private / "passwd": "/etc/passwd"}
        lent |= {table: f"{DATA}/{table.name}" for table in tables()}
        lent |= {fonts: f"{FONTS}/{fonts.name}" for fonts in font_lists()}
        for seen, folder in course_folders().items():
            yield ("--dir", seen)
            below = [path for path in folder.rglob("*") if path.is_file()]
            lent |= {path: f"{seen}/{path.relative_to(folder)}" for path in below}
        sizes = {path: path.stat().st_size for path in lent if path.is_file()}
        copied = 0
        for number, path in enumerate(sorted(sizes, key=sizes.__getitem__)):
            copied += sizes[path]
            if copied <= MOST_COPIED and number < MOST_COPIES:
                yield (COPY, str(path), lent[path])
            else:
                yield ("--ro-bind-try", str(path), lent[path])

    def _shown(self) -> Iterator[tuple[str, ...]]:
        """Show what Python needs, the outer folders first, and empty what must stay hidden."""
        shown = {*needed(), *self.read_only}
        done: list[Path] = []
        for path in sorted(shown | self._emptied(), key=lambda path: len(path.parts)):
            around = [outer for outer in done if path.is_relative_to(outer)]
            if path not in shown:
                yield ("--tmpfs", str(path))
            elif around and around[-1] in shown:
                continue  # it is seen already
            else:
                yield ("--ro-bind", str(path), str(path))
            done.append(path)

    def _desks(self) -> set[Path]:
        """Return where this package would be seen, by each path that leads to it."""
        shown = {folder: folder.resolve() for folder in (*needed(), *self.read_only)}
        return {
            folder / DESK.relative_to(real)
            for folder, real in shown.items()
            if DESK.is_relative_to(real)
        }

    def _emptied(self) -> set[Path]:
        """Return the hidden folders that lie in one that is shown."""
        shown = [*needed(), *self.read_only]
        project = Path(anomaly_labs.__file__).parents[2]
        hidden = {*self.hidden, project} if (project / "pyproject.toml").is_file() else self.hidden
        for path in hidden:
            if path in shown:
                raise SandboxError(
                    f"{path} must stay hidden from learners' code, but Python needs it or "
                    "read_only names it; put the virtual environment into a folder of its "
                    "own, such as .venv"
                )
        return {path for path in hidden if any(path.is_relative_to(outer) for outer in shown)}


@cache
def released() -> tuple[int, ...]:
    """Return the version of bubblewrap; empty where there is none."""
    path = program()
    if path is None:
        return ()
    told = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
    return tuple(int(part) for part in re.findall(r"\d+", told.stdout)[:2])


def program() -> str | None:
    """Return the path of bubblewrap, or None where it is not installed."""
    return shutil.which("bwrap")
