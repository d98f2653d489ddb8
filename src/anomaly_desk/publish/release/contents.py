"""What goes into the zip for learners, by name."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anomaly_desk import build, course
from anomaly_desk.labs import sources
from anomaly_desk.labs.sources import Source
from anomaly_desk.publish.release import alone, library, locked, texts, wheels
from anomaly_desk.publish.release.data import data_files
from anomaly_desk.publish.release.targets import PYTHONS, Target
from anomaly_desk.results import keys
from anomaly_labs import certificates as signing

Files = dict[str, bytes | Path]


@contextmanager
def gather(
    project: Path, *, data: bool, wheels: Target | None, self_study: bool = False
) -> Iterator[Files]:
    """Yield the files of a release by their names in the zip; made ones vanish afterwards.

    Parameters
    ----------
    project
        The folder of the course.
    data
        Whether the official data files that are found here go in.
    wheels
        The computers for which the packages' wheels go in, or None.
    self_study
        Whether worked solutions of the labs go in, for those who learn alone.

    Raises
    ------
    CourseError
        If a notebook, the library's wheel, the lock, a package's wheel or the key cannot be made.
    """
    every = [lab for lab in sources.course(project) if lab.lab.status == "ready"]
    labs = [source.lab for source in every]
    built = _notebooks(project, every)
    found = data_files(labs) if data else {}
    kit, about = course.kit(project), course.read(project)
    own = _own(project)
    if self_study:
        built = {name: alone.stamped(text) for name, text in built.items()}
        built |= alone.worked_files(about.title, every)
    with tempfile.TemporaryDirectory(prefix="anomaly-labs-") as folder:
        wheel = library.build_wheel(kit, Path(folder))
        files: Files = {
            **built,
            wheel.name: wheel,
            **_licence(project),
            **own,
            signing.PUBLIC: _public_key(project).encode(),
            "requirements.lock": locked.learners_lock(kit).encode(),
            "environment.yml": _environment(kit, wheel.name).encode(),
            "data/README.md": texts.data_page(found).encode(),
            **{
                f"data/{name}/{path.name}": path
                for (name, _), paths in found.items()
                for path in paths
            },
            **_packages(kit, Path(folder), wheels),
        }
        if papers := [source for source in every if source.lab.kind == "assessment"]:
            files["assessment/README.md"] = texts.assessment_page(papers).encode()
        files |= _programs(about.title, own, wheels)
        page = texts.first_page(
            about, labs, data=bool(found), own=bool(own), wheels=wheels, self_study=self_study
        )
        files["README.md"] = page.encode()
        yield files


def _notebooks(project: Path, every: list[Source]) -> dict[str, bytes]:
    """Return the learners' notebooks, built afresh: those in labs/ may hold somebody's work."""
    built = build.build(project, every)
    return {path.relative_to(project).as_posix(): text for path, text in built.items()}


def _public_key(project: Path) -> str:
    """Return the key that checks the certificates of this course; made on first use."""
    return keys.public_text(keys.private_key(project / "grading").public_key())


def _licence(project: Path) -> Files:
    """Return the licence of the course; that of the library lies in its wheel."""
    path = project / "LICENSE"
    return {path.name: path} if path.is_file() else {}


def _own(project: Path) -> Files:
    """Return the modules and data sets of the course, with all that lies beside them."""
    return {
        path.relative_to(project).as_posix(): path
        for folder in (course.lib(project), course.sets(project))
        for path in sorted(folder.rglob("*") if folder else ())
        if path.is_file() and not any(map(_is_left_out, path.relative_to(project).parts))
    }


def _is_left_out(name: str) -> bool:
    return name == "__pycache__" or name.startswith(".")


def _packages(kit: Path, folder: Path, target: Target | None) -> Files:
    if target is None:
        return {}
    there = folder / "packages"
    there.mkdir()
    return {f"wheels/{path.name}": path for path in wheels.download(kit, there, target)}


def _programs(title: str, own: Files, target: Target | None) -> Files:
    """Return what sets up and starts, with the versions of Python that it may use."""
    pythons = PYTHONS[::-1] if target is None else (target.python,)
    files: Files = {}
    for name in ("start.sh", "start.bat", "Makefile"):
        paths = texts.paths(own, Path(name).suffix)
        text = texts.filled(name, title=title, pythons=" ".join(pythons), paths=paths)
        files[name] = text.replace("\n", "\r\n" if name.endswith(".bat") else "\n").encode()
    return files


def _environment(kit: Path, wheel: str) -> str:
    """Return the conda environment with the library's wheel instead of the checkout."""
    lines = (kit / "environment.yml").read_text(encoding="utf-8").splitlines()
    others = locked.left_out(kit)
    kept = [line for line in lines if _conda_name(line) not in others]
    return "\n".join(kept).replace("--editable .", f"./{wheel}") + "\n"


def _conda_name(line: str) -> str:
    name = line.strip().removeprefix("- ").partition(" ")[0]
    return name.removesuffix("-core").removesuffix("-base")
