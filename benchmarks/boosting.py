"""Boosted trees on the KDD99 10 % file, normal or attack: ``python benchmarks/boosting.py``.

This project's `boosting.train` beside what a user would take instead: scikit-learn's
HistGradientBoostingClassifier with native categories, and XGBoost's classifier with its defaults on
one-hot columns. All on the same stratified splits (a number after the command says how many), in
one process, with all cores. CPU seconds are of all threads; "encode" is what is done to the columns
before, and XGBoost's own binning counts as fit. Errors are test rows on the wrong side of .5.
"""

from anomaly_labs import runtime

rt = runtime.prepare(seed=0)

import argparse
from collections.abc import Callable
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import xgboost as xgb
from report import Claims, kind, spread, table, timed
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedShuffleSplit

from anomaly_labs import boosting, datasets

SPLITS = 5
TEST_SHARE = 0.25
AUC, LIMIT_CPU_S = 0.9999, 6.0
FEW_ROUNDS = 20
OURS, QUICK = "anomaly-labs, 100 rounds (default)", f"anomaly-labs, {FEW_ROUNDS} rounds"
SKLEARN, PLAIN = "scikit-learn HistGradientBoosting, native", "XGBoost defaults, one-hot"
Scores = Callable[[pd.DataFrame], np.ndarray]


def as_it_is(X: pd.DataFrame) -> pd.DataFrame:
    return X


def one_hot(X: pd.DataFrame) -> pd.DataFrame:
    return pd.get_dummies(X, columns=list(datasets.CATEGORICAL))


def ours(**options: Any) -> Callable[[pd.DataFrame, np.ndarray], Scores]:
    def fit(X: pd.DataFrame, y: np.ndarray) -> Scores:
        booster = boosting.train(X, y, **options)
        return lambda rows: boosting.predict(booster, rows)

    return fit


def estimator(make: Callable[[], Any]) -> Callable[[pd.DataFrame, np.ndarray], Scores]:
    def fit(X: pd.DataFrame, y: np.ndarray) -> Scores:
        model = make().fit(X, y)
        return lambda rows: model.predict_proba(rows)[:, 1]

    return fit


WAYS = {
    OURS: (as_it_is, ours()),
    QUICK: (as_it_is, ours(n_rounds=FEW_ROUNDS)),
    SKLEARN: (
        as_it_is,
        estimator(
            lambda: HistGradientBoostingClassifier(
                categorical_features="from_dtype", random_state=0
            )
        ),
    ),
    PLAIN: (one_hot, estimator(lambda: xgb.XGBClassifier(random_state=0))),
}


def measured(
    way: str, X: pd.DataFrame, y: np.ndarray, train: np.ndarray, test: np.ndarray
) -> dict[str, float]:
    encode, fit = WAYS[way]
    encoding: dict[str, float] = {}
    fitting: dict[str, float] = {}
    scoring: dict[str, float] = {}
    with timed(encoding):
        X_train, X_test = encode(X.iloc[train]), encode(X.iloc[test])
    with timed(fitting):
        scores_of = fit(X_train, y[train])
    with timed(scoring):
        scores = scores_of(X_test)
    return {
        "encode": encoding["cpu_s"],
        "fit": fitting["cpu_s"],
        "score": scoring["cpu_s"],
        "both": encoding["cpu_s"] + fitting["cpu_s"],
        "auc": float(roc_auc_score(y[test], scores)),
        "errors": int(((scores > 0.5) != y[test]).sum()),
    }


def main(n_splits: int) -> None:
    data = datasets.load("kdd99")
    y = datasets.is_attack(data.y)
    splitter = StratifiedShuffleSplit(n_splits, test_size=TEST_SHARE, random_state=0)
    found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for train, test in splitter.split(data.X, y):
        for way in WAYS:
            found[way].append(measured(way, data.X, y, train, test))
    print(
        f"Median of {n_splits} splits (lowest to highest), {len(train):,} rows to fit, "
        f"{len(test):,} to test ({kind(data.source)}); device {rt.device}.\n"
    )

    def column(way: str, name: str) -> list[float]:
        return [row[name] for row in found[way]]

    base = median(column(OURS, "both"))
    rows = [
        {
            "trees": way,
            "encode, CPU s": spread(column(way, "encode")),
            "fit, CPU s": spread(column(way, "fit")),
            "ratio of both": f"{median(column(way, 'both')) / base:.2f}",
            "score, CPU s": spread(column(way, "score")),
            "AUC": spread(column(way, "auc"), ".6f"),
            "errors": spread(column(way, "errors"), ".0f"),
        }
        for way in WAYS
    ]
    print(table(rows), end="\n\n")
    claims = Claims()
    for way in (OURS, QUICK):
        seconds, auc = median(column(way, "both")), min(column(way, "auc"))
        claims.check(
            f"{way}: AUC at least {AUC} in every split ({auc:.6f}), and at most {LIMIT_CPU_S:g} "
            f"CPU s of fit and encode ({seconds:.1f})",
            auc >= AUC and seconds <= LIMIT_CPU_S,
        )
    for rival in (SKLEARN, PLAIN):
        share = base / median(column(rival, "both"))
        errors = [median(column(way, "errors")) for way in (OURS, rival)]
        claims.check(
            f"less CPU time than {rival} ({share:.2f} of it) with no more errors "
            f"({errors[0]:g} and {errors[1]:g})",
            share < 1 and errors[0] <= errors[1],
        )
    claims.end()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("splits", nargs="?", type=int, default=SPLITS, help="how many (default: 5)")
    main(parser.parse_args().splits)
