"""What the edge asks of the house: who may come in, and what they get to see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from realtime.protocol.messages import Ask, Hello, Join, Leave

if TYPE_CHECKING:
    from realtime.sockets.connection import Connection


class House(Protocol):
    """All synchronous: a house that needs time starts a task and answers from there.

    Each call is about one connection and answers by that connection's own methods. An
    exception out of a call ends that connection with 4004 and touches no other. Calls
    for one connection come one at a time, and none comes after `gone`.
    """

    def hello(self, connection: Connection, hello: Hello) -> None:
        """Set `connection.principal` and call `connection.welcome(hello.ref)`, or
        `connection.close(ClosingCode.BAD_TOKEN)`."""

    def join(self, connection: Connection, join: Join) -> None:
        """`audience.admit(connection, joined)` or `connection.send(closed)`. How many
        topics one connection may join is the house's to watch."""

    def leave(self, connection: Connection, leave: Leave) -> None:
        """`audience.dismiss(connection)` and `connection.send(closed)`."""

    def ask(self, connection: Connection, ask: Ask) -> None:
        """Exactly one `connection.reply(ask.ref, …)`, now or later."""

    def behind(self, connection: Connection, topic: str) -> None:
        """Its patches of `topic` were let go and it has caught up with all the rest.
        It is no member now: `audience.admit(connection, view)` makes it one again."""

    def gone(self, connection: Connection) -> None:
        """It said hello, and has ended. It is no member of anything any more;
        `connection.topics` still tells where it was."""
