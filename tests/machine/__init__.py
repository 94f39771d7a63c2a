"""What the tests need from the machine beyond Python: PostgreSQL, Chromium.

A program that is not there makes its tests skip by name; where HOUZHEN_NO_SKIP=1
(continuous integration) the same tests fail, so that nothing is left out unseen.
"""

import os
from typing import NoReturn

import pytest


def missing(program: str, hint: str) -> NoReturn:
    """Skip the running test by name, or fail it where skipping is not allowed."""
    reason = f"{program} is not on this machine: {hint}"
    if os.environ.get("HOUZHEN_NO_SKIP") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
