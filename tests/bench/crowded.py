"""A clinic with five hundred waiting under every rule there is, asked who is next."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import msgspec

from actors.clinic.actor import clinic_capability, clinic_stream
from actors.clinic.commands import (
    CallNext,
    CheckIn,
    ComeBack,
    Finish,
    Miss,
    Open,
    Recall,
    Register,
    SetClass,
    Start,
    ToExamination,
)
from actors.clinic.plan import ClinicPlan, QueuePlan, RoomPlan, Slot
from actors.clinic.seating import who_is_next
from actors.clinic.settings import Settings
from actors.clinic.state import ClinicState
from actors.kernel.sealed import Sealed, Vault
from actors.runtime.shape import Accepted

FULL_RULES: dict[str, Any] = {
    "missed_after_ms": 0,
    "call_again_ms": 0,
    "order": {"base": "slot"},
    "late": {"mode": "interleave", "every": 3},
    "recall": {"mode": "interleave", "every": 3},
    "returns": {"first": 2, "back": 1, "even_out": True},
    "classes": [
        {"key": "military", "name": "军人", "level": 3},
        {"key": "aged", "name": "七十岁以上", "level": 5, "mode": "interleave"},
        {"key": "child", "name": "儿童", "level": 6, "mode": "interleave", "every": 4},
    ],
    "fairness": {"overtaken": 20, "longest_ms": 14_400_000},
}
"""As settings are written: those of the project's clinics that use most of them."""

_NINE = 1_795_395_600_000
_SLOT = 1_800_000
_MINUTE = 60_000
_NOBODY = Sealed("bench", b"")
_ROOMS = 8


class Crowded:
    """``calls`` are real ones: whoever was called is seen, and another one comes."""

    def __init__(self, waiting: int) -> None:
        self._clinic = clinic_capability(Vault("bench", bytes(16), bytes(32)))
        stream = clinic_stream("yunxiu", "crowded", "2026-11-23")
        self.state: ClinicState = self._clinic.new(stream)
        self._now = _NINE
        self._count = 0
        self._open()
        # a tenth was missed once, a tenth examined, before the crowd came
        for _ in range(waiting // 10):
            self._comes()
            self._ask(Miss(by="b", room="1", ticket=self._call("1")))
            self._comes()
            self._start_and(ToExamination, self._call("2"))
        for _ in range(waiting * 8 // 10):
            self._comes()
        for ticket, found in list(self.state.tickets.items()):
            if found.state == "missed":
                self._ask(Recall(by="b", ticket=ticket))
            elif found.state == "examination":
                self._ask(ComeBack(by="b", ticket=ticket))
        while self.waiting < waiting:
            self._comes()

    @property
    def waiting(self) -> int:
        return sum(len(queue.waiting) for queue in self.state.queues.values())

    def _open(self) -> None:
        rooms = [str(room + 1) for room in range(_ROOMS)]
        self._ask(
            Open(
                by="b",
                clinic=ClinicPlan("内科", ""),
                queues={"A": QueuePlan("内科"), "B": QueuePlan("呼吸")},
                rooms={room: RoomPlan(f"d{room}", ("A", "B")) for room in rooms},
                settings=msgspec.convert(FULL_RULES, Settings),
            )
        )

    def _comes(self) -> None:
        """One more: booked or not, for one slot or another, a fifth of them late."""
        count = self._count = self._count + 1
        self._now += 500
        begins = _NINE + (count * 7 % 8) * _SLOT
        if count % 5 == 0:
            begins = _NINE - 2 * _SLOT
        given = self._ask(
            Register(
                by="b",
                queue="A" if count % 20 else "B",
                name=_NOBODY,
                card=f"card-{count}",
                booked=count % 3 > 0,
                slot=Slot(begins, begins + _SLOT),
            )
        )
        ticket = given.ticket
        self._ask(CheckIn(by="b", card=f"card-{count}"))
        special = {1: "military", 5: "aged", 9: "child"}.get(count % 12)
        if special is not None and count % 24 < 12:
            self._ask(SetClass(by="b", ticket=ticket, special=special, reason="证件"))

    def _call(self, room: str) -> str:
        return str(self._ask(CallNext(by="b", room=room)).ticket)

    def _start_and(self, then: Any, ticket: str, room: str = "2") -> None:
        self._ask(Start(by="b", room=room, ticket=ticket))
        self._ask(then(by="b", room=room, ticket=ticket))

    def _ask(self, command: Any) -> Any:
        decision = self._clinic.decide(self.state, command, self._now)
        assert isinstance(decision, Accepted), decision
        for event in decision.events:
            self._clinic.evolve(self.state, event)
        return decision.reply

    # -- measuring -----------------------------------------------------------------

    def choosing(self, times: int) -> Iterator[float]:
        """Seconds of who is next for a room, each after the line has changed."""
        for turn in range(times):
            room = str(turn % _ROOMS + 1)
            begun = time.perf_counter()
            choice = who_is_next(self.state, room, self._now)
            yield time.perf_counter() - begun
            assert choice is not None
            self._visit(room, choice.ticket)

    def deciding(self, times: int) -> Iterator[tuple[float, float]]:
        """Seconds of the whole decision, and of that with what follows for the state,
        each after the line has changed."""
        for turn in range(times):
            room = str(turn % _ROOMS + 1)
            command = CallNext(by="b", room=room)
            begun = time.perf_counter()
            decision = self._clinic.decide(self.state, command, self._now)
            decided = time.perf_counter() - begun
            assert isinstance(decision, Accepted)
            for event in decision.events:
                self._clinic.evolve(self.state, event)
            yield decided, time.perf_counter() - begun
            reply: Any = decision.reply
            self._start_and(Finish, reply.ticket, room)
            self._comes()

    def _visit(self, room: str, expected: str) -> None:
        ticket = self._call(room)
        assert ticket == expected
        self._start_and(Finish, ticket, room)
        self._comes()
