"""The API's description, made from the same table its routes are made from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec

from realtime.http.answers import HttpError

Json = dict[str, Any]
Schemas = dict[type[msgspec.Struct], Json]


class Parameter(msgspec.Struct, frozen=True):
    """A part of the address, or a header."""

    name: str
    place: str
    says: str
    least: int = 1
    most: int = 64


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the API does. `answer` is the struct it gives, `body` what it takes;
    `token` says that somebody must show theirs, `media` that it answers with bytes of
    that type instead."""

    path: str
    name: str
    summary: str
    answer: type[msgspec.Struct]
    method: str = "get"
    parameters: tuple[Parameter, ...] = ()
    body: type[msgspec.Struct] | None = None
    token: bool = False
    media: str = ""


class Operation(Described, frozen=True, kw_only=True):
    """One that takes nothing."""

    do: Callable[[], Awaitable[msgspec.Struct]]


def document(
    title: str, version: str, base: str, operations: Iterable[Described]
) -> Json:
    """The OpenAPI 3.1 document."""
    operations = list(operations)
    answers = [operation.answer for operation in operations]
    bodies = [each.body for each in operations if each.body is not None]
    structs: list[type[msgspec.Struct]] = [*answers, *bodies, HttpError]
    structs = list(dict.fromkeys(structs))
    refs, components = msgspec.json.schema_components(
        structs, ref_template="#/components/schemas/{name}"
    )
    schema: Schemas = dict(zip(structs, refs, strict=True))
    paths: Json = {}
    for operation in operations:
        methods = paths.setdefault(operation.path, {})
        methods[operation.method] = _operation(operation, schema)
    if any(operation.token for operation in operations):
        components = {"schemas": components, "securitySchemes": _BEARER}
    else:
        components = {"schemas": components}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "servers": [{"url": base}],
        "paths": paths,
        "components": components,
    }


_BEARER: Json = {"token": {"type": "http", "scheme": "bearer"}}


def _bytes(media: str) -> Json:
    return {media: {"schema": {"type": "string", "format": "binary"}}}


def _operation(operation: Described, schema: Schemas) -> Json:
    def content(struct: type[msgspec.Struct]) -> Json:
        return {"application/json": {"schema": schema[struct]}}

    written: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "responses": {
            "200": {
                "description": "What was asked for.",
                "content": _bytes(operation.media)
                if operation.media
                else content(operation.answer),
            },
            "default": {
                "description": "Why it was not done.",
                "content": content(HttpError),
            },
        },
    }
    if operation.parameters:
        written["parameters"] = [
            {
                "name": each.name,
                "in": each.place,
                "required": True,
                "description": each.says,
                "schema": {
                    "type": "string",
                    "minLength": each.least,
                    "maxLength": each.most,
                },
            }
            for each in operation.parameters
        ]
    if operation.body is not None:
        written["requestBody"] = {"content": content(operation.body)}
    if operation.token:
        written["security"] = [{"token": []}]
    return written
