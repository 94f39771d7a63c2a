"""Every message of `houzhen.v1`, both ways.

What a client sends is decoded and validated in one step, by one decoder over a tagged
union. What the server sends is put together from JSON that is already encoded: a view
or a patch is encoded once by the side that owns it, and only its envelope is written
per topic or per connection. The structs of the server's messages are for clients.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from msgspec import DecodeError, Meta, Raw, Struct, field
from msgspec.json import Decoder, Encoder

from realtime.protocol.codes import may_retry
from realtime.protocol.errors import BadFrame, BadProtocol

SUBPROTOCOL = "houzhen.v1"
PATH = "/live"

Ref = Annotated[str, Meta(min_length=1, max_length=64)]
Key = Annotated[str, Meta(min_length=8, max_length=64)]
Topic = Annotated[str, Meta(min_length=1, max_length=256)]
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Epoch = Annotated[str, Meta(min_length=1, max_length=128)]
Seq = Annotated[int, Meta(ge=0, le=2**53 - 1)]  # what a browser's number can carry
Millis = Annotated[int, Meta(ge=100, le=60_000)]
ViewReason = Literal["slow", "reset"]


class _Part(Struct, frozen=True, gc=False, omit_defaults=True):
    pass


class _Message(Struct, frozen=True, gc=False, omit_defaults=True, tag_field="type"):
    pass


# What a client sends.


class Client(_Part, frozen=True, gc=False):
    kind: Name
    id: Annotated[str, Meta(max_length=128)]
    version: Annotated[str, Meta(max_length=64)]


class Since(_Part, frozen=True, gc=False):
    epoch: Epoch
    seq: Seq


class Hello(_Message, frozen=True, gc=False, tag="hello"):
    ref: Ref
    token: Annotated[str, Meta(max_length=8192)]
    client: Client

    def __repr__(self) -> str:  # a token must not reach a log
        return f"Hello(ref={self.ref!r}, client={self.client!r})"


class Join(_Message, frozen=True, gc=False, tag="join"):
    ref: Ref
    topic: Topic
    since: Since | None = None


class Leave(_Message, frozen=True, gc=False, tag="leave"):
    ref: Ref
    topic: Topic


class Ask(_Message, frozen=True, gc=False, tag="ask"):
    """`body` is checked to be JSON, and decoded by who knows what `name` takes."""

    ref: Ref
    topic: Topic
    name: Name
    key: Key
    body: Raw
    deadline_ms: Millis


class Pong(_Message, frozen=True, gc=False, tag="pong"):
    pass


ClientMessage = Hello | Join | Leave | Ask | Pong


# What the server sends, as a client reads it.


class Limits(_Part, frozen=True, gc=False):
    """What one connection may do; told in `welcome`."""

    message_bytes: int = field(default=65_536)
    asks_open: int = field(default=64)
    topics: int = field(default=64)
    frames_per_s: float = field(default=200.0)
    frames_at_once: int = field(default=400)


class PatchEntry(_Part, frozen=True, gc=False):
    prev: int
    seq: int
    at: int
    patch: dict[str, Any]


class Welcome(_Message, frozen=True, gc=False, tag="welcome"):
    ref: str
    conn_id: str
    server_time: str
    heartbeat_s: float
    limits: Limits


class Joined(_Message, frozen=True, gc=False, tag="joined"):
    """Either `recovered` with the patches that were missing, or the whole view."""

    ref: str
    topic: str
    epoch: str
    seq: int
    recovered: bool
    patches: list[PatchEntry] | None = None
    view: dict[str, Any] | None = None


class Patch(_Message, frozen=True, gc=False, tag="patch"):
    topic: str
    epoch: str
    prev: int
    seq: int
    at: int
    patch: dict[str, Any]


class View(_Message, frozen=True, gc=False, tag="view"):
    topic: str
    epoch: str
    seq: int
    reason: str
    view: dict[str, Any]


class AskError(_Part, frozen=True, gc=False):
    code: str
    message: str
    retry: bool
    details: dict[str, Any] | None = None


class Reply(_Message, frozen=True, gc=False, tag="reply"):
    ref: str
    ok: bool
    body: Any = None
    seq: int | None = None
    error: AskError | None = None


class Closed(_Message, frozen=True, gc=False, tag="closed"):
    topic: str
    reason: str
    rejoin: bool
    ref: str | None = None


class Ping(_Message, frozen=True, gc=False, tag="ping"):
    server_time: str
    tops: dict[str, int]


ServerMessage = Welcome | Joined | Patch | View | Reply | Closed | Ping


# Decoding.


class _OnlyType(Struct, gc=False):
    type: str


_client_decoder: Decoder[ClientMessage] = Decoder(ClientMessage)
_server_decoder: Decoder[ServerMessage] = Decoder(ServerMessage)
_type_decoder = Decoder(_OnlyType)
_client_types = frozenset({"hello", "join", "leave", "ask", "pong"})
_server_types = frozenset(
    {"welcome", "joined", "patch", "view", "reply", "closed", "ping"}
)


def decode_client(text: bytes) -> ClientMessage:
    """One message of a client; BadFrame or BadProtocol, whatever the bytes are."""
    try:
        return _client_decoder.decode(text)
    except (DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise _refusal(text, exc, _client_types) from None


def decode_server(text: bytes | str) -> ServerMessage:
    """One message of the server; BadFrame or BadProtocol, whatever the bytes are."""
    try:
        return _server_decoder.decode(text)
    except (DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise _refusal(text, exc, _server_types) from None


def _refusal(
    text: bytes | str, exc: Exception, known: frozenset[str]
) -> BadFrame | BadProtocol:
    # Only here, off the fast path, does it matter whether the type was the trouble.
    try:
        kind = _type_decoder.decode(text).type
    except (DecodeError, UnicodeDecodeError, RecursionError):
        pass
    else:
        if kind not in known:
            return BadProtocol("unknown type", kind[:64])
    detail = str(exc)
    _, at, place = detail.partition(" - at `")
    return BadFrame(detail, place.rstrip("`") if at else None)


# Encoding. The numbers go in with %d, so an envelope costs one formatting.

_encode = Encoder().encode


def encode(message: ClientMessage) -> bytes:
    """The text of a client's message."""
    return _encode(message)


