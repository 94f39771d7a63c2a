"""The plan of the day: opened, added to, its counts and rules changed."""

from __future__ import annotations

import re

import msgspec

from actors.kernel.errors import BadRequest, Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, Decision, Nothing
from actors.schedule.commands import AddSession, ChangeRules, Open, SetCount
from actors.schedule.decide.answers import unknown_session, unknown_slot
from actors.schedule.events import CountSet, Opened, RulesChanged, SessionAdded
from actors.schedule.plan import CHANNELS, ChannelPlan, SessionPlan, Settings, SlotPlan
from actors.schedule.replies import Planned
from actors.schedule.state import ScheduleState

_KEY = re.compile(r"[0-9A-Za-z_.\-]{1,32}\Z")
_PREFIX = re.compile(r"[0-9A-Za-z\-]{0,6}\Z")
_SLOT_COUNT_MAX = 5000
_MONTH_MS = 31 * 86_400_000
_FEN_MAX = 100_000_00


def open_day(state: ScheduleState, command: Open, now: Millis) -> Decision:
    if state.department is not None:
        return Refused("already_open", "这一天的号源已经放过了，请改用增加班次。")
    channels = CHANNELS if command.channels is None else command.channels
    field = wrong_settings(command.settings)
    for name, channel in channels.items():
        field = field or _wrong_channel(name, channel)
    for name, plan in command.sessions.items():
        if plan.doctor and plan.doctor not in command.doctors:
            field = field or f"sessions.{name}.doctor"
        if wrong := wrong_session(plan, channels):
            field = field or f"sessions.{name}.{wrong}"
    if field:
        return BadRequest("号源的设置有一处不对，请改好再试。", field=field)
    opened = Opened(
        at=now,
        by=command.by,
        department=command.department,
        doctors=command.doctors,
        sessions=command.sessions,
        channels=channels,
        settings=command.settings,
    )
    return Accepted((opened,), Nothing())


def change_rules(state: ScheduleState, command: ChangeRules, now: Millis) -> Decision:
    if field := wrong_settings(command.settings):
        return BadRequest("规则有一处不对，请改好再试。", field=field)
    if command.settings == state.settings:
        return Accepted((), Nothing())
    changed = RulesChanged(at=now, by=command.by, settings=command.settings)
    return Accepted((changed,), Nothing())


def add_session(state: ScheduleState, command: AddSession, now: Millis) -> Decision:
    known = state.sessions.get(command.session)
    if known is not None:
        if known.plan == command.plan:
            return Accepted((), Planned(added=False))
        return Refused("session_taken", "已经有这个班次，要改请停诊、改诊或改号数。")
    plan = command.plan
    field = wrong_session(plan, state.channels)
    if plan.doctor and command.doctor is None and plan.doctor not in state.doctors:
        field = field or "doctor"
    if field:
        return BadRequest("班次的设置有一处不对，请改好再试。", field=field)
    added = SessionAdded(
        at=now,
        by=command.by,
        session=command.session,
        plan=plan,
        doctor=command.doctor if plan.doctor else None,
    )
    return Accepted((added,), Planned(added=True))


def set_count(state: ScheduleState, command: SetCount, now: Millis) -> Decision:
    session = state.sessions.get(command.session)
    if session is None:
        return unknown_session(command.session)
    slot = session.slots.get(command.slot)
    if slot is None:
        return unknown_slot(command.slot)
    if slot.stopped:
        return Refused("session_stopped", "这个班次已经停诊，恢复后再改号数。")
    grown = command.count - (slot.total - slot.beside)
    if not grown:
        return Accepted((), Nothing())
    if slot.free + grown < 0:
        held = slot.total - slot.beside - slot.free
        return Refused(
            "places_held", f"已经有 {held} 个号给了病人，不能少于这个数。", held=held
        )
    changed = CountSet(
        at=now,
        by=command.by,
        session=command.session,
        slot=command.slot,
        count=command.count,
        reason=command.reason,
    )
    return Accepted((changed,), Nothing())


# What cannot be


def wrong_session(plan: SessionPlan, channels: dict[str, ChannelPlan]) -> str | None:
    """The first field of a session's plan that cannot be, or None."""
    if not plan.slots:
        return "slots"
    for name, slot in plan.slots.items():
        if not _KEY.match(name):
            return "slots"
        if wrong := _wrong_slot(slot):
            return f"slots.{name}.{wrong}"
    for name in ("clinic", "queue"):
        if (key := getattr(plan, name)) and not _KEY.match(key):
            return name
    if bool(plan.clinic) != bool(plan.queue):
        return "queue"
    if not _PREFIX.match(plan.prefix):
        return "prefix"
    if not 0 <= plan.price <= _FEN_MAX:
        return "price"
    for channel, quota in plan.quotas.items():
        where = f"quotas.{channel}"
        if channel not in channels:
            return where
        if quota.reserved < 0:
            return f"{where}.reserved"
        if quota.at_most is not None and quota.at_most < quota.reserved:
            return f"{where}.at_most"
        if quota.release_ms is not None and not 0 <= quota.release_ms <= _MONTH_MS:
            return f"{where}.release_ms"
    reserved = sum(quota.reserved for quota in plan.quotas.values())
    if reserved > sum(slot.count for slot in plan.slots.values()):
        return "quotas"
    return None


def _wrong_slot(slot: SlotPlan) -> str | None:
    if not 0 < slot.start < slot.end:
        return "end"
    if not 0 <= slot.count <= _SLOT_COUNT_MAX:
        return "count"
    if not _PREFIX.match(slot.prefix):
        return "prefix"
    if slot.first < 0:
        return "first"
    return None


def _wrong_channel(name: str, channel: ChannelPlan) -> str | None:
    if not _KEY.match(name) or not channel.name:
        return f"channels.{name}"
    if not 1000 <= channel.lock_ms <= _MONTH_MS:
        return f"channels.{name}.lock_ms"
    if not 0 <= channel.closes_ms <= _MONTH_MS:
        return f"channels.{name}.closes_ms"
    return None


def wrong_settings(settings: Settings) -> str | None:
    """The first of the rules' numbers that cannot be, or None."""
    for field in Settings.__struct_fields__:
        value = getattr(settings, field)
        if isinstance(value, bool | msgspec.Struct) or value is None:
            continue
        if not 0 <= value <= (_MONTH_MS if field.endswith("_ms") else 1000):
            return f"settings.{field}"
    if settings.extra_lock_ms < 1000:
        return "settings.extra_lock_ms"
    for field in settings.no_show.__struct_fields__:
        if not 0 <= getattr(settings.no_show, field) <= 3660:
            return f"settings.no_show.{field}"
    return None
