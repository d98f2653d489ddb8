"""What data sets there are: official files, row counts, checksums, addresses, licences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .schema import FAMILIES, FEATURES


@dataclass(frozen=True)
class Split:
    """One official file of a data set.

    Attributes
    ----------
    rows
        Official number of rows.
    files
        Names under which the file is found; the first is the official one. Each may also be
        compressed and end in ``.gz`` or ``.zip``.
    text_sha256
        Checksum of the uncompressed text, where it is known.
    archive_sha256
        Checksum of the compressed file, used only where that of the text is not known.
    urls
        Pairs of address and the name under which its file is stored.
    bundles
        Zip files that hold this file beside others.
    """

    rows: int
    files: tuple[str, ...]
    urls: tuple[tuple[str, str], ...]
    text_sha256: str | None = None
    archive_sha256: str | None = None
    bundles: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """Official checksum: of the text where it is known, else of the compressed file."""
        return self.text_sha256 or self.archive_sha256 or ""


@dataclass(frozen=True)
class Description:
    """What a data set is and where it comes from.

    Attributes
    ----------
    splits
        Official row count of each split.
    default_split
        What `load` takes when no split is named.
    columns
        Fields of a line of the official file: the features, the label and, in NSL-KDD, a
        difficulty that is not loaded.
    """

    name: str
    title: str
    splits: dict[str, int]
    default_split: str
    columns: int
    licence: str
    citation: str
    urls: tuple[str, ...]
    features: tuple[str, ...] = FEATURES
    families: tuple[str, ...] = FAMILIES


_UCI = "http://kdd.ics.uci.edu/databases/kddcup99/"
_UCI_ARCHIVE = "https://archive.ics.uci.edu/ml/machine-learning-databases/kddcup99-mld/"
# The copies that scikit-learn downloads; it also pins the checksum of the compressed full file.
_FIGSHARE = "https://ndownloader.figshare.com/files/"
_UNB = "http://205.174.165.80/CICDataset/NSL-KDD/Dataset/NSL-KDD.zip"
_GITHUB = "https://raw.githubusercontent.com/defcom17/NSL_KDD/master/"


def _nsl(rows: int, stem: str, sha256: str) -> Split:
    return Split(
        rows=rows,
        files=(f"{stem}.txt", stem),
        urls=((_UNB, "NSL-KDD.zip"), (f"{_GITHUB}{stem}.txt", f"{stem}.txt")),
        text_sha256=sha256,
        bundles=("NSL-KDD.zip",),
    )


_SPLITS: Final[dict[str, dict[str, Split]]] = {
    "kdd99": {
        "10_percent": Split(
            rows=494_021,
            files=("kddcup.data_10_percent", "kddcup.data_10_percent_corrected"),
            urls=(
                (f"{_UCI}kddcup.data_10_percent.gz", "kddcup.data_10_percent.gz"),
                (f"{_FIGSHARE}5976042", "kddcup.data_10_percent.gz"),
            ),
            text_sha256="f8c8267ebcd9c0ed1fd7d6277fe5bfff8732e9b7db8e61b873542b2a534b6f9a",
        ),
        "full": Split(
            rows=4_898_431,
            files=("kddcup.data", "kddcup.data.corrected"),
            urls=(
                (f"{_UCI}kddcup.data.gz", "kddcup.data.gz"),
                (f"{_FIGSHARE}5976045", "kddcup.data.gz"),
            ),
            archive_sha256="3b6c942aa0356c0ca35b7b595a26c89d343652c9db428893e7494f837b274292",
        ),
        "test": Split(
            rows=311_029,
            files=("corrected",),
            urls=(
                (f"{_UCI}corrected.gz", "corrected.gz"),
                (f"{_UCI_ARCHIVE}corrected.gz", "corrected.gz"),
            ),
            text_sha256="547dfb9c0f0dc1d9944219ec79e851191faebaeb8acbfa1cd171c418397052a4",
        ),
    },
    "nsl_kdd": {
        "train": _nsl(
            125_973,
            "KDDTrain+",
            "1b86d2f957b33082081bba410fe129b475efebcc13c9014c3f447c8271aadf95",
        ),
        "train_20": _nsl(
            25_192,
            "KDDTrain+_20Percent",
            "7ea86479faab5ca2190b7f18b4982fb058ce5bf2b46e0e1017d0d9ef90f9c16e",
        ),
        "test": _nsl(
            22_544,
            "KDDTest+",
            "fa46b0935342616aa83b7c2578db355b6a7aaabbc492248172c7a1e8b7ab8f84",
        ),
        "test_21": _nsl(
            11_850,
            "KDDTest-21",
            "746993ac9e25868827cacf09eab450050a2a1056e1ce48a1ad39f5dc801d531d",
        ),
    },
}

_DESCRIPTIONS: Final = {
    "kdd99": Description(
        name="kdd99",
        title="KDD Cup 1999: network intrusion",
        splits={split: info.rows for split, info in _SPLITS["kdd99"].items()},
        default_split="10_percent",
        columns=42,
        licence="CC BY 4.0",
        citation=(
            "Stolfo, S. J., Fan, W., Lee, W., Prodromidis, A. and Chan, P. (1999). KDD Cup 1999 "
            "Data. UCI Machine Learning Repository. doi:10.24432/C51C7N"
        ),
        urls=(f"{_UCI}kddcup99.html",),
    ),
    "nsl_kdd": Description(
        name="nsl_kdd",
        title="NSL-KDD: KDD Cup 1999 without its duplicates",
        splits={split: info.rows for split, info in _SPLITS["nsl_kdd"].items()},
        default_split="train",
        columns=43,
        licence="free with citation",
        citation=(
            "Tavallaee, M., Bagheri, E., Lu, W. and Ghorbani, A. A. (2009). A detailed analysis "
            "of the KDD CUP 99 data set. IEEE CISDA. doi:10.1109/CISDA.2009.5356528"
        ),
        urls=("https://www.unb.ca/cic/datasets/nsl.html",),
    ),
}


def names() -> tuple[str, ...]:
    """Return the names that `load` knows.

    Examples
    --------
    >>> names()
    ('kdd99', 'nsl_kdd')
    """
    return tuple(_DESCRIPTIONS)


def describe(name: str) -> Description:
    """Return what a data set is: title, splits, licence, citation.

    Raises
    ------
    ValueError
        If there is no such data set.

    Examples
    --------
    >>> describe("kdd99").splits["10_percent"]
    494021
    """
    if name not in _DESCRIPTIONS:
        raise ValueError(f"no data set {name!r}; choose one of {', '.join(names())}")
    return _DESCRIPTIONS[name]


def find_split(name: str, split: str | None) -> tuple[str, Split]:
    """Return the name of a split, the default where None is given, and its official file.

    Raises
    ------
    ValueError
        If there is no such data set or split.

    Examples
    --------
    >>> find_split("nsl_kdd", None)[0]
    'train'
    """
    description = describe(name)
    split = description.default_split if split is None else split
    if split not in _SPLITS[name]:
        raise ValueError(
            f"{name} has no split {split!r}; choose one of {', '.join(description.splits)}"
        )
    return split, _SPLITS[name][split]
