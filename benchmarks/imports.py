"""What `import anomaly_labs` and a warm load cost over pandas: ``python benchmarks/imports.py``.

Each line of code runs in fresh processes of its own, nine times, in turns. CPU seconds are user and
system time of the whole process, its start included. The data has been loaded once before, so
later loads read the cache. The claim: at most .3 CPU s over importing pandas.
"""

import argparse
import resource
import subprocess
import sys
from statistics import median

from report import Claims, spread, table

LOAD = "from anomaly_labs import datasets; datasets.load('kdd99')"
PANDAS = "import pandas"
CODE = ("pass", "import anomaly_labs", PANDAS, "from anomaly_labs import datasets", LOAD)
TIMES = 9
LIMIT_CPU_S = 0.3


def cpu_seconds(code: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(times: int) -> None:
    cpu_seconds(LOAD)  # fills the cache, and compiles byte code
    seconds: dict[str, list[float]] = {code: [] for code in CODE}
    for _ in range(times):
        for code in CODE:
            seconds[code].append(cpu_seconds(code))
    base = median(seconds[PANDAS])
    rows = [
        {
            "a fresh process": f"`{code}`",
            "CPU s": spread(found),
            "over pandas, CPU s": f"{median(found) - base:+.2f}",
        }
        for code, found in seconds.items()
    ]
    print(f"Median of {times} processes each (lowest to highest).\n")
    print(table(rows), end="\n\n")
    claims = Claims()
    over = median(seconds[LOAD]) - base
    claims.check(
        f"import and warm load at most {LIMIT_CPU_S} CPU s over `import pandas` ({over:.2f})",
        over <= LIMIT_CPU_S,
    )
    claims.end()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("times", nargs="?", type=int, default=TIMES, help="default: 9")
    main(parser.parse_args().times)
