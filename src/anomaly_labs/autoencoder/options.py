"""The options of the autoencoder, and where their values end."""

from typing import Any


def check(detector: Any) -> None:
    """Raise where an option of a detector has a value that nothing can be done with.

    Parameters
    ----------
    detector
        The autoencoder.

    Raises
    ------
    ValueError
        If one is outside its limits; the message names option, value and limits.
    """
    for name in ("dropout", "swap_noise", "validation_share"):
        if not 0 <= getattr(detector, name) < 1:
            raise ValueError(f"{name}={getattr(detector, name)!r} must be at least 0 and below 1")
    if not 0 < detector.shrinkage <= 1:
        raise ValueError(f"shrinkage={detector.shrinkage!r} must be above 0 and at most 1")
    counts = {
        "latent": detector.latent,
        "batch_size": detector.batch_size,
        "epochs": detector.epochs,
    }
    counts |= {f"hidden[{i}]": units for i, units in enumerate(detector.hidden)}
    for name, value in counts.items():
        if value is not None and value < 1:
            raise ValueError(f"{name}={value!r} must be at least 1")
    if detector.patience is not None and not detector.validation_share:
        raise ValueError(
            f"patience={detector.patience!r} needs held-out rows; set patience=None to train for"
            " all epochs, or validation_share=0.1"
        )
