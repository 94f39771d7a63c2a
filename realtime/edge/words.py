"""What the page and the edge say to each other, JSON with a `type`, on localhost."""

from __future__ import annotations

import base64
from dataclasses import fields
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from devices.id_reader import Card, ResidentCard, Term
from devices.social_card import SocialCard
from devices.trouble import Trouble
from realtime.edge.slips import Slip
from realtime.edge.spool import Job

JobId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_\-]{8,64}$")]


class Hello(msgspec.Struct, frozen=True, tag_field="type", tag="hello"):
    secret: Annotated[str, Meta(max_length=200)]

    def __repr__(self) -> str:
        return "Hello()"


class Print(msgspec.Struct, frozen=True, tag_field="type", tag="print"):
    """`lives_ms`: after that it is not wanted any more."""

    id: JobId
    slip: Slip
    lives_ms: Annotated[int, Meta(ge=1000, le=600_000)] = 60_000

    def __repr__(self) -> str:
        return "Print()"


class Job_(msgspec.Struct, frozen=True, tag_field="type", tag="job"):
    """What became of it?"""

    id: JobId


class Cancel(msgspec.Struct, frozen=True, tag_field="type", tag="cancel"):
    id: JobId


class Forget(msgspec.Struct, frozen=True, tag_field="type", tag="forget"):
    """The session is over: no word of this patient stays."""


class Strip(msgspec.Struct, frozen=True, tag_field="type", tag="strip"):
    text: Annotated[str, Meta(max_length=200)]
    mode: Literal["still", "running", "flashing"] = "still"


FromPage = Hello | Print | Job_ | Cancel | Forget | Strip
from_page = msgspec.json.Decoder(FromPage)


def encoded(message: dict[str, Any]) -> bytes:
    return msgspec.json.encode(message)


def trouble_of(trouble: Trouble) -> dict[str, str]:
    return {"code": trouble.code, "zh": trouble.zh, "en": trouble.en}


def job_of(job: Job) -> dict[str, Any]:
    return {"type": "print", "id": job.id, "state": job.state, "why": job.why}


def card_of(card: Card) -> dict[str, Any]:
    """All that stands on it; its photograph as the reader's WLT bytes in base64."""
    found = {field.name: _plain(getattr(card, field.name)) for field in fields(card)}
    if isinstance(card, ResidentCard):
        found["nation_name"] = card.nation_name
    return found


def social_card_of(card: SocialCard) -> dict[str, Any]:
    return {field.name: _plain(getattr(card, field.name)) for field in fields(card)}


def _plain(value: object) -> object:
    match value:
        case bytes():
            return base64.b64encode(value).decode()
        case date():
            return value.isoformat()
        case Term():
            return {"starts": _plain(value.starts), "ends": _plain(value.ends)}
    return value
