"""Rosters as Moodle, Canvas and Excel write them: read as they are, or refused by name.

Headers are those of the platforms' sources: Moodle's user/action_redir.php, grade/export/lib.php
and mod/assign/gradingtable.php, Canvas's lib/gradebook_exporter.rb and its people in groups.
"""

import io

import pytest
from rich.console import Console

from anomaly_desk.grading import late, summary
from anomaly_desk.submissions import roster
from anomaly_desk.submissions.people import Person
from anomaly_desk.submissions.roster import RosterError, parse

PARTICIPANTS = """"First name","Last name","ID number","Email address",Groups
Zoë,O'Hara,1001,zoe@example.org,"Tuesday, Late"
Bo,Sample,1002,,
"""
OLD_PARTICIPANTS = """"First name",Surname,"Email address",Username
Zoë,O'Hara,zoe@example.org,zohara
"""
GRADES = """"First name","Last name","ID number",Institution,Department,"Email address",\
"Quiz: One (Real)","Last downloaded from this course"
Zoë,O'Hara,1001,,,zoe@example.org,-,1780000000
"""
WORKSHEET = """Identifier,"Full name","ID number","Email address",Status,Grade,"Maximum Grade"
"Participant 2001","Zoë O'Hara",1001,zoe@example.org,"Submitted for grading",,15.00
"""
GRADEBOOK = """Student,ID,SIS User ID,SIS Login ID,Section,lab0 (77),Current Score,Final Grade
,,,,,Manual Posting,,
    Points Possible,,,,,15,(read only),(read only)
"O'Hara, Zoë",4711,1001,zohara,Tuesday and Late,12.00,80,B
"Sample, Bo",4712,1002,bo@example.org,Tuesday,N/A,,
"Student, Test",4999,,8f14e45fceea167a5a36dedd4bea2543,Tuesday,,,
"""
NO_SIS_IDS = """LastName,FirstName,ID,SIS Login ID,Section,lab0 (77)
    Points Possible,,,,,15
O'Hara,Zoë,4711,zohara,Tuesday,12
Student,Test,4999,8f14e45fceea167a5a36dedd4bea2543,Tuesday,
"""
PEOPLE = """name,canvas_user_id,user_id,login_id,sections,group_name,canvas_group_id,group_id
"O'Hara, Zoë",4711,1001,zohara,Tuesday,Trees,55,
"""


def told(person: Person) -> tuple[object, ...]:
    return person.id, person.name, person.email, person.also, person.numbers


@pytest.mark.parametrize(
    ("text", "person"),
    [
        (PARTICIPANTS, ("1001", "Zoë O'Hara", "zoe@example.org", (), ())),
        (OLD_PARTICIPANTS, ("zohara", "Zoë O'Hara", "zoe@example.org", (), ())),
        (GRADES, ("1001", "Zoë O'Hara", "zoe@example.org", (), ())),
        (WORKSHEET, ("1001", "Zoë O'Hara", "zoe@example.org", (), ("2001",))),
        (GRADEBOOK, ("1001", "Zoë O'Hara", "", ("zohara",), ("4711",))),
        (NO_SIS_IDS, ("zohara", "Zoë O'Hara", "", (), ("4711",))),
        (PEOPLE, ("1001", "Zoë O'Hara", "", ("zohara",), ("4711",))),
    ],
    ids=["participants", "old list", "grades", "worksheet", "gradebook", "no SIS ids", "people"],
)
def test_list_of_a_platform_is_read_as_it_is(text, person):
    found = parse(text.encode()).people
    assert told(found[0]) == person
    assert len(found) == (2 if "Bo" in text else 1)  # no maximum, no test student


def test_further_columns_stay_under_the_headings_that_exports_use():
    zoe, bo = parse(GRADEBOOK.encode()).people
    assert zoe.others.items() >= {
        "Canvas ID": "4711", "SIS User ID": "1001", "SIS Login ID": "zohara",
        "Section": "Tuesday and Late",
    }.items()  # fmt: skip
    assert (bo.email, bo.also) == ("bo@example.org", ())  # the login is an address
    assert parse(PARTICIPANTS.encode()).people[0].others["Groups"] == "Tuesday, Late"


