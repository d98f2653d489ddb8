# /// lab
# title = "Lab 1: Supervised detection with gradient-boosted trees"
# order = 20
# kind = "core"
# status = "ready"
# minutes = 90
# extra_minutes = 25
# run_minutes = 5
# data = { kdd99 = ["10_percent", "test"] }
# extras = ["scale"]
# grading = "fast"
# certificate = {}
# holds = "boosted trees by hand and in XGBoost, rare attacks, 23 classes, entity embeddings, attacks never seen"
# thirty_minutes = "sections 4 to 6 and 13: a first look at the data, a binary detector, attacks never seen"
# ///

# %% [markdown] slide="slide"
# # @TITLE@
#
# **@MINUTES@ minutes for the core, @EXTRA_MINUTES@ more with the extras; the code runs in under @RUN_TIME@ on two CPU cores.** You have labels: somebody has marked which
# connections were attacks. A strong and simple tool for such a table is an ensemble of decision trees.
#
# You will be able to
#
# - build a boosted tree by hand, and find the same tree inside XGBoost;
# - train a binary and a multi-class detector and judge them with the right figures;
# - say what happens when attacks become rare, and when they are new.
#
# Needed before: Lab 0, some Python and pandas. No GPU is needed. Exercises are **core** or **extra**.

# %%
from anomaly_labs import checks, runtime

rt = runtime.prepare(seed=0)

import time

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import xgboost as xgb
from sklearn.metrics import f1_score, log_loss, roc_auc_score
from sklearn.model_selection import train_test_split

from anomaly_labs import boosting, datasets, evaluation, features, plots, resampling, thresholds
from anomaly_labs.teaching import guesses
from anomaly_labs.teaching import lab1_xgboost as teaching

plots.use_course_style()

# %% [markdown] slide="slide"
# ## 1 From one tree to XGBoost
#
# Who likes a computer game? A **decision tree** asks one question at a time. Each leaf holds a
# score: above zero means "likes it". A second tree may know something that the first does not.
# The drawing follows the example of Chen and Guestrin (2016), the paper that introduced XGBoost.

# %% slide="subslide"
fig, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.4))
tree_1 = ("age < 15?", ("owns a console?", "+2.0", "+0.1"), "-1.0")
tree_2 = ("plays every day?", "+0.9", "-0.9")
teaching.decision_tree(tree_1, ax=left, title="Tree 1: age and console")
ax = teaching.decision_tree(tree_2, ax=right, title="Tree 2: habit")

# %% [markdown]
# You see two small trees that look at different features. Neither is a good model alone. An
# **ensemble** adds their scores: a child of ten with a console who plays every day gets 2.0 + 0.9.

# %% [markdown]
# ### Exercise 1: add two trees
# **3 min · core · 1 point.** Return the score of the ensemble: the leaf of tree 1 plus the leaf of tree 2.
# `age` is a number, the other two are True or False.
# <details><summary>Hint 1</summary>Find the leaf of each tree with `if` and `else`, then add.</details>
# <details><summary>Hint 2</summary>"age &lt; 15?" is answered "no" by somebody who is exactly 15.</details>


# %% exercise="lab1-q1"
def ensemble_score(age, owns_console, plays_daily):
    """Return the sum of the leaves that this person reaches in tree 1 and tree 2."""
    ### BEGIN SOLUTION
    first = -1.0
    if age < 15:
        first = 2.0 if owns_console else 0.1
    return first + (0.9 if plays_daily else -0.9)
    ### END SOLUTION


# %% check="lab1-q1" points=1
checks.expect_close(ensemble_score(10, True, True), 2.9, "add the leaves of both trees: 2.0 + 0.9")
checks.expect_close(
    ensemble_score(60, False, False), -1.9, "a grandfather who never plays reaches -1.0 and -0.9"
)
checks.expect_close(
    ensemble_score(12, False, False), -0.8, "without a console tree 1 gives +0.1, not +2.0"
)
checks.expect_close(ensemble_score(15, True, True), -0.1, "15 is not below 15: tree 1 answers no")
### BEGIN HIDDEN TESTS
for age, console, daily in checks.hidden_rng().integers((1, 0, 0), (99, 2, 2), (40, 3)).tolist():
    checks.expect_close(
        ensemble_score(age, console == 1, daily == 1),
        (-1.0 if age >= 15 else 2.0 if console else 0.1) + (0.9 if daily else -0.9),
        "follow all three questions: age below 15, then the console, and daily play in tree 2",
    )
### END HIDDEN TESTS
checks.passed("lab1-q1")

# %% [markdown] slide="slide"
# ### Two ways to make many trees
#
# One deep tree learns its training rows by heart. Change a few rows and it looks different. The
# cure is to use many trees, and there are two ways to make them differ.

# %% slide="subslide"
ax = teaching.ensemble_schemes()

# %% [markdown]
# You see both ways. On the left, trees are independent and their **average** cancels their mistakes.
# On the right, each tree works on the **residuals** (truth minus prediction so far), drawn in red.
# They shrink from tree to tree.

# %% [markdown] slide="subslide"
# ### The family in six steps
#
# | step | what is new |
# |---|---|
# | decision tree | one tree, easy to read, unstable |
# | bagging | many trees, each on rows drawn with replacement; average them |
# | random forest | bagging, and each split may look at a random part of the features only |
# | boosting | trees in a row, each one works on what the others got wrong |
# | gradient boosting | "wrong" is the gradient (slope) of a loss, the error measure that training makes small; any smooth loss will do |
# | XGBoost | second derivatives, penalties lambda and gamma, missing values, fast code |
#
# Sources: Breiman (1996, 2001), Freund and Schapire (1997), Friedman (2001).

# %% [markdown] slide="slide"
# ## 2 A boosted tree by hand
#
# A drug helps at a middle dosage only. Four patients took 10, 20, 25 and 35 mg. The first
# prediction is 0.5 for everybody, and the residuals are -10.5, 6.5, 7.5 and -7.5. (This small
# example is known from Josh Starmer's StatQuest lessons on XGBoost.)
#
# XGBoost gives each node a **similarity score**:
#
# > similarity = (sum of the residuals)² / (n + λ)
#
# Here n is the number of residuals, and λ (lambda) is a penalty of your choice, 0 or more.
#
# The residuals are added *before* squaring: opposite signs cancel, and a mixed node scores low. A
# split is worth its **gain**: similarity left + similarity right - similarity of the parent.

# %% [markdown]
# ### By hand, with λ = 0
#
# - Root: (-10.5 + 6.5 + 7.5 - 7.5)² / 4 = (-4)² / 4 = **4**.
# - Split at dosage 15, left: (-10.5)² / 1 = **110.25**.
# - Split at dosage 15, right: (6.5 + 7.5 - 7.5)² / 3 = 6.5² / 3 = **14.08**.
# - Gain: 110.25 + 14.08 - 4 = **120.33**.
#
# Now you need the same for every other split. Let code do it.

# %% [markdown]
# ### Exercise 2: similarity and gain
# **6 min · core · 2 points.** Write both formulas. `lam` is λ; a node of n residuals has n + λ below the line.
# `residuals`, `left` and `right` are lists of numbers.
# <details><summary>Hint 1</summary>`sum(residuals) ** 2` is not the same as the sum of the squares.</details>
# <details><summary>Hint 2</summary>The parent holds the residuals of both sides: `list(left) + list(right)`.</details>


# %% exercise="lab1-q2"
def similarity(residuals, lam):
    """Return the similarity score of a node that holds these residuals."""
    ### BEGIN SOLUTION
    return sum(residuals) ** 2 / (len(residuals) + lam)
    ### END SOLUTION


def gain(left, right, lam):
    """Return what a split into these two groups of residuals gains."""
    ### BEGIN SOLUTION
    parent = list(left) + list(right)
    return similarity(left, lam) + similarity(right, lam) - similarity(parent, lam)
    ### END SOLUTION


# %% check="lab1-q2" points=2
root = [-10.5, 6.5, 7.5, -7.5]
checks.expect_close(similarity(root, 0), 4.0, "add the residuals first, then square the sum")
penalised = similarity(root, 1)
hint = "λ stands below the line: put brackets round the number of residuals plus λ"
checks.expect(penalised != 5.0, hint)
checks.expect_close(penalised, 3.2, "λ is added to the number of residuals")
checks.expect_close(
    gain(root[:1], root[1:], 0),
    120.333333,
    "subtract the similarity of the parent, which holds all residuals",
)
checks.expect_close(
    gain([-10.5, 6.5], [7.5, -7.5], 0), 4.0, "for the split at 22.5 the gain is 8 + 0 - 4"
)
checks.expect_close(
    gain([1.0, 2.0], [-4.0], 2),
    9 / 4 + 16 / 3 - 1 / 5,
    "use the same λ in all three nodes, and the residuals of both sides as the parent",
)
### BEGIN HIDDEN TESTS
hidden = checks.hidden_rng()
sides, weight = hidden.normal(size=(2, 5)).tolist(), float(hidden.uniform(0.5, 3))
scores = [sum(part) ** 2 / (len(part) + weight) for part in (*sides, sides[0] + sides[1])]
checks.expect_close(
    similarity(sides[0], weight), scores[0], "square the sum, then divide by the number plus λ"
)
checks.expect_close(
    gain(*sides, weight), scores[0] + scores[1] - scores[2], "the gain is left + right - parent"
)
### END HIDDEN TESTS
checks.passed("lab1-q2")

# %% [markdown] slide="slide"
# ### Compare the splits
#
# Four dosages leave three places to cut. Here they are side by side.

