"""What a peer may ask for at most. The server tells its limits in `welcome`, so that clients can check first."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, characters or entries. Whatever exceeds one is refused with an error reply."""

    header: int = 64 * 1024  # bytes of a message's msgpack part
    frame: int = 16 * 1024 * 1024  # bytes of a frame part: 2560x1440 RGBA fits
    side: int = 4096  # pixels of a frame's width or height
    name: int = 64  # characters of a client, NPC, session or utterance id
    text: int = 1000  # characters of an utterance
    phrase: int = 100  # characters of a watched phrase
    watch: int = 32  # phrases that one NPC watches for
    state: int = 64  # entries of the game state
    entities: int = 64  # things that a game names in a frame
    npcs: int = 256  # NPCs of one client
    utterances: int = 64  # utterances of one client that wait for their decision
    observes: int = 250  # observations of one client in a second; frames beyond that are dropped unread
    clients: int = 64  # sessions of one server
    waiting: int = 128 * 1024 * 1024  # bytes of frames of one client that wait for inference

    @property
    def message(self) -> int:
        """Bytes that one part of a message may have; libzmq drops a connection that sends more."""
        return max(self.header, self.frame)


DEFAULT_LIMITS = Limits()
