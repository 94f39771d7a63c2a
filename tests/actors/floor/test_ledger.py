"""The ledger, three rounds a day, and what machines use up."""

from __future__ import annotations

from typing import Any

import pytest

from actors.floor.actor import wake_at
from actors.floor.commands import Check, MoveStock, RetireUnit, SetStock
from actors.floor.state import MOVES_KEPT, ROUNDS_KEPT, FloorState, freeze, thaw
from actors.kernel.errors import BadRequest
from actors.runtime.shape import Wake
from actors.runtime.testkit import Kit
from tests.actors.floor.floor import (
    ID,
    SERIAL,
    STREAM,
    ZONE,
    a_floor,
    keep,
    ticket,
    unit,
    wrong,
)

HOUR = 3_600_000
OTHER = "SM08032011150002"


@pytest.fixture
def kit() -> Kit[FloorState]:
    """08:00, in the morning's round."""
    kit = a_floor()
    kit.clock.at -= HOUR
    return kit


def check(
    kit: Kit[FloorState], serial: str = SERIAL, *bad: str, by: str = "ops"
) -> Any:
    return kit.run(Check(by=by, serial=serial, bad=bad))


def due(kit: Kit[FloorState]) -> None:
    moment = wake_at(kit.state)
    assert moment is not None
    kit.clock.at = moment
    kit.run(Wake(moment))


# -- the ledger


def test_new_and_changed_are_counted(kit: Kit[FloorState]) -> None:
    reply = keep(kit, unit(1), unit(2)).reply
    assert (reply.new, reply.changed) == (2, 0)
    reply = keep(kit, unit(1, place="门诊一楼"), unit(2), unit(3)).reply
    assert (reply.new, reply.changed) == (1, 1)
    row = kit.view("ledger")["units"][SERIAL]
    assert (row["model"], row["place"]) == ("SST-M-0803", "门诊一楼")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((unit(1), unit(1)), "写了两遍"),
        ((unit(1, since="2026-02-30"),), "不是日期"),
        ((unit(1, since="2026-02-20", warranty="2025-01-01"),), "比启用日期还早"),
        ((unit(1, terminal=ID), unit(2, terminal=ID)), "已经登记在"),
    ],
)
def test_one_wrong_line_and_none_is_taken(
    kit: Kit[FloorState], lines: tuple[Any, ...], said: str
) -> None:
    refusal = keep(kit, unit(7), *lines).refusal
    assert isinstance(refusal, BadRequest)
    assert said in refusal.message
    assert refusal.details["line"] == len(lines) + 1
    assert kit.view("ledger") == {}


def test_a_terminal_moves_from_one_machine_to_another_in_one_go(
    kit: Kit[FloorState],
) -> None:
    keep(kit, unit(1, terminal=ID))
    assert keep(kit, unit(2, terminal=ID)).refusal is not None
    keep(kit, unit(1), unit(2, terminal=ID))
    assert kit.state.serial_of == {ID: OTHER}
    kit.run(RetireUnit(by="ops", serial=OTHER, reason="报废"))
    assert kit.state.serial_of == {}
    refusal = kit.run(RetireUnit(by="ops", serial=OTHER, reason="报废")).refusal
    assert refusal is not None
    assert refusal.code == "unknown_unit"


# -- rounds


def test_a_round_says_what_was_seen_and_what_was_missed(kit: Kit[FloorState]) -> None:
    keep(kit, unit(1), unit(2))
    reply = check(kit, SERIAL, "paper", "clean").reply
    assert (reply.round, reply.late) == ("2026-11-23/morning", False)
    due(kit)  # 08:30
    row = kit.view("board")["rounds"]["r1"]
    assert row["missed"] == (OTHER,)
    assert row["seen"][SERIAL]["bad"] == ("paper", "clean")
    kit.clock.pass_s(60)
    assert check(kit, OTHER).reply.late
    row = kit.view("board")["rounds"]["r1"]
    assert row["seen"][OTHER]["late"]
    assert "missed" not in row
    due(kit)  # 13:30
    assert kit.state.rounds["r2"].key == "2026-11-23/noon"
    assert kit.state.rounds["r2"].missed == (SERIAL, OTHER)


