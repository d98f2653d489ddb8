"""What an attacker can change of a connection without breaking the attack or the format."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from anomaly_labs.adversarial.follow import Reach, follow
from anomaly_labs.adversarial.rules import RULES, STILL, WINDOWS, Rule
from anomaly_labs.features.encoder import FeatureEncoder


class TrafficConstraints:
    """The room in which the rows of one table can be moved, in the space of an encoder.

    Attacks work on encoded rows, where a step is a step in standard deviations. Here each row of
    the encoded matrix belongs to a raw row: `project` moves it to the nearest point that a raw row
    can have, and `rows` gives that raw row. Encoding it gives the projected row again, bit by bit.

    Two kinds of rules join columns. A connection that was never opened (flags REJ, S0, SH, OTH)
    carries nothing, and ICMP gets no answer (`STILL`). Rates follow the counts of their window
    (`WINDOWS`): connections can be added to it, so that a rate moves only as far as they move it.
    The rules hold in the official files, but they are not all the rules of a network.

    Parameters
    ----------
    encoder
        Fitted, of `features.make_encoder`.
    table : shape (n_samples, n_columns)
        The raw rows to be attacked.
    rules
        Replace or extend the rule of single columns in `RULES`. A column of categories cannot be
        moved.

    Raises
    ------
    TypeError
        If the encoder is of another kind or `table` is not a DataFrame.
    ValueError
        If a numeric column has no rule, or a value of `table` is none that its rule admits.

    References
    ----------
    Sheatsley et al. (2022), Adversarial examples for network intrusion detection systems
    (constraints of network domains). https://doi.org/10.3233/JCS-210094

    Examples
    --------
    >>> table = pd.DataFrame({"count": [1, 3], "serror_rate": [0.5, 0.0], "flag": ["SF", "S0"]})
    >>> encoder = FeatureEncoder().fit(table)
    >>> room = TrafficConstraints(encoder, table)
    >>> wish = encoder.transform(table) + np.array([-0.8, 0.313, 9, 9, 9])
    >>> room.rows(room.project(wish, epsilon=1.0))
       count  serror_rate flag
    0      1         0.58   SF
    1      3         0.08   S0
    """

    def __init__(
        self,
        encoder: FeatureEncoder,
        table: pd.DataFrame,
        *,
        rules: Mapping[str, Rule] | None = None,
    ) -> None:
        if not isinstance(encoder, FeatureEncoder):
            raise TypeError(
                f"encoder is a {type(encoder).__name__}; give the fitted one of make_encoder, whose"
                " columns can be turned back"
            )
        self.encoder, self.table = encoder, table
        self.encoded = np.asarray(encoder.transform(table))
        self.names = list(encoder.numeric_columns_)
        chosen = _chosen(self.names, {**RULES, **(rules or {})})
        self.grid = np.array([rule.grid for rule in chosen])
        self.moves = np.array([rule.move for rule in chosen])
        clip = encoder.clip if encoder.scale == "standard" else 1.0
        self.limit = np.inf if clip is None else clip
        self.heavy = np.isin(self.names, encoder.heavy_tailed_)
        raw = table[self.names].to_numpy(np.float64)
        self.units = np.rint(raw * self.grid)
        still = (self.moves == "fixed") | _still(table, self.names)
        self.highest = np.array([rule.highest for rule in chosen]) * self.grid
        # what the table holds is possible, whatever the format says
        low = np.where((self.moves == "free") & ~still, 0, self.units)
        high = np.where(still, self.units, np.maximum(self.highest, self.units))
        self.range = low, high
        self.windows = [
            window
            for window in WINDOWS
            if {*window.counts, *window.shares, window.ratio} <= {*self.names}
        ]
        _check_grid(raw, self.units / self.grid, self.names)

    def box(self, epsilon: float) -> tuple[np.ndarray, np.ndarray]:
        """Return lowest and highest encoded rows within reach, each (n_samples, n_features).

        Column by column: not every row between them obeys the rules that join columns.

        Parameters
        ----------
        epsilon
            Largest change of an encoded column.
        """
        ends = []
        for units in self._reach(epsilon):
            end = self.encoded.copy()
            end[:, : len(self.names)] = self._encode(units)
            ends.append(end)
        return ends[0], ends[1]

    def project(self, X: np.ndarray, *, epsilon: float) -> np.ndarray:
        """Return near rows that obey the rules, shape (n_samples, n_features), float32.

        Parameters
        ----------
        X : shape (n_samples, n_features)
            Encoded rows, in the order of the table.
        epsilon
            Largest change of an encoded column.

        Raises
        ------
        ValueError
            If `X` has another shape than the encoded table.
        """
        if X.shape != self.encoded.shape:
            raise ValueError(
                f"X has shape {X.shape} and the encoded table {self.encoded.shape}; make the"
                " constraints for the rows that are attacked"
            )
        low, high = self._reach(epsilon)
        units = np.clip(np.rint(self._decode(X[:, : len(self.names)])), low, high)
        units = self._follow(units, low, high)
        projected = self.encoded.copy()
        projected[:, : len(self.names)] = self._encode(units)
        return projected

    def rows(self, X: np.ndarray) -> pd.DataFrame:
        """Return the raw rows of projected ones, in the columns and types of the table.

        Parameters
        ----------
        X : shape (n_samples, n_features)
            Encoded rows that `project` or an attack under these constraints made.

        Raises
        ------
        ValueError
            If a row of `X` belongs to no raw row under the rules.
        """
        numbers = X[:, : len(self.names)]
        units = np.clip(np.rint(self._decode(numbers)), *self.range)
        same = numbers == self.encoded[:, : len(self.names)]  # beyond the clip there are many
        units = self._follow(np.where(same, self.units, units), *self.range)
        found = self.encoded.copy()
        found[:, : len(self.names)] = self._encode(units)
        wrong = np.flatnonzero((found != X).any(axis=1))
        if wrong.size:
            raise ValueError(
                f"{wrong.size} rows, the first is row {wrong[0]}, cannot be made from the table"
                " under the rules; attack with constraints=..., or project them first"
            )
        table = self.table.copy()
        for place, name in enumerate(self.names):
            values = units[:, place] / self.grid[place]
            table[name] = values.astype(self.table[name].dtype)
        return table

    def _follow(self, units: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Return units whose rates follow from their counts."""
        for window in self.windows:
            units = follow(units, Reach(self.units, low, high, self.highest), self.names, window)
        return units

    def _reach(self, epsilon: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the fewest and most units within `epsilon`; the row itself always is."""
        numbers = self.encoded[:, : len(self.names)].astype(np.float64)
        slack = 1e-9  # a grid point that lies on the edge is within
        low = np.ceil(self._decode(numbers - epsilon) - slack)
        high = np.floor(self._decode(numbers + epsilon) + slack)
        first, last = self.range
        return (
            np.clip(np.minimum(low, self.units), first, last),
            np.clip(np.maximum(high, self.units), first, last),
        )

    def _encode(self, units: np.ndarray) -> np.ndarray:
        """Return what the encoder makes of units, float32."""
        raw = units / self.grid
        for place, name in enumerate(self.names):
            if self.grid[place] > 1:  # as wide as in the table
                raw[:, place] = raw[:, place].astype(self.table[name].dtype)
        raw[:, self.heavy] = np.log1p(raw[:, self.heavy])
        scaled = (raw - self.encoder.offset_) / self.encoder.spread_
        return np.asarray(np.clip(scaled, -self.limit, self.limit), np.float32)

    def _decode(self, numbers: np.ndarray) -> np.ndarray:
        """Return units of encoded numbers: not rounded, but from the clip on those beyond it."""
        raw = numbers.astype(np.float64) * self.encoder.spread_ + self.encoder.offset_
        raw[:, self.heavy] = np.expm1(raw[:, self.heavy])
        units, limit = raw * self.grid, np.float32(self.limit)
        units = np.where(numbers >= limit, np.ceil(units), units)
        return np.asarray(np.where(numbers <= -limit, np.floor(units), units))


def _still(table: pd.DataFrame, names: list[Any]) -> np.ndarray:
    """Return which numbers of which rows the categories of the row hold still."""
    still = np.zeros((len(table), len(names)), bool)
    for rule in STILL:
        if rule.column in table:
            rows = table[rule.column].isin(list(rule.values)).to_numpy()
            still |= rows[:, None] & np.isin(names, list(rule.columns))
    return still


def _chosen(names: list[Any], rules: Mapping[str, Rule]) -> list[Rule]:
    missing = [name for name in names if name not in rules]
    if missing:
        raise ValueError(f"no rule for {missing}; add e.g. rules={{{missing[0]!r}: Rule('fixed')}}")
    return [rules[name] for name in names]


def _check_grid(raw: np.ndarray, nearest: np.ndarray, names: list[Any]) -> None:
    """Raise unless each raw value lies on the grid of its column, from 0 on."""
    off = (np.abs(raw - nearest) > 1e-6) | (raw < 0)
    if off.any():
        row, place = np.argwhere(off)[0]
        raise ValueError(
            f"column {names[place]!r} has {raw[row, place]} in row {row}, which its rule does not"
            " admit (whole numbers or hundredths, from 0 on); give raw rows, or a Rule for the"
            " column with another grid"
        )
