"""Whatever a server sends, the client lives and tries again."""

from __future__ import annotations

import trio
from hypothesis import given
from hypothesis import strategies as st

from tests.realtime.client.scripted_server import in_jumping_time, scripted


@given(st.lists(st.binary(max_size=60), max_size=8), st.booleans())
def test_whatever_bytes_come_the_client_lives(chunks: list[bytes], open_: bool) -> None:
    async def main() -> None:
        async with scripted() as (client, server):
            visit = await (server.greeted() if open_ else server.visit())
            try:
                for chunk in chunks:
                    await visit.stream.send_all(chunk)
                await visit.stream.send_eof()
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                pass
            visit = await server.greeted()
            await client.welcomed()

    in_jumping_time(main)
