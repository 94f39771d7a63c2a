"""The reasons of a place. They say what the ticket is, not how many are before it: a
call changes nobody else's reasons, so a screen hears only of rows that changed."""

from __future__ import annotations

from actors.clinic.order.facts import Waiting
from actors.clinic.order.places import (
    EMERGENCY,
    Places,
    Spot,
    level_of,
)
from actors.clinic.order.reason import Reason
from actors.clinic.settings import Settings


class Reasons:
    """Reasons while a line is drawn; what many share is made once."""

    __slots__ = ("_by_slot", "_on_time", "_places", "_settings")

    def __init__(self, places: Places, settings: Settings) -> None:
        self._places = places
        self._settings = settings
        self._by_slot = settings.order.base == "slot"
        self._on_time: dict[object, tuple[Reason, ...]] = {}

    def of(self, who: Waiting, spot: Spot) -> tuple[Reason, ...]:
        """The strongest first."""
        if not spot.plain:
            return tuple(self._all(who, spot))
        like: object = who.booked
        if self._by_slot:
            like = who.slot_start, who.slot_end, who.booked
        found = self._on_time.get(like)
        if found is None:
            found = self._on_time[like] = tuple(self._base(who))
        return found

    def _all(self, who: Waiting, spot: Spot) -> list[Reason]:
        found: list[Reason] = []
        if spot.section == EMERGENCY and (level := self._places.level(who)):
            code = "emergency" if who.emergency else "awaits_triage"
            found.append(Reason(code, {"level": level}))
        if who.at_room:
            found.append(Reason("at_room", {"room": who.at_room}))
        if who.overdue:
            minutes = self._settings.fairness.longest_ms // 60_000
            found.append(Reason("waited_too_long", {"minutes": minutes}))
        elif self._places.protected(who):
            found.append(Reason("overtaken", {"times": who.overtaken}))
        if who.anchor is not None:
            code = "moved_before" if who.anchor.side < 0 else "extra_after"
            found.append(Reason(code, {"ticket": who.anchor.like.ticket}))
        found += self._special(who, spot)
        found += self._origin(who, spot)
        if who.doctor:
            found.append(Reason("pinned_doctor", {"doctor": who.doctor}))
        if who.room:
            found.append(Reason("pinned_room", {"room": who.room}))
        return found

    def _special(self, who: Waiting, spot: Spot) -> list[Reason]:
        held = self._places.special(who)
        if held is None:
            return []
        special, one = held
        args: dict[str, str | int] = {
            "class": special.key,
            "name": special.name,
            "name_en": special.name_en or special.name,
        }
        if special.mode == "absolute":
            args["level"] = level_of(special, one)
            return [Reason("class_first", args)]
        args["every"] = special.every
        return [Reason("class_interleaved", args)]

    def _origin(self, who: Waiting, spot: Spot) -> list[Reason]:
        settings = self._settings
        match who.origin:
            case "postponed":
                return [Reason("postponed")]
            case "return" if settings.returns.mode == "interleave":
                returns = settings.returns
                if not returns.first:
                    return [Reason("returned_at_once")]
                args = {"first": returns.first, "back": returns.back}
                return [Reason("returned", dict(args))]
            case "recall" | "return":
                recall = settings.recall
                code = "returned" if who.origin == "return" else "recalled"
                if recall.mode == "interleave":
                    return [Reason(f"{code}_interleaved", {"every": recall.every})]
                return [Reason(f"{code}_{recall.mode}")]
            case _:
                pass
        if who.extra in ("half_end", "slot_end"):
            return [Reason(f"extra_{who.extra}")]
        if who.extra:
            return []
        if self._places.late(who):
            late = settings.late
            if late.mode == "interleave":
                return [Reason("late_interleaved", {"every": late.every})]
            if late.mode != "normal":
                return [Reason(f"late_{late.mode}"), *self._base(who)]
        return self._base(who)

    def _base(self, who: Waiting) -> list[Reason]:
        order = self._settings.order
        if order.base == "slot" and who.slot_end:
            slot = {"start": who.slot_start, "end": who.slot_end}
            found = [Reason("slot", dict(slot))]
        elif order.base == "registration":
            found = [Reason("by_number")]
        else:
            found = [Reason("by_check_in")]
        if order.base == "slot" or order.booked_first:
            found.append(Reason("booked" if who.booked else "walk_in"))
        return found
