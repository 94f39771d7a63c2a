"""The simulator against queueing theory, and against queues written down directly.

Two tests hold one another up. Given the same arrivals and services, the simulator's
waits are those of the Kiefer–Wolfowitz recursion, to the millisecond: nothing of the
clinic comes in between. And its means agree with the closed formulas, for which runs
are made sharp by control variates: what the draws' own means were beside what they
should have been explains most of what a finite run is off by.
"""

import math
from collections.abc import Callable, Iterator
from heapq import heapreplace
from random import Random
from statistics import fmean

import numpy as np
import pytest

from actors.clinic.settings import Settings
from realtime.simulate import virtual
from realtime.simulate.days import MINUTE, Ms
from realtime.simulate.people import Person
from realtime.simulate.staff import Doctor
from realtime.simulate.virtual import VirtualClinic

MEAN: Ms = 5 * MINUTE
"""A consultation's."""

Draw = Callable[[Random], float]
"""A service time, of mean 1."""


def exponential(luck: Random) -> float:
    return luck.expovariate(1)


def constant(luck: Random) -> float:
    return 1.0


def lognormal(cv: float) -> Draw:
    sigma = math.sqrt(math.log1p(cv**2))
    return lambda luck: luck.lognormvariate(-(sigma**2) / 2, sigma)


def draws(
    servers: int, load: float, count: int, service: Draw, seed: int
) -> Iterator[tuple[Ms, Ms]]:
    """(arrival, service) of ``count`` people at this load."""
    luck = Random(seed)
    at = 0.0
    for _ in range(count):
        at += luck.expovariate(servers * load) * MEAN
        yield round(at), round(service(luck) * MEAN)


def simulated(servers: int, people: list[tuple[Ms, Ms]]) -> VirtualClinic:
    coming = [
        Person(f"p{n}", "", f"card{n}", registers=at, arrives=at, service=service)
        for n, (at, service) in enumerate(people)
    ]
    end = people[-1][0] + 1
    doctors = [Doctor(str(n + 1), "", begins=0, ends=end) for n in range(servers)]
    settings = Settings(announcement_ms=0)
    opening = virtual.opening(None, doctors, settings)
    return virtual.simulate(coming, doctors, opening)


def waits_of(clinic: VirtualClinic) -> list[Ms]:
    return [visit.waits[0] for visit in clinic.plan.visits]


def sharpened(
    servers: int, load: float, service: Draw, *, runs: int, count: int
) -> tuple[float, float]:
    """The mean wait in service times, and the standard error of it."""
    settle = count // 10
    rows: list[tuple[float, float, float]] = []
    for seed in range(runs):
        people = list(draws(servers, load, count, service, seed))
        waits = waits_of(simulated(servers, people))
        gap = people[-1][0] / count / MEAN * servers * load - 1
        took = fmean([service for _, service in people]) / MEAN - 1
        rows.append((fmean(waits[settle:]) / MEAN, gap, took))
    return _regressed(rows)


def _regressed(rows: list[tuple[float, float, float]]) -> tuple[float, float]:
    """Least squares of the first on the two others: its value where both are 0."""
    matrix = np.array([(1.0, gap, took) for _, gap, took in rows])
    if not matrix[:, 2].any():
        matrix = matrix[:, :2]
    found = np.array([wait for wait, _, _ in rows])
    inverse = np.linalg.inv(matrix.T @ matrix)
    fitted = inverse @ matrix.T @ found
    spread = found - matrix @ fitted
    freedom = len(rows) - matrix.shape[1]
    return float(fitted[0]), float(np.sqrt(spread @ spread / freedom * inverse[0, 0]))


def kiefer_wolfowitz(servers: int, people: list[tuple[Ms, Ms]]) -> list[Ms]:
    """First come, first served, by ``servers``: when the first of them is free."""
    free: list[Ms] = [0] * servers
    waits: list[Ms] = []
    for at, service in people:
        starts = max(at, free[0])
        waits.append(starts - at)
        heapreplace(free, starts + service)
    return waits


