"""The limits of the assessment: ``python benchmarks/assessment.py``, or with a number of seeds.

The solution notebook is run as it stands, once for each seed, with another learner's rows, another
private seed and other weights, on real and on generated rows; its checks compute the figures that
they grade, and none of them stops the run. The limit is the mean minus three standard deviations
(plus three for errors and false alarms), the looser one of both kinds of rows.

Beside it, with a third of the seeds: what must not reach a limit. One network is trained on all
rows, one with the learning rate of a well-known recipe (0.00001), one supervised detector has
learned from test rows too and hides it, one network is none (half of the input comes back), and one
anomaly score is that of the supervised detector.
"""

from anomaly_labs import runtime

rt = runtime.prepare(seed=0)

import argparse
import ast
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import report

from anomaly_desk.labs import sources
from anomaly_labs import checks, datasets, runtime
from anomaly_labs.exams import assessment

SOURCE = sources.read(Path(__file__).parents[1] / "solutions" / "assessment" / "lab.py")
LOAD = datasets.load
SOURCES: tuple[Literal["real", "synthetic"], ...] = ("real", "synthetic")
SMALL_IS_GOOD = ("left", "alarms")
REFERENCE = "Reference solution"
Names = dict[str, Any]


class Lenient:
    """Stands in for `checks`: whatever is expected is met, and hidden rows are drawn."""

    hidden_rng = staticmethod(checks.hidden_rng)

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *given, **named: None


def trained_on_attacks(names: Names) -> None:
    names["normal_only"] = lambda table: table.drop(columns="label")


def hardly_trained(names: Names) -> None:
    names["settings"] = names["settings"] | {"learning_rate": 1e-5}


def supervised_score(names: Names) -> None:
    names["anomaly_score"] = names["predict_attack"]


def half_of_the_input(names: Names) -> None:
    names["reconstruct"] = lambda X: 0.5 * names["to_matrix"](X)


def learned_from_test_rows(names: Names) -> None:
    """Blur what was learned from both files, so that its AUC looks honest."""
    both = [names["data"].train, names["data"].test]
    rows = names["row_encoder"].transform(pd.concat([part.X for part in both]))
    attack = np.concatenate([datasets.is_attack(part.y) for part in both])
    model = names["xgb"].train(names["xgb_params"], names["xgb"].DMatrix(rows, label=attack), 60)

    def blurred(X: pd.DataFrame) -> np.ndarray:
        table = names["xgb"].DMatrix(names["row_encoder"].transform(X))
        noise = pd.util.hash_pandas_object(X.astype(str), index=False) % 100_003 / 100_003
        return np.asarray(0.45 * model.predict(table) + 0.55 * noise)

    names["predict_attack"] = blurred


# What is changed, and after which exercise.
WRONG: dict[str, tuple[str, Callable[[Names], None]]] = {
    "trained on attacks": ("assessment-q5", trained_on_attacks),
    "learning rate 0.00001": ("assessment-q5", hardly_trained),
    "learned from test rows": ("assessment-q3", learned_from_test_rows),
    "half of the input": ("assessment-q8", half_of_the_input),
    "supervised score": ("assessment-q9", supervised_score),
}
# Names of the figures in the check cells.
GRADED = {
    "assessment-q3": ("auc", "lead"),
    "assessment-q8": ("left", "own_share", "worse", "strange"),
    "assessment-q9": ("auc", "odd", "agrees"),
    "assessment-q10": ("right", "alarms", "agrees"),
}


def run(cell: str, names: Names) -> Any:
    """Execute a cell and return its last expression, as a notebook does."""
    tree = ast.parse(cell)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else ast.Expr
    exec(compile(tree, "cell", "exec"), names)
    if isinstance(last, ast.Expr):
        return eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    return None


def figures(seed: int, wrong: str = "") -> dict[str, float]:
    """Return what the checks measure of one run of the notebook."""
    os.environ[runtime.LEARNER] = f"learner {seed}"
    os.environ[runtime.PRIVATE_SEED] = f"private {seed}"
    at, change = WRONG.get(wrong, ("", None))
    names: Names = {}
    found: dict[str, float] = {}
    for written, cell in zip(SOURCE.cells, SOURCE.solution().cells, strict=True):
        if written.kind != "code" or "instructor" in written.keys:
            continue
        points = run(cell.source, names)
        plt.close("all")
        if "rt" in names and not isinstance(names["checks"], Lenient):
            names |= {"rt": replace(names["rt"], seed=seed), "checks": Lenient()}
        if change and written.keys.get("exercise") == at:
            change(names)
        task = written.keys.get("check", "")
        found |= {f"{task} {name}": float(names[name]) for name in GRADED.get(task, ())}
        if task in GRADED:
            found[f"{task} points"] = float(points)
    return found | comparison(names)


def comparison(names: Names) -> dict[str, float]:
    """Return what the course says with its two detectors; not graded."""
    per_detector = names["my_results"].items()
    what = ("false alarms", "recall known", "recall new")
    return {
        f"{detector}: {name}": value
        for detector, three in per_detector
        for name, value in zip(what, three, strict=True)
    }


def measured(source: Literal["real", "synthetic"], seeds: range, wrong: str = "") -> pd.DataFrame:
    datasets.load = partial(LOAD, source=source)
    assessment.expect_training = lambda *given: None
    table = pd.DataFrame([figures(seed, wrong) for seed in seeds])
    kind = "real rows" if source == "real" else "GENERATED rows"
    print(f"\n### {wrong or REFERENCE}, {len(seeds)} seeds, {kind}\n")
    shown = pd.DataFrame({"mean": table.mean(), "sd": table.std(ddof=1)})
    shown["lowest"], shown["highest"] = table.min(), table.max()
    away = 3 * shown["sd"] * np.where(shown.index.str.endswith(SMALL_IS_GOOD), 1, -1)
    shown["limit"] = shown["mean"] + away
    print(markdown(shown, ".4f"), flush=True)
    return shown


def markdown(shown: pd.DataFrame, form: str) -> str:
    return report.table(
        [
            {"figure": name, **{column: format(value, form) for column, value in row.items()}}
            for name, row in shown.iterrows()
        ]
    )


def main(n_seeds: int) -> None:
    print(
        "Each seed has another learner's rows, another private seed and other weights. `limit` is "
        "the mean minus three standard deviations (plus, for `left` and alarms); the limits of the "
        "assessment and their reasons are in `assessment/README.md`."
    )
    claims = report.Claims()
    right = {kind: measured(kind, range(n_seeds)) for kind in SOURCES}
    both = pd.DataFrame({kind: shown["limit"] for kind, shown in right.items()})
    loosest = both.min(axis=1).where(~both.index.str.endswith(SMALL_IS_GOOD), both.max(axis=1))
    print("\n### Limits: the looser one of both\n")
    print(markdown(loosest.to_frame("limit"), ".3f"), end="\n\n", flush=True)
    for kind, shown in right.items():
        full = all(shown["lowest"][f"{task} points"] == SOURCE.points[task] for task in GRADED)
        claims.check(f"{REFERENCE}, {kind} rows: full points with every seed", full)
    for wrong, (task, _) in WRONG.items():
        for kind in SOURCES:
            shown = measured(kind, range(max(2, n_seeds // 3)), wrong)
            short = any(
                shown["highest"][f"{graded} points"] < SOURCE.points[graded] for graded in GRADED
            )
            print()
            claims.check(f"{wrong} ({task}), {kind} rows: never full points", short)
    claims.end()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("seeds", nargs="?", type=int, default=10, help="how many (default: 10)")
    main(parser.parse_args().seeds)
