"""What a terminal says to each command. Pure.

Whoever asks has been checked for their right to ask. What changes who may see what,
and what people tell a device to do, leaves an audit record in the commit.
"""

from __future__ import annotations

import re
from typing import assert_never

import msgspec

from actors.kernel.errors import BadRequest, Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, AuditRecord, Decision, Nothing
from actors.terminal.messages import (
    Change,
    Changed,
    Command,
    Enrol,
    Enrolled,
    Event,
    Note,
    Noted,
    Obeyed,
    Order,
    OrderDone,
    Ordered,
    Revoke,
    Revoked,
    ThisOrder,
    ThisTerminal,
    What,
)
from actors.terminal.state import TerminalState

ORDER_LASTS_MS: dict[What, Millis] = {
    "identify": 10_000,
    # between two calls; a full hall may leave no gap for some time
    "reload": 600_000,
    "screenshot": 60_000,
    "log": 60_000,
    "restart": 60_000,
}
_PLACE = re.compile(r"[0-9A-Za-z_.\-]{1,64}(/[0-9A-Za-z_.\-]{1,64})?\Z")
PLACES_MAX = 40


def decide(state: TerminalState, command: Command, now: Millis) -> Decision:
    if isinstance(command, Enrol):
        return _enrol(state, command, now)
    if not state.role:
        return Refused("unknown_terminal", "没有这台设备，请刷新名单。")
    if state.revoked:
        if isinstance(command, Note | Revoke):
            return Accepted((), Nothing())
        return Refused("revoked", "这台设备已经注销，请在设备上重新登记。")
    match command:
        case Change():
            return _change(state, command, now)
        case Revoke():
            return _done(
                Revoked(at=now, by=command.by, reason=command.reason), _this(state)
            )
        case Order():
            return _order(state, command, now)
        case Obeyed():
            order = state.orders.get(command.order)
            if order is None or order.done_at:
                return Accepted((), Nothing())
            if order.what == "restart" and now > order.until:
                # it asks before it does so: one found days later is not carried out
                return Refused("order_over", "这条命令已经过期，请重新下一次。")
            done = OrderDone(
                at=now, by=command.by, order=command.order, trouble=command.trouble
            )
            return Accepted((done,), Nothing())
        case Note():
            return _note(state, command, now)
        case _:
            assert_never(command)


def _this(state: TerminalState) -> ThisTerminal:
    return ThisTerminal(state.terminal)


def _done(event: Event, reply: msgspec.Struct) -> Accepted:
    told = msgspec.to_builtins(event)
    body = {k: v for k, v in told.items() if k not in ("secret", "at")}
    record = AuditRecord(str(told["type"]), event.by, msgspec.json.encode(body))
    return Accepted((event,), reply, (record,))


def _enrol(state: TerminalState, command: Enrol, now: Millis) -> Decision:
    if state.role:
        # the same code confirmed twice, from two desks
        if state.secret == command.secret and not state.revoked:
            return Accepted((), _this(state))
        return Refused("already_enrolled", "这台设备已经登记过了，请刷新名单。")
    if wrong := _wrong_places(command.places):
        return BadRequest(wrong, field="places")
    return _done(
        Enrolled(
            at=now,
            by=command.by,
            role=command.role,
            name=command.name,
            number=command.number,
            profile=command.profile,
            places=command.places,
            secret=command.secret,
        ),
        _this(state),
    )


def _change(state: TerminalState, command: Change, now: Millis) -> Decision:
    places = state.places if command.places is None else command.places
    if wrong := _wrong_places(places):
        return BadRequest(wrong, field="places")
    changed = Changed(
        at=now,
        by=command.by,
        name=command.name or state.name,
        number=state.number if command.number is None else command.number,
        profile=command.profile or state.profile,
        places=places,
    )
    before = (state.name, state.number, state.profile, state.places)
    if (changed.name, changed.number, changed.profile, changed.places) == before:
        return Accepted((), _this(state))
    return _done(changed, _this(state))


def _order(state: TerminalState, command: Order, now: Millis) -> Decision:
    order = f"o{state.orders_given + 1}"
    until = now + ORDER_LASTS_MS[command.what]
    event = Ordered(at=now, by=command.by, order=order, what=command.what, until=until)
    return _done(event, ThisOrder(order, until))


def _note(state: TerminalState, command: Note, now: Millis) -> Decision:
    online = state.online if command.online is None else command.online
    audio = state.audio if command.audio is None else command.audio
    version = state.version if command.version is None else command.version
    if (online, audio, version) == (state.online, state.audio, state.version):
        return Accepted((), Nothing())
    noted = Noted(
        at=now,
        by=command.by,
        online=online,
        audio=audio,
        version=version,
        since=state.since if online == state.online else (command.since or now),
    )
    return Accepted((noted,), Nothing())


def _wrong_places(places: tuple[str, ...]) -> str | None:
    if not places:
        return "请至少选一个诊区或诊室。"
    if len(places) > PLACES_MAX:
        return f"一台设备最多选 {PLACES_MAX} 个诊区或诊室。"
    for place in places:
        if not _PLACE.match(place):
            return f"“{place}”不是诊区或诊室，请写成 im2 或 im2/3。"
    return None
