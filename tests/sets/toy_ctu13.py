"""Made-up flows in the form of the CTU-13 sample."""

from anomaly_labs.datasets.sets import ctu13

from ._twin import twin

HEADER = ctu13.SET.splits["sample"].files[0].header
LABELS = (
    *("flow=Background-UDP-Established", "flow=To-Background-CVUT-Proxy"),
    *("flow=From-Normal-V42-Grill", "flow=To-Normal-V42-UDP-NTP-server"),
    *("flow=From-Botnet-V42-UDP-DNS", "flow=Background"),
)


def row(number: int) -> str:
    label = LABELS[number % len(LABELS)]
    target = int("Background" not in label)  # as in the sample: wrong for "Normal"
    known = "0.0" if number % 4 else ""
    counts = ",".join(str(number + place) for place in range(6))
    return (
        f"udp,CON,0.0,{known},,,3.0,1.0,60.0,61.0,0.0,0.0,0.0,{counts},0.5,{number},{number},0,"
        f"1.5,0.0,0.0,{label},{target}\n"
    )


TEXTS = {"ctu13_sample_10k.csv": f"{HEADER}\n" + "".join(map(row, range(60)))}
SET = twin(ctu13.SET, TEXTS, {"sample": 60})