def test_looked_at_again_after_its_time_it_was_seen_in_time(
    kit: Kit[FloorState],
) -> None:
    keep(kit, unit(1))
    check(kit)
    assert check(kit).events == ()
    due(kit)
    assert not check(kit, SERIAL, "touch").reply.late


def test_what_is_no_machine_or_no_line_of_the_list_is_refused(
    kit: Kit[FloorState],
) -> None:
    assert check(kit).refusal.code == "unknown_unit"
    keep(kit, unit(1))
    assert "刷新" in check(kit, SERIAL, "nonsense").refusal.message


def test_before_the_morning_it_is_yesterdays_evening(kit: Kit[FloorState]) -> None:
    keep(kit, unit(1))
    kit.clock.at -= 3 * HOUR  # 05:00
    assert check(kit).reply.round == "2026-11-22/evening"


def test_a_floor_without_machines_needs_no_rounds(kit: Kit[FloorState]) -> None:
    assert wake_at(kit.state) is None
    keep(kit, unit(1))
    kit.run(RetireUnit(by="ops", serial=SERIAL, reason="报废"))
    assert wake_at(kit.state) is None
    kit.clock.at += 30 * HOUR
    keep(kit, unit(2))
    due(kit)
    # nothing was missed while there was nothing
    assert len(kit.state.rounds) == 1


def test_after_a_long_standstill_only_the_last_days_are_told(
    kit: Kit[FloorState],
) -> None:
    keep(kit, unit(1))
    kit.clock.at += 30 * 24 * HOUR
    kit.run(Wake(kit.clock.at))
    assert 5 <= len(kit.state.rounds) <= 6
    moment = wake_at(kit.state)
    assert moment is not None
    assert moment > kit.clock.at


def test_only_a_week_of_rounds_is_kept(kit: Kit[FloorState]) -> None:
    keep(kit, unit(1))
    for _ in range(ROUNDS_KEPT + 4):
        due(kit)
    assert len(kit.view("board")["rounds"]) == ROUNDS_KEPT


# -- what machines use up


def test_low_is_an_alarm_that_ends_by_itself(kit: Kit[FloorState]) -> None:
    keep(kit, unit(1))
    kit.run(SetStock(by="ops", kind="paper", name="热敏纸", unit="卷", low=5))
    kit.run(MoveStock(by="ops", kind="paper", change=6))
    ran = kit.run(MoveStock(by="ops", kind="paper", change=-2, serial=SERIAL))
    assert ran.reply.left == 4
    (alarm,) = kit.view("board")["alarms"].values()
    assert (alarm["fault"], alarm["device"], alarm["name"]) == (
        *("stock_low", "paper"),
        "热敏纸",
    )
    kit.run(MoveStock(by="ops", kind="paper", change=20))
    (alarm,) = kit.view("board")["alarms"].values()
    assert alarm["ended_at"] == kit.clock.at
    moves = kit.view("ledger")["moves"]
    assert moves["m2"]["serial"] == SERIAL


def test_more_than_there_is_cannot_be_taken(kit: Kit[FloorState]) -> None:
    assert kit.run(MoveStock(by="o", kind="paper", change=1)).refusal is not None
    kit.run(SetStock(by="ops", kind="paper", name="热敏纸", unit="卷"))
    refusal = kit.run(MoveStock(by="ops", kind="paper", change=-1)).refusal
    assert refusal is not None
    assert refusal.code == "not_enough"
    for n in range(MOVES_KEPT + 2):
        kit.run(MoveStock(by="ops", kind="paper", change=n + 1))
    assert len(kit.view("ledger")["moves"]) == MOVES_KEPT


def test_a_snapshot_is_the_whole_state(kit: Kit[FloorState]) -> None:
    keep(kit, unit(1, terminal=ID), unit(2))
    check(kit)
    wrong(kit)
    ticket(kit)
    kit.run(SetStock(by="ops", kind="paper", name="热敏纸"))
    assert thaw(STREAM, freeze(kit.state), ZONE) == kit.state
