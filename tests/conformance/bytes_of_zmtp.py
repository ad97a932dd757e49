"""ZMTP 3.1, which carries the messages: greetings, frames, commands and whole conversations of a DEALER.

https://rfc.zeromq.org/spec/37/ is the standard; the numbers in comments are its grammar's.
"""

from __future__ import annotations

from typing import Any

MORE, LONG, COMMAND = 1, 2, 4


def greeting(mechanism: bytes = b"NULL", minor: int = 1, as_server: bool = False, major: int = 3) -> bytes:
    """The 64 bytes that open a connection, in both directions."""
    signature = b"\xff" + bytes(7) + b"\x01\x7f"
    return signature + bytes([major, minor]) + mechanism.ljust(20, b"\0") + bytes([as_server]) + bytes(31)


def frame(body: bytes, more: bool = False, command: bool = False, wide: bool = False) -> bytes:
    """One frame: flags, size in 1 or 8 bytes, body."""
    wide = wide or len(body) > 255
    flags = MORE * more | LONG * wide | COMMAND * command
    return bytes([flags]) + len(body).to_bytes(8 if wide else 1, "big") + body


def command(name: bytes, data: bytes = b"") -> bytes:
    return frame(bytes([len(name)]) + name + data, command=True)


def properties(**values: bytes) -> bytes:
    """Metadata of READY and INITIATE; an underscore stands for the hyphen of the names."""
    return b"".join(
        bytes([len(name)]) + name.replace("_", "-").encode() + len(value).to_bytes(4, "big") + value
        for name, value in values.items()
    )


def short(text: bytes) -> bytes:
    """A string with its length in one byte before it."""
    return bytes([len(text)]) + text


DEALER = properties(Socket_Type=b"DEALER", Identity=b"")
ROUTER = properties(Socket_Type=b"ROUTER", Identity=b"")
_TYPES = {"DEALER": {"Socket-Type": "DEALER", "Identity": ""}, "ROUTER": {"Socket-Type": "ROUTER", "Identity": ""}}

GREETINGS = {
    "NULL, version 3.1": (greeting(), 3, 1, "NULL", False),
    "NULL, version 3.0": (greeting(minor=0), 3, 0, "NULL", False),
    "NULL of a later minor version": (greeting(minor=9), 3, 9, "NULL", False),
    "NULL with a signature of zeros": (b"\xff" + bytes(8) + greeting()[9:], 3, 1, "NULL", False),
    "PLAIN of libzmq, which never says that it is the server": (greeting(b"PLAIN"), 3, 1, "PLAIN", False),
    "PLAIN of a server": (greeting(b"PLAIN", as_server=True), 3, 1, "PLAIN", True),
    "CURVE of a server": (greeting(b"CURVE", as_server=True), 3, 1, "CURVE", True),
}
GREETINGS_BAD = {
    "does not begin with ff": (b"\0" + greeting()[1:], "signature"),
    "has no 7f at byte 10": (greeting()[:9] + b"\0" + greeting()[10:], "signature"),
    "speaks HTTP": (b"HTTP/1.1 400 Bad Request\r\n".ljust(64, b"\0"), "signature"),
    "is of version 2": (greeting(major=2), "version"),
    "is of version 1": (greeting(major=1, minor=0), "version"),
}

FRAMES = {
    "an empty message": (frame(b""), [(False, False, b"")]),
    "a short message": (frame(b"hello"), [(False, False, b"hello")]),
    "a message of two parts": (
        frame(b"header", more=True) + frame(b"pixels"),
        [(False, True, b"header"), (False, False, b"pixels")],
    ),
    "255 bytes": (frame(b"\xaa" * 255), [(False, False, b"\xaa" * 255)]),
    "256 bytes": (frame(b"\xaa" * 256), [(False, False, b"\xaa" * 256)]),
    "256 bytes and more to come": (
        frame(b"\xaa" * 256, more=True) + frame(b""),
        [(False, True, b"\xaa" * 256), (False, False, b"")],
    ),
    "a short message with a long size": (frame(b"hello", wide=True), [(False, False, b"hello")]),
    "a command between two messages": (
        frame(b"one") + command(b"PING", b"\x00\x32") + frame(b"two"),
        [(False, False, b"one"), (True, False, b"\x04PING\x00\x32"), (False, False, b"two")],
    ),
}
# What a receiver that takes at most 1,048,576 bytes a frame must not read on after.
FRAMES_BAD = {
    "a reserved flag": (b"\x08\x01a", "flags"),
    "a command with more to come": (b"\x05\x05\x04PING", "flags"),
    "1048577 bytes": (b"\x02" + (1048577).to_bytes(8, "big"), "size"),
    "a size with the highest bit set": (b"\x02" + b"\xff" * 8, "size"),
}

