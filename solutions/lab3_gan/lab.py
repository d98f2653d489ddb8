# /// lab
# title = "Lab 3: Generative adversarial networks, with open eyes"
# order = 40
# kind = "core"
# status = "ready"
# minutes = 90
# extra_minutes = 13
# run_minutes = 8
# data = { kdd99 = ["10_percent"], nsl_kdd = ["train_20", "test"] }
# extras = []
# grading = "fast"
# certificate = {}
# holds = "generative adversarial networks: three famous failures and their repairs, GAN and BiGAN as detectors, the sign of a score, a published protocol read closely"
# thirty_minutes = "sections 2, 4 without its extras, and 8: two players, three ways to fail, the sign of a score"
# ///

# %% [markdown] slide="slide"
# # @TITLE@
#
# **@MINUTES@ minutes for the core, @EXTRA_MINUTES@ more with the extras; the code runs in under @RUN_TIME@ on two CPU cores.** Two networks play against each other:
# one makes rows, the other tells them from real ones. You build both, see them fail in three famous ways, repair them,
# and measure what they are worth as detectors.
#
# You will be able to
#
# - write the losses and the training step of a GAN;
# - recognise vanishing gradients, circling players and mode collapse, and name a repair of each;
# - build the players of a bidirectional GAN, and measure precision, recall and F1 of its score;
# - check the sign of an anomaly score before you believe it;
# - read a published figure together with its protocol.
#
# Needed before: Labs 0 to 2. Parts are **core** or **extra**.

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

from anomaly_labs import boosting, datasets, evaluation, features, plots, resampling, thresholds
from anomaly_labs.autoencoder import AutoencoderDetector
from anomaly_labs.gan import BiGANDetector, GANDetector
from anomaly_labs.gan.players import gradient_penalty, says
from anomaly_labs.teaching import guesses
from anomaly_labs.teaching import lab3_gan as teaching
from anomaly_labs.teaching.lab3_gan import failures

plots.use_course_style()

# %% [markdown] slide="slide"
# ## 1 Why GANs?
#
# Attacks that nobody has seen have no labels, so a detector has to know what is *normal*. The Mahalanobis distance knows one
# cloud with one centre. Traffic is not one cloud: web, mail and name service are islands, with nothing in between.
#
# A **generative adversarial network** (GAN, Goodfellow et al. 2014) learns to *make* rows like the training rows, whatever
# the shape of their distribution. Other uses: test data without real customers, more examples of a rare class, filling gaps,
# images, sound, and the defence of Lab 4.

# %% slide="subslide"
ring = failures.mixture(1000, seed=1)
cloud = np.random.default_rng(1).multivariate_normal(ring.mean(axis=0), np.cov(ring.T), 1000)
fig, axes = plt.subplots(1, 2, figsize=(9, 4.2))
teaching.generated_points(ring, ring[:0], ax=axes[0], title="Real points: eight islands")
ax = teaching.generated_points(ring, cloud, ax=axes[1], title="One cloud drawn in their place")
_ = plt.setp(axes, adjustable="box", xlim=(-6, 6), ylim=(-6, 6))

# %% [markdown]
# You see eight islands on the left. On the right, crosses drawn from one normal distribution with the same mean and the same
# covariance: most of them lie where no real point lies. For a detector of this kind, the empty middle is the most normal place of all.

# %% [markdown] slide="slide"
# ## 2 Two players
#
# - The **generator** turns random numbers (**latent** numbers) into rows: **generated** rows. It never sees a real row.
# - The **discriminator** gets a row and returns the probability that it is real.
#
# One is a forger, the other a bank clerk. The clerk learns from forged notes, the forger from the clerk's doubts. On paper the game has an
# **equilibrium**: generated rows are like real ones, the discriminator can only say one half, and neither gains by a change of its own.

# %% [markdown]
# For a row x, D(x) is the discriminator's probability. The discriminator wants D near 1 for real rows and near 0 for generated ones:
#
# > discriminator's loss = mean of -log D(real) + mean of -log(1 - D(generated))
#
# The generator wants the discriminator to be wrong: its loss = mean of -log D(generated).

# %% [markdown]
# ### Exercise 1: two losses
# **4 min · core · 2 points.** `on_real` and `on_generated` are lists of the discriminator's probabilities for real and for generated rows. Return the two
# numbers (discriminator's loss, generator's loss). A discriminator that is sure and wrong has said exactly 0 or 1: keep all
# probabilities between 0.000001 and 0.999999, so that no logarithm is infinite.
# <details><summary>Hint 1</summary>`np.clip(values, 1e-6, 1 - 1e-6)` keeps values inside.</details>
# <details><summary>Hint 2</summary>The two lists may differ in length: take two means and add them.</details>


# %% exercise="lab3-q1"
def two_losses(on_real, on_generated):
    """Return (discriminator's loss, generator's loss)."""
    ### BEGIN SOLUTION
    real, generated = (
        np.clip(np.asarray(p, float), 1e-6, 1 - 1e-6) for p in (on_real, on_generated)
    )
    discriminator = -np.log(real).mean() - np.log(1 - generated).mean()
    return float(discriminator), float(-np.log(generated).mean())
    ### END SOLUTION


# %% check="lab3-q1" points=2
answer = two_losses([0.8], [0.4])
checks.expect_shape(
    answer, (2,), "return two numbers: the discriminator's loss and the generator's loss"
)
answer = [float(loss) for loss in answer]
mixed = (1.5 * np.log(2) * 2 + 2 * np.log(2) - np.log(0.8)) / 5
hint = "this is one mean over all rows: with other numbers of real and of generated rows it is another loss; take two means, then add the two"
uneven = list(two_losses([0.5, 0.25], [0.5, 0.5, 0.2]))
checks.expect(not np.isclose(float(uneven[0]), [mixed, 2 * mixed]).any(), hint)
swapped = -np.log(0.2) - np.log(0.4)
hint = "the labels are swapped: D is the probability of real, so the discriminator pays -log D for real rows"
checks.expect(not np.isclose(float(answer[0]), swapped), hint)
hint = "the discriminator pays -log D for real rows and -log(1 - D) for generated ones, and wants both small"
checks.expect_close(answer[0], -np.log(0.8) - np.log(0.6), hint, tolerance=1e-4)
hint = "this is log(1 - D), which is flat where the discriminator is sure: the generator's loss is the mean of -log D(generated)"
checks.expect(not np.isclose(float(answer[1]), np.log(0.6)), hint)
hint = "the generator is glad when the discriminator says 1 of its rows: mean of -log D(generated)"
checks.expect_close(answer[1], -np.log(0.4), hint, tolerance=1e-4)
hint = "take the mean over the real rows and the mean over the generated rows, then add the two"
checks.expect_close(
    uneven[0], 1.5 * np.log(2) + (2 * np.log(2) - np.log(0.8)) / 3, hint, tolerance=1e-4
)
sure = list(two_losses([0.0], [1.0]))
checks.expect(
    bool(np.isfinite(sure).all()), "keep probabilities of 0 and 1 away from the logarithm"
)
checks.expect_close(sure[0], 2 * np.log(1e6), "clip at 0.000001 and 0.999999", tolerance=1e-2)
### BEGIN HIDDEN TESTS
real, generated = checks.hidden_rng().uniform(0.05, 0.95, (2, 6))
checks.expect_close(
    list(two_losses(real.tolist(), generated.tolist())),
    [-np.log(real).mean() - np.log(1 - generated).mean(), -np.log(generated).mean()],
    "with other probabilities a loss is wrong: three means of logarithms, two of them for the discriminator",
    tolerance=1e-4,
)
### END HIDDEN TESTS
checks.passed("lab3-q1")

# %% [markdown] slide="subslide"
# ### Tools
#
# `stack(4, 32, 1)` gives a Keras network from 4 numbers by way of 32 to 1, without a bend at the end. A discriminator's last number is a **logit**,
# any number from -∞ to ∞; its probability is 1 / (1 + e^(-logit)). `descend` is one step of training that you can see:
# it computes a loss, and the gradient of this loss for the weights of *one* network, and moves these downhill. The other network stays as it is.


# %%
def stack(*sizes):
    """Return dense layers from the first size to the last, bent everywhere but at the end."""
    bent = [keras.layers.Dense(units, activation="leaky_relu") for units in sizes[1:-1]]
    return keras.Sequential([keras.Input((sizes[0],)), *bent, keras.layers.Dense(sizes[-1])])


def descend(loss, network, optimizer):
    """Move the weights of `network` one step down the gradient of `loss()`."""
    with tf.GradientTape() as tape:
        value = loss()
    weights = network.trainable_variables
    pairs = zip(tape.gradient(value, weights), weights, strict=True)
    # weights that the loss does not depend on have the gradient 0
    optimizer.apply([ops.zeros_like(w) if g is None else g for g, w in pairs], weights)


def optimizer_for(network, rate):
    """Return the optimizer Adam with little momentum, which suits games."""
    optimizer = keras.optimizers.Adam(rate, beta_1=0.5)
    optimizer.build(network.trainable_variables)
    return optimizer


# %% [markdown]
# ### Exercise 2: generator and discriminator
# **6 min · core · 3 points.** Real numbers will be normal around 4. Build both players with `stack`: the generator from `N_LATENT` latent numbers to **one** number, the
# discriminator from one number to one logit; give both two inner layers of 32. Then turn logits into probabilities in `believe`.
# <details><summary>Hint 1</summary>`stack(N_LATENT, 32, 32, 1)` is one of the two.</details>
# <details><summary>Hint 2</summary>`ops.sigmoid(my_discriminator(numbers))` is 1 / (1 + e^(-logit)) for each number.</details>

# %% exercise="lab3-q2"
N_LATENT = 4


def build_generator():
    """Return a network from N_LATENT latent numbers to one number."""
    ### BEGIN SOLUTION
    return stack(N_LATENT, 32, 32, 1)
    ### END SOLUTION


def build_discriminator():
    """Return a network from one number to one logit."""
    ### BEGIN SOLUTION
    return stack(1, 32, 32, 1)
    ### END SOLUTION


