"""The feed of one view of one awake actor: the picture, and how it changes.

A view is built whole once; after that each commit's events name the rows they
touch, only these are rebuilt and compared, and the difference is encoded once.
The picture runs ahead of the disk as the state does; patches are shown when their
commit is there. The last patches are kept, so that a reader that was away for a
moment gets exactly what it missed.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import msgspec

from actors.kernel.merge import difference
from actors.kernel.times import Millis
from actors.runtime.shape import View

KEPT = 64

_encode = msgspec.json.encode


class Patch:
    """One commit's change of one view. ``body`` is an RFC 7386 merge patch."""

    __slots__ = ("at", "body", "prev", "seq")

    def __init__(self, prev: int, seq: int, at: Millis, body: bytes) -> None:
        self.prev = prev
        self.seq = seq
        self.at = at
        self.body = body


class Snapshot:
    """Where a reader starts: the patches it missed, or the whole view."""

    __slots__ = ("epoch", "patches", "seq", "view")

    def __init__(
        self, epoch: str, seq: int, patches: list[Patch] | None, view: bytes | None
    ) -> None:
        self.epoch = epoch
        self.seq = seq
        self.patches = patches
        self.view = view


class Since:
    """Where a reader says it has come to."""

    __slots__ = ("epoch", "seq")

    def __init__(self, epoch: str, seq: int) -> None:
        self.epoch = epoch
        self.seq = seq


class Listener(Protocol):
    """Whoever passes a feed's patches on to its members."""

    def patch(self, patch: Patch) -> None: ...

    def lost(self) -> None:
        """The activation is gone: observe again, from where you are."""


def epoch_of(journal_id: str, stream: str, view: View[Any]) -> str:
    """Changes with the journal, the stream (and so the day) and the view's version."""
    text = f"{journal_id}/{stream}/{view.name}/{view.version}"
    return f"{zlib.crc32(text.encode()):08x}"


class Feed:
    """One view of one activation."""

    __slots__ = (
        "_document",
        "_encoded",
        "_view",
        "epoch",
        "listener",
        "ring",
        "seq",
        "tip",
        "unheard",
    )

    def __init__(self, view: View[Any], epoch: str, state: Any, seq: int) -> None:
        self._view = view
        self._document: dict[str, dict[str, Any]] = {}
        self._encoded: bytes | None = None
        self.epoch = epoch
        self.seq = seq
        """The newest change that was shown."""
        self.tip = seq
        """The newest change that was made, perhaps not on disk yet."""
        self.ring: deque[Patch] = deque(maxlen=KEPT)
        self.listener: Listener | None = None
        self.unheard = 0
        for section, key in view.paths(state):
            row = view.row(state, section, key)
            if row is not None:
                self._document.setdefault(section, {})[key] = row

    def advance(
        self, state: Any, events: Iterable[Any], seq: int, at: Millis
    ) -> Patch | None:
        """Rebuild what ``events`` touched; None when this view does not change."""
        touched = dict.fromkeys(
            path for event in events for path in self._view.touches(state, event)
        )
        document = self._document
        patch: dict[str, dict[str, Any]] = {}
        for section, key in touched:
            row = self._view.row(state, section, key)
            rows = document.get(section)
            before = None if rows is None else rows.get(key)
            if row == before:
                continue
            if row is None:
                assert rows is not None
                del rows[key]
                patch.setdefault(section, {})[key] = None
                continue
            if rows is None:
                rows = document[section] = {}
            if type(before) is dict and type(row) is dict:
                patch.setdefault(section, {})[key] = difference(before, row)
            else:
                patch.setdefault(section, {})[key] = row
            rows[key] = row
        if not patch:
            return None
        change = Patch(self.tip, seq, at, _encode(patch))
        self.tip = seq
        self._encoded = None
        return change

    def show(self, patch: Patch) -> None:
        """Its commit is on disk."""
        self.ring.append(patch)
        self.seq = patch.seq
        if self.listener is not None:
            self.unheard = 0
            self.listener.patch(patch)
        else:
            self.unheard += 1

    def whole(self) -> bytes:
        """The picture at the tip, encoded once per change."""
        if self._encoded is None:
            self._encoded = _encode(self._document)
        return self._encoded

    def missed(self, since: Since, newest: int) -> list[Patch] | None:
        """The patches after ``since``, all of them; None when they are not all here.

        A reader may stand between two changes of this view (it joined while the
        stream had moved on without it): the first patch then starts where it
        stands. ``newest`` is the stream's last seq: nobody can be beyond it.
        """
        if since.epoch != self.epoch or since.seq > newest:
            return None
        missed: list[Patch] = []
        for patch in reversed(self.ring):
            if since.seq >= patch.seq:
                break
            missed.append(patch)
        missed.reverse()
        if not missed:
            return [] if since.seq >= self.seq else None
        first = missed[0]
        if first.prev > since.seq:
            return None
        if first.prev < since.seq:
            missed[0] = Patch(since.seq, first.seq, first.at, first.body)
        return missed

    @property
    def document(self) -> dict[str, dict[str, Any]]:
        """For tests that hold it equal to a full build."""
        return self._document


class Feeds(dict[str, Feed]):
    """The views of one actor that somebody looks at, or lately did."""

    def advance(
        self, state: Any, events: Sequence[Any], seq: int, at: Millis
    ) -> list[tuple[Feed, Patch]]:
        """What each view's next patch is, to be shown when the events are on disk."""
        patches = []
        unheard = None
        for name, feed in self.items():
            if feed.listener is None and feed.unheard > KEPT:
                unheard = name
                continue
            patch = feed.advance(state, events, seq, at)
            if patch is not None:
                patches.append((feed, patch))
        if unheard is not None:
            # nobody looks: built anew when somebody does
            del self[unheard]
        return patches

    def forget(self, view: str, listener: Listener) -> None:
        feed = self.get(view)
        if feed is not None and feed.listener is listener:
            feed.listener = None

    def listeners(self) -> list[Listener]:
        return [feed.listener for feed in self.values() if feed.listener is not None]
