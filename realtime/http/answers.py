"""The form of every answer: JSON and its errors, and the headers that keep a browser
from doing more than our pages need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from quart import Response

JSON = "application/json; charset=utf-8"

# A browser that was lied to about a type, framed us or leaked an address is our
# doing unless these say otherwise.
EVERYWHERE: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=()",
}
NOTHING_RUNS = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"


class HttpError(msgspec.Struct, frozen=True):
    """What an answer holds when something was not done."""

    code: str
    message: str
    retry: bool = False


ERRORS: Mapping[int, HttpError] = {
    400: HttpError("bad_request", "请求写得不对，请检查后再试。"),
    403: HttpError("forbidden", "这里不能这样用。"),
    404: HttpError("not_found", "没有这个地址，请检查网址。"),
    405: HttpError("bad_method", "这个地址不能这样访问。"),
    408: HttpError("too_slow", "内容传得太慢，请再试一次。", retry=True),
    413: HttpError("too_big", "内容太大，请减小后再试。"),
    426: HttpError("upgrade_required", "实时连接请另开一条新的连接。", retry=True),
    500: HttpError("internal", "系统出了错，已经记下来了。"),
    503: HttpError("unavailable", "现在还没准备好，请过一会儿再试。", retry=True),
    505: HttpError("bad_version", "只支持 HTTP/1.1。"),
}


def error_for(status: int) -> HttpError:
    """The error of a status, or of its whole class."""
    return ERRORS.get(status) or ERRORS[500 if status >= 500 else 400]


def json_answer(value: Any, status: int = 200) -> Response:
    """Anything msgspec can write, not to be kept by anyone on the way."""
    answer = Response(msgspec.json.encode(value), status=status, content_type=JSON)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def refusal(
    status: int, code: str | None = None, message: str | None = None
) -> Response:
    """An error in the one form all errors have."""
    usual = error_for(status)
    return json_answer(
        HttpError(code or usual.code, message or usual.message, usual.retry), status
    )