def believe(discriminator, numbers):
    """Return the discriminator's probability of "real" for each number; shape (n, 1)."""
    numbers = ops.convert_to_tensor(numbers, "float32")
    ### BEGIN SOLUTION
    return ops.sigmoid(discriminator(numbers))
    ### END SOLUTION


def first_round(latent, numbers):
    """Return what fresh players make of `latent`, and believe of `numbers`."""
    generated = build_generator()(ops.convert_to_tensor(latent, "float32"))
    return np.asarray(generated), np.asarray(believe(build_discriminator(), numbers))


first_round(np.zeros((1, N_LATENT)), np.zeros((1, 1)))

# %% check="lab3-q2" points=3
latent = np.random.default_rng(2).normal(size=(200, 4))
asked = np.linspace(-300, 300, 50)[:, None]
generated, belief = first_round(latent, asked)
checks.expect_shape(
    generated, (200, 1), "the generator makes one number of each row of latent numbers"
)
checks.expect_shape(belief, (50, 1), "the discriminator says one thing of each number")
hint = "a generator without random numbers inside makes the same number again and again"
checks.expect(np.asarray(generated, float).std() > 1e-6, hint)
hint = "a probability lies between 0 and 1; pass the logit through ops.sigmoid"
checks.expect(bool(np.min(belief) >= 0 and np.max(belief) <= 1), hint)
hint = "the discriminator must look at its number: it says the same of -300 and of 300"
checks.expect(np.asarray(belief, float).std() > 1e-6, hint)
hint = "the last layer of the generator must be free to make negative and positive numbers"
many = np.concatenate([np.ravel(first_round(30 * latent, asked)[0]) for _ in range(8)])
checks.expect(bool(many.min() < 0 < many.max()), hint)
### BEGIN HIDDEN TESTS
hidden = checks.hidden_rng()
pick = hidden.integers(0, 15, 40)  # rows that come more than once
first = [pick.tolist().index(row) for row in pick]
fresh, close = hidden.normal(0, 5, (15, 4))[pick], hidden.normal(0, 3, (15, 1))[pick]
for told in first_round(fresh, close):
    checks.expect_shape(told, (40, 1), "other batches must work too: one answer per row")
    told = np.asarray(told, float)
    hint = "equal rows must get equal answers, and other rows other ones: use the argument"
    checks.expect_close(told, told[first], hint, tolerance=1e-4)
    checks.expect(float(np.ptp(told)) > 1e-6, hint)
### END HIDDEN TESTS
checks.passed("lab3-q2")

# %% [markdown] slide="slide"
# ## 3 The four steps of training
#
# One **round** of the game:
#
# 1. *Draw*: real numbers, and latent numbers.
# 2. *Make*: the generator turns the latent numbers into generated ones.
# 3. *Tell apart*: the discriminator takes a step down its own loss; the generator stays.
# 4. *Forge*: the generator takes a step down its own loss; the discriminator stays.
#
# Repeat some thousand times. `says(logits, 1.0)` is the mean of -log D for a batch of logits, `says(logits, 0.0)` the mean of -log(1 - D): your
# losses of exercise 1, computed from logits without a clip.

# %%
number_noise = keras.random.SeedGenerator(rt.seed)


def draw(n=128):
    """Return n real numbers, normal around 4, and n rows of four latent numbers."""
    real = 4 + 0.5 * keras.random.normal((n, 1), seed=number_noise)
    return real, keras.random.normal((n, 4), seed=number_noise)


def repeat(one_round, times):
    """Play so many rounds; TensorFlow turns the round into one fast graph first."""
    graph = tf.function(one_round, autograph=False, jit_compile=False)
    for _ in range(times):
        graph()


# %%
def fresh(generator, discriminator):
    """Return both players by name, and an optimizer for each."""
    pair = {"generator": generator, "discriminator": discriminator}
    return pair, {name: optimizer_for(network, 1e-3) for name, network in pair.items()}


def moved_by(one_round, pair, rules, real, latent):
    """Return the largest change of a weight of each player in one round."""
    before = [network.get_weights() for network in pair.values()]
    one_round(*map(ops.convert_to_tensor, (real, latent)), **pair, optimizers=rules)
    sides = zip(before, pair.values(), strict=True)
    return [
        max(np.abs(a - b).max() for a, b in zip(w, n.get_weights(), strict=True)) for w, n in sides
    ]


# %% [markdown]
# ### Exercise 3: one round
# **8 min · core · 4 points.** Steps 1 and 2 are written. Write steps 3 and 4: two calls of `descend`. The first argument is a loss *without* arguments:
# `lambda: says(discriminator(real), 1.0) + ...`. The generator has to stand **inside** its own loss (`discriminator(generator(latent))`): the loss of rows
# that were generated before does not depend on its weights, has the gradient 0, and moves nothing.
# <details><summary>Hint 1</summary>The discriminator's loss: `says(discriminator(real), 1.0) + says(discriminator(generated), 0.0)`, its network `discriminator`, its optimizer `optimizers["discriminator"]`.</details>
# <details><summary>Hint 2</summary>Forging means: the discriminator should say **1** of `generator(latent)`.</details>


# %% exercise="lab3-q3"
moments = None  # what your run looked like, once it has run


def one_round(real, latent, generator, discriminator, optimizers):
    """Take the steps 3 and 4 once."""
    generated = generator(latent)

    ### BEGIN SOLUTION
    def own():
        return says(discriminator(real), 1.0) + says(discriminator(generated), 0.0)

    descend(own, discriminator, optimizers["discriminator"])
    descend(lambda: says(discriminator(generator(latent)), 1.0), generator, optimizers["generator"])
    ### END SOLUTION


def one_trial(real, latent):
    """Return how far one round moves the weights of generator and discriminator."""
    return moved_by(one_round, *fresh(build_generator(), build_discriminator()), real, latent)


keras.utils.set_random_seed(rt.seed)
pair, rules = fresh(build_generator(), build_discriminator())
grid, played, seen_so_far = np.linspace(-2, 8, 101), 0, {}
for until in (0, 40, 160, 1600):
    repeat(lambda: one_round(*draw(), **pair, optimizers=rules), until - played)
    played, numbers = until, np.asarray(pair["generator"](draw(1000)[1]))[:, 0]
    belief = np.asarray(believe(pair["discriminator"], grid[:, None]))[:, 0]
    seen_so_far[f"round {until:,}"] = (numbers, belief)
moments = seen_so_far
axes = teaching.game_moments(grid, np.asarray(draw(1000)[0])[:, 0], moments)

# %% [markdown]
# You see your own run in four moments: filled the real numbers, the outline the generated ones, the dashed line what the discriminator believes of each place.
# First the discriminator knows nothing. Then it learns where the real numbers are, and its line is steep between generated and real. The generated numbers
# climb up this line. At the end they lie over the real ones, and the discriminator says about one half there: it can only guess. Far from
# both it says anything. Remember this for section 6.

# %% check="lab3-q3" points=4
numbers = np.random.default_rng(5).normal(size=(16, 5)).astype(np.float32)
moved = np.asarray(one_trial(numbers[:, :1] + 4, numbers[:, 1:]), float)
hint = "step 3 is missing: after one round the discriminator has its old weights"
checks.expect(bool(moved[1] > 0), hint)
hint = "step 4 is missing: after one round the generator has its old weights; it stands inside its own loss, as discriminator(generator(latent))"
checks.expect(bool(moved[0] > 0), hint)
hint = "one round works, but the training did not end: run the cell of the exercise again, and read what it says"
checks.expect(moments is not None, hint)
generated = np.asarray(moments["round 1,600"][0], float)
checks.expect_shape(
    generated, (1000,), "a thousand generated numbers were expected after 1,600 rounds"
)
checks.expect(
    bool(np.isfinite(generated).all()),
    "some generated numbers are no numbers; did the loss explode?",
)
hint = "the generated numbers lie around {:.1f}, not around 4: the discriminator wants 1 for real and 0 for generated, the generator wants 1 for generated"
# Distance of the mean from 4 over ten seeds: mean 0.035, standard deviation 0.028, in both modes;
# four times that mean + 3 sd is left to players of other sizes. The spread (0.37 to 1.13) has no limit.
checks.expect(abs(generated.mean() - 4) < 0.5, hint.format(generated.mean()))
### BEGIN HIDDEN TESTS
hidden = checks.hidden_rng().normal(size=(32, 5)).astype(np.float32)
moved = np.asarray(one_trial(hidden[:, :1] + 4, hidden[:, 1:]), float)
hint = "with other numbers one of the players keeps its weights in a round"
checks.expect(bool((moved > 0).all()), hint)
### END HIDDEN TESTS
checks.passed("lab3-q3")

# %% [markdown] slide="slide"
# ## 4 Three ways to fail
#
# Each is shown small, and you repair it.
#
# ### Vanishing gradients
#
# The first paper wrote the game with another loss for the generator: make log(1 - D(generated)) small. It is the same wish, "let D be large". Let a
# discriminator learn alone, real numbers around 8, generated ones around 0, and look at the gradient that the generator would get.

# %% slide="subslide"
alone = {loss: failures.vanishing_gradient(loss) for loss in ("saturating", "non_saturating")}
last = {loss: table["gradient"].iloc[-1] for loss, table in alone.items()}
fig, axes = plt.subplots(1, 2, figsize=(9.5, 3.6))
accuracy = alone["saturating"]["accuracy"]
axes[0].plot(accuracy)
title = f"Accuracy at the end: {accuracy.iloc[-1]:.2f}"
plots.finish(axes[0], title, "steps of the discriminator", "accuracy", note="")
axes[1].semilogy(alone["saturating"]["gradient"], label="of log(1 - D)")
axes[1].semilogy(alone["non_saturating"]["gradient"], label="of -log D")
axes[1].legend(title="gradient")
title = f"Gradients at the end: {last['saturating']:.3f} and {last['non_saturating']:.1f}"
ax = plots.finish(axes[1], title, "steps of the discriminator", "size of the gradient", note="")

