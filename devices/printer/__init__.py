"""The slip printer (ESC/POS): slips as bytes, status, and the driver."""

from devices.printer.printer import (
    NotPrinted,
    Outcome,
    Printed,
    Printer,
    PrinterSettings,
    PrinterState,
    Unknown,
)
from devices.printer.slip import Feed, Qr, Rule, Slip, Text, encode
from devices.printer.status import State

__all__ = [
    "Feed",
    "NotPrinted",
    "Outcome",
    "Printed",
    "Printer",
    "PrinterSettings",
    "PrinterState",
    "Qr",
    "Rule",
    "Slip",
    "State",
    "Text",
    "Unknown",
    "encode",
]
