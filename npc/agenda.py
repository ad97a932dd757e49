"""What a character is doing: layers of actions, of which the upper hides the lower.

1. What words or an event set off, for as long as the action lasts.
2. A reflex, for as long as its cause is in view and a little longer.
3. A standing order (follow, stay, go_to, or a plan of several steps): other things interrupt it, and it goes on
   where it stopped. The clock of a plan's step stands still meanwhile.

Below them lies the schedule of the card (`npc.circumstances`), which needs no keeping: it follows from the hour.

A library of behaviour trees or state machines would bring its own clock and its own idea of interruption; three
layers are all that is needed, and they can be kept as data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from npc.lookout import CALM_AFTER, Sighting
from npc.memory.records import MOST_PLANNED, PlannedOrder, StandingOrder
from npc.types import Percept

FOREVER = float("inf")
STEP_LASTS = 30.0  # seconds after which a step that would last for ever counts as done
REPEAT_CRY = 20.0  # seconds before the same sight is cried out about again


@dataclass(frozen=True, slots=True)
class Activity:
    """An action under way; `ends` is the second of the character's life at which it is over by itself."""

    action: str
    emotion: str
    ends: float
    confidence: float
    speaker: str = ""
    plan: str = ""
    steps: tuple[str, ...] = ()  # of the plan, after this one


@dataclass(frozen=True, slots=True)
class Reflex(Activity):
    """What something in view set off."""

    sighting: Sighting | None = None


class Agenda:
    """The three layers of one character."""

    def __init__(self) -> None:
        self.doing: Activity | None = None
        self.reflex: Reflex | None = None
        self.standing: Activity | None = None
        self.planned: list[PlannedOrder] = []
        self._time: float | None = None
        self.reported: object = None  # what the game reports done, in the frame in which that is news
        self._done: object = None
        self._cried: dict[str, float] = {}

    @property
    def current(self) -> Activity | None:
        """What the character does now; None: nothing."""
        return self.doing or self.reflex or self.standing

    @property
    def duty(self) -> tuple[str, str, int] | None:
        """What the standing order is, without its clock: it differs where another has begun or a step is over."""
        standing = self.standing
        return (standing.action, standing.speaker, len(standing.steps)) if standing else None

    def begin(self, doing: Activity) -> None:
        """Do this for now; what it hides goes on afterwards."""
        self.doing = doing

    def undertake(self, doing: Activity) -> None:
        """Let a standing order take the place of everything else."""
        self.doing, self.reflex, self.standing = None, None, doing

    def plan(self, order: PlannedOrder) -> None:
        """Let an order wait for its turn or its condition; of too many the oldest are forgotten."""
        self.planned = [*self.planned, order][-MOST_PLANNED:]

    def drop_planned(self, speaker: str) -> bool:
        """Forget what waits on this speaker's word; whether there was anything."""
        kept = [order for order in self.planned if order.speaker != speaker]
        changed, self.planned = len(kept) < len(self.planned), kept
        return changed

    def due(self, time: float, sees: Callable[[str], bool], hour: float | None = None) -> PlannedOrder | None:
        """The first order whose turn or condition has come; it no longer waits, unless it lasts.

        Args:
            sees: whether a phrase is in view.
            hour: of the game's day, where it tells.
        """
        turn = next((order for order in self.planned if order.when == "then"), None)
        for place, order in enumerate(self.planned):
            if order.when == "then" and order is not turn:
                continue
            if order.when == "gone" and not order.seen and sees(order.phrase):
                self.planned[place] = order = order.model_copy(update={"seen": True})
            if self._has_come(order, time, sees, hour):
                self.planned[place : place + 1] = [order.model_copy(update={"due": time + REPEAT_CRY})] if order.lasting else []
                return order
        return None

    def _has_come(self, order: PlannedOrder, time: float, sees: Callable[[str], bool], hour: float | None) -> bool:
        match order.when:
            case "then":
                return (
                    self.doing is None
                    and self.reflex is None
                    and (self.standing is None or self.standing.action != order.after)
                )
            case "sees":
                return sees(order.phrase) and time >= order.due and not (order.but and sees(order.but))
            case "gone":
                return order.seen and not sees(order.phrase)
            case "after":
                return time >= order.due
            case "hour":
                begun = order.due if order.x is None else order.x
                return hour is not None and (hour - begun) % 24 >= (order.due - begun) % 24
            case _:
                return False  # who is back is known by the words

    def promised(self, speaker: str) -> str:
        """What it is doing on this speaker's word: the plan or the action; empty: nothing."""
        standing = self.standing
        return (standing.plan or standing.action) if standing is not None and standing.speaker == speaker else ""

    def drop_what_is_over(self, percept: Percept, lasts: Mapping[str, float]) -> Activity | None:
        """Drop what ran out, what the game reports done or failed, and a reflex whose cause is gone.

        Args:
            lasts: seconds that each action lasts.

        Returns:
            The next step of a plan, where one has just begun.
        """
        self._pause_a_hidden_plan(percept.time)
        done, failed = percept.state.get("done"), percept.state.get("failed")
        news, self._done = done != self._done, done
        self.reported = done if news else None

        def over(doing: Activity) -> bool:
            return percept.time >= doing.ends or done == doing.action or (done is True and news)

        reflex = self.reflex
        if reflex and (percept.time >= reflex.ends or percept.time - _seen_at(reflex) > CALM_AFTER):
            self.reflex = None
        if self.doing is not None and over(self.doing):
            self.doing = None
        elif self.standing is not None and failed in (True, self.standing.action):
            self.standing = None
        elif self.standing is not None and over(self.standing):
            return self._next_step(percept.time, lasts)
        return None

    def _pause_a_hidden_plan(self, time: float) -> None:
        """Let a plan's step lose no time while something else is being done."""
        elapsed, self._time = time - (self._time if self._time is not None else time), time
        standing = self.standing
        if standing is not None and standing.plan and elapsed > 0.0 and (self.doing or self.reflex):
            self.standing = replace(standing, ends=standing.ends + elapsed)

    def _next_step(self, time: float, lasts: Mapping[str, float]) -> Activity | None:
        standing = self.standing
        if standing is None or not standing.steps:
            self.standing = None
            return None
        action, *rest = standing.steps
        self.standing = replace(
            standing, action=action, ends=time + min(lasts[action], STEP_LASTS), steps=tuple(rest), emotion="neutral"
        )
        return self.standing

    def may_cry(self, what: str, time: float) -> bool:
        """Whether it is time to cry out about `what`; asking counts as doing so."""
        if time - self._cried.get(what, float("-inf")) < REPEAT_CRY:
            return False
        self._cried[what] = time
        return True

    # -- keeping ---------------------------------------------------------------------------------------

    def standing_order(self, now: float) -> StandingOrder | None:
        """The standing order as a record."""
        standing = self.standing
        if standing is None:
            return None
        return StandingOrder(
            action=standing.action,
            emotion=standing.emotion,
            speaker=standing.speaker,
            lasts=None if standing.ends == FOREVER else max(0.0, standing.ends - now),
            confidence=standing.confidence,
            plan=standing.plan,
            steps=standing.steps,
        )

    def resume(self, kept: StandingOrder | None, now: float) -> None:
        """Take a standing order up again."""
        if kept is not None:
            ends = FOREVER if kept.lasts is None else now + kept.lasts
            self.standing = Activity(kept.action, kept.emotion, ends, kept.confidence, kept.speaker, kept.plan, kept.steps)


def _seen_at(reflex: Reflex) -> float:
    return reflex.sighting.seen_at if reflex.sighting else 0.0