# %% [markdown]
# You see on the left the discriminator become better, and on the right, on a logarithmic scale, what it tells the generator. Where it is sure that a
# row is generated, log(1 - D) is flat: a generator that is bad learns nothing *because* it is bad. The gradient of -log D stays. As functions of the logit, the sizes are simple:
#
# - of log(1 - D): **D** itself;
# - of -log D: one of the next exercise.
#
# The function `race` below keeps a good discriminator as it is, D(x) = sigmoid(3 (x - 4)), and lets a generator of one number, "noise plus shift", follow a
# gradient.


# %%
def race(gradient_of, rounds=200, rate=0.1):
    """Return the shift of the generated numbers after each round; each follows gradient_of(D)."""
    noise, shift, path = np.random.default_rng(0), 0.0, [0.0]
    for _ in range(rounds):
        numbers = shift + 0.3 * noise.normal(size=256)
        probability = 1 / (1 + np.exp(-3 * (numbers - 4)))
        shift += rate * float(np.mean(gradient_of(probability)))
        path.append(shift)
    return path


stuck = race(lambda probability: probability)
print(f"with the gradient of log(1 - D), 200 rounds move the numbers from 0 to {stuck[-1]:.3f}.")

# %% [markdown]
# ### Exercise 4: keep the gradient
# **4 min · core · 2 points.** `probability` is a number or an array: D of generated rows. Return the size of the gradient of -log D **with respect to the logit** l, where D = 1 / (1 + e^(-l)). The
# cell then lets your generator race.
# <details><summary>Hint 1</summary>-log D = log(1 + e^(-l)). Its derivative for l is -e^(-l) / (1 + e^(-l)).</details>
# <details><summary>Hint 2</summary>e^(-l) / (1 + e^(-l)) is the other probability of the two.</details>


# %% exercise="lab3-q4"
def repaired_gradient(probability):
    """Return the size of the gradient of -log D, as a function of D."""
    ### BEGIN SOLUTION
    return 1 - np.asarray(probability, float)
    ### END SOLUTION


moved = race(repaired_gradient)
fig, ax = plt.subplots(figsize=(7, 3.6))
ax.axhline(4, color=plots.style.MUTED, linestyle=":", label="the border")
ax.plot(stuck, label="log(1 - D)")
ax.plot(moved, label="-log D, repaired")
ax.legend()
title = f"After 200 rounds: {stuck[-1]:.2f} and {moved[-1]:.2f}; the border is at 4"
ax = plots.finish(ax, title, "round", "mean of the generated numbers", note="")

# %% [markdown]
# You see one generator that stays where it was, and one that walks to the discriminator's border and slows down behind it, where it is
# believed. From here on, the discriminator would have to learn again.

# %% check="lab3-q4" points=2
hint = "return one gradient for each probability"
with np.errstate(all="ignore"):
    answer = repaired_gradient(np.array([0.0, 0.01, 0.5, 0.99]))
checks.expect_shape(answer, (4,), hint)
answer = np.asarray(answer, float)
hint = "this is the gradient of log(1 - D): it is 0 where the discriminator is sure, just where it is needed"
checks.expect(not np.allclose(answer, [0, 0.01, 0.5, 0.99]), hint)
hint = "this is the gradient with respect to D; the generator is behind a logit, so multiply by D (1 - D)"
checks.expect(bool(np.isfinite(answer).all() and np.abs(answer).max() <= 1 + 1e-9), hint)
hint = "give the size of the gradient, without a sign"
checks.expect(bool((answer >= 0).all()), hint)
checks.expect_close(
    answer, [1, 0.99, 0.5, 0.01], "the derivative of log(1 + e^(-l)) has the size 1 - D"
)
checks.expect_close(repaired_gradient(0.25), 0.75, "a single probability must work as well")
### BEGIN HIDDEN TESTS
many = checks.hidden_rng().uniform(0, 1, 20)
checks.expect_close(
    repaired_gradient(many), 1 - many, "for other probabilities the gradient is wrong"
)
### END HIDDEN TESTS
checks.passed("lab3-q4")

# %% [markdown] slide="subslide"
# ### Players who circle
#
# The smallest game: player 1 chooses x and wants x · y small; player 2 chooses y and wants x · y large. At (0, 0) nobody can gain. The
# gradient of x · y is y for the first and x for the second, so both take a step at once:
#
# > x ← x - rate · y,  y ← y + rate · x

# %% slide="subslide"
circling = failures.bilinear_game("simultaneous", steps=60)
ax = teaching.player_paths({"both at once": circling})

# %% [markdown]
# You see a spiral that leads **out**: each step goes at a right angle to the way to the equilibrium. Smaller steps only make the spiral slower. So the losses of
# a GAN do not tell when it is done: they circle, and "trained longer" is not "trained better".
#
# A repair (Korpelevich 1976): **look ahead**. Take the step on trial, read the gradients *there*, and take them from where you *are*. Another repair,
# used by our detectors, is to average the weights along the path.

# %% [markdown]
# ### Exercise 5: look ahead
# **5 min · extra · 2 points.** Return the new pair (x, y) after one step of the *extragradient* method: the gradients come from the trial place, the step starts from the old one.
# <details><summary>Hint 1</summary>Trial: `x_trial = x - rate * y`, `y_trial = y + rate * x`.</details>
# <details><summary>Hint 2</summary>Player 1's gradient at the trial place is `y_trial`.</details>


# %% exercise="lab3-q5"
def look_ahead(x, y, rate):
    """Return the new (x, y)."""
    ### BEGIN SOLUTION
    x_trial, y_trial = x - rate * y, y + rate * x
    return x - rate * y_trial, y + rate * x_trial
    ### END SOLUTION


places = [tuple(circling[["x", "y"]].iloc[0])]
for _ in range(200):
    places.append(tuple(look_ahead(*places[-1], 0.2)))
repaired = pd.DataFrame(places, columns=["x", "y"])
ax = teaching.player_paths({"both at once": circling, "look ahead": repaired})

# %% [markdown]
# You see both paths from the same start. The title says how far from the equilibrium each of them ends.

# %% check="lab3-q5" points=2
answer = look_ahead(0.5, 1.0, 0.2)
checks.expect_shape(answer, (2,), "return two numbers, the new x and the new y")
answer = [float(value) for value in answer]
hint = "this is the step of both at once: take the gradients from the trial place"
checks.expect(not np.allclose(answer, [0.3, 1.1]), hint)
hint = "these are steps in turn: one player moved, and the other answered the move; both take their gradients from the trial place"
checks.expect(not any(np.allclose(answer, turn) for turn in ([0.3, 1.06], [0.28, 1.1])), hint)
hint = "the second step starts from the old place, not from the trial place"
checks.expect(not np.allclose(answer, [0.08, 1.16]), hint)
hint = "player 2 must not see the finished move of player 1: both use the trial place"
checks.expect(not np.allclose(answer, [0.28, 1.056]), hint)
hint = "from (0.5, 1) with rate 0.2 the trial place is (0.3, 1.1), and its gradients lead to (0.28, 1.06)"
checks.expect_close(answer, [0.28, 1.06], hint)
hint = "use the argument rate: with rate 0 nobody moves"
checks.expect_close(list(look_ahead(0.3, 0.4, 0.0)), [0.3, 0.4], hint)
place = (0.6, -0.8)
for _ in range(200):
    place = tuple(look_ahead(*place, 0.2))
checks.expect(float(np.hypot(*place)) < 0.1, "after 200 steps you should be near (0, 0)")
### BEGIN HIDDEN TESTS
x, y, rate = checks.hidden_rng().uniform(0.1, 1, 3).tolist()
hint = "from another place the step is wrong: take its gradients where the trial step ended"
wanted = [x - rate * (y + rate * x), y + rate * (x - rate * y)]
checks.expect_close(list(look_ahead(x, y, rate)), wanted, hint)
### END HIDDEN TESTS
checks.passed("lab3-q5")

# %% [markdown] slide="subslide"
# ### Mode collapse
#
# A **mode** is a place where many rows lie: here, an island. What is the generator's best answer to a discriminator that stands still? To put *all* points
# where it is believed most. Here is a GAN on the eight islands whose generator takes ten steps for each step of the discriminator.

# %%
started, n_rounds = time.perf_counter(), 2_500
collapsed = failures.mode_collapse("gan", steps=n_rounds, seed=rt.seed)
print(f"{n_rounds:,} rounds, {time.perf_counter() - started:.0f} s")

# %% slide="subslide"
fullest = sorted(collapsed.looks, key=lambda step: failures.share_at_one(collapsed.looks[step]))
axes = teaching.collapse_looks(ring, {step: collapsed.looks[step] for step in sorted(fullest[-4:])})

# %% [markdown]
# You see, of 25 looks at the generator, the four with most points at one island; each title says how many lie there. All points lie close together: the
# generator has **collapsed** to a mode. When the discriminator has found it out, it does not learn a second mode: it leaves for another one, and at most other looks it is on its way.
# The discriminator looks at one row at a time, and each row is fine. Only the variety of the generated rows shows the failure.
#
# A repair: let the discriminator see that rows of a batch are too much alike. Give it, beside each row, the **standard deviation of the whole batch** in each column
# (after Salimans et al. 2016, Karras et al. 2018).


# %%
def island_game(one_round, with_spread, rounds):
    """Play the game of the collapse with this round and this view; return 1,000 points."""
    keras.utils.set_random_seed(rt.seed)
    islands, noise = failures.mixture(20_000), keras.random.SeedGenerator(rt.seed)
    layers = [keras.Input((2,)), keras.layers.Lambda(with_spread), stack(4, 64, 64, 1)]
    duo, steps = fresh(stack(8, 64, 64, 2), keras.Sequential(layers))
    generator, discriminator = duo.values()
    steps["generator"] = optimizer_for(generator, 5e-4)

    def island_round():
        rows = tf.gather(islands, keras.random.randint((128,), 0, len(islands), seed=noise))
        latent = keras.random.normal((10, 128, 8), seed=noise)
        one_round(rows, latent[0], **duo, optimizers=steps)
        for z in tf.unstack(latent[1:]):
            ask = lambda z=z: says(discriminator(generator(z)), 1.0)  # noqa: E731
            descend(ask, generator, steps["generator"])

    repeat(island_round, rounds)
    return np.asarray(generator(keras.random.normal((1000, 8), seed=noise)))


