"""Lines of Ink: text with values, conditions and alternatives in braces, tags, diverts, and glue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from npc.card_file import shown
from npc.exchange.dialogue.expressions import Both, Call, Const, Expression, Literal, Not, Unread, Var, opaque, parsed
from npc.exchange.dialogue.story import MAX_DEPTH, At, Either, Jump, Parts, Statement, Stop, Story, Turns, Value, source_fault

_DIVERT = re.compile(r"\s*(->->|->)\s*")
_KINDS = {"&": "cycle", "!": "once", "~": "shuffle"}
_NAMED_KINDS = {"stopping": "sequence", "cycle": "cycle", "once": "once", "shuffle": "shuffle"}
_ENDINGS = frozenset({"END", "DONE"})


class Names:
    """What names mean in a story: constants, cases of lists, and where one stands.

    Attributes:
        constants: CONST, and the cases of LIST.
        knot: the knot that is read.
    """

    def __init__(self, story: Story) -> None:
        self.story = story
        self.constants: dict[str, Literal] = {}
        self.knot = ""
        self._count = 0

    def expression(self, at: At, text: str) -> Expression:
        """An expression; what is none that is understood, the game is to tell."""
        try:
            return self._resolved(parsed(text))
        except Unread as error:
            self.story.leave(at, f"`{shown(text)}` is not understood ({error}): the game tells it in its `state`")
            return opaque(text)

    def _resolved(self, of: Expression) -> Expression:
        match of:
            case Var(name) if name in self.constants or (name.rpartition(".")[2] in self.constants and "." in name):
                return Const(self.constants[name if name in self.constants else name.rpartition(".")[2]])
            case Var(name) if f"{self.knot}.{name}" in self.story.nodes or f"{self.knot}.{name}" in self.story.labels:
                return Var(f"{self.knot}.{name}")
            case Not(inner):
                return Not(self._resolved(inner))
            case Both(sign, left, right):
                return Both(sign, self._resolved(left), self._resolved(right))
            case Call(name, given):
                return Call(name, tuple(map(self._resolved, given)))
        return of

    def target(self, name: str) -> str:
        """The node that a divert of this knot means."""
        local = f"{self.knot}.{name}"
        if local in self.story.nodes:
            return local
        if name in self.story.nodes:
            return name
        return next((node for node in self.story.nodes if node.endswith(f".{name}")), name)

    def key(self, at: At) -> str:
        """A name of its own for alternatives at a line."""
        self._count += 1
        return f"turn {at.line} {self._count}"


def parts_of(names: Names, at: At, text: str, depth: int = 0) -> Parts:
    """The parts of a text; escaped characters are themselves."""
    if depth > MAX_DEPTH:
        raise source_fault(at, f"braces nested deeper than {MAX_DEPTH} levels", "Use knots and diverts.")
    parts: list[str | Value | Either | Turns] = []
    for is_inner, piece in _braced(names, at, text):
        if is_inner:
            parts.append(_inner(names, at, piece, depth + 1))
        elif piece:
            parts.append(piece.replace("<>", ""))
    return tuple(parts)


def _braced(names: Names, at: At, text: str) -> Iterator[tuple[bool, str]]:
    """The pieces of a text outside and inside of braces."""
    start = level = 0
    for place, sign in signs(text):
        if sign == "{":
            if not level:
                yield False, plain(text[start:place])
                start = place + 1
            level += 1
        elif sign == "}" and level:
            level -= 1
            if not level:
                yield True, text[start:place]
                start = place + 1
    if level:
        names.story.leave(at, "a brace is not closed")
    yield False, plain(text[start:] if not level else "")


def signs(text: str) -> Iterator[tuple[int, str]]:
    """The characters of a text that are not escaped, each with its place."""
    place = 0
    while place < len(text):
        if text[place] == "\\":
            place += 2
            continue
        yield place, text[place]
        place += 1


def plain(text: str) -> str:
    """With escaped characters as themselves."""
    return re.sub(r"\\(.)", r"\1", text)


def split_at(text: str, sign: str) -> list[str]:
    """The pieces between a sign that stands outside of braces, brackets and quotes."""
    pieces, start, level, quoted = [], 0, 0, False
    for place, c in signs(text):
        if c == '"' and sign == ":":
            quoted = not quoted
        elif c in "{(":
            level += 1
        elif c in "})":
            level -= 1
        elif c == sign and not level and not quoted:
            pieces.append(text[start:place])
            start = place + 1
    return [*pieces, text[start:]]


def _inner(names: Names, at: At, text: str, depth: int) -> str | Value | Either | Turns:
    """What stands between two braces on one line."""
    kind = _KINDS.get(text[:1])
    if kind is not None and not (text[0] == "!" and len(split_at(text, ":")) > 1):  # that one is meant as "not"
        return Turns(names.key(at), kind, tuple(parts_of(names, at, arm, depth) for arm in split_at(text[1:], "|")))
    head, *rest = split_at(text, ":")
    if rest:
        yes, *no = split_at(text[len(head) + 1 :], "|")
        arms: list[tuple[Expression | None, Parts]] = [(names.expression(at, head), parts_of(names, at, yes, depth))]
        arms.append((None, parts_of(names, at, no[0], depth) if no else ()))
        return Either(tuple(arms))
    arms_of = split_at(text, "|")
    if len(arms_of) > 1:
        return Turns(names.key(at), "sequence", tuple(parts_of(names, at, arm, depth) for arm in arms_of))
    return Value(names.expression(at, text))


def kind_of_block(head: str) -> str:
    """The kind of alternatives that the head of a block names; empty: it is a condition."""
    words = head.split()
    return "shuffle" if "shuffle" in words else _NAMED_KINDS.get(words[0], "") if len(words) == 1 else ""


def without_tags(text: str) -> tuple[str, list[str]]:
    """A line without its tags, and these."""
    text, *tags = split_at(text, "#")
    return text.strip(), [plain(tag.strip()) for tag in tags if tag.strip()]


def without_divert(names: Names, at: At, text: str) -> tuple[str, tuple[Statement, ...]]:
    """A line without the divert at its end, and what that does."""
    place = next((place for place in _outside(text) if text.startswith("->", place)), None)
    if place is None:
        return text, ()
    return text[:place].rstrip(), tuple(_diverts(names, at, text[place:]))


def _outside(text: str) -> Iterator[int]:
    level = 0
    for place, c in signs(text):
        level += (c == "{") - (c == "}")
        if not level and c == "-":
            yield place


def _diverts(names: Names, at: At, text: str) -> Iterator[Statement]:
    if text.strip().startswith("->->"):
        yield Stop(at, back=True)
        return
    pieces = _DIVERT.split(text.strip())[1:]
    targets = [target.strip() for target in pieces[1::2]]
    is_tunnel = len(targets) > 1 and not targets[-1]
    named = [target for target in targets if target]
    for n, target in enumerate(named):
        name = target.partition("(")[0].strip()
        if "(" in target:
            names.story.leave(at, f"the parameters of `-> {shown(target)}`")
        back = is_tunnel or n + 1 < len(named)
        yield Stop(at) if name in _ENDINGS else Jump(at, names.target(name), back)


@dataclass(frozen=True, slots=True)
class InkLine:
    """A line, or several that braces hold together."""

    at: At
    text: str


def groups_of(lines: list[InkLine]) -> list[tuple[InkLine | None, list[InkLine]]]:
    """The lines of a block, those behind each `-` together."""
    groups: list[tuple[InkLine | None, list[InkLine]]] = [(None, [])]
    level = 0
    for line in lines:
        if not level and line.text.startswith("-") and not line.text.startswith("->"):
            text = line.text[1:].strip()
            groups.append((InkLine(line.at, text), [InkLine(line.at, text)] if text else []))
        elif level and groups[-1][1]:
            last = groups[-1][1][-1]
            groups[-1][1][-1] = InkLine(last.at, f"{last.text}\n{line.text}")
        elif line.text:
            groups[-1][1].append(line)
        level += sum((c == "{") - (c == "}") for _, c in signs(line.text))
    return [group for group in groups if group[0] or group[1]]


def levels_of(text: str) -> list[tuple[int, int]]:
    """How deep in braces a text is behind each of its closing braces."""
    level, found = 0, []
    for place, c in signs(text):
        level += (c == "{") - (c == "}")
        if c == "}":
            found.append((place, level))
    return found
