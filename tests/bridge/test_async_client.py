"""The asyncio client: the same promises, awaited."""

from __future__ import annotations

import asyncio

import pytest

from engine.bridge.async_client import AsyncClient
from engine.bridge.client import BridgeError


def _run(scene):
    return asyncio.run(asyncio.wait_for(scene, 20))


def test_words_are_answered(server):
    async def scene():
        async with AsyncClient(server.endpoint) as client:
            name = await client.spawn("mira", "healer")
            client.observe("mira", text="hello")
            async for decision in client:
                return name, decision

    name, decision = _run(scene())
    assert name.startswith("Mira")
    assert decision.action == "greet"


def test_leaving_ends_the_session(server):
    async def scene():
        async with AsyncClient(server.endpoint) as client:
            await client.spawn("mira", "healer")
            client.observe("mira", text="hello")
            await client.poll(5.0)
            assert len(server.sessions) == 1
        await client.close()  # twice does no harm
        while server.sessions:
            await asyncio.sleep(0.01)

    _run(scene())


def test_an_npc_that_was_never_spawned_is_refused_at_once(server):
    async def scene():
        async with AsyncClient(server.endpoint) as client:
            client.observe("odo", text="hello")

    with pytest.raises(BridgeError, match=r"no NPC 'odo'\. Spawn it first"):
        _run(scene())


def test_what_the_server_refuses_later_can_be_raised(server):
    def stop(error):
        raise error

    async def scene():
        async with AsyncClient(server.endpoint, on_error=stop) as client:
            await client.spawn("mira", "healer")
            server.sessions[0].npcs.pop("mira")
            client.observe("mira", text="hello")
            await client.poll(5.0)

    with pytest.raises(BridgeError, match=r"no NPC 'mira'"):
        _run(scene())


def test_waiting_leaves_the_loop_to_others(server):
    async def scene():
        ticks = 0

        async def tick():
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0)

        async with AsyncClient(server.endpoint) as client:
            other = asyncio.create_task(tick())
            await client.poll(0.05)
            other.cancel()
        return ticks

    assert _run(scene()) > 10


def test_several_clients_share_one_loop(server):
    async def one(number: int) -> list[str]:
        async with AsyncClient(server.endpoint, name=f"client {number}") as client:
            await client.spawn("mira", "healer")
            for i in range(5):
                client.observe("mira", text=f"hello {i}")
            lines = []
            while len(lines) < 5:
                lines += [decision.action for decision in await client.poll(1.0)]
            return lines

    async def scene():
        return await asyncio.gather(*(one(i) for i in range(4)))

    assert _run(scene()) == [["greet"] * 5] * 4


def test_it_finds_a_restarted_server(serve):
    server = serve()

    async def scene():
        async with AsyncClient(server.endpoint) as client:
            await client.spawn("mira", "healer")
            await asyncio.to_thread(server.stop)
            client.observe("mira", text="anybody there?")
            await asyncio.to_thread(serve, server.endpoint)
            while not (decisions := await client.poll(1.0)):
                pass
            return decisions

    assert [decision.npc for decision in _run(scene())] == ["mira"]


def test_without_a_server_it_says_so():
    async def scene():
        async with AsyncClient("tcp://127.0.0.1:9", timeout=0.1):
            pass

    with pytest.raises(BridgeError) as refused:
        _run(scene())
    assert refused.value.code == "no_server"


def test_a_refused_persona_is_raised(server):
    async def scene():
        async with AsyncClient(server.endpoint) as client:
            await client.spawn("mira", "nobody")

    with pytest.raises(BridgeError) as refused:
        _run(scene())
    assert refused.value.code == "persona_unknown"
