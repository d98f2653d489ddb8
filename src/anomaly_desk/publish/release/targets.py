"""The computers that learners bring, as pip and the markers of a lock file know them."""

import platform
import sys
from dataclasses import dataclass
from typing import Final

from anomaly_desk.errors import CourseError

PYTHONS: Final = ("3.11", "3.12", "3.13")
_MANYLINUX: Final = (
    *(f"manylinux_2_{n}_x86_64" for n in range(28, 4, -1)),
    *(f"{older}_x86_64" for older in ("manylinux2014", "manylinux2010", "manylinux1", "linux")),
)
# What Python calls the system, and the newest tags that pip should accept there. The lock has no
# TensorFlow for Linux on ARM.
_PLATFORMS: Final[dict[str, tuple[str, str, str, tuple[str, ...]]]] = {
    "linux-x86_64": ("linux", "posix", "Linux", _MANYLINUX),
    "macos-arm64": ("darwin", "posix", "Darwin", ("macosx_14_0_arm64", "macosx_14_0_universal2")),
    "windows-x86_64": ("win32", "nt", "Windows", ("win_amd64",)),
}


@dataclass(frozen=True)
class Target:
    """One kind of computer with one version of Python.

    Raises
    ------
    CourseError
        If the course does not support it.

    Examples
    --------
    >>> Target("windows-x86_64", "3.12").markers["sys_platform"]
    'win32'
    """

    platform: str
    python: str

    def __post_init__(self) -> None:
        if self.platform not in _PLATFORMS:
            known = ", ".join(_PLATFORMS)
            raise CourseError(f"no platform {self.platform!r}; choose one of {known}")
        if self.python not in PYTHONS:
            raise CourseError(f"no Python {self.python!r}; choose one of {', '.join(PYTHONS)}")

    @property
    def markers(self) -> dict[str, str]:
        """What the markers of a requirement are compared with there."""
        sys_platform, os_name, system, _ = _PLATFORMS[self.platform]
        return {
            "extra": "",
            "implementation_name": "cpython",
            "implementation_version": f"{self.python}.0",
            "os_name": os_name,
            "platform_machine": _machine(self.platform),
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": system,
            "platform_version": "",
            "python_full_version": f"{self.python}.0",
            "python_version": self.python,
            "sys_platform": sys_platform,
        }

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of wheels that pip installs there, as ``pip download --platform`` takes them."""
        return _PLATFORMS[self.platform][3]


def _machine(name: str) -> str:
    machine = name.partition("-")[2]
    return "AMD64" if name.startswith("windows") else machine


def every_target() -> list[Target]:
    """Return every kind of computer that the course supports."""
    return [Target(name, python) for name in _PLATFORMS for python in PYTHONS]


def this_platform() -> str:
    """Return the name of this computer's platform, such as ``linux-x86_64``."""
    system = {"Darwin": "macos"}.get(platform.system(), platform.system().lower())
    machine = platform.machine()
    return f"{system}-{'x86_64' if machine == 'AMD64' else machine}"


def this_python() -> str:
    """Return the version of this Python, such as ``3.11``."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"
