"""The opening of a connection: a request head in, an HTTP response out.

The WebSocket handshake itself is that of websockets' Sans-I/O server, without
extensions; its object is dropped once it has answered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus

from websockets.datastructures import MultipleValuesError
from websockets.http11 import Request
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from realtime.protocol.messages import PATH, SUBPROTOCOL

HEAD_BYTES = 16_384
HEAD_END = b"\r\n\r\n"

_upgrade_to_websocket = re.compile(
    rb"^upgrade[ \t]*:[^\r\n]*\bwebsocket\b", re.IGNORECASE | re.MULTILINE
).search
_starts_like_http = re.compile(rb"[A-Z]{1,16}(?: [!-~]*)?").match


@dataclass(frozen=True, slots=True)
class Answer:
    """What to write; `accepted` tells whether frames follow or the connection ends."""

    accepted: bool
    response: bytes
    status: int


def may_be_http(begun: bytes) -> bool:
    """Whether these first bytes can still become a request. A TLS hello cannot."""
    return not begun or _starts_like_http(begun) is not None


def wants_websocket(head: bytes) -> bool:
    return _upgrade_to_websocket(head) is not None


def open_websocket(head: bytes) -> Answer:
    """Answer a request that wants to upgrade; `head` ends with an empty line."""
    protocol = ServerProtocol(subprotocols=[Subprotocol(SUBPROTOCOL)])
    protocol.receive_data(head)
    requests = protocol.events_received()
    if len(requests) != 1 or not isinstance(requests[0], Request):
        return refuse(HTTPStatus.BAD_REQUEST, "This is not an HTTP/1.1 request.")
    request = requests[0]
    if request.path.partition("?")[0] != PATH:
        return refuse(HTTPStatus.NOT_FOUND, f"WebSockets are at {PATH}.")
    try:
        version = request.headers.get("Sec-WebSocket-Version")
    except MultipleValuesError:
        version = "several"
    if version != "13":
        return refuse(
            HTTPStatus.UPGRADE_REQUIRED,
            "WebSocket version 13 is spoken here.",
            "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
        )
    response = protocol.accept(request)
    return Answer(
        accepted=response.status_code == HTTPStatus.SWITCHING_PROTOCOLS,
        response=response.serialize(),
        status=response.status_code,
    )


def refuse(status: HTTPStatus, why: str, headers: str = "") -> Answer:
    """A plain-text response after which the connection is closed."""
    body = f"{why}\n".encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        f"Date: {formatdate(usegmt=True)}\r\n"
        f"{headers}"
        "Connection: close\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return Answer(accepted=False, response=head.encode() + body, status=status.value)
