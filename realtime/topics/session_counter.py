"""The session's counter: one kiosk, and what it may ask for the patient before it.

Facts are gathered before the session is asked: whose card it is (identifying.py), what
they have (visits.py), what can be booked (offers.py). The session decides.
"""

from __future__ import annotations

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
from actors.patients.numbers import Kind
from actors.patients.opening import Details
from actors.runtime.system import ActorSystem
from actors.schedule.plan import Key
from actors.session import messages as m
from actors.session.actor import KIND, session_stream
from actors.session.findings import Finding, Place
from actors.session.slip import PREFIX
from actors.session.state import Session, SessionState
from realtime.children import Child
from realtime.identifying import Identifying, own_clinics
from realtime.lookups import Lookups
from realtime.offers import Offers
from realtime.tokens import Principal
from realtime.topics.counter import Errand, Inquiry, read_body
from realtime.topics.patients_counter import Marital, Payer
from realtime.visits import Visits

Value = Annotated[str, Meta(max_length=128, pattern=r"\S")]
Name = Annotated[str, Meta(max_length=60, pattern=r"\S")]
Line = Annotated[str, Meta(max_length=200)]
Phone = Annotated[str, Meta(max_length=24, pattern=r"^[0-9+\-\s]*\Z")]
Department = Annotated[str, Meta(max_length=64, pattern=r"^[0-9A-Za-z_.\-]+\Z")]
DayText = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d\Z")]

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
    prepared: bool = False


class _For(_Body, frozen=True):
    row: m.RowKey


class _Ticket(_Body, frozen=True):
    ticket: m.RowKey


class _Booking(_Body, frozen=True):
    booking: m.RowKey


class _Options(_Body, frozen=True):
    department: Department | None = None
    day: DayText | None = None


class _Department(_Body, frozen=True):
    department: Department


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
    nationality: Line = ""
    nation: Line = ""
    marital: Marital = ""
    payer: Payer = ""
    contact_phone: Phone = ""
    contact_relation: Line = ""


class _End(_Body, frozen=True):
    why: m.Why = "cancelled"


class SessionCounter:
    """See Counter. Staffed before the first ask: what it needs is built later."""

    kind = KIND

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._hospital: str
        self._system: ActorSystem
        self._visits: Visits
        self._offers: Offers
        self._lookups: Lookups
        self._identifying: Identifying
        self._asks: dict[str, Callable[[Principal, str, Any], Errand | Inquiry]] = {
            "start": self._start,
            "set": self._set,
            "identify": self._identify,
            "choose_for": self._choose_for,
            "ask_for": self._plain(m.AskFor),
            "second": self._second,
            "confirm": self._plain(m.Confirm),
            "check_in": self._check_in,
            "options": self._options,
            "queues": self._queues,
            "department": self._department,
            "hold": self._hold,
            "book": self._plain(m.Book),
            "drop": self._plain(m.Drop),
            "take": self._about_booking(m.Take),
            "cancel": self._about_booking(m.Cancel),
            "first_visit": self._first_visit,
            "first_child": self._first_child,
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
        self._visits = visits
        self._offers = Offers(hospital, system)
        self._lookups = Lookups(hospital, system, visits.today)
        self._identifying = Identifying(self._vault, system, desk, visits)

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
            return _gathering(lambda: self._identifying.by_slip(who, asked.value))
        kind, value = asked.kind, asked.value
        if asked.how == "typed":
            return _gathering(lambda: self._identifying.typed(who, kind, value))
        return _gathering(
            lambda: self._identifying.by_card(who, asked.how, kind, value)
        )

    def _choose_for(self, who: Principal, day: str, body: msgspec.Raw) -> Errand:
        row = read_body(body, _For).row

        async def gather() -> m.ChooseFor:
            session = await self._session(who, day)
            return await self._identifying.for_whom(session, row, who.name)

        return _gathering(gather)

    def _second(self, who: Principal, day: str, body: msgspec.Raw) -> Errand:
        said = read_body(body, _Second).value

        async def gather() -> m.Second:
            session = await self._session(who, day)
            return await self._identifying.second(who, session, said)

        return _gathering(gather)

    def _first_visit(self, who: Principal, day: str, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _FirstVisit)
        known = {
            field: getattr(asked, field)
            for field in Details.__struct_fields__
            if hasattr(asked, field)
        }

        async def gather() -> m.Identify:
            session = await self._session(who, day)
            return await self._identifying.first_visit(
                who, session, asked.kind, asked.value, Details(**known)
            )

        return _gathering(gather)

    def _first_child(self, who: Principal, day: str, body: msgspec.Raw) -> Errand:
        child = read_body(body, Child)

        async def gather() -> m.AddKin:
            session = await self._session(who, day)
            return await self._identifying.first_child(who, session, child)

        return _gathering(gather)

    # -- what they want --------------------------------------------------------------

    def _check_in(self, who: Principal, day: str, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _CheckIn)

        async def gather() -> m.CheckIn:
            place = await self._place(who, day, asked.ticket, only="place")
            return m.CheckIn(
                by=who.name,
                ticket=asked.ticket,
                doctor=asked.doctor,
                place=place,
                prepared=asked.prepared,
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
            if session.how == "slip":
                found = await self._slips(session)
            else:
                found = await self._identifying.found(session.whom, session.places)
            return m.More(by=who.name, session=session.id, found=found)

        return _gathering(gather)

    async def _slips(self, session: Session) -> Finding:
        rows = [
            await self._visits.ticket(row.clinic, row.day, row.ticket, session.places)
            for row in session.tickets.values()
        ]
        return Finding(tuple(row for row in rows if row is not None))

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

    # -- what anybody may look up ----------------------------------------------------

    def _queues(self, who: Principal, day: str, body: msgspec.Raw) -> Inquiry:
        read_body(body, _Nothing)
        return _answering(lambda: self._lookups.queues(own_clinics(who)))

    def _department(self, who: Principal, day: str, body: msgspec.Raw) -> Inquiry:
        asked = read_body(body, _Department)
        return _answering(lambda: self._lookups.department(asked.department))

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


def _gathering(gather: Gather) -> Errand:
    return Errand(None, gather=gather)


def _answering(gather: Gather) -> Inquiry:
    async def answer() -> tuple[bytes, int]:
        return msgspec.json.encode(await gather()), 0

    return Inquiry(answer)


def _is_near(day: str, today: str) -> bool:
    try:
        return abs((date.fromisoformat(day) - date.fromisoformat(today)).days) <= 1
    except ValueError:
        return False