# %% slide="subslide"
dosage = np.array([10.0, 20.0, 25.0, 35.0])
residual = np.array([-10.5, 6.5, 7.5, -7.5])

fig, axes = plt.subplots(1, 3, figsize=(10, 3.4), sharey=True)
for ax, cut in zip(axes, (15.0, 22.5, 30.0), strict=True):
    sides = residual[dosage < cut], residual[dosage >= cut]
    worth = sum(side.sum() ** 2 / len(side) for side in sides) - residual.sum() ** 2 / 4
    teaching.split_residuals(dosage, residual, cut, gain=worth, ax=ax)
    ax.label_outer()

# %% [markdown]
# You see why the split at 15 wins: it separates the one large negative residual. In the middle
# picture both sides mix signs, the sums cancel, and almost nothing is gained.

# %% [markdown]
# ### Exercise 3: the best split
# **6 min · core · 2 points.** Try every cut half-way between two neighbouring values of `x`. Return the pair
# (threshold, gain) with the largest gain. Rows with `x` below the threshold go left.
# `x` and `residuals` are lists, in any order of `x`; `np.asarray` makes an array of a list. You may use your `gain`.
# <details><summary>Hint 1</summary>`np.unique(x)` gives the sorted values, each once.</details>
# <details><summary>Hint 2</summary>`cuts = (values[:-1] + values[1:]) / 2`; then loop over them.</details>


# %% exercise="lab1-q3"
def best_split(x, residuals, lam):
    """Return (threshold, gain) of the split of `x` that gains most."""

    ### BEGIN SOLUTION
    def score(group):
        return group.sum() ** 2 / (len(group) + lam)

    x, residuals = np.asarray(x, dtype=float), np.asarray(residuals, dtype=float)
    values = np.unique(x)
    best = (float("nan"), float("-inf"))
    for cut in (values[:-1] + values[1:]) / 2:
        left, right = residuals[x < cut], residuals[x >= cut]
        worth = score(left) + score(right) - score(residuals)
        if worth > best[1]:
            best = (float(cut), float(worth))
    return best
    ### END SOLUTION


# %% check="lab1-q3" points=2
answer = best_split([10.0, 20.0, 25.0, 35.0], [-10.5, 6.5, 7.5, -7.5], 0)
checks.expect_shape(answer, (2,), "return two numbers: the threshold and its gain")
gains = {15.0: 120.333333, 22.5: 4.0, 30.0: 56.333333}  # of the three cuts, by hand
threshold, worth = (float(number) for number in answer)
hint = "the threshold comes first, then its gain: your pair is the other way round"
checks.expect(threshold in gains or worth not in gains, hint)
hint = "a cut lies half-way between two neighbouring dosages: at 15, 22.5 or 30"
checks.expect(threshold in gains, f"{hint} (yours: {threshold:g})")
hint = (
    f"at {threshold:g} the gain is {gains[threshold]:.2f}, not {worth:.2f}; if you use your `gain` on arrays, "
    "`+` adds them value by value: join both sides with list(left) + list(right)"
)
checks.expect_close(worth, gains[threshold], hint)
hint = "another cut gains more: compare the gains of all three, and keep the largest"
checks.expect(threshold == 15, hint)
shuffled = best_split([35.0, 10.0, 25.0, 20.0], [-7.5, -10.5, 7.5, 6.5], 0)
checks.expect_close(
    shuffled[0], 15.0, "the rows may come in any order: sort the values of x before you cut"
)
repeated = best_split([1.0, 1.0, 2.0, 2.0], [5.0, -5.0, 4.0, 4.0], 1)
checks.expect_close(
    repeated,
    (1.5, 64 / 3 - 64 / 5),
    "equal values of x cannot be separated, and λ counts in every node",
)
### BEGIN HIDDEN TESTS
hidden = checks.hidden_rng()
doses, rest, weight = hidden.normal(size=12), hidden.normal(size=12), float(hidden.uniform(0.5, 3))
tried = []
for cut in np.convolve(np.sort(doses), [0.5, 0.5], mode="valid"):
    scores = [
        part.sum() ** 2 / (len(part) + weight) for part in (rest[doses < cut], rest[doses > cut])
    ]
    tried.append((sum(scores) - rest.sum() ** 2 / (12 + weight), cut))
checks.expect_close(
    best_split(doses.tolist(), rest.tolist(), weight),
    max(tried)[::-1],
    "on other residuals another split gains more: try every pair of neighbours",
)
### END HIDDEN TESTS
checks.passed("lab1-q3")

# %% [markdown] slide="slide"
# ### Does XGBoost build this tree?
#
# One round, depth 2, λ = 0, and a **learning rate** (`eta`) of 1: the whole leaf is added to the prediction, not
# a part of it. `tree_method="exact"` tries all cuts, as you did.
# Look for the number you computed by hand.


# %% slide="subslide"
def one_tree(tree_method="exact", **penalties):
    """Return XGBoost trained for one round on the four patients."""
    params = {
        "base_score": 0.5,
        "eta": 1.0,
        "max_depth": 2,
        "lambda": 0.0,
        "tree_method": tree_method,
    }
    rows = xgb.DMatrix(dosage[:, None], label=residual + 0.5, feature_names=["dosage"])
    return xgb.train(params | penalties, rows, num_boost_round=1)


ax = teaching.booster_tree(one_tree(), title="The tree inside XGBoost (λ = 0)")

# %% [markdown]
# You see the same root: dosage 15, gain 120.33. XGBoost prints the gain exactly as defined above;
# the paper has a factor ½ in front, which the program leaves out. A leaf holds
# (Σ residuals) / (n + λ): its mean residual, here. The prediction is 0.5 + learning rate times leaf.

# %% [markdown]
# ### What lambda and gamma do
#
# `lambda` (λ) makes the denominator larger: similarity and leaves shrink, most of all in small nodes. `gamma` is
# the price of a split: one that gains less is not kept. Look what happens at a price of 130. The root gains
# less than that, and the split below it more.

# %%
rows = []
for method, lam, gamma in (
    ("exact", 0, 0),
    ("exact", 1, 0),
    ("exact", 0, 130),
    ("hist", 0, 130),
    ("exact", 0, 150),
):
    nodes = one_tree(method, gamma=gamma, **{"lambda": lam}).trees_to_dataframe()
    splits = nodes[nodes["Feature"] != "Leaf"]
    gains = ", ".join(f"{value:.2f}" for value in splits["Gain"]) or "no split"
    leaves = ", ".join(f"{value:.2f}" for value in nodes.loc[nodes["Feature"] == "Leaf", "Gain"])
    rows.append({"method": method, "lambda": lam, "gamma": gamma, "gains": gains, "leaves": leaves})
pd.DataFrame(rows)

# %% [markdown]
# You see λ = 1 halve the leaf of one patient (-10.5 / 2) and shrink that of two patients less. At a price of
# 130 the two methods differ. `exact` grows the whole tree and then prunes from the leaves
# upwards, so a good split protects its weak parent. `hist`, the fast default (it tries fewer cuts), asks the price
# before each split and never reaches the good one.

# %% [markdown] slide="slide"
# ## 3 One tree against an ensemble
#
# What kind of function does a tree draw? Steps. Here are 200 noisy points from a smooth curve, and
# three models of them. The error is measured on the curve itself, without noise.

# %%
from sklearn.ensemble import RandomForestRegressor
from sklearn.tree import DecisionTreeRegressor

rng = np.random.default_rng(1)
x = np.sort(rng.uniform(0, 6, 200))
noisy = np.sin(x) + 0.3 * np.sin(4 * x) + rng.normal(0, 0.35, x.size)
grid = np.linspace(0, 6, 400)
truth = np.sin(grid) + 0.3 * np.sin(4 * grid)
shallow = {"max_depth": 2, "eta": 0.1, "base_score": 0.0}
fitted = {
    "one deep tree": DecisionTreeRegressor(random_state=0)
    .fit(x[:, None], noisy)
    .predict(grid[:, None]),
    "forest of 100 trees": RandomForestRegressor(100, min_samples_leaf=5, random_state=0)
    .fit(x[:, None], noisy)
    .predict(grid[:, None]),
}
for rounds in (1, 10, 100):
    booster = xgb.train(shallow, xgb.DMatrix(x[:, None], label=noisy), num_boost_round=rounds)
    fitted[f"round {rounds}"] = booster.predict(xgb.DMatrix(grid[:, None]))

# %% slide="subslide"
fig, axes = plt.subplots(1, 3, figsize=(9.5, 3.6), sharey=True)
panels = {"Deep tree": 1, "Forest": 1, "Boosting": 3}
names = iter(fitted)
for ax, (panel, n_curves) in zip(axes, panels.items(), strict=True):
    curves = {name: fitted[name] for name in (next(names) for _ in range(n_curves))}
    error = np.sqrt(np.mean((list(curves.values())[-1] - truth) ** 2))
    title = f"{panel}: error {error:.2f}"
    teaching.fitted_function(x, noisy, grid, {"truth": truth} | curves, ax=ax, title=title)
    ax.label_outer()

# %% [markdown]
# You see the single tree follow every noisy point. The forest averages the noise away. Boosting
# starts almost flat and comes closer with each tree; each step is small because the learning rate is
# 0.1. Too many rounds would follow the noise too.
#
# **Question.** How can you see that in the right picture? Change one number two cells above, run both cells, and look at the error.
#
# <details><summary>Compare with your answer</summary>Write 5000 for the last round, 100. The curve becomes as ragged as the deep
# tree, and the error grows. This is why you watch rows that were not used for training.</details>

# %% [markdown] slide="slide"
# ## 4 The data, and a first look
#
# KDD99 again: one row per network connection, 41 features, and the name of the attack or `normal`. Lab 0 drew its
# classes: three of them hold nearly all rows, others a handful.

