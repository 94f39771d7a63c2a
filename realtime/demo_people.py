"""Who of the demo has a file: its patients, and some who have booked.

A card laid on the reader finds somebody in the patient index, as in a hospital; and
there is a number to take, one whose time has passed, and one for another day. Everyone
here is invented.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date

import msgspec

from actors.kernel.errors import KeyReused, Refused
from actors.kernel.sealed import Vault
from actors.kernel.times import day_of
from actors.patients.desk import PatientsDesk
from actors.patients.messages import Bind
from actors.patients.opening import Details, Numbered
from actors.runtime.system import ActorSystem
from actors.schedule.actor import schedule_stream
from actors.schedule.commands import Book, Patient
from realtime import demo_schedule
from realtime.config import Hospital
from realtime.demo_hospital import DemoPatient, demo_patients

PHONE = "1380000"
FIRST, LAST = "1", "12"
"""Slots of today, and of yesterday."""


@dataclass(frozen=True)
class _Booked:
    """A number in this department, so many days ahead: in the earliest slot there is,
    or in ``slot``."""

    department: str
    ahead: int = 0
    slot: str | None = None

    @property
    def over(self) -> bool:
        return self.ahead < 0


# name, clinic, what was booked before
_BOOKERS: tuple[tuple[str, str, tuple[_Booked, ...]], ...] = (
    ("陆遥", "im2", (_Booked("cardio"),)),
    ("纪晓岚", "im2", (_Booked("cardio"), _Booked("digestive", slot=LAST))),
    ("程九思", "im2", (_Booked("digestive", ahead=-1, slot=FIRST),)),
    ("Aleksandra Wiśniewska", "im2", (_Booked("respiratory", ahead=2),)),
    ("顾小禾", "eye1", (_Booked("eye"),)),
    ("苏晚", "im2", ()),
    ("江听澜", "im2", ()),
    ("沈星河", "im2", ()),
    ("Nur Aisyah", "im2", ()),
    ("欧阳念之", "im2", ()),
    ("叶知秋", "im2", ()),
    ("叶小满", "im2", (_Booked("cardio"),)),
    ("叶小寒", "im2", ()),
)

# who comes with whose card
_GUARDIAN = "叶知秋"
_CHILDREN = ("叶小满", "叶小寒")
_BORN = {_GUARDIAN: "19900218", "叶小满": "20200521", "叶小寒": "20240107"}


def bookers() -> list[DemoPatient]:
    """Those who have a file and no ticket: to take a number, or to book one."""
    first = len(demo_patients()) + 1
    return [
        DemoPatient(
            clinic, "", name, f"6601{first + place:04d}", False, _BORN.get(name, "")
        )
        for place, (name, clinic, _) in enumerate(_BOOKERS)
    ]


def everybody() -> list[DemoPatient]:
    return [*demo_patients(), *bookers()]


def phone_of(patient: DemoPatient) -> str:
    """Eleven digits that nobody has."""
    return PHONE + patient.card[-4:]


async def make_the_files(
    system: ActorSystem, desk: PatientsDesk, hospital: Hospital
) -> dict[str, str]:
    """Every card's person. Made once, however often the demo starts."""
    today = day_of(system.clock.now(), hospital.zone)
    files = {one.card: await _file(system, desk, one, today) for one in everybody()}
    named = {one.name: files[one.card] for one in bookers()}
    for child in _CHILDREN:
        bind = Bind(
            by="demo",
            person=named[child],
            guardian=named[_GUARDIAN],
            relation="child",
        )
        with suppress(Refused):  # an earlier start did it
            await system.ref(desk.stream).ask(bind, principal="demo")
    return files


async def _file(
    system: ActorSystem, desk: PatientsDesk, patient: DemoPatient, today: str
) -> str:
    known = await desk.identify("hospital_card", patient.card, today)
    if known is not None:
        return known
    numbers = [
        Numbered("id_card", patient.id_number),
        Numbered("hospital_card", patient.card),
    ]
    details = Details(name=patient.name, phone=phone_of(patient))
    register = desk.registering("demo", "", details, numbers, today)
    answer = await system.ref(desk.stream).ask(register, principal="demo")
    made: str = msgspec.json.decode(answer.raw)["person"]
    return made


async def book_the_numbers(
    system: ActorSystem,
    desk: PatientsDesk,
    vault: Vault,
    hospital: Hospital,
    persons: dict[str, str],
) -> None:
    """As if somebody had booked by telephone days ago."""
    today = date.fromisoformat(day_of(system.clock.now(), hospital.zone))
    for place, (patient, (_, _, numbers)) in enumerate(
        zip(bookers(), _BOOKERS, strict=True), start=1
    ):
        person = persons[patient.card]
        name, card = await desk.display(person), vault.index("card", patient.card)
        for booked in numbers:
            day = demo_schedule.open_day(today, booked.ahead)
            command = Book(
                by="demo",
                session=demo_schedule.session_of(booked.department, booked.ahead <= 0),
                channel="phone",
                patient=Patient(person, name, card),
                slot=booked.slot,
                outside=booked.over,
                ref=f"demo-{place}" if booked.over else "",
            )
            stream = schedule_stream(hospital.id, booked.department, day.isoformat())
            with suppress(Refused, KeyReused):  # an earlier start did it
                await system.ref(stream).ask(
                    command, principal="demo", key=f"demo-booked-{place}"
                )
