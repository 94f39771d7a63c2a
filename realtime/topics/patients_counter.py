"""The patients' counter: who may ask what of the index, and what they are shown.

Names and numbers come in as people know them and go on sealed. Whoever is shown a
patient is on record before they see it; a kiosk is shown a masked name and an id.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from actors.kernel.errors import Forbidden, Refused, UnknownAsk, UnknownTarget
from actors.kernel.masking import mask_name
from actors.patients.desk import PatientsDesk
from actors.patients.messages import (
    Bind,
    Erase,
    Field,
    Merge,
    PersonId,
    Relation,
    Unmerge,
)
from actors.patients.numbers import Kind
from actors.patients.opening import Details, Numbered, Seen
from realtime.tokens import Principal
from realtime.topics.counter import Errand, Inquiry, read_body

Value = Annotated[str, Meta(max_length=128, pattern=r"\S")]
Name = Annotated[str, Meta(max_length=60, pattern=r"\S")]
Reason = Annotated[str, Meta(max_length=200, pattern=r"\S")]
Line = Annotated[str, Meta(max_length=200)]
Phone = Annotated[str, Meta(max_length=24, pattern=r"^[0-9+\-\s]*\Z")]
Sex = Literal["", "0", "1", "2", "9"]
Birth = Annotated[str, Meta(pattern=r"^(\d{4}-\d\d-\d\d)?\Z")]

_STAFF = frozenset({"nurse", "desk", "manager"})
_READS = _STAFF | {"doctor"}
_WRITES = _STAFF | {"his"}
_MERGES = frozenset({"desk", "manager", "his"})
_ERASES = frozenset({"manager"})
_KIOSK = frozenset({"kiosk", "nurse"})

# what a card reader or a scanner gives; a number typed on a kiosk opens no record
_CARDS: frozenset[Kind] = frozenset({"id_card", "hmt_permit", "foreign_permit"})

Answer = Callable[[Principal, msgspec.Raw], Errand | Inquiry]


Marital = Literal["", "10", "20", "30", "40", "90"]
Payer = Literal["", "1", "2", "3", "4", "5", "6", "7", "8", "9"]


class _Body(msgspec.Struct, frozen=True):
    """What a client sends; fields we do not know are a later client's."""


class _Number(_Body, frozen=True):
    kind: Kind
    value: Value


class _Known(_Body, frozen=True):
    sex: Sex = ""
    birth: Birth = ""
    phone: Phone = ""
    address: Line = ""
    guardian_name: Line = ""
    guardian_phone: Phone = ""
    guardian_relation: Line = ""
    nationality: Line = ""
    nation: Line = ""
    marital: Marital = ""
    payer: Payer = ""
    contact_name: Line = ""
    contact_phone: Phone = ""
    contact_relation: Line = ""


class _Register(_Known, frozen=True):
    name: Annotated[str, Meta(max_length=60)] = ""
    numbers: Annotated[tuple[_Number, ...], Meta(max_length=12)] = ()
    unnamed: bool = False


class _Update(_Body, frozen=True):
    """What is given is changed; what is given empty is known no more."""

    person: PersonId
    sex: Sex | None = None
    birth: Birth | None = None
    phone: Phone | None = None
    address: Line | None = None
    guardian_name: Line | None = None
    guardian_phone: Phone | None = None
    guardian_relation: Line | None = None
    nationality: Line | None = None
    nation: Line | None = None
    marital: Marital | None = None
    payer: Payer | None = None
    contact_name: Line | None = None
    contact_phone: Phone | None = None
    contact_relation: Line | None = None


class _Identify(_Body, frozen=True):
    value: Value
    kind: Kind | None = None


class _Search(_Body, frozen=True):
    text: Value


class _Look(_Body, frozen=True):
    person: PersonId


class _Rename(_Body, frozen=True):
    person: PersonId
    name: Name
    reason: Reason


class _Add(_Body, frozen=True):
    person: PersonId
    kind: Kind
    value: Value


class _Drop(_Add, frozen=True):
    reason: Reason


class _Merge(_Body, frozen=True):
    person: PersonId
    into: PersonId
    reason: Reason


