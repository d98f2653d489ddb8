"""Make the statistical profiles of `anomaly_labs.datasets.synthesize` from the official files.

Run ``python scripts/make_profiles.py`` with the official files in ``$ANOMALY_LABS_DATA``; about
two minutes. Nothing but aggregates is written:

- cells: how many rows each combination of class, protocol, service, flag and group has;
- groups: rows of a class with the same combination where there are at least 200 (else the rows
  with the same protocol and flag, else all rows of the class), cut into strata of rows that behave
  alike; groups below 50 rows join the largest one of their class;
- per group a histogram of each column with at most one segment per ten rows and at most 24, and
  loadings of a Gaussian copula.

Large values (above 1000) that fewer than five rows share are rounded to two digits, and groups
below five rows are widened by a tenth, so that no row of a tiny class stands there exactly. What
remains exact there: the combination of protocol, service and flag, and small numbers.
"""

from __future__ import annotations

import heapq
from collections.abc import Hashable
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import rankdata
from sklearn.cluster import KMeans

from anomaly_labs.datasets import load, sets
from anomaly_labs.datasets.kdd import copula, profile
from anomaly_labs.datasets.kdd import rows as generator
from anomaly_labs.datasets.schema import CATEGORICAL, CLASSES, RATES, VOCABULARY

SETS = Path(sets.__file__).parent
OWN_ROWS, OWN_SHARE = 200, 0.01  # a combination gets a group of its own from here on
DETAIL = (400, 12)  # rows of a stratum on average, and most strata of a group
DETAILS = {("nsl_kdd", "test"): (150, 24)}  # a small part needs finer strata to be fair
SMALLEST = 50
SEGMENTS, TOLERANCE = 24, 0.004
COPULA_ROWS = 60
SAMPLE = 8_000

# Class counts of the full KDD99 training file, as published with it (kddcup.data, 4,898,431 rows).
FULL = {
    "normal": 972_781, "smurf": 2_807_886, "neptune": 1_072_017, "satan": 15_892,
    "ipsweep": 12_481, "portsweep": 10_413, "nmap": 2_316, "back": 2_203, "warezclient": 1_020,
    "teardrop": 979, "pod": 264, "guess_passwd": 53, "buffer_overflow": 30, "land": 21,
    "warezmaster": 20, "imap": 12, "rootkit": 10, "loadmodule": 9, "ftp_write": 8, "multihop": 7,
    "phf": 4, "perl": 3, "spy": 2,
}  # fmt: skip

Column = int | list[list[int]]


def numbers(X: pd.DataFrame) -> np.ndarray:
    """Return the numeric columns as whole numbers, rates in hundredths."""
    return np.stack(
        [
            np.rint(X[name] * 100 if name in RATES else X[name]).to_numpy(dtype=np.int64)
            for name in profile.NUMERIC
        ],
        axis=1,
    )


def codes(name: str, X: pd.DataFrame, y: pd.Series) -> np.ndarray:
    """Return codes of class, protocol, service and flag; shape (n_rows, 4)."""
    columns = [pd.Categorical(y, categories=CLASSES[name]).codes]
    columns += [pd.Categorical(X[c], categories=VOCABULARY[c]).codes for c in CATEGORICAL]
    return np.stack(columns, axis=1).astype(np.int64)


# --- Histograms ---------------------------------------------------------------------------------


def worst(values: np.ndarray, total: np.ndarray, i: int, j: int) -> tuple[float, int]:
    """Return error of one segment over the distinct values i..j, and where to cut it."""
    if i == j:
        return 0.0, j
    low, width, mass = values[i], values[j] - values[i] + 1, total[j + 1] - total[i]
    after = np.abs((total[i + 1 : j + 1] - total[i]) / mass - (values[i:j] - low + 1) / width)
    before = np.abs(
        (total[i + 1 : j + 1] - total[i]) / mass - (values[i + 1 : j + 1] - low) / width
    )
    cut = int(np.argmax(np.maximum(after, before)))
    return float(max(after[cut], before[cut]) * mass / total[-1]), i + cut + 1


