"""What was forecast for each wait of a simulated day, and how long it was.

The forecast sees what it would on a server: the clinic's state now and then, and its
events as they happen. It knows nothing of the people, the doctors or the seed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import msgspec

from actors.clinic.commands import Open
from actors.clinic.events import Called
from actors.clinic.plan import ClinicPlan, DoctorPlan, QueuePlan, RoomPlan
from actors.clinic.settings import Settings
from actors.clinic.state import ClinicState
from actors.forecast.ahead import look_ahead
from actors.forecast.experience import Experience
from actors.forecast.lessons import Lesson, Lessons
from actors.forecast.outline import outline_of
from actors.forecast.reading import floor_of
from actors.kernel.times import Millis
from realtime.simulate import virtual
from realtime.simulate.days import Day
from realtime.simulate.people import people_of
from realtime.simulate.staff import LIFELIKE, staff_of
from realtime.simulate.virtual import VirtualClinic

LOOK_EVERY: Millis = 180_000


class Foreseen(msgspec.Struct, gc=False):
    """One forecast for one who waits. ``by_place`` is what a screen says that
    multiplies the place with the average; ``wait`` what came."""

    at: Millis
    ticket: str
    p50: float
    p90: float
    by_place: float
    wait: float = -1.0

    @property
    def came(self) -> bool:
        return self.wait >= 0


class Onlooker:
    """Watches a clinic in virtual time. ``foreseen`` are the forecasts whose end has
    come; ``untold`` how many waits were looked at without one."""

    def __init__(self, experience: Experience, nth: int, *, looks: bool = True) -> None:
        self.lessons = Lessons(experience)
        # in virtual time every day is the same date; to who learns, each is another
        self._day = (date(2026, 1, 1) + timedelta(nth)).isoformat()
        self._stream = f"virtual/clinic/day/{self._day}"
        self.foreseen: list[Foreseen] = []
        self.untold = 0
        self._looks = looks
        self._open: dict[str, list[Foreseen]] = {}
        self._next_look = 0

    def __call__(
        self, clinic: VirtualClinic, events: tuple[msgspec.Struct, ...]
    ) -> None:
        for event in events:
            if isinstance(event, Lesson):
                self.lessons.learn(0, self._stream, event)
            if isinstance(event, Called):
                self._called(event)
        now = clinic.at(clinic.now())
        if self._looks and now >= self._next_look:
            self._next_look = now + LOOK_EVERY
            self._look(clinic.state, now)

    def _called(self, event: Called) -> None:
        for one in self._open.pop(event.ticket, ()):
            one.wait = float(event.at - one.at)
            self.foreseen.append(one)

    def _look(self, state: ClinicState, now: Millis) -> None:
        experience = self.lessons.experience
        outline = msgspec.structs.replace(
            outline_of(state, now), stream=self._stream, day=self._day
        )
        floor, why = floor_of(outline, self.lessons)
        expected = look_ahead(floor)
        by_place = places_times_average(state, experience, outline.clinic)
        for ticket, one in expected.items():
            self._open.setdefault(ticket, []).append(
                Foreseen(now, ticket, one.p50, one.p90, by_place.get(ticket, 0.0))
            )
        self.untold += len(why)


def places_times_average(
    state: ClinicState, experience: Experience, clinic: str
) -> dict[str, float]:
    """Place × average: so many are called before, each takes what visits of this
    clinic took on average (its past days' too), and so many doctors call."""
    average = experience.average(clinic)
    waits = {}
    for queue in state.queues.values():
        doctors = max(1, len(queue.rooms))
        for place, ticket in enumerate(queue.order):
            waits[ticket] = place * average / doctors
    return waits


def live_through(
    day: Day, seed: int, experience: Experience, nth: int, *, looks: bool = True
) -> Onlooker:
    """A whole day with lifelike doctors, the ``nth`` one to learn from."""
    onlooker = Onlooker(experience, nth, looks=looks)
    doctors = staff_of(day, seed, LIFELIKE)
    virtual.simulate(people_of(day, seed), doctors, opening(day, seed), watch=onlooker)
    return onlooker


def opening(day: Day, seed: int) -> Open:
    """As a hospital opens it: with its schedule, so who is late is known to be."""
    plans = zip(staff_of(day, seed, LIFELIKE), day.shifts, strict=True)
    rooms, people = {}, {}
    for doctor, shift in plans:
        # every seed has doctors of its own: what is known of them begins today
        key = f"d{seed}-{doctor.room}"
        rooms[doctor.room] = RoomPlan(key, doctor.queues)
        starts = virtual.MIDNIGHT + shift.begins
        people[key] = DoctorPlan(doctor.name, starts=starts)
    keys = sorted({key for room in rooms.values() for key in room.queues})
    return Open(
        by="bench",
        clinic=ClinicPlan(day.title, ""),
        queues={key: QueuePlan(day.department, day.kind) for key in keys},
        rooms=rooms,
        doctors=people,
        settings=Settings(),
    )


def waits_of(onlookers: Iterable[Onlooker]) -> Iterator[Foreseen]:
    for onlooker in onlookers:
        yield from onlooker.foreseen
