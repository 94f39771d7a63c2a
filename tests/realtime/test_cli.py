"""The command: what it says, and how it ends."""

import errno
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from actors.kernel.times import WallClock
from realtime import bootstrap, cli, demo_house
from realtime.config import Settings
from realtime.keys import BadKeys, open_keys
from realtime.tokens import Gate
from realtime.version import CHECKOUT

Run = Callable[..., None]


@pytest.fixture(autouse=True)
def _a_place_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("HOUZHEN_"):
            monkeypatch.delenv(name)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Settings, bool]]:
    """What would have been served."""
    asked: list[tuple[Settings, bool]] = []

    def run(settings: Settings, *, demo: bool, ready: object, beside: object) -> None:
        asked.append((settings, demo))

    served_by(monkeypatch, run)
    return asked


def served_by(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    monkeypatch.setattr(bootstrap, "run", run)
    monkeypatch.setattr(bootstrap, "write_log", lambda level: None)


def fails_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def run(settings: Settings, *, demo: bool, ready: object, beside: object) -> None:
        raise error

    served_by(monkeypatch, run)


# -- serve and demo ---------------------------------------------------------------


def test_serve_runs_with_what_was_set(
    served: list[tuple[Settings, bool]], tmp_path: Path
) -> None:
    (tmp_path / "my.toml").write_text("[http]\nport = 8100\n")
    assert cli.main(["serve", "-c", "my.toml"]) == 0
    assert cli.main(["serve", "-c", "my.toml", "--port", "0"]) == 0
    assert cli.main(["demo", "--port", "8001"]) == 0
    assert [(settings.http.port, demo) for settings, demo in served] == [
        (8100, False),
        (0, False),
        (8001, True),
    ]


def test_the_demo_is_alive_unless_told_to_keep_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    beside: list[object] = []
    served_by(monkeypatch, lambda settings, **asked: beside.append(asked["beside"]))
    for command in (["demo"], ["demo", "--still"], ["serve"]):
        assert cli.main(command) == 0
    assert beside == [demo_house.company, None, None]


def test_the_demo_keeps_its_data_apart_unless_told(
    served: list[tuple[Settings, bool]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "my.toml").write_text('data_dir = "here"\n')
    assert cli.main(["demo"]) == 0
    assert cli.main(["serve"]) == 0
    assert cli.main(["demo", "-c", "my.toml"]) == 0
    monkeypatch.setenv("HOUZHEN_DATA_DIR", "there")
    assert cli.main(["demo"]) == 0
    places = [settings.data_dir.relative_to(tmp_path) for settings, _ in served]
    assert [str(place) for place in places] == ["data/demo", "data", "here", "there"]


def test_wrong_settings_are_said_and_nothing_is_started(
    served: list[tuple[Settings, bool]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["serve", "--port", "many"]) == 2
    assert "http.port: expected a whole number" in capsys.readouterr().err
    assert served == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "houzhen.example"])
def test_the_demo_is_for_this_machine_only(
    host: str,
    served: list[tuple[Settings, bool]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HOUZHEN_HTTP__HOST", host)
    assert cli.main(["demo"]) == 2
    assert "127.0.0.1" in capsys.readouterr().err
    assert served == []
    assert cli.main(["serve"]) == 0


@pytest.mark.parametrize("grouped", [False, True])
def test_an_occupied_port_says_which_setting_to_change(
    grouped: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        def run(
            settings: Settings, *, demo: bool, ready: object, beside: object
        ) -> None:
            address = (settings.http.host, settings.http.port)
            try:
                socket.create_server(address).close()
            except OSError as error:
                if not grouped:
                    raise
                inner = ExceptionGroup("inner", [error])
                raise ExceptionGroup("nursery", [inner]) from None

        served_by(monkeypatch, run)
        assert cli.main(["serve", "--port", port]) == 3
    said = capsys.readouterr().err
    assert f"127.0.0.1:{port} is taken by another program" in said
    assert "http.port" in said
    assert "HOUZHEN_HTTP__PORT" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (socket.gaierror(-2, "Name or service not known"), "change http.host"),
        (OSError(errno.EADDRNOTAVAIL, "no"), "not an address of this machine"),
        (PermissionError(errno.EACCES, "no"), "from 1024 on"),
    ],
)
def test_an_address_that_cannot_be_had_is_explained(
    error: OSError,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fails_with(monkeypatch, error)
    assert cli.main(["serve", "--port", "80"]) == 3
    assert said in capsys.readouterr().err


def test_other_errors_are_not_taken_for_the_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fails_with(monkeypatch, OSError(errno.ENOSPC, "the disk is full"))
    with pytest.raises(OSError, match="the disk is full"):
        cli.main(["serve"])
    fails_with(monkeypatch, ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        cli.main(["serve"])


def test_bad_keys_and_an_interruption_end_quietly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fails_with(monkeypatch, BadKeys("keys.toml is damaged"))
    assert cli.main(["serve"]) == 2
    assert capsys.readouterr().err == "houzhen: keys.toml is damaged\n"
    fails_with(monkeypatch, KeyboardInterrupt())
    assert cli.main(["serve"]) == 130


# -- token ------------------------------------------------------------------------


def test_a_token_alone_goes_to_the_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["token", "--role", "screen", "--place", "im2", "--days", "2"]
    assert cli.main(command) == 0
    out, err = capsys.readouterr()
    keys = open_keys(tmp_path / "data/keys.toml", may_create=False)
    now = WallClock().now()
    principal = Gate(keys.tokens).check(out.strip(), now)
    assert principal.name == "screen-im2"
    assert principal.may("screen", "im2/3")
    assert abs(principal.expires - now - 2 * cli.DAY_MS) < 60_000
    assert err.startswith("screen-im2: screen at im2, until ")
    assert len(out.splitlines()) == 1


def test_a_token_of_several_roles_and_places(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = "token --role nurse --role admin --place im2 --place * --sub 许安禾"
    assert cli.main(command.split()) == 0
    keys = open_keys(tmp_path / "data/keys.toml", may_create=False)
    now = WallClock().now()
    principal = Gate(keys.tokens).check(capsys.readouterr().out.strip(), now)
    assert principal.name == "许安禾"
    assert principal.roles == {"nurse", "admin"}
    assert principal.places == {"im2", "*"}


def test_a_wrong_role_or_place_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["token", "--role", "Screen", "--place", "im2"]) == 2
    assert "not a role: 'Screen'" in capsys.readouterr().err
    assert cli.main(["token", "--role", "screen", "--place", "im 2"]) == 2
    assert "not a place: 'im 2'" in capsys.readouterr().err


@pytest.mark.parametrize("days", ["0", "-1", "nan", "inf", "soon", "99999"])
def test_a_token_lasts_for_some_days(days: str) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(["token", "--role", "screen", "--place", "im2", "--days", days])
    assert end.value.code == 2


def test_a_token_makes_no_new_keys_where_the_old_ones_are_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/houzhen.db").write_text("")
    assert cli.main(["token", "--role", "screen", "--place", "im2"]) == 2
    assert "put the file back from the backup" in capsys.readouterr().err
    assert not (tmp_path / "data/keys.toml").exists()


# -- check and bench --------------------------------------------------------------


def test_check_says_what_is_fine(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check"]) == 0
    out = capsys.readouterr().out
    assert "ok    settings 云岫市中心医院 (yunxiu)" in out
    assert "WRONG" not in out


def test_check_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/houzhen.db").write_text("not a database" * 100)
    assert cli.main(["check"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("WRONG journal  ") for line in lines)
    assert any(line.startswith("WRONG keys     ") for line in lines)


def test_check_names_every_wrong_setting(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOUZHEN_HTTP__PORT", "x")
    monkeypatch.setenv("HOUZHEN_LOG__LEVEL", "x")
    assert cli.main(["check"]) == 2
    assert "2 settings are wrong" in capsys.readouterr().err


def test_bench_away_from_a_checkout_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "CHECKOUT", tmp_path)
    assert cli.main(["bench", "fanout"]) == 1
    assert "from a checkout" in capsys.readouterr().err


def test_bench_runs_the_checkouts_own_and_hands_its_answer_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "tests/bench"
    package.mkdir(parents=True)
    (tmp_path / "tests/__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(
        "import pathlib, sys\n"
        "pathlib.Path('said').write_text(' '.join(sys.argv[1:]))\n"
        "sys.exit(7)\n"
    )
    monkeypatch.setattr(cli, "CHECKOUT", tmp_path)
    assert cli.main(["bench", "stall", "--quick", "--json"]) == 7
    assert (tmp_path / "said").read_text() == "stall --json --quick"


# -- the whole --------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    ["", "serve", "demo", "token", "check", "simulate", "bench"],
    ids=repr,
)
def test_every_command_explains_itself(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main([*command.split(), "--help"])
    assert end.value.code == 0
    assert len(capsys.readouterr().out.splitlines()) > 4


@pytest.mark.parametrize("command", ["", "tea", "bench tea", "token", "serve --x"])
def test_a_wrong_command_ends_with_2(command: str) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(command.split())
    assert end.value.code == 2


def test_as_a_program() -> None:
    command = [sys.executable, "-m", "realtime.cli", "--version"]
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    said = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True
    )
    assert said.stdout.startswith("houzhen 0.")
