"""Attacks in log lines: what the secure shell and the shop write of them."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..incident import Incident, outside
from ..late import end, kinds, moment
from ..lines import filled, shells, table
from ..world import HOUR, World
from .trace import administrator, steps, stolen, victims, workstation


def _port(rng: np.random.Generator, number: int) -> np.ndarray:
    return rng.integers(32768, 61000, number)


def _refused(
    rng: np.random.Generator,
    world: World,
    seconds: np.ndarray,
    host: int,
    names: np.ndarray,
    source: str,
) -> pd.DataFrame:
    number = len(seconds)
    text = filled(
        "Failed password for {} from " + source + " port {} ssh2", names, _port(rng, number)
    )
    return table(world, seconds, np.full(number, host), "sshd", text)


def _session(
    rng: np.random.Generator,
    world: World,
    seconds: np.ndarray,
    hosts: np.ndarray,
    name: str,
    source: str,
    way: str,
) -> pd.DataFrame:
    """Return what is written when somebody is let in, and when he goes."""
    number = len(seconds)
    accepted = filled(
        "Accepted " + way + " for " + name + " from " + source + " port {} ssh2", _port(rng, number)
    )
    opened = f"pam_unix(sshd:session): session opened for user {name} by (uid=0)"
    closed = f"pam_unix(sshd:session): session closed for user {name}"
    over = np.minimum(seconds + rng.lognormal(6.3, 1.0, number), end(world))
    return pd.concat(
        [
            table(world, seconds, hosts, "sshd", accepted),
            table(world, seconds + 0.1, hosts, "sshd", np.full(number, opened, dtype=object)),
            table(world, over, hosts, "sshd", np.full(number, closed, dtype=object)),
        ],
        ignore_index=True,
    )


def _guessing(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1110.001 over the secure shell: wrong passwords, and sometimes the right one."""
    number, pause = int(rng.integers(4, 12)), float(np.exp(rng.uniform(0.5, 6)))
    begin = moment(world, rng, by_day=0.4, lasts=2 * number * pause)
    source = str(world.hosts["address"].iloc[workstation(world, rng, begin)])
    tried = victims(world, rng, begin, int(rng.integers(1, 6)))
    names = world.people["account"].to_numpy()[rng.choice(tried, number)]
    host, seconds = int(rng.choice(shells(world))), steps(rng, begin, number, pause)
    wrong = _refused(rng, world, seconds, host, names, source)
    if rng.random() < 0.7:
        return wrong
    after = seconds[-1:] + rng.uniform(1, 30)
    let_in = _session(rng, world, after, np.array([host]), str(names[-1]), source, "password")
    return pd.concat([wrong, let_in], ignore_index=True)


def _key(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1552.004 and T1021.004, a private key found: its owner comes from a strange host."""
    begin = moment(world, rng, by_day=0.4, lasts=3 * HOUR)
    source = str(world.hosts["address"].iloc[workstation(world, rng, begin)])
    hosts = rng.choice(shells(world), int(rng.integers(1, 4)), replace=False)
    name = administrator(world, rng)
    if rng.random() < 0.4:
        name = str(rng.choice(world.services["account"].to_numpy()))
    seconds = steps(rng, begin, len(hosts), rng.uniform(60, 1500))
    written = _session(rng, world, seconds, hosts, name, source, "publickey")
    # Of programs only the first of the three lines is kept in the logs.
    return written.iloc[: len(hosts)] if name.startswith("svc_") else written


def _shop(world: World, seconds: np.ndarray, text: np.ndarray) -> pd.DataFrame:
    return table(world, seconds, np.full(len(text), world.servers("shop")[0]), "shop", text)


def _errors(rng: np.random.Generator, world: World, seconds: np.ndarray) -> pd.DataFrame:
    """Return what the shop writes while somebody tries pieces of SQL in its fields."""
    number = len(seconds)
    field = rng.choice(np.array(["quantity", "quantity", "q", "ref", "page"], dtype=object), number)
    error = filled("ERROR invalid input field={} id={}", field, rng.integers(10**5, 10**6, number))
    waited = 1000 * rng.integers(2, 11, number) + rng.integers(3, 90, number)
    names = rng.choice(np.array(["items", "customers"], dtype=object), number)
    slow = filled("WARN slow query {} ms table={}", waited, names)
    return _shop(world, seconds, np.where(rng.random(number) < 0.3, slow, error))


def _injection(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1190, exploitation of the shop: fields that it cannot read, questions that wait."""
    number, pause = int(rng.integers(4, 11)), float(np.exp(rng.uniform(0.5, 5.5)))
    begin = moment(world, rng, by_day=0.4, lasts=2 * number * pause)
    return _errors(rng, world, steps(rng, begin, number, pause))


def _stuffing(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1110.004 and OAT-008, credential stuffing: customers refused from few addresses."""
    number, pause = int(rng.integers(4, 12)), float(np.exp(rng.uniform(0, 5.5)))
    begin = moment(world, rng, by_day=0.3, lasts=2 * number * pause)
    homes = np.array([outside(rng) for _ in range(rng.integers(1, 4))], dtype=object)
    pair = rng.integers(10000, 99999, number), rng.choice(homes, number)
    refused = filled("WARN login refused customer={} from={}", *pair)
    good = filled("INFO login ok customer={} from={}", *pair)
    text = np.where(rng.random(number) < 0.1, good, refused)
    return _shop(world, steps(rng, begin, number, pause), text)


def _resets(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1589.002 and OAT-007, resets asked for many: whose mail is answered is a customer."""
    number, pause = int(rng.integers(4, 10)), float(np.exp(rng.uniform(0, 5.5)))
    begin = moment(world, rng, by_day=0.3, lasts=2 * number * pause)
    customer = rng.integers(10000, 99999, number)
    if rng.random() < 0.3:  # the box of one customer is filled, to hide a letter in it
        customer = np.full(number, customer[0])
    text = filled("INFO password reset mailed customer={} from=" + outside(rng), customer)
    return _shop(world, steps(rng, begin, number, pause), text)


KINDS: Final = {
    "ssh password guessing": _guessing,
    "stolen ssh key": _key,
    "sql injection": _injection,
    "credential stuffing": _stuffing,
    "password reset abuse": _resets,
}


def incident(world: World, plan: Incident, rng: np.random.Generator) -> pd.DataFrame:
    """Return the incident's lines: errors while the shop is probed, then logons to the targets.

    Parameters
    ----------
    world
        Gives hosts and clock.
    plan
        Says from where to where, and when.
    rng
        Draws the rest.
    """
    probed = _errors(rng, world, steps(rng, plan.scan + 600, int(rng.integers(2, 5)), 60))
    here = str(world.hosts["address"].iloc[plan.host])
    own = np.array([world.people["account"].iloc[plan.person]], dtype=object)
    able = np.array([one for one in plan.targets if one in shells(world)])
    number = int(rng.integers(1, 4))
    tried = plan.spread + np.sort(rng.uniform(0, 240, number))
    wrong = _refused(rng, world, tried, int(able[-1]), own.repeat(number), here)
    arrive = steps(rng, plan.spread + 300, len(able), 300)
    let_in = _session(rng, world, arrive, able, stolen(world), here, "password")
    return kinds(
        ("sql injection", probed),
        ("ssh password guessing", pd.concat([wrong, let_in])),
    )