# %% [markdown]
# ### Exercise 6: a discriminator that sees the batch
# **6 min · extra · 2 points.** `points` has the shape (n, k). Return (n, 2k): the points, then the standard deviation of each column over the batch, the same in each row. Use
# `keras.ops`, so that gradients go through. The game of the collapse is then played with your round and your discriminator, about ten seconds.
# <details><summary>Hint 1</summary>`ops.std(points, axis=0, keepdims=True)` has the shape (1, k).</details>
# <details><summary>Hint 2</summary>`spread * ops.ones_like(points)` repeats it in each row; `ops.concatenate([a, b], axis=1)` puts columns side by side.</details>


# %% exercise="lab3-q6"
def with_spread(points):
    """Return the points and, beside each, the spread of the batch."""
    points = ops.convert_to_tensor(points, "float32")
    ### BEGIN SOLUTION
    spread = ops.std(points, axis=0, keepdims=True) * ops.ones_like(points)
    return ops.concatenate([points, spread], axis=1)
    ### END SOLUTION


points = island_game(one_round, with_spread, rounds=1_200)
reached, between_them = failures.modes_covered(points), failures.share_between(points)
title = f"{reached} of 8 islands, {between_them:.0%} between them"
ax = teaching.generated_points(ring, points, title=title)

# %% [markdown]
# You see what the generator makes when the discriminator sees the spread of the batch; all else is as in the collapse. An island counts as reached when a fifth of
# its share of the points, one in 40, lies near it. The title also says how many points lie near none: reaching all modes is one thing, staying on them another.

# %% check="lab3-q6" points=2
batch = [[0.0, 1.0], [2.0, 1.0], [4.0, 1.0]]
answer = with_spread(batch)
hint = "return as many rows as there are points, and twice as many columns"
checks.expect_shape(answer, (3, 4), hint)
answer = np.asarray(answer, float)
checks.expect_close(
    answer[:, :2], batch, "the first columns are the points themselves", tolerance=1e-4
)
hint = "spread over the batch means down each column (axis=0), not along each row"
checks.expect_close(answer[:, 2:], [[(8 / 3) ** 0.5, 0.0]] * 3, hint, tolerance=1e-3)
shifted = np.asarray(with_spread([[10.0], [14.0]]), float)
hint = "the standard deviation does not change when all points move; subtract the mean first"
checks.expect_close(shifted, [[10, 2], [14, 2]], hint, tolerance=1e-3)
### BEGIN HIDDEN TESTS
hidden = checks.hidden_rng()
many = hidden.normal(0, 3, (int(hidden.integers(4, 9)), 3))
hint = "another batch: beside the points stands the spread of each of its columns"
wanted = np.hstack([many, np.tile(many.std(axis=0), (len(many), 1))])
checks.expect_close(np.asarray(with_spread(many.tolist()), float), wanted, hint, tolerance=1e-3)
### END HIDDEN TESTS
checks.passed("lab3-q6")

# %% [markdown] slide="slide"
# ## 5 A critic instead of a discriminator
#
# The discriminator's trouble is its question, "real or generated?". As soon as it can answer, its curve is flat nearly everywhere. A **Wasserstein GAN** (WGAN, Arjovsky et al. 2017)
# asks: *how far* is the generated distribution from the real one? Its **critic** gives each row a value without limits, and makes the gap large:
#
# > gap = mean of value(real) - mean of value(generated)
#
# Without a rule, it would just multiply all values by a million. So the size of its gradient may be at most 1. Then the largest gap is the **Wasserstein
# distance**: how far, on average, earth has to be carried to turn one distribution into the other. The generator makes the gap small.
#
# How is "at most 1" enforced? The first WGAN **clips**: after each step, every weight is cut to the interval from -c to c. WGAN-GP (Gulrajani et al. 2017) takes random places
# **between** a real and a generated row, and adds a **penalty** to the critic's loss: the mean of (length of the gradient - 1)², times 10 in the paper. (Here times 100: a wide gap pulls hard.)

# %%
far_real, far_generated = draw(512)[0] + 4, draw(512)[0] - 4
discriminator, noise = stack(1, 32, 32, 1), keras.random.SeedGenerator(0)
learn = optimizer_for(discriminator, 1e-2)


def discriminator_loss():
    return says(discriminator(far_real), 1.0) + says(discriminator(far_generated), 0.0)


def gap_of(critic):
    return ops.mean(critic(far_real)) - ops.mean(critic(far_generated))


repeat(lambda: descend(discriminator_loss, discriminator, learn), 300)


# %%
def critic_with(clip=None):
    """Return a critic after 300 steps, its weights clipped, or else with the gradient penalty."""
    critic = stack(1, 32, 32, 1)
    learn = optimizer_for(critic, 1e-2)

    def loss():
        steep = gradient_penalty(critic, far_real, far_generated, seed=noise)
        return 0.0 * steep - gap_of(critic) if clip else 100 * steep - gap_of(critic)

    def step():
        descend(loss, critic, learn)
        for weight in critic.trainable_variables if clip else ():
            weight.assign(ops.clip(weight, -clip, clip))

    repeat(step, 300)
    return critic


critics = {f"clipped at {c}": critic_with(c) for c in (0.05, 0.15)}
critics = {"gradient penalty": critic_with(), **critics}

# %% slide="subslide"
places = np.linspace(-2, 10, 121, dtype=np.float32)[:, None]
fig, axes = plt.subplots(1, 2, figsize=(9.5, 3.6))
axes[0].plot(places, ops.sigmoid(discriminator(places)))
plots.finish(axes[0], "Discriminator: two flats", "number", "probability of real", note="")
for name, critic in critics.items():
    axes[1].plot(places, critic(places) - critic(np.zeros((1, 1), np.float32)), label=name)
axes[1].legend()
rise = [float(gap_of(critic)) for critic in critics.values()]
title = f"Critics: gaps of {rise[0]:.1f}, {rise[1]:.1f} and {rise[2]:.1f}"
ax = plots.finish(axes[1], title, "number", "value, from 0 at 0", note="")

# %% [markdown]
# You see all after 300 steps on the same numbers: generated ones around 0, real ones around 8. The discriminator's curve has two flats, and a generated number at 0 gets no direction from it.
# Between 0 and 8 the critics' curves rise all the way. With the penalty, the gradient is near 1 and the gap, the first number of the title, estimates the distance, 8. Clipped, the gap depends on c and on the layers more than on the data.

# %% [markdown]
# ### Exercise 7: the gradient penalty
# **7 min · core · 3 points.** In `between`, `share` has one number from 0 to 1 for each **row**: return share · real + (1 - share) · generated. In `penalty`, `gradients` has the shape (n, k), the critic's gradient
# in k directions at n places: return the mean of (length - 1)². Arrays or nested lists come in.
# <details><summary>Hint 1</summary>`np.asarray(share)[:, None]` is one share for all columns of a row.</details>
# <details><summary>Hint 2</summary>The length of a gradient is the root of the sum of its squares, along the row.</details>


# %% exercise="lab3-q7"
def between(real, generated, share):
    """Return a place between each real row and the generated row beside it."""
    ### BEGIN SOLUTION
    part = np.asarray(share, float)[:, None]
    return part * np.asarray(real, float) + (1 - part) * np.asarray(generated, float)
    ### END SOLUTION


def penalty(gradients):
    """Return the mean of (length of the gradient - 1) squared."""
    ### BEGIN SOLUTION
    lengths = np.sqrt((np.asarray(gradients, float) ** 2).sum(axis=1))
    return float(((lengths - 1) ** 2).mean())
    ### END SOLUTION


# %% check="lab3-q7" points=3
answer = between([[4.0, 8.0], [1.0, 1.0]], [[0.0, 0.0], [3.0, 5.0]], [0.25, 1.0])
checks.expect_shape(answer, (2, 2), "return one place for each pair of rows")
by_column = [[1.0, 8.0], [2.5, 1.0]]
hint = "share went along the columns: it has one number for each row, so give it the shape (n, 1)"
checks.expect(not np.allclose(np.asarray(answer, float), by_column), hint)
hint = "row by row: a quarter of the first real row, and the whole of the second"
checks.expect_close(answer, [[1.0, 2.0], [1.0, 1.0]], hint)
three = between([[1.0], [1.0], [1.0]], [[0.0], [0.0], [0.0]], [0.0, 0.5, 1.0])
hint = "share 0 is the generated row, share 1 the real one"
checks.expect_close(three, [[0.0], [0.5], [1.0]], hint)
steep = penalty([[3.0, 4.0], [0.6, 0.8]])
checks.expect_shape(steep, (), "the penalty is one number for all places")
hint = "this is the length of all gradients as one vector: each row has a length of its own"
checks.expect(not np.isclose(float(steep), (26**0.5 - 1) ** 2), hint)
hint = "the gradients have the lengths 5 and 1: square, add along the row, take the root, subtract 1, square, mean"
checks.expect_close(steep, 8.0, hint)
hint = "a gradient of length 0 costs 1: this penalty pulls from both sides"
checks.expect_close(penalty([[0.0, 0.0, 0.0]]), 1.0, hint)
### BEGIN HIDDEN TESTS
hidden = checks.hidden_rng()
real, generated, share = (
    hidden.normal(size=(8, 3)),
    hidden.normal(size=(8, 3)),
    hidden.uniform(size=8),
)
hint = "of other rows the places are wrong: share of the real row, the rest of the generated row"
wanted = generated + share[:, None] * (real - generated)
checks.expect_close(between(real.tolist(), generated.tolist(), share.tolist()), wanted, hint)
hint = "for other gradients the penalty is wrong: each row has a length of its own"
wanted = ((np.linalg.norm(real, axis=1) - 1) ** 2).mean()
checks.expect_close(penalty(real.tolist()), wanted, hint)
### END HIDDEN TESTS
checks.passed("lab3-q7")

# %%
started = time.perf_counter()
clipped = failures.mode_collapse("wgan_clip", steps=1_000, seed=rt.seed)
wasserstein = failures.mode_collapse("wgan_gp", steps=1_000, seed=rt.seed)
print(f"two times 1,000 rounds, {time.perf_counter() - started:.0f} s")

