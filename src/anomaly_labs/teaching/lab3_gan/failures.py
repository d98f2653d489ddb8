"""Three ways in which GANs go wrong, each made small, and each with a known repair.

NumPy and a few layers, no data: a saturating loss whose gradient vanishes, two players who circle
instead of meeting, and a generator that makes one mode of eight.
"""

from typing import Literal, get_args

import numpy as np
import pandas as pd

from anomaly_labs.teaching.lab3_gan.collapse import (
    mixture,
    mode_collapse,
    modes_covered,
    share_at_one,
    share_between,
)

__all__ = [
    "bilinear_game",
    "mixture",
    "mode_collapse",
    "modes_covered",
    "share_at_one",
    "share_between",
    "vanishing_gradient",
]

Loss = Literal["saturating", "non_saturating"]
Method = Literal["simultaneous", "extragradient"]


def vanishing_gradient(
    loss: Loss, *, steps: int = 500, distance: float = 8.0, seed: int = 0
) -> pd.DataFrame:
    """Return how a generator's gradient changes while only the discriminator learns.

    Real numbers are normal around `distance`, made ones around 0. The better the discriminator,
    the smaller the gradient of log(1 - D(G(z))) with respect to what the generator makes, so that
    the generator learns nothing when it most needs to; the gradient of -log D(G(z)) stays.

    Parameters
    ----------
    loss
        "saturating": log(1 - D(G(z))), the game as it was written down; "non_saturating":
        -log D(G(z)), the repair.
    steps
        How many steps the discriminator takes, a logistic regression on one number.
    distance
        Distance between the means, in standard deviations.
    seed
        Seed of the numbers.

    Returns
    -------
    DataFrame
        A row for each step: "accuracy" of the discriminator, "gradient", the mean absolute
        gradient of the generator's loss with respect to a made number.

    References
    ----------
    Goodfellow et al. (2014), Generative adversarial networks, section 3.
    https://doi.org/10.48550/arXiv.1406.2661
    Arjovsky and Bottou (2017), Towards principled methods for training generative adversarial
    networks. https://doi.org/10.48550/arXiv.1701.04862

    Examples
    --------
    >>> bool(vanishing_gradient("saturating")["gradient"].iloc[-1] < 0.02)
    True
    >>> bool(vanishing_gradient("non_saturating")["gradient"].iloc[-1] > 1)
    True
    """
    _known(loss, get_args(Loss), "loss")
    rng = np.random.default_rng(seed)
    slope, offset, rows = 0.1, 0.0, []
    for _ in range(steps):
        real, made = rng.normal(distance, 1, 256), rng.normal(0, 1, 256)
        on_real, on_made = _sigmoid(slope * real + offset), _sigmoid(slope * made + offset)
        # d/dx log(1 - D) = -slope · D and d/dx (-log D) = -slope · (1 - D)
        factor = on_made if loss == "saturating" else 1 - on_made
        rows.append(
            (((on_real > 0.5).mean() + (on_made < 0.5).mean()) / 2, abs(slope) * factor.mean())
        )
        slope += ((1 - on_real) * real - on_made * made).mean()
        offset += ((1 - on_real) - on_made).mean()
    return pd.DataFrame(rows, columns=["accuracy", "gradient"])


def bilinear_game(
    method: Method, *, steps: int = 200, rate: float = 0.2, seed: int = 0
) -> pd.DataFrame:
    """Return the path of two players of x · y: one makes it small with x, one large with y.

    The only equilibrium is (0, 0). Steps that both players take at once, each down its own
    gradient, are at a right angle to the way there, and lead out on a spiral. The extragradient
    method looks one step ahead and takes the gradients from there, and arrives.

    Parameters
    ----------
    method
        "simultaneous" or "extragradient", the repair.
    steps
        How many steps both players take.
    rate
        Length of a step as a share of the gradient.
    seed
        Seed of the start, a point at the distance 1.

    Returns
    -------
    DataFrame
        "x", "y" and "distance" from the equilibrium, at the start and after each step.

    References
    ----------
    Korpelevich (1976), The extragradient method for finding saddle points and other problems.
    Gidel et al. (2019), A variational inequality perspective on generative adversarial networks.
    https://doi.org/10.48550/arXiv.1802.10551

    Examples
    --------
    >>> bilinear_game("simultaneous")["distance"].iloc[-1].round(1)
    np.float64(50.5)
    >>> bilinear_game("extragradient")["distance"].iloc[-1].round(3)
    np.float64(0.02)
    """
    _known(method, get_args(Method), "method")
    turn = np.random.default_rng(seed).uniform(0, 2 * np.pi)
    place = np.array([np.cos(turn), np.sin(turn)])
    path = [place]
    for _ in range(steps):
        ahead = place + rate * _downhill(place) if method == "extragradient" else place
        place = place + rate * _downhill(ahead)
        path.append(place)
    frame = pd.DataFrame(path, columns=["x", "y"])
    return frame.assign(distance=np.hypot(frame["x"], frame["y"]))


def _downhill(place: np.ndarray) -> np.ndarray:
    """Return the direction of x, which makes x · y smaller, and of y, which makes it larger."""
    x, y = place
    return np.array([-y, x])


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-logits)))


def _known(value: str, words: tuple[str, ...], name: str) -> None:
    if value not in words:
        raise ValueError(f"{name}={value!r} must be one of {', '.join(map(repr, words))}")
