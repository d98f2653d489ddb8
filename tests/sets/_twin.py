"""A set of ours with made-up files in the place of the official ones, for tests."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from anomaly_labs.datasets.contract import DataSet, File, Split


def twin(real: DataSet, texts: Mapping[str, str | bytes], rows: Mapping[str, int]) -> DataSet:
    """Return the set ``toy_<name>``: parser, schema and splits of `real`, sums of `texts`.

    `texts` has the first name of each file; `rows` says how many each split then has, and a split
    that is not in it is left out.
    """

    def file(one: File) -> File:
        text = texts[one.names[0]]
        content = text if isinstance(text, bytes) else text.encode()
        lines = content.count(b"\n") - (one.header is not None)
        digest = hashlib.sha256(content).hexdigest()
        return replace(one, text_sha256=digest, rows=one.rows and lines)

    def split(name: str) -> Split:
        found = real.splits[name]
        return replace(found, rows=rows[name], files=tuple(map(file, found.files)))

    splits = {name: split(name) for name in real.splits if name in rows}
    return replace(real, name=f"toy_{real.name}", splits=splits)
