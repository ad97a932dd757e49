"""The scene that the Unity package's sample builds, drawn from the coordinates in its source."""

from __future__ import annotations

import math
import re

from drawing import Drawing
from unity_package import PACKAGE

WIDTH, HEIGHT, FIELD_OF_VIEW = 960, 540, 60.0  # Unity's cameras have 60 degrees from top to bottom
EYE, LOOKS_AT = (0.0, 4.0, -9.0), (0.0, 1.0, 0.0)
_MADE = re.compile(r'Make\(PrimitiveType\.(\w+), "([\w ]+)", new Vector3\(([^)]*)\), Color\.(\w+)\)')
_COLOURS = {"gray": "#8f9194", "red": "#e0332b", "green": "#35b53d", "yellow": "#ecd23a", "blue": "#3557d6"}
_DEEP = {"gray": "#77797c", "red": "#9c1c17", "green": "#1f7a27", "yellow": "#a8921c", "blue": "#1d348f"}


def scene(said: str, typed: str, target: tuple[float, float, float] | None = None) -> str:
    """The scene with the sample's two lines of text.

    Args:
        said: after "Bram: ".
        typed: in the field at the bottom.
        target: x, y and p of the decision; it is shown, though the sample itself does not show it.
    """
    d = Drawing(WIDTH, HEIGHT, "Drawing of the sample: a guard among a red ball, a green box and a yellow pillar", "#b9cfe6")
    stops = '<stop offset="0" stop-color="#5d87b8"/><stop offset="1" stop-color="#dfe7ee"/>'
    sky = f'<linearGradient id="sky" x2="0" y2="1">{stops}</linearGradient>'
    d.add(f"<defs>{sky}{''.join(_gradient(name) for name in _COLOURS)}</defs>")
    d.add(f'<rect width="{WIDTH}" height="{HEIGHT}" rx="14" fill="url(#sky)"/>')
    d.add(f'<path d="M0 168 H{WIDTH} V{HEIGHT} H0 Z" fill="#6b665f"/>')
    for kind, place, colour in sorted(_things(), key=lambda thing: (thing[0] != "Plane", -_project(*thing[1])[2])):
        _DRAWN[kind](d, place, colour)
    if target is not None:
        _mark(d, *target)
    d.text(22, 38, f"Bram: {said}", "#ffffff", size=16)
    d.box(20, HEIGHT - 50, WIDTH - 40, 30, "#2a2a2a", line="#111111")
    d.text(30, HEIGHT - 30, typed, "#ffffff", size=14)
    return d.svg()


def _mark(d: Drawing, x: float, y: float, p: float) -> None:
    across, down = x * WIDTH, y * HEIGHT
    d.add(
        f'<circle cx="{across:.1f}" cy="{down:.1f}" r="34" fill="none" stroke="#f0a83c" '
        'stroke-width="3" stroke-dasharray="7 5"/>'
    )
    d.text(across, down - 62, "the decision's target", "#ffe9c7", size=14, bold=True, at="middle")
    d.text(across, down - 44, f"({x:.2f}, {y:.2f}), p {p:.2f}", "#ffe9c7", size=13, at="middle")


def _things() -> list[tuple[str, tuple[float, float, float], str]]:
    source = (PACKAGE / "Samples~" / "BasicNpc" / "BasicNpc.cs").read_text(encoding="utf-8")
    found = _MADE.findall(source)
    places = [tuple(float(number.rstrip("f")) for number in numbers.split(",")) for _, _, numbers, _ in found]
    return [(kind, (x, y, z), colour) for (kind, _, _, colour), (x, y, z) in zip(found, places, strict=True)]


def _gradient(name: str) -> str:
    stops = f'<stop offset="0" stop-color="{_COLOURS[name]}"/><stop offset="1" stop-color="{_DEEP[name]}"/>'
    return f'<radialGradient id="{name}" cx=".38" cy=".3" r=".8">{stops}</radialGradient>'