# %% locked="lab1-data"
data = datasets.load("kdd99")

# %%
plots.use_course_style(data.source)
data

# %% slide="subslide"
attack = datasets.is_attack(data.y)
shares = pd.DataFrame(
    {"rows": [len(attack), attack.sum(), (1 - attack).sum()]}, index=["all", "attacks", "normal"]
)
shares["share"] = shares["rows"] / len(attack)
data.show(shares, "Attacks and normal rows").format("{:,.7g}")

# %% [markdown]
# ### Reflection 1: more anomalies than normal rows
# **4 min · core · 2 points.** Look at the table. You meet a model that was trained and tested on this file and reports an
# accuracy of 99.9 %. Would you switch it on in your network, where perhaps one connection in a
# thousand is an attack? Name one decision that you would not base on this file, and why.

# %% [markdown] reflect="lab1-r1" points=2
# In this file attacks are the majority, so "anomaly" here does not mean "rare": the file was made by
# replaying attacks. The 99.9 % says little about a network with one attack in a thousand: there a
# false-alarm rate of one per mille already gives as many false alarms as hits. I would not set the
# alarm threshold, or the number of analysts on duty, from this file. I would first bring the share of
# attacks down to what I expect, and look at precision and recall instead of accuracy.

# %% [markdown] slide="slide"
# ## 5 Encode and split
#
# Three parts, three jobs: **train** (the model and the encoder learn from it), **validation** (you choose
# a threshold on it) and **test** (touched once, at the end). Whatever is learned from test rows, even
# the list of services, can make the result too good.


# %%
def three_parts(target, seed=rt.seed):
    """Return row numbers of the training (60 %), validation (15 %) and test part (25 %)."""
    rest, test = train_test_split(
        np.arange(len(target)), test_size=0.25, stratify=target, random_state=seed
    )
    train, valid = train_test_split(rest, test_size=0.2, stratify=target[rest], random_state=seed)
    return train, valid, test


train, valid, test = three_parts(attack)
encoder = features.make_encoder().set_output(transform="pandas").fit(data.X.iloc[train])
X_train, X_valid, X_test = (encoder.transform(data.X.iloc[part]) for part in (train, valid, test))
print(f"{data.X.shape[1]} features became {X_train.shape[1]} columns of {X_train.dtypes.iloc[0]}.")

# %% [markdown]
# The encoder turns each value of protocol, service and flag into a column of its own (**one-hot**), with
# one more for values that it has never seen. It also scales numbers. Trees do not need that: a split
# asks only "above or below?". Later labs do.

# %% [markdown] slide="slide"
# ## 6 A binary detector
#
# `boosting.train` puts rows and labels into XGBoost's own table (`xgb.DMatrix`), picks the device and calls
# `xgb.train`, which returns the trained model, a **booster**. You will do these steps by yourself in section 11.

# %%
started = time.perf_counter()
model = boosting.train(X_train, attack[train], n_rounds=rt.rounds(100), seed=rt.seed)
seconds = time.perf_counter() - started
scores_valid, scores_test = boosting.predict(model, X_valid), boosting.predict(model, X_test)
print(
    f"{model.num_boosted_rounds()} rounds on {len(train):,} rows took {seconds:.1f} s on {rt.device}."
)

# %% [markdown] slide="slide"
# ### The ROC curve, one threshold at a time
#
# A model gives a **score** between 0 and 1. A threshold turns it into an alert. Ten made-up
# connections show what a threshold decides.

# %% slide="subslide"
toy_scores = np.array([0.95, 0.80, 0.70, 0.60, 0.55, 0.35, 0.30, 0.20, 0.10, 0.05])
toy_attack = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 0])
ax = teaching.score_ladder(toy_scores, toy_attack, 0.5)

# %% [markdown]
# You see triangles (attacks) and circles (normal rows) by score. All to the right of the dashed line
# raise an alert. Move it left and you find the last attack, at the price of another false alarm.

# %% [markdown]
# ### Exercise 4: two rates at one threshold
# **5 min · core · 2 points.** Return the pair (recall, false-alarm rate). **Recall**, or true-positive rate: the
# share of *attacks* that raise an alert. **False-alarm rate**, or false-positive rate: the share of
# *normal rows* that do. Alert means score above the threshold.
# <details><summary>Hint 1</summary>`alerts = scores > threshold` is an array of True and False.</details>
# <details><summary>Hint 2</summary>`alerts[y == 1].mean()` is a share of the attacks.</details>


# %% exercise="lab1-q4"
def rates(scores, y, threshold):
    """Return (recall, false-alarm rate) of the alerts `scores > threshold`."""
    ### BEGIN SOLUTION
    alerts = np.asarray(scores) > threshold
    y = np.asarray(y)
    return float(alerts[y == 1].mean()), float(alerts[y == 0].mean())
    ### END SOLUTION


# %% check="lab1-q4" points=2
some_scores = np.array([0.9, 0.8, 0.7, 0.3, 0.2, 0.6, 0.4, 0.1])
answer = rates(some_scores, np.array([1, 1, 1, 1, 1, 0, 0, 0]), 0.5)
checks.expect_shape(answer, (2,), "return two numbers: recall and false-alarm rate")
checks.expect_close(
    answer[0],
    3 / 5,
    "recall comes first: three of five attacks are above 0.5; divide by the attacks, not by all rows",
)
checks.expect_close(
    answer[1],
    1 / 3,
    "one of three normal rows is above 0.5; divide by the normal rows, not by the alerts",
)
edge = rates(np.array([0.5, 0.2]), np.array([1, 0]), 0.5)
checks.expect_close(edge, (0.0, 0.0), "a score equal to the threshold is not an alert")
### BEGIN HIDDEN TESTS
hidden = checks.hidden_rng()
many, truth, limit = hidden.normal(size=300), hidden.integers(0, 2, 300), float(hidden.normal())
checks.expect_close(
    rates(many, truth, limit),
    [(many[truth == kind] > limit).mean() for kind in (1, 0)],
    "on 300 other rows the rates are wrong: count among the attacks, and among the normal rows",
)
### END HIDDEN TESTS
checks.passed("lab1-q4")

# %% slide="subslide"
fig, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4.3))
steps = (1, 0.9, 0.75, 0.65, 0.57, 0.5, 0.33, 0.25, 0.15, 0)
teaching.roc_steps(toy_scores, toy_attack, steps, ax=left)
ax = plots.precision_recall(toy_attack, toy_scores, ax=right, note="")

# %% [markdown]
# You see on the left one point per threshold. Joined, they are the **ROC curve** (receiver operating
# characteristic). Its area, the **AUC**, is the chance that a random attack scores higher than a random
# normal row: 1 is perfect, 0.5 is guessing. On the right, **precision** (how many alerts are right)
# against recall; its area is the **average precision**. For one and the same detector, only this curve
# changes when attacks become rare.

# %% [markdown] slide="slide"
# ### The threshold is your decision
#
# The model does not choose the threshold; you do, on the **validation** part. Choosing it on the test
# part would be looking at the answers.

# %% [markdown]
# ### Exercise 5: choose a threshold
# **6 min · core · 2 points.** Return the candidate whose alerts have the largest F1:
# F1 = 2·TP / (2·TP + FP + FN). TP (true positives) are attacks found, FP (false positives) false alarms, FN (false
# negatives) missed attacks. `scores` and `y` are arrays; alert means score above the threshold.
# <details><summary>Hint 1</summary>Count with arrays: `((scores > t) & (y == 1)).sum()` is TP.</details>
# <details><summary>Hint 2</summary>Keep the best F1 so far and its threshold in two variables.</details>


# %% exercise="lab1-q5"
def choose_threshold(scores, y, candidates):
    """Return the threshold among `candidates` that has the largest F1 on these rows."""
    ### BEGIN SOLUTION
    scores, y = np.asarray(scores), np.asarray(y)

    def f1(threshold):
        raised = scores > threshold
        hits, wrong = (raised & (y == 1)).sum(), (raised != (y == 1)).sum()
        return 2 * hits / (2 * hits + wrong)

    return max(candidates, key=f1)
    ### END SOLUTION


# %% check="lab1-q5" points=2
some_scores = np.array([0.9, 0.7, 0.6, 0.4, 0.2, 0.1])
some_attacks = np.array([1, 1, 0, 1, 0, 0])
answer = choose_threshold(some_scores, some_attacks, [0.05, 0.3, 0.65, 0.8])
checks.expect_between(answer, -np.inf, np.inf, "return one number, one of the candidates")
checks.expect(
    np.ndim(answer) == 0 and answer in (0.05, 0.3, 0.65, 0.8),
    "return one of the candidates, not its F1",
)
hint = "at 0.05 nearly every row raises an alert: recall is 1, but false alarms must count too"
checks.expect(answer != 0.05, hint)
checks.expect_close(
    answer,
    0.3,
    "another candidate has a larger F1; at 0.65, for example, two attacks are found and one is missed, F1 = 4/5",
)
rare = np.array([1, 1] + [0] * 98)
rare_scores = np.concatenate([[0.7, 0.6], np.full(3, 0.65), np.linspace(0, 0.4, 95)])
checks.expect_close(
    choose_threshold(rare_scores, rare, [0.5, 0.99]),
    0.5,
    "this is the threshold with the best accuracy; the missed attacks must count in F1",
)
checks.expect_close(
    choose_threshold(np.array([0.5, 0.4]), np.array([1, 0]), [0.5, 0.45]),
    0.45,
    "a score equal to the threshold is not an alert",
)
### BEGIN HIDDEN TESTS
hidden = checks.hidden_rng()
for _ in range(5):
    truth = hidden.integers(0, 2, 300)
    many = hidden.normal(2 * truth, 1) * hidden.uniform(1, 9) + hidden.normal(0, 9)
    limits = np.quantile(many, hidden.uniform(0.05, 0.95, 20)).tolist()
    answer = choose_threshold(many, truth, limits)
    hint = "on other scores another candidate has a larger F1: try them all"
    checks.expect(np.ndim(answer) == 0 and answer in limits, hint)
    best = max(f1_score(truth, many > limit) for limit in limits)
    checks.expect_close(f1_score(truth, many > answer), best, hint)
