"""Made-up logons in the form of the excerpt, and a red team of two hosts with high numbers."""

from anomaly_labs.datasets.sets import lanl_auth

from ._twin import twin


def event(day: int, number: int) -> str:
    user, source = number * 7 % 60 + 1, number * 11 % 40 + 1
    goal = source if number % 3 == 0 else 50 + number * 7 % 31
    how = ("Kerberos,Network,LogOn", "?,Network,LogOff", "Negotiate,Interactive,LogOn")[number % 3]
    if number % 3 == 2:  # from one host to another, so by the network
        how = "NTLM,Network,LogOn"
    result = "Fail" if number % 50 == 8 else "Success"
    who = f"U{user}@DOM1" if number % 9 else f"C{source}$@DOM1"
    return f"{day * 86_400 + number // 6 + 1},{who},{who},C{source},C{goal},{how},{result}\n"


def sorted_lines(day: int) -> str:
    lines = [event(day, number) for number in range(180)]
    return "".join(sorted(lines, key=lambda line: (int(line.split(",")[0]), line)))


TEXTS = {
    "lanl_auth_excerpt.csv": "".join(map(sorted_lines, range(3))),
    "redteam.txt": "".join(
        f"{150_000 + n},U{300 + n % 9}@DOM1,C{17_000 + n % 2},C{1_000 + n % 7}\n" for n in range(40)
    ),
}
SET = twin(lanl_auth.SET, TEXTS, {"excerpt": 540, "redteam": 40})
