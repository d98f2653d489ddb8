"""`nbgrader_config.py` is two lines; an instructor's own settings come after them."""

from pathlib import Path

import pytest

from anomaly_desk import build
from anomaly_desk.errors import CourseError
from anomaly_desk.labs.new import write_course

PROJECT = Path(__file__).parents[2]
# as the file began in the edition before
OLD = 'from anomaly_labs.course.build import FULL_LENGTH\n\nc = get_config()\nc.x = "y"\n'


def test_what_an_instructor_sets_after_the_two_lines_wins(tmp_path):
    own = (PROJECT / "nbgrader_config.py").read_text() + "c.SafeExecute.timeout = 17\n"
    (tmp_path / "nbgrader_config.py").write_text(own)
    course = build.open_course(tmp_path / "course", tmp_path)
    assert course.config.SafeExecute.timeout == 17
    assert course.config.SafeExecute.total_timeout == 1500


def test_a_file_of_an_earlier_edition_ends_in_a_sentence_that_says_the_two_lines(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text(OLD)
    with pytest.raises(CourseError) as error:
        build.open_course(tmp_path / "course", tmp_path)
    assert "from anomaly_desk.settings import configure" in str(error.value)
    assert "configure(c)" in str(error.value)
    assert str(tmp_path / "nbgrader_config.py") in str(error.value)


def test_a_course_without_the_file_has_the_kits_settings_in_its_own_name(tmp_path):
    project = write_course(tmp_path / "odd-pumps").parents[2]
    given = build.open_course(tmp_path / "course", project).config
    assert given.CourseDirectory.course_id == "odd-pumps"
    assert given.BubblewrapProvisioner.hidden == [str(project)]
    assert given.SafeExecute.timeout == 300
    own = (PROJECT / "nbgrader_config.py").read_text() + "c.SafeExecute.timeout = 17\n"
    (project / "nbgrader_config.py").write_text(own)
    given = build.open_course(tmp_path / "course", project).config
    assert (given.CourseDirectory.course_id, given.SafeExecute.timeout) == ("odd-pumps", 17)
