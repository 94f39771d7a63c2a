"""One view that somebody looks at: between the actor's feed and its audience."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from actors.kernel.errors import Refusal
from actors.runtime.feed import Listener, Patch, Since, Snapshot
from realtime.protocol.messages import (
    Join,
    joined_message,
    patch_entry,
    patch_message,
    view_message,
)
from realtime.sockets.audience import Audience
from realtime.sockets.connection import Connection


class Source(Protocol):
    """Whose view it is: the actors, or whoever shows something beside them. See
    ActorSystem.observe."""

    def observe(
        self,
        stream: str,
        view: str,
        since: Since | None,
        ready: Callable[[Snapshot | Refusal], None],
        listener: Listener,
    ) -> None: ...

    def forget(self, stream: str, view: str, listener: Listener) -> None: ...


class LiveTopic:
    """The feed's listener. A patch is encoded here once, for everybody.

    Snapshot and membership are one step: between what ``joined`` says and the first
    patch a member gets there is nothing, and nothing comes twice.
    """

    def __init__(
        self,
        name: str,
        stream: str,
        view: str,
        source: Source,
        new_audience: Callable[[str, int], Audience],
        ended: Callable[[LiveTopic], None],
    ) -> None:
        self.name = name
        self.stream = stream
        self.view = view
        self.audience: Audience | None = None
        self._epoch = ""
        self._source = source
        self._new_audience = new_audience
        self._ended = ended
        self._expected = 0

    # -- members -------------------------------------------------------------------

    def join(
        self,
        connection: Connection,
        join: Join,
        refused: Callable[[Refusal], None],
    ) -> None:
        asked = join.since
        since = None if asked is None else Since(asked.epoch, asked.seq)

        def joined(snapshot: Snapshot) -> bytes:
            if snapshot.patches is None:
                return joined_message(
                    join.ref,
                    self.name,
                    snapshot.epoch,
                    snapshot.seq,
                    view=snapshot.view,
                )
            missed = [
                patch_entry(p.prev, p.seq, p.at, p.body) for p in snapshot.patches
            ]
            return joined_message(
                join.ref, self.name, snapshot.epoch, snapshot.seq, patches=missed
            )

        self._observe(connection, since, joined, refused)

    def catch_up(
        self, connection: Connection, refused: Callable[[Refusal], None]
    ) -> None:
        """A fresh view instead of the patches that were let go."""

        def fresh(snapshot: Snapshot) -> bytes:
            assert snapshot.view is not None
            return view_message(
                self.name, snapshot.epoch, snapshot.seq, "slow", snapshot.view
            )

        self._observe(connection, None, fresh, refused)

    def leave(self, connection: Connection) -> None:
        if self.audience is not None:
            self.audience.dismiss(connection)
        self.rest_if_alone()

    def _observe(
        self,
        connection: Connection,
        since: Since | None,
        message: Callable[[Snapshot], bytes],
        refused: Callable[[Refusal], None],
    ) -> None:
        self._expected += 1

        def ready(result: Snapshot | Refusal) -> None:
            self._expected -= 1
            if isinstance(result, Refusal):
                refused(result)
            elif connection.is_open:
                self._audience_at(result).admit(connection, message(result))
            self.rest_if_alone()

        self._source.observe(self.stream, self.view, since, ready, self)

    def _audience_at(self, snapshot: Snapshot) -> Audience:
        self._epoch = snapshot.epoch
        if self.audience is None:
            self.audience = self._new_audience(self.name, snapshot.seq)
        return self.audience

    def rest_if_alone(self) -> None:
        """Nobody looks and nobody is about to: the actor may rest."""
        if not self._expected and not self.audience:
            self._source.forget(self.stream, self.view, self)
            self._ended(self)

    # -- the feed --------------------------------------------------------------------

    def patch(self, patch: Patch) -> None:
        if self.audience is not None:
            self.audience.publish(
                patch_message(
                    self.name, self._epoch, patch.prev, patch.seq, patch.at, patch.body
                ),
                patch.seq,
            )

    def lost(self) -> None:
        """The actor starts anew: go on from what everybody has been sent."""
        if self.audience is None:
            return
        self._expected += 1
        since = Since(self._epoch, self.audience.seq)
        self._source.observe(self.stream, self.view, since, self._found_again, self)

    def _found_again(self, result: Snapshot | Refusal) -> None:
        self._expected -= 1
        audience = self.audience
        if audience is None:
            return
        if isinstance(result, Refusal):
            self.close(result.code, rejoin=result.retry)
        elif result.patches is not None:
            for patch in result.patches:
                self.patch(patch)
        else:
            assert result.view is not None
            self._epoch = result.epoch
            audience.publish(
                view_message(self.name, result.epoch, result.seq, "reset", result.view),
                result.seq,
            )

    def close(self, reason: str, rejoin: bool) -> None:
        """For everybody; whoever joins again gets a new topic."""
        if self.audience is not None:
            self.audience.close(reason, rejoin)
            self.audience = None
        self._source.forget(self.stream, self.view, self)
        self._ended(self)
