"""The controller: percepts in, decisions out.

Four things may move a character; the first that does so decides:

1. Words (`npc.answers`). Every utterance gets a fresh decision.
2. Events (`npc.reactions`). What the game tells to have happened to the character counts once.
3. Sights (`npc.reactions`). A threat or a hazard that comes into view starts a reflex.
4. What is under way (`npc.agenda`). With nothing under way the character does what its schedule has for the hour
   (`npc.circumstances`), else it is idle.

Time comes from the percepts alone, chance from the seed alone: the same percepts give the same decisions.
"""

from __future__ import annotations

from dataclasses import replace

from npc.affect import Mood, Relationship
from npc.agenda import Activity, Agenda, Reflex
from npc.answers import answer, ruled
from npc.behaviour import load_behaviour
from npc.circumstances import hour_of
from npc.clock import LifeClock
from npc.conditions import Moment
from npc.conversation.clause import Reading
from npc.conversation.reading import read
from npc.language.asked import Asked, nothing
from npc.lookout import Sighting
from npc.memory import Changes, Memory, MemoryData, Person
from npc.memory.ledger import Ledger
from npc.memory.records import pack, unpack
from npc.parts import CharacterParts
from npc.persona import Persona
from npc.reactions import keep_hours, react_to_change, react_to_event, react_to_sight, take_in_event
from npc.text import valid
from npc.types import Decision, Percept, Target


