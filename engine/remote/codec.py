"""Looks and sights as bytes (msgpack), between a gateway and the replicas that see for it. No I/O.

A frame travels as the model gets to see it: scaled and letterboxed, 184 kB; what pixels around it are bars is told with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field
from typing import Any

import msgpack
import numpy as np

from engine.errors import Fault
from engine.formats.pictures import Pixels
from engine.perception.closer import PARTS
from engine.perception.looks import Appearances
from engine.perception.pictures import Letterbox
from engine.perception.types import Floats, Query, Sight
from npc.types import Detection, Found, Target

MOST_BYTES = 64 << 20  # of one message
MOST_LOOKS = 64  # of one call
VERSION = 3  # of what is written here


@dataclass(frozen=True, slots=True)
class Look:
    """One frame, or words alone, and what is asked about it; looks of things are those of the model `eye`.

    `parts` are those of the frame, where it is to be looked at more closely (`engine.perception.closer`).
    """

    fit: Letterbox | None
    queries: Sequence[Query]
    eye: str = ""
    parts: Sequence[Letterbox] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Sights, one a query, look by look; what the words that were heard mean and want; who answered.

    `ear` and `eye` are the fingerprints of what encodes words and pictures: vectors of different ones are never compared.
    """

    sights: Sequence[Sequence[Sight]]
    meanings: Mapping[str, Floats] = field(default_factory=dict)
    bundle: str = ""
    replica: int = 0
    ear: str = ""
    eye: str = ""


def pack_looks(looks: Sequence[Look]) -> bytes:
    """A call."""
    return _packed({"version": VERSION, "looks": [_look(look) for look in looks]})


def _look(look: Look) -> dict[str, Any]:
    shown: dict[int, Mapping[str, Appearances]] = {id(q.looks): q.looks for q in look.queries if q.looks}
    places = {key: number for number, key in enumerate(shown)}
    return {
        "frame": None if look.fit is None else _picture(look.fit),
        "parts": [_picture(part) for part in look.parts],
        "shown": [{p: [_floats(a) for a in seen] for p, seen in looks.items()} for looks in shown.values()],
        "queries": [
            [q.text, q.watch, dict(q.places), q.asked, q.colours, places.get(id(q.looks)) if q.looks else None]
            for q in look.queries
        ],
        "eye": look.eye,
    }


def _picture(fit: Letterbox) -> list[Any]:
    return [fit.picture.tobytes(), fit.scale, fit.left, fit.top, fit.width, fit.height]


