"""How often a queue has called, and what each call was: what interleaving counts by.

A call has an ordinal in its queue. A ticket remembers how many there were when it
joined, so "after three normal ones" is: three normal calls with a higher ordinal. A
call that is undone or missed is taken out again, and leaves all else as it was.
"""

from __future__ import annotations

from bisect import bisect_right

import msgspec

NORMAL = "normal"
_KEPT = 64
"""Of the calls of a class only the last ones matter."""


class Counted(msgspec.Struct, frozen=True, gc=False):
    """What taking back a call needs to know of it: keep it with the ticket."""

    lane: str
    ordinal: int
    doctor: str = ""


class Counters(msgspec.Struct, frozen=True, gc=False):
    """``calls`` were made, undone ones too; ``lanes`` the ordinals of those that count,
    by lane; ``doctors`` the same for each doctor (lane and doctor)."""

    calls: int = 0
    lanes: dict[str, tuple[int, ...]] = {}
    doctors: dict[str, dict[str, tuple[int, ...]]] = {}

    def count(self, lane: str, doctor: str = "") -> tuple[Counters, Counted]:
        """A ticket of this lane leaves the line: called, or drawn to a room's door."""
        ordinal = self.calls + 1
        doctors = self.doctors
        if doctor:
            own = _with(doctors.get(doctor, {}), lane, ordinal)
            doctors = {**doctors, doctor: own}
        lanes = _with(self.lanes, lane, ordinal)
        return Counters(ordinal, lanes, doctors), Counted(lane, ordinal, doctor)

    def take_back(self, counted: Counted) -> Counters:
        """It was undone or missed. Twice is once."""
        lane, ordinal = counted.lane, counted.ordinal
        doctors = self.doctors
        if counted.doctor in doctors:
            own = _without(doctors[counted.doctor], lane, ordinal)
            doctors = {**doctors, counted.doctor: own}
        return Counters(self.calls, _without(self.lanes, lane, ordinal), doctors)

    def of(self, lane: str, doctor: str = "") -> tuple[int, ...]:
        """The ordinals of a lane's calls: the queue's, or one doctor's."""
        lanes = self.doctors.get(doctor, {}) if doctor else self.lanes
        return lanes.get(lane, ())


def normal_up_to(normal: tuple[int, ...], ordinal: int) -> int:
    """How many normal calls there were up to this one."""
    return bisect_right(normal, ordinal)


def _with(
    lanes: dict[str, tuple[int, ...]], lane: str, ordinal: int
) -> dict[str, tuple[int, ...]]:
    kept = lanes.get(lane, ())
    if lane != NORMAL:
        kept = kept[1 - _KEPT :]
    return {**lanes, lane: (*kept, ordinal)}


def _without(
    lanes: dict[str, tuple[int, ...]], lane: str, ordinal: int
) -> dict[str, tuple[int, ...]]:
    kept = lanes.get(lane, ())
    return {**lanes, lane: tuple(one for one in kept if one != ordinal)}
