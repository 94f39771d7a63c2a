"""The difference between two runs as one HTML page with its pictures in it: nothing is
loaded from anywhere, so it can be sent and kept."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from realtime.simulate.comparing import EVEN_MIN, Difference, Turn, gained_and_lost
from realtime.simulate.report import Summary

GAINED, LOST, EVEN = "#1f7a5a", "#b5482a", "#8b8f96"
BEFORE, AFTER = "#9aa3b2", "#2f5d8a"

_STYLE = """
body { font: 15px/1.6 "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif;
  color: #1d2330; background: #fbfaf7; max-width: 60rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: .2rem .8rem; text-align: right; border-bottom: 1px solid #e4e1d8; }
td:first-child, th:first-child { text-align: left; }
svg { max-width: 100%; height: auto; } svg text { font-size: 11px; fill: #1d2330; }
.less { color: #1f7a5a; } .more { color: #b5482a; } .note { color: #5b6170; }
"""


def page(difference: Difference) -> str:
    """A page about a day under other rules. It names tickets by their numbers only."""
    title = f"{difference.clinic} · {difference.day}：换一套规则会怎样"
    rules = difference.rules or ("（规则没有不同）",)
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="zh-CN"><head><meta charset="utf-8">',
            f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{escape(title)}</h1>",
            "<p>同一天的病人、同样的看诊时间，只换规则 — the same people and "
            "consultations, other rules:</p>",
            "<ul>" + "".join(f"<li><code>{escape(r)}</code></li>" for r in rules),
            "</ul>",
            f'<p class="note">按原规则重演，与当天实际的候诊时间相差（中位数）'
            f"{difference.fidelity:.1f} 分钟 — how far the model is from the day.</p>",
            "<h2>候诊时间（分钟） Waits by class</h2>",
            _bars(difference.before, difference.after),
            "<h2>叫号顺序 The order of calls</h2>",
            f'<p class="note">左：原规则；右：新规则。<span class="less">绿</span>：'
            f'等得更短；<span class="more">红</span>：等得更长；灰：相差不到'
            f"{EVEN_MIN:g} 分钟。</p>",
            _slopes(difference.turns),
            "<h2>谁得谁失 Who gained, who lost</h2>",
            _gains(difference),
            "</body></html>",
            "",
        ]
    )


def _bars(before: Summary, after: Summary) -> str:
    """P50 as a bar and P90 as a whisker, before above after, for each class."""
    other = {row.kind: row for row in after.waits}
    longest = max([1.0, *(row.p90 for row in (*before.waits, *after.waits))])
    scale = 560 / longest
    parts = []
    for place, row in enumerate(before.waits):
        top = place * 46
        parts.append(f'<text x="0" y="{top + 22}">{escape(row.kind)}</text>')
        pairs = ((row, BEFORE, "前"), (other.get(row.kind), AFTER, "后"))
        for line, (found, colour, word) in enumerate(pairs):
            if found is None:
                continue
            y = top + 6 + line * 17
            middle = y + 6
            p50, p90 = 110 + found.p50 * scale, 110 + found.p90 * scale
            parts.append(
                f'<rect x="110" y="{y}" width="{found.p50 * scale:.1f}" height="12" '
                f'fill="{colour}"/><path d="M{p50:.1f} {middle}H{p90:.1f}'
                f'M{p90:.1f} {y + 1}v10" stroke="{colour}" stroke-width="2"/>'
                f'<text x="{p90 + 6:.1f}" y="{y + 10}">{word} P50 {found.p50:.1f} · '
                f"P90 {found.p90:.1f}</text>"
            )
    height = len(before.waits) * 46
    return _svg(860, height, parts)


def _slopes(turns: Sequence[Turn]) -> str:
    """One line a ticket, from its turn before to its turn after."""
    right = {turn.number: turn.turn_after for turn in turns}
    step = 14
    parts = []
    for turn in turns:
        left_y = turn.turn_before * step
        right_y = right[turn.number] * step
        parts.append(
            f'<path d="M70 {left_y}C250 {left_y} 330 {right_y} 510 {right_y}" '
            f'fill="none" stroke="{_colour(turn)}" stroke-width="1.5" opacity=".8">'
            f"<title>{escape(turn.number)} {turn.change:+.1f}</title></path>"
            f'<text x="64" y="{left_y + 4}" text-anchor="end">'
            f"{escape(turn.number)}</text>"
            f'<text x="516" y="{right_y + 4}" fill="{_colour(turn)}">'
            f"{escape(turn.number)} {turn.change:+.1f}</text>"
        )
    rows = max([1, *(turn.turn_before for turn in turns), *right.values()])
    return _svg(620, rows * step + 12, parts)


def _colour(turn: Turn) -> str:
    if turn.change < -EVEN_MIN:
        return GAINED
    return LOST if turn.change > EVEN_MIN else EVEN


def _gains(difference: Difference) -> str:
    rows = [
        f'<tr><td>{escape(kind)}</td><td class="less">{less}</td><td>{by:.1f}</td>'
        f'<td class="more">{more}</td><td>{by_more:.1f}</td></tr>'
        for kind, (less, by, more, by_more) in gained_and_lost(difference.turns).items()
    ]
    return (
        "<table><tr><th></th><th>等得更短（人）</th><th>平均少（分钟）</th>"
        "<th>等得更长（人）</th><th>平均多（分钟）</th></tr>"
        + "".join(rows)
        + "</table>"
    )


def _svg(width: int, height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img">{"".join(parts)}</svg>'
    )
