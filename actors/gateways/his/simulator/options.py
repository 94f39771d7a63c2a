"""The options of ``houzhen his simulate``; apart, as every start of `houzhen` reads
them and few run it."""

from __future__ import annotations

import argparse


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8090, help="0 takes any")
    parser.add_argument("--database", default="data/his.db", help="its own SQLite file")
    parser.add_argument("--seed", type=int, default=1, help="which hospital it is")
    parser.add_argument("--days", type=int, default=7, help="days of schedules")
    parser.add_argument("--patients", type=int, default=2000)
    parser.add_argument(
        "--booked", type=float, default=0.5, help="share of numbers taken, 0 to 1"
    )
    parser.add_argument("--day", help="the first day (default: today)")
    parser.add_argument("--zone", default="Asia/Shanghai", help="its time zone")
    parser.add_argument(
        "--mood", default="{}", help="what goes wrong, e.g. '{\"error\": 0.1}'"
    )
