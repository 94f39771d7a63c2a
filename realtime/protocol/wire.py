"""WebSocket frames as a server writes and reads them, after the handshake.

A full protocol object per connection costs more memory than all the rest of the
connection, and its reads cost three times these. What is left out is what
`houzhen.v1` does not use: extensions, binary messages, and the client's side.
`tests/realtime/protocol/test_wire.py` holds this reader equal to that of websockets.
"""

from __future__ import annotations

from realtime.protocol.errors import BadFrame, TooBig

try:
    from websockets.speedups import apply_mask
except ImportError:  # an installation without a compiler: slower, the same bytes
    from websockets.utils import apply_mask

PART = 0x0  # a fragment that did not complete its message
TEXT = 0x1
CLOSE = 0x8
PING = 0x9
PONG = 0xA

_BINARY = 0x2
_OPCODES = frozenset({PART, TEXT, _BINARY, CLOSE, PING, PONG})
_CONTROL_BYTES = 125
_FINAL = 0x80
_RESERVED = 0x70
_MASKED = 0x80


def text_frame(message: bytes) -> bytes:
    """A message as one whole frame, ready for any number of sockets."""
    size = len(message)
    if size < 126:
        return b"\x81%c%b" % (size, message)
    if size < 65_536:
        return b"\x81\x7e%b%b" % (size.to_bytes(2, "big"), message)
    return b"\x81\x7f%b%b" % (size.to_bytes(8, "big"), message)


def pong_frame(payload: bytes) -> bytes:
    return b"\x8a%c%b" % (len(payload), payload)


def close_frame(code: int, reason: str = "") -> bytes:
    payload = code.to_bytes(2, "big") + reason.encode()[: _CONTROL_BYTES - 2]
    return b"\x88%c%b" % (len(payload), payload)


def close_echo(payload: bytes) -> bytes:
    """The answer to a client's close frame: what it said."""
    return b"\x88%c%b" % (len(payload), payload)


class FrameReader:
    """Turns what a client's socket gave into frames, one at a time.

    `feed` takes bytes as they come. `next` gives `(TEXT, message)` for each whole
    message, `(PART, b"")` for each fragment before the last, `(PING | PONG | CLOSE,
    payload)` for control frames, and None when more bytes are needed; what has not
    been asked for stays in the buffer. It raises BadFrame or TooBig, and neither
    after that nor after a CLOSE does it give anything more.
    """

    __slots__ = ("_at", "_data", "_limit", "_over", "_parts", "_size")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._data: bytes | bytearray = b""
        self._at = 0
        self._parts: list[bytes] | None = None
        self._size = 0
        self._over = False

    @property
    def buffered(self) -> int:
        return len(self._data) - self._at

    def feed(self, data: bytes) -> None:
        if self._over:
            return
        if self._at == len(self._data):
            self._data = data
            self._at = 0
            return
        rest = self._data
        if isinstance(rest, bytearray):
            del rest[: self._at]
        else:
            rest = bytearray(memoryview(rest)[self._at :])
        rest += data
        self._data = rest
        self._at = 0

    def next(self) -> tuple[int, bytes] | None:
        data = self._data
        at = self._at
        left = len(data) - at
        if left < 2:
            return None
        head = data[at]
        length = data[at + 1]
        opcode = head & 0x0F
        if opcode not in _OPCODES:
            raise self._refuse("unknown opcode")
        if not length & _MASKED:
            raise self._refuse("a frame without a mask")
        length &= 0x7F
        start = at + 6
        if length > 125:
            width = 2 if length == 126 else 8
            if left < 2 + width:
                return None
            length = int.from_bytes(data[at + 2 : at + 2 + width], "big")
            start += width
        if length > self._limit - self._size:
            size = self._size + length
            self._stop()
            raise TooBig(size, self._limit)
        if head & _RESERVED:
            raise self._refuse("reserved bits are set")
        if opcode == _BINARY:
            raise self._refuse("a binary message")
        if opcode >= CLOSE and (length > _CONTROL_BYTES or not head & _FINAL):
            raise self._refuse("a long or fragmented control frame")
        end = start + length
        if len(data) < end:
            return None
        payload = apply_mask(data[start:end], data[start - 4 : start])
        if end == len(data):
            self._data = b""  # a connection at rest holds no bytes
            self._at = 0
        else:
            self._at = end
        if head == TEXT | _FINAL and self._parts is None:
            return TEXT, self._checked(payload)
        if opcode >= CLOSE:
            return self._control(opcode, payload)
        return self._fragment(opcode, payload, bool(head & _FINAL))

    def _fragment(self, opcode: int, payload: bytes, final: bool) -> tuple[int, bytes]:
        if opcode == TEXT:
            if self._parts is not None:
                raise self._refuse("a new message inside a fragmented one")
            self._parts = []
        elif self._parts is None:
            raise self._refuse("a continuation of nothing")
        self._parts.append(payload)
        self._size += len(payload)
        if not final:
            return PART, b""
        message = b"".join(self._parts)
        self._parts = None
        self._size = 0
        return TEXT, self._checked(message)

    def _control(self, opcode: int, payload: bytes) -> tuple[int, bytes]:
        if opcode == CLOSE:
            if payload and not _is_closing(payload):
                raise self._refuse("a malformed close frame")
            if self._parts is not None:
                raise self._refuse("a close inside a fragmented message")
            self._stop()
        return opcode, payload

    def _checked(self, message: bytes) -> bytes:
        # Here, because the JSON decoder skips over what nobody reads.
        if not message.isascii():
            try:
                message.decode()
            except UnicodeDecodeError:
                raise self._refuse("text that is not UTF-8") from None
        return message

    def _refuse(self, detail: str) -> BadFrame:
        self._stop()
        return BadFrame(detail)

    def _stop(self) -> None:
        self._over = True
        self._data = b""
        self._at = 0
        self._parts = None
        self._size = 0


def _is_closing(payload: bytes) -> bool:
    code = int.from_bytes(payload[:2], "big")
    if len(payload) < 2 or not (
        1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999
    ):
        return False
    try:
        payload[2:].decode()
    except UnicodeDecodeError:
        return False
    return True
