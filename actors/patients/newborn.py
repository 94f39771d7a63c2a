"""The name of a child who has none yet: 王静之女, of several 王静之大女, 王静之二女.

It is by the mother's name, or whoever's card it was; and so a desk, a wall and a voice
can tell twins apart until a real name comes. Pure.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

Order: TypeAlias = Literal["", "1", "2", "3", "4", "5"]
"""Which of several born together; empty for a single one."""

_ORDER: dict[Order, str] = dict(
    zip(("", "1", "2", "3", "4", "5"), ("", *"大二三四五"), strict=True)
)


def newborn_name(mother: str, sex: Literal["1", "2"], order: Order = "") -> str:
    """``sex`` by GB/T 2261."""
    return f"{mother.strip()}之{_ORDER[order]}{'子' if sex == '1' else '女'}"
