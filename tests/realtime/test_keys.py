"""The key file: made once, readable by its owner only, never guessed at."""

import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from realtime.keys import (
    BadKeys,
    Keys,
    new_keys,
    open_keys,
    rotated,
    with_new_data_key,
    written,
)


def put(path: Path, text: str, mode: int = 0o600) -> None:
    path.write_text(text)
    path.chmod(mode)


def test_the_first_start_makes_it_and_the_next_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "data" / "keys.toml"
    made = open_keys(path, may_create=True)
    assert open_keys(path, may_create=False) == made
    assert open_keys(path, may_create=True) == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["keys.toml"]
    assert len(made.data.cipher) == 16
    assert len(made.data.index) == 32


def test_the_umask_does_not_open_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        open_keys(tmp_path / "keys.toml", may_create=True)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "keys.toml").stat().st_mode) == 0o600


def test_two_first_starts_at_once_agree(tmp_path: Path) -> None:
    together = threading.Barrier(8)
    found: list[Keys] = []

    def start() -> None:
        together.wait()
        found.append(open_keys(tmp_path / "keys.toml", may_create=True))

    starts = [threading.Thread(target=start) for _ in range(8)]
    for one in starts:
        one.start()
    for one in starts:
        one.join()
    assert len(found) == 8
    assert all(keys == found[0] for keys in found)
    assert [file.name for file in tmp_path.iterdir()] == ["keys.toml"]


def test_lost_keys_are_not_replaced_where_data_is_sealed_with_them(
    tmp_path: Path,
) -> None:
    with pytest.raises(BadKeys, match="put the file back from the backup"):
        open_keys(tmp_path / "keys.toml", may_create=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o777])
def test_a_file_others_may_open_is_refused_with_the_cure(
    tmp_path: Path, mode: int
) -> None:
    path = tmp_path / "keys.toml"
    put(path, written(new_keys()), mode)
    with pytest.raises(BadKeys) as refused:
        open_keys(path, may_create=True)
    assert f"chmod 600 {path}" in str(refused.value)
    assert f"{mode:04o}" in str(refused.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: "", "tokens.keys is missing"),
        (lambda text: "newest = ", "it is not TOML"),
        (lambda text: text.replace("[data]", "[date]"), "data.id is missing"),
        (lambda text: text.replace("cipher = ", "cypher = "), "data.cipher is missing"),
        (lambda text: text.replace('cipher = "', 'cipher = "AA'), "must be 16 bytes"),
        (lambda text: text.replace('index = "', 'index = "*'), "must be 32 bytes"),
        (lambda text: text.replace('index = "', 'index = 3 # "'), "must be 32 bytes"),
        (lambda text: text.replace('newest = "', 'newest = "x'), "which is not there"),
        (lambda text: text.replace('id = "', 'id = "/'), "is not the name of a key"),
        (lambda text: "tokens = 1", "tokens.keys is missing"),
        (lambda text: "[tokens]\nkeys = 1", "tokens.keys is not a table"),
    ],
)
def test_a_damaged_file_is_named_and_its_secrets_are_not(
    tmp_path: Path, change: Callable[[str], str], message: str
) -> None:
    path = tmp_path / "keys.toml"
    keys = new_keys()
    text = written(keys)
    put(path, change(text))
    with pytest.raises(BadKeys, match=message) as refused:
        open_keys(path, may_create=True)
    assert str(path) in str(refused.value)
    for line in text.splitlines():
        _, equals, value = line.partition(" = ")
        if equals and len(value) > 20:
            assert value.strip('"') not in str(refused.value)


def test_a_directory_or_a_place_without_room_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadKeys, match="is not a file"):
        open_keys(tmp_path, may_create=True)
    (tmp_path / "file").write_text("")
    with pytest.raises(BadKeys, match="Not a directory"):
        open_keys(tmp_path / "file" / "keys.toml", may_create=True)


def test_rotation_keeps_what_old_tokens_need(tmp_path: Path) -> None:
    keys = new_keys()
    after = rotated(keys)
    assert after.tokens.newest != keys.tokens.newest
    assert keys.tokens.keys.items() < after.tokens.keys.items()
    assert after.data == keys.data
    put(tmp_path / "keys.toml", written(after))
    assert open_keys(tmp_path / "keys.toml", may_create=False) == after


def test_no_key_shows_in_a_log() -> None:
    keys = new_keys()
    shown = repr(keys)
    for secret in (*keys.tokens.keys.values(), keys.data.cipher, keys.data.index):
        assert repr(secret) not in shown
        assert secret.hex() not in shown


def test_a_new_data_key_leaves_the_older_ones_to_open(tmp_path: Path) -> None:
    keys = new_keys()
    after = with_new_data_key(with_new_data_key(keys))
    assert after.data.id != keys.data.id
    assert after.data.older[keys.data.id] == keys.data.cipher
    assert len(after.data.older) == 2
    assert after.data.index == keys.data.index
    assert after.tokens == keys.tokens
    put(tmp_path / "keys.toml", written(after))
    assert open_keys(tmp_path / "keys.toml", may_create=False) == after


@pytest.mark.parametrize(
    ("older", "message"),
    [('older = "d1"', "data.older is not a table"), ('older.d1 = "AA=="', "16 bytes")],
)
def test_an_older_key_that_is_none_is_named(
    tmp_path: Path, older: str, message: str
) -> None:
    put(tmp_path / "keys.toml", written(new_keys()) + older + "\n")
    with pytest.raises(BadKeys, match=message):
        open_keys(tmp_path / "keys.toml", may_create=False)
