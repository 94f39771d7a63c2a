"""How old somebody is on a day, and who is a child."""

from __future__ import annotations

from datetime import date

OF_AGE = 18
"""Years: until then a guardian comes for a child without being asked."""


def age_on(birth: str, today: str) -> str:
    """In years; empty where the birth date is unknown."""
    try:
        born, now = date.fromisoformat(birth), date.fromisoformat(today)
    except ValueError:
        return ""
    had_no_birthday_yet = (now.month, now.day) < (born.month, born.day)
    return str(max(0, now.year - born.year - had_no_birthday_yet))
