"""Learners who claim to be others or to have sent earlier, and honest ones who make it hard.

Each attempt goes through intake as a zip and as a folder, which must agree.
"""

from datetime import datetime, timedelta
from pathlib import Path

import draw
import pytest
from draw import DEADLINE, Archive, File, Learner

from anomaly_desk.grading import evidence, late
from anomaly_desk.submissions import entries
from anomaly_desk.submissions.intake import find
from anomaly_desk.submissions.people import Person, Roster
from anomaly_desk.submissions.submission import Submission, read_regular

EVE, BOB, ADA = (Learner(n, id_, "", "", "", "") for n, id_ in enumerate(("eve", "bob", "ada")))
CLASS = Roster(
    (
        Person("eve", "Eve Evans", "eve@h.example", numbers=("1001",)),
        Person("bob", "Bob Baker", "bob@h.example", numbers=("1002",)),
        Person("ada", "Ada Lee", "ada@h.example", numbers=("1003",)),
    )
)
POLICY = late.Policy({"final": DEADLINE})
LATE = DEADLINE + timedelta(hours=30)  # two begun days
EARLY = f"{DEADLINE - timedelta(days=20):%Y-%m-%d %H:%M:%S} UTC".encode()
SENT = "{}_{}_assignsubmission_file_"
EVES, BOBS = SENT.format("Eve Evans", 1001), SENT.format("Bob Baker", 1002)
ADAS = (SENT.format("Ada Lee", 1003) + "/final.ipynb", ADA, DEADLINE - timedelta(hours=9))
Row = tuple[str, Learner | bytes, datetime]


def found(tmp_path: Path, *rows: Row, roster: Roster | None = CLASS) -> list[Submission]:
    """What intake finds in these files: path, sender or content, time."""
    files = [
        File(
            tuple(name.split("/")),
            draw.marked(what, "final", when) if isinstance(what, Learner) else what,
            when,
        )
        for name, what, when in rows
    ]
    archive = Archive(1, "", [], files)
    folder, zip_ = archive.unpack(tmp_path / "class"), archive.pack(tmp_path / "class.zip")
    by_zip, by_folder = (
        find([path], {"final": ["final-q1"]}, roster=roster, root=tmp_path / "grading")
        for path in (zip_, folder)
    )
    assert credits(by_zip) == credits(by_folder)
    for one in evidence.judge([*by_zip, *by_folder], POLICY, roster, {"final": 10.0}):
        if one.assignment and not one.refused:
            is_late = one_time(one) > DEADLINE
            asks = any(finding.kind == "late-unclear" for finding in one.findings)
            assert asks or bool(one.penalty) == is_late, f"{one.learner} loses {one.penalty}"
    return by_zip


def one_time(one: Submission) -> datetime:
    """When it was truly sent, by its mark."""
    return datetime.fromtimestamp(int(read_regular(one.path).split(b"-")[2]), draw.UTC)


def credits(results: list[Submission]) -> dict[str, bytes]:
    """Whose notebook each learner is credited with."""
    good = [one for one in results if not one.refused]
    return {one.learner: read_regular(one.path).split(b"mark-")[1][:1] for one in good}


def is_everybodys_own(results: list[Submission]) -> bool:
    own = {learner.id: str(learner.key).encode() for learner in (EVE, BOB, ADA)}
    return all(own.get(learner, mark) == mark for learner, mark in credits(results).items())


CLAIMS = [
    f"{EVES}{BOBS}final.ipynb",  # in Moodle's download without folders
    f"{EVES}x-{BOBS}final.ipynb",
    f"evansevesmith_1001_77_{BOBS}final.ipynb",  # Canvas: the name that Moodle would give
    f"evanseve_1001_77_x-{BOBS}final.ipynb",
    "evanseve_1001_77_bakerbob_1002_78_final.ipynb",
    "anon_eve01_77_bakerbob_1002_78_final.ipynb",
    "LATE_anon_eve01_77_bakerbob_1002_78_final.ipynb",
    f"{EVES}/{BOBS}/final.ipynb",  # folders in one's own
    f"{EVES}/bob/final.ipynb",
    f"{EVES}/bob/final/final.ipynb",
    f"{EVES}/bob+final+2026-11-01 10:00:00 UTC+zz/final.ipynb",
    f"{EVES}/Bob Baker(bob)/Submission attachment(s)/final.ipynb",
    "Eve Evans(eve)/Submission attachment(s)/Bob Baker(bob)/Submission attachment(s)/final.ipynb",
    "eve/bob_final.ipynb",
    f"eve/{BOBS}/final.ipynb",
    "eve+final+2026-12-01 10:00:00 UTC+zz/bob/final/final.ipynb",
]


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("claim", CLAIMS)
def test_no_name_that_a_learner_gives_makes_work_anothers(tmp_path, claim, alone):
    others = () if alone else (ADAS,)
    results = found(tmp_path, (claim, EVE, DEADLINE - timedelta(hours=1)), *others)
    assert is_everybodys_own(results)
    assert "bob" not in credits(results)


