"""All sockets of the edge in one epoll, which one task waits on.

A task parked on a socket costs kilobytes and a schedule each time; an entry here costs
nothing until its socket has something. Level-triggered, so a socket that is left with
bytes unread comes up again in its turn, and none can keep the others waiting.
"""

from __future__ import annotations

import logging
import select
import socket
from typing import Protocol

import trio

from realtime.sockets.traffic import Traffic

READABLE = select.EPOLLIN
WRITABLE = select.EPOLLOUT
TURN = 32

logger = logging.getLogger(__name__)


class Watched(Protocol):
    def ready(self, events: int) -> None:
        """The socket has one of the events asked for, or has broken. Does a bounded
        amount of work."""

    def crashed(self) -> None:
        """`ready` raised: let go of the socket, whatever state it is in."""


class Poller:
    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._epoll = select.epoll()
        self._watched: dict[int, Watched] = {}

    def watch(self, sock: socket.socket, watched: Watched, events: int) -> None:
        self._epoll.register(sock, events)
        self._watched[sock.fileno()] = watched

    def hand_over(self, sock: socket.socket, watched: Watched) -> None:
        """Another object takes the events of a socket that is watched already."""
        self._watched[sock.fileno()] = watched

    def ask_for(self, sock: socket.socket, events: int) -> None:
        if not self._epoll.closed:
            self._epoll.modify(sock, events)

    def forget(self, sock: socket.socket) -> None:
        """To be called before the socket is closed: its number is soon another's."""
        watched = self._watched.pop(sock.fileno(), None)
        if watched is not None and not self._epoll.closed:
            self._epoll.unregister(sock)

    async def run(self) -> None:
        """Serves until cancelled; closes the epoll, not the sockets in it."""
        epoll, watched = self._epoll, self._watched
        try:
            while True:
                await trio.lowlevel.wait_readable(epoll.fileno())
                for number, events in epoll.poll(0, TURN):
                    one = watched.get(number)
                    if one is None:
                        continue
                    try:
                        one.ready(events)
                    except Exception:
                        self._traffic.crashes += 1
                        logger.exception("a socket of the edge: its end, not ours")
                        one.crashed()
        finally:
            trio.lowlevel.notify_closing(epoll.fileno())
            epoll.close()
