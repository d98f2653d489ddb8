"""How often the checks of a lab have failed: one small file for each lab, beside its notebook."""

import json
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from anomaly_labs.files import write_aside

ENOUGH: Final = 3  # failed tries, after which a worked solution is shown


@dataclass(frozen=True)
class Tries:
    """How often the check of an exercise failed, whether it has passed, whether it was shown."""

    failed: int = 0
    passed: bool = False
    shown: bool = False


def tries(folder: Path, lab: str) -> dict[str, Tries]:
    """Return what is noted of the exercises of one lab; nothing where nothing can be read.

    Parameters
    ----------
    folder
        Where its notebook lies.
    lab
        Its name, such as ``lab2_autoencoder``.
    """
    try:
        found = json.loads(_noted(folder, lab).read_text(encoding="utf-8"))
        return {str(name): Tries(**one) for name, one in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def note(folder: Path, lab: str, name: str, **changes: Any) -> Tries:
    """Note a change of one exercise, and return how it stands then.

    Parameters
    ----------
    folder
        Where the notebook of its lab lies.
    lab, name
        The lab and the exercise.
    **changes
        Fields of `Tries`.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    known = tries(folder, lab)
    known[name] = replace(known.get(name, Tries()), **changes)
    text = json.dumps({key: asdict(one) for key, one in sorted(known.items())}, indent=1)
    write_aside(_noted(folder, lab), partial(Path.write_text, data=text, encoding="utf-8"))
    return known[name]


def unwritten(error: OSError) -> str:
    """Return a sentence on a file that could not be written.

    Parameters
    ----------
    error
        What writing it raised.
    """
    return f"This could not be noted in {error.filename or 'this folder'}: {error.strerror}."


def _noted(folder: Path, lab: str) -> Path:
    return folder / f"{lab}.tries.json"
