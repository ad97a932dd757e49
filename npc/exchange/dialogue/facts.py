"""What holds on a way through a dialogue: the variables of the story, and what of the game's state was asked.

A variable that takes few values, all of them set by the story, is kept by the card, as a quest whose steps are its values. Any
other belongs to the game, which tells it in its `state`; so does what an expression cannot tell here (functions of the game).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from npc.exchange.dialogue.expressions import Both, Call, Const, Expression, Literal, Not, Unread, Var, joined, told
from npc.exchange.dialogue.story import AnyOf, Assign, Body, Branch, Either, Options, Parts, Said, Story, Turns, Value

MOST_VALUES = 8  # of a variable that the card keeps
MOST_WAYS = 400  # on which one expression may hold
VISITED = "visited "
OWN = ("once ", "taken ", "turn ", VISITED)  # variables that only the import knows
_SIGNS = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
_OPPOSITE = {"!=": "=="}

Pairs: TypeAlias = "tuple[tuple[str, frozenset[Literal]], ...]"


@dataclass(frozen=True, slots=True)
class Told:
    """A value that the game tells."""

    key: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a way has assumed and changed.

    Attributes:
        kept: variables of the card that must have had one of these values at its beginning.
        asked: entries of the game's state, what they are compared with, and whether that must hold.
        now: variables whose value the way itself has set.
        stale: entries of the state that the way has had changed.
    """

    kept: Mapping[str, frozenset[Literal]] = field(default_factory=dict)
    asked: tuple[tuple[str, Literal, bool], ...] = ()
    now: Mapping[str, Literal] = field(default_factory=dict)
    stale: frozenset[str] = frozenset()

    def mark(self) -> tuple[object, ...]:
        """The same for the same facts."""
        kept = tuple(sorted((name, tuple(sorted(map(repr, values)))) for name, values in self.kept.items()))
        return kept, self.asked, tuple(sorted((name, repr(value)) for name, value in self.now.items())), self.stale


