"""The Python client for asyncio: the same as `Client`, but whatever waits is awaited."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from engine.bridge.client import BaseClient, milliseconds
from engine.bridge.client_session import BridgeError
from engine.bridge.keys import ClientKeys
from engine.formats.wire.codec import WireDecision

_LOOK_EVERY_S = 0.005  # where the loop cannot tell


class AsyncClient(BaseClient):
    """A connection to a server, to be used from one event loop. Use it with `async with`:

        async with AsyncClient() as client:
            await client.spawn("mira", "healer")
            client.observe("mira", text="hello")
            async for decision in client:
                print(decision.line)

    Something must await `poll` (or iterate) at least every second or so: that keeps the session alive.

    Args:
        endpoint, name, token, keys, timeout, clock, on_error: as for `Client`.

    Raises:
        BridgeError: `endpoint`; on entering, `no_server` or whatever else the server answers.
    """

    def __init__(
        self,
        endpoint: str = "tcp://127.0.0.1:5571",
        *,
        name: str = "game",
        token: str | None = None,
        keys: ClientKeys | None = None,
        timeout: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
        on_error: Callable[[BridgeError], None] | None = None,
    ) -> None:
        super().__init__(endpoint, name, token, keys, clock, on_error)
        self._timeout = timeout

    async def __aenter__(self) -> AsyncClient:
        try:
            await self._wait(lambda: self._session.greeted, self._timeout)
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(self, *fault: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End the session; the server forgets its NPCs."""
        self._leave()

    async def spawn(
        self, npc: str, persona: str | Mapping[str, object], watch: Sequence[str] = (), timeout: float = 5.0
    ) -> str:
        """Bring an NPC to life and wait until it stands; see `Client.spawn`."""
        self._session.spawn(npc, persona, watch)
        try:
            await self._wait(lambda: self._session.name(npc) is not None, timeout, npc)
        except BridgeError:
            self._session.despawn(npc)
            raise
        return self._session.name(npc) or ""

    async def poll(self, timeout: float = 0.0) -> list[WireDecision]:
        """Decisions that came since the last call; waits up to `timeout` seconds for the first."""
        deadline = self._clock() + timeout
        self._attend()
        while not self._session.decided and (left := deadline - self._clock()) > 0:
            await self._arrival(milliseconds(left) / 1000)
            self._attend()
        return self._session.decisions()

    async def __aiter__(self) -> AsyncIterator[WireDecision]:
        """Decisions as they come, for ever."""
        while True:
            for decision in await self.poll(1.0):
                yield decision

    async def _wait(self, done: Callable[[], bool], timeout: float, npc: str | None = None) -> None:
        deadline = self._clock() + timeout
        earlier = list(self.errors)
        self._work()
        while not done():
            if (refusal := self._session.refusal(earlier, npc)) is not None:
                raise refusal
            left = deadline - self._clock()
            if left <= 0:
                raise self._no_server(timeout)
            await self._arrival(milliseconds(left) / 1000)
            self._work()

    async def _arrival(self, seconds: float) -> None:
        """Wait until a message may have come, but not longer than `seconds`."""
        if self._socket.poll(0):
            return
        loop, descriptor = asyncio.get_running_loop(), self._socket.fileno()
        woken = asyncio.Event()
        try:
            loop.add_reader(descriptor, woken.set)
        except NotImplementedError:  # Windows' default loop cannot watch sockets of others
            await asyncio.sleep(_LOOK_EVERY_S)
            return
        try:
            async with asyncio.timeout(seconds):
                await woken.wait()
        except TimeoutError:
            pass
        finally:
            loop.remove_reader(descriptor)
