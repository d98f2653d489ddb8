"""The one loop for Keras models: batches, steps per call, early stopping, progress."""

from anomaly_labs.training.batches import NoisyBatches, TrainingBatches, blocks, swapped
from anomaly_labs.training.inference import CHUNK, batched, chunks
from anomaly_labs.training.learner import Learner
from anomaly_labs.training.loop import History, Step, Watch, epochs_for, run, train

__all__ = [
    "CHUNK",
    "History",
    "Learner",
    "NoisyBatches",
    "Step",
    "TrainingBatches",
    "Watch",
    "batched",
    "blocks",
    "chunks",
    "epochs_for",
    "run",
    "swapped",
    "train",
]
