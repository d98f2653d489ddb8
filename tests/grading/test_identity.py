"""Exports go to whom they are meant for: no row that Moodle or Canvas books on another learner."""

import csv

import pytest
from platforms import Account, ImportStopped, canvas, moodle

from anomaly_desk.errors import CourseError
from anomaly_desk.results import exports
from anomaly_desk.results.grades import Grade, TaskGrade
from anomaly_desk.submissions.people import Person
from anomaly_desk.submissions.roster import parse

ADA = Person("al1", "Ada Example", "ada@example.org")
BO = Person("bo2", "Bo Nomail")
ADA_AND_BO = [Account("Ada Example", "al1", "al1", "ada@example.org"), Account("Bo Nomail", "bo2")]


def given(*people: Person) -> list[Grade]:
    """One grade for each: 10 points for the first, 9 for the second, and so on."""
    return [
        Grade(person, "quiz", 12.0, "graded", (TaskGrade("quiz-q1", 10.0 - at, 12.0),))
        for at, person in enumerate(people)
    ]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def roster(text: str) -> list[Grade]:
    return given(*parse(text.encode()).people)


@pytest.mark.parametrize("blank", ["", "0", " "], ids=repr)
def test_moodle_books_a_row_without_an_address_on_the_learner_before(blank):
    text = "Email address,quiz,quiz (Feedback)\nada@example.org,10,good\n"
    text += f"{blank},0,not submitted\n"
    wrong = moodle(text, ADA_AND_BO, by="Email address", items=["quiz"])
    assert wrong.grades == {("Ada Example", "quiz"): 0.0}
    header, ada, bo = text.splitlines()
    with pytest.raises(ImportStopped):
        moodle(f"{header}\n{bo}\n{ada}\n", ADA_AND_BO, by="Email address", items=["quiz"])


def test_newer_moodle_books_an_empty_cell_on_the_only_account_without_one():
    text = "Email address,quiz,quiz (Feedback)\n,10,good\n"
    found = moodle(text, ADA_AND_BO, by="Email address", items=["quiz"], newer=True)
    assert found.grades == {("Bo Nomail", "quiz"): 10.0}
    two = [*ADA_AND_BO, Account("Cy Nomail")]
    with pytest.raises(ImportStopped):
        moodle(text, two, by="Email address", items=["quiz"], newer=True)


@pytest.mark.parametrize("newer", [False, True])
def test_column_in_which_a_learner_has_no_address_is_left_out(newer):
    text = exports.table(given(ADA, BO), "moodle")
    assert list(rows(text)[0]) == ["ID number", "Full name", "quiz", "quiz (Feedback)"]
    told = exports.left_out(given(ADA, BO))
    assert "Email address is left out" in told and "Bo Nomail (bo2)" in told
    assert told.endswith("in Moodle identify learners by ID number.")
    found = moodle(text, ADA_AND_BO, by="ID number", items=["quiz"], newer=newer)
    assert found.grades == {("Ada Example", "quiz"): 10.0, ("Bo Nomail", "quiz"): 9.0}
    with pytest.raises(ImportStopped):
        moodle(text, ADA_AND_BO, by="Email address", items=["quiz"], newer=newer)


def test_asked_for_addresses_moodles_file_is_refused_while_a_learner_has_none():
    with pytest.raises(CourseError, match=r"Email address: empty.*Bo Nomail \(bo2\); .*-by id"):
        exports.table(given(ADA, BO), "moodle", by="email")
    assert exports.left_out(given(ADA)) == ""


@pytest.mark.parametrize("id_", ["@cy", "-dd", "+49", "0"])
def test_id_that_moodle_would_not_find_is_refused_by_name(id_):
    people = ADA, Person(id_, "Cy Sample", "cy@example.org")
    with pytest.raises(CourseError, match=r"misread the column ID number: .*Cy Sample \(.*-by em"):
        exports.table(given(*people), "moodle")
    text = exports.table(given(*people), "moodle", by="email")
    assert "ID number" not in rows(text)[0]
    assert "ID number is left out" in exports.left_out(given(*people), "email")
    accounts = [Account(person.name, person.id, "", person.email) for person in people]
    found = moodle(text, accounts, by="Email address", items=["quiz"])
    assert found.grades == {("Ada Example", "quiz"): 10.0, ("Cy Sample", "quiz"): 9.0}


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (Person("a", "A", "x@y.org"), Person("b", "B", "X@Y.org"), "the same for two: A .*B "),
        (Person("a", "A", "-a@y.org"), Person("b", "B", "b@y.org"), "apostrophe: A "),
        (Person("a", "A", "0"), Person("b", "B", "b@y.org"), "empty .*: A "),
    ],
)
def test_addresses_that_cannot_tell_learners_apart_are_left_out(one, other, told):
    assert "Email address" not in rows(exports.table(given(one, other), "moodle"))[0]
    with pytest.raises(CourseError, match=told):
        exports.table(given(one, other), "moodle", by="email")


