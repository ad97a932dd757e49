"""What a language model may go by: everything that stands about one utterance, as plain data.

It is gathered on the thread that decides, from the character as it is then, and never changes: the model words the line on
another thread while the character lives on. All of it is bounded, and goes into the prompt as one JSON value, in which nothing
that a player or a card has written can look like an instruction, or like one of the signs by which models tell speakers apart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from npc import Character, Decision, Percept, Persona
from npc.conversation.recall import price_of
from npc.conversation.things import Thing, in_view, where
from npc.language.plain import plain
from npc.memory.ledger import Ledger
from npc.text import valid

PLAYER = 400  # characters of the player's words
TEXT = 240  # of one text among the data
PROSE = 800  # of looks, story and manner of speaking, each
FOUND = 0.5  # likeness from which a fact of the card may be what was asked for
_FACTS, _TURNS, _SEEN = 3, 4, 12
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"')
# `<|im_start|>`, `[INST]`, `{{#system}}`: servers read such signs wherever they stand, within a JSON string, too.
_SIGNS = {ord(c): f"\\u{ord(c):04x}" for c in "<>[]{}|#`"}


@dataclass(frozen=True, slots=True)
class Who:
    """The character, as its card has it and as it feels."""

    name: str
    looks: str = ""
    story: str = ""
    speech: str = ""
    mood: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """Things of one kind in view: how many there are, and may be; where the surest is, in words, and of which colour."""

    kind: str
    count: int = 1
    most: int = 1
    where: str = ""
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """Something on the table: `by` is `player` or `npc`; `for_` what is given for it; `state` open, agreed or refused."""

    item: str
    by: str
    for_: str
    state: str


@dataclass(frozen=True, slots=True)
class Given:
    """A word that somebody gave; `by` is `player` or `npc`."""

    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """One turn of the talk: what the player said, and what was answered."""

    player: str
    character: str = ""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What is so, for one line. Nothing else may be claimed in its place.

    Attributes:
        player: the name of who speaks; empty while nobody has told it. `calls`: what the card calls a player.
        relationship: what the player is to the character.
        says: the player's words. `line`: what is answered, as it is authored. `effects`: what the game carries out with it.
        meant: things that were spoken of lately, the latest last.
        forbidden: deeds that this player has forbidden; `never`: those that the card does.
        handed: what the player handed over; `told`: what he told of himself.
        sees: None where there is no picture. `saw`: what is remembered of earlier.
        facts: what the card knows that may be what was asked for.
        turns: the last turns, the latest last.
    """

    who: Who
    action: str
    line: str
    says: str = ""
    emotion: str = ""
    player: str = ""
    calls: str = ""
    relationship: str = ""
    effects: tuple[Mapping[str, str | int | float | bool], ...] = ()
    meant: tuple[str, ...] = ()
    offers: tuple[Offer, ...] = ()
    promises: tuple[Given, ...] = ()
    forbidden: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    handed: tuple[str, ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)
    sees: tuple[Seen, ...] | None = None
    saw: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    turns: tuple[Said, ...] = ()

    @property
    def has_handed_over(self) -> bool:
        """Whether something changes hands with this line."""
        return self.action == "give" or any(effect.get("kind") in {"sell", "give"} for effect in self.effects)

    @property
    def own_words(self) -> str:
        """What the character stands for: the line, what it knows, what its author has written of it."""
        return plain(" . ".join((self.line, *self.facts, self.who.story, self.who.looks, self.who.speech)))

    def as_json(self) -> str:
        """All of it as one JSON object without line breaks. What is empty is left out, the rest reads back as it was."""
        data = _data(asdict(self))
        if self.sees is not None:
            data.setdefault("sees", [])
        return as_data(data)


