"""``houzhen his …``: a HIS that is not there, and how we stand with the one that is."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from actors.gateways.his.simulator.options import add_options

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def register(commands: Commands, settings: argparse.ArgumentParser) -> None:
    """``settings`` is the parent with --config."""
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


def _simulate(asked: argparse.Namespace) -> int:
    from actors.gateways.his.simulator.__main__ import simulate

    return simulate(asked)
