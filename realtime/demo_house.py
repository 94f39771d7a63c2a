"""What a demo has besides: its people and their numbers, its bench of devices, and the
company it keeps. Only here is it put together."""

from __future__ import annotations

from collections.abc import Callable

from actors.kernel.sealed import Vault
from actors.kernel.times import WallClock
from realtime import demo_hospital, demo_people, demo_schedule
from realtime.demo_bench import DemoBench
from realtime.house import House
from realtime.keys import TokenKeys
from realtime.simulate.company import keep_company
from realtime.simulate.running import Server
from realtime.tokens import mint

_COMPANY_MS = 7 * 86_400_000


def cards() -> list[demo_hospital.DemoPatient]:
    return [*demo_hospital.demo_cards(), *demo_people.bookers()]


async def fill(house: House, vault: Vault) -> None:
    system, desk, hospital = house.system, house.desk, house.settings.hospital
    persons = await demo_people.make_the_files(system, desk, hospital)
    await demo_hospital.fill_the_day(system, vault, hospital, persons)
    await demo_schedule.open_the_days(system, hospital)
    await demo_people.book_the_numbers(system, desk, vault, hospital, persons)


def bench_of(
    keys: TokenKeys, clock: WallClock, address: Callable[[], str]
) -> DemoBench:
    def token() -> str:
        now = clock.now()
        return mint(keys, "demo-bench", ["kiosk"], ["*"], now=now, lasts_ms=_COMPANY_MS)

    return DemoBench(demo_people.everybody(), address, token)


async def company(house: House) -> None:
    """The demo's doctors and patients, through its own front door like everybody."""

    def token_for(role: str, place: str) -> str:
        name = f"company-{role}-{place.replace('/', '-')}"
        now = house.system.clock.now()
        return mint(
            house.keys.tokens, name, [role], [place], now=now, lasts_ms=_COMPANY_MS
        )

    hospital = house.settings.hospital
    url = house.address.replace("http", "ws", 1) + "/live"
    await keep_company(
        Server(url, hospital.id, hospital.zone, token_for),
        {
            clinic: demo_hospital.rooms_of(clinic)
            for clinic in demo_hospital.clinic_ids()
        },
    )
