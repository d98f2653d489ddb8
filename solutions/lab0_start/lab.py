# /// lab
# title = "Lab 0: Start here"
# order = 10
# kind = "core"
# status = "ready"
# minutes = 40
# extra_minutes = 5
# run_minutes = 2
# data = { kdd99 = ["10_percent"] }
# extras = []
# grading = "fast"
# certificate = {}
# holds = "what an anomaly is, what errors cost, the data and its defects, time series to rows"
# thirty_minutes = "\"What is an anomaly?\", \"Spot the anomaly\" and \"The data: KDD99\"; the rest can be read at home"
# ///

# %% [markdown] slide="slide"
# # @TITLE@
#
# **About @MINUTES@ minutes, @EXTRA_MINUTES@ more with the extras, and 15 more if you talk about the group exercise. It runs in under @RUN_TIME@ on two CPU cores.**
#
# You will be able to
#
# - say what an anomaly is, and why a single limit misses some of them;
# - weigh a false alarm against a missed attack in money;
# - read the data card of KDD99 and name its defects;
# - turn a time series into rows for a classifier, and say what gets lost;
# - choose a family of methods for a situation.
#
# You need basic Python with NumPy and pandas.
#
# Exercises are **core** or **extra**. The cell below each says in one sentence what is wrong.

# %% [markdown] slide="skip"
# ## Ready check
#
# Run the next two cells. They load the data that the whole course uses, and show what this machine has.

# %%
from anomaly_labs import runtime

rt = runtime.prepare(seed=0)

from importlib.metadata import version

import numpy as np
import pandas as pd

from anomaly_labs import checks, datasets, evaluation, features, plots
from anomaly_labs.teaching import guesses
from anomaly_labs.teaching import lab0_start as teaching

# %%
data = datasets.load("kdd99", split="10_percent")
plots.use_course_style(source=data.source)
packages = ("anomaly-labs", "numpy", "pandas", "scikit-learn", "keras")
machine = {name: version(name) for name in packages}
machine |= {
    "device": rt.device,
    "fast mode": rt.fast,
    "rows": f"{len(data.X):,}",
    "data": data.source,
}
data.show(pd.Series(machine).to_frame("this machine"), "Ready check")

# %% [markdown] slide="skip"
# **Everything fine?** You see versions, a device, and `real` data.
#
# - `data` says `synthetic`: the official file was not found, so the course generates rows with the same shape. All
#   exercises work; every table and figure says "generated data". For the real file, type `make data` in a terminal and restart.
# - `device` says `cpu`: nothing is missing. An NVIDIA GPU makes the same lines faster.
# - `fast mode` says `True`: you see a sample. Unset `ANOMALY_LABS_FAST` for the whole file.
# - An import fails: type `anomaly-labs doctor` in a terminal. It names what is missing and how to mend it.

# %% [markdown] slide="slide"
# ## What is an anomaly?
#
# Two ideas, both old, both in use:
#
# 1. **It looks different.** A point "that appears to deviate markedly from other members of the sample" (Grubbs 1969).
# 2. **It was made differently.** A point that arouses the suspicion that "a different mechanism" generated it (Hawkins 1980).
#
# The first can be measured: a distance, a density, an error. The second is what you want to know. A detector measures the
# first and hopes for the second. They part ways in both directions: a rare but honest event looks different, and a careful attacker
# does not.
#
# <small>Grubbs (1969), Technometrics 11(1). Hawkins (1980), Identification of Outliers.</small>

# %% [markdown] slide="subslide"
# ### Where it matters
#
# | field | an anomaly | who acts |
# |---|---|---|
# | telecom | a SIM box that hides international calls | fraud team |
# | security | a login from a host that never logs in | analyst |
# | finance | a card used in two countries within an hour | bank |
# | industry | a bearing that vibrates at a new frequency | maintenance |
# | Internet of Things | a camera that talks to a hundred hosts | network operator |
# | health | a heartbeat of unusual shape | physician |
# | driving | an object no training image shows | the car |
# | video | a person walking against the crowd | guard |

# %% [markdown]
# Other problems can be **re-framed**. *Customer retention*: a customer whose use departs from the customer's own past may be about
# to leave. *Targeted advertising*: an interest that is unusual for a group is a reason for an offer.

# %% [markdown] slide="slide"
# ## Spot the anomaly
#
# Two pictures. Look first, compute later. The numbers are made up, so that you know what is behind them.

# %% locked="lab0-points"
rng = np.random.default_rng(0)
packets = rng.gamma(9, 30, size=300)
kilobytes = 0.6 * packets + rng.normal(0, 9, size=300)
marked = np.array([[780, 468], [230, 330], [270, 165], [95, 60]])
points = np.vstack([np.column_stack([packets, kilobytes]), marked])
letters = {"A": 300, "B": 301, "C": 302, "D": 303}

# %%
ax = teaching.lettered_points(points, letters, title="Which of the four was made another way?")

# %% [markdown]
# You see a cloud along a line, and four marked points.

