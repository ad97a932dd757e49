"""Persona cards: who a character is, as data."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from npc.behaviour import Plan, load_behaviour
from npc.card_file import CardFile, check_known, did_you_mean
from npc.circumstances import Factions, Goal, Occupation
from npc.conditions import Condition, Lines
from npc.errors import PersonaError
from npc.steadiness import Steadiness
from npc.vocabulary import unknown_labels

_SHIPPED = Path(__file__).with_name("characters")


def _many(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _known_trait(name: str) -> str:
    check_known([name], load_behaviour().traits, "trait")
    return name


Question = Annotated[str, Field(min_length=1, max_length=200)]
Questions = Annotated[tuple[Question, ...], BeforeValidator(_many, json_schema_input_type=str | list[str])]
TraitName = Annotated[str, AfterValidator(_known_trait)]
Trait = Annotated[float, Field(ge=-1, le=1)]


class Rule(BaseModel):
    """When the condition holds of what was said and what it would do, it does `do` instead.

    The first rule that holds wins. `because` is for the designer who reads the reason, `say` for the player;
    without `say` the lines of the action are used.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: Condition
    do: str
    because: str = Field(min_length=1)
    say: Lines = ()


class Fact(BaseModel):
    """Something that a character knows, and the questions that it answers."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    asked: Questions = Field(min_length=1, max_length=8)
    """Questions as players might ask them; others with the same meaning are understood too."""
    say: Lines = Field(min_length=1)
    """What it answers."""


class Persona(BaseModel):
    """One character card. Everything but the name may be left out."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    name: str = Field(min_length=1, max_length=80)
    """What it is called; `{name}` in lines."""
    looks: str = ""
    """How it looks, for people who read the card."""
    backstory: str = ""
    """Where it comes from, for people who read the card."""
    speech: str = ""
    """How it speaks, for people who write its lines."""
    calls_player: str = "traveller"
    """`{player}` in lines, until the game tells a name."""
    traits: dict[TraitName, Trait] = {}
    """Its nature: each from -1 to 1, 0 where left out."""
    goals: dict[str, Goal] = Field(default={}, max_length=20)
    """What it is after, each under a name of the author's choice."""
    factions: Factions = Factions()
    """Whom it belongs to, and what it thinks of others before it knows them."""
    boundaries: dict[str, Lines] = {}
    """Actions that it never takes, and why, in its own words."""
    requires: dict[str, Condition] = {}
    """What must hold for an action, or it is not able to."""
    watch: dict[str, str] = {}
    """Phrases that it looks out for, and what they mean to it."""
    reactions: dict[str, str] = {}
    """What it does at the sight of a phrase or meaning, without a word being said."""
    steadiness: Steadiness = {}
    """How steadily it sees: changes the entries of `behaviour.yaml`; `off`: each frame stands for itself."""
    rules: tuple[Rule, ...] = ()
    """The first that holds decides."""
    plans: dict[str, Plan] = {}
    """Actions of several steps; tried before the common ones."""
    lines: dict[str, Lines] = {}
    """What it says with an action, or where it has not understood (`unclear`), or does not know (`unknown`)."""
    knowledge: dict[str, Fact] = Field(default={}, max_length=100)
    """What it knows, each under a name of the author's choice."""
    schedule: tuple[Occupation, ...] = Field(default=(), max_length=48)
    """What it does at an hour of the day when nothing else is asked of it; the first that is possible."""
    card: str = Field(default="", max_length=200)
    """The shared card that it was imported from, a file beside this one."""

    @cached_property
    def questions(self) -> tuple[str, ...]:
        """Every question of its knowledge, in the order of the facts."""
        return tuple(question for fact in self.knowledge.values() for question in fact.asked)

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

    @field_validator("watch")
    @classmethod
    def _meanings_exist(cls, watch: dict[str, str]) -> dict[str, str]:
        check_known(watch.values(), load_behaviour().meanings, "meaning")
        return watch

    @field_validator("boundaries", "requires")
    @classmethod
    def _leave_a_way_out(cls, actions: dict[str, Any]) -> dict[str, Any]:
        check_known(actions, load_behaviour().actions, "action")
        for action in ("idle", "refuse"):
            if action in actions:
                raise ValueError(f"`{action}` must stay possible: it is what a character does instead")
        return actions

    @field_validator("lines")
    @classmethod
    def _lines_have_actions(cls, lines: dict[str, Lines]) -> dict[str, Lines]:
        check_known(lines, load_behaviour().spoken, "action")
        return lines

    @field_validator("plans")
    @classmethod
    def _plans_have_actions(cls, plans: dict[str, Plan]) -> dict[str, Plan]:
        for plan in plans.values():
            check_known(plan.steps, load_behaviour().actions, "action")
        return plans

    @model_validator(mode="after")
    def _keeps_its_own_word(self) -> Persona:
        named = [rule.do for rule in self.rules] + list(self.reactions.values())
        check_known(named, load_behaviour().actions, "action")
        check_known(self.reactions, (*load_behaviour().meanings, *self.watch), "phrase or meaning")
        for action in named:
            if action in self.boundaries:
                raise ValueError(f"a rule or reaction does `{action}`, which `boundaries` forbids")
        return self


