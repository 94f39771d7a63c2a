"""Whatever is asked, in whatever order: the places add up, nothing is sold twice, no
number comes twice, expiry is exact, and a replay tells the same."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from actors.booker.messages import Standing
from actors.kernel.errors import Refusal
from actors.runtime.shape import Wake
from actors.schedule import rules
from actors.schedule.commands import (
    AddSession,
    Answer,
    Book,
    Came,
    Cancel,
    Change,
    ChangeRules,
    Confirm,
    Excuse,
    Extra,
    Lock,
    Move,
    NotDelivered,
    Open,
    Replace,
    Resume,
    SetCount,
    Stop,
    Take,
)
from actors.schedule.events import Expired, Locked
from actors.schedule.plan import HOUR, MINUTE, Quota, SessionPlan, Settings
from actors.schedule.state import HOLDING, ScheduleState
from tests.actors.schedule.day import (
    CHANNELS,
    EIGHT,
    OPENING,
    STREAM,
    Day,
    count_up,
    lock,
    patient,
    slot,
)

PEOPLE = [f"p{n}" for n in range(6)]
SESSIONS = {
    "a": SessionPlan(
        "am",
        {"1": slot(1, 2), "2": slot(1.5, 1)},
        doctor="zhou",
        price=100,
        clinic="im2",
        queue="Z",
        prefix="Z",
        quotas={
            "wechat": Quota(reserved=1, release_ms=30 * MINUTE, at_most=2),
            "kiosk": Quota(reserved=1),
        },
    ),
    "b": SessionPlan(
        "am",
        {"1": slot(1, 2, first=1), "2": slot(2, 1, first=3)},
        price=100,
        clinic="im2",
        queue="A",
        prefix="A",
    ),
    "c": SessionPlan("pm", {"1": slot(3, 1)}, doctor="lin", price=100, prefix="Z"),
}
SESSION = st.sampled_from(["a", "a", "b", "c", "x"])
SLOT = st.sampled_from([None, None, "1", "2", "9"])
PERSON = st.sampled_from(PEOPLE)
CHANNEL = st.sampled_from([*CHANNELS, "wechat", "fax"])
STAFF = st.booleans()
ASIDE = [Excuse, NotDelivered, Came]


class ScheduleDay(RuleBasedStateMachine):
    @initialize(
        limit=st.sampled_from([0, 1]),
        extras=st.sampled_from([0, 2]),
        late=st.sampled_from([0, HOUR]),
    )
    def open(self, limit: int, extras: int, late: int) -> None:
        self.day = Day(opening=None)
        self.seen: dict[str, str] = {}
        self.ask(
            Open(
                by="his",
                department=OPENING.department,
                doctors=OPENING.doctors,
                sessions=SESSIONS,
                channels=CHANNELS,
                settings=Settings(
                    per_person_session=limit,
                    per_person_department=0,
                    locks_per_person=0,
                    extra_daily=extras,
                    no_show_after_ms=late,
                ),
            )
        )

    @property
    def state(self) -> ScheduleState:
        return self.day.state

    # What is asked

    @rule(
        person=PERSON,
        session=SESSION,
        slot=SLOT,
        channel=CHANNEL,
        banned=st.sampled_from([0, 0, EIGHT + HOUR]),
    )
    def lock(
        self, person: str, session: str, slot: str | None, channel: str, banned: int
    ) -> None:
        left = self.left(session, channel)
        ran = self.ask(
            lock(
                person,
                session,
                slot,
                channel=channel,
                standing=Standing(closed_until=banned),
            )
        )
        if not isinstance(ran, Refusal):
            assert left > 0, "sold beyond what this channel may have"

    def left(self, session: str, channel: str) -> int:
        """What a client that looks at the pool now expects, due times included."""
        if session not in self.state.sessions:
            return 0
        self.wake_up()
        return rules.left_for(self.state.sessions[session], channel)

    @rule(
        person=PERSON,
        session=SESSION,
        slot=SLOT,
        channel=CHANNEL,
        outside=st.booleans(),
        take=st.booleans(),
        number=st.sampled_from([None, None, "Z001", "A002"]),
    )
    def book(self, person: str, session: str, slot: str | None, **more: Any) -> None:
        self.ask(
            Book(by="his", session=session, slot=slot, patient=patient(person), **more)
        )

    @rule(person=PERSON, session=SESSION, slot=SLOT)
    def extra(self, person: str, session: str, slot: str | None) -> None:
        self.ask(
            Extra(
                by="zhou",
                session=session,
                slot=slot,
                patient=patient(person),
                reason="复诊",
            )
        )

    def some_booking(self, data: st.DataObject, *stages: str) -> str:
        keys = [k for k, b in self.state.bookings.items() if b.stage in stages]
        return data.draw(st.sampled_from(keys or ["b1"]))

    @rule(data=st.data(), paid=st.sampled_from([0, 100, 100, 7]), take=st.booleans())
    def confirm(self, data: st.DataObject, paid: int, take: bool) -> None:
        booking = self.some_booking(data, "locked", "locked", "confirmed")
        was = self.state.bookings.get(booking)
        expired = was is not None and was.expires <= self.day.clock.at
        ran = self.ask(
            Confirm(by="d", booking=booking, paid=paid, trade=booking, take=take)
        )
        if was is not None and was.stage == "locked" and expired:
            assert isinstance(ran, Refusal), "paid for after its time"

    @rule(data=st.data(), staff=STAFF)
    def cancel(self, data: st.DataObject, staff: bool) -> None:
        booking = self.some_booking(data, *HOLDING, "stopped")
        self.ask(Cancel(by="d", booking=booking, staff=staff))

    @rule(data=st.data(), session=SESSION, slot=SLOT, staff=STAFF)
    def change(
        self, data: st.DataObject, session: str, slot: str | None, staff: bool
    ) -> None:
        booking = self.some_booking(data, "confirmed")
        self.ask(
            Change(by="d", booking=booking, session=session, slot=slot, staff=staff)
        )

    @rule(data=st.data(), staff=STAFF)
    def take(self, data: st.DataObject, staff: bool) -> None:
        booking = self.some_booking(data, "confirmed", "no_show")
        self.ask(Take(by="d", booking=booking, staff=staff))

    @rule(data=st.data(), kind=st.sampled_from(ASIDE))
    def aside(self, data: st.DataObject, kind: Any) -> None:
        booking = self.some_booking(data, "confirmed", "no_show", "taken", "expired")
        more = {Excuse: {"reason": "x"}, NotDelivered: {"code": "no"}}.get(kind, {})
        self.ask(kind(by="d", booking=booking, **more))

    @rule(session=SESSION, slots=st.sampled_from([(), (), ("1",), ("2",)]))
    def stop(self, session: str, slots: tuple[str, ...]) -> None:
        self.ask(Stop(by="o", session=session, reason="停电", slots=slots))

    @rule(session=SESSION, to=st.sampled_from(["b", "c", "x", "eye/2026-11-24/e"]))
    def move(self, session: str, to: str) -> None:
        self.ask(Move(by="o", session=session, to=to, reason="开会"))

    @rule(session=SESSION, doctor=st.sampled_from(["zhou", "lin", "he"]))
    def replace(self, session: str, doctor: str) -> None:
        self.ask(Replace(by="o", session=session, doctor=doctor, reason="出差"))

    @rule(session=SESSION)
    def resume(self, session: str) -> None:
        self.ask(Resume(by="o", session=session, reason="好了"))

    @precondition(lambda self: self.state.cases)
    @rule(
        data=st.data(),
        answer=st.sampled_from(["doctor", "day", "refund", "stay"]),
        session=st.sampled_from([None, "a", "b", "c"]),
    )
    def answer(self, data: st.DataObject, answer: Any, session: str | None) -> None:
        booking = data.draw(st.sampled_from([*self.state.cases]))
        to = "eye/2026-11-24/b1" if answer == "day" else ""
        self.ask(Answer(by="p", booking=booking, answer=answer, session=session, to=to))

    @rule(session=SESSION, slot=st.sampled_from(["1", "2"]), count=st.integers(0, 4))
    def set_count(self, session: str, slot: str, count: int) -> None:
        self.ask(
            SetCount(by="o", session=session, slot=slot, count=count, reason="加班")
        )

    @rule(first=st.sampled_from([0, 1]))
    def add_session(self, first: int) -> None:
        plan = msgspec.structs.replace(
            SESSIONS["c"], slots={"1": slot(4, 1, first=first)}
        )
        self.ask(AddSession(by="o", session="n", plan=plan))

    @rule(limit=st.sampled_from([0, 1, 2]))
    def change_rules(self, limit: int) -> None:
        changed = msgspec.structs.replace(self.state.settings, per_person_session=limit)
        self.ask(ChangeRules(by="o", settings=changed))

    @rule(minutes=st.sampled_from([0, 1, 4.999, 5, 10, 15, 31, 90]))
    def time_passes(self, minutes: float) -> None:
        self.day.clock.at += round(minutes * MINUTE)

    @rule()
    def wake_up(self) -> None:
        while (due := self.day.wake_at()) is not None and due <= self.day.clock.at:
            self.ask(Wake(due))
            assert self.day.wake_at() != due, "it would be woken for ever"
        now = self.day.clock.at
        assert all(at > now for at in self.state.locks.values())

    # What comes of it

    def ask(self, command: Any) -> Any:
        free_before = {
            (key, name): slot.free
            for key, session in self.state.sessions.items()
            for name, slot in session.slots.items()
        }
        ran = self.day.run(command)
        count_up(self.state)
        if ran.refusal is not None:
            msgspec.json.encode(ran.refusal.details)
            assert ran.refusal.code != "bad_request"
            return ran.refusal
        for event in ran.events:
            if isinstance(event, Locked) and not (event.extra or event.over):
                freed = any(e for e in ran.events if not isinstance(e, Locked))
                assert free_before[event.session, event.slot] > 0 or freed
            if isinstance(event, Expired):
                for key in event.bookings:
                    assert self.state.bookings[key].expires <= self.day.clock.at
        for key, booking in self.state.bookings.items():
            if booking.number:
                # the number somebody was told never changes
                assert self.seen.setdefault(key, booking.number) == booking.number
        if isinstance(command, Lock):
            self.has_no_more_than_allowed(command)
        return ran

    def has_no_more_than_allowed(self, command: Lock) -> None:
        """After a lock that was accepted; what HIS enters knows no limits."""
        limit = self.state.settings.per_person_session
        held = rules.held_by(self.state, command.patient.person)
        here = [b for _, b in held if b.session == command.session]
        assert not limit or len(here) <= limit

    def teardown(self) -> None:
        if not hasattr(self, "day"):
            return
        again = self.day.replayed()
        assert again == self.state
        assert again.stream == STREAM
        document = msgspec.json.encode(self.day.document()).decode()
        assert "张" not in document
        assert "null" not in document


ScheduleDay.TestCase.settings = settings(
    max_examples=80, stateful_step_count=50, deadline=None
)
TestScheduleDay = ScheduleDay.TestCase
