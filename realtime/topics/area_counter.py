"""An area's counter: devices that show and speak, desks that have something said."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Literal, Protocol

import msgspec
from msgspec import Meta

from actors.clinic.plan import Text
from actors.kernel.errors import BadRequest, Forbidden, UnknownAsk, UnknownTarget
from actors.kernel.identity import stream_name
from actors.kernel.times import Millis
from queue_displays.announcements.commands import (
    Announce,
    Attend,
    Line,
    SetTexts,
    Speak,
    Told,
    Withdraw,
)
from queue_displays.announcements.decide import LEFT
from queue_displays.announcements.layout import Slide
from realtime.tokens import Principal
from realtime.topics.counter import Errand, Inquiry, read_body

DEVICES = frozenset({"screen", "speaker", "kiosk"})
DESKS = frozenset({"nurse", "manager", "admin"})
_VIEWS = {
    "announcements": DEVICES | DESKS | {"doctor"},
    "receipts": DESKS | {"doctor"},
}

Unit = Annotated[str, Meta(min_length=1, max_length=24, pattern=r"^[0-9A-Za-z_\-]+\Z")]
Said = Annotated[str, Meta(max_length=16)]
Room = Annotated[str, Meta(max_length=65)]
_ID = re.compile(r"([au])([1-9]\d{0,8})\Z")


class _Body(msgspec.Struct, frozen=True):
    """What a client sends; fields we do not know are a later client's."""


class Voice(_Body, frozen=True):
    ready: bool
    why: Literal["", "blocked", "muted", "no_device", "error"] = ""


class _Attend(_Body, frozen=True):
    shows: bool
    speaks: Voice | None = None
    rooms: Annotated[tuple[Room, ...], Meta(max_length=64)] = ()
    unit: Unit | None = None


class _Speak(_Body, frozen=True):
    announcement: Said
    zone: Annotated[str, Meta(max_length=64)]
    nth: Annotated[int, Meta(ge=1, le=3)] = 1
    unit: Unit | None = None


class _Failed(_Body, frozen=True):
    turn: Said
    why: Annotated[str, Meta(max_length=40)] = "error"


class _Receipt(_Body, frozen=True):
    shown_to: Annotated[int, Meta(ge=0)] = 0
    delivered_to: Annotated[int, Meta(ge=0)] = 0
    spoken: Annotated[tuple[Said, ...], Meta(max_length=64)] = ()
    failed: Annotated[tuple[_Failed, ...], Meta(max_length=64)] = ()
    unit: Unit | None = None


class _Announce(_Body, frozen=True):
    text: Text
    until: Millis
    zones: Annotated[tuple[str, ...], Meta(max_length=20)] = ()
    repeat: Annotated[int, Meta(ge=1, le=3)] = 1
    spoken: bool = True


class _Withdraw(_Body, frozen=True):
    announcement: Said


class _Texts(_Body, frozen=True):
    opening: Line | None = None
    closing: Line | None = None
    slides: Annotated[tuple[Slide, ...], Meta(max_length=20)] | None = None


class Announcer(Protocol):
    """What the counter needs of the announcer; streams are whole names."""

    hospital: str

    def clinics_of(self, area: str) -> tuple[str, ...]:
        """Whose calls are heard there."""

    async def attends(
        self,
        stream: str,
        device: str,
        who: object,
        *,
        shows: bool,
        speaks: str | None,
        rooms: frozenset[str],
    ) -> None:
        """Notes who is there; the area has been laid out when this returns."""

    def told(self, stream: str, device: str, delivered_to: int, shown_to: int) -> None:
        """How far it has come."""

    async def ask(self, stream: str, command: Attend | Told) -> tuple[bytes, int]:
        """Told to the area; the reply, and the seq it was seen in."""


