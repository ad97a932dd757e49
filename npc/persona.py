"""Persona cards: who a character is, as data."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    field_validator,
    model_serializer,
    model_validator,
)

from npc.behaviour import EventCfg, Plan
from npc.card_faults import did_you_mean, entry_fault, place_of, problem_fault, value_fault
from npc.card_file import CardFile, Where, cards_in, shown
from npc.circumstances import Factions, Goal, Occupation
from npc.conditions import Condition, Line, Lines, Told
from npc.conversation.stall import Ware
from npc.effects import Consequences
from npc.errors import PersonaError
from npc.lore import Fact, Questions
from npc.picture_file import PictureFile, Unfit, read_picture
from npc.quests import Bark, Name, Quest, Step
from npc.steadiness import FilterCfg, Steadiness
from npc.text import valid
from npc.translations import Translations, load_tables
from npc.vocabulary import Action, Avoidable, Meaning, SpokenWith, TraitName, excesses, misfits

_SHIPPED = Path(__file__).with_name("characters")
_ASSISTANTS = Path(__file__).with_name("assistants")
_SHOWN = 200  # faults of one card
MOST_INTENTS, MOST_QUESTS = 200, 200  # of a card


def _many(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Trait = Annotated[float, Field(ge=-1, le=1)]
WareName = Annotated[str, Field(min_length=1, max_length=60)]
Priced = Annotated[Ware, BeforeValidator(lambda value: value, json_schema_input_type=int | Ware)]
Worth = Annotated[int, Field(ge=0, le=1_000_000)]


def _are_words(text: str) -> str:
    if not all(c.isalpha() or unicodedata.category(c).startswith("M") or c in " -'’" for c in text) or text != text.strip():
        raise ValueError("`currency` is one or a few words, without figures or signs; write e.g. `currency: dollar`")
    return text


class Rule(BaseModel):
    """When the condition holds of what was said and what it would do, it does `do` instead.

    The first rule that holds wins. `because` is for the designer who reads the reason, `say` for the player;
    without `say` the lines of the action are used.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: Condition
    do: Action
    because: str = Field(min_length=1)
    say: Lines = ()
    effects: Consequences = ()


class Voice(BaseModel):
    """How it sounds where a voice process speaks its lines."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    file: str = Field(default="", max_length=100)
    """A voice file's name in the folder that the voice process was given; the shipped voice if left out."""
    speaker: int = Field(default=0, ge=0, le=9999)
    """Which speaker of a file that has several."""
    pitch: float = Field(default=1.0, ge=0.6, le=1.6)
    """How high it speaks: 0.8 is a big man, 1.3 a child."""
    rate: float = Field(default=1.0, ge=0.5, le=2.0)
    """How fast it speaks."""
    volume: float = Field(default=1.0, ge=0.1, le=1.5)
    """How loud it speaks."""

    @field_validator("file")
    @classmethod
    def _is_a_name(cls, file: str) -> str:
        if Path(file).name != file or file in {".", ".."} or "\\" in file:
            raise ValueError("`file` is the name of a voice file; leave the path out, and give its folder to the voice process")
        return file


class Watched(BaseModel):
    """What a phrase of the watch list means to the character, and what it looks like. In YAML a word alone is its meaning."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    means: Meaning | None = None
    """What it means to the character; nothing where it is left out."""
    looks: Annotated[tuple[PictureFile, ...], BeforeValidator(_many, json_schema_input_type=str | list[str])] = Field(
        default=(), max_length=8
    )
    """Pictures of it: files in the card's folder, or in folders below it."""

    @model_validator(mode="before")
    @classmethod
    def _from_meaning(cls, value: Any) -> Any:
        return {"means": value} if isinstance(value, str) else value

    @model_serializer(mode="wrap")
    def _to_meaning(self, whole: SerializerFunctionWrapHandler) -> Any:
        return whole(self) if self.looks or self.means is None else self.means


