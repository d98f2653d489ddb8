"""Mode collapse on eight small clouds in the plane, and a game in which it does not happen."""

from typing import Any, Literal, NamedTuple, get_args

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from keras import ops

from anomaly_labs.gan import networks
from anomaly_labs.gan.losses import gradient_penalty, says

Game = Literal["gan", "minibatch_std", "wgan_clip", "wgan_gp"]

MODES = 8
RADIUS, SPREAD = 2.0, 0.05
LATENT, UNITS, BATCH = 8, 64, 128
EVERY = 100  # steps from look to look
RATES = {"gan": 5e-4, "minibatch_std": 5e-4, "wgan_clip": 1e-3, "wgan_gp": 1e-3}  # of the generator
OTHER_RATE = 1e-3
CRITIC_STEPS, GENERATOR_STEPS = 5, 10
PENALTY, CLIP = 1.0, 0.1


class Generated(NamedTuple):
    """What a generator makes at the end, how many modes it reached on the way, and each look."""

    points: np.ndarray
    modes: pd.Series
    looks: dict[int, np.ndarray]


def mixture(n: int, *, seed: int = 0) -> np.ndarray:
    """Return `n` points around eight places on a circle, shape (n, 2), float32.

    Parameters
    ----------
    n
        How many points are drawn.
    seed
        Seed of the points.

    Examples
    --------
    >>> mixture(3).shape
    (3, 2)
    """
    rng = np.random.default_rng(seed)
    turn = 2 * np.pi * rng.integers(MODES, size=n) / MODES
    places = RADIUS * np.column_stack([np.cos(turn), np.sin(turn)])
    return (places + SPREAD * rng.normal(size=(n, 2))).astype(np.float32)


def modes_covered(points: np.ndarray) -> int:
    """Return how many of the eight places of `mixture` the points reach.

    A place is reached when at least a fifth of its share of the points, 1 in 40, lie within a
    quarter of its distance to the next place.

    Parameters
    ----------
    points : shape (n_samples, 2)
        What a generator makes.

    Examples
    --------
    >>> modes_covered(mixture(1000)), modes_covered(np.full((1000, 2), [2.0, 0.0]))
    (8, 1)
    """
    return int((_near(points).mean(axis=0) >= 0.2 / MODES).sum())


def share_at_one(points: np.ndarray) -> float:
    """Return the share of the points that lie near the fullest of the eight places.

    Parameters
    ----------
    points : shape (n_samples, 2)
        What a generator makes.

    Examples
    --------
    >>> share_at_one(np.array([[2.0, 0.0], [2.0, 0.1], [0.0, 2.0], [0.0, 0.0]]))
    0.5
    """
    return float(_near(points).mean(axis=0).max())


def share_between(points: np.ndarray) -> float:
    """Return the share of the points that lie near none of the eight places.

    Parameters
    ----------
    points : shape (n_samples, 2)
        What a generator makes.

    Examples
    --------
    >>> share_between(np.array([[2.0, 0.0], [0.0, 2.0], [0.0, 0.0], [1.0, 0.0]]))
    0.5
    """
    return float(1 - _near(points).any(axis=1).mean())


def _near(points: np.ndarray) -> np.ndarray:
    """Return which points lie near which place, shape (n_samples, 8)."""
    turn = 2 * np.pi * np.arange(MODES) / MODES
    places = RADIUS * np.column_stack([np.cos(turn), np.sin(turn)])
    away = np.linalg.norm(points[:, None] - places, axis=2)
    return np.asarray(away < np.linalg.norm(places[0] - places[1]) / 4)


