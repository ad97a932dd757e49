"""A bare DEALER that sends whatever it likes."""

from __future__ import annotations

import zmq

from engine.formats.wire.codec import decode_server, encode


class Wire:
    def __init__(self, endpoint: str) -> None:
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.connect(endpoint)

    def close(self) -> None:
        self.socket.close()

    def send(self, *parts: bytes) -> None:
        self.socket.send_multipart(parts)

    def say(self, message) -> None:
        self.socket.send_multipart(encode(message))

    def next(self, kind: str):
        """The next message of a kind; others are passed over."""
        while self.socket.poll(10_000):
            message = decode_server(self.socket.recv_multipart())
            if kind == message.TYPE:
                return message
        raise AssertionError(f"no `{kind}` came")
