"""What devices say of announcements: held in memory, and made into outcomes.

A device says cumulatively how far it has come; after a reconnect it says so again, so
nothing is lost with the house. Here it is counted who is there and what they have
shown; the area hears of an outcome when everybody has answered, or when it has expired.
That somebody is gone it hears after some seconds: lines are cut, and come back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import trio

from actors.kernel.errors import Refusal
from actors.kernel.merge import difference
from actors.kernel.times import Millis
from actors.runtime.feed import Listener, Patch, Since, Snapshot
from actors.runtime.system import ActorSystem
from queue_displays.announcements.commands import Attend, Settle
from queue_displays.announcements.decide import GONE
from queue_displays.announcements.state import Announcement, AreaState, Speaker

VIEW = "receipts"
NAME = "receipts"
SHOWN_ROWS = 50
GONE_S = 3.0
"""A device that is away so long is gone."""
AGAIN_MS: Millis = 30_000
"""After so long a speaker that failed, and says that it is ready, is asked again."""
FORGET_MS: Millis = 600_000
_GRACE_MS: Millis = 2_000
_TICK_S = 1.0

_encode = msgspec.json.encode
Ready = Callable[["Snapshot | Refusal"], None]


class Device(msgspec.Struct):
    """``since`` and ``left`` are when it came and when it went. ``rooms`` are those
    whose calls it shows; none: all."""

    since: Millis
    shows: bool
    speaks: str | None
    rooms: frozenset[str] = frozenset()
    left: Millis | None = None
    told_gone: bool = False
    delivered_to: int = 0
    shown_to: int = 0
    heard: Millis = 0

    def shall_show(self, announcement: Announcement) -> bool:
        if not self.shows or (self.left or announcement.at) < announcement.at:
            return False
        rooms = announcement.rooms
        return not rooms or not self.rooms or not self.rooms.isdisjoint(rooms)

    def is_back(self, speaker: Speaker | None, now: Millis) -> bool:
        """It was passed over, and is heard of: it had only been slow. What had failed
        is tried again after a while."""
        if self.speaks != "ready" or self.left is not None:
            return False
        if speaker is None or speaker.ready:
            return False
        if speaker.why == GONE:
            return self.heard > speaker.since
        return now - speaker.since >= AGAIN_MS


class AreaReceipts:
    """One area's day, as its devices tell it."""

    def __init__(self) -> None:
        self.devices: dict[str, Device] = {}
        self.board: Board | None = None

    def outcome(
        self, announcement: Announcement, now: Millis
    ) -> tuple[int, tuple[str, ...]] | None:
        """How many have shown it, and who was there and has not; None while somebody
        may still answer."""
        if announcement.outcome is not None:
            return None
        n, shown, missing = announcement.n, 0, []
        for key, device in self.devices.items():
            if not device.shall_show(announcement):
                continue
            if device.shown_to >= n:
                shown += 1
            elif device.since <= announcement.at or device.left is None:
                missing.append(key)
        if now >= announcement.expires + _GRACE_MS:
            late = {k for k in missing if self.devices[k].since > announcement.at}
            return shown, tuple(k for k in missing if k not in late)
        answered = not announcement.waiting and not missing
        return (shown, ()) if answered and (shown or announcement.spoken) else None

    def document(self, state: AreaState) -> dict[str, dict[str, Any]]:
        newest = list(state.announcements.values())[-SHOWN_ROWS:]
        return {
            "devices": {key: _row(device) for key, device in self.devices.items()},
            "announcements": {
                f"a{one.n}": {
                    key: self._stage(state, key, device, one)
                    for key, device in self.devices.items()
                    if device.shall_show(one) or device.speaks is not None
                }
                for one in newest
            },
        }

    def _stage(
        self, state: AreaState, key: str, device: Device, one: Announcement
    ) -> str:
        if any(heard.device == key for heard in one.spoken.values()):
            return "spoken"
        if any(
            turn.device == key and turn.announcement == one.n
            for turn in state.lapsed.values()
        ):
            return "failed"
        if device.shows and device.shown_to >= one.n:
            return "shown"
        return "delivered" if device.delivered_to >= one.n else "queued"


def _row(device: Device) -> dict[str, Any]:
    row: dict[str, Any] = {
        "here": device.left is None,
        "shows": device.shows,
        "delivered_to": device.delivered_to,
        "shown_to": device.shown_to,
        "heard": device.heard,
    }
    if device.speaks is not None:
        row["speaks"] = device.speaks
    return row


class Board:
    """The desk's view of one area; no actor's, and nothing of it is kept."""

    def __init__(self, listener: Listener, epoch: str) -> None:
        self.listener = listener
        self._epoch = epoch
        self._seq = 0
        self._document: dict[str, dict[str, Any]] = {}

    def snapshot(self, since: Since | None) -> Snapshot:
        if since is not None and (since.epoch, since.seq) == (self._epoch, self._seq):
            return Snapshot(self._epoch, self._seq, [], None)
        return Snapshot(self._epoch, self._seq, None, _encode(self._document))

    def show(self, document: dict[str, dict[str, Any]], at: Millis) -> None:
        document = {section: rows for section, rows in document.items() if rows}
        patch = difference(self._document, document)
        if not patch:
            return
        self._document = document
        prev, self._seq = self._seq, self._seq + 1
        self.listener.patch(Patch(prev, self._seq, at, _encode(patch)))


