"""From the journal to HIS: check-ins and calls of HIS's own registrations.

A follower: the journal is the outbox, and the cursor moves when HIS has heard. Each
event's trade number is made of its place in the journal, so HIS hears it once however
often it is said. What HIS refuses is noted and passed; what it does not answer is
said again, in order, until it does.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Literal

import msgspec

from actors.gateways.his.faults import HisRefused
from actors.gateways.his.port import CallState, His
from actors.his.actor import his_stream
from actors.his.delivery import BY, register_no_of
from actors.his.messages import NoteTold
from actors.journal.records import Recorded
from actors.kernel.errors import KeyReused
from actors.kernel.identity import parts_of
from actors.kernel.sealed import Vault
from actors.kernel.times import Millis
from actors.runtime.system import ActorSystem

log = logging.getLogger("houzhen.his")

FOLLOWER = "his-teller"

What = Literal["check_in", "undo_check_in"] | CallState

TELLS: dict[str, What] = {
    "clinic.checked_in": "check_in",
    "clinic.check_in_undone": "undo_check_in",
    "clinic.called": "called",
    "clinic.started": "in",
    "clinic.finished": "done",
    "clinic.missed": "missed",
    "clinic.recalled": "waiting",
    "clinic.came_back": "waiting",
    "clinic.call_undone": "waiting",
    "clinic.miss_undone": "waiting",
    "clinic.went_to_examination": "examination",
}


def lane_of(record: Recorded) -> str | None:
    """One registration's words in their order; different ones side by side."""
    if record.name not in TELLS:
        return None
    ticket = msgspec.json.decode(record.body, type=_Told).ticket
    register_no = register_no_of(ticket)
    return None if register_no is None else f"{record.stream}#{register_no}"


class _Told(msgspec.Struct, frozen=True):
    """What of an event matters here."""

    at: Millis
    ticket: str = ""
    room: str | None = None
    by: str = ""


class Teller:
    """``handle`` is a follower's. It raises for what must be tried again.

    ``since`` is the first day HIS is told of: a HIS that is new to an old journal
    does not hear of last year.
    """

    def __init__(
        self, his: His, system: ActorSystem, vault: Vault, hospital: str, since: str
    ) -> None:
        self._his = his
        self._system = system
        self._vault = vault
        self._hospital = hospital
        self._since = since

    async def handle(self, record: Recorded) -> None:
        what = TELLS.get(record.name)
        if what is None:
            return
        hospital, _, rest = parts_of(record.stream)
        day = rest[-1]
        if hospital != self._hospital or day < self._since:
            return
        event = msgspec.json.decode(record.body, type=_Told)
        register_no = register_no_of(event.ticket)
        if register_no is None or (event.by == BY and what in ("called", "in")):
            return  # not HIS's, or HIS has opened this patient itself
        trade_no = f"hz{self._system.journal.id}-{record.position}"
        code, words = "", None
        try:
            await self._say(trade_no, register_no, what, event)
        except HisRefused as no:
            log.info("%s of %s: HIS refused (%s)", what, register_no, no.code)
            code = no.code
            words = self._vault.seal(no.words) if no.words else None
        noted = NoteTold(
            register_no=register_no,
            what=what,
            trade_no=trade_no,
            code=code,
            words=words,
        )
        ref = self._system.ref(his_stream(self._hospital, day))
        # noted before, and killed before the cursor was kept: sealed anew it differs
        with suppress(KeyReused):
            await ref.ask(noted, principal=BY, key=trade_no)

    async def _say(
        self, trade_no: str, register_no: str, what: What, event: _Told
    ) -> None:
        match what:
            case "check_in":
                await self._his.check_in(trade_no, register_no, event.at)
            case "undo_check_in":
                await self._his.undo_check_in(trade_no, register_no, event.at)
            case _:
                await self._his.call_status(
                    trade_no, register_no, what, event.room or "", event.at
                )