### END HIDDEN TESTS
checks.passed("lab1-q5")

# %% [markdown]
# The course has this rule as `thresholds.f1_optimal`; it tries every score as a candidate. Here is the
# detector on the test part.

# %% slide="subslide"
threshold = thresholds.f1_optimal(scores_valid, attack[valid])
binary = evaluation.summary(attack[test], scores_test, threshold)
data.show(binary.to_frame("test part"), f"Threshold {threshold:.3f}").format("{:,.7g}")

# %% [markdown]
# ### Exercise 6: the confusion matrix
# **4 min · core · 2 points.** Every row ends in one of four cells. Return them as
# `[[tn, fp], [fn, tp]]`: true class in rows (normal, attack), alert in columns (no, yes).
# `y` and `alerts` are arrays of 0 and 1; tn (true negatives) are normal rows without an alert. A cell without
# rows holds 0.
# <details><summary>Hint 1</summary>A false positive is a normal row (y = 0) with an alert (1).</details>
# <details><summary>Hint 2</summary>`int(((y == 0) & (alerts == 1)).sum())`</details>


# %% exercise="lab1-q6"
def confusion_counts(y, alerts):
    """Return [[tn, fp], [fn, tp]] of 0/1 labels and 0/1 alerts."""
    ### BEGIN SOLUTION
    y, alerts = np.asarray(y), np.asarray(alerts)
    return [[int(((y == i) & (alerts == j)).sum()) for j in (0, 1)] for i in (0, 1)]
    ### END SOLUTION


# %% check="lab1-q6" points=2
answer = confusion_counts(np.array([0, 0, 0, 0, 1, 1, 1]), np.array([0, 0, 0, 1, 1, 0, 0]))
checks.expect_shape(answer, (2, 2), "return two rows of two counts")
answer = np.asarray(answer)
hint = "the true class stands in rows, the alert in columns: your table is the other way round"
checks.expect(answer.tolist() != [[3, 2], [1, 1]], hint)
hint = "normal rows without an alert (tn) stand first, and attacks that raise one (tp) last"
checks.expect(answer[0][0] != 1 or answer[1][1] != 3, hint)
checks.expect_close(
    answer[0], [3, 1], "the first row is about normal rows: three without and one with an alert"
)
checks.expect_close(
    answer[1], [2, 1], "the second row is about attacks: two missed, then one found"
)
checks.expect_close(
    confusion_counts(np.array([0, 0]), np.array([0, 0])),
    [[2, 0], [0, 0]],
    "count 0 where nothing falls into a cell; the table stays two by two",
)
### BEGIN HIDDEN TESTS
many = checks.hidden_rng().integers(0, 2, (2, 300))
checks.expect_close(
    confusion_counts(many[0], many[1]),
    np.bincount(2 * many[0] + many[1], minlength=4).reshape(2, 2),
    "the counts of 300 other rows are wrong: compare the label and the alert of each row",
)
### END HIDDEN TESTS
checks.passed("lab1-q6")

# %% slide="subslide"
fig, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.8), width_ratios=(1, 1.25))
names = np.array(["normal", "attack"])
alerts_test = (scores_test > threshold).astype(int)
table = evaluation.confusion(names[attack[test]], names[alerts_test], labels=list(names))
plots.confusion_matrix(table, ax=left)
ax = plots.roc_curve(
    attack[test], scores_test, ax=right, false_alarms_up_to=0.005, recall_from=0.99
)

# %% [markdown]
# You see the four cells and, on the right, only the upper left corner of the ROC curve, enlarged: up to five
# false alarms in a thousand normal rows, and a recall above 0.99. An almost perfect result should make you
# suspicious. Sections 8 and 13 look closer.

# %% [markdown] slide="slide"
# ## 7 Which features does it use?
#
# Each split has a gain. Added up by feature, the gains say what the model leans on.

# %% slide="subslide"
total_gain = pd.Series(model.get_score(importance_type="total_gain"))
share_of_gain = total_gain / total_gain.sum()
title = f"{share_of_gain.idxmax()} alone brings {100 * share_of_gain.max():.0f} % of the gain"
ax = plots.share_bars(share_of_gain, title=title, xlabel="share of the total gain", top=10)

# %% [markdown]
# You see a few columns carry most of the gain. Importance is not cause: two columns that say the same
# thing share the gain, or one takes all of it. And one-hot columns hide their feature, because each
# gets only a slice.

# %% [markdown]
# ### Exercise 7: importance of whole features
# **5 min · extra · 2 points.** Return a dictionary: each *original* feature and its share of the total gain.
# `gains` holds encoded columns. A one-hot column is named `feature_value`, for example `service_http`.
# Features without any split get 0.
# <details><summary>Hint 1</summary>A column belongs to a feature if it is equal to it, or starts with the feature and "_".</details>
# <details><summary>Hint 2</summary>Divide by `sum(gains.values())` at the end.</details>


# %% exercise="lab1-q7"
def gain_by_feature(gains, original):
    """Return {feature: share of the total gain} for every name in `original`."""
    ### BEGIN SOLUTION
    total = sum(gains.values())
    return {
        name: sum(
            g for column, g in gains.items() if column == name or column.startswith(name + "_")
        )
        / total
        for name in original
    }
    ### END SOLUTION


# %% check="lab1-q7" points=2
some_gains = {"src_bytes": 5, "service_http": 2, "service_ftp_data": 2, "protocol_type_tcp": 1}
answer = gain_by_feature(some_gains, ["src_bytes", "service", "protocol_type", "duration"])
checks.expect_type(answer, dict, "gain_by_feature(...)")
checks.expect(
    "service" in answer and "service_http" not in answer,
    "use the original features as keys, not the encoded columns",
)
checks.expect_close(
    answer.get("service"),
    0.4,
    "add the gains of all columns that start with service_, then divide by the total",
)
checks.expect_close(
    answer.get("protocol_type"),
    0.1,
    "protocol_type has an underscore in its own name: do not cut at the first one",
)
checks.expect_close(
    answer.get("duration"), 0.0, "a feature without any split must be there, with 0"
)
other = gain_by_feature({"count": 1.0, "srv_count": 2.0, "counter": 1.0}, ["count", "srv_count"])
checks.expect_close(
    other.get("count"),
    0.25,
    "srv_count and counter are other features than count: compare the beginning of the name, up to the underscore",
)
### BEGIN HIDDEN TESTS
more = ["src_bytes", "service_http", "service_ftp", "flag_SF", "flag_S0", "protocol_type_tcp"]
parts = checks.hidden_rng().uniform(1, 9, 6).tolist()
other = gain_by_feature(dict(zip(more, parts, strict=True)), ["flag", "src_bytes", "service"])
checks.expect_close(
    [other.get(name, -1) for name in ("src_bytes", "service", "flag")],
    np.array([parts[0], parts[1] + parts[2], parts[3] + parts[4]]) / sum(parts),
    "with other gains the shares are wrong: the total is that of all columns",
)
### END HIDDEN TESTS
checks.passed("lab1-q7")

# %% [markdown] slide="slide"
# ## 8 Attacks become rare
#
# Real networks are not under attack most of the time. `reduce_anomalies` keeps all normal rows and draws
# so many attacks that they are 1 % of the result.

# %%
X_rare, y_rare = resampling.reduce_anomalies(data.X, data.y, ratio=0.01, seed=rt.seed)
attack_rare = datasets.is_attack(y_rare)
print(
    f"{len(y_rare):,} rows are left, {attack_rare.sum():,} of them attacks ({100 * attack_rare.mean():.2f} %)."
)

# %% [markdown]
# ### Exercise 8: which attack types are left?
# **5 min · core · 2 points.** `before` and `after` are columns of names like `data.y`. Return two sorted lists: attack types that still have rows, and types that have lost
# all of theirs. `normal` is not an attack.
# <details><summary>Hint 1</summary>A pandas category remembers names without rows: `value_counts()` shows
# them with 0. `unique()` does not.</details>
# <details><summary>Hint 2</summary>`set(before) - set(after)` has what was lost.</details>


# %% exercise="lab1-q8"
def types_left(before, after):
    """Return (left, lost): sorted attack types with rows in `after`, and those only in `before`."""
    ### BEGIN SOLUTION
    there = set(before.unique()) - {"normal"}
    left = there & set(after.unique())
    return sorted(left), sorted(there - left)
    ### END SOLUTION


