"""What of a shared card our characters can play, and back.

A shared card is prose for a language model; ours is data that decides. What has a place in ours is taken over, the
original stays beside our card as it was (`card:` names it), and goes back out unchanged where nothing was edited.
"""

from __future__ import annotations

import copy
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from npc.card_edit import Addition, added
from npc.card_file import ENDINGS, shown
from npc.errors import PersonaError
from npc.exchange.lorebook import MOST_FACTS, Lore, lore_of
from npc.exchange.prose import prose, sayings, spoken
from npc.exchange.shared_card import SharedCard, check_new, new_card, read_book, read_card, write_card, write_file
from npc.persona import Persona, card_path, load_persona, persona_from
from npc.text import is_whole

EXTENSION = "npc_engine"  # our own card, whole, inside the `extensions` of a shared one
MAX_GREETINGS, MAX_SAYINGS = 12, 12
_PROSE = 4000

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


@dataclass(frozen=True, slots=True)
class Imported:
    """A card that was written: its path, how many facts its lorebook became, and sentences on what of that was left out."""

    path: Path
    facts: int = 0
    left: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.path}{f' ({self.facts} facts of its lorebook)' if self.facts else ''}"


def import_card(source: Path, out: Path | None = None, force: bool = False) -> Path:
    """Write our card of a shared one, with the original beside it; the path of ours. See `import_shared`."""
    return import_shared(source, out, force).path


def import_shared(source: Path, out: Path | None = None, force: bool = False) -> Imported:
    """Write our card of a shared one, with the original beside it.

    Args:
        force: replace what is there already.

    Raises:
        PersonaError: the card cannot be read, or a file that would be written is there already.
    """
    card = read_card(source)
    out = out or Path(source.stem.removesuffix(".card") + ENDINGS[0])
    if out.suffix.lower() not in ENDINGS or not is_whole(out.name):
        raise PersonaError(
            "card_file", f"{shown(str(out), 400)} is no name for a card.", "Give --out a name that ends in .yaml."
        )
    beside = out.with_suffix(".png" if card.picture is not None else ".json")
    beside = beside.with_stem(beside.stem + ".card")
    check_new(out, force, source)
    if not _same(beside, source):
        check_new(beside, force)
    entries = to_persona(card)
    persona_from(entries)
    lore = None if EXTENSION in _mapping(card.data.get("extensions")) else _lore(card)
    entries["card"] = beside.name
    text = yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=110)
    text = f"# From {shown(source.name)}. Try it: python -m npc talk {shown(str(out), 400)}\n{text}"
    if not _same(beside, source):
        write_file(beside, card.raw)
    write_file(out, text.encode())
    load_persona(out)
    return Imported(out) if lore is None else Imported(out, len(lore.facts), tuple(lore.left))


def import_lorebook(source: Path, card: str) -> Imported:
    """Add what a lorebook tells to the knowledge of a card, of which everything else stays as it is written.

    Args:
        source: a lorebook of V3, a world file of SillyTavern, or a shared card with a lorebook.

    Raises:
        PersonaError: one of them cannot be read, or the card cannot take it in.
    """
    path = card_path(card)
    persona = load_persona(path)
    if str(path) != card and path.resolve() != Path(card).resolve():
        raise PersonaError("card_file", f"`{shown(card)}` ships with the package.", "Copy it, and name the copy with --into.")
    lore = lore_of(read_book(source), persona.knowledge.keys(), MOST_FACTS - len(persona.knowledge))
    lore.left += [f"what is always known, since the backstory is its author's: {shown(text, 80)}" for text in lore.always]
    additions = [Addition(("knowledge", name), fact, named=True) for name, fact in lore.facts.items()]
    if additions:
        data = added(path, additions)
        _check(path, data)
        write_file(path, data)
    return Imported(path, len(additions), tuple(lore.left))


def _check(path: Path, data: bytes) -> None:
    """What a card is to become has no fault."""
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / path.name
        trial.write_bytes(data)
        load_persona(trial, str(path))


def export_card(card: str, out: Path | None = None, portrait: Path | None = None, force: bool = False) -> Path:
    """Write the shared card of one of ours, JSON or PNG by the ending of `out`; its path.

    Args:
        force: replace what is there already; never the card itself.

    Raises:
        PersonaError: a card cannot be read or written.
    """
    source = card_path(card)
    persona = load_persona(source)
    original = read_card(source.parent / persona.card) if persona.card else None
    out = out or Path(source.stem + ".json")
    check_new(out, force, source)
    write_card(to_shared(persona, original), out, portrait)
    return out


def _same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


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
    full = prose(_text(data["name"]), "", 80).replace("\n", " ")
    nick = prose(_text(data.get("nickname")), "", 80).replace("\n", " ")
    name = nick or full or "Nameless"
    entries: dict[str, Any] = {"name": name}
    for ours, theirs in (("backstory", "description"), ("speech", "personality")):
        if text := prose(_text(data.get(theirs)), name, _PROSE):
            entries[ours] = text
    if traits := _traits(entries.get("speech", "") + " " + entries.get("backstory", "")):
        entries["traits"] = traits
    lines = {
        "greet": _greetings(data),
        "talk": _different(sayings(_text(data.get("mes_example")), tuple(filter(None, (full, nick)))))[:MAX_SAYINGS],
    }
    if any(lines.values()):
        entries["lines"] = {action: said for action, said in lines.items() if said}
    lore = _lore(card)
    if lore.always:
        entries["backstory"] = "\n".join([*filter(None, (entries.get("backstory", ""),)), *lore.always])[: 2 * _PROSE]
    if lore.facts:
        entries["knowledge"] = lore.facts
    return entries


def _lore(card: SharedCard) -> Lore:
    return lore_of(_mapping(card.data.get("character_book")))


def to_shared(persona: Persona, original: SharedCard | None) -> SharedCard:
    """The shared card of a persona: the original where it says the same, else one that says what ours says now.

    Where ours has more than a shared card can say, all of it goes into `extensions`, under `npc_engine`.
    """
    mine = persona.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"card"})
    if original is not None:
        before = persona_from(to_persona(original)).model_dump(mode="json", by_alias=True, exclude_defaults=True)
        if mine in (before, _without_lore(original)):
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


def _without_lore(original: SharedCard) -> dict[str, Any]:
    """What was imported before lorebooks were."""
    card = SharedCard(copy.deepcopy(original.document))
    card.data.pop("character_book", None)
    return persona_from(to_persona(card)).model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _greetings(data: dict[str, Any]) -> list[str]:
    others = data.get("alternate_greetings")
    said = [data.get("first_mes"), *(others if isinstance(others, list) else [])]
    return _different([spoken(_text(text)) for text in said[:MAX_GREETINGS]])


def _different(lines: list[str]) -> list[str]:
    return list(dict.fromkeys(line for line in lines if line))


def _their_variables(text: str) -> str:
    return text.replace("{name}", "{{char}}").replace("{player}", "{{user}}")


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