WatchedFor = Annotated[Watched, BeforeValidator(lambda value: value, json_schema_input_type=str | Watched)]


class Persona(BaseModel):
    """One character card. Everything but the name may be left out."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    name: str = Field(min_length=1, max_length=80)
    """What it is called; `{name}` in lines."""
    role: str = Field(default="", max_length=80)
    """What it is, in a few words: `ferrywoman`, `mechanic on a freighter`. Who asks who it is, or what it does, is told so."""
    currency: Annotated[str, AfterValidator(_are_words)] = Field(default="coin", min_length=1, max_length=30)
    """One of what its prices are counted in: `dollar`."""
    looks: str = ""
    """How it looks, for people who read the card."""
    backstory: str = ""
    """Where it comes from, for people who read the card."""
    speech: str = ""
    """How it speaks, for people who write its lines."""
    voice: Voice = Voice()
    """How it sounds where its lines are spoken aloud."""
    calls_player: str = "traveller"
    """`{player}` in lines, until the game tells a name."""
    traits: dict[TraitName, Trait] = {}
    """Its nature: each from -1 to 1, 0 where left out."""
    goals: dict[str, Goal] = Field(default={}, max_length=20)
    """What it is after, each under a name of the author's choice."""
    factions: Factions = Factions()
    """Whom it belongs to, and what it thinks of others before it knows them."""
    boundaries: dict[Avoidable, Lines] = {}
    """Actions that it never takes, and why, in its own words."""
    requires: dict[Avoidable, Condition] = {}
    """What must hold for an action, or it is not able to."""
    watch: dict[str, WatchedFor] = {}
    """Phrases that it looks out for, what they mean to it, and what they look like."""
    reactions: dict[str, Action] = {}
    """What it does at the sight of a phrase or meaning, without a word being said."""
    steadiness: Steadiness = {}
    """How steadily it sees: changes the entries of `behaviour.yaml`; `off`: each frame stands for itself."""
    rules: tuple[Rule, ...] = ()
    """The first that holds decides."""
    plans: dict[str, Plan] = {}
    """Actions of several steps; tried before the common ones."""
    lines: dict[SpokenWith, Lines] = {}
    """What it says with an action, or where it has not understood (`unclear`), or does not know (`unknown`)."""
    knowledge: dict[str, Fact] = Field(default={}, max_length=100)
    """What it knows, each under a name of the author's choice."""
    wares: dict[WareName, Priced] = Field(default={}, max_length=100)
    """What it sells, and for how many coins."""
    wants: dict[WareName, Worth] = Field(default={}, max_length=100)
    """What it takes in exchange, and what that is worth to it in coins."""
    schedule: tuple[Occupation, ...] = Field(default=(), max_length=48)
    """What it does at an hour of the day when nothing else is asked of it; the first that is possible."""
    state: dict[str, Told] = Field(default={}, max_length=64)
    """What holds of the game's state until the game tells otherwise."""
    intents: dict[Name, Questions] = Field(default={}, max_length=MOST_INTENTS)
    """Intents of its own, each by a few examples of what players say; others with the same meaning are understood too."""
    events: dict[Name, EventCfg] = Field(default={}, max_length=40)
    """Events of its own that the game may tell, beside the common ones: how they feel, and what it does about them."""
    barks: tuple[Bark, ...] = Field(default=(), max_length=100)
    """What it says of its own accord when something that the game tells becomes so."""
    quests: dict[Name, Quest] = Field(default={}, max_length=MOST_QUESTS)
    """Quests, each a row of steps that it and somebody go through."""
    translations: Translations = {}
    """Its lines in other languages: language, line id, words; tables beside the card are easier to keep."""
    card: str = Field(default="", max_length=200)
    """The shared card that it was imported from, a file beside this one."""

    @cached_property
    def meanings(self) -> dict[str, str]:
        """The phrases of its watch list that mean something to it, and what."""
        return {phrase: watched.means for phrase, watched in self.watch.items() if watched.means is not None}

    @cached_property
    def questions(self) -> tuple[str, ...]:
        """Everything that words are compared with, in the order of `asked`."""
        return tuple(question for asked in self.asked.values() for question in asked)

    @cached_property
    def asked(self) -> dict[str, tuple[str, ...]]:
        """Facts and intents of its own -> the questions and examples that words are compared with."""
        return {**{name: fact.asked for name, fact in self.knowledge.items()}, **self.intents}

    @cached_property
    def further(self) -> dict[str, tuple[str, str]]:
        """What may be asked further, each under a name of its own -> the fact, and the entry of its `further`."""
        return {f"{name}: {key}": (name, key) for name, fact in self.knowledge.items() for key in fact.asked_further}

    @cached_property
    def asked_further(self) -> dict[str, tuple[str, ...]]:
        """The same names -> the questions that words are compared with."""
        return {name: self.knowledge[fact].asked_further[key] for name, (fact, key) in self.further.items()}

    @cached_property
    def questions_further(self) -> tuple[str, ...]:
        """All of them, in that order."""
        return tuple(question for asked in self.asked_further.values() for question in asked)

    @cached_property
    def tells_what_it_sees(self) -> bool:
        """Whether any of its words ask for what is in view: else nobody need list that with each line."""
        return "{seen}" in self.model_dump_json()

    @cached_property
    def places(self) -> tuple[str, ...]:
        """The things and places of its schedule, to be watched for."""
        return tuple(dict.fromkeys(entry.at for entry in self.schedule if entry.at))

    @field_validator("card")
    @classmethod
    def _lies_beside(cls, card: str) -> str:
        if Path(card).name != card or card in {".", ".."}:
            raise ValueError("`card` is the name of a file in the same directory; leave the path out")
        return card


