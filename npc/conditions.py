"""When something holds, and what is then said: conditions of rules and lines, the moment they ask about, and the speaker.

A new condition is one entry of `Condition`. What it asks for, how it is checked, linted, explained and shown in the trace is
declared with it; an entry that leaves this out raises when the module is imported.
"""

from __future__ import annotations

import random
import re
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from npc.asks import Asks, any_of, as_long, below, comparable, either, entries, none_of, one, stands
from npc.currency import COIN, counted, priced
from npc.effects import TAG, Consequences, Tags
from npc.line_ids import LineId, derived_id
from npc.translations import own
from npc.types import Effect
from npc.variables import STATE, checked, filled, names_in, said

Once: TypeAlias = Literal["ever", "visit"]


@dataclass(slots=True)
class Moment:
    """What a condition may ask about. An empty string means: nothing of the kind."""

    intent: str = ""
    tone: str = ""
    action: str = ""  # what the character does
    wanted: str = ""  # what was asked of it, where it does something else
    emotion: str = ""
    mood: str = ""
    faction: str = ""  # of who speaks, or did what happened
    relationship: str = ""  # acquaintance, friend, foe or feared: who speaks
    cause: str = ""  # words, boundary, unwilling, rule, absent, unable, unknown, unclear, …
    sees: frozenset[str] = frozenset()  # phrases and meanings of what is in view
    heard: int = 0  # how often this speaker has spoken to it before
    away: float | None = None  # seconds since this speaker last said something; None: never before
    remembers: frozenset[str] = frozenset()  # what this speaker has done before: intents and events
    did: frozenset[str] = frozenset()  # what the character did for this speaker before: actions
    saw: frozenset[str] = frozenset()  # phrases that it has seen before
    goal: frozenset[str] = frozenset()  # goals of its card that matter now
    promised: str = ""  # what it is doing on this speaker's word
    knows: str = ""  # the fact of its card that answers the question asked
    event: str = ""  # what the game has just told to have happened
    told: Mapping[Once, set[str]] = field(default_factory=lambda: {"ever": set(), "visit": set()})
    state: Mapping[str, object] = field(default_factory=dict)
    quests: dict[str, str] = field(default_factory=dict)  # where this person's quests stand; of those begun

    @property
    def itself(self) -> Moment:
        """What conditions within conditions ask about."""
        return self


