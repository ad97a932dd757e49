"""What waits for the model: every utterance in order, and of frames only the newest for each NPC."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field

from engine.bridge.protocol import Observe


@dataclass
class Post:
    """One observation of a client, and when it came (seconds, the server's clock)."""

    client: Hashable
    observe: Observe
    received: float


@dataclass
class _Box:
    utterances: deque[Post] = field(default_factory=deque)
    newest: dict[str, Post] = field(default_factory=dict)


class Mailbox:
    """Thread-safe. Clients take turns, so that one that floods delays only itself."""

    def __init__(self) -> None:
        self._boxes: dict[Hashable, _Box] = {}
        self._turn: deque[Hashable] = deque()
        self._ready = threading.Condition()
        self._closed = False
        self.replaced = 0

    def put(self, post: Post) -> None:
        """Keep an utterance; let a frame take the place of an older one of the same NPCs."""
        with self._ready:
            if post.client not in self._boxes:
                self._boxes[post.client] = _Box()
                self._turn.append(post.client)
            box = self._boxes[post.client]
            if post.observe.utterance is not None:
                box.utterances.append(post)
            else:
                for npc in post.observe.npcs:
                    self.replaced += npc in box.newest
                    box.newest[npc] = post
            self._ready.notify()

    def waiting(self, client: Hashable) -> int:
        """Utterances of a client that wait."""
        with self._ready:
            box = self._boxes.get(client)
            return len(box.utterances) if box else 0

    def forget(self, client: Hashable) -> None:
        """Drop all that waits for a client that is gone."""
        with self._ready:
            if self._boxes.pop(client, None) is not None:
                self._turn.remove(client)

    def take(self) -> tuple[Post, tuple[str, ...]] | None:
        """The next observation and the NPCs for which it is still the newest; waits for one. None after `close`."""
        with self._ready:
            while True:
                for _ in range(len(self._turn)):
                    self._turn.rotate(-1)
                    found = self._next(self._boxes[self._turn[-1]])
                    if found is not None:
                        return found
                if self._closed:
                    return None
                self._ready.wait()

    def close(self) -> None:
        """Let `take` return what is left and then None."""
        with self._ready:
            self._closed = True
            self._ready.notify_all()

    @staticmethod
    def _next(box: _Box) -> tuple[Post, tuple[str, ...]] | None:
        if box.utterances:
            post = box.utterances.popleft()
            return post, post.observe.npcs
        if not box.newest:
            return None
        post = next(iter(box.newest.values()))
        npcs = tuple(npc for npc in post.observe.npcs if box.newest.get(npc) is post)
        for npc in npcs:
            del box.newest[npc]
        return post, npcs
