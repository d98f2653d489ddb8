"""What the three detectors share: the contract of the course around a game of networks."""

import warnings
from os import PathLike
from typing import Any, ClassVar, Self

import keras
import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from anomaly_labs.gan import options, sanity, storage
from anomaly_labs.gan.players import Players, Schedule
from anomaly_labs.matrix import Matrix, Moments, checked, whitening
from anomaly_labs.training import NoisyBatches, Watch, chunks, epochs_for, run

FEWEST_ROWS = 20
MOST_HELD = 4000  # half for the choice of the epoch, half for the check of the score
LOSSES = ("generator_loss", "discriminator_loss")
STEPS = 3000
FEWEST_EPOCHS, MOST_EPOCHS = 4, 100


class AdversarialDetector(BaseEstimator):  # type: ignore[misc]
    """Base of the detectors: training, held-out rows, sanity check, files."""

    kinds: ClassVar[tuple[str, ...]]
    parts: ClassVar[tuple[str, ...]] = ()  # kinds that "combined" may mix
    limits: ClassVar[dict[str, float]] = {}  # of options that start at 0
    judge_name: ClassVar[str] = "discriminator"

    hidden: tuple[int, ...]
    judge_hidden: tuple[int, ...]
    latent: int
    learning_rate: float
    judge_rate: float
    averaging: float
    epochs: int | None
    batch_size: int
    patience: int | None
    validation_share: float
    shrinkage: float
    weight: float
    kind: str
    seed: int
    progress: bool

    def fit(self, X: Matrix, y: object = None) -> Self:
        """Train the networks and check the scores on held-out rows.

        Parameters
        ----------
        X : shape (n_samples, n_features)
            At least 20 rows of numbers on comparable scales, as `features.make_encoder` gives.
        y
            Ignored; pipelines pass it.

        Raises
        ------
        ValueError
            If `X` is not a finite numeric matrix of at least 20 rows, an option is outside its
            range, or the training diverges.
        """
        self._check_options()
        rows = checked(self, X, fitting=True)
        if len(rows) < FEWEST_ROWS:
            raise ValueError(f"X has {len(rows)} rows; a GAN needs {FEWEST_ROWS} at least")
        training, watched, kept = self._split(rows)
        batches = NoisyBatches(training, batch_size=self.batch_size, swap_noise=0.0, seed=self.seed)
        epochs = self.epochs or epochs_for(
            STEPS, per_epoch=batches.per_epoch, fewest=FEWEST_EPOCHS, most=MOST_EPOCHS
        )
        players = self._players(rows.shape[1], steps=epochs * batches.per_epoch)
        self._adopt(players.averages)
        watch = Watch(
            lambda: self._observe(training, watched),
            players.averages,
            best="sanity",
            wanted="highest",
            patience=self.patience,
        )
        self.history_ = run(
            players.learner(batches.batch_size, rows.shape[1]),
            batches,
            watch,
            losses=LOSSES,
            epochs=epochs,
            progress=self.progress,
        )
        if not all(np.isfinite(values).all() for values in self.history_.values()):
            raise _diverged()
        self._calibrate(np.concatenate([watched, kept]), rows)
        self.sanity_ = self._sanity(kept)
        return self

    def anomaly_score(self, X: Matrix, *, kind: str | None = None) -> np.ndarray:
        """Return a score for each row, float64; larger is more anomalous.

        Parameters
        ----------
        X : shape (n_samples, n_features)
            Rows with the columns of `fit`.
        kind
            One of the class's kinds (see its docstring). None: the detector's own.

        Raises
        ------
        ValueError
            If `kind` is another word or `X` is not a finite matrix with the columns of `fit`.

        Warns
        -----
        UserWarning
            If the score has failed the check on held-out rows: it is inverted, or useless.
        """
        check_is_fitted(self)
        rows, kind = checked(self, X), self._kind(kind)
        complaint = sanity.verdict(kind, self.sanity_)
        if complaint:
            warnings.warn(complaint, UserWarning, stacklevel=2)
        return self._score(rows, kind)

    def generate(self, n: int, *, seed: int = 0) -> np.ndarray:
        """Return `n` rows that the generator makes, shape (n, n_features), float32.

        Parameters
        ----------
        n
            How many rows are made.
        seed
            Seed of the latent numbers; the same seed gives the same rows.
        """
        check_is_fitted(self)
        latent = np.random.default_rng(seed).standard_normal((n, self.latent), dtype=np.float32)
        return np.asarray(self.networks_["generator"](latent))

    def save(self, path: str | PathLike[str]) -> None:
        """Write the fitted detector to one file; an older one of the name is replaced.

        Parameters
        ----------
        path
            Any name; ".zip" shows what it is: Keras models, arrays and JSON in a zip archive.
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
        networks = storage.load(detector, path)
        detector._adopt(networks)
        return detector

    def _players(self, width: int, *, steps: int) -> Players:
        """Return the untrained game; each class has its own."""
        raise NotImplementedError

    def _part(self, rows: np.ndarray, kind: str) -> np.ndarray:
        """Return one score of one chunk, shape (n_samples,); each class has its own."""
        raise NotImplementedError

    def _deviation(self, rows: np.ndarray) -> np.ndarray:
        """Return what "whitened" whitens: row minus reconstruction, float64."""
        back = self.networks_["generator"](self.networks_["encoder"](rows))
        return np.asarray(rows - np.asarray(back, np.float64))

    def _mixed(self, rows: np.ndarray, judgement: str) -> np.ndarray:
        """Return (1 - weight) · reconstruction + weight · judgement, both scaled."""
        first, second = (
            self._part(rows, kind) / self.scale_[kind] for kind in ("reconstruction", judgement)
        )
        return (1 - self.weight) * first + self.weight * second

    def _schedule(self, steps: int) -> Schedule:
        return Schedule(self.learning_rate, self.judge_rate, self.averaging, steps, self.seed)

    def _judged(self, rows: np.ndarray, *latent: Any) -> tuple[np.ndarray, np.ndarray]:
        logits, features = self.networks_["judge"]([keras.ops.convert_to_tensor(rows), *latent])
        return np.asarray(logits, np.float64)[:, 0], np.asarray(features, np.float64)

    def _score(self, rows: np.ndarray, kind: str) -> np.ndarray:
        scores = np.empty(len(rows))
        for part in chunks(len(rows)):
            if kind == "whitened":
                white = (self._deviation(rows[part]) - self.mean_) @ self.whitening_
                scores[part] = np.square(white).mean(axis=1)
            else:
                scores[part] = self._part(rows[part], kind)
        return scores

    def _calibrate(self, held: np.ndarray, rows: np.ndarray) -> None:
        """Learn from held-out rows the scale of each score, from all what to whiten with."""
        self._learn_spread(rows)
        self._learn_scale(held)

    def _learn_spread(self, rows: np.ndarray) -> None:
        moments = Moments()
        for part in chunks(len(rows)):
            moments.add(self._deviation(rows[part]))
        self.mean_ = moments.mean
        if not np.isfinite(moments.covariance).all():
            raise _diverged()
        self.whitening_ = whitening(moments.covariance, shrinkage=self.shrinkage)

    def _learn_scale(self, held: np.ndarray) -> None:
        self.scale_ = {kind: float(self._score(held, kind).mean()) or 1.0 for kind in self.parts}

    def _observe(self, training: np.ndarray, watched: np.ndarray) -> dict[str, float]:
        """Return the figures of an epoch."""
        if self.kind == "whitened":
            self._learn_spread(watched)
        else:
            self._learn_scale(watched)
        made = self.generate(sanity.COMPARED, seed=self.seed)
        odd = sanity.shuffled(watched, seed=self.seed)
        own = [self._score(part, self.kind) for part in (watched, odd)]
        covered = sanity.coverage(made, watched, training)
        return {"coverage": covered, "sanity": sanity.separation(*own)}

    def _sanity(self, kept: np.ndarray) -> dict[str, float]:
        odd = sanity.shuffled(kept, seed=self.seed + 1)
        return {
            kind: sanity.separation(self._score(kept, kind), self._score(odd, kind))
            for kind in self.kinds
        }

    def _split(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return rows to train on, to choose the epoch on, and to check the scores on."""
        order = np.random.default_rng(self.seed).permutation(len(rows))
        held = min(MOST_HELD, int(np.ceil(self.validation_share * len(rows))))
        half = max(2, held // 2)
        return rows[order[2 * half :]], rows[order[:half]], rows[order[half : 2 * half]]

    def _adopt(self, networks: dict[str, Any]) -> None:
        self.networks_ = networks
        for name, network in networks.items():
            setattr(self, f"{self.judge_name if name == 'judge' else name}_", network)

    def _kind(self, kind: str | None) -> str:
        chosen = self.kind if kind is None else kind
        if chosen not in self.kinds:
            raise ValueError(f"kind={chosen!r} must be one of {', '.join(map(repr, self.kinds))}")
        return chosen

    def _check_options(self) -> None:
        self._kind(None)
        options.check(self)


def _diverged() -> ValueError:
    return ValueError(
        "the training diverged; bring the columns to comparable scales with"
        " features.make_encoder, or lower learning_rate"
    )
