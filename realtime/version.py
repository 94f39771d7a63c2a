"""Which version this is: what was installed, or what the checkout says it is."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent


@cache
def version() -> str:
    """The version of the running code; a checkout's own word comes first, because
    what is installed beside it may be older."""
    try:
        project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))
        if project["project"]["name"] == "houzhen":
            return str(project["project"]["version"])
    except (OSError, KeyError, ValueError):
        pass
    try:
        return metadata.version("houzhen")
    except metadata.PackageNotFoundError:
        return "unknown"
