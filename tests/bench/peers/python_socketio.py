"""python-socketio on uvicorn with uvloop: emit to a room.

python -m tests.bench.peers.python_socketio LISTENING_FD
"""

from __future__ import annotations

import asyncio
import importlib
import socket
import sys
from typing import Any

# without types, and installed only where benchmarks run
socketio: Any = importlib.import_module("socketio")
uvicorn: Any = importlib.import_module("uvicorn")


def application() -> Any:
    server = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins="*")

    async def join(sid: str, *_: Any) -> None:
        await server.enter_room(sid, "topic")
        await server.emit("joined", to=sid)

    async def publish(sid: str, message: Any) -> None:
        await server.emit("ev", message, room="topic")

    server.on("join", join)
    server.on("pub", publish)
    return socketio.ASGIApp(server)


def main() -> None:
    listening = socket.socket(fileno=int(sys.argv[1]))
    config = uvicorn.Config(
        application(), log_level="warning", lifespan="off", loop="uvloop", backlog=4096
    )
    server = uvicorn.Server(config)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(server.serve([listening]))


if __name__ == "__main__":
    main()
