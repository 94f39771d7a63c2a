"""Recordings over HTTP: to devices with a token, whole, or with the reason why not."""

from __future__ import annotations

import io
import wave

import pytest

from queue_displays.speech.port import CHIME, Silent, Utterance, Wav
from queue_displays.speech.wav import chime, chimes
from realtime.http.app import Site
from realtime.http.audio import AudioRoutes
from realtime.keys import new_keys
from realtime.tokens import Gate, mint
from tests.realtime.http.visitor import NOW, StillClock, opened, site

KEYS = new_keys().tokens
KEY = "0123456789abcdef" * 2
SOUND = chime(*chimes()[CHIME])


class Pretend:
    """A `Speech` that has one recording."""

    def __init__(self, otherwise: Silent, fault: str | None = None) -> None:
        self.otherwise = otherwise
        self.fault = fault

    def prepare(self, utterance: Utterance) -> None:
        raise AssertionError("nobody prepares over HTTP")

    async def audio(self, key: str) -> Wav | Silent:
        return SOUND if key == KEY else self.otherwise


UNKNOWN = Silent("unknown", "nothing of this key was prepared")


def house(otherwise: Silent = UNKNOWN, fault: str | None = None) -> Site:
    speech = Pretend(otherwise, fault)

    async def speaks() -> str | None:
        return speech.fault

    return site(
        audio=AudioRoutes(speech, Gate(KEYS), StillClock()), notes={"speech": speaks}
    )


def shown(*roles: str) -> str:
    token = mint(KEYS, "t1", roles, ["im2"], now=NOW - 1000, lasts_ms=60_000)
    return f"Bearer {token}"


async def test_a_screen_gets_the_recording_whole() -> None:
    async with opened(house()) as door:
        path = f"/api/v1/audio/{KEY}.wav"
        answer = await door.get(path, Authorization=shown("screen"))
    assert answer.status == 200
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.body == SOUND.data
    # a name may be in it: no proxy keeps it
    assert answer.headers["cache-control"] == "private, max-age=3600"
    with wave.open(io.BytesIO(answer.body), "rb") as file:
        assert file.getnframes() / file.getframerate() == pytest.approx(0.9, abs=0.01)


@pytest.mark.parametrize("role", ["screen", "speaker", "kiosk", "nurse", "admin"])
async def test_who_may_listen(role: str) -> None:
    async with opened(house()) as door:
        path = f"/api/v1/audio/{KEY}.wav"
        assert (await door.get(path, Authorization=shown(role))).status == 200


async def test_others_may_not() -> None:
    async with opened(house()) as door:
        for path in (f"/api/v1/audio/{KEY}.wav", "/api/v1/audio"):
            answer = await door.get(path)
            assert (answer.status, answer.json["code"]) == (401, "not_logged_in")
            answer = await door.get(path, Authorization=shown("his"))
            assert (answer.status, answer.json["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    ("silent", "status", "retry"),
    [
        (UNKNOWN, 404, False),
        (Silent("no_engine", "espeak-ng is not installed"), 503, False),
        (Silent("failed", "cut short"), 503, False),
        (Silent("late", "it is still being rendered"), 503, True),
    ],
    ids=lambda value: value.code if isinstance(value, Silent) else "",
)
async def test_without_a_recording_there_is_a_reason(
    silent: Silent, status: int, retry: bool
) -> None:
    async with opened(house(silent)) as door:
        path = f"/api/v1/audio/{'f' * 32}.wav"
        answer = await door.get(path, Authorization=shown("screen"))
    assert answer.status == status
    assert answer.json["code"] == f"audio_{silent.code}"
    assert answer.json["retry"] is retry
    assert answer.json["details"] == {"reason": silent.reason}


async def test_a_house_without_a_voice_says_so_and_stays_ready() -> None:
    fault = "espeak-ng is not installed"
    async with opened(house(fault=fault)) as door:
        health = await door.get("/health/ready")
        assert health.status == 200
        assert health.json["ready"] is True
        assert health.json["notes"] == {"speech": fault}
        answer = await door.get("/api/v1/audio", Authorization=shown("screen"))
        assert answer.json == {"speaks": False, "fault": fault}


async def test_a_house_with_a_voice_says_so() -> None:
    async with opened(house()) as door:
        assert (await door.get("/health/ready")).json["notes"] == {"speech": "ok"}
        answer = await door.get("/api/v1/audio", Authorization=shown("screen"))
        assert answer.json == {"speaks": True, "fault": ""}


async def test_the_description_has_the_sound_in_it() -> None:
    async with opened(house()) as door:
        paths = (await door.get("/api/v1/openapi.json")).json["paths"]
    content = paths["/audio/{key}.wav"]["get"]["responses"]["200"]["content"]
    assert content == {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}
