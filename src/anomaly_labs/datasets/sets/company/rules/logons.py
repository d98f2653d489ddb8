"""Rules for logons and Windows events."""

from __future__ import annotations

from typing import Final

from .scores import Rule, hourly, only, unseen

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
