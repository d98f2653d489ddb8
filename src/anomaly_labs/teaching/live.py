"""A figure with a slider; a still one where no widget runs."""

import base64
import io
import os
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from anomaly_labs.runtime import LEARNER

VIEW = "application/vnd.jupyter.widget-view+json"


def slider(
    draw: Callable[[Any, Axes], Axes],
    values: Sequence[Any],
    *,
    start: Any,
    label: str,
    form: Callable[[Any], str] = str,
    figsize: tuple[float, float] = (8.0, 4.2),
) -> None:
    """Show a figure and a slider that draws it anew.

    One output holds both the control and a picture of its start, so that a page, slides, or a
    notebook without ipywidgets show the picture. While grading nothing is shown.

    Parameters
    ----------
    draw
        Draws on the axes that it is given, for one of `values`.
    values
        What the slider goes through, in order.
    start
        The one that is shown first, and in the still figure.
    label
        What the slider moves.
    form
        How a value is written beside the slider.
    figsize
        Size of the figure, in inches.

    Raises
    ------
    ValueError
        If `start` is none of `values`.
    """
    from IPython import display

    if start not in values:
        raise ValueError(f"start={start!r} must be one of values, which are {list(values)}")
    if os.environ.get(LEARNER):
        return
    shown: Any = display
    still, says = _picture(draw, start, figsize)
    bundle: dict[str, Any] = {"text/plain": f"{label} {form(start)}: {says}"}
    bundle["image/png"] = base64.b64encode(still).decode()
    view = _view(draw, values, start, label, form, figsize, still)
    shown.display({**bundle, **view}, raw=True)


def _view(
    draw: Callable[[Any, Axes], Axes],
    values: Sequence[Any],
    start: Any,
    label: str,
    form: Callable[[Any], str],
    figsize: tuple[float, float],
    still: bytes,
) -> dict[str, Any]:
    """Return the control for a front end that can show one; nothing without ipywidgets."""
    try:
        import ipywidgets as widgets
    except ImportError:
        return {}
    size = widgets.Layout(max_width="100%", align_self="flex-start")
    picture = widgets.Image(value=still, format="png", layout=size)
    control = widgets.SelectionSlider(
        options=[(form(value), value) for value in values],
        value=start,
        description=label,
        continuous_update=False,
        style={"description_width": "initial"},
        layout=widgets.Layout(width="32em"),
    )

    def redraw(change: dict[str, Any]) -> None:
        picture.value = _picture(draw, change["new"], figsize)[0]

    control.observe(redraw, names="value")
    made: dict[str, Any] = widgets.VBox([control, picture])._repr_mimebundle_()
    return {VIEW: made[VIEW]}


def _picture(
    draw: Callable[[Any, Axes], Axes], value: Any, figsize: tuple[float, float]
) -> tuple[bytes, str]:
    """Return the figure as PNG, and its title."""
    figure, ax = plt.subplots(figsize=figsize)
    try:
        ax = draw(value, ax)
        file = io.BytesIO()
        figure.savefig(file, format="png")
    finally:
        plt.close(figure)
    return file.getvalue(), " ".join(ax.get_title(loc="left").split())
