"""What can be wrong with a device, in words for whoever stands before it.

DeviceTrouble
├── LineGone        the serial line is not there (any more)
├── Silent          the device does not answer, or answers what it was not asked
└── …               each driver's own: ReaderError, BadCard, PrinterTrouble
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Trouble:
    """A code for programs, and one sentence that says what to do, in two languages."""

    code: str
    zh: str
    en: str


class DeviceTrouble(Exception):
    """Something a device did not do. Nothing personal is ever in its text."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(f"{trouble.code}: {detail or trouble.en}")
        self.trouble = trouble
        self.detail = detail

    @property
    def code(self) -> str:
        return self.trouble.code


class LineGone(DeviceTrouble):
    """The serial line cannot be opened, or broke; `code` says why."""


class Silent(DeviceTrouble):
    """The line is there, but the device does not answer in its own language."""


NOT_THERE = Trouble(
    "not_there",
    "没有找到这个串口：请检查数据线和电源。",
    "There is no such port: check cable and power.",
)
NO_PERMISSION = Trouble(
    "no_permission",
    "没有打开串口的权限：请把运行账号加入 dialout 组。",
    "This account may not open the port: add it to the group dialout.",
)
TAKEN = Trouble(
    "taken",
    "串口被别的程序占用：请先关掉那个程序。",
    "Another program holds the port: close that program first.",
)
NO_SERIAL = Trouble(
    "no_serial",
    "这不是一个串口：请检查设置里的端口名。",
    "This is no serial port: check the port's name in the settings.",
)
UNPLUGGED = Trouble(
    "unplugged",
    "设备断开了：请插好数据线。",
    "The device was unplugged: plug its cable in.",
)
STUCK = Trouble(
    "stuck",
    "设备不接收数据：请关掉设备再打开。",
    "The device takes no data: switch it off and on.",
)
CLOSED = Trouble("closed", "串口已关闭。", "The line was closed.")
SILENT = Trouble(
    "silent",
    "设备没有应答：请检查电源和波特率。",
    "The device does not answer: check its power and the speed of the line.",
)
GARBLED = Trouble(
    "garbled",
    "设备的应答听不懂：请检查型号、波特率和数据线。",
    "The device's answers make no sense: check its model, speed and cable.",
)
