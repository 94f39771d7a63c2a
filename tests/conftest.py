"""What every test may ask for, and the order they run in."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.machine import missing
from tests.machine.chromium import find_chromium
from tests.machine.postgres import Postgres, find_postgres

# a busy machine makes an example slow, not wrong
settings.register_profile("houzhen", deadline=None)
settings.load_profile("houzhen")

MARKED = {"postgres_server": "postgres", "chromium": "chromium"}
HERE = Path(__file__).parent
# the longest modules first, so that two workers are done at the same time
FIRST = ("faults/test_kill.py", "faults/test_mutants.py", "e2e", "faults")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for a program carries its mark, so `-m "not postgres"` works."""
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if mark := MARKED.get(fixture):
                item.add_marker(mark)
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    path = item.path.relative_to(HERE)
    for turn, first in enumerate(FIRST):
        if path.is_relative_to(first):
            return turn
    return len(FIRST)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[
    None, pytest.TestReport, pytest.TestReport
]:
    """Where nothing may be skipped, a skipped test has failed, whoever skipped it."""
    report = yield
    expected = hasattr(report, "wasxfail")
    if report.skipped and not expected and os.environ.get("HOUZHEN_NO_SKIP") == "1":
        report.outcome = "failed"
    return report


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """One PostgreSQL for the session; it is stopped however the session ends."""
    programs = find_postgres()
    if programs is None:
        missing("PostgreSQL", "install postgresql (Debian) or put initdb on PATH")
    with Postgres(programs) as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """The URL of an empty database, this test's own as long as it runs."""
    with postgres_server.lent() as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser program."""
    found = find_chromium()
    if found is None:
        missing("Chromium", "install chromium, or name it in HOUZHEN_CHROMIUM")
    return found
