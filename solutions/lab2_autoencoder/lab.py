# /// lab
# title = "Lab 2: Autoencoders, thresholds, and what a score is worth"
# order = 30
# kind = "core"
# status = "ready"
# minutes = 90
# extra_minutes = 30
# run_minutes = 6
# data = { kdd99 = ["10_percent", "test"] }
# extras = []
# grading = "fast"
# certificate = {}
# holds = "autoencoders, three scores on one network, thresholds with and without labels, base rates, clusters of alerts"
# thirty_minutes = "sections 4, 5, 9 and 10: build and train a network, choose a threshold, count the alerts of a day"
# ///

# %% [markdown] slide="slide"
# # @TITLE@
#
# **@MINUTES@ minutes for the core, @EXTRA_MINUTES@ more with the extras; the code runs in under @RUN_TIME@ on two CPU cores.**
# Nobody has marked the attacks: you train on normal traffic alone and ask of each new row: does it look
# like what I know?
#
# You will be able to
#
# - build an autoencoder, train it and turn its errors into a score;
# - choose a threshold without test labels, and say what it costs in alerts a day;
# - name the kind of an alert and the columns that caused it.
#
# Needed before: Lab 0, sections 1 to 8 of Lab 1; no deep learning, no GPU. Parts are **core** or **extra**.

# %%
from anomaly_labs import checks, runtime

rt = runtime.prepare(seed=0)

import time
import warnings

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

from anomaly_labs import datasets, evaluation, features, plots, probes, resampling, thresholds
from anomaly_labs.autoencoder import AutoencoderDetector
from anomaly_labs.baselines import IsolationForestDetector, MahalanobisDetector, NeighborsDetector
from anomaly_labs.teaching import guesses
from anomaly_labs.teaching import lab2_autoencoder as teaching

plots.use_course_style()

# %% [markdown] slide="slide"
# ## 1 Why no labels?
#
# The trees of Lab 1 learned the attacks that they were shown, and missed many types that were new. Labels also cost
# money: somebody must look at every row. Normal traffic is cheap and there is plenty of it.
#
# An **autoencoder** is a network that copies its input to its output, through a bottleneck. The **encoder**
# squeezes a row into a few numbers, the **latent space**; the **decoder** rebuilds the row from them. The
# bottleneck has no room for everything, so the network learns what the rows have in common.

# %% slide="subslide"
ax = teaching.autoencoder_scheme([80, 64, 32, 8, 32, 64, 80])

# %% [markdown]
# You see a row of 80 numbers squeezed into 8 and rebuilt (section 3 prints how long your rows are). A row that follows the
# habits of the training rows comes out nearly as it was; one that breaks them comes out changed. The difference, row minus rebuilt row, is the **residual**,
# and its size is the **reconstruction error**: our anomaly score.
#
# **Question.** What would happen with a bottleneck as wide as the input?
#
# <details><summary>Compare with your answer</summary>The network could copy everything, attacks included, and
# the error would tell nothing. The bottleneck (or noise added during training) forces it to learn habits.</details>

# %% [markdown] slide="subslide"
# ### Kinds of networks
#
# The map of Lab 0 names the methods of the course. Several of them are networks, and a network is built for what its input looks like.

# %% slide="subslide"
ax = teaching.network_map()

# %% [markdown]
# You see which numbers meet in each kind: circles are numbers, lines are weights. In a dense layer all meet all. A convolution joins neighbours only, with the same
# weights everywhere. A recurrent network hands its memory on from step to step; in a transformer each part of a sequence looks at every other part at once. An
# autoencoder and a GAN say how a network is *trained*: either can be made of each of these layers. A row of
# columns has no order and no neighbours: so this course builds dense layers.

# %% [markdown] slide="slide"
# ## 2 Three ways to measure an error
#
# | name | how | unit | what it punishes |
# |---|---|---|---|
# | MAE, mean absolute error | mean of \|difference\| | that of the data | every difference in proportion |
# | MSE, mean squared error | mean of difference² | that of the data, squared | large differences most |
# | RMSE, root of the MSE | √MSE | that of the data | as MSE, in a readable unit |
#
# A difference of 2 counts twice as much as a difference of 1 in the MAE, and four times in the MSE.

# %% [markdown]
# ### Exercise 1: three errors
# **3 min · core · 1 point.** `x` and `x_hat` are lists of numbers of equal length: a row and its reconstruction. Return the three
# numbers (MAE, MSE, RMSE).
# <details><summary>Hint 1</summary>`np.asarray(x) - np.asarray(x_hat)` gives all differences at once.</details>
# <details><summary>Hint 2</summary>RMSE is the root of the mean, not the mean of the roots.</details>


# %% exercise="lab2-q1"
def three_errors(x, x_hat):
    """Return (MAE, MSE, RMSE) of a row and its reconstruction."""
    ### BEGIN SOLUTION
    gap = np.asarray(x, dtype=float) - np.asarray(x_hat, dtype=float)
    return float(np.abs(gap).mean()), float((gap**2).mean()), float(np.sqrt((gap**2).mean()))
    ### END SOLUTION


# %% check="lab2-q1" points=1
answer = three_errors([1.0, 2.0, 3.0, 4.0], [1.0, 0.0, 3.0, 8.0])
checks.expect_shape(answer, (3,), "return three numbers: MAE, MSE and RMSE")
answer = list(answer)
checks.expect_close(
    answer[0],
    1.5,
    "MAE first: the differences are 0, 2, 0 and -4; take them without sign, then the mean",
)
checks.expect_close(
    answer[1], 5.0, "MSE second: square each difference, then take the mean of 0, 4, 0 and 16"
)
checks.expect_close(answer[2], 5**0.5, "RMSE third: the square root of the MSE")
other = list(three_errors([-3, 0, 1], [0, 0, 1]))
checks.expect_close(other, [1.0, 3.0, 3**0.5], "signs must not cancel, and zeros count in the mean")
### BEGIN HIDDEN TESTS
row, other = checks.hidden_rng().normal(size=(2, 9))
gap = row - other
checks.expect_close(
    list(three_errors(row.tolist(), other.tolist())),
    [np.abs(gap).mean(), (gap**2).mean(), (gap**2).mean() ** 0.5],
    "on another row one of the three is wrong: each is a mean over all columns",
)
### END HIDDEN TESTS
checks.passed("lab2-q1")

# %% [markdown]
# ### Exercise 2: the choice changes the ranking
# **5 min · core · 2 points.** `X` and `X_hat` are tables of numbers (lists of rows or arrays) of equal shape. Return the row numbers, counted from 0,
# from the most to the least anomalous. `how` is "mae" or "mse".
# <details><summary>Hint 1</summary>One error per row: `.mean(axis=1)`.</details>
# <details><summary>Hint 2</summary>`np.argsort` sorts upwards; you need the largest error first.</details>


# %% exercise="lab2-q2"
def most_anomalous(X, X_hat, how):
    """Return the row numbers, the largest error first."""
    ### BEGIN SOLUTION
    gap = np.asarray(X, dtype=float) - np.asarray(X_hat, dtype=float)
    each = np.abs(gap).mean(axis=1) if how == "mae" else (gap**2).mean(axis=1)
    return np.argsort(-each)
    ### END SOLUTION


# %% check="lab2-q2" points=2
rows = [[0, 0, 0, 0, 0], [1, 1, 1, 1, 1], [0, 0, 3, 0, 0]]
rebuilt = [[0, 0, 0, 0, 0.1], [0, 0, 0, 0, 0], [0, 0, 6, 0, 0]]
by_mae, by_mse = most_anomalous(rows, rebuilt, "mae"), most_anomalous(rows, rebuilt, "mse")
checks.expect_shape(by_mae, (3,), "return one row number per row, not one per column")
checks.expect_shape(by_mse, (3,), "return one row number per row, not one per column")
checks.expect(
    sorted(np.asarray(by_mae).tolist()) == [0, 1, 2],
    "return the numbers of the rows, not their errors",
)
checks.expect(
    np.asarray(by_mae).tolist()[0] != 0, "row 0 has the smallest error: the largest comes first"
)
hint = "row 2 is off by -3: drop the sign of each difference before the mean"
checks.expect(np.asarray(by_mae).tolist() != [1, 0, 2], hint)
checks.expect_close(by_mae, [1, 2, 0], "by MAE row 1 leads: it is 1 off in each of five columns")
checks.expect_close(
    by_mse, [2, 1, 0], "by MSE row 2 leads: squared, its single -3 counts 9, against 5 for row 1"
)
other = np.array([[-4.0, 0.0], [1.0, 1.0], [5.0, 5.0]])
remade = np.array([[0.0, 0.0], [0.0, 0.0], [5.0, 4.0]])
hint = "compare with the reconstruction, and drop the sign of each difference before the mean"
checks.expect_close(most_anomalous(other, remade, "mae"), [0, 1, 2], hint)
### BEGIN HIDDEN TESTS
many, made = checks.hidden_rng().normal(size=(2, 30, 6))
for how, power in (("mae", 1), ("mse", 2)):
    checks.expect_close(
        most_anomalous(many, made, how),
        np.argsort(-(np.abs(many - made) ** power).mean(axis=1)),
        "30 other rows come in a wrong order: sort by the mean error of the row, the largest first",
    )
### END HIDDEN TESTS
checks.passed("lab2-q2")

# %% [markdown]
# Neither order is "right". MAE puts a row first that is a little odd everywhere, MSE one that is very odd in one place. An
# attack may be either, so the measure is part of the detector. Section 7 has a third measure.

# %% [markdown] slide="slide"
# ## 3 The data, cut by job
#
# KDD99 as in the challenge of Lab 1: exact copies are removed, because a copy in training *and* test flatters every
# detector.

# %% locked="lab2-data"
data = datasets.load("kdd99")
unique = ~data.X.assign(label=data.y).duplicated()
X, y = data.X[unique].reset_index(drop=True), data.y[unique].reset_index(drop=True)
attack = datasets.is_attack(y)
print(f"{len(y):,} of {len(data.y):,} rows are left; {attack.mean():.0%} of them are attacks.")

# %% [markdown]
# Four groups of rows, four jobs. **Training** and **calibration** hold normal rows only; the network never sees the second.
# The small **validation** set has labels: some rules need it. The **test** rows are for the end. Attacks outside the
# test part wait in a reserve.

