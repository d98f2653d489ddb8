"""Iris: four lengths of 150 flowers of three species; the copy that scikit-learn brings along.

Its classes are species, none of them an attack.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Final

import pandas as pd

from ..contract import DataSet, File, Schema, Split
from ..table import Parsed, from_frame

SCHEMA: Final = Schema(
    {
        "sepal length (cm)": "float64",
        "sepal width (cm)": "float64",
        "petal length (cm)": "float64",
        "petal width (cm)": "float64",
    },
    classes=("setosa", "versicolor", "virginica"),
    normal=(),
)


def parse(texts: Sequence[IO[bytes]], split: str) -> Parsed:
    """Return the flowers.

    Parameters
    ----------
    texts
        The table; its first line holds the numbers of rows and columns and the species.
    split
        Name of the split; there is one.
    """
    rows = pd.read_csv(texts[0], skiprows=1, names=[*SCHEMA.columns, "species"])
    y = rows["species"].map(dict(enumerate(SCHEMA.classes)))
    return Parsed(from_frame(rows, y, SCHEMA))


SET: Final = DataSet(
    name="iris",
    title="Iris: three species of a flower",
    licence="BSD 3-Clause, as part of scikit-learn",
    citation=(
        "Fisher, R. A. (1936). The use of multiple measurements in taxonomic problems. Annals of "
        "Eugenics 7(2). doi:10.1111/j.1469-1809.1936.tb02137.x"
    ),
    urls=("https://scikit-learn.org/stable/datasets/toy_dataset.html",),
    splits={
        "all": Split(
            150,
            (
                File(
                    ("iris.csv",),
                    rows=150,
                    text_sha256="f13ffa8fdd56fd8e6c8d16d4081a3fbd3114bcd0aae4256c43205169cd9d1449",
                    header="150,4,setosa,versicolor,virginica",
                    package="sklearn/datasets/data",
                ),
            ),
            on_request=True,
        )
    },
    default_split="all",
    schema=SCHEMA,
    parse=parse,
    origin="none is needed: the file comes with scikit-learn, which the course installs",
)
