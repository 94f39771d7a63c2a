"""What HIS says, in the form it is kept in: whoever it is about is sealed here."""

from __future__ import annotations

import msgspec

from actors.gateways.his.port import (
    Campus,
    Department,
    Doctor,
    Price,
    Registration,
    Session,
    StopEvent,
)
from actors.his.messages import (
    SaidBase,
    SaidRegistration,
    SaidSession,
    SaidSlot,
    SaidStop,
)
from actors.kernel.sealed import CannotOpen, Vault

_encode = msgspec.json.Encoder(order="deterministic").encode


class Voice:
    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def digest(self, row: Registration | Session) -> bytes:
        """The same row gives the same; its version and what other people's bookings
        do to it do not count."""
        without = msgspec.structs.replace(row, version=0)
        if isinstance(without, Session):
            slots = tuple(msgspec.structs.replace(s, left=0) for s in without.slots)
            without = msgspec.structs.replace(without, left=0, slots=slots)
        return self._vault.fingerprint(_encode(without))

    def registration(
        self, row: Registration, digest: bytes, person: str = ""
    ) -> SaidRegistration:
        return SaidRegistration(
            register_no=row.register_no,
            version=row.version,
            digest=digest,
            standing=row.standing,
            schedule_no=row.schedule_no,
            department=row.department,
            doctor=row.doctor,
            kind=row.kind,
            day=row.day,
            half=row.half,
            see_no=row.see_no,
            patient_id=row.patient_id,
            name=self._vault.seal(row.name),
            card=self._card(row),
            slot_no=row.slot_no,
            start=row.start,
            end=row.end,
            booked=row.booked,
            seen=row.seen,
            room=row.room,
            channel=row.channel,
            person=person,
        )

    def name_of(self, said: SaidRegistration) -> str:
        """Empty when the key it was sealed with is gone."""
        try:
            return self._vault.open(said.name)
        except CannotOpen:
            return ""

    def _card(self, row: Registration) -> str:
        """What a kiosk will look for. Who has no card has the patient's number."""
        return self._vault.index("card", row.card or row.patient_id)

    def session(self, row: Session, digest: bytes) -> SaidSession:
        return SaidSession(
            schedule_no=row.schedule_no,
            version=row.version,
            digest=digest,
            department=row.department,
            doctor=row.doctor,
            half=row.half,
            kind=row.kind,
            state=row.state,
            total=row.total,
            fen=row.fen,
            slots=tuple(
                SaidSlot(slot.slot_no, slot.start, slot.end, slot.total)
                for slot in row.slots
            ),
        )


def stop(row: StopEvent) -> SaidStop:
    return SaidStop(
        event_no=row.event_no,
        schedule_no=row.schedule_no,
        day=row.day,
        kind=row.kind,
        reason=row.reason,
        at=row.at,
        doctor=row.doctor,
        to_schedule=row.to_schedule,
    )


def base(row: Campus | Department | Doctor | Price) -> SaidBase:
    match row:
        case Campus():
            return SaidBase("campus", row.id, row.name)
        case Department():
            return SaidBase(
                "department", row.id, row.name, of=row.campus, name_en=row.name_en
            )
        case Doctor():
            return SaidBase(
                "doctor",
                row.id,
                row.name,
                of=row.department,
                title=row.title,
                photo=row.photo,
            )
        case Price():
            return SaidBase("price", row.id, row.name, fen=row.fen)
