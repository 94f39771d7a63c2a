"""The people drawn for a day are those its figures describe, and the same each time."""

from statistics import fmean, median, stdev

import pytest

from realtime.simulate.days import DAYS, MINUTE
from realtime.simulate.people import Person, people_of
from realtime.simulate.staff import LIFELIKE, staff_of

INTERNAL = DAYS["internal"]

# registrations with the extra ones; servers; % booked, no-show, late; minutes, CV;
# % returning, minutes away
FIGURES = {
    "internal": (190, 6, 85, 10, 6, 7, 0.6, 30, 75),
    "flu": (160, 4, 40, 8, 10, 5, 0.5, 55, 40),
    "expert": (30, 1, 100, 4, 5, 8, 0.5, 25, 90),
    "dental": (230, 20, 70, 12, 8, 35, 0.6, 40, 8),
    "blood": (900, 12, 0, 0, 0, 2.2, 0.4, 0, None),
    "emergency": (300, 4, 0, 0, 0, 12, 0.8, 60, 60),
}


def many(name: str) -> list[Person]:
    """The people of forty such days."""
    return [person for seed in range(40) for person in people_of(DAYS[name], seed)]


@pytest.mark.parametrize("name", FIGURES)
def test_a_day_has_the_figures_it_is_named_for(name: str) -> None:
    count, servers, booked, no_show, late, minutes, cv, returning, away = FIGURES[name]
    day = DAYS[name]
    people = many(name)
    assert len(people_of(day, 1)) == count
    assert len(staff_of(day, 1)) == servers
    regular = [person for person in people if not person.extra]
    with_booking = [person for person in regular if person.booked]
    assert share(regular, with_booking) == pytest.approx(booked, abs=2)
    if with_booking:
        absent = [each for each in with_booking if each.arrives is None]
        assert share(with_booking, absent) == pytest.approx(no_show, abs=1.5)
        tardy = [each for each in with_booking if is_late(each)]
        assert share(with_booking, tardy) == pytest.approx(late, abs=1.5)
    took = [person.service / MINUTE for person in people]
    assert fmean(took) == pytest.approx(minutes, rel=0.05)
    assert stdev(took) / fmean(took) == pytest.approx(cv, rel=0.1)
    gone = [person.away / MINUTE for person in people if person.away]
    assert share(people, gone) == pytest.approx(returning, abs=2)
    if away is not None:
        assert fmean(gone) == pytest.approx(away, rel=0.06)
    assert share(people, [p for p in people if p.misses]) == pytest.approx(5, abs=1)
    back = [person for person in people if person.comes_back is not None]
    assert share(people, back) == pytest.approx(70, abs=3)


def share(of: list[Person], some: list[Person] | list[float]) -> float:
    return 100 * len(some) / len(of)


def is_late(person: Person) -> bool:
    slot = person.slot
    return slot is not None and person.arrives is not None and person.arrives > slot[1]


def test_the_booked_come_a_median_twenty_minutes_early() -> None:
    afternoon = INTERNAL.begins + 60 * MINUTE  # the first find the door still shut
    early = [
        (person.slot[0] - person.arrives) / MINUTE
        for person in many("internal")
        if person.slot and person.arrives is not None and not is_late(person)
        if person.slot[0] > afternoon
    ]
    assert median(early) == pytest.approx(20, abs=1)


def test_an_emergency_has_its_levels() -> None:
    people = many("emergency")
    found = [sum(person.level == level for person in people) for level in (1, 2, 3, 4)]
    assert [100 * count / len(people) for count in found] == pytest.approx(
        [2, 8, 30, 60], abs=2
    )


def test_two_of_the_four_doctors_of_an_emergency_sleep_at_night() -> None:
    hours = sorted((doc.begins, doc.ends) for doc in staff_of(DAYS["emergency"], 1))
    hour = 60 * MINUTE
    assert hours == [(0, 24 * hour)] * 2 + [(8 * hour, 24 * hour)] * 2


def test_the_expert_is_late_and_away() -> None:
    (expert,) = staff_of(DAYS["expert"], 1)
    assert expert.begins == DAYS["expert"].begins + 25 * MINUTE
    assert [lasts for _, lasts in expert.breaks] == [30 * MINUTE]


def test_a_seed_is_a_day() -> None:
    assert people_of(INTERNAL, 3) == people_of(INTERNAL, 3)
    assert people_of(INTERNAL, 3) != people_of(INTERNAL, 4)
    assert staff_of(INTERNAL, 3, LIFELIKE) == staff_of(INTERNAL, 3, LIFELIKE)


def test_nobody_shares_a_card_or_a_key() -> None:
    people = people_of(DAYS["blood"], 5)
    assert len({person.card for person in people}) == len(people)
    assert len({person.key for person in people}) == len(people)


def test_lifelike_doctors_differ() -> None:
    doctors = [d for seed in range(40) for d in staff_of(INTERNAL, seed, LIFELIKE)]
    paces = [doctor.pace for doctor in doctors]
    assert fmean(paces) == pytest.approx(1, abs=0.04)
    assert stdev(paces) == pytest.approx(LIFELIKE.doctor_cv, rel=0.15)
    interruptions = fmean([len(doctor.breaks) for doctor in doctors])
    assert interruptions == pytest.approx(4 * LIFELIKE.interruptions_per_h, rel=0.15)
    tired = doctors[0].takes(60_000, doctors[0].begins + 4 * 60 * MINUTE)
    assert tired == pytest.approx(60_000 * doctors[0].pace * 1.12, rel=0.001)
