"""The inside of a character: what all of its reactions decide with, and the steps that they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache

from npc.affect import Affect, Relationship
from npc.agenda import STEP_LASTS, Activity, Agenda
from npc.arbitration import Arbiter, Choice
from npc.asks import NOT_BEGUN
from npc.behaviour import Behaviour
from npc.card_review import awaited
from npc.circumstances import Day, Goals, faction_of, hour_of
from npc.conditions import TRACED, Condition, Moment, Speaker
from npc.conversation.things import listed
from npc.effects import QUEST
from npc.feelings import Feelings
from npc.language import mentions
from npc.language.plain import plain
from npc.language.senses import is_question
from npc.lookout import Lookout, Sighting
from npc.memory import Memory, Person
from npc.persona import Persona
from npc.quests import Reached
from npc.translations import Tongue, named_language
from npc.types import Decision, Detection, Effect, Percept, Target
from npc.variables import of_state

_THE_VERY_WORDS = 0.9  # likeness from which a question means what its examples only tell


class CharacterParts:
    """One card as it is played: persona, memory, feelings, what is under way, and a voice.

    Args:
        npc_id: its name in the game; with `seed` it seeds what is left to chance.
        memory: what it remembers of an earlier life, and will.
        agenda: what is under way; a standing order that the card forbids is dropped.
    """

    def __init__(
        self,
        persona: Persona,
        behaviour: Behaviour,
        npc_id: str,
        seed: int,
        memory: Memory,
        agenda: Agenda,
    ) -> None:
        traits = {trait: persona.traits.get(trait, 0.0) for trait in behaviour.traits}
        self.persona, self.behaviour, self.agenda, self._npc_id = persona, behaviour, agenda, npc_id
        self.memory = memory
        self.feelings = Feelings(behaviour, traits)
        self.actions = Arbiter(behaviour.actions, traits, persona.boundaries)
        self.lookout = Lookout(persona.meanings, behaviour, persona.steadiness)
        self.goals, self.day = Goals(persona.goals), Day(persona.schedule)
        plain = {**behaviour.lines, **behaviour.topics}
        self.speaker = Speaker(persona.lines, plain, f"{seed}/{npc_id}", behaviour.topics.keys(), persona.currency)
        self.events = {**behaviour.events, **persona.events}
        self.changes: tuple[Mapping[str, object] | None, frozenset[int]] = (None, frozenset())  # state, and barks that held
        self.exchanges: dict[str, int] = {}  # answers to another character since it last was silent for a while
        self._tongues: dict[str, Tongue] = {}
        self.language = ""  # that the game told last; empty: the card's own
        self.clock = 0.0  # the game's time of the percept at hand; percepts are on the clock of the character's life
        self._resume()

    def _resume(self) -> None:
        life = self.memory.life
        self.event = life.event  # the last one that the game told; each game that shares the memory tells its own
        self.speaker.resume(life.choices, life.said)
        if life.mood is not None:
            self.feelings.mood.now = Affect(*life.mood)
        if life.standing is not None and not self.may_do(life.standing.actions):
            life.standing = self.agenda.standing = None

    def note_life(self) -> None:
        """Bring the record of its life up to date, before that is kept."""
        life = self.memory.life
        life.mood = self.feelings.mood.now
        life.standing = self.agenda.standing_order(life.now)
        life.planned = tuple(self.agenda.planned)
        life.choices, life.said = self.speaker.state
        life.event = self.event

    def speak(self, state: Mapping[str, object]) -> None:
        """Speak the language that the game tells, from the next line on."""
        language = named_language(state) if self.persona.translations else ""
        self.language = language
        if language not in self._tongues:
            self._tongues = {language: Tongue(self.persona.translations, language)}  # a game speaks one, as a rule
        self.speaker.tongue = self._tongues[language]

    # -- what it may do, and begins ------------------------------------------------------------------------

    def may_do(self, actions: Sequence[str]) -> bool:
        """Whether all of them exist and none is forbidden: the card, or the game's labels, may have changed."""
        return all(a in self.behaviour.actions and a not in self.persona.boundaries for a in actions)

    def begin(self, moment: Moment, percept: Percept, confidence: float) -> str:
        """Put an action in its layer; an order that stands replaces all others. The name of the plan, if it is one."""
        name, steps = self._plan(moment)
        if steps:
            moment.action = steps[0]
        action = self.behaviour.actions[moment.action]
        lasts = min(action.lasts, STEP_LASTS) if steps else action.lasts
        doing = Activity(
            moment.action, moment.emotion, percept.time + lasts, confidence, percept.speaker, name, tuple(steps[1:])
        )
        if action.ongoing or steps:
            self.agenda.undertake(doing)
            self.memory.touch()
        else:
            self.agenda.begin(doing)
        return name

    def _plan(self, moment: Moment) -> tuple[str, Sequence[str]]:
        """The first plan that fits, and its steps; none where one of them is something it never does."""
        if moment.cause != "words":
            return "", ()
        for name, plan in (*self.persona.plans.items(), *self.behaviour.plans.items()):
            if plan.when.holds(moment) and self.may_do(plan.steps):
                return name, plan.steps
        return "", ()

    # -- what it goes by -----------------------------------------------------------------------------------

    def moment(
        self, percept: Percept, seen: list[Sighting], person: Person, event: str = "", speaker: str | None = None
    ) -> Moment:
        """What conditions may ask about; action and cause are still open."""
        speaker = percept.speaker if speaker is None else speaker
        memory, now = self.memory, percept.time
        return Moment(
            intent=self.understood(percept),
            tone=self.known(percept.tone),
            mood=self.feelings.mood.name,
            relationship=person.relationship.name,
            faction=self.faction(percept, speaker),
            goal=frozenset(self.goals.pursued(hour_of(percept.state))),
            sees=frozenset(name for s in seen for name in (s.phrase, s.meaning)),
            heard=person.heard,
            remembers=memory.recalls(speaker, now),
            did=memory.has_done(speaker, now),
            saw=memory.has_seen(now),
            promised=self.agenda.promised(speaker),
            event=event,
            told=person.told,
            state=percept.state,
            quests=person.quests,
        )

    def understood(self, percept: Percept) -> str:
        """What words are heard as: an intent of the card's own, or else one of the model's; empty where that is none."""
        return self.meant(percept) or self.known(percept.intent)

    def meant(self, percept: Percept) -> str:
        """The intent of the card's own that the words come near to; empty where that is none.

        One that only rules and steps ask for which do not hold now gives way to the next: "yes" to what is asked now.
        """
        if not self.persona.intents:
            return ""
        near = sorted(percept.knowledge.items(), key=lambda item: -item[1])
        for name, likeness in near:
            if likeness < self.behaviour.own_intents or name not in self.persona.intents:
                return ""
            if likeness < _THE_VERY_WORDS and is_question(plain(percept.text)) and not self._may_be_asked(name):
                continue  # "what was my hamster called?" does not tell that one was found
            if self._is_awaited(name, percept):
                return name
        return ""

    def _may_be_asked(self, intent: str) -> bool:
        return any(is_question(plain(example)) for example in self.persona.intents[intent])

    @cached_property
    def _awaited(self) -> dict[str, tuple[Condition, ...]]:
        return awaited(self.persona)

    def _is_awaited(self, intent: str, percept: Percept) -> bool:
        """Whether anything of the card could come of an intent now, by what the game tells and where quests stand."""
        asked = self._awaited.get(intent)
        if asked is None:
            return True
        person = self.memory.person(percept.speaker)
        moment = Moment(state=percept.state, quests=person.quests if person else {})
        return any(condition.holds(moment) for condition in asked)

    @cached_property
    def _own_names(self) -> frozenset[str]:
        card = self.persona
        facts = (name.replace("_", " ") for name in card.knowledge)
        return frozenset((card.name, *card.watch, *card.wares, *card.wants, *facts))

    def names_at_hand(self, watch: Sequence[Detection]) -> frozenset[str]:
        """Names of what may be spoken of here: of the card, and of what is watched for."""
        return _together(self._own_names, tuple(d.phrase for d in watch))

    def known(self, probabilities: Mapping[str, float]) -> str:
        """The likeliest label; empty where it is too unsure to go by."""
        label, p = best(probabilities)
        return label if p >= self.behaviour.understood else ""

    def relationship(self, speaker: str) -> Relationship:
        """What it thinks of somebody; of strangers nothing yet."""
        person = self.memory.person(speaker)
        return person.relationship if person else Relationship()

    def faction(self, percept: Percept, who: str) -> str:
        """The faction that the game tells of somebody: who speaks, or without words who did what happened."""
        return faction_of(percept.state) if who == percept.speaker or not percept.text else ""

    def introduce(self, who: str, percept: Percept) -> None:
        """Meet a stranger as one of its faction."""
        faction = self.faction(percept, who)
        if faction and self.memory.person(who) is None:
            self.memory.acquaint(who, percept.time).relationship = self.persona.factions.first_impression(faction)

    def choose(self, proposed: Mapping[str, float], percept: Percept) -> Choice:
        """The action that it would do of those proposed with their probabilities."""
        favours = self.goals.favours(hour_of(percept.state))
        return self.actions.choose(proposed, self.drives(percept), "idle", favours)

    def drives(self, percept: Percept) -> dict[str, float]:
        """What moves it beside its traits: the mood, and with words their tone and who speaks."""
        mood = self.feelings.drives()
        if not percept.text:
            return mood
        return {**percept.tone, **mood, **self.relationship(percept.speaker).as_drives()}

    def feeling(self, percept: Percept, moment: Moment) -> str:
        """The emotion shown: what the model proposes, or what goes with an action of the character's own."""
        felt = percept.emotion
        if moment.cause != "words" or not felt:
            felt = {self.behaviour.actions[moment.action].shows: 1.0}
        return self.feelings.shown(felt, self.drives(percept))

    def danger(self, seen: list[Sighting]) -> Target | None:
        """Where the most urgent danger is, for words that point nowhere ("help!")."""
        return next((s.place for s in seen if s.meaning in self.behaviour.reflexes), None)

    # -- what comes out ------------------------------------------------------------------------------------

    def variables(self, percept: Percept) -> dict[str, str]:
        """Values of the variables in lines: {target} is known only where the words name a watched phrase, {seen} where
        something is in view."""
        other = speaking_character(percept)
        player = other or percept.state.get("player") or percept.speaker
        variables = {**of_state(percept.state), "name": self.persona.name, "player": str(player)}
        if player == "player":
            variables["player"] = self.persona.calls_player
        if percept.text:
            named = (d.phrase for d in percept.watch if mentions(percept.text, d.phrase, plural=True))
            if phrase := next(named, ""):
                variables["target"] = phrase
        if self.persona.tells_what_it_sees and (in_view := [d for d in percept.watch if self.lookout.sees(d.phrase)]):
            variables["seen"] = listed(in_view)
        return variables

    def decide(
        self,
        moment: Moment,
        confidence: float,
        target: Target | None,
        line: str,
        why: str,
        trace: tuple[str, ...] = (),
        effects: tuple[Effect, ...] = (),
    ) -> Decision:
        """The decision on what stands in `moment`, with the effects of what is said; actions without a place on the frame get
        no target."""
        said, self.speaker.due = tuple(self.speaker.due), []
        for effect in said:
            self._move_quest(effect, moment)
        return Decision(
            npc=self._npc_id,
            time=self.clock,
            action=moment.action,
            emotion=moment.emotion,
            target=target if self.behaviour.actions[moment.action].target else None,
            line=line,
            confidence=confidence,
            reason=f"{self.persona.name} {why}: {moment.action}.",
            trace=trace,
            effects=(*effects, *said),
            line_id=self.speaker.id_of(line),
        )

    def _move_quest(self, effect: Effect, moment: Moment) -> None:
        """An effect may say that a step of a quest is reached."""
        quest, step = str(effect.values.get("quest", "")), str(effect.values.get("step", ""))
        known = self.persona.quests.get(quest) if effect.kind == QUEST else None
        if known is not None and (step in known.steps or step == NOT_BEGUN):
            moment.quests[quest] = step

    def reach(self, found: Reached, moment: Moment, variables: Mapping[str, str], speaker: str) -> None:
        """A step of a quest is reached: that is an effect, and it may have others."""
        self.speaker.due.append(found.effect(speaker))
        self.speaker.due += [consequence.effect(variables) for consequence in found.step.effects]
        moment.quests[found.quest] = found.name

    def weighed(self, choice: Choice, moment: Moment) -> tuple[str, ...]:
        """For the trace: the three best candidates, the goals that favour or disfavour them, what had the last word."""
        ranked = sorted(choice.utilities.items(), key=lambda item: -item[1])[:3]
        scored = [f"{label}: utility {u:.2f}, appeal {choice.appeals[label]:+.2f}" for label, u in ranked]
        for goal in (goal for name, goal in self.persona.goals.items() if name in moment.goal):
            served = ", ".join(f"{label} {goal.bonus(label):+.2f}" for label, _ in ranked if goal.bonus(label))
            scored += [f"goal: {goal.wants} ({served})"] if served else []
        return (*scored, *(f"{name}: {there}" for name in TRACED if (there := getattr(moment, name))))


@lru_cache(maxsize=256)
def _together(names: frozenset[str], phrases: tuple[str, ...]) -> frozenset[str]:
    return names.union(phrases)


def speaking_character(percept: Percept) -> str:
    """The name of who speaks, where the game tells that it is a character, too (`speaker_npc`: true or a name)."""
    told = percept.state.get("speaker_npc")
    return told if isinstance(told, str) else percept.speaker if told is True else ""


def best(probabilities: Mapping[str, float]) -> tuple[str, float]:
    """The likeliest label and its probability; ("", 0.0) of nothing."""
    return max(probabilities.items(), key=lambda item: item[1], default=("", 0.0))
