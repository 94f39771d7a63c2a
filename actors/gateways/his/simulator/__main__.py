"""``houzhen his simulate``: the simulated HIS in a process of its own."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from types import FrameType
from zoneinfo import ZoneInfo

import msgspec

from actors.gateways.his.simulator.mood import Mood, Temper
from actors.gateways.his.simulator.options import add_options
from actors.gateways.his.simulator.seed import seed_hospital
from actors.gateways.his.simulator.server import Server, SimulatedHis
from actors.gateways.his.simulator.tables import open_database


def simulate(asked: argparse.Namespace) -> int:
    """Serves until SIGTERM or SIGINT. Says where it listens when it does."""
    zone = ZoneInfo(asked.zone)
    first = date.fromisoformat(asked.day) if asked.day else datetime.now(zone).date()
    mood = msgspec.json.decode(asked.mood.encode(), type=Mood)
    database = open_database(Path(asked.database))
    seed_hospital(
        database,
        seed=asked.seed,
        first_day=first,
        days=asked.days,
        patients=asked.patients,
        booked=asked.booked,
    )
    his = SimulatedHis(database, Temper(asked.seed, mood), lambda: datetime.now(zone))
    with Server((asked.host, asked.port), his) as server:
        told = threading.Event()

        def end(number: int, frame: FrameType | None) -> None:
            told.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        host, port = server.server_address[:2]
        print(f"simulated HIS — http://{host!s}:{port}", flush=True)
        told.wait()
        server.shutdown()
        serving.join()
    database.close()
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="houzhen his simulate")
    add_options(parser)
    return simulate(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
