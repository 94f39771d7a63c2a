"""Reads ``[settings]``: the clinic's own settings by their own names, with lengths
of time as people write them and with a helpful word on every mistake."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
from msgspec import inspect

from actors.clinic.settings import Settings
from realtime.scenario.times import read_span
from realtime.scenario.words import meant


class BadRule(msgspec.Struct, frozen=True):
    """``key`` is the dotted name of the setting."""

    key: str
    code: str
    message: str


# looking at a struct costs more than reading a file
_fields_of = lru_cache(inspect.type_info)


def read_settings(raw: Any) -> tuple[dict[str, Any], list[BadRule]]:
    """What the engine takes, and everything that is wrong with it."""
    wrong: list[BadRule] = []
    read = _read(raw, _fields_of(Settings), "", wrong)
    if not wrong:
        try:
            settings = msgspec.convert(read, Settings)
        except msgspec.ValidationError as error:
            wrong.append(BadRule("", "bad_setting", f"设置不对：{error}"))
        else:
            wrong += _unwise(settings)
    return read if isinstance(read, dict) else {}, wrong


def _unwise(settings: Settings) -> list[BadRule]:
    """What the clinic itself says of these settings."""
    from actors.clinic import settings as home

    problems = getattr(home, "problems", None)
    if problems is None:
        return []
    return [
        BadRule(problem.field, "bad_setting", problem.message)
        for problem in problems(settings)
    ]


def _read(value: Any, kind: inspect.Type, path: str, wrong: list[BadRule]) -> Any:
    match kind:
        case inspect.StructType():
            return _struct(value, kind, path, wrong)
        case inspect.UnionType():
            return _one_of(value, kind, path, wrong)
        case inspect.LiteralType():
            return _literal(value, kind.values, path, wrong)
        case inspect.VarTupleType() | inspect.ListType():
            if not isinstance(value, list):
                value = value.split() if isinstance(value, str) else [value]
            return [_read(each, kind.item_type, path, wrong) for each in value]
        case inspect.TupleType():
            if isinstance(value, list) and len(value) == len(kind.item_types):
                pairs = zip(value, kind.item_types, strict=True)
                return [_read(each, item, path, wrong) for each, item in pairs]
            many = len(kind.item_types)
            wrong.append(BadRule(path, "bad_setting", f"「{path}」要写 {many} 个值。"))
            return value
        case inspect.DictType():
            if isinstance(value, dict):
                return {
                    key: _read(each, kind.value_type, f"{path}.{key}", wrong)
                    for key, each in value.items()
                }
            wrong.append(BadRule(path, "bad_setting", f"「{path}」要写成一张表。"))
            return value
        case inspect.IntType() if isinstance(value, str):
            return _span(value, path, wrong)
        case _:
            return value


def _struct(
    value: Any, kind: inspect.StructType, path: str, wrong: list[BadRule]
) -> Any:
    if not isinstance(value, dict):
        wrong.append(BadRule(path, "bad_setting", f"「{path}」要写成一张表。"))
        return value
    fields = {field.encode_name: field for field in kind.fields}
    read: dict[str, Any] = {}
    for key, each in value.items():
        name = key if key in fields else f"{key}_ms"
        where = f"{path}.{key}" if path else key
        if name not in fields:
            message = f"没有叫「{where}」的设置{meant(key, fields)}"
            wrong.append(BadRule(where, "unknown_setting", message))
            continue
        read[name] = _read(each, fields[name].type, where, wrong)
    return read


def _one_of(
    value: Any, kind: inspect.UnionType, path: str, wrong: list[BadRule]
) -> Any:
    """The first of the alternatives under which nothing is wrong."""
    first: list[BadRule] = []
    for alternative in kind.types:
        tried: list[BadRule] = []
        read = _read(value, alternative, path, tried)
        if not tried and _fits(read, alternative):
            return read
        first = first or tried
    wrong += first or [BadRule(path, "bad_setting", f"「{path}」不能是「{value}」。")]
    return value


def _fits(value: Any, kind: inspect.Type) -> bool:
    match kind:
        case inspect.IntType():
            return isinstance(value, int) and not isinstance(value, bool)
        case inspect.StrType():
            return isinstance(value, str)
        case inspect.BoolType():
            return isinstance(value, bool)
        case inspect.NoneType():
            return value is None
        case _:
            return True


def _literal(
    value: Any, values: tuple[Any, ...], path: str, wrong: list[BadRule]
) -> Any:
    if value not in values:
        said = f"「{path}」不能是「{value}」{meant(str(value), map(str, values))}"
        wrong.append(BadRule(path, "bad_setting", said))
    return value


def _span(value: str, path: str, wrong: list[BadRule]) -> Any:
    length = read_span(value)
    if length is None:
        said = f"「{path}」是时间长短，请写成「90s」或「10m」，不是「{value}」。"
        wrong.append(BadRule(path, "bad_time", said))
    return length
