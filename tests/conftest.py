"""What every test may ask for."""

from collections.abc import Iterator
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for a program carries its mark, so `-m "not postgres"` works."""
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if mark := MARKED.get(fixture):
                item.add_marker(mark)


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
    """The URL of an empty database of this test's own."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser program."""
    found = find_chromium()
    if found is None:
        missing("Chromium", "install chromium, or name it in HOUZHEN_CHROMIUM")
    return found