@pytest.mark.parametrize(
    "top", ["Eve Evans", "Eve Evans_1001_assignsubmission_file_", "eve", "nobody known"]
)
def test_folder_that_is_alone_is_no_class_because_of_what_lies_in_it(tmp_path, top):
    twins = Roster((*CLASS.people, Person("eve2", "Eve Evans")))
    on_time = DEADLINE - timedelta(hours=1)
    results = found(tmp_path, (f"{top}/bob/final.ipynb", EVE, on_time), roster=twins)
    assert "bob" not in credits(results)
    assert credits(results) or "rename it" in results[0].refused or "rite" in results[0].refused


@pytest.mark.parametrize(
    "claim", ["bakerbob_1002_78_final.ipynb", "bob_final.ipynb", "bob/x.ipynb"]
)
def test_without_a_roster_a_single_learner_is_not_renamed_by_their_files(tmp_path, claim):
    results = found(tmp_path, (f"eve/{claim}", EVE, LATE), roster=None)
    assert set(credits(results)) <= {"eve"}
    assert "eve" in (results[0].learner, results[0].refused[1:4])


@pytest.mark.parametrize(
    "name",
    ["Bob\u200b Baker", "\u202eBob Baker", "Bob\u00a0Baker", "\uff22ob Baker", "BOB BAKER"],
)
def test_name_made_to_look_like_anothers_is_not_theirs_where_numbers_are_known(tmp_path, name):
    known = Roster((CLASS.people[0], Person("bob", "Bob Baker", also=("Bob Baker (7)",))))
    results = found(tmp_path, (f"{SENT.format(name, 9)}/final.ipynb", EVE, LATE), roster=known)
    assert credits(results) == {}


def test_letters_of_another_alphabet_are_no_name_of_the_roster(tmp_path):
    results = found(tmp_path, (f"{SENT.format('Воb Ваker', 9)}/final.ipynb", EVE, LATE))  # noqa: RUF001
    assert "not on the roster" in results[0].refused


@pytest.mark.parametrize(
    "place",
    [
        f"{EVES}/timestamp.txt",
        f"{EVES}/final/timestamp.txt",
        "eve/timestamp.txt",
        "eve/final/timestamp.txt",
        "Eve Evans(eve)/Submission attachment(s)/timestamp.txt",
        "evanseve_LATE_1001_77_timestamp.txt",
    ],
)
def test_note_that_a_learner_packs_takes_no_day_off(tmp_path, place):
    notebook = place.replace("timestamp.txt", "final.ipynb")
    rows = [(notebook, EVE, LATE), (place, EARLY, LATE), ADAS]
    if "Sakai" in place or "(eve)" in place:
        said = f"{LATE:%Y-%m-%d %H:%M:%S} UTC".encode()
        rows.append(("Eve Evans(eve)/timestamp.txt", said, LATE))
    results = found(tmp_path, *rows)
    assert credits(results)["eve"] == b"0"


def test_junk_of_one_learner_neither_hides_others_nor_the_own_lateness(tmp_path):
    junk = [(f"{EVES}/junk-{n}.ipynb", EVE, LATE) for n in range(1500)]
    bobs = (f"{BOBS}/final.ipynb", BOB, DEADLINE - timedelta(hours=2))
    results = found(tmp_path, *junk, (f"{EVES}/final.ipynb", EVE, LATE), bobs, ADAS)
    assert credits(results) == {"eve": b"0", "bob": b"1", "ada": b"2"}
    (eve,) = (one for one in results if one.learner == "eve")
    assert "1,501 notebooks" in eve.findings[0].text
    (judged,) = evidence.judge([eve], POLICY, CLASS, {"final": 10.0})
    assert judged.penalty == 2.0
    results = found(tmp_path / "b", *junk, ADAS)
    assert [one.learner for one in results] == ["eve", "ada"] or len(results) == 2


def test_thousands_of_files_cost_their_own_learner_only(tmp_path, monkeypatch):
    monkeypatch.setattr(entries, "MOST", (1000, 40, 20, 10))
    folder = tmp_path / "class"
    for n in range(60):
        path = folder / "eve" / f"data-{n:03}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    for name in ("ada", "eve"):
        path = folder / name / "final.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(draw.marked(ADA, "final", LATE))
    results = {one.learner: one for one in find([folder], {"final": []}, roster=CLASS)}
    assert results["ada"].refused == ""
    assert "no notebook in it" in results["eve"].refused
    assert "over 40 files lie in" in results["eve"].refused


def test_folders_in_folders_are_followed_a_few_steps_only(tmp_path):
    deep = "/".join(["d"] * 1000)
    results = found(tmp_path / "a", (f"{EVES}/{deep[:120]}/final.ipynb", EVE, LATE), ADAS)
    assert credits(results) == {"ada": b"2"}
    assert "folders is not looked at" in " ".join(one.refused for one in results)