class Receipts:
    """All areas of this process. Shown through ``observe`` and ``forget`` as an
    actor's view is. ``system`` is given before anybody attends."""

    def __init__(self) -> None:
        self.system: ActorSystem
        self.settled = 0
        self.not_shown = 0
        self._areas: dict[str, AreaReceipts] = {}
        self._at: dict[int, tuple[object, dict[str, str]]] = {}
        self._boards_made = 0

    # -- devices -------------------------------------------------------------------

    def attend(
        self,
        stream: str,
        device: str,
        who: object,
        *,
        shows: bool,
        speaks: str | None,
        rooms: frozenset[str] = frozenset(),
    ) -> None:
        """``who`` is the connection's own principal: when that goes, the device has.
        ``speaks``: ``ready``, or why not; None: it has no voice."""
        area = self._areas.setdefault(stream, AreaReceipts())
        now = self.system.clock.now()
        found = area.devices.get(device)
        if found is None:
            found = area.devices[device] = Device(now, shows, speaks, rooms)
        found.shows, found.speaks, found.rooms = shows, speaks, rooms
        found.left, found.told_gone, found.heard = None, False, now
        self._at.setdefault(id(who), (who, {}))[1][stream] = device

    def told(self, stream: str, device: str, delivered_to: int, shown_to: int) -> None:
        """Never less than it said before: a page that starts anew begins at nothing."""
        area = self._areas.get(stream)
        found = None if area is None else area.devices.get(device)
        if found is not None:
            found.delivered_to = max(found.delivered_to, delivered_to, shown_to)
            found.shown_to = max(found.shown_to, shown_to)
            found.heard = self.system.clock.now()

    def knows(self, stream: str, device: str) -> bool:
        area = self._areas.get(stream)
        return area is not None and device in area.devices

    def gone(self, who: object) -> None:
        """A connection has ended; a device that has another one by now is here."""
        _, places = self._at.pop(id(who), (None, {}))
        for stream, device in places.items():
            elsewhere = any(
                other.get(stream) == device for _, other in self._at.values()
            )
            if not elsewhere:
                self._areas[stream].devices[device].left = self.system.clock.now()

    @property
    def here(self) -> int:
        return sum(
            device.left is None
            for area in self._areas.values()
            for device in area.devices.values()
        )

    # -- outcomes ------------------------------------------------------------------

    async def run(self) -> None:
        """Until cancelled. What an area refuses or cannot write is tried again."""
        while True:
            await trio.sleep(_TICK_S)
            for stream, area in list(self._areas.items()):
                try:
                    await self._look_at(stream, area)
                except Refusal:
                    continue

    async def _look_at(self, stream: str, area: AreaReceipts) -> None:
        now = self.system.clock.now()
        ref = self.system.ref(stream)
        for key, device in list(area.devices.items()):
            if device.left is None:
                continue
            if now - device.left >= GONE_S * 1000 and not device.told_gone:
                device.told_gone = True
                if device.speaks is not None:
                    gone = Attend(device=key, ready=False, why=GONE)
                    await ref.ask(gone, principal=NAME)
            if now - device.left >= FORGET_MS:
                del area.devices[key]

        def look(state: AreaState) -> tuple[Any, Any, Any]:
            back = [
                key
                for key, device in area.devices.items()
                if device.is_back(state.speakers.get(key), now)
            ]
            outcomes = [
                (n, found)
                for n in state.open
                if (found := area.outcome(state.announcements[n], now)) is not None
            ]
            document = None if area.board is None else area.document(state)
            return back, outcomes, document

        back, outcomes, document = await ref.read(look)
        for key in back:
            await ref.ask(Attend(device=key, ready=True), principal=NAME)
        for n, (shown, not_shown) in outcomes:
            settle = Settle(announcement=n, shown=shown, not_shown=not_shown)
            await ref.ask(settle, principal=NAME)
            self.settled += 1
            self.not_shown += len(not_shown)
        if area.board is not None and document is not None:
            area.board.show(document, now)
        if not area.devices and area.board is None:
            self._areas.pop(stream, None)

    # -- who looks -----------------------------------------------------------------

    def observe(
        self,
        stream: str,
        view: str,
        since: Since | None,
        ready: Ready,
        listener: Listener,
    ) -> None:
        """As ActorSystem.observe."""
        assert view == VIEW

        def looked(found: Any) -> None:
            if isinstance(found, Refusal):
                ready(found)
                return
            area = self._areas.setdefault(stream, AreaReceipts())
            if area.board is None or area.board.listener is not listener:
                self._boards_made += 1
                epoch = f"r{self.system.clock.now():x}.{self._boards_made}"
                area.board = Board(listener, epoch)
                area.board.show(found, self.system.clock.now())
            ready(area.board.snapshot(since))

        def look(state: AreaState) -> Any:
            area = self._areas.setdefault(stream, AreaReceipts())
            return area.document(state)

        self.system.read(stream, look, looked)

    def forget(self, stream: str, view: str, listener: Listener) -> None:
        area = self._areas.get(stream)
        if area is None or area.board is None:
            return
        if area.board.listener is listener:
            area.board = None
