"""Made-up requests in the form of the two access logs; the last line of one is cut off."""

from anomaly_labs.datasets.sets import access_log

from ._twin import twin


def line(number: int, zone: str = "+0000") -> str:
    size = "-" if number % 4 == 3 else str(100 * number)
    return (
        f"10.0.0.{number % 5} - - [17/May/2026:23:05:{number:02} {zone}] "
        f'"GET /page/{number}?q=1 HTTP/1.1" 200 {size} "-" "browser/{number % 2}.0 (a; b)"\n'
    )


TEXTS = {
    "apache_logs": "".join(map(line, range(20))).removesuffix('"\n') + "\n",
    "hackers-access.log": "".join(line(n, "+0100") for n in range(12)).replace("GET", "POST"),
}
SET = twin(access_log.SET, TEXTS, {"semicomplete": 20, "hackers": 12})
