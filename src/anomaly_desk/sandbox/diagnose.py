"""Whether the sandbox holds on this machine, found out by trying, and how to mend it."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from dataclasses import dataclass
from importlib.util import cache_from_source, find_spec
from pathlib import Path

from anomaly_desk.errors import SandboxError

UNSAFE = "grade in a Linux container or virtual machine, or accept the risk with --unsafe"
INSTALL = "sudo apt install bubblewrap (Debian, Ubuntu) or sudo dnf install bubblewrap (Fedora)"
OLDEST = (0, 7)  # the first that limits the size of a folder in memory
NEWER = "Debian 12, Ubuntu 24.04 and Fedora 38 bring a newer one"
SECONDS = 60

# Typed by an administrator; the profile is the one that Ubuntu ships for other programs.
APPARMOR = (
    "printf 'abi <abi/4.0>,\\ninclude <tunables/global>\\n"
    "profile bwrap /usr/bin/bwrap flags=(unconfined) { userns, }\\n' "
    "| sudo tee /etc/apparmor.d/bwrap && sudo systemctl reload apparmor"
)
CONTAINER = (
    "start the container with --privileged, or with --cap-add SYS_ADMIN and --security-opt "
    "seccomp=unconfined, apparmor=unconfined and systempaths=unconfined"
)
SWITCHES = (
    ("kernel/apparmor_restrict_unprivileged_userns", "1", APPARMOR),
    ("kernel/unprivileged_userns_clone", "0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
    ("user/max_user_namespaces", "0", "sudo sysctl -w user.max_user_namespaces=15000"),
)

GROUP = (
    "none is used; as a second wall, untried by us: systemd-run --user --scope -p MemoryMax=8G "
    "anomaly-labs grade …"
)
HOG = "hog = [bytearray(b'x') * 10_000_000 for _ in range(1000)]"


@dataclass(frozen=True)
class Diagnosis:
    """One thing that was tried.

    Attributes
    ----------
    detail
        What was found, in one sentence.
    cure
        What to do about it; empty where nothing is wrong.
    needed
        Whether grading refuses without it.
    """

    name: str
    ok: bool
    detail: str
    cure: str = ""
    needed: bool = True


def diagnose() -> list[Diagnosis]:
    """Return what was tried and found, in the order of trying; takes some seconds.

    A real sandbox is started: a file outside, the network and the environment are tried from
    inside, a kernel is started, and the memory limit has to end it.

    Examples
    --------
    >>> diagnose()[0].name
    'system'
    """
    found = []
    for step in (_system, _installed, _readable, _walls, _kernel):
        found += step()
        if not all(one.ok for one in found if one.needed):
            break
    return found


def is_usable() -> bool:
    """Return whether a sandbox starts here and keeps its walls; takes a fraction of a second."""
    steps = (_system, _installed, _readable, _walls)
    return all(one.ok for step in steps for one in step() if one.needed)


def _system() -> list[Diagnosis]:
    if sys.platform == "linux":
        return [Diagnosis("system", True, f"Linux {os.uname().release}")]
    detail = f"the sandbox is made of parts of Linux, and this is {sys.platform}"
    return [Diagnosis("system", False, detail, UNSAFE)]


def _installed() -> list[Diagnosis]:
    from . import bubblewrap

    if bubblewrap.program() is None:
        return [Diagnosis("bubblewrap", False, "bubblewrap (bwrap) is not installed", INSTALL)]
    released = bubblewrap.released()
    text = ".".join(map(str, released))
    if released < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        detail = f"bubblewrap {text} is too old; {wanted} is the first that will do"
        return [Diagnosis("bubblewrap", False, detail, f"{NEWER}; or {UNSAFE}")]
    found = [Diagnosis("bubblewrap", True, f"bubblewrap {text}")]
    if bubblewrap.throw_away_user() is not None and not os.path.exists(bubblewrap.SETPRIV):
        cure = (
            "sudo apt install util-linux (Debian, Ubuntu) or sudo dnf install util-linux (Fedora)"
        )
        detail = f"root gives its kernels to another user by {bubblewrap.SETPRIV}, which is missing"
        found.append(Diagnosis("setpriv", False, detail, cure))
    return found


def _readable() -> list[Diagnosis]:
    """Root's kernels run as another user, who must be able to read Python and the data."""
    from . import bubblewrap, shown

    if bubblewrap.throw_away_user() is None:
        return []
    folders = [*shown.needed(), *shown.course_folders().values()]
    wanted = dict.fromkeys(folders, 0o5) | dict.fromkeys(shown.tables(), 0o4)
    closed = [path for path, mode in wanted.items() if path.stat().st_mode & mode != mode]
    if not closed:
        return []
    places = " ".join(map(str, closed))
    detail = f"root's kernels run as a user without rights, who may not read {places}"
    return [Diagnosis("readable", False, detail, f"chmod -R o+rX {places}")]


