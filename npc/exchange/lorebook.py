"""Lorebooks as knowledge: what a chat program would put into a prompt where a key comes up becomes a fact that is asked for.

The `character_book` of Character Cards V2 and V3, lorebook files of V3 (`lorebook_v3`), and world files of SillyTavern. A fact
is found by the meaning of what is asked, not by words in the last messages: what only steers the scanning of a chat has no
place here, and is told as left out.

V2: github.com/malfoyslastname/character-card-spec-v2; V3: github.com/kwaroran/character-card-spec-v3.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from npc.card_file import shown
from npc.exchange.prose import tale
from npc.language.phrases import singular

MOST_FACTS = 100  # of a card
_ENTRIES = 1000  # that are looked at
_SAYS = 300  # characters of what a fact says: a speech bubble, not a page
_QUESTIONS, _KEY = 8, 80
_REGEX = re.compile(r"^/.*/[a-z]*$", re.DOTALL)
_DECORATOR = re.compile(r"^@@@?(?P<name>\w+)[ \t]*(?P<value>[^\n]*)\n?")
_NOT = frozenset({1, 2})  # SillyTavern's `selectiveLogic`: not all, not any
# What tells how a chat is scanned, or where in a prompt something goes.
_OF_A_CHAT = ("scan_depth", "token_budget", "recursive_scanning", "scanDepth", "tokenBudget", "recursiveScanning")
_OF_A_PLACE = ("position", "depth", "role")


@dataclass(slots=True)
class Lore:
    """What a lorebook makes: entries of a card's `knowledge`, prose that is always known, and sentences on what is left out."""

    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    always: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry, whatever the program that wrote it calls its parts."""

    number: int
    name: str
    content: str
    keys: tuple[str, ...] = ()
    others: tuple[str, ...] = ()  # secondary keys: one of them has to come up as well
    enabled: bool = True
    constant: bool = False
    order: float = 0.0
    priority: float = 0.0
    left: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        return f"entry {self.number}{f' (`{shown(self.name, 40)}`)' if self.name else ''}"


def book_of(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The lorebook of a document that is one itself, not a card with one; None where it is none."""
    if document.get("spec") == "lorebook_v3":
        document = _mapping(document.get("data"))
    return document if isinstance(document.get("entries"), (list, dict)) and "first_mes" not in document else None


def lore_of(book: Mapping[str, Any], taken: Collection[str] = (), room: int = MOST_FACTS) -> Lore:
    """The facts of a lorebook, in its order of insertion.

    Args:
        taken: names of facts that there are already.
        room: how many facts there may be; beyond it those of the lowest priority are left out, constant ones last.
    """
    lore = Lore()
    found = book.get("entries")
    raw = list(found.values()) if isinstance(found, dict) else found if isinstance(found, list) else []
    if len(raw) > _ENTRIES:
        lore.left.append(f"{len(raw) - _ENTRIES} entries after the first {_ENTRIES}")
    if steers := [name for name in _OF_A_CHAT if book.get(name) not in (None, False)]:
        lore.left.append(f"{', '.join(steers)}: facts are found by what is asked, whatever was said before")
    entries = [_entry(n, _mapping(value)) for n, value in enumerate(raw[:_ENTRIES], 1)]
    for entry in entries:
        if not entry.enabled:
            lore.left.append(f"{entry.called}: it is disabled")
        elif not entry.content.strip():
            lore.left.append(f"{entry.called}: it tells nothing")
    told = [entry for entry in entries if entry.enabled and entry.content.strip()]
    kept = sorted(told, key=lambda e: (not e.constant, -e.priority, e.order, e.number))[:room]
    lore.left += [f"{entry.called}: a card holds {room} facts" for entry in told if entry not in kept]
    for entry in sorted(kept, key=lambda e: (e.order, e.number)):
        _take(entry, lore, taken)
    return lore


def _take(entry: _Entry, lore: Lore, taken: Collection[str]) -> None:
    says, whole = tale(entry.content, _SAYS)
    if not says:
        lore.left.append(f"{entry.called}: it tells nothing that can be said")
        return
    lore.left += [f"{entry.called}: {why}" for why in entry.left]
    asked = tuple(_questions(entry))
    if not asked and entry.constant:
        lore.always.append(says)
        return
    if not asked:
        lore.left.append(f"{entry.called}: it has neither a key nor a name by which one could ask for it")
        return
    if not whole:
        lore.left.append(f"{entry.called}: what comes after its first {len(says)} characters is too long to be said")
    lore.facts[_fact_name(entry, {*taken, *lore.facts})] = {"asked": list(asked), "say": [says]}