def unpack_looks(data: bytes, height: int, width: int) -> list[Look]:
    """The looks of a call to a model that sees `height` x `width` pixels.

    Raises:
        Fault: `look_invalid`, or `look_version`: the gateway is of another version.
    """
    told = _unpacked(data)
    try:
        if told["version"] != VERSION:
            raise Fault(
                "look_version",
                f"The gateway speaks version {told['version']}, perception {VERSION}.",
                "Run one version of the engine on both.",
            )
        if len(told["looks"]) > MOST_LOOKS:
            raise ValueError(f"{len(told['looks'])} looks, {MOST_LOOKS} at most")
        return [_unpack_look(look, height, width) for look in told["looks"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _invalid(error) from None


def _unpack_look(look: Mapping[str, Any], height: int, width: int) -> Look:
    shown = [{str(p): tuple(map(_array, seen)) for p, seen in looks.items()} for looks in look["shown"]]
    fit = None if look["frame"] is None else _unpack_picture(look["frame"], height, width)
    parts = [_unpack_picture(part, height, width) for part in look["parts"]]
    if len(parts) not in (0, len(PARTS)):
        raise ValueError(f"{len(parts)} parts of a frame, {len(PARTS)} are looked at")
    queries = [
        Query(
            str(text),
            tuple(map(str, watch)),
            {str(who): _box(box) for who, box in places.items()},
            tuple(map(str, asked)),
            bool(colours),
            shown[number] if number is not None else {},
        )
        for text, watch, places, asked, colours, number in look["queries"]
    ]
    return Look(fit, queries, str(look["eye"]), parts)


def _unpack_picture(told: Sequence[Any], height: int, width: int) -> Letterbox:
    pixels, scale, *box = told
    left, top, inner_width, inner_height = map(int, box)
    picture = np.frombuffer(pixels, np.uint8).reshape(height, width, 3)
    if not (left >= 0 and top >= 0 and 1 <= inner_width <= width - left and 1 <= inner_height <= height - top):
        raise ValueError("the frame lies outside of its picture")
    return Letterbox(picture, float(scale), left, top, inner_width, inner_height)


def pack_answer(answer: Answer) -> bytes:
    """The answer to a call."""
    return _packed(
        {
            "sights": [[_sight(sight) for sight in sights] for sights in answer.sights],
            "meanings": {text: _floats(vector) for text, vector in answer.meanings.items()},
            "bundle": answer.bundle,
            "replica": answer.replica,
            "ear": answer.ear,
            "eye": answer.eye,
        }
    )


def _sight(sight: Sight) -> list[Any]:
    heat = None if sight.heat is None else [list(sight.heat.shape), _floats(sight.heat)]
    target = None if sight.target is None else astuple(sight.target)
    watch, looked = [astuple(seen) for seen in sight.watch], [astuple(found) for found in sight.looked]
    return [{h: dict(labels) for h, labels in sight.heads.items()}, target, watch, heat, sight.has_frame, sight.heard, looked]


def unpack_answer(data: bytes) -> Answer:
    """What a replica answered.

    Raises:
        Fault: `look_invalid`.
    """
    told = _unpacked(data)
    try:
        sights = [[_unpack_sight(*sight) for sight in sights] for sights in told["sights"]]
        meanings = {text: _array(vector) for text, vector in told["meanings"].items()}
        return Answer(sights, meanings, *(told[name] for name in ("bundle", "replica", "ear", "eye")))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _invalid(error) from None


def _unpack_sight(heads: Any, target: Any, watch: Any, heat: Any, has_frame: bool, heard: str, looked: Any) -> Sight:
    return Sight(
        heads,
        None if target is None else Target(*target),
        tuple(Detection(*seen) for seen in watch),
        None if heat is None else _array(heat[1]).reshape(heat[0]),
        has_frame,
        heard,
        tuple(_unpack_found(*found) for found in looked),
    )


def _unpack_found(phrase: str, p: float, x: float, y: float, count: int, most: int, others: Any, colour: str) -> Found:
    return Found(phrase, p, x, y, count, most, tuple((x, y) for x, y in others), colour)


def pack_texts(texts: Sequence[str]) -> bytes:
    """Texts whose vectors are asked for."""
    return _packed(list(texts))


def pack_picture(picture: Pixels) -> bytes:
    """A picture of a thing, uint8 [H, W, 4]."""
    return _packed([*picture.shape[:2], np.ascontiguousarray(picture).tobytes()])


def pack_vectors(of: str, vectors: Mapping[str, Floats]) -> bytes:
    """Vectors by their texts, and the fingerprint of what made them."""
    return _packed({"of": of, "vectors": {text: _floats(vector) for text, vector in vectors.items()}})


def unpack_vectors(data: bytes) -> tuple[str, dict[str, Floats]]:
    """The fingerprint of what made the vectors, and they by their texts.

    Raises:
        Fault: `look_invalid`.
    """
    try:
        told = _unpacked(data)
        return str(told["of"]), {text: _array(vector) for text, vector in told["vectors"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _invalid(error) from None


def _packed(value: Any) -> bytes:
    packed: bytes = msgpack.packb(value)
    return packed


def _unpacked(data: bytes) -> Any:
    try:
        if len(data) > MOST_BYTES:
            raise ValueError(f"{len(data)} bytes, {MOST_BYTES} at most")
        return msgpack.unpackb(data)
    except (ValueError, msgpack.UnpackException) as error:
        raise _invalid(error) from None


def _invalid(error: Exception) -> Fault:
    why = " ".join(str(error).split())[:200] or type(error).__name__
    return Fault("look_invalid", f"What gateway and perception say to each other makes no sense: {why}.", "Are both ours?")


def _floats(values: Floats) -> bytes:
    return np.ascontiguousarray(values, np.float32).tobytes()


def _array(data: bytes) -> Floats:
    return np.frombuffer(data, np.float32)


def _box(box: Sequence[Any]) -> tuple[float, float, float, float]:
    left, top, right, bottom = map(float, box)
    return left, top, right, bottom
