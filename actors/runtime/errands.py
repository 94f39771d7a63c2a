"""What lies in an actor's mailbox, and what is on its way to the disk."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from actors.journal.records import Append
from actors.kernel.errors import Refusal
from actors.runtime.feed import Feed, Patch
from actors.runtime.mail import Mail

Effect = Callable[[Refusal | None], None]
"""Done when what an actor could have seen is on disk; or with why it is not."""


class Look:
    """Something to do on the state that is no command: a read, a join."""

    __slots__ = ("begin", "refuse")

    def __init__(
        self, begin: Callable[[], None], refuse: Callable[[Refusal], None]
    ) -> None:
        self.begin = begin
        self.refuse = refuse


class InFlight(Append):
    """An append with what leaves the actor when it is on disk."""

    __slots__ = ("after", "mail", "patches", "reply")

    mail: Mail
    reply: bytes
    patches: list[tuple[Feed, Patch]]
    after: list[Effect]


Errand = Mail | Look


def tag_of(event: msgspec.Struct) -> str:
    """The name an event has in the journal."""
    tag = _TAGS.get(type(event))
    if tag is None:
        found = event.__struct_config__.tag
        assert isinstance(found, str)
        tag = _TAGS[type(event)] = found
    return tag


_TAGS: dict[type, str] = {}
