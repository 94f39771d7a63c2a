"""One thing that is wrong with a plan, and what every entry has to be."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d\Z")
KEY = re.compile(r"[0-9A-Za-z_.\-]{1,32}\Z")
LONGEST_NAME = 60


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """``code`` for programs; which entry and which field of it; ``message`` says what
    to do."""

    code: str
    kind: str
    key: str
    field: str
    message: str
    grave: bool = True

    @property
    def path(self) -> str:
        return ".".join(filter(None, (self.kind, self.key, self.field)))


BAD_TIME = "{}要写成 08:00 这样的时间，请改好。"


def named(kind: str, key: str, name: str) -> Iterator[Problem]:
    if not name.strip():
        yield Problem("no_name", kind, key, "name", f"“{key}”还没有名称，请填上。")
    elif len(name) > LONGEST_NAME:
        yield Problem(
            "long_name", kind, key, "name", f"名称太长，最多 {LONGEST_NAME} 个字。"
        )


def keyed(kind: str, key: str) -> Iterator[Problem]:
    if not all(KEY.match(part) for part in key.split("/")):
        yield Problem(
            "bad_key",
            kind,
            key,
            "",
            f"代码“{key}”不对，请只用字母、数字、点和横线，最多 32 个。",
        )
