"""A patient, open: what is known of somebody, as those who may see it see it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from actors.journal.records import Recorded
from actors.kernel.errors import Refused
from actors.kernel.sealed import CannotOpen, OwnKey, Sealed, Vault
from actors.kernel.times import Millis
from actors.patients.messages import NUMBER, Relation
from actors.patients.numbers import NAMES, Kind, told_by
from actors.patients.reading import Row


class Numbered(msgspec.Struct, frozen=True):
    """A number as it stands on the card."""

    kind: Kind
    value: str


class Details(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of somebody; empty is unknown. By codes: ``sex`` and ``marital``
    of GB/T 2261, ``payer`` as a record's front page has it (1 to 9). ``nationality``
    and ``nation`` are as a card says them."""

    name: str = ""
    sex: str = ""
    birth: str = ""
    phone: str = ""
    address: str = ""
    guardian_name: str = ""
    guardian_phone: str = ""
    guardian_relation: str = ""
    nationality: str = ""
    nation: str = ""
    marital: str = ""
    payer: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    contact_relation: str = ""


class Kept(msgspec.Struct, frozen=True):
    """Somebody of the family, for those who may see the patient."""

    person: str
    name: str
    relation: Relation


class Seen(msgspec.Struct, omit_defaults=True):
    """A patient, open: for those who may see it. ``bound`` are those for whom they
    may come, ``guardians`` who may come for them; ``relation`` is what whoever is
    bound is to the guardian."""

    person: str
    details: Details
    numbers: tuple[Numbered, ...] = ()
    unnamed: bool = False
    erased: bool = False
    merged_into: str = ""
    merged: tuple[str, ...] = ()
    bound: tuple[Kept, ...] = ()
    guardians: tuple[Kept, ...] = ()


class Deed(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a patient's history."""

    at: Millis
    what: str
    by: str
    person: str
    where: str = ""
    reason: str = ""
    other: str = ""
    kind: str = ""


def opened(vault: Vault, row: Row) -> Seen:
    """A value that cannot be opened is left out: the rest is still worth seeing."""
    seen = Seen(
        f"p{row.person}",
        Details(),
        unnamed=row.body.unnamed,
        erased=row.body.erased,
        merged_into=f"p{row.merged_into}" if row.merged_into else "",
    )
    try:
        own = vault.unwrap(row.wrapped)
    except CannotOpen:
        return seen
    seen.details = details_of(own, row)
    seen.numbers = tuple(numbers_of(own, row))
    return seen


def completed(details: Details, numbers: Iterable[Numbered]) -> Details:
    """With what the numbers tell. Raises Refused when they tell otherwise."""
    for number in numbers:
        told = told_by(number.kind, number.value)
        if told is None:
            continue
        for field, what in (("birth", "出生日期"), ("sex", "性别")):
            said, written = getattr(details, field), getattr(told, field)
            if said and said != written:
                raise Refused(
                    "does_not_match",
                    f"{what}和{NAMES[number.kind]}上的不一致，请对着证件核对。",
                    field=field,
                )
            details = msgspec.structs.replace(details, **{field: written})
    return details


def details_of(own: OwnKey, row: Row) -> Details:
    found = {}
    for field, sealed in row.body.fields.items():
        if field in Details.__struct_fields__:
            try:
                found[field] = own.open(field, sealed)
            except CannotOpen:
                continue
    return Details(**found)


def numbers_of(own: OwnKey, row: Row) -> list[Numbered]:
    found = []
    for identity in row.body.identities:
        try:
            value = own.open(NUMBER, identity.number)
            found.append(
                msgspec.convert({"kind": identity.kind, "value": value}, Numbered)
            )
        except (CannotOpen, msgspec.ValidationError):
            continue
    return found


class _Written(msgspec.Struct):
    """The fields of any event of the index that its history tells."""

    type: str
    at: Millis
    by: str
    person: str
    where: str = ""
    reason: Sealed | None = None
    into: str = ""
    out_of: str = ""
    guardian: str = ""
    kind: str = ""
    identity: _OfKind | None = None


class _OfKind(msgspec.Struct):
    kind: str


def deed(vault: Vault, record: Recorded) -> Deed:
    event = msgspec.json.decode(record.body, type=_Written)
    reason = ""
    if event.reason is not None:
        try:
            reason = vault.open(event.reason)
        except CannotOpen:
            reason = ""  # under a data key that has been retired
    return Deed(
        at=event.at,
        what=event.type.partition(".")[2],
        by=event.by,
        person=event.person,
        where=event.where,
        reason=reason,
        other=event.into or event.out_of or event.guardian,
        kind=event.kind or (event.identity.kind if event.identity else ""),
    )
