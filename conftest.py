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
    "tests/sets",  # data sets, which tests find as such
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `make test-lab` name the lab whose tests run."""
    parser.addoption("--lab", default="", help="run the tests of this lab only, such as lab0_start")


@pytest.hookimpl(tryfirst=True)  # before `-m quick` chooses
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let each example of a docstring be one of the quick tests; keep those of the named lab."""
    for item in items:
        if isinstance(item, pytest.DoctestItem):
            item.add_marker("quick")
    if name := config.getoption("--lab"):
        kept = [item for item in items if is_of(item, name)]
        if not kept:
            raise pytest.UsageError(f"no test of a lab called {name!r} was found")
        config.hook.pytest_deselected(items=[item for item in items if not is_of(item, name)])
        items[:] = kept


def is_of(item: pytest.Item, name: str) -> bool:
    """Return whether a test has the lab of this name, or of this first word, as its parameter."""
    lab = item.callspec.params.get("lab") if hasattr(item, "callspec") else None
    return lab is not None and f"{lab.name}_".startswith(f"{name}_")


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
