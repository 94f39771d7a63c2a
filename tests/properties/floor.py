"""A clinic's day that is checked after every command: its places, its views, and the
day its journal would give."""

from __future__ import annotations

from typing import Any

import msgspec

from actors.clinic.state import ClinicState
from actors.kernel.errors import Refusal
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, Decision, Wake
from queue_displays.boards.views import boards
from queue_displays.hall import HallView
from tests.actors.clinic.day import CLINIC, NINE, STREAM, VAULT
from tests.actors.clinic.pictures import Picture, has_null, whole
from tests.properties import invariants

VIEWS = (*CLINIC.views.values(), HallView(VAULT), boards(VAULT)[1])
PRIVATE = (b"card", "张友三".encode(), "欧阳娜娜".encode())


class Floor:
    """``ask`` does what the runtime would; ``journal`` is what would be on disk."""

    def __init__(self, stream: str = STREAM, *, watched: bool = True) -> None:
        self.stream = stream
        self.now: Millis = NINE
        self.state: ClinicState = CLINIC.new(stream)
        self.journal: list[bytes] = []
        self.calls: set[str] = set()
        self.watched = watched
        self.pictures = [Picture(view, self.state) for view in VIEWS] if watched else []

    def ask(self, command: Any) -> Decision:
        decision: Decision = CLINIC.decide(self.state, command, self.now)
        if isinstance(decision, Refusal):
            assert decision.code != "not_yet"
            assert decision.message
            msgspec.json.encode(decision.details)
            return decision
        events = [self._written(event) for event in decision.events]
        for event in events:
            CLINIC.evolve(self.state, event)
        if isinstance(command, Wake):
            assert CLINIC.wake_at is not None
            due = CLINIC.wake_at(self.state)
            assert due is None or due > self.now, "a wake-up left something undone"
        self._tells_nothing(decision)
        invariants.hold(self.state, self.now)
        for picture in self.pictures:
            picture.follow(self.state, events)
            self._is_true(picture)
        return decision

    def _written(self, event: msgspec.Struct) -> Any:
        """The event as it comes back from the journal. An announcement is new."""
        line = msgspec.json.encode(event)
        self.journal.append(line)
        again = CLINIC.read_event(line)
        assert again == event
        assert again.at == self.now
        call = getattr(again, "call", None)
        if call is not None:
            assert call not in self.calls, "a call's id was used again"
            self.calls.add(call)
        return again

    def _tells_nothing(self, decision: Accepted) -> None:
        reply = msgspec.json.encode(decision.reply)
        for private in PRIVATE:
            assert private not in reply

    def _is_true(self, picture: Picture) -> None:
        view = picture.view
        built = whole(view, self.state)
        if picture.document != built:
            for section in built.keys() | picture.document.keys():
                assert picture.document.get(section) == built.get(section), (
                    view.name,
                    section,
                )
        assert not has_null(built), view.name

    def crash(self) -> None:
        """The activation is thrown away and loads again: nothing is different."""
        again = self.replayed()
        assert again == self.state
        assert msgspec.json.encode(again) == msgspec.json.encode(self.state)
        for key, queue in again.queues.items():
            assert queue.order == self.state.queues[key].order
        self.state = again

    def orders(self) -> dict[str, list[str]]:
        return {key: list(queue.order) for key, queue in self.state.queues.items()}

    def lose(self, command: Any) -> None:
        """The append fails: what was evolved goes, and the journal is all there is.
        Asked again, the same is decided."""
        first = CLINIC.decide(self.state, command, self.now)
        if isinstance(first, Refusal):
            return
        for event in first.events:
            CLINIC.evolve(self.state, event)
        self.state = self.replayed()
        again = CLINIC.decide(self.state, command, self.now)
        assert isinstance(again, Accepted)
        assert again == first
        for picture in self.pictures:
            picture.document = whole(picture.view, self.state)

    def replayed(self) -> ClinicState:
        again = CLINIC.new(self.stream)
        for line in self.journal:
            CLINIC.evolve(again, CLINIC.read_event(line))
        return again