def test_own_columns_can_be_added_to_a_platforms_list():
    text = "Student,ID,SIS User ID,SIS Login ID,also,late days,Participant\n"
    text += '"O\'Hara, Zoë",4711,1001,zohara,Zed|ZZ,2,Participant 2001|2002\n'
    (zoe,) = parse(text.encode()).people
    assert zoe.also == ("Zed", "ZZ", "zohara")
    assert (zoe.late_days, zoe.numbers) == (2, ("4711", "2001", "2002"))


def test_numbers_of_platforms_are_read_beside_our_own_columns():
    text = "id,name,email,Moodle ID,Canvas_ID,participant,number,seat\n"
    text += "ann,Ann,,17,4711,Participant 2001,2001,5\nbob,Bob,,18,,yes,A 12,5\n"
    ann, bob = parse(text.encode()).people
    assert ann.numbers == ("17", "4711", "2001")
    assert ann.others["Canvas_ID"] == "4711"
    assert bob.numbers == ("18",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '"First name",Surname,"Email address"\nAda,L,a@x\n',
            "this is Moodle's list .* without ID number and without Username; its first line",
        ),
        (
            PARTICIPANTS + "New,Comer,,n@x.org,\n",
            "line 4: this is Moodle's .*, and New Comer has no ID number; let Moodle show it",
        ),
        (
            'Identifier,"Full name",Status\n"Participant 3","Ada L",-\n',
            "Moodle's list .* without ID number",
        ),
        (
            GRADEBOOK + '"Guest, A",5000,,guest,,,,\n',
            "line 7: this is Canvas's .*, and A Guest has no SIS User ID",
        ),
        ("Vorname,Nachname,ID-Nummer\nA,B,1\n", "its first line is 'Vorname'.* as they are"),
        (GRADEBOOK.replace("4712", "4711"), "the Canvas ID '4711' stands in two lines"),
        ("Student,ID,Section\n    Points Possible,,\n", "Canvas's .* without SIS User ID"),
    ],
)
def test_list_that_lacks_an_id_is_named(text, message):
    with pytest.raises(RosterError, match=message):
        parse(text.encode())


EXCEL = "id;name;email\r\n1001;Zoë Müller;zoe@example.org\r\n"


@pytest.mark.parametrize(
    "content",
    [
        EXCEL.encode("cp1252"),
        EXCEL.replace(";", "\t").encode("utf-16"),  # "Unicode text"
        EXCEL.encode("utf-16-be").join([b"\xfe\xff", b""]),
        EXCEL.encode("utf-8-sig"),
        f"sep=;\r\n{EXCEL}".encode("cp1252"),
        '"sep=;"\r\n'.encode("utf-8-sig") + EXCEL.encode(),
        f"sep=|\n{EXCEL.replace(';', '|')}".encode(),
        EXCEL.replace("\r\n", "\r").encode(),  # "CSV (Macintosh)"
        EXCEL.replace("1001", '="1001"').encode(),  # text that stays text
    ],
)
def test_what_excel_writes_is_read(content):
    (zoe,) = parse(content).people
    assert (zoe.id, zoe.name, zoe.email) == ("1001", "Zoë Müller", "zoe@example.org")


def test_separator_in_a_quoted_heading_does_not_count():
    (ann,) = parse(b'id,name,email,"a;b;c;d;e"\nann,Ann,,1\n').people
    assert ann.others == {"a;b;c;d;e": "1"}


def test_line_numbers_count_excels_first_line():
    with pytest.raises(RosterError, match="line 3: id 'a b'"):
        parse(b"sep=;\nid;name;email\na b;A;\n")


