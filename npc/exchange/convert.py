"""What of a shared card our characters can play, and back.

A shared card is prose for a language model; ours is data that decides. What has a place in ours is taken over, the
original stays beside our card as it was (`card:` names it), and goes back out unchanged where nothing was edited.
"""

from __future__ import annotations

import copy
import re
from typing import Any

from npc.exchange.shared_card import SharedCard, new_card
from npc.persona import Persona, persona_from

EXTENSION = "npc_engine"  # our own card, whole, inside the `extensions` of a shared one
MAX_GREETINGS, MAX_SAYINGS = 12, 12
_PROSE, _LINE = 4000, 240

_QUOTED = re.compile(r"[\"“]([^\"“”]{1,500})[\"”]")
_STAGE = re.compile(r"\*[^*\n]{0,2000}\*")
_SENTENCE = re.compile(r"(?<=[.!?…]) +")
_UNPRINTABLE = re.compile(r"[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")

# Words of a personality -> trait and how far: a first guess, for the author to correct.
_TRAITS: dict[str, tuple[str, float]] = {
    "brave": ("brave", 0.7),
    "courageous": ("brave", 0.7),
    "fearless": ("brave", 0.9),
    "bold": ("brave", 0.5),
    "cowardly": ("brave", -0.8),
    "timid": ("brave", -0.6),
    "shy": ("brave", -0.3),
    "fearful": ("brave", -0.7),
    "kind": ("warm", 0.7),
    "caring": ("warm", 0.8),
    "gentle": ("warm", 0.6),
    "friendly": ("warm", 0.6),
    "cold": ("warm", -0.6),
    "aloof": ("warm", -0.5),
    "cruel": ("warm", -0.9),
    "hostile": ("warm", -0.7),
    "generous": ("generous", 0.8),
    "selfless": ("generous", 0.8),
    "greedy": ("generous", -0.8),
    "selfish": ("generous", -0.7),
    "honest": ("honest", 0.8),
    "sincere": ("honest", 0.6),
    "deceitful": ("honest", -0.8),
    "manipulative": ("honest", -0.8),
    "loyal": ("lawful", 0.5),
    "dutiful": ("lawful", 0.7),
    "rebellious": ("lawful", -0.7),
    "lawless": ("lawful", -0.8),
    "obedient": ("obliging", 0.8),
    "helpful": ("obliging", 0.7),
    "stubborn": ("obliging", -0.6),
    "proud": ("obliging", -0.3),
    "cheerful": ("cheerful", 0.8),
    "playful": ("cheerful", 0.6),
    "happy": ("cheerful", 0.6),
    "optimistic": ("cheerful", 0.6),
    "gloomy": ("cheerful", -0.7),
    "melancholic": ("cheerful", -0.7),
    "grumpy": ("cheerful", -0.5),
    "bitter": ("cheerful", -0.6),
}


def to_persona(card: SharedCard) -> dict[str, Any]:
    """Entries of our card; `persona_from` reads them. Our own, where the card was exported by us.

    Raises:
        PersonaError: our own entries in it have a fault.
    """
    own = _mapping(card.data.get("extensions")).get(EXTENSION)
    if own is not None:
        persona_from(_mapping(own))
        return dict(_mapping(own))
    data = card.data
    name = _prose(data.get("nickname") or data["name"], "", 80).replace("\n", " ") or "Nameless"
    entries: dict[str, Any] = {"name": name}
    for ours, theirs in (("backstory", "description"), ("speech", "personality")):
        if text := _prose(data.get(theirs), name, _PROSE):
            entries[ours] = text
    if traits := _traits(_text(data.get("personality")) + " " + _text(data.get("description"))):
        entries["traits"] = traits
    lines = {"greet": _greetings(data), "talk": _sayings(_text(data.get("mes_example")))}
    if any(lines.values()):
        entries["lines"] = {action: said for action, said in lines.items() if said}
    return entries


def to_shared(persona: Persona, original: SharedCard | None) -> SharedCard:
    """The shared card of a persona: the original where it says the same, else one that says what ours says now.

    Where ours has more than a shared card can say, all of it goes into `extensions`, under `npc_engine`.
    """
    mine = persona.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"card"})
    if original is not None:
        before = persona_from(to_persona(original)).model_dump(mode="json", by_alias=True, exclude_defaults=True)
        if before == mine:
            return original
    base = original or new_card()
    card = SharedCard(copy.deepcopy(base.document), base.picture)
    data = card.data
    before = to_persona(original) if original is not None else {}
    for theirs, now, then in (
        ("name", persona.name, before.get("name")),
        ("description", "\n\n".join(filter(None, (persona.looks, persona.backstory))), before.get("backstory", "")),
        ("personality", persona.speech, before.get("speech", "")),
    ):
        if now != then:
            data[theirs] = now
    greetings = [_their_variables(line.say) for line in persona.lines.get("greet", ()) if not line.specificity]
    if greetings and greetings != [_their_variables(g) for g in before.get("lines", {}).get("greet", [])]:
        data["first_mes"], data["alternate_greetings"] = greetings[0], greetings[1:]
    data["extensions"] = {**_mapping(data.get("extensions")), EXTENSION: mine}
    return card


def _greetings(data: dict[str, Any]) -> list[str]:
    others = data.get("alternate_greetings")
    said = [data.get("first_mes"), *(others if isinstance(others, list) else [])]
    lines = [_line(_text(text)) for text in said[:MAX_GREETINGS]]
    return list(dict.fromkeys(line for line in lines if line))


def _sayings(examples: str) -> list[str]:
    """What the character says in the example dialogues, where it is short enough to be said in passing."""
    said = [text for text in examples.split("\n") if text.strip().lower().startswith("{{char}}:")]
    lines = [_line(text.split(":", 1)[1]) for text in said]
    return list(dict.fromkeys(line for line in lines if line))[:MAX_SAYINGS]


def _line(text: str) -> str:
    """The spoken part of a message, short enough to be a line, with our variables; empty where there is none."""
    spoken = " ".join(_QUOTED.findall(text)) or _STAGE.sub(" ", text)
    spoken = " ".join(_clean(spoken).replace("\n", " ").split())
    kept = ""
    for sentence in _SENTENCE.split(spoken):
        if len(kept) + len(sentence) >= _LINE:
            break
        kept = f"{kept} {sentence}".strip()
    return _our_variables(kept) if any(c.isalnum() for c in kept) else ""


def _our_variables(text: str) -> str:
    """`{{char}}` and `{{user}}` as ours; every other brace goes, since braces mean something in our lines."""
    text = re.sub(r"(?i)\{\{char\}\}|<bot>", "\x01", text)
    text = re.sub(r"(?i)\{\{user\}\}|<user>", "\x02", text)
    text = text.replace("{", "").replace("}", "")
    return text.replace("\x01", "{name}").replace("\x02", "{player}")


def _their_variables(text: str) -> str:
    return text.replace("{name}", "{{char}}").replace("{player}", "{{user}}")


def _prose(text: Any, name: str, most: int) -> str:
    text = re.sub(r"(?i)\{\{char\}\}|<bot>", name, _clean(_text(text)))
    return re.sub(r"(?i)\{\{user\}\}|<user>", "the player", text).strip()[:most]


def _clean(text: str) -> str:
    """Without control characters and marks that turn the direction of writing."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\t", " "))


def _traits(prose: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for word in re.findall(r"[a-z]+", prose[:_PROSE].lower()):
        if word in _TRAITS:
            trait, value = _TRAITS[word]
            found.setdefault(trait, value)
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