def _questions(entry: _Entry) -> Iterator[str]:
    """What players may ask: for each key, and with a secondary key where one is wanted as well."""
    keys = entry.keys or ((entry.name,) if entry.name and len(entry.name) <= _KEY else ())
    if entry.others:
        pairs = [f"{key} and {other}" for key in keys for other in entry.others]
        yield from [f"tell me about {pair}" for pair in pairs][:_QUESTIONS]
        return
    few = keys[: _QUESTIONS // 2] if len(keys) <= _QUESTIONS // 2 else keys[:_QUESTIONS]
    for key in few:
        yield f"tell me about {key}"
        if len(keys) <= _QUESTIONS // 2:
            yield f"what are {key}?" if singular(key) != key else f"{'who' if _is_a_name(key) else 'what'} is {key}?"


def _is_a_name(key: str) -> bool:
    """Of "Elara" one asks who she is, of "the Silver Tower" and "lamp" what it is."""
    return key[:1].isupper() and " " not in key


def _fact_name(entry: _Entry, taken: Collection[str]) -> str:
    words = re.findall(r"\w+", (entry.name or (entry.keys[0] if entry.keys else "")).lower())
    name = "_".join(words)[:40].strip("_") or f"lore_{entry.number}"
    return next(n for n in (name, *(f"{name}_{k}" for k in range(2, len(taken) + 3))) if n not in taken)


# -- entries of all kinds ----------------------------------------------------------------------------------------


def _entry(number: int, raw: Mapping[str, Any]) -> _Entry:
    more = _mapping(raw.get("extensions"))
    content, decorators = _without_decorators(_text(raw.get("content")))
    left: list[str] = []
    keys = _keys(raw, ("keys", "key"), left) + tuple(_split(decorators.pop("additional_keys", "")))
    others = _keys(raw, ("secondary_keys", "keysecondary"), left) if raw.get("selective", "keysecondary" in raw) else ()
    logic = raw.get("selectiveLogic", more.get("selectiveLogic"))
    if others and logic in _NOT:
        left.append("its secondary keys, which must not come up")
        others = ()
    constant = bool(raw.get("constant")) or "activate" in decorators or "constant" in decorators
    enabled = bool(raw.get("enabled", not raw.get("disable", False))) and "dont_activate" not in decorators
    probability = raw.get("probability", more.get("probability"))
    if _number(probability, 100.0) < 100 and raw.get("useProbability", more.get("useProbability", True)):
        left.append("its probability: who knows something tells it")
    if rest := sorted(decorators.keys() - {"activate", "constant", "dont_activate"}):
        left.append(f"{', '.join(f'@@{name}' for name in rest[:8])}: facts are told when they are asked for")
    elif any(_number(source.get(name), 0.0) for source in (raw, more) for name in ("depth",)):
        left.append("its depth in a prompt")
    return _Entry(
        number,
        " ".join(_text(raw.get("name") or raw.get("comment")).split())[:120],
        content,
        keys,
        others,
        enabled,
        constant,
        _number(raw.get("insertion_order", raw.get("order")), 0.0),
        _number(raw.get("priority"), 0.0),
        tuple(left),
    )


def _keys(raw: Mapping[str, Any], names: tuple[str, ...], left: list[str]) -> tuple[str, ...]:
    """The keys that are words; of those that are patterns nobody can make a question."""
    value = next((raw[name] for name in names if name in raw), ())
    written = _split(value) if isinstance(value, str) else value if isinstance(value, list) else ()
    keys = [" ".join(key.split()) for key in written if isinstance(key, str)]
    is_regex = bool(raw.get("use_regex"))
    patterns = [key for key in keys if key and (is_regex or _REGEX.match(key))]
    if patterns:
        left.append(f"its keys that are regular expressions, such as `{shown(patterns[0], 40)}`")
    return tuple(dict.fromkeys(key for key in keys if key and key not in patterns and len(key) <= _KEY))


def _split(keys: str) -> list[str]:
    return [key.strip() for key in keys.split(",") if key.strip()]


def _without_decorators(content: str) -> tuple[str, dict[str, str]]:
    """What an entry tells, and the decorators before it (`@@depth 4`; `@@@` stand in for one that is not known)."""
    found: dict[str, str] = {}
    content = content.replace("\r\n", "\n").lstrip("\n")
    while (match := _DECORATOR.match(content)) is not None:
        if not match[0].startswith("@@@"):
            found.setdefault(match["name"].lower(), match["value"].strip())
        content = content[match.end() :]
    return content, found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: Any, default: float) -> float:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e12 else default
