"""Where a server listens: addresses read, judged and opened."""

from __future__ import annotations

import errno
import ipaddress
import os
import re
import socket
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.errors import Fault

_TCP = re.compile(r"tcp://(?P<host>\[[^\[\]]+\]|[^:\[\]]+):(?P<port>\d+|\*|!)")
_IPC = re.compile(r"ipc://(?P<path>.+)", re.DOTALL)
_BACKLOG = 1024  # connections that wait to be taken
_EXAMPLE = "Use an address such as tcp://127.0.0.1:5571."


@dataclass(frozen=True, slots=True)
class Address:
    """An endpoint taken apart: a TCP host and port, or the path of a socket file."""

    endpoint: str
    host: str = ""
    port: int = 0
    path: str = ""

    @property
    def loopback(self) -> bool:
        """Whether only programs of this machine can reach it."""
        if self.path or self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host.partition("%")[0]).is_loopback
        except ValueError:  # a name, whatever it looks like, is whoever its owner says
            return False


def read_address(endpoint: str) -> Address:
    """Take `tcp://HOST:PORT` (`*`: all addresses, or a free port) or `ipc://PATH` apart.

    Raises:
        Fault: `bind`.
    """
    if (ipc := _IPC.fullmatch(endpoint)) is not None and "\0" not in endpoint:
        return Address(endpoint, path=ipc["path"])
    tcp = _TCP.fullmatch(endpoint)
    if tcp is None:
        raise Fault("bind", f"'{endpoint}' is not of the form tcp://HOST:PORT.", _EXAMPLE)
    port = int(tcp["port"]) if tcp["port"].isdecimal() and tcp["port"].isascii() else 0
    if port > 65535:
        raise Fault("bind", f"Cannot listen on '{endpoint}': there is no port {port}.", _EXAMPLE)
    return Address(endpoint, tcp["host"].strip("[]"), port)


def is_loopback(endpoint: str) -> bool:
    """Whether only programs of this machine can reach a ZeroMQ address."""
    try:
        return read_address(endpoint).loopback
    except Fault:
        return False


def listen(address: Address) -> socket.socket:
    """A socket that listens there, non-blocking. A socket file is for its owner alone.

    Raises:
        Fault: `port_in_use` or `bind`.
    """
    try:
        return _listen_to_file(address) if address.path else _listen_to_port(address)
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EADDRNOTAVAIL) and not address.path and _ours(address):
            raise port_in_use(address.endpoint) from None
        why = error.strerror or str(error)
        raise Fault("bind", f"Cannot listen on '{address.endpoint}': {why}.", _EXAMPLE) from None


def port_in_use(endpoint: str) -> Fault:
    """What to say where somebody else listens already."""
    return Fault("port_in_use", f"{endpoint} is in use.", "Stop the program that has it, or choose another port with --bind.")


def bound_endpoint(address: Address, listener: socket.socket) -> str:
    """The endpoint as it became: with the port that was free."""
    if address.path:
        return address.endpoint
    host, port = listener.getsockname()[:2]
    return f"tcp://[{host}]:{port}" if ":" in host else f"tcp://{host}:{port}"


def remove_file(address: Address) -> None:
    """Take the socket file of a closed listener away."""
    if address.path:
        with suppress(OSError):
            os.unlink(address.path)


def _ours(address: Address) -> bool:
    """Whether this machine has the address at all, so that it can only be the port that is not to be had."""
    try:
        with socket.create_server((address.host if address.host != "*" else "", 0), family=_family(address)):
            return True
    except OSError:
        return False


def _family(address: Address) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address.host else socket.AF_INET


def _listen_to_port(address: Address) -> socket.socket:
    host = "" if address.host == "*" else address.host
    listener = socket.socket(_family(address), socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere it would let two programs have one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR), 1)
        listener.bind((host, address.port))
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener


def _listen_to_file(address: Address) -> socket.socket:
    if not hasattr(socket, "AF_UNIX"):
        raise Fault("bind", f"This system has no socket files, so '{address.endpoint}' cannot be used.", _EXAMPLE)
    path = Path(address.path)
    if path.exists():
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise Fault("bind", f"{path} is a file that is no socket.", "Choose a path where nothing is yet.")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as knock:
            knock.settimeout(1.0)
            if knock.connect_ex(address.path) == 0:
                raise port_in_use(address.endpoint)
        path.unlink()  # of a server that was killed
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        before = os.umask(0o177)
        try:
            listener.bind(address.path)
        finally:
            os.umask(before)
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener
