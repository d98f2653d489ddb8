"""What `benchmarks/comparison.py` measured: four detectors at equal false alarms, several seeds.

The figures lie beside this module in ``comparison.json``, which that benchmark writes.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd


@cache
def measured() -> dict[str, Any]:
    """Return all that the benchmark kept, as its JSON holds it."""
    text = files(__package__).joinpath("comparison.json").read_text(encoding="utf-8")
    kept: dict[str, Any] = json.loads(text)
    return kept


def bands(part: str) -> pd.DataFrame:
    """Return recall over false alarms of each detector: the mean of the seeds and its limits.

    Parameters
    ----------
    part
        "nsl" (trained on the 20 % file of NSL-KDD, tested on KDDTest+) or "kdd99" (trained on the
        10 % file, tested on the official test file).

    Returns
    -------
    DataFrame
        Columns detector, types ("known" or "new"), false_alarms, mean, low and high.

    Raises
    ------
    ValueError
        If there is no such part.

    Examples
    --------
    >>> table = bands("nsl")
    >>> sorted(table["types"].unique())
    ['known', 'new']
    """
    kept = measured()
    if part not in kept["data"]:
        raise ValueError(f"part={part!r} was not measured; choose from {', '.join(kept['data'])}")
    rows = [
        {"detector": kept["names"][name], "types": types, "false_alarms": rate}
        | dict(zip(("mean", "low", "high"), values, strict=True))
        for name, curves in kept["data"][part]["curves"].items()
        for types, curve in curves.items()
        for rate, values in zip(kept["false_alarms"], curve, strict=True)
    ]
    return pd.DataFrame(rows)


def figure(key: str) -> str:
    """Return one figure as texts print it: two decimals, or lowest and highest of the seeds.

    Parameters
    ----------
    key
        The way through the JSON, such as ``nsl.xgboost.half.recall_new`` for the mean of the
        seeds; with ``.range`` at its end the lowest and the highest.

    Raises
    ------
    KeyError
        If the benchmark kept no such figure.

    Examples
    --------
    >>> figure("nsl.xgboost.half.recall_new").startswith(".")
    True
    """
    part, *way = key.removesuffix(".range").split(".")
    found: Any = measured()["data"].get(part, {})
    found = found.get("detectors", {}) if len(way) > 1 else found
    for step in way:
        found = found.get(step) if isinstance(found, dict) else None
    if isinstance(found, int):
        return f"{found:,}"
    if not isinstance(found, list):
        raise KeyError(f"comparison.json holds no figure {key!r}")
    mean, low, high = (f"{value:.2f}".removeprefix("0") for value in found)
    if not key.endswith(".range"):
        return mean
    return low if low == high else f"{low} to {high}"
