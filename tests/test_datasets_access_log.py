"""The two access logs: made-up requests in their form, and the official ones if here."""

from pathlib import Path

import pandas as pd
import pytest

from anomaly_labs.datasets import DataFormatError, load
from set_files import contents, need, put
from set_files import own as own


def test_fields_of_a_request_are_read_and_times_are_utc(own: Path) -> None:
    put(own, "toy_access_log")
    X = load("toy_access_log", split="hackers").X
    first = X.drop(columns="line").iloc[1].to_dict()
    assert first == {
        "client": "10.0.0.1",
        "time": pd.Timestamp("2026-05-17 22:05:01"),
        "method": "POST",
        "path": "/page/1?q=1",
        "protocol": "HTTP/1.1",
        "status": 200,
        "bytes": 100.0,
        "referrer": "-",
        "agent": "browser/1.0 (a; b)",
    }
    assert X["bytes"].isna().tolist() == [n % 4 == 3 for n in range(12)]


def test_line_is_kept_as_written_and_one_that_is_cut_off_is_read_too(own: Path) -> None:
    put(own, "toy_access_log")
    data = load("toy_access_log")
    lines = contents("toy_access_log")["apache_logs"].decode().splitlines()
    assert data.X["line"].tolist() == lines and not lines[-1].endswith('"')
    assert data.X["agent"].iloc[-1] == "browser/1.0 (a; b)" and data.y is None


def test_line_that_is_no_request_is_told_with_its_number(own: Path) -> None:
    path = put(own, "toy_access_log")["hackers-access.log"]
    path.write_text(path.read_text().replace('"POST /page/7?q=1 HTTP/1.1" 200', '"\\x16\\x03" 400'))
    with pytest.raises(DataFormatError, match=r"hackers-access.log, line 8, found b'10\.0\.0\.2"):
        load("toy_access_log", split="hackers")


def test_official_logs_have_their_lines_and_one_is_cut_off() -> None:
    need("access_log")
    site, hackers = load("access_log").X, load("access_log", split="hackers").X
    assert (len(site), len(hackers)) == (10_000, 3_456)
    assert (~site["line"].str.endswith('"')).sum() == 1 and hackers["line"].str.endswith('"').all()
    assert site["time"].max() < hackers["time"].min()  # the date alone tells the log
    asked = hackers["path"].str.contains("join_form").groupby(hackers["client"]).any()
    assert asked.mean() > 0.99 and not site["path"].str.contains("join_form").any()
