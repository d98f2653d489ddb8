"""A loaded data set: features, labels and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from .contract import Source as Source
from .labels import is_attack
from .sets import find, names

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

# What is said of rows in a line of text, and in tables and figures made from them.
KIND: Final[dict[Source, str]] = {
    "real": "real data",
    "excerpt": "an excerpt of real data (not in its true shares)",
    "synthetic": "generated data (not real traffic)",
}
NOTE: Final[dict[Source, str]] = {
    "real": "",
    "excerpt": "excerpt of real data",
    "synthetic": "generated data",
}


@dataclass(frozen=True, repr=False, eq=False)
class Dataset:
    """A data set: features, labels where there are any, and whether the rows are real.

    Attributes
    ----------
    X
        The columns that the set names, index 0, 1, 2, …; of KDD99 and NSL-KDD one row per
        connection.
    y
        Class name of each row (category), of the KDD sets the attack; "normal" for normal
        traffic. None where rows have no labels.
    name, split
        As given to `load`.
    source
        "real" rows of the official file; an "excerpt" of them, not in their true shares; or
        "synthetic" rows of the generator.
    windows
        Columns "start" and "end", a row for each anomaly, where labels are windows; else None.
    cases
        Number of the case that each row belongs to, 0 for none, where the set knows cases; else
        None.
    total_rows
        Rows before fast mode took its sample; None where all rows are here.
    verified
        False where only the number of rows says that the file is the official one.

    Examples
    --------
    >>> X = pd.DataFrame({"count": [1, 9], "flag": ["SF", "S0"]})
    >>> Dataset(X, pd.Series(["normal", "neptune"]), "kdd99", "test", "synthetic")
    kdd99/test: 2 rows, 2 columns, 50.00 % attacks, generated data (not real traffic)
    """

    X: pd.DataFrame
    y: Any  # pd.Series | None: who loads a set knows whether it has labels
    name: str
    split: str
    source: Source
    windows: pd.DataFrame | None = None
    cases: pd.Series | None = None
    total_rows: int | None = None
    verified: bool = True

    def _facts(self) -> list[str]:
        rows, columns = self.X.shape
        facts = [f"{rows:,} rows, {columns} columns"]
        share = self._attacks()
        if share is not None:
            facts.append(f"{share:.2%} attacks".replace("%", " %"))
        if self.windows is not None:
            facts.append(f"{len(self.windows)} labelled windows")
        facts.append(KIND[self.source] + ("" if self.verified else ", not verified"))
        if self.total_rows is not None:
            facts.append(f"fast mode: {rows:,} of {self.total_rows:,} rows")
        return facts

    def _attacks(self) -> float | None:
        """Return the share of attacks; None where the labels are not those of a known set."""
        if self.y is None or self.name not in names():
            return None
        schema = find(self.name).schema
        known = schema.classes if schema.normal else ()
        if not pd.Series(self.y).dropna().isin(known).all():
            return None
        return float(is_attack(self.y, name=self.name).mean()) if len(self.X) else 0.0

    def __repr__(self) -> str:
        return f"{self.name}/{self.split}: " + ", ".join(self._facts())

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{escape(fact)}</li>" for fact in self._facts())
        return f"<b>{escape(self.name)} / {escape(self.split)}</b><ul>{items}</ul>"

    def show(self, table: pd.DataFrame, caption: str = "") -> Styler:
        """Return a table with its caption, which says so when the data are not real or an excerpt.

        Parameters
        ----------
        table
            What to show; it is not changed.
        caption
            What the table says.

        Examples
        --------
        >>> X = pd.DataFrame({"count": [1, 9]})
        >>> data = Dataset(X, pd.Series(["normal", "smurf"]), "kdd99", "test", "synthetic")
        >>> data.show(X.describe(), "Connections").caption
        'Connections (generated data)'
        """
        note = NOTE[self.source]
        if note:
            caption = f"{caption} ({note})" if caption else note.capitalize()
        return table.style.set_caption(caption)
