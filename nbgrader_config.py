"""Every nbgrader setting of the course, with its reason."""

import os
import sys
from pathlib import Path

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    ClearOutput,
    DeduplicateIds,
    GetGrades,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)

from anomaly_labs.course.build import FULL_LENGTH
from anomaly_labs.course.checking.execute import SafeExecute
from anomaly_labs.course.pages.feedback import ShowFindings
from anomaly_labs.course.pages.sanitize import SanitizeOutputs
from anomaly_labs.course.sources import CODE_STUB, TEXT_STUB
from anomaly_labs.course.submissions.intake import before_autograde
from anomaly_labs.course.submissions.transplant import SubmissionExporter, Transplant

c = get_config()  # noqa: F821 - given by traitlets

c.CourseDirectory.course_id = "anomaly-labs"

# `nbgrader autograde` and formgrader, started in the project, work on the same course folder as
# `anomaly-labs grade`.
c.CourseDirectory.root = str(Path(__file__).absolute().parent / "grading")

# nbgrader starts `alembic` by bare name.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

# An untouched exercise says so in one sentence instead of a NotImplementedError with a traceback.
c.ClearSolutions.code_stub = {"python": CODE_STUB}
c.ClearSolutions.text_stub = TEXT_STUB

# What was sent is never graded: answers move into the pristine notebook first.
c.Autograde.exporter_class = SubmissionExporter  # not even opened by nbgrader, which would stumble
c.Autograde.pre_convert_hook = before_autograde  # nor are the files beside it copied
c.Autograde.sanitize_preprocessors = [
    Transplant,
    ClearOutput,
    DeduplicateIds,
    OverwriteKernelspec,
    OverwriteCells,
    CheckCellMetadata,
]

# Learners' code runs in a sandbox, checks run outside of it, and no script of theirs is stored.
# The limits of the sandbox are set by c.BubblewrapProvisioner; `sandbox/limits.py` lists them.
# nbgrader's IgnorePattern and LimitOutput are not needed: what reaches a check's outputs is ours,
# and SafeExecute limits the others while they come.
c.Autograde.autograde_preprocessors = [
    SafeExecute,
    SanitizeOutputs,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]

# The default of 30 s a cell is too short for training; an endless loop still ends. The whole must
# end before the sandbox's own limit (c.BubblewrapProvisioner.wall_s, 1800 s).
c.SafeExecute.timeout = 300
c.SafeExecute.total_timeout = 1500
c.SafeExecute.startup_timeout = 120

# Labs are graded by what short training gives; the assessment's limits are those of real training.
c.SafeExecute.fast = True
c.SafeExecute.full = list(FULL_LENGTH)

# Feedback shows a learner's own work, points and findings, never the text of a hidden test.
c.GenerateFeedback.preprocessors = [
    GetGrades,
    ClearHiddenTests,
    ShowFindings,
    CSSHTMLHeaderPreprocessor,
]
