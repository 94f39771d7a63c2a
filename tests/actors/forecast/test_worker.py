"""The worker: what it learns from events, what it keeps, what it says."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import msgspec
import pytest
import trio

from actors.clinic.commands import (
    CallNext,
    ComeBack,
    Finish,
    GetBack,
    GoAway,
    Miss,
    Recall,
    ToExamination,
)
from actors.clinic.events import Event
from actors.forecast import process
from actors.forecast.frames import Ask, Taught, read_word
from actors.forecast.lessons import LESSONS, Lessons, read_lesson
from actors.forecast.outline import outline_of
from actors.forecast.process import worker_command, working
from actors.forecast.reading import floor_of
from actors.forecast.worker import Worker
from actors.workers.frames import Frames, write_frame
from actors.workers.process import WorkerGone
from tests.actors.clinic.day import STREAM, Day

MINUTE = 60


def taught(day: Day, begin: int = 0) -> list[tuple[int, str, bytes]]:
    """The day's events as a follower hands them on."""
    return [
        (place + 1, STREAM, msgspec.json.encode(event))
        for place, event in enumerate(day.events)
        if place >= begin and _tag(event) in LESSONS
    ]


def _tag(event: Event) -> str:
    return str(event.__struct_config__.tag)


def learnt(day: Day) -> Lessons:
    lessons = Lessons(Worker(Path("/nowhere/learnt")).lessons.experience)
    for position, stream, body in taught(day):
        lessons.learn(position, stream, read_lesson(body))
    return lessons


def a_morning(visits: int = 12, minutes: int = 6) -> Day:
    """In room 3 one after another is called, and each is there for so long."""
    day = Day()
    day.waiting(*(f"A{number:03d}" for number in range(1, visits + 1)))
    for _ in range(visits):
        ticket = day.ok(CallNext(by="dr", room="3")).ticket
        day.later(minutes * MINUTE)
        day.ok(Finish(by="dr", room="3", ticket=ticket))
        day.later(30)
    return day


def test_a_turn_is_from_the_call_to_the_end() -> None:
    known = learnt(a_morning(visits=24)).experience
    (doctor,) = [one for one in known.doctors.values() if one.today.count]
    assert doctor.today.count == 24
    assert set(known.clinics["im2"].spreads.pause) == {30_000}
    assert max(abs(one) for one in known.clinics["im2"].spreads.shape) < 0.01


def test_a_pause_counts_only_when_somebody_was_there() -> None:
    day = a_morning(visits=2)
    day.later(20 * MINUTE)
    day.waiting("A050")
    day.ok(CallNext(by="dr", room="3"))
    assert learnt(day).experience.clinics["im2"].spreads.pause == [30_000]


def test_an_examination_a_miss_and_an_absence_are_timed() -> None:
    day = Day()
    day.waiting("A001", "A002", "A003")
    first = day.ok(CallNext(by="dr", room="3")).ticket
    day.later(5 * MINUTE)
    day.ok(ToExamination(by="dr", room="3", ticket=first))
    second = day.ok(CallNext(by="dr", room="3")).ticket
    day.later(2 * MINUTE)
    day.ok(Miss(by="dr", room="3", ticket=second))
    day.ok(GoAway(by="dr", room="3", reason="抢救", back_at=day.now + 600_000))
    day.later(14 * MINUTE)
    day.ok(GetBack(by="dr", room="3"))
    day.ok(Recall(by="nurse", ticket=second))
    day.later(30 * MINUTE)
    day.ok(ComeBack(by="nurse", ticket=first))
    spreads = learnt(day).experience.clinics["im2"].spreads
    assert spreads.examination == [46 * MINUTE * 1000]
    assert spreads.missed == [2 * MINUTE * 1000]
    assert spreads.recall == [14 * MINUTE * 1000]
    assert spreads.absence == [4 * MINUTE * 1000]


def test_what_is_heard_twice_is_learnt_once() -> None:
    day = a_morning()
    worker = Worker(Path("/nowhere/learnt"))
    worker.answer(Taught(taught(day)))
    once = worker.lessons.experience.as_bytes()
    worker.answer(Taught(taught(day)))
    assert worker.lessons.experience.as_bytes() == once


