"""A module here that says CLOCK_JUMPS has its tests run in time that jumps."""

import inspect

import pytest

from tests.realtime.client.scripted_server import in_jumping_time


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        module = getattr(item, "module", None)
        test = getattr(item, "function", None)
        if getattr(module, "CLOCK_JUMPS", False) and inspect.iscoroutinefunction(test):
            # before the runner that pytest-trio gives to every test
            item.add_marker(pytest.mark.trio(run=in_jumping_time), append=False)
