"""`/api/v1`: what programs may ask over plain HTTP, and its own description."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

import msgspec
from quart import Blueprint, Response

from actors.clinic.order.reasons import templates
from actors.kernel.times import Clock, day_of, iso
from realtime.config import Hospital
from realtime.http.answers import json_answer
from realtime.http.openapi import Described, Operation, document
from realtime.protocol.messages import SUBPROTOCOL

BASE = "/api/v1"


class HospitalFacts(msgspec.Struct, frozen=True):
    """The hospital this server is for."""

    id: str
    name: str
    time_zone: str


class ServerFacts(msgspec.Struct, frozen=True):
    """What a page or a device needs to know before it connects. Not ``planned``:
    nobody has set the hospital up yet, so no clinic opens."""

    name: str
    version: str
    protocol: str
    hospital: HospitalFacts
    day: str
    server_time: str
    demo: bool
    planned: bool


class Words(msgspec.Struct, frozen=True):
    """The sentences behind the codes of views: code → language → template."""

    reasons: dict[str, dict[str, str]]


def api_routes(
    hospital: Hospital,
    version: str,
    clock: Clock,
    *,
    demo: bool = False,
    planned: Callable[[], Awaitable[bool]] | None = None,
    elsewhere: Iterable[Described] = (),
) -> Blueprint:
    """The routes. ``demo`` says that the demo's addresses are there too; ``elsewhere``
    is described here and answered by others."""
    zone = hospital.zone
    facts = HospitalFacts(hospital.id, hospital.name, hospital.time_zone)

    async def server() -> ServerFacts:
        now = clock.now()
        return ServerFacts(
            name="houzhen",
            version=version,
            protocol=SUBPROTOCOL,
            hospital=facts,
            day=day_of(now, zone),
            server_time=iso(now, zone),
            demo=demo,
            planned=planned is None or await planned(),
        )

    async def words() -> Words:
        return Words(reasons=templates())

    operations = [
        Operation(
            path="/server",
            name="server",
            summary="Which server this is",
            answer=ServerFacts,
            do=server,
        ),
        Operation(
            path="/words",
            name="words",
            summary="What codes say in words",
            answer=Words,
            do=words,
        ),
    ]
    description = document("Houzhen 候诊", version, BASE, [*operations, *elsewhere])
    routes = Blueprint("api", __name__, url_prefix=BASE)

    def route(operation: Operation) -> None:
        async def answer() -> Response:
            return json_answer(await operation.do())

        routes.add_url_rule(operation.path, operation.name, answer)

    for operation in operations:
        route(operation)

    @routes.get("/openapi.json")
    async def openapi() -> Response:
        return json_answer(description)

    return routes