def segments(column: np.ndarray, most: int) -> list[tuple[int, int, int]]:
    """Return (low, high, rows) of at most `most` segments, by cutting where the error is worst."""
    values, count = np.unique(column, return_counts=True)
    total = np.concatenate([[0], np.cumsum(count)])
    error, cut = worst(values, total, 0, len(values) - 1)
    heap = [(-error, 0, len(values) - 1, cut)]
    while len(heap) < most and -heap[0][0] > (0 if len(values) <= most else TOLERANCE):
        _, i, j, cut = heapq.heappop(heap)
        for a, b in ((i, cut - 1), (cut, j)):
            error, inner = worst(values, total, a, b)
            heapq.heappush(heap, (-error, a, b, inner))
    spans = sorted((i, j) for _, i, j, _ in heap)
    return [
        (blurred(values[i], count[i]), blurred(values[j], count[j]), int(total[j + 1] - total[i]))
        for i, j in spans
    ]


def blurred(value: int, rows: int) -> int:
    """Return the value, rounded to two digits where it is large and few rows share it."""
    value = int(value)
    if value < 1000 or rows >= 5:
        return value
    step = 10 ** (len(str(value)) - 2)
    return round(value / step) * step


def column_entry(column: np.ndarray, limit: int) -> Column:
    """Return the file's entry of a numeric column: its one value, or its histogram."""
    if len(column) < 5:
        low, high = int(column.min()), int(column.max())
        low, high = blurred(low - low // 10, 0), min(blurred(high + high // 10, 0), limit)
        parts = [(min(low, high), high, len(column))]
    else:
        parts = segments(column, int(np.clip(len(column) // 10, 2, SEGMENTS)))
    edges = np.rint(np.cumsum([rows for *_, rows in parts]) / len(column) * profile.WHOLE)
    mass = np.diff(edges.astype(int), prepend=0).tolist()
    kept = [(low, high, m) for (low, high, _), m in zip(parts, mass, strict=True) if m > 0]
    if len(kept) == 1 and kept[0][0] == kept[0][1]:
        return kept[0][0]
    lows = [low for low, *_ in kept]
    widths = [max(high - low, 0) for low, high, _ in kept]
    return [np.diff(lows, prepend=0).tolist(), widths, [m for *_, m in kept]]


# --- Dependence ---------------------------------------------------------------------------------


def rank_correlation(columns: np.ndarray) -> np.ndarray:
    """Return Spearman's rank correlation, ties at their mean rank; 0 for constant columns."""
    ranks = rankdata(columns, axis=0) - (len(columns) + 1) / 2
    length = np.sqrt((ranks * ranks).sum(axis=0))
    ranks /= np.where(length == 0, 1, length)
    matrix = ranks.T @ ranks
    np.fill_diagonal(matrix, 1)
    return matrix


def whole_loadings(matrix: np.ndarray) -> np.ndarray:
    """Return whole-number loadings of the correlation matrix that is nearest."""
    weight, axes = np.linalg.eigh(matrix)
    matrix = (axes * np.maximum(weight, 1e-3)) @ axes.T
    scale = np.sqrt(np.diag(matrix))
    loadings = np.rint(np.linalg.cholesky(matrix / scale / scale[:, None]) * 127)
    np.fill_diagonal(loadings, np.maximum(np.diag(loadings), 1))
    return loadings


def fit_loadings(columns: np.ndarray, group: profile.Group, seed: int) -> np.ndarray | None:
    """Return loadings under which generated columns have the rank correlations of the real ones.

    Ties make the rank correlation of the columns weaker than that of the scores under them, so
    the latter is corrected by what is missing, a few times.
    """
    if len(columns) < COPULA_ROWS or columns.shape[1] < 2:
        return None
    wanted = rank_correlation(columns[:SAMPLE])
    latent, best = wanted, (np.inf, None)
    for step in range(6):
        loadings = whole_loadings(latent)
        trial = profile.Group(group.constant, group.histograms, loadings)
        block = copula.draw(trial, 3_000, copula.Bits(seed + step))
        missing = wanted - rank_correlation(block[list(group.histograms)].T)
        error = float(np.abs(missing).sum())
        best = min(best, (error, loadings), key=lambda pair: pair[0])
        latent = np.clip(latent + 0.8 * missing, -0.999, 0.999)
        np.fill_diagonal(latent, 1)
    return best[1]


# --- Groups -------------------------------------------------------------------------------------


def families(keys: np.ndarray, hard: np.ndarray) -> list[Hashable]:
    """Return for each row the group of combinations that it belongs to."""
    table = pd.DataFrame(keys, columns=["label", "protocol", "service", "flag"]).assign(hard=hard)
    size = table.groupby(list(table.columns))["hard"].transform("size")
    wider = ["label", "hard", "protocol", "flag"]
    wide_size = table.groupby(wider)["hard"].transform("size")
    own = (size >= OWN_ROWS) & (
        size >= OWN_SHARE * table.groupby("label")["hard"].transform("size")
    )
    result: list[Hashable] = []
    for row, alone, wide in zip(table.itertuples(index=False), own, wide_size, strict=True):
        if alone:
            result.append((row.label, row.hard, row.protocol, row.flag, row.service))
        elif wide >= OWN_ROWS:
            result.append((row.label, row.hard, row.protocol, row.flag, -1))
        else:
            result.append((row.label, row.hard, -1, -1, -1))
    return result


def strata(columns: np.ndarray, detail: tuple[int, int]) -> np.ndarray:
    """Return the stratum of each row: clusters of the ranks, none small."""
    wanted = int(np.clip(len(columns) // detail[0], 1, detail[1]))
    varying = (columns != columns[0]).any(axis=0)
    if wanted == 1 or not varying.any():
        return np.zeros(len(columns), dtype=np.int64)
    ranks = rankdata(columns[:, varying], axis=0) / len(columns)
    chosen = np.random.default_rng(0).permutation(len(ranks))[: SAMPLE + 2_000]
    stratum = KMeans(wanted, n_init=1, random_state=0).fit(ranks[chosen]).predict(ranks)
    rows = np.bincount(stratum, minlength=wanted)
    return np.where(rows[stratum] < SMALLEST, rows.argmax(), stratum)


def groups(
    keys: np.ndarray, columns: np.ndarray, family: list[Hashable], detail: tuple[int, int]
) -> np.ndarray:
    """Return the number of the group of each row; groups are numbered by class."""
    names = np.zeros((len(keys), 3), dtype=np.int64)  # class, family, stratum
    names[:, 0] = keys[:, 0]
    names[:, 1] = pd.factorize(pd.Series(family), sort=True)[0]
    for number in np.unique(names[:, 1]):
        rows = np.flatnonzero(names[:, 1] == number)
        names[rows, 2] = strata(columns[rows], detail)
    # What is left over of a class joins its largest group: a group of few rows tells too much.
    distinct, index, size = np.unique(names, axis=0, return_inverse=True, return_counts=True)
    for number in np.flatnonzero(size < SMALLEST):
        same = np.flatnonzero(distinct[:, 0] == distinct[number, 0])
        index[index == number] = same[size[same].argmax()]
    return np.unique(index, return_inverse=True)[1]


def group_entry(columns: np.ndarray, limits: np.ndarray, seed: int) -> dict[str, object]:
    """Return the file's entry of a group of rows."""
    entry: dict[str, object] = {
        "columns": [
            column_entry(c, int(limit)) for c, limit in zip(columns.T, limits, strict=True)
        ],
        "loadings": None,
    }
    group = profile.Group.from_json(entry)
    shuffled = np.random.default_rng(seed).permutation(columns)
    loadings = fit_loadings(shuffled[:, list(group.histograms)], group, seed)
    if loadings is not None:
        entry["loadings"] = loadings[np.tril_indices(len(loadings))].astype(int).tolist()
    return entry


def make(name: str, X: pd.DataFrame, y: pd.Series, splits: dict[str, np.ndarray]) -> dict:
    """Return the content of a profile.

    Parameters
    ----------
    name
        Name of the data set.
    X, y
        All rows, and their classes.
    splits
        For each split, which rows belong to it.
    """
    keys, columns, first = codes(name, X, y), numbers(X), next(iter(splits))
    hard = splits.get("test_21", np.zeros(len(X), dtype=bool)).astype(int)
    group = groups(keys, columns, families(keys, hard), DETAILS.get((name, first), DETAIL))
    limits = columns.max(axis=0)
    entries = [
        group_entry(columns[group == number], limits, seed=number)
        for number in range(group.max() + 1)
    ]
    cells, cell = np.unique(np.column_stack([group, keys]), axis=0, return_inverse=True)
    rows = {
        split: {"rows": np.bincount(cell.ravel()[inside], minlength=len(cells)).tolist()}
        for split, inside in splits.items()
    }
    return {
        "name": name,
        "cells": np.roll(cells, -1, axis=1).T.tolist(),
        "splits": rows,
        "groups": entries,
        "repeats": [0] * len(CLASSES[name]),
        "distinct": name == "nsl_kdd",
    }


# --- Repeated rows ------------------------------------------------------------------------------


def distinct_rows(name: str, X: pd.DataFrame, y: pd.Series) -> np.ndarray:
    """Return the number of distinct rows of each class."""
    rows = np.unique(np.column_stack([codes(name, X, y), numbers(X)]), axis=0)
    return np.bincount(rows[:, 0], minlength=len(CLASSES[name]))


def fit_repeats(content: dict, X: pd.DataFrame, y: pd.Series, split: str) -> None:
    """Set the share of repeated rows so that generated classes have as many distinct rows."""
    name = content["name"]
    wanted = distinct_rows(name, X, y)
    repeats = np.zeros(len(wanted))
    for _ in range(4):
        content["repeats"] = np.rint(repeats * profile.WHOLE).astype(int).tolist()
        X_new, y_new, _ = generator.drawn(profile.Profile.from_json(content), split, len(X), 0)
        ratio = wanted / np.maximum(distinct_rows(name, X_new, y_new), 1)
        repeats = np.where(wanted > 0, np.clip(1 - (1 - repeats) * ratio, 0, 0.99), 0)


def members(X: pd.DataFrame, y: pd.Series, part: tuple[pd.DataFrame, pd.Series]) -> np.ndarray:
    """Return which rows also occur in a part of the file."""
    whole = pd.MultiIndex.from_frame(X.astype(str).assign(label=y.astype(str)))
    return whole.isin(
        pd.MultiIndex.from_frame(part[0].astype(str).assign(label=part[1].astype(str)))
    )


def official(name: str, split: str) -> tuple[pd.DataFrame, pd.Series]:
    """Return the official rows of a split."""
    data = load(name, split=split, source="real")
    if data.total_rows is not None:
        raise SystemExit("ANOMALY_LABS_FAST=1 leaves rows out; unset it to make profiles")
    return data.X, data.y


def main() -> None:
    """Make the four profiles and print their sizes."""
    for name, split in (
        ("kdd99", "10_percent"), ("kdd99", "test"), ("nsl_kdd", "train"), ("nsl_kdd", "test"),
    ):  # fmt: skip
        X, y = official(name, split)
        splits = {split: np.ones(len(X), dtype=bool)}
        if (name, split) == ("nsl_kdd", "train"):
            splits["train_20"] = np.arange(len(X)) < len(official(name, "train_20")[0])
        elif (name, split) == ("nsl_kdd", "test"):
            splits["test_21"] = members(X, y, official(name, "test_21"))
        content = make(name, X, y, splits)
        if not content["distinct"]:
            fit_repeats(content, X, y, split)
        if split == "10_percent":
            counts = [FULL.get(label, 0) for label in CLASSES[name]]
            content["splits"]["full"] = {"cells_of": split, "class_rows": counts}
        part = "test" if split == "test" else "train"
        file = SETS / name / f"{part}.json.xz"
        file.write_bytes(profile.pack(content))
        print(f"{file.name}: {len(content['groups'])} groups, {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
