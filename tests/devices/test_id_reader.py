"""The driver against a reader of bytes: laid, taken away, torn, lost, slow, lying."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

from devices.events import Down, Up
from devices.id_reader import (
    CardLaid,
    CardRemoved,
    CardUnread,
    IdReader,
    ReaderSettings,
)
from devices.line import LineSettings
from devices.simulators import cards
from devices.simulators.id_reader import SimulatedIdReader
from tests.devices.conftest import Heard

LineTo = Callable[[Path], LineSettings]
Floor = tuple[SimulatedIdReader, Heard]


@asynccontextmanager
async def running(
    path: Path, line_to: LineTo, heard: Heard, **settings: object
) -> AsyncIterator[SimulatedIdReader]:
    simulated = SimulatedIdReader(path / "reader")
    found = ReaderSettings(
        line_to(simulated.port.path),
        poll_s=0.002,
        answer_s=0.15,
        read_s=0.3,
        **settings,  # type: ignore[arg-type]
    )
    async with trio.open_nursery() as nursery:
        nursery.start_soon(simulated.run)
        nursery.start_soon(IdReader(found, heard).run)
        yield simulated
        nursery.cancel_scope.cancel()
    simulated.port.unplug()


@pytest.mark.parametrize("finds_again", [True, False])
async def test_laid_and_taken_away(
    tmp_path: Path, line_to: LineTo, heard: Heard, finds_again: bool
) -> None:
    async with running(tmp_path, line_to, heard) as reader:
        reader.finds_again = finds_again
        up = await heard.next(Up)
        assert up.facts == {"sam": "05.01-20990101-0000000001-4000000001"}
        for paper, name in (
            (cards.resident(), "测试一"),
            (cards.hmt_permit(), "测试二"),
            (cards.foreign_2017(), "测试三"),
            (cards.foreign_2023(), "测试四"),
        ):
            reader.lay(paper)
            laid = await heard.next(CardLaid)
            assert laid.card.name == name
            assert laid.card.photo == cards.PHOTO
            reader.lift()
            assert (await heard.next(CardRemoved)).sure
    assert [type(event) for event in heard.all] == [Up, *[CardLaid, CardRemoved] * 4]


async def test_a_card_that_stays_is_told_once(
    tmp_path: Path, line_to: LineTo, heard: Heard
) -> None:
    async with running(tmp_path, line_to, heard) as reader:
        reader.lay(cards.resident())
        await heard.next(CardLaid)
        asked = len(reader.asked)
        with trio.fail_after(10):
            await reader.was_asked(asked + 20)
        assert sum(isinstance(event, CardLaid) for event in heard.all) == 1
        assert not any(isinstance(event, CardRemoved) for event in heard.all)


async def test_another_card_after_a_pause_in_looking_is_another_card(
    tmp_path: Path, line_to: LineTo, heard: Heard
) -> None:
    async with running(tmp_path, line_to, heard, swap_s=0.0) as reader:
        reader.finds_again = True
        reader.lay(cards.resident())
        await heard.next(CardLaid)
        reader.lay(cards.resident("测试五", birth="19700707"))
        await heard.next(CardRemoved)
        assert (await heard.next(CardLaid)).card.name == "测试五"


@pytest.mark.parametrize("length", [0, 512, 1024])
async def test_with_fingerprint_and_further_addresses(
    tmp_path: Path, line_to: LineTo, heard: Heard, length: int
) -> None:
    more = ("云岫市测试区不存在路3号", "云岫市测试区不存在路4号")
    paper = cards.PaperCard(cards.resident().text, cards.PHOTO, b"f" * length, more)
    settings = {"fingerprint": True, "further_addresses": True}
    async with running(tmp_path, line_to, heard, **settings) as reader:
        reader.lay(paper)
        laid = await heard.next(CardLaid)
        assert laid.card.fingerprint == b"f" * length
        assert laid.further_addresses == list(more)


async def test_torn_into_single_bytes_after_noise(
    tmp_path: Path, line_to: LineTo, heard: Heard
) -> None:
    async with running(tmp_path, line_to, heard) as reader:
        reader.port.faults.noise = b"\xaa\xaa\x96garbage"
        reader.port.faults.pieces_of = 97
        reader.lay(cards.resident())
        assert (await heard.next(CardLaid)).card.name == "测试一"


@pytest.mark.parametrize("fault", ["swallow", "lie", "cut_short"])
async def test_one_fault_at_any_step_costs_a_moment_and_no_more(
    tmp_path: Path, line_to: LineTo, heard: Heard, fault: str
) -> None:
    async with running(tmp_path, line_to, heard) as reader:
        await heard.next(Up)
        setattr(reader.port.faults, fault, 1)
        reader.lay(cards.resident())
        await heard.next(CardLaid)
        setattr(reader.port.faults, fault, 1)
        reader.lift()
        await heard.next(CardRemoved)
    assert not any(isinstance(event, Down) for event in heard.all)


async def test_a_reader_that_always_lies_is_down_until_it_does_not(
    tmp_path: Path, line_to: LineTo, heard: Heard
) -> None:
    async with running(tmp_path, line_to, heard) as reader:
        await heard.next(Up)
        reader.port.faults.lie = 10_000
        down = await heard.next(Down)
        assert down.trouble.code == "garbled"
        reader.port.faults.lie = 0
        await heard.next(Up)


async def test_a_silent_reader_is_down_until_it_speaks(
    tmp_path: Path, line_to: LineTo, heard: Heard
) -> None:
    async with running(tmp_path, line_to, heard) as reader:
        await heard.next(Up)
        reader.port.faults.swallow = 10_000
        assert (await heard.next(Down)).trouble.code == "silent"
        reader.port.faults.swallow = 0
        await heard.next(Up)


async def test_a_late_answer_is_not_taken_for_another(
    tmp_path: Path, line_to: LineTo, heard: Heard
) -> None:
    async with running(tmp_path, line_to, heard) as reader:
        await heard.next(Up)
        reader.port.faults.delay_s = 0.2  # later than answer_s
        reader.lay(cards.resident())
        await reader.was_asked(len(reader.asked) + 4)
        reader.port.faults.delay_s = 0
        reader.lay(cards.resident("测试五"))
        await heard.next(CardLaid, lambda event: event.card.name == "测试五")


@pytest.mark.parametrize(
    ("sw3", "code"),
    [
        (0x41, "not_read"),
        (0x31, "not_genuine"),
        (0x66, "not_allowed"),
        (0x55, "reader_unknown"),
    ],
)
async def test_a_card_that_cannot_be_read_is_told_once_and_read_again(
    tmp_path: Path, line_to: LineTo, heard: Heard, sw3: int, code: str
) -> None:
    async with running(tmp_path, line_to, heard) as reader:
        reader.refuse = [sw3] * 6
        reader.lay(cards.resident())
        assert (await heard.next(CardUnread)).trouble.code == code
        await heard.next(CardLaid)
        assert sum(isinstance(event, CardUnread) for event in heard.all) == 1


async def test_one_bad_reading_is_not_told(
    tmp_path: Path, line_to: LineTo, heard: Heard
) -> None:
    async with running(tmp_path, line_to, heard) as reader:
        reader.refuse = [0x41]
        reader.lay(cards.resident())
        await heard.next(CardLaid)
        assert not any(isinstance(event, CardUnread) for event in heard.all)


async def test_a_broken_card(tmp_path: Path, line_to: LineTo, heard: Heard) -> None:
    async with running(tmp_path, line_to, heard) as reader:
        reader.lay(cards.resident().torn(36))
        assert (await heard.next(CardUnread)).trouble.code == "unknown_card"
        reader.lift()
        reader.lay(cards.resident())
        await heard.next(CardLaid)


async def test_a_reader_without_licence(
    tmp_path: Path, line_to: LineTo, heard: Heard
) -> None:
    async with running(tmp_path, line_to, heard) as reader:
        reader.licensed = False
        assert (await heard.next(Down)).trouble.code == "not_allowed"
        reader.licensed = True
        await heard.next(Up)


@pytest.mark.parametrize("answers_first", range(0, 12, 2))
async def test_unplugged_at_each_step_and_back(
    tmp_path: Path, line_to: LineTo, heard: Heard, answers_first: int
) -> None:
    """Whatever it was doing, it comes back, and nobody's card is left open."""
    async with running(tmp_path, line_to, heard) as reader:
        reader.lay(cards.resident())
        with trio.fail_after(10):
            await reader.was_asked(answers_first)
        reader.port.unplug()
        await heard.next(Down)
        reader.lift()
        reader.lay(cards.resident("测试六"))
        reader.port.plug()
        laid = await heard.next(CardLaid, lambda event: event.card.name == "测试六")
        assert laid.device == "id_reader"
    state = 0
    for event in heard.all:
        if isinstance(event, CardLaid):
            assert state == 0, "a card was laid on a card"
            state = 1
        elif isinstance(event, CardRemoved):
            state = 0
    assert state == 0  # also at the end: it was cancelled


@pytest.mark.parametrize("every", [3, 41])
async def test_a_line_that_loses_bytes_reads_nothing_wrong_and_recovers(
    tmp_path: Path, line_to: LineTo, heard: Heard, every: int
) -> None:
    async with running(tmp_path, line_to, heard) as reader:
        await heard.next(Up)
        reader.port.faults.drop_every = every
        reader.lay(cards.resident())
        await heard.next(object, lambda event: isinstance(event, Down | CardUnread))
        assert not any(isinstance(event, CardLaid) for event in heard.all)
        reader.port.faults.drop_every = 0
        reader.lift()
        reader.lay(cards.resident())
        assert (await heard.next(CardLaid)).card.name == "测试一"
