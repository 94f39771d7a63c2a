"""The browser, the hospital and its floor.

What is dear is shared: one browser for every worker, one server for every module.
README.md beside the tests' rooms says how to write a module that costs little.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.floor import Floor, chromium_running
from tests.e2e.hospital import Hospital, build_pages


@pytest.fixture(scope="session")
def pages() -> None:
    build_pages()


@pytest.fixture(scope="package")
def browser(chromium: Path) -> Iterator[Browser]:
    """One browser for these tests; it is gone before others run."""
    with chromium_running(chromium) as browser:
        yield browser


@pytest.fixture(scope="module")
def hospital(
    pages: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hospital]:
    """The demo hospital, opened anew for each module: its tests are at home in rooms
    or clinics of their own. Whoever kills it starts it again."""
    with Hospital(tmp_path_factory.mktemp("hospital")) as hospital:
        yield hospital


@pytest.fixture
def floor(browser: Browser, hospital: Hospital) -> Iterator[Floor]:
    """Pages of that hospital; whatever a browser complained about fails the test."""
    floor = Floor(browser, hospital)
    try:
        yield floor
    finally:
        floor.close()
    assert floor.complaints == []
