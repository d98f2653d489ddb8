"""Scores of four detectors on the two official test files, each model trained once per seed.

NSL-KDD is cut as in Lab 3, KDD99 as in Lab 1; models have the labs' settings. Import
`anomaly_labs.runtime` and prepare it first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from anomaly_labs import boosting, datasets, features, runtime
from anomaly_labs.autoencoder import AutoencoderDetector
from anomaly_labs.baselines import MahalanobisDetector
from anomaly_labs.gan import BiGANDetector

rt = runtime.prepare(seed=0)
FILES = {
    "nsl": (("nsl_kdd", "train_20"), ("nsl_kdd", "test")),
    "kdd99": (("kdd99", "10_percent"), ("kdd99", "test")),
}
NAMES = {
    "xgboost": "XGBoost",
    "autoencoder": "autoencoder",
    "bigan": "BiGAN",
    "mahalanobis": "Mahalanobis",
}
Detectors = dict[str, Callable[[int], Any]]
Scores = dict[str, tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Task:
    """Rows of one seed: labelled ones, normal ones, held-out normal ones, and the test file."""

    X: pd.DataFrame
    y: pd.Series
    train: np.ndarray
    held: np.ndarray
    test: datasets.Dataset
    encoder_on_attacks: bool

    @property
    def normal(self) -> np.ndarray:
        """The normal rows among those to train on."""
        return self.train[datasets.is_attack(self.y.iloc[self.train]) == 0]


def nsl(seed: int) -> Task:
    """NSL-KDD as Lab 3 cuts it: a fifth of the normal rows of the 20 % file is held out."""
    known, new = (datasets.load(name, split=split) for name, split in FILES["nsl"])
    attack = datasets.is_attack(known.y)
    order = np.random.default_rng(seed).permutation(np.flatnonzero(attack == 0))
    held, train = np.split(order, [len(order) // 5])
    both = np.sort(np.concatenate([train, np.flatnonzero(attack == 1)]))
    return Task(known.X, known.y, both, held, new, False)


def kdd99(seed: int) -> Task:
    """KDD99 as Lab 1 cuts it: train 60 %, validation 15 %; tested on the official test file."""
    known, new = (datasets.load(name, split=split) for name, split in FILES["kdd99"])
    attack = datasets.is_attack(known.y)
    rest, _ = train_test_split(
        np.arange(len(attack)), test_size=0.25, stratify=attack, random_state=seed
    )
    train, valid = train_test_split(rest, test_size=0.2, stratify=attack[rest], random_state=seed)
    return Task(known.X, known.y, train, valid[attack[valid] == 0], new, True)


SETS: dict[str, tuple[str, Callable[[int], Task], int, Detectors]] = {
    "nsl": (
        "NSL-KDD, trained on the 20 % file, tested on KDDTest+",
        nsl,
        50,
        {
            "autoencoder": lambda seed: AutoencoderDetector(epochs=rt.epochs(30), seed=seed),
            "bigan": lambda seed: BiGANDetector(epochs=rt.epochs(30), seed=seed),
            "mahalanobis": lambda seed: MahalanobisDetector(),
        },
    ),
    "kdd99": (
        "KDD99, trained on the 10 % file, tested on the official test file",
        kdd99,
        100,
        {
            "autoencoder": lambda seed: AutoencoderDetector(
                hidden=(64, 32),
                latent=8,
                swap_noise=0.05,
                epochs=rt.epochs(20),
                batch_size=256,
                seed=seed,
            ),
            "bigan": lambda seed: BiGANDetector(
                epochs=rt.epochs(9) if rt.fast else None, seed=seed
            ),
            "mahalanobis": lambda seed: MahalanobisDetector(),
        },
    ),
}


def scored(part: str, seed: int) -> Scores:
    """Train each model once; return its scores of held-out normal rows and of the test file."""
    _, rows_of, n_rounds, detectors = SETS[part]
    task = rows_of(seed)
    X, normal = task.X, task.normal
    encoder = features.make_encoder().fit(X.iloc[normal])
    given = encoder
    if task.encoder_on_attacks:
        given = features.make_encoder().fit(X.iloc[task.train])
    labels = datasets.is_attack(task.y.iloc[task.train])
    trees = boosting.train(
        given.transform(X.iloc[task.train]), labels, n_rounds=rt.rounds(n_rounds), seed=seed
    )
    held, test = X.iloc[task.held], task.test.X
    found = {
        "xgboost": tuple(boosting.predict(trees, given.transform(rows)) for rows in (held, test))
    }
    M_held, M_test = encoder.transform(held), encoder.transform(test)
    M_normal = encoder.transform(X.iloc[normal])
    for name, make in detectors.items():
        detector = make(seed).fit(M_normal)
        found[name] = detector.anomaly_score(M_held), detector.anomaly_score(M_test)
    return found