def test_no_event_it_hears_tells_who_a_patient_is() -> None:
    day = Day()
    day.waiting("A001", "A002")
    day.ok(CallNext(by="dr", room="3"))
    said = b"".join(body for _, _, body in taught(day))
    sealed = [ticket.name for ticket in day.state.tickets.values()]
    assert b"checked_in" in said
    for name in sealed:
        assert msgspec.json.encode(name) not in said
    outline = msgspec.msgpack.encode(outline_of(day.state, day.now))
    for ticket in day.state.tickets.values():
        assert ticket.card.encode() not in outline
        assert ticket.number.encode() not in outline


def test_an_outline_goes_over_the_pipe_whole() -> None:
    day = a_morning(visits=3)
    day.waiting("A040", "A041")
    outline = outline_of(day.state, day.now)
    frame = write_frame(Ask(1, outline))
    (body,) = Frames().feed(frame)
    assert read_word(body) == Ask(1, outline)


def test_frames_come_in_pieces_of_any_size() -> None:
    one, two = write_frame(Taught([])), write_frame(Taught([(1, STREAM, b"{}")]))
    frames = Frames()
    found = [body for byte in one + two for body in frames.feed(bytes([byte]))]
    assert [read_word(body) for body in found] == [
        Taught([]),
        Taught([(1, STREAM, b"{}")]),
    ]
    with pytest.raises(ValueError, match="a frame of"):
        frames.feed(b"\xff\xff\xff\xff")


def test_who_works_and_who_does_not_follows_from_the_state() -> None:
    day = Day()
    day.waiting("A001", "Z001")
    day.ok(GoAway(by="dr", room="1", reason="抢救"))
    floor, why = floor_of(outline_of(day.state, day.now), learnt(day))
    assert len(floor.chairs) == 2
    (waits,) = [line for line in floor.lines if line.standing]
    assert [one.chairs for one in waits.standing] == [0b11]
    (reason,) = why.values()
    assert reason == "doctor_away"


def test_the_file_is_there_after_the_end_and_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "forecast" / "learnt"
    worker = Worker(file)
    worker.answer(Taught(taught(a_morning())))
    worker.save()
    again = Worker(file)
    assert again.lessons.experience == worker.lessons.experience
    assert again.lessons.rooms == worker.lessons.rooms


def test_a_file_that_cannot_be_read_is_set_aside(tmp_path: Path) -> None:
    file = tmp_path / "learnt"
    file.write_bytes(b"{not json")
    assert Worker(file).lessons.experience.position == 0
    assert (tmp_path / "learnt.unread").read_bytes() == b"{not json"


def test_an_event_that_is_nonsense_teaches_nothing_and_ends_nothing() -> None:
    worker = Worker(Path("/nowhere/learnt"))
    worker.answer(Taught([(1, STREAM, b'{"type":"clinic.called"}'), (2, "x", b"")]))
    day = a_morning(visits=1)
    worker.answer(Taught([(9 + p, s, b) for p, s, b in taught(day)]))
    assert worker.lessons.experience.position > 9


async def test_the_process_learns_answers_and_writes_down(tmp_path: Path) -> None:
    file = tmp_path / "learnt"
    day = a_morning()
    (late,) = day.waiting("A090")
    with trio.fail_after(60):
        async with working(worker_command(file)) as session:
            await session.teach(taught(day))
            times = await session.ask(outline_of(day.state, day.now))
            assert list(times.times) == [late]
    assert Worker(file).lessons.experience.position > 0


async def test_a_worker_that_ends_is_noticed_at_once(tmp_path: Path) -> None:
    async def outlives() -> None:
        async with (
            working(worker_command(tmp_path / "learnt")) as session,
            session.worker.alive(),
        ):
            os.kill(session.worker.pid, signal.SIGKILL)
            await trio.sleep_forever()

    with trio.fail_after(60), pytest.raises(WorkerGone, match="ended"):
        await outlives()


@pytest.mark.parametrize(
    "command", [["/nowhere/python"], ["true"], ["echo", "hello, are you it?"]]
)
async def test_a_program_that_is_no_worker_is_none(command: list[str]) -> None:
    async def starts() -> None:
        async with working(command):
            raise AssertionError("it is not ready")

    with trio.fail_after(60), pytest.raises(WorkerGone):
        await starts()


async def test_a_worker_that_does_not_answer_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = Day()
    monkeypatch.setattr(process, "GRACE_S", 0.1)
    with trio.fail_after(60):
        async with working(worker_command(tmp_path / "learnt")) as session:
            os.kill(session.worker.pid, signal.SIGSTOP)
            monkeypatch.setattr(process, "ANSWER_S", 0.2)
            with pytest.raises(WorkerGone, match="no answer"):
                await session.ask(outline_of(day.state, day.now))
