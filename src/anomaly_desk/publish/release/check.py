"""Prove that a zip for learners holds nothing that is not theirs.

Every file is either known by its checksum, as the official data and the locked packages are, or is
opened, archives in archives too, and read line by line. What cannot be read is refused.
"""

import hashlib
import io
import itertools
import json
import lzma
import re
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Final

from anomaly_desk import course
from anomaly_desk.errors import CourseError
from anomaly_desk.labs import sources
from anomaly_desk.publish.release import alone
from anomaly_desk.publish.release.decoded import decoded
from anomaly_desk.publish.release.library import module_source
from anomaly_desk.publish.release.secrets import learners_notebooks, secret_lines, tidy
from anomaly_labs import datasets
from anomaly_labs.datasets import ChecksumError, DataFormatError
from anomaly_labs.datasets.catalog import find_split
from anomaly_labs.datasets.proof import verify_file
from anomaly_labs.datasets.tree import find

NOT_THEIRS: Final = frozenset({"solutions", "tests", "grading", "benchmarks", "build", ".git"})
NOT_THEIR_FILES: Final = frozenset(
    {"RUBRIC.md", "INSTRUCTORS.md", "gradebook.db", "private-seed", "private-key.pem"}
)
LIBRARY: Final = re.compile(r"anomaly_labs-[^/]+\.whl")
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def complaints(project: Path, path: Path, *, self_study: bool = False) -> list[str]:
    """Return what a zip holds that must not reach a learner, one sentence each; [] if nothing.

    Parameters
    ----------
    project
        The folder of the course, which says what is secret.
    path
        The zip.
    self_study
        Whether it is a self-study edition, which holds the worked solutions of its labs in their
        files and nowhere else.

    Raises
    ------
    CourseError
        If it is no zip that can be read.
    """
    reader = _Reader(project, self_study=self_study)
    try:
        with zipfile.ZipFile(path) as archive:
            found = [*reader.archive(archive, ""), *_data_complaints(archive, reader.start)]
            return list(dict.fromkeys(found))
    except (zipfile.BadZipFile, OSError) as error:
        raise CourseError(
            f"{path} cannot be read as a zip ({error}); make it again with "
            "`anomaly-labs release --output FILE.zip`"
        ) from None


class _Reader:
    """Knows the secrets of one course, and looks for them."""

    def __init__(self, project: Path, *, self_study: bool) -> None:
        about = course.read(project)
        self.start = f"{about.id}/"
        self.kit = course.kit(project)
        self.folders = dict.fromkeys((str(project), str(self.kit)))
        checked = sources.course(project)
        self.secrets = secret_lines(project, checked)
        self.notebooks = learners_notebooks(checked)
        ready = [source for source in checked if source.lab.status == "ready"]
        self.worked = alone.worked_files(about.title, ready) if self_study else {}
        lock = (self.kit / "requirements.lock").read_text(encoding="utf-8")
        self.locked = set(_HASH.findall(lock))

    def archive(self, archive: zipfile.ZipFile, inside: str) -> Iterator[str]:
        """Look at each file of an archive; `inside` names the archive."""
        for name in archive.namelist():
            if not name.endswith("/"):
                where = f"{inside}{name}"
                yield from _name_complaints(name, where)
                yield from self._file(name, where, archive.read(name))

    def _file(self, name: str, where: str, data: bytes) -> Iterator[str]:
        if name.startswith(f"{self.start}data/") and not name.endswith(".md"):
            return  # compared with the official checksums
        if name.startswith(f"{self.start}wheels/"):
            if hashlib.sha256(data).hexdigest() not in self.locked:
                yield f"{where}: not a package of requirements.lock"
            return
        worked = self.worked.get(where.removeprefix(self.start))
        if worked is not None:
            if data != worked:
                yield f"{where}: not the worked solutions that solutions/ gives"
            return
        if name.endswith((".whl", ".zip")):
            with zipfile.ZipFile(io.BytesIO(data)) as inner:
                yield from self.archive(inner, f"{where} > ")
            return
        try:
            texts = _texts(name, data)
        except (UnicodeDecodeError, ValueError, lzma.LZMAError) as error:
            yield f"{where}: cannot be read ({type(error).__name__}), so it cannot be checked"
            return
        library = LIBRARY.fullmatch(where.partition(" > ")[0].removeprefix(self.start)) is not None
        look = self._in_module if library and self._is_ours(name, data) else self._in_text
        for text in texts:
            for complaint in (*look(text), *self._in_decoded(text)):
                yield f"{where}: {complaint}"
        if name.endswith(".ipynb"):
            for complaint in self._in_notebook(name, json.loads(data)):
                yield f"{where}: {complaint}"

    def _is_ours(self, name: str, data: bytes) -> bool:
        """Return whether a file of the library's wheel is that of the kit."""
        source = module_source(self.kit, name)
        return source.is_file() and source.read_bytes() == data

    def _in_notebook(self, name: str, notebook: Any) -> Iterator[str]:
        """Compare a notebook, cell by cell, with what its source gives to learners.

        So no answer is too short to be seen.
        """
        wanted = self.notebooks.get(name.removeprefix(self.start))
        cells = notebook.get("cells", []) if isinstance(notebook, dict) else []
        if wanted is None or len(wanted) != len(cells):
            yield "has not the cells of a notebook that solutions/ gives to learners"
            return
        for number, (cell, text) in enumerate(zip(cells, wanted, strict=True), 1):
            if "".join(cell.get("source", "")) != text or cell.get("outputs"):
                yield f"cell {number} is not as solutions/ gives it to learners"

    def _in_text(self, text: str) -> Iterator[str]:
        whole = tidy(text)
        for line, origin in self.secrets.items():
            if line in whole:
                yield f"holds {line!r}, from {origin}"
        for folder in self.folders:
            if folder in text:
                yield f"names the folder {folder} of this computer"

    def _in_module(self, text: str) -> Iterator[str]:
        """Look for answers of two lines and more.

        Learners read the library, so one line that an answer shares with it is no secret.
        """
        lines = [tidy(line) for line in text.splitlines() if line.strip()]
        for one, after in itertools.pairwise(lines):
            origin = self.secrets.get(one)
            if origin is not None and origin == self.secrets.get(after):
                yield f"holds {one!r} and the line after it, from {origin}"

    def _in_decoded(self, text: str) -> Iterator[str]:
        """Look at what a text holds as base64 or hexadecimal digits, compressed or not."""
        for found in decoded(text):
            for plain in _of_json(found):
                yield from (f"{one} (encoded)" for one in self._in_text(plain))


