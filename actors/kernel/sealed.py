"""Personal fields, sealed: SM4-GCM by ``cryptography``; found again by HMAC-SM3.

A sealed value travels in commands and events and rests in the journal; only views and
desks for those who may see it open it. Its ``key`` names what it was sealed with:

- a **data key** of the key file seals what any part of the house opens at once, such
  as the display name in a clinic's events. The newest seals, the older ones still
  open; a data key that is taken out of the file closes for good what it had sealed;
- a **key of one's own** seals the details of one patient. It rests wrapped by the
  data key's key-encryption key, in a row that can be deleted: then everything it had
  sealed, in every event and every backup of the journal without that row, is erased.

    CannotOpen         the bytes were changed, cut short, or sealed with another key
    └── MissingKey     its key is not here: lost, retired, or destroyed on purpose
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hmac import HMAC

KEY_BYTES = 16  # SM4
_NONCE = 12
_TAG = 16
_HEAD = _NONCE + _TAG
_WRAPPING = b"houzhen: the key that wraps patients' keys"


class Sealed(msgspec.Struct, frozen=True, gc=False):
    """A personal value nobody can read without its key. ``repr`` tells nothing."""

    key: str
    box: bytes

    def __repr__(self) -> str:
        return "Sealed(…)"


class WrappedKey(msgspec.Struct, frozen=True, gc=False):
    """A key of one's own as it rests: ``under`` names the data key whose
    key-encryption key opened it last. An empty box means: destroy it."""

    id: str
    under: str = ""
    box: bytes = b""

    def __repr__(self) -> str:
        return f"WrappedKey({self.id!r}, …)"


class CannotOpen(Exception):
    """The key is not the one it was sealed with, or the bytes were changed."""


class MissingKey(CannotOpen):
    """The key it was sealed with is not here."""


def _seal(key: bytes, text: bytes, bound: bytes = b"") -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    sealing = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    if bound:
        sealing.authenticate_additional_data(bound)
    body = sealing.update(text) + sealing.finalize()
    return nonce + sealing.tag + body


def _open(key: bytes, box: bytes, bound: bytes = b"") -> bytes:
    if len(box) < _HEAD:
        raise CannotOpen("the sealed value was cut short")
    mode = modes.GCM(box[:_NONCE], box[_NONCE:_HEAD])
    opening = Cipher(algorithms.SM4(key), mode).decryptor()
    if bound:
        opening.authenticate_additional_data(bound)
    try:
        return opening.update(box[_HEAD:]) + opening.finalize()
    except InvalidTag:
        raise CannotOpen("the sealed value was changed") from None


class OwnKey:
    """The key of one patient, open in memory. A value is bound to the name of its
    field: a telephone number put in a name's place does not open."""

    __slots__ = ("_key", "id")

    def __init__(self, key_id: str, key: bytes) -> None:
        self.id = key_id
        self._key = key

    def seal(self, field: str, text: str) -> Sealed:
        return Sealed(self.id, _seal(self._key, text.encode(), field.encode()))

    def open(self, field: str, sealed: Sealed) -> str:
        """Raises CannotOpen."""
        if sealed.key != self.id:
            raise CannotOpen(f"sealed under key {sealed.key!r}, not {self.id!r}")
        return _open(self._key, sealed.box, field.encode()).decode()

    def __repr__(self) -> str:
        return f"OwnKey({self.id!r}, …)"


class Vault:
    """Seals, opens and indexes personal values under one installation's keys.

    ``older`` are data keys that no longer seal: what they had sealed still opens.
    """

    def __init__(
        self,
        key_id: str,
        data_key: bytes,
        index_key: bytes,
        *,
        older: Mapping[str, bytes] | None = None,
    ) -> None:
        self._ring = {**(older or {}), key_id: data_key}
        if any(len(key) != KEY_BYTES for key in self._ring.values()):
            raise ValueError("the data key has 16 bytes (SM4)")
        if len(index_key) < KEY_BYTES:
            raise ValueError("the index key has at least 16 bytes")
        self.key_id = key_id
        self._wrapping = {name: _derived(key) for name, key in self._ring.items()}
        self._index_key = index_key
        self._index = HMAC(index_key, hashes.SM3())
        # views open the same name again and again; one patient is opened once
        self.open = lru_cache(maxsize=50_000)(self._open)

    # -- under the data key ----------------------------------------------------------

    def seal(self, text: str) -> Sealed:
        return Sealed(self.key_id, _seal(self._ring[self.key_id], text.encode()))

    def _open(self, sealed: Sealed) -> str:
        key = self._ring.get(sealed.key)
        if key is None:
            raise MissingKey(
                f"sealed under key {sealed.key!r}, which is not among "
                f"{sorted(self._ring)!r}: put it back into the key file, under "
                "data.older, or what it sealed stays closed"
            )
        return _open(key, sealed.box).decode()

    # -- keys of one's own -----------------------------------------------------------

    def new_key(self) -> tuple[OwnKey, WrappedKey]:
        """A random key, and the form in which it rests."""
        own = OwnKey(f"k{secrets.token_hex(8)}", secrets.token_bytes(KEY_BYTES))
        return own, self._wrap(own.id, own._key)

    def unwrap(self, wrapped: WrappedKey) -> OwnKey:
        """Raises MissingKey when it was destroyed or its wrapping key is not here,
        CannotOpen when the row was changed or belongs to another key."""
        return OwnKey(wrapped.id, self._unwrap(wrapped))

    def rewrap(self, wrapped: WrappedKey) -> WrappedKey:
        """The same key under the newest data key, so that older ones can retire.
        What it has sealed stays as it is."""
        return self._wrap(wrapped.id, self._unwrap(wrapped))

    def _wrap(self, key_id: str, key: bytes) -> WrappedKey:
        under = self.key_id
        box = _seal(self._wrapping[under], key, key_id.encode())
        return WrappedKey(key_id, under, box)

    def _unwrap(self, wrapped: WrappedKey) -> bytes:
        if not wrapped.box:
            raise MissingKey(f"key {wrapped.id!r} was destroyed")
        wrapping = self._wrapping.get(wrapped.under)
        if wrapping is None:
            raise MissingKey(
                f"key {wrapped.id!r} is wrapped under {wrapped.under!r}, which is not "
                f"among {sorted(self._ring)!r}: put it back under data.older"
            )
        return _open(wrapping, wrapped.box, wrapped.id.encode())

    # -- marks -----------------------------------------------------------------------

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


def _derived(data_key: bytes) -> bytes:
    """The key-encryption key that goes with a data key: one secret in the file, two
    uses that never meet."""
    derivation = HMAC(data_key, hashes.SM3())
    derivation.update(_WRAPPING)
    return derivation.finalize()[:KEY_BYTES]
