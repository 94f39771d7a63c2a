"""Personal fields, sealed. They are opened in one place, by one vault.

A sealed value travels in commands and events and rests in the journal; only views
for those who may see it open it. SM4-GCM by ``cryptography``; an index is an
HMAC-SM3, so that a card can be looked up without being kept.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from functools import lru_cache

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hmac import HMAC

_NONCE = 12
_TAG = 16


class Sealed(msgspec.Struct, frozen=True, gc=False):
    """A personal value nobody can read without the vault. ``repr`` tells nothing."""

    key: str
    box: bytes

    def __repr__(self) -> str:
        return "Sealed(…)"


class CannotOpen(Exception):
    """The key is not the one it was sealed with, or the bytes were changed."""


class Vault:
    """Seals, opens and indexes personal values under one hospital's keys."""

    def __init__(self, key_id: str, data_key: bytes, index_key: bytes) -> None:
        if len(data_key) != 16:
            raise ValueError("the data key has 16 bytes (SM4)")
        if len(index_key) < 16:
            raise ValueError("the index key has at least 16 bytes")
        self._key_id = key_id
        self._data_key = data_key
        self._index_key = index_key
        self._index = HMAC(index_key, hashes.SM3())
        # views open the same name again and again; one patient is opened once
        self.open = lru_cache(maxsize=50_000)(self._open)

    def seal(self, text: str) -> Sealed:
        nonce = secrets.token_bytes(_NONCE)
        box = Cipher(algorithms.SM4(self._data_key), modes.GCM(nonce)).encryptor()
        body = box.update(text.encode()) + box.finalize()
        return Sealed(self._key_id, nonce + box.tag + body)

    def _open(self, sealed: Sealed) -> str:
        if sealed.key != self._key_id:
            raise CannotOpen(f"sealed under key {sealed.key!r}, not {self._key_id!r}")
        if len(sealed.box) < _NONCE + _TAG:
            raise CannotOpen("the sealed value was cut short")
        nonce, tag = sealed.box[:_NONCE], sealed.box[_NONCE : _NONCE + _TAG]
        mode = modes.GCM(nonce, tag)
        opening = Cipher(algorithms.SM4(self._data_key), mode).decryptor()
        try:
            text = opening.update(sealed.box[_NONCE + _TAG :]) + opening.finalize()
        except InvalidTag:
            raise CannotOpen("the sealed value was changed") from None
        return text.decode()

    def fingerprint(self, body: bytes) -> bytes:
        """Tells one body from another, and nothing about it."""
        return hashlib.blake2b(body, digest_size=16, key=self._index_key).digest()

    def index(self, purpose: str, text: str) -> str:
        """A blind index: the same text gives the same mark, and nothing else.

        The same is what a person would call the same: a keyboard left in full width
        or a small x at the end of an identity number changes nothing.
        """
        text = unicodedata.normalize("NFKC", text).strip().upper()
        mark = self._index.copy()
        mark.update(purpose.encode() + b"\0" + text.encode())
        return mark.finalize().hex()[:32]
