# /// lab
# title = "Lab 4: Attacks on detectors, and Defense-GAN"
# order = 50
# kind = "core"
# status = "ready"
# minutes = 60
# extra_minutes = 6
# run_minutes = 4
# data = { nsl_kdd = ["train_20", "test"] }
# extras = []
# grading = "fast"
# certificate = {}
# holds = "attacks with the gradient and with answers alone, the rules of traffic, adversarial training, Defense-GAN, and an attacker who knows the defence"
# thirty_minutes = "sections 3, 5, 7 and 10: one step up the slope, the rules of traffic, adversarial training, the report"
# ///

# %% [markdown] slide="slide"
# # @TITLE@
#
# **@MINUTES@ minutes for the core, @EXTRA_MINUTES@ more with the extras; the code runs in under @RUN_TIME@ on two CPU cores.** Somebody reads your detector's answers, and changes
# the traffic until the alarm is silent. You take the attacker's chair first, then the defender's.
#
# You will be able to
#
# - attack a detector with its gradient (white box) and with its answers alone (black box);
# - tell an attack that traffic can carry out from one that exists on paper only;
# - defend by adversarial training and by Defense-GAN, and say what each costs;
# - attack your own defence, and report honestly what is left.
#
# Needed before: Labs 1 and 2, sections 2 and 5 of Lab 3. Parts are **core** or **extra**.

# %%
from anomaly_labs import checks, runtime

rt = runtime.prepare(seed=0)

import time

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import tensorflow as tf
from keras import ops

from anomaly_labs import adversarial, boosting, datasets, evaluation, features, plots, thresholds
from anomaly_labs.adversarial import fgsm, pgd
from anomaly_labs.adversarial.gradients import climb
from anomaly_labs.autoencoder import AutoencoderDetector
from anomaly_labs.teaching import guesses
from anomaly_labs.teaching import lab4_adversarial as teaching

plots.use_course_style()

# %% [markdown] slide="slide"
# ## 1 Somebody answers back
#
# A spammer misspells words until the filter is content. A thief splits one large payment into ten. An intruder slows down a scan. Each changes the *data*,
# not the detector. Before you measure such an attack, write down a **threat model**:
#
# | question | in this lab |
# |---|---|
# | what does the attacker want? | an attack that raises no alert |
# | what does she know? | all weights (**white box**), the answers to her questions and rows of her own (**black box**), or weights and defence (**adaptive**) |
# | what can she change? | each column by at most **epsilon** standard deviations; later also: only what traffic can do |
#
# A defence "works" for one threat model, never in general.

# %% [markdown] slide="slide"
# ## 2 Three victims
#
# NSL-KDD, as in Lab 3: the 20 % training file and the official test file. The victims: boosted trees as in Lab 1; an autoencoder as in Lab 2, trained on normal
# rows, with the 95th percentile of held-out normal rows as threshold; and a small network that classifies, because it has a gradient and learns from labels.

# %%
known, new = datasets.load("nsl_kdd", split="train_20"), datasets.load("nsl_kdd", split="test")
plots.use_course_style(known.source)
encoder = features.make_encoder()
X, y = encoder.fit_transform(known.X), datasets.is_attack(known.y)
X_new, y_new = encoder.transform(new.X), datasets.is_attack(new.y)
print(f"{len(X):,} training rows, {len(X_new):,} test rows, {X.shape[1]} columns")


def fresh_network():
    """Return an untrained network from a row to the logit of "attack"."""
    keras.utils.set_random_seed(rt.seed)
    layers = [keras.layers.Dense(units, activation="leaky_relu") for units in (64, 32)]
    model = keras.Sequential([keras.Input((X.shape[1],)), *layers, keras.layers.Dense(1)])
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-3), loss, jit_compile=False, steps_per_execution=16)
    return model


