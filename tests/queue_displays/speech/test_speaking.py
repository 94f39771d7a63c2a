"""Speech for the house, with a worker that lies, dies, hangs and comes back."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
import trio.testing

from queue_displays.speech import process, speaking
from queue_displays.speech.cache import Cache
from queue_displays.speech.port import Segment, Silent, Utterance, Wav
from queue_displays.speech.speaking import OFF, Speaking

PRETEND = "tests.queue_displays.speech.pretend"


def phrase(text: str, n: int = 0) -> Utterance:
    key = f"{abs(hash((text, n))):032x}"[:32]
    return Utterance(key, "zh", (Segment("a voice", f"{text} {n}", 200),))


def command(mood: str, folder: Path) -> list[str]:
    return [sys.executable, "-m", PRETEND, mood, str(folder)]


@asynccontextmanager
async def speaks(
    folder: Path, mood: str = "good", *, patience_s: float = 20.0
) -> AsyncIterator[Speaking]:
    speech = Speaking(
        command(mood, folder),
        Cache(folder / "speech", 10_000_000, 3600),
        warm_s=0,
        patience_s=patience_s,
    )
    async with trio.open_nursery() as nursery:
        await nursery.start(speech.run)
        yield speech
        nursery.cancel_scope.cancel()


async def until(true: Callable[[], bool]) -> None:
    with trio.fail_after(20):
        while not true():  # noqa: ASYNC110
            await trio.sleep(0.005)


async def heard(speech: Speaking, utterance: Utterance) -> Wav | Silent:
    speech.prepare(utterance)
    with trio.fail_after(30):
        return await speech.audio(utterance.key)


def said(folder: Path) -> list[str]:
    file = folder / "said"
    return file.read_text().splitlines() if file.exists() else []


def lives(folder: Path) -> int:
    return len(list(folder.glob("life-*")))


async def test_a_phrase_is_rendered_once_and_kept(tmp_path: Path) -> None:
    async with speaks(tmp_path) as speech:
        one = phrase("hello")
        for _ in range(3):
            found = await heard(speech, one)
            assert isinstance(found, Wav)
            assert found.seconds == pytest.approx(4000 / 22050)
        assert said(tmp_path) == ["hello 0"]
        assert speech.fault is None
        await until(lambda: one.key in speech.cache)
    async with speaks(tmp_path) as speech:
        # another life of the server, before its worker is needed
        assert isinstance(await speech.audio(one.key), Wav)
        assert said(tmp_path) == ["hello 0"]


async def test_a_key_nobody_prepared_is_unknown(tmp_path: Path) -> None:
    async with speaks(tmp_path) as speech:
        found = await speech.audio("0" * 32)
    assert isinstance(found, Silent)
    assert found.code == "unknown"


async def test_a_damaged_recording_is_rendered_again(tmp_path: Path) -> None:
    one = phrase("hello")
    async with speaks(tmp_path) as speech:
        await heard(speech, one)
        await until(lambda: one.key in speech.cache)
    file = tmp_path / "speech" / f"{one.key}.wav"
    whole = file.read_bytes()
    file.write_bytes(whole[:3000] + b"\1" + whole[3001:])
    async with speaks(tmp_path) as speech:
        assert one.key in speech.cache
        found = await heard(speech, one)
        assert isinstance(found, Wav)
        assert found.data == whole
        assert speech.cache.damaged == 1
    assert said(tmp_path) == ["hello 0", "hello 0"]


async def test_what_a_device_waits_for_goes_first(tmp_path: Path) -> None:
    async with speaks(tmp_path) as speech, trio.open_nursery() as nursery:
        first = phrase("slow")
        speech.prepare(first)
        await until(lambda: said(tmp_path) == ["slow 0"])
        for n in range(3):
            speech.prepare(phrase("queued", n))
        wanted = phrase("wanted")
        speech.prepare(wanted)
        nursery.start_soon(speech.audio, wanted.key)
        await trio.testing.wait_all_tasks_blocked()
        (tmp_path / "go").touch()
        await until(lambda: speech.rendered == 5)
        nursery.cancel_scope.cancel()
    assert said(tmp_path)[:2] == ["slow 0", "wanted 0"]


async def test_who_waits_too_long_is_told(tmp_path: Path) -> None:
    async with speaks(tmp_path, patience_s=0.05) as speech:
        await until(lambda: speech.fault is None)
        slow = phrase("slow")
        found = await heard(speech, slow)
        assert isinstance(found, Silent)
        assert found.code == "late"
        (tmp_path / "go").touch()
        await until(lambda: speech.rendered == 1)
        assert isinstance(await speech.audio(slow.key), Wav)


async def test_a_phrase_that_cannot_be_rendered_fails_alone(tmp_path: Path) -> None:
    async with speaks(tmp_path) as speech:
        found = await heard(speech, phrase("refuse"))
        assert isinstance(found, Silent)
        assert (found.code, found.reason) == ("failed", "it will not")
        assert isinstance(await heard(speech, phrase("hello")), Wav)
        assert speech.failed == 1


async def test_a_phrase_that_kills_is_tried_once_more_and_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speaking, "_BACKOFF_S", (0.01,))
    async with speaks(tmp_path) as speech:
        deadly = phrase("die")
        speech.prepare(deadly)
        speech.prepare(phrase("hello"))
        await until(lambda: speech.rendered == 1)
        found = await speech.audio(deadly.key)
        assert isinstance(found, Silent)
        assert found.code == "failed"
    assert said(tmp_path) == ["die 0", "die 0 plainly", "hello 0"]
    assert lives(tmp_path) == 3


async def test_a_voice_that_hangs_is_ended_and_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "ANSWER_S", 0.3)
    monkeypatch.setattr(process, "GRACE_S", 0.05)
    monkeypatch.setattr(speaking, "_BACKOFF_S", (0.01,))
    async with speaks(tmp_path) as speech:
        hanging = phrase("hang")
        speech.prepare(hanging)
        await until(lambda: speech.rendered == 1)
        assert isinstance(await speech.audio(hanging.key), Wav)
    assert said(tmp_path) == ["hang 0", "hang 0 plainly"]


async def test_without_an_engine_there_are_chimes_and_a_reason(tmp_path: Path) -> None:
    async with speaks(tmp_path, "mute") as speech:
        await until(lambda: speech.fault == "nothing can speak here")
        found = await heard(speech, phrase("hello"))
        assert isinstance(found, Silent)
        assert (found.code, found.reason) == ("no_engine", "nothing can speak here")
        # nothing is gathered that would be spoken long after
        assert speech.waiting == 0
        for key in ("chime", "chime-again", "chime-40"):
            assert isinstance(await speech.audio(key), Wav)


async def test_who_waits_is_told_at_once_that_the_worker_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speaking, "_BACKOFF_S", (600.0,))
    async with speaks(tmp_path, "stillborn") as speech:
        found = await heard(speech, phrase("hello"))
    assert isinstance(found, Silent)
    assert found.code == "no_engine"


async def test_switched_off_it_starts_nothing(tmp_path: Path) -> None:
    speech = Speaking(None, Cache(tmp_path / "speech", 1_000_000, 3600))
    async with trio.open_nursery() as nursery:
        await nursery.start(speech.run)
        assert speech.fault == OFF
        found = await heard(speech, phrase("hello"))
        assert isinstance(found, Silent)
        assert found.code == "no_engine"
        assert isinstance(await speech.audio("chime"), Wav)
        nursery.cancel_scope.cancel()


async def test_a_flood_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speaking, "_WAITING", 3)
    async with speaks(tmp_path) as speech:
        phrases = [phrase("slow", n) for n in range(5)]
        for one in phrases:
            speech.prepare(one)
        assert speech.waiting == 3
        found = await speech.audio(phrases[4].key)
        assert isinstance(found, Silent)
        assert found.code == "failed"
        (tmp_path / "go").touch()
        await until(lambda: speech.rendered == 3)


async def test_no_words_are_in_the_log_or_in_a_name(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with speaks(tmp_path) as speech:
        await heard(speech, phrase("refuse ouyang"))
        await heard(speech, phrase("ouyang"))
        await until(lambda: len(speech.cache) == 1)
    assert "ouyang" not in caplog.text
    assert not [f for f in (tmp_path / "speech").iterdir() if "ouyang" in f.name]