def _project(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Pixels from the left and the top, and the distance along the look."""
    down = math.atan2(EYE[1] - LOOKS_AT[1], LOOKS_AT[2] - EYE[2])
    height, ahead = y - EYE[1], z - EYE[2]
    depth = ahead * math.cos(down) - height * math.sin(down)
    up = height * math.cos(down) + ahead * math.sin(down)
    scale = HEIGHT / 2 / math.tan(math.radians(FIELD_OF_VIEW / 2)) / depth
    return WIDTH / 2 + x * scale, HEIGHT / 2 - up * scale, depth


def _scale(place: tuple[float, float, float]) -> float:
    """Pixels of one metre there."""
    return HEIGHT / 2 / math.tan(math.radians(FIELD_OF_VIEW / 2)) / _project(*place)[2]


def _flat(d: Drawing, corners: list[tuple[float, float, float]], colour: str) -> None:
    d.shape([_project(*corner)[:2] for corner in corners], colour)


def _shadow(d: Drawing, place: tuple[float, float, float], wide: float) -> None:
    x, y, _ = _project(place[0] + 0.25, 0, place[2] + 0.2)
    across = wide * _scale(place)
    d.add(f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{across:.1f}" ry="{0.42 * across:.1f}" fill="#55575a"/>')


def _plane(d: Drawing, place: tuple[float, float, float], colour: str) -> None:
    near, far = -5.0, 5.0
    _flat(d, [(-5, 0, near), (-5, 0, far), (5, 0, far), (5, 0, near)], _COLOURS[colour])


def _sphere(d: Drawing, place: tuple[float, float, float], colour: str) -> None:
    _shadow(d, place, 0.55)
    x, y, _ = _project(*place)
    d.add(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{0.5 * _scale(place):.1f}" fill="url(#{colour})"/>')


def _cube(d: Drawing, place: tuple[float, float, float], colour: str) -> None:
    _shadow(d, place, 0.7)
    x, y, z = place
    side = x - math.copysign(0.5, x)  # the one that faces the middle
    _flat(
        d,
        [(side, y - 0.5, z - 0.5), (side, y + 0.5, z - 0.5), (side, y + 0.5, z + 0.5), (side, y - 0.5, z + 0.5)],
        _DEEP[colour],
    )
    front = [(x + i, y + j, z - 0.5) for i, j in ((-0.5, -0.5), (-0.5, 0.5), (0.5, 0.5), (0.5, -0.5))]
    _flat(d, front, f"url(#{colour})")
    _flat(d, [(x + i, y + 0.5, z + k) for i, k in ((-0.5, -0.5), (-0.5, 0.5), (0.5, 0.5), (0.5, -0.5))], _COLOURS[colour])


def _cylinder(d: Drawing, place: tuple[float, float, float], colour: str) -> None:
    _round(d, place, colour, 0.16)
    x, y, _ = _project(place[0], place[1] + 1, place[2])
    across = 0.5 * _scale(place)
    d.add(f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{across:.1f}" ry="{0.32 * across:.1f}" fill="{_COLOURS[colour]}"/>')


def _capsule(d: Drawing, place: tuple[float, float, float], colour: str) -> None:
    _round(d, place, colour, 0.5)


def _round(d: Drawing, place: tuple[float, float, float], colour: str, ends: float) -> None:
    """Two metres high, one wide; `ends` are the height of its rounded ends in metres."""
    _shadow(d, place, 0.6)
    x, top, _ = _project(place[0], place[1] + 1, place[2])
    _, bottom, _ = _project(place[0], place[1] - 1, place[2])
    across = 0.5 * _scale(place)
    d.add(f'<rect x="{x - across:.1f}" y="{top:.1f}" width="{2 * across:.1f}" height="{bottom - top + 0.2 * across:.1f}" '
          f'rx="{across:.1f}" ry="{2 * ends * across:.1f}" fill="url(#{colour})"/>')  # fmt: skip


_DRAWN = {"Plane": _plane, "Sphere": _sphere, "Cube": _cube, "Cylinder": _cylinder, "Capsule": _capsule}