# %% [markdown]
# ### Exercise 1: another mechanism
# **1 min · core · 1 point.** One of the four points was probably made by another mechanism than the cloud. Give its letter.
#
# <details><summary>Hint 1</summary>What rule do the points of the cloud follow? More packets mean more bytes.</details>
# <details><summary>Hint 2</summary>The largest point is not automatically the one that breaks the rule.</details>

# %% exercise="lab0-q1"
other_mechanism = None  # a letter in quotes, such as "C"
### BEGIN SOLUTION
other_mechanism = "B"
### END SOLUTION

# %% check="lab0-q1" points=1
checks.expect_answered(other_mechanism, "other_mechanism")
checks.expect_type(other_mechanism, str, "other_mechanism")
checks.expect(other_mechanism in letters, 'give one of the four letters in quotes, such as "C"')
x, y = points[letters[other_mechanism]]
off_the_line = abs(y - 0.6 * x)
checks.expect(
    off_the_line > 50 or x < 500,
    "this point is far away, but it keeps the rule of the cloud: far away is not yet another mechanism",
)
checks.expect(
    off_the_line > 50,
    "this point lies within the cloud and keeps its rule; look for one that breaks it",
)
checks.passed("lab0-q1")

# %% [markdown]
# The odd point has two values that both occur in the cloud; only the pair is odd. A limit on one column at a time does not find such
# a point, and it does find the honest giant in the upper right.

# %% slide="subslide"
hours = np.arange(24)
rhythm = 500 + 420 * np.sin((hours - 9) / 24 * 2 * np.pi)
two_weeks = rhythm + rng.normal(0, 25, size=(14, 24))
last_week, week = two_weeks[:7], two_weeks[7:].copy()
week[4, 3] = 640
limits = (0.8 * last_week.min(), 1.1 * last_week.max())
ax = teaching.hourly_series(week, limits=limits)

# %% [markdown]
# You see seven days of a web server. The global limits come from the week before, and raise no alarm. Yet one hour is odd. Which?
#
# <details><summary>Compare with your answer</summary>Day 4 (the first day is day 0), at three in the morning. The same value is ordinary at ten in
# the morning.</details>
#
# This is a **contextual anomaly**: odd only beside its context, here the hour of the day.

# %% [markdown]
# ### Exercise 2: odd for its hour
# **4 min · core · 2 points.** `load` is an array with one row per day and one column per hour. Return an array of the same shape with True
# where a value differs by more than `limit`, up or down, from the **median of the same hour** over all days.
#
# <details><summary>Hint 1</summary>You need 24 medians, one per column. Which <code>axis</code> do you take away?</details>
# <details><summary>Hint 2</summary><code>np.median(load, axis=0)</code> has the shape (24,). NumPy subtracts it from every row by itself. Think of
# <code>np.abs</code>.</details>


# %% exercise="lab0-q2"
def odd_hours(load, limit):
    """Return True where `load` (days x hours) is far from the median of its hour."""
    ### BEGIN SOLUTION
    usual = np.median(load, axis=0)
    return np.abs(load - usual) > limit
    ### END SOLUTION


# %% check="lab0-q2" points=2
usual_day = 500 + 420 * np.sin((np.arange(24) - 9) / 24 * 2 * np.pi)
alike = np.tile(usual_day, (7, 1))
trial = alike.copy()
trial[4, 3] = 900.0
found = odd_hours(trial.copy(), 150)
checks.expect_shape(found, (7, 24), "return one True or False per hour of every day")
found = np.asarray(found)
checks.expect(
    np.isin(found, (0, 1)).all(), "compare with limit, so that each value is True or False"
)
checks.expect(
    found[4, 3] == 1,
    "hour 3 of day 4 is not found: a limit for all hours cannot see it; compare it with hour 3 of other days",
)
checks.expect(
    found.sum() == 1,
    "ordinary hours are flagged too: take the median per hour (axis=0), not per day or over everything",
)
found = np.asarray(odd_hours(alike.copy(), 150))
checks.expect(not found.any(), "a week in which all days are alike has no odd hour")
first = alike.copy()
first[0, 3] = 9000.0
found = np.asarray(odd_hours(first, 150)).astype(bool)
checks.expect(
    found[0, 3] and found.sum() == 1,
    "one very large value, even on the first day, must not change what is usual: take the median, "
    "not the mean and not a single day",
)
outage = alike.copy()
outage[2, 12] = 0.0
found = np.asarray(odd_hours(outage, 150)).astype(bool)
checks.expect(
    found[2, 12] and found.sum() == 1,
    "an outage at noon is odd too: a value may be too low as well as too high",
)
short = np.array([[1.0, 5.0], [1.0, 5.0], [1.0, 9.0]])
found = np.asarray(odd_hours(short.copy(), 4))
checks.expect(not found.any(), "a difference equal to the limit is not more than the limit")
found = np.asarray(odd_hours(short.copy(), 3.9)).astype(bool)
checks.expect(
    found.tolist() == [[False] * 2] * 2 + [[False, True]],
    "the function should work for any number of days and hours",
)
### BEGIN HIDDEN TESTS
hidden = checks.hidden_rng()
odd = hidden.permuted(np.eye(9, 24), axis=0)
trial = hidden.normal(500, 90, 24) + hidden.normal(0, 10, (9, 24)) + 300 * odd
checks.expect(
    np.asarray(odd_hours(trial, 150)).astype(bool).tolist() == (odd == 1).tolist(),
    "nine other days: odd are those values that are more than limit away from the median of their hour",
)
### END HIDDEN TESTS
checks.passed("lab0-q2")

