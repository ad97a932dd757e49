"""Every way through a dialogue, from what the player says to the next thing that he may say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TypeAlias

from npc.card_file import shown
from npc.exchange.dialogue.expressions import Both, Const, Literal, Not, Unread, Var, told
from npc.exchange.dialogue.facts import OWN, Facts, Told, Variables
from npc.exchange.dialogue.story import (
    AnyOf,
    Assign,
    At,
    Body,
    Branch,
    Command,
    Either,
    Jump,
    Option,
    Options,
    Parts,
    Said,
    Statement,
    Stop,
    Story,
    Turns,
    Value,
)

MOST_WAYS = 120  # on from one thing that the player says
MOST_STEPS = 400_000  # of all ways together
MOST_VARIANTS = 48  # of one line
MOST_JUMPS = 60  # on one way, without the player saying anything
MOST_SAID = 40  # lines on one way
_SPEAKER = re.compile(r"\s*([^\W\d_][\w'’.]*(?: [\w'’.]+){0,3})\s*:\s+(?=\S)")
_PLAYERS_NAME = frozenset({"player", "player_name", "playername", "name_of_player", "playerName"})

Effects: TypeAlias = "tuple[Mapping[str, Literal], ...]"


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a way stands in a body; `back` where whoever jumped here wants to be come back to."""

    body: Body
    next: int = 0
    back: bool = False


Frames: TypeAlias = tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """What is said on a way: the text, and by whom."""

    at: At
    speaker: str
    text: str
    id: str
    tags: tuple[str, ...]


@dataclass(eq=False)
class Point:
    """Where the player may choose.

    Attributes:
        name: of the step of the story.
        frames: what goes on when an option is done.
    """

    name: str
    options: Options
    frames: Frames


@dataclass(frozen=True, slots=True)
class Path:
    """A way, as far as the next point, or to the end of the dialogue."""

    facts: Facts
    frames: Frames = ()
    said: tuple[Line, ...] = ()
    effects: Effects = ()
    end: Point | None = None
    jumps: int = 0


