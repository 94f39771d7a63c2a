"""A named day in virtual time: everybody is dealt with, once, and as the rules say."""

import time

import pytest

from realtime.simulate import report, virtual
from realtime.simulate.days import DAYS
from realtime.simulate.staff import EVEN, LIFELIKE, Habits


@pytest.mark.parametrize("name", DAYS)
@pytest.mark.parametrize("seed", [1, 2])
def test_everybody_is_dealt_with(name: str, seed: int) -> None:
    clinic = virtual.day(DAYS[name], seed)
    plan = clinic.plan
    assert plan.left == 0
    assert len(clinic.state.tickets) == len(plan.people)
    for visit in plan.visits:
        ticket = clinic.state.tickets[visit.ticket]
        expected = {"no_show": "booked"}.get(visit.end, visit.end)
        assert ticket.state == expected, visit
    told = report.summary(plan, clinic.announcements)
    assert told.seen + told.no_show + told.lost == told.people
    works = plan.works.values()
    assert sum(work.missed for work in works) == told.missed
    calls = sum(work.calls + work.calls_again for work in works)
    assert calls == told.announcements
    assert all(work.busy <= work.stopped - work.began for work in works)  # type: ignore[operator]


def test_a_run_is_the_same_each_time() -> None:
    first, second = (virtual.day(DAYS["flu"], 7, habits=LIFELIKE) for _ in range(2))
    assert first.state == second.state
    assert first.plan == second.plan


def test_a_whole_day_takes_no_time() -> None:
    began = time.process_time()
    virtual.day(DAYS["blood"], 1)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "habits",
    [
        Habits(interruptions_per_h=1, interruption_min=4),
        Habits(fatigue_per_h=0.05),
    ],
)
def test_whatever_holds_doctors_up_makes_people_wait(habits: Habits) -> None:
    def mean_wait(seed: int, habits: Habits) -> float:
        clinic = virtual.day(DAYS["internal"], seed, habits=habits)
        return report.summary(clinic.plan, 0).waits[-1].mean

    held_up = sum(mean_wait(seed, habits) for seed in range(12))
    assert held_up > 1.1 * sum(mean_wait(seed, EVEN) for seed in range(12))


def test_whoever_watches_sees_every_event() -> None:
    names: list[str] = []

    def watch(clinic: virtual.VirtualClinic, events: tuple[object, ...]) -> None:
        names.extend(type(event).__name__ for event in events)

    clinic = virtual.day(DAYS["expert"], 1, watch=watch)
    assert names.count("Registered") == len(clinic.plan.people)
    assert names.count("Called") + names.count("CalledAgain") == clinic.announcements


def test_missed_and_come_back() -> None:
    clinic = virtual.day(DAYS["internal"], 1)
    visits = [visit for visit in clinic.plan.visits if visit.missed]
    assert visits
    for visit in visits:
        assert visit.person.misses
        if visit.person.comes_back is None:
            assert visit.end == "missed"
        else:
            assert (visit.recalled, visit.end) == (1, "done")
