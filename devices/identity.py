"""Identity numbers of GB 11643: eighteen characters that check themselves."""

from __future__ import annotations

from datetime import date

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"


def check_character(first17: str) -> str:
    """The last character of the number that begins so. ValueError if not digits."""
    if len(first17) != 17 or not (first17.isascii() and first17.isdigit()):
        raise ValueError("seventeen digits")
    total = sum(w * int(d) for w, d in zip(WEIGHTS, first17, strict=True))
    return CHECKS[total % 11]


def is_number(text: str) -> bool:
    """Whether this is an identity number: digits, a date that was, the check."""
    return birth_in(text) is not None


def birth_in(text: str) -> date | None:
    """The birth date in a valid number; None when it is not valid."""
    if len(text) != 18 or not (text.isascii() and text[:17].isdigit()):
        return None
    if check_character(text[:17]) != text[17].upper():
        return None
    try:
        return date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return None
