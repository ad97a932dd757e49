"""Writes the conformance vectors: `python -m tests.conformance.generate`.

README.md beside this file says how to read them from another language.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine.formats.wire.codec import VERSION, decode_client, decode_server, encode
from engine.formats.wire.fields import unpack
from tests.conformance import bytes_of_msgpack, bytes_of_zmtp, messages
from tests.conformance.notation import plain, to_json
from tests.conformance.timelines import TIMELINES

HERE = Path(__file__).parent


def vectors() -> dict[str, dict[str, Any]]:
    """Every file's name and content."""
    timelines = {"timelines": [{"timeline": name, "steps": steps} for name, steps in TIMELINES.items()]}
    return {"messages.json": _messages(), "msgpack.json": _msgpack(), "timelines.json": timelines, "zmtp.json": _zmtp()}


def _messages() -> dict[str, Any]:
    decode = {"client": decode_client, "server": decode_server}
    good = [
        {
            "name": name,
            "from": sender,
            "canonical": canonical,
            "parts": [bytes(part).hex() for part in parts],
            "header": to_json(unpack(parts[0])),
            "message": to_json(plain(decode[sender](parts))),
        }
        for sender, name, parts, canonical in messages.good()
    ]
    bad = [
        {"name": name, "from": sender, "parts": [part.hex() for part in parts], "error": code}
        for sender, name, parts, code in messages.bad()
    ]
    return {"protocol": VERSION, "good": good, "bad": bad}


def _msgpack() -> dict[str, Any]:
    good = [
        {"name": name, "canonical": canonical, "hex": packed.hex(), "value": to_json(value)}
        for name, packed, value, canonical in bytes_of_msgpack.encoded()
    ]
    bad = [{"name": name, "hex": packed.hex(), "error": "malformed"} for name, packed in bytes_of_msgpack.REFUSED.items()]
    return {"good": good, "bad": bad}


def _zmtp() -> dict[str, Any]:
    zmtp = bytes_of_zmtp
    hello = encode(messages.CLIENT["hello"])[0]
    welcome = encode(messages.SERVER["welcome"])[0]
    return {
        "version": "3.1",
        "largest_frame": 1048576,
        "greetings": {
            "good": [
                {
                    "name": name,
                    "hex": greeting.hex(),
                    "major": major,
                    "minor": minor,
                    "mechanism": mechanism,
                    "as_server": server,
                }
                for name, (greeting, major, minor, mechanism, server) in zmtp.GREETINGS.items()
            ],
            "bad": _refused(zmtp.GREETINGS_BAD),
        },
        "frames": {
            "good": [
                {
                    "name": name,
                    "hex": stream.hex(),
                    "frames": [{"command": command, "more": more, "body": body.hex()} for command, more, body in frames],
                }
                for name, (stream, frames) in zmtp.FRAMES.items()
            ],
            "bad": _refused(zmtp.FRAMES_BAD),
        },
        "commands": {
            "good": [
                {"name": name, "hex": stream.hex()} | to_json(meaning) for name, (stream, meaning) in zmtp.COMMANDS.items()
            ],
            "bad": _refused(zmtp.COMMANDS_BAD),
        },
        "conversations": {
            "NULL": _steps(zmtp.null_conversation(hello, welcome)),
            "heartbeat": _steps(zmtp.heartbeat()),
            "PLAIN": _steps(zmtp.plain_conversation(hello, welcome)),
        },
    }


def _refused(cases: dict[str, tuple[bytes, str]]) -> list[dict[str, str]]:
    return [{"name": name, "hex": stream.hex(), "error": error} for name, (stream, error) in cases.items()]


def _steps(conversation: list[tuple[str, str, bytes]]) -> list[dict[str, str]]:
    return [{"from": sender, "what": what, "hex": stream.hex()} for sender, what, stream in conversation]


def text(content: dict[str, Any]) -> str:
    """JSON with one vector a line, so that a difference shows which one."""
    return _lines(content, 0) + "\n"


def _lines(value: Any, depth: int) -> str:
    indent = "  " * depth
    match value:
        case {"name": _} | {"what": _} | {"at": _}:
            return json.dumps(value, ensure_ascii=False)
        case dict():
            rows = [f"{json.dumps(name)}: {_lines(entry, depth + 1)}" for name, entry in value.items()]
        case list():
            rows = [_lines(entry, depth + 1) for entry in value]
        case _:
            return json.dumps(value, ensure_ascii=False)
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n" + ",\n".join(f"{indent}  {row}" for row in rows) + f"\n{indent}{closing}"


if __name__ == "__main__":
    for name, content in vectors().items():
        (HERE / name).write_text(text(content), encoding="utf-8")
        print(f"wrote {HERE / name}")
