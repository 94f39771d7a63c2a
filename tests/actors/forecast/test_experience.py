"""What is learnt of doctors and clinics, and how far it is believed."""

from __future__ import annotations

from math import exp, log, sqrt
from random import Random

import pytest

from actors.forecast.experience import Experience, doctor_key, table
from actors.forecast.kept import TURN_MS

MINUTE = 60_000
NINE = 1_795_395_600_000
DAYS = [f"2026-11-{day:02d}" for day in range(1, 29)]


def works(
    known: Experience,
    doctor: str,
    minutes: float,
    *,
    clinic: str = "im2",
    day: str = DAYS[0],
    turns: int = 30,
    spread: float = 0.5,
    slower: float = 0.0,
    seed: int = 0,
) -> None:
    """A doctor has a day of turns around so many minutes."""
    luck = Random(f"{doctor}/{day}/{seed}")
    at = NINE
    known.begins(clinic, doctor, day, at, NINE - 4 * MINUTE)
    for _ in range(turns):
        hours = (at - NINE) / 3_600_000
        ms = minutes * MINUTE * exp(luck.gauss(0, spread) + slower * hours)
        known.turn(clinic, doctor, day, at, ms, again=False)
        at += round(ms)


def usual(known: Experience, doctor: str, day: str, clinic: str = "im2") -> float:
    return exp(known.pace(clinic, doctor, day).level) / MINUTE


def test_with_nothing_seen_it_is_what_is_assumed_and_very_unsure() -> None:
    pace = Experience().pace("im2", "d1", DAYS[0])
    assert exp(pace.level) < TURN_MS < 2 * exp(pace.level)
    assert pace.doubt > 0.5


def test_what_was_seen_today_is_believed_the_more_there_is_of_it() -> None:
    far, near = Experience(), Experience()
    works(far, "d1", 20, turns=2)
    works(near, "d1", 20, turns=40)
    few, many = usual(far, "d1", DAYS[0]), usual(near, "d1", DAYS[0])
    assert usual(Experience(), "d1", DAYS[0]) < few
    assert many == pytest.approx(20, rel=0.15)
    assert near.pace("im2", "d1", DAYS[0]).doubt < far.pace("im2", "d1", DAYS[0]).doubt


def test_a_new_doctor_is_like_their_clinic_and_a_new_clinic_like_the_hospital() -> None:
    known = Experience()
    for place in range(6):
        works(known, f"d{place}", 25)
        works(known, f"e{place}", 4, clinic="blood")
    assert usual(known, "new", DAYS[0]) == pytest.approx(25, rel=0.2)
    assert usual(known, "new", DAYS[0], "blood") == pytest.approx(4, rel=0.3)
    elsewhere = usual(known, "new", DAYS[0], "eyes")
    assert 4 < elsewhere < 25


def test_a_doctor_of_their_own_pace_draws_away_from_their_clinic() -> None:
    known = Experience()
    for place in range(5):
        works(known, f"d{place}", 6)
    works(known, "slow", 12)
    assert usual(known, "slow", DAYS[0]) > 9


def test_yesterday_counts_and_today_counts_more() -> None:
    known = Experience()
    for day in DAYS[:5]:
        works(known, "d1", 10, day=day)
    assert usual(known, "d1", DAYS[5]) == pytest.approx(10, rel=0.15)
    before = known.pace("im2", "d1", DAYS[5]).doubt
    works(known, "d1", 16, day=DAYS[5], turns=25)
    assert usual(known, "d1", DAYS[5]) > 13.5
    assert known.pace("im2", "d1", DAYS[5]).doubt < before


def test_how_unsure_it_is_says_how_often_it_is_right() -> None:
    """Of many new doctors' levels two thirds lie within one doubt of the forecast."""
    known = Experience()
    luck = Random(7)
    for place in range(40):
        minutes = 8 * exp(luck.gauss(0, 0.3))
        works(known, f"d{place}", minutes, seed=place)
    pace = known.pace("im2", "new", DAYS[0])
    drawn = [log(8 * MINUTE) + luck.gauss(0, 0.3) for _ in range(500)]
    within = sum(abs(one - pace.level) < pace.doubt for one in drawn) / len(drawn)
    assert 0.55 < within < 0.8


def test_the_spread_is_what_was_seen_whatever_is_assumed() -> None:
    known = Experience()
    for place in range(20):
        works(known, f"d{place}", 8, turns=36, spread=0.2)
    shape = known.habits("im2").shape
    mean = sum(shape) / len(shape)
    spread = sqrt(sum((one - mean) ** 2 for one in shape) / len(shape))
    assert spread == pytest.approx(0.2, rel=0.15)
    assert mean == pytest.approx(0.0, abs=0.05)


def test_getting_slower_is_noticed_and_counted_on() -> None:
    known = Experience()
    for place in range(30):
        works(known, f"d{place}", 7, turns=40, slower=0.1)
    assert known.habits("im2").slower == pytest.approx(0.1, abs=0.04)
    early = known.pace("im2", "d1", DAYS[0], NINE).level
    late = known.pace("im2", "d1", DAYS[0], NINE + 5 * 3_600_000).level
    assert late - early > 0.25


def test_who_begins_late_is_known_to() -> None:
    known = Experience()
    for place in range(150):
        works(known, f"d{place}", 8, turns=1)
    assert set(known.habits("im2").start) == {4.0 * MINUTE}


def test_a_forgotten_button_moves_little() -> None:
    known = Experience()
    works(known, "d1", 8)
    before = usual(known, "d1", DAYS[0])
    known.turn("im2", "d1", DAYS[0], NINE, 200 * MINUTE, again=False)
    known.turn("im2", "d1", DAYS[0], NINE, 20 * 60 * MINUTE, again=False)
    assert usual(known, "d1", DAYS[0]) < 1.15 * before


def test_who_is_missed_and_examined_is_learnt_as_shares() -> None:
    known = Experience()
    for place in range(400):
        known.call("im2", missed=place % 5 == 0)
        known.visit("im2", "d1", DAYS[0], examined=place % 4 == 0)
    pace = known.pace("im2", "d1", DAYS[0])
    assert pace.missed == pytest.approx(0.2, abs=0.03)
    assert pace.examined == pytest.approx(0.25, abs=0.03)
    # who has seen nobody sends as many as the clinic does
    other = known.pace("im2", "d2", DAYS[0]).examined
    assert other == pytest.approx(0.25, abs=0.04)


def test_what_is_learnt_is_kept_as_it_is() -> None:
    known = Experience()
    for day in DAYS[:3]:
        works(known, "d1", 9, day=day)
    known.rested("im2", NINE, 30 * MINUTE)
    known.triaged("er", DAYS[0], 2, NINE)
    again = Experience.from_bytes(known.as_bytes())
    assert again == known
    assert again.habits("im2") == known.habits("im2")


def test_a_doctors_pace_is_kept_under_no_name() -> None:
    assert "许安禾" not in doctor_key("im2", "许安禾")
    assert doctor_key("im2", "许安禾") == doctor_key("im2", "许安禾")
    assert doctor_key("im2", "许安禾") != doctor_key("im3", "许安禾")


def test_a_table_is_its_values_quantiles() -> None:
    found = table([5.0, 1.0, 3.0])
    assert (found[0], found[len(found) // 2], found[-1]) == (1.0, 3.0, 5.0)
    assert list(found) == sorted(found)
    assert set(table([2.0])) == {2.0}
