"""Draws the picture of docs/architecture.md: `python docs/images/draw_house.py`. A test fails where it is out of date."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from drawing import Drawing, write_all

PAGE, INK, SOFT, CARD, LINE, FLOOR = "#f6f4ef", "#2b2a33", "#6b6876", "#ffffff", "#d8d3c8", "#efece4"
ORANGE, TEAL, VIOLET, STONE = "#c8701a", "#2a8c82", "#6a5acd", "#8a8577"

Room = tuple[str, float, float, float, float, tuple[str, ...]]  # folder, x, y, width, height, what it holds

LAB: tuple[Room, ...] = (
    ("engine/lab/games", 206, 60, 106, 70, ("public games,", "for measuring")),
    ("engine/lab/comparison", 322, 60, 122, 70, ("encoders, fusions,", "one budget")),
    ("engine/lab/compression", 454, 60, 130, 70, ("what is cut away,", "and its price")),
    ("engine/lab/adaptation", 594, 60, 122, 70, ("a game's art", "to a bundle")),
    ("export", 726, 60, 112, 70, ("PyTorch to ONNX", "graphs, a bundle")),
    ("engine/lab/evaluation", 206, 142, 164, 70, ("a bundle measured", "through the runtime")),
    ("engine/lab/data", 378, 142, 144, 70, ("scenes, the teacher,", "lines of players")),
    ("engine/lab/model", 530, 142, 144, 70, ("encoders, neck,", "grounding, heads")),
    ("engine/lab/training", 682, 142, 156, 70, ("stages, losses,", "calibration")),
)
SERVING: tuple[Room, ...] = (
    ("engine/bridge", 206, 306, 106, 140, ("sockets,", "sessions,", "mailbox,", "Python client")),
    ("engine/minds", 410, 306, 110, 140, ("characters", "as a server", "keeps them,", "one owner each")),
    ("engine/perception", 594, 306, 112, 140, ("pictures and", "words to", "numbers,", "four graphs")),
    ("engine/voice", 716, 306, 58, 44, ("rewords",)),
    ("engine/writer", 780, 306, 58, 44, ("writes",)),
    ("engine/inspector", 716, 354, 122, 44, ("shows thoughts",)),
    ("engine/speech", 716, 402, 122, 44, ("hears and speaks",)),
    ("engine/shipping", 16, 470, 140, 44, ("freezes a server",)),
    ("engine/remote", 16, 517, 140, 44, ("perception elsewhere",)),
    ("engine/fleet", 16, 564, 140, 44, ("many servers",)),
)
BELOW: tuple[Room, ...] = (
    ("npc", 206, 520, 308, 70, ("a character: card, mood, memory, language;", "a Percept to a Decision. Pure Python")),
    (
        "engine/formats",
        526,
        520,
        312,
        70,
        ("what others rely on: labels, bundle, boxes,", "recording, pictures, the wire's schema"),
    ),
)


def house() -> str:
    """The two storeys, what they stand on, and the way of an observation, numbered as the page walks it."""
    d = Drawing(1000, 650, "Drawing of the house: the lab above, what serves a game below it, both on npc and formats", PAGE)
    _floor(d, 20, 208, "The lab: where it is learnt and measured", VIOLET)
    _floor(d, 266, 196, "What serves a game: nothing of the lab", TEAL)
    _floor(d, 486, 120, "What both stand on", STONE)
    for rooms, colour in ((LAB, VIOLET), (SERVING, TEAL), (BELOW, STONE)):
        for room in rooms:
            _room(d, room, colour)
    _game(d)
    _stairs(d)
    _way(d)
    d.text(20, 632, "Rooms use what stands below them, never above; no circles. lint-imports keeps both.", SOFT, size=13)
    return d.svg()


def _floor(d: Drawing, top: float, height: float, name: str, colour: str) -> None:
    d.box(190, top, 664, height, FLOOR, radius=10, line=LINE)
    d.text(206, top + 26, name, colour, size=14, bold=True)


def _room(d: Drawing, room: Room, colour: str) -> None:
    folder, x, y, width, height, held = room
    d.box(x, y, width, height, CARD, radius=6, line=colour)
    d.text(x + 8, y + 21, folder.removeprefix("engine/"), INK, size=12.5, bold=True, mono=True)
    d.lines(x + 8, y + 40, held, SOFT, size=11.5, step=16)


def _game(d: Drawing) -> None:
    d.box(16, 266, 112, 196, CARD, radius=10, line=ORANGE)
    d.text(72, 292, "the game", INK, size=14, bold=True, at="middle")
    for number, line in enumerate(("clients/unity", "clients/godot", "demo_game")):
        d.text(72, 318 + 18 * number, line, SOFT, size=12, mono=True, at="middle")
    d.arrow([(72, 264), (72, 124), (188, 124)], VIOLET)
    d.text(82, 114, "a recording", VIOLET, size=12, bold=True)


def _stairs(d: Drawing) -> None:
    d.box(866, 20, 114, 586, CARD, radius=10, line=ORANGE)
    d.text(923, 48, "engine/cli", INK, size=12.5, bold=True, mono=True, at="middle")
    for number, line in enumerate(("the commands,", "npc-engine …:", "they alone may", "use every room")):
        d.text(923, 72 + 18 * number, line, SOFT, size=12, at="middle")


def _way(d: Drawing) -> None:
    steps = (
        ([(128, 340), (204, 340)], 168, 330, "Observe"),
        ([(312, 340), (408, 340)], 361, 330, "Observation"),
        ([(520, 340), (592, 340)], 557, 330, "Query"),
        ([(594, 420), (522, 420)], 557, 410, "Sight"),
        ([(440, 446), (440, 518)], 434, 482, "Percept"),
        ([(480, 520), (480, 448)], 486, 482, "Decision"),
        ([(410, 420), (314, 420)], 361, 410, "Decision"),
        ([(206, 420), (130, 420)], 168, 410, "decision"),
    )
    for number, (points, x, y, name) in enumerate(steps, 1):
        d.arrow(points, ORANGE)
        at = {"Percept": "end"}.get(name, "start" if x == 486 else "middle")
        d.text(x, y, f"{number} {name}", ORANGE, size=11.5, bold=True, at=at)
    d.arrow([(838, 95), (847, 95), (847, 252), (650, 252), (650, 304)], VIOLET)
    d.text(700, 246, "a bundle", VIOLET, size=12, bold=True)


def pictures() -> dict[str, str]:
    """Name and content of each picture."""
    return {"house.svg": house()}


if __name__ == "__main__":
    write_all(pictures())
