"""What a certificate says, as a code that is signed with the course's private key (Ed25519).

The code holds the text of the certificate and its signature in the letters A to Z and the digits 2
to 7, so it can be copied from a page, a PDF or paper. A file of a certificate carries the code and,
in its last line, a signature of all bytes before that line. To check either, the public key is
enough; it is never taken from the certificate itself.
"""

import base64
import binascii
import hashlib
import json
import re
import unicodedata
from dataclasses import astuple, dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from anomaly_labs.errors import LabsError

PUBLIC = "public-key.txt"
OWN = "anomaly-labs certificate of completion, of one's own"  # marks a page that nobody signed
MAX_BYTES = 5_000_000
_VERSION = 1
_TEXT, _FILE = b"anomaly-labs certificate 1\n", b"anomaly-labs certificate file 1\n"
_SIGNATURE_BYTES = 64
_CODE = re.compile(rb"anomaly-labs-code[^A-Z2-7]{1,20}([A-Z2-7]{110,4000})")
_LAST_LINE = re.compile(rb"(?:<!-- |%)anomaly-labs signature ([A-Z2-7]{103})(?: -->)?\r?\n?\Z")


class KeyFileError(LabsError):
    """A key cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Certificate:
    """What a certificate says; each field is text, so that it is signed as it is shown.

    Attributes
    ----------
    level
        "passed" or "passed with distinction".
    points, maximum
        As a person writes them: "38.5".
    date
        Of the day on which it was made: "2026-12-05".
    """

    name: str
    course: str
    assignment: str
    level: str
    points: str
    maximum: str
    date: str


@dataclass(frozen=True)
class Verdict:
    """What checking gave: the certificate where its code is genuine, and what is wrong, if so."""

    certificate: Certificate | None
    reason: str = ""

    @property
    def valid(self) -> bool:
        """Whether what was checked is what the course signed."""
        return self.certificate is not None and not self.reason


def tidy(name: str) -> str:
    r"""Return a name without what cannot be seen: control characters, marks of direction.

    Parameters
    ----------
    name
        A name as somebody typed it.

    Examples
    --------
    >>> tidy("  Zoë \u202e Smith\n")
    'Zoë Smith'
    """
    composed = unicodedata.normalize("NFC", name)
    seen = (" " if unicodedata.category(c)[0] in "CZ" else c for c in composed)
    return " ".join("".join(seen).split())


def code(certificate: Certificate, key: Ed25519PrivateKey) -> str:
    """Return the code of a certificate, which nobody can make without the private key.

    Parameters
    ----------
    certificate
        What to sign.
    key
        The course's private key.
    """
    text = _canonical(certificate)
    return _letters(text + key.sign(_TEXT + text))


def signed_file(content: bytes, key: Ed25519PrivateKey, *, comment: tuple[str, str]) -> bytes:
    """Return a file with one more line, a comment of its format, that signs all before it.

    Parameters
    ----------
    content
        The file without a signature.
    key
        The course's private key.
    comment
        What begins and ends a comment in this format.
    """
    content = content if content.endswith(b"\n") else content + b"\n"
    before, after = comment
    line = f"{before}anomaly-labs signature {_letters(key.sign(_FILE + content))}{after}\n"
    return content + line.encode()


def verify_code(text: str, key: Ed25519PublicKey) -> Verdict:
    """Return whether a code was signed with the private key that belongs to `key`.

    Spaces and line breaks in it, and small letters, do not count.

    Parameters
    ----------
    text
        The code as somebody typed it.
    key
        The course's public key.

    Examples
    --------
    >>> private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    >>> paper = Certificate("Ada", "a course", "assessment", "passed", "30", "42", "2026-12-05")
    >>> verify_code(code(paper, private).lower(), private.public_key()).valid
    True
    >>> verify_code("AAAA", private.public_key()).reason
    'this is no whole code: it is shorter than any signature'
    """
    letters = "".join(text.split()).upper()
    try:
        content = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError):
        return Verdict(None, "this is no code: it holds other letters than A to Z and 2 to 7")
    signed, signature = content[:-_SIGNATURE_BYTES], content[-_SIGNATURE_BYTES:]
    if not signed:
        return Verdict(None, "this is no whole code: it is shorter than any signature")
    if not _is_signed(_TEXT + signed, signature, key):
        return Verdict(
            None,
            "the signature does not belong to it: name, points or date were changed, a part is "
            "missing, or it comes from a course with another key",
        )
    return Verdict(_read(signed))


def verify_file(content: bytes, key: Ed25519PublicKey) -> Verdict:
    """Return whether a page, a PDF or a file with a code is what the course signed.

    Parameters
    ----------
    content
        The whole file.
    key
        The course's public key.
    """
    last = _LAST_LINE.search(content)
    found = _CODE.findall(content)
    if last is None and not found:
        if OWN.encode() in content:
            return Verdict(
                None,
                "this is a certificate of completion that its owner made: it has no code and no "
                "signature, so it is not a signed certificate, and nobody can check it",
            )
        return verify_code(content.decode("utf-8", "replace"), key)
    if len(set(found)) != 1:
        return Verdict(None, "the file holds no code of a certificate, or more than one")
    verdict = verify_code(found[0].decode(), key)
    if not verdict.valid:
        return verdict
    if last is None or not _is_signed(_FILE + content[: last.start()], _bytes(last[1]), key):
        reason = "the file was changed after it was signed, so do not believe what it shows"
        return Verdict(verdict.certificate, reason)
    return verdict


def verify(what: str, key: Ed25519PublicKey) -> Verdict:
    """Return whether a code, or the certificate in the file of this name, is genuine.

    Parameters
    ----------
    what
        A code, or a file's name.
    key
        The course's public key.

    Raises
    ------
    OSError
        If there is such a file and it cannot be read.
    """
    path = Path(what)
    try:
        is_file = len(what) < 1000 and path.is_file()
    except (OSError, ValueError):  # no name that a file can have
        is_file = False
    if is_file:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        too_large = Verdict(None, "the file is too large for a certificate")
        return verify_file(content, key) if len(content) <= MAX_BYTES else too_large
    if re.search(r"[./\\]", what):
        raise FileNotFoundError(f"{what}: no such file, and no code, which has no . and no /")
    return verify_code(what, key)


def find_public_key() -> Path:
    """Return where the course's public key lies: in the current folder or in its ``grading/``.

    Raises
    ------
    FileNotFoundError
        If it is in neither.
    """
    for path in (Path(PUBLIC), Path("grading") / PUBLIC):
        if path.is_file():
            return path
    raise FileNotFoundError(
        f"no {PUBLIC} in {Path.cwd()} or its grading/; get it from the course and name it: "
        f"--key {PUBLIC}"
    )


def public_key(path: Path) -> Ed25519PublicKey:
    """Return the public key in a file.

    Parameters
    ----------
    path
        The file, in PEM form.

    Raises
    ------
    KeyFileError
        If it holds none.
    OSError
        If it cannot be read.
    """
    try:
        key = serialization.load_pem_public_key(path.read_bytes()[:10_000])
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileError(
            f"{path} holds no public key of a course; expected is a file {PUBLIC}, which begins "
            "with -----BEGIN PUBLIC KEY-----"
        )
    return key


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return a short name of a public key, to compare two by eye.

    Parameters
    ----------
    key
        A public key.

    Examples
    --------
    >>> fingerprint(Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key())
    '139e 3940 e64b 5491'
    """
    digest = hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]
    return " ".join(digest[at : at + 4] for at in range(0, 16, 4))


def _canonical(certificate: Certificate) -> bytes:
    fields = [_VERSION, *astuple(certificate)]
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def _read(signed: bytes) -> Certificate:
    """Return the certificate in a text whose signature was found genuine."""
    version, *fields = json.loads(signed)
    if version != _VERSION:
        raise ValueError(f"a code of version {version!r}; this program reads version {_VERSION}")
    return Certificate(*fields)


def _is_signed(content: bytes, signature: bytes, key: Ed25519PublicKey) -> bool:
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _letters(content: bytes) -> str:
    return base64.b32encode(content).decode().rstrip("=")


def _bytes(letters: bytes) -> bytes:
    return base64.b32decode(letters + b"=" * (-len(letters) % 8))
