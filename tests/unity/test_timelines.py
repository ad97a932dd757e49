"""The C# session does what the timelines say."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgpack
import pytest

from engine.formats.wire.codec import decode_client
from tests.conformance.notation import plain
from tests.conformance.test_timelines import compare
from tests.conformance.timelines import TIMELINES


def lines(steps: list[dict]) -> Iterator[tuple[str, dict]]:
    """What the test program is told, line by line, each with its step; see Timelines.cs."""
    yield "0 new", {}
    for step in steps:
        at = step["at"]
        match step:
            case {"do": "spawn", "npc": npc, "persona": persona}:
                yield f"{at} spawn {npc} {persona}", step
            case {"do": "despawn", "npc": npc}:
                yield f"{at} despawn {npc}", step
            case {"do": "look", "phrase": phrase, "pictures": count}:
                yield f"{at} look {phrase} {count}", step
            case {"do": "say", "id": said, "npcs": npcs, "text": text}:
                yield f"{at} say {said} {','.join(npcs)} {text.replace(' ', '_')}", step
            case {"do": "show", "npcs": npcs, "state": state}:
                yield f"{at} show {','.join(npcs)} {msgpack.packb(state).hex()}", step
            case {"do": "listen", "id": hearing, "npcs": npcs, "open": is_open}:
                yield f"{at} listen {hearing} {','.join(npcs)} {is_open}", step
            case {"do": "put", "pcm": pcm}:
                yield f"{at} put {pcm}", step
            case {"do": "speak", "id": speech, "npc": npc, "text": text}:
                yield f"{at} speak {speech} {npc} {text.replace(' ', '_')}", step
            case {"do": word}:
                yield f"{at} {word}", step
        for header in step.get("hear", ()):
            yield f"{at} hear {header} {step.get('times', 1)}", step
        for word, query in (("sends", "sends"), ("greeted", "greeted"), ("plays", "plays"), ("errors", "told")):
            if word in step:
                yield f"{at} {query}", step


@pytest.fixture(scope="session")
def play(program: Path):
    """The answers of the C# session to the queries of a timeline, each with its step."""
    told = {name: list(lines(steps)) for name, steps in TIMELINES.items()}
    everything = "\n".join(line for rows in told.values() for line, _ in rows) + "\n"
    done = subprocess.run(
        ["mono", program, "timelines"], input=everything, capture_output=True, text=True, timeout=60, check=True
    )
    answers = iter(done.stdout.splitlines())
    asked = ("sends", "greeted", "plays", "told")
    return {
        name: [(line.split()[1], step, next(answers)) for line, step in rows if line.split()[1] in asked]
        for name, rows in told.items()
    }


@pytest.mark.parametrize("name", TIMELINES)
def test_a_client_does_what_its_timeline_says(play, name):
    for query, step, answer in play[name]:
        if query == "sends":
            sent = [plain(decode_client([bytes.fromhex(part) for part in parts.split(",")])) for parts in answer.split()[1:]]
            compare(sent, step["sends"], step["at"])
        elif query == "plays":
            assert [played.replace("/", " ") for played in answer.split()[1:]] == step["plays"], f"at {step['at']}"
        elif query == "greeted":
            assert answer == str(int(step["greeted"])), f"at {step['at']}"
        else:
            decisions, *codes = answer.split()
            assert (int(decisions), codes) == (step["decisions"], step["errors"]), f"at {step['at']}"
