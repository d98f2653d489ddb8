"""What every test and doctest shares: no window for figures, no trace in the user's cache."""

import sys

import matplotlib
import pytest

from anomaly_labs import runtime

runtime.prepare()
matplotlib.use("Agg")
collect_ignore = ["tests/wrong_answers"]  # cells of notebooks, no modules


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Parse and generate data once for the whole run, in a folder that goes away."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(runtime.CACHE, str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def no_figure_left():
    """Close what a test or doctest has drawn; pyplot warns at 20 open figures."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