def test_guessed_letters_are_told_and_certain_ones_are_not(tmp_path):
    path = tmp_path / "class.csv"
    path.write_bytes(EXCEL.encode("cp1252"))
    assert "read as Windows-1252, with names such as 'Zoë Müller'" in roster.guessed(path)
    class_ = roster.keep(tmp_path, path)
    told = io.StringIO()
    summary.before(Console(file=told), class_, late.Policy(), [], path)
    assert "Zoë Müller" in told.getvalue()
    for charset in ("utf-8", "utf-16"):
        path.write_bytes(EXCEL.encode(charset))
        assert roster.guessed(path) == ""


@pytest.mark.parametrize(
    ("id_", "made"),
    [
        ("1001.0", "a number with decimals"),
        ('"1001,00"', "a number with decimals"),
        ("1.23457E+11", "a rounded number"),
        ("1E+05", "a rounded number"),
        ('"1,23457E+11"', "a rounded number"),
        ("#N/A", "an error of a formula"),
        ("#NAME?", "an error of a formula"),
        ("########", "an error of a formula"),
        ('"1,234"', "a number with separators"),
        ("1'234'567", "a number with separators"),
        ("2026-12-05", "a date"),
        ("12/05/2026", "a date"),
        ("05.12.2026", "a date"),
        ("05-12-2026", "a date"),
        ("5-Dec", "a date"),
        ("Mar-01", "a date"),
        ("2026-12-05 00:00:00", "a date"),
        ("TRUE", "a truth value"),
    ],
)
def test_id_that_a_spreadsheet_damaged_is_refused_by_name(id_, made):
    with pytest.raises(RosterError, match=f"line 3: id .* is {made}, .*format the column as text"):
        parse(f"id,name,email\nok,Ok,\n{id_},Ann,\n".encode())


@pytest.mark.parametrize(
    "line",
    [
        "a,A,#N/A,,,",
        "a,#NAME?,,,,",
        "a,A,,4711.0,,",
        "a,A,,,1.2E+05,",
        'a,A,,,"2,001",',
        "a,A,,,,1001.0",
    ],
)
def test_addresses_numbers_and_keys_are_refused_the_same(line):
    with pytest.raises(RosterError, match=r"line 2: .* as a spreadsheet makes it"):
        parse(f"id,name,email,Canvas ID,number,SIS User ID\n{line}\n".encode())


@pytest.mark.parametrize(
    "id_", ["1001", "007", "a1.0", "3.14", "12E3", "e12", "21-05-1234", "jan-01", "2001-A", "1.2.3"]
)
def test_ids_that_only_look_odd_are_kept(id_):
    assert parse(f"id,name,email,due\n{id_},A,,2026-12-05\n".encode()).people[0].id == id_


@pytest.mark.parametrize(
    "unseen",
    ["\u200b", "\u200c", "\u200d", "\ufeff", "\u00ad", "\u200e", "\u202b", "\u2069", "\u2060",
     "\u061c", "\ufe0f", "\u034f", "\u3164", "\U000e0100"],
    ids=ascii,
)  # fmt: skip
def test_what_cannot_be_seen_is_folded(unseen):
    text = f"{unseen}id,na{unseen}me,email\nan{unseen}n,Zo{unseen}e\u0308,{unseen}a@x{unseen}.org\n"
    (ann,) = parse(text.encode()).people
    assert (ann.id, ann.name, ann.email) == ("ann", "Zoë", "a@x.org")


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2003", "\u3000", "\t"], ids=ascii)
def test_every_space_is_a_space(space):
    (ann,) = parse(f"id,name,email\n{space}ann,Ann{space}{space}Lee,\n".encode()).people
    assert (ann.id, ann.name) == ("ann", "Ann Lee")


def test_folded_ids_of_two_are_still_two_of_one_id():
    with pytest.raises(RosterError, match="the id 'ann' stands in two lines"):
        parse("id,name,email\nann,Ann,\nan\u200bn,Other,\n".encode())
