"""The site of the course: executed labs with figures and search, and nobody's answers."""

from importlib.util import find_spec

from anomaly_desk.errors import CourseError


def require_extra() -> None:
    """Raise `CourseError` if the packages that make slides and site are not installed."""
    missing = [name for name in ("furo", "myst_nb", "sphinx_revealjs") if find_spec(name) is None]
    if missing:
        raise CourseError(
            f"slides and site need {', '.join(missing)}, which is not installed; "
            "install the extra: pip install 'anomaly-labs[site]'"
        )
