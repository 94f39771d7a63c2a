"""The keys of one installation, in one file that only its owner may read.

Token keys sign who may do what; the newest signs, the older ones still verify, so
that a key is changed without every screen losing its token at once. The data key
seals personal fields in the journal: without it they cannot be read again, so the
file belongs into the backup, apart from the journal's.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import re
import secrets
import stat
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

TOKEN_KEY_BYTES = 32
CIPHER_BYTES = 16  # SM4
INDEX_BYTES = 32  # HMAC-SM3
_ID = re.compile(r"[0-9A-Za-z_\-]{1,32}\Z")


class BadKeys(Exception):
    """The key file cannot be used; the message says what to do about it."""


class DataKey(msgspec.Struct, frozen=True):
    """What seals personal fields (SM4) and finds them again (HMAC-SM3). ``older``
    ciphers only open what they had sealed."""

    id: str
    cipher: bytes
    index: bytes
    older: Mapping[str, bytes] = {}

    def __repr__(self) -> str:
        return f"DataKey({self.id!r}, …)"


class TokenKeys(msgspec.Struct, frozen=True):
    """Every key a token may be signed with; `newest` is the one that signs."""

    newest: str
    keys: Mapping[str, bytes]

    def __repr__(self) -> str:
        return f"TokenKeys(newest={self.newest!r}, {sorted(self.keys)})"


class Keys(msgspec.Struct, frozen=True):
    tokens: TokenKeys
    data: DataKey


def new_keys() -> Keys:
    """Random keys, for a first start and for tests."""
    name = f"k{secrets.token_hex(3)}"
    return Keys(
        TokenKeys(name, {name: secrets.token_bytes(TOKEN_KEY_BYTES)}),
        DataKey(
            f"d{secrets.token_hex(3)}",
            secrets.token_bytes(CIPHER_BYTES),
            secrets.token_bytes(INDEX_BYTES),
        ),
    )


def open_keys(path: Path, *, may_create: bool) -> Keys:
    """Read the key file, or make it where there is none and `may_create` says so.

    Give `may_create=False` when the journal already holds something: a new data key
    could not open what the lost one has sealed. Raises BadKeys. Two servers started
    at once agree on the file that was there first.
    """
    try:
        return _read(path)
    except FileNotFoundError:
        if not may_create:
            raise BadKeys(
                f"{path} is missing, and the journal holds data sealed with its keys: "
                "put the file back from the backup (or name it in secrets.file)"
            ) from None
    try:
        _create(path, new_keys())
        return _read(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise BadKeys(f"{path} cannot be written: {reason}") from error


def rotated(keys: Keys) -> Keys:
    """The same keys with a new one to sign tokens; the older ones still verify."""
    name = f"k{secrets.token_hex(3)}"
    token_keys = {**keys.tokens.keys, name: secrets.token_bytes(TOKEN_KEY_BYTES)}
    return msgspec.structs.replace(keys, tokens=TokenKeys(name, token_keys))


def with_new_data_key(keys: Keys) -> Keys:
    """The same keys with a new cipher; the ones before still open. The index stays:
    a new one would find nobody who is here already."""
    data = keys.data
    fresh = msgspec.structs.replace(
        data,
        id=f"d{secrets.token_hex(3)}",
        cipher=secrets.token_bytes(CIPHER_BYTES),
        older={**data.older, data.id: data.cipher},
    )
    return msgspec.structs.replace(keys, data=fresh)


def _create(path: Path, keys: Keys) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(written(keys))
            file.flush()
            os.fsync(file.fileno())
        # a link never replaces: whoever comes second reads the first one's keys
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def written(keys: Keys) -> str:
    """The file's text."""

    def line(name: str, key: bytes) -> str:
        return f'{name} = "{base64.b64encode(key).decode()}"'

    return "\n".join(
        [
            "# The keys of this installation. Keep a copy apart from the journal's:",
            "# without the data key nobody can read the names in it again.",
            "",
            "[tokens]",
            f'newest = "{keys.tokens.newest}"',
            "",
            "[tokens.keys]",
            *(line(name, key) for name, key in keys.tokens.keys.items()),
            "",
            "[data]",
            f'id = "{keys.data.id}"',
            line("cipher", keys.data.cipher),
            line("index", keys.data.index),
            "",
            *(_older(keys.data, line) if keys.data.older else ()),
        ]
    )


def _older(data: DataKey, line: Callable[[str, bytes], str]) -> list[str]:
    return [
        "# They seal no more, and open what they had sealed.",
        "[data.older]",
        *(line(name, key) for name, key in data.older.items()),
        "",
    ]


def _read(path: Path) -> Keys:
    """The keys in the file. Lets FileNotFoundError through; else raises BadKeys."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise BadKeys(f"{path} is not a file")
            if status.st_mode & 0o077:
                raise BadKeys(
                    f"{path} can be read by others (mode "
                    f"{stat.S_IMODE(status.st_mode):04o}): run `chmod 600 {path}`, "
                    "and change the keys if somebody may have seen them"
                )
            tree = tomllib.loads(file.read().decode())
    except FileNotFoundError:
        raise
    except IsADirectoryError:
        raise BadKeys(f"{path} is not a file") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise BadKeys(f"{path} cannot be read: {reason}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        # the parser's own words could quote a key
        raise BadKeys(
            f"{path} is damaged: it is not TOML. Put it back from the backup"
        ) from None

    def part(table: Any, *names: str) -> Any:
        for name in names:
            if not isinstance(table, dict) or name not in table:
                raise BadKeys(f"{path}: {'.'.join(names)} is missing")
            table = table[name]
        return table

    def key_id(*names: str) -> str:
        value = part(tree, *names)
        if not isinstance(value, str) or not _ID.match(value):
            raise BadKeys(f"{path}: {'.'.join(names)} is not the name of a key")
        return value

    def key(length: int, *names: str) -> bytes:
        try:
            value = base64.b64decode(part(tree, *names), validate=True)
        except (binascii.Error, TypeError, ValueError):
            value = b""
        if len(value) != length:
            where = ".".join(names)
            raise BadKeys(f"{path}: {where} must be {length} bytes in base64")
        return value

    names = part(tree, "tokens", "keys")
    if not isinstance(names, dict):
        raise BadKeys(f"{path}: tokens.keys is not a table")
    token_keys = {name: key(TOKEN_KEY_BYTES, "tokens", "keys", name) for name in names}
    newest = key_id("tokens", "newest")
    if newest not in token_keys:
        raise BadKeys(f"{path}: tokens.newest names {newest}, which is not there")
    older = tree["data"].get("older", {}) if isinstance(tree.get("data"), dict) else {}
    if not isinstance(older, dict):
        raise BadKeys(f"{path}: data.older is not a table")
    return Keys(
        TokenKeys(newest, token_keys),
        DataKey(
            key_id("data", "id"),
            key(CIPHER_BYTES, "data", "cipher"),
            key(INDEX_BYTES, "data", "index"),
            {name: key(CIPHER_BYTES, "data", "older", name) for name in older},
        ),
    )
