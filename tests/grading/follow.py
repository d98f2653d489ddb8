"""An instructor who does what messages say, word for word, and knows whose each notebook is."""

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import draw
from draw import Archive, Learner, Work

from anomaly_desk.submissions.intake import find, read_regular
from anomaly_desk.submissions.people import Roster
from anomaly_desk.submissions.submission import Submission

_QUOTED = r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
PREFIXES = {
    "moodle-flat": r".*?_\d+_assignsubmission_file_",
    "canvas": r".*?_\d+_\d+_",
    "canvas-anonymous": r"(LATE_)?anon_\w{5}_\d+_",
}
RENAME = (
    "rename it to the id",
    "the file's name does not tell whose",
    "put it into a folder with the learner's id",
)


class Instructor:
    """Grades an archive as a zip or a folder, with a roster's lines or without (None)."""

    def __init__(
        self,
        archive: Archive,
        lines: list[dict[str, str]] | None,
        aside: Path,
        ids: Mapping[str, Iterable[str]],
    ) -> None:
        self.archive, self.lines, self.aside, self.ids = archive, lines, aside, ids
        self.n_asked = 0

    @property
    def roster(self) -> Roster | None:
        return draw.read(self.lines) if self.lines else None

    def path(self, kind: str) -> Path:
        """Return the archive as it is now."""
        self.n_asked += 1
        path = self.aside / f"{kind}-{self.n_asked}" / "class"
        path.parent.mkdir(parents=True)
        if kind == "zip":
            path = self.archive.pack(path.with_suffix(".zip"))
        else:
            self.archive.unpack(path)
        return path

    def found(self, kind: str) -> list[Submission]:
        """Return what the grader finds in it."""
        root = self.aside / "grading"
        return find([self.path(kind)], self.ids, roster=self.roster, root=root, zone=draw.UTC)

    def sender_of(self, one: Submission) -> Learner | None:
        """Return who truly sent something: by its mark, else by what the platform shows."""
        if found := self._mark(one):
            return next(each for each in self.archive.learners if each.key == int(found[1]))
        return self.called(one.sender)

    def work_of(self, one: Submission) -> Work | None:
        """Return the work that counts, if this is its notebook."""
        mark = self._mark(one)
        fitting = (
            w for w in self.archive.works if mark and draw.mark(w.learner, w.when) == mark[0]
        )
        return next(fitting, None)

    def _mark(self, one: Submission) -> re.Match[str] | None:
        content = b"" if one.path.suffix == ".zip" else read_regular(one.path) or b""
        text = content.decode("utf-8", "replace")
        return re.search(r"mark-(\d+)-\d+-", text)

    def called(self, sender: str) -> Learner | None:
        works = (work for work in self.archive.works if work.sender == sender)
        return next((work.learner for work in works), None)

    def follow(self, one: Submission) -> bool:
        """Do what a message says; return whether it said anything."""
        said, learner = one.refused, self.sender_of(one)
        if learner is None:
            return True  # nobody's: it stays as it is
        whole = self.lines is not None
        if "may be a learner's folder, or lie around those" in said and self.archive.wrappers:
            self.archive.wrappers = ()
            self.archive.beside = []
        elif "give a roster" in said.lower():
            self.lines = []
            for each in self.archive.learners:
                self._line(each)
        elif "Write the right one as it stands here into the column `also`" in said:
            for text in re.findall(_QUOTED, said.split("for this learner:")[1].split(". Write")[0]):
                owner = self.called(ast.literal_eval(text))
                assert owner, f"the message names a sender that is none: {said}"
                self._write_also(owner, ast.literal_eval(text), alone=True)
        elif (match := re.search(r"If it is the work of .* \((\S+)\), write", said)) and (
            match[1] != learner.id
        ):
            self._rename(learner)
        elif whole and (match := re.search(rf"[Ww]rite {_QUOTED} into the column `also`", said)):
            self._write_also(learner, ast.literal_eval(match[1]), alone="no other" in said)
        elif any(advice in said for advice in RENAME):
            self._rename(learner)
        elif "rename what is another learner's to their id" in said:
            for each in self.archive.learners:
                self._rename(each)
            self._keep_main(learner)
        elif "call it" in said or "call them so" in said or "leave the last one" in said:
            self._keep_main(learner)
        else:
            return "no notebook in it" in said
        return True

    def _line(self, learner: Learner) -> dict[str, str]:
        """Return the learner's line; one who is missing gets one."""
        assert self.lines is not None
        for line in self.lines:
            if line["id"] == learner.id:
                return line
        new = {"id": learner.id, "name": learner.name, "email": "", "also": "", "number": ""}
        self.lines.append(new)
        return new

    def _write_also(self, learner: Learner, text: str, *, alone: bool) -> None:
        line = self._line(learner)
        line["also"] = f"{line['also']}|{text}"
        for other in self.lines or [] if alone else []:
            if other is not line:
                kept = (part for part in other["also"].split("|") if part.strip() != text)
                other["also"] = "|".join(kept)

    def _rename(self, learner: Learner) -> None:
        """Give the learner's folders or files at the top the learner's id."""
        for work in self._works(learner):
            end = f"_{work.assignment}.ipynb" if len(work.place) == 1 else ""
            self._move(work.place[0], learner.id, end)

    def _move(self, top: str, id_: str, end: str) -> None:
        def moved(place: tuple[str, ...]) -> tuple[str, ...]:
            return (f"{id_}{end}", *place[1:]) if place[0] == top else place

        self.archive.files = [replace(f, place=moved(f.place)) for f in self.archive.files]
        self.archive.works = [
            replace(w, place=moved(w.place), sender=id_ if w.place[0] == top else w.sender)
            for w in self.archive.works
        ]

    def _works(self, learner: Learner) -> list[Work]:
        return [work for work in self.archive.works if work.learner == learner]

    def _keep_main(self, learner: Learner) -> None:
        """Leave the notebooks that count, called as their assignments are."""
        works = self._works(learner)
        named = {}
        for work in works:
            start = re.match(PREFIXES.get(self.archive.platform, ""), work.place[-1])
            prefix = start[0] if len(work.place) == 1 and start else ""
            named[work.place] = (*work.place[:-1], f"{prefix}{work.assignment}.ipynb")
        mark = f"mark-{learner.key}-".encode()
        kept = []
        for file in self.archive.files:
            if file.place in named:
                kept.append(replace(file, place=named[file.place]))
            elif mark not in file.content:
                kept.append(file)
        self.archive.files = kept
        self.archive.works = [
            replace(w, place=named.get(w.place, w.place)) if w.learner == learner else w
            for w in self.archive.works
        ]
