"""ZMTP 3.1 as a server without encryption speaks it (https://rfc.zeromq.org/spec/37/): bytes in, messages out; no I/O.

libzmq is not used for this, since it trusts its peers with more than a stranger should have: they choose the id by which a
ROUTER knows them (and end the process by choosing one that is about to be given to somebody else), and a message may have
parts without end, all of which are kept until the last has come. Here a peer chooses nothing, and every size is refused
before anything is reserved for it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import TypeAlias

from engine.formats.wire.constants import Limits

Part: TypeAlias = memoryview
Message: TypeAlias = list[Part]

GREETING = b"\xff" + bytes(7) + b"\x01\x7f\x03\x01" + b"NULL".ljust(20, b"\0") + bytes(32)
PARTS = 8  # of one message at most; a sound one has two, those with a few more get an answer that says so
_MORE, _LONG, _COMMAND = 1, 2, 4
_SMALL = 16 * 1024  # bytes of the buffer that everything small comes through
_LARGEST_COMMAND = 4096
_CONTEXT = 16  # bytes of a PING that come back in the PONG
_PEERS = (b"DEALER", b"REQ", b"ROUTER")  # that a ROUTER talks to
_TTL = 300  # tenths of a second without a word, after which a peer may give us up


class Violation(Exception):
    """What came is no ZMTP, or more than may come: the connection is to be closed."""


def command(name: bytes, data: bytes = b"") -> bytes:
    """One command as a frame."""
    return frame(bytes([len(name)]) + name + data, _COMMAND)


def frame(body: bytes, flags: int = 0) -> bytes:
    """One frame; `flags` says that it is a command or that more follow."""
    return header(len(body), flags) + body


def header(size: int, flags: int = 0) -> bytes:
    """What stands before the body of a frame."""
    return bytes([flags, size]) if size < 256 else struct.pack(">BQ", flags | _LONG, size)


def framed(parts: Sequence[bytes]) -> bytes:
    """A whole message."""
    last = len(parts) - 1
    return b"".join(frame(part, 0 if i == last else _MORE) for i, part in enumerate(parts))


READY = command(b"READY", b"\x0bSocket-Type" + struct.pack(">I", 6) + b"ROUTER" + b"\x08Identity" + struct.pack(">I", 0))
PING = command(b"PING", struct.pack(">H", _TTL))


class Reader:
    """The incoming half of one connection.

    Its owner writes bytes into `buffer()` and says how many with `received`; then `next()` gives the messages, one by one.
    `out` collects what has to be sent because of that.

    Args:
        reserve: asked before more than a few bytes are set aside for a part; what is refused is a `Violation`.
    """

    def __init__(self, limits: Limits, reserve: Callable[[int], bool] = lambda size: True) -> None:
        self._limits, self._reserve = limits, reserve
        self.out: list[bytes] = [GREETING]
        self.greeted = self.ready = False  # the greeting has come; the handshake is over
        self._small = bytearray(_SMALL)
        self._start = self._end = 0  # of what has come and is not read
        self._large: bytearray | None = None  # a part on its way that the small buffer cannot hold
        self._got = 0  # bytes of it
        self._flags = 0
        self._parts: Message = []
        self._size = 0  # bytes of them

    @property
    def reserved(self) -> int:
        """Bytes that are set aside for the message that is on its way."""
        return self._size + (len(self._large) if self._large is not None else 0)

    def buffer(self) -> memoryview:
        """Where the next bytes belong; never empty."""
        if self._large is not None:
            return memoryview(self._large)[self._got :]
        if self._start == self._end:
            self._start = self._end = 0
        elif self._end == _SMALL:
            self._small[: self._end - self._start] = self._small[self._start : self._end]
            self._start, self._end = 0, self._end - self._start
        return memoryview(self._small)[self._end :]

    def received(self, count: int) -> None:
        """So many bytes were written into the buffer."""
        if self._large is not None:
            self._got += count
        else:
            self._end += count

    def next(self) -> Message | None:
        """The next whole message, or None where more has to come first.

        Raises:
            Violation: this peer does not speak ZMTP, or too much.
        """
        if not self.greeted and not self._greet():
            return None
        while (body := self._body()) is not None:
            if self._flags & _COMMAND:
                self._obey(bytes(body))
                continue
            if not self.ready:
                raise Violation("a message before READY")
            self._parts.append(body)
            self._size += len(body)
            if not self._flags & _MORE:
                message, self._parts, self._size = self._parts, [], 0
                return message
            if len(self._parts) >= PARTS:
                raise Violation("too many parts")
        return None

    def drop(self) -> None:
        """Let go of what has come: the connection is over."""
        self._parts, self._large, self._size = [], None, 0

    # -- what is inside --------------------------------------------------------------------------------

    def _greet(self) -> bool:
        came = self._small[self._start : min(self._end, self._start + 64)]
        if (came and came[0] != 0xFF) or (len(came) > 9 and came[9] & 0x7F != 0x7F):
            raise Violation("no ZMTP")
        if len(came) > 10 and came[10] < 3:
            raise Violation("an old ZMTP")
        if len(came) < 64:
            return False
        if came[12:32].rstrip(b"\0") != b"NULL":
            raise Violation("another mechanism")
        self._start += 64
        self.greeted = True
        self.out.append(READY)
        return True

    def _body(self) -> Part | None:
        """The body of the next frame, whose flags stand in `_flags` then."""
        if self._large is not None:
            if self._got < len(self._large):
                return None
            body, self._large = memoryview(self._large), None
            return body
        came = self._end - self._start
        if came < 2:
            return None
        flags = self._small[self._start]
        if flags > 7 or (flags & _COMMAND and flags & _MORE):
            raise Violation("unknown flags")
        head = 9 if flags & _LONG else 2
        if came < head:
            return None
        size = self._small[self._start + 1] if head == 2 else struct.unpack_from(">Q", self._small, self._start + 1)[0]
        self._check(flags, size)
        whole = came >= head + size
        if not whole and head + size <= _SMALL // 2:  # it fits, once the buffer has been tidied
            if self._start + head + size > _SMALL:
                self._small[:came] = self._small[self._start : self._end]
                self._start, self._end = 0, came
            return None
        self._flags = flags
        self._start += head
        if whole:
            body = memoryview(bytes(self._small[self._start : self._start + size]))
            self._start += size
            return body
        self._large = bytearray(size)
        self._got = self._end - self._start
        self._large[: self._got] = self._small[self._start : self._end]
        self._start = self._end
        return self._body()

    def _check(self, flags: int, size: int) -> None:
        """Refuse a frame by its size, before anything is reserved for it."""
        if flags & _COMMAND:
            if size > _LARGEST_COMMAND:
                raise Violation("a command that is too long")
        elif size > self._limits.message or self._size + size > self._limits.message + self._limits.header:
            raise Violation("a message that is too long")
        elif size > _SMALL // 2 and not self._reserve(size):
            raise Violation("too much before hello")

    def _obey(self, body: bytes) -> None:
        if not body or not body[0] or len(body) < 1 + body[0]:
            raise Violation("a command without a name")
        name, data = body[1 : 1 + body[0]], body[1 + body[0] :]
        if name == b"READY":
            if self.ready:
                raise Violation("READY twice")
            if _properties(data).get(b"socket-type") not in _PEERS:
                raise Violation("another kind of socket")
            self.ready = True
        elif not self.ready:
            raise Violation("another command than READY")
        elif name == b"PING":
            if not 2 <= len(data) <= 2 + _CONTEXT:
                raise Violation("a PING that is none")
            self.out.append(command(b"PONG", data[2:]))


def _properties(data: bytes) -> dict[bytes, bytes]:
    """Name (lower case) and value of each property; which id a peer wants for itself is nobody's business here."""
    found, at = {}, 0
    while at < len(data):
        name = data[at + 1 : at + 1 + data[at]]
        at += 1 + data[at]
        if not name or at + 4 > len(data):
            raise Violation("a property without a value")
        (size,) = struct.unpack_from(">I", data, at)
        at += 4 + size
        if at > len(data):
            raise Violation("a property without an end")
        found[name.lower()] = data[at - size : at]
    return found
