"""One number, one person; merges with their history; what may not be."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from actors.kernel.errors import Refusal, UnknownTarget
from actors.patients.actor import new
from actors.patients.messages import (
    AddIdentity,
    DropIdentity,
    Erase,
    Erased,
    Merge,
    NewIdentity,
    NoteViewing,
    Register,
    Rename,
    Unmerge,
    Update,
)
from actors.patients.numbers import Kind
from actors.patients.state import IndexState
from actors.runtime.shape import Accepted
from actors.runtime.testkit import Kit
from tests.actors.patients.people import (
    STREAM,
    VAULT,
    WHY,
    citizen,
    coming,
    identity,
    kit,
    sealed,
)

ONE, TWO = citizen(order=2), citizen(order=3)


@pytest.fixture
def index() -> Kit[IndexState]:
    return kit()


def an_identity(kind: Kind, number: str) -> NewIdentity:
    own, _ = VAULT.new_key()
    return identity(kind, number, own)


def whose(index: Kit[IndexState], kind: Kind, number: str) -> str | None:
    return index.state.whose(an_identity(kind, number).index)


def refusal(index: Kit[IndexState], command: Any) -> Refusal:
    refused = index.run(command).refusal
    assert refused is not None
    assert refused.message.endswith("。")
    return refused


def merge(person: str, into: str) -> Merge:
    return Merge(by="desk-1", person=person, into=into, reason=WHY)


def test_a_patient_is_found_by_every_card(index: Kit[IndexState]) -> None:
    given = index.run(coming("张友三", ("id_card", ONE), ("hospital_card", "66010012")))
    assert given.reply.person == "p1"
    assert whose(index, "id_card", ONE) == "p1"
    assert whose(index, "hospital_card", "66010012") == "p1"
    assert whose(index, "id_card", TWO) is None


def test_one_number_is_one_person(index: Kit[IndexState]) -> None:
    index.run(coming("张友三", ("id_card", ONE)))
    refused = refusal(index, coming("张友山", ("id_card", ONE.lower())))
    assert (refused.code, refused.details["person"]) == ("already_registered", "p1")


def test_a_number_in_another_kind_is_another_number(index: Kit[IndexState]) -> None:
    index.run(coming("甲", ("taiwan_permit", "12345678")))
    index.run(coming("乙", ("hospital_card", "12345678")))
    assert whose(index, "taiwan_permit", "12345678") == "p1"
    assert whose(index, "hospital_card", "12345678") == "p2"


def test_cards_of_two_people_make_no_third(index: Kit[IndexState]) -> None:
    index.run(coming("甲", ("id_card", ONE)))
    index.run(coming("乙", ("hospital_card", "7001")))
    refused = refusal(index, coming("丙", ("id_card", ONE), ("hospital_card", "7001")))
    assert refused.code == "several_people"
    assert refused.details["persons"] == ["p1", "p2"]


def test_nobody_has_two_identity_numbers(index: Kit[IndexState]) -> None:
    both = coming("甲", ("id_card", ONE), ("id_card", TWO))
    assert refusal(index, both).code == "kind_twice"
    index.run(coming("甲", ("id_card", ONE)))
    second = AddIdentity(by="d", person="p1", identity=an_identity("id_card", TWO))
    assert refusal(index, second).code == "has_number"


def test_who_has_no_paper_needs_a_guardian_or_no_name(index: Kit[IndexState]) -> None:
    assert refusal(index, coming("小明")).code == "needs_identity"
    assert index.run(coming("小明", guarded=True)).reply.person == "p1"
    assert index.run(coming("无名氏", unnamed=True)).reply.person == "p2"


def test_an_unnamed_patient_gets_a_name_and_a_number(index: Kit[IndexState]) -> None:
    index.run(coming("无名氏", unnamed=True))
    assert index.state.flags[1] & 1
    name, display = sealed("李四光"), VAULT.seal("李四光")
    index.run(Rename(by="n", person="p1", name=name, display=display, reason=WHY))
    assert not index.state.flags[1] & 1
    found = AddIdentity(by="n", person="p1", identity=an_identity("id_card", ONE))
    assert index.run(found).reply.person == "p1"
    assert refusal(index, found).code == "has_it_already"
    assert whose(index, "id_card", ONE) == "p1"


def test_a_card_that_is_dropped_is_free(index: Kit[IndexState]) -> None:
    index.run(coming("甲", ("id_card", ONE), ("hospital_card", "7001")))
    index.run(coming("乙", ("id_card", TWO)))
    card = an_identity("hospital_card", "7001")
    drop = DropIdentity(
        by="d", person="p1", kind="hospital_card", index=card.index, reason=WHY
    )
    index.run(drop)
    assert refusal(index, drop).code == "not_theirs"
    index.run(AddIdentity(by="d", person="p2", identity=card))
    assert whose(index, "hospital_card", "7001") == "p2"


def test_a_wrong_identity_number_is_put_right(index: Kit[IndexState]) -> None:
    index.run(coming("甲", ("id_card", ONE)))
    old = an_identity("id_card", ONE).index
    index.run(DropIdentity(by="d", person="p1", kind="id_card", index=old, reason=WHY))
    right = AddIdentity(by="d", person="p1", identity=an_identity("id_card", TWO))
    assert index.run(right).reply.person == "p1"
    assert whose(index, "id_card", ONE) is None


def test_merged_they_are_one_by_every_card(index: Kit[IndexState]) -> None:
    index.run(coming("张友三", ("id_card", ONE)))
    index.run(coming("张有三", ("hospital_card", "7001")))
    assert index.run(merge("p2", "p1")).reply.into == "p1"
    assert whose(index, "hospital_card", "7001") == "p1"
    for command in (
        merge("p2", "p1"),
        merge("p1", "p2"),
        Update(by="d", person="p2", fields={"phone": sealed("1")}),
    ):
        refused = refusal(index, command)
        assert (refused.code, refused.details["into"]) == ("merged", "p1")


def test_merged_by_mistake_they_are_two_again(index: Kit[IndexState]) -> None:
    index.run(coming("张友三", ("id_card", ONE)))
    index.run(coming("张有三", ("hospital_card", "7001")))
    index.run(merge("p2", "p1"))
    undo = Unmerge(by="d", person="p2", reason=WHY)
    event = index.run(undo).events[0]
    assert getattr(event, "out_of", None) == "p1"
    assert refusal(index, undo).code == "not_merged"
    assert whose(index, "hospital_card", "7001") == "p2"
    index.run(AddIdentity(by="d", person="p2", identity=an_identity("id_card", TWO)))
    assert refusal(index, merge("p2", "p1")).code == "two_people"


def test_two_identity_numbers_are_two_people(index: Kit[IndexState]) -> None:
    index.run(coming("张友三", ("id_card", ONE)))
    index.run(coming("张友三", ("id_card", TWO)))
    assert refusal(index, merge("p2", "p1")).code == "two_people"


def test_a_merged_number_counts_for_whom_it_was_merged_into(
    index: Kit[IndexState],
) -> None:
    index.run(coming("张友三", ("hospital_card", "7001")))
    index.run(coming("张友三", ("id_card", ONE)))
    index.run(coming("张友三", ("id_card", TWO)))
    index.run(merge("p2", "p1"))
    assert refusal(index, merge("p3", "p1")).code == "two_people"
    more = AddIdentity(by="d", person="p1", identity=an_identity("id_card", citizen()))
    assert refusal(index, more).code in ("has_number", "has_it_already")


def test_nobody_is_merged_with_themselves_or_with_nobody(
    index: Kit[IndexState],
) -> None:
    index.run(coming("甲", ("id_card", ONE)))
    assert refusal(index, merge("p1", "p1")).code == "same_person"
    assert refusal(index, merge("p1", "p9")).code == "unknown_person"
    assert refusal(index, merge("p9", "p1")).code == "unknown_person"


def test_erased_the_key_goes_and_the_number_is_free(index: Kit[IndexState]) -> None:
    first = coming("甲", ("id_card", ONE))
    index.run(first)
    erase = Erase(by="admin", person="p1", reason=WHY)
    decision = index.capability.decide(index.state, erase, 0)
    assert isinstance(decision, Accepted)
    (destroyed,) = decision.own_keys
    assert (destroyed.id, destroyed.box) == (first.key.id, b"")
    (erased,) = index.run(erase).events
    assert isinstance(erased, Erased)
    assert refusal(index, erase).code == "erased"
    assert whose(index, "id_card", ONE) is None
    assert index.run(coming("甲", ("id_card", ONE))).reply.person == "p2"
    assert whose(index, "id_card", ONE) == "p2"


def test_who_has_others_merged_in_is_not_erased_at_once(
    index: Kit[IndexState],
) -> None:
    index.run(coming("甲", ("id_card", ONE)))
    index.run(coming("甲", ("hospital_card", "7001")))
    index.run(merge("p2", "p1"))
    refused = refusal(index, Erase(by="admin", person="p1", reason=WHY))
    assert (refused.code, refused.details["persons"]) == ("has_merged", ["p2"])


def test_the_key_commits_with_the_patient(index: Kit[IndexState]) -> None:
    command = coming("甲", ("id_card", ONE))
    decision = index.capability.decide(index.state, command, 0)
    assert isinstance(decision, Accepted)
    assert decision.own_keys == (command.key,)


def test_a_viewing_is_on_record_and_changes_nothing(index: Kit[IndexState]) -> None:
    asked = VAULT.seal("张友")
    command = NoteViewing(by="nurse-1", how="name", persons=("p1",), asked=asked)
    decision = index.capability.decide(index.state, command, 0)
    assert isinstance(decision, Accepted)
    assert decision.events == ()
    (record,) = decision.audit
    assert (record.action, record.principal) == ("patients.viewed", "nurse-1")
    assert "张友".encode() not in record.body
    body = msgspec.json.decode(record.body)
    assert (body["how"], body["persons"]) == ("name", ["p1"])


def test_every_change_is_on_record(index: Kit[IndexState]) -> None:
    command = coming("甲", ("id_card", ONE), by="desk-7")
    decision = index.capability.decide(index.state, command, 0)
    assert isinstance(decision, Accepted)
    (record,) = decision.audit
    assert (record.action, record.principal) == ("patients.registered", "desk-7")


@pytest.mark.parametrize("person", ["p0", "p01", "12", "p", "p1/../p2", "p" + "9" * 20])
def test_what_is_no_persons_name_is_refused_at_the_door(
    index: Kit[IndexState], person: str
) -> None:
    raw = {"type": "patients.merge", "by": "d", "person": person, "into": "p1"}
    reason = msgspec.to_builtins(WHY)
    with pytest.raises(msgspec.ValidationError):
        index.capability.read_command(msgspec.json.encode({**raw, "reason": reason}))


def test_a_command_reads_as_it_was_written(index: Kit[IndexState]) -> None:
    command = coming("甲", ("id_card", ONE))
    again = index.capability.read_command(msgspec.json.encode(command))
    assert isinstance(again, Register)
    assert again == command


@pytest.mark.parametrize("name", ["yunxiu/patients/other", "yunxiu/patients/index/2"])
def test_there_is_one_index(name: str) -> None:
    assert new(STREAM).count == 0
    with pytest.raises(UnknownTarget):
        new(name)
