"""Who may come for whom: bound at a desk, seen by it, and carried along by merges."""

from __future__ import annotations

from typing import Any

import pytest

from actors.kernel.errors import Refused
from actors.patients.messages import Bind, Erase, Relation, Unmerge
from tests.actors.patients.office import Office, office
from tests.actors.patients.people import citizen

MOTHER, CHILD = citizen(order=2), citizen("20200301", order=4)


async def bind(
    at: Office, person: str, guardian: str, relation: Relation = "child"
) -> None:
    await at.ask(Bind(by="d-1", person=person, guardian=guardian, relation=relation))


async def unbind(at: Office, person: str, guardian: str) -> None:
    await at.ask(at.desk.unbinding("d-1", "", person, guardian, "不再监护"))


async def code(asked: Any) -> str:
    with pytest.raises(Refused) as refused:
        await asked
    assert refused.value.message.endswith("。")
    return refused.value.code


async def test_a_desk_sees_the_family_from_both_sides(journal_url: str) -> None:
    async with office(journal_url) as at:
        mother = await at.register("王静", ("id_card", MOTHER))
        child = await at.register("顾小禾", ("id_card", CHILD))
        await bind(at, child, mother)
        (bound,) = (await at.look(mother)).bound
        assert (bound.person, bound.name, bound.relation) == (child, "顾小禾", "child")
        (guardian,) = (await at.look(child)).guardians
        assert (guardian.person, guardian.name) == (mother, "王静")
        assert await code(bind(at, child, mother)) == "bound_already"
        assert await code(bind(at, child, child)) == "same_person"
        trails = [await at.desk.trail(person) for person in (mother, child)]
        assert [trail[-1].what for trail in trails] == ["bound", "bound"]
        assert trails[1][-1].other == mother
        await unbind(at, child, mother)
        assert (await at.look(mother)).bound == ()
        assert await code(unbind(at, child, mother)) == "not_bound"


async def test_a_newborn_who_is_merged_stays_the_mothers(journal_url: str) -> None:
    async with office(journal_url) as at:
        mother = await at.register("王静", ("id_card", MOTHER))
        newborn = await at.register(
            "王静之女", guardian_name="王静", guardian_phone="13700009999"
        )
        await bind(at, newborn, mother)
        child = await at.register("顾小禾", ("id_card", CHILD))
        await at.merge(newborn, child)
        (bound,) = (await at.look(mother)).bound
        assert (bound.person, bound.name) == (child, "顾小禾")
        unmerge = Unmerge(by="d-1", person=newborn, reason=at.desk.reason("不是"))
        await at.ask(unmerge)
        (bound,) = (await at.look(mother)).bound
        assert bound.person == newborn
        assert (await at.look(child)).guardians == ()


async def test_two_files_of_a_mother_bring_all_her_children(journal_url: str) -> None:
    async with office(journal_url) as at:
        mother = await at.register("王静", ("id_card", MOTHER))
        again = await at.register("王静", ("hospital_card", "66010012"))
        one = await at.register("顾小禾", ("id_card", CHILD))
        two = await at.register("顾小麦", ("id_card", citizen("20210301", order=6)))
        for child, guardian in ((one, mother), (two, again), (one, again)):
            await bind(at, child, guardian)
        await at.merge(again, mother)
        assert {kin.person for kin in (await at.look(mother)).bound} == {one, two}
        # unbound is unbound, under whichever of her files it was bound
        await unbind(at, one, mother)
        assert [kin.person for kin in (await at.look(mother)).bound] == [two]


async def test_who_was_erased_is_nobodys(journal_url: str) -> None:
    async with office(journal_url) as at:
        mother = await at.register("王静", ("id_card", MOTHER))
        child = await at.register("顾小禾", ("id_card", CHILD))
        await bind(at, child, mother)
        erase = Erase(by="m", person=child, reason=at.desk.reason("家长要求"))
        await at.ask(erase)
        assert (await at.look(mother)).bound == ()
        assert await code(unbind(at, child, mother)) == "erased"
