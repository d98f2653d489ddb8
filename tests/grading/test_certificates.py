"""A certificate says what the course signed, and nobody without the private key can make one."""

import base64
import dataclasses
import datetime
import json
import random
import re
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from anomaly_desk.labs import manifest, sources
from anomaly_desk.results import certificates, keys, paper
from anomaly_desk.results.grades import Grade, TaskGrade
from anomaly_desk.submissions.people import Person
from anomaly_labs import certificates as signing
from anomaly_labs.certificates import Certificate
from anomaly_labs.cli import app
from anomaly_labs.errors import LabsError

PROJECT = Path(__file__).parents[2]
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key()
PAPER = Certificate("Zoë Łąka", "a course", "assessment", "passed", "30.5", "42", "2026-12-05")
MARKS = certificates.marks(PROJECT)
DAY = datetime.date(2026, 12, 5)


def grade(points, learner="ann", name="Zoë Łąka", state="graded", assignment="assessment"):
    tasks = () if points is None else (TaskGrade(f"{assignment}-q1", points, 42.0),)
    return Grade(Person(learner, name), assignment, 42.0, state, tasks)


def issue(root, *grades, day=DAY):
    key = keys.private_key(root)
    return certificates.issue(grades, root, key, course="a course", marks=MARKS, today=day)


def verify_command(*words, cwd, monkeypatch):
    monkeypatch.chdir(cwd)
    result = CliRunner().invoke(app, ["verify", *map(str, words)])
    return result.exit_code, " ".join(result.output.split())


def test_limits_are_those_that_learners_and_readers_are_told():
    levels = MARKS["assessment"]
    limits = f"{levels[manifest.PASSED]:g}", f"{levels[manifest.DISTINCTION]:g}"
    readme = (PROJECT / "assessment" / "README.md").read_text()
    source = sources.read(PROJECT / "solutions" / "assessment" / "lab.py").cells[0].text
    assert re.search(r"\*\*Pass: (\d+)\. Distinction: (\d+)\.\*\*", readme).groups() == limits
    assert re.search(r"Pass: (\d+) of 42 points\. Distinction: (\d+)", source).groups() == limits


@pytest.mark.parametrize(
    ("points", "level"),
    [(None, ""), (24.99, ""), (25.0, "passed"), (37.99, "passed"), (0.1 + 24.9, "passed"),
     (38.0, "passed with distinction"), (42.0, "passed with distinction")],
)  # fmt: skip
def test_levels_are_reached_at_their_limits(points, level):
    state = "not submitted" if points is None else "graded"
    assert certificates.level(grade(points, state=state), MARKS) == level


def test_page_pdf_and_code_are_valid_and_say_the_same(tmp_path):
    (one,) = issue(tmp_path, grade(38.5))
    public = signing.public_key(tmp_path / signing.PUBLIC)
    assert [path.suffix for path in one.files] == [".html", ".pdf"]
    told = [signing.verify(str(path), public) for path in one.files]
    told.append(
        signing.verify_code(signing.code(one.certificate, keys.private_key(tmp_path)), public)
    )
    assert all(verdict.valid for verdict in told)
    assert {verdict.certificate for verdict in told} == {one.certificate}
    assert dataclasses.astuple(one.certificate)[3:] == (
        "passed with distinction", "38.5", "42", "2026-12-05",
    )  # fmt: skip


def test_page_needs_nothing_else_and_runs_nothing():
    page = paper.page(dataclasses.replace(PAPER, name="<script>alert(1)</script>"), KEY).decode()
    assert "default-src 'none'" in page and "<title>" in page and '<html lang="en">' in page
    assert re.findall(r"<script|https?:|url\(|src=|href=", page) == []
    assert "&lt;script&gt;alert(1)" in page


def test_pdf_is_the_same_each_time_and_carries_the_code():
    content = paper.pdf(PAPER, KEY)
    assert content == paper.pdf(PAPER, KEY)
    assert content.startswith(b"%PDF-")
    assert signing.code(PAPER, KEY).encode() in content


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(Certificate)])
def test_code_with_a_changed_field_is_not_valid(field):
    letters = signing.code(PAPER, KEY)
    content = base64.b32decode(letters + "=" * (-len(letters) % 8))
    text, signature = json.loads(content[:-64]), content[-64:]
    names = [field.name for field in dataclasses.fields(Certificate)]
    text[1 + names.index(field)] += "1"
    forged = json.dumps(text, ensure_ascii=False, separators=(",", ":")).encode() + signature
    verdict = signing.verify_code(base64.b32encode(forged).decode().rstrip("="), PUBLIC)
    assert not verdict.valid
    assert verdict.certificate is None  # nothing that was not signed is shown
    assert "name, points or date were changed" in verdict.reason


