"""The desk: by whatever somebody brings or says, it is found who they are."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, select

from actors.journal.journal import Journal
from actors.journal.tables import cursors, events, own_keys
from actors.kernel.errors import Refused, Unavailable
from actors.kernel.sealed import MissingKey, Vault
from actors.patients.actor import patients_capability
from actors.patients.messages import AddIdentity, DropIdentity, Erase, Unmerge
from actors.patients.numbers import Kind
from actors.patients.opening import Numbered
from actors.patients.rewrapping import rewrap_keys
from actors.patients.tables import metadata, patient_terms, patients
from tests.actors.patients.office import DAY, Office, office
from tests.actors.patients.people import VAULT, citizen

ONE, TWO = citizen(order=2), citizen("20010203", order=3)


async def refused(coroutine: Any) -> Refused:
    with pytest.raises(Refused) as told:
        await coroutine
    assert told.value.message.endswith("。")
    return told.value


async def test_whichever_card_it_is(journal_url: str) -> None:
    cards: list[tuple[Kind, str]] = [
        ("id_card", ONE),
        ("social_card", "A12345678"),
        ("health_code", "aB3/x="),
        ("hospital_card", "66010012"),
        ("record_no", "MR-7"),
        ("taiwan_permit", "12345678"),
        ("passport", "E12345678"),
    ]
    async with office(journal_url) as at:
        person = await at.register("张友三", *cards)
        for kind, value in cards:
            assert await at.desk.identify(kind, f" {value} ", DAY) == person
            assert await at.desk.identify(None, value, DAY) == person
        assert await at.desk.identify("id_card", TWO, DAY) is None


async def test_a_number_that_may_be_two_peoples_is_not_guessed(
    journal_url: str,
) -> None:
    async with office(journal_url) as at:
        one = await at.register("甲某", ("taiwan_permit", "12345678"))
        two = await at.register("乙某", ("hospital_card", "12345678"))
        told = await refused(at.desk.identify(None, "12345678", DAY))
        assert (told.code, told.details["persons"]) == ("several_people", [one, two])
        assert await at.desk.identify("hospital_card", "12345678", DAY) == two


async def test_a_card_of_the_day_is_another_tomorrow(journal_url: str) -> None:
    async with office(journal_url) as at:
        person = await at.register("张友三", ("day_card", "17"), ("id_card", ONE))
        assert await at.desk.identify("day_card", "17", DAY) == person
        assert await at.desk.identify("day_card", "17", "2026-11-24") is None
        assert await at.found("17") == [person]


@pytest.mark.parametrize(
    "text",
    ["单雄信", "单雄", "sxx", "shanxiong", "shanxx", "1234", "13800001234", ONE, "MR7"],
)
async def test_found_by_what_they_say(journal_url: str, text: str) -> None:
    async with office(journal_url) as at:
        await at.register("张友三", ("id_card", TWO), phone="13900005678")
        person = await at.register(
            "单雄信", ("id_card", ONE), ("record_no", "MR7"), phone="138 0000 1234"
        )
        assert await at.found(text) == [person]


@pytest.mark.parametrize("text", ["单", "d", "shan", "欧阳"])
async def test_too_little_is_no_search(journal_url: str, text: str) -> None:
    async with office(journal_url) as at:
        await at.register("单雄信", ("id_card", ONE))
        if text == "shan":  # could be initials: it is looked for, and is nobody's
            assert await at.found(text) == []
        else:
            assert (await refused(at.desk.search(text, DAY))).code == "too_short"


async def test_a_child_is_found_by_the_guardians_number(journal_url: str) -> None:
    async with office(journal_url) as at:
        child = await at.register(
            "小明", guardian_name="王强", guardian_phone="13700009999"
        )
        assert await at.found("9999") == [child]
        seen = await at.look(child)
        assert seen.details.guardian_name == "王强"


async def test_an_identity_number_tells_the_birth_date_and_the_sex(
    journal_url: str,
) -> None:
    async with office(journal_url) as at:
        seen = await at.look(await at.register("张友三", ("id_card", TWO)))
        assert (seen.details.birth, seen.details.sex) == ("2001-02-03", "1")
        with pytest.raises(Refused) as told:
            await at.register("李四光", ("id_card", ONE), birth="1999-01-01")
        assert told.value.code == "does_not_match"
        adding = at.desk.adding("d", "", seen.person, Numbered("id_card", ONE), DAY)
        assert (await refused(adding)).code == "does_not_match"
        wrong = at.desk.updating("d", "", seen.person, {"sex": "2"})
        assert (await refused(wrong)).code == "does_not_match"


async def test_renamed_they_are_found_by_the_new_name_only(journal_url: str) -> None:
    async with office(journal_url) as at:
        person = await at.register("张友山", ("id_card", ONE))
        rename = await at.desk.renaming("d", "", person, "张友三", "写错了字")
        await at.ask(rename)
        assert await at.found("张友三") == [person]
        assert await at.found("张友山") == []
        assert at.vault.open(await at.desk.display(person)) == "张友三"


async def test_details_change_one_by_one(journal_url: str) -> None:
    async with office(journal_url) as at:
        person = await at.register("张友三", ("id_card", ONE), phone="13800001234")
        first = await at.desk.updating("d", "", person, {"address": "槐树街 3 号"})
        second = await at.desk.updating("d", "", person, {"phone": "13900005678"})
        await at.ask(second)
        await at.ask(first)
        seen = await at.look(person)
        assert seen.details.address == "槐树街 3 号"
        assert seen.details.phone == "13900005678"
        assert await at.found("5678") == [person]
        assert await at.found("13800001234") == []


async def test_merged_they_are_found_by_both_names(journal_url: str) -> None:
    async with office(journal_url) as at:
        kept = await at.register("张友三", ("id_card", ONE))
        other = await at.register("张有三", ("hospital_card", "66010012"))
        await at.merge(other, kept)
        assert await at.found("张有三") == [kept]
        assert await at.found("66010012") == [kept]
        assert await at.found("zys") == [kept]
        seen = await at.look(kept)
        assert seen.merged == (other,)
        assert {number.kind for number in seen.numbers} == {"id_card", "hospital_card"}
        assert (await at.look(other)).merged_into == kept


async def test_the_history_says_who_when_where_and_why(journal_url: str) -> None:
    async with office(journal_url) as at:
        kept = await at.register("张友三", ("id_card", ONE))
        other = await at.register("张有三", ("hospital_card", "66010012"))
        await at.merge(other, kept)
        why = at.desk.reason("不是同一个人")
        await at.ask(Unmerge(by="desk-2", where="hall", person=other, reason=why))
        await at.book.caught_up(20)
        trail = await at.desk.trail(kept)
        assert [deed.what for deed in trail] == ["registered", "merged", "unmerged"]
        last = trail[-1]
        assert (last.by, last.where, last.reason) == ("desk-2", "hall", "不是同一个人")
        assert (last.person, last.other) == (other, kept)
        assert [deed.what for deed in await at.desk.trail(other)] == [
            *("registered", "merged", "unmerged")
        ]
        assert await at.found("张有三") == [other]


async def test_a_dropped_card_opens_nothing(journal_url: str) -> None:
    async with office(journal_url) as at:
        person = await at.register("甲某", ("id_card", ONE), ("hospital_card", "7001"))
        card = Numbered("hospital_card", "7001")
        drop = at.desk.dropping("d", "", person, card, "遗失", DAY)
        assert isinstance(drop, DropIdentity)
        await at.ask(drop)
        assert await at.desk.identify("hospital_card", "7001", DAY) is None
        assert [n.kind for n in (await at.look(person)).numbers] == ["id_card"]
        add = await at.desk.adding("d", "", person, card, DAY)
        assert isinstance(add, AddIdentity)
        await at.ask(add)
        assert await at.found("7001") == [person]


async def test_what_is_shown_is_on_record_first(journal_url: str) -> None:
    async with office(journal_url) as at:
        person = await at.register("张友三", ("id_card", ONE))
        before = await at.all_of(select(events.c.seq))
        await at.desk.note("nurse-1", "im2", "search", [person], "zys")
        action, principal, body = (await at.audited())[-1]
        assert (action, principal) == ("patients.viewed", "nurse-1")
        assert (body["how"], body["where"]) == ("search", "im2")
        assert body["persons"] == [person]
        assert "zys" not in str(body)
        assert await at.all_of(select(events.c.seq)) == before


async def erase(at: Office, person: str) -> None:
    why = at.desk.reason("本人要求")
    await at.ask(Erase(by="manager", person=person, reason=why))


async def test_erased_nothing_of_them_opens(journal_url: str) -> None:
    async with office(journal_url) as at:
        person = await at.register("张友三", ("id_card", ONE), phone="13800001234")
        other = await at.register("李四光", ("id_card", TWO))
        await at.book.caught_up(20)
        await erase(at, person)
        assert await at.found("张友三") == []
        seen = await at.look(person)
        assert seen.erased
        assert seen.details.name == ""
        assert (
            await at.all_of(
                select(patient_terms.c.mark).where(patient_terms.c.person == 1)
            )
            == []
        )
        keys = await at.all_of(select(own_keys.c.id))
        assert len(keys) == 1
        assert (await refused(at.desk.display(person))).code == "erased"
        assert (await refused(at.desk.updating("d", "", person, {"phone": ""}))).code
        assert await at.found("李四光") == [other]
        again = await at.register("张友三", ("id_card", ONE))
        assert await at.desk.identify("id_card", ONE, DAY) == again


async def test_nothing_personal_lies_open(journal_url: str) -> None:
    secrets = ["张友三", "zys", "13800001234", ONE, "槐树街", "同一个人"]
    async with office(journal_url, every=1) as at:
        one = await at.register(
            "张友三", ("id_card", ONE), phone="13800001234", address="槐树街 3 号"
        )
        other = await at.register("张友三", ("record_no", "MR7"))
        await at.merge(other, one)
        await at.desk.note("nurse-1", "", "search", [one], "zys")
        await at.book.caught_up(20)
        kept = []
        for table in (*events.metadata.tables.values(), *metadata.tables.values()):
            kept += await at.all_of(select(table))
        text = repr(kept)
    for secret in secrets:
        assert secret not in text
        assert repr(secret.encode())[2:-1] not in text


async def test_the_book_can_be_written_again(journal_url: str) -> None:
    async with office(journal_url) as at:
        one = await at.register("张友三", ("id_card", ONE))
        two = await at.register("张有三", ("record_no", "MR7"))
        gone = await at.register("李四光", ("id_card", TWO))
        await at.merge(two, one)
        await at.book.caught_up(20)
        await erase(at, gone)
        await at.book.caught_up(20)
        before = await book_of(at)

        def burn(connection: Any) -> None:
            for table in metadata.tables.values():
                connection.execute(delete(table))
            connection.execute(delete(cursors))

    journal = Journal(journal_url, release="1.0")
    await journal.open(patients_capability().event_names)
    await journal.write_beside(burn)
    await journal.close()
    async with office(journal_url) as at:
        await at.book.caught_up(20)
        assert await book_of(at) == before
        assert await at.found("张有三") == [one]


async def book_of(at: Office) -> list[Any]:
    return [
        sorted(await at.all_of(select(table))) for table in (patients, patient_terms)
    ]


async def test_heard_twice_it_is_written_once(journal_url: str) -> None:
    async with office(journal_url) as at:
        await at.register("张友三", ("id_card", ONE))
        await at.register("李四光", ("id_card", TWO))
        await at.book.caught_up(20)
        before = await book_of(at)
        records = await at.journal.after_position(0)
        await at.book.write(records)
        await at.book.write(records[:1])
        assert await book_of(at) == before


async def test_a_lost_key_is_told_apart_from_an_erased_patient(
    journal_url: str,
) -> None:
    async with office(journal_url) as at:
        person = await at.register("张友三", ("id_card", ONE))
        await at.book.caught_up(20)
    other = Vault("k9", bytes(16), bytes(range(32)))
    async with office(journal_url, other) as at:
        with pytest.raises(Unavailable, match="钥匙"):
            await at.desk.updating("d", "", person, {"phone": "1"})
        assert not (await at.look(person)).erased
    both = Vault("k9", bytes(16), bytes(range(32)), older={"test": bytes(range(16))})
    async with office(journal_url, both) as at:
        assert (await at.look(person)).details.name == "张友三"
        assert VAULT.open(await at.desk.display(person)) == "张友三"


async def test_wrapped_anew_the_older_data_key_can_retire(journal_url: str) -> None:
    index = bytes(range(32))
    async with office(journal_url) as at:
        people = [
            await at.register(name, ("record_no", number))
            for name, number in (("张一三", "R1"), ("张二三", "R2"))
        ]
        await erase(at, people[1])
        await at.book.caught_up(20)
    both = Vault("k9", bytes(16), index, older={"test": bytes(range(16))})
    async with office(journal_url, both) as at:
        assert await rewrap_keys(at.journal, both) == 1
        assert await rewrap_keys(at.journal, both) == 0
    alone = Vault("k9", bytes(16), index)
    async with office(journal_url, alone) as at:
        assert (await at.look(people[0])).details.name == "张一三"
        assert (await at.look(people[1])).erased
        with pytest.raises(MissingKey, match="'test'"):
            at.vault.open(await at.desk.display(people[0]))


async def test_a_key_nobody_can_open_hinders_no_other(
    journal_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with office(journal_url) as at:
        await at.register("张友三", ("record_no", "R1"))
        lost = Vault("k9", bytes(16), bytes(range(32)))
        assert await rewrap_keys(at.journal, lost) == 0
    assert "'test'" in caplog.text


async def test_there_are_more_than_are_shown(journal_url: str) -> None:
    async with office(journal_url) as at:
        for number in range(25):
            await at.register("王小明", ("record_no", f"R{number}"))
        found, more = await at.desk.search("王小明", DAY)
        assert (len(found), more) == (20, True)
        assert found[0].person == "p25"
