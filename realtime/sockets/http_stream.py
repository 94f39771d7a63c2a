"""What the HTTP side is given: a stream whose first bytes were read at the door."""

from __future__ import annotations

import contextlib
import socket

import trio


class HttpStream(trio.abc.HalfCloseableStream):
    """A socket whose first bytes have been read at the door, and come first again."""

    def __init__(self, stream: trio.SocketStream, already_read: bytes) -> None:
        self._stream = stream
        self._already_read = already_read

    @property
    def socket(self) -> trio.socket.SocketType:
        """For who asks for the addresses of both ends."""
        return self._stream.socket

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """Cancelled, it has taken nothing."""
        if self._already_read:
            await trio.lowlevel.checkpoint()
            count = len(self._already_read) if max_bytes is None else max_bytes
            first, self._already_read = (
                self._already_read[:count],
                self._already_read[count:],
            )
            return first
        return bytes(await self._stream.receive_some(max_bytes))

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Cancelled, an unknown part of `data` has been sent."""
        await self._stream.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        await self._stream.wait_send_all_might_not_block()

    async def send_eof(self) -> None:
        await self._stream.send_eof()

    async def aclose(self) -> None:
        await self._stream.aclose()

    def close_now(self) -> None:
        self.socket.close()

    def cut_off(self) -> None:
        """Wake whoever waits on it, even shielded: the socket is dead from now on."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