class Variables:
    """The variables of a story: which of them the card keeps, and what they may be.

    Args:
        story: as it was read.
    """

    def __init__(self, story: Story) -> None:
        self._story = story
        self._set: dict[str, list[Expression]] = {}
        self._shown: set[str] = set()
        self._asked: set[str] = set()
        self._compared: dict[str, set[Literal]] = {}
        self.asked_visits: set[str] = set()
        for body in story.nodes.values():
            self._body(body)
        self.domains: dict[str, tuple[Literal, ...]] = {}
        visits = {f"visited {visited}" for visited in self.asked_visits}
        for name in sorted({*self._set, *visits}):
            if name.startswith(VISITED) and name not in visits:
                continue
            if values := self._values(name):
                self.domains[name] = values

    def start(self, name: str) -> Literal:
        """What it is at first."""
        return self.domains[name][0]

    def _values(self, name: str) -> tuple[Literal, ...]:
        """All that it may be, its first value first; nothing where that is much, or not known, or where nothing asks for it."""
        given = self._set.get(name, [])
        constants = [one.value for one in given if isinstance(one, Const)]
        if name.startswith(OWN):
            if name in self._story.starts:
                return tuple(dict.fromkeys([0, *sorted(constants, key=repr)]))
            return (False, True)
        counts = [one for one in given if _counts(name, one)]
        if name in self._shown or name not in self._asked or len(constants) + len(counts) < len(given):
            return ()
        if not all(_by_one(one) for one in counts):  # a sum of money, not a counter: the game keeps the books
            return ()
        if name in self._story.starts:
            first = self._story.starts[name][1]
        else:
            kinds = {type(value) for value in constants}
            first = False if kinds == {bool} else "" if kinds == {str} else 0
        if counts:
            return self._numbers(first, constants, counts, name)
        values = tuple(dict.fromkeys([_typed(value) for value in (first, *constants)]))
        return tuple(value for _, value in values) if len(values) <= MOST_VALUES else ()

    def _numbers(
        self, first: Literal, constants: list[Literal], counts: Sequence[Expression], name: str
    ) -> tuple[Literal, ...]:
        """Whole numbers from the least to the greatest that matters, and one beyond."""
        some = [first, *constants, *self._compared.get(name, ())]
        if not all(isinstance(value, int) and not isinstance(value, bool) for value in some):
            return ()
        numbers = [int(value) for value in some]
        down = any(isinstance(one, Both) and one.sign == "-" for one in counts)
        values = range(min(numbers) - down, max(numbers) + 2)
        rest = [value for value in values if value != first]
        return (first, *rest) if len(values) <= MOST_VALUES else ()

    # -- what the story says of them -------------------------------------------------------------------

    def _body(self, body: Body) -> None:
        waiting: list[Body] = [body]
        while waiting:
            for statement in waiting.pop():
                match statement:
                    case Said(_, parts):
                        self._parts(parts)
                    case Assign(_, name, value):
                        self._set.setdefault(name, []).append(value)
                        if not _counts(name, value):
                            self._expression(value)
                    case Branch(_, arms) | AnyOf(_, arms):
                        for when, inner in arms:
                            self._expression(when)
                            waiting.append(inner)
                    case Options(_, options, fallback):
                        waiting += [fallback] if fallback else []
                        for option in options:
                            self._expression(option.when)
                            self._parts(option.parts)
                            if option.once:
                                self._set.setdefault(option.once, []).append(Const(True))
                            waiting.append(option.body)

    def _parts(self, parts: Parts) -> None:
        for part in parts:
            match part:
                case Value(of):
                    self._shown |= _names(of)
                    self._expression(of)
                case Either(arms):
                    for when, inner in arms:
                        self._expression(when)
                        self._parts(inner)
                case Turns(key, kind, inner_arms):
                    last = len(inner_arms) + (kind == "once")
                    self._story.starts[key] = (next(iter(self._story.begins.values())), 0)
                    self._set.setdefault(key, []).extend(Const(n) for n in range(1, last))
                    for inner in inner_arms:
                        self._parts(inner)

    def _expression(self, of: Expression | None) -> None:
        self._asked |= {of.name} if isinstance(of, Var) else set()
        match of:
            case Call(name, (Const(str(node)), *_)) if name in {"visited", "visited_count"}:
                self.asked_visits.add(node)
            case Var(name) if name not in self._story.starts and (name in self._story.nodes or name in self._story.labels):
                self.asked_visits.add(name)
            case Both(sign, Var(name), Const(value)) | Both(sign, Const(value), Var(name)) if sign in _SIGNS:
                self._compared.setdefault(name, set()).add(value)
                self._expression(Var(name))
            case Not(inner):
                self._expression(inner)
            case Both(_, left, right):
                self._expression(left)
                self._expression(right)

    # -- what an expression is -------------------------------------------------------------------------

    def truth(self, of: Expression, facts: Facts) -> list[tuple[Facts, bool]]:
        """The ways on which an expression holds, and those on which it does not."""
        match of:
            case Not(inner):
                return [(way, not holds) for way, holds in self.truth(inner, facts)]
            case Both("and" | "or" as sign, left, right):
                stop = sign == "or"
                found: list[tuple[Facts, bool]] = []
                for way, holds in self.truth(left, facts):
                    found += [(way, holds)] if holds == stop else self.truth(right, way)
                return _merged(found)
            case Both("xor", left, right):
                first = self.truth(left, facts)
                return _merged([(way, a != b) for one, a in first for way, b in self.truth(right, one)])
            case Both(sign, left, right) if sign in _SIGNS:
                return _merged(self._comparison(of, sign, left, right, facts))
        ways = [
            one
            for way, value in self.values(of, facts)
            for one in (_asked(way, value.key, True) if isinstance(value, Told) else [(way, bool(value))])
        ]
        return _merged(ways)

    def _comparison(self, of: Both, sign: str, left: Expression, right: Expression, facts: Facts) -> list[tuple[Facts, bool]]:
        found: list[tuple[Facts, bool]] = []
        for one, a in self.values(left, facts):
            for way, b in self.values(right, one):
                if isinstance(a, Told) and isinstance(b, Told):
                    found += _asked(way, told(of), True)
                elif isinstance(a, Told) and not isinstance(b, Told):
                    found += _compared(way, a.key, sign, b)
                elif isinstance(b, Told) and not isinstance(a, Told):
                    found += _compared(way, b.key, _SIGNS[sign], a)
                elif not isinstance(a, Told) and not isinstance(b, Told):
                    try:
                        found.append((way, bool(joined(sign, a, b))))
                    except Unread:
                        found.append((way, False))
        return found

    def values(self, of: Expression, facts: Facts) -> list[tuple[Facts, Literal | Told]]:
        """The values that an expression may have, each with the way on which it has it."""
        match of:
            case Const(value):
                return [(facts, value)]
            case Var(name):
                return self._variable(self._visited(name) or name, facts)
            case Call("visited" | "visited_count", (Const(str(node)), *_)):
                return self._variable(f"visited {node}", facts)
            case Call():
                return [(facts, Told(told(of)))]
            case Both(sign, left, right) if sign in {"+", "-", "*", "/", "%"}:
                found: list[tuple[Facts, Literal | Told]] = []
                for one, a in self.values(left, facts):
                    for way, b in self.values(right, one):
                        found.append((way, _sum(of, sign, a, b)))
                return found
        return [(way, holds) for way, holds in self.truth(of, facts)]

    def _visited(self, name: str) -> str:
        """The variable that tells whether a part of the story was passed, where that is what a name means."""
        return f"visited {name}" if name in self.asked_visits and f"visited {name}" in self.domains else ""

    def _variable(self, name: str, facts: Facts) -> list[tuple[Facts, Literal | Told]]:
        if name in facts.now:
            return [(facts, facts.now[name])]
        if name not in self.domains:
            return [(facts, Told(name))]
        values = facts.kept.get(name, frozenset(self.domains[name]))
        ordered = [value for value in self.domains[name] if any(_same(value, other) for other in values)]
        return [(replace(facts, kept={**facts.kept, name: frozenset([value])}), value) for value in ordered]

    def clamped(self, name: str, value: Literal) -> Literal:
        """A value of a variable that the card keeps: what counts on beyond all that matters stays there."""
        domain = self.domains[name]
        if any(_same(value, other) for other in domain) or not isinstance(value, (int, float)):
            return next((other for other in domain if _same(value, other)), domain[0])
        numbers = [other for other in domain if isinstance(other, (int, float))]
        return min(numbers, key=lambda other: abs(other - value)) if numbers else domain[0]


