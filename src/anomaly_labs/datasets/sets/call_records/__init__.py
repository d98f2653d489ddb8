"""Call records, generated: honest SIMs, and SIM boxes that resell calls from abroad."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ...contract import NORMAL, DataSet, Schema, Split
from ...generated import Generator, Rows
from ...synthetic import whole_number
from . import calls, sims

DAYS: Final = 14
N_SIMS: Final = 6000
PREVALENCE: Final = 0.001
MIMICRY: Final = 0.5

SCHEMA: Final = Schema(
    {
        "time": "datetime64[ms]",
        "sim": "string",
        "device": "string",
        "cell": "int16",
        "direction": "category",
        "other": "string",
        "answered": "bool",
        "duration": "int32",
    },
    {"direction": ("in", "out")},
    classes=(NORMAL, *sims.STRATEGIES),
    family=dict.fromkeys(sims.STRATEGIES, "SIM box"),
    cases=True,
)


def generate(
    n_rows: int,
    split: str,
    seed: int,
    *,
    mimicry: float = MIMICRY,
    n_sims: int = N_SIMS,
    days: int = DAYS,
    prevalence: float = PREVALENCE,
) -> Rows:
    """Return call records of some weeks.

    Parameters
    ----------
    n_rows, split
        Not looked at.
    seed
        Of the network.
    mimicry
        How human boxes seem, from 0, crude, to 1, in all as a person's SIM.
    n_sims
        SIMs, from 100 on.
    days
        From 7 on.
    prevalence
        Share of the SIMs that are in boxes; one in a thousand where nothing is asked for.

    Raises
    ------
    ValueError
        If an option cannot have this value.
    """
    n_sims, days = whole_number(n_sims, "n_sims", 100), whole_number(days, "days", 7)
    if not 0 <= mimicry <= 1:
        raise ValueError(f"mimicry={mimicry!r} must lie between 0 and 1")
    if not 0 <= prevalence <= 0.2:
        raise ValueError(f"prevalence={prevalence!r} must lie between 0 and 0.2")
    bad = round(prevalence * n_sims)
    people = sims.honest(np.random.default_rng([seed, 1]), n_sims - bad, days)
    boxes = sims.boxes(np.random.default_rng([seed, 2]), bad, days, mimicry, n_sims)
    owned = pd.concat([people, boxes], ignore_index=True)
    frame = calls.calls(np.random.default_rng([seed, 3]), owned, days)
    return _rows(np.random.default_rng([seed, 4]), owned, frame)


def _names(
    rng: np.random.Generator, codes: np.ndarray, first: str, digits: int
) -> pd.api.extensions.ExtensionArray:
    """Return a number of so many digits for each code, in no order."""
    distinct, place = np.unique(codes, return_inverse=True)
    low = 10 ** (digits - 1)
    numbers = rng.choice(9 * low, len(distinct), replace=False) + low
    return pd.array(
        np.array([f"{first}{one}" for one in numbers], dtype=object)[place], dtype="str"
    )


def _rows(rng: np.random.Generator, owned: pd.DataFrame, frame: pd.DataFrame) -> Rows:
    """Return records with names in place of numbers, in order of time."""
    frame = frame.iloc[np.lexsort((rng.random(len(frame)), frame["seconds"]))].reset_index(
        drop=True
    )
    sim = frame["sim"].to_numpy()
    moment = calls.start() + (frame["seconds"].to_numpy() * 1000).astype("timedelta64[ms]")
    X = pd.DataFrame(
        {
            "time": moment,
            "sim": _names(rng, sim, "s", 7),
            "device": _names(rng, frame["device"].to_numpy(), "d", 7),
            "cell": frame["cell"].astype("int16"),
            "direction": pd.Categorical.from_codes(
                frame["direction"].to_numpy(), categories=pd.Index(["in", "out"])
            ),
            "other": _names(rng, frame["other"].to_numpy(), "n", 7),
            "answered": frame["answered"],
            "duration": frame["duration"].astype("int32"),
        }
    )
    box = owned["box"].to_numpy()[sim]
    kind = np.where(box > 0, owned["kind"].to_numpy()[sim], NORMAL)
    y = pd.Series(pd.Categorical(kind, categories=list(SCHEMA.classes)), name="label")
    return Rows(X, y, cases=pd.Series(box.astype("int32"), name="case"))


SET: Final = DataSet(
    name="call_records",
    title="Call records, generated: honest SIMs and SIM boxes",
    licence="that of this project",
    citation="This project. No operator's records were seen: habits and strategies are invented",
    urls=(),
    splits={"two_weeks": Split(417_424, ())},
    default_split="two_weeks",
    schema=SCHEMA,
    generator=Generator(1, generate, ("mimicry", "n_sims", "days", "prevalence")),
)
