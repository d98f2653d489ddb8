"""How fair a stand-in the generated data are: prints every figure that is claimed about them.

Needs the official files (``$ANOMALY_LABS_DATA``); about five minutes on two cores. With names of
sections (shares, legal, repeats, speed, transfer, told_apart, unseen, detector) only those run. The
claims are limits that the generator was given before it was written.
"""

from __future__ import annotations

from anomaly_labs import runtime

runtime.prepare(seed=0)

import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import xgboost as xgb
from report import Claims, spread
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold

from anomaly_labs.datasets import describe, is_attack, load, synthesize
from anomaly_labs.datasets.schema import (
    BINARY,
    CATEGORICAL,
    DTYPES,
    FEATURES,
    INTEGER,
    RATES,
    VOCABULARY,
)  # fmt: skip

Table = tuple[pd.DataFrame, pd.Series]
SIDES = ("real", "generated")
SHARES_OFF, TRANSFER_AUC, APART_AUC, MILLION_CPU_S = 0.1, 0.999, 0.9, 20.0
TIMES = 3
PARTS = [(name, split) for name in ("kdd99", "nsl_kdd") for split in describe(name).splits]
CLAIMS = Claims()


def real(name: str, split: str) -> Table:
    data = load(name, split=split, source="real")
    return data.X, data.y


def generated(name: str, split: str, seed: int = 0) -> Table:
    data = synthesize(name, describe(name).splits[split], split=split, seed=seed)
    return data.X, data.y


def both(name: str, split: str) -> dict[str, Table]:
    return {"real": real(name, split), "generated": generated(name, split)}


def train(X: pd.DataFrame, y: np.ndarray, rounds: int = 100) -> xgb.Booster:
    params = {"objective": "binary:logistic", "max_depth": 6, "nthread": 2, "seed": 0}
    return xgb.train(params, xgb.DMatrix(X, y, enable_categorical=True), rounds)


def predict(booster: xgb.Booster, X: pd.DataFrame) -> np.ndarray:
    return booster.predict(xgb.DMatrix(X, enable_categorical=True))


def repeated(table: Table) -> int:
    X, y = table
    return int(X.assign(label=y).duplicated().sum())


def heading(text: str) -> None:
    print(f"\n### {text}\n", flush=True)


def claim(text: str, kept: bool) -> None:
    print()
    CLAIMS.check(text, kept)


def shares() -> None:
    heading("Class shares: largest relative difference among classes above 0.1 % of a split")
    largest = 0.0
    for name, split in PARTS:
        if split == "full":
            continue
        a, b = (t[1].value_counts(normalize=True) for t in both(name, split).values())
        off = ((b - a).abs() / a)[a > 0.001].max()
        rows = [synthesize(name, 20_000, split=split, seed=s).y for s in range(3)]
        small = [((r.value_counts(normalize=True) - a).abs() / a)[a > 0.001].max() for r in rows]
        print(f"- {name}/{split}: {off:.4f}; at 20,000 rows {max(small):.4f}")
        largest = max(largest, off, *small)
    claim(f"class shares within {SHARES_OFF:.0%} ({largest:.4f})", largest <= SHARES_OFF)


def legal() -> None:
    heading("Illegal values in generated rows")
    total = 0
    for name, split in PARTS:
        X, _ = generated(name, split)
        wrong = int(sum((X[c] < 0).sum() for c in (*INTEGER, *BINARY, *RATES)))
        wrong += int(sum((X[c] > 1).sum() for c in (*BINARY, *RATES)))
        grid = (np.arange(101) / 100).astype("float32")
        wrong += int(sum((~X[c].isin(grid)).sum() for c in RATES))
        wrong += int(sum(X[c].isna().sum() for c in FEATURES))
        wrong += sum(str(X[c].dtype) != DTYPES[c] for c in FEATURES)
        wrong += sum(tuple(X[c].cat.categories) != VOCABULARY[c] for c in CATEGORICAL)
        print(f"- {name}/{split}: {wrong} in {len(X):,} rows")
        total += wrong
    claim(f"no illegal value ({total})", total == 0)


def repeats() -> None:
    heading("Rows that repeat an earlier row (features and label)")
    for name, split in PARTS:
        if split == "full":
            continue
        a, b = (repeated(t) for t in both(name, split).values())
        print(f"- {name}/{split}: real {a:,}, generated {b:,}")
    X, y = real("kdd99", "10_percent")
    seen = pd.MultiIndex.from_frame(X.astype(str).assign(label=y.astype(str)).drop_duplicates())
    X, y = generated("kdd99", "10_percent")
    rows = X.astype(str).assign(label=y.astype(str)).drop_duplicates()
    same = rows[pd.MultiIndex.from_frame(rows).isin(seen)].label.value_counts()
    print(f"- distinct generated rows that a real row equals: {same.sum():,} of {len(rows):,}")
    print(f"- by class: {same[same > 0].head(8).to_dict()}")


def speed() -> None:
    heading("One million rows")
    synthesize("kdd99", 1)
    slowest = 0.0
    for name, split in PARTS:
        seconds = []
        for seed in range(TIMES):
            start = time.process_time()
            synthesize(name, 1_000_000, split=split, seed=seed)
            seconds.append(time.process_time() - start)
        print(f"- {name}/{split}: {spread(seconds, '.1f')} CPU s")
        slowest = max(slowest, *seconds)
    claim(f"at most {MILLION_CPU_S:g} CPU s ({slowest:.1f})", slowest <= MILLION_CPU_S)