# %% slide="subslide"
ax = teaching.hours_on_top(week, limit=150)

# %% [markdown]
# You see all days over each other; the odd hour leaves the bundle. The detector is no cleverer than a limit; the *question* is better:
# compared with what?

# %% [markdown] slide="slide"
# ## Your own use case
#
# Talk about these three questions in groups of three or four, ten minutes (alone: write down one answer each).
#
# 1. **Which scenarios** make anomalies in your organisation? Think of faults, fraud, attacks, and honest surprises.
# 2. **Which data** would show them? Who owns the data, how old are they when you get them, are there labels?
# 3. **Which analytics** could find them? A rule, a comparison with last week, a trained model?
#
# Then choose one scenario for the worksheet below. First, learn to put a price on it.

# %% [markdown] instructor=true
# **Group exercise.** Collect one scenario per group on the board in three columns (scenario, data, analytics). Two questions bring most
# groups forward: "Who gets the alert at three in the morning, and what do they do?" and "What does an honest event look like that would trigger
# this?" Stop after ten minutes; the worksheet can be finished at home.

# %% [markdown]
# ### What errors cost
#
# A detector errs in two ways. A **false alarm** costs the time of the person who looks. A **missed attack** costs what the attack
# destroys. Four numbers give the bill of a day: how many events there are, which share of them is an attack, the **false-alarm rate** (share of *normal*
# events that raise an alert) and the **recall** (share of *attacks* that raise one).
#
# By hand: 1,000 events, 1 % attacks, so 10 attacks and 990 normal events. A false-alarm rate of 10 % makes 99 false alarms. A recall of
# 80 % misses 2 attacks.

# %% [markdown]
# ### Exercise 3: the bill of a day
# **3 min · core · 2 points.** Return the cost of one day: every false alarm costs `alarm_cost`, every missed attack
# `miss_cost`. Attacks that are found cost nothing here.
#
# <details><summary>Hint 1</summary>First count attacks and normal events, then the two kinds of error.</details>
# <details><summary>Hint 2</summary>Missed attacks are <code>attacks * (1 - recall)</code>.</details>


# %% exercise="lab0-q3"
def daily_cost(events, attack_share, false_alarm_rate, recall, alarm_cost, miss_cost):
    """Return what the false alarms and the missed attacks of one day cost."""
    ### BEGIN SOLUTION
    attacks = events * attack_share
    false_alarms = (events - attacks) * false_alarm_rate
    missed = attacks * (1 - recall)
    return false_alarms * alarm_cost + missed * miss_cost
    ### END SOLUTION


# %% check="lab0-q3" points=2
only_alarms = daily_cost(1000, 0.01, 0.1, 0.8, 1, 0)
hint = "return one number, the sum of both costs"
checks.expect_between(only_alarms, -np.inf, np.inf, hint)
blind = daily_cost(1000, 0.01, 0.1, 0.0, 1, 0)
hint = "the false-alarm rate is a share of the normal events, not of the alerts: recall does not change it"
checks.expect(blind == only_alarms, hint)
checks.expect_close(
    only_alarms,
    99.0,
    "990 normal events at a false-alarm rate of 10 % make 99 false alarms: attacks cannot be false alarms",
)
only_missed = daily_cost(1000, 0.01, 0.1, 0.8, 0, 1)
hint = "for a computer 10 * (1 - 0.8) is 1.9999999999999996, and int() makes 1 of it: keep the decimals"
checks.expect(only_missed != 1, hint)
checks.expect_close(
    only_missed,
    2.0,
    "a recall of 80 % finds 8 of 10 attacks and misses 2: count those that are missed",
)
both = daily_cost(1000, 0.01, 0.1, 0.8, 1, 50)
checks.expect_close(both, 199.0, "add both kinds of error, each times its own cost")
checks.expect_close(
    daily_cost(500, 0.2, 0.0, 1.0, 7, 9), 0.0, "a detector without errors costs nothing"
)
checks.expect_close(
    daily_cost(1_000_000, 1e-4, 0.01, 0.9, 5, 20_000),
    249_995.0,
    "the formula should hold for a day of a million events too",
)
### BEGIN HIDDEN TESTS
a, n, f, m, alarm, miss = checks.hidden_rng().integers(1, 40, 6).tolist()
checks.expect_close(
    daily_cost(1000 * (a + n), a / (a + n), f / 100, 1 - m / 100, alarm, miss),
    10 * (n * f * alarm + a * m * miss),
    "the cost of another day is wrong: compute it from all six arguments",
)
### END HIDDEN TESTS
checks.passed("lab0-q3")

# %% [markdown]
# **Guess before you look.** The next cell is yours: type a number in place of `None` and run it, then the table. Nobody grades it. Whoever has
# guessed remembers what came.

