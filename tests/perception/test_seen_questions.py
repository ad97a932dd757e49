"""Questions about what is in view, answered by the shipped bundle on frames whose truth is known.

`pytest tests/perception/test_seen_questions.py -s` prints the tables.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.perception import Frame, Perceiver, Query
from npc.conversation.clause import Reading
from npc.conversation.reading import read
from npc.conversation.reply import Reply
from npc.conversation.view import answer
from npc.memory.ledger import Ledger
from npc.types import Found
from tests.perception.seen_scenes import DRAWN_KINDS, VILLAGE_KINDS, Pixels, Seen, drawn, everyday, village

NO, YES, UNSURE = ("absent",), ("present",), ("cannot_tell",)

# Frame, question, topics that are right, what must stand in the values that the line names (one of each group).
ASKED: list[tuple[str, str, tuple[str, ...], list[tuple[str, ...]]]] = [
    ("morning", "is there a wolf?", NO, []),
    ("morning", "how many houses can you see?", ("count",), [("two",)]),
    ("morning", "is there a tree near the well?", YES, [("tree",)]),
    ("morning", "which is closer, the sword or the well?", ("nearer",), [("sword",)]),
    ("wolf", "do you see any animals?", YES, [("wolf",)]),
    ("wolf", "is there a wolf near the chest?", YES, [("wolf",)]),
    ("wolf", "is there a dragon?", NO, []),
    ("wolf", "what colour is the barrel?", ("colour",), [("brown",)]),
    ("robbed", "is there a chest to the right of the sign?", (*NO, "elsewhere"), []),
    ("robbed", "do you see anyone?", YES, [("person",)]),
    ("robbed", "how many people are there?", ("count",), [("six", "seven")]),
    ("robbed", "is there a horse around?", NO, []),
    ("barrels", "how many barrels are there?", ("count",), [("three",)]),
    ("barrels", "what do you see?", ("view",), [("barrel",)]),
    ("barrels", "is anybody there?", NO, []),
    ("barrels", "what color are the barrels?", ("colour",), [("brown",)]),
    ("flowers", "how many flowers do you see?", ("count",), [("four",)]),
    ("flowers", "is there a bridge?", NO, []),
    ("flowers", "are there any flowers?", YES, [("flower",)]),
    ("flowers", "can you see a ghost?", NO, []),
    ("drawn", "how many wolves are there?", ("count",), [("two",)]),
    ("drawn", "is there a crown?", NO, []),
    ("drawn", "is there a wolf?", YES, [("wolf",)]),
    ("drawn", "what colour is the wolf?", ("colour",), [("grey",)]),
]
FRAMES: dict[str, Callable[[], Pixels]] = {
    "morning": everyday,
    "wolf": lambda: everyday(wolf=(600, 380)),
    "robbed": lambda: everyday(without=("chest", "campfire", "key")),
    "barrels": lambda: village(71, "barrel", 3).frame,
    "flowers": lambda: village(72, "flower", 4).frame,
    "drawn": lambda: drawn(73, "wolf", 2).frame,
}


def _asked(perceiver: Perceiver, frame: Pixels, line: str) -> Reply:
    reading: Reading = read(line, Ledger())
    query = Query(line, (), {}, reading.look_for, reading.asks_colour)
    [percept] = perceiver.perceive(perceiver.encode_frame(Frame.from_array(frame)), [query])
    reply = answer(reading.clauses[0], percept)
    assert reply is not None, f"{line!r} was not taken for a question about the view"
    return reply


def test_of_eight_questions_about_the_view_seven_are_answered_rightly(perceiver: Perceiver) -> None:
    frames = {name: draw() for name, draw in FRAMES.items()}
    rows, right = [], 0
    for name, line, topics, named in ASKED:
        reply = _asked(perceiver, frames[name], line)
        said = " ".join(reply.values.values())
        good = reply.topic in topics and all(any(word in said for word in words) for words in named)
        right += good
        rows.append(f"{'right' if good else 'WRONG'}  {name:8} {line:45} {reply.topic}: {dict(reply.values)}")
    print("\n" + "\n".join(rows) + f"\n{right} of {len(ASKED)}")
    assert len(ASKED) == 24
    assert right >= 21, "\n".join(rows)


def _scenes() -> dict[str, list[Seen]]:
    counts = [1, 2, 3, 4, 5, 6]
    return {
        "village": [
            village(100 + 6 * i + n, kind, n)
            for i, kind in enumerate(VILLAGE_KINDS)
            for n in counts[: 4 if kind in {"house", "blue house", "cart"} else 6]
        ],
        "drawn": [drawn(500 + 6 * i + n, kind, n) for i, kind in enumerate(DRAWN_KINDS) for n in counts],
    }


NEVER = ("bear", "bridge", "dragon", "torch", "ship", "crown", "ghost", "cheese")


@pytest.fixture(scope="module")
def looked(perceiver: Perceiver) -> dict[str, list[tuple[Seen, Found, list[Found]]]]:
    """What is found in scenes with 1 to 6 of a thing: of the thing, and of things that the scene does not have."""

    def look(scene: Seen) -> tuple[Seen, Found, list[Found]]:
        absent = tuple(name for name in NEVER if not scene.count(name))
        query = Query("how many?", (), {}, (scene.kind, *absent), True)
        [sight] = perceiver.see(perceiver.encode_frame(Frame.from_array(scene.frame)), [query])
        return scene, sight.looked[0], list(sight.looked[1:])

    return {name: [look(scene) for scene in scenes] for name, scenes in _scenes().items()}


@pytest.mark.parametrize(("source", "exact", "nearly"), [("village", 0.6, 0.88), ("drawn", 0.5, 0.85)])
def test_things_are_counted(looked, source: str, exact: float, nearly: float) -> None:
    off = np.array([found.count - scene.count(scene.kind) for scene, found, _ in looked[source] if found.p >= 0.5])
    told = [found.count <= scene.count(scene.kind) <= max(found.count, found.most) for scene, found, _ in looked[source]]
    print(f"\n{source}: {len(off)} scenes, exact {np.mean(off == 0):.2f}, off by one at most {np.mean(abs(off) <= 1):.2f}")
    print(f"{source}: what is told holds {np.mean(told):.2f}")
    assert np.mean(off == 0) >= exact
    assert np.mean(abs(off) <= 1) >= nearly


def test_no_place_is_told_twice(looked) -> None:
    for _, found, _ in (row for rows in looked.values() for row in rows):
        assert all(np.hypot(found.x - x, (found.y - y) * 9 / 16) > 0.02 for x, y in found.others)


@pytest.mark.parametrize(("source", "least"), [("village", 0.85), ("drawn", 0.65)])
def test_colours_are_those_of_the_pixels(looked, source: str, least: float) -> None:
    right = []
    for scene, found, _ in looked[source]:
        colours = {colour for name, colour, _ in scene.things if name == scene.kind}
        if found.p >= 0.5 and len(colours) == 1 and "" not in colours:
            right.append(found.colour in colours)
    print(f"\n{source}: {len(right)} things of one colour, right {np.mean(right):.2f}")
    assert np.mean(right) >= least


@pytest.mark.parametrize(("source", "there", "not_there"), [("village", 0.95, 0.02), ("drawn", 0.65, 0.05)])
def test_what_is_there_is_seen_and_what_is_not_there_is_not(looked, source: str, there: float, not_there: float) -> None:
    found = np.array([found.p for scene, found, _ in looked[source] if scene.count(scene.kind)])
    absent = np.array([other.p for _, _, others in looked[source] for other in others])
    print(f"\n{source}: there {np.mean(found >= 0.5):.2f} yes, {np.mean(found < 0.3):.2f} no; ", end="")
    print(f"not there ({len(absent)}) {np.mean(absent >= 0.5):.2f} yes, {np.mean(absent < 0.3):.2f} no")
    assert np.mean(found >= 0.5) >= there
    assert np.mean(absent >= 0.5) <= not_there
