"""KDD Cup 1999: connections of a military network that was simulated, with attacks."""

from __future__ import annotations

from functools import partial

from ...contract import DataSet, File, Split
from ...fast import BY_CLASS
from ...generated import Generator
from ...kdd import lines, rows
from ...kdd.schema import SCHEMA

_FIELDS = 42  # 41 features and the label

_UCI = "http://kdd.ics.uci.edu/databases/kddcup99/"
_UCI_ARCHIVE = "https://archive.ics.uci.edu/ml/machine-learning-databases/kddcup99-mld/"
# The copies that scikit-learn downloads; it also pins the checksum of the compressed full file.
_FIGSHARE = "https://ndownloader.figshare.com/files/"

# The profile from which a split is drawn.
PARTS = {"10_percent": "train", "full": "train", "test": "test"}


SET = DataSet(
    name="kdd99",
    title="KDD Cup 1999: network intrusion",
    licence="CC BY 4.0",
    citation=(
        "Stolfo, S. J., Fan, W., Lee, W., Prodromidis, A. and Chan, P. (1999). KDD Cup 1999 "
        "Data. UCI Machine Learning Repository. doi:10.24432/C51C7N"
    ),
    urls=(f"{_UCI}kddcup99.html",),
    splits={
        "10_percent": Split(
            494_021,
            (
                File(
                    ("kddcup.data_10_percent", "kddcup.data_10_percent_corrected"),
                    urls=(
                        (f"{_UCI}kddcup.data_10_percent.gz", "kddcup.data_10_percent.gz"),
                        (f"{_FIGSHARE}5976042", "kddcup.data_10_percent.gz"),
                    ),
                    rows=494_021,
                    text_sha256="f8c8267ebcd9c0ed1fd7d6277fe5bfff8732e9b7db8e61b873542b2a534b6f9a",
                ),
            ),
        ),
        "full": Split(
            4_898_431,
            (
                File(
                    ("kddcup.data", "kddcup.data.corrected"),
                    urls=(
                        (f"{_UCI}kddcup.data.gz", "kddcup.data.gz"),
                        (f"{_FIGSHARE}5976045", "kddcup.data.gz"),
                    ),
                    rows=4_898_431,
                    archive_sha256="3b6c942aa0356c0ca35b7b595a26c89d343652c9db428893e7494f837b274292",
                ),
            ),
            on_request=True,
        ),
        "test": Split(
            311_029,
            (
                File(
                    ("corrected",),
                    urls=(
                        (f"{_UCI}corrected.gz", "corrected.gz"),
                        (f"{_UCI_ARCHIVE}corrected.gz", "corrected.gz"),
                    ),
                    rows=311_029,
                    text_sha256="547dfb9c0f0dc1d9944219ec79e851191faebaeb8acbfa1cd171c418397052a4",
                ),
            ),
        ),
    },
    default_split="10_percent",
    schema=SCHEMA,
    parse=partial(lines.parse, fields=_FIELDS),
    fields=_FIELDS,
    fault=partial(lines.fault, fields=_FIELDS),
    fast=BY_CLASS,
    generator=Generator(version=1, make=partial(rows.made, __name__, PARTS)),
    origin=(
        f"[the UCI KDD archive]({_UCI}kddcup99.html), then the copies that scikit-learn downloads "
        "(`test`: UCI's Machine Learning archive)"
    ),
)
