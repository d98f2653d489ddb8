"""Scores and labels to figures of merit; the only part of the library that takes test labels."""

from anomaly_labs.evaluation.comparison import Comparison
from anomaly_labs.evaluation.display import HEADLINE_MIME, Headline, figure_text, headline
from anomaly_labs.evaluation.figures import (
    confusion,
    labelled_scores,
    ranking,
    recall_by_class,
    summary,
)

__all__ = [
    "HEADLINE_MIME",
    "Comparison",
    "Headline",
    "confusion",
    "figure_text",
    "headline",
    "labelled_scores",
    "ranking",
    "recall_by_class",
    "summary",
]
