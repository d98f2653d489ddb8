"""nbgrader's settings: the course's own, with their reasons, stand in `anomaly_desk.settings`."""

from anomaly_desk.settings import configure

c = get_config()  # noqa: F821 - given by traitlets
configure(c)
