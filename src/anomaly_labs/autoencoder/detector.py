"""The detector: an autoencoder behind the contract of the course."""

from collections.abc import Iterable
from os import PathLike
from typing import Any, Self

import keras
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from anomaly_labs.autoencoder import network, options, residuals, storage
from anomaly_labs.autoencoder.residuals import KINDS, Kind
from anomaly_labs.matrix import Batches, Matrix, Moments, checked, in_batches, whitening
from anomaly_labs.training import batched, epochs_for, train
from anomaly_labs.training.rows import divide, matrices

STEPS = 2500
FEWEST_EPOCHS, MOST_EPOCHS = 4, 20


class AutoencoderDetector(BaseEstimator):  # type: ignore[misc]
    """Detector that scores a row by what an autoencoder cannot reconstruct of it.

    The network squeezes each row through a few numbers and has to restore it. What it has learned
    to restore are the dependences among columns of the training rows; a row that breaks them
    comes back changed.

    Parameters
    ----------
    hidden
        Units of the encoder's layers; the decoder has them in reverse.
    latent
        Numbers that a row is squeezed into.
    activation
        Activation of the hidden layers, by Keras' name; latent layer and output are linear.
    dropout
        Share of hidden units left out in each training step.
    swap_noise
        Probability that a value of the input is replaced by another row's value of the same
        column, while the target stays clean (denoising); 0 for none.
    loss
        Keras' name of the training loss: "mse", "mae", "huber", ...
    learning_rate
        Learning rate of Adam.
    epochs
        Passes over the training rows, at most; None for as many as make 2,500 steps, but 4 to 20,
        of a stream 1 to 20.
    batch_size
        Rows per step.
    patience
        Epochs without a lower loss on the held-out rows after which training ends with the best
        weights; None for all epochs and the last weights.
    validation_share
        Share of the training rows held out for the choice of the epoch.
    shrinkage
        Share of the mean variance in the covariances behind "whitened" and "joint", above 0 and
        at most 1.
    kind
        Score of `anomaly_score` unless it is told another.
    seed
        Seed of weights, dropout, noise, order and held-out rows; the same seed gives the same
        scores.
    progress
        Whether `fit` shows a progress bar on stdout.

    Attributes
    ----------
    history_
        "loss" and, with held-out rows, "val_loss" of each epoch.
    model_, encoder_, decoder_
        Keras models: row to row, row to latent, latent to row.
    n_features_in_, feature_names_in_
        Columns seen by `fit`; names only where they came with a frame.
    residual_mean_, whitening_ : shape (n_features,), (n_features, n_features)
        Moments of the residuals of all rows given to `fit`, for the scores "whitened" and "joint".
    row_mean_, row_whitening_ : shape (n_features,), (n_features, n_features)
        Moments of the rows given to `fit`, for the score "joint".

    Notes
    -----
    Fit on normal rows, or on rows with a small share of anomalies: a network that sees few of them
    spends few weights on them.

    A single wild column, say a failed login among rows that have none, throws the reconstruction
    of all columns off, so "whitened" can place a normal row of this kind above an attack that is
    odd in many columns. "joint" is for short lists of alerts, where a few such rows on top cost
    most: it also asks how odd the row itself is, and lets no column count for more than five
    standard deviations. At a threshold that many rows pass, "whitened" finds more attacks.

    References
    ----------
    Denouden et al. (2018), Improving reconstruction autoencoder out-of-distribution detection with
    Mahalanobis distance. https://arxiv.org/abs/1812.02765 (adds the distance of the latent place
    to the reconstruction error; here it is that of the row)

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> a = rng.normal(size=(500, 1))
    >>> X = np.hstack([a, -a, a]) + 0.1 * rng.normal(size=(500, 3))
    >>> detector = AutoencoderDetector(hidden=(8,), latent=1, epochs=20, batch_size=32).fit(X)
    >>> usual, odd = detector.anomaly_score([[1.0, -1.0, 1.0], [1.0, 1.0, 1.0]])
    >>> bool(odd > 10 * usual)
    True
    """

    def __init__(
        self,
        *,
        hidden: tuple[int, ...] = (128, 64),
        latent: int = 16,
        activation: str = "relu",
        dropout: float = 0.0,
        swap_noise: float = 0.0,
        loss: str = "mse",
        learning_rate: float = 1e-3,
        epochs: int | None = None,
        batch_size: int = 512,
        patience: int | None = 5,
        validation_share: float = 0.1,
        shrinkage: float = 1e-3,
        kind: Kind = "whitened",
        seed: int = 0,
        progress: bool = False,
    ) -> None:
        self.hidden = hidden
        self.latent = latent
        self.activation = activation
        self.dropout = dropout
        self.swap_noise = swap_noise
        self.loss = loss
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.batch_size = batch_size
        self.patience = patience
        self.validation_share = validation_share
        self.shrinkage = shrinkage
        self.kind = kind
        self.seed = seed
        self.progress = progress

    def fit(self, X: Matrix | Batches, y: object = None) -> Self:
        """Train the network and learn the covariance of its residuals.

        Parameters
        ----------
        X : shape (n_samples, n_features)
            Numbers on comparable scales, as `features.make_encoder` gives. Or a `datasets.Batches`
            of such matrices, read once for the held-out rows (50,000 at most), once an epoch, and
            once for the covariances; the order is shuffled within its batches only.
        y
            Ignored; pipelines pass it.

        Raises
        ------
        ValueError
            If `X` is not a finite numeric matrix of at least two rows, an option is outside its
            range, or the training diverges.
        """
        self._check_options()
        rows = divide(self, X)
        model = network.build(
            self.n_features_in_,
            hidden=self.hidden,
            latent=self.latent,
            activation=self.activation,
            dropout=self.dropout,
            seed=self.seed,
        )
        epochs = self.epochs or epochs_for(
            STEPS,
            per_epoch=rows.batches.per_epoch,
            fewest=1 if in_batches(X) else FEWEST_EPOCHS,
            most=MOST_EPOCHS,
        )
        self.history_ = train(
            model,
            rows.batches,
            rows.held_out,
            loss=self.loss,
            learning_rate=self.learning_rate,
            epochs=epochs,
            patience=self.patience,
            progress=self.progress,
        )
        if not np.isfinite(self.history_["loss"]).all():
            raise ValueError(
                f"the training diverged (last losses {self.history_['loss'][-3:]}); bring the"
                " columns to comparable scales with features.make_encoder, or lower learning_rate"
            )
        self._adopt(keras.Model(model.input, model.output, name=model.name))  # without optimizer
        self._learn_moments(rows.parts)
        return self

    def _learn_moments(self, parts: Iterable[np.ndarray]) -> None:
        """Set means and whitening matrices of the residuals and the rows."""
        left, own = Moments(), Moments()
        for rows in parts:
            for part, mended in batched(self.model_, rows):
                left.add(rows[part] - mended)
                own.add(rows[part])
        self.residual_mean_, self.row_mean_ = left.mean, own.mean
        self.whitening_ = whitening(left.covariance, shrinkage=self.shrinkage)
        self.row_whitening_ = whitening(own.covariance, shrinkage=self.shrinkage)

    def reconstruct(self, X: Matrix) -> np.ndarray:
        """Return what the network makes of each row: shape (n_samples, n_features), float32.

        Parameters
        ----------
        X : shape (n_samples, n_features)
            Rows with the columns of `fit`.
        """
        return self._through("model_", X)

    def encode(self, X: Matrix) -> np.ndarray:
        """Return the latent numbers of each row: shape (n_samples, latent), float32.

        Parameters
        ----------
        X : shape (n_samples, n_features)
            Rows with the columns of `fit`.
        """
        return self._through("encoder_", X)

    def anomaly_score(self, X: Matrix | Batches, *, kind: Kind | None = None) -> np.ndarray:
        """Return a score for each row, float64 and at least 0; larger is more anomalous.

        Parameters
        ----------
        X : shape (n_samples, n_features)
            Rows with the columns of `fit`.
        kind
            "l2": mean square of the residual x - x̂ over the columns; "l1": mean absolute
            residual; "whitened": squared Mahalanobis distance of the residual under the
            (shrunk) covariance of the training residuals, divided by the number of columns, so
            that training rows have about 1 on average; "joint": what the columns add to this
            distance and to that of the row x itself under the covariance of the training rows,
            each part cut off at five standard deviations. None: the detector's own.

        Raises
        ------
        ValueError
            If `kind` is another word or `X` is not a finite matrix with the columns of `fit`.
        """
        check_is_fitted(self)
        kind = self._kind(kind)
        scores = [np.empty(0)]
        for rows in matrices(self, X):
            for part, mended in batched(self.model_, rows):
                scores.append(self._by_column(rows[part], mended, kind).sum(axis=1))
        return np.concatenate(scores)

    def feature_scores(self, X: Matrix, *, kind: Kind | None = None) -> pd.DataFrame:
        """Return how much each column adds to the score of each row; none is below 0.

        The sum over the columns is `anomaly_score` with the same `kind`. For "whitened" the parts
        are the squares of the symmetrically whitened residual: the residual that is left in a
        column, in standard deviations, once what the other columns explain is taken out. "joint"
        adds the same for the row.

        Parameters
        ----------
        X : shape (n_samples, n_features)
            Rows with the columns of `fit`.
        kind
            Which score is divided among the columns, as in `anomaly_score`.

        Returns
        -------
        DataFrame
            Shape (n_samples, n_features), float64, with the index of `X` and the names of its
            columns; "x0", "x1", ... where `fit` saw no names.
        """
        check_is_fitted(self)
        rows, kind = checked(self, X), self._kind(kind)
        parts = np.empty(rows.shape)
        for part, mended in batched(self.model_, rows):
            parts[part] = self._by_column(rows[part], mended, kind)
        names = getattr(self, "feature_names_in_", [f"x{i}" for i in range(rows.shape[1])])
        index = X.index if isinstance(X, pd.DataFrame) else None
        return pd.DataFrame(parts, index=index, columns=names)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the fitted detector to one file; an older one of the name is replaced.

        Parameters
        ----------
        path
            Any name; ".zip" shows what it is: a Keras model, arrays and JSON in a zip archive.
            Nothing in it is code.
        """
        check_is_fitted(self)
        storage.save(self, path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Return the detector that `save` wrote; it scores as it did.

        Parameters
        ----------
        path
            File written by `save`.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If the file is damaged, something else, or of another version of the format.
        """
        detector = cls()
        detector._adopt(storage.load(detector, path))
        return detector

    def _adopt(self, model: Any) -> None:
        self.model_ = model
        self.encoder_, self.decoder_ = model.get_layer("encoder"), model.get_layer("decoder")

    def _kind(self, kind: Kind | None) -> Kind:
        chosen = self.kind if kind is None else kind
        if chosen not in KINDS:
            raise ValueError(f"kind={chosen!r} must be one of {', '.join(map(repr, KINDS))}")
        return chosen

    def _by_column(self, rows: np.ndarray, mended: np.ndarray, kind: Kind) -> np.ndarray:
        residual = rows.astype(np.float64) - mended
        return residuals.by_column(
            residual,
            rows,
            kind=kind,
            whiten_residual=(self.residual_mean_, self.whitening_),
            whiten_row=(self.row_mean_, self.row_whitening_),
        )

    def _through(self, name: str, X: Matrix) -> np.ndarray:
        check_is_fitted(self)
        rows, model = checked(self, X), getattr(self, name)
        parts = [np.empty((0, model.output_shape[-1]), np.float32)]
        return np.concatenate(parts + [made for _, made in batched(model, rows)])

    def _check_options(self) -> None:
        self._kind(None)
        options.check(self)
