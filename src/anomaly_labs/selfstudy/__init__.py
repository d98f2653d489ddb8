"""What a self-study edition has for someone who learns alone: worked solutions, after some tries.

The texts lie beside the labs in one file, packed so that nobody reads them by accident; whoever
wants to unpack them can. How often a check failed is kept in a small file for each lab.
"""

from anomaly_labs.selfstudy.counter import watch
from anomaly_labs.selfstudy.display import show
from anomaly_labs.selfstudy.notes import ENOUGH, Tries, note, tries
from anomaly_labs.selfstudy.texts import FILE, Edition, Worked, edition, packed

__all__ = [
    "ENOUGH",
    "FILE",
    "Edition",
    "Tries",
    "Worked",
    "edition",
    "note",
    "packed",
    "show",
    "tries",
    "watch",
]
