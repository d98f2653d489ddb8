"""The roster: which files are one, and whose work a platform means by a name."""

import stat
from datetime import datetime, timedelta

import pytest
from test_intake import IDS, put

from anomaly_desk.submissions import roster, spreadsheet
from anomaly_desk.submissions.intake import find
from anomaly_desk.submissions.people import Person, Roster
from anomaly_desk.submissions.roster import RosterError, parse

CLASS = Roster(
    (
        Person("zoh", "Zoë O'Hara", "z.ohara@example.org"),
        Person("jd7", "Doe, Jane Mary", "jane@example.org", also=("JD the second",)),
        Person("m1", "Anna Müller", "anna1@example.org"),
        Person("m2", "Anna Müller", "anna2@example.org"),
        Person("4711", "María José García Márquez"),
        Person("lw", "李 伟", "lw@example.org"),
    )
)


@pytest.mark.parametrize(
    ("sender", "learner"),
    [
        ("ZOH", "zoh"),
        ("Z.OHara@Example.org", "zoh"),
        ("z.ohara", "zoh"),
        ("zoe ohara", "zoh"),
        ("Zoe\u0308 O'Hara", "zoh"),
        ("oharazoë", "zoh"),
        ("Jane Mary Doe", "jd7"),
        ("doejanemary", "jd7"),
        ("jd THE second", "jd7"),
        ("garcíamárquezmaríajosé", "4711"),
        ("李 伟", "lw"),
        ("anna2", "m2"),
    ],
)
def test_names_as_platforms_write_them_lead_to_the_learner(sender, learner):
    assert CLASS.find(sender).id == learner


@pytest.mark.parametrize("sender", ["Anna Müller", "mülleranna", "Zoe", "", "4712", "Participant"])
def test_name_of_two_or_of_nobody_leads_to_no_learner(sender):
    assert CLASS.find(sender) is None


def test_nearest_names_are_suggested():
    assert [person.id for person in CLASS.nearest("Zoe Ohare")] == ["zoh"]
    assert [person.id for person in CLASS.nearest("Ana Muller")][:2] == ["m1", "m2"]
    assert CLASS.nearest("Bartholomew") == []


def test_columns_come_in_any_order_and_excel_may_have_written_them():
    text = (
        "\ufeffsep=;\r\nE-Mail;Section;Late Days;Name;ID;extension;also\r\n"
        'jane@example.org;B;2;"Doe; Jane ""JD""";jd7;1,5;x y|z\r\n;;;;;;\r\n'
        "zoe@example.org;A;;Zoë O'Hara;zoh;2026-12-05;\r\n"
        "lee@example.org;A;;Lee;lee;2026-12-05T18:00+01:00;\r\n"
    )
    jane, zoe, lee = parse(text.encode()).people
    assert jane == Person(
        "jd7", 'Doe; Jane "JD"', "jane@example.org", timedelta(hours=1.5), 2, ("x y", "z"),
        others={"Section": "B"},
    )  # fmt: skip
    assert zoe.extension == datetime(2026, 12, 5, 23, 59, 59)
    assert lee.extension.utcoffset() == timedelta(hours=1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty; expected is a CSV file in UTF-8"),
        (b"\n\n", "is empty"),
        (b"id,name,email\n", "a header and no learner"),
        (b"id,e-mail\na,a@b\n", "no column name; its first line is 'id', 'e-mail'"),
        (b"a,Ada,a@b\nb,Bob,b@b\n", "no column id and no column name and no column email"),
        (b"id,name,email,Name\na,A,,\n", "two columns name"),
        (b"id,name,email\na,A,\nA,B,\n", "the id 'a' and 'A', which differ in capitals only"),
        (b"id,name,email\na,A,\na,B,\n", "the id 'a' stands in two lines"),
        (b"id,name,email\na,A,x@y\nb,B,X@y\n", "the email 'x@y' and 'X@y'"),
        (b"id,name,email\na,Doe, Jane,j@x\n", "line 2 has 4 fields, the header 3"),
        (b'id,name,email\na,"Jo" Doe,j@x\n', "line 2: .*double quotes"),
        (b"id,name,email\na b,A,\n", "line 2: id 'a b' is no learner's id"),
        (b"id,name,email\n../x,A,\n", "line 2: id '../x' is no learner's id"),
        (b"id,name,email\na,,a@b\n", "line 2: no name for a"),
        (b"id,name,email\na,A,nobody\n", "line 2: 'nobody' is no e-mail address"),
        (b"id,name,email,extension\na,A,,soon\n", "extension 'soon'; expected are hours"),
        (b"id,name,email,extension\na,A,,05.12.2026\n", "expected are hours"),
        (b"id,name,email,late_days\na,A,,-1\n", "late_days '-1'; expected is a whole number"),
        (b"id,name,email\na,M\xfcller,\nb,B\x81,\n", "line 3: byte 0x81 is not UTF-8"),
        ("id,name,email\na,\xa3ukasz,\n".encode("latin-1"), "line 2: .* with '£' in a name"),
        ("id,name,email\na,Kšnig,\nb,JosŽ,\n".encode("cp1252"), "line 3: .*'JosŽ', with 'sŽ'"),
        ("id,name,email\na,A,\n".encode("utf-16")[:-1], "zero bytes or half characters"),
        ("id,name,email\na,é,\n".encode("utf-16-be"), "zero bytes"),
        ("id,name,email\na,A,\n".encode("utf-16-le"), "zero bytes"),
        (b"x" * (spreadsheet.MAX_BYTES + 1), "larger than 5 MB"),
        (b"PK\x03\x04\xff\xfe", "is not UTF-8"),
    ],
)
def test_roster_that_cannot_be_used_is_refused_in_a_sentence(content, message):
    with pytest.raises(RosterError, match=message):
        parse(content)


