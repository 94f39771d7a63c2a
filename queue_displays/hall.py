"""What a wall may show of a clinic. Names are masked here, before they leave."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from actors.clinic.events import Event
from actors.clinic.state import IN_LINE, LIVE, ClinicState
from actors.clinic.views import PatientsView
from actors.kernel.masking import mask_name
from actors.kernel.sealed import Vault
from actors.runtime.shape import Path
from queue_displays.boards.cards import (
    Mask,
    missed_guide,
    next_in,
    note_of,
    shown_names,
)

GUIDE = ("clinic", "missed_guide")


class HallView(PatientsView):
    """Everyone who has come and is not done, by number and masked name; who is next in
    each room, when they joined, and what who was missed does."""

    def __init__(self, vault: Vault, *, mask: Mask = mask_name) -> None:
        self._shown = shown_names(vault, mask)
        super().__init__("hall", 3, shown_name=lambda name: "", stages=LIVE)

    def paths(self, state: ClinicState) -> Iterable[Path]:
        yield from super().paths(state)
        if state.plan is not None:
            yield GUIDE

    def touches(self, state: ClinicState, event: Event) -> Iterable[Path]:
        """Whoever joins, leaves or moves in a line may be next in its rooms."""
        lines: dict[str, None] = {}
        for path in super().touches(state, event):
            yield path
            if path[0] == "orders":
                lines[path[1]] = None
        for line in lines:
            if (queue := state.queues.get(line)) is not None:
                for room in queue.rooms:
                    yield "rooms", room

    def row(self, state: ClinicState, section: str, key: str) -> Any:
        if (section, key) == GUIDE:
            return None if state.plan is None else missed_guide(state.settings.recall)
        row = super().row(state, section, key)
        if row is None:
            return None
        if section == "tickets":
            ticket = state.tickets[key]
            row["name"] = self._shown(state, ticket)
            if ticket.state in IN_LINE:
                row["joined"] = ticket.facts.joined_at
        elif section == "calls":
            row["name"] = self._shown(state, state.tickets[row["ticket"]])
        elif section == "rooms":
            if note := note_of(row.get("note")):
                row["note"] = note
            if following := next_in(state, key):
                row["next"] = following
        return row
