"""Why something was not done, in one form from the rules to the wire.

    Refusal                 nothing has happened; code, message, retry, details
    ├── Refused             the rules say no (a capability's own code)
    ├── BadRequest          the body is not what the command takes
    ├── Forbidden           this principal may not
    ├── UnknownTarget       no such actor, command or view
    ├── KeyReused           the key stands for another body
    ├── Busy                the mailbox is full; try again
    ├── Unavailable         could not be written down; the same key will find out
    ├── DeadlinePassed      not answered in time; it may still happen
    └── Crashed             our own mistake, logged under details["incident"]

Messages are for people: one Chinese sentence that says what to do. Codes are for
programs and never change.
"""

from __future__ import annotations

from typing import Any, ClassVar


class Refusal(Exception):
    """Something asked for was not done. Safe to send to whoever asked."""

    code: str = "refused"
    retry: ClassVar[bool] = False
    default: ClassVar[str] = "现在办不了，请到分诊台。"

    def __init__(self, message: str | None = None, **details: Any) -> None:
        super().__init__(message or self.default)
        self.message = message or self.default
        self.details: dict[str, Any] = details

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code!r}, {self.message!r})"


class Refused(Refusal):
    """The rules of a capability say no, under a code of their own."""

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(message, **details)
        self.code = code


class BadRequest(Refusal):
    code = "bad_request"
    default = "内容填得不对，请检查后再试。"


class Forbidden(Refusal):
    code = "forbidden"
    default = "您没有这项权限，请找管理员开通。"


class UnknownTarget(Refusal):
    code = "unknown_topic"
    default = "没有这个地方，请检查设置。"


class UnknownAsk(UnknownTarget):
    code = "unknown_ask"
    default = "没有这项操作，请刷新页面。"


class KeyReused(Refusal):
    code = "key_reused"
    default = "这个请求编号已经用过，请刷新页面后再试。"


class Stale(Refusal):
    """The stream has moved on since the asker looked."""

    code = "stale"
    default = "情况已经变了，请看一下最新画面再操作。"


class Busy(Refusal):
    code = "busy"
    retry = True
    default = "现在人多，请过一会儿再试。"


class Unavailable(Refusal):
    code = "unavailable"
    retry = True
    default = "暂时存不下来，请过一会儿再试。"


class DeadlinePassed(Refusal):
    code = "deadline"
    default = "没有及时得到答复，请看一下画面再决定要不要重做。"


class Crashed(Refusal):
    code = "internal"
    default = "系统出了错，已经记下来了，请到分诊台。"