# %% check="lab1-q8" points=2
before = pd.Series(["normal", "smurf", "smurf", "spy", "nmap", "normal"], dtype="category")
answer = types_left(before, before.iloc[[0, 1, 4, 5]])
shaped = isinstance(answer, tuple | list) and len(answer) == 2
hint = "return two lists of names: the types left and the types lost (list.sort() returns None)"
checks.expect(shaped, hint)
checks.expect(
    not any(isinstance(part, set | frozenset) for part in answer),
    "a set has no order: sorted(...) makes a sorted list of it",
)
checks.expect(all(np.ndim(part) == 1 for part in answer), hint)
checks.expect(
    set(answer[0]) == {"nmap", "smurf"},
    "only nmap and smurf still have rows; a category with 0 rows is not left, and normal is no attack",
)
checks.expect(list(answer[1]) == ["spy"], "spy had a row before and has none now")
checks.expect(list(answer[0]) == ["nmap", "smurf"], "sort the names")
names = pd.Series(["satan", "normal", "back"], dtype="category")
other = types_left(names, names.iloc[[1]])
checks.expect(
    [list(part) for part in other] == [[], ["back", "satan"]],
    "sort both lists; when all types are lost the first one is empty",
)
### BEGIN HIDDEN TESTS
hidden = checks.hidden_rng()
kinds = ["normal", *hidden.permutation([f"type {i}" for i in range(40)])[:15]]
names = pd.Series(hidden.choice(kinds, 60), dtype="category")
kept = names.iloc[hidden.permutation(60)[:15]]
there = set(names) - {"normal"}
checks.expect(
    [list(part) for part in types_left(names, kept)]
    == [sorted(there & set(kept)), sorted(there - set(kept))],
    "with other names the lists are wrong: left is what both hold, lost is what only `before` holds",
)
### END HIDDEN TESTS
checks.passed("lab1-q8")

# %% slide="subslide"
counts = pd.DataFrame({"before": data.y.value_counts(), "at 1 %": y_rare.value_counts()})
counts = counts[counts["before"] > 0].drop(index="normal").sort_values("before", ascending=False)
lost = int((counts["at 1 %"] == 0).sum())
data.show(counts, f"{lost} of {len(counts)} attack types have no row left").format("{:,}")

# %% [markdown] slide="slide"
# ### The same model again
#
# Same split, same rounds, same rule for the threshold. Only the share of attacks has changed.

# %%
guess = None  # your guess: the accuracy of never giving an alert, where 1 % of the rows are attacks

# %% slide="subslide"
train_r, valid_r, test_r = three_parts(attack_rare)
encoder_r = features.make_encoder().set_output(transform="pandas").fit(X_rare.iloc[train_r])
model_r = boosting.train(
    encoder_r.transform(X_rare.iloc[train_r]),
    attack_rare[train_r],
    n_rounds=rt.rounds(100),
    seed=rt.seed,
)
scores_valid_r, scores_r = (
    boosting.predict(model_r, encoder_r.transform(X_rare.iloc[part])) for part in (valid_r, test_r)
)
threshold_r = thresholds.f1_optimal(scores_valid_r, attack_rare[valid_r])
rare = evaluation.summary(attack_rare[test_r], scores_r, threshold_r)
never = evaluation.summary(attack_rare[test_r], np.zeros(len(test_r)), 0.5)
comparison = pd.DataFrame(
    {"attacks as they come": binary, "attacks at 1 %": rare, "never an alert, 1 %": never}
)
data.show(comparison, "The same model twice, and no model at all").format("{:,.7g}")

# %%
guesses.compare(guess, never["accuracy"], "Accuracy without any alert")

# %% slide="subslide"
fig, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2))
plots.roc_curve(attack_rare[test_r], scores_r, ax=left)
ax = plots.precision_recall(attack_rare[test_r], scores_r, ax=right)

# %% [markdown]
# You see ROC and precision-recall of the detector at 1 %. The ROC curve climbs along its left edge: a few
# false alarms are a tiny share of so many normal rows. Precision sets the same false alarms beside
# the few attacks.

# %% [markdown]
# ### A common mistake
#
# A ROC curve needs scores. Somebody who passes 0/1 alerts gets a number too, and no error:

# %%
alerts_r = (scores_r > threshold_r).astype(int)
from_scores = roc_auc_score(attack_rare[test_r], scores_r)
from_alerts = roc_auc_score(attack_rare[test_r], alerts_r)
print(f"AUC from scores: {from_scores:.5f}; from alerts: {from_alerts:.5f}")

# %% [markdown]
# The second number belongs to one threshold. It is the mean of recall and of one minus the false-alarm rate, and
# says nothing about the ranking. `evaluation.ranking` warns you when scores have two values only.

# %% [markdown] slide="slide"
# ### Why accuracy misleads at 1 %
#
# The last column of the comparison never raises an alert, and its accuracy is about 99 %. Precision
# fares differently. Take one fixed detector that finds 95 % of attacks and flags 1 % of normal rows:

# %%
share = np.array([0.5, 0.1, 0.01, 0.001])
hits, false_alarms = 0.95 * share, 0.01 * (1 - share)
pd.DataFrame(
    {
        "share of attacks": share,
        "recall": 0.95,
        "accuracy": hits + 0.99 * (1 - share),
        "precision": hits / (hits + false_alarms),
        "false alarms per attack found": false_alarms / hits,
    }
).style.format("{:.3f}").hide(axis="index")

# %% [markdown]
# The detector has not changed from row to row. At one attack in a thousand, about nine of ten alerts are
# false. This is the **base-rate problem** (Axelsson 2000), and no accuracy shows it.

# %% [markdown]
# ### Reflection 2: what changed, and why
# **5 min · core · 3 points.** Compare the first two columns of the comparison. Which figures went up, which went down?
# Give the reason for each. Which figure would you show to the people who have to read the alerts?

# %% [markdown] reflect="lab1-r2" points=3
# Recall falls on the full file: there are far fewer attack rows to learn from, and several types have
# none or one or two left. Precision falls too. Accuracy falls by less than one row in ten thousand, because 99 % of rows are
# normal and easy: a model that never alerts has 99 % as well. So accuracy mostly measures the share of normal rows. I
# would show the analysts precision and the number of alerts a day (their work), and recall by attack
# type to those who carry the risk (what we miss).

# %% [markdown] slide="slide"
# ## 9 Why boosted trees?
#
# **Extra.** Because they do well on many tables with little effort. Grinsztajn, Oyallon and Varoquaux (2022) compare
# tree ensembles and neural networks on 45 tabular data sets; trees stay ahead at medium size. Shwartz-Ziv
# and Armon (2022) take the data sets of papers that propose deep networks; XGBoost beats these networks on
# most sets that they were not made for. A small version of such a study: four models, five tables.
# **Logistic regression**, the simplest of them, draws one straight border between the classes.

# %%
from sklearn.datasets import load_breast_cancer, load_digits, make_hastie_10_2
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

some = np.random.default_rng(0).choice(np.flatnonzero(~data.X.duplicated()), 2_000, replace=False)
some_rows = encoder.transform(data.X.iloc[some]).to_numpy()
tables = {"cancer": load_breast_cancer(return_X_y=True), "digits": load_digits(return_X_y=True)}
x_sphere, y_sphere = make_hastie_10_2(2_000, random_state=0)
tables |= {"inside or outside a sphere": (x_sphere, (y_sphere > 0).astype(int))}
tables |= {"KDD99: attack?": (some_rows, attack[some])}
tables |= {
    "KDD99: logged in?": (
        data.X.iloc[some].drop(columns=["logged_in", *datasets.schema.CATEGORICAL]),
        data.X["logged_in"].iloc[some],
    )
}

# %% slide="subslide"
contest = {
    "one tree": DecisionTreeClassifier(random_state=0),
    "logistic regression": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000)),
    "random forest": RandomForestClassifier(50, random_state=0),
    "XGBoost": xgb.XGBClassifier(n_estimators=rt.rounds(60), max_depth=4, n_jobs=1, random_state=0),
}
accuracy = pd.DataFrame(
    {
        name: {table: cross_val_score(m, *rows, cv=3).mean() for table, rows in tables.items()}
        for name, m in contest.items()
    }
)
accuracy.loc["mean rank (1 is best)"] = accuracy.rank(axis=1, ascending=False).mean()
data.show(accuracy, "Accuracy, three-fold cross-validation").format("{:.3f}")

# %% [markdown]
# Compare the mean ranks, and then the single rows: no model wins every table. Five easy tables without any tuning
# prove little. That is why the published studies rank over many data sets and tune each model with the same effort.

# %% [markdown] slide="slide"
# ### The cost of choosing
#
# A good setting must be found, and each try costs training time. A **selection loop**: train, measure on
# validation rows, keep the best. It is the number of tries that makes fast training worth having.
# The error here is the **log loss**: small when the model gives the true class a high probability.

# %% slide="subslide"
few = train[:100_000]
settings = [
    {"max_depth": d, "eta": e} for d, e in ((6, 0.1), (2, 0.3), (10, 0.3), (2, 0.1), (6, 0.3))
]
tried = []
for setting in settings:
    started = time.perf_counter()
    booster = boosting.train(
        X_train.iloc[: len(few)], attack[few], n_rounds=rt.rounds(40), params=setting
    )
    spent = time.perf_counter() - started
    error = log_loss(attack[valid], boosting.predict(booster, X_valid).astype(float), labels=[0, 1])
    tried.append(setting | {"seconds": spent, "error": error})
selection = pd.DataFrame(tried, index=range(1, len(tried) + 1))
data.show(selection, f"Five settings on {len(few):,} training rows").format("{:,.4g}")

# %% slide="subslide"
ax = teaching.model_selection(selection)

# %% [markdown]
# You see training time add up from model to model, and the best error so far as a staircase. The title says what
# half of the time, or a machine of half the speed, would have brought. Another order gives another staircase.
# The best setting has been picked on validation rows, so its validation error is a little too good.
#
# **Question.** You have an hour, and one training takes two minutes. What do you gain if it takes twelve seconds?
#
# <details><summary>Compare with your answer</summary>Thirty tries become three hundred. That pays as long as the staircase falls. Once it is
# flat, more tries mostly find settings that suit these validation rows by chance.</details>

