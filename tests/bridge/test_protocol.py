"""The codec: what is written can be read, and what is wrong is refused with its name."""

from __future__ import annotations

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.formats.wire.codec import (
    Ack,
    Error,
    Hello,
    Observe,
    Ping,
    Spawn,
    Utterance,
    WireDecision,
    decode_client,
    decode_server,
    encode,
)
from engine.formats.wire.constants import Limits
from engine.formats.wire.fields import ProtocolError
from tests.conformance.messages import CLIENT, SERVER


@pytest.mark.parametrize("message", CLIENT.values(), ids=CLIENT)
def test_a_client_message_comes_out_as_it_went_in(message):
    assert decode_client(encode(message)) == message


@pytest.mark.parametrize("message", SERVER.values(), ids=SERVER)
def test_a_server_message_comes_out_as_it_went_in(message):
    assert decode_server(encode(message)) == message


def _observe(**changes):
    fields = {"type": "observe", "seq": 1, "npcs": ["mira"]} | changes
    return [msgpack.packb({name: value for name, value in fields.items() if value is not None})]


def _frame(size=18, **changes):
    return [*_observe(frame={"width": 3, "height": 2, "format": "rgb"} | changes), bytes(size)]


REFUSED = {
    "no parts": ([], "malformed"),
    "three parts": ([*_frame(), b""], "malformed"),
    "garbage": ([b"\xc1garbage"], "malformed"),
    "empty header": ([b""], "malformed"),
    "a list": ([msgpack.packb([1, 2])], "malformed"),
    "bytes as keys": ([msgpack.packb({b"type": "ping"})], "malformed"),
    "an extension type": ([msgpack.packb({"type": "ping", "id": msgpack.ExtType(1, b"x")})], "malformed"),
    "trailing bytes": ([msgpack.packb({"type": "bye"}) + b"\0"], "malformed"),
    "nothing but brackets": ([msgpack.packb({"type": "spawn", "npc": "a", "persona": {"name": [{}] * 60_000}})], "malformed"),
    "nested too deep": ([b"\x91" * 60_000], "malformed"),
    "promised 4 GB": ([b"\xdf\xff\xff\xff\xff"], "malformed"),
    "huge header": ([b"\0" * 70_000], "header_size"),
    "unknown type": ([msgpack.packb({"type": "dance"})], "unknown_type"),
    "a server's message": (encode(Ack(("u1",))), "unknown_type"),
    "no type": ([msgpack.packb({"seq": 1})], "unknown_type"),
    "a ping with a frame": ([*encode(Ping(1)), b"abc"], "malformed"),
    "seq is text": (_observe(seq="1"), "field"),
    "seq is negative": (_observe(seq=-1), "field"),
    "seq is true": (_observe(seq=True), "field"),
    "no npcs": (_observe(npcs=[]), "field"),
    "npcs is text": (_observe(npcs="mira"), "field"),
    "npc is a number": (_observe(npcs=[1]), "field"),
    "too many npcs": (_observe(npcs=[str(i) for i in range(300)]), "field"),
    "captured at NaN": (_observe(captured_at=float("nan")), "field"),
    "spoken to a stranger": (_observe(utterance={"id": "u", "text": "hi", "to": ["odo"]}), "field"),
    "too long a text": (_observe(utterance={"id": "u", "text": "x" * 1001}), "field"),
    "utterance without id": (_observe(utterance={"text": "hi"}), "field"),
    "control characters in an id": (_observe(utterance={"id": "\0", "text": "hi"}), "field"),
    "too much state": (_observe(state={str(i): i for i in range(65)}), "field"),
    "wrong-sized frame": (_frame(size=17), "frame_size"),
    "empty frame": (_frame(size=0), "frame_size"),
    "frame without pixels": (_frame(size=0, width=0), "frame_size"),
    "frame too wide": (_frame(width=5000), "field"),
    "unknown format": (_frame(format="yuv"), "frame_format"),
    "frame part missing": (_frame()[:1], "frame_size"),
    "frame part unannounced": ([*_observe(), b"abc"], "frame_size"),
}


