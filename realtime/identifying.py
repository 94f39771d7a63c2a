"""Who stands at a kiosk: from a card, a code, a slip or a typed number to a person.

What a card says goes on as a blind index or sealed, and is kept nowhere else. Whoever
is shown to a kiosk is on record first. Who is in no file may still have a ticket: then
the clinic knows the card.
"""

from __future__ import annotations

import re

import msgspec

from actors.kernel.errors import Refused
from actors.kernel.sealed import Vault
from actors.patients.desk import PatientsDesk
from actors.patients.numbers import Kind, could_be, normal
from actors.patients.opening import Details, Numbered, Seen
from actors.runtime.system import ActorSystem
from actors.session import messages as m
from actors.session.findings import Finding, Kin, Whom
from actors.session.slip import read_slip
from actors.session.state import SELF, Session
from actors.session.who import may_add_kin
from realtime.ages import OF_AGE, age_on
from realtime.children import Child, Children
from realtime.papers import Papers, is_zone, papers_of
from realtime.tokens import Principal
from realtime.visits import Visits

_MAKES_A_FILE: frozenset[Kind] = frozenset(
    {"id_card", "hmt_permit", "foreign_permit", "taiwan_permit", "passport"}
)
_DIGITS = re.compile(r"\D")
_BIRTH = len("19491231")
_LAST_OF_PHONE = 4


