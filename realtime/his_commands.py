"""``houzhen his …``: a HIS that is not there, and how we stand with the one that is."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from actors.gateways.his.simulator.options import add_options

if TYPE_CHECKING:
    from realtime.config import Settings

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

Load = Callable[[argparse.Namespace], "Settings"]


def register(commands: Commands, settings: argparse.ArgumentParser, load: Load) -> None:
    """``settings`` is the parent with --config, ``load`` reads what it names."""
    his = commands.add_parser(
        "his",
        help="the hospital information system: a simulated one, and how we stand",
        description="The hospital information system (HIS). docs/operations.md, HIS.",
    )
    kinds = his.add_subparsers(title="commands", required=True, metavar="COMMAND")

    simulate = kinds.add_parser(
        "simulate",
        help="run a simulated HIS",
        description="Run a simulated HIS with a hospital of invented people. POST "
        "/control changes its mood: slow, failing, forgetful, wrong.",
    )
    add_options(simulate)
    simulate.set_defaults(run=_simulate)

    day = argparse.ArgumentParser(add_help=False)
    day.add_argument("--day", help="e.g. 2026-11-23 (default: today)")
    day.add_argument("--json", action="store_true", help="one JSON object a line")

    status = kinds.add_parser(
        "status",
        parents=[settings, day],
        help="how far HIS has been heard, and what is not delivered",
        description="How far each feed has been heard, what waits to be delivered and "
        "why, what was not believed. Reads the journal; asks HIS nothing.",
    )
    status.set_defaults(run=lambda asked: _status(asked, load))

    diff = kinds.add_parser(
        "diff",
        parents=[settings, day],
        help="where what HIS said and what is here differ",
        description="Prints each registration in which what HIS said and what is here "
        "differ. Exits with 1 when there is one. Never prints a name.",
    )
    diff.add_argument("--clinic", help="only this clinic")
    diff.add_argument(
        "--ask", action="store_true", help="ask HIS now, instead of what it said last"
    )
    diff.set_defaults(run=lambda asked: _diff(asked, load))


def _simulate(asked: argparse.Namespace) -> int:
    from actors.gateways.his.simulator.__main__ import simulate

    return simulate(asked)


def _status(asked: argparse.Namespace, load: Load) -> int:
    from realtime import his_report

    return _reported(lambda: his_report.status(load(asked), asked.day, asked.json))


def _diff(asked: argparse.Namespace, load: Load) -> int:
    from realtime import his_report

    return _reported(
        lambda: his_report.diff(
            load(asked), asked.day, asked.clinic, ask=asked.ask, as_json=asked.json
        )
    )


def _reported(report: Callable[[], int]) -> int:
    from actors.gateways.his.faults import HisError
    from actors.journal.faults import JournalError

    try:
        return report()
    except ValueError as error:
        print(f"houzhen: {error}", file=sys.stderr)
        return 2
    except (HisError, JournalError) as error:
        print(f"houzhen: {error}", file=sys.stderr)
        return 1
