"""A department's day in a test: its sessions, its patients, and who asks for what."""

from __future__ import annotations

from typing import Any

import msgspec

from actors.booker.messages import Standing
from actors.kernel.errors import Refusal
from actors.kernel.sealed import Vault
from actors.kernel.times import Millis
from actors.runtime.shape import Wake
from actors.runtime.testkit import Kit
from actors.schedule.actor import schedule_capability, schedule_stream
from actors.schedule.commands import Book, Confirm, Lock, Open, Patient
from actors.schedule.plan import (
    HOUR,
    MINUTE,
    ChannelPlan,
    DepartmentPlan,
    DoctorPlan,
    Quota,
    SessionPlan,
    Settings,
    SlotPlan,
)
from actors.schedule.replies import Given, Held
from actors.schedule.state import PLACES, ScheduleState

EIGHT: Millis = 1_795_392_000_000  # 2026-11-23T08:00+08:00
STREAM = schedule_stream("yunxiu", "cardio", "2026-11-23")
VAULT = Vault("test", bytes(range(16)), bytes(range(32)))
SCHEDULE = schedule_capability()

CHANNELS = {
    "window": ChannelPlan("窗口", lock_ms=10 * MINUTE, walk_in=True),
    "kiosk": ChannelPlan("自助机", lock_ms=5 * MINUTE),
    "wechat": ChannelPlan("微信", lock_ms=15 * MINUTE, closes_ms=30 * MINUTE),
}
ZHOU = DoctorPlan("周文澜", "主任", "/photos/zhou.jpg", "冠心病")
LIN = DoctorPlan("林知远", "副主任")


def slot(hour: float, count: int, **more: Any) -> SlotPlan:
    """Half an hour from ``hour`` after eight."""
    start = EIGHT + round(hour * HOUR)
    return SlotPlan(start, start + 30 * MINUTE, count, **more)


EXPERT = SessionPlan(
    half="am",
    slots={"1": slot(1, 2), "2": slot(1.5, 2)},
    doctor="zhou",
    kind="专",
    price=5000,
    clinic="im2",
    queue="Z",
    prefix="Z",
)
ORDINARY = SessionPlan(
    half="am",
    slots={"1": slot(1, 3), "2": slot(2, 3)},
    price=2000,
    clinic="im2",
    queue="A",
    prefix="A",
    quotas={"wechat": Quota(reserved=2, release_ms=30 * MINUTE, at_most=4)},
)
OPENING = Open(
    by="his",
    department=DepartmentPlan("心血管内科", campus="east", campus_name="东院"),
    doctors={"zhou": ZHOU, "lin": LIN},
    sessions={"e": EXPERT, "o": ORDINARY},
    channels=CHANNELS,
)


def patient(person: str, name: str = "张友三") -> Patient:
    return Patient(person, VAULT.seal(name), VAULT.index("card", person))


class Day(Kit[ScheduleState]):
    """One department's day at eight, an hour before its first slot."""

    def __init__(self, opening: Open | None = OPENING, **settings: Any) -> None:
        super().__init__(SCHEDULE, STREAM)
        self.clock.at = EIGHT
        if opening is not None:
            rules = Settings(**settings)
            self.ok(msgspec.structs.replace(opening, settings=rules))

    def ok(self, command: Any) -> Any:
        reply = self.run(command).reply
        self.adds_up()
        return reply

    def no(self, command: Any) -> Refusal:
        refusal = self.run(command).refusal
        assert refusal is not None, command
        msgspec.json.encode(refusal.details)
        return refusal

    def lock(
        self, person: str, session: str = "e", slot: str | None = None, **more: Any
    ) -> Held:
        held: Held = self.ok(lock(person, session, slot, **more))
        return held

    def booked(
        self, person: str, session: str = "e", slot: str | None = None, **more: Any
    ) -> Given:
        """Locked, paid and confirmed, by the window."""
        held = self.lock(person, session, slot, **more)
        given: Given = self.ok(paid(held))
        return given

    def until(self, at: Millis) -> None:
        """Time passes, and the runtime wakes the day as often as it asks for it."""
        assert at >= self.clock.at
        while (due := self.wake_at()) is not None and due <= at:
            self.clock.at = max(self.clock.at, due)
            self.ok(Wake(due))
            assert self.wake_at() != due, "it would be woken for ever"
        self.clock.at = at

    def wake_at(self) -> Millis | None:
        assert SCHEDULE.wake_at is not None
        return SCHEDULE.wake_at(self.state)

    def stage(self, booking: str) -> str:
        return self.state.bookings[booking].stage

    def adds_up(self) -> None:
        """Every place is exactly one thing, and the books agree with the bookings."""
        count_up(self.state)


def count_up(state: ScheduleState) -> None:
    place_of = {"stopped": "withdrawn"} | {place: place for place in PLACES}
    for key, session in state.sessions.items():
        mine = [b for b in state.bookings.values() if b.session == key]
        used: dict[str, int] = {}
        for name, slot in session.slots.items():
            assert slot.total == sum(getattr(slot, place) for place in PLACES)
            assert min(getattr(slot, place) for place in PLACES) >= 0, (key, name, slot)
            here = [b for b in mine if b.slot == name and b.stage in place_of]
            for place in ("locked", "confirmed", "taken", "no_show"):
                held = sum(place_of[b.stage] == place for b in here)
                assert getattr(slot, place) == held, (key, name, place)
            assert slot.beside == sum(b.beside for b in here)
            if slot.stopped:
                assert slot.free == 0
            else:
                assert slot.withdrawn == 0
            for booking in here:
                if not booking.beside:
                    used[booking.channel] = used.get(booking.channel, 0) + 1
        assert {c: n for c, n in session.used.items() if n} == used
    locked = {key for key, b in state.bookings.items() if b.stage == "locked"}
    assert set(state.locks) == locked
    numbers = [
        (state.sessions[b.session].plan.clinic, b.number)
        for b in state.bookings.values()
        if b.number
    ]
    assert len(set(numbers)) == len(numbers), "a number was given twice"


def lock(
    person: str,
    session: str = "e",
    slot: str | None = None,
    *,
    channel: str = "window",
    standing: Standing | None = None,
    **more: Any,
) -> Lock:
    return Lock(
        by="desk",
        session=session,
        slot=slot,
        channel=channel,
        patient=patient(person),
        standing=standing,
        **more,
    )


def paid(held: Held, **more: Any) -> Confirm:
    trade = f"pay-{held.booking}"
    return Confirm(
        by="desk", booking=held.booking, paid=held.price, trade=trade, **more
    )


def book(person: str, session: str = "e", slot: str | None = None, **more: Any) -> Book:
    return Book(
        by="his",
        session=session,
        slot=slot,
        patient=patient(person),
        **{"channel": "window", **more},
    )
