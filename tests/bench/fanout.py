"""fanout: one commit to a thousand clients, beside its peers and the send loop in C."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from tests.bench.audience import Heard, Listening, Phase, Topic, listen
from tests.bench.bars import Bar, Sense, bar
from tests.bench.clinics import Clinic
from tests.bench.figures import median, ratio, spread
from tests.bench.hospital import (
    Hospital,
    ask_all,
    serving_hospital,
    write_script,
)
from tests.bench.peers.running import (
    NODE_SOCKETIO,
    NODE_WS,
    PEERS,
    PYTHON_SOCKETIO,
    QUART_TRIO,
    SEND_LOOP,
    Peer,
)
from tests.bench.report import Report, report, tell

OURS = "houzhen"
SILENT = "houzhen, 20 silent"
ROOMS = tuple(str(room + 1) for room in range(16))
NEVER_READING = 20
SAME_CPU = 1.1
SAME_P99 = 1.5
"""Two runs of one server differ by less than this, where nothing else disturbs them."""

Found = dict[str, list[Heard]]


def run(*, quick: bool) -> Report:
    rounds = 1 if quick else 5
    how = Listening(messages=200, one_seconds=3.0, many_seconds=3.0)
    if quick:
        how = Listening(messages=80, one_seconds=1.5, many_seconds=1.0)
    measures: dict[str, Callable[[], Heard]] = {
        OURS: partial(measure_hospital, how),
        SILENT: partial(measure_hospital, _with_silent(how)),
    }
    left_out = {}
    for peer in PEERS:
        if reason := peer.missing():
            left_out[peer.name] = reason
            tell(f"left out: {peer.name}: {reason}")
        else:
            measures[peer.name] = partial(_measure_peer, peer, how)
    found = _interleaved(measures, rounds)
    figures: dict[str, Any] = {
        "clients": how.subscribers,
        "rounds": rounds,
        "one outstanding, for one message to one client": {
            name: _row(runs, "one") for name, runs in found.items()
        },
        "16 outstanding, for one message to one client": {
            name: _row(runs, "many") for name, runs in found.items()
        },
        "a connection": {name: _connection_row(runs) for name, runs in found.items()},
    }
    if left_out:
        figures["left out"] = left_out
    return report("fanout", figures, bars_of(found))


def _with_silent(how: Listening) -> Listening:
    return msgspec.structs.replace(how, silent=NEVER_READING)


def _interleaved(measures: dict[str, Callable[[], Heard]], rounds: int) -> Found:
    """Each round begins with another one, so that what warms up or gets tired is
    nobody's in particular."""
    found: Found = {name: [] for name in measures}
    names = list(measures)
    for turn in range(rounds):
        start = turn % len(names)
        for name in names[start:] + names[:start]:
            heard = measures[name]()
            found[name].append(heard)
            tell(
                f"  round {turn + 1} of {rounds}, {name}: "
                f"{heard.one.cpu_us:.2f} µs, {heard.many.cpu_us:.2f} µs"
            )
    return found


def _measure_peer(peer: Peer, how: Listening) -> Heard:
    with peer.serving() as server:
        return listen(server, peer.dialect, how)


def measure_hospital(how: Listening, patients: int = 400) -> Heard:
    """The real server: each message is an ask, decided, written to disk and shown as
    a patch of the wall's view."""
    with (
        tempfile.TemporaryDirectory(prefix="houzhen-bench-") as folder,
        serving_hospital(Path(folder)) as hospital,
    ):
        topic = topic_of_visits(hospital, patients)
        return listen(hospital.server, "houzhen", how, topic)


def topic_of_visits(hospital: Hospital, patients: int) -> Topic:
    """A clinic's wall, and the visits of so many patients to each of its rooms. The
    tickets' names are given, so that asks can go out before the last reply is in."""
    clinic = Clinic("bench1", ROOMS)
    ask_all(hospital, "opening", [[clinic.opening()]], rounds=1)
    seats = [[clinic.registering(room, ticket=f"r{room}-{{n}}")] for room in ROOMS]
    ask_all(hospital, "registering", seats, rounds=patients)
    visits = [
        line for room in ROOMS for line in clinic.visit(room, ticket=f"r{room}-{{n}}")
    ]
    return Topic(
        topic=clinic.topic("hall"),
        reader_token=hospital.screen,
        asker_token=hospital.staff,
        asks=write_script(hospital.folder / "visits", [visits]),
        rounds=patients,
    )