def _walls() -> list[Diagnosis]:
    """Try from inside what must not be possible."""
    from anomaly_labs.inside import landlock

    from . import probe, protection

    try:
        holes = probe.look()
    except SandboxError as error:
        return [_broken(str(error))]
    report = "report it: the sandbox has a hole on this machine; until then grade elsewhere"
    found = [Diagnosis("start", True, "a sandbox starts")]
    for name, hole, good, bad in (
        ("files", holes.reads, "files outside cannot be seen", "a file outside can be read"),
        ("network", holes.connects, "the network is closed", "a server outside can be reached"),
        ("read-only", holes.writes, "Python cannot be changed", "Python's folder can be changed"),
    ):
        found.append(Diagnosis(name, not hole, bad if hole else good, report if hole else ""))
    if holes.stores:
        detail = "no Landlock: a kernel can put small files into the folder of its sockets"
        cure = "nothing has to be done; Linux 5.13 and later with Landlock switched on prevent it"
        found.append(Diagnosis("landlock", False, detail, cure, needed=False))
    else:
        version = landlock.version()
        detail = f"Landlock {version}: the folder of the sockets takes only sockets"
        found.append(Diagnosis("landlock", True, detail))
    cure = "nothing can be done here; the watchdog sees less memory than a kernel can take"
    cure = cure if holes.unfiltered else ""
    found.append(Diagnosis("seccomp", not cure, protection.filtered(), cure, needed=False))
    return found


def _broken(said: str) -> Diagnosis:
    """Explain why bubblewrap did not start."""
    cures = [cure for name, bad, cure in SWITCHES if _switch(name) == bad]
    if any(os.path.exists(mark) for mark in ("/.dockerenv", "/run/.containerenv")):
        cures.append(CONTAINER)
    return Diagnosis(
        "start", False, f"no sandbox can be started: {said}", "; ".join(cures) or UNSAFE
    )


def _switch(name: str) -> str:
    with contextlib.suppress(OSError):
        return Path("/proc/sys", name).read_text().strip()
    return ""


def _kernel() -> list[Diagnosis]:
    """Start a kernel, and let it take too much memory."""
    from .protection import protections

    started = time.monotonic()
    answered, killed_for, words = _hog()
    if not answered:
        cure = "pip install --force-reinstall ipykernel, if the message names no other cause"
        return [Diagnosis("kernel", False, f"no kernel starts in the sandbox: {words}", cure)]
    seconds = f"a kernel starts; with the trial of its limits {time.monotonic() - started:.1f} s"
    found = [Diagnosis("kernel", True, seconds), *_byte_code()]
    ok = killed_for == "memory"
    detail = "the memory limit ends it" if ok else "the memory limit does not end it"
    cure = "" if ok else f"allow the grader to look into /proc of its kernels; or {UNSAFE}"
    found.append(Diagnosis("limits", ok, detail, cure))
    told = protections()
    for name in ("namespaces", "limits", "watchdog"):
        where = "process limits" if name == "limits" else name
        found.append(Diagnosis(where, True, told[name], needed=False))
    return [*found, Diagnosis("control group", True, GROUP, needed=False)]


def _hog() -> tuple[bool, str | None, str]:
    """Return whether a kernel answered, for what it was killed, and its last words."""
    from jupyter_client.manager import KernelManager

    from .kernels import NAME, SandboxKernels

    kernels = SandboxKernels(settings={"memory_mb": 500, "wall_s": SECONDS})
    manager = KernelManager(kernel_name=NAME, kernel_spec_manager=kernels)
    manager.start_kernel()
    client = manager.blocking_client()
    client.start_channels()
    answered = False
    try:
        client.wait_for_ready(timeout=SECONDS)
        answered = True
        client.execute(HOG)
        while manager.is_alive():
            time.sleep(0.1)
    except RuntimeError:
        answered = False
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
    return answered, manager.provisioner.killed_for, manager.provisioner.last_words.strip()


def _byte_code() -> list[Diagnosis]:
    """Without compiled files beside them, each kernel compiles the libraries again."""
    for name in ("pandas", "sklearn", "keras"):
        found = find_spec(name)
        if found and found.origin and not os.path.exists(cache_from_source(found.origin)):
            detail = f"{name} is not compiled, which costs each kernel seconds"
            cure = f"{sys.executable} -m compileall -q {sys.prefix}"
            return [Diagnosis("byte code", False, detail, cure, needed=False)]
    return []
