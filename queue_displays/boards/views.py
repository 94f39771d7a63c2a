"""Boards for other audiences than the hall: each whole in itself, and small.

A door's row holds its patients, so a screen at a door needs nothing else; who looks at
the whole clinic sees no patient at all. docs/protocol.md, "Boards".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from actors.clinic import rows
from actors.clinic.events import Event
from actors.clinic.state import ClinicState
from actors.clinic.touches import touched
from actors.kernel.sealed import Vault
from actors.runtime.shape import Path
from queue_displays.boards import cards

_CARDS = frozenset({"tickets", "orders", "rooms", "queues"})
"""What a room's or a queue's card is made of."""


class Board:
    """``rooms`` is the section its rooms, chairs or windows stand in, ``follow`` how
    many of those who come next, ``line`` how many of each queue; 0: only counts."""

    recovers = False

    def __init__(
        self,
        name: str,
        vault: Vault,
        *,
        follow: int,
        line: int | None,
        rooms: str = "rooms",
        missed: bool = False,
    ) -> None:
        self.name = name
        self.version = 1
        self._rooms = rooms
        self._follow = follow
        self._line = line
        self._missed = missed
        self._passed_on = {"notices", "clinic", *(["missed"] if missed else [])}
        self._shown = cards.shown_names(vault)

    def paths(self, state: ClinicState) -> Iterable[Path]:
        yield from rows.clinic_paths(state, staff=False)
        if self._missed and state.plan is not None:
            yield "clinic", "missed_guide"
        yield from self._cards(state)
        for key in state.notices:
            yield "notices", key
        if self._missed:
            for key in state.missed:
                if not cards.is_hidden(state, key):
                    yield "missed", key

    def _cards(self, state: ClinicState) -> Iterable[Path]:
        for key in state.rooms:
            yield self._rooms, key
        if self._line is not None:
            for key in state.queues:
                yield "queues", key

    def touches(self, state: ClinicState, event: Event) -> Iterable[Path]:
        found = touched(state, event)
        if found is None:
            yield from self.paths(state)
            return
        anew = False
        for path in found:
            section, _ = path
            if section in ("notices", "clinic") or (
                section == "missed" and self._missed
            ):
                yield path
            anew = anew or section in _CARDS
            if section == "tickets" and self._missed:
                yield "missed", path[1]
        if anew:
            yield from self._cards(state)

    def row(self, state: ClinicState, section: str, key: str) -> Any:
        if section == self._rooms:
            return self._room(state, key)
        match section:
            case "clinic" if key == "missed_guide":
                if not self._missed or state.plan is None:
                    return None
                return cards.missed_guide(state.settings.recall)
            case "clinic":
                return rows.clinic_row(state, key, staff=False)
            case "queues" if self._line is not None:
                return cards.queue_card(state, key, self._shown, self._line)
            case "missed" if self._missed and key in state.missed:
                return cards.patient(state, key, self._shown)
            case "notices":
                return rows.notice_row(state, key)
            case _:
                return None

    def _room(self, state: ClinicState, key: str) -> dict[str, Any] | None:
        return cards.room_card(state, key, self._shown, self._follow)


class Overview(Board):
    """For corridors and managers: how busy everything is, and nobody's name."""

    def __init__(self, vault: Vault) -> None:
        super().__init__("overview", vault, follow=0, line=0)

    def _room(self, state: ClinicState, key: str) -> dict[str, Any] | None:
        row = super()._room(state, key)
        if row is not None:
            del row["next"]
            current = row.pop("current", None)
            if current is not None:
                row["number"] = current["number"]
                row["state"] = current["state"]
        return row


def boards(vault: Vault) -> tuple[Board, ...]:
    """Every board beside the hall's."""
    return (
        Board("door", vault, follow=3, line=None),
        Board("dental", vault, rooms="chairs", follow=2, line=12, missed=True),
        Board("examination", vault, follow=3, line=20, missed=True),
        Board("pharmacy", vault, rooms="windows", follow=3, line=40, missed=True),
        Overview(vault),
    )
