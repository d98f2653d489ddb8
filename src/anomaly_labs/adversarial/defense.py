"""Defense-GAN: rows are replaced by what a generator of clean rows can make."""

from os import PathLike
from typing import Any, Self

import keras
import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from anomaly_labs import files
from anomaly_labs.adversarial.search import Search
from anomaly_labs.gan import WGANDetector
from anomaly_labs.matrix import Matrix, checked

CHUNK = 2048  # tries (rows times restarts) per tensor: they stay in the processor's cache
FORM = "anomaly-labs DefenseGAN"


class DefenseGAN(BaseEstimator):  # type: ignore[misc]
    """Projection of rows on the range of a generator (Samangouei et al. 2018).

    A WGAN with gradient penalty learns clean rows, normal ones and attacks, whatever the classifier
    was trained on. A row x then is replaced by G(z) for the latent numbers z with the least
    ‖G(z) - x‖², found from several random starts by gradient steps (Adam). What an attacker added
    to x is no traffic that the generator makes, and is lost.

    Parameters
    ----------
    steps
        Gradient steps (L of the paper).
    restarts
        Random starts of each row (R of the paper); the nearest result is taken.
    step_size
        Step size of Adam at the start; it falls to 0 along a cosine.
    hidden
        Units of the generator's layers, from the output to the latent numbers.
    latent
        Latent numbers.
    judge_hidden
        Units of the critic.
    cycle
        Weight of the reconstruction in the generator's loss, as in `gan.WGANDetector`; 0 trains
        the generator against the critic alone, as the paper does.
    epochs
        Passes over the training rows, at most; None as in `gan.WGANDetector`.
    batch_size
        Rows per training step.
    seed
        Seed of training and starts; the same seed gives the same projections.
    progress
        Whether to show progress bars on stdout.

    Attributes
    ----------
    generator_
        Keras model, latent numbers to row; all that a projection needs.
    gan_
        The fitted `gan.WGANDetector` with its history; a loaded defence has none.
    n_features_in_, feature_names_in_
        Columns seen by `fit`; names only where they came with a frame.

    References
    ----------
    Samangouei, Kabkab and Chellappa (2018), Defense-GAN: protecting classifiers against adversarial
    attacks using generative models. https://doi.org/10.48550/arXiv.1805.06605

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> a = rng.normal(size=(500, 1)).astype(np.float32)
    >>> X = np.hstack([a, -a, a])
    >>> small = {"hidden": (16,), "latent": 1, "judge_hidden": (16,), "batch_size": 32}
    >>> defense = DefenseGAN(**small, epochs=40).fit(X)
    >>> moved = X[:50] + np.array([0.5, 0.5, 0.0], np.float32)
    >>> back = defense.project(moved)
    >>> bool(np.abs(back - X[:50]).mean() < np.abs(moved - X[:50]).mean() / 2)
    True
    """

    def __init__(
        self,
        *,
        steps: int = 200,
        restarts: int = 10,
        step_size: float = 0.1,
        hidden: tuple[int, ...] = (64, 64),
        latent: int = 8,
        judge_hidden: tuple[int, ...] = (128, 128),
        cycle: float = 10.0,
        epochs: int | None = None,
        batch_size: int = 256,
        seed: int = 0,
        progress: bool = False,
    ) -> None:
        self.steps = steps
        self.restarts = restarts
        self.step_size = step_size
        self.hidden = hidden
        self.latent = latent
        self.judge_hidden = judge_hidden
        self.cycle = cycle
        self.epochs = epochs
        self.batch_size = batch_size
        self.seed = seed
        self.progress = progress

    def fit(self, X: Matrix, y: object = None) -> Self:
        """Train the generator on clean rows.

        Parameters
        ----------
        X : shape (n_samples, n_features)
            At least 20 encoded rows of what the classifier is trained on, all classes.
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
        self.gan_ = WGANDetector(
            hidden=self.hidden,
            latent=self.latent,
            judge_hidden=self.judge_hidden,
            cycle=self.cycle,
            epochs=self.epochs,
            batch_size=self.batch_size,
            seed=self.seed,
            progress=self.progress,
        ).fit(rows)
        self.generator_ = self.gan_.generator_
        return self

    def project(self, X: Matrix) -> np.ndarray:
        """Return the nearest rows that the generator makes, shape (n_samples, n_features), float32.

        Equal rows are projected once.

        Parameters
        ----------
        X : shape (n_samples, n_features)
            Encoded rows with the columns of `fit`.

        Raises
        ------
        ValueError
            If `X` is not a finite matrix with the columns of `fit`, or an option is outside its
            range.
        """
        check_is_fitted(self, "generator_")
        self._check_options()
        rows, back = np.unique(checked(self, X), axis=0, return_inverse=True)
        search = self._prepared()
        starts = np.random.default_rng(self.seed).standard_normal(
            (self.restarts, self.latent), dtype=np.float32
        )
        found = np.empty_like(rows)
        per_chunk = max(1, CHUNK // self.restarts)
        bar = keras.utils.Progbar(len(rows), verbose=1 if self.progress else 0)
        for start in range(0, len(rows), per_chunk):
            part = slice(start, start + per_chunk)
            found[part] = search.nearest(rows[part], starts)
            bar.update(min(start + per_chunk, len(rows)))
        return np.asarray(found[back])

    def save(self, path: str | PathLike[str]) -> None:
        """Write the fitted defence to one file; an older one of the name is replaced.

        Parameters
        ----------
        path
            Any name; ".zip" shows what it is: a Keras model and JSON in a zip archive. Nothing in
            it is code.
        """
        check_is_fitted(self, "generator_")
        state: dict[str, Any] = {"params": self.get_params()}
        if hasattr(self, "feature_names_in_"):
            state["columns"] = [str(name) for name in self.feature_names_in_]
        files.save_fitted(path, files.Parts({"generator": self.generator_}, state, {}), form=FORM)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Return the defence that `save` wrote; it projects as it did.

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
        parts = files.load_fitted(path, form=FORM, detector=cls.__name__, check=_check)
        params, generator = parts.state["params"], parts.models["generator"]
        defense = cls(**params | {name: tuple(params[name]) for name in ("hidden", "judge_hidden")})
        defense.generator_, defense.n_features_in_ = generator, generator.output_shape[-1]
        if "columns" in parts.state:
            defense.feature_names_in_ = np.asarray(parts.state["columns"], dtype=object)
        return defense

    def _prepared(self) -> Search:
        """Return the search of the last call where nothing has changed: its graph is made once."""
        options = (self.generator_, self.steps, self.step_size)
        kept = getattr(self, "_search", None)
        if kept is None or kept[0] != options:
            kept = options, Search(options[0], steps=self.steps, step_size=self.step_size)
            self._search = kept
        return kept[1]

    def _check_options(self) -> None:
        for name in ("steps", "restarts"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}={getattr(self, name)!r} must be at least 1")
        if not self.step_size > 0:
            raise ValueError(f"step_size={self.step_size!r} must be above 0")


def _check(parts: files.Parts) -> None:
    """Raise unless the generator belongs to the options."""
    wanted, came = parts.state["params"].keys(), DefenseGAN().get_params().keys()
    width = parts.models["generator"].input_shape[-1]
    if wanted != came or width != parts.state["params"]["latent"]:
        raise ValueError(f"options {sorted(wanted)}, a generator of {width} latent numbers")
