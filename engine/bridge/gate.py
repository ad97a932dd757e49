"""Who may come in over CURVE: a ZAP handler (https://rfc.zeromq.org/spec/27/) on the I/O thread.

libzmq without a handler lets every key in; that is why there is always one.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

import zmq
from zmq.utils import z85

DOMAIN = b"npc-engine"
_ADDRESS = "inproc://zeromq.zap.01"


class Gate:
    """Answers libzmq's questions. It must be open before the first socket of its context is bound.

    Args:
        clients: the public keys (Z85) that may connect, by name.
    """

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], clients: Mapping[str, str]) -> None:
        self._known = {z85.decode(key.encode()): name for name, key in clients.items()}
        self.socket = context.socket(zmq.REP)
        self.socket.linger = 0
        self.socket.bind(_ADDRESS)

    def answer(self) -> list[str]:
        """Answer every question that waits; returns one line for each that was refused."""
        refused: list[str] = []
        while self.socket.poll(0):
            request = self.socket.recv_multipart()
            name = self._name(request)
            if name is None:
                refused.append(request[3].decode("ascii", "replace") if len(request) > 3 else "?")
            self.socket.send_multipart(_reply(request, name))
        return refused

    def close(self) -> None:
        self.socket.close()

    def _name(self, request: list[bytes]) -> str | None:
        """Who asks, or None for a stranger. Request: version, id, domain, address, identity, mechanism, key."""
        if len(request) != 7 or request[0] != b"1.0" or request[2] != DOMAIN or request[5] != b"CURVE":
            return None
        return next((name for key, name in self._known.items() if hmac.compare_digest(key, request[6])), None)


def _reply(request: list[bytes], name: str | None) -> list[bytes]:
    """Version, id, status, its text, user, metadata."""
    identity = request[1] if len(request) > 1 else b""
    if name is None:
        return [b"1.0", identity, b"400", b"This key is not known here.", b"", b""]
    return [b"1.0", identity, b"200", b"OK", name.encode(), b""]
