"""What the metrics are called, and whose integers they read."""

from __future__ import annotations

from collections.abc import Callable

from actors.runtime.system import ActorSystem
from queue_displays.speech.speaking import Speaking
from realtime.http.metrics import Histogram, Metrics
from realtime.sockets.traffic import Traffic
from realtime.topics.hub import Hub

Figure = tuple[str, str, Callable[[], float]]


def tell(metrics: Metrics, system: ActorSystem, hub: Hub, traffic: Traffic) -> None:
    actors = system.counters
    journal = system.journal
    gauges: tuple[Figure, ...] = (
        ("actors_awake", "Actors with their state in memory", lambda: system.awake),
        ("timers_set", "Wake-ups that are set", lambda: len(system.timers)),
        ("topics_live", "Views that somebody looks at", lambda: hub.topics),
        ("connections", "Live connections", lambda: traffic.connections),
        ("door_waiting", "At the door, header unread", lambda: traffic.at_the_door),
        ("http_streams", "HTTP connections", lambda: traffic.http_streams),
        ("backlogged", "Readers that are behind", lambda: traffic.backlogged),
        ("journal_position", "Newest event on disk", lambda: journal.top),
        ("journal_healthy", "1 while it can be written", lambda: journal.healthy),
    )
    counters: tuple[Figure, ...] = (
        ("activations", "Actors that woke up", lambda: actors.activated),
        ("commands_committed", "Commands on disk", lambda: actors.committed),
        ("commands_refused", "Commands the rules refused", lambda: actors.refused),
        ("commands_busy", "Commands refused, mailbox full", lambda: actors.busy),
        ("commands_failed", "Appends that were not written", lambda: actors.failed),
        ("commands_crashed", "Commands that crashed", lambda: actors.crashed),
        ("deadlines_passed", "Not answered in time", lambda: system.deadlines_passed),
        ("journal_batches", "Transactions", lambda: journal.counters.batches),
        ("journal_events", "Events written", lambda: journal.counters.events),
        (
            "journal_commit_seconds",
            "Time in transactions",
            lambda: journal.counters.seconds_in_commit,
        ),
        ("accepted", "Connections accepted", lambda: traffic.accepted),
        ("turned_away", "Over the connection limit", lambda: traffic.turned_away),
        ("frames_in", "Messages from clients", lambda: traffic.frames_in),
        ("frames_out", "Frames to clients", lambda: traffic.frames_out),
        ("bytes_in", "Bytes from clients", lambda: traffic.bytes_in),
        ("bytes_out", "Bytes to clients", lambda: traffic.bytes_out),
        ("sends", "System calls that sent", lambda: traffic.sends),
        ("short_sends", "Sends cut short", lambda: traffic.short_sends),
        ("patches_dropped", "Patches let go", lambda: traffic.patches_dropped),
        ("fresh_views", "Views in their place", lambda: traffic.fresh_views),
        ("forced_closes", "Connections cut off", lambda: traffic.forced_closes),
        ("connection_crashes", "Ended by our mistake", lambda: traffic.crashes),
    )
    for name, meaning, read in gauges:
        metrics.gauge(f"houzhen_{name}", meaning, read)
    for name, meaning, read in counters:
        metrics.counter(f"houzhen_{name}", meaning, read)
    metrics.counter(
        "houzhen_closed",
        "Connections closed, by code",
        lambda: {code.reason: times for code, times in traffic.closed.items()},
        label="reason",
    )


def tell_speech(metrics: Metrics, speech: Speaking, took: Histogram) -> None:
    cache = speech.cache
    gauges: tuple[Figure, ...] = (
        ("speaks", "1 while a voice can speak", lambda: speech.fault is None),
        ("waiting", "Phrases waiting to be rendered", lambda: speech.waiting),
        ("recordings", "Phrases kept on disk", lambda: len(cache)),
        ("recordings_bytes", "Their size", lambda: cache.bytes),
    )
    counters: tuple[Figure, ...] = (
        ("rendered", "Phrases rendered", lambda: speech.rendered),
        ("failed", "Phrases no voice could render", lambda: speech.failed),
        ("retried", "Tries whose sound was no good", lambda: speech.retried),
        ("served", "Recordings handed to devices", lambda: speech.served),
        ("silent", "Devices that got none", lambda: speech.silent),
        ("damaged", "Files that were not what was written", lambda: cache.damaged),
        ("restarts", "New workers after one that failed", lambda: speech.restarts),
    )
    for name, meaning, read in gauges:
        metrics.gauge(f"houzhen_speech_{name}", meaning, read)
    for name, meaning, read in counters:
        metrics.counter(f"houzhen_speech_{name}", meaning, read)
    metrics.histogram("houzhen_speech_render_seconds", "To render a phrase", took)