# %%
guess = None  # your guess: at a false-alarm rate of 1 %, how many of 1,000 alerts are attacks?

# %% slide="subslide"
events, attacks_a_day = 1_000_000, 100
bill = pd.DataFrame(
    {"false-alarm rate": ["5 %", "1 %", "0.1 %", "0.01 %"], "recall": [0.99, 0.95, 0.90, 0.70]}
)
rates = np.array([0.05, 0.01, 0.001, 0.0001])
bill["alerts a day"] = (
    ((events - attacks_a_day) * rates + attacks_a_day * bill["recall"]).round().astype(int)
)
bill["attacks among 1,000 alerts"] = (
    (1000 * attacks_a_day * bill["recall"] / bill["alerts a day"]).round().astype(int)
)
bill.style.format({"recall": "{:.0%}", "alerts a day": "{:,}"}).set_caption(
    "A million events a day, 100 of them attacks (made-up numbers)"
).hide(axis="index")

# %%
guesses.compare(guess, bill["attacks among 1,000 alerts"][1], "Attacks among 1,000 alerts, at 1 %")

# %% [markdown]
# Read the last column. A detector that is right about 95 % of normal events drowns its analyst, because nearly all events are normal.
# This is the **base rate**, and it comes back in every lab.

# %% slide="subslide"
from anomaly_labs.teaching import controls

controls.share(recall=0.95, false_alarm_rate=0.01)

# %% [markdown]
# You see the precision, the share of attacks among the alerts, of one detector. Move the slider (a page without one shows its start): only the share of attacks changes.

# %% [markdown]
# ### Reflection: a worksheet for your use case
# **4 min · core · 2 points.** Take your scenario from the group exercise. Write two to four sentences that answer the lines of the worksheet:
#
# | line | question |
# |---|---|
# | business objective | What gets better, and how would you measure it? |
# | cost of a false alarm | Who loses how much time or money? |
# | cost of a miss | What happens, and how late is it noticed? |
# | who acts | Who gets the alert, and what do they do within the hour? |
# | your choice | Which of the two errors would you rather accept, and why? |

# %% [markdown] reflect="lab0-r1" points=2
# SIM boxes cost us the fee of every hidden call; the objective is to halve that loss, measured by test calls each month. A false alarm blocks
# an honest customer, who calls support (about 10 euro and some anger); a miss costs about 100 euro a day until the next test call. The fraud team gets
# the alert, looks at the call pattern and blocks the card within the hour. We rather miss a box for a day than block honest customers
# automatically, so a person confirms each alert and we choose a low false-alarm rate.

# %% [markdown] slide="slide"
# ## Case study: Stuxnet
#
# Words first. A **PLC** (programmable logic controller) is a small computer that reads sensors and drives motors and valves. **SCADA** (supervisory
# control and data acquisition) is the software in the control room that shows and steers many of them. **Modbus** is a protocol between
# such devices, from 1979; it has no password and no signature, so whoever reaches a device can command it. Stuxnet's target
# spoke Profibus and Siemens S7, which trusted their network in the same way.
#
# Such plants are regular: the same readings in the same rhythm for years. This makes anomalies easy to see, if the
# readings are true.

# %% [markdown] slide="subslide"
# ### What happened
#
# | | |
# |---|---|
# | **How it spread** | By USB sticks, engineering project files and local networks; four Windows flaws unknown until then, two stolen signing keys. No internet needed. |
# | **What it looked for** | Siemens PLCs that run certain frequency converters at 807 to 1,210 Hz. Elsewhere it only spread. |
# | **What it did** | It set the drives to 1,410 Hz, weeks later to 2 Hz, each for under an hour, then back to 1,064 Hz. An older part closed valves and replayed recorded readings. |
# | **Result** | About 1,000 of 9,000 centrifuges in Natanz replaced by early 2010 (estimate). Found in June 2010. |
#
# <small>Falliere, O Murchu, Chien (2011), W32.Stuxnet Dossier. Langner (2013), To Kill a Centrifuge. Albright, Brannan, Walrond (2010), ISIS.</small>

# %% slide="subslide"
ax = teaching.rotor_story()

# %% [markdown]
# You see two lines: the solid one is what the drives are told, the dashed one what a monitor shows that asks the controller. During the attack the controller's own
# logic is suspended, so its memory keeps the last honest value. Every detector behind that monitor, however clever, sees a
# quiet day.

# %% [markdown]
# ### Reflection: one more sensor
# **2 min · extra · 1 point.** You may add one signal to that plant, and a detector on it. Which signal, read where, and why would the attack
# have been visible in it?

# %% [markdown] reflect="lab0-r2" points=1
# A microphone or vibration sensor on the casing, on a network of its own that does not pass the controller: the attacker can replay what the PLC
# reports, but not the sound of a rotor that speeds up. Power drawn by the drives, metered at the supply, would do as well. What matters is that the reading
# takes a path which the attacked device cannot rewrite.