# %% [markdown] slide="slide"
# ## 10 The same code on a GPU, and on many
#
# **Extra.** RAPIDS brings pandas (cuDF) and scikit-learn (cuML) to NVIDIA GPUs. `runtime.prepare` switches them on
# where they work. XGBoost needs one word: `device="cuda"`. (`tree_method="gpu_hist"` of older texts is an
# error since XGBoost 3.)

# %%
if rt.device != "cuda":
    print("No NVIDIA GPU here: this cell is skipped. All other cells of the course run on the CPU.")
else:
    import cudf
    from cuml.ensemble import RandomForestClassifier as GPUForest

    values = np.asarray(X_train, dtype="float32")
    on_gpu, spent_on = cudf.DataFrame(values, columns=list(X_train.columns)), {}
    for device, rows in (("cpu", X_train), ("cuda", on_gpu)):
        started = time.perf_counter()
        params = {"device": device}
        booster = boosting.train(rows, attack[train], n_rounds=rt.rounds(100), params=params)
        spent_on[f"XGBoost on {boosting.effective_device(booster)}"] = time.perf_counter() - started
    started = time.perf_counter()
    GPUForest(n_estimators=100).fit(on_gpu, attack[train].astype("int32"))
    spent_on["random forest of cuML"] = time.perf_counter() - started
    print(pd.Series(spent_on, name="seconds").to_string())

# %% [markdown]
# Several GPUs, or several machines, work through **Dask**: the rows are cut into parts, each worker builds
# histograms of its part, and the sums are the same as on one machine. The call stays the same; only the address of
# the cluster is yours:
#
# ```python
# from dask.distributed import Client
#
# with Client("tcp://scheduler:8786") as client:
#     model = boosting.train(X_train, attack[train], client=client)
# ```
#
# Dask helps when rows do not fit into the memory of one machine. On data that fit, talking between workers
# often costs more than it saves. Section 14 shows both on your own machine.

# %% [markdown]
# **Question.** Your rows fit into memory, and you train once a month for ten minutes. Do you take a GPU, Dask, or neither?
#
# <details><summary>Compare with your answer</summary>Neither: nothing waits for these minutes. A GPU pays when you try many settings, Dask when the
# rows no longer fit.</details>

# %% [markdown] slide="slide"
# ## 11 Challenge: which attack is it?
#
# Many rows of KDD99 are exact copies. A copy in training *and* test makes every model look good, so the
# challenge runs on unique rows.

# %% locked="lab1-unique"
unique = ~data.X.assign(label=data.y).duplicated()
twice = data.y[unique].value_counts() >= 2  # one row cannot be in training and test
unique_rows = data.X[unique & data.y.map(twice).astype(bool)]
codes, classes = pd.factorize(data.y[unique_rows.index].astype(str), sort=True)
sizes = np.bincount(codes)
print(f"{len(codes):,} of {len(data.y):,} rows are left, in {len(classes)} classes.")
print(f"The largest class has {sizes.max():,} rows, the smallest has {sizes.min()}.")

# %% [markdown]
# The split keeps the share of each class. From the training part at most 10,000 rows of a class are used: the
# largest classes need no more, and training is several times faster. The test part stays as it is.


# %% locked="lab1-parts"
def two_parts(seed):
    """Return row numbers for training, at most 10,000 of each class, and for testing (25 %)."""
    rows = np.arange(len(codes))
    part, held = train_test_split(rows, test_size=0.25, stratify=codes, random_state=seed)
    nth_of_class = pd.Series(codes[part]).groupby(codes[part]).cumcount().to_numpy()
    return part[nth_of_class < 10_000], held


part, held = two_parts(rt.seed)
encoder_m = features.make_encoder().set_output(transform="pandas").fit(unique_rows.iloc[part])
M_train = encoder_m.transform(unique_rows.iloc[part])
M_test = encoder_m.transform(unique_rows.iloc[held])
c_train, c_test = codes[part], codes[held]
print(f"{len(part):,} rows to train on, {len(held):,} rows to test on.")

# %% [markdown]
# Forty test rows are **canaries**: normal rows with a mark in a column that never changes, and with a wrong class. Only
# a model that has learned from test rows repeats the wrong class. The check asks yours.

# %% locked="lab1-canaries"
normal, satan = (list(classes).index(name) for name in ("normal", "satan"))
canary = (c_test == normal) & ((c_test == normal).cumsum() <= 40)
M_test.loc[canary, "num_outbound_cmds"] = 9.0
c_test[canary] = satan

# %% [markdown]
# ### Challenge rules
# **Macro-F1** is the plain mean of the F1 of all classes: a class of three rows counts as much as `smurf`.
# A model that ignores the rare classes cannot hide. Canaries do not count. The limit in the check is the mean of ten splits minus three
# standard deviations of a plain model, so you need no luck.


# %% locked="lab1-macro-f1"
def macro_f1(true, predicted):
    """Return the plain mean of F1 over the classes that occur in `true`."""
    there = np.unique(true)
    return f1_score(true, predicted, average="macro", labels=there, zero_division=0)


# %% [markdown]
# ### Exercise 9: build it by yourself
# **12 min · core · 4 points.** In `train_classes` build `dtrain` and `dtest` (`xgb.DMatrix`), the parameters and the list
# `evals`, train with `xgb.train` for `rt.rounds(30)` rounds and return the model. `predict_classes(X)` returns
# one class code for each row of a table like `M_test`; it may use `multi_model`.
# <details><summary>Hint 1</summary>The objective for class probabilities is `multi:softprob`; it needs
# `num_class`.</details>
# <details><summary>Hint 2</summary>`evals=[(dtrain, "train"), (dtest, "test")]` only watches; do not stop early on
# test rows. `argmax(axis=1)` turns probabilities into codes.</details>
# <details><summary>Hint 3</summary>Rare classes need small leaves: try `min_child_weight` 0.1.</details>


# %% exercise="lab1-q9"
def train_classes():
    """Return a booster trained on M_train and c_train, and watched on M_test and c_test."""
    ### BEGIN SOLUTION
    dtrain, dtest = xgb.DMatrix(M_train, label=c_train), xgb.DMatrix(M_test, label=c_test)
    params = {
        "objective": "multi:softprob",
        "num_class": len(classes),
        "min_child_weight": 0.1,
        "max_bin": 64,
        "device": rt.device,
    }
    evals = [(dtrain, "train"), (dtest, "test")]
    return xgb.train(params, dtrain, rt.rounds(30), evals=evals, verbose_eval=False)
    ### END SOLUTION


def predict_classes(X):
    """Return the predicted class code (0, 1, ...) of each row of `X`."""
    ### BEGIN SOLUTION
    return multi_model.predict(xgb.DMatrix(X)).argmax(axis=1)
    ### END SOLUTION


multi_model = train_classes()

# %% check="lab1-q9" points=4
predicted = predict_classes(M_test)
checks.expect_shape(
    predicted,
    (len(M_test),),
    "predict_classes returns one code per row, not one probability per class",
)
predicted = np.asarray(predicted)
valid_code = np.isin(predicted, np.arange(len(classes))).all()
checks.expect(valid_code, "codes are whole numbers from 0 to the number of classes minus 1")
few = np.arange(len(M_test))[::-7]
hint = "predict_classes must compute its answer from the rows that it is given, each row by itself"
checks.expect_close(predict_classes(M_test.iloc[few]), predicted[few], hint)
checks.expect_shape(predict_classes(M_test.iloc[:1]), (1,), "a table of one row must give one code")
hint = "the model repeats the wrong class of the canaries: it has seen test rows; train on M_train and c_train only"
checks.expect((predicted[canary] == satan).mean() < 0.5, hint)
# Ten splits: mean 0.824, standard deviation 0.032; in fast mode 0.711 and 0.036.
macro, limit = macro_f1(c_test[~canary], predicted[~canary]), 0.6 if rt.fast else 0.72
hint = f"the macro-F1 on the test rows should reach {limit}: look at the rare classes"
checks.expect_between(macro, limit, 1.0, hint)
# Eleven models of the training rows know these better by 0.03 to 0.30; one of both parts by 0 at most.
learned = macro_f1(c_train, np.asarray(predict_classes(M_train)))
hint = (
    "a model knows its training rows best, and yours knows the test rows as well: it has seen them"
)
checks.expect(macro < min(learned, 0.97), hint)
### BEGIN HIDDEN TESTS
hidden = checks.hidden_rng()
order = hidden.permutation(len(M_test))[:500]
checks.expect_close(
    predict_classes(M_test.iloc[order]),
    predicted[order],
    "predict_classes must compute its answer from the rows that it is given",
)
some = M_test.iloc[order]
near = (some + some.abs() * hidden.uniform(1e-6, 1e-5, some.shape)).astype("float32")
alike = float(np.mean(np.asarray(predict_classes(near)) == predicted[order]))
hint = "rows that hardly differ from test rows get other codes: predict them with the model"
checks.expect_between(alike, 0.95, 1, hint)
### END HIDDEN TESTS
checks.passed("lab1-q9")

# %% [markdown] slide="subslide"
# ### How much of that is luck?
#
# Some classes have a few rows in the test part: one more hit moves macro-F1 by several points. So the course
# repeats the same model on several random splits.


# %%
def one_split(seed):
    """Return true and predicted classes of the test part of one random split."""
    a, b = two_parts(seed)
    enc = features.make_encoder().fit(unique_rows.iloc[a])
    matrix, params = enc.transform(unique_rows.iloc[a]), {"num_class": len(classes)}
    booster = boosting.train(matrix, codes[a], n_rounds=rt.rounds(30), params=params)
    found = boosting.predict(booster, enc.transform(unique_rows.iloc[b])).argmax(axis=1)
    return codes[b], found


