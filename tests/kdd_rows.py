"""Made-up lines in the format of the official files, for the tests of `datasets`."""

from anomaly_labs.datasets import FEATURES, RATES


def line(label: str = "normal.", *, difficulty: int | None = None, **values: object) -> str:
    fields = {name: "0.00" if name in RATES else "0" for name in FEATURES}
    fields |= {"protocol_type": "tcp", "service": "http", "flag": "SF"}
    fields |= {name: str(value) for name, value in values.items()}
    tail = [label] if difficulty is None else [label, str(difficulty)]
    return ",".join([*fields.values(), *tail])


def text(*lines: str) -> bytes:
    return "".join(f"{one}\n" for one in lines).encode()


def many(rows: int) -> bytes:
    labels = ("normal.", "smurf.", "neptune.")
    return text(
        *(line(labels[i % 3], src_bytes=i, same_srv_rate=f"0.{i % 100:02}") for i in range(rows))
    )
