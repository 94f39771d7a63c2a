"""The bars of the fan-out, from figures whose answer is known."""

from __future__ import annotations

import msgspec

from tests.bench.audience import Heard, Phase
from tests.bench.bars import Bar
from tests.bench.fanout import OURS, SILENT, Found, bars_of


def heard(one_us: float, many_us: float, p99_us: float = 1000.0) -> Heard:
    one = Phase(10, 1, one_us, 0, 0, 0, 0, 0, 0, p99_us, 1, 300)
    many = msgspec.structs.replace(one, cpu_us=many_us)
    return Heard(1000, 0, 100, 2048, 4096, one, many, 0, 0, 0)


def found() -> Found:
    """Two rounds, the second twice as slow for all."""
    costs = {
        OURS: (4.0, 0.5),
        SILENT: (4.2, 0.5),
        "C send loop": (4.0, 4.0),
        "Node ws": (8.0, 8.0),
        "Node socket.io": (10.0, 0.4),
        "python-socketio": (40.0, 40.0),
        "quart-trio": (100.0, 100.0),
    }
    return {
        name: [heard(one, many), heard(2 * one, 2 * many)]
        for name, (one, many) in costs.items()
    }


def named(bars: list[Bar], name: str) -> Bar:
    (one,) = [bar for bar in bars if bar.name == name]
    return one


def test_beside_the_send_loop() -> None:
    bars = bars_of(found())
    assert named(bars, "CPU beside the send loop, one outstanding").value == 1.0
    assert named(bars, "CPU beside the send loop, 16 outstanding").value == 0.125
    assert named(bars, "CPU beside the send loop, 16 outstanding").met


def test_beside_a_peer_the_worse_phase_counts() -> None:
    bars = bars_of(found())
    assert named(bars, "less CPU than Node ws").value == 2.0
    socketio = named(bars, "less CPU than Node socket.io")
    assert socketio.value == 0.8
    assert not socketio.met
    assert named(bars, "less CPU than python-socketio").value == 10.0
    assert named(bars, "less CPU than quart-trio").value == 25.0


def test_a_peer_that_did_not_run_leaves_its_bar_missed() -> None:
    without = found()
    del without["quart-trio"]
    left = named(bars_of(without), "less CPU than quart-trio")
    assert left.value is None
    assert not left.met


def test_those_that_never_read_are_judged_where_least_was_in_the_way() -> None:
    disturbed = found()
    disturbed[SILENT][1] = heard(20.0, 5.0, p99_us=90_000)
    bars = bars_of(disturbed)
    assert named(bars, "20 that never read: CPU, one outstanding").value == 1.05
    assert named(bars, "20 that never read: p99 of each").value == 1.0
    dearer = found()
    dearer[SILENT] = [heard(5.0, 0.5, p99_us=1600), heard(5.0, 0.5, p99_us=1600)]
    bars = bars_of(dearer)
    assert not named(bars, "20 that never read: CPU, one outstanding").met
    assert not named(bars, "20 that never read: p99 of each").met


def test_memory_of_a_connection() -> None:
    memory = named(bars_of(found()), "memory of a connection")
    assert memory.value == 2.0
    assert memory.met
