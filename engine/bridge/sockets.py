"""ZeroMQ sockets with every default set on purpose.

libzmq's own defaults are open doors: no size limit, endless linger, no heartbeat, queues of 1000 messages,
half a minute for a handshake, no growing pause between reconnections.
"""

from __future__ import annotations

import re
from typing import Any

import zmq

from engine.bridge.keys import DOMAIN, ClientKeys, ServerKeys
from engine.errors import Fault
from engine.formats.wire.constants import Limits

_LOOPBACK = ("tcp://127.", "tcp://localhost:", "tcp://[::1]:", "ipc://")
_COMPLETE = re.compile(r"tcp://.+:(\d+|[*!])|(?!tcp:)\w+://.+")  # other transports have their own forms, which libzmq checks


def is_loopback(endpoint: str) -> bool:
    """Whether only programs of this machine can reach a ZeroMQ address."""
    return endpoint.startswith(_LOOPBACK)


def open_router(
    context: zmq.Context[zmq.Socket[bytes]], endpoint: str, limits: Limits, keys: ServerKeys | None, insecure: bool
) -> zmq.Socket[bytes]:
    """A ROUTER that is bound to `endpoint`; with `keys` it speaks CURVE only, and the context's `KeyGate` decides to whom.

    Raises:
        Fault: `not_loopback`, `port_in_use` or `bind`.
    """
    if not _COMPLETE.fullmatch(endpoint):
        raise Fault("bind", f"'{endpoint}' is not of the form tcp://HOST:PORT.", "Use an address such as tcp://127.0.0.1:5571.")
    if not (keys or insecure or is_loopback(endpoint)):
        raise Fault(
            "not_loopback",
            f"{endpoint} can be reached from other machines, and nothing is encrypted.",
            "Encrypt with --keys FILE (`python -m engine keys` makes one), or say --insecure where the network is trusted.",
        )
    socket = context.socket(zmq.ROUTER)
    if keys is not None:
        socket.curve_server = True
        socket.curve_publickey, socket.curve_secretkey = keys.public.encode(), keys.secret.encode()
        socket.zap_domain = DOMAIN
    socket.maxmsgsize = limits.message
    socket.rcvhwm = 8  # messages per client: the I/O thread drains at once, so few are enough
    socket.sndhwm = 1024  # small replies; a client that reads none loses what goes beyond
    socket.linger = 500  # ms for the last replies at shutdown
    socket.handshake_ivl = 3000  # ms
    socket.heartbeat_ivl = 5000  # ms; libzmq answers them even while the game stands at a breakpoint
    socket.heartbeat_timeout = 30000
    socket.router_mandatory = 1  # a reply that cannot be delivered is an error that we count
    try:
        socket.bind(endpoint)
    except zmq.ZMQError as error:
        socket.close(0)
        raise _bind_error(endpoint, error) from None
    return socket


def _bind_error(endpoint: str, error: zmq.ZMQError) -> Fault:
    if error.errno == zmq.EADDRINUSE:
        return Fault(
            "port_in_use",
            f"{endpoint} is in use.",
            "Stop the program that has it, or choose another port with --bind.",
        )
    return Fault(
        "bind",
        f"Cannot listen on '{endpoint}': {error.strerror}.",
        "Use an address such as tcp://127.0.0.1:5571.",
    )


def open_dealer(context: zmq.Context[zmq.Socket[bytes]], endpoint: str, keys: ClientKeys | None = None) -> zmq.Socket[bytes]:
    """A DEALER on its way to `endpoint`; it reconnects by itself, for ever. With `keys` it speaks CURVE.

    Raises:
        Fault: `endpoint`.
    """
    socket = context.socket(zmq.DEALER)
    socket.ipv6 = "[" in endpoint  # else a name such as localhost would be looked for at ::1 alone
    if keys is not None:
        socket.curve_serverkey = keys.server.encode()
        socket.curve_publickey, socket.curve_secretkey = keys.public.encode(), keys.secret.encode()
    socket.maxmsgsize = 1024 * 1024  # replies are small
    socket.sndhwm = 4  # frames that queue up are old frames
    socket.rcvhwm = 1024
    socket.linger = 200  # ms for the goodbye
    socket.handshake_ivl = 3000
    socket.heartbeat_ivl = 2000
    socket.heartbeat_timeout = 6000
    socket.reconnect_ivl = 100  # ms, doubling up to:
    socket.reconnect_ivl_max = 1000
    try:
        socket.connect(endpoint)
    except (zmq.ZMQError, UnicodeError) as error:
        socket.close(0)
        why = error.strerror if isinstance(error, zmq.ZMQError) else "it holds half a character"
        raise Fault(
            "endpoint",
            f"'{endpoint}' is no address: {why}.",
            "Use an address such as tcp://127.0.0.1:5571.",
        ) from None
    return socket


class FrameBuffers:
    """Lends out copies that ZeroMQ sends without copying them once more. For one thread.

    A game may draw over its pixels as soon as it has shown them, so they are copied. The pages of fresh memory would
    cost several times as much as the copy: a buffer is used again once ZeroMQ is through with it.
    """

    def __init__(self) -> None:
        self._lent: list[tuple[bytearray, zmq.MessageTracker]] = []

    def __len__(self) -> int:
        """Buffers that there are: as many as were ever on their way at once."""
        return len(self._lent)

    def copy(self, pixels: Any) -> zmq.Frame:
        """A copy of a C-contiguous buffer, ready to be sent with `copy=False`."""
        view = memoryview(pixels).cast("B")
        buffer = self._free(view.nbytes)
        memoryview(buffer)[:] = view
        frame = zmq.Frame(buffer, track=True, copy=False)
        self._lent.append((buffer, frame.tracker))
        return frame

    def _free(self, size: int) -> bytearray:
        """A buffer that nobody reads any more; those of another size are let go."""
        self._lent = [(buffer, tracker) for buffer, tracker in self._lent if len(buffer) == size or not tracker.done]
        for i, (buffer, tracker) in enumerate(self._lent):
            if tracker.done:
                del self._lent[i]
                return buffer
        return bytearray(size)