@pytest.mark.parametrize(
    ("old", "new"),
    [("Zoë Łąka", "Max"), ("30.5", "41.5"), ("5 December", "6 December"), ("</main>", "</main>.")],
)
def test_page_with_changed_text_is_not_valid_and_its_code_tells(old, new):
    page = paper.page(PAPER, KEY)
    assert old.encode() in page
    verdict = signing.verify_file(page.replace(old.encode(), new.encode()), PUBLIC)
    assert not verdict.valid
    assert "changed after it was signed" in verdict.reason
    assert verdict.certificate == PAPER


def test_pdf_with_any_changed_byte_is_not_valid():
    content = paper.pdf(PAPER, KEY)
    for at in random.Random(0).sample(range(len(content) - 1), 40):
        changed = bytearray(content)
        changed[at] ^= 1
        assert not signing.verify_file(bytes(changed), PUBLIC).valid, at


def test_file_with_the_code_of_somebody_else_is_not_valid():
    other = dataclasses.replace(PAPER, name="Max", points="25")
    mine, theirs = (signing.code(one, KEY).encode() for one in (other, PAPER))
    page = paper.page(other, KEY)
    assert not signing.verify_file(page.replace(mine, theirs), PUBLIC).valid
    both = page.replace(b"</main>", b'<p title="anomaly-labs-code">' + theirs + b"</main>")
    assert not signing.verify_file(both, PUBLIC).valid
    # the last line of one file does not sign another
    stolen = (
        page.rpartition(b"<!-- ")[0] + b"<!-- " + paper.page(PAPER, KEY).rpartition(b"<!-- ")[2]
    )
    assert not signing.verify_file(stolen, PUBLIC).valid


def test_certificate_of_another_key_is_not_valid():
    other = Ed25519PrivateKey.generate()
    assert "another key" in signing.verify_code(signing.code(PAPER, other), PUBLIC).reason
    assert not signing.verify_file(paper.page(PAPER, other), PUBLIC).valid
    assert not signing.verify_file(paper.pdf(PAPER, other), PUBLIC).valid


def test_code_may_be_broken_into_lines_and_kept_in_a_file(tmp_path):
    code = signing.code(PAPER, KEY)
    lines = "\r\n ".join(code[at : at + 40] for at in range(0, len(code), 40))
    assert signing.verify_code(lines.lower(), PUBLIC).valid
    (tmp_path / "code.txt").write_text(lines)
    assert signing.verify(str(tmp_path / "code.txt"), PUBLIC).valid


def test_whatever_comes_is_not_valid_in_a_sentence():
    rng = random.Random(1)
    code = signing.code(PAPER, KEY)
    for _ in range(300):
        at = rng.randrange(len(code))
        other = code[:at] + rng.choice("ABZ27!ß\0") + code[at + 1 :]
        texts = [code[:at], code[at:], other, rng.randbytes(90).decode("latin-1")]
        for text in texts:
            if text not in (code, ""):
                verdict = signing.verify_code(text, PUBLIC)
                # the last letter holds bits that stand for nothing
                assert not verdict.valid or base_bytes(text) == base_bytes(code)
                assert verdict.valid or len(verdict.reason) > 20
        assert not signing.verify_file(rng.randbytes(200), PUBLIC).valid


def base_bytes(code):
    return base64.b32decode(code + "=" * (-len(code) % 8))


def test_private_key_is_its_owners_and_made_once(tmp_path):
    first = keys.private_key(tmp_path)
    path = tmp_path / keys.PRIVATE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys.private_key(tmp_path).private_bytes_raw() == first.private_bytes_raw()
    path.chmod(0o644)
    with pytest.raises(LabsError, match="chmod 600"):
        keys.private_key(tmp_path)
    path.unlink()
    with pytest.raises(LabsError, match="put it back from your copy"):
        keys.private_key(tmp_path)
    (tmp_path / signing.PUBLIC).unlink()
    keys.private_key(tmp_path)
    (tmp_path / signing.PUBLIC).write_text(keys.public_text(PUBLIC))
    with pytest.raises(LabsError, match="does not belong"):
        keys.private_key(tmp_path)
    path.write_text("nonsense")
    with pytest.raises(LabsError, match="no Ed25519 key"):
        keys.private_key(tmp_path)


