"""A made-up day in the form of the benchmark's series nyc_taxi, with two windows."""

import json

from anomaly_labs.datasets.sets import nab

from ._twin import twin

WINDOWS = [["2014-07-01 03:00:00", "2014-07-01 05:00:00"], ["2014-07-01 20:00:00"] * 2]
TEXTS = {
    "nyc_taxi.csv": "timestamp,value\n"
    + "".join(f"2014-07-01 {hour:02}:00:00,{hour * 7}\n" for hour in range(24)),
    "combined_windows.json": json.dumps({"realKnownCause/nyc_taxi.csv": WINDOWS}) + "\n",
}
SET = twin(nab.SET, TEXTS, {"nyc_taxi": 24})
