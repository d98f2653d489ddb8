"""The options that the detectors share, and where their values end."""

from typing import Any


def check(detector: Any) -> None:
    """Raise where an option of a detector has a value that nothing can be done with.

    Parameters
    ----------
    detector
        One of the three; its `limits` say how far options go that only it has.

    Raises
    ------
    ValueError
        The message names option, value and limits.
    """
    for name, high in detector.limits.items():
        if not 0 <= getattr(detector, name) <= high:
            raise ValueError(f"{name}={getattr(detector, name)!r} must be from 0 to {high}")
    for name, high in {"averaging": 1, "validation_share": 0.5}.items():
        if not 0 < getattr(detector, name) < high:
            raise ValueError(f"{name}={getattr(detector, name)!r} must be above 0 and below {high}")
    for name in ("learning_rate", "judge_rate"):
        if not getattr(detector, name) > 0:
            raise ValueError(f"{name}={getattr(detector, name)!r} must be above 0")
    if not 0 < detector.shrinkage <= 1:
        raise ValueError(f"shrinkage={detector.shrinkage!r} must be above 0 and at most 1")
    for name, value in _counts(detector).items():
        if value is not None and value < 1:
            raise ValueError(f"{name}={value!r} must be at least 1")


def _counts(detector: Any) -> dict[str, int | None]:
    names = ("latent", "batch_size", "epochs", "patience")
    counts = {name: getattr(detector, name) for name in names}
    for name in ("hidden", "judge_hidden"):
        layers = getattr(detector, name)
        counts |= {f"len({name})": len(layers)}
        counts |= {f"{name}[{place}]": units for place, units in enumerate(layers)}
    return counts
