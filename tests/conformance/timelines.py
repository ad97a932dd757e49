"""What a client does when: scripts with a clock of their own, for the client core of every language.

README.md beside this file says how to play them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgpack

from engine.formats.wire.codec import (
    Ack,
    Bye,
    Error,
    Heard,
    Hush,
    Pong,
    ServerMessage,
    Sound,
    Spawned,
    Welcome,
    WireDecision,
    encode,
)
from engine.formats.wire.constants import UNWELCOME

Step = dict[str, Any]
LABELS = {"action": ("idle", "greet"), "emotion": ("neutral", "happy")}
HELLO = {"type": "hello", "client": "village", "version": "1.0", "capabilities": ["events", "inspect"], "token": None}
MIRA, BRAM = ({"type": "spawn", "npc": npc, "persona": "healer", "watch": []} for npc in ("mira", "bram"))
PING = {"type": "ping"}
FORGET = {"type": "look", "phrase": "gloomfang", "number": 0, "frame": None}
# A welcome that does not say whether the session was resumed.
SILENT_WELCOME = {"type": "welcome", "version": "1.0", "server": "s", "provider": "p", "bundle": "b"} | {
    "labels": {},
    "limits": {},
}


def do(at: float, what: str, **arguments: Any) -> Step:
    """What the game asks for."""
    return {"at": at, "do": what, **arguments}


def hear(at: float, *messages: ServerMessage | dict[str, Any] | bytes, times: int = 1) -> Step:
    """What the server says: messages, headers that are none, or bytes that are not even that."""
    parts = [m if isinstance(m, bytes) else msgpack.packb(m) if isinstance(m, dict) else bytes(encode(m)[0]) for m in messages]
    return {"at": at, "hear": [part.hex() for part in parts]} | ({"times": times} if times > 1 else {})


def sends(at: float, *messages: dict[str, Any], **state: Any) -> Step:
    """What has left since the last such step, once the client has worked; with the fields that are told here, and others."""
    return {"at": at, "sends": list(messages), **state}


def welcome(resumed: bool = False) -> Welcome:
    return Welcome("npc-engine", "CPUExecutionProvider", "default", resumed, labels=LABELS)


def greeted(*npcs: str) -> list[Step]:
    """A session at 0 in which these NPCs stand; the next ping is due at 1."""
    spawns = [do(0, "spawn", npc=npc, persona="healer") for npc in npcs]
    introduced = [{"mira": MIRA, "bram": BRAM}[npc] for npc in npcs]
    stands = [hear(0, Spawned(npc, npc.title())) for npc in npcs]
    return [do(0, "connect"), *spawns, sends(0, HELLO), hear(0, welcome()), sends(0, PING, *introduced, greeted=True), *stands]


def say(at: float, utterance: str, *npcs: str, text: str = "hello") -> Step:
    return do(at, "say", id=utterance, npcs=list(npcs or ("mira",)), text=text)


def shown(number: int) -> dict[str, Any]:
    """A picture of the gloomfang: one red pixel."""
    return {"type": "look", "phrase": "gloomfang", "number": number}


def said(utterance: str, *to: str, **more: Any) -> dict[str, Any]:
    return {"type": "observe", "utterance": utterance, "to": list(to or ("mira",)), **more}


def decision(utterance: str | None = None, npc: str = "mira") -> WireDecision:
    return WireDecision(npc, 1, "greet", "happy", utterance)


def told(at: float, decisions: int = 0, *errors: str) -> Step:
    """How many decisions the game takes, and the codes of the errors that it is told."""
    return {"at": at, "decisions": decisions, "errors": list(errors)}


def beat(first: int, last: int) -> Iterator[Step]:
    """Pings and pongs at whole seconds."""
    for second in range(first, last + 1):
        yield sends(second, PING)
        yield hear(second, Pong(second))


def voiced(*npcs: str) -> list[Step]:
    """A session at 0, of a server that has a voice process."""
    return [*greeted(*npcs), hear(0, Pong(1, {"voice": 1}))]


def piece(number: int, hearing: str = "h-1", **more: Any) -> dict[str, Any]:
    return {"type": "hear", "hearing": hearing, "piece": number, **more}


def line(text: str, number: int = 0, **more: Any) -> Heard:
    """A line that was heard."""
    return Heard("h-1", number, text, True, 0.5, utterance=f"h-1.{number}" if text else None, **more)


def plays(at: float, *speeches: str) -> Step:
    """What the game gets to play since the last such step: a speech and the number of its piece, or that it is hushed."""
    return {"at": at, "plays": list(speeches)}


VOICE: dict[str, list[Step]] = {
    "what is heard is said once, like what is typed": [
        *voiced("mira"),
        do(0, "listen", id="h-1", npcs=["mira"], open=False),
        sends(0),
        do(0.125, "put", pcm="00000100"),
        sends(0.125, piece(0, to=["mira"], rate=16000, open=False, end=False)),
        do(0.25, "put", pcm="0200"),
        sends(0.25, piece(1, to=[])),
        do(0.25, "release"),
        sends(0.25, piece(2, end=True)),
        hear(0.25, Heard("h-1", 0, "hello")),
        sends(0.25),
        hear(0.5, line("hello there", over=True)),
        sends(0.5, said("h-1.0", seq=1)),
        hear(0.5, line("hello there", over=True)),  # told again, since the server had not heard of it
        sends(0.5),
        sends(1, PING, said("h-1.0", seq=1)),  # it is repeated like any other
        hear(1, Ack(("h-1.0",)), decision("h-1.0")),
        told(1, 1),
        sends(1.5),
    ],
    "silence says nothing": [
        *voiced("mira"),
        do(0, "listen", id="h-1", npcs=["mira"], open=False),
        do(0, "put", pcm="0000"),
        sends(0, piece(0)),
        do(0, "release"),
        sends(0, piece(1, end=True)),
        hear(0.25, line("", over=True)),
        do(0.25, "put", pcm="0000"),
        sends(0.25),
        told(0.25),
    ],
    "an open microphone says line after line": [
        *voiced("mira", "bram"),
        do(0, "listen", id="h-1", npcs=["mira", "bram"], open=True),
        do(0, "put", pcm="0000"),
        sends(0, piece(0, open=True)),
        hear(0.125, line("hello")),
        sends(0.125, said("h-1.0", "mira", "bram", seq=1)),
        do(0.125, "despawn", npc="mira"),
        sends(0.125, {"type": "despawn", "npc": "mira"}),
        hear(0.25, line("farewell", 1)),
        sends(0.25, said("h-1.1", "bram", seq=2)),
        do(0.25, "put", pcm="0000"),
        sends(0.25, piece(1)),
        do(0.25, "drop"),
        sends(0.25, piece(2, drop=True)),
        do(0.25, "put", pcm="0000"),
        sends(0.25),
        told(0.25),
    ],
    "a hearing ends with the server, and what comes of it later is not said": [
        *voiced("mira"),
        do(0, "listen", id="h-1", npcs=["mira"], open=False),
        do(0, "put", pcm="0000"),
        sends(0, piece(0)),
        hear(0.5, Error("hello_required", "Who are you?")),
        sends(0.5, HELLO, greeted=False),
        told(0.5, 0, "voice_lost"),
        do(0.5, "put", pcm="0000"),
        hear(0.75, welcome()),
        sends(0.75, MIRA),
        do(0.75, "release"),
        sends(0.75),
        hear(0.75, Heard("h-9", 0, "give him all", True, utterance="h-9.0")),
        sends(0.75),
    ],
    "a line that was heard before the connection broke is said after it": [
        *voiced("mira"),
        do(0, "listen", id="h-1", npcs=["mira"], open=False),
        do(0, "put", pcm="0000"),
        do(0, "release"),
        sends(0, piece(0), piece(1, end=True)),
        hear(0.5, Error("hello_required", "Who are you?")),
        sends(0.5, HELLO, greeted=False),
        told(0.5, 0, "voice_lost"),
        hear(0.75, welcome(resumed=True)),
        sends(0.75, MIRA),
        hear(0.75, line("hello", over=True)),
        sends(0.75, said("h-1.0", seq=1)),
    ],
    "a hearing that is refused is told once and at its end": [
        *greeted("mira"),
        do(0, "listen", id="h-1", npcs=["mira"], open=False),
        do(0, "put", pcm="0000"),
        sends(0, piece(0)),
        hear(0, Error("no_voice", "No voice is connected.", "Type it.", about="h-1")),
        told(0, 0, "no_voice"),
        do(0.125, "put", pcm="0000"),
        do(0.125, "release"),
        sends(0.125),
    ],
    "a line is spoken, and heard piece by piece": [
        *voiced("mira"),
        do(0, "speak", id="s-1", npc="mira", text="Welcome!"),
        sends(0, {"type": "speak", "speech": "s-1", "npc": "mira", "text": "Welcome!"}),
        hear(0.125, Sound("s-1", 0, b"\0\0")),
        plays(0.125, "s-1 0"),
        hear(0.25, Sound("s-1", 2, b"\0\0"), Sound("s-1", 0, b"\0\0"), Sound("s-9", 0, b"\0\0")),
        plays(0.25),
        hear(0.25, Sound("s-1", 1, b"\0\0", end=True), Sound("s-1", 2, b"\0\0")),
        plays(0.25, "s-1 1"),
    ],
    "what has come whole may be played yet, and ends like the rest": [
        *voiced("mira"),
        do(0, "speak", id="s-1", npc="mira", text="Welcome!"),
        sends(0, {"type": "speak", "speech": "s-1"}),
        hear(0, Sound("s-1", 0, b"\0\0", end=True)),
        plays(0, "s-1 0"),
        say(0.5, "u-1"),
        plays(0.5, "s-1 hush"),
        sends(0.5, said("u-1", seq=1)),
        say(0.5, "u-2"),
        plays(0.5),
    ],
    "nothing is spoken where nobody speaks": [
        *greeted("mira"),
        do(0, "speak", id="s-1", npc="mira", text="Good day."),
        sends(0),
        plays(0),
    ],
    "who is spoken to falls silent at once": [
        *voiced("mira", "bram"),
        do(0, "speak", id="s-1", npc="mira", text="Good day."),
        do(0, "speak", id="s-2", npc="bram", text="Halt."),
        sends(0, {"type": "speak", "speech": "s-1"}, {"type": "speak", "speech": "s-2"}),
        hear(0, Sound("s-1", 0, b"\0\0"), Sound("s-2", 0, b"\0\0")),
        plays(0, "s-1 0", "s-2 0"),
        hear(0, Sound("s-1", 1, b"\0\0")),
        say(0, "u-1"),
        plays(0, "s-1 hush"),  # and not the piece that nobody had fetched
        sends(0, said("u-1", seq=1)),
        hear(0, Sound("s-1", 2, b"\0\0"), Hush("s-1"), Sound("s-2", 1, b"\0\0", end=True)),
        plays(0, "s-2 1"),
    ],
    "who pushes to talk is listened to": [
        *voiced("mira"),
        do(0, "speak", id="s-1", npc="mira", text="Good day."),
        sends(0, {"type": "speak", "speech": "s-1"}),
        do(0, "listen", id="h-1", npcs=["mira"], open=False),
        plays(0, "s-1 hush"),
    ],
    "a newer line ends the older, and the server may end both": [
        *voiced("mira"),
        do(0, "speak", id="s-1", npc="mira", text="Good day."),
        do(0, "speak", id="s-2", npc="mira", text="A wolf!"),
        sends(0, {"type": "speak", "speech": "s-1"}, {"type": "speak", "speech": "s-2"}),
        plays(0, "s-1 hush"),
        hear(0, Sound("s-1", 0, b"\0\0"), Sound("s-2", 0, b"\0\0"), Hush("s-2"), Sound("s-2", 1, b"\0\0")),
        plays(0, "s-2 hush"),
    ],
    "a line that cannot be spoken is over, and no fault of the game's": [
        *voiced("mira"),
        do(0, "speak", id="s-1", npc="mira", text="Good day."),
        sends(0, {"type": "speak", "speech": "s-1"}),
        hear(0, Error("voice_silent", "The voice does not answer.", about="s-1")),
        plays(0, "s-1 hush"),
        told(0),
    ],
    "a game falls silent with the server": [
        *voiced("mira"),
        do(0, "speak", id="s-1", npc="mira", text="Good day."),
        sends(0, {"type": "speak", "speech": "s-1"}),
        hear(0, Sound("s-1", 0, b"\0\0")),
        plays(0, "s-1 0"),
        hear(0.25, Bye()),
        sends(0.25, greeted=False),
        plays(0.25, "s-1 hush"),
        do(0.25, "speak", id="s-2", npc="mira", text="Good day."),
        sends(0.75, HELLO),
        hear(0.75, welcome()),
        sends(0.75, MIRA),
    ],
}

TIMELINES: dict[str, list[Step]] = {
    "hello until it is welcome": [
        do(0, "connect"),
        sends(0, HELLO, greeted=False),
        sends(0.25),
        sends(0.5, HELLO),
        sends(1, HELLO),
        hear(1.25, welcome()),
        sends(1.25, PING, greeted=True),
        sends(2.125),
        sends(2.25, PING),
    ],
    "an NPC that was asked for early is introduced after the welcome": [
        do(0, "connect"),
        do(0, "spawn", npc="mira", persona="healer"),
        sends(0, HELLO),
        hear(0.125, welcome()),
        sends(0.125, PING, MIRA),
        hear(0.25, welcome()),  # the answer to a hello that was repeated
        sends(0.25),
    ],
    "silence means that the server is away": [
        *greeted("mira"),
        *(sends(second, PING) for second in (1, 2, 3)),
        sends(3.25, greeted=True),
        sends(3.5, HELLO, greeted=False),
        sends(3.75),
        sends(4, HELLO),
        hear(4.25, welcome(resumed=True)),
        sends(4.25, PING, MIRA, greeted=True),
        told(4.25),
    ],
    "a message of a type of a later version is dropped, and a sign of life": [
        *greeted("mira"),
        *(sends(second, PING) for second in (1, 2, 3)),
        hear(3.25, {"type": "weather", "rain": True}),
        sends(4, PING, greeted=True),
        told(4),
    ],
    "a message that makes no sense is told and passed over": [
        *greeted("mira"),
        hear(0.25, b"\xc1"),
        hear(0.25, {"type": "decision", "npc": "mira"}),
        hear(
            0.25,
            {"type": "welcome", "server": "s", "provider": "p", "bundle": "b", "version": "1.0", "labels": {}, "limits": {}},
        ),
        told(0.25, 0, "malformed", "field", "field"),
        hear(0.25, decision()),
        told(0.25, 1),
        sends(1, PING, greeted=True),
    ],
    **{
        f"after the refusal {code} it waits a minute": [
            do(0, "connect"),
            sends(0, HELLO),
            hear(0, Error(code, "No.", "Do something else.")),
            told(0, 0, code),
            *(sends(at) for at in (0.5, 1, 5, 30, 59.5)),
            sends(60, HELLO),
            hear(60, welcome()),
            sends(60, PING, greeted=True),
        ]
        for code in UNWELCOME
    },
    "a server that was restarted is told everything again": [
        *greeted("mira"),
        say(0.125, "u-1", text="anybody there?"),
        sends(0.125, said("u-1", seq=1)),
        hear(0.25, Ack(("u-1",))),
        sends(1, PING),
        hear(1, Error("hello_required", "Who are you?")),
        sends(1, HELLO, greeted=False),
        hear(1.25, welcome()),
        sends(1.25, MIRA, said("u-1", seq=1), greeted=True),
        hear(1.25, Spawned("mira", "Mira"), Ack(("u-1",)), decision("u-1")),
        told(1.25, 1),
        sends(1.5),
    ],
    "a server that never knows us is not hammered at": [
        do(0, "connect"),
        sends(0, HELLO),
        hear(0.125, Error("hello_required", "Who are you?")),
        sends(0.125),
        sends(0.5, HELLO),
        hear(0.5, welcome()),
        sends(0.5, PING),
        hear(0.625, Error("hello_required", "Who are you?")),
        sends(0.625),
        sends(1, HELLO),
        told(1),
    ],
    "a server that says goodbye is asked again after half a second": [
        *greeted("mira"),
        hear(0.25, Bye()),
        sends(0.25, greeted=False),
        sends(0.5),
        sends(0.75, HELLO),
        hear(0.75, welcome()),
        sends(0.75, MIRA, greeted=True),
        sends(1, PING),
    ],
    "words are repeated until they are acknowledged, and then until they are decided": [
        *greeted("mira"),
        say(0.25, "u-1"),
        sends(0.25, said("u-1", seq=1)),
        sends(0.5),
        sends(0.75, said("u-1", seq=1)),
        hear(0.75, Ack(("u-1",))),
        *beat(1, 5),
        sends(5.5),
        sends(5.75, said("u-1", seq=1)),
        hear(5.75, decision("u-1")),
        hear(5.75, decision("u-1")),  # the answer to what was repeated
        told(5.75, 1),
        *beat(6, 11),
    ],
    "words that were said before the welcome go out once the NPC is introduced": [
        do(0, "connect"),
        do(0, "spawn", npc="mira", persona="healer"),
        sends(0, HELLO),
        say(0.125, "u-1"),
        sends(0.125),
        hear(0.25, welcome()),
        sends(0.25, PING, MIRA, said("u-1", seq=1)),
    ],
    "nothing overtakes words that were put off": [
        *greeted("mira"),
        say(0, "u-1", text="first"),
        say(0, "u-2", text="second"),
        sends(0, said("u-1", seq=1), said("u-2", seq=2)),
        hear(0, Error("busy", "Later.", seq=1, utterance="u-1")),
        hear(0, Error("busy", "Later.", seq=2, utterance="u-2")),
        sends(0.0625),
        sends(0.125, said("u-1", seq=1)),
        say(0.125, "u-3", text="third"),
        sends(0.125),
        hear(0.1875, Error("busy", "Later.", seq=1, utterance="u-1")),
        sends(0.25),
        sends(0.3125, said("u-1", seq=1)),
        hear(0.3125, Ack(("u-1",))),
        sends(0.3125, said("u-2", seq=2), said("u-3", seq=3)),
        told(0.3125),
    ],
    "who has decided is not asked again": [
        *greeted("mira", "bram"),
        say(0, "u-1", "mira", "bram"),
        sends(0, said("u-1", "mira", "bram", seq=1)),
        hear(0.125, decision("u-1", "mira")),
        sends(0.5, said("u-1", "bram", seq=1, npcs=["bram"])),
        hear(0.625, decision("u-1", "bram")),
        told(0.625, 2),
        sends(0.9375),
    ],
    "words that were refused are told and not repeated": [
        *greeted("mira"),
        say(0, "u-1"),
        sends(0, said("u-1", seq=1)),
        hear(0, Error("field", "No.", seq=1, utterance="u-1")),
        told(0, 0, "field"),
        sends(0.5),
    ],
    "an NPC that left while the server was away goes from a session that was resumed": [
        *greeted("mira", "bram"),
        *(sends(second, PING) for second in (1, 2, 3)),
        sends(3.5, HELLO, greeted=False),
        do(3.5, "despawn", npc="mira"),
        sends(3.625),
        hear(3.75, welcome(resumed=True)),
        sends(3.75, {"type": "despawn", "npc": "mira"}, BRAM),
    ],
    "of an NPC that left while the server was away a new server hears nothing": [
        *greeted("mira", "bram"),
        *(sends(second, PING) for second in (1, 2, 3)),
        sends(3.5, HELLO, greeted=False),
        do(3.5, "despawn", npc="mira"),
        hear(3.75, welcome()),
        sends(3.75, BRAM),
    ],
    "of an NPC that has left nothing is heard, said or repeated any more": [
        *greeted("mira"),
        say(0, "u-1"),
        sends(0, said("u-1", seq=1)),
        do(0.125, "despawn", npc="mira"),
        sends(0.125, {"type": "despawn", "npc": "mira"}),
        hear(0.25, decision(), decision("u-1")),
        hear(0.25, Error("unknown_npc", "There is no NPC 'mira'.", "Spawn it first.", npc="mira")),
        told(0.25),
        sends(0.75),
    ],
    "an NPC that cannot be had is told and not asked for again": [
        do(0, "connect"),
        do(0, "spawn", npc="mira", persona="healer"),
        do(0, "spawn", npc="bram", persona="healer"),
        sends(0, HELLO),
        hear(0, welcome()),
        sends(0, PING, MIRA, BRAM),
        hear(0, Error("persona_unknown", "There is no persona 'healer'.", npc="mira"), Spawned("bram", "Bram")),
        told(0, 0, "persona_unknown"),
        hear(0.5, Error("hello_required", "Who are you?")),
        sends(0.5, HELLO),
        hear(0.5, welcome()),
        sends(0.5, BRAM),
    ],
    "a fault in what an NPC saw does not send it away": [
        *greeted("mira"),
        hear(0, Error("frame_broken", "No picture.", seq=1, npc="mira")),
        told(0, 0, "frame_broken"),
        hear(0.5, Error("hello_required", "Who are you?")),
        sends(0.5, HELLO),
        hear(0.5, welcome()),
        sends(0.5, MIRA),
    ],
    "a state that is told while the server is away is lost": [
        *greeted("mira"),
        do(0, "show", npcs=["mira"], state={"near": "well"}),
        sends(0, {"type": "observe", "seq": 1, "state": {"near": "well"}, "npcs": ["mira"]}),
        hear(0.5, Error("hello_required", "Who are you?")),
        sends(0.5, HELLO, greeted=False),
        do(0.625, "show", npcs=["mira"], state={"near": "inn"}),
        hear(0.75, welcome()),
        sends(0.75, MIRA),
        hear(0.75, Spawned("mira", "Mira")),
        sends(0.9375),
    ],
    "what phrases look like is shown before the NPCs enter, and again to a server that forgot it": [
        do(0, "connect"),
        do(0, "look", phrase="gloomfang", pictures=2),
        do(0, "spawn", npc="mira", persona="healer"),
        sends(0, HELLO),
        hear(0, welcome()),
        sends(0, PING, shown(0), shown(1), MIRA),
        do(0.25, "look", phrase="gloomfang", pictures=1),
        sends(0.25, FORGET, shown(0)),
        hear(0.5, Error("hello_required", "Who are you?")),
        sends(0.5, HELLO),
        hear(0.5, welcome()),
        sends(0.5, shown(0), MIRA),
        do(0.75, "look", phrase="gloomfang", pictures=0),
        sends(0.75, FORGET),
        hear(0.875, Error("hello_required", "Who are you?")),
        sends(1, HELLO),
        hear(1, welcome()),
        sends(1, PING, MIRA),
        told(1),
    ],
    "a server that takes no pictures is shown none": [
        do(0, "connect"),
        do(0, "look", phrase="gloomfang", pictures=1),
        do(0, "spawn", npc="mira", persona="healer"),
        sends(0, HELLO),
        hear(0, SILENT_WELCOME | {"resumed": False}),
        sends(0, PING, MIRA),
        do(0.25, "look", phrase="gloomfang", pictures=1),
        sends(0.25),
        told(0.25),
    ],
    "a server that never stops talking fills no memory, and costs no answer": [
        *greeted("mira"),
        say(0, "u-1"),
        sends(0, said("u-1", seq=1)),
        hear(0, decision("u-1")),
        hear(0, decision(), times=3000),
        hear(0, decision(npc="odo"), times=10),
        told(0, 1025),
        sends(0.5),
    ],
    **VOICE,
}
