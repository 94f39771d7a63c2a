"""Runs native/load.c against a server and reads what it measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from tests.bench.compiler import program
from tests.bench.processes import Server, run_generator

Dialect = Literal["plain", "socketio", "houzhen"]


class Phase(msgspec.Struct, frozen=True):
    """Everything but ``commits`` and ``seconds`` is for one message to one client;
    ``last`` is until the last client has it, ``each`` until a client has it."""

    commits: int
    seconds: float
    cpu_us: float
    user_us: float
    system_us: float
    client_us: float
    last_p50_us: float
    last_p99_us: float
    each_p50_us: float
    each_p99_us: float
    sends: float
    bytes: float


class Heard(msgspec.Struct, frozen=True):
    """What one run of the audience measured. ``one`` and ``many`` are messages
    outstanding; ``unasked`` are a clinic's own commits."""

    subscribers: int
    silent: int
    handshake_us: float
    connection_bytes: float
    connection_bytes_after: float
    one: Phase
    many: Phase
    errors: int
    merged: int
    unasked: int


class Listening(msgspec.Struct, frozen=True):
    """How an audience listens, and for how long."""

    subscribers: int = 1000
    silent: int = 0
    messages: int = 60
    one_seconds: float = 4.0
    many_seconds: float = 2.5
    outstanding: int = 16
    gap_us: int = 2000
    bytes: int = 300


class Topic(msgspec.Struct, frozen=True):
    """What a houzhen audience joins, and what is asked so that it changes."""

    topic: str
    reader_token: str
    asker_token: str
    asks: str
    rounds: int


def listen(
    server: Server,
    dialect: Dialect,
    how: Listening,
    topic: Topic | None = None,
    hears: Callable[[str], None] = lambda line: None,
) -> Heard:
    """Raises BenchFailed when anybody missed, lost or merged anything."""
    words = [program("load"), "--dialect", dialect]
    words += ["--port", str(server.port), "--server", str(server.pid)]
    for name in how.__struct_fields__:
        words += [f"--{name.replace('_', '-')}", str(getattr(how, name))]
    if topic is not None:
        for name in topic.__struct_fields__:
            words += [f"--{name.replace('_', '-')}", str(getattr(topic, name))]
    # the generator ends itself too, should this process be gone
    timeout_s = 120 + how.one_seconds + how.many_seconds
    words += ["--at-most-s", str(int(timeout_s))]
    what = f"{how.subscribers} clients ({dialect})"
    out = run_generator(words, what, server, timeout_s=timeout_s, hears=hears)
    return msgspec.json.decode(out, type=Heard)
