"""Mode collapse on eight small clouds in the plane, and a game in which it does not happen."""

from typing import Any, Literal, NamedTuple, get_args

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from keras import ops

from anomaly_labs.gan import networks
from anomaly_labs.gan.losses import says, slope_penalty

Game = Literal["gan", "minibatch_std", "wgan_gp"]

MODES = 8
RADIUS, SPREAD = 2.0, 0.05
LATENT, UNITS, BATCH = 8, 64, 128
RATE = 1e-3  # of the generator
JUDGE_RATES = {"gan": 1e-4, "minibatch_std": 1e-4, "wgan_gp": 1e-3}
CRITIC_STEPS, PENALTY = 5, 1.0


class Generated(NamedTuple):
    """What a generator makes at the end, and how many modes it reached on the way."""

    points: np.ndarray
    modes: pd.Series


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
    turn = 2 * np.pi * np.arange(MODES) / MODES
    places = RADIUS * np.column_stack([np.cos(turn), np.sin(turn)])
    away = np.linalg.norm(points[:, None] - places, axis=2)
    near = np.linalg.norm(places[0] - places[1]) / 4
    shares = (away < near).mean(axis=0)
    return int((shares >= 0.2 / MODES).sum())


def mode_collapse(game: Game, *, steps: int = 2500, seed: int = 0) -> Generated:
    """Train a generator on `mixture` and return what it makes, and the modes it reached.

    The discriminator learns at a tenth of the generator's rate. The generator outruns it: it makes
    the one or two modes that the discriminator believes at the moment, and others when it is
    found out. (One as fast as the generator is a cure too in a game this small.) Two repairs:

    - "minibatch_std" changes one thing. The discriminator also sees the standard deviation of the
      batch, so that rows too much alike give themselves away.
    - "wgan_gp" has another loss, a critic with a bound on its slope. It can be trained as far as
      it goes without its gradient vanishing, so it takes five steps at the generator's rate for
      each of the generator's.

    Parameters
    ----------
    game
        "gan", "minibatch_std" or "wgan_gp".
    steps
        How many steps the generator takes.
    seed
        Seed of weights, points and latent numbers.

    Returns
    -------
    Generated
        `points`: shape (1000, 2), float32. `modes`: number of modes reached, each 100 steps.

    References
    ----------
    Metz et al. (2017), Unrolled generative adversarial networks (the experiment).
    https://doi.org/10.48550/arXiv.1611.02163
    Karras et al. (2018), Progressive growing of GANs (the standard deviation of the batch, after
    Salimans et al. 2016). https://doi.org/10.48550/arXiv.1710.10196
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
    points, modes = np.empty((0, 2), np.float32), {}
    for step in range(0, steps, 100):
        duel.run(tf.constant(min(100, steps - step)))
        points = np.asarray(duel.generator(latent))
        modes[min(step + 100, steps)] = modes_covered(points)
    return Generated(points, pd.Series(modes, name="modes"))


class Duel:
    """Generator and judge of points in the plane, and their steps as one graph."""

    def __init__(self, game: Game, *, seed: int) -> None:
        seeds = networks.seeds(seed)
        self.game = game
        self.generator = networks.stack([LATENT, UNITS, UNITS, 2], name="generator", seeds=seeds)
        seen = 4 if game == "minibatch_std" else 2
        self.judge = networks.stack([seen, UNITS, UNITS, 1], name="judge", seeds=seeds)
        self.real = tf.constant(mixture(20_000, seed=seed))
        self.noise = keras.random.SeedGenerator(seed)
        self.rules = [keras.optimizers.Adam(rate, beta_1=0.5) for rate in (RATE, JUDGE_RATES[game])]
        for rule, player in zip(self.rules, (self.generator, self.judge), strict=True):
            rule.build(player.trainable_variables)

    @tf.function(autograph=False, jit_compile=False)  # type: ignore[untyped-decorator]
    def run(self, steps: Any) -> None:
        """Let both players take so many steps.

        Parameters
        ----------
        steps
            How many steps the generator takes.
        """

        def turn(done: Any) -> tuple[Any]:
            for _ in range(CRITIC_STEPS if self.game == "wgan_gp" else 1):
                self._step(1, self.judge.trainable_variables)
            self._step(0, self.generator.trainable_variables)
            return (done + 1,)

        tf.while_loop(lambda done: done < steps, turn, (0,))

    def _step(self, side: int, weights: list[Any]) -> None:
        with tf.GradientTape() as tape:
            loss = self._losses()[side]
        self.rules[side].apply(tape.gradient(loss, weights), weights)

    def _losses(self) -> tuple[Any, Any]:
        places = keras.random.randint((BATCH,), 0, len(self.real), seed=self.noise)
        rows = tf.gather(self.real, places)
        made = self.generator(keras.random.normal((BATCH, LATENT), seed=self.noise))
        on_real, on_made = self._opinion(rows), self._opinion(made)
        if self.game != "wgan_gp":
            return says(on_made, 1.0), says(on_real, 1.0) + says(on_made, 0.0)
        gap = ops.mean(on_real) - ops.mean(on_made)
        steep = slope_penalty(self.judge, rows, made, seed=self.noise)
        return gap, PENALTY * steep - gap

    def _opinion(self, points: Any) -> Any:
        if self.game == "minibatch_std":
            spread = ops.std(points, axis=0, keepdims=True)
            points = ops.concatenate([points, ops.repeat(spread, BATCH, axis=0)], axis=1)
        return self.judge(points)
