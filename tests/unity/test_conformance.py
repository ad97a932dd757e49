"""The C# codecs run the vectors that every language runs."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import msgpack
import pytest

from engine.formats.wire.messages import SPARSE
from tests.conformance.notation import from_json

VECTORS = Path(__file__).parents[1] / "conformance"
MESSAGES, MSGPACK, ZMTP = (
    json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8")) for name in ("messages", "msgpack", "zmtp")
)
FIELDS = json.loads((VECTORS / "fields.json").read_text(encoding="utf-8"))["vectors"]
GREETING, READY = (ZMTP["conversations"]["NULL"][step]["hex"] for step in (1, 3))


@pytest.fixture(scope="session")
def ask(program: Path):
    """What the C# codec says of lines; see CodecLines.cs."""

    def answers(lines: list[str]) -> list[str]:
        said = subprocess.run(
            ["mono", program, "codec"], input="\n".join(lines) + "\n", capture_output=True, text=True, timeout=60, check=True
        )
        return said.stdout.splitlines()

    return answers


def in_pieces(stream: str) -> str:
    """A stream of hex, byte by byte."""
    return " ".join(stream[i : i + 2] for i in range(0, len(stream), 2))


def present(fields: dict) -> dict:
    """Without what is absent, also in a map inside it."""
    return {name: present(value) if isinstance(value, dict) else value for name, value in fields.items() if value is not None}


def as_sent(message: dict) -> tuple[dict, list[bytes]]:
    """The header's fields and the further parts that a message stands for: what is absent is left out."""
    sparse = SPARSE.get(message["type"], ())
    fields = {name: value for name, value in from_json(message).items() if value is not None and (value or name not in sparse)}
    if message["type"] == "observe" and fields.get("utterance"):
        fields["utterance"] = present(fields["utterance"])
    frame = fields.get("frame")
    return fields, [frame.pop("pixels")] if frame else []


def names(wrong):
    return [case["name"] for case in wrong]


def test_good_messages_mean_what_their_vectors_say(ask):
    cases = MESSAGES["good"]
    said = ask([" ".join([case["from"], *case["parts"]]) for case in cases])
    wrong = []
    for case, answer in zip(cases, said, strict=True):
        verdict, *parts = answer.split(" ")
        fields, further = as_sent(case["message"])
        sound = verdict == "ok" and [bytes.fromhex(part) for part in parts[1:]] == further
        if not sound or msgpack.unpackb(bytes.fromhex(parts[0])) != fields or (case["canonical"] and parts != case["parts"]):
            wrong.append(case)
    assert len(cases) > 30
    assert not wrong, names(wrong)


def test_bad_messages_are_refused_with_their_code(ask):
    cases = MESSAGES["bad"]
    said = ask([" ".join([case["from"], *case["parts"]]) for case in cases])
    assert said == [f"error {case['error']}" for case in cases]


def test_one_thing_alone_is_refused_or_not_as_its_vector_says(ask):
    said = ask([" ".join([case["from"], *case["parts"]]) for case in FIELDS])
    wrong = [
        (case["name"], answer[:40])
        for case, answer in zip(FIELDS, said, strict=True)
        if (answer != f"error {case['error']}" if case["error"] else not answer.startswith("ok "))
    ]
    assert not wrong


def test_good_msgpack_is_read_and_written(ask):
    cases = MSGPACK["good"]
    said = ask([f"msgpack {case['hex']}" for case in cases])
    assert said == [f"ok {msgpack.packb(from_json(case['value'])).hex()}" for case in cases]


def test_bad_msgpack_is_refused(ask):
    cases = MSGPACK["bad"]
    assert ask([f"msgpack {case['hex']}" for case in cases]) == ["error malformed"] * len(cases)


def test_greetings_are_told_apart(ask):
    good = [case for case in ZMTP["greetings"]["good"] if case["mechanism"] in ("NULL", "PLAIN")]
    assert all(said.startswith("waiting") for said in ask([f"{case['mechanism']} {case['hex']}" for case in good]))
    others = [case for case in ZMTP["greetings"]["good"] if case not in good]
    said = ask([f"NULL {case['hex']}" for case in others])
    assert all(case["mechanism"] in answer for case, answer in zip(others, said, strict=True))
    bad = ask([f"NULL {case['hex']}" for case in ZMTP["greetings"]["bad"]])
    assert all(answer.startswith("error") for answer in bad)


@pytest.mark.parametrize("cut", [str, in_pieces])
def test_streams_hold_the_frames_that_their_vectors_name(ask, cut):
    cases = ZMTP["frames"]["good"]
    said = ask([f"NULL {GREETING}{READY} {cut(case['hex'])}" for case in cases])
    for case, answer in zip(cases, said, strict=True):
        parts = [frame for frame in case["frames"] if not frame["command"]]
        whole = "".join(frame["body"] + ("," if frame["more"] else " ") for frame in parts)
        messages = " ".join(whole.split(" ")[:-1])  # the last is empty, or still waits for its other parts
        assert answer.partition(" ")[2].partition(" ")[2] == messages, case["name"]


def test_broken_streams_end_the_connection(ask):
    cases = ZMTP["frames"]["bad"] + ZMTP["commands"]["bad"]
    said = ask([f"NULL {GREETING}{READY} {case['hex']}" for case in cases])
    assert all(answer.startswith("error") for answer in said), [*zip(names(cases), said, strict=True)]


def test_commands_are_taken(ask):
    cases = [case for case in ZMTP["commands"]["good"] if case["command"] != "ERROR"]
    assert all(answer.startswith("ready") for answer in ask([f"NULL {GREETING}{READY} {case['hex']}" for case in cases]))
    (refusal,) = (case for case in ZMTP["commands"]["good"] if case["command"] == "ERROR")
    assert ask([f"NULL {GREETING} {refusal['hex']}"])[0].endswith(refusal["reason"])


@pytest.mark.parametrize(("name", "mechanism"), [("NULL", "NULL"), ("heartbeat", "NULL"), ("PLAIN", "PLAIN")])
def test_conversations_go_byte_for_byte(ask, name, mechanism):
    steps = ZMTP["conversations"][name]
    ours = [step["hex"] for step in steps if step["from"] == "client" and "protocol" not in step["what"]]
    theirs = [step["hex"] for step in steps if step["from"] == "server"]
    # The last PING of the heartbeat shows that the server goes on; it is answered too, outside of the vector.
    if name == "heartbeat":
        theirs = theirs[:-1]
    said = ask([f"{mechanism} {''.join(theirs)}"])[0].split(" ")
    assert said[:2] == ["ready", "".join(ours)]
    for step in (step for step in steps if "protocol's hello" in step["what"]):
        assert ask([f"framed {step['hex'][4:]}"]) == [step["hex"]]
