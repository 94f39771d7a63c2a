"""`/api/v1/clinics`: today's clinics by name, for the desks that send patients on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from quart import Blueprint, Response

from actors.kernel.errors import Forbidden
from actors.kernel.times import Clock
from realtime.http.bearer import answered, bearer
from realtime.tokens import Gate

_WORK_HERE = frozenset(
    {"nurse", "doctor", "expert", "manager", "operator", "admin", "his"}
)


class ClinicRoutes(msgspec.Struct, frozen=True):
    """What the route needs."""

    today: Callable[[], Awaitable[Any]]
    gate: Gate
    clock: Clock


def clinic_routes(clinics: ClinicRoutes, base: str) -> Blueprint:
    routes = Blueprint("clinics", __name__, url_prefix=base)

    async def found() -> Any:
        who = bearer(clinics.gate, clinics.clock)
        if _WORK_HERE.isdisjoint(who.roles):
            raise Forbidden
        return await clinics.today()

    @routes.get("/clinics")
    async def today() -> Response:
        return await answered(found())

    return routes
