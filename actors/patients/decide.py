"""What the patient index says to each command: the events, or why not. Pure."""

from __future__ import annotations

from typing import assert_never

import msgspec

from actors.kernel.errors import Refused
from actors.kernel.sealed import WrappedKey
from actors.kernel.times import Millis
from actors.patients import family, rules
from actors.patients.messages import (
    AddIdentity,
    Bind,
    BoundTo,
    Command,
    DropIdentity,
    Erase,
    Erased,
    Event,
    Identity,
    IdentityAdded,
    IdentityDropped,
    Merge,
    Merged,
    MergedInto,
    NewIdentity,
    NoteViewing,
    PersonGiven,
    Register,
    Registered,
    Rename,
    Renamed,
    Unbind,
    Unbound,
    Unmerge,
    Unmerged,
    Update,
    Updated,
)
from actors.patients.state import IndexState
from actors.runtime.shape import Accepted, AuditRecord, Decision, Nothing, Wake


def decide(state: IndexState, command: Command, now: Millis) -> Decision:
    """Nothing of ``state`` changes here; the answer depends on nothing else."""
    match command:
        case Register():
            return _register(state, command, now)
        case Update():
            return _update(state, command, now)
        case Rename():
            return _rename(state, command, now)
        case AddIdentity():
            return _add_identity(state, command, now)
        case DropIdentity():
            return _drop_identity(state, command, now)
        case Merge():
            return _merge(state, command, now)
        case Unmerge():
            return _unmerge(state, command, now)
        case Erase():
            return _erase(state, command, now)
        case Bind():
            return _bind(state, command, now)
        case Unbind():
            return _unbind(state, command, now)
        case NoteViewing():
            return _note_viewing(command)
        case Wake():
            return Accepted((), Nothing())
        case _:
            assert_never(command)


def _yes(
    reply: msgspec.Struct, event: Event, own_keys: tuple[WrappedKey, ...] = ()
) -> Accepted:
    """Who did what to whom is on record for itself: an auditor reads no events."""
    body = msgspec.json.encode({"person": event.person, "where": event.where})
    tag = str(event.__struct_config__.tag)
    return Accepted((event,), reply, (AuditRecord(tag, event.by, body),), own_keys)


def _register(state: IndexState, command: Register, now: Millis) -> Decision:
    if not (command.identities or command.guarded or command.unnamed):
        return Refused(
            "needs_identity",
            "建档要有一个证件或卡号；没有证件的孩子请填监护人，"
            "不知道姓名的急诊病人请按“无名病人”建档。",
        )
    if twice := rules.kind_twice(command.identities):
        return Refused("kind_twice", "一个人只能有一个身份证号，请核对。", kind=twice)
    if refused := rules.already_here(state, command.identities):
        return refused
    person = f"p{state.count + 1}"
    event = Registered(
        at=now,
        by=command.by,
        where=command.where,
        person=person,
        key=command.key.id,
        display=command.display,
        fields={str(field): value for field, value in command.fields.items()},
        identities=tuple(_kept(identity) for identity in command.identities),
        unnamed=command.unnamed,
    )
    return _yes(PersonGiven(person), event, (command.key,))


def _update(state: IndexState, command: Update, now: Millis) -> Decision:
    if refused := rules.not_open(state, command.person):
        return refused
    return _yes(
        PersonGiven(command.person),
        Updated(
            at=now,
            by=command.by,
            where=command.where,
            person=command.person,
            fields={str(field): value for field, value in command.fields.items()},
        ),
    )


def _rename(state: IndexState, command: Rename, now: Millis) -> Decision:
    if refused := rules.not_open(state, command.person):
        return refused
    return _yes(
        PersonGiven(command.person),
        Renamed(
            at=now,
            by=command.by,
            where=command.where,
            person=command.person,
            name=command.name,
            display=command.display,
            reason=command.reason,
        ),
    )


