"""The slip a patient takes away: large number, where to go, a code of ours to scan.

The parts are those of docs/devices.md. A slip names nobody but by a masked name. Its
code names the ticket and carries a mark that only this house can make, so nobody's
ticket is found by counting.
"""

from __future__ import annotations

import hmac
from typing import Any

from actors.kernel.sealed import Vault
from actors.session import words
from actors.session.findings import BookingRow, Foreseen, Given, Place

PREFIX = "HZ:"
_MARK = 12


def slip_code(vault: Vault, clinic: str, day: str, ticket: str) -> str:
    name = f"{clinic}/{day}/{ticket}"
    return f"{PREFIX}{name}/{vault.index('slip', name)[:_MARK]}"


def read_slip(vault: Vault, code: str) -> tuple[str, str, str] | None:
    """The clinic, the day and the ticket of a slip of ours; None for anything else."""
    parts = code.strip().removeprefix(PREFIX).split("/")
    if len(parts) != 4:
        return None
    clinic, day, ticket, _ = parts
    if not hmac.compare_digest(
        slip_code(vault, clinic, day, ticket).encode(), code.strip().encode()
    ):
        return None
    return clinic, day, ticket


def slip_of_place(
    vault: Vault, place: Place, name: str, when: Foreseen | None = None
) -> list[dict[str, Any]]:
    parts = [
        *_head(place.hospital, place.number),
        *_whose(name, place.queue),
        {"part": "rule"},
        _text(f"请到{f' {place.floor} 楼' if place.floor else ''}{place.clinic_name}"),
    ]
    if place.ahead:
        parts.append(_text(f"打印时前面还有 {place.ahead} 位 / {place.ahead} before"))
    if when is not None:
        parts += [_text(line) for line in words.expected_on_slip(when)]
    for room in place.rooms[:3]:
        line = "  ".join(t for t in (f"{room.room} 诊室", room.doctor, room.way) if t)
        parts.append(_text(line))
    if place.afterwards:
        parts.append(_text(f"检查完：{place.afterwards}"))
    parts += [
        {"part": "qr", "data": slip_code(vault, place.clinic, place.day, place.ticket)},
        _text(place.day, align="centre"),
    ]
    return parts


def slip_of_number(given: Given, row: BookingRow | None) -> list[dict[str, Any]]:
    """Of a number that is for later."""
    parts = _head("", given.number)
    if row is not None:
        who = "  ".join(t for t in (row.department_name, row.doctor) if t)
        when = row.time or _HALVES.get(row.half, "")
        parts += [
            _text(who, align="centre"),
            _text(f"{row.day} {when}".strip(), align="centre", bold=True),
        ]
    return [*parts, {"part": "rule"}, _text("就诊当天请先签到。")]


_HALVES = {"am": "上午", "pm": "下午", "night": "晚间"}


_LONG_NAME = 16


def _whose(name: str, queue: str) -> list[dict[str, Any]]:
    """A long name has lines of its own: paper cuts nothing off."""
    lines = (name, queue) if len(name) > _LONG_NAME else (f"{name}  {queue}",)
    return [_text(line.strip(), align="centre") for line in lines if line.strip()]


def _head(hospital: str, number: str) -> list[dict[str, Any]]:
    title = [_text(hospital, align="centre")] if hospital else []
    return [*title, _text(number, size=4, align="centre", bold=True)]


def _text(text: str, **more: Any) -> dict[str, Any]:
    return {"part": "text", "text": text, **more}
