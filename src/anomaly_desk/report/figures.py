"""The figures of the report: bars as SVG, in colours that the page sets for light and dark."""

import math
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

WIDTH, HEIGHT = 420, 190
LEFT, RIGHT, TOP, BOTTOM = 24, 24, 30, 44
MAX_BINS = 22


def edges(largest: float) -> np.ndarray:
    """Return where bars begin and end, from 0 to the largest value: a round width, few bars.

    Examples
    --------
    >>> edges(8)
    array([0., 1., 2., 3., 4., 5., 6., 7., 8.])
    >>> edges(42)[:3], edges(42)[-1]
    (array([0., 2., 4.]), np.float64(42.0))
    """
    largest = max(largest, 1.0)
    power = 10.0 ** max(math.floor(math.log10(largest)) - 1, 0)
    widths = (power * step for step in (1, 2, 5, 10, 20, 50, 100))
    width = next(width for width in widths if largest / width <= MAX_BINS)
    return np.arange(math.ceil(largest / width) + 1) * width


def histogram(
    values: Sequence[float] | np.ndarray,
    bins: np.ndarray,
    *,
    title: str,
    x_label: str,
    marks: Sequence[tuple[str, float]] = (),
    percent: bool = False,
) -> Markup:
    """Return a histogram whose bars carry their counts; their height is the root of the count.

    Parameters
    ----------
    values
        What is counted.
    bins : shape (n_bars + 1,)
        Where the bars begin and end; a value at an inner edge belongs to the bar on its right.
    title
        What a reader who sees no figure is told.
    x_label
        What stands below the axis.
    marks
        Names and values of lines to draw across.
    percent
        Whether the axis shows shares as per cent.

    Examples
    --------
    >>> "2 learners" in histogram([1, 1, 3], edges(4), title="points", x_label="points")
    False
    """
    counts, _ = np.histogram(np.asarray(values, dtype=float), bins)
    scale = (WIDTH - LEFT - RIGHT) / (bins[-1] - bins[0])
    top = math.sqrt(max(int(counts.max()), 1))
    floor = HEIGHT - BOTTOM

    def x(value: float) -> float:
        return round(LEFT + float((value - bins[0]) * scale), 1)

    parts = [_line("axis", LEFT, floor, WIDTH - RIGHT, floor)]
    for start, end, count in zip(bins[:-1], bins[1:], counts, strict=True):
        if count:
            height = round((floor - TOP) * math.sqrt(int(count)) / top, 1)
            box = (x(start) + 0.5, floor - height, round(x(end) - x(start) - 1, 1), height)
            parts.append(
                Markup('<rect class="bar" x="{}" y="{}" width="{}" height="{}"/>').format(*box)
            )
            middle = round((x(start) + x(end)) / 2, 1)
            parts.append(_text(middle, floor - height - 4, f"{count:,}", "count"))
    for edge in bins[:: max(1, math.ceil((len(bins) - 1) / 11))]:
        parts.append(_text(x(edge), floor + 16, f"{edge:.0%}" if percent else f"{edge:g}"))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, x_label))
    for name, value in marks:
        at = x(value)
        parts += [_line("mark", at, 16, at, floor), _text(at, 12, name, "named")]
    return Markup('<svg viewBox="0 0 {} {}" role="img"><title>{}</title>{}</svg>').format(
        WIDTH, HEIGHT, title, Markup("").join(parts)
    )


def stacked(counts: Sequence[int]) -> Markup:
    """Return one bar made of parts, in the colours `part0`, `part1` and so on.

    Examples
    --------
    >>> stacked([3, 1]).count("<rect")
    2
    """
    total, at, parts = max(sum(counts), 1), 0.0, []
    for number, count in enumerate(counts):
        width = round(100 * count / total, 2)
        if count:
            box = (number, round(at, 2), width)
            parts.append(
                Markup('<rect class="part{}" x="{}" y="0" width="{}" height="10"/>').format(*box)
            )
        at += width
    return Markup(
        '<svg class="stack" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        "{}</svg>"
    ).format(Markup("").join(parts))


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    text = '<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>'
    return Markup(text).format(kind, x1, y1, x2, y2)


def _text(x: float, y: float, text: str, kind: str = "") -> Markup:
    return Markup('<text class="{}" x="{}" y="{}" text-anchor="middle">{}</text>').format(
        kind, x, y, text
    )
