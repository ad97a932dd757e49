"""What there is in a village: things, those who walk, what they are busy with, and what words can mean."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from demo_game.village import KINDS, PERSON_SIZE, Kind

ScreenBox = tuple[float, float, float, float]  # x, y, width, height from the top left corner, pixels of the screen
Point = tuple[float, float]

ERRANDS = frozenset({"give", "pick_up", "use", "go_to", "heal"})


@dataclass
class Thing:
    """Something that stands or lies in the village. `carrier` has it in the hand; `gone_until` it is nowhere."""

    look: str
    x: float
    y: float
    carrier: Actor | None = None
    gone_until: float | None = None
    home: Point = field(init=False)

    def __post_init__(self) -> None:
        self.home = (self.x, self.y)

    @property
    def kind(self) -> Kind:
        return KINDS[self.look]

    @property
    def box(self) -> ScreenBox:
        w, h = self.kind.size
        return self.x - w / 2, self.y - h, w, h


@dataclass
class Task:
    """What an NPC is busy with: the action of a decision, what it is done to, and how far it got.

    Attributes:
        what: the thing or actor that the decision's point means, or None.
        point: where the decision points on the screen, or None.
        since: the second at which it began; `stage` counts what is behind it.
        reached: the second at which the last stage was done.
    """

    action: str = "idle"
    what: Thing | Actor | None = None
    point: Point | None = None
    since: float = 0.0
    stage: int = 0
    reached: float = 0.0

    @property
    def errand(self) -> bool:
        """Something with an end, which only another order interrupts."""
        return self.action in ERRANDS


@dataclass(eq=False)
class Actor:
    """Somebody who walks: player, NPC or wolf. `persona` is also the name of the drawing."""

    name: str
    persona: str
    called: tuple[str, ...]
    x: float
    y: float
    size: tuple[int, int] = PERSON_SIZE
    facing: int = 1
    moving: bool = False
    pose: str = ""  # a pose of `people_art`, "" for standing or walking
    task: Task = field(default_factory=Task)
    decided: str = "idle"  # the latest decision's action; the task may have ended since
    interrupted: Task | None = None
    carries: Thing | None = None
    emotion: str = "neutral"
    line: str = ""
    line_until: float = 0.0
    words_heard: int | None = None  # of the line, where it is said aloud
    reason: str = ""
    home: Point = field(init=False)

    def __post_init__(self) -> None:
        self.home = (self.x, self.y)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """x, y, width, height on the screen."""
        w, h = self.size
        return self.x - w / 2, self.y - h, w, h

    @property
    def load(self) -> Point:
        """Where the lower edge of what somebody carries is: on the head, where it is seen best."""
        return self.x, self.y - 62


@dataclass(frozen=True)
class Entity:
    """Something in the village that words can mean.

    Attributes:
        names: what it may be called.
        depth: who has a larger one stands in front.
        thing: the actor or thing itself.
    """

    names: tuple[str, ...]
    box: ScreenBox
    tags: tuple[str, ...]
    depth: float
    thing: Thing | Actor

    @property
    def centre(self) -> Point:
        x, y, w, h = self.box
        return x + w / 2, y + h / 2

    def is_called(self, name: str) -> bool:
        """Whether it bears the name, or one that ends with it (a red potion is a potion)."""
        return any(own == name or own.endswith(f" {name}") for own in self.names)

    def distance(self, x: float, y: float) -> float:
        """From a screen point to the box, pixels; 0 inside."""
        left, top, w, h = self.box
        return math.hypot(max(left - x, 0, x - left - w), max(top - y, 0, y - top - h))
