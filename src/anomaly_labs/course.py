"""The name that the instructor's side had before; it stays for one edition, to say what to do."""

raise ImportError(
    "anomaly_labs.course has become the package anomaly_desk. An nbgrader_config.py is now two "
    "lines, `from anomaly_desk.settings import configure` and `configure(c)` after "
    "`c = get_config()`; write your own settings below them"
)
