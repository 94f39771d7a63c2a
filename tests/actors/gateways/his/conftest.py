"""One simulated HIS for the session; each test finds it well."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from actors.gateways.his.adapter import HttpHis
from actors.gateways.his.line import Terms
from tests.actors.gateways.his.simulated import (
    ZONE,
    SimulatedProcess,
    simulated_his,
)


@pytest.fixture(scope="session")
def his_process(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[SimulatedProcess]:
    with simulated_his(tmp_path_factory.mktemp("his")) as process:
        yield process


@pytest.fixture
def there(his_process: SimulatedProcess) -> SimulatedProcess:
    his_process.mood(success_code=0)
    return his_process


@pytest.fixture
async def his(there: SimulatedProcess) -> AsyncIterator[HttpHis]:
    terms = Terms(base_url=there.url, answer_s=5, again_s=0.01, rest_s=0.05)
    async with HttpHis(terms, ZONE) as adapter:
        yield adapter
