"""Try a capability without a journal: one command in; events, state and reply out.

kit = Kit(clinic_capability(vault))
ran = kit.run(CheckIn(card="…", by="kiosk-1"))
assert ran.reply.number == "A001"
assert ran.events == (CheckedIn(...),)
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

from actors.kernel.errors import Refusal
from actors.kernel.times import Millis
from actors.runtime.feed import Feed
from actors.runtime.shape import Accepted, Capability

S = TypeVar("S")

START: Millis = 1_795_395_600_000
"""2026-11-23 08:20 in Shanghai: a morning in a clinic."""


class ManualClock:
    """A clock that stands until it is told otherwise."""

    def __init__(self, at: Millis = START) -> None:
        self.at = at

    def now(self) -> Millis:
        return self.at

    def pass_s(self, seconds: float) -> None:
        self.at += round(seconds * 1000)


class Ran(Generic[S]):
    """What one command led to. ``reply`` raises the refusal when there was one."""

    def __init__(self, decision: Accepted | Refusal, state: S) -> None:
        self._decision = decision
        self.state = state

    @property
    def events(self) -> tuple[msgspec.Struct, ...]:
        return self._decision.events if isinstance(self._decision, Accepted) else ()

    @property
    def reply(self) -> Any:
        if isinstance(self._decision, Refusal):
            raise self._decision
        return self._decision.reply

    @property
    def refusal(self) -> Refusal | None:
        return self._decision if isinstance(self._decision, Refusal) else None


class Kit(Generic[S]):
    """One actor in a test's hand. Every event goes through the form it has in the
    journal, so what cannot be kept fails here; every view is rebuilt by touched rows
    and held equal to a full build."""

    def __init__(
        self, capability: Capability[S], stream: str = "test/kind/one"
    ) -> None:
        self.capability = capability
        self.clock = ManualClock()
        self.history: list[bytes] = []
        self.state: S = capability.new(stream)
        self._stream = stream
        self._feeds = {
            view.name: Feed(view, "test", self.state, 0)
            for view in capability.views.values()
        }

    def run(self, command: Any) -> Ran[S]:
        before = msgspec.json.encode(self.document())
        try:
            decision = self.capability.decide(self.state, command, self.clock.now())
        except Refusal as refusal:
            decision = refusal
        assert msgspec.json.encode(self.document()) == before, (
            "decide changed the state"
        )
        if isinstance(decision, Accepted):
            kept = [msgspec.json.encode(event) for event in decision.events]
            events = [self.capability.read_event(body) for body in kept]
            for event in events:
                self.capability.evolve(self.state, event)
            self.history += kept
            for feed in self._feeds.values():
                feed.advance(self.state, events, len(self.history), self.clock.now())
            self._compare()
        return Ran(decision, self.state)

    def view(self, name: str) -> dict[str, Any]:
        return self._feeds[name].document

    def document(self) -> dict[str, Any]:
        """Every view of the state as it is now, built whole."""
        return {
            view.name: self._built(view.name) for view in self.capability.views.values()
        }

    def replayed(self) -> S:
        """The state that the journal would give."""
        state = self.capability.new(self._stream)
        for body in self.history:
            self.capability.evolve(state, self.capability.read_event(body))
        return state

    def _built(self, name: str) -> dict[str, Any]:
        view = self.capability.views[name]
        return _without_empty(Feed(view, "test", self.state, 0).document)

    def _compare(self) -> None:
        for name, feed in self._feeds.items():
            built = self._built(name)
            assert _without_empty(feed.document) == built, f"{name}: a row was missed"


def _without_empty(document: dict[str, Any]) -> dict[str, Any]:
    return {section: rows for section, rows in document.items() if rows}
