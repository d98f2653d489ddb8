"""Rules for payments, key figures, log lines and tickets."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..cards import distance
from .scores import SILENT, Rule, hourly, only, unseen


def _fast(frame: pd.DataFrame, quiet: np.ndarray) -> np.ndarray:
    """Score the speed between two payments with the card itself."""
    there = frame[frame["channel"] != "online"]
    before = there.groupby("account")[["time", "postcode"]].shift()
    hours = (there["time"] - before["time"]).dt.total_seconds().to_numpy() / 3600
    way = distance(
        there["postcode"].to_numpy(), before["postcode"].fillna(0).to_numpy().astype(int)
    )
    speed = np.where(np.isfinite(hours), way / (hours + 0.5), SILENT)
    return pd.Series(speed, index=there.index).reindex(frame.index, fill_value=SILENT).to_numpy()


CARDS: Final[dict[str, Rule]] = {
    "amount": lambda f, q: f["amount"].to_numpy(),
    "amount against the account's own": lambda f, q: (
        (
            np.log(f["amount"])
            - np.log(f["amount"])[q]
            .groupby(f["account"][q])
            .mean()
            .reindex(f["account"])
            .to_numpy()
        )
        .fillna(0)
        .to_numpy()
    ),
    "merchant never seen": lambda f, q: unseen(f, q, "account", "merchant"),
    "payments an hour": lambda f, q: hourly(f, "account", "amount", "size"),
    "speed": _fast,
    "merchant never seen, online, dear": lambda f, q: only(
        (f["channel"] == "online").to_numpy() & (unseen(f, q, "account", "merchant") > 9),
        f["amount"].to_numpy(),
    ),
}


def _against_hour(name: str) -> Rule:
    def rule(frame: pd.DataFrame, quiet: np.ndarray) -> np.ndarray:
        hour: pd.Series = frame["time"].dt.hour
        known = frame[name][quiet].groupby(hour[quiet])
        middle, spread = hour.map(known.mean()), hour.map(known.std())
        return ((frame[name] - middle).abs() / (spread + 1e-9)).to_numpy()

    return rule


KPIS: Final[dict[str, Rule]] = {
    **{
        f"{name} against its hour": _against_hour(name)
        for name in ("orders", "visitors", "response_ms", "logons", "temperature", "vibration")
    },
    "orders for each visitor": lambda f, q: (
        -(
            f["orders"].rolling(6, min_periods=1).sum()
            / (f["visitors"].rolling(6, min_periods=1).sum() + 5)
        ).to_numpy()
    ),
}


def _template(texts: pd.Series) -> pd.Series:
    return texts.str.replace(r"[\w.]*\d[\w.]*", "#", regex=True)


LINES: Final[dict[str, Rule]] = {
    "failed passwords of a host an hour": lambda f, q: only(
        f["text"].str.startswith("Failed").to_numpy(),
        hourly(f.assign(no=f["text"].str.startswith("Failed")), "host", "no", "sum"),
    ),
    "refused logins of an address an hour": lambda f, q: only(
        f["text"].str.startswith("WARN login").to_numpy(),
        hourly(f.assign(whence=f["text"].str.extract(r"from=(\S+)")[0]), "whence", "text", "size"),
    ),
    "template never seen": lambda f, q: unseen(f.assign(t=_template(f["text"])), q, "t"),
    "name and address never seen together": lambda f, q: only(
        f["text"].str.startswith("Accepted").to_numpy(),
        unseen(f.assign(t=f["text"].str.extract(r"for (.+) port")[0]), q, "t"),
    ),
    "accepted password": lambda f, q: only(
        f["text"].str.startswith("Accepted password").to_numpy(), 1
    ),
}

TICKETS: Final[dict[str, Rule]] = {
    "tickets of a queue an hour": lambda f, q: hourly(f, "queue", "text", "size"),
    "equal words an hour": lambda f, q: hourly(
        f.assign(t=f["text"].str.split().str[:3].str.join(" ")), "t", "text", "size"
    ),
    "locked": lambda f, q: only(
        f["text"].str.contains("locked").to_numpy(), hourly(f, "queue", "text", "size")
    ),
    "site never seen": lambda f, q: unseen(
        f.assign(t=f["text"].str.extract(r"from (\S+\.\w+)")[0]), q, "t"
    ),
    "administrator": lambda f, q: only(f["text"].str.contains("administrator").to_numpy(), 1),
}
