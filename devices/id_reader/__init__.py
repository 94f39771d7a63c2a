"""The SDT identity reader: frames, answers, cards' layouts, and the driver.

The photograph is WLT data and stays so: its decoder is proprietary and not part of this
project. Whoever has it gives it the bytes of `Card.photo`.
"""

from devices.id_reader.answers import ReaderError
from devices.id_reader.cards import (
    BadCard,
    Card,
    ForeignPermit,
    HmtPermit,
    ResidentCard,
    Term,
    read_card,
)
from devices.id_reader.reader import (
    CardLaid,
    CardRemoved,
    CardUnread,
    IdReader,
    ReaderSettings,
)

__all__ = [
    "BadCard",
    "Card",
    "CardLaid",
    "CardRemoved",
    "CardUnread",
    "ForeignPermit",
    "HmtPermit",
    "IdReader",
    "ReaderError",
    "ReaderSettings",
    "ResidentCard",
    "Term",
    "read_card",
]