splits = [one_split(seed) for seed in range(rt.epochs(5))]
macro_f1s = np.array([macro_f1(*split) for split in splits])
print(
    f"macro-F1 over {len(splits)} splits: {macro_f1s.mean():.3f}, standard deviation {macro_f1s.std(ddof=1):.3f}"
)

# %% slide="subslide"
per_split = []
for true, found in splits:
    there = np.unique(true)
    f1s = f1_score(true, found, average=None, labels=there, zero_division=0)
    per_split.append(pd.Series(f1s, index=classes[there]))
by_class = pd.DataFrame(per_split).mean()
rows_of_class = pd.Series(np.bincount(c_train, minlength=len(classes)), index=classes)
ax = teaching.f1_by_rows(by_class, rows_of_class[by_class.index])

# %% [markdown]
# You see one point for each class: its mean F1 against its training rows. All weak classes stand on the left: they
# have fewer than ten rows. Not all rare classes are weak, but F1 jumps between 0 and 1 when there is one row to test.

# %% [markdown] slide="slide"
# ## 12 One-hot against learned vectors
#
# **Extra.** One-hot gives each service a column; all services are equally far from one another. An **entity embedding**
# (Guo and Berkhahn 2016) gives each value a short vector and *learns* it with a small neural network: values
# that mean the same for the task end up close together. The next cell loads Keras, which takes a moment.

# %%
from anomaly_labs.embeddings import EntityEmbedding

embedding = EntityEmbedding(epochs=rt.epochs(8), seed=rt.seed)
started = time.perf_counter()
embedding.fit(unique_rows.iloc[part], c_train)
embedding_seconds = time.perf_counter() - started
print({name: frame.shape for name, frame in embedding.vectors_.items()})

# %%
from sklearn.decomposition import PCA

rows_e, vectors = unique_rows.iloc[part], embedding.vectors_["service"]
service = rows_e["service"].astype(str)
counted = service.value_counts()
vectors = vectors[vectors.index.isin(counted.index)]
attacks = pd.Series(attack[rows_e.index], rows_e.index).groupby(service).mean()[vectors.index]
quiet = (attacks <= 0.5).to_numpy()
far = np.square(vectors.to_numpy()[:, None] - vectors.to_numpy()).sum(axis=2)
np.fill_diagonal(far, np.inf)
beside, n = quiet[far.argmin(axis=1)][quiet].sum(), quiet.sum()
by_chance = n * (n - 1) / (len(quiet) - 1)

# %% slide="subslide"
ax = teaching.vector_map(
    PCA(2, random_state=0).fit_transform(vectors),
    list(vectors.index),
    weights=counted[vectors.index].to_numpy(),
    values=attacks.to_numpy(),
    label_top=8,
    title=f"{beside} of {n} normal services lie next to a normal one; by chance {by_chance:.0f}",
)

# %% [markdown]
# You see the vectors of the services, flattened by principal component analysis to the two directions in which they
# differ most. Size is the number of rows; a service is "normal" if most of its rows are (each class has at most 10,000 here). The vectors have learned what
# a service means for the task. They were shown classes of rows, never a kind of service.

# %% [markdown] slide="subslide"
# ### Does XGBoost profit?
#
# The same trees, the same rows; only the categorical features are given in another form.


# %%
def numbers(rows):
    """Return the numeric features as they are."""
    return rows.drop(columns=list(embedding.vectors_)).to_numpy(dtype=np.float32)


def with_vectors(rows):
    """Return the numeric features beside the learned vectors."""
    return np.hstack([numbers(rows), np.asarray(embedding.transform(rows), dtype=np.float32)])


def with_one_hot(rows):
    """Return the numeric features beside the one-hot columns."""
    return encoder_m.transform(rows).to_numpy()


# %% slide="subslide"
forms = {"one-hot": with_one_hot, "learned vectors": with_vectors, "left out": numbers}
results = {}
for name, form in forms.items():
    matrix, started = form(unique_rows.iloc[part]), time.perf_counter()
    params = {"num_class": len(classes)}
    booster = boosting.train(matrix, c_train, n_rounds=rt.rounds(30), params=params)
    spent = time.perf_counter() - started
    found = boosting.predict(booster, form(unique_rows.iloc[held])).argmax(axis=1)
    true = codes[held]
    figures = (matrix.shape[1], spent, macro_f1(true, found), int((found != true).sum()))
    results[name] = dict(zip(("columns", "seconds", "macro-F1", "errors"), figures, strict=True))
caption = f"Protocol, service and flag in three forms; the vectors took {embedding_seconds:.0f} s"
data.show(pd.DataFrame(results).T, caption).format("{:,.7g}")

# %% [markdown]
# Compare columns, seconds and errors. Differences of macro-F1 smaller than the spread between splits (section 11)
# are noise. Vectors pay when a column has thousands of values; here the longest list has fewer than a hundred, and trees
# cope with one-hot. The vectors are also a map that people can read, and other models can use them.
#
# **Question.** Tomorrow a service appears that training never had. What does each form give the trees?
#
# <details><summary>Compare with your answer</summary>One-hot sets the column of unseen values, learned vectors give the vector of `&lt;unknown&gt;`. In both,
# all new services look alike until you train again.</details>

# %% [markdown] slide="slide"
# ## 13 Attacks that the model has never seen
#
# So far, test rows were drawn from the same file as the training rows. KDD99 has an **official test file**, recorded
# later, with attack types that the training file does not contain. The binary model of section 6 meets it now,
# with its encoder and its threshold unchanged.

# %%
guess = None  # your guess: the recall on the official test file, between 0 and 1

# %% slide="subslide"
official = datasets.load("kdd99", split="test")
attack_o = datasets.is_attack(official.y)
scores_o = boosting.predict(model, encoder.transform(official.X))
alerts_o = (scores_o > threshold).astype(int)
on_official = evaluation.summary(attack_o, scores_o, threshold)
two_tests = pd.DataFrame({"random split": binary, "official test": on_official})
official.show(two_tests, "The same model, two kinds of test").format("{:,.7g}")

# %%
guesses.compare(guess, on_official["recall"], "Recall on the official test file")

# %% [markdown]
# ### Exercise 10: seen and unseen attacks
# **6 min · core · 2 points.** The arguments are lists or columns with one name or one 0/1 alert per row; start with
# `np.asarray`. Split the test *attacks* in two: types that occur in the training names, and types that do not.
# Return the pair (recall of seen, recall of unseen).
# <details><summary>Hint 1</summary>`np.isin(test_names, train_names)` says for each row whether its name was seen.</details>
# <details><summary>Hint 2</summary>Leave out rows named "normal": they are no attacks, and recall is about attacks.</details>


# %% exercise="lab1-q10"
def recall_seen_unseen(train_names, test_names, alerts):
    """Return (recall on attack types seen in training, recall on the others)."""
    ### BEGIN SOLUTION
    names, alerts = np.asarray(test_names).astype(str), np.asarray(alerts)
    hostile, seen = (
        names != "normal",
        np.isin(names, np.unique(np.asarray(train_names).astype(str))),
    )
    return float(alerts[hostile & seen].mean()), float(alerts[hostile & ~seen].mean())
    ### END SOLUTION


# %% check="lab1-q10" points=2
answer = recall_seen_unseen(
    ["normal", "smurf", "nmap"],
    ["normal", "normal", "smurf", "smurf", "nmap", "worm", "worm"],
    [0, 1, 1, 1, 0, 1, 0],
)
checks.expect_shape(answer, (2,), "return two numbers: recall of seen and of unseen types")
checks.expect_close(
    answer[0],
    2 / 3,
    "seen attacks are smurf, smurf and nmap, and two of them raise an alert; normal is no attack",
)
checks.expect_close(
    answer[1], 1 / 2, "of the two worm rows one raises an alert: divide by the unseen rows only"
)
other = recall_seen_unseen(
    pd.Series(["normal", "back"], dtype="category"),
    pd.Series(["back", "spy", "spy", "spy"]),
    np.array([1, 0, 0, 1]),
)
checks.expect_close(
    other,
    (1.0, 1 / 3),
    "first the types of the training names, then the others; count rows, not types",
)
### BEGIN HIDDEN TESTS
hidden = checks.hidden_rng()
kinds = hidden.permutation(
    ["back", "land", "nmap", "perl", "phf", "pod", "rootkit", "satan"]
).tolist()
names, raised = hidden.choice([*kinds, "normal"], 200), hidden.integers(0, 2, 200)
checks.expect_close(
    recall_seen_unseen(["normal", *kinds[:4]], names.tolist(), raised.tolist()),
    [raised[np.isin(names, part)].mean() for part in (kinds[:4], kinds[4:])],
    "with other names the two recalls are wrong: divide the alerts on these rows by their number",
)
### END HIDDEN TESTS
checks.passed("lab1-q10")

# %% slide="subslide"
by_type = evaluation.recall_by_class(official.y, alerts_o)
new = ~by_type["class"].isin(data.y.unique())
seen_recall, unseen_recall = (
    by_type["detected"][m].sum() / by_type["rows"][m].sum() for m in (~new, new)
)
title = f"Threshold {threshold:.2f}: recall {seen_recall:.2f} on known types, {unseen_recall:.2f} on new ones"
labels = by_type["class"] + " (" + by_type["rows"].astype(str) + " rows)"
recall_of_new = by_type["recall"].set_axis(labels)[new.to_numpy()]
ax = plots.share_bars(
    recall_of_new,
    title=title,
    xlabel="recall, by attack type that training never had",
    top=20,
    color=plots.style.ATTACK,
)