class _Bind(_Body, frozen=True):
    person: PersonId
    guardian: PersonId
    relation: Relation


class _Unbind(_Body, frozen=True):
    person: PersonId
    guardian: PersonId
    reason: Reason


class _About(_Body, frozen=True):
    person: PersonId
    reason: Reason


class PatientsCounter:
    """See Counter. There is nothing to join: an index is no picture for a page."""

    kind = "patients"

    def __init__(self) -> None:
        self._desk: PatientsDesk
        self._today: Callable[[], str]
        self._asks: dict[tuple[str, str], tuple[frozenset[str], Answer]] = {
            ("kiosk", "identify"): (_KIOSK, self._greet),
            ("kiosk", "register"): (_KIOSK, self._register_by_card),
            ("desk", "identify"): (_READS | {"his"}, self._identify),
            ("desk", "look"): (_READS, self._look),
            ("desk", "search"): (_STAFF, self._search),
            ("desk", "register"): (_WRITES, self._register),
            ("desk", "update"): (_WRITES, self._update),
            ("desk", "rename"): (_WRITES, self._rename),
            ("desk", "add_identity"): (_WRITES, self._add),
            ("desk", "drop_identity"): (_WRITES, self._drop),
            ("desk", "bind"): (_WRITES, self._bind),
            ("desk", "unbind"): (_WRITES, self._unbind),
            ("desk", "merge"): (_MERGES, self._merge),
            ("desk", "unmerge"): (_MERGES, self._unmerge),
            ("desk", "erase"): (_ERASES, self._erase),
        }

    def staff(self, desk: PatientsDesk, today: Callable[[], str]) -> None:
        """Before the first ask: the desk needs the system, which is built later."""
        self._desk = desk
        self._today = today

    def may_look(self, who: Principal, parts: tuple[str, ...], view: str) -> None:
        raise UnknownTarget

    def errand(
        self,
        who: Principal,
        parts: tuple[str, ...],
        view: str,
        name: str,
        body: msgspec.Raw,
    ) -> Errand | Inquiry:
        roles, ask = self._asks.get((view, name), (None, None))
        if ask is None or roles is None:
            raise UnknownAsk
        if roles.isdisjoint(who.roles):
            raise Forbidden
        return ask(who, body)

    # -- who is it -------------------------------------------------------------------

    def _greet(self, who: Principal, body: msgspec.Raw) -> Inquiry:
        """A kiosk: whose card this is, no more than the card itself tells."""
        asked = read_body(body, _Identify)

        async def answer() -> tuple[bytes, int]:
            seen, seq = await self._whose(who, asked, "kiosk")
            name = mask_name(seen.details.name)
            return msgspec.json.encode({"person": seen.person, "name": name}), seq

        return Inquiry(answer)

    def _identify(self, who: Principal, body: msgspec.Raw) -> Inquiry:
        asked = read_body(body, _Identify)

        async def answer() -> tuple[bytes, int]:
            seen, seq = await self._whose(who, asked, "identify")
            return msgspec.json.encode(seen), seq

        return Inquiry(answer)

    async def _whose(
        self, who: Principal, asked: _Identify, how: str
    ) -> tuple[Seen, int]:
        person = await self._desk.identify(asked.kind, asked.value, self._today())
        if person is None:
            raise Refused("unknown_person", "没有查到档案，请先建档再继续。")
        seen = await self._desk.look(person)
        return seen, await self._note(who, how, [person], asked.value)

    def _search(self, who: Principal, body: msgspec.Raw) -> Inquiry:
        asked = read_body(body, _Search)

        async def answer() -> tuple[bytes, int]:
            found, more = await self._desk.search(asked.text, self._today())
            persons = [seen.person for seen in found]
            seq = await self._note(who, "search", persons, asked.text)
            return msgspec.json.encode({"found": found, "more": more}), seq

        return Inquiry(answer)

    def _look(self, who: Principal, body: msgspec.Raw) -> Inquiry:
        asked = read_body(body, _Look)

        async def answer() -> tuple[bytes, int]:
            seen = await self._desk.look(asked.person)
            trail = await self._desk.trail(asked.person)
            seq = await self._note(who, "look", [asked.person, *seen.merged], "")
            return msgspec.json.encode({"patient": seen, "trail": trail}), seq

        return Inquiry(answer)

    async def _note(
        self, who: Principal, how: str, persons: list[str], asked: str
    ) -> int:
        return await self._desk.note(who.name, _where(who), how, persons, asked)

    # -- a record --------------------------------------------------------------------

    def _register(self, who: Principal, body: msgspec.Raw) -> Errand:
        return self._registering(who, read_body(body, _Register))

    def _register_by_card(self, who: Principal, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _Register)
        if asked.unnamed or not any(one.kind in _CARDS for one in asked.numbers):
            raise Refused("needs_card", "请把身份证放在读卡器上建档，或到窗口办理。")
        return self._registering(who, asked)

    def _registering(self, who: Principal, asked: _Register) -> Errand:
        known = {name: getattr(asked, name) for name in _Known.__struct_fields__}
        return Errand(
            self._desk.registering(
                who.name,
                _where(who),
                Details(name=asked.name, **known),
                [Numbered(one.kind, one.value) for one in asked.numbers],
                self._today(),
                unnamed=asked.unnamed,
            )
        )

    def _update(self, who: Principal, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _Update)
        fields: tuple[Field, ...] = (
            *("sex", "birth", "phone", "address"),
            *("guardian_name", "guardian_phone", "guardian_relation"),
            *("nationality", "nation", "marital", "payer"),
            *("contact_name", "contact_phone", "contact_relation"),
        )
        changed = {
            field: value
            for field in fields
            if (value := getattr(asked, field)) is not None
        }
        if not changed:
            raise Refused("nothing_changed", "没有要改的内容，请改好再保存。")
        return _gathering(
            lambda: self._desk.updating(who.name, _where(who), asked.person, changed)
        )

    def _rename(self, who: Principal, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _Rename)
        return _gathering(
            lambda: self._desk.renaming(
                who.name, _where(who), asked.person, asked.name.strip(), asked.reason
            )
        )

    def _add(self, who: Principal, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _Add)
        number = Numbered(asked.kind, asked.value)
        return _gathering(
            lambda: self._desk.adding(
                who.name, _where(who), asked.person, number, self._today()
            )
        )

    def _drop(self, who: Principal, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _Drop)
        return Errand(
            self._desk.dropping(
                who.name,
                _where(who),
                asked.person,
                Numbered(asked.kind, asked.value),
                asked.reason,
                self._today(),
            )
        )

    def _bind(self, who: Principal, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _Bind)
        return Errand(
            Bind(
                by=who.name,
                where=_where(who),
                person=asked.person,
                guardian=asked.guardian,
                relation=asked.relation,
            )
        )

    def _unbind(self, who: Principal, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _Unbind)
        return Errand(
            self._desk.unbinding(
                who.name, _where(who), asked.person, asked.guardian, asked.reason
            )
        )

    def _merge(self, who: Principal, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _Merge)
        return Errand(
            Merge(
                by=who.name,
                where=_where(who),
                person=asked.person,
                into=asked.into,
                reason=self._desk.reason(asked.reason),
            )
        )

    def _unmerge(self, who: Principal, body: msgspec.Raw) -> Errand:
        return self._about(Unmerge, who, body)

    def _erase(self, who: Principal, body: msgspec.Raw) -> Errand:
        return self._about(Erase, who, body)

    def _about(
        self, command: type[Unmerge | Erase], who: Principal, body: msgspec.Raw
    ) -> Errand:
        asked = read_body(body, _About)
        reason = self._desk.reason(asked.reason)
        return Errand(
            command(by=who.name, where=_where(who), person=asked.person, reason=reason)
        )


def _gathering(gather: Callable[[], Awaitable[Any]]) -> Errand:
    return Errand(None, gather=gather)


def _where(who: Principal) -> str:
    """The one place of theirs; who has several is not asked at which they sit."""
    return next(iter(who.places)) if len(who.places) == 1 else ""
