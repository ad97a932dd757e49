"""A WebSocket-to-TCP proxy, as `websockify` is one: a browser speaks WebSocket, the server TCP."""

from __future__ import annotations

import asyncio
import contextlib
import threading

from websockets.asyncio.server import ServerConnection, serve


class Proxy:
    """Passes bytes between WebSocket clients and `127.0.0.1:target`, on a thread of its own."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)

    async def _run(self) -> None:
        self._over = asyncio.Event()
        async with serve(self._carry, "127.0.0.1", 0, max_size=None, compression=None) as server:
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()
            await self._over.wait()

    async def _carry(self, browser: ServerConnection) -> None:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            return  # nobody there: the browser sees its connection close
        ways = [asyncio.create_task(_up(browser, writer)), asyncio.create_task(_down(reader, browser))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        writer.close()


async def _up(browser: ServerConnection, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        async for message in browser:
            assert isinstance(message, bytes)
            writer.write(message)
            await writer.drain()


async def _down(reader: asyncio.StreamReader, browser: ServerConnection) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(1 << 16):
            await browser.send(data)