def _names(of: Expression | None) -> set[str]:
    match of:
        case Var(name):
            return {name}
        case Not(inner):
            return _names(inner)
        case Both(_, left, right):
            return _names(left) | _names(right)
        case Call(_, given):
            return {name for one in given for name in _names(one)}
    return set()


def _counts(name: str, value: Expression) -> bool:
    """Whether a value counts a variable up or down."""
    match value:
        case Both("+" | "-", Var(own), Const(int(step))) if own == name and not isinstance(step, bool):
            return True
    return False


def _by_one(count: Expression) -> bool:
    """Whether a variable is counted one by one, so that all that it may come to are a few steps."""
    return isinstance(count, Both) and count.right == Const(1)


def _typed(value: Literal) -> tuple[str, Literal]:
    """Apart from others that are equal to it in Python: 1 and true."""
    return type(value).__name__, value


def _same(one: Literal, other: Literal) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _sum(of: Both, sign: str, a: Literal | Told, b: Literal | Told) -> Literal | Told:
    if isinstance(a, Told) or isinstance(b, Told):
        return Told(told(of))
    try:
        return joined(sign, a, b)
    except Unread:
        return Told(told(of))


def _asked(facts: Facts, key: str, value: Literal) -> list[tuple[Facts, bool]]:
    """The ways on which the game tells a value, and on which it tells another one or nothing."""
    known = next((holds for asked, other, holds in facts.asked if asked == key and _same(other, value)), None)
    if known is not None:
        return [(facts, known)]
    return [(replace(facts, asked=(*facts.asked, (key, value, holds))), holds) for holds in (True, False)]


def _compared(facts: Facts, key: str, sign: str, value: Literal) -> list[tuple[Facts, bool]]:
    if sign == "==":
        return _asked(facts, key, value)
    if sign == "!=":
        return [(way, not holds) for way, holds in _asked(facts, key, value)]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return _asked(facts, f"{key} {sign} {value}", True)
    return _asked(facts, key, f"{sign} {value:g}")


def _merged(ways: list[tuple[Facts, bool]]) -> list[tuple[Facts, bool]]:
    """Fewer ways that say the same: those that differ in what one variable was are one.

    Raises:
        Unread: there are more than anybody can follow.
    """
    if len(ways) > MOST_WAYS:
        raise Unread("it depends on too much")
    found = list(ways)
    names = dict.fromkeys(name for facts, _ in ways for name in facts.kept)
    for name in names:
        groups: dict[tuple[object, ...], tuple[Facts, bool]] = {}
        for facts, holds in found:
            if name not in facts.kept:
                groups[(holds, facts.mark(), "")] = (facts, holds)
                continue
            rest = {other: values for other, values in facts.kept.items() if other != name}
            mark = (holds, replace(facts, kept=rest).mark(), name)
            before = groups.get(mark)
            values = facts.kept[name] | (before[0].kept[name] if before else frozenset())
            groups[mark] = (replace(facts, kept={**facts.kept, name: values}), holds)
        found = list(groups.values())
    return found


def names_asked(ways: Sequence[Facts]) -> Iterator[str]:
    """The entries of the state that ways ask for."""
    yield from dict.fromkeys(key for facts in ways for key, _, _ in facts.asked)