# -- what was found --------------------------------------------------------------


def _of(runs: list[Heard], phase: str, name: str) -> list[float]:
    phases: list[Phase] = [getattr(run, phase) for run in runs]
    return [getattr(one, name) for one in phases]


def _row(runs: list[Heard], phase: str) -> dict[str, Any]:
    def middle(name: str) -> float:
        return median(_of(runs, phase, name))

    row: dict[str, Any] = {
        "CPU µs": middle("cpu_us"),
        "± ×": spread(_of(runs, phase, "cpu_us")),
        "user": middle("user_us"),
        "system": middle("system_us"),
        "sends": middle("sends"),
        "bytes": middle("bytes"),
        "commits": sum(int(commits) for commits in _of(runs, phase, "commits")),
        "last p50 ms": middle("last_p50_us") / 1e3,
        "last p99 ms": middle("last_p99_us") / 1e3,
    }
    if phase == "one":
        row["each p99 ms"] = middle("each_p99_us") / 1e3
    return row


def _connection_row(runs: list[Heard]) -> dict[str, Any]:
    return {
        "KB": median(run.connection_bytes for run in runs) / 1024,
        "KB after": median(run.connection_bytes_after for run in runs) / 1024,
        "handshake CPU µs": median(run.handshake_us for run in runs),
        "errors": sum(run.errors + run.merged for run in runs),
    }


def bars_of(found: Found) -> list[Bar]:
    """A peer that could not run leaves its bars without a value, and missed."""

    def times(phase: str, one: str, other: str, figure: str = "cpu_us") -> float | None:
        if not found.get(one) or not found.get(other):
            return None
        return ratio(_of(found[one], phase, figure), _of(found[other], phase, figure))

    def times_at_best(phase: str, one: str, other: str, figure: str) -> float | None:
        """What has to be the same is compared where it was least disturbed: a busy
        machine makes a p99 three times larger in one round and not in the next."""
        if not found.get(one) or not found.get(other):
            return None
        best = (min(_of(found[name], phase, figure)) for name in (one, other))
        return next(best) / next(best)

    def times_less(peer: Peer) -> float | None:
        """How much less ours costs, where it is least."""
        both = [times(phase, peer.name, OURS) for phase in ("one", "many")]
        return None if None in both else min(one for one in both if one is not None)

    loop = SEND_LOOP.name
    bars = [
        bar("CPU beside the send loop, one outstanding", times("one", OURS, loop),
            "≤", 1.5, "×"),
        bar("CPU beside the send loop, 16 outstanding", times("many", OURS, loop),
            "≤", 0.3, "×"),
    ]  # fmt: skip
    wanted: list[tuple[Peer, Sense, float]] = [
        (NODE_WS, "≥", 1),
        (NODE_SOCKETIO, "≥", 1),
        (PYTHON_SOCKETIO, "≥", 9),
        (QUART_TRIO, "≥", 20),
    ]
    for peer, sense, least in wanted:
        bars.append(
            bar(f"less CPU than {peer.name}", times_less(peer), sense, least, "×")
        )
    ours = found.get(OURS, [])
    memory = median(run.connection_bytes for run in ours) / 1024 if ours else None
    bars.append(bar("memory of a connection", memory, "≤", 8, "KB"))
    for name, phase, figure, limit in (
        ("CPU, one outstanding", "one", "cpu_us", SAME_CPU),
        ("CPU, 16 outstanding", "many", "cpu_us", SAME_CPU),
        ("p99 of each", "one", "each_p99_us", SAME_P99),
    ):
        value = times_at_best(phase, SILENT, OURS, figure)
        bars.append(bar(f"20 that never read: {name}", value, "≤", limit, "×"))
    return bars
