"""The second factor: codes that change every 30 seconds (TOTP, RFC 6238).

The everyday kind that every authenticator app makes: HMAC-SHA1 of the time step, six
digits. Pure: the secret and the time come in. A code is good once, and one step early
or late, for a telephone's clock.
"""

from __future__ import annotations

import hmac
import struct
from base64 import b32decode, b32encode
from urllib.parse import quote, urlencode

from actors.kernel.times import Millis

STEP_MS: Millis = 30_000
DIGITS = 6
SECRET_BYTES = 20
_EARLY_OR_LATE = 1


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    mac = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    at = mac[-1] & 0xF
    (number,) = struct.unpack(">I", mac[at : at + 4])
    return str((number & 0x7FFF_FFFF) % 10**digits).zfill(digits)


def step_of(secret: bytes, typed: str, now: Millis) -> int | None:
    """The step this code is of; None when it is none of about now."""
    digits = "".join(typed.split())
    if len(digits) != DIGITS or not digits.isascii() or not digits.isdecimal():
        return None
    middle = now // STEP_MS
    for step in range(middle - _EARLY_OR_LATE, middle + _EARLY_OR_LATE + 1):
        if hmac.compare_digest(code_at(secret, step), digits):
            return step
    return None


def as_text(secret: bytes) -> str:
    """As an app takes it that cannot read the picture."""
    return b32encode(secret).decode().rstrip("=")


def from_text(text: str) -> bytes:
    return b32decode(text + "=" * (-len(text) % 8))


def address(secret: bytes, account: str, hospital: str) -> str:
    """What a telephone opens its authenticator with."""
    label = quote(f"{hospital}:{account}", safe=":")
    return f"otpauth://totp/{label}?" + urlencode(
        {"secret": as_text(secret), "issuer": hospital}
    )
