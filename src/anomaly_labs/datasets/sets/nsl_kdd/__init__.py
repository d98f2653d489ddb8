"""NSL-KDD: KDD Cup 1999 without its duplicates, each line with a difficulty."""

from __future__ import annotations

from functools import partial

from ...contract import DataSet, File, Split
from ...fast import BY_CLASS
from ...generated import Generator
from ...kdd import lines, rows
from ...kdd.schema import SCHEMA

_FIELDS = 43  # 41 features, the label, and a difficulty that is not loaded

_UNB = "http://205.174.165.80/CICDataset/NSL-KDD/Dataset/NSL-KDD.zip"
_GITHUB = "https://raw.githubusercontent.com/defcom17/NSL_KDD/master/"
_PAGE = "https://www.unb.ca/cic/datasets/nsl.html"

# The profile from which a split is drawn.
PARTS = {"train": "train", "train_20": "train", "test": "test", "test_21": "test"}


def _split(rows: int, stem: str, sha256: str) -> Split:
    file = File(
        # KDDTrain+.zip is the usual name of the packed KDDTrain+.txt.
        (f"{stem}.txt", stem),
        urls=((_UNB, "NSL-KDD.zip"), (f"{_GITHUB}{stem}.txt", f"{stem}.txt")),
        rows=rows,
        text_sha256=sha256,
        bundles=("NSL-KDD.zip",),
    )
    return Split(rows, (file,))


SET = DataSet(
    name="nsl_kdd",
    title="NSL-KDD: KDD Cup 1999 without its duplicates",
    licence="free with citation",
    citation=(
        "Tavallaee, M., Bagheri, E., Lu, W. and Ghorbani, A. A. (2009). A detailed analysis "
        "of the KDD CUP 99 data set. IEEE CISDA. doi:10.1109/CISDA.2009.5356528"
    ),
    urls=(_PAGE,),
    splits={
        "train": _split(
            125_973,
            "KDDTrain+",
            "1b86d2f957b33082081bba410fe129b475efebcc13c9014c3f447c8271aadf95",
        ),
        "train_20": _split(
            25_192,
            "KDDTrain+_20Percent",
            "7ea86479faab5ca2190b7f18b4982fb058ce5bf2b46e0e1017d0d9ef90f9c16e",
        ),
        "test": _split(
            22_544,
            "KDDTest+",
            "fa46b0935342616aa83b7c2578db355b6a7aaabbc492248172c7a1e8b7ab8f84",
        ),
        "test_21": _split(
            11_850,
            "KDDTest-21",
            "746993ac9e25868827cacf09eab450050a2a1056e1ce48a1ad39f5dc801d531d",
        ),
    },
    default_split="train",
    schema=SCHEMA,
    parse=partial(lines.parse, fields=_FIELDS),
    fields=_FIELDS,
    fault=partial(lines.fault, fields=_FIELDS),
    fast=BY_CLASS,
    generator=Generator(version=1, make=partial(rows.made, __name__, PARTS)),
    origin=(
        f"the university's file server, then a public copy; [the official page]({_PAGE}) has a "
        "form to fill in"
    ),
)
