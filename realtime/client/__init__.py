"""A trio client of `houzhen.v1`: what tests, devices and the simulator talk through.

::

    async with open_client("ws://127.0.0.1:8000/live", token, kind="screen") as client:
        hall = await client.join("yunxiu/clinic/im2/2026-11-23:hall")
        async for change in hall.changes():
            show(change.view, stale=not change.live)
"""

from realtime.client.asks import Answer
from realtime.client.client import Client, open_client
from realtime.client.errors import AskRefused, ClientError, Ended, TopicClosed
from realtime.client.topic import Change, Topic

__all__ = [
    "Answer",
    "AskRefused",
    "Change",
    "Client",
    "ClientError",
    "Ended",
    "Topic",
    "TopicClosed",
    "open_client",
]
