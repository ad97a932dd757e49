"""Figures of the protocol, written by `python -m engine.formats.wire.generate` from protocol.yaml: do not edit."""

from __future__ import annotations

from dataclasses import dataclass, replace

VERSION = "1.0"
CAPABILITIES = ("events", "inspect", "voice", "looks", "jpeg", "png", "webp")
UNWELCOME = ("version", "token", "session", "too_many_clients")  # errors after which a client waits
MAX_DEPTH = 32  # levels of maps and lists, the header itself being the first
MAX_INTEGER = 9007199254740992  # integers up to here survive languages whose only number is a double
REPLY_HEADER = 1048576  # bytes of a server's header
HELLO_EVERY_S = 0.5  # between two `hello` while nobody answers
UNWELCOME_FOR_S = 60.0  # no `hello` after `version`, `token`, `session` or `too_many_clients`
PING_EVERY_S = 1.0  # between two `ping`
LOST_AFTER_S = 3.5  # silence for so long means that the server is away
RETRY_AFTER_S = 0.5  # until an utterance without `ack` is repeated
BUSY_FOR_S = 0.1  # until an utterance that the server put off is repeated
DECISION_AFTER_S = 5.0  # until an acknowledged utterance without a decision is repeated


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, characters or entries. Whatever exceeds one is refused with an error reply."""

    header: int = 65536  # bytes of a message's msgpack part
    frame: int = 16777216  # bytes of a frame part: 2560x1440 RGBA fits
    side: int = 4096  # pixels of a frame's width or height
    name: int = 64  # characters of a client, NPC, session or utterance id
    text: int = 1000  # characters of an utterance
    phrase: int = 100  # characters of a watched phrase
    watch: int = 32  # phrases that one NPC watches for
    state: int = 64  # entries of the game state
    entities: int = 64  # things that a game names in a frame
    npcs: int = 256  # NPCs of one client
    utterances: int = 64  # answers that may be owed to one client
    picture: int = 1048576  # bytes of a picture of what a phrase looks like
    looks: int = 64  # phrases of one client that have pictures
    observes: int = 250  # observations of one client in a second; frames beyond that are dropped unread
    clients: int = 64  # sessions of one server
    phrases: int = 256  # different phrases that all NPCs of one client watch for
    waiting: int = 134217728  # bytes of frames of one client that wait for inference
    pcm: int = 9600  # bytes of a piece of sound: a tenth of a second at 48,000 samples a second
    hearing: int = 30  # seconds that one push to talk is listened to
    hearings: int = 4  # hearings of one client at once
    speeches: int = 8  # speeches of one client at once
    speech: int = 60  # seconds of sound of one speech

    @property
    def message(self) -> int:
        """Bytes that one part of a message may have; libzmq drops a connection that sends more."""
        return max(self.header, self.frame)


DEFAULT_LIMITS = Limits()
REPLY_LIMITS = replace(DEFAULT_LIMITS, header=REPLY_HEADER)
