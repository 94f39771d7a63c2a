"""A PostgreSQL of the tests' own, thrown away with the session.

It runs from a temporary directory on a Unix socket, so no port and no other
server is touched. It syncs to disk as a real one does: a journal that is only
right without fsync is wrong. PostgreSQL refuses to run as root, so a root test
session hands it to an unprivileged account.
"""

import contextlib
import ctypes
import itertools
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import psycopg

SUPERUSER = "houzhen"
# The socket's whole path must fit sockaddr_un (108 bytes on Linux).
LONGEST_SOCKET_DIR = 80
CUT_WITHIN_MS = 10_000
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "16MB",
    "max_wal_size": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "autovacuum": "off",
    "timezone": "UTC",
}


class PostgresFailed(RuntimeError):
    """The server would not start; the message ends with its own last words."""


def find_postgres() -> Path | None:
    """The directory of `initdb` and `postgres`: from PATH, else Debian's newest."""
    if on_path := shutil.which("initdb"):
        directory = Path(on_path).resolve().parent
        if (directory / "postgres").exists():
            return directory

    def version(directory: Path) -> float:
        number = re.match(r"\d+(\.\d+)?", directory.parent.name)
        return float(number[0]) if number else 0.0

    installed = [
        directory
        for directory in Path("/usr/lib/postgresql").glob("*/bin")
        if (directory / "initdb").exists() and (directory / "postgres").exists()
    ]
    return max(installed, key=version, default=None)


def unprivileged_account() -> pwd.struct_passwd | None:
    """Whom root runs the server as; None when there is nobody to be."""
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    return None


def _die_with_parent() -> Callable[[], None] | None:
    """A preexec function: the server goes even when the tests are killed by -9."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    pr_set_pdeathsig = 1

    def ask_the_kernel() -> None:
        prctl(pr_set_pdeathsig, signal.SIGQUIT)

    return ask_the_kernel


class Postgres:
    """One server in one temporary directory. `with Postgres(programs) as server:`"""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._account = unprivileged_account() if os.geteuid() == 0 else None
        if os.geteuid() == 0 and self._account is None:
            raise PostgresFailed("root needs an account to run PostgreSQL as")
        self._process: subprocess.Popen[bytes] | None = None
        self._names = (f"t{number}" for number in itertools.count(1))
        self._free: list[str] = []
        parent = tempfile.gettempdir()
        if len(parent) > LONGEST_SOCKET_DIR - 20:
            parent = "/tmp"
        self.directory = Path(tempfile.mkdtemp(prefix="houzhen-pg-", dir=parent))

    def __enter__(self) -> Self:
        try:
            if self._account:
                os.chown(self.directory, self._account.pw_uid, self._account.pw_gid)
            self._initialise()
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- its life ---------------------------------------------------------

    def start(self) -> None:
        """Start the server and wait until it answers."""
        command = [str(self._programs / "postgres"), "-D", str(self._data)]
        for name, value in SETTINGS.items():
            command += ["-c", f"{name}={value}"]
        command += ["-c", f"unix_socket_directories={self.directory}"]
        with self._log.open("ab") as log:
            self._process = self._spawn(command, log.fileno())
        deadline = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self._dsn("postgres"), connect_timeout=5).close()
                return
            except psycopg.OperationalError as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise self._failed("PostgreSQL did not start") from error
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT is a fast shutdown, SIGQUIT a crash it recovers from."""
        process, self._process = self._process, None
        if process is None:
            return
        for sign in (how, signal.SIGQUIT, signal.SIGKILL):
            process.send_signal(sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=15)
                return

    def close(self) -> None:
        """Stop the server and remove every trace of it."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    # -- databases --------------------------------------------------------

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of one of its databases."""
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={self.directory}"

    def create(self, name: str | None = None, template: str = "template1") -> str:
        """A new database, the copy of another that nobody is connected to."""
        name = name or next(self._names)
        self._command(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self._command(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def disconnect_all(self, name: str) -> int:
        """Cut every connection to a database, as a failing network would; returns
        when they are gone."""
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            cut = connection.execute(
                "SELECT count(pg_terminate_backend(pid, %s)) FROM pg_stat_activity"
                " WHERE datname = %s",
                (CUT_WITHIN_MS, name),
            ).fetchone()
        return int(cut[0]) if cut else 0

    @contextlib.contextmanager
    def lent(self) -> Iterator[str]:
        """The URL of an empty database, which is emptied for the next one after the
        block: a tenth of what making and dropping one costs."""
        name = self._free.pop() if self._free else self.create()
        yield self.url(name)
        self.disconnect_all(name)
        with psycopg.connect(self._dsn(name), autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        self._free.append(name)

    @contextlib.contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """The URL of a database that exists as long as the block."""
        name = self.create(template=template)
        try:
            yield self.url(name)
        finally:
            self.drop(name)

    # -- how --------------------------------------------------------------

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    @property
    def _log(self) -> Path:
        return self.directory / "log"

    def _dsn(self, database: str) -> str:
        return f"host={self.directory} user={SUPERUSER} dbname={database}"

    def _command(self, statement: str) -> None:
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _initialise(self) -> None:
        self._log.touch()
        command = [
            *(str(self._programs / "initdb"), "-D", str(self._data)),
            *("-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"),
        ]
        with self._log.open("ab") as log:
            if self._spawn(command, log.fileno()).wait() != 0:
                raise self._failed("initdb failed")

    def _spawn(self, command: list[str], log: int) -> subprocess.Popen[bytes]:
        account = self._account
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=self.directory,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            # Ctrl-C is for the tests: they stop the server when they are done.
            start_new_session=True,
            preexec_fn=_die_with_parent(),
        )

    def _failed(self, what: str) -> PostgresFailed:
        last_words = self._log.read_text("utf-8", "replace").splitlines()[-12:]
        return PostgresFailed("\n".join([what, *last_words]))
