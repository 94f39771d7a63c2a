"""The index held equal to a plain picture of it, whatever is done in whatever order."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from actors.patients.family import MOST_BOUND, bound_to, guardians_of
from actors.patients.messages import (
    AddIdentity,
    Bind,
    DropIdentity,
    Erase,
    Merge,
    NewIdentity,
    Rename,
    Unbind,
    Unmerge,
)
from actors.patients.numbers import Kind
from actors.patients.state import IndexState, encode, freeze, thaw
from actors.runtime.testkit import Kit
from tests.actors.patients.people import (
    STREAM,
    VAULT,
    WHY,
    citizen,
    coming,
    identity,
    kit,
)

OWN, _ = VAULT.new_key()
NUMBERS: list[tuple[Kind, str]] = [
    *(("id_card", citizen(order=n)) for n in range(1, 5)),
    *(("hmt_permit", citizen(order=n, region="810000")) for n in range(1, 3)),
    *(("hospital_card", f"700{n}") for n in range(4)),
    *(("passport", f"E1234567{n}") for n in range(2)),
]
IDENTITIES: list[NewIdentity] = [identity(*number, OWN) for number in NUMBERS]
ONE_OF: tuple[Kind, ...] = ("id_card", "hmt_permit")
CARD = st.integers(0, len(NUMBERS) - 1)
SOME = st.lists(CARD, max_size=4, unique=True)
WHO = st.integers(1, 12)


class Person:
    def __init__(self, cards: set[int]) -> None:
        self.cards = cards
        self.into: int | None = None
        self.erased = False


class Index(RuleBasedStateMachine):
    """``people`` is the model: who holds which cards, and who is who."""

    @initialize()
    def begin(self) -> None:
        self.kit: Kit[IndexState] = kit()
        self.people: dict[int, Person] = {}
        self.pairs: set[tuple[int, int]] = set()

    # -- the model -------------------------------------------------------------------

    def root(self, number: int) -> int:
        while (into := self.people[number].into) is not None:
            number = into
        return number

    def holder(self, card: int) -> int | None:
        for number, person in self.people.items():
            if card in person.cards and not person.erased:
                return self.root(number)
        return None

    def kinds(self, number: int) -> set[str]:
        return {
            NUMBERS[card][0]
            for one, person in self.people.items()
            if self.root(one) == number
            for card in person.cards
        }

    def family(self, guardian: int) -> set[int]:
        """Who is bound to them now."""
        persons = {
            self.root(person)
            for one, person in self.pairs
            if self.root(one) == guardian
        }
        gone = {one for one in persons if self.people[one].erased}
        return persons - gone - {guardian}

    def is_open(self, number: int) -> bool:
        person = self.people.get(number)
        return person is not None and person.into is None and not person.erased

    def run(self, command: Any, expected: str | None) -> None:
        before = encode(freeze(self.kit.state))
        ran = self.kit.run(command)
        code = ran.refusal.code if ran.refusal is not None else None
        assert code == expected
        if code is not None:
            assert encode(freeze(self.kit.state)) == before

    # -- what is done ----------------------------------------------------------------

    @rule(cards=SOME, unnamed=st.booleans())
    def register(self, cards: list[int], unnamed: bool) -> None:
        kinds = [NUMBERS[card][0] for card in cards]
        holders = {self.holder(card) for card in cards} - {None}
        expected = None
        if not cards and not unnamed:
            expected = "needs_identity"
        elif any(kinds.count(kind) > 1 for kind in ONE_OF):
            expected = "kind_twice"
        elif holders:
            expected = "already_registered" if len(holders) == 1 else "several_people"
        command = coming("某", *(NUMBERS[card] for card in cards), unnamed=unnamed)
        self.run(command, expected)
        if expected is None:
            for person in self.people.values():
                if person.erased:
                    person.cards -= set(cards)
            self.people[len(self.people) + 1] = Person(set(cards))

    @precondition(lambda self: self.people)
    @rule(who=WHO, card=CARD)
    def add(self, who: int, card: int) -> None:
        expected = self.shut(who)
        kind = NUMBERS[card][0]
        if expected is None and self.holder(card) is not None:
            mine = self.holder(card) == who
            expected = "has_it_already" if mine else "already_registered"
        elif expected is None and kind in ONE_OF and kind in self.kinds(who):
            expected = "has_number"
        person = f"p{who}"
        self.run(
            AddIdentity(by="d", person=person, identity=IDENTITIES[card]), expected
        )
        if expected is None:
            for other in self.people.values():
                if other.erased:
                    other.cards.discard(card)
            self.people[who].cards.add(card)

    @precondition(lambda self: self.people)
    @rule(who=WHO, card=CARD)
    def drop(self, who: int, card: int) -> None:
        expected = self.shut(who)
        if expected is None and self.holder(card) != who:
            expected = "not_theirs"
        kind, index = NUMBERS[card][0], IDENTITIES[card].index
        person = f"p{who}"
        self.run(
            DropIdentity(by="d", person=person, kind=kind, index=index, reason=WHY),
            expected,
        )
        if expected is None:
            for other in self.people.values():
                if not other.erased:
                    other.cards.discard(card)

    @precondition(lambda self: self.people)
    @rule(who=WHO, into=WHO)
    def merge(self, who: int, into: int) -> None:
        expected = "same_person" if who == into else self.shut(who) or self.shut(into)
        if expected is None:
            both = self.kinds(who) & self.kinds(into) & set(ONE_OF)
            expected = "two_people" if both else None
        command = Merge(by="d", person=f"p{who}", into=f"p{into}", reason=WHY)
        self.run(command, expected)
        if expected is None:
            self.people[who].into = into

    @precondition(lambda self: self.people)
    @rule(who=WHO)
    def unmerge(self, who: int) -> None:
        person = self.people.get(who)
        if person is None:
            expected: str | None = "unknown_person"
        else:
            expected = None if person.into is not None else "not_merged"
        self.run(Unmerge(by="d", person=f"p{who}", reason=WHY), expected)
        if expected is None and person is not None:
            person.into = None

    @precondition(lambda self: self.people)
    @rule(who=WHO)
    def erase(self, who: int) -> None:
        expected = self.shut(who)
        if expected is None and any(p.into == who for p in self.people.values()):
            expected = "has_merged"
        self.run(Erase(by="m", person=f"p{who}", reason=WHY), expected)
        if expected is None:
            self.people[who].erased = True

    @precondition(lambda self: self.people)
    @rule(who=WHO)
    def rename(self, who: int) -> None:
        name = OWN.seal("name", "某")
        self.run(
            Rename(by="d", person=f"p{who}", name=name, display=WHY, reason=WHY),
            self.shut(who),
        )

    @precondition(lambda self: self.people)
    @rule(who=WHO, guardian=WHO)
    def bind(self, who: int, guardian: int) -> None:
        expected = self.shut(who) or self.shut(guardian)
        if expected is None and who == guardian:
            expected = "same_person"
        elif expected is None and who in self.family(guardian):
            expected = "bound_already"
        elif expected is None and len(self.family(guardian)) >= MOST_BOUND:
            expected = "too_many_bound"
        person, other = f"p{who}", f"p{guardian}"
        self.run(
            Bind(by="d", person=person, guardian=other, relation="child"), expected
        )
        if expected is None:
            self.pairs.add((guardian, who))

    @precondition(lambda self: self.people)
    @rule(who=WHO, guardian=WHO)
    def unbind(self, who: int, guardian: int) -> None:
        expected = self.shut(who) or self.shut(guardian)
        if expected is None and who not in self.family(guardian):
            expected = "not_bound"
        person, other = f"p{who}", f"p{guardian}"
        self.run(Unbind(by="d", person=person, guardian=other, reason=WHY), expected)
        if expected is None:
            self.pairs = {
                (one, person)
                for one, person in self.pairs
                if (self.root(one), self.root(person)) != (guardian, who)
            }

    @rule()
    def start_again(self) -> None:
        """From a snapshot, and by a whole replay: both give the same."""
        kept = encode(freeze(self.kit.state))
        assert pictured(self.kit.replayed()) == pictured(self.kit.state)
        self.kit.state = thaw(STREAM, kept)

    def shut(self, who: int) -> str | None:
        if who not in self.people:
            return "unknown_person"
        if self.people[who].into is not None:
            return "merged"
        return "erased" if self.people[who].erased else None

    # -- what must hold --------------------------------------------------------------

    @invariant()
    def every_card_opens_its_holders_record(self) -> None:
        for card, one in enumerate(IDENTITIES):
            holder = self.holder(card)
            expected = None if holder is None else f"p{holder}"
            assert self.kit.state.whose(one.index) == expected

    @invariant()
    def families_go_along_with_merges(self) -> None:
        for number in filter(self.is_open, self.people):
            bound = {one.person for one in bound_to(self.kit.state, f"p{number}")}
            assert bound == {f"p{one}" for one in self.family(number)}
            mine = {one.person for one in guardians_of(self.kit.state, f"p{number}")}
            assert mine == {
                f"p{one}"
                for one in filter(self.is_open, self.people)
                if number in self.family(one)
            }

    @invariant()
    def nobody_has_two_identity_numbers(self) -> None:
        for number in self.people:
            if self.is_open(number):
                held = [
                    NUMBERS[card][0]
                    for card in range(len(NUMBERS))
                    if self.holder(card) == number
                ]
                assert all(held.count(kind) <= 1 for kind in ONE_OF)


def pictured(state: IndexState) -> Any:
    flags, keys, into, _, bound = freeze(state)
    others = dict(state.identities.items()), state.absorbed, state.guardians
    return flags, keys, dict(into), sorted(bound), *others


TestIndex = Index.TestCase
TestIndex.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
