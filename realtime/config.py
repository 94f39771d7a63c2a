"""What can be set, and what each setting is when nobody sets it.

Settings come from one TOML file and from the environment, which wins:
`[http] port = 8000` is also `HOUZHEN_HTTP__PORT=8000`. A wrong setting never passes
quietly: `load` names every fault there is, with where it stands and what is expected.
`houzhen check` does nothing else.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from realtime.config_his import His
from realtime.config_sources import (
    BadSettings,
    Fault,
    Given,
    did_you_mean,
    from_environment,
    from_file,
)
from realtime.config_speech import Speech

__all__ = ["BadSettings", "Fault", "Setting", "Settings", "load", "settings_known"]


def _text(meaning: str, expected: str, pattern: str) -> Meta:
    return Meta(description=meaning, pattern=pattern, extra={"expected": expected})


def _number(meaning: str, least: float, most: float) -> Meta:
    return Meta(description=meaning, ge=least, le=most)


class Hospital(msgspec.Struct, frozen=True):
    id: Annotated[
        str,
        _text(
            "Short name; every stream and topic begins with it, so it never changes",
            "1–32 lower-case letters, digits or hyphens, a letter first",
            r"^[a-z][a-z0-9\-]{0,31}\Z",
        ),
    ] = "yunxiu"
    name: Annotated[
        str,
        _text("The name people read", "a name of 1–60 characters", r"^\S.{0,59}\Z"),
    ] = "云岫市中心医院"
    time_zone: Annotated[
        str,
        _text(
            "Where its days begin and end",
            "a time zone such as Asia/Shanghai",
            r"^[A-Za-z][A-Za-z0-9_+/\-]*\Z",
        ),
    ] = "Asia/Shanghai"

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)


class Journal(msgspec.Struct, frozen=True):
    url: Annotated[
        str,
        _text(
            "Where events are kept; `{data_dir}` stands for `data_dir`",
            "sqlite:///path/to/file or postgresql+psycopg://user:password@host/name",
            r"^(sqlite:///[^:]|postgresql(\+psycopg)?://).+\Z",
        ),
    ] = "sqlite:///{data_dir}/houzhen.db"
    busy_s: Annotated[
        float,
        _number("How long a write waits for a locked database, seconds", 0, 60),
    ] = 5.0


class Http(msgspec.Struct, frozen=True):
    host: Annotated[
        str,
        _text("Address to listen on", "an address or a host name", r"^[^\s/]+\Z"),
    ] = "127.0.0.1"
    port: Annotated[
        int, _number("Port for pages, API and live connections; 0 takes any", 0, 65535)
    ] = 8000
    connections_max: Annotated[
        int, _number("Connections at once, all kinds together", 10, 1_000_000)
    ] = 10_000
    header_timeout_s: Annotated[
        float, _number("Time for a request's header to arrive, seconds", 0.1, 120)
    ] = 10.0
    body_bytes: Annotated[
        int, _number("Longest body of a request, bytes", 1024, 268_435_456)
    ] = 1_048_576
    keep_alive_s: Annotated[
        float, _number("An idle HTTP connection is closed after, seconds", 1, 3600)
    ] = 15.0
    stalled_s: Annotated[
        float,
        _number("A peer that takes no bytes is cut off after, seconds", 1, 600),
    ] = 10.0
    shutdown_s: Annotated[
        float, _number("Requests may finish for, when stopping, seconds", 0, 300)
    ] = 5.0


class Live(msgspec.Struct, frozen=True):
    heartbeat_s: Annotated[
        float, _number("Time between two pings, seconds", 0.1, 300)
    ] = 15.0
    hello_s: Annotated[
        float, _number("Time for a new connection's hello, seconds", 0.1, 120)
    ] = 10.0
    stall_s: Annotated[
        float, _number("A write that stalls ends its connection after, s", 0.1, 300)
    ] = 5.0
    asks_open: Annotated[
        int, _number("Asks of one connection waiting for a reply", 1, 10_000)
    ] = 64
    topics: Annotated[int, _number("Topics one connection may join", 1, 10_000)] = 64
    message_bytes: Annotated[
        int, _number("Longest message from a client, bytes", 1024, 16_777_216)
    ] = 65_536
    send_buffer: Annotated[
        int,
        _number("Kernel send buffer of a live connection, bytes", 4096, 16_777_216),
    ] = 65_536
    frames_per_s: Annotated[
        float, _number("Frames a connection may send, per second", 1, 100_000)
    ] = 200.0
    frames_at_once: Annotated[
        int, _number("Frames a connection may send at once", 1, 1_000_000)
    ] = 400


class Actors(msgspec.Struct, frozen=True):
    mailbox: Annotated[
        int, _number("Commands that may wait for one actor", 1, 1_000_000)
    ] = 1000
    idle_s: Annotated[
        float, _number("An actor nobody writes to is put away after, s", 1, 86_400)
    ] = 600.0


class Secrets(msgspec.Struct, frozen=True):
    file: Annotated[
        Path, Meta(description="Keys of this installation; made at the first start")
    ] = Path("{data_dir}/keys.toml")


class Log(msgspec.Struct, frozen=True):
    level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Meta(description="The least that is written down"),
    ] = "info"


class Settings(msgspec.Struct, frozen=True):
    """Everything that can be set. `Settings()` is what runs out of the box."""

    data_dir: Annotated[
        Path,
        Meta(description="Where the server keeps its files; relative to the file"),
    ] = Path("data")
    hospital: Hospital = Hospital()
    journal: Journal = Journal()
    http: Http = Http()
    live: Live = Live()
    actors: Actors = Actors()
    his: His = His()
    speech: Speech = Speech()
    secrets: Secrets = Secrets()
    log: Log = Log()


PLACED = ("journal.url", "secrets.file", "his.places", "speech.lexicon")
"""What may begin with `{data_dir}`, or where the file is."""


class Setting(msgspec.Struct, frozen=True):
    """One setting as people see it."""

    key: str
    type: Any
    default: Any
    meaning: str
    expected: str

    @property
    def variable(self) -> str:
        return "HOUZHEN_" + self.key.replace(".", "__").upper()


def settings_known() -> tuple[Setting, ...]:
    """Every setting there is, in the order of the classes."""

    def within(struct: type[msgspec.Struct], prefix: str) -> Iterator[Setting]:
        hints = get_type_hints(struct, include_extras=True)
        for field in msgspec.structs.fields(struct):
            hint = hints[field.name]
            if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
                yield from within(hint, f"{prefix}{field.name}.")
                continue
            (meta,) = hint.__metadata__
            yield Setting(
                prefix + field.name,
                hint,
                field.default,
                meta.description,
                _expected(get_args(hint)[0], meta),
            )

    return tuple(within(Settings, ""))


def _expected(kind: Any, meta: Meta) -> str:
    if meta.extra and "expected" in meta.extra:
        return str(meta.extra["expected"])
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(get_args(kind))
    if kind is Path:
        return "a path"
    word = {int: "a whole number", float: "a number"}[kind]
    return f"{word} from {meta.ge:g} to {meta.le:.12g}".replace("e+06", "000000")


def load(
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    here: Path | None = None,
) -> Settings:
    """Read the settings, or raise `BadSettings` naming everything that is wrong.

    `file` is the TOML file; without it HOUZHEN_CONFIG names one, else `houzhen.toml`
    in `here` (the working directory) is read if it exists. Nothing is written.
    """
    environment = environment or {}
    here = here or Path.cwd()
    file, asked_for = _which_file(file, environment, here)
    faults: list[Fault] = []
    given = from_file(file, faults, must_exist=asked_for) if file else {}
    given |= from_environment(environment)

    known = {setting.key: setting for setting in settings_known()}
    values: dict[str, Any] = {}
    for key, one in given.items():
        if setting := known.get(key):
            try:
                values[key] = _value(setting, one)
            except ValueError as error:
                faults.append(one.fault(str(error) or setting.expected))
        else:
            faults.append(_unknown(one, known))

    # what a file says is meant from where the file is, all else from here
    bases = {
        key: file.parent if file and key in given and not given[key].is_text else here
        for key in ("data_dir", *PLACED)
    }
    data_dir = bases["data_dir"] / values.get("data_dir", Settings().data_dir)
    values["data_dir"] = data_dir
    for key in PLACED:
        value = values.get(key, known[key].default)
        values[key] = _placed(value, data_dir, bases[key])
    for key, problem in _problems(values):
        default = Given(key, str(values.get(key, known[key].default)), "the default")
        faults.append(given.get(key, default).fault(problem))
    if faults:
        raise BadSettings(faults)
    return _assembled(values)


def _which_file(
    file: Path | None, environment: Mapping[str, str], here: Path
) -> tuple[Path | None, bool]:
    if file is None and (named := environment.get("HOUZHEN_CONFIG")):
        file = Path(named)
    if file is not None:
        return here / file, True
    usual = here / "houzhen.toml"
    return (usual, False) if usual.exists() else (None, False)


def _value(setting: Setting, given: Given) -> Any:
    """The setting's value; raises ValueError when it is not one."""
    kind = get_args(setting.type)[0]
    if kind is Path:
        if not isinstance(given.value, str) or not given.value or "\0" in given.value:
            raise ValueError
        return Path(given.value).expanduser()
    try:
        return msgspec.convert(given.value, setting.type, strict=not given.is_text)
    except msgspec.ValidationError:
        raise ValueError from None


