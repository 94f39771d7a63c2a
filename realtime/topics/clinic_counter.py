"""The clinic's counter: its views, its asks, and whose they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from actors.clinic.commands import (
    CallAgain,
    CallNext,
    CheckIn,
    Finish,
    Miss,
    Open,
    Recall,
    Register,
    Start,
)
from actors.clinic.plan import ClinicPlan, Key, Number, QueuePlan, RoomPlan, TicketId
from actors.clinic.settings import Settings
from actors.clinic.state import ClinicState
from actors.kernel.errors import Forbidden, UnknownAsk, UnknownTarget
from actors.kernel.masking import mask_name
from actors.kernel.sealed import CannotOpen, Vault
from realtime.tokens import Principal
from realtime.topics.counter import Errand, read_body

_VIEWS = {
    "hall": {"screen", "kiosk", "doctor", "nurse"},
    "desk": {"doctor", "nurse"},
    "kiosk": {"kiosk", "nurse"},
    "times": {"screen", "kiosk", "doctor", "nurse"},
}

# something to read in it: blanks are nobody's card and nobody's name
Card = Annotated[str, Meta(max_length=128, pattern=r"\S")]
PersonName = Annotated[str, Meta(max_length=60, pattern=r"\S")]


class _Body(msgspec.Struct, frozen=True):
    """What a client sends; fields we do not know are a later client's."""


class _Open(_Body, frozen=True):
    clinic: ClinicPlan
    queues: dict[Key, QueuePlan]
    rooms: dict[Key, RoomPlan]
    settings: Settings = Settings()


class _Register(_Body, frozen=True):
    queue: str
    name: PersonName
    card: Card
    ticket: TicketId | None = None
    number: Number | None = None


class _CheckIn(_Body, frozen=True):
    card: Card


class _CallNext(_Body, frozen=True):
    room: str
    after: str | None = None


class _AboutTicket(_Body, frozen=True):
    room: str
    ticket: str


class _Recall(_Body, frozen=True):
    ticket: str


class ClinicCounter:
    """See Counter. Names and cards come in as people know them, and go on sealed."""

    kind = "clinic"

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._asks: dict[tuple[str, str], Callable[..., Errand]] = {
            ("desk", "call_next"): self._call_next,
            ("desk", "call_again"): self._about(CallAgain),
            ("desk", "start"): self._about(Start),
            ("desk", "finish"): self._about(Finish),
            ("desk", "missed"): self._about(Miss),
            ("desk", "recall"): self._recall,
            ("kiosk", "check_in"): self._check_in,
            ("setup", "open"): self._open,
            ("setup", "register"): self._register,
        }

    def may_look(self, who: Principal, parts: tuple[str, ...], view: str) -> None:
        roles = _VIEWS.get(view)
        if roles is None:
            raise UnknownTarget
        if roles.isdisjoint(who.roles) or not who.has_room_in(parts[0]):
            raise Forbidden

    def errand(
        self,
        who: Principal,
        parts: tuple[str, ...],
        view: str,
        name: str,
        body: msgspec.Raw,
    ) -> Errand:
        ask = self._asks.get((view, name))
        if ask is None:
            raise UnknownAsk
        return ask(who, parts[0], body)

    # -- the doctor ----------------------------------------------------------------

    def _call_next(self, who: Principal, clinic: str, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _CallNext)
        _at_the_desk(who, clinic, asked.room)
        return Errand(CallNext(by=who.name, room=asked.room, after=asked.after))

    def _about(self, command: Any) -> Callable[..., Errand]:
        def errand(who: Principal, clinic: str, body: msgspec.Raw) -> Errand:
            asked = read_body(body, _AboutTicket)
            _at_the_desk(who, clinic, asked.room)
            return Errand(command(by=who.name, room=asked.room, ticket=asked.ticket))

        return errand

    def _recall(self, who: Principal, clinic: str, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _Recall)
        # a missed patient belongs to the queue, not to a room
        doctor = "doctor" in who.roles and who.has_room_in(clinic)
        if not doctor and not who.may("nurse", clinic):
            raise Forbidden
        return Errand(Recall(by=who.name, ticket=asked.ticket))

    # -- the patient ---------------------------------------------------------------

    def _check_in(self, who: Principal, clinic: str, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _CheckIn)
        if not (who.may("kiosk", clinic) or who.may("nurse", clinic)):
            raise Forbidden
        return Errand(CheckIn(by=who.name, card=self._index(asked.card)), self._greet)

    def _greet(self, reply: bytes, state: ClinicState) -> bytes:
        """The patient reads whom we took them for; a reply never keeps a name."""
        place: dict[str, Any] = msgspec.json.decode(reply)
        ticket = state.tickets[place["ticket"]]
        try:
            name = self._vault.open(ticket.name)
        except CannotOpen:
            name = ""  # they are checked in all the same
        place["name"] = mask_name(name)
        return msgspec.json.encode(place)

    # -- the morning ---------------------------------------------------------------

    def _open(self, who: Principal, clinic: str, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _Open)
        _sets_up(who, clinic)
        return Errand(
            Open(
                by=who.name,
                clinic=asked.clinic,
                queues=asked.queues,
                rooms=asked.rooms,
                settings=asked.settings,
            )
        )

    def _register(self, who: Principal, clinic: str, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _Register)
        _sets_up(who, clinic)
        return Errand(
            Register(
                by=who.name,
                queue=asked.queue,
                name=self._vault.seal(asked.name),
                card=self._index(asked.card),
                ticket=asked.ticket,
                number=asked.number,
            )
        )

    def _index(self, card: str) -> str:
        return self._vault.index("card", card)


def _at_the_desk(who: Principal, clinic: str, room: str) -> None:
    if not (who.may("doctor", f"{clinic}/{room}") or who.may("nurse", clinic)):
        raise Forbidden


def _sets_up(who: Principal, clinic: str) -> None:
    if not (who.may("admin", clinic) or who.may("his", clinic)):
        raise Forbidden
