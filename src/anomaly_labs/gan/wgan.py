"""WGAN-GP: a critic that measures a distance, with an encoder to reconstruct."""

from typing import ClassVar, Literal

import numpy as np

from anomaly_labs.gan import networks
from anomaly_labs.gan.detector import AdversarialDetector
from anomaly_labs.gan.players import WGANPlayers

Kind = Literal["combined", "reconstruction", "feature_matching", "critic", "whitened"]


class WGANDetector(AdversarialDetector):
    """Detector with a Wasserstein critic, a generator and an encoder (after f-AnoGAN).

    The critic gives each row a number, as different as it can between real and generated rows
    while its slope stays near 1; the difference estimates the Wasserstein distance, and its
    gradient does not vanish where the generator is bad. An encoder learns the way back from row
    to latent numbers. f-AnoGAN trains it afterwards; here it learns along, and the generator
    learns to reconstruct too.

    Parameters
    ----------
    hidden
        Units of the encoder's layers; the generator has them in reverse.
    latent
        Numbers that a row is made of.
    judge_hidden
        Units of the critic's layers.
    penalty
        Weight of the gradient penalty.
    cycle
        Weight of the mean square of x - G(E(x)) in the loss of generator and encoder.
    learning_rate, judge_rate
        Rates of generator and encoder, and of the critic (two time scales instead of several steps
        of the critic), at the start; both fall to 0 along a cosine.
    averaging
        What the moving average of the weights, which scores, keeps in each step.
    epochs
        Passes over the training rows, at most; None for as many as make 3,000 steps, but 4 to 100.
    batch_size
        Rows per step.
    patience
        Epochs without a better "sanity" after which training ends with the best weights; None
        for all epochs and the last weights.
    validation_share
        Share of the training rows held out, 4,000 rows at most: one half for the choice of the
        epoch, one for `sanity_`.
    weight
        Weight of the critic's features in the score "combined", from 0 to 1.
    shrinkage
        Share of the mean variance in the covariance of the whitened score, above 0 and at most 1.
    kind
        Score of `anomaly_score` unless it is told another:

        - "reconstruction": mean square of x - G(E(x)) over the columns;
        - "feature_matching": mean square difference of the critic's last hidden layer between x
          and G(E(x));
        - "combined": (1 - weight) · reconstruction + weight · feature_matching, each divided by
          its mean on held-out rows;
        - "critic": minus what the critic says of x; may be of either sign;
        - "whitened": squared Mahalanobis distance of x - G(E(x)) under the covariance of the
          training rows', divided by the number of columns.
    seed
        Seed of weights, latent numbers, order and held-out rows; the same seed gives the same
        scores.
    progress
        Whether `fit` shows a progress bar on stdout.

    Attributes
    ----------
    history_
        Of each epoch: "generator_loss" (generator and encoder), "discriminator_loss" (the
        critic's); "coverage", the variety of the generated rows, 1 for that of real ones, near 0
        in mode collapse; and "sanity", the AUC of the detector's own score as in `sanity_`, on
        other rows.
    sanity_
        By kind, the AUC with which the score tells held-out training rows from rows with shuffled
        columns. Below .6 `anomaly_score` warns. A warning light, no
        proof: a score can pass and be inverted on real anomalies, or fail and be useful where
        the training rows are nearly alike.
    generator_, encoder_, critic_
        Keras models: latent to row, row to latent, row to [value, last hidden layer].
    n_features_in_, feature_names_in_
        Columns seen by `fit`; names only where they came with a frame.
    scale_
        Mean of each part of the score on held-out rows.
    mean_, whitening_
        Mean and whitening matrix of what "whitened" whitens.

    References
    ----------
    Gulrajani et al. (2017), Improved training of Wasserstein GANs.
    https://doi.org/10.48550/arXiv.1704.00028
    Schlegl et al. (2019), f-AnoGAN: fast unsupervised anomaly detection with generative
    adversarial networks. https://doi.org/10.1016/j.media.2019.01.010
    Heusel et al. (2017), GANs trained by a two time-scale update rule converge to a local Nash
    equilibrium. https://doi.org/10.48550/arXiv.1706.08500

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> a = rng.normal(size=(500, 1))
    >>> X = np.hstack([a, -a, a]) + 0.1 * rng.normal(size=(500, 3))
    >>> small = {"hidden": (16,), "latent": 1, "judge_hidden": (16,), "batch_size": 32}
    >>> detector = WGANDetector(**small, epochs=30).fit(X)
    >>> usual, odd = detector.anomaly_score([[1.0, -1.0, 1.0], [1.0, 1.0, 1.0]])
    >>> bool(odd > usual)
    True
    """

    kinds: ClassVar[tuple[str, ...]] = (
        "combined",
        "reconstruction",
        "feature_matching",
        "critic",
        "whitened",
    )
    parts: ClassVar[tuple[str, ...]] = ("reconstruction", "feature_matching")
    limits: ClassVar[dict[str, float]] = {"cycle": np.inf, "penalty": np.inf, "weight": 1}
    judge_name: ClassVar[str] = "critic"

    def __init__(
        self,
        *,
        hidden: tuple[int, ...] = (128, 64),
        latent: int = 16,
        judge_hidden: tuple[int, ...] = (128, 128),
        penalty: float = 10.0,
        cycle: float = 10.0,
        learning_rate: float = 1e-3,
        judge_rate: float = 1e-3,
        averaging: float = 0.99,
        epochs: int | None = None,
        batch_size: int = 256,
        patience: int | None = None,
        validation_share: float = 0.1,
        weight: float = 0.1,
        shrinkage: float = 1e-3,
        kind: Kind = "combined",
        seed: int = 0,
        progress: bool = False,
    ) -> None:
        self.hidden = hidden
        self.latent = latent
        self.judge_hidden = judge_hidden
        self.penalty = penalty
        self.cycle = cycle
        self.learning_rate = learning_rate
        self.judge_rate = judge_rate
        self.averaging = averaging
        self.epochs = epochs
        self.batch_size = batch_size
        self.patience = patience
        self.validation_share = validation_share
        self.weight = weight
        self.shrinkage = shrinkage
        self.kind = kind
        self.seed = seed
        self.progress = progress

    def _players(self, width: int, *, steps: int) -> WGANPlayers:
        seeds = networks.seeds(self.seed)
        return WGANPlayers(
            networks.builders(width, self.hidden, self.latent, seeds=seeds),
            networks.judge([width], self.judge_hidden, seeds=seeds, name="critic"),
            self._schedule(steps),
            penalty=self.penalty,
            cycle=self.cycle,
        )

    def _part(self, rows: np.ndarray, kind: str) -> np.ndarray:
        if kind == "combined":
            return self._mixed(rows, "feature_matching")
        if kind == "reconstruction":
            return np.asarray(np.square(self._deviation(rows)).mean(axis=1))
        values, features = self._judged(rows)
        if kind == "critic":
            return -values
        _, mended = self._judged(self.networks_["generator"](self.networks_["encoder"](rows)))
        return np.asarray(np.square(features - mended).mean(axis=1))
