"""The clinic's counter: its views, its asks, and whose they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from actors.clinic.commands import (
    CheckIn,
    Merge,
    NoteComplaint,
    Register,
    Rename,
)
from actors.clinic.plan import (
    CheckedInAt,
    Extra,
    Half,
    Key,
    Number,
    Person,
    Slot,
    Text,
    TicketId,
)
from actors.clinic.state import ClinicState
from actors.kernel.errors import (
    BadRequest,
    Forbidden,
    Refused,
    UnknownAsk,
    UnknownTarget,
)
from actors.kernel.masking import mask_name
from actors.kernel.sealed import CannotOpen, Vault
from realtime.tokens import Principal
from realtime.topics.clinic_asks import ASKS, LOOKS, nurse, patient, sets_up
from realtime.topics.counter import Errand, Facts, read_body

_BOARDS = ("hall", "door", "dental", "examination", "pharmacy", "overview")
_VIEWS = {
    **{board: {"screen", "kiosk", "doctor", "nurse"} for board in _BOARDS},
    "desk": {"doctor", "nurse"},
    "kiosk": {"kiosk", "nurse"},
    "times": {"screen", "kiosk", "doctor", "nurse"},
}

LOOK_BACK_DAYS = 7

# something to read in it: blanks are nobody's card and nobody's name
Card = Annotated[str, Meta(max_length=128, pattern=r"\S")]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d\Z")]
PersonName = Annotated[str, Meta(max_length=60, pattern=r"\S")]


class _Body(msgspec.Struct, frozen=True):
    """What a client sends; fields we do not know are a later client's."""


class _Register(_Body, frozen=True):
    """As clinic.register, with a name and a card as people know them. Who is brought
    in without papers has no card: the ticket's own id stands for it. A visit that goes
    on from an earlier one says which day that was, and in which clinic if not here."""

    queue: str
    name: PersonName
    card: Card | None = None
    ticket: TicketId | None = None
    number: Number | None = None
    slot: Slot | None = None
    half: Half | None = None
    booked: bool = False
    doctor: str | None = None
    special: tuple[str, ...] = ()
    extra: Extra | None = None
    linked: TicketId | None = None
    linked_day: Day | None = None
    linked_clinic: Key | None = None
    person: Person | None = None
    level: Annotated[int, Meta(ge=1, le=4)] | None = None


class _CheckIn(_Body, frozen=True):
    card: Card | None = None
    ticket: str | None = None
    where: CheckedInAt | None = None
    doctor: str | None = None
    reason: Text = ""


class _Complaint(_Body, frozen=True):
    ticket: str
    text: Text
    where: Text = ""


class _Rename(_Body, frozen=True):
    person: Person
    name: PersonName


class _Merge(_Body, frozen=True):
    person: Person
    into: Person
    name: PersonName | None = None


