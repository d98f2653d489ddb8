"""Windows captures: made-up events in their form, and the official captures if here."""

import gzip
import os
from pathlib import Path

import pandas as pd
import pytest

from anomaly_labs.datasets import DataFormatError, load
from anomaly_labs.datasets.sets.windows_security import hunt_table
from set_files import need, put
from set_files import own as own


def test_event_has_accounts_and_processes_in_numbers(own: Path) -> None:
    put(own, "toy_windows_security")
    X = load("toy_windows_security", split="covenant_dcom").X
    assert X["code"].tolist() == [4624, 4624, 4688, 5156, 1, 4799, 4658]
    assert X["time"].iloc[0] == pd.Timestamp("2026-03-02 10:00:01.500")
    assert X["process"].fillna(0).tolist() == [16, 0, 16, 255, 255, 255, 255]
    assert X["started"].fillna(0).tolist() == [0, 0, 255, 0, 300, 0, 0]
    assert X["subject"].isna().tolist() == [False, False, False, True, True, False, False]
    assert X["image"].iloc[2:5].tolist() == ["C:\\cmd.exe", "\\device\\cmd.exe", "C:\\whoami.exe"]
    assert X["command"].dropna().tolist() == ["cmd /c whoami", "whoami"]


def test_security_split_has_the_security_events_of_all_captures_whatever_the_spelling(
    own: Path,
) -> None:
    put(own, "toy_windows_security")
    X = load("toy_windows_security").X
    assert {*X["channel"]} == {"Security", "security"} and (X["code"] != 1).all()
    sizes = X["capture"].value_counts(sort=False)
    assert sizes.tolist() == [6, 5, 4, 3, 2, 2] and sizes.index[-1] == "purplesharp"


def test_rule_of_the_hunt_table_is_what_it_says(own: Path) -> None:
    put(own, "toy_windows_security")
    events = load("toy_windows_security", split="covenant_dcom").X
    rows = hunt_table(events).drop(columns=["capture", "host"])
    assert rows.astype({"time": str}).values.tolist() == [
        ["2026-03-02 10:00:00", "ada", 4624, 2],
        ["2026-03-02 10:00:00", "ada", 4688, 1],
        ["2026-03-02 10:00:00", "unknown", 5156, 1],
        ["2026-03-02 10:00:10", "Administrators", 4799, 1],
        ["2026-03-02 10:00:10", "ada", 4658, 1],
    ]
    subject = hunt_table(events, first="subject", every="1min")
    assert subject["account"].tolist() == ["-", "PC1$", "ada", "ada", "ada", "unknown"]
    with pytest.raises(ValueError, match="first='both' must be"):
        hunt_table(events, first="both")  # type: ignore[arg-type]


def test_line_that_is_no_event_is_told_with_its_number(own: Path) -> None:
    paths = put(own, "toy_windows_security")
    path = next(path for name, path in paths.items() if name.startswith("covenant"))
    path.write_text(path.read_text().replace('"EventID": 5156,', '"EventID": 5156;'))
    with pytest.raises(DataFormatError, match=r"line 4, found b'\{.*expected one event as a JSON"):
        load("toy_windows_security", split="covenant_dcom")


def test_official_captures_give_the_table_of_1262_rows_by_the_rule_and_1229_by_the_other() -> None:
    need("windows_security")
    events = load("windows_security").X
    assert len(events) == 9_282 and events["capture"].nunique() == 6
    table = hunt_table(events)
    assert (len(table), table["count"].sum()) == (1_262, 9_282)
    assert len(hunt_table(events, first="subject")) == 1_229
    named = events.assign(**{one: events[one].replace("-", None) for one in ("subject", "target")})
    both = [len(hunt_table(named, first=one)) for one in ("target", "subject")]
    assert both == [1_266, 1_241]
    passed_around = Path(os.environ["ANOMALY_LABS_DATA"], "windows/security_counts_10s.csv.gz")
    if passed_around.is_file():
        with gzip.open(passed_around) as text:
            other = pd.read_csv(text, parse_dates=["_time"])
        keys = ["time", "host", "account", "code", "count"]
        other.columns = ["campaign", *keys]
        ours = table[keys].sort_values(keys, ignore_index=True)
        theirs = other[keys].sort_values(keys, ignore_index=True)
        assert (ours.astype(str) == theirs.astype(str)).all(axis=None)
