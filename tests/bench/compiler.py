"""The load generators are C, so that they are not what is measured."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from tests.bench.processes import BenchFailed
from tests.bench.report import tell

SOURCES = Path(__file__).parent / "native"
PROGRAMS = {
    "load": ("load.c", "script.c", "wire.c"),
    "asks": ("asks.c", "script.c", "wire.c"),
    "limit": ("limit.c",),
}
FLAGS = ("-O2", "-Wall", "-Wextra", "-Wshadow")


def find_compiler() -> str | None:
    named = os.environ.get("CC", "cc")
    return shutil.which(named) or shutil.which("gcc") or shutil.which("clang")


def program(name: str) -> str:
    """The path of the program, compiled now if its sources are not those it was made
    of. Raises BenchFailed when that cannot be done."""
    digest = hashlib.sha256()
    for source in sorted(SOURCES.glob("*.[ch]")):
        digest.update(source.read_bytes())
    built = _cache() / f"{name}-{digest.hexdigest()[:16]}"
    if built.exists():
        return str(built)
    compiler = find_compiler()
    if compiler is None:
        raise BenchFailed(
            "the benchmarks need a C compiler: install gcc (Debian: apt install gcc "
            "libc6-dev), or name one in CC"
        )
    tell(f"compiling {name} ...")
    built.parent.mkdir(parents=True, exist_ok=True)
    # two benches may compile at once: each makes its own, and the last one stays
    fresh = built.with_name(f"{built.name}.{os.getpid()}")
    sources = [str(SOURCES / source) for source in PROGRAMS[name]]
    words = [compiler, *FLAGS, "-o", str(fresh), *sources, "-lm"]
    result = subprocess.run(words, capture_output=True, text=True, check=False)
    if result.returncode:
        raise BenchFailed(f"{compiler} cannot compile {name}:\n{result.stderr}")
    fresh.replace(built)
    return str(built)


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "houzhen" / "bench"
