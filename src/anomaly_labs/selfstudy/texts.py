"""The file of a self-study edition: worked solutions and model answers, hidden, not encrypted."""

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from anomaly_labs.errors import LabsError

FILE: Final = "self-study.json"
_ABOUT: Final = (
    "Worked solutions and model answers for those who learn alone: hidden, not encrypted."
)


@dataclass(frozen=True)
class Worked:
    """What is shown of one exercise or written answer.

    Attributes
    ----------
    lab
        Its lab, such as ``lab2_autoencoder``.
    answer
        The code of the exercise, or a model answer.
    rubric
        What earns the points of a written answer; "" for code.
    """

    lab: str
    answer: str
    rubric: str = ""


@dataclass(frozen=True)
class Edition:
    """A self-study edition: its course, the titles of its labs, what is shown of each exercise."""

    course: str
    titles: Mapping[str, str]
    worked: Mapping[str, Worked]


def packed(edition: Edition) -> bytes:
    """Return the file of an edition, the same for the same edition.

    Parameters
    ----------
    edition
        What it holds.
    """
    text = json.dumps(asdict(edition), ensure_ascii=False, sort_keys=True)
    letters = base64.b64encode(zlib.compress(text.encode(), 9)).decode()
    return f"{json.dumps({'about': _ABOUT, 'texts': letters}, indent=1)}\n".encode()


def edition(folder: Path) -> Edition | None:
    """Return the self-study edition whose file lies in `folder`, or None.

    Parameters
    ----------
    folder
        Where notebooks lie.

    Raises
    ------
    LabsError
        If there is such a file and it is broken.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        letters = json.loads(path.read_text(encoding="utf-8"))["texts"]
        found = json.loads(zlib.decompress(base64.b64decode(letters, validate=True)))
        worked = {name: Worked(**one) for name, one in found["worked"].items()}
        return Edition(str(found["course"]), dict(found["titles"]), worked)
    except (binascii.Error, zlib.error, ValueError, KeyError, TypeError, AttributeError):
        raise LabsError(f"{path} is broken; take {FILE} from the zip of the course again") from None
