"""What a request brings: its key, its body as a struct, and whether a page of somebody
else's sent it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from quart import Response, request

from actors.kernel.errors import BadRequest
from realtime.bodies import read_body
from realtime.http.answers import refusal
from realtime.http.bearer import answered

B = TypeVar("B", bound=msgspec.Struct)

KEY_HEADER = "Idempotency-Key"
KEY_SHORTEST, KEY_LONGEST = 8, 64


async def only_ours(do: Callable[[], Awaitable[Any]]) -> Response:
    """What was done, or why not; nothing for a page of another site. A token in a
    header is no cookie, but no page of others needs these addresses either."""
    if request.headers.get("Sec-Fetch-Site", "none") == "cross-site":
        return refusal(403)
    return await answered(do())


async def json_body(kind: type[B], longest: int) -> B:
    """The body of so many bytes at most. BadRequest when it is something else."""
    raw = await request.get_data(as_text=False)
    if len(raw) > longest or not request.is_json:
        raw = b""
    found: B = read_body(msgspec.Raw(raw), kind)
    return found


async def body_if_any(kind: type[B], longest: int) -> B:
    """As json_body, for who may leave it out; whatever type it is said to have."""
    raw = await request.get_data(as_text=False)
    if len(raw) > longest:
        raise BadRequest
    found: B = read_body(msgspec.Raw(raw or b"{}"), kind)
    return found


def idempotency_key() -> str:
    """What makes a request happen once. BadRequest without a good one."""
    key = request.headers.get(KEY_HEADER, "")
    if not KEY_SHORTEST <= len(key) <= KEY_LONGEST:
        raise BadRequest(
            f"请求头 {KEY_HEADER} 要有 {KEY_SHORTEST} 到 {KEY_LONGEST} 个字符。",
            field=KEY_HEADER,
        )
    return key