def erlang_c_wait(servers: int, load: float) -> float:
    """The mean wait in M/M/c, in service times."""
    offered = servers * load
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = offered * blocked / (n + offered * blocked)
    waiting = blocked / (1 - load * (1 - blocked))
    return waiting / (servers * (1 - load))


def pollaczek_khinchine_wait(load: float, cv: float) -> float:
    """The mean wait in M/G/1, in service times."""
    return load * (1 + cv**2) / (2 * (1 - load))


@pytest.mark.parametrize("servers", [1, 2, 4, 9])
@pytest.mark.parametrize("load", [0.6, 0.95])
def test_the_clinic_queues_as_a_queue_does(servers: int, load: float) -> None:
    people = list(draws(servers, load, 1500, lognormal(0.8), seed=servers))
    assert waits_of(simulated(servers, people)) == kiefer_wolfowitz(servers, people)


@pytest.mark.parametrize(
    ("servers", "load"), [(1, 0.5), (1, 0.8), (2, 0.7), (4, 0.8), (8, 0.75), (12, 0.85)]
)
def test_such_a_queue_has_erlangs_mean_wait(servers: int, load: float) -> None:
    people = list(draws(servers, load, 600_000, exponential, seed=1))
    found = fmean(kiefer_wolfowitz(servers, people)[2000:]) / MEAN
    assert found == pytest.approx(erlang_c_wait(servers, load), rel=0.03)


@pytest.mark.parametrize(("cv", "service"), [(0.0, constant), (0.8, lognormal(0.8))])
@pytest.mark.parametrize("load", [0.5, 0.8])
def test_such_a_queue_has_pollaczeks_and_khinchines_mean_wait(
    load: float, cv: float, service: Draw
) -> None:
    people = list(draws(1, load, 600_000, service, seed=1))
    found = fmean(kiefer_wolfowitz(1, people)[2000:]) / MEAN
    assert found == pytest.approx(pollaczek_khinchine_wait(load, cv), rel=0.03)


def test_mean_waits_are_erlangs() -> None:
    found, error = sharpened(1, 0.4, exponential, runs=16, count=1800)
    theory = erlang_c_wait(1, 0.4)
    assert error < 0.025 * theory  # or agreement would be luck
    assert found == pytest.approx(theory, rel=0.03)


@pytest.mark.soak
@pytest.mark.parametrize(("cv", "service"), [(0.0, constant), (0.5, lognormal(0.5))])
def test_mean_waits_are_pollaczeks_and_khinchines(cv: float, service: Draw) -> None:
    found, error = sharpened(1, 0.5, service, runs=40, count=2500)
    theory = pollaczek_khinchine_wait(0.5, cv)
    assert error < 0.02 * theory
    assert found == pytest.approx(theory, rel=0.03)


@pytest.mark.soak
@pytest.mark.parametrize(("servers", "load"), [(1, 0.7), (3, 0.7), (6, 0.7)])
def test_mean_waits_are_erlangs_in_a_long_run(servers: int, load: float) -> None:
    found, error = sharpened(servers, load, exponential, runs=40, count=8000)
    theory = erlang_c_wait(servers, load)
    assert error < 0.02 * theory
    assert found == pytest.approx(theory, rel=0.03)


def test_as_many_wait_as_come_in_the_time_one_waits() -> None:
    """Little's law, over one busy morning from empty to empty: exact."""
    people = list(draws(3, 0.9, 800, exponential, seed=5))
    area = waiting = 0
    since = 0

    def watch(clinic: VirtualClinic, events: tuple[object, ...]) -> None:
        nonlocal area, waiting, since
        area += waiting * (clinic.now() - since)
        since = clinic.now()
        waiting = sum(len(queue.order) for queue in clinic.state.queues.values())

    coming = [
        Person(f"p{n}", "", f"card{n}", registers=at, arrives=at, service=service)
        for n, (at, service) in enumerate(people)
    ]
    doctors = [Doctor(str(n + 1), "", begins=0, ends=people[-1][0]) for n in range(3)]
    opening = virtual.opening(None, doctors, Settings(announcement_ms=0))
    clinic = virtual.simulate(coming, doctors, opening, watch=watch)
    assert area == sum(waits_of(clinic)) > 0