# %% [markdown] slide="slide"
# ## What network data there is
#
# | source | one record is | shows well | is blind to | volume |
# |---|---|---|---|---|
# | packets | one packet, headers and content | exploits, protocol abuse | encrypted content | very high |
# | flows (NetFlow, IPFIX) | one conversation: addresses, ports, bytes, time | scans, floods, leaks | content | medium |
# | logs | a line that a program wrote | what the program noticed | what it did not | medium |
# | SNMP (Simple Network Management Protocol) | a counter of a device, every few minutes | faults, load | who caused it | low |
# | authentication | who logged in, from where, with what result | stolen accounts | what they did next | low |
#
# KDD99 is made from packets: they are joined into connections, with some facts from inside each session.

# %% [markdown] slide="subslide"
# ### Attacks on telecoms
#
# | when | what | record that could show it |
# |---|---|---|
# | 2013 | Belgacom: an intruder stays unseen for long | authentication, flows |
# | Nov 2016 | Deutsche Telekom: a Mirai variant attacks a port of home routers; about 900,000 fail | flows (one port) |
# | 2017 | O2 Germany: redirected text messages (SS7 signalling) empty bank accounts | signalling logs |
# | Dec 2023 | Kyivstar: intruders wipe systems; 24 million customers are cut off | authentication, months before |
# | always | SIM boxes sell foreign calls as local | call records |
#
# At Belgacom and Kyivstar the intruders were inside for months before anybody noticed. That is the time a detector can win.
#
# <small>Belgacom, 16 September 2013. Deutsche Telekom, 28 November 2016. Süddeutsche Zeitung, 3 May 2017. Reuters, 4 January 2024.</small>

# %% [markdown]
# **Question.** You may keep one source of the table above for a year. Which would have helped in most of these cases, and what would it have missed?
#
# <details><summary>One answer</summary>Flows: they are small enough to keep, and show the attacked port and odd connections of intruders. They miss
# the text messages and the calls, which are signalling and call records, not IP traffic.</details>

# %% [markdown] slide="slide"
# ## From a time series to rows
#
# A classifier wants rows with columns; a counter gives one long series. So you cut it into **windows** and make each window a row. Two simple
# summaries: **averaging** (the mean of each window) and **sub-sampling** (keep one value of each window).
#
# By hand, with windows of three: `4 6 2 | 8 10 90 | 5 7`.
#
# <details><summary>Means? Sub-sample? Compare with your result</summary>Means: 4 and 36. Sub-sample (first values): 4 and 8. The last two values fill no
# window and are left out. The peak of 90 is blurred in one and gone in the other.</details>

# %% [markdown]
# ### Exercise 4: window means
# **3 min · core · 2 points.** `series` is an array. Return the mean of each full window of `width` values. Windows do not overlap; an incomplete
# window at the end is left out.
#
# <details><summary>Hint 1</summary>How many full windows are there? Cut the rest off first; <code>reshape</code> refuses it.</details>
# <details><summary>Hint 2</summary><code>reshape(-1, width)</code> puts each window into a row of its own. Then take the mean along a row.</details>


# %% exercise="lab0-q4"
def window_means(series, width):
    """Return the mean of each full window of `width` values."""
    ### BEGIN SOLUTION
    full = len(series) // width
    return np.asarray(series[: full * width]).reshape(full, width).mean(axis=1)
    ### END SOLUTION


# %% check="lab0-q4" points=2
means = window_means(np.array([4.0, 6.0, 2.0, 8.0, 10.0, 90.0]), 3)
hint = (
    "one number came: put each window into a row of its own, and take the mean along a row (axis=1)"
)
checks.expect(means is None or np.ndim(means) > 0, hint)
checks.expect_shape(
    means, (2,), "six values in windows of three give two means; windows do not overlap"
)
checks.expect(
    list(means) != [4.0, 8.0],
    "that is the first value of each window, a sub-sample; take the mean of all its values",
)
checks.expect_close(means, [4.0, 36.0], "the means of (4, 6, 2) and (8, 10, 90) are 4 and 36")
rest = window_means(np.array([1.0, 3.0, 5.0, 7.0, 100.0]), 2)
checks.expect_shape(rest, (2,), "the last value fills no window of two; leave it out")
checks.expect_close(rest, [2.0, 6.0], "the incomplete window at the end must not change the others")
### BEGIN HIDDEN TESTS
trial = checks.hidden_rng().normal(size=47)
checks.expect_close(
    window_means(trial, 5),
    features.sliding_windows(trial, width=5, how="average"),
    "47 values in windows of five give nine means, each of five neighbours",
)
### END HIDDEN TESTS
checks.passed("lab0-q4")

# %% slide="subslide"
seconds = np.arange(120)
series = 20 + 4 * np.sin(seconds / 12) + rng.normal(0, 1, size=120)
series[73:75] = 90
ax = teaching.windows(series, 20)

# %% [markdown]
# You see a raw line with a spike of two seconds. The mean of its window stays close to its neighbours, and the sub-sample (its first second) misses it. Averages also remove noise; a
# sub-sample keeps true values and the shape of slow changes. Neither is wrong: what you look for must last longer
# than your window.

