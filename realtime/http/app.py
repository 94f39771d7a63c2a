"""The web application: everything it needs is handed in, nothing is looked up."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from pathlib import Path

import msgspec
from quart import Response, request
from quart_trio import QuartTrio
from werkzeug.exceptions import HTTPException

from actors.kernel.times import Clock
from realtime.config import Hospital
from realtime.http.answers import (
    EVERYWHERE,
    NOTHING_RUNS,
    error_for,
    json_answer,
    refusal,
)
from realtime.http.api import BASE, api_routes
from realtime.http.audio import AUDIO, AudioRoutes, audio_routes
from realtime.http.clinics import ClinicRoutes, clinic_routes
from realtime.http.demo import Demo, demo_routes
from realtime.http.health import Check, health_routes
from realtime.http.metrics import Metrics, metrics_routes
from realtime.http.pages import Pages, not_there, page_routes
from realtime.http.plan import DESCRIBED as PLAN_FILE
from realtime.http.plan import PlanFile, plan_routes
from realtime.http.rooms import ROOM_KEYS, Rooms, room_routes
from realtime.http.staff import Staff, staff_routes
from realtime.http.terminals import DESCRIBED as TERMINALS
from realtime.http.terminals import TerminalRoutes, terminal_routes

FOR_PROGRAMS = ("/api/", "/demo/", "/health/", "/metrics")

_log = logging.getLogger("houzhen.http")


class Site(msgspec.Struct, frozen=True):
    """What the application tells about, and how it finds out.

    `pages` is the folder of the built pages. `demo` is there in a demo only: without
    it the demo's addresses do not exist.
    """

    hospital: Hospital
    version: str
    clock: Clock
    pages: Path
    metrics: Metrics
    checks: Mapping[str, Check]
    demo: Demo | None = None
    staff: Staff | None = None
    rooms: Rooms | None = None
    clinics: ClinicRoutes | None = None
    plan: PlanFile | None = None
    terminals: TerminalRoutes | None = None
    audio: AudioRoutes | None = None
    notes: Mapping[str, Check] = {}
    body_bytes: int = 1_048_576
    body_s: float = 30.0


def create_app(site: Site) -> QuartTrio:
    """Put the application together. It needs no start-up and keeps no tasks."""
    app = QuartTrio("houzhen", static_folder=None, template_folder=None)
    # an address is what it says: nothing is answered by sending elsewhere
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.config["MAX_CONTENT_LENGTH"] = site.body_bytes
    app.config["BODY_TIMEOUT"] = site.body_s
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False

    demo = site.demo is not None
    app.register_blueprint(
        api_routes(
            site.hospital,
            site.version,
            site.clock,
            demo=demo,
            planned=None if site.plan is None else site.plan.door.has_plan,
            elsewhere=[
                *(() if site.rooms is None else ROOM_KEYS),
                *(() if site.terminals is None else TERMINALS),
                *(() if site.audio is None else AUDIO),
                *(() if site.plan is None else PLAN_FILE),
            ],
        )
    )
    if site.staff is not None:
        app.register_blueprint(staff_routes(site.staff, BASE))
    if site.clinics is not None:
        app.register_blueprint(clinic_routes(site.clinics, BASE))
    if site.rooms is not None:
        app.register_blueprint(room_routes(site.rooms, BASE))
    if site.terminals is not None:
        app.register_blueprint(terminal_routes(site.terminals, BASE))
    if site.plan is not None:
        app.register_blueprint(plan_routes(site.plan, BASE))
    if site.audio is not None:
        app.register_blueprint(audio_routes(site.audio, BASE))
    app.register_blueprint(health_routes(site.checks, site.notes))
    app.register_blueprint(metrics_routes(site.metrics))
    if site.demo is not None:
        app.register_blueprint(demo_routes(site.demo))
    app.register_blueprint(page_routes(Pages(site.pages)))

    async def guarded(answer: Response) -> Response:
        for name, value in EVERYWHERE.items():
            answer.headers.setdefault(name, value)
        answer.headers.setdefault("Content-Security-Policy", NOTHING_RUNS)
        return answer

    async def refused(error: HTTPException) -> Response:
        status = error.code or 500
        if status == 404 and not request.path.startswith(FOR_PROGRAMS):
            return not_there()
        answer = refusal(status)
        if status == 405 and (allowed := getattr(error, "valid_methods", None)):
            answer.headers["Allow"] = ", ".join(sorted(allowed))
        return answer

    async def crashed(error: Exception) -> Response:
        incident = secrets.token_hex(4)
        _log.error(
            "incident %s: %s %s", incident, request.method, request.path, exc_info=error
        )
        usual = msgspec.to_builtins(error_for(500))
        return json_answer(usual | {"details": {"incident": incident}}, 500)

    app.after_request(guarded)
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Exception, crashed)
    return app
