"""Where Chromium is.

Its headless shell is the same engine without the windows of a desktop's browser: where
there is one the tests take it, and need half the processor's time.
"""

import os
import shutil
from pathlib import Path

NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


def find_chromium() -> Path | None:
    """HOUZHEN_CHROMIUM when set, else the first of the usual names."""
    if chosen := os.environ.get("HOUZHEN_CHROMIUM"):
        return Path(chosen) if os.access(chosen, os.X_OK) else None
    for name in NAMES:
        if found := shutil.which(name) or shutil.which(name, path="/usr/bin:/snap/bin"):
            return Path(found)
    return None
