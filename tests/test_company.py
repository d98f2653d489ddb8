"""The generated company: one world, nine views, one incident that can be followed by hand."""

import hashlib

import numpy as np
import pytest

from anomaly_labs import datasets
from anomaly_labs.datasets.sets import find
from anomaly_labs.datasets.sets.company import founding, incident, parts, world
from anomaly_labs.teaching.company import incident_line

PARTS = tuple(find("company").splits)
KEYS = {"flows": "source", "authentication": "account", "windows": "account", "dns": "host"}


@pytest.fixture(scope="module")
def company():
    return {part: datasets.synthesize("company", part=part) for part in PARTS}


@pytest.fixture(scope="module")
def plan():
    built = founding.build(0, 10)
    return built, incident.plan(built)


def digest(data):
    lines = data.X.assign(y=data.y.astype(str), case=data.cases).to_csv(index=False)
    return hashlib.sha256(lines.encode()).hexdigest()


@pytest.mark.parametrize("part", PARTS)
def test_parts_have_their_official_rows_in_order_of_time(part, company):
    data, known = company[part], find("company").splits[part]
    assert len(data.X) == known.rows
    assert list(data.X) == list(known.schema.columns)
    assert data.X["time"].is_monotonic_increasing
    assert ((data.cases > 0) == (data.y != "normal")).all()


@pytest.mark.parametrize("part", ["windows", "tickets", "kpis", "lines"])
def test_a_part_made_alone_and_again_has_the_same_rows(part, company):
    again = datasets.synthesize("company", part=part)
    assert digest(again) == digest(company[part])
    other = datasets.synthesize("company", part=part, seed=1)
    assert digest(other) != digest(company[part])


@pytest.mark.parametrize("part", PARTS)
def test_nothing_bad_happens_in_the_quiet_days(part, company, plan):
    built, _ = plan
    first = company[part].windows["start"].min()
    assert first >= built.time(np.array([built.quiet_days * world.DAY]))[0]


@pytest.mark.parametrize("part", ["windows", "lines", "cards"])
def test_prevalence_adds_cases_or_takes_all_away(part):
    none = datasets.synthesize("company", part=part, prevalence=0)
    many = datasets.synthesize("company", part=part, prevalence=0.005)
    assert (none.y == "normal").all()
    assert len(none.windows) == 0
    assert 0.004 < (many.y != "normal").mean() < 0.02


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"days": 8}, "must be at least 9"),
        ({"attacks": "theirs"}, "must be one of ours, trade"),
        ({"prevalence": 0.5}, "between 0 and 0.05"),
    ],
)
def test_options_that_cannot_be_say_what_can(option, message):
    with pytest.raises(ValueError, match=message):
        datasets.synthesize("company", part="kpis", **option)


def test_a_world_takes_no_number_of_rows_and_only_its_options():
    with pytest.raises(TypeError, match="leave n_rows out"):
        datasets.synthesize("company", 100, part="kpis")
    with pytest.raises(TypeError, match="no option 'mimicry'; it takes days, attacks, prevalence"):
        datasets.synthesize("company", part="kpis", mimicry=1)
    with pytest.raises(TypeError, match=r"how many rows of kdd99\?"):
        datasets.synthesize("kdd99")


@pytest.fixture
def trace(company):
    def of(part, kind):
        data = company[part]
        return data.X[(data.cases == incident.CASE) & (data.y == kind)]

    return of


def test_the_incident_can_be_followed_by_its_hosts_accounts_and_times(trace, plan):
    built, it = plan
    name, address = (built.hosts[column].to_numpy() for column in ("name", "address"))
    account = built.people["account"].iloc[it.person]
    probing, spray = trace("web", "probing"), trace("authentication", "password spray")
    entry = trace("authentication", "stolen account")
    assert set(probing["address"]) == set(spray["source"]) == {it.outside}
    assert it.outside in set(entry["source"])
    assert set(entry["account"]) == {account}
    assert name[it.host] in set(entry["destination"])
    way, seen = trace("authentication", "lateral movement"), trace("flows", "lateral movement")
    assert set(way["source"]) == {name[it.host]}
    assert set(seen["source"]) == {address[it.host]}
    assert set(way["destination"]) == set(name[list(it.targets)])
    assert set(seen["destination"]) == set(address[list(it.targets)])
    last = name[it.targets[-1]]
    for kind in ("service installed", "log cleared"):
        assert trace("windows", kind)[["computer", "account"]].iloc[0].tolist() == [last, account]
    assert set(trace("dns", "random domains")["host"]) == {name[it.host]}
    assert set(trace("flows", "beacon")["destination"]) == {it.server}
    assert account in trace("lines", "strange logon")["text"].iloc[0]
    order = [
        *(probing, trace("web", "copying"), spray, entry, way, trace("flows", "beacon")),
        *(trace("tickets", "shop fails"), trace("cards", "strange merchant")),
    ]
    begins = [rows["time"].min() for rows in order]
    assert begins == sorted(begins)
    dip = trace("kpis", "orders fail")["time"]
    assert way["time"].min() < dip.min() < begins[6]


def test_one_time_line_shows_the_incident(company):
    ax = incident_line(company)
    assert [label.get_text() for label in ax.get_yticklabels()] == list(reversed(PARTS))
    assert {"beacon", "log cleared", "orders fail"} <= {text.get_text() for text in ax.texts}
    with pytest.raises(ValueError, match="case 999 leaves no trace"):
        incident_line({"kpis": company["kpis"]}, case=999)


def test_every_kind_of_a_part_is_a_class_of_the_set():
    known = set(find("company").schema.classes)
    assert all(set(parts.kinds_of(part)) < known for part in PARTS)


def test_call_records_have_boxes_of_the_asked_share():
    data = datasets.synthesize("call_records", n_sims=2000, prevalence=0.01, mimicry=0.2)
    by_sim = data.cases.groupby(data.X["sim"]).max()
    assert len(by_sim) == 2000
    assert (by_sim > 0).sum() == 20
    assert data.X["time"].is_monotonic_increasing
    assert datasets.is_attack(data.y, name="call_records").sum() == (data.cases > 0).sum()
    again = datasets.synthesize("call_records", n_sims=2000, prevalence=0.01, mimicry=0.2)
    assert digest(again) == digest(data)
    with pytest.raises(ValueError, match="mimicry=2 must lie between 0 and 1"):
        datasets.synthesize("call_records", mimicry=2)
