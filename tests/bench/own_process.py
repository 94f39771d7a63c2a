"""What this process costs, for benches that measure themselves from inside."""

from __future__ import annotations

from pathlib import Path


def anonymous_bytes() -> int:
    """The memory this process alone holds."""
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "Anonymous":
            return int(value.split()[0]) * 1024
    raise RuntimeError("the kernel does not say how much memory is anonymous")
