"""What a client's calls raise. The network is not among them: it comes back.

ClientError
├── AskRefused      an ask was not done; code, message, retry, details
├── TopicClosed     the server keeps a topic from us; topic, reason
└── Ended           the server told us to stay away, or we left; code, reason
"""

from __future__ import annotations

from typing import Any


class ClientError(Exception):
    """Something a caller asked of the client was not done."""


class AskRefused(ClientError):
    """The server's answer to an ask was no; `retry` says whether to try later.

    `deadline` also stands for an answer that did not come in time: what was asked may
    have happened, or still happen.
    """

    def __init__(
        self,
        code: str,
        message: str,
        retry: bool = False,
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.retry = retry
        self.details = details or {}


class TopicClosed(ClientError):
    """The server does not show this topic (any more)."""

    def __init__(self, topic: str, reason: str) -> None:
        super().__init__(f"{topic}: {reason}")
        self.topic = topic
        self.reason = reason


class Ended(ClientError):
    """This client does not come back. `code` is the server's closing code, or None
    when the client was left by its own program."""

    def __init__(self, code: int | None, reason: str) -> None:
        super().__init__(f"{code} {reason}" if code else reason)
        self.code = code
        self.reason = reason
