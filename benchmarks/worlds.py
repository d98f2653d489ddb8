"""The generated company before any model: ``python benchmarks/worlds.py``, or with some parts.

For each part and both sets of attacks, over draws of the world: which single column, which pair of
columns and which rule of the trade finds most cases, and whether length, names, numbers or order
of rows say anything. A case is found when one of its hours is among the alerts that a desk reads in
a day: fifty, or fewer where a part has only dozens of hours or tickets a day.
"""

from anomaly_labs import runtime

rt = runtime.prepare(seed=0)

import audit
import pandas as pd
import report

from anomaly_labs import datasets
from anomaly_labs.datasets.sets import find
from anomaly_labs.datasets.sets.company.parts import ATTACKS

PARTS = tuple(find("company").splits)
DAYS, DRAWS = 10, 10


def drawn(part: str, attacks: str, seed: int) -> pd.DataFrame:
    """Return the audit of one draw."""
    data = datasets.synthesize("company", part=part, seed=seed, days=DAYS, attacks=attacks)
    found = audit.audited(data.X, data.cases.to_numpy(), part, days=DAYS)
    return found.assign(seed=seed)


def line(part: str, attacks: str, found: pd.DataFrame) -> tuple[dict[str, object], pd.Series]:
    """Return the row of a part, and the mean AUC of what must say nothing."""
    means = found.groupby(["kind", "name"])[["auc", "ap", "recall"]].mean().reset_index()
    shown: dict[str, object] = {"part": part, "attacks": attacks}
    kinds = {"column": ("column", "rarity"), "pair": ("pair",), "rule": ("rule",)}
    for title, names in kinds.items():
        best = means[means["kind"].isin(names)].sort_values("recall").iloc[-1]
        ranking = means.loc[means["kind"].isin(names), "auc"].max()
        shown[f"best {title}"] = f"{best['name']}: {best['recall']:.2f}"
        shown[f"AUC, {title}"] = f"{ranking:.2f}"
    accidents = means[means["kind"].isin(audit.ACCIDENTS)].set_index(["kind", "name"])["auc"]
    shown["by accident"] = f"{accidents.max():.2f} ({' of '.join(accidents.idxmax())})"
    return shown, accidents


def main(parts: list[str], draws: int) -> None:
    print(f"{draws} draws of {DAYS} days; generated data. Recall of cases, mean over the draws.\n")
    claims, rows, found = report.Claims(), [], {}
    for part in parts or PARTS:
        for attacks in ATTACKS:
            audits = pd.concat([drawn(part, attacks, seed) for seed in range(draws)])
            found[part, attacks] = line(part, attacks, audits)
            rows.append(found[part, attacks][0])
    print(report.table(rows), end="\n\n")
    for (part, attacks), (shown, accidents) in found.items():
        best = max(
            float(str(shown[f"best {kind}"]).rpartition(" ")[2]) for kind in ("column", "rule")
        )
        where = f"{part}, {attacks}"
        claims.check(f"{where}: a fifth of the cases stays unfound ({best:.2f} found)", best <= 0.8)
        claims.check(
            f"{where}: length, name, number and order stay within .6 ({accidents.max():.2f})",
            accidents.max() <= 0.6,
        )
    claims.end()


if __name__ == "__main__":
    main(*report.choice(__doc__, PARTS, seeds=DRAWS))
