"""Carries what goes sideways: tickets between clinics, refunds after them, and the
living over midnight.

It follows the journal, an event here, then an idempotent command there. Whatever step
it is stopped between, the next start hears the event again and finds what is done:

- Leaving: is the ticket still leaving? Arrive there; then Left here, or, refused,
  NotTaken, and it is back where it stood. What is no answer of the other clinic's rules
  (busy, unavailable) is tried again.
- RefundPassedOn: Refund there, by the id it has here.
- RolledOver: CarryOver to the next day, which begins with the plan of this one.
"""

from __future__ import annotations

from typing import Any

import msgspec

from actors.clinic.commands import Arrive, CarryOver, Left, NotTaken, Open, Refund
from actors.clinic.events import Leaving, RefundPassedOn, RolledOver
from actors.clinic.state import ClinicState
from actors.journal.records import Recorded
from actors.kernel.errors import Busy, DeadlinePassed, Refusal, Unavailable
from actors.runtime.followers import Follower
from actors.runtime.system import ActorSystem

NAME = "clinic-courier"
_DAY_MS = 24 * 3_600_000
_AGAIN = (Busy, Unavailable, DeadlinePassed)
"""No answer: the same key will find out."""

_read = msgspec.json.Decoder(Leaving | RefundPassedOn | RolledOver).decode
_CARRIED = frozenset(
    str(event.__struct_config__.tag) for event in (Leaving, RefundPassedOn, RolledOver)
)


class Courier:
    """One for the process. ``follower`` goes into the actor system, which is then
    given to ``system``: a follower hears nothing before that runs."""

    def __init__(self) -> None:
        self.follower = Follower(NAME, self._heard, names=_CARRIED)
        self.system: ActorSystem

    async def _heard(self, record: Recorded) -> None:
        event = _read(record.body)
        key = f"{NAME}:{record.stream}:{record.seq}"
        match event:
            case Leaving():
                await self._leaving(record.stream, event, key)
            case RefundPassedOn():
                await self._refund(event, key)
            case RolledOver():
                await self._carry_over(record.stream, event, key)

    async def _leaving(self, here: str, event: Leaving, key: str) -> None:
        def still(state: ClinicState) -> bool:
            ticket = state.tickets[event.ticket]
            return ticket.state == "leaving" and ticket.leaving == event.leaving

        if not await self.system.ref(here).read(still):
            return  # told before: what the other said then is said
        arrive = Arrive(
            by=event.by,
            reason=event.reason,
            origin=here,
            leaving=event.leaving,
            ticket=event.traveller,
            back=event.back,
        )
        try:
            await self._ask(event.to, arrive, key)
        except _AGAIN:
            raise
        except Refusal as refusal:
            answer: Any = NotTaken(
                by=NAME,
                ticket=event.ticket,
                leaving=event.leaving,
                code=refusal.code,
                reason=refusal.message[:200],
            )
        else:
            answer = Left(by=NAME, ticket=event.ticket, leaving=event.leaving)
        # another outcome is another command, and wants another key
        await self._ask(here, answer, f"{key}:{type(answer).__name__}")

    async def _refund(self, event: RefundPassedOn, key: str) -> None:
        refund = Refund(
            by=event.by, reason=event.reason, ticket=event.ticket, origin=event.origin
        )
        try:
            await self._ask(event.to, refund, key)
        except _AGAIN:
            raise
        except Refusal:
            return  # it is not there any more

    async def _carry_over(self, here: str, event: RolledOver, key: str) -> None:
        if not event.tickets:
            return
        opening = await self.system.ref(here).read(next_opening)
        carry = CarryOver(by=NAME, origin=here, tickets=event.tickets, opening=opening)
        await self._ask(event.to, carry, key)

    async def _ask(self, stream: str, command: Any, key: str) -> None:
        await self.system.ref(stream).ask(command, principal=NAME, key=key)


def next_opening(state: ClinicState) -> Open | None:
    """The plan of the next day, as this one ends: who sits where stays there."""
    if state.plan is None:
        return None
    rooms = {
        key: msgspec.structs.replace(
            room.plan,
            doctor=room.doctor or room.plan.doctor,
            queues=room.served or room.plan.queues,
        )
        for key, room in state.rooms.items()
    }
    return Open(
        by=NAME,
        clinic=state.plan,
        queues={key: queue.plan for key, queue in state.queues.items()},
        rooms=rooms,
        doctors={
            key: msgspec.structs.replace(doctor.plan, starts=None)
            for key, doctor in state.doctors.items()
        },
        settings=state.settings,
        rolls_over=None if state.rolls_over is None else state.rolls_over + _DAY_MS,
    )
