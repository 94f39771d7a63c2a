"""Papers that a machine reads as two or three lines: a passport, a 台胞证.

What stands in the lines is checked by their own digits; what comes out is a number of
the patient index and the details of a file. Pure.
"""

from __future__ import annotations

import re
from datetime import date

import msgspec

from actors.kernel.errors import Refused
from actors.patients.numbers import Kind
from actors.patients.opening import Details, Numbered
from devices.travel_document import BadDocument, TravelDocument, read_zone

_ZONE = re.compile(r"(?=.*<<)[0-9A-Za-z<]{88,90}\Z")
_KINDS: dict[str, Kind] = {"passport": "passport", "taiwan_permit": "taiwan_permit"}


class Papers(msgspec.Struct, frozen=True):
    number: Numbered
    details: Details


def is_zone(value: str) -> bool:
    return _ZONE.match(re.sub(r"\s+", "", value)) is not None


def papers_of(value: str, today: str) -> Papers:
    """Of a zone. Raises Refused for one that does not check, and for papers that are
    no number here."""
    try:
        read = read_zone(value, date.fromisoformat(today))
    except BadDocument as bad:
        raise Refused("bad_number", bad.trouble.zh) from bad
    kind = _KINDS.get(read.kind)
    if kind is None:
        raise Refused("bad_number", "这种证件在这里读不了，请带证件到分诊台。")
    details = Details(
        name=name_of(read),
        sex=read.sex if read.sex != "0" else "",
        birth=read.birth.isoformat(),
        nationality=read.nationality,
    )
    return Papers(Numbered(kind, read.number), details)


def name_of(read: TravelDocument) -> str:
    """As one says it, given names first. The zone has capitals only and at most 39
    characters; nothing more of it is left out."""
    words = f"{read.given_names} {read.surname}".split()
    return " ".join(word.capitalize() for word in words)
