"""The settings of the link to the hospital information system (HIS)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta


def _text(meaning: str, expected: str, pattern: str) -> Meta:
    return Meta(description=meaning, pattern=pattern, extra={"expected": expected})


def _number(meaning: str, least: float, most: float) -> Meta:
    return Meta(description=meaning, ge=least, le=most)


_NAME = r"^[0-9A-Za-z_.\-]{1,64}\Z"


class His(msgspec.Struct, frozen=True):
    base_url: Annotated[
        str,
        _text(
            "Where HIS's front-end platform answers; empty: there is none",
            "http://host:port/path or nothing",
            r"^(https?://[^\s/?#]+[^\s?#]*)?\Z",
        ),
    ] = ""
    success_code: Annotated[
        int, _number("The code that means yes in its answers", 0, 99_999)
    ] = 0
    operator_id: Annotated[
        str,
        _text("Who asks, as HIS knows us", "1–64 letters, digits, . _ -", _NAME),
    ] = "houzhen"
    channel_id: Annotated[
        str,
        _text("Our channel, as HIS knows it", "1–64 letters, digits, . _ -", _NAME),
    ] = "houzhen"
    connect_s: Annotated[
        float, _number("Time for a connection to come about, seconds", 0.05, 60)
    ] = 3.0
    answer_s: Annotated[float, _number("Time for an answer, seconds", 0.05, 300)] = 10.0
    at_once: Annotated[int, _number("Requests to HIS at once", 1, 256)] = 8
    tries: Annotated[
        int, _number("How often a question is asked before it has failed", 1, 10)
    ] = 3
    rest_after: Annotated[
        int, _number("Failures in a row after which HIS is left alone", 1, 1000)
    ] = 5
    rest_s: Annotated[
        float, _number("It is left alone for, doubling up to a minute, s", 0.1, 60)
    ] = 2.0
    registrations_s: Annotated[
        float, _number("Time between two looks at today's registrations, s", 0.1, 600)
    ] = 2.0
    schedules_s: Annotated[
        float, _number("… at sessions, stops and later days, seconds", 0.1, 3600)
    ] = 60.0
    sweep_s: Annotated[
        float, _number("… at everything from the beginning, seconds", 0.1, 86_400)
    ] = 600.0
    days: Annotated[int, _number("Days that are kept, today included", 1, 60)] = 7
    places: Annotated[
        Path, Meta(description="Which department waits in which clinic and queue")
    ] = Path("{data_dir}/his.toml")
