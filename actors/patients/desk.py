"""The registration desk: what people say and cards tell, turned into commands of the
index; and what the index knows, opened for those who may see it.

It gathers facts and puts them into commands; it decides nothing. Whoever calls it has
seen to the right to ask. What it shows it has first put on record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec
from sqlalchemy import Engine

from actors.kernel.errors import Refused, Unavailable
from actors.kernel.sealed import CannotOpen, OwnKey, Sealed, Vault
from actors.patients import family, reading, spelling
from actors.patients.actor import index_stream
from actors.patients.book import Book, mark_of
from actors.patients.family import Bound
from actors.patients.messages import (
    NUMBER,
    AddIdentity,
    DropIdentity,
    Field,
    NewIdentity,
    NoteViewing,
    Register,
    Rename,
    Unbind,
    Update,
)
from actors.patients.numbers import Kind, could_be, normal
from actors.patients.opening import (
    Deed,
    Details,
    Kept,
    Numbered,
    Seen,
    completed,
    deed,
    details_of,
    numbers_of,
    opened,
)
from actors.patients.reading import Row
from actors.patients.state import IndexState
from actors.runtime.system import ActorSystem

Fits = Callable[[str, str], bool]

MOST_FOUND = 20
_CANDIDATES = 300
UNNAMED = "无名氏"


SHOWN: tuple[Kind, ...] = (
    "hospital_card",
    "social_card",
    "id_card",
    "health_code",
    *("hmt_permit", "foreign_permit", "taiwan_permit", "passport"),
    *("birth_certificate", "record_no", "temporary"),
)
"""What somebody most likely shows at a kiosk, the likeliest first."""


class ForATicket(NamedTuple):
    """A person by id, name and the card they will check in with, sealed."""

    person: str
    name: Sealed
    card: str


class PatientsDesk:
    """One hospital's. Its methods raise Refused with a sentence that says what to
    do; cancelling them changes nothing."""

    def __init__(
        self, hospital: str, system: ActorSystem, vault: Vault, book: Book
    ) -> None:
        self.hospital = hospital
        self.stream = index_stream(hospital)
        self._system = system
        self._vault = vault
        self._book = book

    # -- commands that need nothing else -------------------------------------------

    def index(self, kind: Kind, number: str, day: str) -> str:
        """The blind index of a number in its normal form. A card of the day is the
        same card tomorrow and somebody else's."""
        purpose = f"{self.hospital}/{kind}"
        if kind == "day_card":
            purpose = f"{purpose}/{day}"
        return self._vault.index(purpose, number)

    def registering(
        self,
        by: str,
        where: str,
        details: Details,
        numbers: Iterable[Numbered],
        day: str,
        *,
        unnamed: bool = False,
    ) -> Register:
        """Raises Refused for a number that cannot be, or that tells another birth
        date or sex than was said."""
        kept = [Numbered(one.kind, normal(one.kind, one.value)) for one in numbers]
        details = completed(details, kept)
        name = details.name.strip() or (UNNAMED if unnamed else "")
        if not name:
            raise Refused("needs_name", "请填姓名；不知道姓名的请按“无名病人”建档。")
        own, wrapped = self._vault.new_key()
        said = msgspec.structs.replace(details, name=name)
        return Register(
            by=by,
            where=where,
            key=wrapped,
            display=self._vault.seal(name),
            fields=_sealed(own, said),
            identities=tuple(self._identity(own, one, day) for one in kept),
            guarded=bool(details.guardian_name and details.guardian_phone),
            unnamed=unnamed,
        )

    def dropping(
        self, by: str, where: str, person: str, number: Numbered, reason: str, day: str
    ) -> DropIdentity:
        value = normal(number.kind, number.value)
        return DropIdentity(
            by=by,
            where=where,
            person=person,
            kind=number.kind,
            index=self.index(number.kind, value, day),
            reason=self.reason(reason),
        )

    def unbinding(
        self, by: str, where: str, person: str, guardian: str, reason: str
    ) -> Unbind:
        said = self.reason(reason)
        return Unbind(by=by, where=where, person=person, guardian=guardian, reason=said)

    def reason(self, text: str) -> Sealed:
        """What people write as a reason may name somebody."""
        return self._vault.seal(text)

    # -- commands that need the patient's own key -----------------------------------

    async def updating(
        self, by: str, where: str, person: str, changed: dict[Field, str]
    ) -> Update:
        row, own = await self._own(person)
        if "birth" in changed or "sex" in changed:
            numbers = numbers_of(own, row)
            completed(
                Details(**{k: changed.get(k, "") for k in ("birth", "sex")}), numbers
            )
        sealed = {field: own.seal(field, text) for field, text in changed.items()}
        return Update(by=by, where=where, person=person, fields=sealed)

    async def renaming(
        self, by: str, where: str, person: str, name: str, reason: str
    ) -> Rename:
        _, own = await self._own(person)
        return Rename(
            by=by,
            where=where,
            person=person,
            name=own.seal("name", name),
            display=self._vault.seal(name),
            reason=self.reason(reason),
        )

    async def adding(
        self, by: str, where: str, person: str, number: Numbered, day: str
    ) -> AddIdentity:
        kept = Numbered(number.kind, normal(number.kind, number.value))
        row, own = await self._own(person)
        details = details_of(own, row)
        completed(Details(sex=details.sex, birth=details.birth), [kept])
        identity = self._identity(own, kept, day)
        return AddIdentity(by=by, where=where, person=person, identity=identity)

    # -- who is it -------------------------------------------------------------------

    async def identify(self, kind: Kind | None, value: str, day: str) -> str | None:
        """Whose card this is; without a kind, as whichever it may be. Raises
        Refused when it may be several people's, or can be no card at all."""
        kinds = (kind,) if kind is not None else could_be(value)
        if not kinds:
            raise Refused("bad_number", "没有认出这是什么号码，请核对后再输一遍。")
        marks = [self.index(one, normal(one, value), day) for one in kinds]
        found = await self._system.ref(self.stream).read(
            lambda state: {state.whose(mark) for mark in marks} - {None}
        )
        if len(found) > 1:
            raise Refused(
                "several_people",
                "这个号码对应不止一份档案，请说明是哪一种卡。",
                persons=sorted(found),
            )
        return found.pop() if found else None

    async def display(self, person: str) -> Sealed:
        """The sealed name for a clinic's ticket. Raises Refused."""
        row = await self._row(person)
        if row.body.display is None:
            raise Refused("erased", "这份档案已经按要求删除，请重新建档。")
        return row.body.display

    async def for_a_ticket(self, person: str) -> ForATicket:
        """Whom this id means by now, as a clinic's ticket has them. Raises Refused."""

        def root(state: IndexState) -> int:
            number = state.number_of(person)
            return number and state.root(number)

        number: int = await self._system.ref(self.stream).read(root)
        if not number:
            raise _nobody(person)
        one = f"p{number}"
        display = await self.display(one)
        # theirs go before those of a record that was merged into it
        numbers = reversed((await self.look(one)).numbers)
        shown = {number.kind: number.value for number in numbers}
        card = next((shown[kind] for kind in SHOWN if kind in shown), f"person {one}")
        return ForATicket(one, display, self._vault.index("card", card))

    async def called(self, person: str) -> str:
        """The name, open. Raises Refused."""
        return self._vault.open(await self.display(person))

    async def search(self, text: str, day: str) -> tuple[list[Seen], bool]:
        """Whom a name, its letters, a telephone number (or its last four digits) or
        any card's number may mean; and whether there are more than are shown."""
        await self._book.caught_up()
        exact = await self._numbered(text, day)
        marks, fits = self._meant(text)
        if not marks and not exact:
            raise Refused("too_short", "请多输一个字，或再多输几个字母。")
        found = await self._system.journal.look_beside(
            lambda engine: self._found(engine, exact, marks, text, fits)
        )
        return found[:MOST_FOUND], len(found) > MOST_FOUND

    async def look(self, person: str) -> Seen:
        """Everything, of this record and of those merged into it."""
        row = await self._row(person)
        merged = await self._system.journal.look_beside(
            lambda engine: reading.merged_into(engine, self.hospital, row.person)
        )
        rows = await self._rows([row.person, *merged])
        seen = opened(self._vault, row)
        others = [opened(self._vault, one) for one in rows if one.person != row.person]
        numbers = dict.fromkeys(
            [*seen.numbers, *(n for o in others for n in o.numbers)]
        )
        seen.numbers = tuple(numbers)
        seen.merged = tuple(f"p{one}" for one in merged)
        bound, guardians = await self._system.ref(self.stream).read(
            lambda state: (
                family.bound_to(state, person),
                family.guardians_of(state, person),
            )
        )
        seen.bound = await self._kept(bound)
        seen.guardians = await self._kept(guardians)
        return seen

    async def _kept(self, others: tuple[Bound, ...]) -> tuple[Kept, ...]:
        if not others:
            return ()
        rows = await self._rows(int(one.person[1:]) for one in others)
        names = {f"p{row.person}": opened(self._vault, row) for row in rows}
        return tuple(
            Kept(one.person, names[one.person].details.name, one.relation)
            for one in others
            if one.person in names
        )

    async def trail(self, person: str) -> list[Deed]:
        """What has happened to this record: who, when, where, why."""
        number = int(person[1:])
        records = await self._system.journal.look_beside(
            lambda engine: reading.trail_of(engine, self.hospital, self.stream, number)
        )
        return [deed(self._vault, record) for record in records]

    async def note(
        self, by: str, where: str, how: str, persons: Iterable[str], asked: str = ""
    ) -> int:
        """On record, and on disk, before anything is shown: to be awaited first.
        Returns the index's seq."""
        viewing = NoteViewing(
            by=by,
            where=where,
            how=how,
            persons=tuple(persons),
            asked=self._vault.seal(asked) if asked else None,
        )
        answer = await self._system.ref(self.stream).ask(viewing, principal=by)
        return answer.seq

    # -- inside ----------------------------------------------------------------------

    def _identity(self, own: OwnKey, number: Numbered, day: str) -> NewIdentity:
        index = self.index(number.kind, number.value, day)
        return NewIdentity(number.kind, index, own.seal(NUMBER, number.value))

    async def _numbered(self, text: str, day: str) -> list[int]:
        marks = [self.index(one, normal(one, text), day) for one in could_be(text)]

        def owners(state: IndexState) -> list[int]:
            found = (state.owner(mark) for mark in marks)
            return sorted({state.root(owner) for owner in found if owner})

        found: list[int] = await self._system.ref(self.stream).read(owners)
        return found

    async def _rows(self, persons: Iterable[int]) -> list[Row]:
        about = {(self.hospital, person) for person in persons}
        return await self._system.journal.look_beside(
            lambda engine: reading.rows_of(engine, about)
        )

    async def _row(self, person: str) -> Row:
        await self._book.caught_up()
        rows = await self._rows([int(person[1:])])
        if not rows:
            raise _nobody(person)
        return rows[0]

    async def _own(self, person: str) -> tuple[Row, OwnKey]:
        row = await self._row(person)
        if row.body.erased:
            raise Refused(
                "erased", "这份档案已经按要求删除，请重新建档。", person=person
            )
        try:
            return row, self._vault.unwrap(row.wrapped)
        except CannotOpen as error:
            raise Unavailable(
                "这份档案的钥匙打不开，请找管理员检查钥匙文件。"
            ) from error

    def _meant(self, text: str) -> tuple[list[int], Fits]:
        """Under which marks to look, and what must fit whoever is there."""
        fits: Fits = _any
        digits = spelling.digits_of(text)
        if spelling.is_name(text):
            terms, purpose, fits = spelling.typed_name(text), "name", spelling.fits_name
        elif digits and not any(character.isalpha() for character in text):
            whole = len(digits) == 4 or len(digits) > 6
            terms, purpose = (digits,) if whole else (), "phone"
        else:
            terms, purpose = spelling.typed_letters(text), "letters"
            fits = spelling.fits_letters
        marks = [mark_of(self._vault, self.hospital, purpose, term) for term in terms]
        return marks, fits

    def _found(
        self, engine: Engine, exact: list[int], marks: list[int], text: str, fits: Fits
    ) -> list[Seen]:
        """In a thread: those of exactly this number first. Who was merged is found
        by the old name too, and shown as who they are now."""
        asked = [*exact, *reading.under(engine, marks, _CANDIDATES)]
        rows = {
            row.person: row for row in reading.with_roots(engine, self.hospital, asked)
        }
        found: dict[int, Seen] = {}
        for person in dict.fromkeys(asked):
            row = rows.get(person)
            if row is None or row.body.erased:
                continue
            seen = opened(self._vault, row)
            if person in exact or fits(text, seen.details.name):
                while row.merged_into in rows:
                    row = rows[row.merged_into]
                found.setdefault(row.person, opened(self._vault, row))
        return list(found.values())


def _nobody(person: str) -> Refused:
    return Refused("unknown_person", "没有这份档案，请重新查找。", person=person)


def _sealed(own: OwnKey, details: Details) -> dict[Field, Sealed]:
    said: dict[Field, str] = msgspec.structs.asdict(details)  # type: ignore[assignment]
    return {field: own.seal(field, text) for field, text in said.items() if text}


def _any(typed: str, name: str) -> bool:
    return True
