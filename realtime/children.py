"""A child's first file, made at a kiosk with the guardian's card.

With the number in the household register (户口簿), or for a newborn who has none yet.
The child is bound to the guardian in the same step. A number that has a file already is
told nothing of: unless it is bound to this guardian, that is for a desk.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from actors.kernel.errors import Refused
from actors.patients.desk import PatientsDesk
from actors.patients.messages import Bind
from actors.patients.newborn import Order, newborn_name
from actors.patients.numbers import normal, told_by
from actors.patients.opening import Details, Numbered, Seen
from actors.runtime.system import ActorSystem
from realtime.ages import OF_AGE, age_on

NEWBORN_DAYS = 366
"""So long may a child be without a number before a desk has to look at the papers."""


class Child(msgspec.Struct, frozen=True):
    """What is said of it. With a ``number`` that tells the birth date and the sex; a
    child without one is a newborn. Without a ``name`` it goes by its guardian's."""

    number: Annotated[str, Meta(max_length=24)] = ""
    name: Annotated[str, Meta(max_length=60)] = ""
    sex: Literal["", "1", "2"] = ""
    birth: Annotated[str, Meta(pattern=r"^(\d{4}-\d\d-\d\d)?\Z")] = ""
    order: Order = ""


class Children:
    """One in a house. Raises Refused; cancelled, a file may have been made: asked
    again it is that one."""

    def __init__(self, system: ActorSystem, desk: PatientsDesk) -> None:
        self._system = system
        self._desk = desk

    async def made(
        self, by: str, where: str, guardian: str, child: Child, today: str
    ) -> str:
        """The person, who is bound to this guardian now."""
        mother = await self._desk.look(guardian)
        age = age_on(mother.details.birth, today)
        if not age or int(age) < OF_AGE:
            raise Refused("guardian_of_age", "给孩子建档，要用成年家长的证件。")
        if not mother.details.phone:
            raise Refused(
                "needs_phone", "您的档案里没有手机号，请到分诊台补上，再给孩子建档。"
            )
        told = _told(child, mother.details.name, today)
        person = await self._made_before(mother, child, told, today)
        if person is None:
            person = await self._register(by, where, mother, child, told, today)
        if all(kin.person != person for kin in mother.bound):
            bind = Bind(
                by=by, where=where, person=person, guardian=guardian, relation="child"
            )
            await self._system.ref(self._desk.stream).ask(bind, principal=by)
        return person

    async def _made_before(
        self, mother: Seen, child: Child, told: Details, today: str
    ) -> str | None:
        """The file that an ask which was cut off has made, or one made before: hers,
        for it says so or is bound to her."""
        if child.number:
            person = await self._desk.identify("id_card", child.number, today)
            if person is None:
                return None
            seen = await self._desk.look(person)
            if any(kin.person == person for kin in mother.bound) or _is_hers(
                seen, mother
            ):
                return person
            raise _for_a_desk()
        hers, _ = await self._desk.search(mother.details.phone, today)
        for seen in hers:
            same = (seen.details.name, seen.details.birth) == (told.name, told.birth)
            if same and not seen.numbers and _is_hers(seen, mother):
                return seen.person
        return None

    async def _register(
        self,
        by: str,
        where: str,
        mother: Seen,
        child: Child,
        told: Details,
        today: str,
    ) -> str:
        guarded = msgspec.structs.replace(
            told,
            guardian_name=mother.details.name,
            guardian_phone=mother.details.phone,
            address=mother.details.address,
        )
        numbers = [Numbered("id_card", child.number)] if child.number else []
        register = self._desk.registering(by, where, guarded, numbers, today)
        try:
            answer = await self._system.ref(self._desk.stream).ask(
                register, principal=by
            )
        except Refused as refusal:
            if refusal.code == "already_registered":
                raise _for_a_desk() from refusal
            raise
        made: str = msgspec.json.decode(answer.raw)["person"]
        return made


def _told(child: Child, mother: str, today: str) -> Details:
    """Raises Refused for what cannot be a child's."""
    sex, birth = child.sex, child.birth
    if child.number:
        told = told_by("id_card", normal("id_card", child.number))
        assert told is not None
        sex, birth = ("1" if told.sex == "1" else "2"), told.birth
    age = age_on(birth, today)
    if not sex or not age or birth > today:
        raise Refused("bad_birth", "出生日期不对，请核对后再输一遍。")
    if int(age) >= OF_AGE:
        raise Refused("is_of_age", "满 18 岁了，请本人带身份证来办。")
    if not child.number and _days(birth, today) > NEWBORN_DAYS:
        raise Refused(
            "not_newborn", "满一岁的孩子要有号码，请看户口簿；没有的请到分诊台。"
        )
    name = child.name.strip() or newborn_name(mother, sex, child.order)
    return Details(name=name, sex=sex, birth=birth)


def _is_hers(seen: Seen, mother: Seen) -> bool:
    guardian = (seen.details.guardian_name, seen.details.guardian_phone)
    return guardian == (mother.details.name, mother.details.phone)


def _days(birth: str, today: str) -> int:
    return (date.fromisoformat(today) - date.fromisoformat(birth)).days


def _for_a_desk() -> Refused:
    return Refused("see_desk", "这个号码在这里办不了，请带户口簿到分诊台。")
