"""`houzhen replay`: a day that was, under other rules."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from realtime.config import Settings, load

if TYPE_CHECKING:
    from realtime.simulate.recorded import Recording

FINE, FAILED, WRONG = 0, 1, 2


def add_to(commands: Any, settings: argparse.ArgumentParser) -> None:
    """Register `replay` among the command's subcommands."""
    parser = commands.add_parser(
        "replay",
        parents=[settings],
        help="run a recorded day under other rules and draw the difference",
        description="Take a clinic's day from the journal, or from a file that "
        "--export wrote, and live it again under other rules: the same people, the "
        "same consultations. Draws the waits, the order of the calls, and who gained.",
        epilog="houzhen replay 2026-11-23 --clinic im2 --rules fairer.toml. "
        "What the rules' file does not name stays as it was that day.",
    )
    parser.add_argument("day", metavar="DAY", help="2026-11-23, or a recorded file")
    parser.add_argument("--clinic", metavar="ID", help="whose day it was")
    parser.add_argument("--rules", type=Path, metavar="FILE", help="other rules, TOML")
    parser.add_argument(
        *("--out",), type=Path, metavar="FILE", help="the page (default: replay.html)"
    )
    parser.add_argument(
        *("--export",),
        type=Path,
        metavar="FILE",
        help="write the recorded day here: numbers and times, nothing personal",
    )
    parser.set_defaults(run=_replay)


def _replay(asked: argparse.Namespace) -> int:
    import msgspec

    from realtime.simulate.comparing import BadRules, compare, read_rules
    from realtime.simulate.drawing import drawn
    from realtime.simulate.page import page
    from realtime.simulate.recorded import NotADay

    if asked.rules is None and asked.export is None:
        print("houzhen: name other rules with --rules, or --export", file=sys.stderr)
        return WRONG
    try:
        recording = _recording(asked)
        if asked.export is not None:
            asked.export.write_bytes(msgspec.json.encode(recording))
            print(f"{asked.export}: {len(recording.tickets)} tickets")
        if asked.rules is None:
            return FINE
        text = asked.rules.read_text(encoding="utf-8")
        difference = compare(recording, read_rules(text, recording.settings))
        print(drawn(difference))
        out = asked.out or Path("replay.html")
        out.write_text(page(difference), encoding="utf-8")
        print(f"\nthe page: {out}")
    except BadRules as error:
        print(f"houzhen: {asked.rules}: {error}", file=sys.stderr)
        return WRONG
    except (NotADay, OSError) as error:
        print(f"houzhen: {error}", file=sys.stderr)
        return FAILED
    return FINE


def _recording(asked: argparse.Namespace) -> Recording:
    from actors.clinic.actor import clinic_stream
    from realtime.simulate.recorded import NotADay, read_events, read_file

    file = Path(asked.day)
    if file.is_file():
        return read_file(file.read_bytes())
    if asked.clinic is None:
        raise NotADay(
            f"there is no file {asked.day}: for a day of the journal name its --clinic"
        )
    settings = load(asked.config, dict(os.environ))
    stream = clinic_stream(settings.hospital.id, asked.clinic, asked.day)
    return read_events(stream, _events(settings, stream))


def _events(settings: Settings, stream: str) -> Iterator[bytes]:
    """A stream's events, read beside whatever server writes there: nothing is locked,
    and the journal stays whose it is."""
    from sqlalchemy import create_engine
    from sqlalchemy.exc import DBAPIError

    from actors.journal.reader import next_chunk
    from realtime.simulate.recorded import NotADay

    engine = create_engine(_read_only(settings.journal.url))
    seen = 0
    try:
        while chunk := next_chunk(engine, stream, seen):
            for recorded in chunk:
                yield recorded.body
            seen = chunk[-1].seq
    except DBAPIError as error:
        raise NotADay(f"the journal cannot be read: {error.orig}") from error
    finally:
        engine.dispose()


def _read_only(url: str) -> str:
    scheme, _, rest = url.partition(":///")
    if scheme != "sqlite":
        return url
    path = Path(rest.partition("?")[0]).absolute()
    return f"sqlite:///file:{path}?mode=ro&uri=true"
