"""How fast this machine runs Python just now.

A shared machine is not the same from hour to hour: neighbours on its processors have
made the same code take 1.7 times as long without any of it showing as load or steal.
So each bench says how long a fixed piece of work took before it and after it, and two
runs can be compared by it.
"""

from __future__ import annotations

import time

import msgspec

TURNS = 15
_ROUNDS = 20_000


class Pace(msgspec.Struct, frozen=True):
    """Milliseconds for the piece: undisturbed, and as a rule."""

    best_ms: float
    median_ms: float

    def __str__(self) -> str:
        return f"{self.best_ms:.1f} ms (median {self.median_ms:.1f})"


class _Place(msgspec.Struct):
    number: int
    lane: str
    seen: int = 0


def pace(turns: int = TURNS) -> Pace:
    taken = []
    for _ in range(turns):
        begun = time.perf_counter()
        _a_piece_of_work()
        taken.append((time.perf_counter() - begun) * 1000)
    taken.sort()
    return Pace(taken[0], taken[len(taken) // 2])


def _a_piece_of_work() -> int:
    """What the loop does all day: calls, dictionaries, small objects, comparisons."""
    places: dict[str, _Place] = {}
    line: list[tuple[int, str]] = []
    for number in range(_ROUNDS):
        key = f"t{number % 97}"
        place = places.get(key)
        if place is None:
            place = places[key] = _Place(number, "normal" if number % 3 else "late")
        place.seen += _passes(place, number)
        line.append((place.seen, key))
        if len(line) > 50:
            line.sort()
            del line[25:]
    return len(line)


def _passes(place: _Place, number: int) -> int:
    return 1 if place.lane == "normal" and number > place.number else 0
