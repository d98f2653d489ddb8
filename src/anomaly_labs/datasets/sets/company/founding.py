"""A world from its seed: who works in the company, and which machines it has."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .world import (
    _ROLE_SHARES,
    _SYLLABLES,
    N_PEOPLE,
    OFFICES,
    ROLES,
    SERVERS,
    SERVICES,
    World,
    stream_of,
)


def accounts(rng: np.random.Generator, number: int, prefix: str = "") -> np.ndarray:
    """Return different names of eight letters, none of which says who it is.

    Parameters
    ----------
    rng
        Draws them.
    number
        How many.
    prefix
        What they begin with; the rest is cut to eight letters.
    """
    words = rng.choice(np.array(_SYLLABLES), (4 * number, 4))
    names = pd.unique(pd.Series(["".join(word) for word in words]).str[: 8 - len(prefix)])
    return np.array([prefix + name for name in names[:number]], dtype=object)


def build(seed: int, days: int) -> World:
    """Return the world of a seed.

    Parameters
    ----------
    seed
        From 0 on.
    days
        How many days, from 5 on.
    """
    rng = stream_of(seed, "world")
    people = _people(rng, days)
    hosts = _hosts(rng, people)
    kinds = hosts["kind"].to_numpy()
    owners = [int(np.flatnonzero(kinds == kind)[0]) for kind in SERVICES]
    services = pd.DataFrame(
        {"account": accounts(rng, len(SERVICES), "svc_"), "kind": SERVICES, "host": owners}
    )
    people["host"] = np.flatnonzero(kinds == "workstation")[: len(people)]
    return World(seed, days, people, hosts, services)


def _people(rng: np.random.Generator, days: int) -> pd.DataFrame:
    role = rng.choice(len(ROLES), N_PEOPLE, p=_ROLE_SHARES)
    usual = np.array([8.0, 7.0, 9.0, 8.0, 21.0])[role]
    early = (role == ROLES.index("shift")) & (rng.random(N_PEOPLE) < 0.5)
    start = np.where(early, 5.0, usual) + rng.normal(0, 0.8, N_PEOPLE)
    since, until = np.zeros(N_PEOPLE, dtype=int), np.full(N_PEOPLE, days)
    moved = rng.permutation(N_PEOPLE)
    since[moved[:10]] = rng.integers(1, days, 10)
    until[moved[10:18]] = rng.integers(2, days + 1, 8)
    is_admin = role == ROLES.index("admin")
    admin = np.where(is_admin, accounts(rng, N_PEOPLE, "adm_"), "")
    return pd.DataFrame(
        {
            "account": accounts(rng, N_PEOPLE),
            "role": np.array(ROLES, dtype=object)[role],
            "office": rng.choice(np.array(OFFICES, dtype=object), N_PEOPLE, p=(0.5, 0.3, 0.2)),
            "start": start % 24,
            "level": rng.lognormal(0, 0.35, N_PEOPLE),
            "since": since,
            "until": until,
            "admin": admin,
        }
    )


def _hosts(rng: np.random.Generator, people: pd.DataFrame) -> pd.DataFrame:
    spare = 12  # meeting rooms
    kinds = np.array(["workstation"] * (len(people) + spare) + list(SERVERS), dtype=object)
    office = np.concatenate([people["office"], rng.choice(OFFICES, spare + len(SERVERS))])
    numbers = rng.choice(9000, len(kinds), replace=False) + 1000
    prefix = np.where(kinds == "workstation", "wks-", "srv-")
    last = rng.choice(250 * 250, len(kinds), replace=False)
    part = pd.Index(OFFICES).get_indexer(pd.Index(office)) + 1
    return pd.DataFrame(
        {
            "name": [f"{one}{number}" for one, number in zip(prefix, numbers, strict=True)],
            "address": [
                f"10.{p}.{low // 250 + 1}.{low % 250 + 1}"
                for p, low in zip(part, last, strict=True)
            ],
            "kind": kinds,
            "office": office,
        }
    )
