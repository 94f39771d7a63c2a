"""`houzhen check`: what would keep the server from starting, found before it starts.

Nothing is changed: no file is made, no database is written to.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from actors.his.places import BadPlaces, read_places
from queue_displays.speech.names import BadLexicon
from realtime.config import Settings
from realtime.config_sources import without_passwords
from realtime.keys import BadKeys, open_keys
from realtime.voices import lexicon_of

LEAST_FREE = 1_000_000_000


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at. `fine` is None for what can wait."""

    what: str
    fine: bool | None
    text: str

    def __str__(self) -> str:
        mark = {True: "ok", False: "WRONG", None: "note"}[self.fine]
        return f"{mark:<6}{self.what:<9}{self.text}"


def findings(settings: Settings, pages: Path) -> Iterator[Finding]:
    """Look at everything, one after the other."""
    yield _data_dir(settings.data_dir)
    yield _keys(settings)
    yield _journal(settings)
    if settings.his.base_url:
        yield _his(settings)
    yield _speech(settings)
    if any(pages.glob("*/index.html")):
        yield Finding("pages", True, str(pages))
    else:
        yield Finding("pages", None, "not built yet; run `make pages` in the checkout")


def _speech(settings: Settings) -> Finding:
    """Without a voice the server runs: the chime and the screens remain."""
    from queue_displays.speech.engine import NoVoice, Renderer, engines

    wish = settings.speech.engine
    if wish == "none":
        return Finding("speech", None, "switched off; chime and screens only")
    try:
        lexicon_of(settings)
        return Finding("speech", True, Renderer(engines(wish)).names)
    except (BadLexicon, OSError) as error:
        return Finding("speech", False, str(error))
    except NoVoice as none:
        return Finding("speech", None, f"{none}; chime and screens only until then")


def journal_file(settings: Settings) -> Path | None:
    """The journal's file; None when it is a database server's."""
    scheme, _, rest = settings.journal.url.partition(":///")
    return Path(rest.partition("?")[0]) if scheme == "sqlite" else None


def has_no_journal_yet(settings: Settings) -> bool:
    """Whether this is certainly a first start, so that new keys harm nothing. What a
    database server holds is not looked up: the answer is no then."""
    file = journal_file(settings)
    return file is not None and not file.exists()


def _data_dir(path: Path) -> Finding:
    nearest = path
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        whose = "this account cannot write there"
        return Finding("data_dir", False, f"{path}: {whose}; change it or its owner")
    free = shutil.disk_usage(nearest).free
    if free < LEAST_FREE:
        left = f"only {free / 1e9:.1f} GB left on its disk"
        return Finding("data_dir", False, f"{path}: {left}")
    made = "" if nearest == path else ", made at the first start"
    return Finding("data_dir", True, f"{path}, {free / 1e9:.0f} GB free{made}")


def _keys(settings: Settings) -> Finding:
    path = settings.secrets.file
    if not path.exists() and has_no_journal_yet(settings):
        return Finding("keys", True, f"{path}, made at the first start")
    if not path.exists() and journal_file(settings) is None:
        text = f"{path} is made at the first start; if this is not the first, put the"
        return Finding("keys", None, f"{text} file back from the backup")
    try:
        open_keys(path, may_create=False)
    except BadKeys as error:
        return Finding("keys", False, str(error))
    return Finding("keys", True, str(path))


def _journal(settings: Settings) -> Finding:
    shown = without_passwords(settings.journal.url)
    file = journal_file(settings)
    if file is None:
        problem = _server_problem(settings.journal.url)
    elif not file.exists():
        return Finding("journal", True, f"{file}, made at the first start")
    else:
        problem = _file_problem(file, settings.journal.busy_s)
    if problem:
        return Finding("journal", False, f"{shown}: {problem}")
    return Finding("journal", True, shown)


def _his(settings: Settings) -> Finding:
    try:
        places = read_places(settings.his.places)
    except BadPlaces as error:
        return Finding("his", False, str(error))
    if not places.clinics():
        text = f"{settings.his.places} places no department in any clinic"
        return Finding("his", None, text)
    clinics = ", ".join(places.clinics())
    return Finding("his", True, f"{settings.his.base_url}, for {clinics}")


def _file_problem(file: Path, patience_s: float) -> str | None:
    if not os.access(file, os.R_OK | os.W_OK):
        return "this account cannot read and write it"
    try:
        uri = f"{file.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=patience_s)) as database:
            (said,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        return f"{error}; restore it from the backup if it stays so"
    return None if said == "ok" else f"damaged: {said}; restore it from the backup"


def _server_problem(url: str) -> str | None:
    from sqlalchemy import NullPool, create_engine, text
    from sqlalchemy.exc import SQLAlchemyError

    try:
        engine = create_engine(
            url, poolclass=NullPool, connect_args={"connect_timeout": 5}
        )
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except ImportError:
        return "the driver is not installed; run `pip install 'houzhen[postgres]'`"
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip()
        return without_passwords(reason.splitlines()[0])
    return None