def welcome_message(
    ref: str, conn_id: str, server_time: str, heartbeat_s: float, limits: Limits
) -> bytes:
    told = {name: getattr(limits, name) for name in limits.__struct_fields__}
    return _encode(
        {
            "type": "welcome",
            "ref": ref,
            "conn_id": conn_id,
            "server_time": server_time,
            "heartbeat_s": heartbeat_s,
            "limits": told,
        }
    )


def patch_message(
    topic: str, epoch: str, prev: int, seq: int, at: int, patch: bytes
) -> bytes:
    return b'{"type":"patch","topic":%b,"epoch":%b,' % (
        _encode(topic),
        _encode(epoch),
    ) + b'"prev":%d,"seq":%d,"at":%d,"patch":%b}' % (prev, seq, at, patch)


def patch_entry(prev: int, seq: int, at: int, patch: bytes) -> bytes:
    """One of the `patches` of a `joined`."""
    return b'{"prev":%d,"seq":%d,"at":%d,"patch":%b}' % (prev, seq, at, patch)


def view_message(
    topic: str, epoch: str, seq: int, reason: ViewReason, view: bytes
) -> bytes:
    return b'{"type":"view","topic":%b,"epoch":%b,"seq":%d,"reason":%b,"view":%b}' % (
        _encode(topic),
        _encode(epoch),
        seq,
        _encode(reason),
        view,
    )


def joined_message(
    ref: str,
    topic: str,
    epoch: str,
    seq: int,
    *,
    view: bytes | None = None,
    patches: Iterable[bytes] | None = None,
) -> bytes:
    """Either the whole `view`, or the `patches` (of `patch_entry`) that were missed."""
    head = b'{"type":"joined","ref":%b,"topic":%b,"epoch":%b,"seq":%d,' % (
        _encode(ref),
        _encode(topic),
        _encode(epoch),
        seq,
    )
    if view is not None and patches is None:
        return b'%b"recovered":false,"view":%b}' % (head, view)
    if patches is not None and view is None:
        return b'%b"recovered":true,"patches":[%b]}' % (head, b",".join(patches))
    raise ValueError("a recovery is the view or the patches, never both, never neither")


def reply_message(ref: str, body: bytes, seq: int | None = None) -> bytes:
    """An ask that was done; `seq` is that of the view which will show it."""
    if seq is None:
        return b'{"type":"reply","ref":%b,"ok":true,"body":%b}' % (_encode(ref), body)
    return b'{"type":"reply","ref":%b,"ok":true,"body":%b,"seq":%d}' % (
        _encode(ref),
        body,
        seq,
    )


def error_message(
    ref: str,
    code: str,
    message: str,
    details: Mapping[str, Any] | None = None,
    *,
    retry: bool | None = None,
) -> bytes:
    """An ask that was refused; `retry` follows from the code unless it is given."""
    error: dict[str, Any] = {
        "code": str(code),
        "message": message,
        "retry": may_retry(code) if retry is None else retry,
        "details": dict(details or {}),
    }
    return _encode({"type": "reply", "ref": ref, "ok": False, "error": error})


def closed_message(
    topic: str, reason: str, rejoin: bool, ref: str | None = None
) -> bytes:
    told: dict[str, Any] = {"type": "closed", "topic": topic, "reason": reason}
    told["rejoin"] = rejoin
    if ref is not None:
        told["ref"] = ref
    return _encode(told)


def ping_message(server_time: str, tops: Mapping[str, int]) -> bytes:
    return _encode({"type": "ping", "server_time": server_time, "tops": tops})