def test_copy_is_kept_for_its_owner_only_and_a_bad_one_does_not_replace_it(tmp_path):
    root, file = tmp_path / "grading", tmp_path / "class.csv"
    assert roster.kept(root) is None
    file.write_text("id,name,email\na,Ada,\n")
    roster.keep(root, file)
    assert stat.S_IMODE(roster.kept_path(root).stat().st_mode) == 0o600
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    file.write_text("nonsense")
    with pytest.raises(RosterError):
        roster.keep(root, file)
    assert [person.name for person in roster.kept(root).people] == ["Ada"]
    with pytest.raises(RosterError, match="No such file"):
        roster.read(tmp_path / "none.csv")


def test_submissions_get_the_rosters_ids_and_strangers_are_nobodys(tmp_path):
    put(tmp_path / "ZOH" / "final.ipynb", "final-q1")
    put(tmp_path / "Doe, Jane Mary_12_assignsubmission_file_" / "x.ipynb", "final-q1")
    put(tmp_path / "Zoe Ohare_13_assignsubmission_file_" / "x.ipynb", "final-q1")
    put(tmp_path / "Anna Müller_14_assignsubmission_file_" / "x.ipynb", "final-q1")
    results = {one.sender: one for one in find([tmp_path], IDS, roster=CLASS)}
    assert results["ZOH"].learner == "zoh"
    assert results["Doe, Jane Mary (12)"].learner == "jd7"
    stranger = results["Zoe Ohare (13)"]
    assert stranger.is_nobodys
    assert "not on the roster" in stranger.refused
    assert "nearest: Zoë O'Hara (zoh)" in stranger.refused
    assert "(m1), Anna Müller (m2)" in results["Anna Müller (14)"].refused


def test_work_of_two_senders_for_one_learner_is_left_to_a_human(tmp_path):
    put(tmp_path / "Jane Mary Doe_12_assignsubmission_file_" / "final.ipynb", "final-q1")
    put(tmp_path / "Jane Mary Doe_99_assignsubmission_file_" / "other.ipynb", "final-q1")
    (one,) = find([tmp_path], IDS, roster=CLASS)
    assert one.learner == "jd7"
    assert "several senders" in one.refused
