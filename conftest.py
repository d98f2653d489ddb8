"""What every test and doctest shares: no window for figures, no trace in the user's cache."""

import sys

import matplotlib
import pytest

from anomaly_labs import runtime

runtime.prepare()
matplotlib.use("Agg")
collect_ignore = [
    "src/anomaly_labs/course.py",  # these two raise when they are imported
    "src/anomaly_labs/inside/closed",
]


@pytest.hookimpl(tryfirst=True)  # before `-m quick` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each example of a docstring be one of the quick tests."""
    for item in items:
        if isinstance(item, pytest.DoctestItem):
            item.add_marker("quick")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Parse and generate data once for the whole run, in a folder that goes away."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANOMALY_LABS_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def no_figure_left():
    """Close what a test or doctest has drawn; pyplot warns at 20 open figures."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
