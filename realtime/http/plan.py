"""The hospital's plan as a file: `/api/v1/plan`, out and in.

Not over the live connection: a large hospital's file is longer than a frame may be, and
so it can be kept, compared and put back by any program.
"""

from __future__ import annotations

from typing import Any, Protocol

import msgspec
from quart import Blueprint, Response, request

from actors.hospital.messages import ThisChange
from actors.kernel.errors import BadRequest, Refusal
from actors.kernel.times import Clock
from realtime.http.asked import idempotency_key, only_ours
from realtime.http.bearer import answered, bearer
from realtime.http.openapi import Described
from realtime.tokens import Gate, Principal

KIND = "application/toml; charset=utf-8"


class PlanDoor(Protocol):
    """What lies behind the routes; realtime.planning is it."""

    async def export(self, who: Principal) -> str: ...
    async def has_plan(self) -> bool: ...

    async def replace(
        self, who: Principal, text: str, *, dry: bool, seen: int | None, key: str
    ) -> Any:
        """Once for one key. Raises a Refusal. Cancelled, it may still happen."""


class PlanFile(msgspec.Struct, frozen=True):
    """What the routes need."""

    door: PlanDoor
    gate: Gate
    clock: Clock


DESCRIBED = (
    Described(
        path="/plan",
        name="plan",
        summary="How the hospital is laid out, as a file",
        answer=ThisChange,
        media="application/toml",
        token=True,
    ),
    Described(
        path="/plan",
        name="replace_plan",
        summary="This file (TOML) instead; ?dry=1 only says what would change",
        answer=ThisChange,
        method="post",
        token=True,
    ),
)


def plan_routes(plan: PlanFile, base: str) -> Blueprint:
    routes = Blueprint("plan", __name__, url_prefix=base)

    @routes.get("/plan")
    async def export() -> Response:
        try:
            text = await plan.door.export(bearer(plan.gate, plan.clock))
        except Refusal as no:
            return await answered(_raise(no))
        response = Response(text, content_type=KIND)
        response.headers["Content-Disposition"] = 'attachment; filename="plan.toml"'
        response.headers["Cache-Control"] = "no-store"
        return response

    async def replaced() -> Any:
        who = bearer(plan.gate, plan.clock)
        raw = await request.get_data(as_text=False)
        try:
            text = str(raw, "utf-8-sig") if isinstance(raw, bytes) else raw
        except UnicodeDecodeError:
            raise BadRequest("文件要用 UTF-8 编码保存，请另存一次再导入。") from None
        dry = request.args.get("dry", "") in ("1", "true")
        key = "" if dry else idempotency_key()
        seen = request.args.get("seen", "")
        return await plan.door.replace(
            who,
            text.replace("\r\n", "\n"),
            dry=dry,
            seen=int(seen) if seen.isdecimal() else None,
            key=key,
        )

    @routes.post("/plan")
    async def replace() -> Response:
        return await only_ours(replaced)

    return routes


async def _raise(no: Refusal) -> Any:
    raise no
