"""How tests share the workers of `make test`: a module stays with one, notebooks start first."""

from pathlib import Path

import pytest

SHARE_NOTHING = Path(__file__).with_name("test_wrong_answers.py")  # minutes, each test for itself


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("notebook") is None)
    for item in items:
        group = item.nodeid if item.path == SHARE_NOTHING else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