def _of_json(text: str) -> list[str]:
    """Return the texts in a JSON value; the text itself if it is none."""
    try:
        return [*_strings(json.loads(text))]
    except (ValueError, RecursionError):
        return [text]


def _name_complaints(name: str, where: str) -> Iterator[str]:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        yield f"{where}: unpacks outside its folder"
    for part in sorted(NOT_THEIRS & set(path.parts[:-1])):
        yield f"{where}: {part}/ is not for learners"
    if path.name in NOT_THEIR_FILES:
        yield f"{where}: {path.name} is not for learners"


def _texts(name: str, data: bytes) -> list[str]:
    """Return the texts in a file; in a notebook each cell and output is one."""
    if name.endswith(".xz"):
        return _texts(name.removesuffix(".xz"), lzma.decompress(data))
    text = data.decode("utf-8")
    return [*_strings(json.loads(text))] if name.endswith((".ipynb", ".json")) else [text]


def _strings(value: Any) -> Iterator[str]:
    """Yield every text in a JSON value, keys too; lists of lines as one text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        if value and all(isinstance(line, str) for line in value):
            yield "".join(value)
            return
        for inner in value:
            yield from _strings(inner)


def _data_complaints(archive: zipfile.ZipFile, top: str) -> Iterator[str]:
    """Compare the files below data/ with the official checksums."""
    start = f"{top}data/"
    wanted = [n for n in archive.namelist() if n.startswith(start) and not n.endswith((".md", "/"))]
    with tempfile.TemporaryDirectory(prefix="anomaly-labs-") as folder:
        root = Path(folder)
        safe = [name for name in wanted if not [*_name_complaints(name, name)]]
        archive.extractall(root, safe)
        known = {}
        for name in datasets.names():
            for split in datasets.describe(name).splits:
                info = find_split(name, split)[1]
                for file in info.files:
                    path = find(root / start, name, file)
                    if path is not None:
                        known[path] = file
        for inner in safe:
            path = root / inner
            if path not in known:
                yield f"{inner}: not an official data file"
                continue
            try:
                if not verify_file(path, known[path]).verified:
                    yield f"{inner}: not known by the official checksum"
            except (ChecksumError, DataFormatError) as error:
                yield f"{inner}: {error}"
