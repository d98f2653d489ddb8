"""Curves over all thresholds: ROC, precision-recall."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score
from sklearn.metrics import roc_curve as _roc_points

from anomaly_labs.evaluation import labelled_scores
from anomaly_labs.plots.style import MUTED, SMALL, finish


def roc_curve(
    y_true: np.ndarray,
    scores: np.ndarray,
    *,
    ax: Axes | None = None,
    label: str = "",
    false_alarms_up_to: float = 1.0,
    recall_from: float = 0.0,
) -> Axes:
    """Return the receiver operating characteristic (ROC) of `scores`, area in the title.

    Parameters
    ----------
    y_true, scores : shape (n_samples,)
        1 for attacks and 0 for normal rows; larger scores are more anomalous.
    ax
        Axes to draw on; new ones by default.
    label
        Name of the curve in the legend; there is no legend without one.
    false_alarms_up_to, recall_from
        Where the horizontal axis ends and the vertical one starts: a good detector's curve hides
        in the upper left corner.

    Raises
    ------
    ValueError
        If `y_true` holds one class only: no curve exists then.

    Examples
    --------
    >>> ax = roc_curve(np.array([1, 0, 1]), np.array([0.9, 0.5, 0.2]))
    >>> ax.get_title(loc="left")
    'Area under the curve: 0.50000'
    """
    y_true, scores = labelled_scores(y_true, scores)
    if ax is None:
        ax = plt.subplots(figsize=(5, 4.4))[1]
    false_alarm_rate, recall, _ = _roc_points(y_true, scores)
    ax.plot(false_alarm_rate, recall, label=label or None)
    ax.plot([0, 1], [0, 1], color=MUTED, ls=":", lw=1.2)
    unit_square(ax)
    ax.set_xlim(-0.02 * false_alarms_up_to, 1.02 * false_alarms_up_to)
    height = 1 - recall_from
    ax.set_ylim(recall_from - 0.02 * height, 1 + 0.04 * height)
    if label:
        ax.legend(loc="lower right")
    area = roc_auc_score(y_true, scores)
    title = f"Area under the curve: {'above 0.99999' if 0.999995 <= area < 1 else f'{area:.5f}'}"
    return finish(ax, title, "false-alarm rate (share of normal rows)", "recall (share of attacks)")


def precision_recall(
    y_true: np.ndarray,
    scores: np.ndarray,
    *,
    ax: Axes | None = None,
    label: str = "",
    note: str | None = None,
) -> Axes:
    """Return precision against recall over all thresholds, average precision in the title.

    Parameters
    ----------
    y_true, scores : shape (n_samples,)
        1 for attacks and 0 for normal rows; larger scores are more anomalous.
    ax
        Axes to draw on; new ones by default.
    label
        Name of the curve in the legend; there is no legend without one.
    note
        Replaces the note on the source of the data; `""` for made-up points.

    Raises
    ------
    ValueError
        If `y_true` holds one class only: no curve exists then.

    Examples
    --------
    >>> ax = precision_recall(np.array([1, 0]), np.array([0.9, 0.2]))
    >>> ax.get_title(loc="left")
    'Average precision: 1.000'
    """
    y_true, scores = labelled_scores(y_true, scores)
    if ax is None:
        ax = plt.subplots(figsize=(5, 4.4))[1]
    precision, recall, _ = precision_recall_curve(y_true, scores)
    ax.plot(recall, precision, drawstyle="steps-post", label=label or None)
    share = float(np.mean(y_true))
    ax.axhline(share, color=MUTED, ls=":", lw=1.2)
    ax.annotate(
        f"guessing: {share:.2g}",
        (0.02, share),
        xytext=(0, 4),
        textcoords="offset points",
        fontsize=SMALL,
        color=MUTED,
    )
    unit_square(ax)
    if label:
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 0.06))
    area = average_precision_score(y_true, scores)
    title = f"Average precision: {area:.3f}"
    return finish(
        ax, title, "recall (share of attacks found)", "precision (share of alerts right)", note=note
    )


def unit_square(ax: Axes) -> None:
    """Give both axes the limits of shares, with room for labels.

    Parameters
    ----------
    ax
        The axes of a curve.
    """
    ax.set_xlim(-0.02, 1.08)
    ax.set_ylim(-0.02, 1.04)
