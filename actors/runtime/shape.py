"""The shape every capability has: what an actor is, what it decides, what it shows.

A capability writes plain functions over its own structs; this module only names
their places. See docs/architecture.md, "An actor".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from actors.kernel.errors import Refusal
from actors.kernel.sealed import WrappedKey
from actors.kernel.times import Millis

S = TypeVar("S")
S_contra = TypeVar("S_contra", contravariant=True)

Path = tuple[str, str]
"""A row of a view: its section and its key there."""


class AuditRecord(msgspec.Struct, frozen=True, gc=False):
    """What must be provable later; commits with the events it is about."""

    action: str
    principal: str
    body: bytes = b""


class Accepted(msgspec.Struct, frozen=True):
    """Yes: these events, and this reply once they are on disk. A reply holds ids,
    nothing personal: it is kept with the key. Keys of patients commit beside the
    events that need them; one whose box is empty is destroyed."""

    events: tuple[msgspec.Struct, ...]
    reply: msgspec.Struct
    audit: tuple[AuditRecord, ...] = ()
    own_keys: tuple[WrappedKey, ...] = ()


Decision = Accepted | Refusal


class Nothing(msgspec.Struct, frozen=True, gc=False):
    """The reply of a command that has nothing to tell."""


class Wake(msgspec.Struct, frozen=True, gc=False, tag="wake"):
    """The command an actor gets when the time that ``wake_at`` named has come."""

    due: Millis


class View(Protocol[S_contra]):
    """One audience's picture of a state: a document of sections with keyed rows.

    Pure, with no clock and no reader in it. ``touches`` names every row an event can
    change; the runtime rebuilds those, compares, and sends the difference. One with
    ``recovers = False`` is not made again while replaying: after a restart its readers
    get the whole.
    """

    name: str
    version: int

    def paths(self, state: S_contra) -> Iterable[Path]:
        """Every row there is, for a full build."""

    def row(self, state: S_contra, section: str, key: str) -> Any:
        """The row, JSON-ready and without nulls; None when there is none. A field keeps
        its type: 1 and true are equal here and not in JSON."""

    def touches(self, state: S_contra, event: Any) -> Iterable[Path]:
        """The rows ``event`` may have changed, asked after it has evolved."""


class Snapshots(Generic[S]):
    """How a long-lived actor's state is kept, so that it need not be replayed from
    its first event.

    ``freeze`` is called on the loop: it is quick, and what it gives does not change
    when the state goes on. ``encode`` and ``thaw`` run in a worker thread. ``version``
    changes with the state's shape or with what ``evolve`` makes of an event: a
    snapshot of another version is not read. What is sealed stays sealed in it.
    """

    def __init__(
        self,
        *,
        version: int,
        every: int,
        freeze: Callable[[S], Any],
        encode: Callable[[Any], bytes],
        thaw: Callable[[str, bytes], S],
    ) -> None:
        self.version = version
        self.every = every
        self.freeze = freeze
        self.encode = encode
        self.thaw = thaw


class Capability(Generic[S]):
    """A kind of actor: the functions of its folder, put together in its actor.py.

    ``events`` and ``commands`` are tagged unions. ``decide`` is pure; ``evolve``
    is total and may change the state in place.
    """

    def __init__(
        self,
        kind: str,
        *,
        commands: Any,
        events: Any,
        new: Callable[[str], S],
        decide: Callable[[S, Any, Millis], Decision],
        evolve: Callable[[S, Any], None],
        wake_at: Callable[[S], Millis | None] | None = None,
        views: Iterable[View[S]] = (),
        snapshots: Snapshots[S] | None = None,
    ) -> None:
        self.kind = kind
        self.new = new
        self.decide = decide
        self.evolve = evolve
        self.wake_at = wake_at
        self.views = {view.name: view for view in views}
        self.snapshots = snapshots
        self.read_command = msgspec.json.Decoder(commands).decode
        self.read_event = msgspec.json.Decoder(events).decode
        self.event_names = names_of(events)

    def showing(self, *views: View[S]) -> Capability[S]:
        """The same capability with more views, added by the room that owns them."""
        self.views |= {view.name: view for view in views}
        return self


def names_of(union: Any) -> frozenset[str]:
    """What the events of a union are called in the journal."""
    return frozenset(_tags(getattr(union, "__args__", (union,))))


def _tags(members: Iterable[Any]) -> Iterable[str]:
    for member in members:
        config = getattr(member, "__struct_config__", None)
        if config is None or not isinstance(config.tag, str):
            raise TypeError(f"{member!r} is not a tagged msgspec.Struct")
        yield config.tag