@dataclass
class Walk:
    """Walks a story.

    Attributes:
        points: where the player may choose, as far as any way has come.
    """

    story: Story
    variables: Variables
    points: dict[tuple[object, ...], Point] = field(default_factory=dict)
    _steps: int = 0
    _names: set[str] = field(default_factory=set)

    def from_node(self, name: str) -> list[Path]:
        """All ways from the beginning of a node, those first that ask for most."""
        start = Path(self._enter(name, Facts()), (Frame(self.story.nodes[name]),))
        return _strictest_first(self._ways(start, self.story.begins[name]))

    def from_option(self, point: Point, option: Option) -> list[Path]:
        """All ways from the player's choosing an option, where it is there to be chosen; those first that ask for most."""
        ways: list[Path] = []
        for facts, offered in self._offered(option, Facts()):
            if offered:
                taken = replace(facts, now={**facts.now, option.once: True}) if option.once else facts
                ways += self._ways(Path(taken, (*point.frames, Frame(option.body))), option.at)
        return _strictest_first(ways)

    def _offered(self, option: Option, facts: Facts) -> list[tuple[Facts, bool]]:
        when = option.when
        if option.once:
            fresh = Not(Var(option.once))
            when = fresh if when is None else Both("and", fresh, when)
        return [(facts, True)] if when is None else self._truth(option.at, when, facts)

    def choices(self, path: Path) -> list[Option]:
        """What the player may choose at the end of a way, as far as that is known there."""
        if path.end is None:
            return []
        there = replace(path.facts, kept={}, asked=())  # what held at its beginning was asked of the way
        found = []
        for option in path.end.options.options:
            if any(offered for _, offered in self._offered(option, there)):
                found.append(option)
        return found

    # -- one way ---------------------------------------------------------------------------------------

    def _ways(self, start: Path, at: At) -> list[Path]:
        waiting = [start]
        done: list[Path] = []
        while waiting:
            path = waiting.pop()
            self._steps += 1
            if len(done) + len(waiting) > MOST_WAYS or self._steps > MOST_STEPS:
                self.story.leave(at, f"what comes of this depends on too much: only {len(done)} ways of it are taken over")
                break
            statement, path = _next(path)
            if statement is None:
                done.append(path)
                continue
            ways = self._step(statement, path)
            done += [way for way in ways if not way.frames]
            waiting += reversed([way for way in ways if way.frames])
        return done

    def _step(self, statement: Statement, path: Path) -> list[Path]:
        match statement:
            case Said():
                return self._say(statement, path)
            case Options():
                return self._choose(statement, path)
            case Branch(at, arms):
                return self._branch(at, arms, path)
            case AnyOf(at, arms):
                ways = []
                for when, body in arms:
                    for facts, holds in self._truth(at, when, path.facts) if when is not None else [(path.facts, True)]:
                        if holds:
                            ways.append(replace(path, facts=facts, frames=(*path.frames, Frame(body))))
                return ways or [path]
            case Assign():
                return self._assign(statement, path)
            case Command(at, name, words):
                return [replace(path, effects=(*path.effects, self._command(at, name, words)))]
            case Jump():
                return [self._jump(statement, path)]
            case Stop(_, back):
                return [replace(path, frames=_back(path.frames) if back else ())]

    def _truth(self, at: At, when: object, facts: Facts) -> list[tuple[Facts, bool]]:
        try:
            return self.variables.truth(when, facts)  # type: ignore[arg-type]
        except Unread as error:
            self.story.leave(at, f"a condition ({error}): it is taken to hold")
            return [(facts, True)]

    def _branch(self, at: At, arms: Sequence[tuple[object, Body]], path: Path) -> list[Path]:
        ways, rest = [], [path.facts]
        for when, body in arms:
            if when is None:
                ways += [replace(path, facts=facts, frames=(*path.frames, Frame(body))) for facts in rest]
                return ways
            tried = [one for facts in rest for one in self._truth(at, when, facts)]
            ways += [replace(path, facts=facts, frames=(*path.frames, Frame(body))) for facts, holds in tried if holds]
            rest = [facts for facts, holds in tried if not holds]
        return [*ways, *(replace(path, facts=facts) for facts in rest)]

    def _say(self, said: Said, path: Path) -> list[Path]:
        if len(path.said) >= MOST_SAID:
            self.story.leave(said.at, f"more than {MOST_SAID} lines without the player")
            return [path]
        ways = []
        for way, text in self._text(said.at, said.parts, path):
            speaker, words = spoken_by(" ".join(text.split()))
            ways.append(replace(way, said=(*way.said, Line(said.at, speaker, words, said.id, said.tags))))
        return ways

    def _text(self, at: At, parts: Parts, path: Path) -> list[tuple[Path, str]]:
        ways = [(path, "")]
        for part in parts:
            made = ((after, text + more) for way, text in ways for after, more in self._part(at, part, way))
            ways = list(islice(made, MOST_VARIANTS + 1))
            if len(ways) > MOST_VARIANTS:
                self.story.leave(at, f"a line that may be said in more than {MOST_VARIANTS} ways: the others")
                ways.pop()
        return ways

    def _part(self, at: At, part: str | Value | Either | Turns, path: Path) -> Iterator[tuple[Path, str]]:
        match part:
            case str():
                yield path, part.replace("{", "(").replace("}", ")")
            case Value(of):
                try:
                    values = self.variables.values(of, path.facts)
                except Unread:
                    values = [(path.facts, Told(told(of)))]
                for facts, value in values:
                    yield replace(path, facts=facts), self._written(at, value)
            case Either(arms):
                rest = [path.facts]
                for when, inner in arms:
                    tried = [one for f in rest for one in (self._truth(at, when, f) if when is not None else [(f, True)])]
                    for facts, holds in tried:
                        if holds:
                            yield from self._text(at, inner, replace(path, facts=facts))
                    rest = [facts for facts, holds in tried if not holds]
                for facts in rest:
                    yield replace(path, facts=facts), ""
            case Turns(_, "shuffle", arms):
                for inner in arms:
                    yield from self._text(at, inner, path)
            case Turns(key, kind, arms):
                many = [*arms, ()] if kind == "once" else list(arms)
                for facts, value in self.variables.values(Var(key), path.facts):
                    turn = int(value) if isinstance(value, int) else 0
                    after = (turn + 1) % len(arms) if kind == "cycle" else min(turn + 1, len(many) - 1)
                    yield from self._text(at, many[turn], replace(path, facts=replace(facts, now={**facts.now, key: after})))

    def _written(self, at: At, value: Literal | Told) -> str:
        if isinstance(value, Told):
            if value.key in _PLAYERS_NAME:
                return "{player}"
            if not re.fullmatch(r"[\w.]+", value.key):  # nobody could say the line until the game told that
                self.story.leave(at, f"the value {{{shown(value.key)}}} within a line")
                return ""
            return f"{{state.{value.key}}}"
        if isinstance(value, bool):
            return "yes" if value else "no"
        return (f"{value:g}" if isinstance(value, float) else str(value)).replace("{", "(").replace("}", ")")

    # -- what a way does -------------------------------------------------------------------------------

    def _assign(self, statement: Assign, path: Path) -> list[Path]:
        at, name, value = statement.at, statement.name, statement.value
        variables, facts = self.variables, path.facts
        if name in variables.domains:
            try:
                ways = variables.values(value, facts)
            except Unread as error:
                self.story.leave(at, f"the new value of {name} ({error})")
                return [path]
            return [
                replace(path, facts=replace(way, now={**way.now, name: variables.clamped(name, new)}))
                for way, new in ways
                if not isinstance(new, Told)
            ] or [path]
        if name.startswith(OWN):
            return [path]  # nothing asks for it
        effect: dict[str, Literal] = {"kind": "set", "name": name}
        match value:
            case Const(new):
                now = {**facts.now, name: new}
                return [replace(path, facts=replace(facts, now=now), effects=(*path.effects, {**effect, "value": new}))]
            case Both("+" | "-" as sign, Var(own), Const(int() | float() as step)) if own == name:
                effect = {"kind": "add", "name": name, "value": step if sign == "+" else -step}
            case _:
                effect["to"] = told(value)[:200]
        now = {key: known for key, known in facts.now.items() if key != name}
        return [replace(path, facts=replace(facts, now=now), effects=(*path.effects, effect))]

    def _command(self, at: At, name: str, words: Sequence[str]) -> Mapping[str, Literal]:
        kind = f"{name}_command" if name in {"quest", "tag"} else name
        if len(words) > 12:
            self.story.leave(at, f"of <<{shown(name)}>> what stands behind the twelfth word")
        given = {f"arg{n}": _read(word) for n, word in enumerate(words[:12], 1)}
        return {"kind": kind[:80], **given}

    def _jump(self, jump: Jump, path: Path) -> Path:
        if jump.target not in self.story.nodes:
            self.story.leave(jump.at, f"there is no `{shown(jump.target)}` to go to: the dialogue ends there")
            return replace(path, frames=())
        if path.jumps >= MOST_JUMPS:
            self.story.leave(jump.at, "it goes round and round without the player: the dialogue ends there")
            return replace(path, frames=())
        frames = path.frames if jump.back else _back(path.frames) if self.story.keeps_ways_back else ()
        begun = Frame(self.story.nodes[jump.target], 0, back=jump.back or bool(frames))
        facts = self._enter(jump.target, path.facts)
        return replace(path, facts=facts, frames=(*frames, begun), jumps=path.jumps + 1)

    def _enter(self, node: str, facts: Facts) -> Facts:
        name = f"visited {node}"
        counts = self.story.counts_entries and name in self.variables.domains
        return replace(facts, now={**facts.now, name: True}) if counts else facts

    def _choose(self, options: Options, path: Path) -> list[Path]:
        rest = [path.facts]
        ways: list[Path] = []
        if options.fallback is not None:
            for option in options.options:
                rest = [facts for one in rest for facts, offered in self._offered(option, one) if not offered]
                if not rest:
                    break
            ways = [replace(path, facts=facts, frames=(*path.frames, Frame(options.fallback))) for facts in rest]
            if not options.options:
                return ways
        return [*ways, replace(path, end=self._point(options, path.frames), frames=())]

    def _point(self, options: Options, frames: Frames) -> Point:
        mark = (id(options), *((id(frame.body), frame.next, frame.back) for frame in frames))
        if mark not in self.points:
            name, n = f"{_slug(options.at.file)}_{options.at.line}", 2
            while name in self._names:
                name, n = f"{_slug(options.at.file)}_{options.at.line}_{n}", n + 1
            self._names.add(name)
            self.points[mark] = Point(name, options, frames)
        return self.points[mark]


