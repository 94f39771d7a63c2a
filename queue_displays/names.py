"""How far a patient's name is shown and said. Pure.

Who waits for some departments tells more than anybody should read on a wall: there it
is the number alone, unless the hospital has said otherwise for that clinic.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

Names: TypeAlias = Literal["full", "masked", "number"]

_ALONE = re.compile(
    "精神|心理|心身|睡眠|成瘾|戒毒|感染|发热|肝病|结核|艾滋|HIV|性病|性传播|皮肤性病"
    "|生殖|不孕|不育|计划生育|人流|男科|psychiatr|infect|venere|reproduct|fertil",
    re.IGNORECASE,
)


def names_for(queue: str, department: str, own: str, usual: str) -> Names:
    """``own`` is what the clinic's plan says, ``usual`` what the hospital's does;
    whatever says nothing says masked."""
    if own:
        return _policy(own)
    return "number" if _ALONE.search(f"{queue} {department}") else _policy(usual)


def _policy(said: str) -> Names:
    match said:
        case "full" | "number":
            return said
        case _:
            return "masked"
