"""Every nbgrader setting of the course, with its reason."""

import os
import sys
from pathlib import Path
from typing import Any

import nbgrader
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearOutput,
    DeduplicateIds,
    GetGrades,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)

from anomaly_desk import course
from anomaly_desk.build import project_folder
from anomaly_desk.checking.execute import SafeExecute
from anomaly_desk.environment import COURSE_FOLDER, PROJECT
from anomaly_desk.grading.penalty import LatePenalties, LatePolicy
from anomaly_desk.labs import manifest
from anomaly_desk.labs.sources import CODE_STUB, TEXT_STUB
from anomaly_desk.pages.exporter import Page
from anomaly_desk.pages.feedback import TEMPLATES, ShowFindings
from anomaly_desk.pages.sanitize import SanitizeOutputs
from anomaly_desk.submissions.intake import before_autograde
from anomaly_desk.submissions.transplant import SubmissionExporter, Transplant


def configure(c: Any) -> None:
    """Set all that this course asks of nbgrader; what ``nbgrader_config.py`` sets after it wins.

    Parameters
    ----------
    c
        traitlets' configuration, as ``get_config()`` gives it to ``nbgrader_config.py``.
    """
    # `nbgrader autograde` and formgrader, started in the course, work on the same course folder
    # as `anomaly-labs grade`; `anomaly-labs formgrader --course FOLDER` names another one.
    root = os.environ.get(COURSE_FOLDER, "")
    # formgrader works in the folder of its settings, and was told of which course it is
    told = os.environ.get(PROJECT) if root else None
    project = Path(told) if told else project_folder()
    c.CourseDirectory.course_id = course.read(project).id
    c.CourseDirectory.root = root or str(project / "grading")
    # nbgrader starts `alembic` by bare name.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    # An untouched exercise says so in a sentence, not by a NotImplementedError with a traceback.
    c.ClearSolutions.code_stub = {"python": CODE_STUB}
    c.ClearSolutions.text_stub = TEXT_STUB
    _grading(c, project)
    _pages(c)


def _grading(c: Any, project: Path) -> None:
    # What was sent is never graded: answers move into the pristine notebook first. It is not even
    # opened by nbgrader, which would stumble, nor are the files beside it copied.
    c.Autograde.exporter_class = SubmissionExporter
    c.Autograde.pre_convert_hook = before_autograde
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
    # nbgrader's IgnorePattern and LimitOutput are not needed: what reaches a check's outputs is
    # ours, and SafeExecute limits the others while they come.
    c.Autograde.autograde_preprocessors = [
        SafeExecute,
        SanitizeOutputs,
        SaveAutoGrades,
        LatePenalties,
        CheckCellMetadata,
    ]
    # The default of 30 s a cell is too short for training; an endless loop still ends. The whole
    # must end before the sandbox's own limit (c.BubblewrapProvisioner.wall_s, 1800 s).
    c.SafeExecute.timeout = 300
    c.SafeExecute.total_timeout = 1500
    c.SafeExecute.startup_timeout = 120
    # Most labs are graded by what short training gives; the header of a lab whose limits are those
    # of real training says grading = "full".
    c.SafeExecute.fast = True
    c.SafeExecute.full = [lab.name for lab in manifest.labs(project) if lab.grading == "full"]
    # Nor is anything of the course shown but lib/, sets/ and tables, wherever its folder lies.
    c.BubblewrapProvisioner.hidden = [str(project)]
    # What late work costs: by the deadlines and the roster that `anomaly-labs grade` keeps.
    c.LatePenalties.plugin_class = LatePolicy


def _pages(c: Any) -> None:
    # Feedback shows a learner's own work, points and findings, never the text of a hidden test.
    c.GenerateFeedback.exporter_class = Page
    c.GenerateFeedback.preprocessors = [GetGrades, ClearHiddenTests, ShowFindings]
    c.GenerateFeedback.permissions = 600  # of pages with somebody's points
    # The page of formgrader need not print these settings.
    c.FormgradeExtension.debug = False
    # Pages load nothing: our own page of feedback, and formulas that are drawn when a page is
    # made, in formgrader too (`anomaly-labs formgrader`).
    c.HTMLExporter.extra_template_basedirs = [
        str(TEMPLATES),
        str(Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"),
    ]
    c.HTMLExporter.filters = {
        "markdown2html": "anomaly_desk.pages.formulas.markdown2html",
        "harmless": "anomaly_desk.pages.markdown.harmless",
    }
