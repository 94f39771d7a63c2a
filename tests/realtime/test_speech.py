"""A whole house that speaks; `houzhen say`; and what the log and the disk know."""

from __future__ import annotations

import os
import wave
from pathlib import Path

import httpx
import pytest
import trio

from queue_displays.speech.port import Silent, Wav
from realtime import cli
from tests.machine import missing
from tests.realtime.house import a_house, token

WORDS = "请 A012号 {name} 到 3号诊室 就诊"


@pytest.fixture(autouse=True)
def _a_voice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from queue_displays.speech.engine import NoVoice, Program

    try:
        Program()
    except NoVoice:
        missing("espeak-ng", "install espeak-ng")
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("HOUZHEN_"):
            monkeypatch.delenv(name)


async def test_an_announcement_is_heard_over_http_and_after_a_new_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_house(tmp_path) as house:
        said = house.voices.utterance(WORDS, name="单晓明")
        house.speech.prepare(said)
        path = f"{house.address}/api/v1/audio/{said.key}.wav"
        headers = {"Authorization": f"Bearer {token(house, 't1', 'screen')}"}
        async with httpx.AsyncClient(headers=headers) as device:
            answer = await device.get(path)
            while answer.status_code == 503 and answer.json()["retry"]:
                answer = await device.get(path)  # a slow machine starts its worker
            assert answer.status_code == 200
            metrics = (await device.get(f"{house.address}/metrics")).text
        assert "houzhen_speech_rendered_total 1.0" in metrics
        assert "houzhen_speech_speaks 1.0" in metrics
        with trio.fail_after(10):
            while said.key not in house.speech.cache:  # noqa: ASYNC110
                await trio.sleep(0.01)
    async with a_house(tmp_path) as house:
        again = house.voices.utterance(WORDS, name="单晓明")
        assert again.key == said.key
        kept = await house.speech.audio(again.key)
        assert isinstance(kept, Wav)
        assert kept.data == answer.content
        assert 3.0 < kept.seconds < 5.0
        assert house.speech.rendered == 0
        unknown = await house.speech.audio("0" * 32)
        assert isinstance(unknown, Silent)
    assert "单" not in caplog.text
    assert "shan4" not in caplog.text
    names = [file.name for file in (tmp_path / "speech").iterdir()]
    assert names == [f"{said.key}.wav"]


def test_say_writes_a_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["say", "请 A012号 张三 到 3号诊室 就诊", "--out", "call.wav"]
    assert cli.main([*arguments, "--phonemes"]) == 0
    said = capsys.readouterr().out
    assert "qing3 ei1 ling2 yi1 er4 hao4, zhang1 san1, dao4 san1 hao4" in said
    assert "tS;h'i21N" in said
    assert "call.wav: 3." in said
    with wave.open("call.wav", "rb") as file:
        short = file.getnframes()
    assert cli.main([*arguments, "--chime", "--language", "yue"]) == 0
    with wave.open("call.wav", "rb") as file:
        assert file.getnframes() > short


def test_say_takes_the_hospitals_readings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lexicon = tmp_path / "data" / "lexicon.txt"
    lexicon.parent.mkdir()
    lexicon.write_text("覃 = tan2\n")
    words = ["say", "请 1号 {name} 准备", "--name", "覃明", "--phonemes"]
    assert cli.main(words) == 0
    assert "tan2 ming2" in capsys.readouterr().out
    lexicon.write_text("覃 = tan\n")
    assert cli.main(words) == 2
    assert "lexicon.txt, line 1" in capsys.readouterr().err


def test_say_without_a_voice_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOUZHEN_SPEECH__ENGINE", "program")
    monkeypatch.setenv("PATH", "/nowhere")
    assert cli.main(["say", "请 1号 准备"]) == 1
    assert "apt install espeak-ng" in capsys.readouterr().err
    assert not Path("call.wav").exists()
