"""Made-up events in the form of the six captures: two spellings, ids of two bases, no account."""

import json
from typing import Any

from anomaly_labs.datasets.sets import windows_security

from ._twin import twin

SYSMON = "Microsoft-Windows-Sysmon/Operational"


def event(second: int, code: int, channel: str = "Security", **fields: Any) -> dict[str, Any]:
    time = f"2026-03-02T10:00:{second:02}.500Z"
    host = {"Hostname": "PC1.example.org", "Message": "left out"}
    return {"@timestamp": time, "EventID": code, "Channel": channel, **host, **fields}


EVENTS = [
    event(1, 4624, SubjectUserName="PC1$", TargetUserName="ada", ProcessId="0x10"),
    event(2, 4624, "security", SubjectUserName="-", TargetUserName="ada"),
    event(3, 4688, SubjectUserName="ada", ProcessId="0x10", NewProcessId="0xff",
          NewProcessName="C:\\cmd.exe", CommandLine="cmd /c whoami"),
    event(4, 5156, ProcessID=255, Application="\\device\\cmd.exe"),
    event(5, 1, SYSMON, ProcessId="300", ParentProcessId="255", Image="C:\\whoami.exe",
          CommandLine="whoami"),
    event(13, 4799, SubjectUserName="ada", TargetUserName="Administrators", ProcessId="0xff"),
    event(14, 4658, SubjectUserName="ada", ProcessId="0xff", Note='a "Channel": "Security"'),
]  # fmt: skip
TEXTS = {
    split.files[0].names[0]: "".join(json.dumps(one) + "\n" for one in EVENTS[number:])
    for number, (name, split) in enumerate(windows_security.SET.splits.items(), start=-1)
    if name != "security"
}
ROWS = {"security": 22, "covenant_dcom": 7, "purplesharp": 2}
SET = twin(windows_security.SET, TEXTS, ROWS)
