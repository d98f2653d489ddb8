"""The wheels of all packages that learners need, for a room without network."""

import subprocess
import venv
from pathlib import Path

from anomaly_desk.errors import CourseError
from anomaly_desk.publish.release.locked import learners_lock
from anomaly_desk.publish.release.targets import Target


def download(kit: Path, folder: Path, target: Target) -> list[Path]:
    """Download the locked wheels for one kind of computer into `folder`; return them, sorted.

    pip compares each with the hashes of the lock. It runs in an environment of its own, because
    one that uv has made holds no pip.

    Parameters
    ----------
    kit
        The checkout that holds the lock.
    folder
        Gets them, in a folder of its own.
    target
        The kind of computer.

    Raises
    ------
    CourseError
        If a wheel cannot be had; the message ends in what pip said.
    """
    lock = folder / "requirements.lock"
    lock.write_text(learners_lock(kit, target=target), encoding="utf-8")
    tools, wheels = folder / "pip", folder / "wheels"
    try:
        venv.create(tools, with_pip=True)
    except subprocess.CalledProcessError:
        raise CourseError(
            "this Python makes no environment with pip; on Debian or Ubuntu: "
            "sudo apt-get install python3-venv"
        ) from None
    python = next(p for p in (tools / "bin/python", tools / "Scripts/python.exe") if p.exists())
    version = target.python.replace(".", "")
    command = [
        str(python), "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
        "--no-deps", "--require-hashes", "--only-binary=:all:", "--requirement", str(lock),
        "--dest", str(wheels), "--implementation", "cp", "--python-version", target.python,
        "--abi", f"cp{version}", "--abi", "abi3", "--abi", "none",
        *(word for tag in target.tags for word in ("--platform", tag)),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = "\n".join(done.stderr.strip().splitlines()[-2:])
        raise CourseError(
            f"the wheels for {target.platform}, Python {target.python} could not be downloaded; "
            f"check the network, then try again. pip says:\n{said}"
        )
    return sorted(wheels.glob("*.whl"))
