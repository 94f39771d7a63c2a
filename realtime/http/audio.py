"""What a speaker plays: `/api/v1/audio/{key}.wav`, by the key an announcement gives.

A recording may hold a name, so it takes a token, and a key that nobody can guess.
"""

from __future__ import annotations

import msgspec
from quart import Blueprint, Response

from actors.kernel.errors import Forbidden, Refusal
from actors.kernel.times import Clock
from queue_displays.speech.port import Silent, Speech
from realtime.http.answers import json_answer
from realtime.http.bearer import answered, bearer
from realtime.http.openapi import Described, Parameter
from realtime.tokens import Gate

HEARERS = frozenset({"screen", "speaker", "kiosk", "nurse", "admin"})
_KEPT_S = 3600


class AudioRoutes(msgspec.Struct, frozen=True):
    """What the routes need."""

    speech: Speech
    gate: Gate
    clock: Clock


class VoiceState(msgspec.Struct, frozen=True):
    """Whether anything can be spoken now; `fault` says why not."""

    speaks: bool
    fault: str = ""


_MESSAGES = {
    "unknown": (404, "没有这段语音，请按屏幕上的文字叫号。"),
    "no_engine": (503, "语音暂时不能用，请看屏幕，或由护士口头叫号。"),
    "failed": (503, "这段语音没有合成出来，请护士口头叫号。"),
    "late": (503, "语音还在合成，请稍后再取。"),
}

AUDIO = (
    Described(
        path="/audio/{key}.wav",
        name="audio",
        summary="The sound of an announcement, or a chime; waits while it is rendered",
        answer=VoiceState,
        media="audio/wav",
        parameters=(Parameter("key", "path", "as an announcement gives it, or chime"),),
        token=True,
    ),
    Described(
        path="/audio",
        name="voice",
        summary="Whether anything can be spoken now",
        answer=VoiceState,
        token=True,
    ),
)


def audio_routes(audio: AudioRoutes, base: str) -> Blueprint:
    routes = Blueprint("audio", __name__, url_prefix=base)

    def heard_by_them() -> None:
        """Raises NotLoggedIn or Forbidden."""
        if not bearer(audio.gate, audio.clock).roles & HEARERS:
            raise Forbidden

    @routes.get("/audio/<key>.wav")
    async def sound(key: str) -> Response:
        try:
            heard_by_them()
        except Refusal as no:
            return await answered(_refuse(no))
        found = await audio.speech.audio(key)
        if isinstance(found, Silent):
            status, message = _MESSAGES[found.code]
            return json_answer(
                {
                    "code": f"audio_{found.code}",
                    "message": message,
                    "retry": found.code == "late",
                    "details": {"reason": found.reason},
                },
                status,
            )
        answer = Response(found.data, content_type="audio/wav")
        answer.headers["Cache-Control"] = f"private, max-age={_KEPT_S}"
        return answer

    @routes.get("/audio")
    async def voice() -> Response:
        async def state() -> VoiceState:
            heard_by_them()
            fault = audio.speech.fault
            return VoiceState(fault is None, fault or "")

        return await answered(state())

    return routes


async def _refuse(no: Refusal) -> None:
    raise no