class Character:
    """One character of the game.

    Args:
        persona: its card.
        npc_id: its name in the game; goes into every decision.
        seed: of everything that is left to chance; characters with different ids differ under one seed.
        recollection: what it remembers of an earlier life; nothing by default.
        memory: in place of a recollection, a memory that it shares with whoever else plays this character
            (`npc.memory.Memories`): what one of them takes in, the others remember.
    """

    def __init__(
        self,
        persona: Persona,
        npc_id: str,
        seed: int = 0,
        recollection: MemoryData | None = None,
        *,
        memory: Memory | None = None,
    ) -> None:
        self.npc_id = npc_id
        self._seed = seed
        self.percept = Percept(time=0.0)  # the last one, as its eyes made it steady
        self._lived = recollection is not None
        self._take_up(persona, Memory(recollection) if memory is None else memory, Agenda(), None)

    def _take_up(self, persona: Persona, memory: Memory, agenda: Agenda, clock: LifeClock | None) -> None:
        self._parts = CharacterParts(persona, load_behaviour(), self.npc_id, self._seed, memory, agenda)
        self._clock = clock  # None until the first percept: others may live on with the same memory until then

    @property
    def persona(self) -> Persona:
        """Its card."""
        return self._parts.persona

    @property
    def mood(self) -> Mood:
        """How it feels."""
        return self._parts.feelings.mood

    @property
    def memory(self) -> Memory:
        """What it remembers."""
        return self._parts.memory

    @property
    def said(self) -> tuple[str, ...]:
        """The last lines that it said, as they are written."""
        return self._parts.speaker.state[1]

    def relationship(self, speaker: str) -> Relationship:
        """What it thinks of somebody; of strangers nothing yet."""
        return self._parts.relationship(speaker)

    def read(self, text: str, speaker: str, asked: Asked = nothing) -> Reading:
        """How it takes these words, completed by what was said before: what perception is to hear, and to look for.

        Args:
            asked: tells by its meaning what a clause asks, see `read`.
        """
        person = self.memory.person(valid(speaker))
        names = self._parts.names_at_hand(self.percept.watch)
        return read(valid(text), person.ledger if person else Ledger(), self.persona.name, names, asked)

    def spoken_of(self, speaker: str) -> str:
        """The fact of the card that it speaks of with somebody; empty: none."""
        person = self.memory.person(valid(speaker))
        return person.ledger.topic if person else ""

    @property
    def looks_for(self) -> tuple[str, ...]:
        """What has to be watched for beside its watch list: its orders wait for it."""
        return tuple(name for order in self._parts.agenda.planned for name in (order.phrase, order.but) if name)

    # -- keeping ---------------------------------------------------------------------------------------

    def snapshot(self) -> bytes:
        """All that it remembers, its mood and its standing order, for the game's own save file."""
        self._note_life()
        return pack(self.memory.recollection())

    def restore(self, snapshot: bytes) -> None:
        """Become who it was at the time of the snapshot. That is written down like any other change.

        Raises:
            RecollectionError: `snapshot`: it cannot be read; the character stays as it is.
        """
        self.memory.become(unpack(snapshot))
        self._lived = True
        self._take_up(self.persona, self.memory, Agenda(), None)

    def recast(self, persona: Persona) -> None:
        """Go on under another card, e.g. one that its author has just edited, with memory, mood and duty kept."""
        agenda = self._parts.agenda
        agenda.doing = agenda.reflex = None
        self._note_life()
        self._take_up(persona, self.memory, agenda, self._clock)

    def take_changes(self) -> Changes | None:
        """What has to be written down since the last call; None: nothing. Write it before the next tick."""
        if not self.memory.changed:
            return None
        self._note_life()
        return self.memory.take_changes()

    def _note_life(self) -> None:
        if self._clock is not None:  # before its first percept it is who it was, standing order and all
            self._parts.note_life()

    # -- a tick ----------------------------------------------------------------------------------------

    def tick(self, percept: Percept) -> Decision:
        """What the character does about `percept`.

        Call it with percepts in the order of their time. Where a game's clock jumps, stands or starts again, the life
        goes on all the same (`npc.clock`).
        """
        parts = self._parts
        percept = self._live_on(percept)
        if parts.persona.state:
            percept = replace(percept, state={**parts.persona.state, **percept.state})
        parts.speak(percept.state)
        self.mood.pass_time(percept.time)
        self.percept = percept = parts.lookout.look(percept)
        seen = parts.lookout.in_view(percept.time)
        step = self._drop_what_is_over(percept)
        event = take_in_event(parts, percept)
        if percept.text.strip():
            return answer(parts, percept, seen, event)
        return (
            react_to_event(parts, event, percept, seen)
            or self._begin_planned(percept, seen)
            or react_to_change(parts, percept, seen, event)
            or react_to_sight(parts, percept, seen)
            or (self._enter_step(step, percept, seen) if step and parts.agenda.current is step else None)
            or self._carry_on(percept, seen)
        )

    def _live_on(self, percept: Percept) -> Percept:
        """The percept on the clock of the character's life, which goes on where a loaded memory stopped."""
        life, agenda = self.memory.life, self._parts.agenda
        if self._clock is None:
            goes_on = self._lived or self.memory.lived
            self._clock = LifeClock(life.now if goes_on else None)
            if goes_on and agenda.standing is None:
                agenda.resume(life.standing, life.now)
                agenda.planned = list(life.planned)
        self._parts.clock = percept.time
        now = self._clock.at(percept.time)
        life.now = max(life.now, now)
        text, speaker = valid(percept.text), valid(percept.speaker)
        if (now, text, speaker) == (percept.time, percept.text, percept.speaker):
            return percept
        return replace(percept, time=now, text=text, speaker=speaker)

    def _drop_what_is_over(self, percept: Percept) -> Activity | None:
        """End what is over; the next step of a plan, where one begins."""
        agenda = self._parts.agenda
        duty = agenda.duty
        step = agenda.drop_what_is_over(percept, self._parts.behaviour.lasts)
        if agenda.duty != duty:
            self.memory.touch()
        return step

    # -- what is under way -----------------------------------------------------------------------------

    def _carry_on(self, percept: Percept, seen: list[Sighting]) -> Decision:
        """Keep what is under way and say nothing; with nothing under way, live by the schedule.

        Only a reflex keeps its place: it is seen anew in every frame. A place that words pointed at was on
        the frame that they came with; the game has resolved it then.
        """
        parts, moment = self._parts, Moment()
        doing = parts.agenda.current
        if doing is None:
            if parts.persona.schedule and (kept := keep_hours(parts, percept, seen)):
                return kept
            moment.action, moment.emotion = "idle", self.mood.name
            return parts.decide(moment, percept.action.get("idle", 0.0), None, "", "has nothing to do")
        parts.day.interrupt()
        moment.action, moment.emotion = doing.action, doing.emotion
        place = doing.sighting.place if isinstance(doing, Reflex) and doing.sighting else None
        return parts.decide(moment, doing.confidence, place, "", "goes on")

    def _begin_planned(self, percept: Percept, seen: list[Sighting]) -> Decision | None:
        """Begin an order whose turn or condition has come; None where there is none, or a standing order ends."""
        parts, agenda = self._parts, self._parts.agenda
        order = agenda.due(percept.time, parts.lookout.sees, hour_of(percept.state)) if agenda.planned else None
        if order is None:
            return None
        parts.memory.touch()
        if not order.action:
            agenda.standing = None
            return None
        person = parts.memory.person(order.speaker) or Person()
        if order.lifts:
            person.ledger.lift(order.action, order.thing)
        if not parts.may_do([order.action]) or parts.memory.is_forbidden(order.action, order.thing):
            return None
        moment = parts.moment(percept, seen, person, speaker=order.speaker)
        moment.action, moment.cause, moment.emotion = order.action, "plan", order.emotion
        why, variables, heard = f"was told to before ({order.text[:80]})", parts.variables(percept), moment.intent
        moment.intent = order.intent or heard
        ruling, moment.intent = ruled(parts, moment, variables, order.action, why), heard
        if ruling is not None:
            moment.emotion = parts.feeling(percept, moment)
            parts.begin(moment, replace(percept, speaker=order.speaker), order.confidence)
            say = ruling[1] or parts.speaker.line(moment.action, moment, variables)
            return parts.decide(moment, order.confidence, None, say, ruling[0])
        parts.begin(moment, replace(percept, speaker=order.speaker), order.confidence)
        named = {"target": order.thing} if order.thing else {}
        say = parts.speaker.line(order.action, moment, {**variables, **named})
        found = next((d for d in percept.watch if d.phrase == order.phrase and order.when == "sees"), None)
        place = Target(found.x, found.y, found.p) if found else None
        if place is None and order.x is not None and order.y is not None and order.when != "hour":
            place = Target(order.x, order.y, order.confidence)
        return parts.decide(moment, order.confidence, place, say, why)

    def _enter_step(self, step: Activity, percept: Percept, seen: list[Sighting]) -> Decision:
        """Say that the next step of a plan has begun."""
        parts = self._parts
        person = parts.memory.person(step.speaker) or Person()
        moment = parts.moment(percept, seen, person, speaker=step.speaker)
        moment.action, moment.cause, moment.emotion = step.action, "plan", step.emotion
        say = parts.speaker.line(step.action, moment, parts.variables(percept))
        left = f"{len(step.steps)} to go" if step.steps else "the last"
        return parts.decide(moment, step.confidence, None, say, f"goes on to {step.plan}, step {left}")
