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

from npc.agenda import Agenda, Doing, Reflex
from npc.answers import answer
from npc.behaviour import load_behaviour
from npc.conditions import Moment
from npc.memory import Changes, Memory, Person, Recollection
from npc.memory.snapshot import pack, unpack
from npc.mood import Mood
from npc.persona import Persona
from npc.reactions import keep_hours, react_to_event, react_to_sight, undergo
from npc.reflexes import Sighting
from npc.relationship import Relationship
from npc.role import Role
from npc.types import Decision, Percept


class Character:
    """One character of the game.

    Args:
        persona: its card.
        npc_id: its name in the game; goes into every decision.
        seed: of everything that is left to chance; characters with different ids differ under one seed.
        recollection: what it remembers of an earlier life; nothing by default.
    """

    def __init__(self, persona: Persona, npc_id: str, seed: int = 0, recollection: Recollection | None = None) -> None:
        self.npc_id = npc_id
        self._seed = seed
        self.percept = Percept(time=0.0)  # the last one, as its eyes made it steady
        self._take_up(persona, recollection, Agenda())

    def _take_up(self, persona: Persona, recollection: Recollection | None, agenda: Agenda) -> None:
        self._role = Role(persona, load_behaviour(), self.npc_id, self._seed, recollection, agenda)
        # From the game's clock to that of its life; unknown until the first percept where it has lived before.
        self._offset: float | None = None if recollection else 0.0

    @property
    def persona(self) -> Persona:
        """Its card."""
        return self._role.persona

    @property
    def mood(self) -> Mood:
        """How it feels."""
        return self._role.feelings.mood

    @property
    def memory(self) -> Memory:
        """What it remembers."""
        return self._role.memory

    def relationship(self, speaker: str) -> Relationship:
        """What it thinks of somebody; of strangers nothing yet."""
        return self._role.relationship(speaker)

    # -- keeping ---------------------------------------------------------------------------------------

    def snapshot(self) -> bytes:
        """All that it remembers, its mood and its standing order, for the game's own save file."""
        self._role.note_life()
        return pack(self.memory.recollection())

    def restore(self, snapshot: bytes) -> None:
        """Become who it was at the time of the snapshot. Who keeps a store lets it `replace` the memory there.

        Raises:
            RecollectionError: `snapshot`: it cannot be read; the character stays as it is.
        """
        self._take_up(self.persona, unpack(snapshot), Agenda())
        self.memory.touch()

    def recast(self, persona: Persona) -> None:
        """Go on under another card, e.g. one that its author has just edited, with memory, mood and duty kept."""
        offset, agenda, recollection = self._offset, self._role.agenda, unpack(self.snapshot())
        agenda.doing = agenda.reflex = None
        self._take_up(persona, recollection, agenda)
        self._offset = offset

    def take_changes(self) -> Changes | None:
        """What has to be written down since the last call; None: nothing. Write it before the next tick."""
        if not self.memory.changed:
            return None
        self._role.note_life()
        return self.memory.take_changes()

    # -- a tick ----------------------------------------------------------------------------------------

    def tick(self, percept: Percept) -> Decision:
        """What the character does about `percept`. Call it with percepts in the order of their time."""
        role = self._role
        percept = self._live_on(percept)
        self.mood.pass_time(percept.time)
        self.percept = percept = role.lookout.look(percept)
        seen = role.lookout.in_view(percept.time)
        step = self._drop_what_is_over(percept)
        event = undergo(role, percept)
        if percept.text.strip():
            return answer(role, percept, seen, event)
        return (
            react_to_event(role, event, percept, seen)
            or react_to_sight(role, percept, seen)
            or (self._enter_step(step, percept, seen) if step and role.agenda.current is step else None)
            or self._carry_on(percept, seen)
        )

    def _live_on(self, percept: Percept) -> Percept:
        """The percept on the clock of the character's life, which goes on where a loaded memory stopped."""
        life, agenda = self.memory.life, self._role.agenda
        if self._offset is None:
            self._offset = life.now - percept.time
            if agenda.standing is None:
                agenda.resume(life.standing, life.now)
        self._role.clock = percept.time
        if self._offset:
            percept = replace(percept, time=percept.time + self._offset)
        life.now = max(life.now, percept.time)
        return percept

    def _drop_what_is_over(self, percept: Percept) -> Doing | None:
        """End what is over; the next step of a plan, where one begins."""
        agenda = self._role.agenda
        duty = agenda.duty
        step = agenda.drop_what_is_over(percept, self._role.behaviour.lasts)
        if agenda.duty != duty:
            self.memory.touch()
        return step

    # -- what is under way -----------------------------------------------------------------------------

    def _carry_on(self, percept: Percept, seen: list[Sighting]) -> Decision:
        """Keep what is under way and say nothing; with nothing under way, live by the schedule.

        Only a reflex keeps its place: it is seen anew in every frame. A place that words pointed at was on
        the frame that they came with; the game has resolved it then.
        """
        role, moment = self._role, Moment()
        doing = role.agenda.current
        if doing is None:
            if role.persona.schedule and (kept := keep_hours(role, percept, seen)):
                return kept
            moment.action, moment.emotion = "idle", self.mood.name
            return role.decide(moment, percept.action.get("idle", 0.0), None, "", "has nothing to do")
        role.day.interrupt()
        moment.action, moment.emotion = doing.action, doing.emotion
        place = doing.sighting.place if isinstance(doing, Reflex) and doing.sighting else None
        return role.decide(moment, doing.confidence, place, "", "goes on")

    def _enter_step(self, step: Doing, percept: Percept, seen: list[Sighting]) -> Decision:
        """Say that the next step of a plan has begun."""
        role = self._role
        person = role.memory.person(step.speaker) or Person()
        moment = role.moment(percept, seen, person, speaker=step.speaker)
        moment.action, moment.cause, moment.emotion = step.action, "plan", step.emotion
        say = role.speaker.line(step.action, moment, role.variables(percept))
        left = f"{len(step.steps)} to go" if step.steps else "the last"
        return role.decide(moment, step.confidence, None, say, f"goes on to {step.plan}, step {left}")