# %%
cut = features.sliding_windows(series, width=20)
rows = pd.DataFrame({"mean": cut.mean(axis=1), "first": cut[:, 0], "maximum": cut.max(axis=1)})
rows["spread (std)"] = cut.std(axis=1)
rows["label"] = np.where((cut == 90).any(axis=1), "attack", "normal")
rows.index.name = "window"
rows.style.format(precision=1).set_caption(
    "Each window is a row; the label says what happened in it (made-up numbers)"
)

# %% [markdown]
# `features.sliding_windows` is the library's version. A third column rescues the spike: keep the maximum or the spread beside the mean. KDD99
# does this for you: its columns count connections in the last two seconds, and among the last ones to a host.

# %% [markdown] slide="slide"
# ## The data: KDD99
#
# KDD99 is the data of a contest in 1999. Its rows are connections in a **simulated** US Air Force network, recorded in 1998 by MIT Lincoln
# Laboratory, with attacks played in on purpose. It is among the most used sets of the field, and the most criticised. You learn on it because many
# papers compare with it, and because its defects teach.
#
# Each row has 41 features and a class: `normal`, or one of the attack names.

# %%
groups = {name: pd.Index(columns) for name, columns in datasets.FEATURE_GROUPS.items()}
about = pd.DataFrame(
    {
        "features": {name: len(columns) for name, columns in groups.items()},
        "categorical": {
            name: int(columns.isin(datasets.CATEGORICAL).sum()) for name, columns in groups.items()
        },
        "examples": {name: ", ".join(columns[1:4]) for name, columns in groups.items()},
    }
)
about.style.set_caption("The 41 features of KDD99 in their groups")

# %% [markdown]
# - **basic**: the connection itself (length, protocol, bytes);
# - **content**: what happened inside (failed logins, root shells), from the packets' content;
# - **time traffic**: the last two seconds towards the same host or service;
# - **host traffic**: the last connections to the same host. The authors say a hundred; the counts in the file reach 255.
#
# Only `protocol_type`, `service` and `flag` hold words: they are **categorical**. All others are numbers, among them five that are
# only 0 or 1: such a column needs no encoding. Two never change in this file, and teach nothing: `num_outbound_cmds` and `is_host_login`.

# %%
described = datasets.describe("kdd99")
files = pd.DataFrame({"official rows": described.splits})
files["attack types that no training file has"] = [0, 0, len(datasets.TEST_ONLY)]
files.style.format("{:,}").set_caption(f"{described.title} ({described.licence})")

# %% [markdown]
# The course trains on the 10 % file. The official test file holds attack types that you cannot learn from the training
# files. Lab 1 shows what this does to a classifier.

# %% slide="subslide"
ax = plots.class_counts(data.y, datasets.attack_family(data.y))

# %% [markdown]
# You see the classes on a logarithmic axis: each step is ten times as many rows. The two largest attacks are floods. Families: **DoS** (denial of service, floods and
# crashes), **Probe** (scans), **R2L** (remote to local: guess a password, enter from outside), **U2R** (user to root: a user becomes
# administrator). Attacks are the majority here, and some classes have a handful of rows.

# %%
guess = None  # your guess: how many of 100 rows repeat an earlier row?

# %%
table = pd.concat([data.X, data.y.rename("label")], axis=1)
different = len(table.drop_duplicates())
facts = {
    "rows": f"{len(table):,}",
    "rows that repeat an earlier row": f"{len(table) - different:,}",
    "their share": f"{1 - different / len(table):.1%}",
    "classes with normal": f"{(data.y.value_counts() > 0).sum()}",
    "share of normal rows": f"{(data.y == 'normal').mean():.1%}",
}
data.show(pd.Series(facts).to_frame("loaded data"), "KDD99 as loaded")

# %%
guesses.compare(guess, 100 * (1 - different / len(table)), "Copies among 100 rows")

# %% [markdown] slide="subslide"
# ### Known defects
#
# - **Copies.** Of the 494,021 rows of the official 10 % file, 348,435 repeat an earlier one. If copies lie in both the training and the test part, a model
#   that remembers rows looks like a model that understands them.
# - **Too easy, too uneven.** Tavallaee, Bagheri, Lu and Ghorbani (2009) show that simple learners get most rows right, because floods
#   dominate. Their answer is **NSL-KDD**: no copies, and rows chosen by how hard they are. It is the data of the final assessment.
# - **Simulated and old.** Traffic of 1998 has no encryption to speak of, and the simulation left traces of its own.
#
# <small>Tavallaee et al. (2009), IEEE CISDA, doi 10.1109/CISDA.2009.5356528.</small>

# %% [markdown]
# ### Exercise 5: count the copies
# **2 min · core · 1 point.** `X` is a table, `y` a Series with the label of each row. Return how many rows repeat an **earlier** row. Two rows are copies when all features **and** the
# label agree. Leave `X` as it is.
#
# <details><summary>Hint 1</summary>pandas has <code>DataFrame.duplicated()</code>; the first of several equal rows is not marked.</details>
# <details><summary>Hint 2</summary><code>X.assign(label=y)</code> gives a new table with one more column.</details>


# %% exercise="lab0-q5"
def count_copies(X, y):
    """Return the number of rows that repeat an earlier row, label included."""
    ### BEGIN SOLUTION
    return int(X.assign(label=y).duplicated().sum())
    ### END SOLUTION


