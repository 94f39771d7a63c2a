"""Whether the server lives, and whether it can do its work now.

`/health/live` answers as long as the event loop turns: restart what does not. By
`/health/ready` a load balancer decides: a server that cannot write its journal, or is
about to stop, gets no visitors.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping

import trio
from quart import Blueprint, Response

from realtime.http.answers import json_answer

# Says what is wrong, in a few words; None when nothing is.
Check = Callable[[], Awaitable[str | None]]
PATIENCE_S = 2.0

_log = logging.getLogger("houzhen.health")


async def ask_all(
    checks: Mapping[str, Check], patience_s: float = PATIENCE_S
) -> dict[str, str]:
    """What each check says, `ok` or the fault; all at once, none waited for longer
    than `patience_s`. A check that fails is a fault, and never an error here."""
    said = dict.fromkeys(checks, "no answer in time")

    async def ask(name: str, check: Check) -> None:
        try:
            with trio.move_on_after(patience_s):
                said[name] = await check() or "ok"
        except Exception:
            _log.exception("the check %r failed", name)
            said[name] = "the check failed; see the log"

    async with trio.open_nursery() as nursery:
        for name, check in checks.items():
            nursery.start_soon(ask, name, check)
    return said


def health_routes(
    checks: Mapping[str, Check], notes: Mapping[str, Check] | None = None
) -> Blueprint:
    """``notes`` are told beside the checks, and keep nobody away: a server without a
    voice still serves."""
    routes = Blueprint("health", __name__, url_prefix="/health")

    @routes.get("/live")
    async def live() -> Response:
        return json_answer({"live": True})

    @routes.get("/ready")
    async def ready() -> Response:
        said = await ask_all(checks)
        fine = all(answer == "ok" for answer in said.values())
        answer = {"ready": fine, "checks": said}
        if notes:
            answer["notes"] = await ask_all(notes)
        return json_answer(answer, 200 if fine else 503)

    return routes
