"""May this ticket do that now: check in, be missed, come back by itself."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from actors.clinic.settings import Settings
from actors.kernel.times import Millis

Where: TypeAlias = Literal["kiosk", "desk", "phone"]


class NotYet(msgspec.Struct, frozen=True, gc=False):
    """Why not. ``too_early``, ``too_soon``: ``at`` is from when on; ``half_over``:
    ``at`` is until when it could; ``call_again``: ``calls`` are still missing."""

    code: Literal["too_early", "half_over", "other_clinic", "too_soon", "call_again"]
    at: Millis = 0
    calls: int = 0


def may_check_in(
    settings: Settings,
    now: Millis,
    where: Where,
    *,
    slot: tuple[Millis, Millis] | None = None,
    half: tuple[Millis, Millis] | None = None,
    own_clinic: bool = True,
) -> NotYet | None:
    """Rule 3, for a ticket of this slot and half-day (beginning and end); None: it may.

    A kiosk or a phone does not check in for a half-day that is over, and a kiosk only
    for its own clinic, unless 通签 is set. A desk may do both, and may check in early
    where the settings leave that to the nurse. No slot: the half-day is the slot.
    """
    rules = settings.check_in
    if where == "kiosk" and not own_clinic and rules.kiosk_for == "own":
        return NotYet("other_clinic")
    if where != "desk" and half is not None and not rules.kiosk_other_half:
        until = half[1] + rules.cut_off_ms
        if now >= until:
            return NotYet("half_over", until)
    if where == "desk" and rules.desk_may_early:
        return None
    time = slot or half
    if time is None or rules.early == "any":
        return None
    begins = time[0] - (rules.early_ms if rules.early == "minutes" else 0)
    return NotYet("too_early", begins) if now < begins else None


def may_miss(
    settings: Settings, calls: int, called_at: Millis, now: Millis
) -> NotYet | None:
    """Rule 5: not before so many calls, nor before so long after the last of them;
    None: whoever was called may be set aside as missed."""
    if calls < settings.missed_after_calls:
        return NotYet("call_again", calls=settings.missed_after_calls - calls)
    until = called_at + settings.missed_after_ms
    return NotYet("too_soon", until) if now < until else None


def is_void(settings: Settings, misses: int) -> bool:
    """Missed so often that only a nurse revives it?"""
    return 0 < settings.recall.misses_void <= misses
