"""The API, health and the form of errors."""

import logging
from pathlib import Path

import pytest
import trio
from quart import Quart

from realtime.config import Hospital, Http
from realtime.http import app as http_app
from realtime.http.answers import ERRORS, EVERYWHERE
from realtime.http.health import ask_all
from tests.realtime.http.visitor import Door, opened, site


async def test_the_server_says_who_it_is() -> None:
    hospital = Hospital(id="north", name="北院", time_zone="America/Lima")
    async with opened(site(hospital=hospital)) as door:
        answer = await door.get("/api/v1/server")
    assert answer.json == {
        "name": "houzhen",
        "version": "1.2.3",
        "protocol": "houzhen.v1",
        "hospital": {"id": "north", "name": "北院", "time_zone": "America/Lima"},
        "day": "2026-11-22",
        "server_time": "2026-11-22T22:22:00.123-05:00",
        "demo": False,
        "planned": True,
    }
    assert answer.headers["cache-control"] == "no-store"


async def test_the_description_describes_every_route_that_is_there() -> None:
    async with opened(site()) as door, door.visitor() as visitor:
        description = (await visitor.get("/api/v1/openapi.json")).json
        assert description["openapi"] == "3.1.0"
        assert description["info"]["version"] == "1.2.3"
        assert description["paths"]
        schemas = description["components"]["schemas"]
        for path, methods in description["paths"].items():
            answer = await visitor.get(description["servers"][0]["url"] + path)
            assert answer.status == 200
            responses = methods["get"]["responses"]
            ref = responses["200"]["content"]["application/json"]["schema"]["$ref"]
            schema = schemas[ref.removeprefix("#/components/schemas/")]
            assert set(answer.json) == set(schema["required"])
        assert set(schemas["HttpError"]["properties"]) == {"code", "message", "retry"}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nowhere", 404, "not_found"),
        ("GET", "/api/v2", 404, "not_found"),
        ("POST", "/api/v1/nowhere", 404, "not_found"),
        ("POST", "/api/v1/server", 405, "bad_method"),
        ("GET", "/health/nowhere", 404, "not_found"),
        ("GET", "/demo/token", 404, "not_found"),
        ("DELETE", "/metrics", 405, "bad_method"),
    ],
)
async def test_every_error_has_one_form(
    method: str, path: str, status: int, code: str
) -> None:
    async with opened(site()) as door:
        answer = await door.get(path, method)
    assert answer.status == status
    assert answer.json == {
        "code": code,
        "message": ERRORS[status].message,
        "retry": False,
    }
    for header in EVERYWHERE:
        assert header.lower() in answer.headers
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def test_our_own_mistake_is_logged_and_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    create = http_app.create_app

    def with_a_mistake(site: http_app.Site) -> Quart:
        app = create(site)

        async def mistake() -> str:
            raise ZeroDivisionError("in the dark")

        app.add_url_rule("/api/v1/mistake", "mistake", mistake)
        return app

    monkeypatch.setattr("tests.realtime.http.visitor.create_app", with_a_mistake)
    async with opened(site()) as door, door.visitor() as visitor:
        answer = await visitor.get("/api/v1/mistake")
        assert answer.status == 500
        incident = answer.json["details"]["incident"]
        assert answer.json["code"] == "internal"
        assert b"dark" not in answer.body
        assert (await visitor.get("/health/live")).status == 200
    (record,) = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert incident in record.getMessage()
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError


# -- bodies -----------------------------------------------------------------------


async def send_raw(door: Door, data: bytes) -> bytes:
    async with door.visitor() as visitor:
        await visitor.stream.send_all(data)
        answer = b""
        try:
            while more := await visitor.stream.receive_some():
                answer += more
        except trio.BrokenResourceError:
            pass
        return answer


async def test_a_body_nobody_wants_is_refused_and_not_kept() -> None:
    head = (
        b"POST /api/v1/nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n"
    )
    async with opened(site(), Http(body_bytes=2000)) as door:
        answer = await send_raw(door, head + b"x" * 5000)
    assert answer.startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET ?x HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
        (b"GET http://a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", b"503"),
        (b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
        (
            b"GET http://a/health/live HTTP/1.1\r\nHost: a\r\n"
            b"Connection: close\r\n\r\n",
            b"200",
        ),
        (b"BREW / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", b"405"),
        (b"GET /health/live HTTP/1.0\r\n\r\n", b"200"),
        (b"GET /health/live HTTP/1.1\r\n\r\n", b"400"),
        (b"GET /health/live HTTP/2.0\r\nHost: a\r\n\r\n", b"505"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"505"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 90_000 + b"\r\n\r\n", b"431"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01", b""),
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"400"),
        (
            b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
            b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
            b"40",
        ),
    ],
)
async def test_odd_requests_get_an_answer_and_hurt_nobody(
    request_: bytes, status: bytes
) -> None:
    async with opened(site()) as door, door.visitor() as neighbour:
        assert (await neighbour.get("/health/live")).status == 200
        with trio.fail_after(10):
            if status:
                answer = await send_raw(door, request_)
                assert answer.startswith(b"HTTP/1.1 " + status)
            else:
                async with door.visitor() as visitor:
                    await visitor.stream.send_all(request_)
                    await visitor.stream.send_eof()
                    assert await visitor.is_closed()
        assert (await neighbour.get("/health/live")).status == 200


# -- health -----------------------------------------------------------------------


async def fine() -> str | None:
    return None


async def full() -> str | None:
    return "the disk is full"


async def broken() -> str | None:
    raise OSError("in the dark")


async def test_a_server_that_lives_says_so_whatever_it_can_do() -> None:
    async with opened(site(checks={"journal": full})) as door:
        answer = await door.get("/health/live")
    assert (answer.status, answer.json) == (200, {"live": True})


async def test_a_server_that_can_do_its_work_is_ready() -> None:
    async with opened(site(checks={"journal": fine, "loop": fine})) as door:
        answer = await door.get("/health/ready")
    assert answer.status == 200
    assert answer.json == {"ready": True, "checks": {"journal": "ok", "loop": "ok"}}


async def test_a_server_that_cannot_says_why(caplog: pytest.LogCaptureFixture) -> None:
    checks = {"journal": full, "loop": fine, "gateway": broken}
    async with opened(site(checks=checks)) as door:
        answer = await door.get("/health/ready")
    assert answer.status == 503
    assert answer.json == {
        "ready": False,
        "checks": {
            "journal": "the disk is full",
            "loop": "ok",
            "gateway": "the check failed; see the log",
        },
    }
    assert "in the dark" in caplog.text


async def test_a_check_that_hangs_is_not_waited_for(autojump_clock: object) -> None:
    async def hangs() -> str | None:
        await trio.sleep_forever()

    start = trio.current_time()
    assert await ask_all({"journal": hangs, "loop": fine}) == {
        "journal": "no answer in time",
        "loop": "ok",
    }
    assert trio.current_time() - start == pytest.approx(2)


def test_the_site_needs_no_folder_to_be_made() -> None:
    http_app.create_app(site(Path("/nowhere")))