class Identifying:
    """One in a house. Methods gather; the session decides. Cancelled, nothing has
    happened but that a look is on record, or a file was made."""

    def __init__(
        self, vault: Vault, system: ActorSystem, desk: PatientsDesk, visits: Visits
    ) -> None:
        self._vault = vault
        self._system = system
        self._desk = desk
        self._visits = visits
        self._children = Children(system, desk)

    async def by_card(
        self, who: Principal, how: m.How, kind: Kind | None, value: str
    ) -> m.Identify:
        places = own_clinics(who)
        try:
            kind, value, _ = self._read(kind, value)
        except Refused as refusal:
            mark = self.mark(None, value)
            return m.Identify(by=who.name, how=how, mark=mark, code=refusal.code)
        person, code = await self._person(kind, value)
        whom: Whom | None
        family: tuple[Kin, ...] = ()
        if person is not None:
            seen = await self._desk.look(person)
            whom = await self._whom(who, person, self._card(value), value, seen)
            family = await self._family(who, whom, seen)
        else:
            whom = await self._known_to_a_clinic(who, value)
        return m.Identify(
            by=who.name,
            how=how,
            mark=self.mark(kind, value),
            kind=kind or "",
            whom=whom,
            found=Finding() if family else await self.found(whom, places),
            places=places,
            code="" if whom is not None else code,
            can_make=whom is None and kind in _MAKES_A_FILE,
            family=family,
        )

    async def typed(self, who: Principal, kind: Kind | None, value: str) -> m.Identify:
        """Whether it is somebody's is told to nobody before the second factor."""
        person, code = await self._person(kind, value)
        return m.Identify(
            by=who.name,
            how="typed",
            mark=self.mark(kind, value),
            kind=kind or "",
            person=person or "",
            code="bad_number" if code == "bad_number" else "",
        )

    async def by_slip(self, who: Principal, value: str) -> m.Identify:
        """Who has the slip sees the ticket it is of, and nothing else of its holder."""
        places = own_clinics(who)
        slip = read_slip(self._vault, value)
        whom, found = None, Finding()
        if slip is not None and slip[1] == self._visits.today():
            whom = await self._visits.holder(*slip)
        if whom is not None and slip is not None:
            row = await self._visits.ticket(*slip, places)
            found = Finding() if row is None else Finding((row,))
            # neither their file nor their card: what else is theirs stays unseen
            whom = Whom(whom.name)
        return m.Identify(
            by=who.name,
            how="slip",
            mark=self.mark(None, value),
            whom=whom,
            found=found,
            places=places,
            code="" if whom is not None else "bad_slip",
        )

    async def for_whom(self, session: Session, row: m.RowKey, by: str) -> m.ChooseFor:
        kin = session.family.get(row) if session.step == "whose" else None
        found = await self.found(None if kin is None else kin.whom, session.places)
        return m.ChooseFor(by=by, session=session.id, row=row, found=found)

    async def second(self, who: Principal, session: Session, said: str) -> m.Second:
        """What only the holder of the number knows: the birth date, or the last four
        digits of a telephone."""
        said = _DIGITS.sub("", said)
        places = own_clinics(who)
        whom, found = None, Finding()
        person = session.pending if session.step == "second" else ""
        if person:
            seen = await self._desk.look(person)
            if _knows(seen.details, said):
                whom = await self._whom(who, person, "", said, seen)
                found = await self.found(whom, places)
        return m.Second(
            by=who.name,
            session=session.id,
            mark=session.mark,
            right=whom is not None,
            whom=whom,
            found=found,
            places=places,
        )

    async def first_visit(
        self,
        who: Principal,
        session: Session,
        kind: Kind,
        value: str,
        details: Details,
    ) -> m.Identify:
        """Makes the file of the very card that was read here. What a passport's lines
        say is taken from them."""
        _, value, papers = self._read(kind, value)
        if papers is not None:
            kind = papers.number.kind
            known = msgspec.structs.asdict(papers.details)
            said = {field: text for field, text in known.items() if text}
            details = msgspec.structs.replace(details, **said)
        mark = self.mark(kind, value)
        if not session.can_make or session.mark != mark:
            raise Refused("other_card", "建档要用刚才刷的那张卡，请再刷一次。")
        person = await self._made(who, Numbered(kind, value), details)
        whom = await self._whom(who, person, self._card(value), "")
        places = own_clinics(who)
        return m.Identify(
            by=who.name,
            how="first_visit",
            mark=mark,
            kind=kind,
            whom=whom,
            found=await self.found(whom, places),
            places=places,
        )

    async def first_child(
        self, who: Principal, session: Session, child: Child
    ) -> m.AddKin:
        """Makes the file of a child of whoever's card lies here."""
        if not may_add_kin(session) or session.holder is None:
            raise Refused("not_now", "请先放上家长的证件，再给孩子建档。")
        guardian, today = session.holder.person, self._visits.today()
        person = await self._children.made(
            who.name, where_of(who), guardian, child, today
        )
        kin = Kin(await self._whom(who, person, "", ""), "child")
        return m.AddKin(
            by=who.name,
            session=session.id,
            guardian=guardian,
            kin=kin,
            found=await self.found(kin.whom, session.places),
        )

    async def found(self, whom: Whom | None, places: tuple[str, ...]) -> Finding:
        if whom is None:
            return Finding()
        return await self._visits.of(whom.person, whom.card, places)

    # -- inside ----------------------------------------------------------------------

    async def _made(self, who: Principal, number: Numbered, details: Details) -> str:
        """Made already, by an ask that was cut off or at a window, it is that one."""
        today = self._visits.today()
        register = self._desk.registering(
            who.name, where_of(who), details, [number], today
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

    def _read(
        self, kind: Kind | None, value: str
    ) -> tuple[Kind | None, str, Papers | None]:
        """What was read: of papers, the number that stands in their lines. Raises
        Refused where those are none."""
        if not is_zone(value):
            return kind, value, None
        papers = papers_of(value, self._visits.today())
        return papers.number.kind, papers.number.value, papers

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
        await self._desk.note(who.name, where_of(who), "kiosk", [person], asked)
        age = age_on(seen.details.birth, self._visits.today())
        about = f"{seen.details.sex} {age}"
        return Whom(
            name=name,
            person=person,
            about=self._vault.seal(about) if about.strip() else None,
            card=card or f"person {person}",
        )

    async def _family(
        self, who: Principal, holder: Whom, seen: Seen
    ) -> tuple[Kin, ...]:
        """The holder and those bound to them; nobody where there are none. A child
        who has come of age comes alone."""
        today, others = self._visits.today(), []
        for bound in seen.bound:
            theirs = await self._desk.look(bound.person)
            age = age_on(theirs.details.birth, today)
            if bound.relation == "child" and age and int(age) >= OF_AGE:
                continue
            whom = await self._whom(who, bound.person, "", "", theirs)
            others.append(Kin(whom, bound.relation))
        return (Kin(holder, SELF), *others) if others else ()

    async def _known_to_a_clinic(self, who: Principal, value: str) -> Whom | None:
        card = self._card(value)
        bearer = await self._visits.bearer(card, own_clinics(who))
        if bearer is None:
            return None
        if is_of_the_index(bearer.person):
            return await self._whom(who, bearer.person, card, value)
        return Whom(bearer.name, card=card)

    def _card(self, value: str) -> str:
        return self._vault.index("card", value)

    def mark(self, kind: Kind | None, value: str) -> str:
        """One card is one mark, whether its kind was said or not."""
        text = value
        for one in (kind,) if kind is not None else could_be(value)[:1]:
            try:
                text = normal(one, value)
            except Refused:
                continue
        return self._vault.index("session", text)


def is_of_the_index(person: str) -> bool:
    """Clinics may know their patients by another system's names."""
    return person[:1] == "p" and person[1:].isdigit()


def own_clinics(who: Principal) -> tuple[str, ...]:
    """The clinics of which this kiosk is one, as its terminal was set up."""
    return tuple(sorted({place.partition("/")[0] for place in who.places}))


def where_of(who: Principal) -> str:
    return next(iter(who.places)) if len(who.places) == 1 else ""


def _knows(details: Details, said: str) -> bool:
    birth = _DIGITS.sub("", details.birth)
    if len(said) == _BIRTH and birth:
        return said == birth
    phones = [_DIGITS.sub("", p) for p in (details.phone, details.guardian_phone)]
    return len(said) == _LAST_OF_PHONE and any(
        len(phone) > _LAST_OF_PHONE and phone.endswith(said) for phone in phones
    )