def _one_or_many(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Labels = Annotated[tuple[str, ...], BeforeValidator(_one_or_many, json_schema_input_type=str | list[str])]
Told = Annotated[str | bool | int | float, AfterValidator(comparable)]


class Condition(BaseModel):
    """Holds when everything that it states is so; each entry is one label or a list of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    intent: Annotated[
        Labels, Asks(one, "the likeliest intent of what the player said is (one of) these", names="intents", weight=2)
    ] = ()  # what was said counts twice: thanks want an answer to thanks, in whatever mood
    tone: Annotated[Labels, Asks(one, "the likeliest tone of what the player said is (one of) these", names="tones")] = ()
    action: Annotated[Labels, Asks(one, "the character is about to do this (rules), does this (lines)", names="actions")] = ()
    wanted: Annotated[Labels, Asks(one, "it was asked for this and does something else", names="actions")] = ()
    emotion: Annotated[Labels, Asks(one, "the emotion that it shows now", names="emotions")] = ()
    mood: Annotated[Labels, Asks(one, "`happy`, `angry`, `afraid`, `sad` or `neutral`", names="moods", traced=4)] = ()
    relationship: Annotated[
        Labels,
        Asks(
            one,
            "who speaks is an `acquaintance`, a `friend`, a `foe` or `feared`",
            names="relationships",
            traced=5,
        ),
    ] = ()
    faction: Annotated[
        Labels,
        Asks(
            one,
            "who speaks is of (one of) these [factions](#goals-factions-and-the-day), as the game tells",
            names="factions",
            traced=2,
        ),
    ] = ()
    cause: Annotated[
        Labels,
        Asks(
            one,
            "`words`, `boundary`, `unwilling`, `rule`, `absent` (a thing asked for is not in view), `unable` (see `requires`), "
            "`unknown` (a question that it cannot answer), `unclear`, `reflex`, `event`, `plan`, `quest`, `change`",
            names="causes",
            traced=3,
        ),
    ] = ()
    promised: Annotated[
        Labels,
        Asks(one, "it is doing this on the speaker's word: `follow`, `stay`, `go_to` or a plan", names="promises"),
    ] = ()
    event: Annotated[Labels, Asks(one, "what the game has just told to have happened", names="events")] = ()
    knows: Annotated[
        Labels, Asks(one, "what was asked is answered by this fact of its `knowledge`", names="facts", traced=1)
    ] = ()
    sees: Annotated[Labels, Asks(any_of, "a phrase or meaning of the watch list is in view")] = ()
    remembers: Annotated[
        Labels,
        Asks(
            any_of,
            "the speaker has done this before: an intent (`insult`) or an event (`attacked`)",
            names="intents and events",
        ),
    ] = ()
    did: Annotated[Labels, Asks(any_of, "the character has done this for the speaker before: an action", names="actions")] = ()
    saw: Annotated[Labels, Asks(any_of, "it remembers seeing this phrase of the watch list")] = ()
    goal: Annotated[Labels, Asks(any_of, "this goal of the card matters now", names="goals")] = ()
    heard_below: Annotated[
        int | None,
        Asks(below, "this speaker has said fewer than n things to it before", of="heard", written="heard_below: n"),
    ] = None
    away: Annotated[
        float | None, Asks(as_long, "the speaker has said nothing for s seconds, but did before", written="away: s")
    ] = None
    state: Annotated[
        dict[str, Told],
        Asks(
            entries,
            'the game sent this in the observation\'s `state`; `">= 10"` (`<=`, `<`, `>`) compares numbers, '
            '`"!= x"` is any other',
            written="state: {key: value}",
        ),
    ] = {}
    quest: Annotated[
        dict[str, Labels],
        Asks(
            stands,
            "this [quest](#quests-and-barks) stands at (one of) these steps; `none`: it has not begun",
            of="quests",
            written="quest: {name: step}",
        ),
    ] = {}
    not_: Annotated[
        Condition | None, Field(alias="not"), Asks(none_of, "this condition does not hold", of="itself", written="not: {…}")
    ] = None
    any: Annotated[
        tuple[Condition, ...],
        Field(max_length=20),
        Asks(either, "one of these conditions holds", of="itself", written="any: [{…}, …]"),
    ] = ()

    @cached_property
    def _asked(self) -> dict[str, Any]:
        """The entries that it states."""
        fields = type(self).model_fields
        return {name: said for name in ASKS if (said := getattr(self, name)) != fields[name].default}

    @cached_property
    def _tests(self) -> tuple[tuple[str, Callable[[Any], bool]], ...]:
        return tuple((ASKS[name].of or name, ASKS[name].test(said)) for name, said in self._asked.items())

    @cached_property
    def specificity(self) -> int:
        """How many things it asks for: the more specific line or rule comes first."""
        return sum(ASKS[name].weight * _size(said) for name, said in self._asked.items())

    def holds(self, moment: Moment) -> bool:
        """Is everything that this condition states true of `moment`?"""
        return all(test(getattr(moment, of)) for of, test in self._tests)


def _size(said: Any) -> int:
    return len(said) if isinstance(said, dict) else 1


def asks_of(condition: type[BaseModel]) -> dict[str, Asks]:
    """What each entry of a condition asks.

    Raises:
        TypeError: an entry declares nothing, or asks for what no moment has: it would hold always, and nobody would notice.
    """
    found: dict[str, Asks] = {}
    for name, entry in condition.model_fields.items():
        asks = next((told for told in entry.metadata if isinstance(told, Asks)), None)
        if asks is None:
            raise TypeError(f"{condition.__name__}.{name} says nothing of what it asks: declare it with `Asks`")
        if not hasattr(Moment, asks.of or name):
            raise TypeError(f"{condition.__name__}.{name} asks for `{asks.of or name}`, which `Moment` has not")
        found[name] = asks
    return found


ASKS = asks_of(Condition)
TRACED = tuple(sorted((name for name, asks in ASKS.items() if asks.traced), key=lambda name: ASKS[name].traced))


# -- what is said --------------------------------------------------------------------------------------------


_TAKEN_UP = frozenset({"question", "asked", "said", "detail"})  # words of the speaker, turned round (`npc.language.echo`)
_BACK = 2  # lines after a question of its own in which it rather asks none


_PASSING = frozenset({"intent", "tone", "action", "wanted", "emotion", "mood", "cause", "event"})


class Line(Condition):
    """Something to say, and when. In YAML a plain string is a line that always fits."""

    say: str = Field(max_length=500)
    once: Once | None = None  # said to a person once for ever, or once a visit
    effects: Consequences = ()  # what the game has to carry out when it is said
    tags: Tags = ()  # of the line, for the game: a gesture, a camera
    id: LineId | None = None  # what it is called in translation tables and voice-over files; left out: named by its words

    @model_validator(mode="before")
    @classmethod
    def _from_string(cls, value: Any) -> Any:
        return {"say": value} if isinstance(value, str) else value

    @field_validator("say")
    @classmethod
    def _knows_its_variables(cls, say: str) -> str:
        return checked(say)

    @cached_property
    def line_id(self) -> str:
        """What it is called (`npc.line_ids`)."""
        return self.id or derived_id(self.say)

    @cached_property
    def confides(self) -> bool:
        """Whether it asks for more than what passes: for a friend, for a quest that is done, for what the game tells."""
        return not _PASSING.issuperset(self._asked)

    @cached_property
    def variables(self) -> frozenset[str]:
        """Names in braces; a line is said only where all of them are known."""
        return names_in(self.say)

    @cached_property
    def specificity(self) -> int:
        """A line that names what the game tells, or what was said, asks for it."""
        taken_up = sum(name.startswith(STATE) or name in _TAKEN_UP for name in self.variables)
        return super().specificity + taken_up + ("detail" in self.variables)

    def spoken(self, variables: Mapping[str, str], words: str = "") -> str:
        """The line, or `words` in its place, with the variables filled in and the first letter large."""
        fill = filled if words else said
        text = fill(_OPENS.sub(lambda found: _capital(variables.get(found[1], "")), words or self.say), variables)
        return text[:1].upper() + text[1:]


_OPENS = re.compile(r"(?<=[.!?] )\{(\w+)\}")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _many(value: Any) -> Any:
    return (value,) if isinstance(value, (str, dict)) else value


Said: TypeAlias = str | Line
Lines = Annotated[tuple[Line, ...], BeforeValidator(_many, json_schema_input_type=Said | list[Said])]


# A line is not said again while it is among the last few, as long as there is another that fits.
_REMEMBERED = 10
_TOLD = 512  # lines with `once` that are kept of a person: a game may bring ever new cards, a memory has its bounds


class Speaker:
    """Chooses lines for one character.

    Among the lines that fit, those that ask for most come first (storylet saliency, as in Ink and Yarn
    Spinner); what was said lately gives way to what was not, then to the line said longest ago.
    """

    def __init__(
        self,
        lines: Mapping[str, Sequence[Line]],
        fallback: Mapping[str, Sequence[Line]],
        seed: str,
        mixed: Collection[str] = (),
        currency: str = COIN,
    ) -> None:
        self._lines, self._currency = lines, currency
        self.tongue = own()  # of whom it speaks to, from the next line on
        self._fallback = fallback
        self._mixed = frozenset(mixed)  # of which plain lines are said, too, rather than the card's own once more
        self._seed = seed
        self._said: deque[str] = deque(maxlen=_REMEMBERED)
        self._choices = 0
        self.due: list[Effect] = []  # of what was said since the last decision
        self._last = ("", "")  # the line chosen last, as it is said, and its id

    @property
    def state(self) -> tuple[int, tuple[str, ...]]:
        """How often it has chosen, and the last lines: with these another speaker goes on where this one stopped."""
        return self._choices, tuple(self._said)

    def resume(self, choices: int, said: Sequence[str]) -> None:
        """Go on where another speaker with the same seed stopped; see `state`."""
        self._choices = choices
        self._said.extend(said)

    def line(self, key: str, moment: Moment, variables: Mapping[str, str]) -> str:
        """A line under `key` (an action or `unclear`); empty where none fits.

        A plain line comes where the card has none that fits; in conversation also where it has said lately all that do.
        """
        own, plain = self._lines.get(key, ()), self._fallback.get(key, ())
        stale = key in self._mixed and not self.has_fresh(own, moment, variables) and self.has_fresh(plain, moment, variables)
        return (not stale and self._choose(own, moment, variables)) or self._choose(plain, moment, variables)

    def one_of(self, lines: Sequence[Line], moment: Moment, variables: Mapping[str, str]) -> str:
        """A line out of `lines`, such as those of a rule; empty where none fits."""
        return self._choose(lines, moment, variables)

    def confided(self, lines: Sequence[Line], moment: Moment, variables: Mapping[str, str]) -> Sequence[Line]:
        """Of a fact's lines those for whom it now trusts, or that came about, where there are any: a secret that is out is not
        denied by what strangers hear."""
        open_now = [line for line in lines if line.confides and self._fits(line, moment, variables)]
        return open_now or lines

    def has_fresh(self, lines: Sequence[Line], moment: Moment, variables: Mapping[str, str]) -> bool:
        """Whether one of the lines that fit was not said lately."""
        return any(line.say not in self._said and self._fits(line, moment, variables) for line in lines)

    def is_stale(self, key: str, moment: Moment, variables: Mapping[str, str]) -> bool:
        """Whether all that could be said under `key` was said lately."""
        return not any(self.has_fresh(of.get(key, ()), moment, variables) for of in (self._lines, self._fallback))

    def id_of(self, said: str) -> str:
        """The id of the line chosen last, where that is what is said; empty where words were put together of several."""
        return self._last[1] if said and said == self._last[0] else ""

    def _choose(self, lines: Sequence[Line], moment: Moment, variables: Mapping[str, str]) -> str:
        fitting = [line for line in lines if self._fits(line, moment, variables)]
        if not fitting:
            return ""
        fresh = [line for line in fitting if line.say not in self._said]
        if fresh:
            most = max(line.specificity for line in fresh)
            best = [line for line in fresh if line.specificity == most]
            if any(said.endswith("?") for said in list(self._said)[-_BACK:]):  # nobody likes to be questioned
                best = [line for line in best if not line.say.endswith("?")] or best
            # Seeded for each choice: a few bytes of state, where a generator's own would fill a save file.
            chosen = random.Random(f"{self._seed}/{self._choices}").choice(best)
            self._choices += 1
        else:
            chosen = min(fitting, key=lambda line: self._said.index(line.say))
            self._said.remove(chosen.say)
        self._said.append(chosen.say)
        if chosen.once is not None and len(moment.told[chosen.once]) < _TOLD:
            moment.told[chosen.once].add(chosen.say)
        self.due += [consequence.effect(variables) for consequence in chosen.effects]
        self.due += [Effect(TAG, {"name": tag}) for tag in chosen.tags]
        words = self.tongue.line(chosen.line_id, chosen.variables)
        if words or self._currency == COIN:
            said = chosen.spoken(self.tongue.named(variables) if words else variables, words)
        else:
            said = counted(
                chosen.model_copy(update={"say": priced(chosen.say, self._currency)}).spoken, variables, self._currency
            )
        self._last = said, chosen.line_id
        return said

    @staticmethod
    def _fits(line: Line, moment: Moment, variables: Mapping[str, str]) -> bool:
        if line.once is not None and line.say in moment.told[line.once]:
            return False
        return all(variables.get(name) for name in line.variables) and line.holds(moment)  # no line has a gap for a name
