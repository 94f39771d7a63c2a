"""What hangs on which serial port: every known language is tried on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import trio
from serial.tools import list_ports

from devices.framing import Unframed, framed
from devices.id_reader.reader import BAUD, introduce
from devices.id_reader.talk import Talk
from devices.line import Line, LineSettings, Way, open_line
from devices.printer.conversation import Conversation
from devices.trouble import SILENT, DeviceTrouble, LineGone, Silent, Trouble

ANSWER_S = 0.4
PRINTER_BAUDS = (9600, 19_200, 38_400, 115_200)

NOTHING = Trouble(
    "nothing_heard",
    "端口打得开，但没有应答：可能是扫码枪或社保卡读卡器（请扫一下、插一下卡试试），或设备没有通电。",
    "The port opens, nothing answers: a scanner or a social card reader (try it), or a "
    "device without power.",
)


@dataclass(frozen=True)
class Finding:
    port: str
    device: str
    trouble: Trouble | None
    detail: str = ""

    @property
    def fine(self) -> bool:
        return self.trouble is None

    def __str__(self) -> str:
        mark = "ok   " if self.fine else "     "
        parts = [f"{mark} {self.port}  {self.device}", self.detail]
        if self.trouble is not None:
            parts.append(f"{self.trouble.zh} {self.trouble.en}")
        return "  ".join(part for part in parts if part)


def found_ports() -> list[str]:
    """The serial ports that the system names."""
    return sorted(port.device for port in list_ports.comports())


async def probe(
    ports: Sequence[str], *, way: Way | None = None, answer_s: float = ANSWER_S
) -> list[Finding]:
    """One finding for each port, in their order; ports are tried side by side."""
    found: dict[str, Finding] = {}

    async def look(port: str) -> None:
        found[port] = await _probe_one(port, way, answer_s)

    async with trio.open_nursery() as nursery:
        for port in ports:
            nursery.start_soon(look, port)
    return [found[port] for port in ports]


async def _probe_one(port: str, way: Way | None, answer_s: float) -> Finding:
    finding = Finding(port, "?", NOTHING)
    try:
        for ask, bauds in (
            (_id_reader, (BAUD,)),
            (_printer, PRINTER_BAUDS),
            (_led_strip, (9600,)),
        ):
            for baud in bauds:
                async with open_line(LineSettings(port, baud, way=way)) as line:
                    try:
                        return await ask(port, baud, line, answer_s)
                    except Silent:
                        continue
    except* LineGone as group:
        finding = Finding(port, "?", _first(group))
    return finding


async def _id_reader(port: str, baud: int, line: Line, answer_s: float) -> Finding:
    name = "身份证读卡器 identity reader (SDT)"
    try:
        facts = await introduce(Talk(line, answer_s, tries=1))
    except (Silent, LineGone):
        raise
    except DeviceTrouble as error:
        return Finding(port, name, error.trouble, f"{baud} baud")
    return Finding(port, name, None, " ".join([f"{baud} baud", *facts.values()]))


async def _printer(port: str, baud: int, line: Line, answer_s: float) -> Finding:
    name = "小票打印机 slip printer (ESC/POS)"
    talk = Conversation(line, answer_s)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(talk.listen)
        state = confirms = None
        try:
            state = await talk.state()
            if state.trouble is None:
                done = await talk.done(b"", 1, answer_s)
                cuts = await talk.cuts(answer_s)
                confirms = (
                    "process_id" if done else "cuts" if cuts is not None else "nothing"
                )
        except Silent:
            pass
        nursery.cancel_scope.cancel()
    if state is None:
        raise Silent(SILENT)
    detail = f"{baud} baud"
    if confirms is not None:
        detail += f', confirms = "{confirms}"'
    return Finding(port, name, state.trouble or state.warning, detail)


async def _led_strip(port: str, baud: int, line: Line, answer_s: float) -> Finding:
    await line.write(framed(b"0?"))
    answers = Unframed()
    with trio.move_on_after(answer_s):
        while True:
            if b"0A" in answers.feed(await line.read()):
                return Finding(port, "门口灯条 LED strip", None, f"{baud} baud")
    raise Silent(SILENT)


def _first(group: BaseExceptionGroup[LineGone]) -> Trouble:
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    assert isinstance(found, LineGone)
    return found.trouble
