"""One connection without encryption: what it has sent and not got yet, and how much of the processor it uses."""

from __future__ import annotations

import itertools
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence

from engine.bridge.session import Session
from engine.bridge.shares import Use
from engine.bridge.zmtp import Reader, framed

_UNSENT_MESSAGES, _UNSENT_BYTES = 1024, 4 * 1024 * 1024  # a client that reads nothing loses what goes beyond

serials = itertools.count(1)  # of connections


class Peer:
    """A connection without encryption; `changed` is called where it has something to be sent later, or is broken."""

    def __init__(self, stream: socket.socket, address: str, now: float, changed: Callable[[Peer], None]) -> None:
        self.session: Session | None = None
        self.user, self.address, self.serial, self.wrong_tokens = "", address, next(serials), 0
        self.stream, self.number = stream, stream.fileno()
        self.reader: Reader
        self.opened_at = self.stranger_since = self.heard_at = self.pinged_at = now
        self.resume_at = 0.0
        self.use = Use(time.monotonic())
        self.watched = 0  # what the poller waits for
        self.unsent: deque[memoryview] = deque()
        self.broken = False
        self.had_more = False  # after its last turn something was left
        self._unsent_bytes = 0
        self._changed = changed

    def send(self, parts: Sequence[bytes]) -> bool:
        return self.write(framed(parts))

    def send_all(self, messages: Sequence[Sequence[bytes]]) -> bool:
        """In one call of the system: the decisions of a crowd about one frame."""
        return self.write(b"".join(map(framed, messages)))

    def write(self, data: bytes) -> bool:
        """Send at once what goes, and keep the rest; False where too much is kept already."""
        if self.broken:
            return False
        if self.unsent and (len(self.unsent) >= _UNSENT_MESSAGES or self._unsent_bytes + len(data) > _UNSENT_BYTES):
            return False
        self.unsent.append(memoryview(data))
        self._unsent_bytes += len(data)
        if len(self.unsent) == 1:
            self.flush()
            if self.unsent or self.broken:
                self._changed(self)
        return True

    def flush(self) -> None:
        """Send as much as goes."""
        try:
            while self.unsent:
                sent = self.stream.send(self.unsent[0])
                self._unsent_bytes -= sent
                if sent < len(self.unsent[0]):
                    self.unsent[0] = self.unsent[0][sent:]
                    return
                self.unsent.popleft()
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:
            self.broken = True
            self.unsent.clear()

    def receive(self) -> int:
        """Bytes that came; 0 where there are none now, or it is over."""
        try:
            count = self.stream.recv_into(self.reader.buffer())
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            count = 0
        self.broken = count == 0
        self.reader.received(count)
        return count
