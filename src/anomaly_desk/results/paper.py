"""A certificate as a page and as a PDF of the same text, signed."""

import datetime
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jinja2 import Environment, FileSystemLoader

from anomaly_labs import certificates as signing
from anomaly_labs.certificates import Certificate

if TYPE_CHECKING:
    from fpdf import FPDF

_FONTS = {("Serif", ""): "DejaVuSerif", ("Serif", "B"): "DejaVuSerif-Bold",
          ("Mono", ""): "DejaVuSansMono"}  # fmt: skip
_INK, _SOFT, _EDGE = (29, 39, 51), (91, 102, 115), (31, 78, 121)
_WIDTH, _HEIGHT = 297, 210  # A4 on its side, in millimetres
_PAGES = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True)


def page(certificate: Certificate, key: Ed25519PrivateKey) -> bytes:
    """Return the certificate as a signed HTML page that needs nothing else."""
    text = _PAGES.get_template("certificate.html.j2").render(
        name=certificate.name,
        deed=deed(certificate),
        points=points(certificate),
        day=day(certificate.date),
        code=signing.code(certificate, key),
        key=signing.fingerprint(key.public_key()),
    )
    return signing.signed_file(text.encode(), key, comment=("<!-- ", " -->"))


def pdf(certificate: Certificate, key: Ed25519PrivateKey) -> bytes:
    """Return the certificate as a signed PDF; the code stands in it as text and as keyword."""
    from fpdf import FPDF

    code = signing.code(certificate, key)
    sheet = FPDF(orientation="landscape", format="A4")
    sheet.set_title(f"Certificate: {certificate.name}")
    sheet.set_subject(certificate.course)
    sheet.set_keywords(f"anomaly-labs-code {code}")
    sheet.set_lang("en")
    made = datetime.datetime.fromisoformat(certificate.date).replace(tzinfo=datetime.UTC)
    sheet.set_creation_date(made)
    for (family, style), name in _FONTS.items():
        sheet.add_font(family, style, _font(name))
    sheet.set_auto_page_break(False)
    sheet.add_page()
    sheet.set_draw_color(*_EDGE)
    for margin, width in ((10, 0.9), (11.8, 0.3)):
        sheet.set_line_width(width)
        sheet.rect(margin, margin, _WIDTH - 2 * margin, _HEIGHT - 2 * margin)
    sheet.set_y(36)
    _line(sheet, "Certificate", 34, colour=_EDGE, after=8)
    _line(sheet, "This certifies that", 14, after=3)
    _line(sheet, certificate.name, 28, style="B", after=3)
    _line(sheet, deed(certificate), 14, after=7)
    _line(sheet, points(certificate), 18, style="B", after=2)
    _line(sheet, day(certificate.date), 13, after=11)
    sheet.set_font("Mono", size=9)
    sheet.set_text_color(*_INK)
    for at in range(0, len(code), 90):
        sheet.set_x(30)
        sheet.cell(_WIDTH - 60, 4.6, code[at : at + 90], align="C", new_x="LMARGIN", new_y="NEXT")
    sheet.ln(3)
    how = "To check it: anomaly-labs verify, with this file or the code above, and the public key"
    _line(sheet, f"{how} {signing.fingerprint(key.public_key())}", 9, colour=_SOFT, after=0)
    return signing.signed_file(bytes(sheet.output()), key, comment=("%", ""))


def deed(certificate: Certificate) -> str:
    """Return what the learner did, after the name."""
    return f"has passed the final {certificate.assignment} of {certificate.course}"


def points(certificate: Certificate) -> str:
    """Return the points, and the distinction where there is one."""
    distinction = certificate.level.removeprefix("passed").strip()
    reached = f"{certificate.points} of {certificate.maximum} points"
    return f"{reached}, {distinction}" if distinction else reached


def day(date: str) -> str:
    """Return a date as people write it.

    Examples
    --------
    >>> day("2026-12-05")
    '5 December 2026'
    """
    when = datetime.date.fromisoformat(date)
    return f"{when.day} {when:%B} {when.year}"


def missing(name: str) -> str:
    """Return the letters of a name that the PDF cannot show as they are written.

    Those of which the font has no picture, and those of scripts that join or turn their letters.

    Examples
    --------
    >>> missing("Zoë Łukasz Ωмега"), missing("李 Li")
    ('', '李')
    """
    known = _letters()
    return "".join(
        dict.fromkeys(
            c
            for c in name
            if ord(c) not in known
            or unicodedata.bidirectional(c) in ("R", "AL")
            or unicodedata.combining(c)
        )
    )


def _line(
    sheet: "FPDF",
    text: str,
    size: float,
    *,
    after: float,
    style: str = "",
    colour: tuple[int, int, int] = _INK,
) -> None:
    """Write a line in the middle, in smaller letters where it is too long."""
    width = _WIDTH - 50
    sheet.set_font("Serif", style, size)
    while sheet.get_string_width(text) > width and size > 13:  # still longer ones are broken
        size -= 1
        sheet.set_font_size(size)
    sheet.set_text_color(*colour)
    sheet.set_x(25)
    sheet.multi_cell(width, size * 0.5, text, align="C", new_x="LMARGIN", new_y="NEXT")
    sheet.ln(after)


@lru_cache
def _letters() -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    fonts = [FT2Font(_font(name)) for (family, _), name in _FONTS.items() if family == "Serif"]
    return frozenset(set.intersection(*(set(font.get_charmap()) for font in fonts)))


def _font(name: str) -> Path:
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"
