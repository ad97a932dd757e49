"""CURVE, ZeroMQ's encryption: key files, one for the server and one for each client, and the gate that asks for them.

The server's file lists the public keys that it lets in; a client's file names the server's public key, so that
it talks to no other. Keys are Z85 text of 40 characters (https://rfc.zeromq.org/spec/32/).
"""

from __future__ import annotations

import hmac
import json
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zmq
from zmq.utils import z85

from engine.errors import Fault
from engine.files import reason, write_whole

DOMAIN = b"npc-engine"  # of ZAP
_ADDRESS = "inproc://zeromq.zap.01"


@dataclass(frozen=True, slots=True)
class ServerKeys:
    """`clients` are the public keys that may connect, by the name of the client."""

    public: str
    secret: str
    clients: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ClientKeys:
    """`server` is the server's public key."""

    public: str
    secret: str
    server: str


def create_server_keys(path: Path) -> ServerKeys:
    """A new key pair that lets nobody in yet, written to `path`.

    Raises:
        Fault: `keys_exist` or `keys_file`.
    """
    if path.exists():
        raise Fault("keys_exist", f"{path} exists already.", "Add clients with --add NAME, or choose another file.")
    public, secret = _pair()
    keys = ServerKeys(public, secret, {})
    _write(path, {"public": public, "secret": secret, "clients": {}})
    return keys


def add_client(path: Path, name: str) -> Path:
    """Let a new client in: its public key goes into the server's file `path`, its own file beside it.

    Raises:
        Fault: `keys_exist` or `keys_file`.
    """
    server = load_server_keys(path)
    if not name.replace("-", "").replace("_", "").isalnum():
        raise Fault("keys_file", f"'{name}' is no name for a key file.", "Use letters, digits, '-' and '_'.")
    own = path.with_name(f"{name}.keys")
    if name in server.clients or own.exists():
        raise Fault("keys_exist", f"There is a client '{name}' already.", "Choose another name.")
    public, secret = _pair()
    _write(own, {"public": public, "secret": secret, "server": server.public})
    _write(path, {"public": server.public, "secret": server.secret, "clients": {**server.clients, name: public}})
    return own


def load_server_keys(path: Path) -> ServerKeys:
    """Read a server's key file.

    Raises:
        Fault: `keys_file`.
    """
    _for_owner_alone(path)
    fields = _read(path)
    clients = fields.get("clients")
    if not isinstance(clients, dict) or not all(_is_key(key) for key in clients.values()):
        raise _broken(path, "`clients` is no map of public keys")
    return ServerKeys(_key(fields, "public", path), _key(fields, "secret", path), clients)


def load_client_keys(path: Path) -> ClientKeys:
    """Read a client's key file.

    Raises:
        Fault: `keys_file`.
    """
    _for_owner_alone(path)
    fields = _read(path)
    return ClientKeys(_key(fields, "public", path), _key(fields, "secret", path), _key(fields, "server", path))


def _for_owner_alone(path: Path) -> None:
    """Refuse a file with a secret that others of this machine can read, as ssh does. Windows has other rules."""
    with suppress(OSError):  # what is not there is told by whoever reads it
        mode = stat.S_IMODE(path.stat().st_mode)
        if os.name == "posix" and mode & 0o077:
            raise Fault("keys_file", f"{path} can be read by others (mode {mode:04o}).", f"Run: chmod 600 {path}")


def _pair() -> tuple[str, str]:
    if not zmq.has("curve"):
        raise Fault("curve", "This libzmq was built without CURVE.", "Install pyzmq from PyPI.")
    public, secret = zmq.curve_keypair()
    return public.decode(), secret.decode()


def _read(path: Path) -> dict[str, Any]:
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Fault(
            "keys_file", f"{path} cannot be read: {error.strerror}.", "Make one with `python -m engine keys FILE`."
        ) from None
    except ValueError:
        raise _broken(path, "it is not JSON") from None
    if not isinstance(fields, dict):
        raise _broken(path, "it is no map")
    return fields


def _key(fields: Mapping[str, Any], name: str, path: Path) -> str:
    key = fields.get(name)
    if not _is_key(key):
        raise _broken(path, f"`{name}` is no key")
    return str(key)


def _is_key(key: object) -> bool:
    if not isinstance(key, str) or len(key) != 40:
        return False
    try:
        return len(z85.decode(key.encode("ascii"))) == 32
    except (ValueError, KeyError, ArithmeticError):
        return False


def _broken(path: Path, why: str) -> Fault:
    return Fault("keys_file", f"{path} is no key file: {why}.", "Make one with `python -m engine keys FILE`.")


def _write(path: Path, fields: Mapping[str, Any]) -> None:
    """In one step, and never readable for others."""
    try:
        write_whole(path, json.dumps(fields, indent=2) + "\n", private=True)
    except (OSError, ValueError) as error:
        raise Fault("keys_file", f"{path} cannot be written: {reason(error)}.", "Choose another file.") from None


class KeyGate:
    """Decides who may come in over CURVE: a ZAP handler (https://rfc.zeromq.org/spec/27/) on the I/O thread.

    libzmq without a handler lets every key in; that is why there is always one. It must be open before the first
    socket of its context is bound.

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
