"""The training: epochs, what is watched in each, and when it ends."""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from anomaly_labs.autoencoder.network import NoisyBatches
from anomaly_labs.autoencoder.training import announce, blocks

Observe = Callable[[], dict[str, float]]
LOSSES = ("generator_loss", "discriminator_loss")


class Watch:
    """Keeps the averaged weights of the best epoch, and says when training ends.

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
        self.observe, self.best, self.patience = observe, best, patience
        self.highest, self.waited = -np.inf, 0
        self.kept: dict[str, Any] = {}

    def is_over(self, figures: dict[str, float], averages: dict[str, Any]) -> bool:
        """Add to the losses of an epoch what is observed; return whether it was the last one.

        Parameters
        ----------
        figures
            The losses.
        averages
            Networks by name; their weights are kept where they are the best so far.
        """
        if not np.isfinite(list(figures.values())).all():
            return True
        figures |= self.observe()
        if self.patience is None:
            return False
        self.waited += 1
        if figures[self.best] > self.highest:
            self.highest, self.waited = figures[self.best], 0
            self.kept = {name: network.get_weights() for name, network in averages.items()}
        return self.waited >= self.patience

    def put_back(self, averages: dict[str, Any]) -> None:
        """Give the networks their best weights."""
        for name, weights in self.kept.items():
            averages[name].set_weights(weights)


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
        Whether to show a progress bar for each epoch.
    """
    shape = (None, batches.batch_size, batches.X.shape[1])  # one graph, however many batches
    learn = players.learn.get_concrete_function(tf.TensorSpec(shape))
    history: list[dict[str, float]] = []
    for epoch in range(epochs):
        bar = announce(epoch, epochs, batches.per_epoch, progress=progress)
        losses, done = np.zeros(2), 0
        for _, rows in blocks(batches, epoch):
            losses += learn(tf.constant(rows)).numpy()
            done += len(rows)
            bar.update(done, list(zip(LOSSES, losses / done, strict=True)))
        figures = dict(zip(LOSSES, (losses / done).tolist(), strict=True))
        history.append(figures)
        if watch.is_over(figures, players.averages):
            break
    watch.put_back(players.averages)
    return {name: [figures[name] for figures in history if name in figures] for name in history[0]}
