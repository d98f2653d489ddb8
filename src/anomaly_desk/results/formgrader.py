"""nbgrader's formgrader on the course folder: for one person, and without the network."""

import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from anomaly_desk import build
from anomaly_desk.environment import COURSE_FOLDER
from anomaly_desk.errors import CourseError
from anomaly_desk.pages.feedback import TEMPLATES

START = "/formgrader/gradebook"
NOISE = re.compile(r"Unwritable directory|Alternative text is missing")
_NOTEBOOK = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Not opened</title>
<meta name="color-scheme" content="light dark"></head>
<body style="font: 1.1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto">
<h1>Not opened here</h1>
<p>A learner's notebook that is run in Jupyter runs with all your rights. What its code printed
stands on formgrader's own page; <code>anomaly-labs grade --regrade</code> runs it in the sandbox.
</p>
</body></html>"""


def command(root: Path, *, port: int, browser: bool) -> list[str]:
    """Return the command that starts Jupyter with formgrader, and no other page of Jupyter's."""
    return [
        sys.executable,
        "-m",
        "jupyter_server",
        f"--ServerApp.root_dir={root}",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        f"--ServerApp.port_retries={0 if port else 50}",
        f"--ServerApp.jpserver_extensions={{{__name__!r}: True}}",
        f"--ServerApp.default_url={START}",
        f"--ServerApp.open_browser={browser}",
        f"--ServerApp.allow_root={os.name == 'posix' and os.geteuid() == 0}",
        "--ServerApp.terminals_enabled=False",
        "--ServerApp.answer_yes=True",  # one Ctrl-C ends it
        "--Application.log_level=WARN",
    ]


def environment(root: Path) -> dict[str, str]:
    """Return the environment of that command: no settings of another Jupyter count.

    Somebody's own settings could open the server to others, and JupyterLab's, which its package
    brings along, would let a click run a learner's notebook without the sandbox.
    """
    return {
        **os.environ,
        COURSE_FOLDER: str(root),
        "JUPYTER_CONFIG_DIR": str(root / ".jupyter"),
        "JUPYTER_RUNTIME_DIR": str(root / ".jupyter" / "runtime"),  # the token is in a file there
        "JUPYTER_NO_CONFIG": "1",
        "PYTHONWARNINGS": "ignore",  # of nbgrader, about itself
    }


def start(root: Path, project: Path, *, port: int, browser: bool) -> None:
    """Become Jupyter with formgrader, which shows a link with a token of its own.

    Parameters
    ----------
    root
        nbgrader's course folder.
    project
        The folder of the course.
    port
        Any free one if 0.
    browser
        Whether to open it.

    Raises
    ------
    CourseError
        If nothing was graded in `root`.
    """
    if not (root / "gradebook.db").is_file():
        raise CourseError(
            f"{root / 'gradebook.db'}: no gradebook, so there is nothing to read; run "
            "`anomaly-labs grade SUBMISSIONS` first"
        )
    settings = root / ".jupyter"
    settings.mkdir(mode=0o700, exist_ok=True)
    here = project
    if not (project / build.SETTINGS).is_file():
        shutil.copyfile(build.OWN_SETTINGS, settings / build.SETTINGS)
        here = settings
    os.chdir(here)  # without Jupyter's own settings, nbgrader looks for its here only
    words = command(root, port=port, browser=browser)
    os.execve(words[0], words, environment(root))


def _load_jupyter_server_extension(server: Any) -> None:
    """Load formgrader with our templates, and answer its links to notebooks and folders."""
    from jupyter_server.auth.decorator import allow_unauthenticated
    from jupyter_server.base.handlers import JupyterHandler
    from jupyter_server.utils import url_path_join
    from nbconvert.exporters import HTMLExporter
    from nbgrader.server_extensions.formgrader import formgrader, handlers

    class NotOpened(JupyterHandler):
        @allow_unauthenticated  # formgrader's session reaches formgrader's pages only
        def get(self, *_: str) -> None:
            self.finish(_NOTEBOOK)

    # an exchange folder for all users of a computer is not needed here
    # and a figure of a learner's may lack a text that says what it shows
    server.log.addFilter(lambda record: not NOISE.search(record.getMessage()))
    formgrader.load_jupyter_server_extension(server)
    settings = server.web_app.settings
    # formgrader's own settings put its templates first, and those load MathJax from the network
    settings["nbgrader_exporter"] = HTMLExporter(
        config=settings["initial_config"],
        extra_template_basedirs=[str(TEMPLATES), handlers.template_path],
    )
    paths = ("/notebooks/(.*)", "/edit/(.*)", "/tree/?(.*)", "/lab/?(.*)")
    rules = [(url_path_join(settings["base_url"], path), NotOpened) for path in paths]
    server.web_app.add_handlers(".*$", rules)