# %% slide="subslide"
fig, axes = plt.subplots(1, 2, figsize=(9.5, 4.6))
for ax, (name, game) in zip(
    axes, {"Clipped": clipped, "Penalty": wasserstein}.items(), strict=True
):
    reached, off = failures.modes_covered(game.points), failures.share_between(game.points)
    title = f"{name}: {reached} of 8, {off:.0%} between them"
    teaching.generated_points(ring, game.points, ax=ax, title=title)

# %% [markdown]
# You see the islands again, made with a critic that takes five steps for each step of the generator: better trained means a better direction, not
# a flat one. Each title has both numbers: how many islands are reached, and which share of the points lies between them, where no real point is. A generator is continuous and cannot jump.

# %% [markdown] slide="slide"
# ## 6 A GAN that watches traffic
#
# Train a GAN on normal rows alone. Its discriminator has learned what real, normal traffic looks like; so ask it about new rows. Score: -log D(row). The data is
# NSL-KDD: the normal rows of the 20 % training file, a fifth of them kept aside for thresholds, and the official test file KDDTest+.

# %%
known, new = datasets.load("nsl_kdd", split="train_20"), datasets.load("nsl_kdd", split="test")
plots.use_course_style(known.source)
attack, y_new = datasets.is_attack(known.y), datasets.is_attack(new.y)
order = np.random.default_rng(rt.seed).permutation(np.flatnonzero(attack == 0))
held, train = np.split(order, [len(order) // 5])
encoder = features.make_encoder().fit(known.X.iloc[train])
M_train, M_held = (encoder.transform(known.X.iloc[rows]) for rows in (train, held))
M_new = encoder.transform(new.X)
print(
    f"{len(train):,} normal rows to train on, {len(held):,} for thresholds; {M_train.shape[1]} columns."
)
print(f"test: {len(y_new):,} rows, {y_new.mean():.0%} of them attacks.")

# %%
started, n_epochs = time.perf_counter(), rt.epochs(30)
gan = GANDetector(epochs=n_epochs, patience=None, seed=rt.seed).fit(M_train)
print(f"{n_epochs} epochs, {time.perf_counter() - started:.0f} s")

# %% slide="subslide"
fig, axes = plt.subplots(1, 2, figsize=(10, 3.6))
epochs = np.arange(1, n_epochs + 1)
for name in ("generator_loss", "discriminator_loss"):
    axes[0].plot(epochs, gan.history_[name], label=name.replace("_", " "))
axes[0].legend()
ends = [gan.history_[name][-1] for name in ("generator_loss", "discriminator_loss")]
title = f"Losses at the end: {ends[0]:.2f} and {ends[1]:.2f}"
plots.finish(axes[0], title, "epoch", "loss")
axes[1].plot(epochs, gan.history_["coverage"], marker="o", ms=4)
axes[1].set_ylim(0, 1.2)
title = f"Variety of the generated rows: {gan.history_['coverage'][-1]:.2f}"
ax = plots.finish(axes[1], title, "epoch", "1: as varied as real rows")

# %% [markdown]
# You see on the left how each player does against the other. A loss that falls means that this one is ahead, not that the rows are good: it cannot say when to stop. On the right is something that tells more: how many different real rows
# are the nearest one of some generated row, against the number that as many other real rows reach. Near 0 would be mode collapse.

# %% slide="subslide"
family_new = datasets.attack_family(new.y).astype(str)
gan_scores = gan.anomaly_score(M_new)
gan_auc = evaluation.ranking(y_new, gan_scores)["auc"]
title = f"The GAN's discriminator as detector: AUC {gan_auc:.2f}"
ax = plots.score_curves(gan_scores, family_new, title=title)

# %% [markdown]
# You see, for each score, which share of the normal rows and of four families of attacks lies above it. A detector would have the thick line of the normal rows left of all others. An AUC of 0.5 is a coin; below it, the discriminator calls attacks **more real** than normal rows.
#
# Why? The discriminator has seen real rows and *generated* rows, nothing else. What it says of a place where neither was, such as an attack, is chance: the flat parts and wild parts of your
# figure in section 3. And against a perfect generator it can only say one half.

# %% [markdown] slide="slide"
# ## 7 BiGAN: a score of two parts
#
# Zenati et al. (2018) add an **encoder** E, which turns a row into latent numbers, and a discriminator of **pairs**: (row, E(row)) against (G(z), z). At the equilibrium it cannot tell the pairs apart,
# and E and G undo each other, on normal rows. The score has two parts:
#
# - **reconstruction**: how far G(E(x)) is from x, as in Lab 2;
# - **discrimination**: either *feature matching*, the difference between what the last hidden layer of the discriminator says of x and of G(E(x)), or *cross-entropy*, -log D(x, E(x)).

# %% [markdown]
# On paper E and G undo each other. In practice they hardly do (the exercise prints how far they get), so our `BiGANDetector` **adds the reconstruction error to the loss** (a *cycle* term, after Li et al. 2017); the paper has none. Section 9 measures what it changes.

# %%
started = time.perf_counter()
bigan = BiGANDetector(epochs=n_epochs, seed=rt.seed).fit(M_train)
print(f"{n_epochs} epochs, {time.perf_counter() - started:.0f} s")


# %%
def bigan_game(build_encoder, build_pair_discriminator, pair_logits, rounds=400):
    """Play a BiGAN without cycle term on normal rows; print how far G(E(x)) is from x."""
    width, rows = M_train.shape[1], ops.convert_to_tensor(M_train, "float32")
    E, G = build_encoder(width, 16), stack(16, 64, 64, width)
    D = build_pair_discriminator(width, 16)
    learn = [optimizer_for(network, 1e-3) for network in (E, G, D)]

    def one_round():
        x = tf.gather(rows, keras.random.randint((256,), 0, len(M_train), seed=noise))
        z = keras.random.normal((256, 16), seed=noise)
        real, fake = (lambda: pair_logits(D, x, E(x))), (lambda: pair_logits(D, G(z), z))
        descend(lambda: says(real(), 1.0) + says(fake(), 0.0), D, learn[2])
        descend(lambda: says(real(), 0.0), E, learn[0])
        descend(lambda: says(fake(), 1.0), G, learn[1])

    repeat(one_round, rounds)
    error, spread = ops.mean(ops.square(G(E(M_held)) - M_held)), M_held.var(axis=0).mean()
    print(f"mean square of x - G(E(x)): {float(error):.2f}; of x - mean row: {spread:.2f}")


# %%
def ask_pairs(build_encoder, build_pair_discriminator, pair_logits, rows, latent):
    """Return what fresh players make of `rows`, and say of the pairs (row, latent)."""
    rows, latent = (ops.convert_to_tensor(part, "float32") for part in (rows, latent))
    asked = build_pair_discriminator(rows.shape[1], latent.shape[1])
    encoded = build_encoder(rows.shape[1], latent.shape[1])(rows)
    return np.asarray(encoded), np.asarray(pair_logits(asked, rows, latent))


# %% [markdown]
# ### Exercise 8: encoder, pairs, and a score of two parts
# **9 min · core · 2 points.** Build with `stack`, two inner layers of 64 each: the encoder, from `width` numbers of a row to `n_latent` latent numbers, and the discriminator of pairs, from a row **and** its latent numbers, side by side, to one logit.
# `pair_logits` puts the two side by side and asks it.
#
# In `mix`, the parts have different units: a plain sum would hold one part only. Divide each part by its mean on **held-out normal rows**, and return
# (1 - weight) · reconstruction + weight · discrimination for each new row. The arguments `new_...` and `held_...` are lists or arrays of scores.
# <details><summary>Hint 1</summary>`ops.concatenate([rows, latent], axis=1)` puts columns side by side; `width + n_latent` is how many there are.</details>
# <details><summary>Hint 2</summary>Scale first, then weigh: `np.asarray(new_reconstruction) / np.mean(held_reconstruction)` is the first part.</details>


# %% exercise="lab3-q8"
def build_encoder(width, n_latent):
    """Return a network from a row to its latent numbers."""
    ### BEGIN SOLUTION
    return stack(width, 64, 64, n_latent)
    ### END SOLUTION


def build_pair_discriminator(width, n_latent):
    """Return a network from a row and latent numbers, side by side, to one logit."""
    ### BEGIN SOLUTION
    return stack(width + n_latent, 64, 64, 1)
    ### END SOLUTION


def pair_logits(discriminator, rows, latent):
    """Return what the discriminator says of each pair; shape (n, 1)."""
    ### BEGIN SOLUTION
    return discriminator(ops.concatenate([rows, latent], axis=1))
    ### END SOLUTION


def mix(new_reconstruction, new_discrimination, held_reconstruction, held_discrimination, weight):
    """Return the weighted sum of both parts, each in units of its mean on held-out rows."""
    ### BEGIN SOLUTION
    first = np.asarray(new_reconstruction, float) / np.mean(held_reconstruction)
    second = np.asarray(new_discrimination, float) / np.mean(held_discrimination)
    return (1 - weight) * first + weight * second
    ### END SOLUTION


def first_pairs(rows, latent):
    """Return what fresh players make of `rows`, and say of the pairs (row, latent)."""
    return ask_pairs(build_encoder, build_pair_discriminator, pair_logits, rows, latent)


bigan_game(build_encoder, build_pair_discriminator, pair_logits)

# %% [markdown]
# The line above is the game of your players, without a cycle term: an encoder and a generator that undid each other would come near 0. Telling pairs apart is a weak hint on how to rebuild a row.

# %% check="lab3-q8" points=2
rng = np.random.default_rng(8)
rows, latent = np.repeat(rng.normal(size=(3, 7)), 2, axis=0), rng.normal(size=(6, 4))
encoded, told = first_pairs(rows, latent)
checks.expect_shape(encoded, (6, 4), "the encoder makes latent numbers, here 4, of each row")
checks.expect_shape(told, (6, 1), "the discriminator says one logit of each pair")
encoded, told = np.asarray(encoded, float), np.asarray(told, float)
hint = "equal rows must get equal latent numbers, and other rows other ones: the encoder looks at the row"
checks.expect(bool(np.allclose(encoded[::2], encoded[1::2], atol=1e-5)), hint)
checks.expect(bool(np.ptp(encoded, axis=0).min() > 1e-6), hint)
hint = "of equal rows with other latent numbers it says the same: a pair is a row and its latent numbers"
checks.expect(bool(np.abs(told[::2] - told[1::2]).min() > 1e-7), hint)
told = np.asarray(first_pairs(rng.normal(size=(6, 7)), np.repeat(latent[:1], 6, axis=0))[1], float)
hint = "of other rows with equal latent numbers it says the same: a pair is a row and its latent numbers"
checks.expect(bool(np.ptp(told) > 1e-7), hint)
hint = "a logit lies on both sides of 0: no sigmoid and no ReLU at the end"
logits = [first_pairs(30 * rows, 30 * latent)[1] for _ in range(8)]
checks.expect(bool(np.min(logits) < 0 < np.max(logits) and np.ptp(logits) > 1), hint)
answer = mix([1.0, 4.0], [300.0, 100.0], [1.0, 3.0], [100.0, 300.0], 0.25)
checks.expect_shape(answer, (2,), "return one score for each new row")
answer = np.asarray(answer, float)
hint = "discrimination drowns the reconstruction: divide each part by its mean first"
checks.expect(bool(answer.max() < 20), hint)
hint = "weight belongs to the discrimination, 1 - weight to the reconstruction"
checks.expect(not np.allclose(answer, [1.25, 0.875]), hint)
hint = "the score of a row changed when another row came along: new rows may hold attacks, so take the scale from the held-out rows alone"
more = mix([1.0, 4.0, 900.0], [300.0, 100.0, 9.0], [1.0, 3.0], [100.0, 300.0], 0.25)
checks.expect_close(np.asarray(more, float)[:2], answer, hint)
hint = "scale by the means 2 and 200, then weigh; not by a median, a maximum, a standard deviation, or the new rows too"
checks.expect_close(answer, [0.75, 1.625], hint)
hint = "take the scale from the held-out rows of this call: with other ones the same rows get other scores"
other = mix([1.0, 4.0], [300.0, 100.0], [4.0, 4.0, 4.0], [50.0], 0.25)
checks.expect_close(other, [1.6875, 1.25], hint)
alone = mix([2.0], [5.0], [1.0, 1.0], [10.0], 0.0)
checks.expect_close(alone, [2.0], "with weight 0, only the reconstruction is left")
### BEGIN HIDDEN TESTS
hidden = checks.hidden_rng()
parts, usual, weight = hidden.uniform(1, 9, (2, 5)), hidden.uniform(1, 9, (2, 7)), hidden.uniform()
first, second = (parts / usual.mean(axis=1, keepdims=True)) * [[1 - weight], [weight]]
answer = mix(*parts.tolist(), *usual.tolist(), float(weight))
checks.expect_close(answer, first + second, "other rows get wrong scores: scale, weigh, then add")
### END HIDDEN TESTS
checks.passed("lab3-q8")

# %% [markdown] slide="subslide"
# ### What both find
#
# A score becomes alerts by a threshold: here the 95th percentile of the scores of held-out normal rows, for both.

# %%
guess = None  # your guess: the false-alarm rate of the BiGAN; the threshold promises 0.05

# %% slide="subslide"
found_by = {}
for name, fitted in (("GAN", gan), ("BiGAN", bigan)):
    threshold = thresholds.percentile(fitted.anomaly_score(M_held), q=95.0)
    figures = evaluation.summary(y_new, fitted.anomaly_score(M_new), threshold)
    found_by[name] = figures[["precision", "recall", "f1", "false_alarm_rate", "auc"]]
caption = "KDDTest+, threshold: the 95th percentile of held-out normal rows"
new.show(pd.DataFrame(found_by).T, caption).format("{:.3f}")

# %%
guesses.compare(guess, found_by["BiGAN"]["false_alarm_rate"], "False-alarm rate of the BiGAN")

# %% [markdown]
# Precision is the share of attacks among the alerts, recall the share of the attacks that raise one, F1 their harmonic mean. Compare the lines. Whether the threshold kept the 5 % of false alarms that it promised, on the later rows of the test file, shows in the fourth column.

# %% [markdown] slide="slide"
# ## 8 Check the sign before you believe a score
#
# No labels, no attacks: can you still find out that a score is useless? Make **synthetic anomalies**: take normal rows that were not trained on and put each column in an order of its own. Each value
# occurs in normal traffic, only the combinations are wrong. A score that cannot tell these rows from the real ones has probably not learned what goes together.

# %% [markdown]
# ### Exercise 9: the sanity check
# **8 min · core · 3 points.** In `shuffled`, put the values of **each column** into a random order of their own, and leave `rows` as it is. In `sanity`, return the AUC of scores against
# "is shuffled": the share of pairs (a usual row, an odd row) in which the odd one scores higher; equal scores count one half. In `verdict`, return "inverted" for an AUC below 0.4, "useless" up to 0.6, else "passed".
# <details><summary>Hint 1</summary>`np.random.default_rng(seed).permuted(rows, axis=0)` shuffles each column by itself.</details>
# <details><summary>Hint 2</summary>`evaluation.ranking(labels, scores)["auc"]` with label 1 for the odd rows, or compare all pairs.</details>


# %% exercise="lab3-q9"
def shuffled(rows, seed):
    """Return an array like `rows`, each column in an order of its own."""
    ### BEGIN SOLUTION
    return np.random.default_rng(seed).permuted(np.asarray(rows), axis=0)
    ### END SOLUTION


def sanity(usual_scores, odd_scores):
    """Return the share of pairs in which the odd row scores higher."""
    ### BEGIN SOLUTION
    usual, odd = np.asarray(usual_scores, float)[:, None], np.asarray(odd_scores, float)[None, :]
    return float(((odd > usual) + 0.5 * (odd == usual)).mean())
    ### END SOLUTION


def verdict(auc):
    """Return "inverted", "useless" or "passed"."""
    ### BEGIN SOLUTION
    return "inverted" if auc < 0.4 else "useless" if auc <= 0.6 else "passed"
    ### END SOLUTION


# %% check="lab3-q9" points=3
rows = np.arange(120).reshape(40, 3)
with checks.unchanged(rows, "shuffle a copy: the rows that came in must stay as they are"):
    odd = shuffled(rows, 1)
checks.expect_shape(odd, (40, 3), "return as many rows and columns as came in")
odd = np.asarray(odd, float)
hint = "each column keeps its values: only their order changes"
checks.expect_close(np.sort(odd, axis=0), rows, hint)
hint = "whole rows moved: the columns need orders of their own, or no combination is new"
together = [a for a in range(3) for b in range(a) if np.allclose(odd[:, a] - odd[:, b], a - b)]
checks.expect(len(together) < 3, hint)
hint = "some columns got the same order (the same seed for each?), so that their values still go together"
checks.expect(not together, hint)
auc = sanity([1.0, 2.0, 3.0], [2.0, 4.0])
hint = "the odd rows win 4 of 6 pairs and tie in one: higher scores are the odd ones"
checks.expect_close(auc, 4.5 / 6, hint)
said = [verdict(value) for value in (0.1, 0.5, 0.9)]
hint = "0.1 is inverted, 0.5 is useless (a coin), 0.9 has passed"
checks.expect(said == ["inverted", "useless", "passed"], hint)
again = np.asarray(shuffled(rows, 1), float)
checks.expect_close(again, odd, "the same seed must give the same rows: use the argument seed")
checks.expect(not np.allclose(np.asarray(shuffled(rows, 2), float), odd), "use the argument seed")
hint = "a constant score wins nothing and loses nothing: 0.5"
checks.expect_close(sanity([1.0, 1.0], [1.0]), 0.5, hint)
said = [verdict(value) for value in (0.6, 0.4, 0.45, 0.39, 0.61)]
hint = "0.4 and 0.6 are still useless, and so is all between them"
checks.expect(said == ["useless"] * 3 + ["inverted", "passed"], hint)
### BEGIN HIDDEN TESTS
hidden = checks.hidden_rng()
rows = hidden.permutation(1000)[:40, None] + 1000 * np.arange(3)
odd = np.asarray(shuffled(rows.copy(), int(hidden.integers(1000))), float)
hint = "other rows: as many rows and columns as came in, and each column keeps its values, in an order of its own"
checks.expect_shape(odd, rows.shape, hint)
checks.expect_close(np.sort(odd, axis=0), np.sort(rows, axis=0), hint)
same = [np.allclose(odd[:, a] - odd[:, b], 1000 * (a - b)) for a in range(3) for b in range(a)]
checks.expect(not any(same), hint)
usual, strange = hidden.integers(0, 60, 50), hidden.integers(hidden.integers(50), 60, 70)
wins = np.sign(strange[None, :] - usual[:, None])
hint = "with other scores the share is wrong: a pair is won, lost, or tied and counts one half"
checks.expect_close(sanity(usual.tolist(), strange.tolist()), (wins.mean() + 1) / 2, hint)
levels = hidden.uniform(0, 1, 20).tolist()
wanted = ["inverted" if v < 0.4 else "passed" if v > 0.6 else "useless" for v in levels]
checks.expect([verdict(v) for v in levels] == wanted, "the borders are 0.4 and 0.6")
### END HIDDEN TESTS
checks.passed("lab3-q9")

# %% [markdown] slide="subslide"
# ### Does the check find the bad scores?
#
# The detectors have made the same check when they were fitted; it stands in `sanity_`. Beside it is what we have only here, in the laboratory: the AUC on labelled test rows.

# %% slide="subslide"
rows = {}
for name, fitted in (("GAN", gan), ("BiGAN", bigan)):
    for kind in fitted.kinds:
        scores = fitted.anomaly_score(M_new, kind=kind)
        auc = evaluation.ranking(y_new, scores)["auc"]
        rows[f"{name}: {kind}"] = {"sanity, no labels": fitted.sanity_[kind], "test AUC": auc}
judged = pd.DataFrame(rows).T
misled = judged[(judged["sanity, no labels"] > 0.6) & (judged["test AUC"] < 0.6)]
caption = f"{len(misled)} of {len(judged)} scores pass the check and are no detectors"
new.show(judged, caption).format("{:.3f}")

# %% [markdown]
# Read each row: a score should have both numbers high. In the rows that the caption counts, the check has passed a score that is no better than a coin on real attacks, or inverted.
#
# So the check is a **warning light**, neither necessary nor sufficient. Shuffled columns are one kind of anomaly, far from all habits; an attack may be a smooth, regular row of which the discriminator has no opinion, so that a score
# may pass and be useless. And where all training rows are nearly alike, so are the shuffled ones: section 9 has a score that fails and is useful. A score that fails needs a closer look before any use; one that passes goes on to the next question: a few real, labelled attacks.

# %% [markdown] slide="slide"
# ## 9 A published number and its protocol
#
# Zenati et al. (2018) report an F1 of about .94 for their BiGAN on KDD99. The protocol, used by many papers since:
#
# - the 10 % file, in which attacks are the majority: so **normal traffic is called the anomaly**;
# - half of the file is for training, and only its attacks are used; the other half is the test;
# - the 20 % of the test rows with the highest scores are flagged.

# %%
kdd = datasets.load("kdd99")
is_normal = 1 - datasets.is_attack(kdd.y)
order = np.random.default_rng(rt.seed).permutation(len(is_normal))
first_half, test = np.array_split(order, 2)
learn = first_half[is_normal[first_half] == 0]
truth = is_normal[test]
share = truth.mean()
print(
    f"{len(learn):,} attacks to learn from, {len(test):,} test rows; {share:.4f} of them are 'anomalies'."
)

# %% [markdown]
# ### Exercise 10: the rule and its ceiling
# **7 min · core · 3 points.** `flag_top` returns 1 for the share `flagged` of the rows with the highest scores (so many: `round(flagged * n)`), else 0. `best_f1` returns the F1 of a **perfect** score
# under this rule, when the share `anomalies` of the rows are anomalies: think of which rows are flagged, and of which of these are anomalies. The cell then flags rows of KDDTest+ with your function and shows the confusion matrix of your BiGAN.
# <details><summary>Hint 1</summary>`np.argsort(-scores)[:k]` are the places of the k highest scores.</details>
# <details><summary>Hint 2</summary>Perfect score: min(anomalies, flagged) of the rows are found. F1 = 2 · found / (anomalies + flagged).</details>


# %% exercise="lab3-q10"
def flag_top(scores, flagged):
    """Return 1 for the share `flagged` with the highest scores, else 0."""
    ### BEGIN SOLUTION
    alerts = np.zeros(len(scores), dtype=int)
    alerts[np.argsort(-np.asarray(scores, float))[: round(flagged * len(scores))]] = 1
    return alerts
    ### END SOLUTION


def best_f1(anomalies, flagged):
    """Return the F1 of a perfect score."""
    ### BEGIN SOLUTION
    return 2 * min(anomalies, flagged) / (anomalies + flagged)
    ### END SOLUTION


print(f"the ceiling of the protocol: F1 {best_f1(share, 0.2):.4f}")
names = np.array(["normal", "attack"])
own = evaluation.confusion(names[y_new], names[flag_top(bigan.anomaly_score(M_new), y_new.mean())])
ax = plots.confusion_matrix(own, title="BiGAN: as many alerts as attacks")

# %% [markdown]
# You see the four counts of your BiGAN of section 7 on KDDTest+, when as many rows are flagged as there are attacks. (Nobody knows that number in service: such a rule uses the labels of the test.) The line above
# the figure is the highest F1 that any detector can have in Zenati's protocol.

# %% check="lab3-q10" points=3
answer = flag_top([0.3, 0.9, 0.1, 0.8, 0.2], 0.4)
checks.expect_shape(answer, (5,), "return one 0 or 1 for each score")
hint = "these are the lowest scores; the highest ones are the anomalies"
checks.expect(np.asarray(answer).tolist() != [0, 0, 1, 0, 1], hint)
checks.expect_close(answer, [0, 1, 0, 1, 0], "two of five: the scores 0.9 and 0.8, in place")
hint = "flag a share of the rows: equal scores must not raise the number of alerts"
checks.expect_close(np.sum(flag_top([1.0] * 10, 0.2)), 2, hint)
perfect = best_f1(0.1, 0.2)
hint = "all anomalies are found (recall 1) and half of the flagged rows are anomalies (precision one half)"
checks.expect_close(perfect, 2 / 3, hint)
hint = "with fewer flags than anomalies, the precision is 1 and the recall is below 1"
checks.expect_close(best_f1(0.2, 0.1), 2 / 3, hint)
checks.expect_close(best_f1(0.2, 0.2), 1.0, "with as many flags as anomalies, perfect is 1")
checks.expect_close(
    best_f1(0.1969, 0.2), 0.99219, "at 19.69 % the ceiling is .9922", tolerance=1e-4
)
checks.expect_close(flag_top([5, 1, 2, 9], 0.0), [0, 0, 0, 0], "a share of 0 flags nothing")
hint = "so many are flagged: round(flagged * n), here two of three"
checks.expect_close(flag_top([3.0, 1.0, 2.0], 0.5), [1, 0, 1], hint)
### BEGIN HIDDEN TESTS
hidden = checks.hidden_rng()
many, n = hidden.normal(size=64), int(hidden.integers(5, 60))
hint = "of 64 other scores the wrong ones are flagged: take the highest, as many as the share says"
checks.expect_close(flag_top(many.tolist(), n / 64), many >= np.sort(many)[-n], hint)
a, b = hidden.uniform(0.05, 0.5, 2).tolist()
hint = "for other shares the F1 is wrong: twice the smaller one, divided by their sum"
checks.expect_close(best_f1(a, b), 2 * min(a, b) / (a + b), hint)
### END HIDDEN TESTS
checks.passed("lab3-q10")

# %% [markdown] slide="subslide"
# ### Two rivals without a network
#
# - **Seen before?** The score is 1 when exactly this row is not among the training rows, else 0.
# - **One column**: the score is minus `count`, the number of connections to the same host in two seconds.

# %%
ids = pd.util.hash_pandas_object(kdd.X, index=False).to_numpy()
seen = np.isin(ids[test], ids[learn])
leak = {
    "attacks of the test": seen[truth == 0].mean(),
    "'anomalies' of the test": seen[truth == 1].mean(),
}
leak = pd.Series(leak, name="also among the training rows")
kdd.show(leak.to_frame(), "Exact copies of training rows").format("{:.1%}")


# %%
guess = None  # your guess: the F1 of a single column as the score; the published GAN has .94


# %% slide="subslide"
def top_fifth(scores, truth):
    """Return AUC, and F1 with the highest 20 % flagged."""
    threshold = np.sort(scores)[-int(0.2 * len(scores)) - 1]
    return {
        "auc": evaluation.ranking(truth, scores)["auc"],
        "f1": evaluation.summary(truth, scores, threshold)["f1"],
    }


jitter = 1e-6 * np.random.default_rng(rt.seed).random(len(test))  # breaks ties at random
found = {"seen before? no": top_fifth(~seen + jitter, truth)}
found["one column, -count"] = top_fifth(jitter - kdd.X["count"].to_numpy(float)[test], truth)
found["perfect"] = top_fifth(truth + jitter, truth)
caption = "No network yet, and the ceiling of the rule"
kdd.show(pd.DataFrame(found).T, caption).format("{:.4f}")

# %%
guesses.compare(guess, found["one column, -count"]["f1"], "F1 of one column")

# %% [markdown]
# Read the first table: when nearly all attacks of the test are copies of training rows, and none of the 'anomalies' are, **memory** is enough. Then the second one: compare the
# single column with the published .94. A table of F1 scores without such baselines says little.

# %% [markdown] slide="subslide"
# ### The same GAN, three times
#
# Now the BiGAN itself, three seeds, with the cycle term and as in the paper (`cycle=0`). To keep the wait short, we take at most 20,000 training rows and 40,000 test rows. Beside it stands the
# autoencoder of Lab 2 on the same rows.

# %%
few, some = learn[:20_000], np.arange(len(test))[:40_000]
kdd_encoder = features.make_encoder().fit(kdd.X.iloc[few])
Z_few, Z_some = (kdd_encoder.transform(kdd.X.iloc[part]) for part in (few, test[some]))
rows, started = [], time.perf_counter()
for number in range(rt.epochs(3)):
    shared = {"epochs": rt.epochs(8), "seed": number}
    makers = {
        "BiGAN with cycle": BiGANDetector(**shared),
        "BiGAN, cycle=0": BiGANDetector(**shared, cycle=0.0),
    }
    makers["autoencoder, whitened"] = AutoencoderDetector(**shared)
    for name, maker in makers.items():
        scores = maker.fit(Z_few).anomaly_score(Z_some)
        rows.append({"detector": name, "seed": number} | top_fifth(scores, truth[some]))
by_seed = pd.DataFrame(rows)
print(f"{len(by_seed)} trainings, {time.perf_counter() - started:.0f} s")

# %%
guess = None  # your guess: the difference between the best and the worst F1 of "BiGAN, cycle=0"

# %% slide="subslide"
table = by_seed.pivot_table(index="detector", columns="seed", values="f1")
table.columns = [f"seed {number}" for number in table.columns]
table["spread"] = table.max(axis=1) - table.min(axis=1)
kdd.show(table, "F1 in Zenati's protocol, by seed").format("{:.3f}")

# %%
guesses.compare(guess, table.loc["BiGAN, cycle=0", "spread"], "Best minus worst seed")

# %% [markdown]
# Read the rows from left to right: the same code, the same data, another seed. The last column is the difference between best and worst. A paper that shows one number of a row with a large spread shows
# luck. Then read down: the rows differ by more than their spreads. The cycle term is not in the paper.

# %% [markdown]
# A warning may come from the library, which makes the check of section 8 by itself. Flagging at random has an F1 of about .2: compare it with the table. Here the light is wrong in the other direction.

# %% [markdown]
# Three more things that the number does not tell: the rows were *not* de-duplicated, the 20 % comes from the test labels, and nobody guards a network in which normal traffic is the anomaly.

# %% [markdown]
# ### Reflection 1: a number in a paper
# **4 min · core · 2 points.** A colleague brings a paper: "our GAN has F1 .95 in this protocol, so it is better than all others". Which two things of this section do you show, with figures of your own tables, and which
# measurement would convince you?

# %% [markdown] reflect="lab3-r1" points=2
# Most attacks of the test half are exact copies of training rows, so a lookup table already ranks well; and a single column, minus count, gets an F1 close to the published one. The ceiling of the rule is about .99, so
# .95 is not close to perfect. The paper's form of my own BiGAN (no cycle term) moved by several points between seeds. I would be convinced by: de-duplicated rows, at least five seeds with mean and spread, the simple baselines in the same table, a
# threshold from held-out training rows, and attacks as the anomalies, best on later traffic.

# %% [markdown] slide="slide"
# ## 10 Three methods side by side
#
# The same split of NSL-KDD for all. XGBoost learns from normal rows **and** labelled attacks; autoencoder and BiGAN learn from the normal rows alone. The attacks become rarer: from as many as the file has to one in a thousand.
# The test rows stay as they are.

# %%
autoencoder = AutoencoderDetector(epochs=n_epochs, seed=rt.seed).fit(M_train)
flat = {"autoencoder": autoencoder, "BiGAN": bigan}
flat_scores = {name: fitted.anomaly_score(M_new) for name, fitted in flat.items()}
attacks = np.flatnonzero(attack == 1)
both = np.sort(np.concatenate([train, attacks]))
as_is = attack[both].mean()
shares, tree_scores, tree_held = [as_is, 0.1, 0.01, 0.001], {}, {}
for wanted in shares:
    for number in range(rt.epochs(3)):
        rows, labels = both, attack[both]
        if wanted < as_is:
            rows, labels = resampling.reduce_anomalies(rows, labels, ratio=wanted, seed=number)
        M_rows = encoder.transform(known.X.iloc[rows])
        trees = boosting.train(M_rows, labels, n_rounds=rt.rounds(50), seed=number)
        tree_scores[wanted, number] = boosting.predict(trees, M_new)
        tree_held[wanted, number] = boosting.predict(trees, M_held)

# %% slide="subslide"
aucs = {w: [] for w in shares}
for (wanted, _), scores in tree_scores.items():
    aucs[wanted].append(evaluation.ranking(y_new, scores)["auc"])
rarity = pd.DataFrame({"XGBoost": {w: np.mean(values) for w, values in aucs.items()}})
for name, scores in flat_scores.items():
    rarity[name] = evaluation.ranking(y_new, scores)["auc"]
ax = teaching.rarity_curves(rarity, ylabel="AUC on KDDTest+")

# %% [markdown]
# You see the AUC on the official test file against the share of attacks among the training rows (means of several draws for XGBoost). The lines of autoencoder and BiGAN are flat, because they have never seen an attack:
# what you do not use cannot become rare. The trees live on examples, and lose them.

# %% [markdown] slide="slide"
# ### One rule for all
#
# XGBoost gives a probability, and many people cut it at .5. The two others have no such number: they were cut at a quantile of held-out normal rows. **Detectors that are cut by different rules cannot be compared.**
# So one rule for all: the 95th percentile of the same held-out normal rows. `evaluation.Comparison` takes one rule and refuses two.

# %% slide="subslide"
rankings = {"XGBoost": (tree_held[as_is, 0], tree_scores[as_is, 0])}
for name, fitted in flat.items():
    rankings[name] = fitted.anomaly_score(M_held), flat_scores[name]
rows_of_test = {"names": new.y, "known": known.y.unique(), "families": family_new}
half = evaluation.Comparison(0.5, {"XGBoost": rankings["XGBoost"]}, **rows_of_test)
same_rule = evaluation.Comparison(
    thresholds.percentile, rankings, options={"q": 95.0}, **rows_of_test
)
side = pd.concat([half.table().rename(index={"XGBoost": "XGBoost, p > .5"}), same_rule.table()])
columns = ["held_out", "largest_tie", "false_alarms", "recall_known", "recall_new", "macro_recall"]
new.show(side[columns], "KDDTest+: p > .5, then one rule for three detectors").format("{:.3f}")

# %% [markdown]
# Compare the first two rows: one model, one ranking, two thresholds. At .5 the trees seem blind to **new types**, the attack types that the training file does not hold. Nobody chose .5 for this network. By the rule of the
# others they find more new types than these, and raise more false alarms. `macro_recall` is the mean of the recalls of the four families, so that no large family decides alone.
#
# The rule promised 5 % false alarms, and `held_out` says that it kept to that. `largest_tie` is the largest share of held-out rows with one and the same score: trees give many normal rows the same score near 0, and no rule can divide these.
# Here they lie below the threshold. What is above 5 % on the test rows is **drift**: later normal traffic differs, and the trees notice most.

# %% slide="subslide"
from anomaly_labs.teaching.comparison import bands

fig, axes = plt.subplots(1, 2, figsize=(11, 4.6), sharey=True)
for ax, types in zip(axes, ("known", "new"), strict=True):
    ax = plots.recall_over_alarms(
        same_rule, types, bands=bands("nsl"), marks=[half, same_rule], ax=ax
    )

# %% [markdown]
# You see recall over false alarms for all thresholds: your models as lines, five seeds as areas (measured on the real files), the points of the table as markers. The dotted line is one false alarm in a hundred normal rows. Read the right panel there, and at 5 %.

# %% [markdown] slide="subslide"
# ### What is true of the three
#
# Means of five seeds, new types on KDDTest+:
#
# | false alarms | XGBoost | autoencoder | BiGAN |
# |---|---|---|---|
# | 10 % | @comparison:nsl.xgboost.at_10.recall_new@ | @comparison:nsl.autoencoder.at_10.recall_new@ | @comparison:nsl.bigan.at_10.recall_new@ |
# | 5 % | @comparison:nsl.xgboost.at_5.recall_new@ | @comparison:nsl.autoencoder.at_5.recall_new@ | @comparison:nsl.bigan.at_5.recall_new@ |
# | 1 % | @comparison:nsl.xgboost.at_1.recall_new@ | @comparison:nsl.autoencoder.at_1.recall_new@ | @comparison:nsl.bigan.at_1.recall_new@ |
#
# - The rankings are worth about the same where many false alarms are allowed. The threshold made the difference at .5.
# - Where false alarms must be rare, new types vanish for the trees first, and are hard for all.
# - One file is no law: on KDD99's official test file (Lab 1) XGBoost and the autoencoder find @comparison:kdd99.xgboost.at_1.recall_new@ and @comparison:kdd99.autoencoder.at_1.recall_new@ of the new types at 1 %.

# %% [markdown]
# ### Reflection 2: three methods
# **6 min · core · 3 points.** For each of the three methods: how does it find an anomaly, and what happens to it when attacks become rare? Use figures of section 10. Then decide, at false alarms that a desk can afford: which one do you
# switch on first in a network with a hundred labelled attacks, and when would a GAN be worth its trouble?

# %% [markdown] reflect="lab3-r2" points=3
# XGBoost learns a border between labelled attacks and normal rows; with fewer labelled attacks its AUC falls. The autoencoder scores what it cannot rebuild, the BiGAN what generator and discriminator do not know; both learn from normal
# rows alone, so rarity does not change them, but they need clean normal rows. All three need a threshold; with the same rule XGBoost finds at least as many new types (@comparison:nsl.xgboost.percentile_95.recall_new@ and @comparison:nsl.autoencoder.percentile_95.recall_new@), at twice the false alarms (@comparison:nsl.xgboost.percentile_95.false_alarms@ and @comparison:nsl.autoencoder.percentile_95.false_alarms@). A desk
# that can afford one per cent gets next to no new type from XGBoost and some from the others. With a hundred labelled attacks I switch on the autoencoder first, use the labels to check the score's sign, and put XGBoost beside it for the known
# types. A GAN is worth its trouble where generated rows are needed (tests, rare classes, Defense-GAN), not for a detector alone: its figures here are no better than the autoencoder's, and it can fail in more ways.

# %% [markdown] slide="slide"
# ## 11 What you measured

# %% slide="subslide"
evaluation.headline(
    source=known.source,
    islands_gan=failures.modes_covered(collapsed.points),
    islands_wgan_gp=failures.modes_covered(wasserstein.points),
    auc_gan_discriminator=gan_auc,
    auc_bigan=rarity["BiGAN"].iloc[0],
    auc_autoencoder=rarity["autoencoder"].iloc[0],
    auc_xgboost=rarity["XGBoost"].iloc[0],
    auc_xgboost_rarest=rarity["XGBoost"].iloc[-1],
    f1_one_column=found["one column, -count"]["f1"],
    f1_bigan_zenati=by_seed[by_seed["detector"] == "BiGAN with cycle"]["f1"].mean(),
    comparison=same_rule,
)

# %% [markdown]
# ### Sources
#
# Goodfellow et al. (2014), doi 10.48550/arXiv.1406.2661 · Arjovsky, Chintala and Bottou (2017), WGAN, doi 10.48550/arXiv.1701.07875 · Gulrajani et al. (2017), WGAN-GP,
# doi 10.48550/arXiv.1704.00028 · Korpelevich (1976), The extragradient method · Salimans et al. (2016), doi 10.48550/arXiv.1606.03498 · Karras et al. (2018), doi 10.48550/arXiv.1710.10196 · Li et al. (2017), ALICE,
# doi 10.48550/arXiv.1709.01215 · Zenati et al. (2018), doi 10.48550/arXiv.1802.06222

# %% [markdown] slide="slide"
# ## Recap and next step
#
# - A GAN is a game: a loss says who is ahead, not when to stop. Watch the variety of the generated rows.
# - Gradients vanish, players circle, modes collapse: a better loss, a look ahead or an average, a discriminator that sees the batch, a critic.
# - A discriminator that tells real from generated rows need not know attacks. Check each score's sign, and know that the check can be wrong in both directions.
# - A figure is worth its protocol: look for copies, ceilings, one-column baselines and the spread over seeds.
# - Compare detectors under one rule, or at equal false alarms. Nobody chose .5.
#
# **Next:** Lab 4 attacks the detectors that you have built, and uses a generator to defend them.
