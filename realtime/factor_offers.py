"""A second factor that was shown and not taken yet.

It travels with whoever is to take it, sealed, and is kept nowhere: who never comes
back has changed nothing.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec

from actors.kernel.errors import Refused
from actors.kernel.sealed import CannotOpen, Sealed, Vault
from actors.kernel.times import Millis
from actors.staff import second_factor

LASTS_MS: Millis = 10 * 60_000


class _Offer(msgspec.Struct, frozen=True):
    account: str
    secret: str
    until: Millis


def offered(vault: Vault, account: str, hospital: str, now: Millis) -> Refused:
    """What a log-in is refused with that must bind an authenticator first."""
    secret = secrets.token_bytes(second_factor.SECRET_BYTES)
    text = second_factor.as_text(secret)
    offer = msgspec.json.encode(_Offer(account, text, now + LASTS_MS)).decode()
    return Refused(
        "second_factor_first",
        "管理账号登录要加一道手机验证码，请先绑定验证器。",
        secret=text,
        address=second_factor.address(secret, account, hospital),
        offer=urlsafe_b64encode(msgspec.json.encode(vault.seal(offer))).decode(),
    )


def taken(vault: Vault, offer: str, account: str, now: Millis) -> str:
    """The secret of an offer that was made to this account and still stands."""
    try:
        sealed = msgspec.json.decode(urlsafe_b64decode(offer), type=Sealed)
        found = msgspec.json.decode(vault.open(sealed), type=_Offer)
    except (ValueError, CannotOpen):
        found = None
    if found is None or found.account != account or found.until < now:
        raise Refused("offer_over", "这个二维码已经过期，请重新登录再绑定。")
    return found.secret
