# /// lab
# title = "Quiz: a tiny course to try the grader on"
# order = 10
# kind = "core"
# status = "ready"
# minutes = 10
# run_minutes = 1
# data = {}
# extras = []
# grading = "fast"
# certificate = {}
# holds = "five questions"
# thirty_minutes = "all of it"
# ///

# %% [markdown]
# # @TITLE@
#
# **@MINUTES@ minutes; the code runs in under @RUN_TIME@ on two CPU cores.**
# You will be able to answer five questions.

# %%
import os

import numpy as np
import pandas as pd

from anomaly_labs import checks, runtime

rt = runtime.prepare(seed=0)

# %% [markdown]
# ## Exercise 1: flag the rare rows
# Return 1 where the score is above the threshold, else 0.


# %% exercise="quiz-q1"
def flag(scores, threshold):
    """Return 1 for each score above the threshold, else 0."""
    ### BEGIN SOLUTION
    return (np.asarray(scores) > threshold).astype(int)
    ### END SOLUTION


# %% check="quiz-q1" points=2
alerts = flag(np.array([0.2, 0.9]), 0.5)
checks.expect_shape(alerts, (2,), "flag should return one value per score")
checks.expect(list(alerts) == [0, 1], "0.9 is above 0.5; check the direction of your comparison")
### BEGIN HIDDEN TESTS
on_the_edge = flag(np.array([0.5, 0.75, 0.25]), 0.5)
checks.expect(list(on_the_edge) == [0, 1, 0], "a score equal to the threshold is no alert")
hidden = checks.hidden_rng()
many, limit = hidden.normal(size=50), float(hidden.uniform(-1, 1))
checks.expect(list(flag(many, limit)) == list(many > limit), "50 other scores get wrong alerts")
### END HIDDEN TESTS
checks.passed("quiz-q1")

# %% [markdown]
# ## Exercise 2: the price of a day
# A missed attack costs 50, a false alarm 2. Give the cost of a day with 3 missed attacks and 40
# false alarms.

# %% exercise="quiz-q2"
cost = None
### BEGIN SOLUTION
cost = 3 * 50 + 40 * 2
### END SOLUTION

# %% check="quiz-q2" points=1
checks.expect_answered(cost, "cost")
checks.expect_type(cost, (int, float), "the cost")
### BEGIN HIDDEN TESTS
checks.expect_close(cost, 230, "add the price of the missed attacks to that of the false alarms")
### END HIDDEN TESTS
checks.passed("quiz-q2")

# %% [markdown]
# ## Exercise 3: the busiest services
# Return a table with the columns `service` and `bytes`: the sum of bytes of each service, the
# largest first.


# %% exercise="quiz-q3"
def busiest(connections):
    """Return the sum of bytes of each service, largest first."""
    ### BEGIN SOLUTION
    total = connections.groupby("service", as_index=False)["bytes"].sum()
    return total.sort_values("bytes", ascending=False, ignore_index=True)
    ### END SOLUTION


# %% check="quiz-q3" points=2
seen = pd.DataFrame({"service": ["ftp", "http", "ftp"], "bytes": [10, 25, 5]})
table = busiest(seen)
checks.expect_columns(table, ["service", "bytes"], "the columns are service and bytes")
checks.expect(list(table["service"]) == ["http", "ftp"], "the largest sum comes first")
### BEGIN HIDDEN TESTS
more = pd.DataFrame({"service": list("abcab"), "bytes": [1, 2, 30, 4, 8]})
checks.expect(list(busiest(more)["bytes"]) == [30, 10, 5], "sum the bytes of each service")
hidden = checks.hidden_rng()
more = pd.DataFrame(
    {"service": hidden.choice(list("abc"), 40), "bytes": hidden.integers(999, size=40)}
)
sums = sorted(more.groupby("service")["bytes"].sum(), reverse=True)
checks.expect(list(busiest(more)["bytes"]) == sums, "40 other connections get wrong sums")
### END HIDDEN TESTS
checks.passed("quiz-q3")

# %% [markdown]
# ## Exercise 4: a detector
# Return 1 for each row with more than three failed logins, or with more than 1000 bytes in under
# a second.
# Points are given by the share of right answers on rows that nobody has seen.


# %% exercise="quiz-q4"
def detect(rows):
    """Return 0 or 1 for each row of a table with the columns failed, bytes and seconds."""
    ### BEGIN SOLUTION
    fast = (rows["bytes"] > 1000) & (rows["seconds"] < 1)
    return ((rows["failed"] > 3) | fast).astype(int)
    ### END SOLUTION


# %% check="quiz-q4" points=4
rows = pd.DataFrame({"failed": [0, 5], "bytes": [10, 10], "seconds": [2.0, 2.0]})
answer = np.asarray(detect(rows))
checks.expect_shape(answer, (2,), "detect should return one value per row")
share = float(answer[1] == 1)
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(int(os.environ.get("ANOMALY_LABS_PRIVATE_SEED", "0")))
unseen = pd.DataFrame(
    {
        "failed": rng.integers(0, 8, 200),
        "bytes": rng.integers(0, 3000, 200),
        "seconds": rng.uniform(0, 2, 200),
    }
)
quick = (unseen["bytes"] > 1000) & (unseen["seconds"] < 1)
truth = ((unseen["failed"] > 3) | quick).to_numpy()
found = np.asarray(detect(unseen))
checks.expect_shape(found, (200,), "detect should return one value per row")
share = float(((found == 1) == truth).mean())
checks.expect(share >= 0.7, "fewer than seven of ten unseen rows are told rightly")
### END HIDDEN TESTS
checks.passed("quiz-q4")
float(4 if share == 1 else 2)

# %% [markdown]
# ## Exercise 5: a summary
# Return a dictionary with the keys `mean` and `largest` of a list of numbers.


# %% exercise="quiz-q5"
def summary(numbers):
    """Return mean and largest of the numbers."""
    ### BEGIN SOLUTION
    return {"mean": sum(numbers) / len(numbers), "largest": max(numbers)}
    ### END SOLUTION


# %% check="quiz-q5" points=1
found_out = summary([1, 2, 6])
checks.expect_type(found_out, dict, "what summary returns")
checks.expect(sorted(found_out) == ["largest", "mean"], "the keys are mean and largest")
### BEGIN HIDDEN TESTS
checks.expect_close(summary([2.0, 4.0])["mean"], 3.0, "the mean is the sum over the count")
checks.expect_close(summary([-5.0, -4.0])["largest"], -4.0, "negative numbers have a largest, too")
numbers = checks.hidden_rng().normal(size=9)
wanted = [numbers.mean(), numbers.max()]
answer = summary(numbers.tolist())
checks.expect_close(
    [answer["mean"], answer["largest"]],
    wanted,
    "the mean or the largest of nine other numbers is wrong",
)
### END HIDDEN TESTS
checks.passed("quiz-q5")

# %% [markdown]
# ## In your own words
# Which of two errors costs more here, and for whom?

# %% [markdown] reflect="quiz-r1" points=2
# A missed attack costs the bank; a false alarm costs the analyst, and after many of them also
# the bank.
