"""The codes that new devices show, until somebody has confirmed them.

Nothing of that is written down: a device that is not confirmed in time asks anew.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import deque

import msgspec

from actors.kernel.errors import Refused
from actors.kernel.times import Clock, Millis
from actors.terminal.messages import Role

CODE_DIGITS = 6
CODE_LASTS_MS = 10 * 60_000
WAITING_MAX = 200
PER_ADDRESS, ADDRESS_WINDOW_MS = 20, 60_000
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


class Applied(msgspec.Struct, frozen=True):
    """What a new device is given: its name and secret to keep, a code to show."""

    terminal: str
    secret: str
    code: str
    expires: Millis


class Candidate(msgspec.Struct, frozen=True):
    """What shows a code: enough to see that it is the device one stands before."""

    terminal: str
    role: str
    width: int
    height: int
    asked_at: Millis
    expires: Millis


class Asking(msgspec.Struct):
    """A device that shows ``code``; of its secret only the ``digest`` is kept."""

    terminal: str
    digest: str
    code: str
    role: Role
    width: int
    height: int
    asked_at: Millis
    expires: Millis


def digest_of(secret: str) -> str:
    # 256 random bits need no salt and no stretching
    return hashlib.sha256(secret.encode()).hexdigest()


def is_secret(digest: str, secret: str) -> bool:
    return hmac.compare_digest(digest, digest_of(secret))


class DoorCodes:
    """Who shows which code. Old ones are forgotten whenever somebody looks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asking: dict[str, Asking] = {}
        self._asked: dict[str, deque[Millis]] = {}

    def apply(self, role: Role, width: int, height: int, address: str) -> Applied:
        """Refused with ``too_many`` when one address, or all, ask too often."""
        now = self._clock.now()
        self.forget()
        asked = self._asked.setdefault(address, deque())
        if len(self._asking) >= WAITING_MAX or len(asked) >= PER_ADDRESS:
            raise Refused("too_many", "等着登记的设备太多，请过一分钟再试。")
        asked.append(now)
        terminal = "t" + "".join(secrets.choice(_ALPHABET) for _ in range(10))
        secret = secrets.token_urlsafe(32)
        asking = Asking(
            terminal,
            digest_of(secret),
            self._new_code(),
            role,
            width,
            height,
            now,
            now + CODE_LASTS_MS,
        )
        self._asking[terminal] = asking
        return Applied(terminal, secret, asking.code, asking.expires)

    def look(self, code: str) -> Candidate:
        """Which device shows this code."""
        asking = self.showing(code)
        if asking is None:
            raise Refused(
                "unknown_code", "没有设备在显示这个号码，请看一眼屏幕上的号码再输入。"
            )
        return Candidate(
            asking.terminal,
            asking.role,
            asking.width,
            asking.height,
            asking.asked_at,
            asking.expires,
        )

    def all(self) -> list[Asking]:
        """The longest waiting first."""
        self.forget()
        return sorted(self._asking.values(), key=lambda each: each.asked_at)

    def asking(self, terminal: str) -> Asking | None:
        self.forget()
        return self._asking.get(terminal)

    def showing(self, code: str) -> Asking | None:
        self.forget()
        return next((a for a in self._asking.values() if a.code == code), None)

    def _new_code(self) -> str:
        shown = {asking.code for asking in self._asking.values()}
        while True:
            code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
            if code not in shown:
                return code

    def forget(self) -> None:
        now = self._clock.now()
        for terminal, asking in list(self._asking.items()):
            if asking.expires <= now:
                del self._asking[terminal]
        for address, asked in list(self._asked.items()):
            while asked and asked[0] <= now - ADDRESS_WINDOW_MS:
                asked.popleft()
            if not asked:
                del self._asked[address]
