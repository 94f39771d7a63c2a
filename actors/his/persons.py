"""Who in the patient index a registration of HIS's is for.

HIS's own number of a patient is a record number there, so the same patient is the same
person every time. Of who is not known yet HIS is asked for the identity number, and one
number is one person, whatever records there are; who is nowhere is entered with what
HIS knows. An identity number that can be none, or that stands under another name, is
left out: somebody will see the card.

What HIS changes about somebody afterwards is followed: the name, the telephone, the
identity number, each as a command of the index, so it is on record and clinics hear of
it. What a desk of ours has written is not undone by HIS saying what it always said:
only what HIS itself has changed is followed. Another name and another number at once,
or a number that is somebody else's, is another patient, and not believed.
"""

from __future__ import annotations

import logging
from typing import NamedTuple

import msgspec

from actors.gateways.his.faults import HisRefused, NotBelieved
from actors.gateways.his.port import His, Patient, Registration
from actors.kernel.errors import KeyReused, Refused
from actors.patients.desk import PatientsDesk
from actors.patients.messages import PersonGiven
from actors.patients.numbers import Kind, normal
from actors.patients.opening import Details, Numbered
from actors.runtime.system import ActorSystem

log = logging.getLogger("houzhen.his")

BY = "his"
REASON = "HIS 更正"
_PAPERS: tuple[Kind, ...] = ("id_card", "hmt_permit", "foreign_permit")
_REMEMBERED = 20_000


class _Papers(NamedTuple):
    """What HIS said of somebody when it was last asked."""

    name: str
    phone: str
    number: str


class Found(NamedTuple):
    """``entered``: just now, with what HIS says."""

    person: str
    entered: bool = False


