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


def pytest_addoption(parser):
    """Let `make test-lab` name the lab whose tests run."""
    parser.addoption("--lab", default="", help="run the tests of this lab only, such as lab0_start")


def pytest_collection_modifyitems(config, items):
    """Keep the tests that have the named lab as their parameter."""
    name = config.getoption("--lab")
    if name:
        kept = [item for item in items if _is_of(item, name)]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        if not kept:
            raise pytest.UsageError(f"no test of a lab called {name!r} was found")
        items[:] = kept


def _is_of(item, name):
    lab = getattr(item, "callspec", None) and item.callspec.params.get("lab")
    return lab is not None and f"{lab.name}_".startswith(f"{name}_")


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
