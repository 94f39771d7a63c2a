"""`houzhen simulate`: find the server, and bring it a day."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from realtime.config import Settings, load
from realtime.simulate.days import DAYS, MINUTE
from realtime.simulate.staff import LIFELIKE, Habits

if TYPE_CHECKING:
    from realtime.simulate.report import Summary
    from realtime.simulate.running import Server

FINE, FAILED, INTERRUPTED = 0, 1, 130
_TOKEN_LASTS_MS = 24 * 3_600_000


def add_to(commands: Any, settings: argparse.ArgumentParser) -> None:
    """Register `simulate` among the command's subcommands."""
    parser = commands.add_parser(
        "simulate",
        parents=[settings],
        help="bring a running server a day with invented people",
        description="Open a clinic of its own on a running server and live a day in "
        "it, through the public protocol: people register, check in, are called, miss "
        "their calls and go for examinations. Without --url it is the server of the "
        "data directory, or of the demo's.",
        epilog="Days: " + ", ".join(f"{day.name} ({day.title})" for day in _days()),
    )
    parser.add_argument("--day", choices=sorted(DAYS), required=True, metavar="NAME")
    parser.add_argument(
        *("--speed",), type=_speed, default=60.0, help="60: an hour takes a minute"
    )
    parser.add_argument("--seed", type=int, default=1, help="other people (default: 1)")
    parser.add_argument("--clinic", metavar="ID", help="open this one (default: new)")
    parser.add_argument("--url", help="the server's address, http://host:8000")
    parser.add_argument(
        *("--token",),
        help="a token with the roles his, kiosk, nurse and doctor, for --url",
    )
    parser.add_argument(
        *("--every",), type=int, default=1, metavar="MINUTES", help="between two lines"
    )
    parser.add_argument(
        *("--lifelike",),
        action="store_true",
        help="doctors differ in pace, are interrupted and tire",
    )
    parser.add_argument(
        *("--virtual",),
        action="store_true",
        help="without a server, in virtual time: the summary at once",
    )
    parser.set_defaults(run=_simulate)


def _days() -> list[Any]:
    return list(DAYS.values())


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed <= 3600:
        raise argparse.ArgumentTypeError("above 0, at most 3600")
    return speed


def _simulate(asked: argparse.Namespace) -> int:
    import trio

    from realtime.client import ClientError
    from realtime.simulate import report, virtual
    from realtime.simulate.running import NoServer

    habits = LIFELIKE if asked.lifelike else Habits()
    day = DAYS[asked.day]
    if asked.virtual:
        clinic = virtual.day(day, asked.seed, habits=habits)
        told = report.summary(clinic.plan, clinic.announcements)
    else:
        try:
            server = _server(asked)
            found = trio.run(_until_told, asked, server, habits)
        except (NoServer, ClientError) as error:
            print(f"houzhen: {error}", file=sys.stderr)
            return FAILED
        if found is None:
            return INTERRUPTED
        told = found
    print("\n".join(report.lines(told)))
    return FINE


async def _until_told(
    asked: argparse.Namespace, server: Server, habits: Habits
) -> Summary | None:
    """The whole day, or None when it was interrupted and left in order."""
    import trio

    from realtime.simulate.running import live_day

    told: Summary | None = None
    async with trio.open_nursery() as nursery:

        async def listens(task_status: trio.TaskStatus[None]) -> None:
            with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
                task_status.started()
                async for _ in signals:
                    nursery.cancel_scope.cancel()

        await nursery.start(listens)
        told = await live_day(
            server,
            DAYS[asked.day],
            asked.seed,
            speed=asked.speed,
            clinic=asked.clinic,
            every=asked.every * MINUTE,
            habits=habits,
            say=_say,
        )
        nursery.cancel_scope.cancel()
    return told


def _say(line: str) -> None:
    print(line, flush=True)


def _server(asked: argparse.Namespace) -> Server:
    from realtime.simulate.running import NoServer, Server

    settings, address = _found(asked)
    if address is None:
        raise NoServer(
            "no server runs on this data directory: start one (`houzhen serve`, "
            "`make demo`), name it with --url and --token, or try --virtual"
        )
    url = address.rstrip("/").replace("http", "ws", 1) + "/live"
    hospital = settings.hospital
    if asked.token is not None:
        token: str = asked.token
        return Server(url, hospital.id, hospital.zone, lambda role, place: token)
    return Server(url, hospital.id, hospital.zone, _minting(settings))


def _found(asked: argparse.Namespace) -> tuple[Settings, str | None]:
    """The settings and the address: those named, the data directory's, the demo's."""
    from realtime.whereabouts import heard_of

    settings = load(asked.config, dict(os.environ))
    if asked.url is not None:
        return settings, asked.url
    address = heard_of(settings.data_dir)
    if address is None and asked.config is None:
        environment = dict(os.environ)
        environment.setdefault("HOUZHEN_DATA_DIR", str(Path("data") / "demo"))
        demo = load(None, environment)
        if found := heard_of(demo.data_dir):
            return demo, found
    return settings, address


def _minting(settings: Settings) -> Any:
    from actors.kernel.times import WallClock
    from realtime.keys import open_keys
    from realtime.tokens import mint

    keys = open_keys(settings.secrets.file, may_create=False)
    clock = WallClock()

    def token_for(role: str, place: str) -> str:
        name = f"simulate-{role}-{place.replace('/', '-')}"
        return mint(
            keys.tokens,
            name,
            [role],
            [place],
            now=clock.now(),
            lasts_ms=_TOKEN_LASTS_MS,
        )

    return token_for
