"""What Lab 1 claims, measured: ``python benchmarks/lab1.py``, or with names of its four parts.

The parts are binary, classes, official and encodings. Data is what `datasets.load` finds; each
table says whether it is generated. CPU seconds are of this process, all threads. The claims are
limits that this lab was given before it was written.
"""

from anomaly_labs import runtime

rt = runtime.prepare(seed=0)

import sys
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from report import Claims, kind, spread, table, timed
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedShuffleSplit, train_test_split

from anomaly_labs import boosting, datasets, evaluation, features, thresholds

SPLITS = 5
TEST_SHARE = 0.25
BINARY_ROUNDS = 100
CLASS_ROUNDS = 30
AUC, ERRORS, MACRO_F1, OFFICIAL_F1 = 0.9999, 30, 0.70, 0.95


def show(title: str, source: str, rows: list[dict[str, float]], index: str) -> None:
    """Print the rows as a Markdown table."""
    shown = [
        {name: value if name == index else _rounded(name, value) for name, value in row.items()}
        for row in rows
    ]
    print(f"\n### {title}\n\n{kind(source).capitalize()}.\n\n{table(shown)}\n")


def _rounded(name: str, value: float) -> str:
    if name.endswith("_s"):
        return f"{value:.2f}"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:.7g}"


def stratified(codes: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield stratified splits; a class with a single row stays in the training part.

    Such a class cannot be tested at all: it has no test row, and enters macro-F1 only where another
    row is taken for it.
    """
    single = np.bincount(codes)[codes] == 1
    alone, others = np.flatnonzero(single), np.flatnonzero(~single)
    splitter = StratifiedShuffleSplit(SPLITS, test_size=TEST_SHARE, random_state=0)
    for train, test in splitter.split(others, codes[others]):
        yield np.append(others[train], alone), others[test]


def binary(rt: runtime.Runtime, claims: Claims) -> None:
    data = datasets.load("kdd99")
    attack = datasets.is_attack(data.y)
    rows: list[dict[str, float]] = []
    for number, (train, test) in enumerate(stratified(attack), start=1):
        row: dict[str, float] = {"split": number}
        with timed(row):
            booster = boosting.train(
                data.X.iloc[train], attack[train], n_rounds=rt.rounds(BINARY_ROUNDS)
            )
            scores = boosting.predict(booster, data.X.iloc[test])
        figures = evaluation.summary(attack[test], scores, 0.5)
        rows.append(row | {"test_rows": len(test)} | figures[["errors", "auc", "f1"]].to_dict())
    show(f"1. Normal or attack, random split, {BINARY_ROUNDS} rounds", data.source, rows, "split")
    errors, lowest = [row["errors"] for row in rows], min(row["auc"] for row in rows)
    print(f"Median: {seconds(rows)}, {spread(errors, '.0f')} errors.\n")
    claims.check(f"AUC at least {AUC} in every split ({lowest:.7f})", lowest >= AUC)
    claims.check(f"at most {ERRORS} errors in every split ({max(errors):g})", max(errors) <= ERRORS)


def seconds(rows: list[dict[str, float]]) -> str:
    return f"{spread([row['cpu_s'] for row in rows])} CPU s of fit and score"


def classes(rt: runtime.Runtime, claims: Claims) -> None:
    data = datasets.load("kdd99")
    first = ~data.X.assign(y=data.y).duplicated()
    X = data.X[first]
    codes, names = pd.factorize(data.y[first].astype(str), sort=True)
    counts = np.bincount(codes)
    rare = ", ".join(f"{names[i]} {counts[i]}" for i in np.argsort(counts)[:6])
    rows: list[dict[str, float]] = []
    untested: set[str] = set()
    for number, (train, test) in enumerate(stratified(codes), start=1):
        row: dict[str, float] = {"split": number}
        with timed(row):
            booster = boosting.train(
                X.iloc[train],
                codes[train],
                n_rounds=rt.rounds(CLASS_ROUNDS),
                params={"num_class": len(names)},
            )
            found = boosting.predict(booster, X.iloc[test]).argmax(axis=1)
        row["accuracy"] = (found == codes[test]).mean()
        row["macro_f1"] = f1_score(codes[test], found, average="macro")
        row["classes_tested"] = len(np.unique(codes[test]))
        rows.append(row)
        untested |= set(names) - set(names[codes[test]])
    title = f"2. {len(names)} classes, {len(X):,} distinct rows, {CLASS_ROUNDS} rounds"
    show(title, data.source, rows, "split")
    figures = [row["macro_f1"] for row in rows]
    middle = float(np.mean(figures))
    missing = ", ".join(sorted(untested)) or "none"
    print(
        f"Median: {seconds(rows)}. Macro-F1: {middle:.3f} ± {np.std(figures, ddof=1):.3f} "
        f"(standard deviation). Rarest classes, distinct rows: {rare}; with a single row: "
        f"{(counts == 1).sum()}. Without a test row in some split, so not in its mean: {missing}.\n"
    )
    claims.check(f"mean macro-F1 at least {MACRO_F1} ({middle:.3f})", middle >= MACRO_F1)


def official(rt: runtime.Runtime, claims: Claims) -> None:
    known, new = datasets.load("kdd99"), datasets.load("kdd99", split="test")
    unseen = ~new.y.isin(known.y.unique()).to_numpy()
    row: dict[str, float] = {}
    with timed(row):
        scores, threshold = fit_and_score(rt, known.X, known.y, new.X)
    row = {"test_rows": len(new.y), "threshold": threshold} | row
    attack = datasets.is_attack(new.y)
    figures = evaluation.summary(attack, scores, threshold)
    row |= figures[["auc", "accuracy", "f1", "false_alarm_rate"]].to_dict()
    alerts = scores > threshold
    row["recall_seen"] = alerts[(attack == 1) & ~unseen].mean()
    row["recall_unseen"] = alerts[unseen].mean()
    row["rows_unseen"] = unseen.sum()
    lines = [{"figure": name, "value": _rounded(name, value)} for name, value in row.items()]
    print("\n### 3. Trained on 10_percent, tested on the official test file\n")
    print(f"{kind(new.source).capitalize()}.\n\n{table(lines)}\n")
    claims.check(f"F1 at least {OFFICIAL_F1} ({row['f1']:.4f})", row["f1"] >= OFFICIAL_F1)


def fit_and_score(
    rt: runtime.Runtime, X: pd.DataFrame, y: pd.Series, X_new: pd.DataFrame
) -> tuple[np.ndarray, float]:
    """Train on 80 % of the rows, choose the threshold on the other 20 %, score new rows."""
    attack = datasets.is_attack(y)
    train, held = train_test_split(
        np.arange(len(y)), test_size=0.2, stratify=attack, random_state=0
    )
    booster = boosting.train(X.iloc[train], attack[train], n_rounds=rt.rounds(BINARY_ROUNDS))
    threshold = thresholds.f1_optimal(boosting.predict(booster, X.iloc[held]), attack[held])
    return boosting.predict(booster, X_new), threshold


def encodings(rt: runtime.Runtime, claims: Claims) -> None:
    from anomaly_labs.embeddings import EntityEmbedding

    known, new = datasets.load("kdd99"), datasets.load("kdd99", split="test")
    numbers = features.make_encoder(one_hot=False).set_output(transform="pandas")

    def native(X: pd.DataFrame) -> pd.DataFrame:
        return X

    one_hot = features.make_encoder().set_output(transform="pandas")
    embedding = EntityEmbedding(epochs=rt.epochs(300))

    def vectors(X: pd.DataFrame) -> pd.DataFrame:
        return numbers.transform(X).join(embedding.transform(X))

    def fit_vectors() -> None:
        numbers.fit(known.X)
        embedding.fit(known.X, known.y)

    ways: dict[str, tuple[Callable[[], object], Callable[[pd.DataFrame], pd.DataFrame]]] = {
        "native categories": (lambda: None, native),
        "one-hot": (lambda: one_hot.fit(known.X), one_hot.transform),
        "entity embeddings": (fit_vectors, vectors),
    }
    rows: list[dict[str, float]] = []
    for name, (fit, encode) in ways.items():
        encoding: dict[str, float] = {}
        row: dict[str, float] = {}
        with timed(encoding):
            fit()
            X, X_new = encode(known.X), encode(new.X)
        with timed(row):
            scores, threshold = fit_and_score(rt, X, known.y, X_new)
        figures = evaluation.summary(datasets.is_attack(new.y), scores, threshold)
        row |= {"encode_cpu_s": encoding["cpu_s"], "columns": X.shape[1]}
        rows.append({"encoding": name} | figures[["auc", "accuracy", "f1"]].to_dict() | row)
    show("4. Categorical columns, official test file", new.source, rows, "encoding")


PARTS = {"binary": binary, "classes": classes, "official": official, "encodings": encodings}


def main(names: list[str]) -> None:
    strange = set(names) - set(PARTS)
    if strange:
        raise SystemExit(f"unknown: {', '.join(sorted(strange))}; choose from {', '.join(PARTS)}")
    print(f"Device {rt.device}, fast mode {'on' if rt.fast else 'off'}.")
    claims = Claims()
    for name in names or PARTS:
        PARTS[name](rt, claims)
    claims.end()


if __name__ == "__main__":
    main(sys.argv[1:])