# %% check="lab0-q5" points=1
small = pd.DataFrame({"service": list("aaabbacde"), "count": [1, 1, 1, 2, 2, 1, 1, 1, 1]})
label = pd.Series(["smurf"] * 3 + ["normal"] * 6)
with checks.unchanged(small, "your function changed the table it was given; work on a new one"):
    answer = count_copies(small, label)
hint = "one value per row came: count those that are True"
checks.expect(np.ndim(answer) == 0, hint)
checks.expect_type(answer, int, "the result of count_copies")
checks.expect(answer != 9, "that is the number of all rows: count those that are marked True")
checks.expect(answer != 4, "equal features with different labels are no copies: include the label")
checks.expect(answer != 5, "the first of several equal rows is no copy; count only the later ones")
checks.expect(
    answer != 6, "that is the number of different rows; count those that repeat an earlier one"
)
checks.expect_close(answer, 3, "rows 1 and 2 repeat row 0, and row 4 repeats row 3: three copies")
once = small.drop_duplicates("service").reset_index(drop=True)
checks.expect_close(
    count_copies(once, label.iloc[: len(once)]), 0, "a table without copies has 0 of them"
)
twice = pd.concat([small, small], ignore_index=True)
checks.expect_close(
    count_copies(twice, pd.concat([label, label], ignore_index=True)),
    12,
    "a table written twice repeats all its rows",
)
### BEGIN HIDDEN TESTS
hidden = checks.hidden_rng()
n = int(hidden.integers(500, 1500))
many = pd.DataFrame({"service": hidden.choice(list("abc"), n), "count": hidden.integers(0, 300, n)})
label = pd.Series(hidden.choice(["smurf", "normal"], n))
checks.expect_close(
    count_copies(many, label),
    n - len(set(zip(many["service"], many["count"], label, strict=True))),
    "in a larger table the count is wrong: count each row that has an equal row before it",
)
### END HIDDEN TESTS
checks.passed("lab0-q5")

# %% [markdown]
# ### Exercise 6: a wrong data card
# **3 min · core · 3 points.** A colleague wrote this card of KDD99 from memory. Several claims are wrong. Compare it with the tables above, and
# give the corrected card: the same keys, the right values. Shares to two decimals; categorical means a column of words.

# %% locked="lab0-card"
card = {
    "rows_of_full_file": 18_000_000,
    "numeric_features": 22,
    "categorical_features": 9,
    "classes_in_10_percent_file": 23,
    "share_of_normal_rows": 0.80,
    "traffic": "simulated",
    "every_row_is_different": True,
    "test_file_has_only_known_attacks": True,
}

# %% [markdown]
# <details><summary>Hint 1</summary>The number of features in the card does not even add up to 41.</details>
# <details><summary>Hint 2</summary>Six of the eight claims are wrong. <code>card | {"key": value}</code> gives a copy of the card with one value changed.</details>

# %% exercise="lab0-q6"
corrected = None  # a dictionary with the keys of `card`
### BEGIN SOLUTION
corrected = card | {
    "rows_of_full_file": 4_898_431,
    "numeric_features": 38,
    "categorical_features": 3,
    "share_of_normal_rows": 0.20,
    "every_row_is_different": False,
    "test_file_has_only_known_attacks": False,
}
### END SOLUTION

# %% check="lab0-q6" points=3
if corrected is None:
    raise checks.NotAnswered(
        "Not answered yet: give `corrected` a value; `card.update(...)` gives None, `card | {...}` a new card."
    )
checks.expect_type(corrected, dict, "corrected")
checks.expect(set(corrected) == set(card), "keep the keys of the card, no more and no fewer")
total, words = datasets.describe("kdd99").splits["full"], len(datasets.CATEGORICAL)
hint = "look up the rows of the full file in the table of official files"
checks.expect_close(corrected["rows_of_full_file"], total, hint)
hint = "only columns that hold words are categorical; a 0/1 column is numeric"
checks.expect_close(corrected["categorical_features"], words, hint)
hint = "numeric and categorical features together are 41"
checks.expect_close(corrected["numeric_features"], 41 - words, hint)
share = corrected["share_of_normal_rows"]
checks.expect_between(share, 0, 1, "give the share as a number from 0 to 1, not in per cent")
hint = "attacks are the majority: read the share of normal rows in the table, to two decimals"
checks.expect_between(share, 0.175, 0.22, hint)
hint = "22 attacks and normal: the claim on the classes was right"
checks.expect_close(corrected["classes_in_10_percent_file"], 22 + 1, hint)
hint = "the traffic is simulated: this claim was right"
checks.expect(corrected["traffic"] == "simulated", hint)
claims = [corrected["every_row_is_different"], corrected["test_file_has_only_known_attacks"]]
hint = "answer the claims on copies and on new attacks with True or False"
checks.expect(all(type(c) in (bool, np.bool_) for c in claims), hint)
hint = "two claims make the data better than they are; read the known defects"
checks.expect(claims != [True, True], hint)
checks.expect(not claims[0], "more than half of the rows repeat an earlier row")
hint = "the official test file has attack types that no training file has"
checks.expect(not claims[1], hint)
checks.passed("lab0-q6")