# %% locked="lab2-jobs"
rng = np.random.default_rng(rt.seed)
normal_rows = rng.permutation(np.flatnonzero(attack == 0))[:75_000]
attack_rows = rng.permutation(np.flatnonzero(attack == 1))
cuts = (np.array([0.40, 0.67, 0.75]) * len(normal_rows)).astype(int)
train, calibration, valid_normal, test_normal = np.split(normal_rows, cuts)
reserve, test_attacks = np.array_split(attack_rows, 2)
jobs = {"training": train, "calibration": calibration, "validation, normal": valid_normal}
jobs |= {"test, normal": test_normal, "test, attacks": test_attacks, "reserve of attacks": reserve}
sizes = pd.Series({job: len(rows) for job, rows in jobs.items()}, name="rows")
data.show(sizes.to_frame(), "Rows by job; no row has two jobs").format("{:,}")

# %% [markdown] slide="subslide"
# ### Your choice: 1 % or 5 % attacks
#
# How rare are attacks in the traffic that you guard? Agree with your partner: one takes 0.01, the other 0.05. The network is the
# same for both, because it is trained on normal rows only. All figures of the test will differ.
#
# Nine of ten unique attack rows of this file are of one type, the flood `neptune`. Drawn at random, the test would ask one question ninety times.
# So attacks are drawn **in turns**: one of each family, and within a family one of each type, until there are enough. Small families run out.

# %%
my_share = 0.01  # or 0.05
family = datasets.attack_family(y).astype(str).to_numpy()


def at_share(normal, attacks, share):
    """Return all `normal` rows and so many `attacks`, drawn in turns, that they are `share`."""
    size = round(len(normal) * share / (1 - share))
    drawn = resampling.in_turns(family[attacks], y.iloc[attacks], size=size, seed=rt.seed)
    rows = np.sort(np.concatenate([normal, attacks[drawn]]))
    return rows, attack[rows]


valid, y_valid = at_share(valid_normal, reserve, my_share)
test, y_test = at_share(test_normal, test_attacks, my_share)
print(
    f"validation: {len(valid):,} rows, {y_valid.sum()} attacks; test: {len(test):,} rows, of them"
)
print(pd.Series(family[test]).value_counts().to_dict())

# %% [markdown] slide="slide"
# ### Scaling, and why log1p
#
# A network adds columns up. Without scaling, the column with the largest numbers decides alone. Bytes run from
# zero to hundreds of millions: even after division by the standard deviation, a few giant rows press all others together.
# **log1p**, the logarithm of 1 + x, keeps zero at zero and turns *times ten* into *plus 2.3*.

# %% slide="subslide"
plots.use_course_style(data.source)
sent = X["src_bytes"].iloc[train].to_numpy(float)
fig, axes = plt.subplots(1, 2, figsize=(10, 3.4))
for ax, values, name in zip(axes, (sent, np.log1p(sent)), ("as it is", "after log1p"), strict=True):
    scaled = (values - values.mean()) / values.std()
    ax.hist(scaled, bins=60, color=plots.style.NORMAL)
    ax.set_yscale("log")
    title = f"src_bytes {name}: largest {scaled.max():.0f}"
    plots.finish(ax, title, "standard deviations from the mean", "normal training rows")

# %% [markdown]
# You see the same column, standardised in both pictures. On the left nearly all rows share one bar and a few
# lie far away; on the right the column has a shape that a network can learn.

# %% [markdown]
# ### Exercise 3: squash a column
# **5 min · core · 2 points.** `train` and `new` are lists or arrays of numbers, zero or larger. Take log1p of both, standardise `new` with the mean
# and the standard deviation of the logarithms **of `train`**, and cut the result off at -10 and +10. Return an array.
# <details><summary>Hint 1</summary>`np.log1p` works on whole arrays.</details>
# <details><summary>Hint 2</summary>`np.clip(values, -10, 10)` cuts off; it comes last.</details>


# %% exercise="lab2-q3"
def squash(train, new):
    """Return `new` after log1p, standardised by `train`, cut off at 10."""
    ### BEGIN SOLUTION
    train, new = np.log1p(np.asarray(train, float)), np.log1p(np.asarray(new, float))
    return np.clip((new - train.mean()) / train.std(), -10, 10)
    ### END SOLUTION


# %% check="lab2-q3" points=2
seen = np.exp([1.0, 2.0, 3.0, 4.0]) - 1  # their log1p is 1, 2, 3, 4
answer = squash(seen, seen[:2])
checks.expect_shape(answer, (2,), "return one number for each value of new")
answer, wanted = np.asarray(answer, float), (np.array([1.0, 2.0]) - 2.5) / np.std([1, 2, 3, 4])
hint = (
    "this is the mean and spread of new; use those of train, or each batch gets a scale of its own"
)
checks.expect(not np.allclose(answer, [-1.0, 1.0]), hint)
hint = (
    "take log1p first, then subtract the mean of the logarithms of train and divide by their spread"
)
if not np.allclose(answer, wanted * 0.75**0.5):  # divided by n - 1, as pandas does: right as well
    checks.expect_close(answer, wanted, hint)
hint = "a giant value must be cut off at 10, after scaling"
checks.expect_close(squash([0, 1, 3, 7], [1e30]), [10.0], hint)
hint = "a value far below must be cut off at -10 as well"
checks.expect_close(squash([1000, 1001, 1002], [0]), [-10.0], hint)
zero = np.asarray(squash([0, 1, 3], [0.0]), float)
checks.expect(np.isfinite(zero).all(), "zero must stay a number: log1p(0) is 0")
### BEGIN HIDDEN TESTS
hidden = checks.hidden_rng()
seen, more = hidden.lognormal(3, 1, 40), hidden.lognormal(3, 2, 20)
answer = squash(seen, more)
checks.expect_shape(answer, (20,), "return one number for each value of new")
logs, spreads = np.log1p(seen), [np.log1p(seen).std(ddof=ddof) for ddof in (0, 1)]
wanted = [np.clip((np.log1p(more) - logs.mean()) / spread, -10, 10) for spread in spreads]
checks.expect(
    any(np.allclose(np.asarray(answer, float), one) for one in wanted),
    "on other values the result is wrong: log1p, then mean and spread of train, then the limits",
)
### END HIDDEN TESTS
checks.passed("lab2-q3")

# %% [markdown]
# `features.make_encoder` does this for each column with a heavy tail, and gives each category a column of its own
# (one-hot). It is fitted on the training rows only.

# %% locked="lab2-matrices"
encoder = features.make_encoder().set_output(transform="pandas").fit(X.iloc[train])
M_train, M_calibration = (encoder.transform(X.iloc[rows]) for rows in (train, calibration))

# %%
M_valid, M_test = (encoder.transform(X.iloc[rows]) for rows in (valid, test))
numeric = list(encoder.numeric_columns_)
print(f"{X.shape[1]} features became {M_train.shape[1]} columns, {len(numeric)} of them numeric.")

# %% [markdown]
# How much is scaling worth? Take a detector without any network: a row is odd when its fifth **nearest** training row is far
# away. The same numeric columns, three scales.

# %% slide="subslide"
raw_train, raw_test = (X.iloc[rows][numeric].to_numpy(float) for rows in (train, test))
mean, spread = raw_train.mean(axis=0), raw_train.std(axis=0)
spread[spread == 0] = 1.0
forms = {"as they are": (raw_train, raw_test)}
forms["standardised"] = tuple((rows - mean) / spread for rows in (raw_train, raw_test))
forms["log1p, standardised, cut off"] = M_train[numeric].to_numpy(), M_test[numeric].to_numpy()
ranks = {}
for name, (known, new) in forms.items():
    nearest = NeighborsDetector(k=5).fit(known[:10_000])
    ranks[name] = evaluation.ranking(y_test, nearest.anomaly_score(new))
caption = "Distance to the fifth nearest of up to 10,000 rows"
data.show(pd.DataFrame(ranks).T, caption).format("{:.3f}")

# %% [markdown]
# Compare the first row with the others: the same detector and the same rows, only the scale differs. Without scaling the
# distance is a distance in bytes, and all other columns are silent. **Preprocessing comes before the choice of a model.**

# %% [markdown] slide="slide"
# ## 4 Build it
#
# The encoder is given. Each output of a `Dense` layer is a weighted sum of all its inputs plus an offset. `relu` sets
# negative numbers to zero and so bends the function; without bends, many layers are no better than one.

# %%
n_columns, n_latent, n_epochs = M_train.shape[1], 8, 20


