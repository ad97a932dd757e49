"""The messages that every codec must agree on, good and bad, as Python builds them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgpack

from engine.formats.wire.codec import (
    Ack,
    Bye,
    Despawn,
    Error,
    Event,
    Frame,
    Hear,
    Heard,
    Hello,
    Hush,
    Look,
    Mark,
    Observe,
    Ping,
    Pong,
    Sound,
    Spawn,
    Spawned,
    Speak,
    Spoken,
    Utterance,
    Welcome,
    WireDecision,
    encode,
)
from npc.types import Effect, Target

CARD = {"name": "Mira", "traits": {"bravery": 0.5}, "lines": {"greet": ["Hello, {player}."]}, "watch": ["wolf"]}
LABELS = {"action": ("idle", "greet", "give"), "emotion": ("neutral", "happy")}
LIMITS = {"header": 65536, "frame": 16777216, "side": 4096, "text": 1000, "npcs": 256}
INSPECT = {
    "intent": [["give_me", 0.875], ["trade", 0.0625]],
    "action": [["give", 0.75]],
    "watch": [["wolf", 0.125, 0.5, 0.25]],
    "heat": [b"\x00\x7f\xff", b"\x01\x02\x03"],
    "heat_box": [0.0, 0.0625, 1.0, 0.9375],
    "inference_ms": 4.5,
}

CLIENT = {
    "hello": Hello("village", "5e551011"),
    "hello with everything": Hello("village", "5e551011", "1.0", ("inspect",), "a secret"),
    "hello of a voice": Hello("voice", "5e551012", "1.0", (), None, "another secret"),
    "spawn by name": Spawn("mira", "healer"),
    "spawn that watches": Spawn("mira", "healer", ("wolf", "open fire")),
    "spawn with a card": Spawn("mira", CARD),
    "despawn": Despawn("mira"),
    "observe without frame or words": Observe(1, ("mira",)),
    "observe an rgb frame": Observe(2, ("mira",), Frame(bytes.fromhex("ff000000ff00"), 2, 1, "rgb")),
    "observe an rgba frame": Observe(3, ("mira", "bram"), Frame(bytes(range(16)), 2, 2, "rgba")),
    "observe a bgra frame bottom up": Observe(4, ("mira",), Frame(bytes(range(16)), 2, 2, "bgra", True)),
    "observe a frame with things in it": Observe(
        11, ("mira",), Frame(bytes(12), 2, 2, entities={"wolf-3": (0.125, 0.25, 0.5, 0.75), "トリ": (-0.25, 0.0, 1.0, 1.5)})
    ),
    "observe a thing as wide as can be": Observe(
        12, ("mira",), Frame(bytes(12), 2, 2, entities={"wall": (-10.0, 0.5, 10.0, 0.5)})
    ),
    "observe a jpeg": Observe(5, ("mira",), Frame(b"\xff\xd8\xff\xe0 not decoded here", 0, 0, "jpeg")),
    "observe a png": Observe(6, ("mira",), Frame(b"\x89PNG\r\n\x1a\n", 640, 360, "png")),
    "observe a webp": Observe(7, ("mira",), Frame(b"RIFF....WEBP", 0, 0, "webp")),
    "observe words": Observe(8, ("mira",), None, Utterance("u-1", "hello", ("mira",))),
    "observe with everything": Observe(
        9007199254740992,
        ("mira", "bram"),
        Frame(bytes(range(18)), 3, 2, "rgb", True),
        Utterance("u-2", "hand me the red potion", ("mira",), "Ada"),
        {"near": "well", "player": "Ada", "gold": 12, "night": False, "health": 0.5, "bag": ["rope", "lamp"]},
        12.5,
        True,
    ),
    "observe words beyond ASCII": Observe(10, ("Mírä",), None, Utterance("ü-3", "Wo ist der Schlüssel? 🗝 鍵", ("Mírä",))),
    "observe seen by many": Observe(300, tuple(f"npc{i}" for i in range(20))),
    "observe words that were spoken": Observe(
        13,
        ("mira",),
        None,
        Utterance(
            "h-1.0", "a wolf is at the gate", ("mira",), "player", Spoken(0.875, 11.5, 12.75, {"afraid": 0.75, "angry": 0.125})
        ),
    ),
    "observe words that were spoken somehow": Observe(
        14, ("mira",), None, Utterance("h-1.1", "hm", ("mira",), spoken=Spoken())
    ),
    "hear the first piece": Hear("h-1", 0, b"\x00\x00\x01\x00\xff\xff\x00\x80", 11.5, ("mira",), 48000),
    "hear an open microphone": Hear("h-2", 0, bytes(4), to=("mira", "bram"), open=True),
    "hear a piece": Hear("h-1", 1, b"\x01\x00"),
    "hear the last piece": Hear("h-1", 2, end=True),
    "hear nothing of it": Hear("h-1", 3, drop=True),
    "speak": Speak("s-1", "mira", "Good day, Ada.", "happy"),
    "speak a line with an id": Speak("s-2", "mira", "Hier, für dich: 🧪", "happy", "greet-3"),
    "hush": Hush("s-1"),
    "heard a line, as the voice process says it": Heard("7", 0, "a wolf is at the gate", True, 0.875, 11.5, 12.75, over=True),
    "sound, as the voice process says it": Sound("8", 0, b"\x01\x00\xfe\xff", 22050, (Mark("Good", 0.0, 0.25),)),
    "look at a picture": Look("gloomfang", 0, Frame(b"\x89PNG\r\n\x1a\n", 0, 0, "png")),
    "look at a second picture": Look("gloomfang", 1, Frame(bytes(range(16)), 2, 2, "rgba", True)),
    "look at no picture": Look("gloomfang"),
    "ping": Ping(7),
    "ping with a large id": Ping(4294967296),
    "bye": Bye(),
}

SERVER = {
    "welcome": Welcome("npc-engine 0.1.0", "CPUExecutionProvider", "default", False, labels=LABELS, limits=LIMITS),
    "welcome back": Welcome("npc-engine 0.1.0", "CUDAExecutionProvider", "default", True, "1.3", ("inspect",), LABELS, LIMITS),
    "spawned": Spawned("mira", "Mira Fenn"),
    "ack": Ack(("u-1",)),
    "ack of several": Ack(("u-1", "ü-3")),
    "decision about a frame": WireDecision("mira", 2, "idle", "neutral"),
    "decision about words": WireDecision(
        "mira",
        8,
        "greet",
        "happy",
        "u-1",
        line="Good day, Ada.",
        confidence=0.875,
        reason="Mira heard a greeting.",
        frame_age=0.0078125,
    ),
    "decision with everything": WireDecision(
        "mira",
        9007199254740992,
        "give",
        "happy",
        "u-2",
        Target(0.25, 0.5, 0.9375),
        "Hier, für dich: 🧪",
        0.75,
        "Mira heard give_me and likes Ada.",
        0.015625,
        12.5,
        INSPECT,
        "potion-7",
    ),
    "decision with effects": WireDecision(
        "mira",
        9,
        "trade",
        "happy",
        "u-3",
        line="Done. Four coins.",
        effects=(
            Effect("sell", {"item": "bröd", "price": 4, "against": "", "to": "Ada"}),
            Effect("quest", {"step": "delivered", "share": 0.5, "secret": True, "debt": -12}),
            Effect("wave"),
        ),
    ),
    "decision with a line that has a name": WireDecision("mira", 10, "greet", "happy", line="Sit!", line_id="sit-1f0c3a9b"),
    "event of a card": Event("mira", "card", "The card healer was edited and taken up."),
    "event with everything": Event("mira", "line", "Good day, Ada, and", "u-1", True),
    "pong": Pong(7),
    "pong with counters": Pong(
        4294967296,
        {"observed": 70000, "superseded": 300, "repeated": 1, "refused": 0, "decided": 128, "undelivered": 0, "undecided": 2},
    ),
    "error": Error("version", "The client speaks protocol 2.0, this server 1.0.", "Update whichever of the two is older."),
    "error about an utterance": Error(
        "unknown_npc", "There is no NPC 'odo'.", "Spawn it first.", seq=8, npc="odo", utterance="u-1"
    ),
    "error about a hearing": Error("no_voice", "No voice is connected.", "Type it.", about="h-1"),
    "hear with the words of a game": Hear("7", 0, bytes(2), 11.5, words=("Mira Fenn", "well", "red potion")),
    "speak as somebody": Speak("8", "mira", "Good day.", "happy", "greet-3", "Mira Fenn", {"file": "joe", "rate": 1.25}),
    "hush": Hush("8"),
    "heard so far": Heard("h-1", 0, "a wolf is"),
    "heard a line": Heard(
        "h-1", 0, "a wolf is at the gate", True, 0.875, 11.5, 12.75, {"afraid": 0.75, "angry": 0.125}, True, "h-1.0"
    ),
    "heard nothing": Heard("h-1", 0, "", True, over=True),
    "sound": Sound("s-1", 3, b"\x01\x00\xfe\xff"),
    "sound with words": Sound(
        "s-1",
        0,
        bytes(4),
        22050,
        (Mark("Good", 0.0, 0.25), Mark("day,", 0.25, 0.5)),
        (Mark("U", 0.0625, 0.1875), Mark("a", 0.25, 0.4375)),
    ),
    "sound at its end": Sound("s-1", 4, end=True),
    "sound that cannot be": Sound("s-1", 0, end=True, fault="There is no voice 'joe'."),
    "bye": Bye(),
}


def _pack(**fields: Any) -> bytes:
    packed: bytes = msgpack.packb(fields)
    return packed


def _wide(value: Any) -> bytes:
    """msgpack with every number and length in its widest form."""
    match value:
        case bool() | None:
            return bytes(msgpack.packb(value))
        case int():
            return b"\xd3" + value.to_bytes(8, "big", signed=True)
        case str():
            return b"\xdb" + len(value.encode()).to_bytes(4, "big") + value.encode()
        case list() | tuple():
            return b"\xdd" + len(value).to_bytes(4, "big") + b"".join(map(_wide, value))
        case dict():
            entries = b"".join(_wide(key) + _wide(entry) for key, entry in value.items())
            return b"\xdf" + len(value).to_bytes(4, "big") + entries
    raise TypeError(type(value))


# Bytes that another encoder may well send, and that mean the same as what Python would have sent.
CLIENT_VARIANTS = {
    "ping with its keys the other way round": [_pack(id=7, type="ping")],
    "ping in the widest forms": [_wide({"type": "ping", "id": 7})],
    "ping with a field of a later version": [_pack(type="ping", id=7, mood={"new": [1, None]})],
    "hello with only what it must have": [_pack(type="hello", client="village", session="5e551011", version="1.0")],
    "hello with nil for what is absent": [
        _pack(type="hello", client="village", session="5e551011", version="1.0", capabilities=None, token=None)
    ],
    "observe with only what it must have": [_pack(type="observe", seq=1, npcs=["mira"])],
    "observe that names an NPC twice": [_pack(type="observe", seq=1, npcs=["mira", "mira", "bram"])],
    "observe with an integer for a number": [_pack(type="observe", seq=1, npcs=["mira"], captured_at=12)],
    "observe words to all who see": [_pack(type="observe", seq=8, npcs=["mira", "bram"], utterance={"id": "u", "text": "hi"})],
    "observe with nil for the frame": [_pack(type="observe", seq=1, npcs=["mira"], frame=None, utterance=None, state=None)],
    "observe a jpeg without its size": [_pack(type="observe", seq=5, npcs=["mira"], frame={"format": "jpeg"}), b"\xff\xd8"],
    "observe things with integers for places": [
        _pack(type="observe", seq=1, npcs=["m"], frame={"format": "jpeg", "entities": {"sky": [0, 0, 1, 1]}}),
        b"\xff\xd8",
    ],
    "spawn in the widest forms": [_wide({"type": "spawn", "npc": "mira", "persona": "healer", "watch": ["wolf"]})],
}
SERVER_VARIANTS = {
    "decision with only what it must have": [_pack(type="decision", npc="mira", seq=2, action="idle", emotion="neutral")],
    "decision with integers for numbers": [
        _pack(type="decision", npc="m", seq=2, action="go_to", emotion="happy", target={"x": 0, "y": 1, "p": 1}, confidence=1)
    ],
    "decision with single-precision numbers": [
        msgpack.packb(
            {"type": "decision", "npc": "m", "seq": 2, "action": "a", "emotion": "e", "confidence": 0.5}, use_single_float=True
        )
    ],
    "decision with a label that is not in the welcome": [
        _pack(type="decision", npc="mira", seq=2, action="juggle", emotion="amused", added="later")
    ],
    "event of a kind of a later version": [_pack(type="event", npc="mira", kind="song", verse=3)],
    "error with a code of a later version": [_pack(type="error", code="unheard_of", message="Something new.")],
    "welcome with a capability of a later version": [
        _pack(
            type="welcome",
            version="1.9",
            server="s",
            provider="p",
            bundle="b",
            resumed=False,
            capabilities=["dance"],
            labels={},
            limits={},
        )
    ],
}


def _observe(**changes: Any) -> list[bytes]:
    fields = {"type": "observe", "seq": 5, "npcs": ["mira"]} | changes
    return [_pack(**{name: value for name, value in fields.items() if value is not None})]


def _frame(size: int = 18, **changes: Any) -> list[bytes]:
    return [*_observe(frame={"width": 3, "height": 2, "format": "rgb"} | changes), bytes(size)]


def _said(**changes: Any) -> list[bytes]:
    return _observe(utterance={"id": "u-1", "text": "hello"} | changes)


def _welcome(**changes: Any) -> bytes:
    fields = {"version": "1.0", "server": "s", "provider": "p", "bundle": "b", "resumed": False, "labels": {}, "limits": {}}
    return _pack(type="welcome", **(fields | changes))


CLIENT_BAD = {
    "no parts at all": ([], "malformed"),
    "three parts": ([*_frame(), b""], "malformed"),
    "an empty header": ([b""], "malformed"),
    "a byte that msgpack never uses": ([b"\xc1"], "malformed"),
    "a header cut short": ([encode(Hello("village", "s"))[0][:-3]], "malformed"),
    "a header with bytes behind it": ([_pack(type="bye") + b"\0"], "malformed"),
    "a list": ([msgpack.packb([1, 2])], "malformed"),
    "a number": ([msgpack.packb(7)], "malformed"),
    "binary keys": ([msgpack.packb({b"type": "bye"})], "malformed"),
    "integer keys": ([bytes.fromhex("8101a3627965")], "malformed"),
    "integer keys further in": ([bytes.fromhex("82a474797065a3627965a16d810102")], "malformed"),
    "text that is not UTF-8": ([bytes.fromhex("81a474797065a3ff7965")], "malformed"),
    "an extension type": ([_pack(type="ping", id=msgpack.ExtType(1, b"x"))], "malformed"),
    "an empty extension": ([bytes.fromhex("82a474797065a470696e67a26964c70001")], "malformed"),
    "lists 33 deep": ([bytes.fromhex("82a474797065a3627965a161") + b"\x91" * 31 + b"\x90"], "malformed"),
    "an integer that a double cannot hold": ([_pack(type="ping", id=2**53 + 1)], "malformed"),
    "a map that promises 4 billion entries": ([b"\xdf\xff\xff\xff\xff"], "malformed"),
    "an unknown type": ([_pack(type="dance")], "unknown_type"),
    "a server's message": ([_pack(type="ack", utterances=["u-1"])], "unknown_type"),
    "no type": ([_pack(seq=1)], "unknown_type"),
    "a type that is a number": ([_pack(type=1)], "unknown_type"),
    "a ping with a second part": ([*encode(Ping(1)), b"abc"], "malformed"),
    "a ping without its id": ([_pack(type="ping")], "field"),
    "hello without a session": ([_pack(type="hello", client="village", version="1.0")], "field"),
    "hello with a binary name": ([_pack(type="hello", client=b"village", session="s", version="1.0")], "field"),
    "spawn with a persona that is a list": ([_pack(type="spawn", npc="mira", persona=["healer"])], "field"),
    "spawn that watches for 33 things": (
        [_pack(type="spawn", npc="mira", persona="healer", watch=[f"thing {i}" for i in range(33)])],
        "field",
    ),
    "an NPC without a name": ([_pack(type="despawn", npc="")], "field"),
    "an NPC with a name of 65 characters": ([_pack(type="despawn", npc="x" * 65)], "field"),
    "seq is text": (_observe(seq="5"), "field"),
    "seq is negative": (_observe(seq=-1), "field"),
    "seq is true": (_observe(seq=True), "field"),
    "seq is a float": (_observe(seq=5.5), "field"),
    "no NPCs": (_observe(npcs=[]), "field"),
    "npcs is text": (_observe(npcs="mira"), "field"),
    "an NPC that is a number": (_observe(npcs=[1]), "field"),
    "captured at NaN": (_observe(captured_at=float("nan")), "field"),
    "captured at infinity": (_observe(captured_at=float("inf")), "field"),
    "inspect is a number": (_observe(inspect=1), "field"),
    "65 entries of state": (_observe(state={str(i): i for i in range(65)}), "field"),
    "spoken to somebody who is not there": (_said(to=["odo"]), "field"),
    "nothing said": (_said(text=""), "field"),
    "1001 characters said": (_said(text="x" * 1001), "field"),
    "an utterance without id": (_observe(utterance={"text": "hello"}), "field"),
    "an utterance with a control character in its id": (_said(id="u\n"), "field"),
    "a frame of the wrong size": (_frame(17), "frame_size"),
    "an empty frame": (_frame(0), "frame_size"),
    "a raw frame without width": (_frame(0, width=0), "frame_size"),
    "a frame 4097 wide": (_frame(width=4097), "field"),
    "a frame of an unknown format": (_frame(format="yuv"), "frame_format"),
    "65 things in a frame": (_frame(entities={str(i): [0, 0, 1, 1] for i in range(65)}), "field"),
    "a thing with three numbers": (_frame(entities={"wolf": [0, 0, 1]}), "field"),
    "a thing with a number that is text": (_frame(entities={"wolf": [0, 0, 1, "1"]}), "field"),
    "a thing at NaN": (_frame(entities={"wolf": [0, 0, 1, float("nan")]}), "field"),
    "a thing without a name": (_frame(entities={"": [0, 0, 1, 1]}), "field"),
    "a thing in pixels": (_frame(entities={"wolf": [210, 96, 250, 127]}), "field"),
    "a thing with one side in pixels": (_frame(entities={"wolf": [0, 0, 1, 10.5]}), "field"),
    "a thing with a width": (_frame(entities={"wolf": [0.5, 0.25, 0.125, 0.5]}), "field"),
    "a thing that is upside down": (_frame(entities={"wolf": [0.25, 0.75, 0.5, 0.5]}), "field"),
    "things in a list": (_frame(entities=[[0, 0, 1, 1]]), "field"),
    "a frame described but not sent": (_frame()[:1], "frame_size"),
    "a frame sent but not described": ([*_observe(), b"abc"], "frame_size"),
}
SERVER_BAD = {
    "no parts at all": ([], "malformed"),
    "an empty header": ([b""], "malformed"),
    "a header cut short": ([_pack(type="pong", id=300, counters={})[:-4]], "malformed"),
    "a client's message": ([_pack(type="ping", id=1)], "unknown_type"),
    "a decision with a second part": ([_pack(type="decision", npc="m", seq=1, action="a", emotion="e"), b"x"], "malformed"),
    "a decision without an action": ([_pack(type="decision", npc="mira", seq=1, emotion="happy")], "field"),
    "a decision whose target has no y": (
        [_pack(type="decision", npc="m", seq=1, action="a", emotion="e", target={"x": 0.5, "p": 0.5})],
        "field",
    ),
    "a decision about a thing without a name": (
        [_pack(type="decision", npc="m", seq=1, action="a", emotion="e", entity="")],
        "field",
    ),
    "a welcome without resumed": ([_pack(type="welcome", version="1.0", server="s", provider="p", bundle="b")], "field"),
    "a welcome whose labels are no lists": ([_welcome(labels={"action": 1})], "field"),
    "a welcome with a limit that is text": ([_welcome(limits={"text": "1000"})], "field"),
    "an event without a kind": ([_pack(type="event", npc="mira")], "field"),
    "an event whose text is a number": ([_pack(type="event", npc="mira", kind="card", text=3)], "field"),
    "a pong with a counter that is nil": ([_pack(type="pong", id=1, counters={"observed": None})], "field"),
    "an ack of one text": ([_pack(type="ack", utterances="u-1")], "field"),
}


def bad() -> Iterator[tuple[str, str, list[bytes], str]]:
    """Sender, name, parts and error code of every message that must be refused."""
    for sender, cases in (("client", CLIENT_BAD), ("server", SERVER_BAD)):
        for name, (parts, code) in cases.items():
            yield sender, name, parts, code


def good() -> Iterator[tuple[str, str, list[bytes], bool]]:
    """Sender, name, parts, and whether they are what an encoder must write, of every message that is sound."""
    for sender, messages, variants in (("client", CLIENT, CLIENT_VARIANTS), ("server", SERVER, SERVER_VARIANTS)):
        for name, message in messages.items():
            yield sender, name, encode(message), True
        for name, parts in variants.items():
            yield sender, name, parts, False
