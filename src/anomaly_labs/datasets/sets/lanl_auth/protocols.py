"""Two ways to put the red team into the excerpt: a naive one, and one that gives less away."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

DAY: Final = 86_400  # seconds; each window of the excerpt begins with a day
_WHO: Final = ("src_user", "src_host", "dst_host")
_HOW: Final = ("auth_type", "logon_type", "result")
_LOGON: Final = "LogOn"


class Injected(NamedTuple):
    """Events with lines of the red team among them.

    Attributes
    ----------
    X
        Events as the set has them, in the order of the file that they would make.
    y : shape (n_events,)
        1 for a line of the red team.
    window : shape (n_events,)
        0, 1, 2: to be trained on one and tested on the next.
    ranked : shape (n_events,)
        Whether the line is among those that a detector has to rank; it may learn from all.
    """

    X: pd.DataFrame
    y: np.ndarray
    window: np.ndarray
    ranked: np.ndarray


def remote_logons(events: pd.DataFrame) -> pd.Series:
    """Return whether each event is a logon from one host to another.

    Parameters
    ----------
    events
        As the set has them.
    """
    return (events["orientation"] == _LOGON) & (events["src_host"] != events["dst_host"])


def naive(
    events: pd.DataFrame, redteam: pd.DataFrame, *, lines: int = 50, seed: int = 0
) -> Injected:
    """Return the excerpt with real lines of the red team in each window, as one does at first.

    Users and hosts keep their names; how they authenticate is drawn from normal logons; every line
    is ranked. So all that is odd about the red team's names and all that is even about its lines
    stays: four hosts with high numbers, always a logon, many lines of one host in 90 seconds.

    Parameters
    ----------
    events, redteam
        Splits "excerpt" and "redteam".
    lines
        Lines of the red team in each window.
    seed
        Other seeds draw other lines.

    Raises
    ------
    ValueError
        If there are fewer lines of the red team than are wanted.
    """
    rng = np.random.default_rng(seed)
    windows = np.unique(events["time"] // DAY)
    logons = events[events["orientation"] == _LOGON]
    red = _drawn(redteam, lines * len(windows), rng)
    red = _filled(red, events, logons, np.repeat(windows, lines), rng)
    both = pd.concat([events.assign(red=0), red.assign(red=1)])
    both = both.sort_values("time", kind="stable", ignore_index=True)
    return _injected(both, np.full(len(both), True))


def leak_reduced(
    events: pd.DataFrame, redteam: pd.DataFrame, *, lines: int = 3, seed: int = 0
) -> Injected:
    """Return the excerpt with a few lines of the red team that only their combination gives away.

    Users and hosts of the red team become, one to one, users and hosts that log on to others in
    the excerpt. How they authenticate is drawn from such logons, and only such logons are ranked.
    The first window is clean. Then every user and host gets the name of another, so that numbers
    and lengths of names say nothing, and lines of a second are put in order as in the official
    file. What is left: who goes where, and how many hosts a host goes to, the more lines the more.

    Parameters
    ----------
    events, redteam
        Splits "excerpt" and "redteam".
    lines
        Lines of the red team in each window but the first; up to 10 is usual, and from then on
        the number of hosts that a host goes to finds them all.
    seed
        Other seeds draw other lines and names.

    Raises
    ------
    ValueError
        If there are fewer lines of the red team than are wanted, or fewer users or hosts to take
        their places than they have.
    """
    rng = np.random.default_rng(seed)
    windows = np.unique(events["time"] // DAY)[1:]
    usual = events[remote_logons(events)]
    red = _disguised(_drawn(redteam, lines * len(windows), rng), usual, rng)
    red = _filled(red, events, usual, np.repeat(windows, lines), rng)
    both = pd.concat([events.assign(red=0), red.assign(red=1)], ignore_index=True)
    both = _renamed(both, rng)
    both = both.sort_values([*events], kind="stable", ignore_index=True)
    return _injected(both, remote_logons(both).to_numpy())


def _drawn(redteam: pd.DataFrame, lines: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return that many lines of the red team, each at most once."""
    if lines > len(redteam):
        raise ValueError(f"{lines} lines are wanted, but the red team has {len(redteam)}")
    places = rng.choice(len(redteam), lines, replace=False)
    return redteam.iloc[places].reset_index(drop=True)


def _filled(
    red: pd.DataFrame,
    events: pd.DataFrame,
    usual: pd.DataFrame,
    windows: np.ndarray,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return lines with the times of events of their windows, and the rest of usual logons."""
    how = usual.iloc[rng.integers(len(usual), size=len(red))]
    day = events["time"].to_numpy() // DAY
    times = [rng.choice(events["time"].to_numpy()[day == window]) for window in windows]
    drawn = {column: how[column].to_numpy() for column in _HOW}
    return red.assign(time=times, dst_user=red["src_user"], orientation=_LOGON, **drawn)


def _disguised(red: pd.DataFrame, usual: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return lines whose users and hosts have become, one to one, usual ones."""
    taken: set[str] = set()
    for column in _WHO:
        names = red[column].unique()
        # A host that the red team comes from is none that it goes to.
        others = sorted({*usual[column]} - taken)
        if len(names) > len(others):
            raise ValueError(
                f"the red team's lines have {len(names)} values of {column}, and only "
                f"{len(others)} can take their places; ask for fewer lines"
            )
        chosen = rng.choice(others, len(names), replace=False)
        taken |= {*chosen}
        red = red.assign(**{column: red[column].map(dict(zip(names, chosen, strict=True)))})
    return red


def _renamed(events: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return events in which each user and each host has the name of another, everywhere."""
    columns = ["src_user", "dst_user", "src_host", "dst_host"]
    known = pd.unique(events[columns].to_numpy().ravel())
    parts = pd.Series(known).str.findall(r"\b[CU]\d+\b").explode().dropna().unique()
    new: dict[str, str] = {}
    for kind in "CU":
        names = sorted(name for name in parts if name.startswith(kind))
        new |= dict(zip(names, rng.permutation(names), strict=True))
    texts = pd.Series(known, index=known)
    full = texts.str.replace(r"\b[CU]\d+\b", lambda found: new[found[0]], regex=True)
    return events.assign(**{column: events[column].map(full) for column in columns})


def _injected(both: pd.DataFrame, ranked: np.ndarray) -> Injected:
    window = np.unique(both["time"] // DAY, return_inverse=True)[1]
    return Injected(both.drop(columns="red"), both["red"].to_numpy(), window, ranked)
