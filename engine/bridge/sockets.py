"""The client's ZeroMQ socket, with every default set on purpose, and copies of frames on their way out.

libzmq's own defaults are open doors: no size limit, endless linger, no heartbeat, queues of 1000 messages,
half a minute for a handshake, no growing pause between reconnections.
"""

from __future__ import annotations

from typing import Any

import zmq

from engine.bridge.keys import ClientKeys
from engine.errors import Fault


def open_dealer(
    context: zmq.Context[zmq.Socket[bytes]], endpoint: str, keys: ClientKeys | None = None, unsent: int = 4
) -> zmq.Socket[bytes]:
    """A DEALER on its way to `endpoint`; it reconnects by itself, for ever. With `keys` it speaks CURVE.

    Args:
        unsent: messages that may wait to be sent; of a game these are few, since frames that queue up are old frames.

    Raises:
        Fault: `endpoint`.
    """
    socket = context.socket(zmq.DEALER)
    socket.ipv6 = "[" in endpoint  # else a name such as localhost would be looked for at ::1 alone
    if keys is not None:
        socket.curve_serverkey = keys.server.encode()
        socket.curve_publickey, socket.curve_secretkey = keys.public.encode(), keys.secret.encode()
    socket.maxmsgsize = 1024 * 1024  # replies are small
    socket.sndhwm = unsent
    socket.rcvhwm = 1024
    socket.linger = 200  # ms for the goodbye
    socket.handshake_ivl = 3000
    socket.heartbeat_ivl = 2000
    socket.heartbeat_timeout = 6000
    socket.reconnect_ivl = 100  # ms, doubling up to:
    socket.reconnect_ivl_max = 1000
    why = _no_port(endpoint)
    try:
        if not why:
            socket.connect(endpoint)
    except zmq.ZMQError as error:
        why = error.strerror or str(error)
    except UnicodeError:
        why = "it holds half a character"
    if why:
        socket.close(0)
        raise Fault("endpoint", f"'{endpoint}' is no address: {why}.", "Use an address such as tcp://127.0.0.1:5571.")
    return socket


def _no_port(endpoint: str) -> str:
    """What is wrong with a port beyond all ports, which libzmq takes, and then looks for for ever; empty where nothing is."""
    port = endpoint.rpartition(":")[2] if endpoint.startswith("tcp:") else ""
    beyond = port.isascii() and port.isdecimal() and int(port[:6]) > 65535
    return f"there is no port {port[:20]}" if beyond else ""


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
