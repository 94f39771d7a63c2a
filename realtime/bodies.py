"""What somebody sent, as a struct; or an error that names the field."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from actors.kernel.errors import BadRequest

_MISSING = re.compile(r"missing required field `(.+)`")


def read_body(body: msgspec.Raw, kind: Any) -> Any:
    """The body as ``kind``; BadRequest names the field that is wrong."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, RecursionError) as error:
        what, _, where = str(error).partition(" - at `$")
        path = [where.rstrip("`").lstrip("."), *_MISSING.findall(what)]
        field = ".".join(filter(None, path)) or "body"
        raise BadRequest(field=field, reason=what) from None
