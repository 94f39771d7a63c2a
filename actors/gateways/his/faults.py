"""What can go wrong between us and HIS, told apart by what follows from it.

HisError
├── HisRefused        HIS says no, in its own words; nothing has happened there
├── HisAway           nothing has happened there: try again later
│   ├── Unreachable   no connection, or a question that got no answer
│   └── Resting       it failed so often lately that it was not even asked
├── OutcomeUnknown    a change was sent and no believable answer came: it may have
│                     happened. Never repeated and never undone by hoping: the
│                     trade's number finds out (see outcome.py)
└── NotBelieved       it answered, and the answer cannot be true

No message holds anything personal: what HIS says of people stays out of logs.
"""

from __future__ import annotations


class HisError(Exception):
    """Anything that keeps a question to HIS from being answered."""

    def __init__(self, method: str, why: str) -> None:
        super().__init__(f"{method}: {why}")
        self.method = method
        self.why = why


class HisRefused(HisError):
    """``code`` and ``words`` are HIS's own; the words are for people, not for logs,
    as some systems put the patient's name into them."""

    def __init__(self, method: str, code: str, words: str) -> None:
        super().__init__(method, f"refused with code {code}")
        self.code = code
        self.words = words


class HisAway(HisError):
    pass


class Unreachable(HisAway):
    pass


class Resting(HisAway):
    """``for_s`` is how long it is still left alone."""

    def __init__(self, method: str, for_s: float) -> None:
        super().__init__(method, f"left alone for another {for_s:.1f} s")
        self.for_s = for_s


class OutcomeUnknown(HisError):
    """``trade_no`` is what to ask about."""

    def __init__(self, method: str, why: str, trade_no: str) -> None:
        super().__init__(method, why)
        self.trade_no = trade_no


class NotBelieved(HisError):
    pass
