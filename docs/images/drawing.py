"""A few words of SVG: what the pictures of the guides are drawn with."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

SANS = "Inter, 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
MONO = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"


class Drawing:
    """An SVG that grows from the back to the front. Lengths are pixels, colours are CSS."""

    def __init__(self, width: int, height: int, title: str, background: str) -> None:
        self._size, self._title = (width, height), title
        self._parts: list[str] = []
        self.box(0, 0, width, height, background, radius=14)

    def add(self, part: str) -> None:
        """Any SVG."""
        self._parts.append(part)

    def box(self, x: float, y: float, width: float, height: float, fill: str, *, radius: float = 3, line: str = "none") -> None:
        self.add(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" fill="{fill}" stroke="{line}"/>'
        )

    def text(
        self,
        x: float,
        y: float,
        words: str,
        fill: str,
        *,
        size: float = 13,
        bold: bool = False,
        mono: bool = False,
        at: str = "start",
    ) -> None:
        """One line; `y` is its base line, `at` is start, middle or end."""
        font, weight = (MONO if mono else SANS), (600 if bold else 400)
        style = f'font-family="{font}" font-size="{size:g}" font-weight="{weight}" text-anchor="{at}"'
        self.add(f'<text x="{x:g}" y="{y:g}" fill="{fill}" {style}>{escape(words, quote=False)}</text>')

    def lines(self, x: float, y: float, words: Sequence[str], fill: str, *, size: float = 13, step: float = 18) -> None:
        """Several lines, one below another."""
        for number, line in enumerate(words):
            self.text(x, y + number * step, line, fill, size=size)

    def shape(self, points: Sequence[tuple[float, float]], fill: str) -> None:
        """A filled polygon."""
        self.add(f'<polygon points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}" fill="{fill}"/>')

    def arrow(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        """A line along the points with a head at its end; its last piece is level or upright."""
        (before_x, before_y), (x, y) = points[-2:]
        along = ((x > before_x) - (x < before_x), (y > before_y) - (y < before_y))
        path = " ".join(f"{px:g},{py:g}" for px, py in points)
        self.add(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5" stroke-linejoin="round"/>')
        back_x, back_y = x - 10 * along[0], y - 10 * along[1]
        side_x, side_y = 6 * along[1], 6 * along[0]
        self.shape(
            [(x + 2 * along[0], y + 2 * along[1]), (back_x + side_x, back_y + side_y), (back_x - side_x, back_y - side_y)],
            colour,
        )

    def badge(self, x: float, y: float, number: int, colour: str = "#f0a83c") -> None:
        """A number in a circle, as the text beside the picture has it."""
        self.add(f'<circle cx="{x:g}" cy="{y:g}" r="12" fill="{colour}"/>')
        self.text(x, y + 5, str(number), "#222222", size=14, bold=True, at="middle")

    def svg(self) -> str:
        width, height = self._size
        size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
        return "\n".join([head, f"<title>{escape(self._title)}</title>", *self._parts, "</svg>", ""])


def write_all(pictures: dict[str, str]) -> None:
    """Write pictures beside this file, by name."""
    for name, content in pictures.items():
        Path(__file__).with_name(name).write_text(content, encoding="utf-8")
        print(f"wrote docs/images/{name}")
