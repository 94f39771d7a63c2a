"""What the plan says to each command. Pure.

A change is refused for what it would make wrong, never for what was wrong before: a
fault that is there already must not keep anybody from mending another.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

import msgspec

from actors.hospital.entries import (
    INSIDE_CLINIC,
    STRUCTS,
    Edit,
    Name,
    difference,
    document,
    edited,
    entries_of,
    entry_of,
    plan_of,
)
from actors.hospital.messages import (
    Apply,
    Changed,
    Check,
    Command,
    Difference,
    Event,
    NotChanged,
    Places,
    Planned,
    Replace,
    Revert,
    ThisChange,
    Wanted,
    Withdraw,
    Withdrawn,
)
from actors.hospital.plan import HOSPITAL_RULES, MAIN, ClinicPlan
from actors.hospital.problem import Problem
from actors.hospital.problems import problems
from actors.hospital.state import HospitalState
from actors.kernel.errors import BadRequest, Forbidden, Refused
from actors.kernel.times import Millis
from actors.runtime.shape import Accepted, AuditRecord, Decision, Nothing, Wake

YEAR_MS: Millis = 366 * 86_400_000


def decide(state: HospitalState, command: Command, now: Millis) -> Decision:
    match command:
        case Check():
            edits = _edits(state, command.edits)
            _may(state, command.within, edits)
            return Accepted((), _difference(state, edits))
        case Apply():
            return _apply(state, command, now)
        case Replace():
            return _replace(state, command, now)
        case Revert():
            return _revert(state, command, now)
        case Withdraw():
            return _withdraw(state, command, now)
        case Wake():
            return _take_effect(state, now)
        case _:
            assert_never(command)


def _apply(state: HospitalState, command: Apply, now: Millis) -> Decision:
    edits = _edits(state, command.edits)
    _may(state, command.within, edits)
    for edit in edits:
        _not_meanwhile(state, edit.name, command.seen)
    if not edits:
        return Accepted((), ThisChange(revision=state.revision))
    _not_worse(state, edits)
    change = state.next_change()
    due = command.takes_effect
    if due is None or due <= now:
        return _changed(state, command.by, change, edits, now, command.reason)
    if due > now + YEAR_MS:
        raise BadRequest("生效时间太远了，请选一年以内的时间。", field="takes_effect")
    planned = Planned(
        at=now,
        by=command.by,
        change=change,
        edits=edits,
        takes_effect=due,
        reason=command.reason,
    )
    return _done((planned,), ThisChange(change, state.revision))


def _replace(state: HospitalState, command: Replace, now: Millis) -> Decision:
    if command.first and state.changes:
        return Accepted((), ThisChange(revision=state.revision))
    edits = difference(state.entries, entries_of(command.plan))
    for edit in edits:
        _named_well(edit)
    _may(state, command.within, edits)
    if command.dry:
        return Accepted((), _difference(state, edits))
    if command.seen is not None and command.seen != state.revision:
        last = state.changes[state.last]
        raise Refused(
            "changed_meanwhile",
            f"{last.by} 刚刚改过设置，请重新比较以后再导入。",
            by=last.by,
            at=last.at,
            change=state.last,
        )
    if not edits:
        return Accepted((), ThisChange(revision=state.revision))
    _not_worse(state, edits)
    return _changed(state, command.by, state.next_change(), edits, now, command.reason)


def _revert(state: HospitalState, command: Revert, now: Millis) -> Decision:
    found = state.changes.get(command.change)
    if found is None or found.state != "applied":
        raise Refused("unknown_change", "没有这次修改，请看最新的修改记录。")
    _may(state, command.within, found.edits)
    if found.reverted_by:
        raise Refused(
            "already_reverted", "这次修改已经撤回了。", change=found.reverted_by
        )
    for edit in found.edits:
        if document(state.entries.get(edit.name)) != edit.after:
            since = state.touched[edit.name]
            later = state.changes[since]
            raise Refused(
                "changed_since",
                f"“{called(edit)}”后来又被 {later.by} 改过，请先撤回那一次，"
                "或直接改成想要的样子。",
                by=later.by,
                at=later.at,
                change=since,
                kind=edit.kind,
                key=edit.key,
            )
    edits = tuple(edit.inverse for edit in reversed(found.edits))
    _not_worse(state, edits)
    return _changed(
        state,
        command.by,
        state.next_change(),
        edits,
        now,
        command.reason,
        reverts=command.change,
    )


def _withdraw(state: HospitalState, command: Withdraw, now: Millis) -> Decision:
    if command.change not in state.planned:
        raise Refused("not_planned", "这次修改没有在等待生效，请看最新的修改记录。")
    _may(state, command.within, state.changes[command.change].edits)
    withdrawn = Withdrawn(
        at=now, by=command.by, change=command.change, reason=command.reason
    )
    return _done((withdrawn,), ThisChange(command.change, state.revision))


def _take_effect(state: HospitalState, now: Millis) -> Decision:
    """What is due, one at a time: the next wake-up brings the next."""
    due = [key for key, at in state.planned.items() if at <= now]
    if not due:
        return Accepted((), Nothing())
    key = min(due, key=lambda change: (state.planned[change], int(change[1:])))
    change = state.changes[key]
    try:
        for edit in change.edits:
            if document(state.entries.get(edit.name)) != edit.before:
                raise Refused(
                    "changed_meanwhile",
                    f"“{called(edit)}”后来又被改过，所以没有生效，请重新修改。",
                )
        _not_worse(state, change.edits)
    except (Refused, BadRequest) as why:
        failed = NotChanged(
            at=now, by=change.by, change=key, code=why.code, message=why.message
        )
        return _done((failed,), Nothing())
    return _changed(state, change.by, key, change.edits, now, change.reason)


# What is asked, checked


def _edits(state: HospitalState, wanted: Iterable[Wanted]) -> tuple[Edit, ...]:
    """The edits that are none are left out; a clinic takes what is in it along."""
    found: dict[Name, Edit] = {}
    for index, want in enumerate(wanted):
        name = Name(want.kind, want.key)
        after = _value(want, index)
        edit = Edit(*name, document(state.entries.get(name)), after)
        _named_well(edit, f"edits.{index}.key")
        found[name] = edit
        if want.kind == "clinic" and after is None:
            for inner in state.entries:
                if inner.kind in INSIDE_CLINIC and inner.clinic == want.key:
                    gone = Edit(*inner, document(state.entries[inner]))
                    found.setdefault(inner, gone)
    return tuple(edit for edit in found.values() if edit.before != edit.after)


def _value(want: Wanted, index: int) -> dict[str, object] | None:
    if want.value is None:
        return None
    try:
        entry = entry_of(want.kind, want.value)
    except msgspec.ValidationError as wrong:
        raise BadRequest(
            "有一项填得不对，请检查后再试。",
            field=f"edits.{index}.value",
            expected=str(wrong),
        ) from None
    if isinstance(entry, ClinicPlan) and (entry.queues or entry.rooms or entry.doctors):
        raise BadRequest(
            "队列、诊室和医生要各自修改，不能写在诊区里。", field=f"edits.{index}.value"
        )
    return document(entry)


def _named_well(edit: Edit, field: str = "key") -> None:
    inner = edit.kind in INSIDE_CLINIC
    fits = edit.key.count("/") == inner and all(edit.key.split("/"))
    if edit.kind not in STRUCTS or not fits:
        raise BadRequest(
            f"代码“{edit.key}”不对，请只用字母、数字、点和横线。", field=field
        )
    if edit.kind == "speech" and edit.key != MAIN:
        raise BadRequest(f"播报设置只有一份，叫 {MAIN}。", field=field)


def _may(state: HospitalState, within: Places, edits: Iterable[Edit]) -> None:
    """Who has some of the clinics changes those, and the rule sets that only they use.
    Whether a clinic is there at all is the administrator's."""
    if within is None:
        return
    others = {
        clinic.rules or HOSPITAL_RULES
        for key, clinic in state.plan.clinics.items()
        if key not in within
    } | {HOSPITAL_RULES}
    for edit in edits:
        clinic = edit.name.clinic
        comes_or_goes = edit.before is None or edit.after is None
        if clinic is not None:
            own = clinic in within and not (edit.kind == "clinic" and comes_or_goes)
        else:
            own = edit.kind == "rules" and edit.key not in others
        if not own:
            raise Forbidden(
                f"“{called(edit)}”不归您的诊区管，请系统管理员来改。",
                kind=edit.kind,
                key=edit.key,
            )


