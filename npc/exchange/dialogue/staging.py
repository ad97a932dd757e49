"""A dialogue as entries of a card: rules for what the player may say, intents by its words, quests for where it stands.

Where a talk stands is a quest, `story`, whose steps are the places where the player may choose; each variable that the card
keeps is a quest, too. An option is an intent of the card's own, and a rule for each way that goes on from it: what has held so
far, what is said, and as effects where the talk stands then, what the game is to do, and what may be chosen next (`choices`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from npc.asks import NOT_BEGUN
from npc.behaviour import load_behaviour
from npc.card_file import shown
from npc.exchange.dialogue.expressions import Const, Literal
from npc.exchange.dialogue.facts import Facts, Variables, names_asked
from npc.exchange.dialogue.paths import Line, Path, Point, Walk, spoken_by
from npc.exchange.dialogue.story import At, Option, Parts, Said, Story, Value
from npc.line_ids import LONGEST_ID, is_line_id
from npc.persona import MOST_INTENTS, MOST_QUESTS
from npc.quests import MOST_STEPS
from npc.text import folded
from npc.vocabulary import MOST, MOST_QUESTIONS

STORY = "story"  # the quest of where the talk stands
NODE = "dialogue"  # the entry of the state by which a game begins a node
PLAYER = ("player", "you", "me", "hero", "pc")  # speakers who are the player, in small letters
_LONGEST = 500  # characters of a line of a card
_MOST_EFFECTS = 16
_MOST_ENTRIES = 9_000  # of rules, of all that a card may have
_CHOICE = 200  # characters of a choice that the game is told


@dataclass
class Staged:
    """The entries of a card, and what there is to say about them.

    Attributes:
        told: entries of the state that the game has to tell, and why.
    """

    entries: dict[str, Any]
    lines: int = 0
    options: int = 0
    kept: int = 0
    told: list[str] = field(default_factory=list)


def speakers(story: Story, walk: Walk) -> Counter[str]:
    """How many lines each speaker has; the empty name is of those that name nobody."""
    found: Counter[str] = Counter()
    for said in _all_said(story):
        first = said.parts[0] if said.parts and isinstance(said.parts[0], str) else ""
        found[spoken_by(first + "…")[0]] += 1
    if not story.names_speakers:  # what stands once before a colon is a sentence with a colon
        for name in [name for name, many in found.items() if name and many < 2]:
            found[""] += found.pop(name)
    return found


def _all_said(story: Story) -> Iterator[Said]:
    waiting: list[Any] = list(story.nodes.values())
    while waiting:
        for statement in waiting.pop():
            if isinstance(statement, Said):
                yield statement
            waiting += [body for _, body in getattr(statement, "arms", ())]
            waiting += [option.body for option in getattr(statement, "options", ())]
            waiting += [body] if (body := getattr(statement, "fallback", None)) else []


def staged(story: Story, speaker: str = "", player: str = "", name: str = "Nameless") -> Staged:
    """The entries of a card that plays a story.

    Args:
        speaker: whose lines they are; by default of whoever says most.
        player: a further name of the player.
        name: of the character, where the story names nobody.
    """
    variables = Variables(story)
    walk = Walk(story, variables)
    names = speakers(story, walk)
    players = {*PLAYER, player.lower()} - {""}
    others = [name for name, _ in names.most_common() if name and name.lower() not in players]
    own = speaker or (others[0] if others else "")
    made = _Stage(story, variables, walk, own, set(names), players).set_up()
    made.entries["name"] = (own or name)[:80]
    return made


class _Stage:
    """Makes the card of one speaker."""

    def __init__(self, story: Story, variables: Variables, walk: Walk, own: str, names: set[str], players: set[str]) -> None:
        self._story, self._variables, self._walk = story, variables, walk
        self._own, self._names, self._players = own, names, players
        self._targets = _targets(story)
        self._alone = not any(name and name.lower() not in players for name in names)
        self._intents: dict[str, list[str]] = {}
        self._by_words: dict[str, str] = {}
        self._rules: list[dict[str, Any]] = []
        self._barks: list[dict[str, Any]] = []
        self._ids: dict[str, str] = {}
        self._lines: set[tuple[At, str]] = set()
        self._facts: list[Facts] = []
        self._used: dict[str, set[Literal]] = {}
        self._options = 0

    def set_up(self) -> Staged:
        """All entries."""
        story = self._story
        greeting = [
            self._rule({"intent": "greet"}, path, "begins to talk", story.begins[story.entry])
            for path in self._from(story.entry)
        ]
        firsts = {id(path.end) for path in self._from(story.entry) if path.end and not path.facts.kept and not path.facts.asked}
        for node in story.nodes:
            if node == story.entry or not self._is_target(node):
                self._begins(node)
        done: set[int] = set()
        while waiting := [point for point in self._walk.points.values() if id(point) not in done]:
            for point in waiting:
                done.add(id(point))
                self._point(point, id(point) in firsts)
        self._rules += greeting
        return self._staged()

    def _from(self, node: str) -> list[Path]:
        return self._walk.from_node(node)

    def _is_target(self, node: str) -> bool:
        """Whether the story itself comes to a node: then no game begins there."""
        return node in self._targets or "." in node

    def _begins(self, node: str) -> None:
        """A bark by which the game begins a node."""
        for path in self._from(node):
            asked = {NODE: node, **{key: value for key, value, holds in path.facts.asked if holds}}
            when = {**self._condition(path.facts), "state": asked}
            bark = {"when": when, **self._outcome(path, self._story.begins[node])}
            self._barks.append(bark)

    def _point(self, point: Point, is_first: bool) -> None:
        steps = [point.name, NOT_BEGUN] if is_first else [point.name]
        for option in point.options.options:
            intent = self._intent(option)
            if not intent:
                continue
            self._options += 1
            for path in self._walk.from_option(point, option):
                condition = {"intent": intent, "quest": {STORY: steps if is_first else point.name}}
                self._rules.append(self._rule(condition, path, f"is told: {self._words(option)}", option.at))

    def _intent(self, option: Option) -> str:
        """The intent of an option, by its words; options with the same words have one."""
        asked = [words for parts in (option.parts, option.more) if (words := self._example(parts))]
        if not asked:
            self._story.leave(option.at, "an option without words of its own: a player cannot say it")
            return ""
        key = " ".join(re.findall(r"\w+", folded(asked[0]).lower())) or asked[0]
        if key not in self._by_words:
            many = sum(map(len, self._intents.values()))
            if len(self._intents) >= MOST_INTENTS or many + len(asked) > MOST_QUESTIONS:
                self._story.leave(option.at, f"an option beyond the {len(self._intents)} that a card may understand")
                return ""
            base = "say_" + ("_".join(key.split()[:6])[:50] or "it")
            name, n = base, 2
            while name in self._intents or name in load_behaviour().intents:
                name, n = f"{base}_{n}", n + 1
            self._by_words[key] = name
            self._intents[name] = asked
        name = self._by_words[key]
        self._intents[name] = list(dict.fromkeys([*self._intents[name], *asked]))[:8]
        return name

    def _words(self, option: Option) -> str:
        return shown(self._example(option.parts), 80)

    def _example(self, parts: Parts) -> str:
        """An option as a player says it: its plain words, without his name and quotation marks."""
        text = " ".join("".join(map(_plainly, parts)).split())
        name, words = spoken_by(text)
        if name.lower() in self._players:
            text = words
        text = re.sub(r"\[/?[\w=\s\"]*/?\]|<[^<>]*>", "", text)
        return text.strip().strip('"“”„«»').strip()[:200]

    # -- a rule ----------------------------------------------------------------------------------------

    def _rule(self, condition: Mapping[str, Any], path: Path, because: str, at: At) -> dict[str, Any]:
        when = {**self._condition(path.facts), **condition}
        quest = {**self._condition(path.facts).get("quest", {}), **condition.get("quest", {})}
        if quest:
            when["quest"] = quest
        return {"when": when, "because": because, **self._outcome(path, at)}

    def _condition(self, facts: Facts) -> dict[str, Any]:
        """What must have held at the beginning of a way."""
        self._facts.append(facts)
        condition: dict[str, Any] = {}
        quests = {}
        for name, values in facts.kept.items():
            domain = self._variables.domains[name]
            if len(values) < len(domain):
                steps = [self._step(name, value) for value in domain if value in values]
                quests[_quest(name)] = steps if len(steps) != 1 else steps[0]
        if quests:
            condition["quest"] = quests
        positive = [(key, value) for key, value, holds in facts.asked if holds]
        negative = [(key, value) for key, value, holds in facts.asked if not holds]
        inner: dict[str, Any] = condition
        while positive:
            now = dict(reversed(positive))  # of two about one entry the first
            inner["state"] = now
            positive = [(key, value) for key, value in positive if now[key] != value]
            if positive:
                inner["any"] = [{}]
                inner = inner["any"][0]
        if len(negative) == 1:
            condition["not"] = {"state": dict(negative)}
        elif negative:
            condition["not"] = {"any": [{"state": {key: value}} for key, value in negative]}
        return condition

    def _step(self, name: str, value: Literal) -> str:
        """The step that a value of a variable is; its first is where nothing has begun yet."""
        self._used.setdefault(name, set()).add(value)
        return NOT_BEGUN if value == self._variables.start(name) else _value(value)

    def _outcome(self, path: Path, at: At) -> dict[str, Any]:
        """What is done, said, and set off at the end of a way."""
        text, line_id, tags = self._said(path.said, at)
        effects, action = self._effects(path, at)
        outcome: dict[str, Any] = {"do": action if text or action != "talk" else "idle"}
        if text:
            line: dict[str, Any] = {"say": text}
            if line_id and self._ids.setdefault(line_id.lower(), text) == text:
                line["id"] = line_id
            if tags:
                line["tags"] = tags
            outcome["say"] = line if len(line) > 1 else text
        if effects:
            outcome["effects"] = effects
        return outcome

    def _said(self, lines: Sequence[Line], at: At) -> tuple[str, str, list[str]]:
        """The lines of a way as one, its id, and its tags; what others say is left out."""
        own: list[Line] = []
        for line in lines:
            name, text = (line.speaker, line.text) if line.speaker in self._names else ("", _whole(line))
            if not text:
                continue
            if name.lower() in self._players and name:
                self._story.leave(line.at, f"a line of the player: {shown(text)}")
            elif name == self._own or (not name and (self._alone or not self._own)):
                own.append(Line(line.at, name, text, line.id, line.tags))
            elif name:
                self._story.leave(line.at, f"a line of {shown(name)} (--as {shown(name)} makes a card of these): {shown(text)}")
            else:
                self._story.leave(line.at, f"a line that nobody speaks: {shown(text)}")
        kept: list[Line] = []
        for line in own:
            if len(" ".join([*(one.text for one in kept), line.text])) > _LONGEST:
                self._story.leave(line.at, f"what is beyond {_LONGEST} characters at once: {shown(line.text)}")
            else:
                kept.append(line)
                self._lines.add((line.at, line.text))
        ids = [_cleaned_id(line.id) for line in kept]
        line_id = ".".join(ids) if all(ids) and ids else ""
        tags = list(dict.fromkeys(tag[:80] for line in kept for tag in line.tags))[:16]
        return " ".join(line.text for line in kept), line_id if len(line_id) <= LONGEST_ID else "", tags

    def _effects(self, path: Path, at: At) -> tuple[list[dict[str, Any]], str]:
        effects: list[dict[str, Any]] = [dict(effect) for effect in path.effects]
        actions = [effect["kind"] for effect in effects if effect["kind"] in load_behaviour().actions]
        for name, value in path.facts.now.items():
            if name in self._variables.domains and path.facts.kept.get(name) != frozenset([value]):
                effects.append({"kind": "quest", "quest": _quest(name), "step": self._step(name, value)})
        effects.append({"kind": "quest", "quest": STORY, "step": path.end.name if path.end else NOT_BEGUN})
        choices = {str(n): self._example(option.parts)[:_CHOICE] for n, option in enumerate(self._walk.choices(path)[:12], 1)}
        if choices:
            effects.append({"kind": "choices", **choices})
        if len(effects) > _MOST_EFFECTS:
            self._story.leave(at, f"more than {_MOST_EFFECTS} effects at once: the first of them")
            effects = effects[-_MOST_EFFECTS:]
        return effects, actions[0] if len(actions) == 1 else "talk"

    # -- the card --------------------------------------------------------------------------------------

    def _staged(self) -> Staged:
        at = self._story.begins[self._story.entry]
        grouped = _grouped(self._rules)
        rules = self._within(grouped, MOST["rules"], _MOST_ENTRIES, "rules", at)
        self._barks = self._within(self._barks, 100, _MOST_ENTRIES // 8, "beginnings", at)
        quests: dict[str, Any] = {}
        points = [point.name for point in self._walk.points.values()]
        if len(points) > MOST_STEPS:
            self._story.leave(
                self._story.begins[self._story.entry], f"more than {MOST_STEPS} places where the player may choose"
            )
        quests[STORY] = {"steps": {name: {} for name in points[:MOST_STEPS] or ["told"]}}
        for name, domain in self._variables.domains.items():
            if name in self._used and len(quests) < MOST_QUESTS:
                steps = [self._step(name, value) for value in domain[1:] if value in self._used[name]]
                quests[_quest(name)] = {"steps": {step: {} for step in steps or [_value(domain[-1])]}}
        entries: dict[str, Any] = {"name": self._own}
        if self._intents:
            entries["intents"] = self._intents
        entries["rules"] = rules
        if self._barks:
            entries["barks"] = self._barks
        entries["quests"] = quests
        asked_keys = list(names_asked(self._facts))
        shown_keys = re.findall(r"\{state\.([^{}]+)\}", repr(rules) + repr(self._barks))
        keys = list(dict.fromkeys([*asked_keys, *shown_keys]))
        first = {key: self._story.starts[key][1] for key in keys if key in self._story.starts}
        if first:
            entries["state"] = dict(list(first.items())[:64])
        told = [self._asked(key) for key in keys]
        return Staged(
            {k: v for k, v in entries.items() if v or k == "name"}, len(self._lines), self._options, len(quests) - 1, told
        )

    def _within(self, many: list[dict[str, Any]], most: int, entries: int, what: str, at: At) -> list[dict[str, Any]]:
        """As many of them as a card may hold."""
        kept: list[dict[str, Any]] = []
        for one in many[:most]:
            entries -= _size(one)
            if entries < 0:
                break
            kept.append(one)
        if len(kept) < len(many):
            self._story.leave(at, f"{len(many) - len(kept)} {what} more than a card holds")
        return kept

    def _asked(self, key: str) -> str:
        declared = self._story.starts.get(key)
        first = f", at first {_value(declared[1])}" if declared else ""
        return f"{declared[0] if declared else self._story.begins[self._story.entry]}: the game tells `{shown(key)}`{first}"


def _targets(story: Story) -> set[str]:
    found: set[str] = set()
    waiting: list[Any] = list(story.nodes.values())
    while waiting:
        for statement in waiting.pop():
            if target := getattr(statement, "target", ""):
                found.add(target)
            waiting += [body for _, body in getattr(statement, "arms", ())]
            waiting += [option.body for option in getattr(statement, "options", ())]
            waiting += [body] if (body := getattr(statement, "fallback", None)) else []
    return found


def _plainly(part: object) -> str:
    """A part of an option as it is always said."""
    match part:
        case str():
            return part
        case Value(Const(value)):
            return _value(value)
    return " "


def _whole(line: Line) -> str:
    return f"{line.speaker}: {line.text}" if line.speaker else line.text


def _cleaned_id(name: str) -> str:
    """An id of Yarn's as a line may be called."""
    name = re.sub(r"[^A-Za-z0-9_.-]", "-", name)[:LONGEST_ID].strip(".-")
    return name if is_line_id(name) else ""


def _size(value: Any) -> int:
    """How many entries a value is."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(_size, inner))


def _quest(name: str) -> str:
    return name.replace(".", "_")[:80]


def _value(value: Literal) -> str:
    text = str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
    return text[:80] or "empty"


def _grouped(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rules that differ in their lines alone as one: the character chooses."""
    found: dict[str, dict[str, Any]] = {}
    for rule in rules:
        mark = repr({key: entry for key, entry in rule.items() if key not in {"say", "because"}})
        if mark not in found:
            found[mark] = rule
            continue
        said = found[mark].get("say", [])
        said = said if isinstance(said, list) else [said]
        if "say" in rule and rule["say"] not in said:
            found[mark]["say"] = [*said, rule["say"]]
    return list(found.values())
