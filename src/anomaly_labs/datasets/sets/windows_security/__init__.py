"""Windows event logs that were captured while attacks were emulated: six captures of minutes.

Split "security" has the Security events of all six, the others all events of one capture each. An
event is a row: who acted (`subject`), on whom (`target`), in which process, and where one process
starts another, `process` is the parent and `started` the child (Security 4688, Sysmon 1). Names
are as written, so a host or a channel may have two spellings. Nobody has labelled the events.
`hunt_table` counts the Security events.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import IO, Any, Final, NamedTuple

import pandas as pd

from ...contract import DataSet, File, Schema, Split
from ...table import Parsed, from_frame
from .hunt import hunt_table

__all__ = ["SET", "hunt_table"]

_GITHUB: Final = "https://raw.githubusercontent.com/OTRF/Security-Datasets/master/datasets"
_SECURITY: Final = re.compile(rb'"Channel":\s*"security"', re.IGNORECASE)

SCHEMA: Final = Schema(
    {
        "capture": "string",
        "time": "datetime64[ns]",
        "channel": "string",
        "host": "string",
        "code": "int32",
        "subject": "string",
        "target": "string",
        "process": "float64",
        "started": "float64",
        "image": "string",
        "command": "string",
    }
)


class _Capture(NamedTuple):
    folder: str
    stem: str
    ending: str
    rows: int
    sha256: str

    @property
    def file(self) -> File:
        return File(
            (f"{self.stem}{self.ending}", self.stem),
            urls=((f"{_GITHUB}/{self.folder}/{self.stem}.zip", f"{self.stem}.zip"),),
            rows=self.rows,
            text_sha256=self.sha256,
        )


_LATERAL: Final = "atomic/windows/lateral_movement/host"
_CAPTURES: Final = {
    "covenant_dcom": _Capture(
        _LATERAL,
        "covenant_dcom_iertutil_dll_hijack",
        "_2020-10-09183000.json",
        37_814,
        "2b3f0e53d681dcbcf0ae55ab5f6f8836a16e29e0502021d2a5f307e12c1b772c",
    ),
    "empire_dcom": _Capture(
        _LATERAL,
        "empire_dcom_shellwindows_stager",
        "_2020-09-18130751.json",
        32_706,
        "06b1488e08a4f70ce42105dff56a7df798a51844ae3ed80ddf771ad12140230c",
    ),
    "empire_mimikatz": _Capture(
        "atomic/windows/credential_access/host",
        "empire_mimikatz_logonpasswords",
        "_2020-08-07103224.json",
        6_026,
        "eee28c885baa43b564ee1c123aecf0d2a5e456b5e2ff756a83180bd92e8c4ba8",
    ),
    "empire_psexec": _Capture(
        _LATERAL,
        "empire_psexec_dcerpc_tcp_svcctl",
        "_2020-09-20121608.json",
        4_348,
        "968c4b699f7239d106577b2b8e206edfaf812f193a60e663966258af67a56acc",
    ),
    "metasploit_lsass": _Capture(
        "compound/LSASS_campaign_01",
        "metasploit_logonpasswords_lsass_memory_dump",
        ".json",
        53_698,
        "57a746e43b1c513d0a0b40c657ebe5cb94a2467cc5f3f12cfa5d46ba5735b75b",
    ),
    "purplesharp": _Capture(
        _LATERAL,
        "purplesharp_ad_playbook_I",
        "_2020-10-22042947.json",
        25_993,
        "d86d22f0c02ab851564bb5e0c90c220e9df0319f5948bfc90dfa605b4511d4f0",
    ),
}


def fault(line: bytes) -> str | None:
    """Return what is wrong with a line, or None.

    Parameters
    ----------
    line
        A line of a capture, without its end.
    """
    try:
        known = isinstance(json.loads(line), dict)
    except ValueError:
        known = False
    return None if known else f"found {line[:40]!r}, expected one event as a JSON object"


def _number(value: Any) -> float | None:
    """Return the id of a process, which some events give in hexadecimal, or None."""
    try:
        return float(int(str(value), 0))
    except ValueError:
        return None


def _row(event: dict[str, Any], capture: str) -> tuple[Any, ...]:
    """Return an event as the schema has it."""
    say = event.get
    channel, code = say("Channel", ""), int(event["EventID"])
    process, started = say("ProcessId") or say("ProcessID"), None
    if channel.lower() == "security" and code == 4688:
        started = say("NewProcessId")
    elif "Sysmon" in channel and code == 1:
        process, started = say("ParentProcessId"), process
    return (
        *(capture, event["@timestamp"], channel, say("Hostname"), code),
        *(say("SubjectUserName"), say("TargetUserName"), _number(process), _number(started)),
        say("NewProcessName") or say("Image") or say("ProcessName") or say("Application"),
        say("CommandLine"),
    )


def _rows(text: IO[bytes], capture: str, *, security: bool) -> Iterator[tuple[Any, ...]]:
    """Yield the events of one capture, only the Security events where `security`."""
    for line in text:
        # Most lines are of other channels, and reading them as JSON takes most of the time.
        if not security or _SECURITY.search(line):
            row = _row(json.loads(line), capture)
            if not security or row[2].lower() == "security":
                yield row


def parse(texts: Sequence[IO[bytes]], split: str) -> Parsed:
    """Return events in the order of the captures and their lines; times are UTC.

    Parameters
    ----------
    texts
        Captures, an event as a JSON object in each line.
    split
        "security", or the name of a capture.
    """
    all_of_them = split == "security"
    names = [*_CAPTURES] if all_of_them else [split]
    rows = [
        row
        for name, text in zip(names, texts, strict=True)
        for row in _rows(text, name, security=all_of_them)
    ]
    X = pd.DataFrame(rows, columns=[*SCHEMA.columns])
    times = pd.to_datetime(X["time"], format="ISO8601", utc=True)
    X["time"] = times.dt.tz_localize(None).astype("datetime64[ns]")
    return Parsed(from_frame(X, None, SCHEMA))


SET: Final = DataSet(
    name="windows_security",
    title="Windows event logs, captured during emulated attacks",
    licence="MIT",
    citation=(
        "Rodriguez, R. and Rodriguez, J. L. (2019-2023). Security Datasets (before: Mordor). Open "
        "Threat Research"
    ),
    urls=("https://github.com/OTRF/Security-Datasets",),
    splits={
        "security": Split(9_282, tuple(one.file for one in _CAPTURES.values()), on_request=True),
        **{name: Split(one.rows, (one.file,), on_request=True) for name, one in _CAPTURES.items()},
    },
    default_split="security",
    schema=SCHEMA,
    parse=parse,
    fields=len(SCHEMA.columns),
    fault=fault,
    origin="[the repository of Open Threat Research](https://github.com/OTRF/Security-Datasets)",
    unverified=(
        "the addresses are written down from the repository's listing and pages that name them, "
        "not tried, and the sums are those of one copy"
    ),
)
