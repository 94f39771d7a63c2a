"""What every command says: whose it is, and where it was asked."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from actors.clinic.plan import (
    Text,
)

Level = Annotated[int, Meta(ge=1, le=4)]
"""An emergency level, I to IV."""


class Asked(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    by: str
    where: Text = ""
