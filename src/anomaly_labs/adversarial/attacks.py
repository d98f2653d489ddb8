"""Attacks that follow the gradient of a model, with or without the rules of the domain."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from anomaly_labs.adversarial.ascent import Purify, ascend, checked
from anomaly_labs.adversarial.constraints import TrafficConstraints
from anomaly_labs.adversarial.gradients import climb, logits_of


def fgsm(
    model: Any,
    X: ArrayLike,
    y: ArrayLike,
    *,
    epsilon: float,
    constraints: TrafficConstraints | None = None,
) -> np.ndarray:
    """Return rows moved by one step against their classification, each column by ±`epsilon`.

    The step follows the sign of the gradient of the cross-entropy (fast gradient sign method).

    Parameters
    ----------
    model
        Keras model that ends in a dense layer (of probabilities or logits, one or one per class),
        or a function that gives differentiable logits, shape (n,), (n, 1) or (n, n_classes), for a
        tensor of rows. A detector is one: ``lambda x: score(x) - threshold``.
    X : shape (n_samples, n_features)
        Encoded rows.
    y : shape (n_samples,)
        True classes of these rows: 0/1, or codes where there are more logits.
    epsilon
        Largest change of a column, in units of the encoder (standard deviations).
    constraints
        Made for the raw rows of `X`; the result then is one that raw rows have. None: any.

    Returns
    -------
    Shape (n_samples, n_features), float32.

    Raises
    ------
    ValueError
        If shapes do not agree, `y` holds no classes, or `epsilon` is negative.

    References
    ----------
    Goodfellow, Shlens and Szegedy (2015), Explaining and harnessing adversarial examples.
    https://doi.org/10.48550/arXiv.1412.6572

    Examples
    --------
    >>> fgsm(lambda x: 2 * x[:, 0] - x[:, 1], [[0.5, 0.5]], [1], epsilon=0.25).tolist()
    [[0.25, 0.75]]
    """
    rows, classes = checked(X, y, epsilon=epsilon, constraints=constraints)
    _, slopes = climb(logits_of(model), rows, classes)
    moved = (rows + epsilon * np.sign(slopes)).astype(np.float32)
    return moved if constraints is None else constraints.project(moved, epsilon=epsilon)


def pgd(
    model: Any,
    X: ArrayLike,
    y: ArrayLike,
    *,
    epsilon: float,
    steps: int = 40,
    step_size: float | None = None,
    random_start: bool = False,
    constraints: TrafficConstraints | None = None,
    seed: int = 0,
    progress: bool = False,
) -> np.ndarray:
    """Return rows moved by many small steps against their classification (L-infinity).

    After each step the rows return to the box of ±`epsilon`, and to what the constraints admit;
    each row is given back as it was at its highest loss on the way. Under constraints the model is
    asked at points that raw rows have, while the steps add up between them: a step that is shorter
    than the grid is not lost.

    Parameters
    ----------
    model
        What is attacked, as in `fgsm`.
    X : shape (n_samples, n_features)
        Encoded rows.
    y : shape (n_samples,)
        True classes of these rows.
    epsilon
        Largest change of a column, in units of the encoder (standard deviations).
    steps
        How many steps are taken.
    step_size
        None for 2.5 · `epsilon` / `steps`, which reaches each corner of the box.
    random_start
        Whether the first point is drawn from the box.
    constraints
        Made for the raw rows of `X`; the result then is one that raw rows have. None: any.
    seed
        Seed of the random start.
    progress
        Whether to show a progress bar on stdout.

    Returns
    -------
    Shape (n_samples, n_features), float32.

    Raises
    ------
    ValueError
        If shapes do not agree, `y` holds no classes, or an option is out of range.

    References
    ----------
    Madry et al. (2018), Towards deep learning models resistant to adversarial attacks.
    https://doi.org/10.48550/arXiv.1706.06083

    Examples
    --------
    >>> pgd(lambda x: x[:, 0] ** 2 - x[:, 1], [[0.5, 0.5]], [1], epsilon=0.25).tolist()
    [[0.25, 0.75]]
    """
    return ascend(
        logits_of(model),
        X,
        y,
        purify=None,
        epsilon=epsilon,
        steps=steps,
        step_size=step_size,
        random_seed=seed if random_start else None,
        constraints=constraints,
        progress=progress,
    )


def bpda(
    model: Any,
    purify: Purify,
    X: ArrayLike,
    y: ArrayLike,
    *,
    epsilon: float,
    steps: int = 20,
    step_size: float | None = None,
    constraints: TrafficConstraints | None = None,
    progress: bool = False,
) -> np.ndarray:
    """Return rows moved against a model behind a defence without a usable gradient.

    Backward pass differentiable approximation: the rows go forward through the defence, the
    gradient goes backward as if the defence were the identity, which it nearly is on the rows it
    was made for. Else as `pgd`.

    Parameters
    ----------
    model
        As in `fgsm`: what classifies the defended rows.
    purify
        The defence, rows to rows of the same shape, e.g. `DefenseGAN.project`.
    X : shape (n_samples, n_features)
        Encoded rows.
    y : shape (n_samples,)
        True classes of these rows.
    epsilon
        Largest change of a column, in units of the encoder (standard deviations).
    steps
        How many steps are taken; each one, and the start, is a run of the defence.
    step_size
        None for 2.5 · `epsilon` / `steps`.
    constraints
        Made for the raw rows of `X`. None: any change.
    progress
        Whether to show a progress bar on stdout.

    Returns
    -------
    Shape (n_samples, n_features), float32: rows to be put before the defence.

    Raises
    ------
    ValueError
        If shapes do not agree, `y` holds no classes, or an option is out of range.

    References
    ----------
    Athalye, Carlini and Wagner (2018), Obfuscated gradients give a false sense of security.
    https://doi.org/10.48550/arXiv.1802.00420

    Examples
    --------
    >>> stairs = lambda rows: np.floor(rows * 10) / 10
    >>> found = bpda(lambda x: x[:, 0], stairs, [[0.55]], [1], epsilon=0.25)
    >>> bool(stairs(found) < 0.31)
    True
    """
    return ascend(
        logits_of(model),
        X,
        y,
        purify=purify,
        epsilon=epsilon,
        steps=steps,
        step_size=step_size,
        random_seed=None,
        constraints=constraints,
        progress=progress,
    )
