"""Detectors at equal false alarms: ``python benchmarks/comparison.py``, or with nsl or kdd99.

Recall over false alarms on attack types that training held and on new ones, of XGBoost, which
learns from labelled attacks, and of three detectors that learn from normal rows alone. NSL-KDD is
cut as in Lab 3 and tested on KDDTest+, KDD99 as in Lab 1 and tested on its official test file;
models have the labs' settings. Each model is trained once per seed, and all figures come from
its scores. Figures are means over the seeds, with the lowest and the highest.

All parts together, with five seeds or more, rewrite what the labs draw their bands from,
``src/anomaly_labs/teaching/comparison.json``: sums over rows, no row.
"""

from anomaly_labs import runtime

rt = runtime.prepare(seed=0)

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import report
from page import write
from rankings import FILES, NAMES, SETS, Scores, scored

from anomaly_labs import datasets, evaluation, thresholds

KEPT = Path(__file__).parents[1] / "src/anomaly_labs/teaching/comparison.json"
SEEDS = 5
RULES: dict[str, tuple[str, Callable[..., float], dict[str, float]]] = {
    "percentile_95": ("95th percentile of held-out normal rows", thresholds.percentile, {"q": 95}),
    "percentile_99": ("99th percentile of held-out normal rows", thresholds.percentile, {"q": 99}),
    "conformal_bh": (
        "conformal, Benjamini-Hochberg at .05",
        thresholds.conformal_bh,
        {"fdr": 0.05},
    ),
}
HALF = ("half", "p > .5, the threshold that nobody chose")
COLUMNS = (
    "held_out",
    "tied",
    "largest_tie",
    "false_alarms",
    "recall",
    "recall_known",
    "recall_new",
)
COLUMNS += ("macro_recall", "accuracy")
TITLES = {name: rule[0] for name, rule in RULES.items()} | dict([HALF])
EQUAL = {"at_1": 0.01, "at_5": 0.05, "at_10": 0.10}
GRID = (0.001, 0.0015, 0.002, 0.003, 0.005, 0.007, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05)
GRID += (0.06, 0.07, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
PRINTED = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
INNERMOST = re.compile(r"\[[^\[\]{}]*\]")  # a list of numbers takes one line
Figures = dict[str, dict[str, Any]]


def judged(part: str, scores: Scores) -> tuple[Figures, pd.DataFrame, dict[str, float]]:
    """Return the figures of one seed by detector, its curves, and what the test file holds."""
    known, new = (datasets.load(name, split=split) for name, split in FILES[part])
    shared = {
        "names": new.y,
        "known": known.y.unique(),
        "families": datasets.attack_family(new.y),
    }
    cut = [
        (key, evaluation.Comparison(rule, scores, options=options, **shared))
        for key, (_, rule, options) in RULES.items()
    ]
    same = cut[0][1]
    cut.append((HALF[0], evaluation.Comparison(0.5, {"xgboost": scores["xgboost"]}, **shared)))
    figures: Figures = {name: {"auc": {}} for name in scores}
    for key, comparison in cut:
        families = comparison.by_family()
        for name, row in comparison.table().iterrows():
            figures[name]["auc"] = row["auc"]
            figures[name][key] = row.drop("auc").to_dict() | families[name].to_dict()
    for key, rate in EQUAL.items():
        for row in same.at_false_alarms([rate]).to_dict("records"):
            figures[row.pop("detector")][key] = row
    new_rows = (~new.y.isin(known.y.unique()) & (new.y != "normal")).to_numpy()
    counts = {"rows": len(new.y), "attacks": datasets.is_attack(new.y).sum()}
    counts |= {"new_rows": new_rows.sum(), "new_types": new.y[new_rows].nunique()}
    return figures, same.at_false_alarms(GRID), {name: int(count) for name, count in counts.items()}


def merged(seeds: list[Any]) -> Any:
    """Return dictionaries of numbers as one of [mean, lowest, highest], to four decimals."""
    if isinstance(seeds[0], dict):
        return {key: merged([one[key] for one in seeds]) for key in seeds[0]}
    values = (float(np.mean(seeds)), float(min(seeds)), float(max(seeds)))
    return [round(value, 4) for value in values]


def bands(curves: list[pd.DataFrame]) -> dict[str, dict[str, list[list[float]]]]:
    """Return for each detector and kind of types [mean, lowest, highest] by rate of the grid."""
    found = {}
    for name, rows in pd.concat(curves).groupby("detector", sort=False):
        by_rate = rows.groupby("false_alarms")
        found[str(name)] = {
            kind: by_rate[f"recall_{kind}"].agg(["mean", "min", "max"]).round(4).to_numpy().tolist()
            for kind in ("known", "new")
        }
    return found


def span(values: list[float]) -> str:
    """Return the mean, and lowest and highest in brackets."""
    return "{:.3f} ({:.3f} to {:.3f})".format(*values)


def show(kept: dict[str, Any]) -> None:
    """Print what one test file gave, as tables."""
    source = report.kind(kept["source"]).capitalize()
    print(
        f"\n### {kept['title']}\n\n{source}; {kept['rows']:,} test rows,"
        f" {kept['attacks']:,} of them attacks, {kept['new_rows']:,} of these of"
        f" {kept['new_types']} types that training did not hold; {kept['seeds']} seeds.\n"
    )
    print("Recall over false alarms on the test rows, means, known and new types:\n")
    rows = []
    for rate in PRINTED:
        place, row = GRID.index(rate), {"false alarms": f"{rate:.3f}"}
        for name, curve in kept["curves"].items():
            row[NAMES[name]] = " and ".join(f"{curve[k][place][0]:.3f}" for k in ("known", "new"))
        rows.append(row)
    print(report.table(rows), end="\n\n")
    for rule, title in TITLES.items():
        print(f"{title}:\n")
        rows = [
            {"detector": NAMES[name]} | {column: span(found[rule][column]) for column in COLUMNS}
            for name, found in kept["detectors"].items()
            if rule in found
        ]
        print(report.table(rows), end="\n\n")


def claim(kept: dict[str, Any], claims: report.Claims) -> None:
    """Check on KDDTest+ what the course says of thresholds and of rankings."""
    detectors = kept["detectors"]
    trees, others = (
        detectors["xgboost"],
        [detectors[name] for name in detectors if name != "xgboost"],
    )
    half, same = trees["half"]["recall_new"], trees["percentile_95"]["recall_new"]
    claims.check(
        f"XGBoost finds more new types at the 95th percentile than at .5 (lowest {same[1]:.3f},"
        f" highest {half[2]:.3f})",
        same[1] > half[2],
    )
    best = max(found["percentile_95"]["recall_new"][0] for found in others)
    claims.check(
        f"at that rule it finds at least what the detectors find ({same[0]:.3f} and {best:.3f})",
        same[0] >= best,
    )
    alarms = trees["percentile_95"]["false_alarms"]
    claims.check(
        f"it raises more false alarms than promised (lowest {alarms[1]:.3f})", alarms[1] > 0.05
    )
    most = trees["at_1"]["recall_new"][2]
    least = min(found["at_1"]["recall_new"][1] for found in others)
    claims.check(
        f"at 1 % false alarms it finds fewest new types (highest {most:.3f}, theirs {least:.3f})",
        most < least,
    )


def main(parts: list[str], n_seeds: int) -> None:
    print(f"Device {rt.device}, fast mode {'on' if rt.fast else 'off'}. Mean (lowest to highest).")
    claims, found = report.Claims(), {}
    for part in parts or SETS:
        seeds = [judged(part, scored(part, seed)) for seed in range(n_seeds)]
        new = datasets.load(FILES[part][1][0], split=FILES[part][1][1])
        found[part] = {"title": SETS[part][0], "source": new.source, "seeds": n_seeds}
        found[part] |= seeds[0][2] | {"detectors": merged([figures for figures, _, _ in seeds])}
        found[part]["curves"] = bands([curves for _, curves, _ in seeds])
        show(found[part])
        print("XGBoost at .5, the exact table:\n")
        print(report.table([half_row(seed, one[0]) for seed, one in enumerate(seeds)]), end="\n\n")
        if part == "nsl":
            claim(found[part], claims)
    real = all(one["source"] == "real" for one in found.values())
    if found.keys() == SETS.keys() and n_seeds >= SEEDS and real and not rt.fast:
        kept = {"command": "python benchmarks/comparison.py", "names": NAMES, "rules": TITLES}
        text = json.dumps(kept | {"false_alarms": GRID, "data": found}, indent=1)
        write(KEPT, INNERMOST.sub(lambda list_: " ".join(list_[0].split()), text) + "\n")
        print(f"\nWritten to {KEPT.relative_to(KEPT.parents[3])}.\n")
    claims.end()


def half_row(seed: int, figures: Figures) -> dict[str, object]:
    """Return the row of one seed in the table of XGBoost at .5."""
    row = figures["xgboost"][HALF[0]]
    shown = {name: f"{value:.4f}" for name, value in row.items() if name != "threshold"}
    return {"seed": float(seed)} | shown


if __name__ == "__main__":
    main(*report.choice(__doc__, SETS, seeds=SEEDS))
