"""Characters as a server keeps them, and what goes into and comes out of one."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from engine.errors import Fault
from engine.minds.tone import fused_tone
from engine.perception import Sight
from engine.perception.looks import Appearances
from npc import Character, Decision, Percept, Persona
from npc.log import Recorder
from npc.memory import Key, Memory

_LOG = logging.getLogger("engine.brain")

_STANDS = 10.0  # seconds after which a game's clock that shows the same is said to stand
_LATE = 1.0  # seconds by which an observation may come after a later one


@dataclass(eq=False, slots=True, weakref_slot=True)
class Mind:
    """A character as a server keeps it. It belongs to the thread that lets it tick: nobody else changes it.

    Whoever else wants something of it leaves an order, which is carried out before its next tick.

    Attributes:
        character: without its memory, until its first tick (`wake`).
        asked: phrases that the game watches for.
        key: where its memory is kept.
        card: the name of its card in `Cards`; empty where the game sent the card.
        watch: what the game asked for, and what the card names.
        awake: whether it has its memory.
        looks: what phrases of its card look like.
    """

    character: Character
    asked: tuple[str, ...] = ()
    key: Key = ("", "")
    card: str = ""
    log: Recorder | None = None
    awake: bool = field(default=False, init=False)
    looks: Mapping[str, Appearances] = field(default_factory=dict, init=False)
    watch: tuple[str, ...] = field(init=False)
    _orders: deque[Callable[[], None]] = field(default_factory=deque, init=False, repr=False)
    _owner: int | None = field(default=None, init=False, repr=False)
    _clock: tuple[float, float] | None = field(default=None, init=False, repr=False)  # what the game's shows, and since when
    _told: bool = field(default=False, init=False, repr=False)

    def __post_init__(self) -> None:
        self._watch(self.asked)

    def order(self, watch: Sequence[str]) -> None:
        """Watch for these phrases of the game, from its next tick on. Safe on any thread."""
        self._orders.append(partial(self._watch, tuple(watch)))

    def show(self, looks: Mapping[str, Appearances]) -> None:
        """Know what phrases of its card look like, from its next tick on. Safe on any thread."""
        self._orders.append(partial(setattr, self, "looks", looks))

    def with_looks(self, shown: Mapping[str, Appearances]) -> Mapping[str, Appearances]:
        """What phrases look like: as the game has shown, else as the card does."""
        return {**self.looks, **shown} if self.looks else shown

    def take_orders(self) -> None:
        """Carry out what was ordered."""
        self._mine()
        while self._orders:
            self._orders.popleft()()

    def wake(self, memory: Memory, seed: int) -> None:
        """Begin to live, with what it remembers; whoever played it before has written that down by now."""
        self._mine()
        self.character = Character(self.character.persona, self.character.npc_id, seed, memory=memory)
        self.awake = True

    def recast(self, persona: Persona) -> None:
        """Go on under an edited card; a log ends there, since it is of one card."""
        self._mine()
        self.character.recast(persona)
        self._watch(self.asked)
        self.log = None

    def at(self, shown: float | None, received: float | None = None) -> float:
        """The time on the game's clock; what that does the character's own life takes calmly (`npc.clock`).

        Args:
            shown: what the game's clock shows. Where it does not tell, its clock has run on since it last did; a game that
                never tells lives by the server's clock.
            received: seconds on the server's clock.
        """
        self._mine()
        if shown is None:
            if received is None or self._clock is None:
                return received or 0.0
            return self._clock[0] + received - self._clock[1]
        before = self._clock
        if received is not None and (before is None or shown != before[0]):
            self._clock = shown, received
        if before is not None and received is not None and not self._told:
            self._told = self._tells(before, shown, received)
        return shown

    def _tells(self, before: tuple[float, float], shown: float, received: float) -> bool:
        """Say it once if the game's clock does what clocks do not do."""
        if shown < before[0] - _LATE:
            did = f"went back from {before[0]:g} to {shown:g} s"
        elif shown == before[0] and received > before[1] + _STANDS:
            did = f"stands at {shown:g} s"
        else:
            return False
        _LOG.warning("The game's clock of %s %s. Its life goes on all the same.", self.character.npc_id, did)
        return True

    def _watch(self, asked: tuple[str, ...]) -> None:
        self.asked = asked
        persona = self.character.persona
        self.watch = tuple(dict.fromkeys((*asked, *persona.watch, *persona.places)))

    def _mine(self) -> None:
        """A mind is changed by the thread that lets it tick, and by no other."""
        me = threading.get_ident()
        self._owner = self._owner or me
        assert self._owner == me, f"{self.character.npc_id} is changed on {threading.current_thread().name}: leave an order"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a character that no observation waits for; the fields are those of the protocol's events."""

    mind: Mind
    kind: str
    text: str
    utterance: str | None = None
    more: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    """What one NPC gets from the game beside the frame.

    `time` is in seconds on the game's clock, None where the game does not tell; `received` is when it came, on the server's;
    `source` names the utterance among those of all sessions, `utterance` is its game's id for it;
    `sounded` is the tone of the voice that said it, where it was spoken: labels and their shares;
    `places` are the boxes of "you" and "me" in the frame, and `looks` what phrases look like, see `Query`.
    """

    mind: Mind
    time: float | None
    text: str = ""
    speaker: str = "player"
    state: Mapping[str, object] = field(default_factory=dict)
    inspect: bool = False
    source: str = ""
    utterance: str | None = None
    places: Mapping[str, tuple[float, float, float, float]] = field(default_factory=dict)
    received: float | None = None
    looks: Mapping[str, Appearances] = field(default_factory=dict)
    sounded: Mapping[str, object] = field(default_factory=dict)


def percept_of(observation: Observation, sight: Sight, known: Mapping[str, Mapping[str, float]]) -> Percept:
    """What a character perceives: what the model sees, with what the game tells, how near words come to what it knows, and how
    they sounded."""
    percept = sight.percept(
        observation.mind.at(observation.time, observation.received),
        text=observation.text,
        speaker=observation.speaker,
        state=observation.state,
        source=observation.source,
        **known,
    )
    return replace(percept, tone=fused_tone(percept.tone, observation.sounded)) if observation.sounded else percept


def tick(mind: Mind, percept: Percept) -> Decision:
    """Let a mind decide, and log it."""
    decision = mind.character.tick(percept)
    if mind.log is not None:
        try:
            mind.log.write(percept, decision)
        except OSError as error:  # the game goes on without a log
            _LOG.error("The log of %s ends here: %s.", decision.npc, error.strerror)
            mind.log = None
    return decision


def internal(error: Exception) -> Fault:
    """A fault of ours, told to one NPC alone."""
    _LOG.error("A decision failed.", exc_info=error)
    return Fault("internal", "The server failed on this observation.", "Its log says more.")