class AreaCounter:
    """See Counter. A device is known by its token's name; those that share a token
    say which ``unit`` they are. Without an announcer nobody is let in."""

    kind = "area"

    def __init__(self, announcer: Announcer | None) -> None:
        self._staffed = announcer
        self._of_devices: dict[str, Callable[..., Errand | Inquiry]] = {
            "attend": self._attend,
            "speak": self._speak,
            "receipt": self._receipt,
        }
        self._of_desks: dict[str, Callable[..., Errand]] = {
            "announce": self._announce,
            "withdraw": self._withdraw,
            "set_texts": self._set_texts,
        }

    def may_look(self, who: Principal, parts: tuple[str, ...], view: str) -> None:
        roles = _VIEWS.get(view)
        if roles is None or len(parts) != 2:
            raise UnknownTarget
        self._must_be(who, roles, parts[0])

    def errand(
        self,
        who: Principal,
        parts: tuple[str, ...],
        view: str,
        name: str,
        body: msgspec.Raw,
    ) -> Errand | Inquiry:
        if view != "announcements" or len(parts) != 2:
            raise UnknownAsk
        if (of_device := self._of_devices.get(name)) is not None:
            self._must_be(who, DEVICES, parts[0])
            stream = stream_name(self._announcer.hospital, self.kind, *parts)
            return of_device(who, stream, body)
        if (of_desk := self._of_desks.get(name)) is not None:
            self._must_be(who, DESKS, parts[0])
            return of_desk(who, body)
        raise UnknownAsk

    @property
    def _announcer(self) -> Announcer:
        if self._staffed is None:
            raise Forbidden
        return self._staffed

    def _must_be(self, who: Principal, roles: frozenset[str], area: str) -> None:
        places = (area, *self._announcer.clinics_of(area))
        if roles.isdisjoint(who.roles) or not any(map(who.has_room_in, places)):
            raise Forbidden

    # -- devices -------------------------------------------------------------------

    def _attend(self, who: Principal, stream: str, body: msgspec.Raw) -> Inquiry:
        asked = read_body(body, _Attend)
        device = _device(who, asked.unit)
        voice = asked.speaks
        ready = voice is not None and voice.ready
        why = LEFT if voice is None else voice.why or "error"
        command = Attend(device=device, ready=ready, why="" if ready else why)

        async def answer() -> tuple[bytes, int]:
            await self._announcer.attends(
                stream,
                device,
                who,
                shows=asked.shows,
                speaks=None if voice is None else "ready" if ready else why,
                rooms=frozenset(asked.rooms),
            )
            return await self._announcer.ask(stream, command)

        return Inquiry(answer)

    def _speak(self, who: Principal, stream: str, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _Speak)
        return Errand(
            Speak(
                device=_device(who, asked.unit),
                announcement=_number("a", asked.announcement),
                zone=asked.zone,
                nth=asked.nth,
            )
        )

    def _receipt(self, who: Principal, stream: str, body: msgspec.Raw) -> Inquiry:
        asked = read_body(body, _Receipt)
        device = _device(who, asked.unit)
        spoken = tuple(_number("u", turn) for turn in asked.spoken)
        failed = tuple((_number("u", one.turn), one.why) for one in asked.failed)
        told = Told(device=device, spoken=spoken, failed=failed)

        async def answer() -> tuple[bytes, int]:
            self._announcer.told(stream, device, asked.delivered_to, asked.shown_to)
            if not spoken and not failed:
                return b"{}", 0
            return await self._announcer.ask(stream, told)

        return Inquiry(answer)

    # -- desks ---------------------------------------------------------------------

    def _announce(self, who: Principal, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _Announce)
        text = " ".join(asked.text.replace("{", "（").replace("}", "）").split())
        if not text:
            raise BadRequest("请写下要播报的内容。", field="text")
        return Errand(
            Announce(
                kind="broadcast",
                words={"zh": text},
                expires=asked.until,
                zones=asked.zones,
                repeat=asked.repeat,
                spoken=asked.spoken,
                by=who.name,
            )
        )

    def _withdraw(self, who: Principal, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _Withdraw)
        n = _number("a", asked.announcement)
        return Errand(Withdraw(announcement=n, why="desk", by=who.name))

    def _set_texts(self, who: Principal, body: msgspec.Raw) -> Errand:
        asked = read_body(body, _Texts)
        return Errand(
            SetTexts(
                by=who.name,
                opening=asked.opening,
                closing=asked.closing,
                slides=asked.slides,
            )
        )


def _device(who: Principal, unit: str | None) -> str:
    return who.name if unit is None else f"{who.name}.{unit}"


def _number(letter: str, said: str) -> int:
    found = _ID.match(said)
    if found is None or found[1] != letter:
        raise BadRequest(field="announcement" if letter == "a" else "turn")
    return int(found[2])