# %% [markdown] slide="slide"
# ## What learning is, and is not
#
# A detector is a **function**: the features of a row go in, an answer comes out. Somebody must write it.

# %% slide="subslide"
ax = teaching.learning_fields()

# %% [markdown]
# You see three fields, each inside the one before, with examples. People learn from few examples, but are lost in a million rows of 41 numbers.
# A program that learns is the reverse. **Supervised** learning gets labelled rows, **unsupervised** learning rows alone,
# and **reinforcement** learning a reward for what it does. The course uses the first two.
#
# Learning is no magic. Most of the work is to collect and clean rows. It is an experiment: first the question of your business, then a guess, then a test on rows
# that training never had.
#
# **Question.** The file has 280,790 rows of smurf and two of spy. A colleague offers a million more rows of smurf. What will a detector learn from them?
#
# <details><summary>Compare with your answer</summary>Nothing new: more of the same is not more knowledge. Ask for other attacks, and for normal traffic of
# other days.</details>

# %% [markdown] slide="slide"
# ## Map of the methods

# %% slide="subslide"
ax = teaching.method_map()

# %% [markdown]
# You see six methods. To the right: more labels. Further down: more training time. Each box says what the method **assumes**. Where that
# fails, no tuning helps. (The isolation forest needs no labels; Lab 2 gives it normal rows, as its rivals get.)
#
# - **supervised** methods learn the attacks that somebody has named;
# - **normal only** methods learn what is normal, from rows that are known to be clean, and flag the rest;
# - **unlabelled** methods take everything and trust that anomalies are few.
#
# In KDD99, four rows of five are attacks. Which family breaks at once?
#
# <details><summary>Compare with your answer</summary>The unlabelled one: anomalies are not few here. Lab 2 makes them rare first.</details>

# %% [markdown]
# ### Exercise 7: choose a family
# **2 min · extra · 1 point.** Choose `"supervised"`, `"normal only"` or `"unlabelled"` for each situation.
#
# - **a**: ten million labelled connections; the same attacks come every week, and you must report their names.
# - **b**: a month of traffic that is known to be clean; nobody knows what the next attack looks like.
# - **c**: a year of logs without labels, some rare incidents hidden in it.
# - **d**: clean traffic and labelled attacks, but only of types that are blocked by now. You want the new ones.
#
# <details><summary>Hint 1</summary>First ask what a method needs and whether you have it.</details>
# <details><summary>Hint 2</summary>Then ask what it must find: named attacks, or whatever is new?</details>

# %% exercise="lab0-q7"
choice = None  # a dictionary with the keys "a", "b", "c" and "d"
### BEGIN SOLUTION
choice = {"a": "supervised", "b": "normal only", "c": "unlabelled", "d": "normal only"}
### END SOLUTION

# %% check="lab0-q7" points=1
checks.expect_answered(choice, "choice")
checks.expect_type(choice, dict, "choice")
checks.expect(set(choice) == set("abcd"), "give a choice for each of a, b, c and d")
needs = {"supervised": {"labels"}, "normal only": {"clean rows"}, "unlabelled": set()}
clean = {"clean rows"}
have = {"a": clean | {"labels"}, "b": clean, "c": set(), "d": clean | {"labels"}}
for situation, family in sorted(choice.items()):
    checks.expect(str(family) in needs, f"situation {situation}: choose one of {', '.join(needs)}")
    lacking = " and ".join(needs[family] - have[situation])
    checks.expect(
        not lacking,
        f"situation {situation} has no {lacking}, and a method of the family '{family}' needs them",
    )
hint = "situation a: you have the labels and must name the attack; only a supervised method gives names"
checks.expect(choice["a"] == "supervised", hint)
hint = "the rows are known to be clean, and 'unlabelled' makes no use of that"
for situation in "bd":
    checks.expect(choice[situation] != "unlabelled", f"situation {situation}: {hint}")
hint = (
    "situation d: a supervised method knows the attacks of its training rows, and you want new ones"
)
checks.expect(choice["d"] != "supervised", hint)
checks.passed("lab0-q7")

# %% [markdown] slide="skip"
# ## What you take with you

# %% slide="skip"
evaluation.headline(
    source=data.source,
    rows=len(data.X),
    classes=int((data.y.value_counts() > 0).sum()),
    normal_share=float((data.y == "normal").mean()),
    copies_share=1 - different / len(data.X),
)

# %% [markdown] slide="slide"
# ### Recap
#
# - An anomaly looks different; you want to know whether it was *made* differently.
# - Ask "compared with what?" before you ask "which model?".
# - Price both errors. Where attacks are rare, false alarms decide.
# - A detector sees only what its data can show; trust in the sensor comes first.
# - KDD99 is mostly copies and mostly attacks, and its test file holds new attacks.
# - A method is an assumption with a cost.
#
# **Next:** Lab 1, where boosted trees learn the attacks of KDD99 from labels, nearly without errors, until they meet an attack that nobody
# has shown them.