def characters() -> list[str]:
    """Names of the characters that ship with the package, for `load_persona`."""
    return sorted(path.stem for path in _SHIPPED.glob("*.yaml"))


def load_persona(name_or_path: str | Path) -> Persona:
    """Read a card.

    Args:
        name_or_path: a name out of `characters()`, or the path of a YAML file.

    Raises:
        PersonaError: no such card (`persona_unknown`), or a fault in it, with file, line and fix.
    """
    card = CardFile.read(_path(name_or_path))
    return _validated(card.data, card)


def _path(name_or_path: str | Path) -> Path:
    if name_or_path in characters():
        return _SHIPPED / f"{name_or_path}.yaml"
    path = Path(name_or_path)
    if path.is_file():
        return path
    raise PersonaError(
        "persona_unknown",
        f"There is no persona `{name_or_path}`.",
        f"{did_you_mean(str(name_or_path), characters())}Give the path of a YAML card or one of: {', '.join(characters())}.",
    )


def faults(name_or_path: str | Path) -> list[PersonaError]:
    """Every fault of a card; empty where there is none."""
    try:
        card = CardFile.read(_path(name_or_path))
        return _misfits(Persona.model_validate(card.data), card)
    except PersonaError as error:
        return [error]
    except ValidationError as error:
        return _faults(error, card)


def persona_from(card: dict[str, Any]) -> Persona:
    """A persona from a card that is data already, such as one that a game sends.

    Raises:
        PersonaError: naming the entry at fault and the fix.
    """
    return _validated(card, CardFile("<card>", card, None))


def _validated(data: Any, card: CardFile) -> Persona:
    try:
        persona = Persona.model_validate(data)
    except ValidationError as error:
        raise _faults(error, card)[0] from None
    for fault in _misfits(persona, card):
        raise fault
    return persona


def _misfits(persona: Persona, card: CardFile) -> list[PersonaError]:
    """What fits the schema, but not the rest of the card."""
    found = (*unknown_labels(persona), *_forbidden_hours(persona))
    return [card.fault("value_error", place, what, ()) for place, what in found]


def _forbidden_hours(persona: Persona) -> Iterator[tuple[tuple[int | str, ...], str]]:
    for n, entry in enumerate(persona.schedule):
        if entry.do in persona.boundaries:
            what = f"the schedule does `{entry.do}`, which `boundaries` forbids; do something else, or nothing, at that hour"
            yield ("schedule", n, "do"), what


def _faults(error: ValidationError, card: CardFile) -> list[PersonaError]:
    known = tuple(Persona.model_fields)
    found = error.errors(include_url=False)
    return [card.fault(fault["type"], fault["loc"], fault["msg"], known, fault["input"]) for fault in found]
