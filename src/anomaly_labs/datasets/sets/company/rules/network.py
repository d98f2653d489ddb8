"""Rules for flows, the web server and questions for names."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from .scores import Rule, hourly, only, unseen


def _inside(addresses: pd.Series) -> np.ndarray:
    return addresses.str.startswith("10.").to_numpy()


def _outward(frame: pd.DataFrame, quiet: np.ndarray) -> np.ndarray:
    sent = frame["bytes_out"].where(~_inside(frame["destination"]), 0)
    return hourly(frame.assign(sent=sent), "source", "sent", "sum")


def _regular(frame: pd.DataFrame, quiet: np.ndarray) -> np.ndarray:
    """Score pairs that were never seen before by how equal the times between their flows are."""
    pair = frame["source"] + ">" + frame["destination"]
    new = ~pair.isin(set(pair[quiet])).to_numpy() & ~_inside(frame["destination"])
    gap = frame["time"].groupby(pair).diff().dt.total_seconds()
    count = pair.map(pair.value_counts()).to_numpy()
    spread = (gap.groupby(pair).transform("std") / gap.groupby(pair).transform("mean")).to_numpy()
    return only(new & (count >= 6) & np.isfinite(spread), -spread)


def _refused(frame: pd.DataFrame, quiet: np.ndarray) -> np.ndarray:
    silent = frame.assign(there=frame["destination"].where(frame["bytes_in"] < 60))
    return hourly(silent, "source", "there", "nunique")


FLOWS: Final[dict[str, Rule]] = {
    "distinct destinations an hour": lambda f, q: hourly(f, "source", "destination", "nunique"),
    "remote control of other machines": lambda f, q: only(
        f["port"].isin((445, 135, 3389, 5985)).to_numpy() & ~f["source"].isin(f["destination"]),
        hourly(f, "source", "destination", "nunique"),
    ),
    "mail from who sent none": lambda f, q: only(
        f["port"].isin((25, 587)).to_numpy(), unseen(f, q, "source", "port")
    ),
    "bytes out an hour": _outward,
    "equal times to a new address": _regular,
    "no answer from many": _refused,
    "pair never seen": lambda f, q: unseen(f, q, "source", "destination"),
}


def _without_files(frame: pd.DataFrame, quiet: np.ndarray) -> np.ndarray:
    static = frame["path"].str.startswith("/static").to_numpy() | (frame["path"] == "/favicon.ico")
    files = frame.assign(static=static).groupby("address")["static"].transform("sum").to_numpy()
    declared = frame["agent"].str.contains("Bot|curl|App|Feed").to_numpy()
    return only((files == 0) & ~declared, hourly(frame, "address", "path", "size"))


_ODD_PATHS: Final = r"wp-|\.env|\.git|admin|backup|config|php|union|%27|'|\.\./|%3C"

WEB: Final[dict[str, Rule]] = {
    "no static file, no declared bot": _without_files,
    "404 an hour": lambda f, q: hourly(f.assign(no=f["status"] == 404), "address", "no", "sum"),
    "401 an hour": lambda f, q: hourly(f.assign(no=f["status"] == 401), "address", "no", "sum"),
    "POST an hour": lambda f, q: hourly(f.assign(on=f["method"] == "POST"), "address", "on", "sum"),
    "distinct paths an hour": lambda f, q: hourly(f, "address", "path", "nunique"),
    "paths of attack tools": lambda f, q: hourly(
        f.assign(odd=f["path"].str.contains(_ODD_PATHS)), "address", "odd", "sum"
    ),
    "path never seen": lambda f, q: unseen(f, q, "path"),
}


def _entropy(words: pd.Series) -> np.ndarray:
    distinct = pd.unique(words)

    def bits(word: str) -> float:
        counts = np.unique(list(word), return_counts=True)[1] / max(len(word), 1)
        return float(-(counts * np.log2(counts)).sum())

    return words.map({word: bits(word) for word in distinct}).to_numpy(float)


def _registered(queries: pd.Series) -> pd.Series:
    return queries.str.split(".").str[-2:].str.join(".")


DNS: Final[dict[str, Rule]] = {
    "NXDOMAIN an hour": lambda f, q: hourly(
        f.assign(no=f["code"] == "NXDOMAIN"), "host", "no", "sum"
    ),
    "entropy of the first label": lambda f, q: _entropy(f["query"].str.split(".").str[0]),
    "length of the name": lambda f, q: f["query"].str.len().to_numpy(float),
    "new domains an hour": lambda f, q: hourly(
        f.assign(new=~_registered(f["query"]).isin(set(_registered(f["query"])[q]))),
        "host",
        "new",
        "sum",
    ),
    "TXT an hour": lambda f, q: hourly(f.assign(on=f["type"] == "TXT"), "host", "on", "sum"),
    "distinct names below one domain": lambda f, q: hourly(
        f.assign(pair=f["host"] + _registered(f["query"])), "pair", "query", "nunique"
    ),
}
