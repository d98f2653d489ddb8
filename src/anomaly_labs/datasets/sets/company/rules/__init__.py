"""Rules of the trade: what a desk would look for in each part, without a model.

Each takes the rows of a part and whether each lies in the quiet days, and returns a score for each
row; minus infinity where it says nothing.
"""

from __future__ import annotations

from typing import Final

from .business import CARDS, KPIS, LINES, TICKETS
from .logons import AUTHENTICATION, WINDOWS
from .network import DNS, FLOWS, WEB
from .scores import Rule


def entity_of(part: str) -> str:
    """Return the column that says whom an alert is about.

    Parameters
    ----------
    part
        Name of the part.
    """
    return {"flows": "source", "windows": "computer", "web": "address", "dns": "host"}.get(
        part, {"lines": "host", "tickets": "queue", "kpis": "time"}.get(part, "account")
    )


RULES: Final[dict[str, dict[str, Rule]]] = {
    "flows": FLOWS,
    "authentication": AUTHENTICATION,
    "windows": WINDOWS,
    "web": WEB,
    "dns": DNS,
    "kpis": KPIS,
    "cards": CARDS,
    "lines": LINES,
    "tickets": TICKETS,
}