COMMANDS: dict[str, tuple[bytes, dict[str, Any]]] = {
    "READY of a DEALER": (command(b"READY", DEALER), {"command": "READY", "properties": _TYPES["DEALER"]}),
    "READY of a ROUTER": (command(b"READY", ROUTER), {"command": "READY", "properties": _TYPES["ROUTER"]}),
    "READY with a property that nobody knows": (
        command(b"READY", ROUTER + properties(X_Later=b"new")),
        {"command": "READY", "properties": _TYPES["ROUTER"] | {"X-Later": "new"}},
    ),
    "PING without context": (command(b"PING", b"\x00\x32"), {"command": "PING", "ttl": 50, "context": b""}),
    "PING with context": (command(b"PING", b"\x01\x2cctx"), {"command": "PING", "ttl": 300, "context": b"ctx"}),
    "PONG to the PING without context": (command(b"PONG"), {"command": "PONG", "context": b""}),
    "PONG to the PING with context": (command(b"PONG", b"ctx"), {"command": "PONG", "context": b"ctx"}),
    "ERROR": (command(b"ERROR", short(b"Invalid client")), {"command": "ERROR", "reason": "Invalid client"}),
    "PLAIN's HELLO": (
        command(b"HELLO", short(b"admin") + short(b"secret")),
        {"command": "HELLO", "username": "admin", "password": "secret"},
    ),
    "PLAIN's WELCOME": (command(b"WELCOME"), {"command": "WELCOME"}),
    "PLAIN's INITIATE": (command(b"INITIATE", DEALER), {"command": "INITIATE", "properties": _TYPES["DEALER"]}),
}
COMMANDS_BAD = {
    "no name": (frame(b"", command=True), "command"),
    "a name longer than the command": (frame(b"\x09READY", command=True), "command"),
    "a property cut short": (command(b"READY", DEALER[:-1]), "command"),
    "a property whose value promises 4 GB": (command(b"READY", short(b"Identity") + b"\xff\xff\xff\xff"), "command"),
    "PING without its time to live": (command(b"PING", b"\x00"), "command"),
}


def null_conversation(hello: bytes, welcome: bytes) -> list[tuple[str, str, bytes]]:
    """Who sends what, and why, from the first byte to the welcome (mechanism NULL)."""
    return [
        ("client", "greeting", greeting()),
        ("server", "greeting", greeting()),
        ("client", "READY", command(b"READY", DEALER)),
        ("server", "READY", command(b"READY", ROUTER)),
        ("client", "the protocol's hello", frame(hello)),
        ("server", "the protocol's welcome", frame(welcome)),
    ]


def heartbeat() -> list[tuple[str, str, bytes]]:
    """A server that makes sure of a client, which must answer within the time to live (300 tenths of a second)."""
    return [
        ("client", "greeting", greeting()),
        ("server", "greeting", greeting()),
        ("client", "READY", command(b"READY", DEALER)),
        ("server", "READY", command(b"READY", ROUTER)),
        ("server", "PING", command(b"PING", b"\x01\x2c")),
        ("client", "PONG", command(b"PONG")),
        ("server", "PING", command(b"PING", b"\x01\x2c")),
    ]


def plain_conversation(hello: bytes, welcome: bytes) -> list[tuple[str, str, bytes]]:
    """The same under mechanism PLAIN, for user "admin" with password "secret"."""
    return [
        ("client", "greeting", greeting(b"PLAIN")),
        ("server", "greeting", greeting(b"PLAIN")),
        ("client", "HELLO", command(b"HELLO", short(b"admin") + short(b"secret"))),
        ("server", "WELCOME", command(b"WELCOME")),
        ("client", "INITIATE", command(b"INITIATE", DEALER)),
        ("server", "READY", command(b"READY", ROUTER)),
        ("client", "the protocol's hello", frame(hello)),
        ("server", "the protocol's welcome", frame(welcome)),
    ]
