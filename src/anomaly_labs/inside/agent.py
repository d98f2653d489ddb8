"""The grader's agent inside the learner's kernel: fetches a name or calls a function when asked.

It is imported before the learner's first cell, so honest renaming (``list = [1, 2]``) does not
touch it. Dishonest code in the same kernel can change all of it: then the answer is other plain
data, and that is judged like any wrong answer. Nothing is decided here: not whether an argument was
changed either, which is handed back to be compared outside.
"""

import sys
from base64 import b64decode, b64encode
from typing import Any

from anomaly_labs.checks import NotAnswered
from anomaly_labs.inside.codec import Reference, pack
from anomaly_labs.inside.decoder import unpack

MAX_MESSAGE = 300  # characters of an exception's message
MAX_ERROR = 10_000  # and of one that is shown below a cell
# What of a display the grader takes.
MIME_TYPES = (
    "text/plain",
    "text/html",
    "text/markdown",
    "text/latex",
    "image/png",
    "image/jpeg",
    "image/svg+xml",
)

_objects: list[Any] = []


def begin(most: int) -> str:
    """Prepare this kernel for a learner's code; return this module's name.

    ``exit()`` ends a cell as ``sys.exit()`` does, and no output is too large a message for the
    grader, which would hear nothing more: beyond `most` it is cut to what the grader leaves out.

    Parameters
    ----------
    most
        Characters of the outputs of one cell.
    """
    from IPython import get_ipython

    shell = get_ipython()
    shell.ask_exit = sys.exit
    session = shell.kernel.session
    send = session.send

    def send_cut(stream: Any, message: Any, content: Any = None, *rest: Any, **named: Any) -> Any:
        whole = isinstance(message, dict)
        kind = message["header"]["msg_type"] if whole else message
        if kind.startswith("comm_"):  # of widgets, which nothing answers here
            return None
        if whole:
            message = {**message, "content": shown(kind, message["content"], most)}
            return send(stream, message, content, *rest, **named)
        return send(stream, message, shown(kind, content, most), *rest, **named)

    session.send = send_cut
    return __name__


def shown(kind: str, content: Any, most: int) -> Any:
    """Return what a message shows, with one character more than `most` where it is too long.

    Parameters
    ----------
    kind
        The type of the message.
    content
        Its content.
    most
        Characters that are shown.
    """
    if kind == "stream":
        return {**content, "text": content["text"][: most + 1]}
    if kind in ("display_data", "update_display_data", "execute_result"):
        given = content["data"]
        data = {m: given[m] for m in MIME_TYPES if isinstance(given.get(m), str)}
        if sum(map(len, data.values())) > most:
            data = {"text/plain": " " * (most + 1)}
        return {**content, "data": data, "metadata": {}}
    if kind in ("error", "execute_reply") and "traceback" in content:
        trace = content["traceback"]
        if sum(map(len, trace)) > most:
            trace = [" " * (most + 1)]
        return {**content, "evalue": content["evalue"][:MAX_ERROR], "traceback": trace}
    return content


def answer(question: str, max_bytes: int, namespace: dict[str, Any] | None = None) -> str:
    """Return what the learner's kernel has to say to one question of `remote.Exchange`.

    Parameters
    ----------
    question
        ``("fetch", name)`` or ``("call", function, args, kwargs, watched)``, packed, as base64.
    max_bytes
        Longer answers are replaced by a sentence; the question's own arguments do not count.
    namespace
        Where names are looked up; the notebook's by default.
    """
    try:
        what, *asked = unpack(b64decode(question), lambda reference: _objects[reference.number])
        found = _fetch(asked[0], namespace) if what == "fetch" else _call(*asked)
        reply = pack(found, _refer)
        if len(reply) > max_bytes + len(question):
            size = f"{len(reply) / 1e6:,.0f} MB, and {max_bytes / 1e6:,.0f} MB are the limit"
            reply = pack(("error", "", f"an answer too large to be graded: {size}"), _refer)
    except BaseException as error:  # also SystemExit and KeyboardInterrupt of learners' code
        reply = pack(_told(error), _refer)
    return b64encode(reply).decode()


def draw(wanted: bool) -> None:
    """Turn pictures of figures on or off; off, a figure shows as a line of text.

    A notebook draws each figure twice: for the picture, and after each cell for a screen.

    Parameters
    ----------
    wanted
        Whether pictures are drawn.
    """
    from IPython import get_ipython

    get_ipython().display_formatter.formatters["image/png"].enabled = wanted
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        vars(pyplot)["draw_all"] = pyplot._pylab_helpers.Gcf.draw_all if wanted else _draw_nothing


def _draw_nothing(force: bool = False) -> None:
    """Stand in for ``matplotlib.pyplot.draw_all``."""


def _fetch(name: str, namespace: dict[str, Any] | None) -> tuple[str, Any, Any]:
    if namespace is None:
        from IPython import get_ipython

        namespace = get_ipython().user_ns
    return ("value", namespace[name], []) if name in namespace else ("missing", name, "")


def _call(
    function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], watched: list[int]
) -> tuple[str, Any, list[Any]]:
    """Call the learner's function; hand back the `watched` arguments as it has left them."""
    value = function(*args, **kwargs)
    return "value", value, [args[i] for i in watched]


def _refer(value: Any, why: str) -> Any:
    """Return plain data in place of what a check could use in a notebook, else a reference."""
    kind = type(value)
    if hasattr(kind, "__array__") and "numpy" in sys.modules:  # a tensor
        array = sys.modules["numpy"].asarray(value)
        if array.dtype.kind in "biufcUSmM":
            return array
    _objects.append(value)
    name = str(kind.__name__)
    return Reference(len(_objects) - 1, name if why == name else f"{name} ({why})", callable(value))


def _told(error: BaseException) -> tuple[str, str, str]:
    try:
        message = str(error)[:MAX_MESSAGE]
    except BaseException:  # a learner's exception class may fail in its own __str__
        message = ""
    kind = "unanswered" if type(error) is NotAnswered else "error"
    return kind, type(error).__name__, message
