"""Fault tickets: one for a fault, two clocks, cause and measure, and their history."""

from __future__ import annotations

from typing import Any

import pytest

from actors.floor.actor import wake_at
from actors.floor.commands import (
    AnswerTicket,
    ChangeSettings,
    CloseTicket,
    LevelTicket,
    NoteTicket,
    OpenTicket,
    ReopenTicket,
    RepairTicket,
    RetireUnit,
)
from actors.floor.settings import Clocks, FloorSettings
from actors.floor.state import NOTES_KEPT, TICKETS_KEPT, FloorState
from actors.runtime.shape import Wake
from actors.runtime.testkit import Kit
from tests.actors.floor.floor import ID, SERIAL, a_floor, keep, ticket, unit, wrong

MIN = 60_000


@pytest.fixture
def kit() -> Kit[FloorState]:
    return a_floor()


def code(ran: Any) -> str:
    assert ran.refusal is not None
    return str(ran.refusal.code)


def wakes(kit: Kit[FloorState]) -> None:
    due = wake_at(kit.state)
    assert due is not None
    kit.clock.at = due
    kit.run(Wake(due))


def repaired(kit: Kit[FloorState], key: str) -> None:
    kit.run(AnswerTicket(by="ops", ticket=key))
    kit.run(RepairTicket(by="ops", ticket=key, cause="电源坏", measure="换电源"))


def test_from_the_report_to_the_repair_that_held(kit: Kit[FloorState]) -> None:
    key = ticket(kit, level="I").reply.ticket
    row = kit.view("board")["tickets"][key]
    assert row["respond_by"] == kit.clock.at + 10 * MIN
    assert row["repair_by"] == kit.clock.at + 120 * MIN
    assert code(kit.run(RepairTicket(by="ops", ticket=key))) == "not_answered"
    assert code(kit.run(CloseTicket(by="ops", ticket=key))) == "not_repaired"
    kit.clock.pass_s(60)
    kit.run(AnswerTicket(by="ops", ticket=key))
    assert kit.run(AnswerTicket(by="ops", ticket=key)).events == ()
    assert code(kit.run(AnswerTicket(by="x", ticket=key))) == "answered_already"
    no_cause = kit.run(RepairTicket(by="ops", ticket=key, measure="换"))
    assert "原因" in str(no_cause.refusal)
    repaired(kit, key)
    kit.run(ReopenTicket(by="nurse1", ticket=key, reason="又黑屏"))
    assert kit.state.tickets[key].state == "answered"
    repaired(kit, key)
    kit.run(CloseTicket(by="nurse1", ticket=key))
    row = kit.view("board")["tickets"][key]
    assert (row["cause"], row["measure"]) == ("电源坏", "换电源")
    assert [each["what"] for each in row["history"]] == [
        *("opened", "answered", "repaired", "reopened", "repaired", "closed")
    ]
    assert code(kit.run(NoteTicket(by="x", ticket=key, note="?"))) == "ticket_closed"


def test_one_open_ticket_a_device_and_fault(kit: Kit[FloorState]) -> None:
    first = ticket(kit).reply.ticket
    refused = ticket(kit).refusal
    assert refused is not None
    assert (refused.code, refused.details["ticket"]) == ("ticket_open", first)
    assert ticket(kit, device="printer").reply.ticket != first
    repaired(kit, first)
    kit.run(CloseTicket(by="ops", ticket=first))
    assert ticket(kit).reply.ticket not in (first,)


def test_serial_and_terminal_are_the_same_machine(kit: Kit[FloorState]) -> None:
    keep(kit, unit(terminal=ID))
    assert ticket(kit, target=ID).reply
    assert code(ticket(kit, target=SERIAL)) == "ticket_open"
    assert code(kit.run(RetireUnit(by="ops", serial=SERIAL, reason="报废"))) == (
        "ticket_open"
    )


def test_an_alarm_becomes_a_ticket_and_is_acknowledged_by_it(
    kit: Kit[FloorState],
) -> None:
    alarm = wrong(kit, level="III")
    key = ticket(kit, target=None, fault=None, what="", alarm=alarm).reply.ticket
    row = kit.view("board")["tickets"][key]
    assert (row["device"], row["fault"], row["level"]) == (
        "printer",
        "paper_out",
        "III",
    )
    shown = kit.view("board")["alarms"][alarm]
    assert (shown["ticket"], shown["acked_by"]) == (key, "ops")
    assert code(ticket(kit, alarm="a9")) == "unknown_alarm"


def test_clocks_run_out_once_each(kit: Kit[FloorState]) -> None:
    key = ticket(kit, level="II").reply.ticket
    opened = kit.clock.at
    wakes(kit)
    assert kit.clock.at == opened + 30 * MIN
    assert kit.state.tickets[key].late == ("respond",)
    wakes(kit)
    assert kit.state.tickets[key].late == ("respond", "repair")
    assert wake_at(kit.state) is None


def test_who_answers_in_time_is_not_late(kit: Kit[FloorState]) -> None:
    key = ticket(kit, level="I").reply.ticket
    kit.run(AnswerTicket(by="ops", ticket=key))
    wakes(kit)
    assert kit.state.tickets[key].late == ("repair",)


def test_another_level_runs_from_the_opening(kit: Kit[FloorState]) -> None:
    key = ticket(kit, level="III").reply.ticket
    opened = kit.clock.at
    kit.clock.pass_s(3600)
    kit.run(LevelTicket(by="ops", ticket=key, level="I", reason="整层停了"))
    row = kit.view("board")["tickets"][key]
    assert (row["level"], row["respond_by"]) == ("I", opened + 10 * MIN)
    kit.run(Wake(kit.clock.at))
    assert kit.state.tickets[key].late == ("respond",)


def test_settings_that_cannot_be_say_what_to_do(kit: Kit[FloorState]) -> None:
    usual = FloorSettings()
    short = FloorSettings(clocks={**usual.clocks, "I": Clocks(60, 30)})
    assert "修复时限" in str(kit.run(ChangeSettings(by="a", settings=short)).refusal)
    none = FloorSettings(items={})
    assert "检查项" in str(kit.run(ChangeSettings(by="a", settings=none)).refusal)
    quick = FloorSettings(clocks={**usual.clocks, "I": Clocks(5, 30)})
    kit.run(ChangeSettings(by="a", settings=quick))
    key = ticket(kit, level="I").reply.ticket
    assert kit.state.tickets[key].respond_by == kit.clock.at + 5 * MIN


def test_histories_stay_small(kit: Kit[FloorState]) -> None:
    key = ticket(kit).reply.ticket
    for n in range(NOTES_KEPT + 3):
        kit.run(NoteTicket(by="ops", ticket=key, note=f"第 {n} 次"))
    history = kit.view("board")["tickets"][key]["history"]
    assert len(history) == NOTES_KEPT
    assert history[0]["what"] == "opened"
    for _ in range(TICKETS_KEPT + 2):
        other = ticket(kit, device="scanner").reply.ticket
        repaired(kit, other)
        kit.run(CloseTicket(by="ops", ticket=other))
    assert key in kit.view("board")["tickets"]
    assert len(kit.view("board")["tickets"]) == TICKETS_KEPT + 1


def test_what_people_decide_is_provable(kit: Kit[FloorState]) -> None:
    asked = OpenTicket(by="ops", target=ID, what="不开机")
    decision: Any = kit.capability.decide(kit.state, asked, kit.clock.now())
    (record,) = decision.audit
    assert (record.action, record.principal) == ("floor.ticket_opened", "ops")
