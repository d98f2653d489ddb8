"""A loaded data set: features, labels and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Literal

import pandas as pd

from .labels import is_attack

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

Source = Literal["real", "synthetic"]


@dataclass(frozen=True, repr=False, eq=False)
class Dataset:
    """A data set: 41 features, attack names, and whether the rows are real.

    Attributes
    ----------
    X
        One row per connection, the 41 official columns, index 0, 1, 2, …
    y
        Attack name of each row (category); "normal" for normal traffic.
    name, split
        As given to `load`.
    source
        "real" rows of the official file, or "synthetic" rows of the generator.
    total_rows
        Rows before fast mode took its sample; None where all rows are here.

    Examples
    --------
    >>> X = pd.DataFrame({"count": [1, 9], "flag": ["SF", "S0"]})
    >>> Dataset(X, pd.Series(["normal", "neptune"]), "kdd99", "test", "synthetic")
    kdd99/test: 2 rows, 2 columns, 50.00 % attacks, generated data (not real traffic)
    """

    X: pd.DataFrame
    y: pd.Series
    name: str
    split: str
    source: Source
    total_rows: int | None = None

    def _facts(self) -> list[str]:
        rows, columns = self.X.shape
        share = float(is_attack(self.y).mean()) if rows else 0.0
        facts = [
            f"{rows:,} rows, {columns} columns",
            f"{share:.2%} attacks".replace("%", " %"),
            "real data" if self.source == "real" else "generated data (not real traffic)",
        ]
        if self.total_rows is not None:
            facts.append(f"fast mode: {rows:,} of {self.total_rows:,} rows")
        return facts

    def __repr__(self) -> str:
        return f"{self.name}/{self.split}: " + ", ".join(self._facts())

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{escape(fact)}</li>" for fact in self._facts())
        return f"<b>{escape(self.name)} / {escape(self.split)}</b><ul>{items}</ul>"

    def show(self, table: pd.DataFrame, caption: str = "") -> Styler:
        """Return a table with its caption, which says so when the data are generated.

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
        if self.source == "synthetic":
            caption = f"{caption} (generated data)" if caption else "Generated data"
        return table.style.set_caption(caption)