@pytest.mark.parametrize("name", ["final.json", "final.ipynb.txt", "final.IPYNB"])
def test_last_attempt_counts_whatever_its_files_ending_and_junk(tmp_path, name):
    def attempt(hours: int, file: str) -> list[Row]:
        when = DEADLINE + timedelta(hours=hours)
        said = f"{when:%Y-%m-%d %H:%M:%S} UTC"
        top = f"eve+final+{said}+x{hours}"
        return [(f"{top}/{file}", EVE, when), (f"{top}/timestamp.txt", said.encode(), when)]

    results = found(tmp_path / "a", *attempt(-5, "final.ipynb"), *attempt(30, name), ADAS)
    (eve,) = (one for one in results if one.learner == "eve")
    assert one_time(eve) == LATE
    top = f"eve+final+{LATE:%Y-%m-%d %H:%M:%S} UTC+x30"
    junk = [(f"{top}/junk-{n}.ipynb", EVE, LATE) for n in range(60)]
    results = found(tmp_path / "b", *attempt(-5, "final.ipynb"), *attempt(30, "m.ipynb"), *junk)
    assert "61 notebooks" in results[0].refused


def test_two_senders_of_one_name_are_not_one_learner_without_a_roster(tmp_path):
    rows = [(f"{SENT.format('Li', n)}/final.ipynb", who, LATE) for n, who in ((1, EVE), (2, BOB))]
    results = found(tmp_path, *rows, roster=None)
    assert credits(results) == {}
    assert all("several senders are called 'Li': give a roster" in one.refused for one in results)


def test_archive_in_an_archive_stays_closed(tmp_path):
    results = found(tmp_path, (f"{EVES}/bob.zip", b"PK\x05\x06" + bytes(18), LATE), ADAS)
    (eve,) = (one for one in results if one.refused)
    assert "an archive, which is not opened: unpack it" in eve.refused


def test_name_of_a_file_cannot_write_into_messages(tmp_path):
    name = f"{EVES}/a\x1b[2J\u202e\nall is well.ipynb"
    results = found(tmp_path, (name, EVE, LATE), (f"{EVES}/b.ipynb", EVE, LATE), ADAS)
    (eve,) = (one for one in results if one.refused)
    assert eve.refused.isprintable()


# Honest, and not easy.


def test_renamed_nested_and_doubled_files_of_honest_learners_are_found(tmp_path):
    on_time = DEADLINE - timedelta(hours=3)
    results = found(
        tmp_path,
        (f"{EVES}/my lab/draft/final.ipynb.txt", EVE, on_time),
        (f"{EVES}/my lab/data.json", b"{}", on_time),
        (f"{BOBS}/final.ipynb", BOB, on_time),
        (f"{BOBS}/final (1).ipynb", BOB, on_time),
        (f"{BOBS}/final/readme.md", b"empty", on_time),
        (ADAS[0].replace(".ipynb", ".json"), ADA, on_time),
        (ADAS[0].replace("final.ipynb", "essay.pdf"), b"%PDF", on_time),
        (f"{SENT.format('Ada Lee', 1003).replace('_file_', '_onlinetext_')}/x.html", b"", on_time),
    )
    assert credits(results) == {"eve": b"0", "bob": b"1", "ada": b"2"}
    assert not [one for one in results if one.refused]


def test_class_packed_by_hand_with_all_that_lies_about_is_found(tmp_path):
    rows = [
        ("__MACOSX/Lab/._final.ipynb", b"\0", LATE),
        ("Lab/.DS_Store", b"\0", LATE),
        ("Lab/sub/grades.csv", b"a,b", LATE),
        ("Lab/sub/settings.json", b"{}", LATE),
        ("Lab/sub/eve/final.ipynb", EVE, DEADLINE - timedelta(hours=3)),
        ("Lab/sub/bob/final/final.ipynb", BOB, DEADLINE - timedelta(hours=2)),
    ]
    assert credits(found(tmp_path, *rows)) == {"eve": b"0", "bob": b"1"}


def test_copying_a_class_costs_nobody_points_though_one_came_later(tmp_path):
    copied = DEADLINE + timedelta(days=9)
    rows = [
        (f"{learner.id}/final.ipynb", learner, copied + timedelta(seconds=n))
        for n, learner in enumerate((EVE, BOB, ADA))
    ]
    results = found(tmp_path, *rows, ("dan/final.ipynb", EVE, copied + timedelta(hours=5)))
    for one in evidence.judge(results, POLICY, CLASS, {"final": 10.0}):
        asks = [finding.kind for finding in one.findings] == ["late-unclear"]
        assert one.refused or (asks and one.penalty == 0), one.learner


def test_decomposed_letters_of_a_mac_lead_to_the_learner(tmp_path):
    class_ = Roster((Person("zo", "Zoë O'Sample"), Person("eve", "Eve Evans")))
    folder = SENT.format("Zoe\u0308 O\u2019Sample", 4)
    results = found(tmp_path, (f"{folder}/final.ipynb", EVE, LATE), roster=class_)
    assert credits(results) == {"zo": b"0"}
