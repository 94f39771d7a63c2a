"""The difference between two runs, drawn for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from realtime.simulate.comparing import Difference, Turn, gained_and_lost
from realtime.simulate.report import Summary, wide

ROWS = 40
"""So many lines are drawn; of a longer day every so-manyth ticket."""

_WIDTH = 24
# a braille character is two dots wide and four high
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))


def drawn(difference: Difference) -> str:
    """Rules, waits by class, the calls' order as lines that cross, who gained."""
    return "\n".join(
        [
            f"clinic {difference.clinic}, {difference.day}:"
            f" {len(difference.turns)} tickets under other rules",
            *(
                f"  {line}"
                for line in difference.rules or ("(the rules are the same)",)
            ),
            f"  under the recorded rules, the model's waits are"
            f" {difference.fidelity:.1f} min (median) off from the day's",
            "",
            *_waits(difference.before, difference.after),
            "",
            *_lines(sampled(difference.turns, ROWS)),
            "",
            *_gains(difference),
        ]
    )


def sampled(turns: Sequence[Turn], most: int) -> list[Turn]:
    """At most so many, evenly over the day."""
    step = -(-len(turns) // most) if turns else 1
    return list(turns[::step])


def _waits(before: Summary, after: Summary) -> list[str]:
    now = {row.kind: row for row in after.waits}
    lines = ["waits, minutes     P50 before → after     P90 before → after"]
    for row in before.waits:
        other = now.get(row.kind)
        p50 = f"{row.p50:.1f} → {other.p50:.1f}" if other else f"{row.p50:.1f} → –"
        p90 = f"{row.p90:.1f} → {other.p90:.1f}" if other else f"{row.p90:.1f} → –"
        lines.append(f"{row.kind:<{17 - wide(row.kind)}}{p50:>22} {p90:>22}")
    return lines


def _lines(turns: Sequence[Turn]) -> list[str]:
    """The calls' order, before on the left and after on the right."""
    right = sorted(turns, key=lambda turn: turn.turn_after)
    height = len(turns)
    canvas = [[0] * _WIDTH for _ in range(height)]
    for row, turn in enumerate(turns):
        _line(canvas, row, right.index(turn))
    lines = ["order of calls: before, after, and the change of the wait"]
    for row, (left, other) in enumerate(zip(turns, right, strict=True)):
        strokes = "".join(chr(0x2800 + dots) for dots in canvas[row])
        lines.append(
            f"{left.turn_before:>4} {left.number:>6} {strokes} {other.number:<6}"
            f" {other.change:+6.1f} min"
        )
    return lines


def _line(canvas: list[list[int]], start: int, end: int) -> None:
    across = _WIDTH * 2
    for x in range(across):
        middle = (start + (end - start) * x / (across - 1)) * 4 + 1.5
        y = round(middle)
        canvas[y // 4][x // 2] |= _DOTS[x % 2][y % 4]


def _gains(difference: Difference) -> list[str]:
    lines = ["who gained, who lost"]
    for kind, found in gained_and_lost(difference.turns).items():
        less, by, more, by_more = found
        lines.append(
            f"{kind:<{14 - wide(kind)}} {less:>4} wait less, by {by:.1f} min"
            f" · {more:>4} wait longer, by {by_more:.1f} min"
        )
    furthest = sorted(difference.turns, key=lambda turn: turn.change)
    for word, turns in (("most gained", furthest[:3]), ("most lost", furthest[:-4:-1])):
        named = ", ".join(f"{turn.number} {turn.change:+.1f}" for turn in turns)
        lines.append(f"{word}: {named}")
    return lines