def _strictest_first(ways: list[Path]) -> list[Path]:
    """Of several lines that may be said those first that ask for more; all other ways exclude each other anyway."""
    return sorted(ways, key=lambda path: -len(path.facts.kept) - len(path.facts.asked))


def _next(path: Path) -> tuple[Statement | None, Path]:
    """The next statement of a way, and the way behind it; None at its end."""
    frames = path.frames
    while frames and frames[-1].next >= len(frames[-1].body):
        frames = frames[:-1]
    if not frames:
        return None, replace(path, frames=())
    top = frames[-1]
    return top.body[top.next], replace(path, frames=(*frames[:-1], replace(top, next=top.next + 1)))


def _back(frames: Frames) -> Frames:
    """Whoever waits to be come back to, and what waits for them."""
    for n in range(len(frames) - 1, -1, -1):
        if frames[n].back:
            return frames[:n]
    return ()


def spoken_by(text: str) -> tuple[str, str]:
    """Who says a line, by what stands before a colon, and the words; empty: nobody is named."""
    found = _SPEAKER.match(text)
    return (found[1], text[found.end() :].strip()) if found else ("", text.strip())


def _read(word: str) -> Literal:
    """A word of a command as a game would take it."""
    if word in {"true", "false"}:
        return word == "true"
    try:
        number = float(word)
    except ValueError:
        return word.replace("{", "(").replace("}", ")")[:200]
    return int(number) if number.is_integer() and abs(number) < 1e15 else number if abs(number) < 1e300 else word[:200]


def _slug(file: str) -> str:
    name = re.split(r"[/\\]", file)[-1].partition(".")[0]
    return re.sub(r"\W+", "_", name)[:30] or "story"