def characters() -> list[str]:
    """Names of the characters that ship with the package, for `load_persona`."""
    return sorted(cards_in(_SHIPPED))


def assistants() -> list[str]:
    """Names of the assistants that ship with the package, for `load_persona`: they help with the game itself."""
    return sorted(cards_in(_ASSISTANTS))


def load_persona(name_or_path: str | Path, called: str = "") -> Persona:
    """Read a card.

    Args:
        name_or_path: a name out of `characters()` or `assistants()`, or the path of a YAML file, with or without its ending.
        called: how faults name the file, where its path is nobody else's business.

    Raises:
        PersonaError: no such card (`persona_unknown`), or a fault in it, with file, line and fix.
    """
    path = card_path(name_or_path)
    persona = _read(CardFile.read(path, called))
    tables = load_tables(path, private=bool(called))
    both = {
        language: {**persona.translations.get(language, {}), **tables.get(language, {})}
        for language in {**persona.translations, **tables}
    }
    return persona.model_copy(update={"translations": both})


def persona_from(card: dict[str, Any]) -> Persona:
    """A persona from a card that is data already, such as one that a game sends.

    Raises:
        PersonaError: naming the entry at fault and the fix.
    """
    return _read(CardFile.sent(card))


def faults(name_or_path: str | Path) -> list[PersonaError]:
    """Every fault of a card in the order of its lines (of very many the first 200); empty where there is none."""
    try:
        card = CardFile.read(card_path(name_or_path))
    except PersonaError as error:
        return [error]
    check = _Check(card)
    found = sorted((*check.faults(), *check.unfit_pictures(card_path(name_or_path).parent)), key=lambda fault: fault[0])
    shown = [make() for _, make in found[:_SHOWN]]
    if len(found) > _SHOWN:
        shown.append(PersonaError("persona_value", f"{card.name}: {len(found) - _SHOWN} more faults.", "Correct these first."))
    return shown


