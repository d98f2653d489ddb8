"""Many small steps up the gradient of a model, within what an attacker may change."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike

from anomaly_labs.adversarial.constraints import TrafficConstraints
from anomaly_labs.adversarial.gradients import climb

Purify = Callable[[np.ndarray], np.ndarray]


def ascend(
    logits: Any,
    X: ArrayLike,
    y: ArrayLike,
    *,
    purify: Purify | None,
    epsilon: float,
    steps: int,
    step_size: float | None,
    random_seed: int | None,
    constraints: TrafficConstraints | None,
    progress: bool,
) -> np.ndarray:
    """Return rows moved by gradient steps, each as it was at its highest loss on the way.

    Parameters
    ----------
    logits
        Function from a tensor of rows to logits.
    X : shape (n_samples, n_features)
        Encoded rows.
    y : shape (n_samples,)
        True classes of these rows.
    purify
        Defence that the rows go through before the model; None for no defence.
    epsilon
        Largest change of a column.
    steps
        How many steps are taken.
    step_size
        Length of a step; None for 2.5 · `epsilon` / `steps`.
    random_seed
        Seed of a start drawn from the box; None to start at the rows.
    constraints
        Rules for what raw rows may become; None for any change.
    progress
        Whether to show a progress bar on stdout.

    Raises
    ------
    ValueError
        If shapes do not agree, `y` holds no classes, or an option is out of range.
    """
    rows, classes = checked(X, y, epsilon=epsilon, constraints=constraints)
    if steps < 1 or (step_size is not None and not step_size > 0):
        raise ValueError(f"steps={steps!r} must be at least 1 and step_size={step_size!r} above 0")
    length = 2.5 * epsilon / steps if step_size is None else step_size
    low, high = (
        (rows - epsilon, rows + epsilon) if constraints is None else constraints.box(epsilon)
    )
    place = rows
    if random_seed is not None:
        share = np.random.default_rng(random_seed).random(rows.shape, dtype=np.float32)
        place = low + share * (high - low)
    best, highest = rows, np.full(len(rows), -np.inf)
    bar = keras.utils.Progbar(steps + 1, verbose=1 if progress else 0)
    for step in range(steps + 1):
        point = place if constraints is None else constraints.project(place, epsilon=epsilon)
        losses, slopes = climb(logits, point if purify is None else purify(point), classes)
        better = losses > highest
        best = np.where(better[:, None], point, best)
        highest = np.where(better, losses, highest)
        place = np.clip(place + length * np.sign(slopes), low, high).astype(np.float32)
        bar.update(step + 1)
    return best


def checked(
    X: ArrayLike, y: ArrayLike, *, epsilon: float, constraints: TrafficConstraints | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return rows as float32 and classes as codes.

    Parameters
    ----------
    X : shape (n_samples, n_features)
        Encoded rows.
    y : shape (n_samples,)
        Their classes.
    epsilon
        Largest change of a column.
    constraints
        Rules made for the raw rows of `X`, or None.

    Raises
    ------
    ValueError
        If shapes do not agree, `y` holds no classes, or an option is out of range.
    """
    rows, classes = np.asarray(X, np.float32), np.asarray(y)
    if rows.ndim != 2 or classes.shape != (len(rows),):
        raise ValueError(
            f"X has shape {rows.shape} and y {classes.shape}; they must be (n_samples, n_features)"
            " and (n_samples,)"
        )
    if not np.isfinite(rows).all():
        raise ValueError("X holds missing or infinite numbers; fill or drop those rows first")
    if classes.dtype.kind not in "biu" or (classes < 0).any():
        raise ValueError(
            f"y must hold the classes 0, 1, ... as integers, not {classes[:3].tolist()};"
            " datasets.is_attack(y) gives them"
        )
    if not (np.isfinite(epsilon) and epsilon >= 0):
        raise ValueError(f"epsilon={epsilon!r} must be a number from 0 on; 0.2 is a usual choice")
    if constraints is not None and not np.array_equal(rows, constraints.encoded):
        raise ValueError(
            "X is not the encoded table of the constraints; make them as"
            " TrafficConstraints(encoder, table) with the table whose encoder.transform is X"
        )
    return rows, classes.astype(np.int64)