# %%
network = fresh_network()
network.fit(X, y, epochs=rt.epochs(10), batch_size=256, verbose=0)
trees = boosting.train(X, y, n_rounds=rt.rounds(50), seed=rt.seed)
normal = np.random.default_rng(rt.seed).permutation(np.flatnonzero(y == 0))
held, rest = np.split(normal, [len(normal) // 5])
autoencoder = AutoencoderDetector(kind="l2", epochs=rt.epochs(30), seed=rt.seed).fit(X[rest])
limit = thresholds.percentile(autoencoder.anomaly_score(X[held]), q=95.0)
alarm = {
    "network": lambda rows: np.asarray(network(rows))[:, 0] > 0,
    "trees": lambda rows: boosting.predict(trees, rows) > 0.5,
    "autoencoder": lambda rows: autoencoder.anomaly_score(rows) > limit,
}


# %% slide="subslide"
def clean(alerts, truth):
    """Return three figures of alerts on rows that nobody has changed."""
    figures = {"accuracy": (alerts == truth).mean(), "recall": alerts[truth == 1].mean()}
    return figures | {"false_alarm_rate": alerts[truth == 0].mean()}


before = pd.DataFrame({name: clean(raises(X_new), y_new) for name, raises in alarm.items()}).T
new.show(before, "Before anybody attacks, each victim at its own threshold").format("{:.3f}")

# %% [markdown]
# These are the figures that a defence must not spoil. They do **not** say which victim is better: two are cut at .5, one at a quantile (Lab 3 compares under one rule). From here on we follow up to 200 test attacks which **all three** victims detect: each share of detected attacks below starts at 1, and what is
# missing is the attacker's work. (Attacks that a victim misses anyway need no help.)

# %%
caught = (y_new == 1) & np.logical_and.reduce([raises(X_new) for raises in alarm.values()])
chosen = np.random.default_rng(rt.seed).permutation(np.flatnonzero(caught))
chosen = chosen[: 80 if rt.fast else 200]
table = new.X.iloc[chosen].reset_index(drop=True)
aims, ones = X_new[chosen], np.ones(len(chosen), dtype=int)
print(f"all three detect {caught.sum():,} of {y_new.sum():,} attacks; we follow {len(aims)}.")

# %% [markdown] slide="slide"
# ## 3 One step up the slope
#
# Training asks: how does the loss change when I move the **weights**? and goes down. The attacker asks: how does it change when I move the **row**? and goes *up*.
#
# Take the smallest classifier, p = 1 / (1 + e^(-row · w)), with the cross-entropy as loss. Its slope with respect to the row is
#
# > (p - label) · w
#
# The **fast gradient sign method** (FGSM, Goodfellow et al. 2015) moves each column by epsilon in the direction of the *sign* of its slope: the largest rise of a straight loss in a box of ± epsilon.

# %% [markdown]
# ### Exercise 1: one step
# **4 min · core · 2 points.** `rows` has the shape (n, k), `labels` holds n zeros and ones, `weights` k numbers (lists or arrays). Return the moved rows. A column with slope 0 stays.
# <details><summary>Hint 1</summary>`np.asarray(rows, float) @ np.asarray(weights, float)` is row · w for all rows.</details>
# <details><summary>Hint 2</summary>`(p - labels)[:, None] * weights` has the shape (n, k); then `np.sign`.</details>


# %% exercise="lab4-q1"
def one_step(rows, labels, weights, epsilon):
    """Return the rows after one step of FGSM."""
    ### BEGIN SOLUTION
    rows, weights = np.asarray(rows, float), np.asarray(weights, float)
    p = 1 / (1 + np.exp(-rows @ weights))
    return rows + epsilon * np.sign((p - np.asarray(labels))[:, None] * weights)
    ### END SOLUTION


# %% check="lab4-q1" points=2
rows, weights = [[0.5, 0.6], [1.0, -1.0]], [2.0, -1.0]
answer = one_step(rows, [1, 0], weights, 0.25)
checks.expect_shape(answer, (2, 2), "return a moved row for each row")
step = np.asarray(answer, float) - rows
hint = "the loss falls: an attacker goes up the slope, so add the step"
checks.expect(not np.allclose(step, [[0.25, -0.25], [-0.25, 0.25]]), hint)
hint = "both rows moved the same way: for an attack (label 1) up means towards a lower p, for label 0 towards a higher one"
checks.expect(not np.allclose(step[0], step[1]), hint)
hint = "this is the slope of the weights, (p - label) · row; the attacker moves the row: (p - label) · w"
checks.expect(not np.allclose(step, [[-0.25, -0.25], [0.25, -0.25]]), hint)
hint = "each column moves by exactly epsilon: take the sign of the slope, not its size"
checks.expect(bool(np.allclose(np.abs(step), 0.25)), hint)
checks.expect_close(step, [[-0.25, 0.25], [0.25, -0.25]], "compare with rows + epsilon * sign")
hint = "a column of weight 0 must stay: its slope is 0, and the sign of 0 is 0"
still = one_step([[0.5, 0.6, 0.7]], [1], [2.0, 0.0, -1.0], 0.25)
checks.expect_close(still, [[0.25, 0.6, 0.95]], hint)
### BEGIN HIDDEN TESTS
rng = checks.hidden_rng()
rows, labels = rng.normal(size=(7, 4)), rng.integers(0, 2, 7)
weights = rng.normal(size=4) * [1, 1, 0, 1]
chance = 1 / (1 + np.exp(-(rows @ weights)))
wanted = rows + 0.1 * np.sign((chance - labels)[:, None] * weights)
hint = "on other rows and weights the step is wrong; a column of weight 0 must stay"
checks.expect_close(one_step(rows, labels, weights, 0.1), wanted, hint)
### END HIDDEN TESTS
checks.passed("lab4-q1")

# %% [markdown] slide="slide"
# ## 4 Many small steps
#
# One step is right for a straight loss. A network bends, so **projected gradient descent** (PGD, Madry et al. 2018) takes small steps, looks at the slope again after each one, and pulls the row back into the
# box of ± epsilon around its **start** whenever it has left it.
#
# `slopes_at(rows)` gives the slope of your network's loss for each column of attacks: up means "looks less like an attack".


# %%
def slopes_at(rows):
    """Return how the network's loss changes with each column; all rows are attacks."""
    return climb(network, rows, np.ones(len(rows), dtype=int))[1]


one = fgsm(network, aims, ones, epsilon=0.1)
print(f"FGSM with epsilon 0.1: {alarm['network'](one).mean():.1%} are still detected.")

# %% [markdown]
# ### Exercise 2: a small step
# **4 min · core · 2 points.** All of `place`, `start` and `slopes` have the shape (n, k). Go from `place` by `length` in the direction of the sign of each slope, then bring each column back between
# `start - epsilon` and `start + epsilon`. The cell takes 20 of your steps.
# <details><summary>Hint 1</summary>`np.clip(values, low, high)` accepts arrays as limits.</details>
# <details><summary>Hint 2</summary>The step begins at `place`; the box stands around `start`.</details>


# %% exercise="lab4-q2"
def small_step(place, start, slopes, length, epsilon):
    """Return the next place of each row."""
    ### BEGIN SOLUTION
    place, start = np.asarray(place), np.asarray(start)
    return np.clip(place + length * np.sign(slopes), start - epsilon, start + epsilon)
    ### END SOLUTION


place, path = aims, [1.0]
for _ in range(20):
    place = small_step(place, aims, slopes_at(place), 0.0125, 0.1)
    path.append(alarm["network"](place).mean())
fig, ax = plt.subplots(figsize=(7, 3.6))
ax.plot(path, marker="o", ms=4, label="your steps")
ax.axhline(alarm["network"](one).mean(), color="C1", linestyle="--", label="FGSM, one step")
ax.set_xticks(range(0, 21, 5))
ax.legend()
title = f"Epsilon 0.1: after 20 small steps, {path[-1]:.1%} are still detected"
ax = plots.finish(ax, title, "small steps", "share still detected")

# %% [markdown]
# You see the share of attacks that the network still detects, falling with each of your small steps; the dashed line is the single large step.

# %% check="lab4-q2" points=2
start, place = np.zeros((1, 4)), np.array([[0.18, -0.05, 0.0, 0.1]])
answer = small_step(place, start, np.array([[3.0, -0.001, 0.0, 5.0]]), 0.05, 0.2)
checks.expect_shape(answer, (1, 4), "return a place for each row")
answer = np.asarray(answer, float)
hint = "0.18 + 0.05 leaves the box: keep each column within epsilon of start, not of place"
checks.expect(bool(np.abs(answer).max() <= 0.2 + 1e-9), hint)
hint = "you went down the slope; the attacker wants the loss to rise"
checks.expect(not np.allclose(answer, [[0.13, 0.0, 0.0, 0.05]]), hint)
hint = "each step begins at place, where the last one ended, not at start"
checks.expect(not np.allclose(answer, [[0.05, -0.05, 0.0, 0.05]]), hint)
hint = "the step has the given length wherever the slope is not 0, however small or large the slope"
checks.expect_close(answer, [[0.2, -0.1, 0.0, 0.15]], hint)
hint = "the box stands around start, which need not be 0: step from place, then back into the box around start"
away = small_step(np.array([[1.0, 2.0]]), np.array([[1.0, 2.1]]), np.ones((1, 2)), 0.15, 0.1)
checks.expect_close(away, [[1.1, 2.15]], hint)
### BEGIN HIDDEN TESTS
rng = checks.hidden_rng()
start, slopes = rng.normal(size=(6, 5)), rng.normal(size=(6, 5))
place = start + rng.uniform(-0.3, 0.3, size=(6, 5))
wanted = np.clip(place + 0.1 * np.sign(slopes), start - 0.3, start + 0.3)
hint = "on other rows: one step from place, then back into the box around start, column by column"
checks.expect_close(small_step(place, start, slopes, 0.1, 0.3), wanted, hint)
### END HIDDEN TESTS
checks.passed("lab4-q2")

# %% [markdown] slide="slide"
# ## 5 Is it still traffic?
#
# How many attacks does the network still detect after PGD with epsilon 0.2? The caption says it. But look at *one* row that the attacker hands in. The library's `pgd` is your loop; it keeps the best step of each row.

# %%
guess = None  # your guess: the share of the attacks that the network still detects

# %% slide="subslide"
names, numbers = list(encoder.get_feature_names_out()), list(encoder.numeric_columns_)
moved = pgd(network, aims, ones, epsilon=0.2)


def raw_value(row, name):
    """Return a number in its own unit; for a category, how much of it the row has."""
    value, place = float(row[names.index(name)]), names.index(name)
    if name not in numbers:
        return value
    value = value * encoder.spread_[place] + encoder.offset_[place]
    value = np.expm1(value) if name in encoder.heavy_tailed_ else value
    return round(float(value), 3) + 0.0  # no "-0.000"


shown = [f"protocol_type_{p}" for p in ("tcp", "udp", "icmp")] + ["flag_SF", "flag_S0"]
shown += ["logged_in", "duration", "src_bytes", "count", "srv_count", "serror_rate"]
pair = {"before": aims[0], "after": moved[0]}
pair = pd.DataFrame({k: [raw_value(row, n) for n in shown] for k, row in pair.items()}, index=shown)
left = alarm["network"](moved).mean()
caption = f"One attack before and after PGD; {left:.1%} of all are still detected"
new.show(pair, caption).format("{:.3f}")

# %%
guesses.compare(guess, left, "Still detected after PGD")

# %% [markdown]
# Read the column "after" as a connection: a fifth of a protocol more and a fifth of another one less, a flag in parts, somebody who is logged in by a
# fraction, a count that is no whole number. No computer can send this row. The network was attacked; the *traffic* was not.

# %% slide="subslide"
from anomaly_labs.teaching import controls

reach = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
one = [aims[:1] if eps == 0 else pgd(network, aims[:1], ones[:1], epsilon=eps) for eps in reach]
one = np.vstack(one)
probability = 1 / (1 + np.exp(-np.asarray(network(one), float)[:, 0]))
controls.epsilon(pd.DataFrame(one, reach, names), probability, limit=0.5)

# %% [markdown]
# You see ten columns of that attack, as it was sent and as PGD moves it. The score is the network's probability of an attack. Move the slider: how little is enough?

# %% [markdown] slide="subslide"
# ### What an attacker can change
#
# | columns | rule | why |
# |---|---|---|
# | protocol, service, flag; login and other 0/1 flags | fixed | they are the attack itself |
# | duration, bytes, content | may **grow**, whole numbers; fixed where the connection was never opened (flags REJ, S0, SH, OTH), and what ICMP and UDP do not have | traffic can be added, not taken back; a refused connection carries nothing |
# | counts | may **grow**, whole numbers | connections can be added |
# | rates | **follow** their counts: 3 errors of 10 connections can become 3 or 5 of 12, nothing else; `same_srv_rate` is `srv_count` / `count` | a rate is a share of connections |
#
# The last two lines join columns, and both were measured: no row of these flags in the official files has a byte, and the quotient holds in more than 97 % of the rows. Without them an attack
# finds refused connections that carry bytes. Even so the room is generous: it leaves out what the rest of the network sends (Sheatsley et al. 2022).

# %% [markdown]
# ### Exercise 3: obey
# **7 min · core · 4 points.** One column, in its own unit. `wanted` is where the attacker wants the values, `original` where they are (lists or arrays). Return values that obey:
#
# - `move` "fixed": the original ones; "grow": at least the original ones; "free": from 0 on;
# - none above `highest`;
# - only multiples of 1 / `grid` (1: whole numbers, 100: hundredths), the nearest to what is wanted.
# <details><summary>Hint 1</summary>`np.round(wanted * grid) / grid` is the nearest value on the grid.</details>
# <details><summary>Hint 2</summary>Round first; then `np.clip` with a lower limit that depends on `move`.</details>


# %% exercise="lab4-q3"
def obey(wanted, original, move, grid, highest):
    """Return the values nearest to `wanted` that obey the rule of their column."""
    ### BEGIN SOLUTION
    wanted, original = np.asarray(wanted, float), np.asarray(original, float)
    if move == "fixed":
        return original.copy()
    lowest = original if move == "grow" else 0.0
    return np.clip(np.round(wanted * grid) / grid, lowest, highest)
    ### END SOLUTION


# %% check="lab4-q3" points=4
wish = np.array([3.4, 0.2, 9.0, 3.6])
with checks.unchanged(wish, "return new values: the list of wishes must stay as it is"):
    grown = obey(wish, [2, 2, 2, 2], "grow", 1, 5)
checks.expect_shape(grown, (4,), "return one value for each wish")
grown = np.asarray(grown, float)
hint = "bytes that were sent cannot be taken back: with 'grow' no value falls below its original"
checks.expect(bool(grown[1] == 2), hint)
checks.expect_close(grown[2], 5.0, "9 is above the highest value of the format, 5")
checks.expect_close(grown[0], 3.0, "with grid=1 a count is a whole number, the nearest to 3.4")
hint = "the nearest whole number to 3.6 is 4: round, do not cut off"
checks.expect_close(grown[3], 4.0, hint)
kept = obey([7.0, 0.0], [0.0, 1.0], "fixed", 1, 1)
checks.expect_close(
    kept, [0.0, 1.0], "a fixed column keeps its original values, whatever is wanted"
)
rates = np.asarray(obey([0.123, -0.4, 1.7], [0.5, 0.5, 0.5], "free", 100, 1), float)
hint = "with grid=100 the values are hundredths: multiply by grid, round, divide by grid"
checks.expect_close(rates[0], 0.12, hint)
hint = "a free column may fall below its original: only 'grow' keeps it as the lower limit"
checks.expect_close(obey([0.1], [0.5], "free", 100, 1), [0.1], hint)
checks.expect_close(
    rates[1:], [0.0, 1.0], "a rate lies between 0 and highest, also when it is free"
)
### BEGIN HIDDEN TESTS
rng = checks.hidden_rng()
for move, grid, highest in (("grow", 1, 30), ("free", 100, 1), ("free", 1, 30), ("fixed", 1, 30)):
    original = rng.integers(0, 20, 40) / (grid if grid > 1 else 1)
    wanted = original + rng.normal(scale=highest / 3, size=40)
    on_grid = np.clip(np.round(wanted * grid) / grid, original if move == "grow" else 0, highest)
    answer = obey(wanted, original, move, grid, highest)
    hint = f"other values: a column that is {move!r} with grid={grid} and highest={highest} comes out wrong"
    checks.expect_close(answer, original if move == "fixed" else on_grid, hint)
### END HIDDEN TESTS
checks.passed("lab4-q3")

# %% [markdown]
# The library's `TrafficConstraints` does this for all columns at once, with the rules that join them, in the space of the encoder, and turns the moved rows back into raw ones. With it PGD looks for the worst row *among those that obey*. The same attack as above:

# %% slide="subslide"
rules = adversarial.TrafficConstraints(encoder, table)
obeying = pgd(network, aims, ones, epsilon=0.2, constraints=rules)
legal = rules.rows(obeying)
changed = [name for name in table if legal[name].iloc[0] != table[name].iloc[0]]
pair = pd.DataFrame({"before": table.iloc[0], "after": legal.iloc[0]}).loc[changed]
caption = f"All that changed: {len(changed)} of {table.shape[1]} features of the same attack"
new.show(pair, caption)

# %% [markdown]
# This row obeys every rule of the table: look up its flag, its bytes, its counts and their rates. Now the question that decides: how much of the attack's success came from changes that nobody can make? PGD four times: any change; only the columns of
# **categories** (protocol, service, flag: one-hot, so 0 or 1); only the **numbers**, in any way; and under the rules.

# %%
is_number = np.arange(X.shape[1]) < len(numbers)
epsilons = (0.1, 0.2, 0.5, 1.0)


def autoencoder_margin(rows):
    """Return how far the mean squared error lies above the threshold; slopes go through."""
    return ops.mean(ops.square(rows - autoencoder.model_(rows)), axis=1) - float(limit)


def moving(victim, columns):
    """Return the victim as seen by somebody who can move these columns alone."""
    return lambda rows: victim(tf.where(columns, rows, aims))


# %%
def still_detected(victim, raises, steps):
    """Return the share still detected by what may move and by epsilon."""
    just = {"categories alone": ~is_number, "numbers alone": is_number}
    rows = {0.0: dict.fromkeys(["any change", *just, "under the rules"], 1.0)}
    for eps in epsilons:
        effort = {"epsilon": eps, "steps": steps}
        found = {"any change": pgd(victim, aims, ones, **effort)}
        for kind, columns in just.items():
            found[kind] = pgd(moving(victim, columns), aims, ones, **effort)
        found["under the rules"] = pgd(victim, aims, ones, **effort, constraints=rules)
        rows[eps] = {kind: raises(after).mean() for kind, after in found.items()}
    return pd.DataFrame(rows).T


by_change = still_detected(network, alarm["network"], steps=20)

# %% slide="subslide"
at = by_change.loc[0.2]
title = f"Network, epsilon 0.2: {at['any change']:.2f} detected after any change, {at['under the rules']:.2f} under the rules"
ax = teaching.detection_curves(by_change, title=title)

# %% [markdown]
# You see the share of the attacks that the network still detects. Compare "categories alone" with "any change": moving the one-hot columns, which no attacker can, is enough for most of the success. Then compare "under the
# rules": at the same epsilon, most of the attack is gone. A paper that reports only the first curve has attacked a matrix.

# %% slide="subslide"
by_change_ae = still_detected(autoencoder_margin, alarm["autoencoder"], steps=40)
caption = "Autoencoder, white box: share still detected, by epsilon and by what may move"
new.show(by_change_ae, caption).format("{:.3f}").format_index("{:.1f}")

# %% [markdown]
# The autoencoder of Lab 2, attacked with *its* gradient (the mean squared error minus the threshold). This error bends more than the logit of the network, so PGD takes twice the steps: an attack that stops too early flatters the victim. Compare the columns with the curves of the network, line by line: which kind of change hurts this detector, and do the rules protect it as well? What
# rules save depends on the columns in which a detector sees an attack, so it has to be measured for each one.

# %% [markdown] slide="slide"
# ## 6 Black box: the answers are enough
#
# Boosted trees have no slope: between two splits nothing changes. Nor does an attacker from outside know the trees, the training rows or their labels. What she has:
#
# - **rows of her own**, recorded from traffic that she can see or cause: here 3,000 rows of the later file, without labels;
# - a **budget of questions**: she sends a row and sees whether it is answered or blocked. Each question costs time and may be noticed.
#
# She trains a network on the answers, the **substitute**, and attacks that one. What fools the substitute often fools the victim: the attack **transfers** (Papernot et al. 2017).

# %%
apart = np.setdiff1d(np.arange(len(X_new)), chosen)
apart = np.random.default_rng(1).permutation(apart)
own, elsewhere = X_new[apart[:3_000]], X_new[apart[3_000:]]


def blocked(rows):
    """Return what the boosted trees answer: 1 where they raise an alert, else 0."""
    return alarm["trees"](rows).astype(float)


def substitute(answers, n, next_questions=None):
    """Return a network trained on n answers; half of the rows are chosen if there is a rule."""
    places = list(range(n // 2 if next_questions else n))
    settings = {"epochs": rt.epochs(20), "batch_size": 32, "seed": rt.seed}
    model = adversarial.train_substitute(answers, own[places], **settings)
    if next_questions:
        logits = np.asarray(model(own))[:, 0]
        places += [int(place) for place in next_questions(logits, places, n - len(places))]
        model = adversarial.train_substitute(answers, own[places], **settings)
    return model


def agreement(model):
    """Return how often substitute and trees say the same of rows that she does not have."""
    return ((np.asarray(model(elsewhere))[:, 0] > 0) == blocked(elsewhere)).mean()


# %% [markdown]
# ### Exercise 4: ask well, count fairly
# **6 min · core · 2 points.** In `next_questions`, `logits` holds what the substitute says of each of her rows (0: unsure), `asked` the places of the rows that she has asked about. Return the places of the `n` rows **not asked yet** of which it is least sure.
#
# In `evasion_rate`, `before` and `after` are alerts (0/1) for the same attacks, before and after an attacker changed them. Return, among the attacks that were detected before, the share that no longer is; 0 if none was.
# <details><summary>Hint 1</summary>Unsure means a small `np.abs(logits)`; `np.argsort` gives places from small to large. Leave out those in `asked`, then take n.</details>
# <details><summary>Hint 2</summary>An attack that was missed before proves nothing about the attacker: `after[before == 1]` are the alerts that count.</details>


# %% exercise="lab4-q4"
def next_questions(logits, asked, n):
    """Return the places of the n rows not asked yet of which the substitute is least sure."""
    ### BEGIN SOLUTION
    unsure = np.argsort(np.abs(np.asarray(logits, float)), kind="stable")
    return unsure[~np.isin(unsure, asked)][:n].tolist()
    ### END SOLUTION


def evasion_rate(before, after):
    """Return the share of the detected attacks that the attacker hid."""
    ### BEGIN SOLUTION
    before, after = np.asarray(before, bool), np.asarray(after, bool)
    return float((~after[before]).mean()) if before.any() else 0.0
    ### END SOLUTION


for budget in (100, 400):
    for how, rule in (("at random", None), ("half chosen by you", next_questions)):
        model = substitute(blocked, budget, rule)
        hidden = evasion_rate(blocked(aims), blocked(pgd(model, aims, ones, epsilon=1.0)))
        print(f"{budget} questions {how}: agreement {agreement(model):.3f}, evasion {hidden:.3f}")

# %% check="lab4-q4" points=2
answer = next_questions([2.0, -0.1, 0.5, -3.0, 0.2], [1], 2)
checks.expect_shape(answer, (2,), "return as many places as there are questions left, n")
answer = np.asarray(answer, float).tolist()
hint = "row 1 was asked about already: a second question to it teaches nothing"
checks.expect(1 not in answer, hint)
hint = "these are the rows of which it is surest: take the smallest absolute values"
checks.expect(sorted(answer) != [0, 3], hint)
hint = "these are the lowest logits, of which it is sure: unsure means near 0, on either side"
checks.expect(3 not in answer, hint)
hint = "return places in `logits`, not the logits themselves"
checks.expect(sorted(answer) == [2, 4], hint)
few = next_questions([5.0, 1.0, -9.0], [0, 1], 1)
checks.expect_close(list(few), [2], "only row 2 is left, however sure it is")
answer = evasion_rate([1, 1, 1, 1, 1, 0, 0, 0], [1, 0, 0, 0, 0, 1, 1, 0])
checks.expect_between(answer, -1, 1, "return one number, a share")
hint = "four were hidden: divide by the five that were detected before, not by all eight"
checks.expect(not np.isclose(answer, 4 / 8), hint)
hint = "an attack that was missed before was not hidden by the attacker: look at the detected ones only"
checks.expect(not np.isclose(answer, 5 / 8), hint)
hint = "an attack that is detected only afterwards makes up for none: do not subtract one sum from the other"
checks.expect(not np.isclose(answer, [2 / 5, 2 / 8]).any(), hint)
hint = "this is the share still detected; the attacker's success is the rest"
checks.expect(not np.isclose(answer, 1 / 5), hint)
checks.expect_close(answer, 0.8, "five were detected before, four of them are not any more")
checks.expect_close(
    evasion_rate([0, 0], [0, 1]), 0.0, "nothing was detected, so nothing was hidden"
)
hint = "lists and arrays of True and False are alerts, too"
checks.expect_close(evasion_rate([True, True], [False, True]), 0.5, hint)
### BEGIN HIDDEN TESTS
rng = checks.hidden_rng()
first, second = rng.integers(0, 2, 60), rng.integers(0, 2, 60)
first[0] = 1
wanted = (second[first == 1] == 0).mean()
checks.expect_close(evasion_rate(first, second), wanted, "other alerts: count among the detected")
said, asked = rng.normal(size=30), rng.permutation(30)[:12]
left = [int(p) for p in np.argsort(np.abs(said)) if p not in asked][:7]
hint = "of other rows other ones should be asked about: the least sure of those not asked yet"
told = next_questions(said.tolist(), asked.tolist(), 7)
checks.expect_shape(told, (7,), hint)
checks.expect_close(np.sort(np.asarray(told, float)), np.sort(left), hint)
### END HIDDEN TESTS
checks.passed("lab4-q4")

# %% [markdown]
# Whether chosen questions pay shows in the lines above your check: compare agreement, and then evasion, at each budget. Now by what she is told, and with nothing at all: a network that she trained on 400 of her own rows, whose labels she knows because the attacks are hers.

# %%
true_labels = y_new[apart[:3_000]].astype(float)
lookup = {row.tobytes(): label for row, label in zip(own, true_labels, strict=True)}
told = {
    "nothing; 400 labels of her own": (lambda rows: [lookup[r.tobytes()] for r in rows], 400),
    "100 alerts, yes or no": (blocked, 100),
    "400 alerts, yes or no": (blocked, 400),
    "400 probabilities": (lambda rows: boosting.predict(trees, rows), 400),
    "3,000 alerts, yes or no": (blocked, 3_000),
}
black_box = {}
for kind, (answers, n) in told.items():
    imitation = substitute(answers, n)
    row = {"agreement": agreement(imitation)}
    for what, room in (("any", None), ("rules", rules)):
        after = pgd(imitation, aims, ones, epsilon=1.0, constraints=room)
        row[f"{what}, epsilon 1.0"] = blocked(after).mean()
    black_box[kind] = row

# %% slide="subslide"
black_box = pd.DataFrame(black_box).T.rename_axis("the attacker was told")
caption = "Boosted trees: share still detected after attacks on substitutes"
new.show(black_box, caption).format("{:.3f}")

# %% [markdown]
# "Agreement" is how often substitute and trees say the same of rows that she does not have. Compare the first line with the others: what do a hundred answers add to labels of her own? Then read across: is the substitute that agrees best also the one whose attacks
# fool best? Agreement on ordinary rows says little about the direction in which an attack moves. Then compare "any" with "rules": the trees ask "greater than?", and a legal change crosses few of their limits.
#
# The conclusion: a hidden model is no defence, since rows of one's own and a hundred answers stand in for it. Limits on questions, and answers without probabilities, slow her down. What protects most is what she cannot change.

# %% [markdown] slide="slide"
# ## 7 Adversarial training
#
# The plainest defence: show the network its own attacks. In each round PGD moves the training attacks against the network *as it now is*; then one pass over clean and moved rows. Moved attacks are still attacks, so they keep label 1; normal rows are
# not moved, because nobody disguises normal traffic as an attack.

# %% [markdown]
# ### Exercise 5: the rows of one round
# **5 min · core · 3 points.** `rows` (n, k) and `labels` (n zeros and ones) are the clean training rows, `moved` (m, k) the moved attacks. Return the pair (all rows, all labels): the clean ones **and** the moved ones, in one random order that
# comes from `seed` and is the same for rows and labels. Use `np.random.default_rng(seed)`.
# <details><summary>Hint 1</summary>`np.concatenate([rows, moved])`, and `np.ones(len(moved))` for their labels.</details>
# <details><summary>Hint 2</summary>Draw `order = ....permutation(n + m)` once; use it twice.</details>


# %% exercise="lab4-q5"
def one_lesson(rows, labels, moved, seed):
    """Return the rows and labels of one round of adversarial training."""
    ### BEGIN SOLUTION
    every_row = np.concatenate([np.asarray(rows, float), np.asarray(moved, float)])
    every_label = np.concatenate([np.asarray(labels, int), np.ones(len(moved), int)])
    order = np.random.default_rng(seed).permutation(len(every_row))
    return every_row[order], every_label[order]
    ### END SOLUTION


# %% check="lab4-q5" points=3
rows = np.arange(60.0).reshape(30, 2)
labels, extra = (rows[:, 0] >= 40).astype(int), rows[20:] + 0.5
lesson = one_lesson(rows, labels, extra, 3)
checks.expect_shape(lesson[0], (40, 2), "30 clean and 10 moved rows make 40: keep both")
checks.expect_shape(lesson[1], (40,), "return one label for each of the 40 rows")
taught, said = np.asarray(lesson[0], float), np.asarray(lesson[1], float)
by_row = sorted(zip(taught[:, 0].tolist(), said.tolist(), strict=True))
given = sorted([*rows[:, 0].tolist(), *extra[:, 0].tolist()])
checks.expect([row for row, _ in by_row] == given, "each clean and each moved row must occur once")
hint = "rows and labels got different orders: draw one order and use it for both"
checks.expect(all(label == (row >= 40) for row, label in by_row if row % 1 == 0), hint)
hint = "a moved attack is still an attack: its label is 1, whatever the network says of it"
checks.expect(all(label == 1 for row, label in by_row if row % 1), hint)
hint = "mix clean and moved rows: a network forgets what it saw first"
checks.expect(not np.array_equal(taught[:30], rows), hint)
again, other = (np.asarray(one_lesson(rows, labels, extra, seed)[0], float) for seed in (3, 5))
checks.expect_close(again, taught, "the same seed must give the same order")
hint = "another seed must give another order"
checks.expect(not np.array_equal(taught, other), hint)
### BEGIN HIDDEN TESTS
rng = checks.hidden_rng()
rows, extra = rng.normal(size=(50, 3)), rng.normal(size=(20, 3))
labels = (rows[:, 0] > 0).astype(int)
first = one_lesson(rows, labels, extra, 4)
right = {row.tobytes(): label for row, label in zip(rows, labels, strict=True)}
told = [right.get(row.tobytes(), 1) for row in np.asarray(first[0], float)]
checks.expect_close(first[1], told, "on other rows some labels are not those of their rows")
### END HIDDEN TESTS
checks.passed("lab4-q5")

# %% [markdown]
# The library's `harden` repeats this round eight times, after two epochs on clean rows. Then two attackers: the **old** one has made her rows for the network without defence; the **adaptive** one knows the new weights.

# %%
started = time.perf_counter()
hardened = fresh_network()
hardened.fit(X, y, epochs=rt.epochs(2), batch_size=256, verbose=0)
adversarial.harden(hardened, X, y, epsilon=0.2, rounds=rt.epochs(8), seed=rt.seed)
alarm["hardened network"] = lambda rows: np.asarray(hardened(rows))[:, 0] > 0
print(f"{time.perf_counter() - started:.0f} s of training")


def facing(raises, attacker):
    """Return accuracy and false alarms, and the share detected of what an attacker makes."""
    row = clean(raises(X_new), y_new) | {"no attack": raises(aims).mean()}
    for eps in (0.2, 0.5):
        for what, room in (("any", None), ("rules", rules)):
            row[f"{what}, epsilon {eps}"] = raises(attacker(eps, room)).mean()
    return row


def pgd_on(model):
    """Return the attacker who knows this model."""
    return lambda eps, room: pgd(model, aims, ones, epsilon=eps, constraints=room)


# %%
guess = None  # your guess: the share that the hardened network detects of an adaptive attacker, epsilon 0.2

# %% slide="subslide"
report = {
    "network, old attacker": facing(alarm["network"], pgd_on(network)),
    "hardened, old attacker": facing(alarm["hardened network"], pgd_on(network)),
    "hardened, adaptive attacker": facing(alarm["hardened network"], pgd_on(hardened)),
}
caption = "Clean figures, and shares still detected; trained against epsilon 0.2"
new.show(pd.DataFrame(report).T, caption).format("{:.3f}")

# %%
came = report["hardened, adaptive attacker"]["any, epsilon 0.2"]
guesses.compare(guess, came, "Hardened, adaptive attacker, epsilon 0.2")

# %% [markdown]
# Compare the second line with the third: the old attacker's rows are what a defender likes to report, the adaptive attacker's are what the defence is worth. Then read to the right: what is left beyond the epsilon of the training? Then
# look for the price: compare the first three columns of the plain and the hardened network, and "no attack".

# %% [markdown] slide="slide"
# ## 8 Defense-GAN
#
# Another idea leaves the classifier alone (Samangouei et al. 2018). A WGAN (Lab 3) learns to make **clean** rows, normal ones and attacks. Before the classifier sees a row x, it is replaced by the nearest row that the generator can make:
#
# > x → G(z*), where z* makes ‖G(z) - x‖² smallest
#
# z* is found by **L** gradient steps from each of **R** random starts; the best of the R is taken. What the attacker added is nothing that G makes, so it is lost. In two dimensions, with a wave as traffic and one latent number:

# %% slide="subslide"
noise = np.random.default_rng(rt.seed)
along = noise.uniform(-3, 3, 1_500)
wave = np.column_stack([along, np.sin(along)]) + 0.04 * noise.normal(size=(1_500, 2))
wave = wave.astype(np.float32)
small = {"hidden": (32, 32), "latent": 1, "judge_hidden": (32, 32), "batch_size": 64}
toy = adversarial.DefenseGAN(**small, epochs=120, steps=60, restarts=5, seed=rt.seed).fit(wave)
inner = wave[np.abs(wave[:, 0]) < 2.4][:25]
pushed = inner + noise.uniform(-0.6, 0.6, size=(25, 2)).astype(np.float32)
back = toy.project(pushed)


def away(points):
    """Return each point's distance from the nearest clean one."""
    return np.linalg.norm(points[:, None] - wave, axis=2).min(axis=1)


near = away(back)
title = f"Off the wave: {away(pushed).mean():.2f} moved, {near.mean():.2f} put back, {near.max():.2f} at most"
ax = teaching.projections(wave, pushed, back, title=title)

# %% [markdown]
# You see clean points in grey, points that somebody pushed (crosses), and a line from each to where the defence put it. The title has the mean distances from the wave, and the largest one that is left. What pushed a point *off* the wave is undone, as well as the generator has learned the wave. What pushed it *along* the wave is not: the generator can make
# that place, too. Remember this for the next section.

# %% [markdown]
# ### Exercise 6: the best of R
# **4 min · extra · 2 points.** `rows` has the shape (n, k); `candidates` (n, R, k) holds what R searches found for each row. Return for each row its nearest candidate, by the sum of squared differences; shape (n, k).
# <details><summary>Hint 1</summary>`candidates - rows[:, None, :]` has the shape (n, R, k).</details>
# <details><summary>Hint 2</summary>With `best` of shape (n,), `candidates[np.arange(n), best]` picks one candidate of each row.</details>


# %% exercise="lab4-q6"
def nearest(rows, candidates):
    """Return the nearest candidate of each row."""
    ### BEGIN SOLUTION
    rows, candidates = np.asarray(rows, float), np.asarray(candidates, float)
    best = ((candidates - rows[:, None, :]) ** 2).sum(axis=2).argmin(axis=1)
    return candidates[np.arange(len(rows)), best]
    ### END SOLUTION


# %% check="lab4-q6" points=2
rows = [[0.0, 0.0], [1.0, 1.0]]
candidates = [[[2.0, 2.0], [3.0, 0.0], [9.0, 0.1]], [[4.0, 4.0], [1.0, 2.0], [0.1, 0.1]]]
answer = nearest(rows, candidates)
checks.expect_shape(answer, (2, 2), "return one candidate for each row")
answer = np.asarray(answer, float)
hint = "these are the farthest candidates: take the smallest distance"
checks.expect(not np.allclose(answer, [[9, 0.1], [4, 4]]), hint)
hint = "this is the mean of the candidates; take the best one of the R"
checks.expect(not np.allclose(answer, np.mean(candidates, axis=1)), hint)
hint = "each row has its own candidates: row 0 got one of row 1"
checks.expect(not np.allclose(answer[0], [0.1, 0.1]), hint)
hint = "square the differences: (2, 2) is nearer to (0, 0) than (3, 0), 8 against 9"
checks.expect_close(answer[0], [2.0, 2.0], hint)
checks.expect_close(answer[1], [1.0, 2.0], "for (1, 1) the nearest of its three is (1, 2)")
### BEGIN HIDDEN TESTS
rng = checks.hidden_rng()
rows, candidates = rng.normal(size=(9, 4)), rng.normal(size=(9, 6, 4))
best = ((candidates - rows[:, None]) ** 2).sum(axis=2).argmin(axis=1)
hint = "on other rows another candidate than the nearest comes out"
checks.expect_close(nearest(rows, candidates), candidates[np.arange(9), best], hint)
### END HIDDEN TESTS
checks.passed("lab4-q6")

# %% [markdown] slide="subslide"
# ### Before the network
#
# The generator learns all training rows, without their labels. Then the same attacks, as they are and after the old attacker's PGD, by L and R.

# %%
started = time.perf_counter()
guard = adversarial.DefenseGAN(epochs=2 if rt.fast else None, seed=rt.seed).fit(X)
print(f"the generator was trained in {time.perf_counter() - started:.0f} s")
usual = X_new[np.random.default_rng(2).permutation(np.flatnonzero(y_new == 0))[:400]]
rows = {"none": {"no attack": 1.0, "epsilon 0.2": alarm["network"](moved).mean()}}
rows["none"]["false alarms"] = alarm["network"](usual).mean()
for L, R in ((10, 1), (60, 1), (60, 5), (200, 10)):
    guard.set_params(steps=L, restarts=R).project(aims)  # the first call makes the graph
    started = time.perf_counter()
    after, after_moved = guard.project(aims), guard.project(moved)
    seconds = (time.perf_counter() - started) * 500 / len(aims)
    row = {"distance": np.square(after - aims).sum(axis=1).mean()}
    row |= {"no attack": alarm["network"](after).mean()}
    row |= {"epsilon 0.2": alarm["network"](after_moved).mean()}
    row |= {"false alarms": alarm["network"](guard.project(usual)).mean()}
    row |= {"s per 1,000 rows": seconds}
    rows[f"L {L}, R {R}"] = row
guard = guard.set_params(steps=60, restarts=5)

# %% slide="subslide"
caption = "Defense-GAN: share detected before and after PGD (any change), by its effort"
new.show(pd.DataFrame(rows).T, caption).format("{:.3f}", na_rep="")

# %% [markdown]
# "Distance" is the mean squared distance of a clean attack from its projection, "false alarms" the share of 400 normal test rows that are called attacks after it. Compare the line "none" with the others: that is what the defence restores. Then
# read the two columns together: a short search makes a bad copy of every row, so that much is "restored" because normal rows are called attacks, too. A share of detected attacks says nothing without its false alarms. From here on we take L = 60 and R = 5.


# %% slide="subslide"
def behind(rows):
    """Return the network's alerts on what Defense-GAN makes of the rows."""
    return alarm["network"](guard.project(rows))


part = np.random.default_rng(rt.seed).permutation(len(X_new))[:4_000]
costs = {name: clean(alarm[name](X_new), y_new) for name in ("network", "hardened network")}
costs["behind Defense-GAN"] = clean(behind(X_new[part]), y_new[part])
costs = pd.DataFrame(costs).T
caption = "What the defences cost on clean test rows (4,000 of them behind Defense-GAN)"
new.show(costs, caption).format("{:.3f}")

# %% [markdown]
# Each row is replaced by a similar one, attacked or not, and rare kinds of traffic are made badly. Compare the three columns of the last line with the first one: which error became more frequent, and which one rarer?

# %% [markdown]
# ### Reflection 1: would you switch it on?
# **4 min · core · 2 points.** Your network works behind a proxy that must answer 2,000 connections a second. Say with figures of your tables what Defense-GAN restores, and what it costs in three currencies: detected attacks, false alarms, time. Then decide.

# %% [markdown] reflect="lab4-r1" points=2
# It restores most of what PGD with any change took (from 0 to about .8 of the attacks followed), but it loses attacks when nobody attacks the detector: the share of the followed ones falls below 1, and the recall on all test rows falls by ten points.
# False alarms become rarer, because odd normal rows are made usual. At L = 60, R = 5 a projection takes about half a second per 1,000 rows here, so 2,000 connections a second would keep my two cores busy all the time; L = 200 is out of the question. Under the rules of traffic the
# network alone loses little, so I would not switch it on for this threat; I would use it for the few rows that a first detector is unsure of.

# %% [markdown] slide="slide"
# ## 9 The adaptive attacker
#
# Until here the attacker did not know the defence. Whoever publishes one must assume that she does. Can she follow the slope *through* a search with random starts? Not easily; many defences worked only because their slope was useless
# (**obfuscated gradients**, Athalye et al. 2018). Her answer is the **backward pass differentiable approximation**, BPDA:
#
# 1. *forward*: send the row through the defence, and see what the classifier sees;
# 2. *backward*: take the slope of the classifier **there**, and use it for the row before the defence, as if the defence were no change at all.
#
# On clean rows it nearly is none.

# %% [markdown]
# A small world to practise in: traffic lies on the line where both columns are equal. The defence puts each row on the line and rounds to steps of 0.05, so it has no slope. The classifier's loss rises when both columns fall; *off* the line its slope points
# wildly across.


# %% locked="lab4-world"
def put_on_line(rows):
    """Defence: both columns become their mean, rounded to steps of 0.05."""
    middle = np.round(np.mean(rows, axis=1, keepdims=True) * 20) / 20
    return np.repeat(middle, 2, axis=1)


def world_slopes(rows):
    """Return the slope of the loss -(a + b) + 100 (a - b)² of the rows (a, b)."""
    across = 200 * (np.asarray(rows)[:, :1] - np.asarray(rows)[:, 1:])
    return np.concatenate([-1 + across, -1 - across], axis=1)


# %%
off_line = np.array([[0.71, 0.69], [0.52, 0.54]])
blind = off_line
for _ in range(10):
    steps = blind + 0.075 * np.sign(world_slopes(blind))
    blind = np.clip(steps, off_line - 0.3, off_line + 0.3)
seen = {"start": off_line, "blind PGD": blind, "PGD, after the defence": put_on_line(blind)}
for name, points in seen.items():
    print(f"{name:>24}: {points.round(2).tolist()}")

# %% [markdown]
# The blind attacker runs across the line, and the defence puts her back where she was. Slopes on the line would have told her to go down along it.

# %% [markdown]
# ### Exercise 7: attack through the defence
# **8 min · core · 4 points.** Write BPDA. Begin at `start`; `steps` times: take the slopes at `purify(place)`, go from `place` by `2.5 * epsilon / steps` in the direction of their signs (up the loss), and stay within `epsilon` of `start`. Return
# the rows **before** the defence: it is you who sends them. The cell then turns your function on Defense-GAN.
# <details><summary>Hint 1</summary>It is the loop of section 4; only the argument of `slopes` changes.</details>
# <details><summary>Hint 2</summary>`place` itself never goes through `purify` for good: `place = np.clip(place + ..., start - epsilon, start + epsilon)`.</details>


# %% exercise="lab4-q7"
def adaptive(start, epsilon, steps, purify=put_on_line, slopes=world_slopes):
    """Return the rows to send, moved against a classifier behind `purify`."""
    ### BEGIN SOLUTION
    start = np.asarray(start)
    place = start
    for _ in range(steps):
        uphill = np.sign(slopes(purify(place)))
        place = np.clip(place + 2.5 * epsilon / steps * uphill, start - epsilon, start + epsilon)
    return place
    ### END SOLUTION


for eps in (0.5, 1.0):
    unaware = behind(pgd(network, aims, ones, epsilon=eps)).mean()
    yours = behind(adaptive(aims, eps, 20, purify=guard.project, slopes=slopes_at)).mean()
    print(f"epsilon {eps}, detected behind the defence: {unaware:.2f} blind, {yours:.2f} yours")

# %% check="lab4-q7" points=4
start = np.array([[0.71, 0.69], [0.52, 0.54], [0.9, 0.9]])
sent = adaptive(start, 0.3, 10)
checks.expect_shape(sent, (3, 2), "return a row to send for each row")
sent = np.asarray(sent, float)
hint = "return the rows that are sent, before the defence: these have been put on the line"
checks.expect(not np.allclose(sent[:2, 0], sent[:2, 1]), hint)
hint = "a row left the box: each column stays within epsilon of start after each step"
checks.expect(bool(np.abs(sent - start).max() <= 0.3 + 1e-6), hint)
here, there = put_on_line(start)[:, 0], put_on_line(sent)[:, 0]
hint = "behind the defence the loss fell: go up the slope"
checks.expect(bool((there <= here).all()), hint)
hint = "behind the defence nothing has changed: take the slopes at purify(place), not at place"
checks.expect(bool((there[:2] < here[:2] - 0.01).any()), hint)
hint = "with epsilon 0.3 both columns can come down by 0.3: take all the steps"
checks.expect_close(sent, start - 0.3, hint, tolerance=0.02)
slow = np.asarray(adaptive(start, 0.3, 60), float)
hint = "small steps are lost when place itself is put on the line: only ask for the slope there"
checks.expect_close(slow, start - 0.3, hint, tolerance=0.02)
### BEGIN HIDDEN TESTS
rng = checks.hidden_rng()
start = np.repeat(rng.uniform(0.5, 1.0, size=(8, 1)), 2, axis=1) + rng.uniform(-0.03, 0.03, (8, 2))
epsilon = float(rng.uniform(0.15, 0.35))
for steps in (5, 20):
    sent = np.asarray(adaptive(start, epsilon, steps), float)
    checks.expect_shape(sent, (8, 2), "return a row to send for each row")
    hint = "other rows, another epsilon: a row left the box"
    checks.expect(bool(np.abs(sent - start).max() <= epsilon + 1e-6), hint)
    hint = (
        "other rows, another epsilon: both columns should come down by epsilon, and stay unrounded"
    )
    checks.expect_close(sent, start - epsilon, hint, tolerance=0.02)
### END HIDDEN TESTS
checks.passed("lab4-q7")

# %% [markdown] slide="subslide"
# ### What is left of the defence
#
# The library's `bpda` keeps the best step, and takes the rules, too.

# %%
rows = {0.0: dict.fromkeys(["no defence", "Defense-GAN, blind", "Defense-GAN, BPDA"], np.nan)}
rows[0.0] = {"no defence": 1.0} | dict.fromkeys(list(rows[0.0])[1:], behind(aims).mean())
legal_left = {}
for eps in (0.2, 0.5, 1.0):
    blind = pgd(network, aims, ones, epsilon=eps)
    sent = adversarial.bpda(network, guard.project, aims, ones, epsilon=eps)
    rows[eps] = {"no defence": alarm["network"](blind).mean()}
    rows[eps] |= {"Defense-GAN, blind": behind(blind).mean()}
    rows[eps] |= {"Defense-GAN, BPDA": behind(sent).mean()}
    bound = pgd(network, aims, ones, epsilon=eps, constraints=rules)
    sent = adversarial.bpda(network, guard.project, aims, ones, epsilon=eps, constraints=rules)
    legal_left[eps] = {"no defence": alarm["network"](bound).mean()}
    legal_left[eps] |= {"blind": behind(bound).mean(), "BPDA": behind(sent).mean()}
left, legal_left = pd.DataFrame(rows).T, pd.DataFrame(legal_left).T

# %% slide="subslide"
worst = (left["Defense-GAN, blind"] - left["Defense-GAN, BPDA"]).idxmax()
met = left.loc[worst]
title = f"Epsilon {worst}, behind Defense-GAN: {met.iloc[1]:.2f} detected if the attacker is blind, {met.iloc[2]:.2f} if adaptive"
ax = teaching.detection_curves(left, title=title)

# %% [markdown]
# You see the network alone, the defence against an attacker who does not know it, and against one who does; all may change any column. The gap between the last two curves is what secrecy was worth; the title
# names the epsilon at which it is widest. Her way leads *along* what the generator can make. Where even blind rows pass, nothing is left to hide.

# %% slide="subslide"
caption = "Under the rules of traffic: share still detected, by epsilon"
new.show(legal_left, caption).format("{:.3f}").format_index("{:.1f}")

# %% [markdown]
# The same under the rules. Compare the first column with the others before you praise a defence: where the attacker is bound to real traffic, how much was there to restore, and what did the detour through the generator lose?

# %% [markdown] slide="slide"
# ## 10 What a defender should report
#
# 1. The **threat model**: aim, knowledge, possible changes; rows that the format can hold.
# 2. **Clean** figures with and without the defence: recall *and* false alarms.
# 3. A **curve** over epsilon, not one point; an attack that gets stronger must not find less.
# 4. An **adaptive** attack made for this defence, with its effort (steps, starts, questions).
# 5. Counts among attacks detected before; several seeds; costs in seconds.
#
# A warning sign for each: an epsilon at which everything survives, one attack from a library, a defence whose slope is zero (after Carlini et al. 2019).

# %% [markdown]
# ### Reflection 2: your report
# **5 min · core · 3 points.** Write the report on *one* of your defended detectors to the person who has to decide (4 to 6 sentences): for which threat model, what it gains and costs with figures of your tables, what an adaptive attacker does to it, and one thing that you have *not* measured.

# %% [markdown] reflect="lab4-r2" points=3
# The hardened network was attacked by somebody who knows its weights and may (a) change any column, (b) change only what traffic can change, by up to 0.2 and 0.5 standard deviations. Clean accuracy and false alarms are as good as those of the plain
# network. Under (a) at 0.2 it still detects most of the followed attacks where the plain network detects none, but at 0.5 an adaptive attacker hides all of them; the figure for the old attacker, nearly 1, must not be quoted alone. Under (b) plain and hardened network differ by a few
# points only, so most of the danger was never possible. Not measured: other seeds, what the rest of the network sends at the same time, and attack types that are new and disguised at once.

# %% [markdown] slide="slide"
# ## 11 What you measured

# %% slide="subslide"
hard = report["hardened, adaptive attacker"]
evaluation.headline(
    source=known.source,
    network_any_change=by_change.loc[0.2, "any change"],
    network_categories_alone=by_change.loc[0.2, "categories alone"],
    network_under_rules=by_change.loc[0.2, "under the rules"],
    autoencoder_under_rules=by_change_ae.loc[0.5, "under the rules"],
    trees_substitute_rules=black_box.loc["400 alerts, yes or no", "rules, epsilon 1.0"],
    hardened_adaptive=hard["any, epsilon 0.2"],
    accuracy_network=costs.loc["network", "accuracy"],
    accuracy_defense_gan=costs.loc["behind Defense-GAN", "accuracy"],
    defense_gan_blind=met["Defense-GAN, blind"],
    defense_gan_bpda=met["Defense-GAN, BPDA"],
)

# %% [markdown]
# **Extra, without points.** Harden the network at epsilon 0.5, and attack it at 0.2: what does the larger promise cost? Or give the attacker of the trees probabilities and your `next_questions`. Or attack the autoencoder behind `guard.project`.
#
# ### Sources
#
# Goodfellow et al. (2015), FGSM, doi 10.48550/arXiv.1412.6572 · Madry et al. (2018), PGD and adversarial training, doi 10.48550/arXiv.1706.06083 · Papernot et al. (2017), black box, doi 10.1145/3052973.3053009 ·
# Samangouei et al. (2018), Defense-GAN, doi 10.48550/arXiv.1805.06605 · Athalye et al. (2018), BPDA, doi 10.48550/arXiv.1802.00420 · Carlini et al. (2019), On evaluating adversarial robustness, doi 10.48550/arXiv.1902.06705 ·
# Sheatsley et al. (2022), constraints of network domains, doi 10.3233/JCS-210094

# %% [markdown] slide="slide"
# ## Recap and next step
#
# - An attack on a detector follows the slope of its loss, or that of a substitute that learned its answers.
# - An attack counts when traffic can carry it out: fix categories, let counts grow, round to the format; then measure again.
# - A defence is tested by an attacker who knows it. The old attacker's figures are not a result.
# - Report the threat model, clean figures, a curve, the adaptive attack and the costs.
#
# **Next:** the final assessment. You choose, train and defend a detector yourself.
