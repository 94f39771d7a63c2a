"""`houzhen edge` and `houzhen devices probe`."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import trio

log = logging.getLogger("houzhen.edge")
FINE, FAILED, NO_ADDRESS = 0, 1, 3


def register(commands: Any) -> None:
    """Among the command's subcommands."""
    edge = commands.add_parser(
        "edge",
        help="run a kiosk computer's devices beside its browser",
        description="Run the readers, scanners and the printer of this computer, for "
        "the page in its browser and for the server. Ends with SIGTERM or Ctrl-C.",
    )
    edge.add_argument(
        *("-c", "--config"), type=Path, required=True, metavar="FILE", help="edge.toml"
    )
    edge.set_defaults(run=_edge)

    devices = commands.add_parser("devices", help="what hangs on this computer")
    verbs = devices.add_subparsers(title="commands", required=True, metavar="COMMAND")
    probe = verbs.add_parser(
        "probe",
        help="find what is attached, and what is wrong with it",
        description="Try every known protocol on every serial port and say in plain "
        "words what answers. Stop `houzhen edge` before: a port has one reader.",
    )
    probe.add_argument("ports", nargs="*", metavar="PORT", help="only these ports")
    probe.add_argument(
        *("--simulate",), action="store_true", help="with simulated devices"
    )
    probe.set_defaults(run=_probe)


def _edge(asked: argparse.Namespace) -> int:
    import trio

    from realtime.edge.settings import load_edge

    settings = load_edge(asked.config)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    ended = FINE
    try:
        trio.run(_serve, settings, asked.config)
    except* OSError as group:
        print(f"houzhen edge: {_reason(group)}", file=sys.stderr)
        ended = NO_ADDRESS
    return ended


def _reason(group: BaseExceptionGroup[OSError]) -> str:
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return f"the page's door cannot open, change local.port: {found}"


async def _serve(settings: Any, config: Path) -> None:
    """Until a signal; told by the server to start again, it reads its file anew."""
    import trio

    from realtime.config_sources import BadSettings
    from realtime.edge.agent import Agent
    from realtime.edge.settings import load_edge

    async with trio.open_nursery() as nursery:
        with trio.open_signal_receiver(*_ending_signals()) as signals:
            nursery.start_soon(_until_signal, signals, nursery.cancel_scope)
            while True:
                agent = Agent(settings)
                async with trio.open_nursery() as running:
                    port = await running.start(agent.run)
                    print(
                        f"候诊 houzhen edge — open the page with "
                        f"#edge=127.0.0.1:{port}&pair={agent.secret}",
                        flush=True,
                    )
                try:
                    settings = load_edge(config)
                except BadSettings as bad:
                    # a kiosk with the settings of before is better than none
                    log.warning("the settings of before stay: %s", bad)


async def _until_signal(signals: AsyncIterator[int], scope: trio.CancelScope) -> None:
    async for _ in signals:
        scope.cancel()
        return


def _ending_signals() -> list[signal.Signals]:
    # Windows knows no SIGTERM of others
    return [signal.SIGINT, signal.SIGTERM]


def _probe(asked: argparse.Namespace) -> int:
    import trio

    return trio.run(partial(_probing, asked.ports, simulate=asked.simulate))


async def _probing(ports: list[str], *, simulate: bool) -> int:
    from devices.probe import found_ports, probe
    from devices.simulators.bench import open_bench

    if not simulate:
        return _report(await probe(ports or found_ports()))
    with tempfile.TemporaryDirectory() as folder:
        async with open_bench(Path(folder)) as bench:
            bench.printer.tear_paper()
            print("simulated devices, and the printer has no paper:")
            names = [str(port.path) for port in bench.ports.values()]
            return _report(await probe(names))


def _report(findings: list[Any]) -> int:
    if not findings:
        print("没有找到串口 / no serial port was found: is anything plugged in?")
        return FAILED
    for finding in findings:
        print(finding)
    return FINE if all(finding.fine for finding in findings) else FAILED
