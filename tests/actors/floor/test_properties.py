"""Whatever is done to the floor in whatever order, this holds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from actors.floor.actor import wake_at
from actors.floor.commands import (
    Ack,
    AnswerTicket,
    Check,
    CloseTicket,
    LevelTicket,
    MoveStock,
    NoteTicket,
    OpenTicket,
    ReopenTicket,
    RepairTicket,
    RetireUnit,
    SetStock,
    Watched,
)
from actors.floor.events import AlarmAcked, AlarmEnded, AlarmRaised, TicketLate
from actors.floor.state import FloorState, Ticket, freeze, thaw
from actors.runtime.shape import Wake
from actors.runtime.testkit import Kit
from tests.actors.floor.floor import STREAM, ZONE, a_floor, finding, keep, unit

WHO = st.sampled_from(["ops", "night", "nurse1"])
LEVEL = st.sampled_from(["I", "II", "III"])
TICKET = st.integers(1, 5).map(lambda n: f"f{n}")
ALARM = st.integers(1, 6).map(lambda n: f"a{n}")
UNITS = [unit(n, terminal=f"tabcdefgh2{n}") for n in (1, 2, 3)]
SERIAL = st.sampled_from([one.serial for one in UNITS])
TERMINAL = st.sampled_from([one.terminal for one in UNITS])
FAULT = st.sampled_from(["paper_out", "down"])
FOUND = st.builds(
    lambda terminal, fault, level: finding(terminal=terminal, fault=fault, level=level),
    *(TERMINAL, FAULT, LEVEL),
)

COMMANDS = st.one_of(
    st.builds(lambda f: Watched(by="watch", found=tuple(f)), st.lists(FOUND)),
    st.builds(
        lambda f: Watched(by="watch", gone=tuple(one.key for one in f)), st.lists(FOUND)
    ),
    st.builds(lambda by, a: Ack(by=by, alarm=a), WHO, ALARM),
    st.builds(
        lambda by, target, level, fault: OpenTicket(
            by=by, target=target, level=level, fault=fault, what="坏了"
        ),
        *(WHO, st.one_of(SERIAL, TERMINAL), LEVEL, FAULT),
    ),
    st.builds(lambda by, a: OpenTicket(by=by, alarm=a), WHO, ALARM),
    st.builds(lambda by, t: AnswerTicket(by=by, ticket=t), WHO, TICKET),
    st.builds(lambda by, t: NoteTicket(by=by, ticket=t, note="看过"), WHO, TICKET),
    st.builds(
        lambda t, n: LevelTicket(by="ops", ticket=t, level=n, reason="重了"),
        *(TICKET, LEVEL),
    ),
    st.builds(
        lambda t: RepairTicket(by="ops", ticket=t, cause="线松", measure="加固"), TICKET
    ),
    st.builds(lambda t: ReopenTicket(by="ops", ticket=t, reason="又坏"), TICKET),
    st.builds(lambda t: CloseTicket(by="ops", ticket=t), TICKET),
    st.builds(lambda s: Check(by="ops", serial=s, bad=("paper",)), SERIAL),
    st.builds(lambda s: RetireUnit(by="ops", serial=s, reason="报废"), SERIAL),
    st.builds(lambda n: SetStock(by="ops", kind="paper", name="纸", low=n), st.just(5)),
    st.builds(
        lambda n: MoveStock(by="ops", kind="paper", change=n), st.integers(-9, 9)
    ),
    st.just(None),  # time passes until something is due
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(COMMANDS, st.integers(0, 4 * 3600)), max_size=40))
def test_it_holds(steps: list[tuple[object, int]]) -> None:
    kit = a_floor()
    keep(kit, *UNITS)
    ended: set[str] = set()
    acked: set[str] = set()
    late: set[tuple[str, str]] = set()
    for command, pause in steps:
        kit.clock.pass_s(pause)
        # time is not passed over: what is due comes first, as the timers do it
        while (due := wake_at(kit.state)) is not None and due <= kit.clock.at:
            before = due
            for event in kit.run(Wake(due)).events:
                if isinstance(event, TicketLate):
                    assert (event.ticket, event.clock) not in late
                    late.add((event.ticket, event.clock))
            after = wake_at(kit.state)
            assert after is None or after > before
        if command is None:
            continue
        for event in kit.run(command).events:
            match event:
                case AlarmRaised():
                    assert event.alarm not in ended | acked
                case AlarmAcked():
                    assert event.alarm not in acked
                    acked.add(event.alarm)
                case AlarmEnded():
                    assert event.alarm not in ended
                    ended.add(event.alarm)
        _holds(kit)
    assert kit.replayed() == kit.state
    assert thaw(STREAM, freeze(kit.state), ZONE) == kit.state


def _holds(kit: Kit[FloorState]) -> None:
    state = kit.state
    open_keys = [one.key for one in state.alarms.values() if one.open]
    assert len(open_keys) == len(set(open_keys)) == len(state.alarm_of)
    tickets = [one for one in state.tickets.values() if one.open]
    assert len({one.key for one in tickets}) == len(tickets) == len(state.ticket_of)
    for ticket in state.tickets.values():
        _clocks_run_forward(ticket)
    for stock in state.stock.values():
        assert stock.left >= 0
    held = [alarm for _, alarm in state.open_alarms if alarm.fault == "stock_low"]
    low = [s for k, s in state.stock.items() if s.left < s.low]
    assert len(held) <= len(low)
    for round_ in state.rounds.values():
        assert round_.seen.keys().isdisjoint(round_.missed)


def _clocks_run_forward(ticket: Ticket) -> None:
    moments = [ticket.opened_at]
    moments += [ticket.answered_at] if ticket.answered_at else []
    moments += [ticket.repaired_at] if ticket.repaired_at else []
    moments += [ticket.closed_at] if ticket.closed_at else []
    assert moments == sorted(moments)
    assert ticket.opened_at < ticket.respond_by <= ticket.repair_by
    times = [line.at for line in ticket.history]
    assert times == sorted(times)
