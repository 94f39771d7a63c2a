"""A clinic's day in a test: who is asked what, at which time, and what came of it."""

from __future__ import annotations

from typing import Any

import msgspec

from actors.clinic.actor import clinic_capability, clinic_stream
from actors.clinic.commands import CheckIn, Command, Open, Register
from actors.clinic.events import Event
from actors.clinic.plan import ClinicPlan, QueuePlan, RoomPlan
from actors.clinic.replies import NumberGiven
from actors.clinic.state import ClinicState
from actors.kernel.errors import Refusal
from actors.kernel.sealed import Vault
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, Decision

NINE: Millis = 1_795_395_600_000  # 2026-11-23T09:00+08:00
STREAM = clinic_stream("yunxiu", "im2", "2026-11-23")
VAULT = Vault("test", bytes(range(16)), bytes(range(32)))
CLINIC = clinic_capability(VAULT)

OPENING = Open(
    by="admin",
    clinic=ClinicPlan(
        name="内科二诊区",
        name_en="Internal Medicine Area 2",
        hospital="云岫市中心医院",
        floor="2",
    ),
    queues={
        "A": QueuePlan("心血管内科"),
        "B": QueuePlan("呼吸内科"),
        "Z": QueuePlan("心血管专家门诊", "专"),
    },
    rooms={
        "1": RoomPlan("周文澜", ("Z",), title="主任"),
        "2": RoomPlan("林知远", ("A", "B"), title="副主任"),
        "3": RoomPlan(
            "许安禾", ("A",), title="主治", way="右边第 3 个门", way_en="Room 3, right"
        ),
    },
)


class Day:
    """One clinic's day at nine. ``ask`` does what a runtime would, without one."""

    def __init__(self, opening: Open | None = OPENING) -> None:
        self.now = NINE
        self.state: ClinicState = CLINIC.new(STREAM)
        self.events: list[Event] = []
        if opening is not None:
            self.ok(opening)

    def ask(self, command: Command) -> Decision:
        decision = CLINIC.decide(self.state, command, self.now)
        if isinstance(decision, Accepted):
            for event in decision.events:
                CLINIC.evolve(self.state, event)
                self.events.append(event)  # type: ignore[arg-type]
        return decision

    def ok(self, command: Command) -> Any:
        """The reply; the command must be accepted."""
        decision = self.ask(command)
        assert isinstance(decision, Accepted), decision
        return decision.reply

    def refused(self, command: Command) -> Refusal:
        """The refusal; nothing may have changed."""
        before = frozen(self.state)
        decision = self.ask(command)
        assert isinstance(decision, Refusal), decision
        assert frozen(self.state) == before
        return decision

    def later(self, seconds: float) -> None:
        self.now += round(seconds * 1000)

    def registered(self, number: str, name: str = "张友三", card: str = "") -> str:
        """A ticket with this number, in the queue of its first letter."""
        command = register(number, name, card)
        given: NumberGiven = self.ok(command)
        return given.ticket

    def waiting(self, *numbers: str) -> list[str]:
        """Tickets that have checked in one after another, a second apart."""
        tickets = []
        for number in numbers:
            tickets.append(self.registered(number))
            self.ok(CheckIn(by="kiosk", card=card_of(number)))
            self.later(1)
        return tickets


def card_of(number: str) -> str:
    return VAULT.index("card", number)


def register(number: str, name: str = "张友三", card: str = "") -> Register:
    return Register(
        by="his",
        queue=number[0],
        number=number,
        name=VAULT.seal(name),
        card=card or card_of(number),
    )


def frozen(state: ClinicState) -> bytes:
    """The whole state as bytes, to see whether anything in it has changed."""
    return msgspec.json.encode(state)
