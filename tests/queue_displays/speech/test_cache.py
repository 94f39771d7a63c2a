"""Recordings on the disk: bounded, whole, and not for ever."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest

from queue_displays.speech.cache import Cache
from queue_displays.speech.wav import opened, sealed

SOUND = sealed(b"\1\0" * 5000)
HOUR_S = 3600.0


def key(n: int) -> str:
    return f"{n:032x}"


def cache_in(folder: Path, files: float = 3.5, keep_s: float = HOUR_S) -> Cache:
    cache = Cache(folder, int(len(SOUND) * files), keep_s)
    cache.open()
    return cache


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_what_was_heard_longest_ago_goes_first(tmp_path: Path) -> None:
    cache = cache_in(tmp_path)
    for n in range(3):
        cache.write(key(n), SOUND)
    assert cache.read(key(0)) is not None
    cache.write(key(3), SOUND)
    assert names(tmp_path) == {f"{key(n)}.wav" for n in (0, 2, 3)}
    assert cache.bytes == 3 * len(SOUND)


def test_a_new_start_knows_what_was_heard_last(tmp_path: Path) -> None:
    cache = cache_in(tmp_path)
    for n in range(3):
        cache.write(key(n), SOUND)
        os.utime(tmp_path / f"{key(n)}.wav", (time.time() - 100 + n,) * 2)
    cache.read(key(0))
    cache = cache_in(tmp_path)
    assert len(cache) == 3
    cache.write(key(3), SOUND)
    assert key(1) not in cache
    assert key(0) in cache


def test_one_that_is_larger_than_everything_is_kept_alone(tmp_path: Path) -> None:
    cache = cache_in(tmp_path, 0.5)
    cache.write(key(1), SOUND)
    cache.write(key(2), SOUND)
    assert names(tmp_path) == {f"{key(2)}.wav"}


def test_the_same_key_twice_counts_once(tmp_path: Path) -> None:
    cache = cache_in(tmp_path)
    cache.write(key(1), SOUND)
    cache.write(key(1), SOUND)
    assert cache.bytes == len(SOUND)


def test_names_are_not_kept_for_ever(tmp_path: Path) -> None:
    cache = cache_in(tmp_path, 100)
    cache.write(key(1), SOUND)
    os.utime(tmp_path / f"{key(1)}.wav", (time.time() - 2 * HOUR_S,) * 2)
    assert key(1) not in cache_in(tmp_path, 100)
    assert names(tmp_path) == set()


@pytest.mark.parametrize(
    "damage",
    [b"", SOUND[:100], SOUND[:-1], SOUND + b"x", SOUND[:500] + b"\7" + SOUND[501:]],
    ids=["empty", "head only", "cut", "longer", "one byte"],
)
def test_a_damaged_file_is_no_recording(tmp_path: Path, damage: bytes) -> None:
    cache = cache_in(tmp_path)
    cache.write(key(1), SOUND)
    (tmp_path / f"{key(1)}.wav").write_bytes(damage)
    assert cache.read(key(1)) is None
    assert cache.damaged == 1
    assert names(tmp_path) == set()
    assert cache.bytes == 0


def test_drafts_and_strangers_go_at_the_start(tmp_path: Path) -> None:
    (tmp_path / f".{key(1)}.ab12").write_bytes(SOUND[:10])
    (tmp_path / "notes.txt").write_text("x")
    cache_in(tmp_path)
    assert names(tmp_path) == set()


def test_only_the_servers_account_may_listen(tmp_path: Path) -> None:
    place = tmp_path / "speech"
    cache = cache_in(place)
    cache.write(key(1), SOUND)
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE((place / f"{key(1)}.wav").stat().st_mode) == 0o600


def test_a_disk_that_takes_nothing_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = cache_in(tmp_path)

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        cache.write(key(1), SOUND)
    assert names(tmp_path) == set()
    assert key(1) not in cache


def test_what_is_kept_is_what_was_written(tmp_path: Path) -> None:
    cache = cache_in(tmp_path)
    cache.write(key(1), SOUND)
    assert cache.read(key(1)) == opened(SOUND)
