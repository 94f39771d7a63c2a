"""What becomes of a device: enrolled, changed, told to do things, revoked."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from actors.kernel.errors import BadRequest, Refused
from actors.runtime.testkit import Kit
from actors.terminal.actor import terminal_capability
from actors.terminal.messages import (
    Change,
    Enrol,
    Note,
    Obeyed,
    Order,
    Revoke,
)
from actors.terminal.roster import RosterState, Tell, roster_capability, row_of
from actors.terminal.state import ORDERS_KEPT, TerminalState
from tests.golden import lines_of

ID = "tabcdefgh23"


@pytest.fixture
def kit() -> Kit[TerminalState]:
    return Kit(terminal_capability(), f"yunxiu/terminal/{ID}")


def enrol(**changed: Any) -> Enrol:
    facts: dict[str, Any] = {
        "role": "screen",
        "name": "二楼东屏",
        "number": "7",
        "profile": "hall",
        "places": ("im2",),
        "secret": "hash",
    }
    return Enrol(by="nurse1", **(facts | changed))


def test_an_enrolled_device_is_told_what_it_is(kit: Kit[TerminalState]) -> None:
    assert kit.run(enrol()).reply.terminal == ID
    assert kit.view("device")["terminal"] == {
        "role": "screen",
        "name": "二楼东屏",
        "number": "7",
        "profile": "hall",
        "places": ["im2"],
    }


def test_a_code_confirmed_at_two_desks_enrols_once(kit: Kit[TerminalState]) -> None:
    kit.run(enrol())
    assert kit.run(enrol()).events == ()
    other = kit.run(enrol(secret="another device's")).refusal
    assert isinstance(other, Refused)
    assert other.code == "already_enrolled"


@pytest.mark.parametrize("places", [(), ("im2/3/4",), ("*",), ("a b",)])
def test_a_device_is_somewhere(
    kit: Kit[TerminalState], places: tuple[str, ...]
) -> None:
    assert isinstance(kit.run(enrol(places=places)).refusal, BadRequest)


def test_nothing_is_known_of_a_device_nobody_enrolled(
    kit: Kit[TerminalState],
) -> None:
    for command in (Note(by="x", online=True), Order(by="x", what="identify")):
        refusal = kit.run(command).refusal
        assert refusal is not None
        assert refusal.code == "unknown_terminal"


def test_other_places_void_the_tokens_of_before(kit: Kit[TerminalState]) -> None:
    kit.run(enrol())
    kit.clock.pass_s(5)
    kit.run(Change(by="nurse1", name="二楼西屏"))
    assert kit.state.rights_at == 0
    kit.run(Change(by="nurse1", places=("im2/3",)))
    assert kit.state.rights_at == kit.clock.at
    assert kit.view("device")["terminal"]["places"] == ["im2/3"]
    assert kit.run(Change(by="nurse1", places=("im2/3",))).events == ()


def test_a_revoked_device_takes_no_orders(kit: Kit[TerminalState]) -> None:
    kit.run(enrol())
    kit.run(Note(by="x", online=True, audio="on", version="1"))
    kit.run(Revoke(by="nurse1", reason="坏了"))
    assert kit.state.revoked == "坏了"
    assert not kit.state.online
    refusal = kit.run(Order(by="nurse1", what="reload")).refusal
    assert refusal is not None
    assert refusal.code == "revoked"
    assert kit.run(Note(by="x", online=True)).events == ()


def test_an_order_is_open_until_it_is_done(kit: Kit[TerminalState]) -> None:
    kit.run(enrol())
    reply = kit.run(Order(by="nurse1", what="screenshot")).reply
    order = kit.view("device")["orders"][reply.order]
    assert order["what"] == "screenshot"
    assert order["until"] == kit.clock.at + 60_000
    kit.run(Obeyed(by=ID, order=reply.order, trouble="画不出来"))
    order = kit.view("device")["orders"][reply.order]
    assert order["trouble"] == "画不出来"
    assert kit.run(Obeyed(by=ID, order=reply.order)).events == ()
    assert kit.run(Obeyed(by=ID, order="o99")).events == ()


def test_a_restart_found_after_its_time_is_not_carried_out(
    kit: Kit[TerminalState],
) -> None:
    kit.run(enrol())
    reply = kit.run(Order(by="ops", what="restart")).reply
    kit.clock.pass_s(61)
    refusal = kit.run(Obeyed(by=ID, order=reply.order)).refusal
    assert refusal is not None
    assert refusal.code == "order_over"


def test_only_the_last_orders_are_kept(kit: Kit[TerminalState]) -> None:
    kit.run(enrol())
    for _ in range(ORDERS_KEPT + 3):
        kit.run(Order(by="nurse1", what="identify"))
    assert len(kit.view("device")["orders"]) == ORDERS_KEPT
    assert "o1" not in kit.view("device")["orders"]


def test_only_changes_of_how_it_is_are_written_down(
    kit: Kit[TerminalState],
) -> None:
    kit.run(enrol())
    first = Note(by="x", online=True, audio="blocked", version="1.0")
    assert len(kit.run(first).events) == 1
    assert kit.run(first).events == ()
    heard = kit.clock.at
    kit.clock.pass_s(80)
    kit.run(Note(by="x", online=False, since=heard))
    assert kit.state.since == heard
    assert kit.state.audio == "blocked"


def test_what_people_did_is_provable_and_holds_no_secret(
    kit: Kit[TerminalState],
) -> None:
    decision: Any = kit.capability.decide(kit.state, enrol(), kit.clock.now())
    (record,) = decision.audit
    assert (record.action, record.principal) == ("terminal.enrolled", "nurse1")
    assert b"hash" not in record.body


def test_the_roster_hears_twice_and_changes_once() -> None:
    kit = Kit(terminal_capability(), f"yunxiu/terminal/{ID}")
    kit.run(enrol())
    roster: Kit[RosterState] = Kit(roster_capability(), "yunxiu/terminals/main")
    tell = Tell(by="t", terminal=ID, row=row_of(kit.state), answered=True)
    assert roster.run(tell).reply.terminal == ID
    assert roster.run(tell).events == ()
    assert roster.view("roster")["terminals"][ID]["name"] == "二楼东屏"
    refusal = roster.run(Tell(by="nurse1", terminal="", answered=True)).refusal
    assert refusal is not None
    assert refusal.code == "unknown_code"


def test_a_frozen_roster_thaws_to_itself() -> None:
    capability = roster_capability()
    kit: Kit[RosterState] = Kit(capability, "yunxiu/terminals/main")
    one = Kit(terminal_capability(), f"yunxiu/terminal/{ID}")
    one.run(enrol())
    kit.run(Tell(by="t", terminal=ID, row=row_of(one.state)))
    snapshots = capability.snapshots
    assert snapshots is not None
    body = snapshots.encode(snapshots.freeze(kit.state))
    assert snapshots.thaw(kit.state.stream, body) == kit.state


def test_what_was_written_replays() -> None:
    terminal, roster = terminal_capability(), roster_capability()
    states: list[Any] = [
        terminal.new(f"yunxiu/terminal/{ID}"),
        roster.new("yunxiu/terminals/main"),
    ]
    for line in lines_of("terminal-events"):
        of_roster = msgspec.json.decode(line)["type"] in roster.event_names
        capability: Any = roster if of_roster else terminal
        capability.evolve(states[of_roster], capability.read_event(line))
    assert states[0].revoked
    assert states[1].rows[ID].name == "二楼东屏"
