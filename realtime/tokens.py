"""Signed tokens: who somebody is, what they may be, and where.

A token is `hz1.<payload>.<signature>`, both base64url: the payload is JSON, the
signature HMAC-SM3 over everything before it. The payload names the key it was
signed with, so keys change while tokens live. Accounts will later decide who gets
a token; checking one stays here.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Callable, Iterable

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

from actors.kernel.times import Millis
from realtime.keys import TokenKeys

PREFIX = "hz1"
LONGEST = 4096
EVERYWHERE = "*"
# Two machines' clocks need not agree to the second.
LEEWAY_MS = 60_000

_B64 = re.compile(r"[A-Za-z0-9_\-]+\Z")
_PLACE = re.compile(r"(\*|[0-9A-Za-z_.\-]{1,64}(/[0-9A-Za-z_.\-]{1,64})?)\Z")
_ROLE = re.compile(r"[a-z][a-z0-9_]{0,31}\Z")
_NAME = re.compile(r"[^\s\x00-\x1f\x7f]{1,64}\Z")


class BadToken(Exception):
    """This token opens nothing. `reason` is for the log, never for the sender:
    `malformed`, `unknown_key`, `bad_signature`, `expired`, `not_yet`, `revoked`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Principal(msgspec.Struct, frozen=True):
    """Somebody who has shown a good token, until `expires`."""

    name: str
    roles: frozenset[str]
    places: frozenset[str]
    expires: Millis
    token_id: str = ""

    def at(self, place: str) -> bool:
        """Whether a place is theirs: it, the clinic it is a room of, or `*`."""
        places = self.places
        clinic = place.partition("/")[0]
        return place in places or clinic in places or EVERYWHERE in places

    def may(self, role: str, place: str) -> bool:
        """Whether they are `role`, and are it at `place` (`im2`, or a room `im2/3`).

        Who has only the room `im2/3` has not the clinic `im2`: what may be seen of a
        clinic from one of its rooms is for the topic to say, by `has_room_in`.
        """
        return role in self.roles and self.at(place)

    def has_room_in(self, clinic: str) -> bool:
        """Whether the clinic, or at least one of its rooms, is theirs."""
        inside = clinic + "/"
        return self.at(clinic) or any(place.startswith(inside) for place in self.places)


class _Payload(msgspec.Struct, frozen=True):
    """`iat` and `exp` in milliseconds, as all times in the house."""

    kid: str
    sub: str
    roles: list[str]
    places: list[str]
    iat: int
    exp: int
    jti: str


_decoder = msgspec.json.Decoder(_Payload)


def mint(
    keys: TokenKeys,
    name: str,
    roles: Iterable[str],
    places: Iterable[str],
    *,
    now: Millis,
    lasts_ms: int,
    token_id: str | None = None,
) -> str:
    """A new token, signed with the newest key. Raises ValueError for a name, role
    or place that could never be one."""
    roles, places = sorted(set(roles)), sorted(set(places))
    if not roles or not places:
        raise ValueError("a token needs a role and a place")
    for role in roles:
        if not _ROLE.match(role):
            raise ValueError(f"not a role: {role!r} (lower-case letters, e.g. screen)")
    for place in places:
        if not _PLACE.match(place):
            raise ValueError(f"not a place: {place!r} (e.g. im2, a room im2/3, or *)")
    if not _NAME.match(name):
        raise ValueError(f"not a name: {name!r} (1–64 characters without spaces)")
    if lasts_ms <= 0:
        raise ValueError("a token must last for some time")
    payload = _Payload(
        kid=keys.newest,
        sub=name,
        roles=roles,
        places=places,
        iat=now,
        exp=now + lasts_ms,
        jti=token_id or secrets.token_urlsafe(12),
    )
    body = f"{PREFIX}.{_b64(msgspec.json.encode(payload))}"
    token = f"{body}.{_b64(_signature(keys.keys[keys.newest], body))}"
    if len(token) > LONGEST:
        raise ValueError("too many roles and places for one token")
    return token


class Revocations:
    """What has been taken back before its time: single tokens, or whole names.

    It lives in memory; whoever keeps accounts fills it again after a start. Those
    who listen hear of each at once, to close what the token had opened.
    """

    def __init__(self) -> None:
        self._tokens: dict[str, Millis] = {}
        self._names: dict[str, Millis] = {}
        self._listeners: list[Callable[[Callable[[Principal], bool]], None]] = []

    def listen(
        self, listener: Callable[[Callable[[Principal], bool]], None]
    ) -> Callable[[], None]:
        """Call `listener(hit)` at each revocation, where `hit(principal)` tells whom
        it concerns. It must not block. Returns how to stop listening."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def revoke_token(self, token_id: str, expires: Millis) -> None:
        """Take one token back; `expires` is when it can be forgotten."""
        self._tokens[token_id] = expires
        self._tell(lambda principal: principal.token_id == token_id)

    def revoke_name(self, name: str, now: Millis) -> None:
        """Take back every token of this name that was minted until `now`."""
        self._names[name] = now
        self._tell(lambda principal: principal.name == name)

    def forget_expired(self, now: Millis) -> None:
        """Drop what no check needs any more; call it now and then."""
        self._tokens = {key: end for key, end in self._tokens.items() if end > now}

    def hold(self, name: str, token_id: str, minted: Millis) -> bool:
        """Whether such a token has been taken back."""
        if token_id in self._tokens:
            return True
        until = self._names.get(name)
        return until is not None and minted <= until

    def _tell(self, hit: Callable[[Principal], bool]) -> None:
        for listener in list(self._listeners):
            listener(hit)


class Gate:
    """Checks tokens against the keys and what has been taken back."""

    def __init__(self, keys: TokenKeys, revocations: Revocations | None = None) -> None:
        self.keys = keys
        self.revocations = revocations or Revocations()

    def check(self, token: str, now: Millis) -> Principal:
        """Who this is, or BadToken. Nothing in it counts before its signature holds,
        but the name of the key."""
        if len(token) > LONGEST or not token.isascii():
            raise BadToken("malformed")
        body, _, signature = token.rpartition(".")
        prefix, _, encoded = body.partition(".")
        if prefix != PREFIX:
            raise BadToken("malformed")
        try:
            payload = _decoder.decode(_unb64(encoded))
            claimed = _unb64(signature)
        except (ValueError, binascii.Error):
            raise BadToken("malformed") from None
        key = self.keys.keys.get(payload.kid)
        if key is None:
            raise BadToken("unknown_key")
        if not hmac.compare_digest(_signature(key, body), claimed):
            raise BadToken("bad_signature")
        if payload.exp <= now:
            raise BadToken("expired")
        if payload.iat > now + LEEWAY_MS:
            raise BadToken("not_yet")
        if self.revocations.hold(payload.sub, payload.jti, payload.iat):
            raise BadToken("revoked")
        return Principal(
            payload.sub,
            frozenset(payload.roles),
            frozenset(payload.places),
            payload.exp,
            payload.jti,
        )


def _signature(key: bytes, body: str) -> bytes:
    mac = HMAC(key, hashes.SM3())
    mac.update(body.encode())
    return mac.finalize()


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    """Strict: one text for one value, so that a token cannot be respelt."""
    if not _B64.match(text):
        raise ValueError(text)
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _b64(data) != text:
        raise ValueError(text)
    return data
