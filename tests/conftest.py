"""The notebooks start first; `make test` gives each worker a file at a time."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("notebook") is None)
