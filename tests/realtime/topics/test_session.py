"""A kiosk's session over the real server: from the card to the slip, as a page does."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from actors.journal.tables import audit, command_keys, events
from realtime.client import AskRefused, TopicClosed
from realtime.house import House
from tests.actors.patients.people import citizen
from tests.realtime.house import a_house, as_json, person
from tests.realtime.topics.kiosks import (
    HOUR,
    KIOSK,
    Kiosk,
    kiosk,
    nothing_of_anybody,
    open_clinic,
    today,
)

ID_CARD = citizen(order=2)
PHONE = "13800001234"
NAME = "张友三"


async def a_file(house: House, number: str = ID_CARD, name: str = NAME) -> None:
    async with person(house, "d-1", "desk") as desk:
        who = {"name": name, "phone": PHONE}
        body = who | {"numbers": [{"kind": "id_card", "value": number}]}
        await desk.ask("yunxiu/patients/index:desk", "register", body)


async def refused(page: Kiosk, name: str, body: Any = None) -> str:
    with pytest.raises(AskRefused) as no:
        await page.ask(name, body)
    return no.value.code


def numbers(house: House) -> dict[str, Any]:
    """A department's day: one session now, one later today."""
    now = house.system.clock.now()
    return {
        "department": {"name": "心血管内科", "campus_name": "东院"},
        "doctors": {"zhou": {"name": "周文澜", "title": "主任"}},
        "sessions": {
            "e": {
                "half": "am",
                "doctor": "zhou",
                "kind": "专",
                "price": 5000,
                "prefix": "Z",
                "clinic": "im2",
                "queue": "A",
                "slots": {
                    "1": {"start": now + HOUR // 2, "end": now + HOUR, "count": 1},
                    "2": {"start": now + HOUR // 2, "end": now + HOUR, "count": 2},
                },
            }
        },
    }


async def on_sale(house: House) -> None:
    async with person(house, "his", "his", place="*") as his:
        day = today(house)
        await his.ask(f"yunxiu/schedule/cardio/{day}:setup", "open", numbers(house))
        put = {"departments": {"cardio": {"name": "心血管内科", "floor": "2"}}}
        await his.ask("yunxiu/directory/main:public", "put", put)


async def test_from_the_card_to_the_slip_in_three_asks(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await open_clinic(house, cards=("1001", "1002"))
        async with kiosk(house) as page:
            assert page.view == {"session": {"step": "idle"}}
            await page.ask("identify", {"how": "card", "value": "1002"})
            view = await page.at("confirm")
            assert view["who"] == {"name": "张*三"}
            ticket = view["tickets"]["1"]
            assert (ticket["does"], ticket["number"]) == ("check_in", "A002")
            assert "confirm" in view["session"]["can"]

            await page.ask("confirm")
            await page.ask("check_in", {"ticket": "1"})
            view = await page.at("done")
            assert view["said"]["code"] == "checked_in"
            assert view["said"]["zh"] == (
                "签到好了。您是 A002 号，马上就到您。请到 2 楼内科二诊区坐下等叫号。"
            )
            assert view["place"]["rooms"] == [
                {"room": "3", "doctor": "许安禾", "way": "右边第 3 个门"}
            ]
            code = view["slip"]["parts"][-2]["data"]
            texts = [part.get("text", "") for part in view["slip"]["parts"]]
            assert "A002" in texts
            assert "张友三" not in as_json(view)

            await page.ask("end", {"why": "done"})
            nothing_of_anybody(await page.at("idle"))

            # the slip in hand is as good as the card, for this ticket
            await page.ask("identify", {"how": "scan", "value": code})
            view = await page.at("confirm")
            assert view["tickets"]["1"]["does"] == "place"
            forged = code[:-1] + ("0" if code[-1] != "0" else "1")
            await page.ask("end", {"why": "cancelled"})
            await page.ask("identify", {"how": "scan", "value": forged})
            assert (await page.at("identifying"))["said"]["code"] == "bad_slip"


async def test_a_kiosk_is_looked_at_by_itself_alone(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await open_clinic(house, cards=("1001",))
        async with kiosk(house) as page:
            await page.ask("identify", {"how": "card", "value": "1001"})
            await page.at("confirm")
            for who, role in (
                ("t4kiosk0002", "kiosk"),
                (KIOSK, "screen"),
                ("n", "nurse"),
            ):
                async with person(house, who, role) as other:
                    with pytest.raises(TopicClosed) as closed:
                        await other.join(page.name)
                    assert closed.value.reason == "forbidden"
            far = page.name.replace(today(house), "2020-01-01")
            with pytest.raises(TopicClosed):
                await page.client.join(far)
            # the browser is loaded anew, beside itself: it sees the same step
            async with kiosk(house) as again:
                assert again.view == page.view
                assert await refused(again, "identify", _card("1002")) == "session_busy"


def _card(value: str, **more: Any) -> dict[str, Any]:
    return {"how": "card", "value": value, **more}


async def test_of_another_clinic_unless_this_kiosk_is_for_all(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await open_clinic(house, cards=())
        await open_clinic(house, "eye1", cards=("1001",))
        await open_clinic(house, "ear1", cards=("1002",), check_in={"kiosk_for": "all"})
        async with kiosk(house) as page:
            await page.ask("identify", _card("1001"))
            row = (await page.at("confirm"))["tickets"]["1"]
            assert (row.get("does"), row["note"]) == (None, "other_clinic")
            assert row["note_zh"].startswith("请到2 楼内科二诊区签到")
            await page.ask("confirm")
            assert await refused(page, "check_in", {"ticket": "1"}) == "not_here"
            await page.ask("end", {"why": "cancelled"})
            await page.ask("identify", _card("1002"))
            await page.at("confirm")
            await page.ask("confirm")
            await page.ask("check_in", {"ticket": "1"})
            assert (await page.at("done"))["said"]["code"] == "checked_in"


@pytest.mark.parametrize(
    ("rules", "shift", "code"),
    [
        ({"early": "never"}, 3 * HOUR, "too_early"),
        ({}, -3 * HOUR, "cut_off"),
        ({"kiosk_other_half": True}, -3 * HOUR, "checked_in"),
    ],
)
async def test_early_late_and_a_half_day_that_is_over(
    rules: dict[str, Any], shift: int, code: str, tmp_path: Path
) -> None:
    async with a_house(tmp_path) as house:
        await open_clinic(house, cards=("1001",), shift=shift, check_in=rules)
        async with kiosk(house) as page:
            await page.ask("identify", _card("1001"))
            await page.ask("confirm")
            await page.ask("check_in", {"ticket": "1"})
            view = await page.at("choose" if code != "checked_in" else "done", "done")
            with_words = await page.said(code)
            assert with_words["said"]["zh"].endswith("。")
            assert with_words["said"]["en"].endswith(".")
            assert view["session"]["id"] == "k1"


async def test_who_was_missed_lines_up_again(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        rules: dict[str, Any] = {"missed_after_ms": 0}
        await open_clinic(house, cards=("1001",), **rules)
        async with kiosk(house) as page, person(house, "dr", "doctor") as doctor:
            await page.ask("identify", _card("1001"))
            await page.ask("confirm")
            await page.ask("check_in", {"ticket": "1"})
            ticket = (await page.at("done"))["place"]["ticket"]
            await page.ask("end", {"why": "done"})
            desk = f"yunxiu/clinic/im2/{today(house)}:desk"
            await doctor.ask(desk, "call_next", {"room": "3", "after": None})
            await page.ask("identify", _card("1001"))
            assert (await page.at("confirm"))["tickets"]["1"]["note"] == "called"
            await page.ask("end", {"why": "done"})
            await doctor.ask(desk, "missed", {"room": "3", "ticket": ticket})
            await page.ask("identify", _card("1001"))
            assert (await page.at("confirm"))["tickets"]["1"]["does"] == "rejoin"
            await page.ask("confirm")
            await page.ask("check_in", {"ticket": "1"})
            assert (await page.at("done"))["said"]["code"] == "rejoined"


async def test_a_first_file_a_number_and_the_check_in_with_it(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await open_clinic(house, cards=())
        await on_sale(house)
        async with kiosk(house) as page:
            await page.ask("start", {"purpose": "book"})
            await page.ask("identify", _card(ID_CARD, kind="id_card"))
            assert "first_visit" in (await page.at("unknown"))["session"]["can"]
            file = {"kind": "id_card", "value": ID_CARD, "name": NAME, "phone": PHONE}
            asked = {"marital": "20", "payer": "2", "contact_relation": "子女"}
            await page.ask("first_visit", file | asked)
            assert (await page.at("confirm"))["who"]["name"] == "张*三"
            kept = (await house.desk.look("p1")).details
            assert {field: getattr(kept, field) for field in asked} == asked
            await page.ask("confirm")
            await page.at("choose")

            offered = (await page.ask("options"))["departments"]
            assert [one["key"] for one in offered] == ["cardio"]
            day = {"department": "cardio", "day": today(house)}
            (session,) = (await page.ask("options", day))["sessions"]
            assert (session["doctor"], session["left"]) == ("周文澜", 3)
            await page.ask("hold", day | {"session": "e", "slot": "1"})
            assert (await page.at("held"))["hold"]["price"] == 5000
            await page.ask("drop")
            await page.at("choose")
            await page.ask("hold", day | {"session": "e", "slot": "1"})
            await page.at("held")
            await page.ask("book")
            view = await page.at("done")
            assert view["given"]["number"] == "Z001"
            assert view["bookings"]["1"]["ticket"] == "1"
            assert view["tickets"]["1"]["does"] == "check_in"
            await page.ask("more")
            await page.at("choose")

            # the same session again is refused by the schedule, in words
            await page.ask("hold", day | {"session": "e"})
            assert (await page.said("already_held"))["said"]["zh"]
            await page.ask("check_in", {"ticket": "1"})
            view = await page.at("done")
            assert view["place"]["number"] == "Z001"
            await page.ask("end", {"why": "done"})
            nothing_of_anybody(await page.at("idle"))


async def test_a_number_is_given_back_and_free_again(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await a_file(house)
        await on_sale(house)
        day = {"department": "cardio", "day": today(house)}
        async with kiosk(house) as page:
            await page.ask("identify", _card(ID_CARD, kind="id_card"))
            await page.ask("confirm")
            await page.ask("hold", day | {"session": "e", "slot": "1"})
            await page.at("held")
            await page.ask("book")
            await page.at("done")
            await page.ask("more")
            row = (await page.at("choose"))["bookings"]["1"]
            assert row["does"] == ["take", "cancel"]
            await page.ask("cancel", {"booking": "1"})
            view = await page.at("done")
            assert view["said"]["code"] == "cancelled"
            assert not view.get("bookings")
            # whoever leaves with a place in hand leaves it to the next
            await page.ask("more")
            await page.at("choose")
            await page.ask("hold", day | {"session": "e", "slot": "1"})
            await page.at("held")
            await page.ask("end", {"why": "card_gone"})
            await page.at("idle")
            await page.ask("identify", _card(ID_CARD, kind="id_card"))
            await page.at("confirm")
            (session,) = (await page.ask("options", day))["sessions"]
            assert session["left"] == 3


async def test_a_typed_number_and_what_only_its_holder_knows(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await a_file(house)
        async with kiosk(house) as page:
            for number in (ID_CARD, citizen(order=3)):
                await page.ask("identify", {"how": "typed", "value": number})
                view = await page.at("second")
                assert not view.get("who")
                await page.ask("second", {"value": "0000"})
                assert (await page.said("second_wrong"))["session"]["tries"] == 1
                await page.ask("end", {"why": "cancelled"})
                await page.at("idle")
            await page.ask("identify", {"how": "typed", "value": ID_CARD})
            await page.ask("second", {"value": PHONE[-4:]})
            assert (await page.at("confirm"))["who"]["name"] == "张*三"


async def test_nobody_is_in_the_journal_the_keys_or_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with a_house(tmp_path) as house:
        await a_file(house)
        await on_sale(house)
        day = {"department": "cardio", "day": today(house)}
        async with kiosk(house) as page:
            await page.ask("identify", _card(ID_CARD, kind="id_card"))
            await page.ask("confirm")
            await page.ask("hold", day | {"session": "e"})
            await page.at("held")
            await page.ask("book")
            await page.at("done")
            await page.ask("end", {"why": "done"})
            await page.at("idle")

        def look(engine: Engine) -> str:
            with engine.connect() as connection:
                rows = [
                    str(row)
                    for table in (events, command_keys, audit)
                    for row in connection.execute(select(table))
                ]
            return "".join(rows)

        text = await house.system.journal.look_beside(look) + caplog.text
        for word in (NAME, ID_CARD, PHONE, "\\xe5\\xbc\\xa0"):
            assert word not in text
