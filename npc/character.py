"""The controller: percepts in, decisions out.

Four things may move a character; the first that does so decides:

1. Words. Every utterance gets a fresh decision: utility over what the model proposes (`npc.arbitration`),
   then the card's rules. Words that were not understood (`understood` in `behaviour.yaml`) are asked for again.
2. Events. What the game tells to have happened to the character (`state["event"]`) counts once.
3. Sights. A threat or a hazard that comes into view starts a reflex.
4. What is under way (`npc.agenda`). With nothing under way the character is idle.

Time comes from the percepts alone, chance from the seed alone: the same percepts give the same decisions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from npc.agenda import FOREVER, STEP_LASTS, Agenda, Doing, Reflex
from npc.arbitration import Arbiter, Choice
from npc.behaviour import Behaviour, load_behaviour
from npc.conditions import Moment
from npc.feelings import Feelings
from npc.lines import Speaker
from npc.memory import Changes, Memory, Person, Recollection
from npc.memory.records import TRIFLE
from npc.memory.snapshot import pack, unpack
from npc.mood import Affect, Mood
from npc.persona import Persona
from npc.reflexes import Lookout, Sighting
from npc.relationship import Relationship
from npc.types import Decision, Percept, Target

REPEAT_CRY = 20.0  # seconds before the same sight is cried out about again


class Character:
    """One character of the game.

    Args:
        persona: its card.
        npc_id: its name in the game; goes into every decision.
        seed: of everything that is left to chance; characters with different ids differ under one seed.
        recollection: what it remembers of an earlier life; nothing by default.
    """

    def __init__(
        self, persona: Persona, npc_id: str, seed: int = 0, recollection: Recollection | None = None
    ) -> None:
        self.npc_id = npc_id
        self._seed = seed
        self._behaviour = load_behaviour()
        self._agenda = Agenda()
        self._cried: dict[str, float] = {}
        self._clock = 0.0
        self.percept = Percept(time=0.0)  # the last one, as its eyes made it steady
        self._take_up(persona, recollection)

    def _take_up(self, persona: Persona, recollection: Recollection | None) -> None:
        self.persona = persona
        behaviour, traits = self._behaviour, _traits(persona, self._behaviour)
        self.memory = Memory(recollection)
        self._offset: float | None = None if recollection else 0.0
        self._feelings = Feelings(behaviour, traits)
        self._actions = Arbiter(behaviour.actions, traits, persona.boundaries)
        self._lookout = Lookout(persona.watch, behaviour, persona.steadiness)
        self._speaker = Speaker(persona.lines, behaviour.lines, f"{self._seed}/{self.npc_id}")
        life = self.memory.life
        self._speaker.resume(life.choices, life.said)
        if life.mood is not None:
            self.mood.now = Affect(*life.mood)
        if life.standing is not None and not self._may_do(life.standing.actions):
            life.standing = self._agenda.standing = None

    def _may_do(self, actions: Sequence[str]) -> bool:
        """Whether all of them exist and none is forbidden: the card, or the game's labels, may have changed."""
        return all(a in self._behaviour.actions and a not in self.persona.boundaries for a in actions)

    @property
    def mood(self) -> Mood:
        """How it feels."""
        return self._feelings.mood

    def relationship(self, speaker: str) -> Relationship:
        """What it thinks of somebody; of strangers nothing yet."""
        person = self.memory.person(speaker)
        return person.relationship if person else Relationship()

    # -- memory ----------------------------------------------------------------------------------------

    def snapshot(self) -> bytes:
        """All that it remembers, its mood and its standing order, for the game's own save file."""
        self._note_life()
        return pack(self.memory.recollection())

    def restore(self, snapshot: bytes) -> None:
        """Become who it was at the time of the snapshot. Who keeps a store lets it `replace` the memory there.

        Raises:
            RecollectionError: `snapshot`: it cannot be read; the character stays as it is.
        """
        recollection = unpack(snapshot)
        self._agenda, self._cried = Agenda(), {}
        self._take_up(self.persona, recollection)
        self.memory.touch()

    def recast(self, persona: Persona) -> None:
        """Go on under another card, e.g. one that its author has just edited, with memory, mood and duty kept."""
        offset, recollection = self._offset, unpack(self.snapshot())
        self._agenda.doing = self._agenda.reflex = None
        self._take_up(persona, recollection)
        self._offset = offset

    def take_changes(self) -> Changes | None:
        """What has to be written down since the last call; None: nothing. Write it before the next tick."""
        if not self.memory.changed:
            return None
        self._note_life()
        return self.memory.take_changes()

    def _note_life(self) -> None:
        life, agenda = self.memory.life, self._agenda
        life.mood = self.mood.now
        life.standing = agenda.undertaking(life.now)
        life.choices, life.said = self._speaker.state

    def _live_on(self, percept: Percept) -> Percept:
        """The percept on the clock of the character's life, which goes on where a loaded memory stopped."""
        life = self.memory.life
        if self._offset is None:
            self._offset = life.now - percept.time
            if self._agenda.standing is None:
                self._agenda.resume(life.standing, life.now)
        self._clock = percept.time
        if self._offset:
            percept = replace(percept, time=percept.time + self._offset)
        life.now = max(life.now, percept.time)
        return percept

    # -- a tick ----------------------------------------------------------------------------------------

    def tick(self, percept: Percept) -> Decision:
        """What the character does about `percept`. Call it with percepts in the order of their time."""
        percept = self._live_on(percept)
        self.mood.pass_time(percept.time)
        self.percept = percept = self._lookout.look(percept)
        seen = self._lookout.in_view(percept.time)
        duty = self._agenda.duty
        step = self._agenda.drop_what_is_over(percept, self._behaviour.lasts)
        if self._agenda.duty != duty:
            self.memory.touch()
        event = self._undergo(percept)
        if percept.text.strip():
            return self._answer(percept, seen, event)
        return (
            self._react_to_event(event, percept, seen)
            or self._react(percept, seen)
            or (self._enter_step(step, percept, seen) if step and self._agenda.current is step else None)
            or self._carry_on(percept)
        )

    # -- words -----------------------------------------------------------------------------------------

    def _answer(self, percept: Percept, seen: list[Sighting], event: str) -> Decision:
        memory, now = self.memory, percept.time
        person, away = memory.meet(percept.speaker, now)
        repeated = memory.knows(percept.source)
        if not repeated:
            self._feelings.hear(percept, person.relationship)
        moment = self._moment(percept, seen, person, event)
        moment.away = away
        if not repeated:
            person.heard += 1
        understood = self._understands(percept)
        decision = self._do_as_told(percept, moment, seen) if understood else self._ask_again(percept, moment)
        if not repeated:
            what = moment.intent if understood else ""
            memory.remember(
                now, percept.speaker, what or "words", self._behaviour.memories.get(what, TRIFLE),
                did=moment.action, text=percept.text, emotion=moment.emotion, source=percept.source,
            )
        return decision

    def _understands(self, percept: Percept) -> bool:
        """Whether the words are clear enough to act on.

        A wrong answer is soon forgotten, a wrong deed is not: an answer needs a sure intent or action, a deed both.
        """
        sure = [_best(head)[1] >= self._behaviour.understood for head in (percept.intent, percept.action)]
        action = self._behaviour.actions.get(_best(percept.action)[0])
        return all(sure) if action is not None and action.deed else any(sure)

    def _known(self, probabilities: Mapping[str, float]) -> str:
        """The likeliest label; empty where it is too unsure to go by."""
        label, p = _best(probabilities)
        return label if p >= self._behaviour.understood else ""

    def _do_as_told(self, percept: Percept, moment: Moment, seen: list[Sighting]) -> Decision:
        if moment.intent in self._behaviour.dismissals:
            self._agenda.standing = None
        choice = self._actions.choose(percept.action, self._drives(percept), default="idle")
        why, say = self._settle(choice, percept, moment)
        moment.emotion = self._feeling(percept, moment)
        plan = self._begin(moment, percept, choice.p)
        say = say or self._speaker.line(moment.action, moment, self._variables(percept))
        alert = self._behaviour.actions[moment.action].alert
        target = percept.target or (self._danger(seen) if alert else None)
        heard = f"heard {_named(percept.intent)}, {_named(percept.tone, ' in tone')}"
        why = f"{why} and begins to {plan}" if plan else why
        return self._decide(percept, moment, choice.p, target, say, why, (heard, *_trace(choice, moment)))

    def _danger(self, seen: list[Sighting]) -> Target | None:
        """Where the most urgent danger is, for words that point nowhere ("help!")."""
        return next((s.place for s in seen if s.meaning in self._behaviour.reflexes), None)

    def _settle(self, choice: Choice, percept: Percept, moment: Moment) -> tuple[str, str]:
        """Fix action and cause in `moment`; return why, and the words that a rule or boundary gives."""
        moment.action, asked = choice.label, f"was asked to {choice.wanted} ({choice.p:.2f})"
        variables = self._variables(percept)
        if choice.label != choice.wanted:
            moment.wanted = choice.wanted
        if choice.wanted in self.persona.boundaries:
            moment.cause = "boundary"
            say = self._speaker.one_of(self.persona.boundaries[choice.wanted], moment, variables)
            return f"{asked}, which it never does", say
        rule = next((rule for rule in self.persona.rules if rule.when.holds(moment)), None)
        if rule:
            moment.wanted = "" if rule.do == choice.wanted else choice.wanted
            moment.cause, moment.action = "rule", rule.do
            return f"{asked}, but {rule.because}", self._speaker.one_of(rule.say, moment, variables)
        needs = self.persona.requires.get(moment.action)
        if needs is not None and not needs.holds(moment):
            moment.wanted, moment.cause, moment.action = moment.action, "unable", "refuse"
            return f"{asked}, but is not able to", ""
        moment.cause = "words"
        if moment.wanted:
            moment.cause = "unwilling"
            return f"{asked}, but is unwilling ({choice.appeals[choice.wanted]:+.2f})", ""
        if moment.action == "refuse" and moment.intent in self._behaviour.pointing and percept.target is None:
            moment.cause = "absent"
            return f"heard {moment.intent} and sees nothing of the kind ({choice.p:.2f})", ""
        return f"heard {moment.intent or 'words'} ({choice.p:.2f})", ""

    def _ask_again(self, percept: Percept, moment: Moment) -> Decision:
        action = "refuse" if "talk" in self.persona.boundaries else "talk"
        moment.cause, moment.action, moment.emotion = "unclear", action, "neutral"
        confidence = _best(percept.action)[1]
        self._begin(moment, percept, confidence)
        say = self._speaker.line("unclear", moment, self._variables(percept))
        why = f"did not understand (likeliest: {_named(percept.intent)}) and asks again"
        return self._decide(percept, moment, confidence, None, say, why, ())

    # -- events ----------------------------------------------------------------------------------------

    def _undergo(self, percept: Percept) -> str:
        """Take in what the game tells to have happened; its name where that is news, else nothing.

        An event counts when it first appears, or appears with another `event_id`: frames may be lost or repeated,
        so a game lets it stand for a while.
        """
        state = percept.state
        if "event" not in state and not self.memory.life.event:
            return ""
        name, who = str(state.get("event", "")), str(state.get("event_by", ""))
        news = f"{name}/{who}/{state.get('event_id', '')}"[:500] if name else ""
        if news == self.memory.life.event:
            return ""
        self.memory.life.event = news
        self.memory.touch()
        event = self._behaviour.events.get(name)
        if event is None:
            return ""
        relationship = self.memory.acquaint(who, percept.time).relationship if who else Relationship()
        self._feelings.undergo(event, relationship)
        self.memory.remember(percept.time, who, name, event.salience, emotion=self.mood.name)
        return name

    def _react_to_event(self, name: str, percept: Percept, seen: list[Sighting]) -> Decision | None:
        """What it does at once about something that happened; None where that calls for nothing."""
        if not name or not self._behaviour.events[name].react:
            return None
        choice = self._actions.choose(self._behaviour.events[name].react, self._drives(percept), default="idle")
        who = str(percept.state.get("event_by", ""))
        moment = self._moment(percept, seen, self.memory.person(who) or Person(), name, who)
        moment.action, moment.cause = choice.label, "event"
        moment.emotion = self._feeling(percept, moment)
        self._begin(moment, percept, 1.0)
        say = self._speaker.line(choice.label, moment, self._variables(percept))
        why = f"was {name}" + (f" by {who}" if who else "")
        return self._decide(percept, moment, 1.0, self._danger(seen), say, why, _trace(choice, moment))

    # -- sights ----------------------------------------------------------------------------------------

    def _react(self, percept: Percept, seen: list[Sighting]) -> Decision | None:
        """Start a reflex at the most urgent sight; None where it is no news or calls for nothing."""
        for sighting in seen:
            reflex = self._agenda.reflex
            if sighting.noticed or (reflex and reflex.sighting and not self._outranks(sighting, reflex.sighting)):
                continue
            sighting.noticed = True
            options = self._reactions_to(sighting)
            if options:
                return self._start_reflex(sighting, options, percept, seen)
        return None

    def _outranks(self, sighting: Sighting, other: Sighting) -> bool:
        return self._lookout.rank(sighting) < self._lookout.rank(other)

    def _reactions_to(self, sighting: Sighting) -> Mapping[str, float]:
        reactions = self.persona.reactions
        own = reactions.get(sighting.phrase) or reactions.get(sighting.meaning)
        return {own: 1.0} if own else self._behaviour.reflexes.get(sighting.meaning, {})

    def _start_reflex(
        self, sighting: Sighting, options: Mapping[str, float], percept: Percept, seen: list[Sighting]
    ) -> Decision | None:
        """Enter a reflex; None where something that answers a danger is under way already."""
        what = sighting.phrase or sighting.meaning
        self._feelings.see(sighting.meaning, sighting.p)
        choice = self._actions.choose(options, self._drives(percept), default="idle")
        action = self._behaviour.actions[choice.label]
        moment = self._moment(percept, seen, Person())
        moment.action, moment.cause = choice.label, "reflex"
        moment.emotion = self._feeling(percept, moment)
        ends = FOREVER if action.alert else percept.time + action.lasts
        agenda = self._agenda
        agenda.reflex = Reflex(choice.label, moment.emotion, ends, sighting.p, sighting=sighting)
        if sighting.phrase:
            salience = self._behaviour.memories.get(sighting.meaning, TRIFLE)
            self.memory.remember(percept.time, "", "saw", salience, text=sighting.phrase, emotion=moment.emotion)
        if agenda.doing and self._behaviour.actions[agenda.doing.action].alert:
            return None
        agenda.doing = None
        variables = self._variables(percept) | ({"target": sighting.phrase} if sighting.phrase else {})
        say = self._speaker.line(choice.label, moment, variables) if self._may_cry(what, percept.time) else ""
        why = f"saw a {what} ({sighting.p:.2f}), a {sighting.meaning}" if sighting.phrase else f"saw a {what}"
        return self._decide(percept, moment, sighting.p, sighting.place, say, why, _trace(choice, moment))

    def _may_cry(self, what: str, time: float) -> bool:
        if time - self._cried.get(what, float("-inf")) < REPEAT_CRY:
            return False
        self._cried[what] = time
        return True

    # -- what is under way -----------------------------------------------------------------------------

    def _carry_on(self, percept: Percept) -> Decision:
        """Keep what is under way and say nothing.

        Only a reflex keeps its place: it is seen anew in every frame. A place that words pointed at was on
        the frame that they came with; the game has resolved it then.
        """
        moment = Moment()
        doing = self._agenda.current
        if doing is None:
            moment.action, moment.emotion = "idle", self.mood.name
            idle = percept.action.get("idle", 0.0)
            return self._decide(percept, moment, idle, None, "", "has nothing to do", ())
        moment.action, moment.emotion = doing.action, doing.emotion
        place = doing.sighting.place if isinstance(doing, Reflex) and doing.sighting else None
        return self._decide(percept, moment, doing.confidence, place, "", "goes on", ())

    def _enter_step(self, step: Doing, percept: Percept, seen: list[Sighting]) -> Decision:
        """Say that the next step of a plan has begun."""
        person = self.memory.person(step.speaker) or Person()
        moment = self._moment(percept, seen, person, speaker=step.speaker)
        moment.action, moment.cause, moment.emotion = step.action, "plan", step.emotion
        say = self._speaker.line(step.action, moment, self._variables(percept))
        left = f"{len(step.steps)} to go" if step.steps else "the last"
        return self._decide(percept, moment, step.confidence, None, say, f"goes on to {step.plan}, step {left}", ())

    def _begin(self, moment: Moment, percept: Percept, confidence: float) -> str:
        """Put an action in its layer; an order that stands replaces all others. The name of the plan, if it is one."""
        name, steps = self._plan(moment)
        if steps:
            moment.action = steps[0]
        action = self._behaviour.actions[moment.action]
        lasts = min(action.lasts, STEP_LASTS) if steps else action.lasts
        doing = Doing(
            moment.action, moment.emotion, percept.time + lasts, confidence, percept.speaker, name, tuple(steps[1:])
        )
        if action.ongoing or steps:
            self._agenda.undertake(doing)
            self.memory.touch()
        else:
            self._agenda.begin(doing)
        return name

    def _plan(self, moment: Moment) -> tuple[str, Sequence[str]]:
        """The first plan that fits, and its steps; none where one of them is something it never does."""
        if moment.cause != "words":
            return "", ()
        for name, plan in (*self.persona.plans.items(), *self._behaviour.plans.items()):
            if plan.when.holds(moment) and self._may_do(plan.steps):
                return name, plan.steps
        return "", ()

    # -- shared ----------------------------------------------------------------------------------------

    def _moment(
        self, percept: Percept, seen: list[Sighting], person: Person, event: str = "", speaker: str | None = None
    ) -> Moment:
        speaker = percept.speaker if speaker is None else speaker
        memory, now = self.memory, percept.time
        return Moment(
            intent=self._known(percept.intent),
            tone=self._known(percept.tone),
            mood=self.mood.name,
            relationship=person.relationship.name,
            sees=frozenset(name for s in seen for name in (s.phrase, s.meaning)),
            heard=person.heard,
            remembers=memory.recalls(speaker, now),
            did=memory.has_done(speaker, now),
            saw=memory.has_seen(now),
            promised=self._agenda.promised(speaker),
            event=event,
            told=person.told,
            state=percept.state,
        )

    def _drives(self, percept: Percept) -> dict[str, float]:
        mood = self._feelings.drives()
        if not percept.text:
            return mood
        return {**percept.tone, **mood, **self.relationship(percept.speaker).as_drives()}

    def _feeling(self, percept: Percept, moment: Moment) -> str:
        """The emotion shown: what the model proposes, or what goes with an action of the character's own."""
        felt = percept.emotion
        if moment.cause != "words" or not felt:
            felt = {self._behaviour.actions[moment.action].shows: 1.0}
        return self._feelings.shown(felt, self._drives(percept))

    def _variables(self, percept: Percept) -> dict[str, str]:
        """Values of the variables in lines; {target} is known only where the words name a watched phrase."""
        player = percept.state.get("player") or percept.speaker
        variables = {"name": self.persona.name, "player": str(player)}
        if player == "player":
            variables["player"] = self.persona.calls_player
        words = percept.text.lower()
        named = (d.phrase for d in percept.watch if d.phrase and d.phrase.lower() in words)
        if phrase := next(named, ""):
            variables["target"] = phrase
        return variables

    def _decide(
        self,
        percept: Percept,
        moment: Moment,
        confidence: float,
        target: Target | None,
        line: str,
        why: str,
        trace: tuple[str, ...],
    ) -> Decision:
        return Decision(
            npc=self.npc_id,
            time=self._clock,
            action=moment.action,
            emotion=moment.emotion,
            target=target if self._behaviour.actions[moment.action].target else None,
            line=line,
            confidence=confidence,
            reason=f"{self.persona.name} {why}: {moment.action}.",
            trace=trace,
        )


def _best(probabilities: Mapping[str, float]) -> tuple[str, float]:
    """The likeliest label and its probability; ("", 0.0) of nothing."""
    return max(probabilities.items(), key=lambda item: item[1], default=("", 0.0))


def _named(probabilities: Mapping[str, float], kind: str = "") -> str:
    label, p = _best(probabilities)
    return f"{label or 'nothing'}{kind} ({p:.2f})"


def _trace(choice: Choice, moment: Moment) -> tuple[str, ...]:
    """The three best candidates, and what had the last word."""
    ranked = sorted(choice.utilities.items(), key=lambda item: -item[1])[:3]
    scored = tuple(f"{label}: utility {u:.2f}, appeal {choice.appeals[label]:+.2f}" for label, u in ranked)
    return (*scored, f"cause: {moment.cause}", f"mood: {moment.mood}", f"relationship: {moment.relationship}")


def _traits(persona: Persona, behaviour: Behaviour) -> dict[str, float]:
    return {trait: persona.traits.get(trait, 0.0) for trait in behaviour.traits}
