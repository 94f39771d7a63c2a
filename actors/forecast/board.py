"""What is shown of a clinic's expected times, and how it changes.

The view is no actor's: nothing of it is an event, and nothing is kept. It goes on from
one forecast to the next by patches as every other view does; its epoch is the watch's
own, so a reader from before gets the whole.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import msgspec

from actors.forecast.frames import Times
from actors.kernel.merge import difference
from actors.kernel.times import Millis
from actors.runtime.feed import Listener, Patch, Since, Snapshot

_MINUTE = 60_000
_NEAR = 30 * _MINUTE
_COARSE = 5 * _MINUTE
_encode = msgspec.json.encode

Document = dict[str, dict[str, Any]]


class Board:
    """One clinic's. ``stale`` is since when what it shows has not been made anew."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.epoch = secrets.token_hex(4)
        self.seq = 0
        self.stale: Millis | None = None
        self.made_at: Millis | None = None
        self._document: Document = {}

    def snapshot(self, since: Since | None) -> Snapshot:
        if since is not None and (since.epoch, since.seq) == (self.epoch, self.seq):
            return Snapshot(self.epoch, self.seq, [], None)
        return Snapshot(self.epoch, self.seq, None, _encode(self._document))

    def standing(self, ticket: str) -> list[int] | None:
        """What is shown of this one; nothing when that is as of long ago."""
        if self.stale is not None:
            return None
        found: list[int] | None = self._document.get("times", {}).get(ticket)
        return found

    def show(self, times: Times, at: Millis) -> None:
        """A forecast made for ``at``."""
        self.made_at = at
        self.stale = None
        rows = {
            ticket: rounded(p50, p90, at) for ticket, (p50, p90) in times.times.items()
        }
        self._become({"times": rows, "why": dict(times.why)}, at)

    def mark_stale(self, now: Millis) -> None:
        """Nobody makes it anew: what is shown is as of its last time."""
        if self.stale is None and self._document:
            self.stale = self.made_at or now
            self._become({**self._document, "clinic": {"stale": self.stale}}, now)

    def _become(self, sections: Mapping[str, dict[str, Any]], at: Millis) -> None:
        document = {name: rows for name, rows in sections.items() if rows}
        patch = difference(self._document, document)
        if not patch:
            return
        self._document = document
        prev, self.seq = self.seq, self.seq + 1
        self.listener.patch(Patch(prev, self.seq, at, _encode(patch)))


def rounded(p50: Millis, p90: Millis, at: Millis) -> list[int]:
    """To whole minutes; to five, further than half an hour away: nobody can know
    better. The later end is only ever rounded away from us, and who comes later in a
    line is never shown earlier."""
    # where five begin is a five itself, or the order could turn there
    near = -(-(at + _NEAR) // _COARSE) * _COARSE
    step = _MINUTE if p50 < near else _COARSE
    middle = (max(p50, at) + step // 2) // step * step
    step = _MINUTE if p90 <= near else _COARSE
    return [middle, max(-(-p90 // step) * step, middle)]
