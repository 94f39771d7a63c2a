"""Whatever is asked, in whatever order: what must hold of a clinic at every moment."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from actors.clinic.commands import (
    CallAgain,
    CallNext,
    CheckIn,
    Command,
    Finish,
    Miss,
    Open,
    Recall,
    Register,
    Start,
)
from actors.clinic.events import Event
from actors.clinic.plan import ClinicPlan, QueuePlan, RoomPlan
from actors.clinic.settings import Settings
from actors.clinic.state import LIVE
from actors.kernel.errors import Refusal
from actors.runtime.shape import Accepted, Decision, Wake
from queue_displays.boards.views import boards
from queue_displays.hall import HallView
from tests.actors.clinic.day import CLINIC, NINE, STREAM, VAULT, frozen
from tests.actors.clinic.pictures import Picture, has_null, whole

QUEUES = {
    "A": QueuePlan("心血管内科"),
    "B": QueuePlan("呼吸内科"),
    "C": QueuePlan("消化内科", prefix="A"),
}
ROOMS = {
    "1": RoomPlan("周文澜", ("A",)),
    "2": RoomPlan("林知远", ("B", "A")),
    "3": RoomPlan("许安禾", ("C", "B", "A"), way="右边第 3 个门"),
    "4": RoomPlan("何叙", ()),
}
NAMES = st.sampled_from(
    ["张友三", "欧阳娜娜", "欧阳静", "张三", "买买提·艾力", "John Smith", "单立群"]
)
CARDS = [f"card{number}" for number in range(12)]
NUMBERS = [f"A{number:03}" for number in range(1, 5)]
CODES = {
    Register: {"unknown_queue", "number_taken", "ticket_taken", "already_registered"},
    CheckIn: {"not_registered", "already_in"},
    CallNext: {"nobody_waiting", "moved_on", "unknown_room"},
    CallAgain: {"moved_on", "too_soon", "unknown_room"},
    Start: {"moved_on", "unknown_room"},
    Finish: {"moved_on", "unknown_room"},
    Miss: {"moved_on", "too_soon", "unknown_room"},
    Recall: {"not_missed"},
    Open: {"already_open", "bad_request"},
}

ROOM = st.sampled_from(["1", "2", "3", "3", "2", "1", "4", "9"])
SECONDS = st.sampled_from([0, 0.001, 5, 10, 12, 61])


class ClinicDay(RuleBasedStateMachine):
    @initialize(
        lifetime=st.sampled_from([60_000, 1]),
        cool=st.sampled_from([0, 12_000]),
        early=st.lists(st.tuples(st.sampled_from([*QUEUES]), NAMES), max_size=9),
    )
    def open(self, lifetime: int, cool: int, early: list[tuple[str, str]]) -> None:
        self.now = NINE
        self.state = CLINIC.new(STREAM)
        self.events: list[Event] = []
        self.names: set[str] = set()
        self.calls: set[str] = set()
        self.pictures = [
            Picture(view, self.state)
            for view in (*CLINIC.views.values(), HallView(VAULT), boards(VAULT)[1])
        ]
        self.ask(
            Open(
                by="admin",
                clinic=ClinicPlan("内科二诊区", "云岫市中心医院"),
                queues=QUEUES,
                rooms=ROOMS,
                settings=Settings(announcement_ms=lifetime, call_again_ms=cool),
            )
        )
        for card, (queue, name) in zip(CARDS, early, strict=False):
            self.register(queue, card, name, None, None)
            self.check_in(card)

    # What is asked

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: float) -> None:
        self.now += round(seconds * 1000)

    @rule(
        queue=st.sampled_from([*QUEUES, "X"]),
        card=st.sampled_from(CARDS),
        name=NAMES,
        number=st.none() | st.sampled_from(NUMBERS),
        ticket=st.none() | st.sampled_from(["t1", "t3", "h7"]),
    )
    def register(
        self, queue: str, card: str, name: str, number: str | None, ticket: str | None
    ) -> None:
        self.names.add(name)
        self.ask(
            Register(
                by="his",
                queue=queue,
                card=card,
                name=VAULT.seal(name),
                number=number,
                ticket=ticket,
            )
        )

    @rule(card=st.sampled_from([*CARDS, "unknown"]))
    def check_in(self, card: str) -> None:
        self.ask(CheckIn(by="kiosk", card=card))

    @rule(room=ROOM, seen=st.sampled_from(["current", "current", "last", None, "t2"]))
    def call_next(self, room: str, seen: str | None) -> None:
        if room in self.state.rooms:
            here = self.state.rooms[room]
            seen = {"current": here.current, "last": here.last}.get(seen or "", seen)
        command = CallNext(by="xu", room=room, after=seen)
        if isinstance(self.ask(command), Accepted):
            twice = self.ask(command)
            assert isinstance(twice, Refusal), "pressing twice called two"
            assert twice.code == "moved_on"

    @precondition(lambda self: self.occupied())
    @rule(
        kind=st.sampled_from([CallAgain, Start, Finish, Miss, Miss]),
        seconds=SECONDS,
        data=st.data(),
    )
    def about_the_current(self, kind: Any, seconds: float, data: st.DataObject) -> None:
        room, ticket = data.draw(st.sampled_from(self.occupied()))
        self.now += round(seconds * 1000)
        self.ask(kind(by="xu", room=room, ticket=ticket))

    @rule(
        room=st.sampled_from(["2", "3"]),
        way=st.lists(
            st.tuples(SECONDS, st.sampled_from([CallAgain, Start, Miss, Finish])),
            max_size=4,
        ),
    )
    def a_visit(self, room: str, way: list[tuple[float, Any]]) -> None:
        self.call_next(room, "current")
        for seconds, kind in way:
            if ticket := self.state.rooms[room].current:
                self.now += round(seconds * 1000)
                self.ask(kind(by="xu", room=room, ticket=ticket))

    @rule(
        room=ROOM,
        kind=st.sampled_from([CallAgain, Start, Finish, Miss]),
        ticket=st.sampled_from(["t1", "t2", "t99"]),
    )
    def about_a_guess(self, room: str, kind: Any, ticket: str) -> None:
        self.ask(kind(by="xu", room=room, ticket=ticket))

    @rule(ticket=st.sampled_from(["t1", "t2", "t99"]))
    def recall(self, ticket: str) -> None:
        self.ask(Recall(by="nurse", ticket=ticket))

    @precondition(lambda self: self.state.missed)
    @rule()
    def recall_a_missed_one(self) -> None:
        self.ask(Recall(by="nurse", ticket=next(iter(self.state.missed))))

    @rule(due=st.sampled_from([-5_000, 0, 10**9]))
    def wake(self, due: int) -> None:
        self.ask(Wake(due=self.now + due))
        assert all(call.expires > self.now for call in self.state.calls.values())

    def occupied(self) -> list[tuple[str, str]]:
        return [
            (key, room.current)
            for key, room in self.state.rooms.items()
            if room.current is not None
        ]

    # What comes of it

    def ask(self, command: Command) -> Decision:
        before = frozen(self.state)
        decision: Decision = CLINIC.decide(self.state, command, self.now)
        assert frozen(self.state) == before, "decide changed the state"
        if isinstance(decision, Refusal):
            assert decision.code in CODES[type(command)]
            msgspec.json.encode(decision.details)
            return decision
        events = [self.written(event) for event in decision.events]
        for event in events:
            CLINIC.evolve(self.state, event)
        self.events += events
        self.nothing_personal(decision)
        self.everyone_has_one_place()
        self.calls_are_new(events)
        for picture in self.pictures:
            picture.follow(self.state, events)
            self.is_true(picture)
        return decision

    def written(self, event: msgspec.Struct) -> Event:
        """The event as it comes back from the journal."""
        line = msgspec.json.encode(event)
        assert not any(name.encode() in line for name in self.names), "not sealed"
        again: Event = CLINIC.read_event(line)
        assert again == event
        assert again.at == self.now
        return again

    def nothing_personal(self, decision: Accepted) -> None:
        reply = msgspec.json.encode(decision.reply).decode()
        for private in (*self.names, *CARDS):
            assert private not in reply

    def calls_are_new(self, events: list[Event]) -> None:
        """An announcement's id is used once, for a screen announces an id once."""
        for event in events:
            call = getattr(event, "call", None)
            if call is not None:
                assert call not in self.calls
                self.calls.add(call)
        expiries = [call.expires for call in self.state.calls.values()]
        assert CLINIC.wake_at is not None
        assert CLINIC.wake_at(self.state) == min(expiries, default=None)

    def everyone_has_one_place(self) -> None:
        state = self.state
        places: dict[str, list[str]] = {ticket: [] for ticket in state.tickets}
        for key, queue in state.queues.items():
            for ticket in queue.order:
                assert state.tickets[ticket].queue == key
                places[ticket].append("waiting")
            since = [state.tickets[ticket].since for ticket in queue.order]
            assert since == sorted(since)
        for key, room in state.rooms.items():
            if room.current is not None:
                here = state.tickets[room.current]
                assert here.state in ("called", "in")
                assert here.room == key
                places[room.current].append(here.state)
        for ticket in state.missed:
            places[ticket].append("missed")
        for ticket, row in state.tickets.items():
            if row.state in ("booked", "done"):
                places[ticket].append(row.state)
        for ticket, where in places.items():
            assert where == [state.tickets[ticket].state], (ticket, where)
        numbers = [row.number for row in state.tickets.values()]
        assert len(set(numbers)) == len(numbers)
        live = [
            (row.card, row.queue)
            for row in state.tickets.values()
            if row.state in LIVE or row.state == "booked"
        ]
        assert len(set(live)) == len(live)

    def is_true(self, picture: Picture) -> None:
        """What was kept row by row is what would be built now, and tells no more
        than its audience may know."""
        view, document = picture.view, picture.document
        assert document == whole(view, self.state), view.name
        paths = set(view.paths(self.state))
        for path in picture.touched:
            assert (view.row(self.state, *path) is not None) == (path in paths), path
        assert not has_null(document)
        text = msgspec.json.encode(document).decode()
        for name in self.names:
            if view.name == "kiosk" or (view.name == "hall" and len(name) > 2):
                assert name not in text
        for card in CARDS:
            assert card not in text

    def teardown(self) -> None:
        again = CLINIC.new(STREAM)
        for event in self.events:
            CLINIC.evolve(again, event)
        assert again == self.state
        assert frozen(again) == frozen(self.state)


ClinicDay.TestCase.settings = settings(
    max_examples=100, stateful_step_count=60, deadline=None
)
TestClinicDay = ClinicDay.TestCase


def test_five_hundred_wait_and_are_called_in_the_order_they_came() -> None:
    state = CLINIC.new(STREAM)
    now = itertools.count(NINE)

    def ask(command: Command) -> Any:
        decision = CLINIC.decide(state, command, next(now))
        assert isinstance(decision, Accepted)
        for event in decision.events:
            CLINIC.evolve(state, event)
        return decision.reply

    ask(Open(by="a", clinic=ClinicPlan("n", "h"), queues=QUEUES, rooms=ROOMS))
    came = []
    for patient in range(500):
        card, name = f"p{patient}", VAULT.seal("何苗")
        ask(Register(by="his", queue="A", card=card, name=name))
        place = ask(CheckIn(by="kiosk", card=card))
        assert place.ahead == patient
        came.append(place.ticket)
    called: list[str] = []
    seen: dict[str, str] = {}
    for room in itertools.islice(itertools.cycle("123"), 500):
        called.append(ask(CallNext(by="x", room=room, after=seen.get(room))).ticket)
        seen[room] = called[-1]
    assert called == came
