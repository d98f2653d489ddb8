"""Rules of the trade: what a desk would look for in each part, without a model.

Each takes the rows of a part and whether each lies in the quiet days, and returns a score for each
row; minus infinity where it says nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pandas as pd

from .cards import distance

Rule = Callable[[pd.DataFrame, np.ndarray], np.ndarray]
SILENT: Final = -np.inf


def entity_of(part: str) -> str:
    """Return the column that says whom an alert is about.

    Parameters
    ----------
    part
        Name of the part.
    """
    return {"flows": "source", "windows": "computer", "web": "address", "dns": "host"}.get(
        part, {"lines": "host", "tickets": "queue", "kpis": "time"}.get(part, "account")
    )


def hourly(frame: pd.DataFrame, by: str, value: str, how: str) -> np.ndarray:
    """Return for each row a figure of its hour: of all rows with the same entity.

    Parameters
    ----------
    frame
        Rows with a time.
    by
        Column of the entity.
    value
        Column that is counted.
    how
        What pandas calls it: "nunique", "size", "sum".
    """
    keys = [frame[by], frame["time"].dt.floor("h")]
    return frame[value].groupby(keys, observed=True).transform(how).to_numpy(dtype=float)


def unseen(frame: pd.DataFrame, quiet: np.ndarray, *columns: str) -> np.ndarray:
    """Return the rarity of a key in the quiet days: minus the logarithm of its smoothed share.

    Parameters
    ----------
    frame, quiet
        Rows, and whether each lies in the quiet days.
    columns
        That make the key.
    """
    keys = frame.groupby(list(columns), dropna=False, observed=True, sort=False).ngroup().to_numpy()
    seen = np.bincount(keys[quiet], minlength=int(keys.max()) + 1)[keys]
    return -np.log((seen + 0.5) / (quiet.sum() + 1))


def only(mask: np.ndarray, scores: np.ndarray | float) -> np.ndarray:
    """Return scores where a mask holds, silence elsewhere.

    Parameters
    ----------
    mask
        Shape (n_rows,).
    scores
        Of each row, or one for all.
    """
    return np.where(mask, scores, SILENT)


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

AUTHENTICATION: Final[dict[str, Rule]] = {
    "failed accounts of a source an hour": lambda f, q: only(
        ~f["success"].to_numpy(),
        hourly(f.assign(who=f["account"].where(~f["success"])), "source", "who", "nunique"),
    ),
    "failures of an account an hour": lambda f, q: only(
        ~f["success"].to_numpy(), hourly(f.assign(no=~f["success"]), "account", "no", "sum")
    ),
    "distinct destinations of an account an hour": lambda f, q: hourly(
        f, "account", "destination", "nunique"
    ),
    "account and destination never seen": lambda f, q: unseen(f, q, "account", "destination"),
    "VPN from an address never seen": lambda f, q: only(
        (f["package"] == "VPN").to_numpy(), unseen(f, q, "account", "source")
    ),
    "account and source never seen": lambda f, q: unseen(f, q, "account", "source"),
}

WINDOWS: Final[dict[str, Rule]] = {
    "1102, log cleared": lambda f, q: only((f["code"] == 1102).to_numpy(), 1),
    "4697, service installed": lambda f, q: only(
        (f["code"] == 4697).to_numpy(), unseen(f, q, "account", "code")
    ),
    "4625 by distinct accounts": lambda f, q: only(
        (f["code"] == 4625).to_numpy(), hourly(f.assign(key=f["code"]), "key", "account", "nunique")
    ),
    "4769, many tickets": lambda f, q: only((f["code"] == 4769).to_numpy(), f["count"].to_numpy()),
    "4672 of who had no rights": lambda f, q: only(
        f["code"].isin((4672, 4648)).to_numpy(), unseen(f, q, "account", "code")
    ),
    "computer and account never seen": lambda f, q: unseen(f, q, "computer", "account"),
    "distinct computers of an account an hour": lambda f, q: hourly(
        f, "account", "computer", "nunique"
    ),
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
        np.log(f["amount"]) - np.log(f["amount"])[q].groupby(f["account"][q]).mean().reindex(f["account"]).to_numpy()
    ).fillna(0).to_numpy(),
    "merchant never seen": lambda f, q: unseen(f, q, "account", "merchant"),
    "payments an hour": lambda f, q: hourly(f, "account", "amount", "size"),
    "speed": _fast,
    "merchant never seen, online, dear": lambda f, q: only(
        (f["channel"] == "online").to_numpy() & (unseen(f, q, "account", "merchant") > 9), f["amount"].to_numpy()
    ),
}  # fmt: skip


def _against_hour(name: str) -> Rule:
    def rule(frame: pd.DataFrame, quiet: np.ndarray) -> np.ndarray:
        hour: pd.Series[Hashable] = frame["time"].dt.hour
        known = frame[name][quiet].groupby(hour[quiet])
        middle, spread = hour.map(known.mean()), hour.map(known.std())
        return ((frame[name] - middle).abs() / (spread + 1e-9)).to_numpy()

    return rule


KPIS: Final[dict[str, Rule]] = {
    **{
        f"{name} against its hour": _against_hour(name)
        for name in ("orders", "visitors", "response_ms", "logons", "temperature", "vibration")
    },
    "orders for each visitor": lambda f, q: -(
        f["orders"].rolling(6, min_periods=1).sum() / (f["visitors"].rolling(6, min_periods=1).sum() + 5)
    ).to_numpy(),
}  # fmt: skip


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

RULES: Final[dict[str, dict[str, Rule]]] = {
    "flows": FLOWS,
    "authentication": AUTHENTICATION,
    "windows": WINDOWS,
    "web": WEB,
    "dns": DNS,
    "kpis": KPIS,
    "cards": CARDS,
    "lines": LINES,
    "tickets": TICKETS,
}
