"""Alarms: what the watch finds, who has seen it, and that it ends by itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from actors.floor.commands import Watched
from actors.floor.settings import LEVEL_OF, FloorSettings, Patience
from actors.floor.state import ALARMS_KEPT, FloorState
from actors.floor.watch import DeviceSeen, TerminalSeen, gone, judge
from actors.runtime.testkit import START, Kit
from tests.actors.floor.floor import ID, a_floor, ack, finding, right, wrong

SETTINGS = FloorSettings()
CHECKOUT = Path(__file__).parents[3]


@pytest.fixture
def kit() -> Kit[FloorState]:
    return a_floor()


def test_told_twice_it_is_one_alarm(kit: Kit[FloorState]) -> None:
    alarm = wrong(kit)
    assert kit.run(Watched(by="watch", found=(finding(), finding()))).events == ()
    row = kit.view("board")["alarms"][alarm]
    assert (row["level"], row["name"], row["since"]) == ("II", "一楼 3 号机", 1_000)


def test_an_acknowledged_alarm_that_ends_and_comes_again_is_a_new_one(
    kit: Kit[FloorState],
) -> None:
    first = wrong(kit)
    assert ack(kit, first, note="去换纸").reply.alarm == first
    right(kit)
    ended = kit.view("board")["alarms"][first]
    assert (ended["acked_by"], ended["note"]) == ("ops", "去换纸")
    assert ended["ended_at"] == kit.clock.at
    second = wrong(kit)
    assert second != first
    assert "acked_at" not in kit.view("board")["alarms"][second]


def test_who_acknowledged_first_is_said(kit: Kit[FloorState]) -> None:
    alarm = wrong(kit)
    ack(kit, alarm)
    assert ack(kit, alarm).events == ()
    refusal = ack(kit, alarm, by="nurse1").refusal
    assert refusal is not None
    assert (refusal.code, refusal.details["by"]) == ("acked_already", "ops")
    assert ack(kit, "a99").refusal.code == "unknown_alarm"


def test_a_device_whose_clock_is_ahead_raises_nothing_in_the_future(
    kit: Kit[FloorState],
) -> None:
    alarm = wrong(kit, since=kit.clock.at + 99_000)
    assert kit.state.alarms[alarm].since == kit.clock.at


def test_old_ones_make_room_and_what_is_open_stays(kit: Kit[FloorState]) -> None:
    first = wrong(kit)
    for n in range(ALARMS_KEPT + 5):
        wrong(kit, device=f"d{n}")
        right(kit, device=f"d{n}")
    assert len(kit.view("board")["alarms"]) == ALARMS_KEPT + 1
    assert first in kit.view("board")["alarms"]
    right(kit)
    assert first not in kit.view("board")["alarms"]
    assert kit.replayed().alarms == kit.state.alarms


# -- the watch


def seen(heard_s_ago: float = 5, **changed: object) -> TerminalSeen:
    facts: dict[str, object] = {"known": True, "devices": {}}
    facts |= changed
    heard = round(START - heard_s_ago * 1000)
    return TerminalSeen(ID, "一楼 3 号机", ("im2",), heard, **facts)  # type: ignore[arg-type]


def device(trouble: str = "", s_ago: float = 300, **changed: object) -> DeviceSeen:
    since = round(START - s_ago * 1000)
    return DeviceSeen(trouble, since=since, **changed)  # type: ignore[arg-type]


def faults(of: TerminalSeen, settings: FloorSettings = SETTINGS) -> set[str]:
    found, _ = judge(of, settings, START)
    return {f"{each.device}:{each.fault}:{each.level}" for each in found}


@pytest.mark.parametrize(
    ("of", "found"),
    [
        (seen(devices={"printer": device()}), set()),
        (seen(devices={"printer": device("paper_out")}), {"printer:paper_out:II"}),
        (seen(devices={"printer": device("paper_out", 30)}), set()),
        (
            seen(devices={"printer": device(warning="paper_low")}),
            {"printer:paper_low:III"},
        ),
        (seen(devices={"id_reader": device("unplugged")}), {"id_reader:down:II"}),
        (seen(devices={"id_reader": device("unplugged", 10)}), set()),
        (seen(devices={"id_reader": device("starting", 60)}), set()),
        (seen(devices={"id_reader": device("starting", 99)}), {"id_reader:down:II"}),
        (
            seen(devices={"scanner": device(trips=(START - 9, START - 8, START - 7))}),
            {"scanner:unsteady:III"},
        ),
        (
            seen(devices={"scanner": device(trips=(START - 4_000_000, START - 8))}),
            set(),
        ),
        (seen(devices={"speaker": device(warning="untried")}), set()),
        (seen(heard_s_ago=89), set()),
        (seen(heard_s_ago=90), {":lost:I"}),
        (seen(temperature=79.9), set()),
        (seen(temperature=80.0), {":hot:II"}),
        (seen(clock_off_ms=-31_000), {":clock_off:III"}),
        (seen(mute=True), {":mute:II"}),
        (seen(stale_since=START - 121_000), {":stale:II"}),
    ],
)
def test_what_is_an_alarm_and_when(of: TerminalSeen, found: set[str]) -> None:
    assert faults(of) == found


def test_a_lost_terminal_says_nothing_of_its_devices() -> None:
    silent = seen(heard_s_ago=600, devices={"printer": device("paper_out")})
    assert faults(silent) == {":lost:I"}
    found, whole = judge(silent, SETTINGS, START)
    before = [f"{ID}/printer/paper_out"]
    assert gone(silent, before, found, whole) == []
    back = seen(devices={"printer": device()})
    found, whole = judge(back, SETTINGS, START)
    assert gone(back, [*before, f"{ID}//lost"], found, whole) == [
        *before,
        f"{ID}//lost",
    ]


def test_what_is_not_heard_yet_ends_no_alarm_but_the_loss() -> None:
    there = seen(known=False)
    found, whole = judge(there, SETTINGS, START)
    keys = [f"{ID}/printer/down", f"{ID}//lost"]
    assert gone(there, keys, found, whole) == [f"{ID}//lost"]
    assert gone(None, keys, [], True) == keys


def test_hot_does_not_come_and_go_at_the_limit() -> None:
    warm = seen(temperature=77.0)
    assert judge(warm, SETTINGS, START)[0] == []
    assert len(judge(warm, SETTINGS, START, [f"{ID}//hot"])[0]) == 1
    assert judge(seen(temperature=74.0), SETTINGS, START, [f"{ID}//hot"])[0] == []


def test_levels_and_patience_are_the_hospitals() -> None:
    strict = FloorSettings(levels={"paper_low": "I"}, patience=Patience(warning_s=0))
    low = seen(devices={"printer": device(warning="paper_low", s_ago=0)})
    assert faults(low, strict) == {"printer:paper_low:I"}


def test_the_page_knows_the_same_usual_levels() -> None:
    page = (CHECKOUT / "kiosk_web" / "operations" / "floor.ts").read_text("utf-8")
    table = page.partition("USUAL_LEVELS: Record<string, Level> = {")[2].partition("}")
    said = dict(re.findall(r'(\w+): "(I+)"', table[0]))
    assert said == LEVEL_OF
