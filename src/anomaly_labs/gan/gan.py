"""A GAN whose discriminator is the detector."""

from typing import ClassVar, Literal

import numpy as np

from anomaly_labs.gan import networks
from anomaly_labs.gan.detector import AdversarialDetector
from anomaly_labs.gan.players import GANPlayers

Kind = Literal["discriminator", "whitened"]


class GANDetector(AdversarialDetector):
    """Detector that asks the discriminator of a GAN (Goodfellow et al. 2014) whether a row is real.

    The discriminator has only seen training rows and what the generator made. It has not been
    asked of anything else: what it says of an anomaly far from both is chance, and a generator
    that makes perfect rows leaves it nothing to tell, so that training longer makes it worse. On
    NSL-KDD it ranks most attacks below normal traffic while it passes the check of `sanity_`: see
    the whitened score, and `BiGANDetector`, for a detector.

    Parameters
    ----------
    hidden
        Units of the generator's layers in reverse, for comparison with the other detectors.
    latent
        Numbers that a row is made of.
    judge_hidden
        Units of the discriminator's layers.
    smoothing
        What the discriminator's target for real rows is short of 1 (one-sided label smoothing).
    learning_rate, judge_rate
        Rates of the generator and of the discriminator, at the start; both fall to 0 along a
        cosine. With a slower discriminator the generator collapses: see "coverage".
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
    shrinkage
        Share of the mean variance in the covariance of the whitened score, above 0 and at most 1.
    kind
        Score of `anomaly_score` unless it is told another:

        - "discriminator": -log of the probability that the row is real;
        - "whitened": squared Mahalanobis distance of the discriminator's last hidden layer under
          the covariance of the training rows', divided by the number of units.
    seed
        Seed of weights, latent numbers, order and held-out rows; the same seed gives the same
        scores.
    progress
        Whether `fit` shows a progress bar on stdout.

    Attributes
    ----------
    history_
        Of each epoch: "generator_loss", "discriminator_loss"; "coverage", the variety of the
        generated rows, 1 for that of real ones, near 0 in mode collapse; and "sanity", the AUC
        of the detector's own score as in `sanity_`, on other rows.
    sanity_
        By kind, the AUC with which the score tells held-out training rows from rows with shuffled
        columns. Below .6 `anomaly_score` warns. A warning light, no
        proof: a score can pass and be inverted on real anomalies, or fail and be useful where
        the training rows are nearly alike.
    generator_, discriminator_
        Keras models: latent to row, row to [logit, last hidden layer].
    n_features_in_, feature_names_in_
        Columns seen by `fit`; names only where they came with a frame.
    mean_, whitening_
        Mean and whitening matrix of what "whitened" whitens.

    References
    ----------
    Goodfellow et al. (2014), Generative adversarial networks.
    https://doi.org/10.48550/arXiv.1406.2661
    Salimans et al. (2016), Improved techniques for training GANs (label smoothing).
    https://doi.org/10.48550/arXiv.1606.03498

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> a = rng.normal(size=(500, 1))
    >>> X = np.hstack([a, -a, a]) + 0.1 * rng.normal(size=(500, 3))
    >>> detector = GANDetector(hidden=(16,), latent=2, judge_hidden=(16, 16), epochs=4).fit(X)
    >>> detector.generate(2).shape
    (2, 3)
    """

    kinds: ClassVar[tuple[str, ...]] = ("discriminator", "whitened")
    limits: ClassVar[dict[str, float]] = {"smoothing": 0.5}

    def __init__(
        self,
        *,
        hidden: tuple[int, ...] = (128, 64),
        latent: int = 16,
        judge_hidden: tuple[int, ...] = (128, 128),
        smoothing: float = 0.1,
        learning_rate: float = 1e-3,
        judge_rate: float = 1e-3,
        averaging: float = 0.99,
        epochs: int | None = None,
        batch_size: int = 256,
        patience: int | None = 5,
        validation_share: float = 0.1,
        shrinkage: float = 1e-3,
        kind: Kind = "discriminator",
        seed: int = 0,
        progress: bool = False,
    ) -> None:
        self.hidden = hidden
        self.latent = latent
        self.judge_hidden = judge_hidden
        self.smoothing = smoothing
        self.learning_rate = learning_rate
        self.judge_rate = judge_rate
        self.averaging = averaging
        self.epochs = epochs
        self.batch_size = batch_size
        self.patience = patience
        self.validation_share = validation_share
        self.shrinkage = shrinkage
        self.kind = kind
        self.seed = seed
        self.progress = progress

    def _players(self, width: int, *, steps: int) -> GANPlayers:
        seeds = networks.seeds(self.seed)
        sizes = [self.latent, *reversed(self.hidden), width]
        return GANPlayers(
            {"generator": networks.stack(sizes, name="generator", seeds=seeds)},
            networks.judge([width], self.judge_hidden, seeds=seeds),
            self._schedule(steps),
            smoothing=self.smoothing,
        )

    def _part(self, rows: np.ndarray, kind: str) -> np.ndarray:
        logits, _ = self._judged(rows)
        return np.asarray(np.logaddexp(0, -logits))

    def _deviation(self, rows: np.ndarray) -> np.ndarray:
        """Return the discriminator's last hidden layer; there is no reconstruction."""
        _, features = self._judged(rows)
        return features
