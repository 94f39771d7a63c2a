"""Who in the patient index a registration of HIS's is for.

HIS's own number of a patient is a record number there, so the same patient is the same
person every time. Who is not known yet is entered with that number, the card and the
name; identity papers are added where somebody sees them.
"""

from __future__ import annotations

import logging

from actors.gateways.his.port import Registration
from actors.kernel.errors import KeyReused, Refused
from actors.patients.desk import PatientsDesk
from actors.patients.messages import PersonGiven
from actors.patients.numbers import Kind
from actors.patients.opening import Details, Numbered
from actors.runtime.system import ActorSystem

log = logging.getLogger("houzhen.his")

BY = "his"


class Persons:
    """Killed half-way it finds the person that it had entered."""

    def __init__(self, system: ActorSystem, desk: PatientsDesk) -> None:
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
        if row.card:
            if theirs := await self._find("hospital_card", row.card, row.day):
                return await self._also(theirs, row)
            numbers.append(Numbered("hospital_card", row.card))
        entering = self._desk.registering(
            BY, "", Details(name=row.name), numbers, row.day
        )
        try:
            answer = await self._system.ref(self._desk.stream).ask(
                entering, principal=BY, key=f"his:{row.patient_id}"
            )
        except KeyReused:
            # entered before, sealed anew since: whoever it was is found by now
            return await self._find("record_no", row.patient_id, row.day)
        return answer.read(PersonGiven).person

    async def _also(self, person: str, row: Registration) -> str:
        """Somebody whose card is known is known by HIS's number from now on."""
        adding = await self._desk.adding(
            BY, "", person, Numbered("record_no", row.patient_id), row.day
        )
        await self._system.ref(self._desk.stream).ask(adding, principal=BY)
        return person

    async def _find(self, kind: Kind, number: str, day: str) -> str:
        return await self._desk.identify(kind, number, day) or ""
