"""The training: epochs, what is watched in each, and when it ends."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from anomaly_labs.autoencoder.network import LARGEST_EXECUTION, NoisyBatches

Observe = Callable[[], dict[str, float]]


class Watch(keras.callbacks.Callback):  # type: ignore[misc]
    """Callback that keeps the averaged weights of the best epoch.

    Parameters
    ----------
    observe
        Gives the figures of the averaged networks; they join the losses in the history.
    best
        The figure of `observe` whose highest value is the best.
    patience
        Epochs without a higher value after which training ends; None for all epochs and the last
        weights.
    """

    def __init__(self, observe: Observe, *, best: str, patience: int | None) -> None:
        super().__init__()
        self.observe, self.best, self.patience = observe, best, patience
        self.highest, self.waited = -np.inf, 0
        self.kept: dict[str, Any] = {}

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Add the figures to `logs`; keep the weights where they are the best so far."""
        if not np.isfinite(list(logs.values())).all():
            self.model.stop_training = True
            return
        logs |= self.observe()
        if self.patience is None:
            return
        self.waited += 1
        if logs[self.best] > self.highest:
            self.highest, self.waited = logs[self.best], 0
            self.kept = {name: net.get_weights() for name, net in self.model.averages.items()}
        self.model.stop_training = self.waited >= self.patience

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Put the best weights back."""
        for name, weights in self.kept.items():
            self.model.averages[name].set_weights(weights)


def play(
    players: Any, batches: NoisyBatches, watch: Watch, *, epochs: int, progress: bool
) -> dict[str, list[float]]:
    """Train `players` in place and return losses and figures by epoch.

    Parameters
    ----------
    players
        From `players`.
    batches
        Training rows.
    watch
        What is observed after each epoch.
    epochs
        Passes over the rows, at most.
    progress
        Whether Keras shows its progress bar.
    """
    executions = -(-batches.per_epoch // LARGEST_EXECUTION)
    players.compile(
        optimizer=players.builder_rule,
        steps_per_execution=-(-batches.per_epoch // executions),
        jit_compile=False,  # compiling costs more than all steps together
    )
    history = players.fit(
        batches,
        shuffle=False,
        steps_per_epoch=batches.per_epoch,
        epochs=epochs,
        callbacks=[watch],
        verbose=1 if progress else 0,
    )
    return {name: [float(value) for value in values] for name, values in history.history.items()}
