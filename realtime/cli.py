"""The command `houzhen`.

Exit codes: 0 done · 1 failed, or something was found wrong · 2 the command or the
settings are wrong · 3 the address cannot be listened on · 130 interrupted.
"""

from __future__ import annotations

import argparse
import errno
import ipaddress
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from actors.his.places import BadPlaces
from actors.journal.faults import JournalError
from actors.kernel.times import WallClock
from queue_displays.speech.names import BadLexicon
from realtime import his_commands, say
from realtime.config import BadSettings, Settings, load
from realtime.edge import command as edge_command
from realtime.keys import BadKeys, open_keys
from realtime.scenario import command as scenario_command
from realtime.simulate import command as simulate_command
from realtime.simulate import replay_command
from realtime.tokens import mint
from realtime.version import CHECKOUT, version
from realtime.whereabouts import leave_word

if TYPE_CHECKING:
    from realtime.house import House

FINE, FAILED, WRONG, NO_ADDRESS, INTERRUPTED = 0, 1, 2, 3, 130
BENCHES = (
    "fanout",
    "commands",
    "recovery",
    "actors",
    "stall",
    "next",
    "forecast",
    "screens",
    "kiosks",
)
DAY_MS = 86_400_000
PAGES = CHECKOUT / "kiosk_web" / "dist"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the answer is the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        return int(asked.run(asked))
    except (BadSettings, BadKeys, BadPlaces, BadLexicon) as error:
        print(f"houzhen: {error}", file=sys.stderr)
        return WRONG
    except KeyboardInterrupt:
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="houzhen",
        description="候诊 — an open hospital front desk that runs in real time.",
        epilog="`houzhen COMMAND --help` tells more. Settings: docs/operations.md.",
    )
    parser.add_argument("--version", action="version", version=f"houzhen {version()}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    settings = argparse.ArgumentParser(add_help=False)
    settings.add_argument(
        *("-c", "--config"),
        type=Path,
        metavar="FILE",
        help="the settings (default: HOUZHEN_CONFIG, else ./houzhen.toml if it exists)",
    )
    port = argparse.ArgumentParser(add_help=False)
    port.add_argument("--port", help="listen here instead of http.port; 0 takes any")

    serve = commands.add_parser(
        "serve",
        parents=[settings, port],
        help="run the server",
        description="Run the server until it is told to stop (SIGTERM or Ctrl-C).",
    )
    serve.set_defaults(run=_serve, demo=False)

    demo = commands.add_parser(
        "demo",
        parents=[settings, port],
        help="run the server with a simulated hospital",
        description="Run the server with a simulated hospital. Patients come and "
        "doctors call by themselves; a room in which you press a key is yours. Its "
        "pages get their tokens by themselves, so it listens on this machine only.",
    )
    demo.add_argument(
        *("--still",),
        action="store_true",
        help="nobody comes and nobody calls but you",
    )
    demo.set_defaults(run=_serve, demo=True)

    token = commands.add_parser(
        "token",
        parents=[settings],
        help="print a token for a device or a person",
        description="Print a signed token. Whoever has it is what it says, where it "
        "says, until it ends: keep it like a key.",
        epilog="A screen in clinic im2: houzhen token --role screen --place im2. "
        "A doctor in its room 3: houzhen token --role doctor --place im2/3.",
    )
    token.add_argument(
        *("--role",),
        action="append",
        required=True,
        help="screen, kiosk, doctor, nurse, admin or his; may be given more than once",
    )
    token.add_argument(
        *("--place",),
        action="append",
        required=True,
        help="a clinic (im2), a room (im2/3) or '*' for all; may be repeated",
    )
    token.add_argument(
        *("--days",), type=_days, default=365.0, help="how long it lasts (default: 365)"
    )
    token.add_argument(
        *("--sub",), metavar="NAME", help="whose it is (default: ROLE-PLACE)"
    )
    token.set_defaults(run=_token)

    staff = commands.add_parser(
        "staff",
        parents=[settings],
        help="make the first account",
        description="Make the first account of a hospital: a security administrator, "
        "who then gives everybody else theirs. Prints a password for the first log-in.",
    )
    staff.add_argument("account", help="what they log in with: small Latin letters")
    staff.add_argument("--name", required=True, help="their name, as screens show it")
    staff.set_defaults(run=_staff)

    check = commands.add_parser(
        "check",
        parents=[settings],
        help="check the settings, the keys and the journal",
        description="Look at everything the server needs to start and say what is "
        "wrong with it. Nothing is changed. Exits with 1 when something is.",
    )
    check.set_defaults(run=_check)

    simulate_command.add_to(commands, settings)
    replay_command.add_to(commands, settings)

    bench = commands.add_parser(
        "bench",
        help="measure this machine (from a checkout)",
        description="Run one benchmark beside its peers. Needs a checkout; "
        "`make bench` installs the peers and runs them all.",
    )
    bench.add_argument("name", choices=BENCHES, metavar="NAME", help=", ".join(BENCHES))
    bench.add_argument("--json", action="store_true", help="print one JSON object")
    bench.add_argument("--quick", action="store_true", help="under a minute")
    bench.add_argument("--check", action="store_true", help="exit 1 for a missed bar")
    bench.set_defaults(run=_bench)

    his_commands.register(commands, settings, _settings)
    say.register(commands, settings, _settings)
    scenario_command.register(commands)
    edge_command.register(commands)
    return parser


def _days(text: str) -> float:
    days = float(text)
    if not 0 < days <= 36_500:
        raise argparse.ArgumentTypeError("a number of days, at most 36500")
    return days


def _settings(asked: argparse.Namespace) -> Settings:
    environment = dict(os.environ)
    if getattr(asked, "port", None) is not None:
        environment["HOUZHEN_HTTP__PORT"] = asked.port
    if getattr(asked, "demo", False) and asked.config is None:
        # a demo's invented patients never mix with real ones
        environment.setdefault("HOUZHEN_DATA_DIR", "data/demo")
    return load(asked.config, environment)


def _serve(asked: argparse.Namespace) -> int:
    settings = _settings(asked)
    if asked.demo and not _only_here(settings.http.host):
        print(
            "houzhen: the demo gives a token to whoever asks, so it listens on this "
            f"machine only, and http.host is {settings.http.host!r}: set it to "
            "127.0.0.1, or run `houzhen serve`",
            file=sys.stderr,
        )
        return WRONG
    from realtime import bootstrap, demo_house

    bootstrap.write_log(settings.log.level)
    try:
        alive = asked.demo and not asked.still
        bootstrap.run(
            settings,
            demo=asked.demo,
            ready=_say_hello,
            beside=demo_house.company if alive else None,
        )
    except Exception as error:
        errors = list(_leaves(error))
        fault = next((e for e in errors if isinstance(e, JournalError)), None)
        if fault is not None:
            print(f"houzhen: {fault}", file=sys.stderr)
            return FAILED
        reasons = [e for e in errors if isinstance(e, OSError)]
        if (said := _no_address(reasons, settings)) is None:
            raise
        print(f"houzhen: {said}", file=sys.stderr)
        return NO_ADDRESS
    return FINE


def _say_hello(house: House) -> None:
    leave_word(house.settings.data_dir, house.address)
    hello = [f"候诊 houzhen {version()} — {house.address}", house.openings.notice]
    print("\n".join(filter(None, hello)), flush=True)


def _only_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _leaves(error: Exception) -> Iterator[Exception]:
    """The errors themselves, out of the groups that nurseries put them in."""
    if isinstance(error, ExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


def _no_address(errors: Sequence[OSError], settings: Settings) -> str | None:
    """What to say when the server could not listen; None for other errors."""
    http = settings.http
    where = f"{http.host}:{http.port}"
    if any(isinstance(error, socket.gaierror) for error in errors):
        return f"there is no host {http.host!r} to listen on: change http.host"
    codes = {error.errno for error in errors}
    if errno.EADDRINUSE in codes:
        return (
            f"{where} is taken by another program (perhaps houzhen is running "
            "already): stop it, or listen elsewhere with http.port in houzhen.toml, "
            "HOUZHEN_HTTP__PORT or --port"
        )
    if errno.EADDRNOTAVAIL in codes:
        return f"{http.host} is not an address of this machine: change http.host"
    if errno.EACCES in codes and 0 < http.port < 1024:
        return f"this account may not listen on {where}: take a http.port from 1024 on"
    return None


def _token(asked: argparse.Namespace) -> int:
    from realtime.checkup import has_no_journal_yet

    settings = _settings(asked)
    may_create = has_no_journal_yet(settings)
    keys = open_keys(settings.secrets.file, may_create=may_create)
    name = asked.sub or f"{asked.role[0]}-{asked.place[0]}".replace("*", "all")
    now = WallClock().now()
    lasts_ms = int(asked.days * DAY_MS)
    try:
        token = mint(
            keys.tokens, name, asked.role, asked.place, now=now, lasts_ms=lasts_ms
        )
    except ValueError as error:
        print(f"houzhen: {error}", file=sys.stderr)
        return WRONG
    ends = datetime.fromtimestamp((now + lasts_ms) / 1000, settings.hospital.zone)
    roles, places = "+".join(asked.role), ", ".join(asked.place)
    print(f"{name}: {roles} at {places}, until {ends:%Y-%m-%d %H:%M}", file=sys.stderr)
    print(token)
    return FINE


def _staff(asked: argparse.Namespace) -> int:
    from realtime.staff_tool import run_first

    return run_first(_settings(asked), asked.account, asked.name)


def _check(asked: argparse.Namespace) -> int:
    from realtime.checkup import findings

    settings = _settings(asked)
    print(f"ok    settings {settings.hospital.name} ({settings.hospital.id})")
    fine = True
    for finding in findings(settings, PAGES):
        print(finding, flush=True)
        fine = fine and finding.fine is not False
    return FINE if fine else FAILED


def _bench(asked: argparse.Namespace) -> int:
    if not (CHECKOUT / "tests" / "bench" / "__main__.py").exists():
        print(
            "houzhen: the benchmarks are not installed with the server: run "
            "`houzhen bench` from a checkout of the project, after `make bench`",
            file=sys.stderr,
        )
        return FAILED
    flags = [f"--{name}" for name in ("json", "quick", "check") if vars(asked)[name]]
    command = [sys.executable, "-m", "tests.bench", asked.name, *flags]
    return subprocess.run(command, cwd=CHECKOUT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
