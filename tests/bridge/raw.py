"""A peer that speaks ZMTP byte by byte, and so may break its rules."""

from __future__ import annotations

import socket
import struct
import time

from engine.bridge import zmtp
from engine.formats.wire.codec import decode_server, encode

DEADLINE = 10.0


class Raw:
    """A TCP connection to a server; `identity` is the id that it announces."""

    def __init__(self, endpoint: str, identity: bytes = b"", shake: bool = True) -> None:
        host, _, port = endpoint.removeprefix("tcp://").rpartition(":")
        self.stream = socket.create_connection((host, int(port)), timeout=DEADLINE)
        self._reader = zmtp.Reader(_Anything())
        if shake:
            self.stream.sendall(zmtp.GREETING)
            properties = b"\x0bSocket-Type" + struct.pack(">I", 6) + b"DEALER"
            self.stream.sendall(
                zmtp.command(b"READY", properties + b"\x08Identity" + struct.pack(">I", len(identity)) + identity)
            )

    def close(self) -> None:
        self.stream.close()

    def say(self, message) -> None:
        self.stream.sendall(zmtp.framed(encode(message)))

    def next(self, kind: str):
        """The next message of a kind; others are passed over."""
        while True:
            message = self._reader.next()
            if message is None:
                count = self.stream.recv_into(self._reader.buffer())
                assert count, f"the server hung up before any `{kind}` came"
                self._reader.received(count)
            elif kind == (found := decode_server(message)).TYPE:
                return found

    def closed(self) -> bool:
        """Whether the server hangs up in time."""
        end = time.monotonic() + DEADLINE
        try:
            while self.stream.recv(65536):
                assert time.monotonic() < end
        except TimeoutError:
            return False
        except OSError:
            pass
        return True

    def flood(self, data: bytes, most: int) -> int:
        """Send `data` again and again, until the server hangs up or `most` bytes have left; returns how many did."""
        sent = 0
        try:
            while sent < most:
                self.stream.sendall(data)
                sent += len(data)
        except OSError:
            pass
        return sent


class _Anything:
    message, header = 1 << 30, 1 << 30
