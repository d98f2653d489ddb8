"""Every nbgrader setting of the course, with its reason."""

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import ClearHiddenTests, GetGrades

from anomaly_labs.course.execute import QUIET_KERNEL
from anomaly_labs.course.sources import CODE_STUB, TEXT_STUB

c = get_config()  # noqa: F821 - given by traitlets

c.CourseDirectory.course_id = "anomaly-labs"

# An untouched exercise says so in one sentence instead of a NotImplementedError with a traceback.
c.ClearSolutions.code_stub = {"python": CODE_STUB}
c.ClearSolutions.text_stub = TEXT_STUB

# The default of 30 s a cell is too short for training; an endless loop still ends.
c.Execute.timeout = 300
c.Execute.startup_timeout = 120
c.Execute.extra_arguments = QUIET_KERNEL

# A learner who deleted a check gets it back, and no points for it unless the answer passes.
c.OverwriteCells.add_missing_cells = True

# Feedback shows a learner's own work and points, never the text of a hidden test.
c.GenerateFeedback.preprocessors = [GetGrades, ClearHiddenTests, CSSHTMLHeaderPreprocessor]
