"""Made-up payments in the form of the four excerpts, some of them in more than one."""

import io

import pandas as pd

from anomaly_labs.datasets.sets import creditcard

from ._twin import twin

COLUMNS = ["Time", *(f"V{number}" for number in range(1, 29)), "Amount", "Class"]


def payments(first: int, last: int, digits: int) -> pd.DataFrame:
    """Rows of a number each; the same number is the same payment, written with fewer digits."""
    rows = [[n, *(round((n + v) / 7, digits) for v in range(28)), n / 4, n % 5 == 0]
            for n in range(first, last)]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS).astype(float)


def packed(table: pd.DataFrame) -> bytes:
    sink = io.BytesIO()
    table.to_parquet(sink)
    return sink.getvalue()


CUT_OFF = payments(19, 20, 14)
CUT_OFF.loc[:, "V20":] = float("nan")
TEXTS = {
    "all_492_frauds_1230_normals.csv": payments(15, 30, 14).to_csv(lineterminator="\n"),
    "first_3973.parquet": packed(pd.concat([payments(0, 19, 13), CUT_OFF])),
    "mixed_400.csv": payments(25, 35, 12).to_csv(index=False, lineterminator="\n"),
    "random_2000.csv": payments(33, 50, 14).to_csv(index=False, lineterminator="\n"),
}
ROWS = {"unique": 50, "frauds": 15, "first": 19, "mixed": 10, "random": 17}
SET = twin(creditcard.SET, TEXTS, ROWS)