def _add_identity(state: IndexState, command: AddIdentity, now: Millis) -> Decision:
    if refused := rules.not_open(state, command.person):
        return refused
    identity = command.identity
    if state.whose(identity.index) == command.person:
        return Refused(
            "has_it_already", "这张卡已经在这份档案里，不用再加。", kind=identity.kind
        )
    if refused := rules.already_here(state, (identity,)):
        return refused
    if rules.has_one(state, command.person, identity.kind):
        return Refused(
            "has_number",
            "这份档案已经有身份证号。号码写错了请先去掉旧的，"
            "如果是另一个人请另外建档。",
            kind=identity.kind,
        )
    return _yes(
        PersonGiven(command.person),
        IdentityAdded(
            at=now,
            by=command.by,
            where=command.where,
            person=command.person,
            identity=_kept(identity),
        ),
    )


def _drop_identity(state: IndexState, command: DropIdentity, now: Millis) -> Decision:
    if refused := rules.not_open(state, command.person):
        return refused
    if state.whose(command.index) != command.person:
        return Refused("not_theirs", "这份档案里没有这个号码，请看最新画面。")
    return _yes(
        PersonGiven(command.person),
        IdentityDropped(
            at=now,
            by=command.by,
            where=command.where,
            person=command.person,
            kind=command.kind,
            index=command.index,
            of=f"p{state.owner(command.index)}",
            reason=command.reason,
        ),
    )


def _merge(state: IndexState, command: Merge, now: Millis) -> Decision:
    if command.person == command.into:
        return Refused("same_person", "这是同一份档案，请选另一份来合并。")
    for person in (command.person, command.into):
        if refused := rules.not_open(state, person):
            return refused
    if both := rules.two_numbers(state, command.person, command.into):
        return Refused(
            "two_people",
            "两份档案有不同的身份证号，不能合并。号码写错了请先更正。",
            kind=both,
        )
    return _yes(
        MergedInto(command.person, command.into),
        Merged(
            at=now,
            by=command.by,
            where=command.where,
            person=command.person,
            into=command.into,
            reason=command.reason,
        ),
    )


def _unmerge(state: IndexState, command: Unmerge, now: Millis) -> Decision:
    number = state.number_of(command.person)
    if not number:
        return rules.nobody(command.person)
    into = state.into.get(number)
    if into is None:
        return Refused("not_merged", "这份档案没有合并过，请看最新画面。")
    return _yes(
        PersonGiven(command.person),
        Unmerged(
            at=now,
            by=command.by,
            where=command.where,
            person=command.person,
            out_of=f"p{into}",
            reason=command.reason,
        ),
    )


def _erase(state: IndexState, command: Erase, now: Millis) -> Decision:
    if refused := rules.not_open(state, command.person):
        return refused
    number = state.number_of(command.person)
    if number in state.absorbed:
        return Refused(
            "has_merged",
            "有别的档案合并在这份里，请先撤销合并，再一份一份删除。",
            persons=[f"p{one}" for one in state.absorbed[number]],
        )
    key = state.key_of(number)
    return _yes(
        PersonGiven(command.person),
        Erased(
            at=now,
            by=command.by,
            where=command.where,
            person=command.person,
            key=key,
            reason=command.reason,
        ),
        (WrappedKey(key),),
    )


def _bind(state: IndexState, command: Bind, now: Millis) -> Decision:
    if refused := family.may_bind(state, command):
        return refused
    return _yes(
        PersonGiven(command.person),
        BoundTo(
            at=now,
            by=command.by,
            where=command.where,
            person=command.person,
            guardian=command.guardian,
            relation=command.relation,
        ),
    )


def _unbind(state: IndexState, command: Unbind, now: Millis) -> Decision:
    if refused := family.may_unbind(state, command):
        return refused
    return _yes(
        PersonGiven(command.person),
        Unbound(
            at=now,
            by=command.by,
            where=command.where,
            person=command.person,
            guardian=command.guardian,
            reason=command.reason,
        ),
    )


def _note_viewing(command: NoteViewing) -> Decision:
    body = msgspec.json.encode(
        {
            "how": command.how,
            "where": command.where,
            "persons": command.persons,
            "asked": command.asked,
        }
    )
    return Accepted((), Nothing(), (AuditRecord("patients.viewed", command.by, body),))


def _kept(identity: NewIdentity) -> Identity:
    return Identity(identity.kind, identity.index, identity.number)
