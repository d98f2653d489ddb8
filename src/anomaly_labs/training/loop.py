"""The loop over epochs: batches, what is watched after each epoch, and when training ends."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import keras
import numpy as np

from anomaly_labs.training.batches import TrainingBatches, blocks
from anomaly_labs.training.learner import Learner

Observe = Callable[[], dict[str, float]]
Step = Callable[[np.ndarray, np.ndarray], Sequence[float] | np.ndarray]
History = dict[str, list[float]]


class Watch:
    """Keeps the weights of the best epoch, and says when training ends.

    Parameters
    ----------
    observe
        Gives figures after each epoch; they join the losses in the history.
    models
        Keras models by name whose weights are kept.
    best
        The figure of `observe` that decides which epoch is the best.
    wanted
        Whether the "highest" or the "lowest" value of this figure is the best.
    patience
        Epochs without a better value after which training ends; None for all epochs and the last
        weights.
    """

    def __init__(
        self,
        observe: Observe,
        models: Mapping[str, Any],
        *,
        best: str,
        wanted: Literal["highest", "lowest"],
        patience: int | None,
    ) -> None:
        self.observe, self.models, self.best, self.patience = observe, models, best, patience
        self.sign = 1 if wanted == "highest" else -1
        self.highest, self.waited = -np.inf, 0
        self.kept: dict[str, Any] = {}

    def is_over(self, figures: dict[str, float]) -> bool:
        """Add to the losses of an epoch what is observed; return whether it was the last one.

        A loss that is no finite number ends the training, and nothing is observed.

        Parameters
        ----------
        figures
            The losses of the epoch by name.
        """
        if not np.isfinite(list(figures.values())).all():
            return True
        figures |= self.observe()
        if self.patience is None:
            return False
        self.waited += 1
        if self.sign * figures[self.best] > self.highest:
            self.highest, self.waited = self.sign * figures[self.best], 0
            self.kept = {name: model.get_weights() for name, model in self.models.items()}
        return self.waited >= self.patience

    def put_back(self) -> None:
        """Give the models their best weights."""
        for name, weights in self.kept.items():
            self.models[name].set_weights(weights)


def epochs_for(steps: int, *, per_epoch: int, fewest: int, most: int) -> int:
    """Return how many epochs make so many steps, within bounds.

    Parameters
    ----------
    steps
        How many steps the training should have.
    per_epoch
        Steps of an epoch.
    fewest, most
        Bounds of the epochs.

    Examples
    --------
    >>> epochs_for(2500, per_epoch=1000, fewest=1, most=20)
    3
    """
    return min(most, max(fewest, -(-steps // per_epoch)))


def run(
    step: Step,
    batches: TrainingBatches,
    watch: Watch,
    *,
    losses: Sequence[str],
    epochs: int,
    progress: bool,
) -> History:
    """Go over the batches for some epochs and return losses and figures by epoch.

    Parameters
    ----------
    step
        Learns from a block of batches, (noisy rows, rows), each of shape (n_batches, batch_size,
        n_features), and returns for each of the `losses` the sum over the batches.
    batches
        Training rows, as in `blocks`.
    watch
        What is observed after each epoch, and when training ends.
    losses
        Names of what `step` returns.
    epochs
        Passes over the rows, at most.
    progress
        Whether to show a progress bar for each epoch, on stdout.
    """
    history: list[dict[str, float]] = []
    for epoch in range(epochs):
        if progress:
            print(f"Epoch {epoch + 1}/{epochs}")
        bar = keras.utils.Progbar(batches.per_epoch, verbose=1 if progress else 0)
        total, done = np.zeros(len(losses)), 0
        for noisy, rows in blocks(batches, epoch):
            total += step(noisy, rows)
            done += len(rows)
            bar.update(done, list(zip(losses, total / done, strict=True)))
        figures = dict(zip(losses, (total / done).tolist(), strict=True))
        history.append(figures)
        if watch.is_over(figures):
            break
    watch.put_back()
    return {name: [figures[name] for figures in history if name in figures] for name in history[0]}


def train(
    model: Any,
    batches: TrainingBatches,
    held_out: np.ndarray,
    *,
    loss: str,
    learning_rate: float,
    epochs: int,
    patience: int | None,
    progress: bool,
) -> History:
    """Train a model in place to give back its rows, and return its losses by epoch.

    Parameters
    ----------
    model
        Keras model, rows to rows.
    batches
        Training rows, as in `blocks`.
    held_out : shape (n_samples, n_features)
        Rows for "val_loss"; may be empty.
    loss
        Name that Keras has for the loss.
    learning_rate
        Learning rate of Adam.
    epochs
        Passes over the rows, at most.
    patience
        Epochs without a lower "val_loss" after which training ends with the best weights; None
        for all epochs and the last weights.
    progress
        Whether to show a progress bar for each epoch.
    """
    learner = Learner(model, keras.losses.get(loss), keras.optimizers.Adam(learning_rate))

    def observe() -> dict[str, float]:
        return {"val_loss": learner.left(held_out)} if len(held_out) else {}

    watch = Watch(observe, {"model": model}, best="val_loss", wanted="lowest", patience=patience)
    return run(
        lambda noisy, rows: [learner.learn(noisy, rows)],
        batches,
        watch,
        losses=("loss",),
        epochs=epochs,
        progress=progress,
    )
