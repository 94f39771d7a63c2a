"""quart-trio's own WebSockets on hypercorn: a task and a channel per connection.

python -m tests.bench.peers.quart_trio_websockets LISTENING_FD
"""

from __future__ import annotations

import json
import sys

import trio
from hypercorn.config import Config
from hypercorn.trio import serve
from quart import websocket
from quart_trio import QuartTrio

app = QuartTrio(__name__)
subscribers: set[trio.MemorySendChannel[str]] = set()


@app.websocket("/sub")
async def subscribe() -> None:
    await websocket.accept()
    send, receive = trio.open_memory_channel[str](1000)
    subscribers.add(send)
    try:
        async for message in receive:
            await websocket.send(message)
    finally:
        subscribers.discard(send)


@app.websocket("/pub")
async def publish() -> None:
    await websocket.accept()
    while True:
        message = json.loads(await websocket.receive())
        text = json.dumps(message, separators=(",", ":"))
        for subscriber in subscribers:
            # everybody reads in this benchmark; a full channel is a broken chain
            subscriber.send_nowait(text)


def main() -> None:
    config = Config()
    config.bind = [f"fd://{sys.argv[1]}"]
    config.backlog = 4096
    config.loglevel = "WARNING"
    trio.run(serve, app, config)


if __name__ == "__main__":
    main()