def build_encoder(n_columns, n_latent):
    """Return a Keras model from a row to its place in the latent space."""
    return keras.Sequential(
        [
            keras.Input((n_columns,)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(n_latent),
        ]
    )


print(
    f"{n_columns} columns -> {n_latent} numbers: {build_encoder(n_columns, n_latent).count_params():,} weights"
)

# %% [markdown]
# ### What training does
#
# Keras starts with random weights and takes a **batch** of rows. It computes the **loss**, here the MSE between output
# and target, and its slope for each weight; then all weights move one small step downhill. The **optimizer** chooses the
# size of the step; `"adam"` is a common one. One pass over all rows is an **epoch**.
#
# ```python
# model = keras.Sequential([part_one, part_two])  # one after the other
# model.compile(optimizer="adam", loss="mse")
# model.fit(inputs, targets, epochs=3, batch_size=64, verbose=0)  # verbose=0: no progress bar
# outputs = model.predict(inputs, verbose=0)
# ```
#
# In most models, inputs and targets differ. In an autoencoder, each row is its own target.

# %% [markdown]
# ### Exercise 4: the decoder
# **15 min · core · 4 points.** Write `build_decoder`, the mirror of the encoder. In `train_network` join both (`keras.Sequential([a, b])`), compile with
# the optimizer "adam" and the loss "mse", and `fit`: input **and** target are `M_train`, and no other rows. Use `n_epochs`,
# `batch_size=256`, `verbose=0`. `reconstruct(X)` returns the rebuilt rows of a table like `M_test`, as an array. Other sizes and bends will do, but not a
# matrix without bends (PCA, `0.9 * X`). The check tells a network that has seen attacks. Calibration or test rows that were only mixed in leave too faint a
# trace for it: keep them out all the same.
# <details><summary>Hint 1</summary>The sizes run backwards: latent, 32, 64, columns.</details>
# <details><summary>Hint 2</summary>Standardised columns are often negative: what does `relu` do to the last layer?</details>
# <details><summary>Hint 3</summary>`my_network.predict(X, verbose=0)` gives the rebuilt rows.</details>


# %% exercise="lab2-q4"
def build_decoder(n_latent, n_columns):
    """Return a Keras model from the latent space back to a row."""
    ### BEGIN SOLUTION
    back = [keras.layers.Dense(units, activation="relu") for units in (32, 64)]
    return keras.Sequential([keras.Input((n_latent,)), *back, keras.layers.Dense(n_columns)])
    ### END SOLUTION


def train_network():
    """Return encoder and decoder, joined and trained to rebuild the rows of M_train."""
    keras.utils.set_random_seed(rt.seed)
    ### BEGIN SOLUTION
    parts = [build_encoder(n_columns, n_latent), build_decoder(n_latent, n_columns)]
    network = keras.Sequential(parts)
    network.compile(optimizer="adam", loss="mse", jit_compile=False, steps_per_execution=8)
    network.fit(M_train, M_train, epochs=n_epochs, batch_size=256, verbose=0)
    return network
    ### END SOLUTION


def reconstruct(X):
    """Return the rebuilt rows of `X`; the trained network is `my_network`."""
    ### BEGIN SOLUTION
    return my_network.predict(X, batch_size=4096, verbose=0)
    ### END SOLUTION


my_network = train_network()

# %% check="lab2-q4" points=4
rebuilt = reconstruct(M_calibration)
hint = "reconstruct returns one row with all columns for each row of its input"
checks.expect_shape(rebuilt, M_calibration.shape, hint)
rebuilt, rows = np.asarray(rebuilt, float), M_calibration.to_numpy()
checks.expect(np.isfinite(rebuilt).all(), "some values are no numbers; did the training diverge?")
few, remade = M_calibration.iloc[:300], rebuilt[:300]
hint = "reconstruct must compute its answer from the rows that it is given, each row by itself"
checks.expect_close(reconstruct(few.iloc[::-1]), remade[::-1], hint, tolerance=1e-3)
hint = "a table of one row must give one row"
checks.expect_shape(reconstruct(few.iloc[:1]), (1, M_calibration.shape[1]), hint)
spread = ((rows - M_train.to_numpy().mean(axis=0)) ** 2).sum()
left = ((rows - rebuilt) ** 2).sum() / spread
hint = "rows rebuilt without any loss did not pass through the bottleneck; return what the network makes of them"
checks.expect(left > 0.001, hint)


def rebuild(numbers):
    return reconstruct(pd.DataFrame(numbers, columns=M_calibration.columns))


# Of networks 0.13 to 0.38 in both modes, of a matrix 0 (see probes.bend).
hint = "half-way between two rows it gives the half-way of what it gives for both: that is a matrix (PCA, 0.9 * X), and no network with bends"
checks.expect(probes.bend(rebuild, rows[:300]) > 0.01, hint)
ranks = np.median(probes.jacobian_ranks(rebuild, rows[:20]))
hint = "small changes of a row change nothing in what is rebuilt: a network's answer moves with its row"
checks.expect(ranks >= 1, hint)
hint = "rows that hardly differ are rebuilt in another way: return what the network makes of them"
checks.expect_close(reconstruct((few + 1e-4).astype("float32")), remade, hint, tolerance=2e-2)
hint = "more than 8 numbers of a row pass through: every way from row to rebuilt row must lead through the bottleneck"
checks.expect(ranks <= 12, hint)  # at a kink of the network a rank comes out larger
hint = "rebuilt values stay inside a limited range; the last layer must give any number, so no activation there"
# Decoders of sigmoids reach least far: in fast mode -1.39 and 0.18 (mean, standard deviation), and 1.38
# and 0.27, too near to the 1 of a last tanh; in full mode to -5 and 6.
checks.expect(rebuilt.min() < -0.3 and (rt.fast or rebuilt.max() > 1.2), hint)
# Each limit below is mean -+ 3 standard deviations of clean networks: in fast mode five decoders (32-64,
# 64-32, 128-128, tanh, sigmoid), ten seeds each; in full mode all but tanh, eight seeds on real and
# five on generated data. Where the 3 deviations of one decoder alone reach farther, they count.
# Fast: real 0.36 and 0.19, generated 0.37 and 0.19 (sigmoid 0.73, others up to 0.34); full: 0.065 and
# 0.045, 0.077 and 0.044. So in fast mode this tells only a network that has hardly learned.
limit = 0.94 if rt.fast else 0.21
hint = f"on unseen normal rows less than {limit:.1%} of the spread should be left unexplained; train on (M_train, M_train)"
checks.expect(left < limit, hint)
# Error at floods over that at normal rows, 3 deviations of its logarithm below the mean: fast: real 41,
# generated 35; full: 265 and 175. One attack in a hundred training rows: 8 and less; full 14 (real).
floods = reserve[y.iloc[reserve].to_numpy() == "neptune"][:300]
floods = encoder.transform(X.iloc[floods])
odd = np.median(((floods.to_numpy() - np.asarray(reconstruct(floods), float)) ** 2).mean(axis=1))
usual = np.median(((rows - rebuilt) ** 2).mean(axis=1))
hint = "floods of half-open connections (neptune) are rebuilt nearly as well as normal rows: the network has seen attacks, so fit it on M_train alone"
checks.expect(odd > (30 if rt.fast else 120) * usual, hint)
# Mean error at calibration rows over that at training rows. Fast: real 1.11 and 0.057, generated 1.07
# and 0.055; full: 1.05 and 0.047, 1.04 and more. M_calibration twice instead of M_train: 0.84 to 0.89;
# beside M_train 0.97 to 1.03, which cannot be told.
hint = (
    "rows of {} are rebuilt better than rows that a network has never seen: fit it on M_train alone"
)
own = ((M_train.to_numpy() - np.asarray(reconstruct(M_train), float)) ** 2).mean()
kept = ((rows - rebuilt) ** 2).mean()
checks.expect(kept / own > 0.90, hint.format("M_calibration"))
# The same at normal test rows over calibration rows. Fast: real 0.915 and 0.042 (128-128: 0.850 and
# 0.047), generated 0.968 and 0.047 (0.963 and 0.058); full: 1.20 and 0.056, 0.974 and 0.029. Test rows
# six times in training: 0.51 to 0.56, 0.67 to 0.73; once or thrice 0.61 to 0.94: cannot be told.
fresh = encoder.transform(X.iloc[test_normal])
fresh = ((fresh.to_numpy() - np.asarray(reconstruct(fresh), float)) ** 2).mean()
least = (0.70 if rt.fast else 1.03) if data.source == "real" else (0.78 if rt.fast else 0.88)
checks.expect(fresh / kept > least, hint.format("the test"))
### BEGIN HIDDEN TESTS
hidden = checks.hidden_rng()
order = hidden.permutation(len(rows))[:300]
checks.expect_close(
    reconstruct(M_calibration.iloc[order]),
    rebuilt[order],
    "reconstruct must compute its answer from the rows that it is given",
    tolerance=1e-3,
)
near = M_calibration.iloc[order] + hidden.normal(0, 1e-4, (len(order), rows.shape[1]))
checks.expect_close(
    reconstruct(near.astype("float32")),
    rebuilt[order],
    "rows that hardly differ are rebuilt in another way: return what the network makes of them",
    tolerance=2e-2,
)
checks.expect(
    np.median(probes.jacobian_ranks(rebuild, rows[order[:20]])) <= 12,
    "at other rows more numbers pass through than the bottleneck holds",
)
### END HIDDEN TESTS
checks.passed("lab2-q4")

# %% [markdown] slide="slide"
# ## 5 Train it, and watch
#
# The library's `AutoencoderDetector` is the same idea with two additions. It keeps back a tenth of the training rows and
# reports the error on them after each epoch. It also trains with **swap noise**: some values of a row are replaced
# by those of another row, and the network must rebuild the original.

# %%
started = time.perf_counter()
detector = AutoencoderDetector(
    hidden=(64, 32), latent=n_latent, swap_noise=0.05, epochs=n_epochs, batch_size=256, seed=rt.seed
)
detector.fit(M_train)
seconds = time.perf_counter() - started
print(f"{len(M_train):,} normal rows, {len(detector.history_['loss'])} epochs, {seconds:.1f} s")

# %% slide="subslide"
ax = plots.training_curves(detector.history_)

# %% [markdown]
# You see the error fall, fast at first. The dashed curve may lie below the other one, because noise is added to training rows only.
# As long as both fall, the network learns habits. If the dashed one turns upwards while the other falls, the network
# memorises single rows: time to stop. The tool TensorBoard shows such curves during a long training; here a figure is enough.

# %% [markdown] slide="slide"
# ## 6 What does it fail to rebuild?
#
# The plain score of a row is the mean of its squared residual, called **l2**.

# %% slide="subslide"
residuals = {"calibration": M_calibration.to_numpy() - detector.reconstruct(M_calibration)}
residuals["test"] = M_test.to_numpy() - detector.reconstruct(M_test)
family_test = family[test]
plain = (residuals["test"] ** 2).mean(axis=1)
ax = plots.score_curves(
    plain,
    family_test,
    title="Share of each family above each error",
    xlabel="mean squared error (logarithmic axis)",
)

# %% [markdown]
# You see a line for each family. A threshold is an upright line: where it crosses the thick line of normal rows you read its false-alarm rate, where it crosses
# the others what it finds of each family. A family whose line stays high while that of the normal rows has fallen is easy. Where a line runs along that of the
# normal rows, no threshold separates the two. A line with steps is a family of few rows.

# %% slide="subslide"
errors_by_type = pd.DataFrame({"type": y.iloc[test].astype(str).to_numpy(), "error": plain})
by_type = errors_by_type.groupby("type")["error"].agg(rows="size", median="median", largest="max")
above = errors_by_type["error"] > np.median(plain[y_test == 0])
by_type["above the normal median"] = above.groupby(errors_by_type["type"]).mean()
by_type = by_type.sort_values("median", ascending=False)
data.show(by_type, "Mean squared error by type").format("{:,.3g}")

# %% [markdown]
# Compare the medians with that of `normal`, and the largest error of `normal` with the medians of the attacks. The network did not
# learn what an attack is: some types are far from all that it can rebuild, others are close to it.

# %% [markdown] slide="slide"
# ## 7 Three scores, one network
#
# The residual is a vector with one number for each column. How do you make one number of it?
#
# - **l2**: mean of the squares; **l1**: mean of the absolute values (section 2).
# - **whitened**: some columns are hard to rebuild even for normal rows, and errors go together. The **covariance matrix**
#   of normal residuals holds both: on its diagonal the variance of each column, elsewhere how much two columns rise
#   and fall together. The **Mahalanobis distance** measures a residual in units of this usual spread, in each direction.
#   With one column it is the number of standard deviations from the mean.

# %% slide="subslide"
usual = pd.DataFrame(residuals["calibration"], columns=M_train.columns)
usual = usual[list(datasets.schema.FEATURE_GROUPS["time traffic"])]
low, high = usual.quantile(0.01), usual.quantile(0.99)
together = usual.clip(low, high, axis=1).corr().fillna(0).to_numpy(copy=True)
np.fill_diagonal(together, 0)
pair = list(usual.columns[list(np.unravel_index(np.abs(together).argmax(), together.shape))])
inside = ((usual >= low) & (usual <= high))[pair].all(axis=1)
ax = teaching.residual_cloud(usual.loc[inside, pair])

# %% [markdown]
# You see the residuals of normal rows in two columns whose errors go together (without the largest and smallest 1 % of
# each). The triangle is a made-up row in the direction in which the cloud is narrow. All points on the circle have
# its plain error, all points on the ellipse its whitened error; the title counts the normal rows outside each. The
# whitened score calls the triangle odder, because it knows which direction is unusual.

# %% [markdown]
# ### Exercise 5: whiten the residuals
# **8 min · core · 3 points.** Both arguments are arrays of residuals, one row each. Take mean m and covariance C of `normal`, add 0.001 to the diagonal of C
# (a column without any error would divide by zero), and return for each row r of `new` the distance √((r - m)ᵀ C⁻¹ (r - m)).
# <details><summary>Hint 1</summary>`np.cov(normal, rowvar=False)`; `0.001 * np.eye(k)` is a diagonal.</details>
# <details><summary>Hint 2</summary>`z = np.linalg.solve(C, (new - m).T).T` holds C⁻¹ (r - m) in its rows.</details>
# <details><summary>Hint 3</summary>`((new - m) * z).sum(axis=1)` is the square of each distance.</details>


# %% exercise="lab2-q5"
def whitened_score(normal, new):
    """Return the Mahalanobis distance of each row of `new` from the rows of `normal`."""
    ### BEGIN SOLUTION
    normal, new = np.asarray(normal, float), np.asarray(new, float)
    covariance = np.cov(normal, rowvar=False) + 0.001 * np.eye(normal.shape[1])
    away = new - normal.mean(axis=0)
    return np.sqrt((away * np.linalg.solve(covariance, away.T).T).sum(axis=1))
    ### END SOLUTION


# %% check="lab2-q5" points=3
square = np.array([[3.0, 0.0, 1.0], [0.0, 1.0, 4.0], [1.0, 1.0, 0.0]])  # as many rows as columns
answer = whitened_score(square, square[:1])
checks.expect_shape(answer, (1,), "return one distance for each row of new")
away = square[:1] - square.mean(axis=0)
across = np.sqrt((away @ np.linalg.inv(np.cov(square) + 0.001 * np.eye(3)) * away).sum())
hint = "np.cov takes each row for a column, unless you write rowvar=False"
checks.expect(not np.allclose(np.asarray(answer, float), across, rtol=0.02), hint)
cloud = np.array([[2.0, 2.1], [-2.0, -1.9], [1.0, 0.9], [-1.0, -1.1]])
points = np.array([[2.0, 2.0], [1.0, -1.0], [0.0, 0.0]])
answer = whitened_score(cloud, points)
checks.expect_shape(answer, (3,), "return one distance for each row of new")
answer = np.asarray(answer, float)
hint = "(1, -1) goes against the habit of the cloud and must be further than (2, 2); use the whole covariance, not only the spread of each column"
checks.expect(answer[1] > answer[0], hint)
there, by_n = np.array([1.0953, 16.1585, 0.0]), np.array([1.2647, 18.265, 0.0])
hint = "this is the square of the distance; take the root"
checks.expect(not np.allclose(answer, there**2, rtol=0.02, atol=1e-3), hint)
close = [np.allclose(answer, wanted, rtol=0.02, atol=0.02) for wanted in (there, by_n)]
checks.expect(any(close), "use C plus 0.001 on its diagonal")  # C divided by n - 1, or by n
hint = "a shift of all residuals changes no distance: subtract their mean, that of normal"
checks.expect_close(whitened_score(cloud + 5, points + 5), answer, hint, tolerance=1e-2)
hint = "one row came alone and is told another distance: take mean and covariance of normal, not of new"
checks.expect_close(whitened_score(cloud, points[:1]), answer[:1], hint, tolerance=1e-2)
shifted = np.hstack([cloud + 5, np.zeros((4, 1))])
hint = "the centre of the normal residuals has distance 0: subtract their mean"
checks.expect_close(whitened_score(shifted, np.array([[5.0, 5.0, 0.0]])), [0.0], hint)
hint = "a column without any spread must do no harm: add 0.001 to the whole diagonal"
other = whitened_score(shifted, np.array([[5.0, 5.0, 1.0]]))
checks.expect_close(other, [1000**0.5], hint, tolerance=1e-2)
### BEGIN HIDDEN TESTS
hidden = checks.hidden_rng()
many = hidden.normal(size=(300, 3)) @ hidden.normal(size=(3, 3)) + hidden.normal(0, 3, 3)
away, C = many[:20] * 1.5 - many.mean(axis=0), np.cov(many, rowvar=False) + 0.001 * np.eye(3)
checks.expect_close(
    whitened_score(many, many[:20] * 1.5),
    np.sqrt((away @ np.linalg.inv(C) * away).sum(axis=1)),
    "in another cloud the distances are wrong: mean and covariance are those of normal",
    tolerance=2e-2,
)
### END HIDDEN TESTS
checks.passed("lab2-q5")

# %% [markdown] slide="subslide"
# ### The comparison
#
# The library has all three as `anomaly_score(X, kind=...)`. Nothing is trained again. (Its whitened score is the square of your
# distance, divided by the number of columns. That changes no order.)

# %% slide="subslide"
kinds = ("l2", "l1", "whitened")
scores = {kind: detector.anomaly_score(M_test, kind=kind) for kind in kinds}
by_kind = pd.DataFrame({kind: evaluation.ranking(y_test, s) for kind, s in scores.items()}).T
for kind in kinds:
    limit = thresholds.percentile(detector.anomaly_score(M_calibration, kind=kind), q=99.0)
    figures = evaluation.summary(y_test, scores[kind], limit)
    by_kind.loc[kind, ["recall", "precision"]] = figures[["recall", "precision"]]
caption = f"The same network at {my_share:.0%} attacks; 99th percentile of the calibration rows"
data.show(by_kind, caption).format("{:.3f}")

# %% slide="subslide"
fig, ax = plt.subplots(figsize=(7, 4.2))
for kind in kinds:
    plots.precision_recall(y_test, scores[kind], ax=ax, label=kind)
best = by_kind["average_precision"].idxmax()
ax = plots.finish(ax, f"Highest average precision: {best}", "recall", "precision")

# %% [markdown]
# You see precision against recall of the three scores. The network is one and the same, so each gap between the curves comes from
# the way in which a residual becomes one number. Where two curves cross, the better score depends on the recall that you
# need. Whether a lead is one of the score or of this network, section 8 asks.

# %% [markdown] slide="slide"
# ## 8 Is the network needed? And was it luck?
#
# Compare with detectors that have no network: the Mahalanobis distance of the *rows*, the distance to the fifth nearest
# training row, and an **isolation forest** (random cuts; a row that is soon alone is odd).

#
# A network starts from random weights, a forest from random cuts. So each is trained with three seeds, and the table shows the lowest and the highest figure.
# All are cut by one rule, the 99th percentile of their calibration scores. **Macro recall** is the mean of the recalls of the families: a family of
# twenty rows counts as much as one of sixty.

# %%
contest = {
    "Mahalanobis": [MahalanobisDetector()],
    "5 nearest rows": [NeighborsDetector(k=5)],
    "isolation forest": [IsolationForestDetector(seed=seed) for seed in range(3)],
}
options = {"latent": n_latent, "swap_noise": 0.05, "epochs": n_epochs, "batch_size": 256}
networks = [detector] + [AutoencoderDetector(hidden=(64, 32), seed=n, **options) for n in (1, 2)]
for fresh in networks[1:]:
    fresh.fit(M_train)
rankings = {
    (f"autoencoder, {kind}", n): tuple(
        network.anomaly_score(rows, kind=kind) for rows in (M_calibration, M_test)
    )
    for n, network in enumerate(networks)
    for kind in kinds
}
for name, rivals in contest.items():
    for n, rival in enumerate(rivals):
        rival.fit(M_train)
        rankings[name, n] = rival.anomaly_score(M_calibration), rival.anomaly_score(M_test)

# %%
guess = None  # your guess: the highest minus the lowest average precision of "autoencoder, l2", over three seeds

# %% slide="subslide"
one_rule = evaluation.Comparison(
    thresholds.percentile,
    {f"{name} {n}": ranking for (name, n), ranking in rankings.items()},
    names=y.iloc[test],
    known=[],
    families=family_test,
    options={"q": 99.0},
)
each = one_rule.table()[["macro_recall", "false_alarms"]].set_axis(list(rankings))
each["average_precision"] = [
    evaluation.ranking(y_test, new)["average_precision"] for _, new in rankings.values()
]
each.index = [name for name, _ in each.index]
versus = (
    each.groupby(level=0, sort=False).agg(["min", "max"]).drop(columns=[("false_alarms", "min")])
)
data.show(versus, "Six detectors, the same encoded rows, lowest and highest of the seeds").format(
    "{:.3f}"
)

# %%
low_high = versus.loc["autoencoder, l2", "average_precision"]
guesses.compare(guess, low_high["max"] - low_high["min"], "Highest minus lowest seed")

# %% slide="subslide"
by_family = one_rule.by_family().T.set_axis([name for name, _ in rankings])
by_family = by_family.groupby(level=0, sort=False).mean()
data.show(by_family, "Recall by family, mean of the seeds").format("{:.2f}")

# %% [markdown]
# Compare two detectors by their ranges: where the ranges overlap, one seed would have told you the one story, another seed the other. Then look by family:
# a detector may lead in one and be last in another, and a different mix of attacks turns the order round. What holds here for each seed is worth telling; the
# rest is not.
#
# With good preprocessing, simple detectors come close and are sometimes better: always run
# one. The network has other uses: a latent space (section 12) and a residual for each column (section 14).

# %% [markdown] slide="slide"
# ## 9 The threshold
#
# A score is not an alert. A rule for the threshold needs something to look at: **normal rows** that the network has not been trained on, or
# new scores **without labels**, or a small **labelled** validation set. It never needs test labels, because in service there are none.

# %% slide="subslide"
whitened = scores["whitened"]
scores_calibration = detector.anomaly_score(M_calibration, kind="whitened")
scores_valid = detector.anomaly_score(M_valid, kind="whitened")
rules = thresholds.table().style.hide(axis="index")
rules.set_caption("Rules of anomaly_labs.thresholds, by what they need")

# %% [markdown]
# In words: **mean + k·sd** and the **percentile** look at normal scores. **MAD** (median absolute deviation) and **IQR** (the middle half)
# measure spread so that a few outliers do no harm. **POT** (peaks over threshold) fits a curve to the largest scores. A **Gaussian mixture** looks for two
# peaks in the scores. **Conformal** p-values are the subject of section 11. **F1**, **Youden** (recall minus false-alarm rate) and **cost** try all thresholds
# on labelled rows.

# %% [markdown]
# ### Exercise 6: a threshold from normal rows
# **4 min · core · 2 points.** Return a threshold so that the share `rate` of `scores_normal` (a list or an array) lies above it. `rate` is a share: 0.05 means five
# alerts per hundred normal rows.
# <details><summary>Hint 1</summary>If five of a hundred lie above, 95 of a hundred lie below.</details>
# <details><summary>Hint 2</summary>`np.quantile` takes shares (0.95), `np.percentile` takes per cent (95).</details>


# %% exercise="lab2-q6"
def threshold_for(scores_normal, rate):
    """Return a threshold that the share `rate` of the normal scores exceeds."""
    ### BEGIN SOLUTION
    return float(np.quantile(np.asarray(scores_normal, float), 1 - rate))
    ### END SOLUTION


# %% check="lab2-q6" points=2
hundred = np.random.default_rng(6).permutation(np.arange(1.0, 101.0)) ** 2
answer = threshold_for(hundred, 0.05)
checks.expect_between(answer, -np.inf, np.inf, "return one number, the threshold")
flagged = (
    int((hundred > float(answer)).sum())
    if isinstance(answer, int | float | np.number | np.ndarray)
    else -1
)
checks.expect(flagged >= 0, "return one number, the threshold")
checks.expect(
    flagged != 95, "95 of 100 normal rows raise an alert: this is the other end of the scores"
)
checks.expect(
    flagged < 95,
    "nearly all normal rows raise an alert: quantile takes shares, percentile takes per cent",
)
hint = "an alert is a score above the threshold: the fifth largest score itself is none, so four are left"
checks.expect(float(answer) != 96.0**2, hint)
hint = "with rate=0.05, five of these hundred scores must lie above the threshold"
checks.expect_close(flagged, 5, hint)
hint = "with rate=0.5 half of the hundred must lie above: use the argument rate"
checks.expect_close(int((hundred > float(threshold_for(hundred, 0.5))).sum()), 50, hint)
### BEGIN HIDDEN TESTS
hidden = checks.hidden_rng()
skewed, wanted = list(np.exp(hidden.normal(0, 2, 1_000))), int(hidden.choice([10, 20, 50]))
alerts = int((np.array(skewed) > float(threshold_for(skewed, wanted / 1_000))).sum())
checks.expect_close(
    alerts, wanted, "scores are skewed: count rows instead of mean and standard deviation"
)
### END HIDDEN TESTS
checks.passed("lab2-q6")

# %% [markdown] slide="slide"
# ### All rules at work
#
# One function per rule, each with what it is allowed to see. The last row is an **oracle**: it looks at the test labels. Nobody has
# them in service; it shows what the scores would allow at best, and it raises no alert in this lab. A rule that cannot work with
# these scores says so in a warning.

# %%
new = whitened  # test scores, without their labels
values = {
    "percentile": thresholds.percentile(scores_calibration, q=99.0),
    "mean_std": thresholds.mean_std(scores_calibration, k=3.0),
    "mean_std, log": thresholds.mean_std(scores_calibration, k=3.0, log=True),
    "mad": thresholds.mad(new, log=True),
    "iqr": thresholds.iqr(new, log=True),
    "pot": thresholds.pot(scores_calibration, risk=0.001),
    "conformal_bh": thresholds.conformal_bh(scores_calibration, new, fdr=0.1),
    "gaussian_mixture": thresholds.gaussian_mixture(new),
    "f1_optimal": thresholds.f1_optimal(scores_valid, y_valid),
    "youden": thresholds.youden(scores_valid, y_valid),
}
for miss in (5.0, 500.0):  # a false alarm costs 1
    values[f"cost_based, {miss:g}"] = thresholds.cost_based(
        scores_valid, y_valid, cost_false_alarm=1.0, cost_miss=miss
    )
oracle = thresholds.f1_optimal(whitened, y_test)

# %%
guess = None  # your guess: the false alarms of such a day, by the 99th percentile of normal rows

# %% slide="subslide"
per_day = 100_000  # connections a day in the network that you guard
columns = ["f1", "precision", "recall", "false_alarm_rate"]
judged = {}
for name, value in {**values, "ORACLE (test labels)": oracle}.items():
    rule = thresholds.RULES.get(name.partition(",")[0])
    figures = evaluation.summary(y_test, whitened, value)
    judged[name] = {"needs": rule.needs if rule else "test labels: never", "threshold": value}
    judged[name] |= figures[columns].to_dict()
    alarms = figures["false_alarm_rate"] * (1 - my_share) * per_day
    judged[name]["false alarms a day"] = alarms
    missed = (1 - figures["recall"]) * my_share * per_day
    for miss in (5, 500):
        judged[name][f"cost a day, a miss {miss}"] = alarms + miss * missed
judged = pd.DataFrame(judged).T
caption = f"Whitened score; {per_day:,} connections a day, {my_share:.0%} of them attacks"
formats = dict.fromkeys(["threshold", *columns], "{:.3f}")
formats |= dict.fromkeys(judged.columns[-3:], "{:,.0f}")
data.show(judged, caption).format(formats)

# %%
guesses.compare(
    guess, judged.loc["percentile", "false alarms a day"], "False alarms a day, percentile"
)

# %% slide="subslide"
ax = teaching.cost_curves(
    scores_valid,
    y_valid,
    misses=[5, 500],
    normal_a_day=(1 - my_share) * per_day,
    attacks_a_day=my_share * per_day,
)

# %% [markdown]
# You see what a day costs at each threshold, from the labelled validation rows; a false alarm costs 1. On the left every alert is paid for, on the right every
# missed attack. The point is the threshold of the cost rule. Nobody can tell you the price of a miss but the desk itself: ask there first. Youden's rule sets it for
# you, at (number of normal rows) / (number of attacks), here 99 for a share of 1 %.

# %% slide="subslide"
shown = {name: values[name] for name in ("percentile", "conformal_bh", "f1_optimal")}
ax = plots.score_curves(
    whitened,
    np.where(y_test == 1, "attack", "normal"),
    thresholds=shown,
    title=f"Same scores, thresholds from {min(shown.values()):.0f} to {max(shown.values()):.0f}",
)

# %% [markdown]
# You see the share of attacks and of normal rows above each score, and three of the thresholds: where an upright line meets a curve, you read recall and false
# alarms. Compare the table row by row: the
# same scores give a useful detector, one with far too many alerts, or one that finds nothing. An infinite threshold
# means that the rule selects nothing. A rule that assumes a shape of the scores (mean + 3 sd, for example) works only where they have that shape.

# %% [markdown] slide="slide"
# ## 10 Base rates: what an analyst gets
#
# The false-alarm rate is a share of the *normal* rows, and there are many of them.

# %% [markdown]
# ### Exercise 7: a day of alerts
# **5 min · core · 2 points.** `n` connections a day; `share` of them are attacks. A detector has `recall` and `false_alarm_rate`; all four are numbers. Return (attacks found
# a day, false alarms a day, precision). Without any alert the precision is 0.
# <details><summary>Hint 1</summary>There are `n * share` attacks and `n * (1 - share)` normal connections.</details>
# <details><summary>Hint 2</summary>Precision is attacks found divided by all alerts.</details>


# %% exercise="lab2-q7"
def day_of_alerts(n, share, recall, false_alarm_rate):
    """Return (attacks found, false alarms, precision) of one day."""
    ### BEGIN SOLUTION
    hits, false_alarms = n * share * recall, n * (1 - share) * false_alarm_rate
    alerts = hits + false_alarms
    return hits, false_alarms, hits / alerts if alerts else 0.0
    ### END SOLUTION


# %% check="lab2-q7" points=2
answer = day_of_alerts(10_000, 0.01, 0.9, 0.05)
checks.expect_shape(answer, (3,), "return three numbers: attacks found, false alarms, precision")
answer = list(answer)
hint = "100 of 10,000 connections are attacks, and 90 % of them are found"
checks.expect_close(answer[0], 90.0, hint)
hint = "the false-alarm rate is a share of the 9,900 normal connections, not of all"
checks.expect_close(answer[1], 495.0, hint)
hint = "precision is attacks found divided by all alerts, false ones included"
checks.expect_close(answer[2], 90 / 585, hint)
hint = "without any alert the precision is 0; do not divide by zero"
try:
    quiet = list(day_of_alerts(1_000, 0.5, 0.0, 0.0))
except ZeroDivisionError:
    quiet = [0.0, 0.0, np.nan]
checks.expect_close(quiet, [0.0, 0.0, 0.0], hint)
hint = "without a false alarm, each alert is right: the precision is 1"
checks.expect_close(list(day_of_alerts(1_000, 0.5, 1.0, 0.0)), [500.0, 0.0, 1.0], hint)
hint = "of ten attacks, a quarter is 2.5 on an average day: keep the decimals, here and in the precision"
checks.expect_close(list(day_of_alerts(1_000, 0.01, 0.25, 0.005)), [2.5, 4.95, 2.5 / 7.45], hint)
### BEGIN HIDDEN TESTS
a, n, r, f = checks.hidden_rng().integers(1, 90, 4).tolist()
checks.expect_close(
    list(day_of_alerts(15 * (a + n), a / (a + n), r / 100, f / 100)),
    [0.15 * a * r, 0.15 * n * f, a * r / (a * r + n * f)],
    "on another day the numbers are wrong: compute them from all four arguments",
)
### END HIDDEN TESTS
checks.passed("lab2-q7")

# %%
guess = None  # your guess: the precision at 1 % attacks, by the 99th percentile

# %% slide="subslide"
base_rates = {}
for q in (95.0, 99.0, 99.9):
    limit = thresholds.percentile(scores_calibration, q=q)
    figures = evaluation.summary(y_test, whitened, limit)
    recall, rate = figures["recall"], figures["false_alarm_rate"]
    row = {"recall": recall, "false-alarm rate": rate}
    for share in (0.5, 0.05, 0.01, 0.001):
        caught, wrong = share * recall, (1 - share) * rate
        row[f"precision at {share:.1%}"] = caught / max(caught + wrong, 1e-12)
    base_rates[f"{q:g}th percentile"] = row
data.show(pd.DataFrame(base_rates).T, "One detector, three thresholds, four base rates").format(
    "{:.3f}"
)

# %%
came = base_rates["99th percentile"]["precision at 1.0%"]
guesses.compare(guess, came, "Precision at 1 % attacks, 99th percentile")

# %% [markdown]
# Read each row from left to right: only the share of attacks changes. Then the column of 1 %: the 95th percentile means
# about five false alarms for each attack, if every attack is found. **This is arithmetic (Axelsson 2000) and holds for each detector. A useful threshold lies much
# further to the right.** When the false-alarm rate is above the promised 5 %, 1 % or 0.1 %, chance or drift is at work.

# %% slide="subslide"
from anomaly_labs.teaching import controls

controls.threshold(whitened, y_test, share=0.001, per_day=per_day)

# %% [markdown]
# You see the cost of a day with one attack in a thousand: five minutes of an analyst for each alert, at 40 an hour, and 100 for each missed attack (made-up prices). Move the slider to the cheapest threshold. Could your desk read its alerts?

# %% [markdown] slide="slide"
# ### 1 % against 5 %
#
# Here are both choices, yours and your partner's: the same network, the same rule (99th percentile of calibration rows).

# %% slide="subslide"
partners = {}
limit = thresholds.percentile(scores_calibration, q=99.0)
most = at_share(test_normal, test_attacks, 0.05)
for share in (0.01, 0.05):  # thinned, so that both have the same mix of attacks
    rows, labels = resampling.reduce_anomalies(*most, ratio=share, seed=rt.seed)
    partner_scores = detector.anomaly_score(encoder.transform(X.iloc[rows]), kind="whitened")
    partners[f"{share:.0%} attacks"] = evaluation.summary(labels, partner_scores, limit)
partners = pd.DataFrame(partners).drop(["errors", "fn", "tn"])
counts = pd.IndexSlice[["tp", "fp"], :]
data.show(partners, "The partner comparison").format("{:.3f}").format("{:,.0f}", subset=counts)

# %% [markdown]
# ### Reflection 1: compare with your partner
# **4 min · core · 2 points.** Which figures of the table are nearly equal for both of you, and which are not? Your partner says: "My detector is better, my
# precision is higher." What do you answer, and which figure would you compare instead?

# %% [markdown] reflect="lab2-r1" points=2
# AUC, recall and false-alarm rate are nearly equal, because they do not depend on the share of attacks; precision, F1 and average
# precision do. (Accuracy moves little, because nearly all rows are normal for both of us.) Detector, threshold and normal rows are the
# same, so the higher precision at 5 % comes from the traffic: there are five times as many attacks for the same false alarms. I
# would compare recall at the same false-alarm rate, or both detectors at the share that our own network has.

# %% [markdown] slide="slide"
# ## 11 Control the share of false alerts
#
# **Extra.** Can you promise "at most 10 % of my alerts are false"? **Conformal p-values** (Bates et al. 2023): the p-value of a new row is the share of calibration rows that
# score at least as high, counting the row itself:
#
# > p = (1 + number of calibration scores ≥ score) / (1 + number of calibration rows)
#
# Many rows, many chances of a small p. **Benjamini and Hochberg** (1995) sort the m p-values, find the **largest** k with p₍ₖ₎ ≤ k · fdr / m, and
# select the k smallest. The expected share of false alerts, the **false discovery rate** (FDR), then stays at or below `fdr`.

# %% [markdown]
# ### Exercise 8: Benjamini and Hochberg
# **8 min · extra · 3 points.** `p_values` is a list or an array. Return one 0 or 1 (or False and True) for each p-value, in the order given: 1 for the selected ones.
# <details><summary>Hint 1</summary>`ordered = np.sort(p)`, and `np.arange(1, m + 1) * fdr / m` are the limits.</details>
# <details><summary>Hint 2</summary>Take the largest k that passes, even if smaller ones before it fail.</details>
# <details><summary>Hint 3</summary>Select every p-value up to the k-th smallest: `p <= ordered[k - 1]`. No k, no alert.</details>


# %% exercise="lab2-q8"
def benjamini_hochberg(p_values, fdr):
    """Return 1 for each selected p-value, else 0."""
    ### BEGIN SOLUTION
    p = np.asarray(p_values, dtype=float)
    ordered = np.sort(p)
    passing = np.flatnonzero(ordered <= np.arange(1, p.size + 1) * fdr / p.size)
    return (p <= ordered[passing[-1]]).astype(int) if passing.size else np.zeros(p.size, dtype=int)
    ### END SOLUTION


# %% check="lab2-q8" points=3
answer = benjamini_hochberg([0.6, 0.01, 0.03, 0.9, 0.04], 0.1)
checks.expect_shape(answer, (5,), "return one 0 or 1 for each p-value")
checks.expect(
    set(np.asarray(answer).tolist()) <= {0, 1}, "return 0 or 1 (or False and True) for each p-value"
)
hint = "0.01, 0.03 and 0.04 are below 0.02, 0.04 and 0.06; answer in the order given"
checks.expect_close(answer, [0, 1, 1, 0, 1], hint)
step = benjamini_hochberg([0.001, 0.033, 0.034, 0.035, 0.9], 0.05)
hint = "0.033 is above its own limit 0.02, but the fourth, 0.035, is below 0.04: the largest k counts, and all before it are selected"
checks.expect_close(step, [1, 1, 1, 1, 0], hint)
hint = "0.04 is above 0.1 / 10: the limit gets smaller with more rows"
checks.expect_close(benjamini_hochberg([0.04] + [0.5] * 9, 0.1), [0] * 10, hint)
other = benjamini_hochberg([0.5, 0.02, 0.9, 0.001], 0.05)
checks.expect_close(other, [0, 1, 0, 1], "answer in the order given")
equal = benjamini_hochberg(np.full(4, 0.05), 0.05)
checks.expect_close(equal, [1, 1, 1, 1], "equal p-values are selected together")
### BEGIN HIDDEN TESTS
hidden = checks.hidden_rng()
many = hidden.permutation(np.concatenate([hidden.uniform(0, 0.02, 20), hidden.uniform(0, 1, 40)]))
below = np.sort(many) <= 0.1 * np.arange(1, 61) / 60
limit = np.sort(many)[below].max(initial=-1)
checks.expect_close(
    benjamini_hochberg(many.tolist(), 0.1),
    many <= limit,
    "of 60 other p-values the wrong ones are selected: compare the k-th smallest with k · fdr / 60",
)
### END HIDDEN TESTS
checks.passed("lab2-q8")

# %% slide="subslide"
normal_pool = np.concatenate([scores_calibration, whitened[y_test == 0]])
attack_scores, n_calibration = whitened[y_test == 1], len(scores_calibration)
promised = []
for fdr in (0.02, 0.05, 0.1, 0.2):
    for split in range(20):
        order = np.random.default_rng(split).permutation(normal_pool)
        known, later = order[:n_calibration], order[n_calibration:]
        with warnings.catch_warnings(action="ignore"):  # "too small to select": see the table
            limit = thresholds.conformal_bh(known, np.append(later, attack_scores), fdr=fdr)
        false, found = (later > limit).sum(), (attack_scores > limit).sum()
        share = false / max(false + found, 1)
        promised.append((fdr, false + found, share, found / len(attack_scores)))
promised = pd.DataFrame(promised, columns=["promised", "alerts", "false among them", "recall"])
table = promised.groupby("promised").mean()
table["false, worst split"] = promised.groupby("promised")["false among them"].max()
table.index = [f"{fdr:.0%} promised" for fdr in table.index]
caption = f"Means of 20 splits; the smallest possible p-value is {1 / (1 + n_calibration):.5f}"
data.show(table, caption).format("{:,.3g}")

# %% [markdown]
# The held-out normal rows were cut in two at random, twenty times: one part calibrates, the other is "tomorrow". Compare the promise with the mean, and
# the mean with the worst split: the promise holds **on average**, not each day, and only if tomorrow's normal rows are like those of calibration. No or few alerts
# in a row mean that the smallest possible p-value is too large for that promise. More calibration rows would help.

# %% [markdown]
# ### Reflection 2: your rule
# **6 min · core · 3 points.** Your network has 100,000 connections a day, about ten of them attacks, and one analyst who can read 200
# alerts. You have no labels in the first month. Which rule do you switch on, with which setting? Use figures of the tables of sections
# 9 and 10. What would change once you have 500 labelled rows?

# %% [markdown] reflect="lab2-r2" points=3
# Without labels only rules on normal rows or on unlabelled scores are possible. The 99th percentile already gives about 1,000
# false alarms a day (1 % of 100,000), five times what the analyst can read. So I take a percentile of 99.9 or a little above: it
# promises 100 false alarms, and the table of section 10 shows whether more come. I tell everybody which attack types this misses, and check the
# number of alerts each week, because normal traffic drifts. 500 rows labelled at random would hold hardly one attack, and an F1-optimal
# threshold from so few is luck. So I would label alerts and the rows just below the threshold, weigh the two errors
# with a cost-based threshold, and keep 200 alerts as a limit.

# %% [markdown] slide="slide"
# ## 12 What kind of alert is it?
#
# The detector says "odd", not "portsweep". Attacks of one kind are odd in the same way, so they may lie close together
# in the latent space. **k-means** puts rows into k groups around k centres, without labels. Then somebody looks at a few
# rows of each group and gives it a name.

# %%
limit = thresholds.percentile(scores_calibration, q=99.0)


def detected(rows, per_type=300):
    """Return encoded rows and names of the attacks above the limit, at most 300 of a type."""
    names = y.iloc[rows].astype(str).to_numpy()
    few = pd.Series(names).groupby(names).cumcount().to_numpy() < per_type
    table, names = encoder.transform(X.iloc[rows[few]]), names[few]
    seen = detector.anomaly_score(table, kind="whitened") > limit
    return detector.encode(table[seen]), names[seen]


places_known, names_known = detected(reserve)
places_new, names_new = detected(test_attacks)
groups = KMeans(15, n_init=5, random_state=rt.seed).fit(places_known)
groups_known, groups_new = groups.labels_, groups.predict(places_new)
print(
    f"{len(names_known):,} detected attacks of the reserve in 15 groups; {len(names_new):,} new ones."
)

# %% slide="subslide"
flat = PCA(2, random_state=0).fit(places_known)
share_seen = flat.explained_variance_ratio_.sum()
title = f"Detected attacks in the latent space ({share_seen:.0%} of the spread is visible)"
ax = teaching.latent_map(flat.transform(places_new), names_new, title=title)

# %% [markdown]
# You see the detected attacks of the test part. PCA (principal component analysis) keeps the two directions with the largest spread of the
# eight; the title says how much that is. Some kinds form islands: their rows are odd in the same way. Others lie on top of each other, at least in these two directions.

# %% [markdown]
# ### Exercise 9: name the groups
# **4 min · core · 2 points.** `clusters` and `names` are lists (or arrays) of equal length: the group number and the true name of each row. Return a dictionary: each
# group number and the most frequent name in it. (When two names are equally frequent, either is right.)
# <details><summary>Hint 1</summary>`names[clusters == c]` are the names in group c, when both are arrays.</details>
# <details><summary>Hint 2</summary>`collections.Counter(...).most_common(1)` or pandas' `mode()` counts for you.</details>


# %% exercise="lab2-q9"
def name_groups(clusters, names):
    """Return {group number: most frequent name}."""
    ### BEGIN SOLUTION
    table = pd.Series(np.asarray(names).astype(str)).groupby(np.asarray(clusters))
    return {int(cluster): inside.mode().iloc[0] for cluster, inside in table}
    ### END SOLUTION


# %% check="lab2-q9" points=2
some = ["dos", "probe", "dos", "probe", "r2l", "r2l", "probe", "r2l"]
answer = name_groups([0, 0, 0, 1, 1, 2, 1, 0], some)
checks.expect_type(answer, dict, "name_groups(...)")
keys_are_numbers = all(isinstance(key, int | np.integer) for key in answer)
checks.expect(
    keys_are_numbers and set(answer) == {0, 1, 2}, "the keys are the group numbers 0, 1 and 2"
)
checks.expect(
    all(np.ndim(v) == 0 for v in answer.values()), "the values are single names, not lists"
)
names = [str(answer[group]) for group in (0, 1, 2)]
hint = (
    "{} is no name of the list; on lists `clusters == c` is one False, so make arrays of both first"
)
strange = [name for name in names if name not in some]
checks.expect(not strange, hint.format(strange[:1]))
hint = "each group got the first name of all: count inside each group; on lists `clusters == c` is one False, so make arrays of both first"
checks.expect(names != ["dos", "dos", "dos"], hint)
checks.expect(
    str(answer[2]) == "r2l",
    "group 2 has one row, and that is r2l: count inside each group, not over all rows",
)
checks.expect(
    (str(answer[0]), str(answer[1])) == ("dos", "probe"),
    "the most frequent name counts, not the first or the last; group 0 has dos twice, group 1 has probe twice",
)
other = name_groups(np.array([7, 3, 3, 3]), pd.Series(["a", "c", "b", "c"]))
checks.expect_type(other, dict, "name_groups(...)")
hint = "group numbers need not start at 0, nor be without gaps"
checks.expect({int(k): str(v) for k, v in other.items()} == {7: "a", 3: "c"}, hint)
### BEGIN HIDDEN TESTS
hidden = checks.hidden_rng()
ids, order = hidden.permutation(50)[:6], hidden.permutation(42)
first = hidden.choice(["dos", "normal", "probe", "r2l", "u2r"], (6, 1))
kinds = np.hstack([np.repeat(first, 4, axis=1), hidden.choice(some, (6, 3))])  # 4 of 7 are alike
other = name_groups(np.repeat(ids, 7)[order], kinds.ravel()[order])
checks.expect(
    {int(k): str(v) for k, v in other.items()} == dict(zip(ids.tolist(), first[:, 0], strict=True)),
    "six other groups get wrong names: count the names inside each group",
)
### END HIDDEN TESTS
checks.passed("lab2-q9")

# %% [markdown] slide="subslide"
# ### From groups to classes
#
# Names come from the reserve, whose labels somebody has paid for; the test attacks get the name of their group. So you have a
# classifier of several classes, and the network behind it never saw a class.

# %% [markdown]
# ### Exercise 10: a confusion matrix with several classes
# **5 min · extra · 2 points.** `true`, `predicted` and `order` are lists (or arrays) of names. Return a table of counts (a list of lists or an array): row i holds the rows whose true name
# is `order[i]`, column j those that are predicted as `order[j]`. Leave out rows with a true or predicted name that is not in `order`.
# <details><summary>Hint 1</summary>`((true == a) & (predicted == b)).sum()` counts one cell, when both are arrays.</details>
# <details><summary>Hint 2</summary>Two loops over `order`, one inside the other.</details>


# %% exercise="lab2-q10"
def confusion_table(true, predicted, order):
    """Return counts: true names in rows, predicted names in columns."""
    ### BEGIN SOLUTION
    true, predicted = np.asarray(true).astype(str), np.asarray(predicted).astype(str)
    return [[int(((true == a) & (predicted == b)).sum()) for b in order] for a in order]
    ### END SOLUTION


# %% check="lab2-q10" points=2
answer = confusion_table(
    ["dos", "dos", "dos", "probe", "r2l"],
    ["dos", "dos", "probe", "probe", "dos"],
    ["dos", "probe", "r2l"],
)
checks.expect_shape(
    answer, (3, 3), "return three rows of three counts, one row and one column for each name"
)
answer = np.asarray(answer, float)
hint = "rows and columns are exchanged: true names belong into rows"
checks.expect(not np.array_equal(answer, [[2, 0, 1], [1, 1, 0], [0, 0, 0]]), hint)
hint = "of three dos rows, two are predicted as dos and one as probe; return counts"
checks.expect_close(answer[0], [2, 1, 0], hint)
checks.expect_close(answer[2], [1, 0, 0], "the r2l row is predicted as dos; its column r2l holds 0")
few = confusion_table(["a", "c", "a"], ["a", "a", "c"], ["a", "b"])
hint = "c is not in `order`: leave out the rows where it is the true or the predicted name"
checks.expect_close(few, [[1, 0], [0, 0]], hint)
other = confusion_table(np.array(["b", "a", "c"]), np.array(["b", "b", "a"]), ["b", "a"])
hint = "keep the order of `order`, and leave out rows with other names"
checks.expect_close(other, [[1, 0], [1, 0]], hint)
### BEGIN HIDDEN TESTS
hidden = checks.hidden_rng()
kinds = hidden.permutation(["dos", "normal", "probe", "r2l", "u2r"])[:3].tolist()
pairs = hidden.choice([*kinds, "other"], (2, 200))
checks.expect_close(
    confusion_table(pairs[0], pairs[1], kinds),
    [[((pairs[0] == a) & (pairs[1] == b)).sum() for b in kinds] for a in kinds],
    "the counts of 200 other rows are wrong: compare the two names of each row",
)
### END HIDDEN TESTS
checks.passed("lab2-q10")

# %% slide="subslide"
majority = pd.Series(names_known).groupby(groups_known).agg(lambda inside: inside.mode().iloc[0])
guessed = majority.reindex(groups_new).to_numpy()
frequent = list(pd.Series(names_new).value_counts().index[:8])
both = np.isin(names_new, frequent) & np.isin(guessed, frequent)
right = float((guessed == names_new).mean())
fig, ax = plt.subplots(figsize=(11, 5))
title = f"{right:.0%} of the detected test attacks get their right name"
table = evaluation.confusion(names_new[both], guessed[both], labels=frequent)
ax = plots.confusion_matrix(table, ax=ax, title=title)

# %% [markdown]
# You see the eight most frequent types among the detected test attacks; red numbers are errors. Look for a row with most of its numbers off the
# diagonal: that type shares its groups with more frequent ones. A column of zeros is a type that is the majority of no group.
# More groups are purer, but cost more work for the person who names them.
#
# **Question.** Tomorrow there is a new kind of attack. What does this classifier say, and what should it say?
#
# <details><summary>Compare with your answer</summary>It gives the name of the nearest group, always. It should say "none of these" when the
# distance to the centre is larger than usual in that group.</details>

# %% [markdown] slide="slide"
# ## 13 How rare is rare enough?
#
# "Train on normal rows" assumes that somebody has removed the attacks. What if nobody has? Train six networks on rows
# of which 0 to 50 % are attacks, without telling them. Test rows and settings stay the same.

# %%
contaminated = {}
size = min(10_000, len(train))
for share in (0.0, 0.001, 0.01, 0.05, 0.1, 0.5):
    wrong = round(size * share)
    rows = np.concatenate([train[: size - wrong], reserve[:wrong]])
    mixed = features.make_encoder().set_output(transform="pandas").fit(X.iloc[rows])
    fresh = AutoencoderDetector(hidden=(64, 32), latent=n_latent, epochs=10, seed=rt.seed)
    fresh.fit(mixed.transform(X.iloc[rows]))
    rows_test = mixed.transform(X.iloc[test])
    contaminated[share] = {
        f"{what}, {kind}": value
        for kind in ("l2", "whitened")
        for what, value in evaluation.ranking(
            y_test, fresh.anomaly_score(rows_test, kind=kind)
        ).items()
    }
contaminated = pd.DataFrame(contaminated).T
print(f"Six networks, {size:,} training rows each.")

# %% slide="subslide"
drop = contaminated["average_precision, whitened"]
title = f"Whitened: average precision from {drop.iloc[0]:.2f} (clean) to {drop.iloc[-1]:.2f} (half attacks)"
written = contaminated.columns.str.replace("_", " ").str.replace("auc", "AUC")
ax = teaching.contamination_curve(contaminated.set_axis(written, axis=1), title=title)

# %% [markdown]
# You see four curves from clean training rows (left) to half attacks (right); the axis is logarithmic from 0.1 % on. Compare how much
# each curve has lost at 0.1 %, 1 % and 50 %: is the better score on clean rows still the better one? A network learns
# what is frequent: once a kind of attack is frequent, it is rebuilt as well as normal traffic, and whitening makes its
# errors "usual". An AUC below 0.5 means that attacks score lower than normal rows. In this file most unique attack rows
# are of one type, so it is learned soon.
#
# "Unsupervised" means rare, not unlabelled: the method works because attacks are few.

# %% [markdown]
# ### Reflection 3: is your training data clean?
# **4 min · core · 2 points.** You want to train on last month's traffic, and nobody has checked it. Use the figure: what share of attacks could you live with? Name one thing
# that you would do before training, and one way to notice afterwards that it went wrong.

# %% [markdown] reflect="lab2-r3" points=2
# I read from my curve the share up to which average precision hardly falls, and ask whether a month can contain more than that: a single scan or
# flood can, because it makes very many rows of one kind. So before training I remove known attacks (rules, logs of incidents, copies of rows) or
# train twice and drop the rows with the highest scores in between. Afterwards I inject a few known attacks, or
# shuffled rows, and look whether they still get high scores; if they do not, the training rows were dirty.

# %% [markdown] slide="slide"
# ## 14 Explain one alert
#
# An analyst asks: why this row? `feature_scores` splits the score of a row over its columns.

# %% slide="subslide"
alerts_test = np.flatnonzero((whitened > limit) & (y_test == 1))
one = alerts_test[np.argsort(whitened[alerts_test])[len(alerts_test) // 2]]
parts = detector.feature_scores(M_test.iloc[[one]]).iloc[0]
kind_of_one = y.iloc[test[one]]
title = f"A row of type {kind_of_one}: what made it odd"
ax = plots.share_bars(parts, title=title, xlabel="contribution to the score", top=10)

# %% [markdown]
# You see the ten columns with the largest part in the score of one detected attack. The table adds the one-hot columns of a
# feature together and sets the values of the row beside those of normal traffic.

# %% slide="subslide"
origin = {c: c for c in X.columns}
for name in datasets.schema.CATEGORICAL:
    origin |= {c: name for c in parts.index if c.startswith(f"{name}_")}
blamed = parts.groupby(parts.index.map(origin)).sum().nlargest(6)
row, known, beside = X.iloc[test[one]], X.iloc[train], {}
for name, part in blamed.items():
    if name in datasets.schema.CATEGORICAL:
        beside[name] = (part, row[name], f"{(known[name] == row[name]).mean():.1%} have this value")
    else:
        low, high = known[name].quantile([0.05, 0.95])
        beside[name] = (part, f"{row[name]:g}", f"90 % lie from {low:g} to {high:g}")
columns = ["contribution", "this row", "normal training rows"]
beside = pd.DataFrame(beside, index=columns).T
data.show(beside, f"A row of type {kind_of_one} beside normal rows").format({columns[0]: "{:.1f}"})

# %% [markdown]
# A large contribution says where to look; it is no proof. When columns go together, either may get the contribution: in the figure
# look for a one-hot column of a value that the row does not have. A value can also be inside the usual range and
# still be odd *together with* the others.

# %% [markdown] slide="slide"
# ## 15 One-hot against learned vectors
#
# **Extra.** In section 12 of Lab 1, an entity embedding gave each protocol, service and flag a short vector, learned from labels. Does it
# help the autoencoder? The vectors use the labels of the reserve: so this variant is **not** free of labels.

# %%
from anomaly_labs.embeddings import EntityEmbedding

labelled = np.concatenate([train, reserve])
embedding = EntityEmbedding(epochs=rt.epochs(100), seed=rt.seed)
embedding.fit(X.iloc[labelled], y.iloc[labelled].astype(str))
vector_encoder = features.make_encoder(one_hot=False).set_output(transform="pandas")


def with_vectors(rows):
    """Return numeric columns and learned vectors of these rows; no one-hot columns."""
    return pd.concat([X.iloc[rows][numeric], embedding.transform(X.iloc[rows])], axis=1)


vector_encoder.fit(with_vectors(train))
print({name: table.shape for name, table in embedding.vectors_.items()})

# %% slide="subslide"
forms = {"one-hot": (M_train, M_test), "left out": (M_train[numeric], M_test[numeric])}
forms["learned vectors"] = tuple(
    vector_encoder.transform(with_vectors(rows)) for rows in (train, test)
)
compared = {}
for name, (rows_train, rows_test) in forms.items():
    fresh = AutoencoderDetector(
        hidden=(64, 32), latent=n_latent, epochs=rt.epochs(10), seed=rt.seed
    )
    fresh_scores = fresh.fit(rows_train).anomaly_score(rows_test, kind="whitened")
    figures = evaluation.ranking(y_test, fresh_scores)
    compared[name] = {"columns": rows_train.shape[1]} | figures.to_dict()
data.show(pd.DataFrame(compared).T, "Protocol, service and flag in three forms").format("{:,.4g}")

# %% [markdown]
# Compare the rows. One network of each kind is no proof: differences below 0.01 of AUC are noise, and average precision varies more. One-hot
# columns tell a detector "this combination is new"; vectors that were trained to separate *known* attacks carry what
# matters for those.

# %% [markdown] slide="slide"
# ## 16 Attacks that nobody has seen
#
# Every attack is new to this detector. The official test file of KDD99, recorded later, shows what this is worth.

# %%
official = datasets.load("kdd99", split="test")
M_official = encoder.transform(official.X)
rankings = {
    f"autoencoder, {kind}": (
        detector.anomaly_score(M_calibration, kind=kind),
        detector.anomaly_score(M_official, kind=kind),
    )
    for kind in ("whitened", "l2")
}
simple = contest["Mahalanobis"][0]
rankings["Mahalanobis"] = simple.anomaly_score(M_calibration), simple.anomaly_score(M_official)

# %% slide="subslide"
same_rule = evaluation.Comparison(
    thresholds.percentile,
    rankings,
    names=official.y,
    known=data.y.unique(),
    families=datasets.attack_family(official.y),
    options={"q": 99.0},
)
columns = ["held_out", "false_alarms", "recall_known", "recall_new", "macro_recall"]
later = same_rule.table()[columns]
official.show(later, "One rule, 99th percentile, on later traffic").format("{:.3f}")

# %% slide="subslide"
by_family = same_rule.by_family()
official.show(by_family, "The same alerts: recall by family").format("{:.3f}")

# %% [markdown]
# Compare the false alarms with the promised 1 %: where they are more, normal traffic has drifted since the training file was recorded. Then compare `recall_new` with the
# trees of Lab 1 by the same rule: @comparison:kdd99.xgboost.percentile_99.recall_new@, the mean of five seeds. Here the detector that never saw an attack has no lead.
#
# Duplicates count here, so a single frequent type moves a recall a lot; `macro_recall`, the mean of the families, does not let one decide. "Never saw
# an attack" does not mean "finds every attack": a type whose rows look like normal traffic in these 41 columns is invisible to each
# detector of these columns.

# %% [markdown] slide="slide"
# ## 17 Bonus: windows of a time series
#
# **Extra.** An autoencoder on windows finds what Lab 0 called a *contextual* anomaly. Here is a generated load with a daily rhythm, one value an
# hour. On one day of the last two weeks the peak comes at night: every single value is usual, the order is not.

# %%
hours = np.arange(24 * 7 * 12)
rhythm = 50 + 30 * np.sin((hours % 24 - 8) / 24 * 2 * np.pi)
series = rhythm + np.random.default_rng(rt.seed).normal(0, 3, hours.size)
odd_day = 24 * 77
series[odd_day : odd_day + 24] = np.roll(series[odd_day : odd_day + 24], 12)
day = features.sliding_windows((series - 50) / 30, width=24)
learn, watch = day[:70], day[70:]
odd = np.arange(70, len(day)) == 77
print(
    f"highest value: {series[: 24 * 70].max():.0f} in training, {series[odd_day : odd_day + 24].max():.0f} on the odd day"
)

# %% slide="subslide"
keras.utils.set_random_seed(rt.seed)
small = keras.Sequential(
    [keras.Input((24,)), keras.layers.Dense(3, "tanh"), keras.layers.Dense(24)]
)
small.compile(keras.optimizers.Adam(0.02), "mse", jit_compile=False)
history = {"normal days": [], "the odd day": []}
for _ in range(40):
    for part in np.array_split(learn, 4):
        small.train_on_batch(part, part)
    errors = ((small.predict_on_batch(watch) - watch) ** 2).mean(axis=1)
    history["normal days"].append(float(np.median(errors[~odd])))
    history["the odd day"].append(float(errors[odd][0]))
ratio = history["the odd day"][-1] / history["normal days"][-1]
title = f"After training, the error of the odd day is {ratio:.0f} times that of a normal day"
ax = plots.training_curves(history, title=title, colors=(plots.style.NORMAL, plots.style.ATTACK))

# %% [markdown]
# You see both errors during training, on days that were not used for it. At first the network rebuilds nothing. Then it
# learns the rhythm: days that follow it are rebuilt better and better, the odd day is not.

# %% slide="subslide"
on_learn = ((small.predict_on_batch(learn) - learn) ** 2).mean(axis=1)
limit_day = thresholds.mean_std(on_learn, k=3.0)
flagged = int((errors > limit_day).sum())
ax = teaching.window_errors(
    series[24 * 70 :],
    errors,
    width=24,
    threshold=limit_day,
    title=f"{flagged} of {len(errors)} days flagged",
)

# %% [markdown]
# You see two weeks of load and, below, the error of each day with its threshold (mean + 3 standard deviations of the
# training days). A global limit on the load would see nothing.
#
# **Question.** What do you lose with windows of a day?
#
# <details><summary>Compare with your answer</summary>You learn of the anomaly at the end of the day, and a day that is normal for a Sunday but not for
# a Monday passes. Shorter windows are quicker, longer ones know more context.</details>

# %% [markdown] slide="slide"
# ## 18 What you measured

# %% slide="subslide"
at_99 = evaluation.summary(y_test, whitened, limit)
evaluation.headline(
    source=data.source,
    auc_l2=by_kind.loc["l2", "auc"],
    auc_whitened=by_kind.loc["whitened", "auc"],
    average_precision_l2=by_kind.loc["l2", "average_precision"],
    average_precision_whitened=by_kind.loc["whitened", "average_precision"],
    precision_at_99th_percentile=at_99["precision"],
    recall_at_99th_percentile=at_99["recall"],
    right_names_of_detected=right,
    average_precision_half_attacks=drop.iloc[-1],
    comparison=same_rule,
)

# %% [markdown]
# ### Sources
#
# Axelsson (2000), doi 10.1145/357830.357849 · Bates et al. (2023), doi 10.1214/22-AOS2244 · Benjamini and Hochberg (1995),
# doi 10.1111/j.2517-6161.1995.tb02031.x · Liu, Ting and Zhou (2008), isolation forest, doi 10.1109/ICDM.2008.17 · Siffer et
# al. (2017), POT, doi 10.1145/3097983.3098144 · Vincent et al. (2008), denoising autoencoders,
# doi 10.1145/1390156.1390294

# %% [markdown] slide="slide"
# ## Recap and next step
#
# - An autoencoder trained on normal rows fails to rebuild what is odd; the score is made of the residual.
# - Preprocessing comes first; try another score before you try a larger network, and keep a simple detector beside it.
# - A threshold comes from held-out normal rows or a small labelled set, never from test labels; base rates decide what it is worth.
# - Training rows must be nearly clean: frequent attacks become normal.
#
# **Next:** Lab 3 lets two networks play against each other (GANs), and asks whether the discriminator is a better detector.
