"""What can be known of a score, and of a generator, without a label."""

import numpy as np
from sklearn.metrics import pairwise_distances_argmin, roc_auc_score

USELESS = (0.4, 0.6)  # between them, and below the first the score is inverted
COMPARED = 500  # rows on either side of a comparison of all pairs


def shuffled(rows: np.ndarray, *, seed: int) -> np.ndarray:
    """Return synthetic anomalies: each column of `rows` in an order of its own.

    Each value is one that occurs in its column, and only the combinations are new. Rows that are
    much alike give shuffled rows that are like them too, so that no score reaches an AUC of 1.

    Parameters
    ----------
    rows : shape (n_samples, n_features)
        Left as they are.
    seed
        The same seed gives the same rows.

    Examples
    --------
    >>> shuffled(np.array([[1, 1], [2, 2], [3, 3]]), seed=0).tolist()
    [[3, 3], [1, 2], [2, 1]]
    """
    rng = np.random.default_rng(seed)
    return np.asarray(rng.permuted(rows, axis=0))


def separation(usual: np.ndarray, odd: np.ndarray) -> float:
    """Return the AUC with which scores tell odd rows from usual ones.

    Parameters
    ----------
    usual, odd : shape (n_usual,), (n_odd,)
        Scores; larger is more anomalous.

    Examples
    --------
    >>> separation(np.array([0.1, 0.2]), np.array([0.15, 0.9]))
    0.75
    """
    truth = np.repeat([0, 1], [len(usual), len(odd)])
    return float(roc_auc_score(truth, np.concatenate([usual, odd])))


def coverage(made: np.ndarray, rows: np.ndarray, others: np.ndarray) -> float:
    """Return how much of the variety of real rows a generator has: 1 as real rows, 0 none.

    Counted are the distinct `rows` that are the nearest one of some made row, relative to the
    number that as many real rows, the `others`, reach. A generator that has collapsed makes the
    same few rows again and again, and reaches few.

    Parameters
    ----------
    made, rows, others : shape (n_samples, n_features)
        Generated rows, and two draws of real ones. The first 500 of each are compared.

    References
    ----------
    Naeem et al. (2020), Reliable fidelity and diversity metrics for generative models (whose
    coverage counts neighbourhoods). https://doi.org/10.48550/arXiv.2002.09797

    Examples
    --------
    >>> rows = np.arange(10.0)[:, None]
    >>> coverage(np.full((10, 1), 3.1), rows, rows + 0.1)
    0.1
    """
    places = np.unique(rows[:COMPARED], axis=0)

    def reached(points: np.ndarray) -> int:
        return len(np.unique(pairwise_distances_argmin(points[:COMPARED], places)))

    return reached(made) / reached(others)


def verdict(kind: str, aucs: dict[str, float]) -> str | None:
    """Return what to tell about a score that fails the check; None where it passes.

    Parameters
    ----------
    kind
        The score that was asked for.
    aucs
        AUC by kind, from `separation` on rows not trained on.

    Examples
    --------
    >>> verdict("critic", {"critic": 0.9}) is None
    True
    """
    low, high = USELESS
    auc = aucs[kind]
    if auc >= high:
        return None
    fault = "inverted" if auc < low else "no better than chance"
    best = max(aucs, key=lambda name: aucs[name])
    cure = f"use kind={best!r} (AUC {aucs[best]:.2f})" if aucs[best] >= high else "do not use it"
    return (
        f"the score {kind!r} is {fault}: its AUC is {auc:.2f} for held-out training rows against"
        f" rows with shuffled columns, which should score higher; {cure}, or fit again with other"
        " epochs, another seed or a lower learning_rate (see sanity_ and history_)"
    )
