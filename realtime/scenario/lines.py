"""On which line of a TOML file something stands. The reader of TOML does not say,
and a mistake is found quickest by its line."""

from __future__ import annotations

import re

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?\Z")
_NAME = r"""(?:[\w\-]+|"[^"]*"|'[^']*')"""
_KEY = re.compile(rf"\s*({_NAME})\s*(?:\.\s*({_NAME})\s*)?[.=]")


class Lines:
    """Where each table, key and element of an array of tables begins. Only looks;
    whether the file is TOML at all has been found out before."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._keys: dict[tuple[str, str], int] = {}
        self._tables: dict[str, int] = {}
        self._elements: dict[str, list[int]] = {}
        self._look()

    def of_key(self, table: str, key: str) -> int | None:
        """``table`` is "" for the top of the file."""
        return self._keys.get((table, key)) or self.of_table(table or key)

    def of_table(self, table: str) -> int | None:
        return self._tables.get(table) or self._keys.get(("", table))

    def of_element(self, array: str, index: int) -> int | None:
        found = self._elements.get(array, [])
        return found[index] if index < len(found) else None

    def _look(self) -> None:
        table, array = "", None
        for start, line, depth in _outside_strings(self._text):
            header = _HEADER.match(line) if depth == 0 else None
            if header is not None:
                table = header[2].strip()
                array = None
                self._tables.setdefault(table, start)
                if header[1] == "[[":
                    self._elements.setdefault(table, []).append(start)
                continue
            if depth == 0 and (key := _KEY.match(line)):
                name = key[1].strip("\"'")
                self._keys.setdefault((table, name), start)
                if table == "" and key[2]:
                    inner = key[2].strip("\"'")
                    self._keys.setdefault((name, inner), start)
                array = name if table == "" else None
            if array is not None:
                found = self._elements.setdefault(array, [])
                found += [start] * _tables_begun(line, depth)


def _tables_begun(line: str, depth: int) -> int:
    """How many inline tables begin here as direct elements of the array."""
    begun = 0
    for mark in line:
        if mark in "[{":
            begun += mark == "{" and depth == 1
            depth += 1
        elif mark in "]}":
            depth -= 1
    return begun


def _outside_strings(text: str) -> list[tuple[int, str, int]]:
    """Each line's number, its text with what is in strings and comments blanked
    (the keys' own quotes stay), and how deep in brackets it begins."""
    found: list[tuple[int, str, int]] = []
    quote = ""
    depth = 0
    for number, line in enumerate(text.splitlines(), 1):
        kept: list[str] = []
        began = depth
        inside = bool(quote)
        position = 0
        while position < len(line):
            if quote:
                if line[position] == "\\" and quote[0] == '"':
                    position += 2
                elif line.startswith(quote, position):
                    position += len(quote)
                    if len(quote) == 1:
                        kept.append(quote)
                    quote = ""
                else:
                    if len(quote) == 1:
                        kept.append(
                            " " if line[position] in "[]{}#" else line[position]
                        )
                    position += 1
                continue
            if line[position] == "#":
                break
            if line[position] in "\"'":
                triple = line[position] * 3
                quote = triple if line.startswith(triple, position) else line[position]
                position += len(quote)
                if len(quote) == 1:
                    kept.append(quote)
                continue
            depth += (line[position] in "[{") - (line[position] in "]}")
            kept.append(line[position])
            position += 1
        if len(quote) == 1:
            quote = ""
        if not inside:
            found.append((number, "".join(kept), began))
    return found
