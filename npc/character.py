"""The controller: percepts in, decisions out.

Three things may move a character; the first that does so decides:

1. Words. Every utterance gets a fresh decision: utility over what the model proposes (`npc.arbitration`),
   then the card's rules. Words that were not understood are asked for again.
2. Sights. A threat or a hazard that comes into view starts a reflex, which lasts while it is in view and a
   little longer, then gives way to what was being done before.
3. What is under way. An action goes on, silently, until its time is over, the game reports it done
   (`state["done"]`), or something above decides otherwise. Standing orders (follow, stay, go_to) come back
   after an interruption. With nothing under way the character is idle.

Time comes from the percepts alone, chance from the seed alone: the same percepts give the same decisions.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from npc.arbitration import Arbiter, Choice
from npc.behaviour import load_behaviour
from npc.conditions import Moment
from npc.lines import Speaker
from npc.mood import Mood, temperament
from npc.persona import Persona
from npc.reflexes import CALM_AFTER, Lookout, Sighting
from npc.relationship import Relationship
from npc.types import Decision, Percept, Target

UNDERSTOOD = 0.4   # below this, in intent and in action, the words were not understood
REPEAT_CRY = 20.0  # seconds before the same sight is cried out about again


@dataclass(frozen=True, slots=True)
class _Doing:
    """An action under way; `ends` is the second on the clock at which it is over by itself."""

    action: str
    emotion: str
    ends: float
    confidence: float


@dataclass(frozen=True, slots=True)
class _Reflex(_Doing):
    sighting: Sighting


class Character:
    """One character of the game.

    Args:
        persona: its card.
        npc_id: its name in the game; goes into every decision.
        seed: of everything that is left to chance; characters with different ids differ under one seed.
    """

    def __init__(self, persona: Persona, npc_id: str, seed: int = 0) -> None:
        self.persona = persona
        self.npc_id = npc_id
        self._behaviour = load_behaviour()
        traits = {trait: persona.traits.get(trait, 0.0) for trait in self._behaviour.traits}
        self.mood = Mood(temperament(traits))
        self._actions = Arbiter(self._behaviour.actions, traits, persona.boundaries)
        self._emotions = Arbiter(self._behaviour.emotions, traits)
        self._lookout = Lookout(persona.watch, self._behaviour)
        self._speaker = Speaker(persona.lines, self._behaviour.lines, random.Random(f"{seed}/{npc_id}"))
        self._heard: Counter[str] = Counter()
        self._relationships: dict[str, Relationship] = {}
        self._cried: dict[str, float] = {}
        # Layers, the upper hides the lower: what words set off, a reflex, a standing order.
        self._doing: _Doing | None = None
        self._reflex: _Reflex | None = None
        self._standing: _Doing | None = None

    def relationship(self, speaker: str) -> Relationship:
        """What it thinks of somebody; of strangers nothing yet."""
        return self._relationships.get(speaker) or Relationship()

    def tick(self, percept: Percept) -> Decision:
        """What the character does about `percept`. Call it with percepts in the order of their time."""
        self.mood.pass_time(percept.time)
        self._lookout.look(percept)
        seen = self._lookout.in_view(percept.time)
        self._drop_what_is_over(percept)
        if percept.text.strip():
            return self._answer(percept, seen)
        return self._react(percept, seen) or self._carry_on(percept)

    # -- words -----------------------------------------------------------------------------------------

    def _answer(self, percept: Percept, seen: list[Sighting]) -> Decision:
        self._appraise(percept)
        moment = self._moment(percept, seen)
        self._heard[percept.speaker] += 1
        if max(_best(percept.intent)[1], _best(percept.action)[1]) < UNDERSTOOD:
            return self._ask_again(percept, moment)
        if moment.intent in self._behaviour.dismissals:
            self._standing = None
        choice = self._actions.choose(percept.action, self._drives(percept), default="idle")
        why, say = self._settle(choice, percept, moment)
        moment.emotion = self._feeling(percept, moment)
        self._begin(moment, percept.time, choice.p)
        say = say or self._speaker.line(moment.action, moment, self._variables(percept))
        alert = self._behaviour.actions[moment.action].alert
        target = percept.target or (self._danger(seen) if alert else None)
        heard = f"heard {_named(percept.intent)}, {_named(percept.tone, ' in tone')}"
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
        moment.cause = "words"
        if moment.wanted:
            moment.cause = "unwilling"
            return f"{asked}, but is unwilling ({choice.appeals[choice.wanted]:+.2f})", ""
        if moment.action == "refuse" and moment.intent in self._behaviour.pointing and percept.target is None:
            moment.cause = "absent"
            return f"heard {moment.intent} and sees nothing of the kind ({choice.p:.2f})", ""
        return f"heard {moment.intent or 'words'} ({choice.p:.2f})", ""

    def _ask_again(self, percept: Percept, moment: Moment) -> Decision:
        moment.cause, moment.action, moment.emotion = "unclear", "talk", "neutral"
        confidence = _best(percept.action)[1]
        self._begin(moment, percept.time, confidence)
        say = self._speaker.line("unclear", moment, self._variables(percept))
        why = f"did not understand (likeliest: {moment.intent or 'nothing'}) and asks again"
        return self._decide(percept, moment, confidence, None, say, why, ())

    def _appraise(self, percept: Percept) -> None:
        """Let the words and their tone move the mood and the relationship, each by its probability."""
        appraisals, bonds = self._behaviour.appraisals, self._behaviour.bonds
        relationship = self._relationships.setdefault(percept.speaker, Relationship())
        for probabilities, changes in ((percept.intent, bonds.intent), (percept.tone, bonds.tone)):
            for label, change in changes.items():
                p = probabilities.get(label, 0.0)
                if p >= UNDERSTOOD:
                    relationship.move(change, p)
        for probabilities, emotions in ((percept.intent, appraisals.intent), (percept.tone, appraisals.tone)):
            for label, emotion in emotions.items():
                p = probabilities.get(label, 0.0)
                if p >= UNDERSTOOD:
                    self._feel(emotion, p)

    # -- sights ----------------------------------------------------------------------------------------

    def _react(self, percept: Percept, seen: list[Sighting]) -> Decision | None:
        """Start a reflex at the most urgent sight; None where it is no news or calls for nothing."""
        for sighting in seen:
            if sighting.noticed or (self._reflex and not self._outranks(sighting, self._reflex.sighting)):
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
        if sighting.meaning in self._behaviour.sights:
            self._feel(self._behaviour.sights[sighting.meaning], sighting.p)
        choice = self._actions.choose(options, self._drives(percept), default="idle")
        action = self._behaviour.actions[choice.label]
        moment = self._moment(percept, seen)
        moment.action, moment.cause = choice.label, "reflex"
        moment.emotion = self._feeling(percept, moment)
        ends = float("inf") if action.alert else percept.time + action.lasts
        self._reflex = _Reflex(choice.label, moment.emotion, ends, sighting.p, sighting)
        if self._doing and self._behaviour.actions[self._doing.action].alert:
            return None
        self._doing = None
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
        doing = self._doing or self._reflex or self._standing
        if doing is None:
            moment.action, moment.emotion = "idle", self.mood.name
            idle = percept.action.get("idle", 0.0)
            return self._decide(percept, moment, idle, None, "", "has nothing to do", ())
        moment.action, moment.emotion = doing.action, doing.emotion
        place = doing.sighting.place if isinstance(doing, _Reflex) else None
        return self._decide(percept, moment, doing.confidence, place, "", "goes on", ())

    def _begin(self, moment: Moment, time: float, confidence: float) -> None:
        """Put the action that words set off in its layer; an order that stands replaces all others."""
        action = self._behaviour.actions[moment.action]
        doing = _Doing(moment.action, moment.emotion, time + action.lasts, confidence)
        if action.ongoing:
            self._doing, self._reflex, self._standing = None, None, doing
        else:
            self._doing = doing

    def _drop_what_is_over(self, percept: Percept) -> None:
        """Drop what ran out, what the game reports done, and reflexes whose cause is gone."""
        done = percept.state.get("done")

        def over(doing: _Doing) -> bool:
            return percept.time >= doing.ends or done is True or done == doing.action

        if self._doing and over(self._doing):
            self._doing = None
        elif self._standing and over(self._standing):
            self._standing = None
        reflex = self._reflex
        if reflex and (percept.time >= reflex.ends or percept.time - reflex.sighting.seen_at > CALM_AFTER):
            self._reflex = None

    # -- shared ----------------------------------------------------------------------------------------

    def _moment(self, percept: Percept, seen: list[Sighting]) -> Moment:
        return Moment(
            intent=_best(percept.intent)[0],
            tone=_best(percept.tone)[0],
            mood=self.mood.name,
            relationship=self.relationship(percept.speaker).name,
            sees=frozenset(name for s in seen for name in (s.phrase, s.meaning)),
            heard=self._heard[percept.speaker],
            state=percept.state,
        )

    def _drives(self, percept: Percept) -> dict[str, float]:
        shift = self.mood.shift
        mood = {"valence": shift.valence, "arousal": shift.arousal, "dominance": shift.dominance}
        if not percept.text:
            return mood
        return {**percept.tone, **mood, **self.relationship(percept.speaker).as_drives()}

    def _feeling(self, percept: Percept, moment: Moment) -> str:
        """The emotion shown: what the model proposes, or what goes with an action of the character's own."""
        felt = percept.emotion
        if moment.cause != "words" or not felt:
            felt = {self._behaviour.actions[moment.action].shows: 1.0}
        return self._emotions.choose(felt, self._drives(percept), default="neutral").label

    def _feel(self, emotion: str, intensity: float) -> None:
        """Move the mood; what the head can name is weighed by the character first."""
        if emotion in self._behaviour.emotions:
            emotion = self._emotions.choose({emotion: 1.0}, {}, default=emotion).label
        self.mood.feel(emotion, intensity)

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
            time=percept.time,
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