def transfer() -> None:
    heading("XGBoost, normal or attack: AUC when trained on one and tested on the other")
    lowest = 1.0
    for name, split in (("kdd99", "10_percent"), ("nsl_kdd", "train")):
        tables = both(name, split)
        for first, second in (SIDES, SIDES[::-1]):
            (X, y), (X_test, y_test) = tables[first], tables[second]
            scores = predict(train(X, is_attack(y)), X_test)
            auc = roc_auc_score(is_attack(y_test), scores)
            print(f"- {name}/{split}: {first} → {second} {auc:.6f}")
            lowest = min(lowest, auc)
    claim(f"AUC at least {TRANSFER_AUC} ({lowest:.6f})", lowest >= TRANSFER_AUC)


def told_apart() -> None:
    heading("XGBoost told to tell real from generated rows (200 trees, depth 6, five-fold): AUC")
    highest = 0.0
    for name, split in PARTS:
        if split == "full":
            continue
        rng = np.random.default_rng(0)
        tables = [X for X, _ in both(name, split).values()]
        n = min(100_000, len(tables[0]))
        X = pd.concat([t.iloc[rng.choice(len(t), n, replace=False)] for t in tables])
        origin = np.repeat([0, 1], n)
        folds = StratifiedKFold(5, shuffle=True, random_state=0).split(X, origin)
        aucs = [
            roc_auc_score(origin[test], predict(train(X.iloc[fit], origin[fit], 200), X.iloc[test]))
            for fit, test in folds
        ]
        print(f"- {name}/{split}: {np.mean(aucs):.3f} ({n:,} rows each)", flush=True)
        highest = max(highest, float(np.mean(aucs)))
    claim(f"told apart with an AUC of at most {APART_AUC} ({highest:.3f})", highest <= APART_AUC)


def unseen() -> None:
    heading("KDD99: XGBoost trained on 10_percent, tested on the official test split")
    parts = {split: both("kdd99", split) for split in ("10_percent", "test")}
    for side in SIDES:
        (X, y), (X_test, y_test) = parts["10_percent"][side], parts["test"][side]
        alerts = predict(train(X, is_attack(y)), X_test) > 0.5
        attack = is_attack(y_test) == 1
        new = (attack & ~y_test.isin(y.unique())).to_numpy()
        print(
            f"- {side}: F1 {f1_score(attack, alerts):.3f}, recall on known types "
            f"{alerts[attack & ~new].mean():.3f}, on unseen types {alerts[new].mean():.3f} "
            f"({new.sum():,} rows), false alarms {alerts[~attack].mean():.4f}"
        )


def encoded(X: pd.DataFrame, fitted_on: pd.DataFrame) -> np.ndarray:
    """Return log1p, standardised and clipped numbers beside one-hot categories."""
    numeric = [c for c in FEATURES if c not in CATEGORICAL]
    base = np.log1p(fitted_on[numeric].astype("float64"))
    scale = base.std().where(base.std() > 0, 1)
    numbers = ((np.log1p(X[numeric].astype("float64")) - base.mean()) / scale).clip(-10, 10)
    return np.hstack([numbers, pd.get_dummies(X[list(CATEGORICAL)])]).astype("float64")


def mahalanobis(X: pd.DataFrame, y: pd.Series, X_test: pd.DataFrame) -> tuple[np.ndarray, float]:
    """Return scores of test rows and the 95th percentile of held-out normal training rows."""
    normal = X[(is_attack(y) == 0)].sample(frac=1, random_state=0)
    fit, held_out = normal.iloc[: len(normal) * 4 // 5], normal.iloc[len(normal) * 4 // 5 :]
    Z = encoded(fit, fit)
    inverse = np.linalg.pinv(np.cov(Z, rowvar=False) + 1e-3 * np.eye(Z.shape[1]))

    def scores(rows: pd.DataFrame) -> np.ndarray:
        D = encoded(rows, fit) - Z.mean(axis=0)
        return np.einsum("ij,jk,ik->i", D, inverse, D, optimize=True)

    return scores(X_test), float(np.quantile(scores(held_out), 0.95))


def detector() -> None:
    heading("NSL-KDD: trained on train, tested on test and test_21 (accuracy)")
    parts = {split: both("nsl_kdd", split) for split in ("train", "test", "test_21")}
    accuracy: dict[tuple[str, str], list[float]] = {}
    for side in SIDES:
        X, y = parts["train"][side]
        booster = train(X, is_attack(y))
        for split in ("test", "test_21"):
            X_test, y_test = parts[split][side]
            attack = is_attack(y_test) == 1
            supervised = predict(booster, X_test)
            scores, threshold = mahalanobis(X, y, X_test)
            alerts = scores > threshold
            new = attack & ~y_test.isin(y.unique()).to_numpy()
            accuracy[side, split] = [
                (found == attack).mean() for found in (supervised > 0.5, alerts)
            ]
            print(
                f"- {side} {split}: XGBoost {((supervised > 0.5) == attack).mean():.3f} "
                f"(AUC {roc_auc_score(attack, supervised):.3f}, recall on known types "
                f"{(supervised > 0.5)[attack & ~new].mean():.3f}, unseen "
                f"{(supervised > 0.5)[new].mean():.3f}); Mahalanobis on normal rows only "
                f"{(alerts == attack).mean():.3f} (AUC {roc_auc_score(attack, scores):.3f}, "
                f"false alarms {alerts[~attack].mean():.3f})"
            )
    xgboost, normal_only = accuracy["generated", "test"]
    claim(
        f"generated test: normal rows only more accurate than XGBoost ({normal_only:.3f} and "
        f"{xgboost:.3f})",
        normal_only > xgboost,
    )


SECTIONS: dict[str, Callable[[], None]] = {
    f.__name__: f for f in (shares, legal, repeats, speed, transfer, told_apart, unseen, detector)
}

if __name__ == "__main__":
    for section in sys.argv[1:] or SECTIONS:
        SECTIONS[section]()
    CLAIMS.end()
