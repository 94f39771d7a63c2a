"""A simulated HIS of each test's own: the tests change it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.actors.gateways.his.simulated import SimulatedProcess, simulated_his


@pytest.fixture
def there(tmp_path: Path) -> Iterator[SimulatedProcess]:
    with simulated_his(tmp_path) as process:
        yield process
