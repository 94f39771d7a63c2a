"""Counters of the edge: plain integers, read by whoever exports metrics."""

from __future__ import annotations

from dataclasses import dataclass, field

from realtime.protocol.codes import ClosingCode


@dataclass(slots=True)
class Traffic:
    """Totals since the start, but for the gauges, which say how many there are now."""

    # gauges
    connections: int = 0
    at_the_door: int = 0
    http_streams: int = 0
    backlogged: int = 0

    accepted: int = 0
    turned_away: int = 0  # over the connection limit
    handshakes_refused: int = 0

    frames_in: int = 0
    bytes_in: int = 0
    frames_out: int = 0
    bytes_out: int = 0
    sends: int = 0
    short_sends: int = 0

    passes: int = 0  # of an audience's members, with what had gathered
    patches_dropped: int = 0
    fresh_views: int = 0
    forced_closes: int = 0
    crashes: int = 0  # exceptions that ended one connection
    closed: dict[ClosingCode, int] = field(
        default_factory=lambda: dict.fromkeys(ClosingCode, 0)
    )