class Persons:
    """Killed half-way it finds the person that it had entered."""

    def __init__(self, his: His, system: ActorSystem, desk: PatientsDesk) -> None:
        self._his = his
        self._system = system
        self._desk = desk
        self._said: dict[str, _Papers] = {}

    async def of(self, row: Registration) -> Found:
        """Who it is; nobody when the index would not have them, for a number that can
        be none or that is several people's. Raises what may pass by itself."""
        try:
            return await self._find_or_enter(row)
        except Refused as refusal:
            log.info("%s: nobody in the index: %s", row.register_no, refusal.code)
            return Found("")

    async def follow(self, person: str, row: Registration, before: str) -> str:
        """``before`` is the name that this registration had when it was last heard of,
        empty if it is new. Answers why HIS is not believed, or nothing. Raises what may
        pass by itself."""
        if before == row.name:
            return ""
        try:
            if not before and await self._desk.called(person) == row.name:
                return ""
        except Refused:
            return ""  # erased meanwhile
        return await self.look_again(row.patient_id, row.day, row.name, before)

    async def look_again(
        self, patient_id: str, day: str, name: str = "", before: str = ""
    ) -> str:
        """What HIS has changed about this patient is so here as well. ``name`` is what
        HIS calls them elsewhere, ``before`` what it did until now, where that is known.
        Answers and raises as ``follow``."""
        try:
            patient = await self._his.patient("patient_id", patient_id)
        except HisRefused as error:
            log.info("%s: no papers: %s", patient_id, error)
            return ""
        except NotBelieved as lie:
            return lie.why
        if patient is None:
            return ""
        if name and patient.name != name:
            return "a name that its own papers do not have"
        said = _Papers(patient.name, patient.phone, patient.id_number)
        last = self._said.get(patient_id)
        if said == last:
            return ""
        try:
            doubt = await self._put_right(patient, last, day, before)
        except Refused as refusal:
            doubt = f"a change of somebody's papers: {refusal.code}"
        self._remember(patient_id, said)
        return doubt

    def _remember(self, patient_id: str, said: _Papers) -> None:
        self._said.pop(patient_id, None)
        self._said[patient_id] = said
        if len(self._said) > _REMEMBERED:
            del self._said[next(iter(self._said))]

    async def _put_right(
        self, patient: Patient, last: _Papers | None, day: str, before: str
    ) -> str:
        person = await self._find("record_no", patient.patient_id, day)
        if not person:
            return ""
        seen = await self._desk.look(person)
        number = _identity(patient)
        mine = next((one for one in seen.numbers if one.kind in _PAPERS), None)
        new_number = number is not None and number != mine
        new_name = patient.name != seen.details.name
        if new_number and number is not None:
            theirs = await self._find(number.kind, number.value, day)
            if theirs not in ("", person):
                return "an identity number that is somebody else's"
            if new_name and mine is not None:
                return "another name and another number at once"
        changed = await self._changed(person, patient, last)
        if new_name and (seen.unnamed or before or "name" in changed):
            await self._ask(
                await self._desk.renaming(BY, "", person, patient.name, REASON)
            )
        if new_number and number is not None and (mine is None or "number" in changed):
            if mine is not None:
                await self._ask(self._desk.dropping(BY, "", person, mine, REASON, day))
            await self._ask(await self._desk.adding(BY, "", person, number, day))
        new_phone = patient.phone not in ("", seen.details.phone)
        if new_phone and "phone" in changed:
            await self._ask(
                await self._desk.updating(BY, "", person, {"phone": patient.phone})
            )
        return ""

    async def _changed(
        self, person: str, patient: Patient, last: _Papers | None
    ) -> frozenset[str]:
        """What HIS says otherwise than before. Of whom it was not asked yet, all that
        no desk of ours has changed."""
        if last is not None:
            now = _Papers(patient.name, patient.phone, patient.id_number)
            return frozenset(
                field
                for field in _Papers._fields
                if getattr(now, field) != getattr(last, field)
            )
        trail = await self._desk.trail(person)
        ours = {deed.what for deed in trail if deed.by != BY}
        entered = {"renamed": "name", "updated": "phone"}
        return frozenset(entered[what] for what in entered.keys() - ours)

    async def _ask(self, command: msgspec.Struct) -> None:
        await self._system.ref(self._desk.stream).ask(command, principal=BY)

    async def _find_or_enter(self, row: Registration) -> Found:
        if found := await self._find("record_no", row.patient_id, row.day):
            return Found(found)
        numbers = [Numbered("record_no", row.patient_id)]
        patient = await self._papers(row)
        if identity := _identity(patient):
            if theirs := await self._find(identity.kind, identity.value, row.day):
                return Found(await self._also(theirs, row))
            numbers.append(identity)
        if row.card:
            if theirs := await self._find("hospital_card", row.card, row.day):
                return Found(await self._also(theirs, row))
            numbers.append(Numbered("hospital_card", row.card))
        details = Details(name=row.name, phone=patient.phone if patient else "")
        entering = self._desk.registering(BY, "", details, numbers, row.day)
        try:
            answer = await self._system.ref(self._desk.stream).ask(
                entering, principal=BY, key=f"his:{row.patient_id}"
            )
        except KeyReused:
            # entered before, sealed anew since: whoever it was is found by now
            return Found(await self._find("record_no", row.patient_id, row.day))
        return Found(answer.read(PersonGiven).person, entered=True)

    async def _papers(self, row: Registration) -> Patient | None:
        """What HIS knows of them; nothing when it will not say, or means another."""
        try:
            patient = await self._his.patient("patient_id", row.patient_id)
        except (HisRefused, NotBelieved) as error:
            log.info("%s: no papers: %s", row.register_no, error)
            return None
        if patient is None or patient.name != row.name:
            return None
        return patient

    async def _also(self, person: str, row: Registration) -> str:
        """Somebody whose card or identity number is known is known by HIS's number from
        now on."""
        adding = await self._desk.adding(
            BY, "", person, Numbered("record_no", row.patient_id), row.day
        )
        await self._system.ref(self._desk.stream).ask(adding, principal=BY)
        return person

    async def _find(self, kind: Kind, number: str, day: str) -> str:
        return await self._desk.identify(kind, number, day) or ""


def _identity(patient: Patient | None) -> Numbered | None:
    """HIS has one column for them all; the number says which kind it is."""
    for kind in _PAPERS:
        if patient is not None and patient.id_number:
            try:
                return Numbered(kind, normal(kind, patient.id_number))
            except Refused:
                continue
    return None