def card_path(name_or_path: str | Path) -> Path:
    """The file of a card.

    Args:
        name_or_path: as for `load_persona`. A name in NFC finds a file whose name the system keeps otherwise.

    Raises:
        PersonaError: `persona_unknown`.
    """
    shipped = {**cards_in(_SHIPPED), **cards_in(_ASSISTANTS)}
    if name_or_path in shipped:
        return shipped[str(name_or_path)]
    path = Path(name_or_path)
    if path.is_file():
        return path
    beside = cards_in(path.parent)
    for other in beside.values():
        if valid(other.name) == valid(path.name):
            return other
    if valid(path.name) in beside:
        return beside[valid(path.name)]
    raise PersonaError(
        "persona_unknown",
        f"There is no persona `{shown(str(name_or_path), 400)}`.",
        f"{did_you_mean(str(name_or_path), shipped)}Give the path of a YAML card or one of: {', '.join(sorted(shipped))}.",
    )


def _read(card: CardFile) -> Persona:
    """The persona of a card; its first fault is raised, and of the others no more is made than needed to know of them."""
    check = _Check(card)
    for _, make in check.faults():
        raise make()
    assert check.persona is not None
    return check.persona


class _Check:
    """A card is looked at; afterwards `persona` is what it makes, where it has the right shape."""

    def __init__(self, card: CardFile) -> None:
        self._card = card
        self._told: set[Where] = set()
        self.persona: Persona | None = None

    def faults(self) -> Iterator[tuple[int, Callable[[], PersonaError]]]:
        """The line of each fault and what makes a sentence of it; the cheapest first, and one for each place."""
        card = self._card
        for problem in card.problems:
            self._told.add(problem.where)
            yield problem.line or self._line(problem.where), partial(problem_fault, card, problem)
        for where, message, fix in excesses(card.data):
            if self._is_new(where):
                yield self._line(where), partial(value_fault, card, where, message, fix)
        try:
            self.persona = Persona.model_validate(card.data)
        except ValidationError as error:
            for found in error.errors(include_url=False):
                where = place_of(card.data, found["loc"])
                if found["type"] == "missing" or self._is_new(where):
                    yield self._line(where), partial(entry_fault, card, found, where, _fields_at(where[:-1]))
        for where, message, fix in misfits(card.data):
            if self._is_new(where):
                yield self._line(where), partial(value_fault, card, where, message, fix)

    def unfit_pictures(self, folder: Path) -> Iterator[tuple[int, Callable[[], PersonaError]]]:
        """A fault for each picture of the watch list that nobody could be shown."""
        for phrase, watched in self.persona.watch.items() if self.persona else ():
            for name in watched.looks:
                if isinstance(read := read_picture(folder, name), Unfit):
                    where: Where = ("watch", phrase, "looks")
                    message = f"the picture `{shown(name)}` {read.why}"
                    yield self._line(where), partial(value_fault, self._card, where, message, read.fix)

    def _is_new(self, where: Where) -> bool:
        if any(where[:n] in self._told for n in range(len(where) + 1)):
            return False
        self._told.add(where)
        return True

    def _line(self, where: Where) -> int:
        place = self._card.place(where)
        return place.line if place else 0


def _fields_at(where: Where) -> tuple[str, ...]:
    """The entries that there may be at a place of a card."""
    model: type[BaseModel] = Persona
    if "say" in where or (where and where[0] in {"lines", "boundaries"}):
        model = Line
    elif not {"when", "not", "any"}.isdisjoint(where) or (where and where[0] == "requires"):
        model = Condition
    elif where and where[0] == "quests":
        model = Step if "steps" in where else Quest
    elif where:
        model = _WITHIN.get(str(where[0]), Persona)
    return tuple(field.alias or name for name, field in model.model_fields.items())


_WITHIN: dict[str, type[BaseModel]] = {
    "rules": Rule,
    "events": EventCfg,
    "barks": Bark,
    "goals": Goal,
    "knowledge": Fact,
    "schedule": Occupation,
    "plans": Plan,
    "factions": Factions,
    "steadiness": FilterCfg,
    "watch": Watched,
    "voice": Voice,
}
