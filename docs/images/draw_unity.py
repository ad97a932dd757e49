"""Draws the pictures of docs/unity.md: `python docs/images/draw_unity.py`. A test fails where they are out of date."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))

from draw_sample import scene
from drawing import Drawing, write_all
from unity_package import Field, fields, window_says


class Answer(NamedTuple):
    """What a guard decided about a picture."""

    action: str
    emotion: str
    line: str
    reason: str
    target: tuple[float, float, float]  # x, y, p


# Of the shipped guard, to "go to the red ball" and the sample's scene as it is drawn here, without its text, at 640 x 360.
ANSWER = Answer("go_to", "neutral", "On my way.", "Bram heard go_to (0.91): go_to.", (0.363, 0.522, 0.97))
PANEL, BAR, TAB, FIELD, EDGE, CHOSEN = "#383838", "#2b2b2b", "#3c3c3c", "#2a2a2a", "#1f1f1f", "#2c5d87"
TEXT, DIM, BRIGHT = "#d4d4d4", "#9a9a9a", "#f2f2f2"
PAGE, INK, SOFT, CARD, LINE = "#f6f4ef", "#2b2a33", "#6b6876", "#ffffff", "#d8d3c8"
ORANGE, TEAL, VIOLET = "#d9822b", "#2a8c82", "#6a5acd"
FILLED = {"Npc Id": "bram", "Persona": "guard", "Capture": "Main Camera (Npc Frame Capture)", "Words": "grey wolf"}
WATCHED = ["wolf", "red potion"]
TAGGED = ["hostile", "animal"]
WIRED = {"On Line": ("Bubble (Text Mesh)", "TextMesh.text"), "On Action": ("Guard (Animator)", "Animator.SetTrigger")}


def data_flow() -> str:
    """What goes from the game to the server and back."""
    d = Drawing(
        1000, 470, "Data flow: your Unity scene sends pictures and words to the server, which sends decisions back", PAGE
    )
    _card(d, 20, 20, 470, 430, "Your scene")
    _card(d, 690, 20, 290, 430, "Beside it: the server")
    _node(d, 40, 70, 205, "Player's camera", "NpcFrameCapture", ["what the player sees,", "four times a second"], ORANGE)
    _node(
        d,
        40,
        185,
        205,
        "Things (if you like)",
        "NpcEntity",
        ["boxes: which object is", "that? The model is blind", "to them"],
        ORANGE,
    )
    _node(d, 40, 325, 205, "A character", "NpcBrain", ['Say("hello")', "On Line, On Action,", "On Decided, On Failed"], TEAL)
    _node(
        d,
        290,
        185,
        180,
        "The line",
        "NpcConnection",
        ["makes itself; finds the", "server again; falls back", "while it is away"],
        VIOLET,
    )
    _node(d, 710, 70, 250, "Perception", "one small model", ["picture + words: intent, tone,", "target, watch list"], ORANGE)
    _node(d, 710, 215, 250, "Character", "a YAML card", ["traits, boundaries, mood", "and memory decide"], TEAL)
    _node(d, 710, 345, 250, "Decision", "one message", ["action, target, emotion, line,", "and the reason"], TEAL)
    _arrows(d)
    return d.svg()


def _arrows(d: Drawing) -> None:
    d.arrow([(245, 115), (330, 115), (330, 183)], ORANGE)
    d.arrow([(245, 240), (288, 240)], ORANGE)
    d.arrow([(245, 350), (330, 350), (330, 302)], ORANGE)
    d.text(262, 342, "words", ORANGE, size=12)
    d.arrow([(470, 215), (580, 215), (580, 120), (708, 120)], ORANGE)
    d.text(590, 103, "frame, words,", ORANGE, size=12)
    d.text(590, 138, "boxes, state", ORANGE, size=12)
    d.arrow([(835, 168), (835, 213)], TEAL)
    d.arrow([(835, 313), (835, 343)], TEAL)
    d.arrow([(710, 400), (580, 400), (580, 275), (472, 275)], TEAL)
    d.text(590, 392, "decision", TEAL, size=12)
    d.text(497, 251, "TCP", SOFT, size=12, bold=True)
    d.arrow([(420, 300), (420, 400), (247, 400)], TEAL)
    d.text(262, 392, "decisions", TEAL, size=12)


def _card(d: Drawing, x: float, y: float, width: float, height: float, title: str) -> None:
    d.box(x, y, width, height, "#ebe7dd", radius=12, line=LINE)
    d.text(x + 18, y + 30, title, INK, size=16, bold=True)


def _node(d: Drawing, x: float, y: float, width: float, title: str, name: str, notes: list[str], colour: str) -> None:
    height = 62 + 18 * len(notes)
    d.box(x, y, width, height, CARD, radius=8, line=LINE)
    d.box(x, y, 6, height, colour, radius=3)
    d.text(x + 18, y + 24, title, INK, size=14, bold=True)
    d.text(x + 18, y + 43, name, colour, size=13, mono=True)
    d.lines(x + 18, y + 64, notes, SOFT, size=12.5)


def inspectors() -> str:
    """The hierarchy, and the inspectors of the camera and of a character."""
    brain = fields("NpcBrain")
    height = 150 + int(sum(_height(field) for field in brain))
    d = Drawing(1020, height, "Drawing of Unity's hierarchy and inspectors with the package's components", "#232323")
    _hierarchy(d, 16, 16, 235)
    _panel(d, 267, 16, 340, 128 + sum(_height(field) for field in fields("NpcFrameCapture")), "Inspector")
    _component(d, 267, 48, 340, "Main Camera", "Npc Frame Capture", fields("NpcFrameCapture"))
    _panel(d, 267, 300, 340, 128 + sum(_height(field) for field in fields("NpcEntity")), "Inspector")
    _component(d, 267, 332, 340, "Wolf", "Npc Entity", fields("NpcEntity"))
    _panel(d, 623, 16, 381, height - 32, "Inspector")
    _component(d, 623, 48, 381, "Guard", "Npc Brain", brain)
    for number, x, y in ((1, 590, 98), (2, 987, 98), (3, 987, _below(brain, "On Line")), (4, 590, 382)):
        d.badge(x, y, number)
    _notes(d, 16, 300)
    return d.svg()


def _notes(d: Drawing, x: float, y: float) -> None:
    notes = (
        ("On the player's camera", "its picture goes out"),
        ("On the character", "who it is, what it looks for"),
        ("Your own objects", "a speech bubble, animation"),
        ("On things, if you like", "decisions then name them"),
    )
    for number, (where, what) in enumerate(notes, 1):
        d.badge(x + 14, y + 52 * number - 36, number)
        d.text(x + 38, y + 52 * number - 41, where, BRIGHT, size=13.5, bold=True)
        d.text(x + 38, y + 52 * number - 22, what, DIM, size=13)


def _below(drawn: list[Field], label: str) -> float:
    """Where the middle of a field is."""
    labels = [field.label for field in drawn]
    return 122 + sum(_height(field) for field in drawn[: labels.index(label)]) + 34


def _panel(d: Drawing, x: float, y: float, width: float, height: float, title: str) -> None:
    d.box(x, y, width, height, PANEL, radius=4, line=EDGE)
    d.box(x, y, width, 24, BAR)
    d.box(x, y, 26 + 7.5 * len(title), 24, TAB)
    d.text(x + 12, y + 17, title, TEXT, size=12.5)


def _hierarchy(d: Drawing, x: float, y: float, width: float) -> None:
    rows = [
        ("Village", 0),
        ("Main Camera", 1),
        ("Player", 1),
        ("Guard", 1),
        ("Bubble", 2),
        ("Wolf", 1),
        ("Red Potion", 1),
        ("Well", 1),
    ]
    _panel(d, x, y, width, 48 + 24 * len(rows), "Hierarchy")
    for number, (name, depth) in enumerate(rows):
        top = y + 32 + 24 * number
        if name == "Guard":
            d.box(x + 1, top, width - 2, 24, CHOSEN, radius=0)
        if name in ("Village", "Guard"):
            left = x + 10 + 18 * depth
            d.shape([(left, top + 9), (left + 9, top + 9), (left + 4.5, top + 15)], DIM)
        d.text(x + 26 + 18 * depth, top + 17, name, BRIGHT if name == "Guard" else TEXT, size=13, bold=depth == 0)


def _component(d: Drawing, x: float, y: float, width: float, owner: str, title: str, drawn: list[Field]) -> None:
    d.box(x + 12, y + 8, 15, 15, FIELD, line=EDGE)
    d.text(x + 14, y + 20, "✓", TEXT, size=12)
    d.text(x + 36, y + 20, owner, BRIGHT, size=14, bold=True)
    d.box(x, y + 36, width, 28, "#3e3e3e", radius=0)
    d.shape([(x + 10, y + 47), (x + 20, y + 47), (x + 15, y + 54)], DIM)
    d.text(x + 28, y + 55, f"✓  {title} (Script)", BRIGHT, size=13, bold=True)
    top = y + 76
    for field in drawn:
        _draw_field(d, x + 14, top, width - 28, field)
        top += _height(field)


def _entries(field: Field) -> list[str]:
    if field.label in ("Watch", "Tags"):
        return WATCHED if field.label == "Watch" else TAGGED
    return [field.usual.strip("{} ").strip('"')]


def _height(field: Field) -> float:
    if field.event:
        return 70.0
    return 28.0 + 26.0 * len(_entries(field)) if field.kind == "string[]" else 26.0


def _draw_field(d: Drawing, x: float, y: float, width: float, field: Field) -> None:
    if field.event:
        _draw_event(d, x, y, width, field)
    elif field.kind == "string[]":
        _draw_list(d, x, y, width, field)
    else:
        d.text(x, y + 15, field.label, TEXT)
        _draw_value(d, x + 0.38 * width, y, 0.62 * width, field)


def _draw_value(d: Drawing, x: float, y: float, width: float, field: Field) -> None:
    value = FILLED.get(field.label, field.usual.strip('"').rpartition(".")[2])
    if field.kind == "bool":
        d.box(x, y + 2, 16, 16, FIELD, line=EDGE)
    elif field.slider:
        least, most = field.slider
        share = (float(value) - least) / (most - least)
        d.box(x, y + 9, width - 62, 3, "#5e5e5e")
        d.add(f'<circle cx="{x + share * (width - 62):g}" cy="{y + 10.5:g}" r="6" fill="#b0b0b0"/>')
        _entry(d, x + width - 48, y, 48, value)
    else:
        _entry(d, x, y, width, value or f"None ({field.kind})")
        if field.kind == "CaptureSource":
            d.shape([(x + width - 16, y + 8), (x + width - 7, y + 8), (x + width - 11.5, y + 14)], DIM)


def _entry(d: Drawing, x: float, y: float, width: float, value: str) -> None:
    d.box(x, y, width, 20, FIELD, line=EDGE)
    d.text(x + 6, y + 14.5, value, TEXT, size=12)


def _draw_list(d: Drawing, x: float, y: float, width: float, field: Field) -> None:
    entries = _entries(field)
    d.shape([(x - 2, y + 7), (x + 7, y + 7), (x + 2.5, y + 13)], DIM)
    d.text(x + 13, y + 15, field.label, TEXT)
    _entry(d, x + width - 48, y, 48, str(len(entries)))
    for number, value in enumerate(entries):
        top = y + 26 + 26 * number
        d.text(x + 16, top + 14.5, f"Element {number}", DIM, size=12)
        _entry(d, x + 0.27 * width, top, 0.73 * width, value)


def _draw_event(d: Drawing, x: float, y: float, width: float, field: Field) -> None:
    d.box(x, y + 2, width, 60, "#414141", line=EDGE)
    d.box(x, y + 2, width, 22, "#353535", line=EDGE)
    d.text(x + 8, y + 17, f"{field.label} ({field.event})", TEXT, size=12.5)
    if field.label in WIRED:
        target, handler = WIRED[field.label]
        _entry(d, x + 8, y + 33, 0.48 * width, target)
        _entry(d, x + 0.48 * width + 18, y + 33, 0.52 * width - 26, handler)
    else:
        d.text(x + 8, y + 47, "List is Empty", DIM, size=12.5)


def window() -> str:
    """The editor window in three states."""
    d = Drawing(1020, 300, "Drawing of Window > NPC Engine before Play, without a server, and with one", "#232323")
    for number, (title, draw) in enumerate((("Before Play", _before), ("Playing, no server", _away), ("Playing", _connected))):
        x = 16 + 334 * number
        d.text(x + 2, 34, title, BRIGHT, size=14, bold=True)
        _panel(d, x, 48, 320, 236, "NPC Engine")
        draw(d, x + 12, 84)
    return d.svg()


def teach() -> str:
    """The window that takes pictures of assets, and what comes of one of them."""
    d = Drawing(
        700, 330, "Drawing of Window > NPC Engine: Teach this game, with three assets, and eight pictures of a crate", "#232323"
    )
    _panel(d, 16, 16, 420, 298, "Teach this game")
    x, y = 28, 62
    for n, (name, asset) in enumerate(
        (("red potion", "Props/RedPotion_02.prefab"), ("wolf", "Wolf.fbx"), ("crate", "Crate.prefab"))
    ):
        d.text(x, y + 22 * n, name, TEXT, size=12.5)
        d.text(x + 110, y + 22 * n, f"Assets/{asset}", TEXT, size=12)
    for n, (name, value) in enumerate((("Pictures go to", "NpcArt"), ("The bundle goes to", "NpcBundle"))):
        d.text(x, y + 78 + 26 * n, name, TEXT, size=12)
        d.box(x + 130, y + 64 + 26 * n, 266, 20, "#2a2a2a", line=EDGE)
        d.text(x + 138, y + 78 + 26 * n, value, TEXT, size=12)
    for title, above in (("Take pictures", 120), ("Learn", 172)):
        d.box(x, y + above, 396, 24, "#585858", line=EDGE)
        d.text(x + 198, y + above + 16, title, BRIGHT, size=12, at="middle")
    d.text(x, y + 162, "python -m engine adapt --art …/NpcArt --out …/NpcBundle", TEXT, size=12)
    d.text(x, y + 226, "Pictures of 3 things lie in NpcArt.", TEXT, size=12.5)
    d.text(456, 34, "NpcArt/crate/0.png … 7.png", BRIGHT, size=13, bold=True)
    for side in range(8):
        _crate(d, 460 + 56 * (side % 4), 60 + 66 * (side // 4), side)
    return d.svg()


def _crate(d: Drawing, x: float, y: float, side: int) -> None:
    """A box from one of eight sides: its faces as wide as they are seen."""
    share = abs((side % 2) * 0.5)
    faces = (("#c0392b", "#8e5a2b"), ("#8e5a2b", "#7a4a22"), ("#7a4a22", "#6b3f1b"), ("#6b3f1b", "#c0392b"))[side // 2]
    front = 42 * (1 - share)
    d.box(x, y + 10, front, 34, faces[0], line=EDGE)
    if share:
        d.box(x + front, y + 10, 42 - front, 34, faces[1], line=EDGE)
    d.box(x + 3, y, 36, 10, "#a9713a", line=EDGE)


def _before(d: Drawing, x: float, y: float) -> None:
    window_says("Start a server with the command below, then press Play.")
    _help(d, x, y, ["Start a server with the command", "below, then press Play."], "i", "#5b9bd5")
    d.text(x, y + 78, window_says("python -m engine serve"), TEXT, size=13)
    d.box(x, y + 94, 296, 26, "#585858", line=EDGE)
    d.text(x + 148, y + 111, window_says("Look for a server at ") + "tcp://127.0.0.1:5571", BRIGHT, size=12, at="middle")


def _away(d: Drawing, x: float, y: float) -> None:
    _row(d, x, y + 4, window_says("State"), "Away (tcp://127.0.0.1:5571)")
    _help(d, x, y + 18, ["Connection refused"], "!", "#e0b03a")
    _count(d, x, y + 94, "Words without an answer yet", 0)
    _count(d, x, y + 116, "Frames and decisions given up for newer ones", 0)
    d.text(x, y + 152, "bram", TEXT, size=12.5)
    d.lines(x + 52, y + 152, ["idle, neutral" + window_says(" (offline)") + ":", "The server is away."], TEXT, size=12.5)


def _connected(d: Drawing, x: float, y: float) -> None:
    _row(d, x, y + 4, window_says("State"), "Connected (tcp://127.0.0.1:5571)")
    _row(d, x, y + 26, window_says("Server"), "npc-engine 0.1.0, CPUExecutionProvider")
    _row(d, x, y + 48, window_says("Model"), "default")
    _count(d, x, y + 70, "Words without an answer yet", 0)
    _count(d, x, y + 92, "Frames and decisions given up for newer ones", 0)
    _count(d, x, y + 114, "Server counts: ", 1, "decided")
    d.text(x, y + 152, "bram", TEXT, size=12.5)
    d.lines(x + 52, y + 152, [f"{ANSWER.action}, {ANSWER.emotion}:", ANSWER.reason], TEXT, size=12.5)


def _row(d: Drawing, x: float, y: float, name: str, value: str) -> None:
    d.text(x, y, name, TEXT, size=12)
    d.text(x + 52, y, value, TEXT, size=12)


def _count(d: Drawing, x: float, y: float, name: str, count: int, counter: str = "") -> None:
    d.text(x, y, window_says(name) + counter, TEXT, size=12)
    d.text(x + 296, y, str(count), TEXT, size=12, at="end")


def _help(d: Drawing, x: float, y: float, words: list[str], sign: str, colour: str) -> None:
    d.box(x, y, 296, 52, "#404040", line="#2f2f2f")
    d.add(f'<circle cx="{x + 24:g}" cy="{y + 26:g}" r="12" fill="{colour}"/>')
    d.text(x + 24, y + 31, sign, "#222222", size=15, bold=True, at="middle")
    d.lines(x + 48, y + (31 if len(words) == 1 else 22), words, TEXT, size=12.5)


def pictures() -> dict[str, str]:
    """All of them, by file name."""
    sample = scene(ANSWER.line, "where is the green box?", ANSWER.target)
    return {
        "unity-flow.svg": data_flow(),
        "unity-sample.svg": sample,
        "unity-inspector.svg": inspectors(),
        "unity-window.svg": window(),
        "unity-teach.svg": teach(),
    }


if __name__ == "__main__":
    write_all(pictures())