# %% [markdown]
# You see one bar for each attack type that is new in the test file. Most of the large ones are missed, **at this threshold**. The figures of a random split say nothing about that.
#
# Is the model blind, or is it the threshold? It was chosen on validation rows that hold the old attack types only. Nobody chose it for new ones; nor .5, at which many people cut a probability.

# %% [markdown] slide="subslide"
# ### A threshold that needs no attack
#
# Take the score that 99 of 100 held-out *normal* rows stay below. This rule fits every detector, so it makes them comparable. Beside the trees stands one that has never seen an attack: the **Mahalanobis distance** of a row from
# the middle of the normal rows (Lab 2 explains it). `evaluation.Comparison` cuts all its detectors by one rule, and refuses two.

# %%
from anomaly_labs.baselines import MahalanobisDetector

quiet, calm = train[attack[train] == 0], valid[attack[valid] == 0]
encoder_n = features.make_encoder().fit(data.X.iloc[quiet])
distance = MahalanobisDetector().fit(encoder_n.transform(data.X.iloc[quiet]))
rankings = {"XGBoost": (scores_valid[attack[valid] == 0], scores_o)}
rankings["Mahalanobis"] = tuple(
    distance.anomaly_score(encoder_n.transform(rows)) for rows in (data.X.iloc[calm], official.X)
)
rows_of_test = {"names": official.y, "known": data.y.unique()}
rows_of_test["families"] = datasets.attack_family(official.y)
half = evaluation.Comparison(0.5, {"XGBoost": rankings["XGBoost"]}, **rows_of_test)
same_rule = evaluation.Comparison(
    thresholds.percentile, rankings, options={"q": 99.0}, **rows_of_test
)

# %%
guess = None  # your guess: the share of new attack types' rows that the trees find by the new rule

# %% slide="subslide"
side = pd.concat([half.table().rename(index={"XGBoost": "XGBoost, p > .5"}), same_rule.table()])
columns = ["held_out", "false_alarms", "recall_known", "recall_new", "macro_recall", "accuracy"]
official.show(side[columns], "p > .5, then one rule for both").format("{:.3f}")

# %%
guesses.compare(guess, side.loc["XGBoost", "recall_new"], "Recall of new types, XGBoost")

# %% [markdown]
# Compare the first two rows: the same trees find about twice as many rows of new types once the threshold comes from normal rows. They pay with false alarms, more than the 1 % that held on the held-out rows: later traffic has
# **drifted**. `macro_recall` is the mean over the four families.

# %% slide="subslide"
from anomaly_labs.teaching.comparison import bands

fig, axes = plt.subplots(1, 2, figsize=(11, 4.6), sharey=True)
for ax, types in zip(axes, ("known", "new"), strict=True):
    ax = plots.recall_over_alarms(
        same_rule, types, bands=bands("kdd99"), marks=[half, same_rule], ax=ax
    )

# %% [markdown]
# You see recall over false alarms: your models as lines, five seeds as areas (measured on the real files), the points of the table as markers. The dotted line is one false alarm in a hundred normal rows, more than most desks can read.
#
# Left, labels pay: at that line the trees find @comparison:kdd99.xgboost.at_1.recall_known@ of the known types, the distance @comparison:kdd99.mahalanobis.at_1.recall_known@. Right, they hardly do:
# @comparison:kdd99.xgboost.at_1.recall_new@ and @comparison:kdd99.mahalanobis.at_1.recall_new@ of the new types (means of the seeds). At 5 % the trees are ahead there too, @comparison:kdd99.xgboost.at_5.recall_new@ against @comparison:kdd99.mahalanobis.at_5.recall_new@. So a threshold hid
# what the ranking knew; and where false alarms must be rare, most new attacks pass by both.

# %% [markdown] slide="subslide"
# ### What did 1 % cost?
#
# The model of section 8 saw attacks at 1 %. On a random split the loss was hard to see. Here it meets the official test file, at the same rule as the model that saw them all.

# %% slide="subslide"
few = (scores_valid_r[attack_rare[valid_r] == 0],)
few += (boosting.predict(model_r, encoder_r.transform(official.X)),)
cost = evaluation.Comparison(
    thresholds.percentile,
    {"attacks as they come": rankings["XGBoost"], "attacks at 1 %": few},
    options={"q": 99.0},
    **rows_of_test,
)
lost_recall = pd.concat([cost.by_family().T, cost.table()[["macro_recall", "accuracy"]]], axis=1)
official.show(lost_recall, "Recall by family: what the rare attacks were good for").format("{:.3f}")

# %% [markdown]
# Compare the two rows: the flood of `dos` is found as before, and accuracy, which it rules, hardly moves. The small families lose, and `macro_recall` shows it.

# %% [markdown]
# ### Reflection 3: who pays for what is not seen?
# **4 min · core · 2 points.** Your company wants to buy the detector of this lab as its only line of defence, because of its AUC on
# the random split. What do you tell them, which test would you ask for, and what would you put beside it?

# %% [markdown] reflect="lab1-r3" points=2
# The AUC of a random split shows that the detector recognises the attacks of its training file, copies of them
# included. At the threshold of the validation rows it finds far fewer of the attack types that are new, and those hurt most,
# because nobody is prepared; the customers and the people on duty pay for that. A threshold from normal rows finds more of them, at
# more false alarms. I would ask for a test on later traffic with unknown attack types: recall by type at the false alarms that the
# desk can read. Beside it I would run a detector that knows only normal traffic (Lab 2), and retrain as new attacks get labels.

# %% [markdown] slide="slide"
# ## 14 Optional: the same lines on two workers
#
# **10 min · extra · no points.** Two worker processes play the part of two machines: each has a memory of its own, and they
# talk over the network, even on one machine. The next cell starts them and prints the address of the
# **dashboard**. Open it in a new tab beside this notebook: you see one line per worker, and a coloured bar for each
# piece of work while it runs. On a computer that is not yours, such as a course server, the link may not open; the
# cells below run all the same.

# %%
from contextlib import ExitStack

from IPython.display import HTML, display

client, rows, until_done = None, data.X.iloc[train], ExitStack()
if rt.fast:
    print("Fast mode starts no workers: the next cells run in this process.")
else:
    from anomaly_labs import scale

    client = until_done.enter_context(scale.local_cluster(n_workers=2))
    rows = scale.spread(rows, client)
    link = client.dashboard_link
    display(HTML(f'Two workers are up. <a href="{link}" target="_blank">Dashboard: {link}</a>'))

# %% [markdown]
# Each worker has got one half of the training rows of section 5, as a part of a Dask table. `client=client` sends
# the work to where the rows are. All else are lines that you know. Run the cell, and watch the dashboard.

# %%
started = time.perf_counter()
encoder_d = features.make_encoder().fit(rows, client=client)
matrix_d = encoder_d.transform(rows, client=client)
model_d = boosting.train(
    matrix_d, attack[train], n_rounds=rt.rounds(100), seed=rt.seed, client=client
)
print(f"Encoding and training took {time.perf_counter() - started:.1f} s.")
until_done.close()

# %% slide="subslide"
scores_d = boosting.predict(model_d, encoder_d.transform(data.X.iloc[test]))
on_two = evaluation.summary(attack[test], scores_d, threshold)
both = pd.DataFrame({"one process": binary, "two workers": on_two})
data.show(both, f"AUC differs by {abs(on_two['auc'] - binary['auc']):.1e}").format("{:,.7g}")

# %% [markdown]
# Compare the columns. They agree, up to a few rows near the threshold: workers estimate the quantiles of a column
# from their parts, so some cuts lie elsewhere. Compare the seconds with section 6: a new worker must load its programs, and
# the sums of the histograms travel at every level of every tree. Two workers earn that back on a second machine, or
# when the rows do not fit into one memory. Then the workers read the rows themselves:
#
# ```python
# flows = datasets.batches("kdd99", n_rows=50_000_000).map(lambda X, y: (X, datasets.is_attack(y)))
# model = boosting.train(*scale.read(flows, client), client=client)
# ```
#
# A worker may die in mid-training. Training then starts again without it, and a warning tells you.

# %% [markdown] slide="slide"
# ## 15 What you measured

# %% slide="subslide"
evaluation.headline(
    source=data.source,
    auc=binary["auc"],
    errors_in_test_part=binary["errors"],
    macro_f1=macro_f1s.mean(),
    macro_f1_spread=macro_f1s.std(ddof=1),
    official_test_f1=on_official["f1"],
    comparison=same_rule,
)

# %% [markdown]
# ### Sources
#
# Axelsson (2000), doi 10.1145/357830.357849 · Chen and Guestrin (2016), doi 10.1145/2939672.2939785 ·
# Friedman (2001), doi 10.1214/aos/1013203451 · Grinsztajn et al. (2022), arXiv 2207.08815 · Guo and Berkhahn (2016),
# arXiv 1604.06737 · Shwartz-Ziv and Armon (2022), doi 10.1016/j.inffus.2021.11.011

# %% [markdown] slide="slide"
# ## Recap and next step
#
# - A boosted tree splits where the gain is largest; lambda shrinks leaves, gamma is the price of a split.
# - The threshold is a decision, taken on validation rows. AUC does not see it.
# - At 1 % attacks accuracy is blind; look at precision, recall and the number of alerts.
# - Duplicates and random splits flatter; new attack types tell the truth.
# - Nobody chose .5. Compare detectors under one rule, or at equal false alarms, by family.
#
# **Next:** Lab 2 trains on normal rows only. An autoencoder has never seen any attack, so every attack is equally new to it.