def as_data(data: Mapping[str, Any]) -> str:
    """JSON on one line, with the signs in its texts escaped by which models tell speakers apart."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return _STRINGS.sub(lambda found: found[0].translate(_SIGNS), text)


def _data(value: Any) -> Any:
    """Tuples as lists, without what is empty, names as JSON has them (`for_` is a word of Python's)."""
    if isinstance(value, dict):
        inside = ((name.rstrip("_"), _data(inner)) for name, inner in value.items())
        return {name: inner for name, inner in inside if inner not in ("", [], {}, None)}
    return [_data(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def grounds_of(character: Character, percept: Percept, decision: Decision, turns: Iterable[Said] = ()) -> Grounds:
    """What stands about a decision, on the thread that decides, right after it.

    Args:
        percept: as the character's eyes made it steady.
        turns: earlier turns with this player, as they were answered; of those without any the ledger tells what was said.
    """
    persona, speaker = character.persona, percept.speaker
    person = character.memory.person(speaker)
    ledger = person.ledger if person is not None else Ledger()
    told = {_cut(key, 60): _cut(value, 60) for key, value in list(ledger.facts.items())[-12:]}
    before = tuple(turns)[-_TURNS:] or tuple(Said(_cut(heard.text)) for heard in ledger.heard[:-1][-_TURNS:])
    return Grounds(
        who=_who(persona, character.mood.name),
        action=decision.action,
        line=_cut(decision.line, 500),
        says=_cut(percept.text, PLAYER),
        emotion=decision.emotion,
        player=_cut(_name(percept, told), 80),
        calls=_cut(persona.calls_player, 80),
        relationship=character.relationship(speaker).name,
        effects=tuple({"kind": effect.kind, **effect.values} for effect in decision.effects[:8]),
        meant=tuple(thing.phrase for thing in ledger.things),
        offers=tuple(Offer(bid.item, bid.by, price_of(bid), bid.state) for bid in ledger.bids),
        promises=tuple(Given(promise.by, _cut(promise.text)) for promise in ledger.promises),
        forbidden=tuple(f"{deed.action} {deed.thing}".strip() for deed in ledger.forbidden),
        never=tuple(sorted(persona.boundaries)),
        handed=ledger.handed,
        told=told,
        sees=_sees(percept, decision, ledger),
        saw=tuple(sorted(character.memory.has_seen(character.memory.life.now)))[:_SEEN],
        facts=_facts(persona, percept, ledger),
        turns=before,
    )


def _who(persona: Persona, mood: str) -> Who:
    looks = ". ".join(filter(None, (persona.role, persona.looks)))
    return Who(persona.name, _cut(looks, PROSE), _cut(persona.backstory, PROSE), _cut(persona.speech, PROSE), mood)


def _name(percept: Percept, told: Mapping[str, str]) -> str:
    """The player's name: as he told it, else as the game tells it."""
    told_by_game = percept.state.get("player") or ("" if percept.speaker == "player" else percept.speaker)
    return told.get("name") or (told_by_game if isinstance(told_by_game, str) else "")


def _sees(percept: Percept, decision: Decision, ledger: Ledger) -> tuple[Seen, ...] | None:
    """The table of what is in view; what the decision points at belongs to it, by the name that the words gave it."""
    if not percept.has_frame:
        return None
    seen = tuple(_row(thing) for thing in in_view(percept)[:_SEEN])
    aim, meant = decision.target, ledger.thing
    if aim is not None and meant is not None and all(row.kind != meant.phrase for row in seen):
        seen = (*seen, Seen(meant.phrase, where=where(aim.x, aim.y)))
    return seen


def _row(thing: Thing) -> Seen:
    return Seen(thing.phrase, thing.count, thing.most, where(thing.x, thing.y), thing.colour)


def _facts(persona: Persona, percept: Percept, ledger: Ledger) -> tuple[str, ...]:
    """What of the card's knowledge comes near to the words, the nearest first, and what was told last."""
    near = sorted(percept.knowledge.items(), key=lambda item: (-item[1], item[0]))
    found = [name for name, likeness in near if likeness >= FOUND][:_FACTS]
    names = dict.fromkeys((*found, *((ledger.told,) if ledger.told else ())))
    said = [persona.knowledge[name].say for name in names if name in persona.knowledge]
    return tuple(_cut(line.say) for lines in said for line in lines[:2] if not line.variables)


def shortened(grounds: Grounds, most: int) -> str:
    """The JSON of grounds in at most `most` characters: what is oldest goes first, then what the card says in prose."""
    without: list[dict[str, Any]] = [
        {},
        {"turns": grounds.turns[-1:]},
        {"turns": (), "saw": (), "meant": grounds.meant[-2:]},
        {"who": replace(grounds.who, looks="", story=grounds.who.story[:200], speech=grounds.who.speech[:200])},
        {"who": Who(grounds.who.name, mood=grounds.who.mood), "facts": grounds.facts[:1], "told": {}, "promises": ()},
        {"sees": None, "offers": (), "effects": (), "handed": (), "forbidden": (), "facts": (), "says": grounds.says[:100]},
    ]
    for less in without:
        grounds = replace(grounds, **less)
        if len(text := grounds.as_json()) <= most:
            break
    return text


def _cut(text: str, most: int = TEXT) -> str:
    """Valid, on one line, and not endless."""
    return " ".join(valid(text[:most]).split())