def test_moodles_own_numbers_and_usernames_are_used_where_the_roster_has_them():
    own = roster("id,name,email,ID number\nann,Ann,,1001\nbob,Bob,,1002\n")
    assert [row["ID number"] for row in rows(exports.table(own, "moodle"))] == ["1001", "1002"]
    some = roster("id,name,email,ID number\nann,Ann,,1001\nbob,Bob,,\n")
    with pytest.raises(CourseError, match=r"ID number: empty .*: Bob \(bob\)"):
        exports.table(some, "moodle")
    users = roster("First name,Surname,Username\nAnn,A,ann\nBob,B,bob\n")
    text = exports.table(users, "moodle")
    accounts = [Account("Ann A", "77", "ann"), Account("Bob B", "78", "bob")]
    found = moodle(text, accounts, by="Username", items=["quiz"])
    assert found.grades == {("Ann A", "quiz"): 10.0, ("Bob B", "quiz"): 9.0}


GRADEBOOK = """Student,ID,SIS User ID,SIS Login ID,Section,quiz (7)
    Points Possible,,,,,12
"Müller, Anna",11,s1,anna1,A,
"Müller, Anna",12,s2,anna2,B,
"""
TWO_ANNAS = [
    Account("Anna Müller", "s1", "anna1", number="11"),
    Account("Anna Müller, the other", "s2", "anna2", number="12"),
]


@pytest.mark.parametrize("name", ["Anna Müller", "Müller, Anna"])
def test_roster_from_canvas_goes_back_to_canvas(name):
    text = exports.table(roster(GRADEBOOK.replace("Müller, Anna", name)), "canvas")
    found = canvas(text, TWO_ANNAS)
    assert list(found.grades.values()) == [10.0, 9.0]
    assert [name for name, _ in found.grades] == [one.name for one in TWO_ANNAS]


def test_canvas_without_sis_ids_gets_logins_as_logins():
    grades = roster("Student,ID,SIS Login ID,Section\nAnn A,11,ann,S\nBob B,12,bob,S\n")
    first, *_ = exports.canvas(grades, {})[2:]
    assert first[:4] == ["Ann A", "11", "", "ann"]


def test_namesakes_whom_canvas_may_know_by_name_only_stay_apart():
    people = [Person("m1", "Anna Müller"), Person("m2", "Müller, Anna")]
    strangers = [Account("Anna Müller", "9001"), Account("Anna Müller", "9002")]
    found = canvas(exports.table(given(*people), "canvas"), strangers)
    assert found.grades == {}
    assert found.unknown == ["Anna Müller (m1)", "Müller, Anna (m2)"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,name,email\n@cy,Cy Sample,c@x.org\n", "formula .*: Cy Sample"),
        ("id,name,email\n-dd,Dee Sample,d@x.org\n", "formula .*: Dee Sample"),
        ("id,name,email\n1.2.3,Ann,\n", "as another number: Ann"),
        ("id,name,email,Canvas ID\nann,Ann,,12ab\n", "no number: Ann"),
        ("id,name,email,SIS User ID\nann,Ann,,1\nbob,Bob,,\n", "without anything .*: Bob"),
        ("id,name,email\nann,Points Possible,\n", "as the line of the maximum is: Points"),
    ],
)
def test_row_that_canvas_would_misread_is_refused_by_name(text, told):
    with pytest.raises(CourseError, match=rf"Canvas would misread these rows: .*{told}.* add its"):
        exports.table(roster(text), "canvas")


def test_canvas_number_settles_what_its_other_cells_cannot():
    grades = roster("id,name,email,Canvas ID\n@cy,=Cy,-c@x.org,4711\nbob,Bob,b@x.org,\n")
    cy, bob = exports.canvas(grades, {})[2:]
    assert cy[:4] == ["'=Cy", "4711", "", ""]
    assert bob[:4] == ["Bob", "", "bob", "b@x.org"]


def test_two_with_one_key_are_refused():
    twice = [
        Person("a", "A", others={"Canvas ID": "7"}),
        Person("b", "B", others={"canvas_id": "7"}),
    ]
    with pytest.raises(CourseError, match=r"what two share: A \(a\), B \(b\)"):
        exports.table(given(*twice), "canvas")


@pytest.mark.parametrize(
    ("form", "by"), [("moodle", "name"), ("canvas", "email"), ("csv", "email")]
)
def test_other_ways_to_identify_are_refused(form, by):
    with pytest.raises(CourseError, match=f"identify by '{by}'"):
        exports.table(given(ADA), form, by=by)


def test_advice_of_a_refusal_works_when_it_is_followed():
    text = "id,name,email{}\n@cy,Cy Sample,{}\nbob,Bob,{}\n"
    broken = roster(text.format("", "", ""))
    with pytest.raises(CourseError, match=r"roster.csv, whose column ID number counts before id$"):
        exports.table(broken, "moodle")
    mended = roster(text.format(",ID number,Canvas ID", ",77,4711", ",78,"))
    accounts = [Account("Cy Sample", "77", number="4711"), Account("Bob", "78", "bob")]
    found = moodle(exports.table(mended, "moodle"), accounts, by="ID number", items=["quiz"])
    assert found.grades == {("Cy Sample", "quiz"): 10.0, ("Bob", "quiz"): 9.0}
    assert canvas(exports.table(mended, "canvas"), accounts).grades == found.grades


def test_long_list_of_learners_is_cut():
    people = [Person(f"s{at}", f"S {at}") for at in range(300)]
    assert "S 9 (s9) and 290 more)" in exports.left_out(given(*people))
