"""What was worked out for tickets that have not changed since.

A place is a pure function of a ticket's facts, the settings and the day's slots. All
are frozen, so that they are the same objects says that the answer is the same.
"""

from __future__ import annotations

from typing import Any


class Memo:
    """For one queue. It is not a fact: two that are otherwise alike are alike."""

    __slots__ = ("_for", "places", "spots")

    def __init__(self) -> None:
        self._for: tuple[object, object] = (None, None)
        self.spots: dict[str, tuple[Any, Any]] = {}
        self.places: dict[str, tuple[Any, Any]] = {}

    def under(self, settings: object, slots: object, waiting: int) -> Memo:
        """Itself, emptied when the rules are others or many tickets have gone."""
        known_settings, known_slots = self._for
        if (
            known_settings is not settings
            or known_slots is not slots
            or len(self.spots) > 2 * waiting + 50
        ):
            self._for = (settings, slots)
            self.spots = {}
            self.places = {}
        return self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Memo)

    def __hash__(self) -> int:
        return 0
