"""The session's counter: one kiosk, and what it may ask for the patient before it.

Facts are gathered here before the session is asked: whose card it is, what they have.
What a card says goes on as a blind index or sealed, and is kept nowhere else. Whoever
is shown to a kiosk is on record first.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from actors.booker.actor import booker_stream
from actors.booker.state import BookerState, standing
from actors.kernel.errors import Forbidden, Refused, UnknownAsk, UnknownTarget
from actors.kernel.sealed import Vault
from actors.patients.desk import PatientsDesk
from actors.patients.numbers import Kind, could_be, normal
from actors.patients.opening import Details, Numbered, Seen
from actors.runtime.system import ActorSystem
from actors.schedule.plan import Key
from actors.session import messages as m
from actors.session.actor import KIND, session_stream
from actors.session.findings import Finding, Place, Whom
from actors.session.slip import PREFIX, read_slip
from actors.session.state import Session, SessionState
from realtime.offers import Offers
from realtime.tokens import Principal
from realtime.topics.counter import Errand, Inquiry, read_body
from realtime.visits import Visits

Value = Annotated[str, Meta(max_length=128, pattern=r"\S")]
Name = Annotated[str, Meta(max_length=60, pattern=r"\S")]
Line = Annotated[str, Meta(max_length=200)]
Phone = Annotated[str, Meta(max_length=24, pattern=r"^[0-9+\-\s]*\Z")]
Department = Annotated[str, Meta(max_length=64, pattern=r"^[0-9A-Za-z_.\-]+\Z")]
DayText = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d\Z")]

_MAKES_A_FILE: frozenset[Kind] = frozenset(
    {"id_card", "hmt_permit", "foreign_permit", "taiwan_permit", "passport"}
)
_DIGITS = re.compile(r"\D")

Gather = Callable[[], Awaitable[Any]]


class _Body(msgspec.Struct, frozen=True):
    """What a client sends; fields we do not know are a later client's."""


class _Nothing(_Body, frozen=True):
    pass


class _Start(_Body, frozen=True):
    purpose: m.Purpose = ""
    language: m.Language = "zh"
    large: bool = False


class _Set(_Body, frozen=True):
    language: m.Language | None = None
    large: bool | None = None


class _Identify(_Body, frozen=True):
    how: Literal["card", "scan", "typed"]
    value: Value
    kind: Kind | Literal["slip"] | None = None


class _Second(_Body, frozen=True):
    value: Annotated[str, Meta(max_length=32, pattern=r"\d")]


class _CheckIn(_Body, frozen=True):
    ticket: m.RowKey
    doctor: Key | None = None


class _Ticket(_Body, frozen=True):
    ticket: m.RowKey


class _Booking(_Body, frozen=True):
    booking: m.RowKey


class _Options(_Body, frozen=True):
    department: Department | None = None
    day: DayText | None = None


class _Hold(_Body, frozen=True):
    department: Department
    day: DayText
    session: Key
    slot: Key | None = None


class _FirstVisit(_Body, frozen=True):
    kind: Kind
    value: Value
    name: Name
    sex: Literal["", "0", "1", "2", "9"] = ""
    birth: Annotated[str, Meta(pattern=r"^(\d{4}-\d\d-\d\d)?\Z")] = ""
    phone: Phone = ""
    address: Line = ""
    guardian_name: Line = ""
    guardian_phone: Phone = ""
    guardian_relation: Line = ""


class _End(_Body, frozen=True):
    why: m.Why = "cancelled"


