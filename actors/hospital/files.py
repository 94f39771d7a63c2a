"""A plan as a file that people read, write and keep: TOML, and back exactly.

The library reads TOML and does not write it, so the writing is here: tables and plain
values, in the order of the plan. What is wrong in a file is told with its line, its
field, and what is expected there.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any, TypeAlias

import msgspec

from actors.hospital.entries import INSIDE_CLINIC, KIND_OF, SECTION, STRUCTS, as_json
from actors.hospital.plan import ClinicPlan, Plan, SpeechPlan
from actors.kernel.errors import BadRequest

HEAD = """\
# 候诊 houzhen: how this hospital is laid out. Made by its set-up page, and read by it.
"""

_BARE = re.compile(r"[0-9A-Za-z_\-]+\Z")
_PLACE = re.compile(r"^(?P<message>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_Path: TypeAlias = tuple[str, ...]
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")


class WrongFile(BadRequest):
    """The file cannot be read as a plan; details: line, field, expected."""

    code = "wrong_file"


def to_file(plan: Plan) -> str:
    """The whole plan. ``from_file`` gives the same plan back."""
    told: dict[str, Any] = as_json(plan)
    return "\n".join([HEAD, *_table((), told)]).rstrip("\n") + "\n"


def from_file(text: str) -> Plan:
    """Raises WrongFile."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise WrongFile(
            f"第 {line} 行写得不对，不是 TOML 的写法，请改好再导入。",
            line=line,
            field="",
            expected=_LINE.sub("", str(error)).strip(),
        ) from None
    sections: dict[str, Any] = {}
    for section, entries in told.items():
        kind = KIND_OF.get(section)
        if section not in Plan.__struct_fields__ or kind is None:
            raise _wrong(text, (section,), "no such field")
        if section == "speech":
            sections[section] = _entry(text, (section,), SpeechPlan, entries)
        else:
            sections[section] = _section(text, (section,), kind, entries)
    return Plan(**sections)


def _section(text: str, path: _Path, kind: str, entries: Any) -> dict[str, Any]:
    if not isinstance(entries, dict):
        raise _wrong(text, path, "Expected `object`")
    return {
        key: _entry(text, (*path, key), STRUCTS[kind], told)
        for key, told in entries.items()
    }


def _entry(text: str, path: _Path, kind: type[msgspec.Struct], told: Any) -> Any:
    """One entry at a time, so that what is wrong has a whole path."""
    inner: dict[str, Any] = {}
    if kind is ClinicPlan and isinstance(told, dict):
        for what in INSIDE_CLINIC:
            section = SECTION[what]
            if section in told:
                at = (*path, section)
                inner[section] = _section(text, at, what, told[section])
        told = {key: value for key, value in told.items() if key not in inner}
    try:
        entry = msgspec.convert(told, kind)
    except msgspec.ValidationError as error:
        parts = _PLACE.match(str(error))
        assert parts is not None
        steps = [key or index for key, index in _STEP.findall(parts["path"] or "$")]
        if "..." in steps:
            steps = steps[: steps.index("...")]
        raise _wrong(text, (*path, *steps), parts["message"]) from None
    for unknown in _unknown(told, entry):
        raise _wrong(text, (*path, *unknown), "no such field")
    return msgspec.structs.replace(entry, **inner)


def _unknown(told: Any, entry: Any) -> Iterator[_Path]:
    """What somebody wrote that means nothing to us: most likely misspelt."""
    if isinstance(entry, msgspec.Struct):
        for key, value in told.items():
            if key in entry.__struct_fields__:
                for path in _unknown(value, getattr(entry, key)):
                    yield (key, *path)
            else:
                yield (key,)
    elif isinstance(entry, dict):
        for key, value in told.items():
            for path in _unknown(value, entry[key]):
                yield (key, *path)
    elif isinstance(entry, tuple):
        for index, value in enumerate(told):
            for path in _unknown(value, entry[index]):
                yield (str(index), *path)


# What is wrong, in words


def _wrong(text: str, path: _Path, expected: str) -> WrongFile:
    line, field = line_of(text, path), ".".join(path)
    where = f"第 {line} 行的 {field}" if line else field
    return WrongFile(
        f"{where}：{_in_words(expected)}，请改好再导入。",
        line=line,
        field=field,
        expected=expected,
    )


_WORDS = (
    (r"^no such field$", "没有这一项，可能是写错了"),
    (r"^Expected `([^`]+)`, got `([^`]+)`", r"这里要的是 \1，写的是 \2"),
    (r"^Expected `([^`]+)`", r"这里要的是 \1"),
    (r"missing required field `(\w+)`", r"少了 \1"),
    (r"^Invalid enum value (.*)$", r"不能是 \1"),
)


def _in_words(expected: str) -> str:
    for pattern, words in _WORDS:
        if found := re.search(pattern, expected):
            return found.expand(words)
    return expected


def line_of(text: str, path: _Path) -> int:
    """The line at which this is said, or the nearest thing around it; 0: nowhere."""
    best, deepest = 0, 0
    at: _Path = ()
    counts: dict[_Path, int] = {}
    for line, said in enumerate(text.splitlines(), 1):
        said = said.strip()
        if said.startswith("[["):
            table = _keys(said.partition("]]")[0][2:])
            counts[table] = counts.get(table, -1) + 1
            at = here = (*table, str(counts[table]))
        elif said.startswith("["):
            at = here = _keys(said.partition("]")[0][1:])
        elif "=" in said and not said.startswith("#"):
            here = (*at, *_keys(said.partition("=")[0]))
        else:
            continue
        near = min(len(here), len(path))
        if path[:near] == here[:near] and near > deepest:
            best, deepest = line, near
    return best


def _keys(dotted: str) -> _Path:
    found = re.findall(r'"([^"]*)"|\'([^\']*)\'|([^.\s"\']+)', dotted)
    return tuple(a or b or c for a, b, c in found)


# Writing


def _table(path: _Path, table: dict[str, Any]) -> Iterator[str]:
    """Values first, then tables: after a heading, all there is belongs to it."""
    plain = {key: v for key, v in table.items() if not _is_table(v)}
    if path and (plain or not table):
        yield f"[{'.'.join(map(_key, path))}]"
    yield from (f"{_key(key)} = {_value(v)}" for key, v in plain.items())
    if plain or path:
        yield ""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _table((*path, key), value)
        elif _is_table(value):
            for row in value:
                yield f"[[{'.'.join(map(_key, (*path, key)))}]]"
                yield from (f"{_key(k)} = {_value(v)}" for k, v in row.items())
                yield ""


def _is_table(value: Any) -> bool:
    if isinstance(value, dict):
        return True
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _key(key: str) -> str:
    return key if _BARE.match(key) else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return repr(value)


def _text(text: str) -> str:
    """A basic string; what TOML does not take as it is, escaped."""
    return '"' + _ESCAPED.sub(_escape, text) + '"'


_ESCAPED = re.compile(r'[\x00-\x1f\x7f"\\]')


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    return f"\\{char}" if char in '"\\' else f"\\u{ord(char):04x}"
