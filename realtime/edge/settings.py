"""What can be set for an edge, in one TOML file. Everything wrong is a BadSettings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from devices.id_reader import ReaderSettings
from devices.led_strip import StripSettings
from devices.line import LineSettings, Way
from devices.printer import PrinterSettings
from devices.scanner import ScannerSettings
from devices.social_card import SocialReaderSettings
from devices.speaker import ALSA
from realtime.config_sources import BadSettings, Fault

Port = Annotated[str, Meta(min_length=1, max_length=200)]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class _Serial(_Part, frozen=True):
    port: Port
    baud: Annotated[int, Meta(ge=300, le=4_000_000)] = 9600
    parity: Literal["N", "E", "O"] = "N"
    stop_bits: Literal[1, 2] = 1
    way: Way | None = None

    @property
    def line(self) -> LineSettings:
        return LineSettings(self.port, self.baud, self.parity, self.stop_bits, self.way)


class IdReaderPart(_Serial, frozen=True):
    baud: Annotated[int, Meta(ge=300, le=4_000_000)] = 115_200
    fingerprint: bool = False
    further_addresses: bool = False

    @property
    def settings(self) -> ReaderSettings:
        return ReaderSettings(
            self.line,
            fingerprint=self.fingerprint,
            further_addresses=self.further_addresses,
        )


class ScannerPart(_Serial, frozen=True):
    slip: str | None = None
    insurance: str | None = None
    health: str | None = None

    @property
    def settings(self) -> ScannerSettings:
        usual = ScannerSettings(self.line)
        return replace(
            usual,
            slip=self.slip or usual.slip,
            insurance=self.insurance or usual.insurance,
            health=self.health or usual.health,
        )


class SocialCardPart(_Serial, frozen=True):
    @property
    def settings(self) -> SocialReaderSettings:
        return SocialReaderSettings(self.line)


class PrinterPart(_Serial, frozen=True):
    columns: Annotated[int, Meta(ge=20, le=64)] = 32
    confirms: Literal["process_id", "cuts", "nothing"] = "process_id"
    # how long a slip may take, and how long an answer after everything else
    print_s: Annotated[float, Meta(ge=0.5, le=120)] = 20.0
    settle_s: Annotated[float, Meta(ge=0.2, le=60)] = 5.0

    @property
    def settings(self) -> PrinterSettings:
        return PrinterSettings(
            self.line,
            columns=self.columns,
            confirms=self.confirms,
            print_s=self.print_s,
            settle_s=self.settle_s,
        )


class LedStripPart(_Serial, frozen=True):
    @property
    def settings(self) -> StripSettings:
        return StripSettings(self.line)


class SpeakerPart(_Part, frozen=True):
    """``device`` is the sound card's name (``plughw:1,0``), none: the usual one;
    ``player`` plays the WAV file it reads from stdin. ``areas`` only where a token of
    ``houzhen token`` stands for an enrolment: else the plan says where it speaks."""

    device: Annotated[str, Meta(max_length=200)] = ""
    player: Annotated[tuple[str, ...], Meta(min_length=1, max_length=20)] = tuple(ALSA)
    areas: tuple[str, ...] = ()

    @property
    def port(self) -> str:
        return self.device or "default"


class DevicesPart(_Part, frozen=True):
    id_reader: IdReaderPart | None = None
    scanner: ScannerPart | None = None
    social_card: SocialCardPart | None = None
    printer: PrinterPart | None = None
    led_strip: LedStripPart | None = None
    speaker: SpeakerPart | None = None


class LocalPart(_Part, frozen=True):
    """The door for the browser: on this machine only, whatever is set."""

    port: Annotated[int, Meta(ge=0, le=65535)] = 8790
    # pages from elsewhere than the server's own address that may come in
    origins: tuple[str, ...] = ()


class EdgeSettings(_Part, frozen=True):
    server: Annotated[str, Meta(pattern=r"^https?://[^/\s]+$")]
    data_dir: str = "edge-data"
    role: Literal["kiosk", "screen", "speaker"] = "kiosk"
    hospital: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9\-]{0,31}\Z")] = "yunxiu"
    # a token made by `houzhen token`, in place of enrolment
    token_file: str | None = None
    local: LocalPart = LocalPart()
    devices: DevicesPart = DevicesPart()
    # the folder the file stands in: paths begin there
    base: Path = Path()

    @property
    def folder(self) -> Path:
        return self.base / self.data_dir

    @property
    def live_url(self) -> str:
        return "ws" + self.server.removeprefix("http") + "/live"

    @property
    def origins(self) -> tuple[str, ...]:
        parts = urlsplit(self.server)
        return (f"{parts.scheme}://{parts.netloc}", *self.local.origins)


def load_edge(path: Path) -> EdgeSettings:
    """Raises BadSettings, naming the file and what is wrong in it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _bad(str(path), f"a file that can be read: {error.strerror}") from error
    try:
        settings = msgspec.toml.decode(data, type=EdgeSettings)
    except msgspec.DecodeError as error:
        raise _bad(path.name, str(error)) from error
    return msgspec.structs.replace(settings, base=path.resolve().parent)


def _bad(where: str, what: str) -> BadSettings:
    return BadSettings([Fault(where, what, where)])