class SessionCounter:
    """See Counter. Staffed before the first ask: what it needs is built later."""

    kind = KIND

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._hospital: str
        self._system: ActorSystem
        self._desk: PatientsDesk
        self._visits: Visits
        self._offers: Offers
        self._asks: dict[str, Callable[[Principal, str, Any], Errand | Inquiry]] = {
            "start": self._start,
            "set": self._set,
            "identify": self._identify,
            "second": self._second,
            "confirm": self._plain(m.Confirm),
            "check_in": self._check_in,
            "options": self._options,
            "hold": self._hold,
            "book": self._plain(m.Book),
            "drop": self._plain(m.Drop),
            "take": self._about_booking(m.Take),
            "cancel": self._about_booking(m.Cancel),
            "first_visit": self._first_visit,
            "reprint": self._reprint,
            "more": self._more,
            "stay": self._plain(m.Stay),
            "end": self._end,
        }

    def staff(
        self,
        hospital: str,
        system: ActorSystem,
        desk: PatientsDesk,
        visits: Visits,
    ) -> None:
        self._hospital = hospital
        self._system = system
        self._desk = desk
        self._visits = visits
        self._offers = Offers(hospital, system)

    def may_look(self, who: Principal, parts: tuple[str, ...], view: str) -> None:
        if view != "kiosk" or len(parts) != 2:
            raise UnknownTarget
        terminal, day = parts
        if "kiosk" not in who.roles or who.name != terminal:
            raise Forbidden
        # days are made by being looked at: yesterday's may still be open
        if not _is_near(day, self._visits.today()):
            raise UnknownTarget

    def errand(
        self,
        who: Principal,
        parts: tuple[str, ...],
        view: str,
        name: str,
        body: msgspec.Raw,
    ) -> Errand | Inquiry:
        self.may_look(who, parts, view)
        ask = self._asks.get(name)
        if ask is None:
            raise UnknownAsk
        return ask(who, parts[1], body)

    # -- asks that need nothing ------------------------------------------------------

    def _plain(self, command: Any) -> Callable[..., Errand]:
        def errand(who: Principal, day: str, body: msgspec.Raw) -> Errand:
            read_body(body, _Nothing)
            return Errand(command(by=who.name))

        return errand

    def _about_booking(self, command: Any) -> Callable[..., Errand]:
        def errand(who: Principal, day: str, body: msgspec.Raw) -> Errand:
            return Errand(
                command(by=who.name, booking=read_body(body, _Booking).booking)
            )

        return errand

    def _start(self, who: Principal, day: str, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _Start)
        return Errand(m.Start(by=who.name, **msgspec.structs.asdict(asked)))

    def _set(self, who: Principal, day: str, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _Set)
        return Errand(m.Set(by=who.name, language=asked.language, large=asked.large))

    def _end(self, who: Principal, day: str, body: msgspec.Raw) -> Errand:
        return Errand(m.End(by=who.name, why=read_body(body, _End).why))

    # -- who is it -------------------------------------------------------------------

    def _identify(self, who: Principal, day: str, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _Identify)
        if asked.kind == "slip" or asked.value.strip().startswith(PREFIX):
            return _gathering(lambda: self._by_slip(who, asked.value))
        kind = asked.kind
        if asked.how == "typed":
            return _gathering(lambda: self._typed(who, kind, asked.value))
        return _gathering(lambda: self._by_card(who, asked.how, kind, asked.value))

    async def _by_card(
        self, who: Principal, how: m.How, kind: Kind | None, value: str
    ) -> m.Identify:
        mark = self._mark(kind, value)
        places = _own(who)
        person, code = await self._person(kind, value)
        whom: Whom | None
        if person is not None:
            whom = await self._whom(who, person, self._card(value), value)
        else:
            whom = await self._known_to_a_clinic(who, value)
            code = "" if whom is not None else code
        return m.Identify(
            by=who.name,
            how=how,
            mark=mark,
            kind=kind or "",
            whom=whom,
            found=await self._found(whom, places),
            places=places,
            code=code,
            can_make=whom is None and kind in _MAKES_A_FILE,
        )

    async def _typed(self, who: Principal, kind: Kind | None, value: str) -> m.Identify:
        person, code = await self._person(kind, value)
        return m.Identify(
            by=who.name,
            how="typed",
            mark=self._mark(kind, value),
            kind=kind or "",
            person=person or "",
            code="" if code == "unknown_person" else code,
        )

    async def _by_slip(self, who: Principal, value: str) -> m.Identify:
        """Who has the slip sees the ticket it is of, and nothing else of its holder."""
        places = _own(who)
        ticket = read_slip(self._vault, value)
        whom = None
        if ticket is not None and ticket[1] == self._visits.today():
            whom = await self._visits.holder(*ticket)
        found = Finding()
        if whom is not None and ticket is not None:
            every = await self._visits.of("", whom.card, (*places, ticket[0]))
            mine = tuple(row for row in every.tickets if row.ticket == ticket[2])
            found = Finding(mine)
            whom = Whom(whom.name)
        return m.Identify(
            by=who.name,
            how="slip",
            mark=self._mark(None, value),
            whom=whom,
            found=found,
            places=places,
            code="" if whom is not None else "bad_slip",
        )

    def _second(self, who: Principal, day: str, body: msgspec.Raw) -> Errand:
        said = _DIGITS.sub("", read_body(body, _Second).value)

        async def gather() -> m.Second:
            session = await self._session(who, day)
            places = _own(who)
            whom, found = None, Finding()
            person = session.pending if session.step == "second" else ""
            if person and session.tries < _TRIES_LOOKED_AT:
                seen = await self._desk.look(person)
                if _knows(seen.details, said):
                    whom = await self._whom(who, person, "", said, seen)
                    found = await self._found(whom, places)
            return m.Second(
                by=who.name,
                session=session.id,
                mark=session.mark,
                right=whom is not None,
                whom=whom,
                found=found,
                places=places,
            )

        return _gathering(gather)

    def _first_visit(self, who: Principal, day: str, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _FirstVisit)

        async def gather() -> m.Identify:
            session = await self._session(who, day)
            mark = self._mark(asked.kind, asked.value)
            if not session.can_make or session.mark != mark:
                raise Refused("other_card", "建档要用刚才刷的那张卡，请再刷一次。")
            person = await self._made(who, asked)
            whom = await self._whom(who, person, self._card(asked.value), "")
            places = _own(who)
            return m.Identify(
                by=who.name,
                how="first_visit",
                mark=mark,
                kind=asked.kind,
                whom=whom,
                found=await self._found(whom, places),
                places=places,
            )

        return _gathering(gather)

    async def _made(self, who: Principal, asked: _FirstVisit) -> str:
        """The file of this card. Made already, by an ask that was cut off or at a
        window, it is that one."""
        known = {
            field: getattr(asked, field)
            for field in Details.__struct_fields__
            if hasattr(asked, field)
        }
        register = self._desk.registering(
            who.name,
            _where(who),
            Details(**known),
            [Numbered(asked.kind, asked.value)],
            self._visits.today(),
        )
        try:
            answer = await self._system.ref(self._desk.stream).ask(
                register, principal=who.name
            )
        except Refused as refusal:
            person = refusal.details.get("person")
            if refusal.code == "already_registered" and isinstance(person, str):
                return person
            raise
        made: str = msgspec.json.decode(answer.raw)["person"]
        return made

    async def _person(self, kind: Kind | None, value: str) -> tuple[str | None, str]:
        """Whose number it is, and else the code of why nobody's."""
        try:
            person = await self._desk.identify(kind, value, self._visits.today())
        except Refused as refusal:
            return None, refusal.code
        return person, "" if person is not None else "unknown_person"

    async def _whom(
        self,
        who: Principal,
        person: str,
        card: str,
        asked: str,
        seen: Seen | None = None,
    ) -> Whom:
        """On record before it is shown."""
        seen = seen or await self._desk.look(person)
        name = await self._desk.display(person)
        await self._desk.note(who.name, _where(who), "kiosk", [person], asked)
        details = seen.details
        age = _age(details.birth, self._visits.today())
        about = f"{details.sex} {age}".rstrip()
        return Whom(
            name=name,
            person=person,
            about=self._vault.seal(about) if about.strip() else None,
            card=card or f"person {person}",
        )

    async def _known_to_a_clinic(self, who: Principal, value: str) -> Whom | None:
        """Tickets may come without a file: then the clinic knows the card."""
        card = self._card(value)
        bearer = await self._visits.bearer(card, _own(who))
        if bearer is None:
            return None
        if bearer.person:
            try:
                return await self._whom(who, bearer.person, card, value)
            except (Refused, ValueError):
                pass  # a person of another system's
        return Whom(bearer.name, card=card)

    async def _found(self, whom: Whom | None, places: tuple[str, ...]) -> Finding:
        if whom is None:
            return Finding()
        return await self._visits.of(whom.person, whom.card, places)

    def _card(self, value: str) -> str:
        return self._vault.index("card", value)

    def _mark(self, kind: Kind | None, value: str) -> str:
        """One card is one mark, whether its kind was said or not."""
        kinds = (kind,) if kind is not None else could_be(value)
        text = value
        for one in kinds[:1]:
            try:
                text = normal(one, value)
            except Refused:
                continue
        return self._vault.index("session", text)

    # -- what they want --------------------------------------------------------------

    def _check_in(self, who: Principal, day: str, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _CheckIn)

        async def gather() -> m.CheckIn:
            place = await self._place(who, day, asked.ticket, only="place")
            return m.CheckIn(
                by=who.name, ticket=asked.ticket, doctor=asked.doctor, place=place
            )

        return _gathering(gather)

    def _reprint(self, who: Principal, day: str, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _Ticket)

        async def gather() -> m.Reprint:
            place = await self._place(who, day, asked.ticket)
            return m.Reprint(by=who.name, ticket=asked.ticket, place=place)

        return _gathering(gather)

    async def _place(
        self, who: Principal, day: str, key: str, only: str = ""
    ) -> Place | None:
        session = await self._session(who, day)
        row = session.tickets.get(key)
        if row is None or (only and row.does != only):
            return None
        return await self._visits.place(row.clinic, row.day, row.ticket)

    def _more(self, who: Principal, day: str, body: msgspec.Raw) -> Errand:
        read_body(body, _Nothing)

        async def gather() -> m.More:
            session = await self._session(who, day)
            found = Finding()
            if session.how == "slip":
                found = Finding(tuple(session.tickets.values()))
            elif session.whom is not None:
                found = await self._found(session.whom, session.places)
            return m.More(by=who.name, session=session.id, found=found)

        return _gathering(gather)

    def _hold(self, who: Principal, day: str, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _Hold)

        async def gather() -> m.Hold:
            session = await self._session(who, day)
            person = session.whom.person if session.whom is not None else ""
            held = await self._offers.held(
                asked.department, asked.day, asked.session, asked.slot
            )
            said = None
            if person:

                def look(state: BookerState) -> Any:
                    return standing(state, asked.day, asked.department)

                booker = booker_stream(self._hospital, person)
                said = await self._system.ref(booker).read(look)
            return m.Hold(
                by=who.name,
                person=person,
                held=held,
                slot=asked.slot,
                standing=said,
            )

        return _gathering(gather)

    def _options(self, who: Principal, day: str, body: msgspec.Raw) -> Inquiry:
        asked = read_body(body, _Options)

        async def answer() -> tuple[bytes, int]:
            if asked.department is None or asked.day is None:
                told = await self._offers.departments(self._visits.today())
            else:
                told = await self._offers.sessions(asked.department, asked.day)
            return msgspec.json.encode(told), 0

        return Inquiry(answer)

    async def _session(self, who: Principal, day: str) -> Session:
        """A copy of the one that is open. What is decided looks at it again."""

        def look(state: SessionState) -> Session | None:
            session = state.session
            return None if session is None else msgspec.structs.replace(session)

        stream = session_stream(self._hospital, who.name, day)
        found: Session | None = await self._system.ref(stream).read(look)
        if found is None:
            raise Refused("no_session", "请先刷卡，或点一下屏幕重新开始。")
        return found


_TRIES_LOOKED_AT = 3


def _gathering(gather: Gather) -> Errand:
    return Errand(None, gather=gather)


def _own(who: Principal) -> tuple[str, ...]:
    """The clinics of which this kiosk is one, as its terminal was set up."""
    return tuple(sorted({place.partition("/")[0] for place in who.places}))


def _where(who: Principal) -> str:
    return next(iter(who.places)) if len(who.places) == 1 else ""


def _is_near(day: str, today: str) -> bool:
    try:
        return abs((date.fromisoformat(day) - date.fromisoformat(today)).days) <= 1
    except ValueError:
        return False


def _knows(details: Details, said: str) -> bool:
    birth = _DIGITS.sub("", details.birth)
    if len(said) == len("19491231") and birth:
        return said == birth
    phones = [_DIGITS.sub("", p) for p in (details.phone, details.guardian_phone)]
    return len(said) == 4 and any(len(p) > 4 and p.endswith(said) for p in phones)


def _age(birth: str, today: str) -> str:
    try:
        born, now = date.fromisoformat(birth), date.fromisoformat(today)
    except ValueError:
        return ""
    return str(
        max(0, now.year - born.year - ((now.month, now.day) < (born.month, born.day)))
    )
