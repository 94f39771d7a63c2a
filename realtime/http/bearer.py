"""Who asks over HTTP, by the token they show; and the form of every refusal."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from quart import Response, request

from actors.kernel.errors import Refusal, UnknownTarget
from actors.kernel.times import Clock
from realtime.http.answers import json_answer
from realtime.tokens import BadToken, Gate, Principal


class NotLoggedIn(Refusal):
    code = "not_logged_in"
    default = "请先登录。"


def bearer(gate: Gate, clock: Clock) -> Principal:
    """Whose token the request shows. Raises NotLoggedIn without a good one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise NotLoggedIn
    try:
        return gate.check(token.strip(), clock.now())
    except BadToken:
        raise NotLoggedIn from None


async def answered(do: Awaitable[Any]) -> Response:
    """What was done, or why it was not."""
    try:
        return json_answer(await do)
    except Refusal as no:
        answer = {"code": no.code, "message": no.message, "retry": no.retry}
        return json_answer(answer | {"details": no.details}, _status(no))


_STATUS = {
    "not_logged_in": 401,
    "wrong_password": 401,
    "wrong_code": 401,
    "forbidden": 403,
    "disabled": 403,
    "change_password": 403,
    "second_factor": 403,
    "second_factor_first": 403,
    "unknown_account": 404,
    "unknown_room": 404,
    "unknown_terminal": 404,
    "no_screenshot": 404,
    "revoked": 403,
    "locked": 429,
    "too_many": 429,
    "bad_request": 400,
    "wrong_file": 400,
    "unavailable": 503,
    "busy": 503,
    "deadline": 504,
    "internal": 500,
}


def _status(no: Refusal) -> int:
    return 404 if isinstance(no, UnknownTarget) else _STATUS.get(no.code, 409)