@pytest.mark.parametrize(("parts", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_wrong_is_refused_by_name(parts, code):
    with pytest.raises(ProtocolError) as refused:
        decode_client(parts)
    assert refused.value.code == code
    assert refused.value.fix


def test_an_error_says_which_utterance_it_belongs_to():
    with pytest.raises(ProtocolError) as refused:
        decode_client(_observe(seq=5, npcs=[], utterance={"id": "u1", "text": "hi"}))
    assert (refused.value.seq, refused.value.utterance) == (5, "u1")


def test_unknown_fields_are_left_to_later_versions():
    assert decode_client([msgpack.packb({"type": "ping", "id": 1, "mood": "new"})]) == Ping(1)


def test_limits_are_those_that_are_given():
    with pytest.raises(ProtocolError, match="Send 1 to 10 bytes"):
        decode_client(_frame(), Limits(frame=10))


@given(st.lists(st.binary(max_size=200), max_size=3))
def test_no_bytes_do_more_than_be_refused(parts):
    with pytest.raises(ProtocolError):
        decode_client(parts)


_scalars = st.sampled_from([None, True, 0, -1, 2**53, 0.5, float("nan"), float("inf"), "", "mira", "\0", b"x"])
_lists = st.lists(_scalars, max_size=3)
_values = (
    _scalars
    | _lists
    | st.dictionaries(st.sampled_from(["id", "text", "to", "width", "height", "format"]), _scalars | _lists, max_size=3)
)
_names = st.sampled_from(
    [
        "seq",
        "npcs",
        "npc",
        "frame",
        "utterance",
        "state",
        "persona",
        "watch",
        "id",
        "session",
        "client",
        "version",
        "captured_at",
        "inspect",
        "token",
        "capabilities",
    ]
)


@given(
    st.sampled_from(["hello", "spawn", "despawn", "observe", "ping", "bye"]),
    st.dictionaries(_names, _values),
    st.none() | st.binary(max_size=20),
)
def test_no_field_of_any_type_does_more_than_be_refused(kind, fields, frame):
    parts = [msgpack.packb({**fields, "type": kind})] + ([] if frame is None else [frame])
    try:
        message = decode_client(parts)
    except ProtocolError:
        return
    assert decode_client(encode(message)) == message


def test_a_key_that_is_there_twice_is_refused():
    twice = b"\x83" + msgpack.packb("type") + msgpack.packb("ping") + (msgpack.packb("id") + msgpack.packb(1)) * 2
    with pytest.raises(ProtocolError, match="a key twice") as refused:
        decode_client([twice])
    assert refused.value.code == "malformed"


@pytest.mark.parametrize(
    ("message", "where"),
    [
        (Observe(1, ("m",), utterance=Utterance("u", "hello \ud83d", ("m",))), "observe.utterance.text"),
        (Observe(1, ("m",), state={"bag": ["rope", {"name": "\ude00"}]}), "observe.state.bag"),
        (Spawn("m", "guard", ("wolf\udcff",)), "spawn.watch"),
        (Spawn("m", {"name": "Mira", "lines": {"greet": ["\ud83d!"]}}), "spawn.persona.lines.greet"),
        (Spawn("m", {"na\ud83dme": "Mira"}), "spawn.persona"),
        (Hello("game", "s", token="\ud83d"), "hello.token"),
    ],
    ids=["words", "state", "watch", "card", "key", "token"],
)
def test_half_a_character_is_refused_where_its_author_can_mend_it(message, where):
    with pytest.raises(ProtocolError, match="half a character") as refused:
        encode(message)
    assert f"`{where}" in refused.value.message
    assert "\ud83d" not in str(refused.value)
    assert refused.value.fix


def test_the_two_halves_of_a_character_are_joined():
    said = Observe(1, ("m",), utterance=Utterance("u", "\ud83d\ude00", ("m",)), state={"\ud83d\ude00": ["\ud83d\ude00"]})
    heard = decode_client(encode(said))
    assert heard.utterance.text == "😀"
    assert heard.state == {"😀": ["😀"]}


def test_no_answer_of_a_server_is_lost_for_half_a_character():
    decision = WireDecision("m", 1, "idle", "neutral", line="Well \ud83d", inspect={"watch": [["\ude00", 0.5, 0.0, 0.0]]})
    told = decode_server(encode(decision))
    assert told.line == "Well \ufffd"
    assert told.inspect == {"watch": [["\ufffd", 0.5, 0.0, 0.0]]}


def test_text_comes_in_composed_and_ids_as_they_are():
    loose = "Mi\u0301ra"  # i, and an accent of its own
    said = decode_client(
        encode(Observe(1, (loose,), utterance=Utterance(loose, loose, (loose,), loose), state={loose: [loose]}))
    )
    assert (said.npcs, said.utterance.id, said.utterance.to) == ((loose,), loose, (loose,))
    assert (said.utterance.text, said.utterance.speaker, said.state) == ("Míra", "Míra", {"Míra": ["Míra"]})
    assert decode_client(encode(Spawn(loose, loose, (loose, "Míra")))) == Spawn(loose, "Míra", ("Míra",))
    assert decode_server(encode(Error("field", "m", npc=loose))).npc == loose


def test_a_reply_may_be_longer_than_what_a_client_may_send():
    assert decode_server(encode(WireDecision("m", 1, "idle", "neutral", line="x" * 100_000))).line == "x" * 100_000
    with pytest.raises(ProtocolError, match="1048576") as refused:
        decode_server(encode(WireDecision("m", 1, "idle", "neutral", line="x" * 2**20)))
    assert refused.value.code == "header_size"
