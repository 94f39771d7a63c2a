"""The throw-away PostgreSQL is real, separate, and gone afterwards."""

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests import machine
from tests.conftest import pytest_runtest_makereport
from tests.machine.chromium import find_chromium
from tests.machine.postgres import Postgres, PostgresFailed, find_postgres


def run(url: str, *statements: str) -> list[object]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in statements[:-1]:
            connection.execute(sa.text(statement))
        return list(connection.execute(sa.text(statements[-1])).scalars())


def test_it_syncs_to_disk(postgres_url: str) -> None:
    assert run(postgres_url, "SHOW fsync") == ["on"]
    assert run(postgres_url, "SHOW server_encoding") == ["UTF8"]


def test_every_test_has_a_database_of_its_own(postgres_server: Postgres) -> None:
    with postgres_server.database() as one, postgres_server.database() as other:
        run(one, "CREATE TABLE visits (n int)", "SELECT 1")
        tables = "SELECT tablename FROM pg_tables WHERE tablename = 'visits'"
        assert run(one, tables) == ["visits"]
        assert run(other, tables) == []


def test_what_is_lent_again_is_empty_and_nobody_is_in_it(
    postgres_server: Postgres,
) -> None:
    with postgres_server.lent() as url:
        run(url, "CREATE TABLE visits (n int)", "SELECT 1")
        engine = sa.create_engine(url)
        somebody = engine.connect()
        somebody.execute(sa.text("LOCK TABLE visits"))
        somebody.execute(sa.text("SELECT pg_advisory_lock(1)"))
    with postgres_server.lent() as again:
        assert again == url
        assert (
            run(url, "SELECT tablename FROM pg_tables WHERE tablename = 'visits'") == []
        )
        assert run(url, "SELECT pg_try_advisory_lock(1)") == [True]
    with pytest.raises(sa.exc.OperationalError):
        somebody.execute(sa.text("SELECT 1"))
    somebody.invalidate()
    somebody.close()
    engine.dispose()


def test_a_prepared_database_is_copied(postgres_server: Postgres) -> None:
    prepared = postgres_server.create()
    run(
        postgres_server.url(prepared),
        "CREATE TABLE rooms (name text)",
        "INSERT INTO rooms VALUES ('3') RETURNING name",
    )
    with postgres_server.database(template=prepared) as url:
        assert run(url, "SELECT name FROM rooms") == ["3"]
    postgres_server.drop(prepared)


def test_a_database_goes_even_while_someone_is_connected(
    postgres_server: Postgres,
) -> None:
    with postgres_server.database() as url:
        engine = sa.create_engine(url)
        connection = engine.connect()
        connection.execute(sa.text("SELECT 1"))
    with pytest.raises(sa.exc.OperationalError):
        connection.execute(sa.text("SELECT 1"))
    connection.invalidate()
    connection.close()
    engine.dispose()


def test_a_crash_loses_nothing_committed() -> None:
    programs = find_postgres()
    if programs is None:
        machine.missing("PostgreSQL", "install postgresql")
    with Postgres(programs) as server:
        url = server.url(server.create())
        run(url, "CREATE TABLE t (n int)", "INSERT INTO t VALUES (1) RETURNING n")
        server.stop(signal.SIGQUIT)
        server.start()
        assert run(url, "SELECT n FROM t") == [1]
        directory = server.directory
    assert not directory.exists()


def test_a_server_that_cannot_start_says_why_and_leaves_nothing() -> None:
    # not tmp_path: the unprivileged account cannot reach into it
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        fake = Path(directory) / "initdb"
        fake.write_text("#!/bin/sh\necho 'no room on the disk' >&2\nexit 1\n")
        fake.chmod(0o755)
        server = Postgres(fake.parent)
        with pytest.raises(PostgresFailed, match="no room on the disk"), server:
            pass
    assert not server.directory.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promise is Linux's")
def test_it_goes_even_when_the_tests_are_killed() -> None:
    programs = find_postgres()
    if programs is None:
        machine.missing("PostgreSQL", "install postgresql")
    code = (
        "import sys, time; from pathlib import Path\n"
        "from tests.machine.postgres import Postgres\n"
        "with Postgres(Path(sys.argv[1])) as server:\n"
        "    print(server.directory, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(programs)], stdout=subprocess.PIPE, text=True
    ) as tests:
        assert tests.stdout is not None
        directory = Path(tests.stdout.readline().strip())
        pid = int((directory / "data/postmaster.pid").read_text().splitlines()[0])
        tests.kill()
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        pass
    else:
        with open(descriptor, "rb", closefd=True):
            gone, _, _ = select.select([descriptor], [], [], 20)
        assert gone
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def test_a_missing_program_skips_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOUZHEN_NO_SKIP", raising=False)
    with pytest.raises(pytest.skip.Exception, match="Tea is not on this machine"):
        machine.missing("Tea", "boil water")


def test_a_missing_program_fails_where_nothing_may_be_skipped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOUZHEN_NO_SKIP", "1")
    with pytest.raises(pytest.fail.Exception, match="boil water"):
        machine.missing("Tea", "boil water")


@pytest.mark.parametrize(("no_skip", "becomes"), [("1", "failed"), ("", "skipped")])
def test_whoever_skips_a_test_fails_it_where_nothing_may_be_skipped(
    no_skip: str, becomes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOUZHEN_NO_SKIP", no_skip)
    report = pytest.TestReport(
        "test", ("test.py", 0, "test"), {}, "skipped", ("test.py", 1, "no tea"), "call"
    )
    noticing = pytest_runtest_makereport()
    next(noticing)
    with pytest.raises(StopIteration) as told:
        noticing.send(report)
    assert told.value.value.outcome == becomes


def test_the_named_chromium_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "browser"
    program.write_text("")
    program.chmod(0o755)
    monkeypatch.setenv("HOUZHEN_CHROMIUM", str(program))
    assert find_chromium() == program
    monkeypatch.setenv("HOUZHEN_CHROMIUM", str(tmp_path / "nowhere"))
    assert find_chromium() is None
