"""Who in the patient index a registration of HIS's is for.

HIS's own number of a patient is a record number there, so the same patient is the same
person every time. Of who is not known yet HIS is asked for the identity number, and one
number is one person, whatever records there are; who is nowhere is entered with what
HIS knows. An identity number that can be none, or that stands under another name, is
left out: somebody will see the card.
"""

from __future__ import annotations

import logging

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
_PAPERS: tuple[Kind, ...] = ("id_card", "hmt_permit", "foreign_permit")


class Persons:
    """Killed half-way it finds the person that it had entered."""

    def __init__(self, his: His, system: ActorSystem, desk: PatientsDesk) -> None:
        self._his = his
        self._system = system
        self._desk = desk

    async def of(self, row: Registration) -> str:
        """The person's id; empty when the index would not have them, for a number
        that can be none or that is several people's. Raises what may pass by itself.
        """
        try:
            return await self._find_or_enter(row)
        except Refused as refusal:
            log.info("%s: nobody in the index: %s", row.register_no, refusal.code)
            return ""

    async def _find_or_enter(self, row: Registration) -> str:
        if found := await self._find("record_no", row.patient_id, row.day):
            return found
        numbers = [Numbered("record_no", row.patient_id)]
        patient = await self._papers(row)
        if identity := _identity(patient):
            if theirs := await self._find(identity.kind, identity.value, row.day):
                return await self._also(theirs, row)
            numbers.append(identity)
        if row.card:
            if theirs := await self._find("hospital_card", row.card, row.day):
                return await self._also(theirs, row)
            numbers.append(Numbered("hospital_card", row.card))
        details = Details(name=row.name, phone=patient.phone if patient else "")
        entering = self._desk.registering(BY, "", details, numbers, row.day)
        try:
            answer = await self._system.ref(self._desk.stream).ask(
                entering, principal=BY, key=f"his:{row.patient_id}"
            )
        except KeyReused:
            # entered before, sealed anew since: whoever it was is found by now
            return await self._find("record_no", row.patient_id, row.day)
        return answer.read(PersonGiven).person

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
