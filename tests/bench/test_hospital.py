"""The benchmarks' hospital is a hospital the server still knows."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.bench.audience import Listening, listen
from tests.bench.clinics import Clinic
from tests.bench.compiler import find_compiler
from tests.bench.fanout import topic_of_visits
from tests.bench.hospital import ask_all, serving_hospital
from tests.bench.hosted import Lateness
from tests.bench.processes import BenchFailed
from tests.machine import missing


@pytest.fixture(scope="module", autouse=True)
def compiler() -> None:
    if find_compiler() is None:
        missing("a C compiler", "install gcc (Debian: gcc libc6-dev)")


def test_every_ask_of_a_visit_is_done_and_shown(tmp_path: Path) -> None:
    clinic = Clinic("bench1", ("1", "2"))
    with serving_hospital(tmp_path) as hospital:
        ask_all(hospital, "opening", [[clinic.opening()]], rounds=1)
        seats = [[clinic.registering(room)] for room in clinic.rooms]
        ask_all(hospital, "registering", seats, rounds=2)
        visits = [clinic.visit(room) for room in clinic.rooms]
        topics = [clinic.topic("hall")]
        said = ask_all(hospital, "visits", visits, rounds=2, screens=2, topics=topics)
        assert said.asks == 2 * 2 * 4
        assert said.patches_per_ask == 1.0
        # nobody has a number any more
        with pytest.raises(BenchFailed, match="not_registered"):
            ask_all(hospital, "visits", visits, rounds=1)


def test_the_server_with_the_probe_fans_out(tmp_path: Path) -> None:
    how = Listening(subscribers=20, messages=20, one_seconds=10, many_seconds=0.3)
    found = []
    with serving_hospital(tmp_path, probed=True) as hospital:

        def hears(line: str) -> None:
            if line == "measuring":
                hospital.probe("begin")
            elif line == "measured":
                found.append(msgspec.json.decode(hospital.probed(), type=Lateness))

        topic = topic_of_visits(hospital, patients=60)
        hospital.probe("bulk")
        heard = listen(hospital.server, "houzhen", how, topic, hears)
    assert heard.one.commits == 20
    assert heard.many.commits > 0
    assert heard.errors == heard.merged == heard.unasked == 0
    # a patch of the clinic is what the peers' messages are made to resemble
    assert 200 < heard.one.bytes < 350
    (lateness,) = found
    assert lateness.sleeps > 10
    assert 0 <= lateness.p50_ms <= lateness.p99_ms <= lateness.max_ms
    assert lateness.max_ran_ms >= 0
    assert lateness.bulk_events > 0
