"""Logons: which account, from which host to which, in which way, and whether it was let in."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ...contract import Schema
from .world import World

PACKAGES: Final = ("Kerberos", "NTLM", "SSH", "VPN")
LOGONS: Final = ("batch", "interactive", "network", "remote", "service", "unlock")
COLUMNS: Final = {
    "time": "datetime64[ms]",
    "account": "string",
    "source": "string",
    "destination": "string",
    "package": "category",
    "logon": "category",
    "administrative": "bool",
    "success": "bool",
}
SCHEMA: Final = Schema(COLUMNS, {"package": PACKAGES, "logon": LOGONS})


def table(
    world: World,
    seconds: np.ndarray,
    account: np.ndarray | str,
    source: np.ndarray | str,
    destination: np.ndarray | str,
    logon: str | np.ndarray,
    *,
    package: str | np.ndarray = "Kerberos",
    administrative: bool = False,
    success: bool | np.ndarray = True,
) -> pd.DataFrame:
    """Return logons; what is not an array holds for all.

    Parameters
    ----------
    world
        Gives the clock.
    seconds
        When, shape (n_events,).
    account, source, destination
        Who, from which host, to which.
    logon, package
        Some of `LOGONS` and of `PACKAGES`.
    administrative, success
        Whether with the rights of an administrator, and whether it was let in.
    """
    number = len(seconds)

    def column(value: np.ndarray | str) -> pd.api.extensions.ExtensionArray:
        full = np.full(number, value, dtype=object) if isinstance(value, str) else value
        return pd.array(full, dtype="str")

    def coded(value: np.ndarray | str, words: tuple[str, ...]) -> pd.Categorical:
        full = np.full(number, value, dtype=object) if isinstance(value, str) else value
        return pd.Categorical(full, categories=list(words))

    return pd.DataFrame(
        {
            "time": world.time(seconds),
            "account": column(account),
            "source": column(source),
            "destination": column(destination),
            "package": coded(package, PACKAGES),
            "logon": coded(logon, LOGONS),
            "administrative": np.broadcast_to(np.asarray(administrative), number),
            "success": np.broadcast_to(np.asarray(success), number),
        }
    )
