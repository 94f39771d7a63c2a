"""The demo's tokens are for whoever sits at the machine, and for nobody else."""

import pytest
from werkzeug.datastructures import Headers

from realtime.http.demo import LASTS_MS, Demo, from_this_machine
from realtime.keys import new_keys
from realtime.tokens import Gate
from tests.realtime.http.visitor import NOW, StillClock, opened, site

KEYS = new_keys().tokens
DEMO = Demo(KEYS, StillClock(), lambda: [{"name": "张友三", "card": "6230001"}])


@pytest.mark.parametrize(
    ("role", "place"), [("screen", "im2"), ("doctor", "im2/3"), ("kiosk", "*")]
)
async def test_a_token_for_a_role_and_a_place(role: str, place: str) -> None:
    async with opened(site(demo=DEMO)) as door:
        answer = await door.get(f"/demo/token?role={role}&place={place}")
    assert answer.status == 200
    assert answer.json["expires"] == NOW + LASTS_MS
    assert answer.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in answer.headers
    principal = Gate(KEYS).check(answer.json["token"], NOW)
    assert principal.roles == {role}
    assert principal.places == {place}


async def test_each_kiosk_of_a_demo_is_a_terminal_of_its_own() -> None:
    async with opened(site(demo=DEMO)) as door:
        answer = await door.get("/demo/token?role=kiosk&place=im2&name=k7")
    assert Gate(KEYS).check(answer.json["token"], NOW).name == "demo-kiosk-k7"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "role=kiosk&place=im2&name=%E5%86%85",
        "role=kiosk&place=im2&name=a/b",
        "role=screen",
        "place=im2",
        "role=security&place=im2",
        "role=screen&place=",
        "role=screen&place=im2/3/4",
        "role=screen&place=%E5%86%85",
        "role=&place=*",
    ],
)
async def test_a_token_for_nothing_is_refused(query: str) -> None:
    async with opened(site(demo=DEMO)) as door:
        answer = await door.get(f"/demo/token?{query}")
    assert answer.status == 400
    assert answer.json["code"] == "bad_request"


async def test_the_demos_cards() -> None:
    async with opened(site(demo=DEMO)) as door:
        answer = await door.get("/demo/cards")
    assert answer.json == {"cards": [{"name": "张友三", "card": "6230001"}]}


async def test_a_demo_says_that_it_is_one() -> None:
    async with opened(site(demo=DEMO)) as door:
        answer = await door.get("/api/v1/server")
    assert answer.json["demo"] is True


async def test_outside_a_demo_they_do_not_exist() -> None:
    async with opened(site()) as door, door.visitor() as visitor:
        for path in ("/demo/token?role=screen&place=im2", "/demo/cards", "/demo/x"):
            assert (await visitor.get(path)).status == 404


async def test_a_rebound_name_gets_nothing() -> None:
    async with opened(site(demo=DEMO)) as door:
        for path in ("/demo/token?role=screen&place=im2", "/demo/cards"):
            answer = await door.get(path, Host="evil.example")
            assert answer.status == 403
            assert "token" not in answer.json


HERE = {"Host": "127.0.0.1:8000"}


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("127.0.0.1", HERE),
        ("127.8.8.8", {"Host": "localhost"}),
        ("::1", {"Host": "[::1]:8000"}),
        ("::ffff:127.0.0.1", {"Host": "localhost:8000"}),
        ("127.0.0.1", HERE | {"Sec-Fetch-Site": "same-origin"}),
        ("127.0.0.1", HERE | {"Sec-Fetch-Site": "none"}),
        ("127.0.0.1", HERE | {"Origin": "http://127.0.0.1:8000"}),
    ],
)
def test_this_machine(peer: str, headers: dict[str, str]) -> None:
    assert from_this_machine(peer, Headers(headers))


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("10.0.0.9", HERE),
        ("::ffff:10.0.0.9", HERE),
        ("2001:db8::1", HERE),
        (None, HERE),
        ("", HERE),
        ("127.0.0.1", {}),
        ("127.0.0.1", {"Host": ""}),
        ("127.0.0.1", {"Host": "evil.example"}),
        ("127.0.0.1", {"Host": "127.0.0.1.evil.example"}),
        ("127.0.0.1", {"Host": "localhost.evil.example:8000"}),
        ("127.0.0.1", {"Host": "evil.example@localhost"}),
        ("127.0.0.1", {"Host": "localhost@evil.example"}),
        ("127.0.0.1", {"Host": "localhost:evil"}),
        ("127.0.0.1", {"Host": "localhost/evil.example"}),
        ("127.0.0.1", {"Host": "[::1"}),
        ("127.0.0.1", {"Host": "10.0.0.1:8000"}),
        ("127.0.0.1", {"Host": "0.0.0.0:8000"}),
        ("127.0.0.1", HERE | {"X-Forwarded-For": "127.0.0.1"}),
        ("127.0.0.1", HERE | {"Forwarded": "for=127.0.0.1"}),
        ("127.0.0.1", HERE | {"X-Real-IP": "127.0.0.1"}),
        ("127.0.0.1", HERE | {"Sec-Fetch-Site": "cross-site"}),
        ("127.0.0.1", HERE | {"Sec-Fetch-Site": "same-site"}),
        ("127.0.0.1", HERE | {"Origin": "null"}),
        ("127.0.0.1", HERE | {"Origin": "http://evil.example"}),
        ("127.0.0.1", HERE | {"Origin": "http://127.0.0.1:9000"}),
    ],
)
def test_not_this_machine(peer: str | None, headers: dict[str, str]) -> None:
    assert not from_this_machine(peer, Headers(headers))
