"""Many screens in a process of their own: ``python -m tests.bench.wall PORT COUNT
HALL AREA``, with the token on stdin.

Each joins both topics as a wall does, and then only reads. For every change of the hall
one line goes to stdout: its seq, how many have it, and when the last of them got it, by
the machine's monotonic clock. They end when stdin does.
"""

from __future__ import annotations

import re
import select
import sys
import time

import trio

from tests.faults.link import Link, dialled, hello

_PATCH = re.compile(
    rb'"type":"patch","topic":"[^"]*:hall","epoch":"[^"]*","prev":\d+,"seq":(\d+)'
)
_PING = b'{"type":"ping"'
# a pong as a masked frame; a mask of zeros leaves the text as it is
_PONG = b"\x81\x8f\x00\x00\x00\x00" + b'{"type":"pong"}'
_KEPT = 200


async def main(port: int, count: int, hall: str, area: str, token: str) -> None:
    async with trio.open_nursery() as nursery:
        links: list[Link] = []
        seated = trio.CapacityLimiter(32)
        seated_all = trio.Event()

        async def sit_down() -> None:
            async with dialled(port) as link:
                async with seated:
                    await link.send(hello(token, "screen"))
                    await link.hear()
                    for topic in (hall, area):
                        await link.join(topic, ref=topic[-8:])
                links.append(link)
                if len(links) == count:
                    seated_all.set()
                await trio.sleep_forever()

        for _ in range(count):
            nursery.start_soon(sit_down)
        await seated_all.wait()
        print("ready", flush=True)
        await trio.to_thread.run_sync(_watch, links, abandon_on_cancel=True)
        nursery.cancel_scope.cancel()


def _watch(links: list[Link]) -> None:
    """Until stdin ends. Nothing is decoded: a moment is all that is wanted."""
    poll = select.epoll()
    socks = {link.stream.socket.fileno(): link.stream.socket for link in links}
    tails = dict.fromkeys(socks, b"")
    have: dict[int, int] = {}
    for number in socks:
        poll.register(number, select.EPOLLIN)
    poll.register(sys.stdin.fileno(), select.EPOLLIN | select.EPOLLHUP)
    while True:
        for number, _ in poll.poll():
            if number not in socks:
                return
            now = time.monotonic()
            data = _read(socks[number])
            if not data:
                raise SystemExit("the server has closed a screen's connection")
            heard = tails[number] + data
            for found in _PATCH.finditer(heard):
                if found.end() > len(tails[number]):
                    seq = int(found[1])
                    have[seq] = have.get(seq, 0) + 1
                    if have[seq] == len(links):
                        print(f"{seq} {len(links)} {now:.6f}", flush=True)
            if _PING in data:
                _send(socks[number], _PONG)
            tails[number] = heard[-_KEPT:] if len(heard) > _KEPT else heard


def _read(sock: trio.socket.SocketType) -> bytes:
    return sock._sock.recv(1 << 20)  # type: ignore[attr-defined,no-any-return]


def _send(sock: trio.socket.SocketType, data: bytes) -> None:
    sock._sock.send(data)  # type: ignore[attr-defined]


if __name__ == "__main__":
    port, count, hall, area = sys.argv[1:5]
    trio.run(main, int(port), int(count), hall, area, sys.stdin.readline().strip())
