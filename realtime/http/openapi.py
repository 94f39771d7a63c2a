"""The API's description, made from the same table its routes are made from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec

from realtime.http.answers import HttpError

Json = dict[str, Any]


class Operation(msgspec.Struct, frozen=True):
    """One thing the API does. `answer` is the struct it gives."""

    path: str
    name: str
    summary: str
    answer: type[msgspec.Struct]
    do: Callable[[], Awaitable[msgspec.Struct]]


def document(
    title: str, version: str, base: str, operations: Iterable[Operation]
) -> Json:
    """The OpenAPI 3.1 document."""
    operations = list(operations)
    structs = [operation.answer for operation in operations]
    refs, components = msgspec.json.schema_components(
        [*structs, HttpError], ref_template="#/components/schemas/{name}"
    )
    *answers, error = ({"schema": ref} for ref in refs)
    paths: Json = {}
    for operation, schema in zip(operations, answers, strict=True):
        paths[operation.path] = {
            "get": {
                "operationId": operation.name,
                "summary": operation.summary,
                "responses": {
                    "200": {
                        "description": "What was asked for.",
                        "content": {"application/json": schema},
                    },
                    "default": {
                        "description": "Why it was not done.",
                        "content": {"application/json": error},
                    },
                },
            }
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "servers": [{"url": base}],
        "paths": paths,
        "components": {"schemas": components},
    }
