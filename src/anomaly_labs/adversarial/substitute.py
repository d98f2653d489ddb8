"""Black-box attack: a network learns what the victim answers, and is attacked in its place."""

from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike

from anomaly_labs.adversarial.attacks import pgd
from anomaly_labs.adversarial.constraints import TrafficConstraints
from anomaly_labs.adversarial.gradients import climb, logits_of
from anomaly_labs.gan import networks
from anomaly_labs.training import Learner

Victim = Callable[[np.ndarray], ArrayLike]


def train_substitute(
    victim: Victim,
    probes: ArrayLike,
    *,
    rounds: int = 1,
    reach: float = 0.2,
    hidden: tuple[int, ...] = (64, 32),
    epochs: int = 20,
    batch_size: int = 128,
    learning_rate: float = 2e-3,
    seed: int = 0,
    progress: bool = False,
) -> Any:
    """Return a Keras model, rows to one logit, that imitates the answers of a victim.

    Only answers are needed, neither gradient nor training rows nor true labels. After the first
    training each further round asks about new rows, each a step of `reach` from an old one in the
    direction in which the imitation is least sure of its answer (Jacobian-based augmentation).

    Parameters
    ----------
    victim
        Function from encoded rows to answers from 0 to 1, shape (n_samples,): alerts, or
        probabilities of an attack, which tell more.
    probes : shape (n_samples, n_features)
        Encoded rows to ask about; both answers must occur.
    rounds
        Trainings; each doubles the rows asked about, and 1 asks about `probes` alone.
    reach
        Length of the step for each column.
    hidden
        Units of the hidden layers.
    epochs
        Passes over the rows in each round.
    batch_size, learning_rate
        Rows per step, and the learning rate of Adam.
    seed
        Seed of the weights and the order of rows.
    progress
        Whether to show a progress bar on stdout.

    Raises
    ------
    ValueError
        If the answers are no numbers from 0 to 1, one for each row, or all of one kind.

    References
    ----------
    Papernot et al. (2017), Practical black-box attacks against machine learning.
    https://doi.org/10.1145/3052973.3053009

    Examples
    --------
    >>> probes = np.random.default_rng(0).normal(size=(300, 2))
    >>> model = train_substitute(lambda rows: rows[:, 0] > 0, probes)
    >>> (model(np.array([[-1.0, 0.0], [1.0, 0.0]])).numpy() > 0).ravel().tolist()
    [False, True]
    """
    if rounds < 1:
        raise ValueError(f"rounds={rounds!r} must be at least 1")
    rows = np.asarray(probes, np.float32)
    answers = _asked(victim, rows)
    if len(np.unique(answers > 0.5)) < 2:
        raise ValueError(
            "the victim gives one answer to all probes, so there is nothing to imitate; take probes"
            " of normal traffic and of attacks"
        )
    model = networks.stack(
        [rows.shape[1], *hidden, 1], name="substitute", seeds=networks.seeds(seed)
    )
    loss = partial(keras.losses.binary_crossentropy, from_logits=True)
    learner = Learner(model, loss, keras.optimizers.Adam(learning_rate))
    rng, done = np.random.default_rng(seed), 0
    bar = keras.utils.Progbar(rounds * epochs, verbose=1 if progress else 0)
    for turn in range(rounds):
        if turn:
            fresh = _unsure(model, rows, answers, reach)
            rows = np.concatenate([rows, fresh])
            answers = np.concatenate([answers, _asked(victim, fresh)])
        for _ in range(epochs):
            order = rng.permutation(len(rows))
            learner.go_over(rows[order], answers[order, None], batch_size=batch_size)
            done += 1
            bar.update(done)
    return model


def substitute_attack(
    victim: Victim,
    X: ArrayLike,
    y: ArrayLike,
    *,
    probes: ArrayLike,
    epsilon: float,
    steps: int = 40,
    constraints: TrafficConstraints | None = None,
    rounds: int = 1,
    epochs: int = 20,
    seed: int = 0,
    progress: bool = False,
) -> np.ndarray:
    """Return rows moved against a victim that only answers: `pgd` on a substitute for it.

    Parameters
    ----------
    victim
        As in `train_substitute`, e.g. ``lambda rows: boosting.predict(booster, rows)``.
    X : shape (n_samples, n_features)
        Encoded rows to be moved; the victim is not asked about them.
    y : shape (n_samples,)
        Their true classes, 0/1.
    probes : shape (n_probes, n_features)
        Encoded rows of the attacker's own to ask about.
    epsilon
        Largest change of a column, in units of the encoder (standard deviations).
    steps
        How many steps `pgd` takes.
    constraints
        Made for the raw rows of `X`. None: any change.
    rounds, epochs
        How many trainings the substitute gets, and passes in each.
    seed
        Seed of the substitute's weights and the order of its rows.
    progress
        Whether to show progress bars on stdout.

    Returns
    -------
    Shape (n_samples, n_features), float32.

    Raises
    ------
    ValueError
        If `train_substitute` or `pgd` refuses what it is given.

    References
    ----------
    Papernot et al. (2017), Practical black-box attacks against machine learning.
    https://doi.org/10.1145/3052973.3053009

    Examples
    --------
    >>> probes = np.random.default_rng(0).normal(size=(300, 2))
    >>> found = substitute_attack(
    ...     lambda rows: rows[:, 0] > 0, [[0.1, 0.0]], [1], probes=probes, epsilon=0.2
    ... )
    >>> found[:, 0].round(1).tolist() == [np.float32(-0.1)]
    True
    """
    model = train_substitute(
        victim, probes, rounds=rounds, reach=epsilon, epochs=epochs, seed=seed, progress=progress
    )
    return pgd(
        model, X, y, epsilon=epsilon, steps=steps, constraints=constraints, progress=progress
    )


def _unsure(model: Any, rows: np.ndarray, answers: np.ndarray, reach: float) -> np.ndarray:
    """Return each row moved to where the imitation is less sure of its answer."""
    _, slopes = climb(logits_of(model), rows, (answers > 0.5).astype(np.int64))
    return np.asarray(rows + np.float32(reach) * np.sign(slopes))


def _asked(victim: Victim, rows: np.ndarray) -> np.ndarray:
    """Return the victim's answers as float32."""
    answers = np.asarray(victim(rows), np.float32)
    if answers.shape != (len(rows),) or not ((answers >= 0) & (answers <= 1)).all():
        raise ValueError(
            f"the victim's answers have shape {answers.shape} for {len(rows)} rows; it must give"
            " one number from 0 to 1 for each row: an alert or the probability of an attack"
        )
    return answers