def _not_meanwhile(state: HospitalState, name: Name, seen: int) -> None:
    if state.revised.get(name, 0) <= seen:
        return
    change = state.touched[name]
    since = state.changes[change]
    raise Refused(
        "changed_meanwhile",
        f"“{called(Edit(*name))}”刚刚被 {since.by} 改过，请看最新的样子再改。",
        by=since.by,
        at=since.at,
        change=change,
        kind=name.kind,
        key=name.key,
    )


def _not_worse(state: HospitalState, edits: tuple[Edit, ...]) -> None:
    wrong = [problem for problem in _found(state, edits) if problem.grave]
    if wrong:
        raise BadRequest(
            wrong[0].message,
            field=wrong[0].path,
            problems=[msgspec.to_builtins(problem) for problem in wrong],
        )


def _difference(state: HospitalState, edits: tuple[Edit, ...]) -> Difference:
    return Difference(state.revision, edits, _found(state, edits))


def _found(state: HospitalState, edits: tuple[Edit, ...]) -> tuple[Problem, ...]:
    """All there would be; what is there today already keeps nothing from being."""
    known = set(problems(state.plan))
    after = plan_of(edited(state.entries, edits))
    return tuple(
        msgspec.structs.replace(problem, grave=False) if problem in known else problem
        for problem in problems(after)
    )


# What follows


def _changed(
    state: HospitalState,
    by: str,
    change: str,
    edits: tuple[Edit, ...],
    now: Millis,
    reason: str,
    *,
    reverts: str = "",
) -> Accepted:
    changed = Changed(
        at=now, by=by, change=change, edits=edits, reason=reason, reverts=reverts
    )
    return _done((changed,), ThisChange(change, state.revision + 1))


def _done(events: tuple[Event, ...], reply: msgspec.Struct) -> Accepted:
    trail = tuple(
        AuditRecord(
            str(type(event).__struct_config__.tag), event.by, msgspec.json.encode(event)
        )
        for event in events
    )
    return Accepted(events, reply, trail)


_CALLED = {
    "clinic": "诊区",
    "queue": "队列",
    "room": "诊室",
    "doctor": "医生",
    "area": "候诊区",
    "zone": "广播区",
    "screen": "屏幕",
    "rules": "排队规则",
    "template": "播报词",
    "speech": "播报设置",
}


def called(edit: Edit) -> str:
    """What people call this entry."""
    what = _CALLED.get(edit.kind, edit.kind)
    name = (edit.after or edit.before or {}).get("name")
    if edit.kind == "speech":
        return what
    return f"{what} {name or edit.key}"
