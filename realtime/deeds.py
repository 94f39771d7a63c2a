"""What patients' sessions have begun is done here, once, and told back.

A session writes down what it wants (``session.begun``) and goes on; this follower asks
the clinic or the schedule, under a key that is the intent's position in the journal,
and settles it in the session. After a crash it hears the intent again, asks the very
same under the same key, and gets the first answer. What is unavailable is asked again,
for half a minute: then its patient has long been sent to the desk, and nobody else's
deed must wait for it. A place that was held meanwhile expires by itself.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import trio

from actors.clinic.actor import clinic_stream
from actors.clinic.commands import CheckIn, ComeBack, Recall
from actors.journal.records import Recorded
from actors.kernel.errors import Refusal
from actors.kernel.identity import parts_of
from actors.runtime.followers import Lanes
from actors.runtime.mail import Answer
from actors.runtime.system import ActorSystem
from actors.schedule import replies
from actors.schedule.actor import schedule_stream
from actors.schedule.commands import Cancel, Confirm, Lock, Patient, Take
from actors.session.actor import KIND as SESSION
from actors.session.findings import Finding, Given, Held, Place
from actors.session.messages import Begun, Settle
from realtime.visits import Visits, ticket_of

log = logging.getLogger("houzhen.sessions")

NAME = "sessions"
CHANNEL = "kiosk"
AT_ONCE = 64
_BEGUN = str(Begun.__struct_config__.tag)
_OPENED = "clinic.opened"
_REGISTERED_WITHIN_S = 0.5
GIVEN_UP_MS = 30_000

Reached = Callable[[int], Awaitable[None]]
_read = msgspec.json.Decoder(Begun).decode


class Deeds:
    """One follower over the sessions of a hospital. ``system`` and ``registered`` are
    set before it runs; the latter waits until clinics have heard of what the schedules
    did up to a position."""

    def __init__(self, hospital: str, visits: Visits) -> None:
        self.system: ActorSystem
        self.registered: Reached
        self._hospital = hospital
        self._visits = visits
        self.follower = Lanes(
            NAME, self.hear, _lane_of, AT_ONCE, names=(_BEGUN, _OPENED)
        )

    async def hear(self, record: Recorded) -> None:
        """Raises what a busy or failing house says; then it is heard again."""
        if record.name == _OPENED:
            self._visits.heard(record)
            return
        hospital, kind, _ = parts_of(record.stream)
        if hospital != self._hospital or kind != SESSION:
            return
        begun = _read(record.body)
        try:
            settle = await self._do(begun, f"{NAME}:{record.position}")
            await self.system.ref(record.stream).ask(settle, principal=NAME)
        except Refusal as refusal:
            if self.system.clock.now() - begun.at < GIVEN_UP_MS:
                raise
            log.warning("%s of %s is given up: %s", begun.what, begun.by, refusal.code)
            await self._give_up(record.stream, begun, refusal)

    async def _do(self, begun: Begun, key: str) -> Settle:
        try:
            if begun.what in ("check_in", "rejoin", "return"):
                return await self._at_the_clinic(begun, key)
            return await self._in_the_schedule(begun, key)
        except Refusal as refusal:
            if refusal.retry:
                raise
            log.info("%s of %s: %s", begun.what, begun.by, refusal.code)
            wait = refusal.details.get("wait_ms", 0)
            return Settle(
                by=NAME,
                deed=begun.deed,
                code=refusal.code,
                message=refusal.message,
                minutes=-(-wait // 60_000) if isinstance(wait, int) else 0,
                found=await self._found(begun),
            )

    async def _give_up(self, stream: str, begun: Begun, why: Refusal) -> None:
        """The session, if it can be told, goes on without."""
        settle = Settle(
            by=NAME, deed=begun.deed, code=why.code, message="请到分诊台，护士会帮您。"
        )
        with contextlib.suppress(Refusal):
            await self.system.ref(stream).ask(settle, principal=NAME)

    # -- the clinic ------------------------------------------------------------------

    async def _at_the_clinic(self, begun: Begun, key: str) -> Settle:
        command: CheckIn | Recall | ComeBack
        match begun.what:
            case "rejoin":
                command = Recall(by=begun.by, ticket=begun.ticket)
            case "return":
                command = ComeBack(by=begun.by, ticket=begun.ticket)
            case _:
                command = CheckIn(
                    by=begun.by,
                    ticket=begun.ticket,
                    doctor=begun.doctor,
                    own_clinic=begun.own,
                )
        stream = clinic_stream(self._hospital, begun.clinic, begun.day)
        await self.system.ref(stream).ask(command, principal=NAME, key=key)
        place = await self._place(begun.clinic, begun.day, begun.ticket)
        found = await self._found(begun)
        return Settle(by=NAME, deed=begun.deed, place=place, found=found)

    async def _place(self, clinic: str, day: str, ticket: str) -> Place | None:
        return await self._visits.place(clinic, day, ticket)

    async def _found(self, begun: Begun) -> Finding:
        return await self._visits.of(begun.person, begun.card, begun.places)

    # -- the schedule ----------------------------------------------------------------

    async def _in_the_schedule(self, begun: Begun, key: str) -> Settle:
        ref = self.system.ref(
            schedule_stream(self._hospital, begun.department, begun.day)
        )

        async def ask(command: Any) -> Answer:
            return await ref.ask(command, principal=NAME, key=key)

        if begun.what == "hold":
            return _held(begun, (await ask(_lock(begun))).read(replies.Held))
        booking, person = begun.booking, begun.person
        if begun.what in ("drop", "cancel"):
            await ask(Cancel(by=begun.by, booking=booking, person=person))
            found = None if begun.what == "drop" else await self._known(begun)
            return Settle(by=NAME, deed=begun.deed, found=found)
        if begun.what == "book":
            answer = await ask(Confirm(by=begun.by, booking=booking, person=person))
        else:
            answer = await ask(Take(by=begun.by, booking=booking, person=person))
        got = answer.read(replies.Given)
        given = Given(booking, got.number, got.start, got.end)
        found = await self._known(begun)
        return Settle(
            by=NAME,
            deed=begun.deed,
            given=given,
            found=found,
            place=await self._place_of(begun, found),
        )

    async def _place_of(self, begun: Begun, found: Finding) -> Place | None:
        """Where the number is for today and its patient stands in line already."""
        ticket = ticket_of(begun.department, begun.booking)
        for row in found.tickets:
            if row.ticket == ticket and row.does == "place":
                return await self._place(row.clinic, row.day, ticket)
        return None

    async def _known(self, begun: Begun) -> Finding:
        """What they have once their clinic and their own record have heard of it."""
        with trio.move_on_after(_REGISTERED_WITHIN_S):
            await self.registered(self.system.journal.top)
        return await self._found(begun)


def _lane_of(record: Recorded) -> str:
    return record.stream


def _lock(begun: Begun) -> Lock:
    assert begun.held is not None
    assert begun.name is not None
    return Lock(
        by=begun.by,
        session=begun.held.session,
        channel=CHANNEL,
        patient=Patient(begun.person, begun.name, begun.card),
        slot=begun.slot,
        standing=begun.standing,
    )


def _held(begun: Begun, got: replies.Held) -> Settle:
    assert begun.held is not None
    held: Held = msgspec.structs.replace(
        begun.held,
        booking=got.booking,
        slot=got.slot,
        start=got.start,
        end=got.end,
        price=got.price,
        expires=got.expires,
    )
    return Settle(by=NAME, deed=begun.deed, held=held)