def _unknown(given: Given, known: Mapping[str, Setting]) -> Fault:
    sections = {key.partition(".")[0] for key in known if "." in key}
    if given.key in sections:
        return given.fault(f"a section with settings in it, [{given.key}]")
    return given.fault(None, hint=did_you_mean(given, known))


def _placed(value: Path | str, data_dir: Path, base: Path) -> Path | str:
    """`{data_dir}` filled in, and a path that is still relative made to begin at
    `base`, so that what the server opens does not depend on where it is started."""
    filled = str(value).replace("{data_dir}", str(data_dir))
    if isinstance(value, Path):
        return base / filled
    scheme = "sqlite:///"
    if filled.startswith(scheme):
        return scheme + str(base / filled.removeprefix(scheme))
    return filled


def _problems(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What no type can say of a single value."""
    zone = values.get("hospital.time_zone", Hospital().time_zone)
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        known = "a time zone such as Asia/Shanghai"
        if not zoneinfo.available_timezones():
            known += " (this machine has no time-zone data: install tzdata)"
        yield "hospital.time_zone", known
    data_dir: Path = values["data_dir"]
    if data_dir.exists() and not data_dir.is_dir():
        yield "data_dir", "a directory; this is a file"
    file: Path = values["secrets.file"]
    if file.is_dir():
        yield "secrets.file", "a file; this is a directory"
    rate = values.get("live.frames_per_s", Live().frames_per_s)
    at_once = values.get("live.frames_at_once", Live().frames_at_once)
    if at_once < rate:
        yield "live.frames_at_once", f"at least live.frames_per_s ({rate:g})"


def _assembled(values: Mapping[str, Any]) -> Settings:
    sections: dict[str, dict[str, Any]] = {}
    whole: dict[str, Any] = {}
    for key, value in values.items():
        section, dot, name = key.rpartition(".")
        if dot:
            sections.setdefault(section, {})[name] = value
        else:
            whole[key] = value
    hints = get_type_hints(Settings)
    for section, fields in sections.items():
        whole[section] = hints[section](**fields)
    return Settings(**whole)
