"""Whether learners' kernels run the same copy of the package as the grader."""

import os
import subprocess
import sys

import anomaly_labs
from anomaly_desk.environment import LIB, PYTHONPATH
from anomaly_desk.errors import CourseError
from anomaly_desk.sandbox import variables

WHERE = "import importlib.util as u; s = u.find_spec('anomaly_labs'); print(s.origin if s else '')"


def demand_one(*, unsafe: bool) -> None:
    """Raise `CourseError` if kernels would import another copy of the library than this process.

    Checks of one copy would be asked of the other, of which the sandbox shows nothing.

    Parameters
    ----------
    unsafe
        Whether kernels run without the sandbox, and so in this process's environment.

    Raises
    ------
    CourseError
        If there are two; the message names both.
    """
    environment = dict(os.environ)
    if not unsafe:
        lib = environment.get(LIB)
        environment = variables.environment(os.environ, {PYTHONPATH: lib} if lib else {})
    asked = [sys.executable, "-c", WHERE]
    found = subprocess.run(asked, env=environment, cwd="/", capture_output=True, text=True)
    theirs, ours = found.stdout.strip(), os.path.realpath(anomaly_labs.__file__)
    if os.path.realpath(theirs) != ours:
        here, there = os.path.dirname(ours), os.path.dirname(theirs) or "none"
        raise CourseError(
            f"this command runs the package in {here}, and learners' kernels would import {there}, "
            "so nothing was graded; take the folder of the first out of PYTHONPATH, or install it "
            f"where both look: {sys.executable} -m pip install --editable FOLDER"
        )
