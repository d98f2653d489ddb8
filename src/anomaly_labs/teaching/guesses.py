"""Predict before you see: a typed guess beside what came."""

import math
from numbers import Real
from typing import Any


def compare(guess: Any, came: Any, what: str) -> None:
    """Print what was guessed beside what came, on one line; without a guess say how to give one.

    Parameters
    ----------
    guess
        What the learner typed; ``None`` for nothing. Whatever it is, nothing stops.
    came
        The result: a number, or a text such as the name of the best method.
    what
        What was guessed, as the beginning of a sentence.

    Examples
    --------
    >>> compare(0.9, 0.6213, "Precision at 1 % attacks")
    Precision at 1 % attacks: you guessed 0.9, 0.621 came; your guess is 0.279 too high.
    >>> compare("The Trees", "the trees", "The winner")
    The winner: you guessed The Trees, and so it came.
    >>> compare(None, 0.6, "The recall")
    The recall: 0.6 came. You gave no guess; next time type one before you look.
    """
    if guess is None or guess is Ellipsis:
        print(f"{what}: {_text(came)} came. You gave no guess; next time type one before you look.")
        return
    verdict = _verdict(guess, came)
    if verdict:
        print(f"{what}: you guessed {_text(guess)}, {_text(came)} came; {verdict}.")
    elif _same(guess, came):
        print(f"{what}: you guessed {_text(guess)}, and so it came.")
    else:
        print(f"{what}: you guessed {_text(guess)}, but {_text(came)} came.")


def _verdict(guess: Any, came: Any) -> str:
    """Return how far a number is off; an empty text where it is right, or no number."""
    if not (_is_number(guess) and _is_number(came)) or _same(guess, came):
        return ""
    off = float(guess) - float(came)
    return f"your guess is {_text(abs(off))} too {'high' if off > 0 else 'low'}"


def _same(guess: Any, came: Any) -> bool:
    if _is_number(guess) and _is_number(came):
        return math.isclose(float(guess), float(came), rel_tol=0.02)
    return _text(guess).casefold() == _text(came).casefold()


def _is_number(value: Any) -> bool:
    real = isinstance(value, Real) and not isinstance(value, bool)
    return real and math.isfinite(float(value))


def _text(value: Any) -> str:
    if _is_number(value):
        number = float(value)
        return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."
