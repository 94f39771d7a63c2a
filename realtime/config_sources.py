"""Where settings come from: a TOML file, the environment; and what is said of them.

Each becomes a flat `section.name`, together with the place it was found in.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

PREFIX = "HOUZHEN_"
# Variables of ours that are not settings.
NOT_SETTINGS = frozenset({"HOUZHEN_CONFIG", "HOUZHEN_NO_SKIP", "HOUZHEN_CHROMIUM"})
FOR_TESTS = "HOUZHEN_TEST_"

_BARE = r"""[A-Za-z0-9_\-]+|"[^"\n]*"|'[^'\n]*'"""
_TABLE = re.compile(rf"\s*\[\s*((?:{_BARE})(?:\s*\.\s*(?:{_BARE}))*)\s*\]")
_KEY = re.compile(rf"\s*((?:{_BARE})(?:\s*\.\s*(?:{_BARE}))*)\s*=")
_PASSWORD = re.compile(r"([:/][^:/@\s]*:)\S*(@)|(password=)[^&\s]*")


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong: its message names the key, the place and the cure."""

    key: str
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.key}: {self.message} ({self.where})"


class BadSettings(Exception):
    """Settings the server cannot run with. `faults` holds all of them, in order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        count = len(self.faults)
        head = "1 setting is wrong" if count == 1 else f"{count} settings are wrong"
        super().__init__("\n  ".join([head + ":", *map(str, self.faults)]))


class Given(msgspec.Struct, frozen=True):
    """A value somebody set, and where. `is_text`: it came as a word, untyped."""

    key: str
    value: Any
    where: str
    is_text: bool = False

    def fault(self, expected: str | None, hint: str = "") -> Fault:
        """What to say of it: what is expected, or, without that, that it is unknown."""
        if expected is None:
            return Fault(self.key, self.where, f"there is no such setting{hint}")
        return Fault(
            self.key, self.where, f"expected {expected}, found {self._shown()}"
        )

    def _shown(self) -> str:
        """The value as a person may see it, in a log too: passwords are covered."""
        if isinstance(self.value, dict):
            return "a table"
        if isinstance(self.value, list):
            return "a list"
        if isinstance(self.value, bool):
            return str(self.value).lower()
        if not isinstance(self.value, str):
            return str(self.value)
        if self.value == "":
            return "nothing"
        text = without_passwords(self.value)
        return repr(text if len(text) <= 120 else text[:119] + "…")


def without_passwords(text: str) -> str:
    """A database's address as it may be shown."""
    return _PASSWORD.sub(r"\1\3***\2", text)


def from_environment(environment: Mapping[str, str]) -> dict[str, Given]:
    """HOUZHEN_HTTP__PORT=8000 is http.port; values are words still."""
    given = {}
    for variable in sorted(environment):
        if not variable.startswith(PREFIX) or variable.startswith(FOR_TESTS):
            continue
        if variable in NOT_SETTINGS:
            continue
        key = variable.removeprefix(PREFIX).lower().replace("__", ".")
        value = environment[variable].strip()
        given[key] = Given(key, value, variable, is_text=True)
    return given


def from_file(
    path: Path, faults: list[Fault], *, must_exist: bool = True
) -> dict[str, Given]:
    """The file's settings, flat. What keeps it from being read goes to `faults`."""
    name = path.name
    try:
        text = path.read_bytes().decode()
        tree = tomllib.loads(text)
    except FileNotFoundError:
        if must_exist:
            faults.append(Fault("configuration", str(path), "there is no such file"))
        return {}
    except OSError as error:
        reason = error.strerror or str(error)
        faults.append(Fault("configuration", str(path), f"cannot be read: {reason}"))
        return {}
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        faults.append(Fault("configuration", f"{name}:{line}", "this is not UTF-8"))
        return {}
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+)", str(error))
        where = f"{name}:{found[1]}" if found else name
        problem = re.sub(r" \(at .*\)$", "", str(error))
        message = f"this is not TOML: {problem[:1].lower()}{problem[1:]}"
        faults.append(Fault("configuration", where, message))
        return {}
    lines = _lines(text)
    given: dict[str, Given] = {}
    _flatten(tree, "", name, lines, given)
    return given


def _flatten(
    table: Mapping[str, Any],
    prefix: str,
    name: str,
    lines: Mapping[str, int],
    into: dict[str, Given],
) -> None:
    for word, value in table.items():
        key = prefix + word
        # one level of sections; whatever is deeper is shown as it was found
        if isinstance(value, dict) and not prefix:
            _flatten(value, f"{key}.", name, lines, into)
            continue
        line = lines.get(key) or lines.get(key.partition(".")[0])
        into[key] = Given(key, value, f"{name}:{line}" if line else name)


def _lines(text: str) -> dict[str, int]:
    """The line each key stands on, as far as a look at single lines can tell."""
    found: dict[str, int] = {}
    table = ""
    inside: str | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if inside:
            if inside in line:
                inside = None
            continue
        if header := _TABLE.match(line):
            table = _plain(header[1])
            found.setdefault(table, number)
        elif assignment := _KEY.match(line):
            key = _plain(assignment[1])
            found.setdefault(f"{table}.{key}" if table else key, number)
        for quotes in ('"""', "'''"):
            if line.count(quotes) == 1:
                inside = quotes
    return found


def _plain(key: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in key.split("."))


def did_you_mean(given: Given, known: Iterable[str]) -> str:
    """`; did you mean live.heartbeat_s?` or nothing when nothing is near."""
    known = list(known)
    section, _, last = given.key.rpartition(".")
    names = {key.rpartition(".")[2]: key for key in known if key.startswith(section)}
    if near := difflib.get_close_matches(last, names, 1, 0.6):
        best = names[near[0]]
    elif near := difflib.get_close_matches(given.key, known, 1, 0.75):
        best = near[0]
    else:
        # the right name in the wrong section
        same = [key for key in known if key.rpartition(".")[2] == last]
        if len(same) != 1:
            return ""
        (best,) = same
    if given.is_text:
        best = PREFIX + best.replace(".", "__").upper()
    return f"; did you mean {best}?"