def mode_collapse(game: Game, *, steps: int = 2500, seed: int = 0) -> Generated:
    """Train a generator on `mixture` and return what it makes, and the modes it reached.

    The generator takes ten steps for each of the discriminator's. The best answer to a
    discriminator that stands still is the one point that it believes most: the generator gathers
    all points there, and runs to another when it is found out. Repairs:

    - "minibatch_std" changes one thing. The discriminator also sees the standard deviation of the
      batch, so that rows too much alike give themselves away.
    - "wgan_clip" has another loss, a critic whose weights are clipped to a small interval, so that
      its gradient is bounded. It takes five steps for each of the generator's.
    - "wgan_gp" bounds the gradient of the critic by a penalty instead.

    Parameters
    ----------
    game
        "gan", "minibatch_std", "wgan_clip" or "wgan_gp".
    steps
        How many rounds are played: one step of the discriminator and ten of the generator, or five
        of a critic and one of the generator.
    seed
        Seed of weights, points and latent numbers.

    Returns
    -------
    Generated
        `points`: shape (1000, 2), float32. `modes`: number of modes reached, each 100 rounds.
        `looks`: the points at these rounds.

    References
    ----------
    Metz et al. (2017), Unrolled generative adversarial networks (the experiment).
    https://doi.org/10.48550/arXiv.1611.02163
    Karras et al. (2018), Progressive growing of GANs (the standard deviation of the batch, after
    Salimans et al. 2016). https://doi.org/10.48550/arXiv.1710.10196
    Arjovsky, Chintala and Bottou (2017), Wasserstein GAN (clipped weights).
    https://doi.org/10.48550/arXiv.1701.07875
    Gulrajani et al. (2017), Improved training of Wasserstein GANs.
    https://doi.org/10.48550/arXiv.1704.00028

    Examples
    --------
    >>> mode_collapse("gan", steps=200).modes.index.tolist()
    [100, 200]
    """
    if game not in get_args(Game):
        raise ValueError(f"game={game!r} must be one of {', '.join(map(repr, get_args(Game)))}")
    duel = Duel(game, seed=seed)
    latent = np.random.default_rng(seed).standard_normal((1000, LATENT), dtype=np.float32)
    looks: dict[int, np.ndarray] = {}
    for step in range(0, steps, EVERY):
        duel.run(tf.constant(min(EVERY, steps - step)))
        looks[min(step + EVERY, steps)] = np.asarray(duel.generator(latent))
    modes = pd.Series({step: modes_covered(points) for step, points in looks.items()}, name="modes")
    return Generated(looks[steps], modes, looks)


class Duel:
    """Generator and discriminator (or critic) of points in the plane; their steps are one graph."""

    def __init__(self, game: Game, *, seed: int) -> None:
        seeds = networks.seeds(seed)
        self.game = game
        self.generator = networks.stack([LATENT, UNITS, UNITS, 2], name="generator", seeds=seeds)
        seen = 4 if game == "minibatch_std" else 2
        self.other = networks.stack([seen, UNITS, UNITS, 1], name="discriminator", seeds=seeds)
        self.real = tf.constant(mixture(20_000, seed=seed))
        self.noise = keras.random.SeedGenerator(seed)
        rates = RATES[game], OTHER_RATE
        self.rules = [keras.optimizers.Adam(rate, beta_1=0.5) for rate in rates]
        for rule, player in zip(self.rules, (self.generator, self.other), strict=True):
            rule.build(player.trainable_variables)

    @tf.function(autograph=False, jit_compile=False)  # type: ignore[untyped-decorator]
    def run(self, steps: Any) -> None:
        """Let both players take so many steps.

        Parameters
        ----------
        steps
            How many rounds are played.
        """
        critic = self.game in ("wgan_clip", "wgan_gp")

        def turn(done: Any) -> tuple[Any]:
            for _ in range(CRITIC_STEPS if critic else 1):
                self._step(1, self.other.trainable_variables)
                if self.game == "wgan_clip":
                    for weight in self.other.trainable_variables:
                        weight.assign(ops.clip(weight, -CLIP, CLIP))
            for _ in range(1 if critic else GENERATOR_STEPS):
                self._step(0, self.generator.trainable_variables)
            return (done + 1,)

        tf.while_loop(lambda done: done < steps, turn, (0,))

    def _step(self, side: int, weights: list[Any]) -> None:
        with tf.GradientTape() as tape:
            loss = self._loss_of_generator() if side == 0 else self._loss_of_other()
        self.rules[side].apply(tape.gradient(loss, weights), weights)

    def _generated(self) -> Any:
        return self.generator(keras.random.normal((BATCH, LATENT), seed=self.noise))

    def _loss_of_generator(self) -> Any:
        told = self._opinion(self._generated())
        return says(told, 1.0) if self.game in ("gan", "minibatch_std") else -ops.mean(told)

    def _loss_of_other(self) -> Any:
        places = keras.random.randint((BATCH,), 0, len(self.real), seed=self.noise)
        rows, generated = tf.gather(self.real, places), self._generated()
        on_real, on_generated = self._opinion(rows), self._opinion(generated)
        if self.game in ("gan", "minibatch_std"):
            return says(on_real, 1.0) + says(on_generated, 0.0)
        gap = ops.mean(on_real) - ops.mean(on_generated)
        if self.game == "wgan_clip":
            return -gap
        return PENALTY * gradient_penalty(self.other, rows, generated, seed=self.noise) - gap

    def _opinion(self, points: Any) -> Any:
        if self.game == "minibatch_std":
            spread = ops.std(points, axis=0, keepdims=True)
            points = ops.concatenate([points, ops.repeat(spread, BATCH, axis=0)], axis=1)
        return self.other(points)
