"""What the other side can do wrong, as exceptions with typed fields.

    ProtocolError            code: how the connection ends, detail: for the log
    ├── BadFrame             4500  not a frame, not JSON, wrong types; field
    ├── BadProtocol          4502  well formed and out of turn; type
    ├── TooBig               4503  size, limit
    └── Flood                4005  per_second
    TooManyAsks              ref; the ask is refused, the connection stays

Nothing else leaves `realtime.protocol` for anything a peer can send. `detail` is for
our log: it is never sent back, so a token cannot leak by way of an error.
"""

from __future__ import annotations

from typing import ClassVar

from realtime.protocol.codes import ClosingCode


class ProtocolError(Exception):
    """The peer broke the protocol: its connection ends with `code`."""

    code: ClassVar[ClosingCode] = ClosingCode.BAD_PROTOCOL

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.code.reason}: {self.detail}"


class BadFrame(ProtocolError):
    """Bytes that are no frame, or a frame that is no message of ours.

    `field` is the place msgspec names (`$.since.seq`), if there is one.
    """

    code = ClosingCode.BAD_FRAME

    def __init__(self, detail: str, field: str | None = None) -> None:
        super().__init__(detail)
        self.field = field


class BadProtocol(ProtocolError):
    """A message of unknown type, or one that is not due now."""

    code = ClosingCode.BAD_PROTOCOL

    def __init__(self, detail: str, type: str) -> None:  # noqa: A002 the field's name
        super().__init__(detail)
        self.type = type


class TooBig(ProtocolError):
    """A message over the limit; `size` is what the headers so far announced."""

    code = ClosingCode.TOO_BIG

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"{size} bytes, {limit} allowed")
        self.size = size
        self.limit = limit


class Flood(ProtocolError):
    """More frames a second, for longer, than any client of ours has reason to send."""

    code = ClosingCode.FLOOD

    def __init__(self, per_second: float) -> None:
        super().__init__(f"over {per_second:g} frames a second")
        self.per_second = per_second


class TooManyAsks(Exception):
    """An ask beyond the limit. It is answered with `too_many_asks`, nothing more."""

    def __init__(self, ref: str, limit: int) -> None:
        super().__init__(f"ask {ref!r} is over the {limit} that may be open")
        self.ref = ref
        self.limit = limit