@pytest.mark.parametrize(
    ("grade", "why", "waits"),
    [
        (grade(40.0, state="waits for a reader"), "waits for a reader", True),
        (grade(40.0, state="needs a human"), "needs a human", True),
        (grade(None, state="not graded"), "not graded", True),
        (grade(None, state="not submitted"), "not submitted", False),
        (grade(10.0), "not passed", False),
    ],
)
def test_who_has_not_passed_or_waits_gets_none(tmp_path, grade, why, waits):
    (one,) = issue(tmp_path, grade)
    assert (one.certificate, one.files, one.why, one.waits) == (None, (), why, waits)
    assert not certificates.folder(tmp_path).exists()


def test_same_result_keeps_its_date_and_a_changed_one_does_not(tmp_path):
    later = DAY + datetime.timedelta(days=7)
    issue(tmp_path, grade(30.0))
    (same,) = issue(tmp_path, grade(30.0), day=later)
    (better,) = issue(tmp_path, grade(39.0), day=later)
    assert (same.certificate.date, better.certificate.date) == ("2026-12-05", "2026-12-12")
    issue(tmp_path, grade(20.0), day=later)
    left = sorted(path.name for path in certificates.folder(tmp_path).iterdir())
    assert left == ["ann-assessment.html.withdrawn", "ann-assessment.pdf.withdrawn"]


def test_certificates_are_their_owners(tmp_path):
    issue(tmp_path, grade(30.0, learner="a.b+c@x"))
    folder = certificates.folder(tmp_path)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert {p.name for p in folder.iterdir()} == {
        "a.b+c@x-assessment.html",
        "a.b+c@x-assessment.pdf",
    }


@pytest.mark.parametrize(
    "name",
    ["Zoë Łąka", "Ωμέγα", "Мария Ёлкина", "Nguyễn Thị", "İpek Ş", "O'Neil", "=1+1", "a" * 300],
)
def test_names_of_many_languages_are_in_page_and_pdf(tmp_path, name):
    (one,) = issue(tmp_path, grade(30.0, name=name))
    assert len(one.files) == 2 and one.why == ""
    assert all(
        signing.verify(str(p), keys.private_key(tmp_path).public_key()).valid for p in one.files
    )


@pytest.mark.parametrize("name", ["李 Li", "محمد", "देव", "👩 Ada"])
def test_name_that_the_pdf_cannot_show_is_on_the_page_and_said(tmp_path, name):
    (one,) = issue(tmp_path, grade(30.0, name=name))
    assert [path.suffix for path in one.files] == [".html"]
    assert name in one.files[0].read_text()
    assert "no PDF" in one.why


def test_what_cannot_be_seen_is_not_signed(tmp_path):
    (one,) = issue(tmp_path, grade(30.0, name="Max \u202eadA\u202c\x00\u200b  Muster\n"))
    assert one.certificate.name == "Max adA Muster"


def test_command_says_valid_not_valid_not_checked(tmp_path, monkeypatch):
    root = tmp_path / "grading"
    (one,) = issue(root, grade(30.0))
    page = one.files[0]
    ask = {"cwd": tmp_path, "monkeypatch": monkeypatch}
    code, said = verify_command(page, **ask)
    assert code == 0 and "Valid. name Zoë Łąka" in said and "points 30 of 42" in said
    words = signing.code(one.certificate, keys.private_key(root))
    assert verify_command(words[:50], words[50:], **ask)[0] == 0
    page.chmod(0o600)
    page.write_text(page.read_text().replace("30 of 42", "40 of 42"))
    code, said = verify_command(page, **ask)
    assert code == 1 and "Not valid: the file was changed" in said and "points 30 of 42" in said
    code, said = verify_command("missing.pdf", **ask)
    assert code == 2 and "Not checked: missing.pdf: no such file" in said
    other = one.files[1]
    code, said = verify_command(other, "missing.pdf", page, other, **ask)
    assert code == 2
    assert [said.count(word) for word in ("Valid.", "Not checked:", "Not valid:")] == [2, 1, 1]
    ask["cwd"] = root.parent.parent
    assert verify_command(other, **ask)[0] == 2
    assert verify_command(other, "--course", root, **ask)[0] == 0
    code, said = verify_command(other, "--course", root / "none", **ask)
    assert code == 2 and "public-key.txt: No such file" in said and "Error" not in said
    ask["cwd"] = tmp_path
    (root / signing.PUBLIC).rename(tmp_path / "other.txt")
    assert verify_command(words, **ask)[0] == 2
    assert verify_command(words, "--key", "other.txt", **ask)[0] == 0
    (tmp_path / "other.txt").write_text("nonsense")
    code, said = verify_command(words, "--key", "other.txt", **ask)
    assert code == 2 and "holds no public key" in said