class ClinicCounter:
    """See Counter. Names and cards come in as people know them, and go on sealed."""

    kind = "clinic"

    def __init__(self, vault: Vault, today: Callable[[], str] | None = None) -> None:
        self._vault = vault
        self._today = today
        self._asks: dict[tuple[str, str], Callable[..., Errand]] = {
            ("kiosk", "check_in"): self._check_in_at("kiosk"),
            ("desk", "check_in"): self._check_in_at("desk"),
            ("setup", "register"): self._register,
            ("desk", "register"): self._register,
            ("desk", "complaint"): self._complaint,
            ("setup", "rename"): self._rename,
            ("setup", "merge"): self._merge,
        }

    def may_look(self, who: Principal, parts: tuple[str, ...], view: str) -> None:
        roles = _VIEWS.get(view)
        if roles is None:
            raise UnknownTarget
        if roles.isdisjoint(who.roles) or not who.has_room_in(parts[0]):
            raise Forbidden
        self._look_back(parts, view)

    def _look_back(self, parts: tuple[str, ...], view: str) -> None:
        """A desk looks a week back: what is older is in the patient's record, and no
        business of whoever sits in the clinic today."""
        if view != "desk" or self._today is None or len(parts) != 2:
            return
        first = date.fromisoformat(self._today()) - timedelta(LOOK_BACK_DAYS)
        if parts[1] < first.isoformat():
            raise Forbidden

    def errand(
        self,
        who: Principal,
        parts: tuple[str, ...],
        view: str,
        name: str,
        body: msgspec.Raw,
    ) -> Errand:
        clinic = parts[0]
        if name in LOOKS:
            self._look_back(parts, view)
        own = self._asks.get((view, name))
        if own is not None:
            return own(who, clinic, view, body)
        ask = ASKS.get((view, name))
        if ask is None:
            raise UnknownAsk
        asked = read_body(body, ask.body)
        ask.may(who, clinic, asked)
        command = ask.command(by=who.name, **msgspec.structs.asdict(asked))
        finish = self._tell_history if name == "history" else None
        return Errand(command, finish, looks=name in LOOKS)

    # -- the patient ---------------------------------------------------------------

    def _check_in_at(self, default: CheckedInAt) -> Callable[..., Errand]:
        def errand(who: Principal, clinic: str, view: str, body: msgspec.Raw) -> Errand:
            asked = read_body(body, _CheckIn)
            (patient if view == "kiosk" else nurse)(who, clinic, asked)
            if (asked.card is None) == (asked.ticket is None):
                raise BadRequest("请刷卡，或选择号票。", field="card")
            # a kiosk is a kiosk, whatever it says
            where = asked.where if view == "desk" and asked.where else default
            command = CheckIn(
                by=who.name,
                card=None if asked.card is None else self._index(asked.card),
                ticket=asked.ticket,
                where=where,
                doctor=asked.doctor,
                reason=asked.reason if view == "desk" else "",
            )
            return Errand(command, self._greet)

        return errand

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

    # -- registrations -------------------------------------------------------------

    def _register(
        self, who: Principal, clinic: str, view: str, body: msgspec.Raw
    ) -> Errand:
        asked = read_body(body, _Register)
        (sets_up if view == "setup" else nurse)(who, clinic, asked)
        if asked.card is None and (asked.ticket is None or view == "setup"):
            raise BadRequest("请刷卡；没有证件的请给一个票号。", field="card")
        fields = {
            field: getattr(asked, field)
            for field in _Register.__struct_fields__
            if field not in ("name", "card", "linked_day", "linked_clinic")
        }
        card = self._index(asked.card) if asked.card else f"ticket {asked.ticket}"
        register = Register(
            by=who.name, name=self._vault.seal(asked.name), card=card, **fields
        )
        if asked.linked is None or asked.linked_day is None:
            return Errand(register)
        there = asked.linked_clinic or clinic, asked.linked_day
        return Errand(register, facts=_earlier_visit(register, *there))

    def _complaint(
        self, who: Principal, clinic: str, view: str, body: msgspec.Raw
    ) -> Errand:
        """What somebody is ill with is theirs: it rests sealed, as a name does."""
        asked = read_body(body, _Complaint)
        nurse(who, clinic, asked)
        text = asked.text.strip()
        return Errand(
            NoteComplaint(
                by=who.name,
                where=asked.where,
                ticket=asked.ticket,
                complaint=self._vault.seal(text) if text else None,
            )
        )

    def _rename(
        self, who: Principal, clinic: str, view: str, body: msgspec.Raw
    ) -> Errand:
        asked = read_body(body, _Rename)
        sets_up(who, clinic, asked)
        name = self._vault.seal(asked.name)
        return Errand(Rename(by=who.name, person=asked.person, name=name))

    def _merge(
        self, who: Principal, clinic: str, view: str, body: msgspec.Raw
    ) -> Errand:
        asked = read_body(body, _Merge)
        sets_up(who, clinic, asked)
        name = None if asked.name is None else self._vault.seal(asked.name)
        return Errand(
            Merge(by=who.name, person=asked.person, into=asked.into, name=name)
        )

    def _index(self, card: str) -> str:
        return self._vault.index("card", card)

    # -- the nurse -----------------------------------------------------------------

    def _tell_history(self, reply: bytes, state: ClinicState) -> bytes:
        """Who did what, when, where and why; oldest first, with nothing personal."""
        told: dict[str, Any] = msgspec.json.decode(reply)
        told["history"] = [
            {
                key: value
                for key, value in msgspec.to_builtins(event).items()
                if key not in _NOT_TOLD
            }
            for event in state.history.get(told["ticket"], ())
        ]
        return msgspec.json.encode(told)


def _earlier_visit(register: Register, clinic: str, day: str) -> Facts:
    """Of the visit that this one goes on from: was it theirs, and where."""

    def complete(earlier: ClinicState) -> Register | Refused:
        ticket = earlier.tickets.get(register.linked or "")
        theirs = ticket is not None and (
            ticket.card == register.card
            or (register.person is not None and ticket.person == register.person)
        )
        if ticket is None or not theirs or ticket.state != "done":
            return Refused("no_such_visit", "没有查到上次的就诊，请重新挂号。")
        return msgspec.structs.replace(
            register,
            linked_day=day,
            linked_department=earlier.queues[ticket.queue].plan.department,
        )

    return Facts("clinic", (clinic, day), complete)


_NOT_TOLD = ("name", "complaint", "card", "traveller", "ticket", "tickets")
