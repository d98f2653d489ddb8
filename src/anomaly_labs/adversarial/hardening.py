"""Adversarial training: a network learns from attacks on itself."""

from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike

from anomaly_labs.adversarial.attacks import pgd


def harden(
    model: Any,
    X: ArrayLike,
    y: ArrayLike,
    *,
    epsilon: float,
    rounds: int = 8,
    steps: int = 7,
    batch_size: int = 256,
    seed: int = 0,
    progress: bool = False,
) -> list[float]:
    """Train a network further, on its rows and on attacks against it, and return its losses.

    In each round the attacks among the rows are moved by `pgd` against the network as it now is;
    one pass over all rows and the moved ones follows. Normal rows are not moved: nobody attacks
    with normal traffic to be taken for an attack.

    Parameters
    ----------
    model
        Compiled Keras model, rows to the logit or the probability of an attack; it is changed.
    X : shape (n_samples, n_features)
        Encoded rows.
    y : shape (n_samples,)
        Their classes, 0/1.
    epsilon
        Largest change of a column, in units of the encoder (standard deviations).
    rounds
        How many times the network learns from new attacks.
    steps
        How many steps `pgd` takes in each round.
    batch_size
        Rows per step of the training.
    seed
        Seed of the order of rows.
    progress
        Whether to show a progress bar on stdout.

    Returns
    -------
    The mean loss of each round.

    Raises
    ------
    ValueError
        If shapes do not agree, `y` holds no attacks, or an option is out of range.

    References
    ----------
    Madry et al. (2018), Towards deep learning models resistant to adversarial attacks.
    https://doi.org/10.48550/arXiv.1706.06083

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(200, 2)).astype("float32")
    >>> start = keras.initializers.GlorotUniform(seed=0)
    >>> model = keras.Sequential(
    ...     [keras.Input((2,)), keras.layers.Dense(1, "sigmoid", kernel_initializer=start)]
    ... )
    >>> model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy", jit_compile=False)
    >>> losses = harden(model, X, (X[:, 0] > 0).astype(int), epsilon=0.1)
    >>> losses[-1] < losses[0]
    True
    """
    if rounds < 1:
        raise ValueError(f"rounds={rounds!r} must be at least 1")
    rows, classes = np.asarray(X, np.float32), np.asarray(y)
    if rows.ndim != 2 or classes.shape != (len(rows),):
        raise ValueError(
            f"X has shape {rows.shape} and y {classes.shape}; they must be (n_samples, n_features)"
            " and (n_samples,)"
        )
    attacks = rows[classes == 1]
    if not len(attacks):
        raise ValueError("y holds no attacks (class 1), so there is nothing to move")
    ones = np.ones(len(attacks), classes.dtype)
    rng, losses = np.random.default_rng(seed), []
    bar = keras.utils.Progbar(rounds, verbose=1 if progress else 0)
    for turn in range(rounds):
        moved = pgd(model, attacks, ones, epsilon=epsilon, steps=steps)
        all_rows, all_classes = np.concatenate([rows, moved]), np.concatenate([classes, ones])
        order = rng.permutation(len(all_rows))  # Keras' own shuffling draws from global state
        history = model.fit(
            all_rows[order], all_classes[order], batch_size=batch_size, shuffle=False, verbose=0
        )
        losses.append(float(history.history["loss"][-1]))
        bar.update(turn + 1)
    return losses
