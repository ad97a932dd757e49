"""Key files for CURVE, ZeroMQ's encryption: one for the server, one for each client.

The server's file lists the public keys that it lets in; a client's file names the server's public key, so that
it talks to no other. Keys are Z85 text of 40 characters (https://rfc.zeromq.org/spec/32/).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zmq
from zmq.utils import z85

from engine.errors import Fault


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
    fields = _read(path)
    return ClientKeys(_key(fields, "public", path), _key(fields, "secret", path), _key(fields, "server", path))


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
    partial = path.with_name(path.name + ".partial")
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(fields, file, indent=2)
            file.write("\n")
        os.replace(partial, path)
    except OSError as error:
        raise Fault("keys_file", f"{path} cannot be written: {error.strerror}.", "Choose another file.") from None
