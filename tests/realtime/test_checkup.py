"""`houzhen check` finds what would keep the server from starting, changing nothing."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from realtime.checkup import Finding, findings, has_no_journal_yet
from realtime.config import Settings, load
from realtime.config_his import His
from realtime.keys import open_keys


def settings_in(place: Path, **environment: str) -> Settings:
    return load(environment=environment, here=place)


def look(settings: Settings, pages: Path = Path("/nowhere")) -> dict[str, Finding]:
    return {finding.what: finding for finding in findings(settings, pages)}


def with_journal(settings: Settings) -> Path:
    open_keys(settings.secrets.file, may_create=True)
    file = settings.data_dir / "houzhen.db"
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE events (text TEXT)")
        rows = [("x" * 500,)] * 200
        database.executemany("INSERT INTO events VALUES (?)", rows)
        database.commit()
    return file


def test_before_the_first_start_nothing_is_wrong_and_nothing_is_made(
    tmp_path: Path,
) -> None:
    settings = settings_in(tmp_path)
    found = look(settings)
    # a machine without a voice starts too
    assert found.pop("speech").fine is not False
    assert [finding.fine for finding in found.values()] == [True, True, True, None]
    assert "make pages" in found["pages"].text
    assert list(tmp_path.iterdir()) == []
    assert has_no_journal_yet(settings)


def test_a_running_house_is_fine(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with_journal(settings)
    pages = tmp_path / "dist"
    (pages / "home").mkdir(parents=True)
    (pages / "home/index.html").write_text("")
    found = look(settings, pages)
    del found["speech"]
    assert all(finding.fine for finding in found.values()), found
    assert not has_no_journal_yet(settings)


def test_lost_keys_beside_a_journal_are_wrong(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with_journal(settings)
    settings.secrets.file.unlink()
    assert look(settings)["keys"].fine is False
    assert "backup" in look(settings)["keys"].text
    assert not settings.secrets.file.exists()


def test_keys_others_can_read_are_wrong(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with_journal(settings)
    settings.secrets.file.chmod(0o644)
    assert "chmod 600" in look(settings)["keys"].text


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: b"not a database at all" * 100, "not a database"),
        (lambda data: data[: len(data) // 2], "malformed"),
        (lambda data: data[:4096] + b"\xff" * 8192 + data[12288:], "damaged"),
    ],
)
def test_a_damaged_journal_is_named(tmp_path: Path, damage: object, said: str) -> None:
    assert callable(damage)
    settings = settings_in(tmp_path)
    file = with_journal(settings)
    file.write_bytes(damage(file.read_bytes()))
    found = look(settings)["journal"]
    assert found.fine is False
    assert said in found.text
    assert "restore it from the backup" in found.text


def test_a_disk_that_is_nearly_full_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = SimpleNamespace(free=10**8)
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)
    found = look(settings_in(tmp_path))["data_dir"]
    assert found.fine is False
    assert "only 0.1 GB left" in found.text


def test_a_place_that_cannot_be_written_to_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the tests may run as root, who may write anywhere
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    found = look(settings_in(tmp_path))["data_dir"]
    assert found.fine is False
    assert "cannot write there" in found.text


def test_postgresql_is_asked(tmp_path: Path, postgres_url: str) -> None:
    settings = settings_in(tmp_path, HOUZHEN_JOURNAL__URL=postgres_url)
    assert look(settings)["journal"].fine
    assert not has_no_journal_yet(settings)
    assert look(settings)["keys"].fine is None, "whether it is the first start is open"


def test_a_postgresql_that_is_not_there_is_named_without_its_password(
    tmp_path: Path,
) -> None:
    url = f"postgresql+psycopg://houzhen:geheim@/x?host={tmp_path}"
    found = look(settings_in(tmp_path, HOUZHEN_JOURNAL__URL=url))["journal"]
    assert found.fine is False
    assert "No such file" in found.text
    assert "geheim" not in found.text
    assert "***" in found.text


def test_his_needs_places_that_can_be_read(tmp_path: Path) -> None:
    settings = msgspec.structs.replace(
        settings_in(tmp_path),
        his=His(base_url="http://his.test/front", places=tmp_path / "his.toml"),
    )
    assert "places no department" in look(settings)["his"].text
    settings.his.places.write_text('[departments]\n0101 = "im2"\n')
    found = look(settings)["his"]
    assert found.fine is False
    assert "departments.0101: expected clinic/queue" in found.text
    settings.his.places.write_text('[departments]\n0101 = "im2/A"\n')
    assert look(settings)["his"].text == "http://his.test/front, for im2"
