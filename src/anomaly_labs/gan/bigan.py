"""BiGAN: an encoder, a generator, and a discriminator that judges pairs."""

from typing import ClassVar, Literal

import numpy as np

from anomaly_labs.gan import networks
from anomaly_labs.gan.detector import AdversarialDetector
from anomaly_labs.gan.players import BiGANPlayers

Kind = Literal["combined", "reconstruction", "feature_matching", "cross_entropy", "whitened"]


class BiGANDetector(AdversarialDetector):
    """Detector with a generator, its inverse, and a discriminator of both (Zenati et al. 2018).

    The generator makes rows of latent numbers, the encoder makes latent numbers of rows, and the
    discriminator tells the pairs (row, encoder's numbers) from the pairs (generator's row,
    numbers). Where neither can be told from the other, encoder and generator undo each other, but
    only for rows like the training rows. Plain BiGANs reach this point on paper: here a share of
    the reconstruction error in the loss (`cycle`) takes them there.

    Parameters
    ----------
    hidden
        Units of the encoder's layers; the generator has them in reverse.
    latent
        Numbers that a row is made of.
    judge_hidden
        Units of the discriminator: of the layer for each of its inputs, then of those for both.
    cycle
        Weight of the mean square of x - G(E(x)) in the loss of encoder and generator; 0 is the
        BiGAN of Zenati et al., on scaled data and with two rates.
    smoothing
        What the discriminator's target for real rows is short of 1 (one-sided label smoothing).
    learning_rate, judge_rate
        Rates of encoder and generator, and of the discriminator (two time scales), at the start;
        both fall to 0 along a cosine.
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
        Weight of the discriminator's part in the score "combined", from 0 to 1.
    judgement
        Name of the score that is the discriminator's part.
    shrinkage
        Share of the mean variance in the covariance of the whitened score, above 0 and at most 1.
    kind
        Score of `anomaly_score` unless it is told another:

        - "reconstruction": mean square of x - G(E(x)) over the columns;
        - "feature_matching": mean absolute difference of the discriminator's last hidden layer
          between (x, E(x)) and (G(E(x)), E(x));
        - "cross_entropy": -log of the probability that the discriminator gives (x, E(x)) to be
          real (the "sigmoid" score of the paper);
        - "combined": (1 - weight) · reconstruction + weight · judgement, each divided by its mean
          on held-out rows;
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
        Of each epoch: "generator_loss" (encoder and generator), "discriminator_loss"; "coverage",
        the variety of the generated rows, 1 for that of real ones, near 0 in mode collapse; and
        "sanity", the AUC of the detector's own score as in `sanity_`, on other rows.
    sanity_
        By kind, the AUC with which the score tells held-out training rows from rows with shuffled
        columns. Below .6 `anomaly_score` warns. A warning light, no
        proof: a score can pass and be inverted on real anomalies, or fail and be useful where
        the training rows are nearly alike.
    generator_, encoder_, discriminator_
        Keras models: latent to row, row to latent, [row, latent] to [logit, last hidden layer].
    n_features_in_, feature_names_in_
        Columns seen by `fit`; names only where they came with a frame.
    scale_
        Mean of each part of the score on held-out rows.
    mean_, whitening_
        Mean and whitening matrix of what "whitened" whitens.

    References
    ----------
    Zenati et al. (2018), Efficient GAN-based anomaly detection.
    https://doi.org/10.48550/arXiv.1802.06222
    Donahue, Krähenbühl and Darrell (2017), Adversarial feature learning.
    https://doi.org/10.48550/arXiv.1605.09782
    Li et al. (2017), ALICE: towards understanding adversarial learning for joint distribution
    matching (the reconstruction in the loss). https://doi.org/10.48550/arXiv.1709.01215
    Heusel et al. (2017), GANs trained by a two time-scale update rule converge to a local Nash
    equilibrium. https://doi.org/10.48550/arXiv.1706.08500

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> a = rng.normal(size=(500, 1))
    >>> X = np.hstack([a, -a, a]) + 0.1 * rng.normal(size=(500, 3))
    >>> small = {"hidden": (16,), "latent": 1, "judge_hidden": (16,), "batch_size": 32}
    >>> detector = BiGANDetector(**small, epochs=30).fit(X)
    >>> usual, odd = detector.anomaly_score([[1.0, -1.0, 1.0], [1.0, 1.0, 1.0]])
    >>> bool(odd > usual)
    True
    """

    kinds: ClassVar[tuple[str, ...]] = (
        "combined",
        "reconstruction",
        "feature_matching",
        "cross_entropy",
        "whitened",
    )
    parts: ClassVar[tuple[str, ...]] = ("reconstruction", "feature_matching", "cross_entropy")
    limits: ClassVar[dict[str, float]] = {"cycle": np.inf, "smoothing": 0.5, "weight": 1}

    def __init__(
        self,
        *,
        hidden: tuple[int, ...] = (128, 64),
        latent: int = 16,
        judge_hidden: tuple[int, ...] = (128, 128),
        cycle: float = 10.0,
        smoothing: float = 0.1,
        learning_rate: float = 1e-3,
        judge_rate: float = 2e-4,
        averaging: float = 0.99,
        epochs: int | None = None,
        batch_size: int = 256,
        patience: int | None = None,
        validation_share: float = 0.1,
        weight: float = 0.1,
        judgement: Literal["feature_matching", "cross_entropy"] = "feature_matching",
        shrinkage: float = 1e-3,
        kind: Kind = "combined",
        seed: int = 0,
        progress: bool = False,
    ) -> None:
        self.hidden = hidden
        self.latent = latent
        self.judge_hidden = judge_hidden
        self.cycle = cycle
        self.smoothing = smoothing
        self.learning_rate = learning_rate
        self.judge_rate = judge_rate
        self.averaging = averaging
        self.epochs = epochs
        self.batch_size = batch_size
        self.patience = patience
        self.validation_share = validation_share
        self.weight = weight
        self.judgement = judgement
        self.shrinkage = shrinkage
        self.kind = kind
        self.seed = seed
        self.progress = progress

    def _players(self, width: int, *, steps: int) -> BiGANPlayers:
        seeds = networks.seeds(self.seed)
        return BiGANPlayers(
            networks.builders(width, self.hidden, self.latent, seeds=seeds),
            networks.judge([width, self.latent], self.judge_hidden, seeds=seeds),
            self._schedule(steps),
            smoothing=self.smoothing,
            cycle=self.cycle,
        )

    def _part(self, rows: np.ndarray, kind: str) -> np.ndarray:
        if kind == "combined":
            return self._mixed(rows, self.judgement)
        if kind == "reconstruction":
            return np.asarray(np.square(self._deviation(rows)).mean(axis=1))
        encoded = self.networks_["encoder"](rows)
        logits, features = self._judged(rows, encoded)
        if kind == "cross_entropy":
            return np.asarray(np.logaddexp(0, -logits))
        _, mended = self._judged(self.networks_["generator"](encoded), encoded)
        return np.asarray(np.abs(features - mended).mean(axis=1))

    def _check_options(self) -> None:
        super()._check_options()
        if self.judgement not in ("feature_matching", "cross_entropy"):
            raise ValueError(
                f"judgement={self.judgement!r} must be 'feature_matching' or 'cross_entropy'"
            )
