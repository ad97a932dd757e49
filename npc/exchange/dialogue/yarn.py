"""Yarn Spinner (versions 2 and 3) as a story: docs.yarnspinner.dev.

Nodes with headers, lines with speakers, options, line groups, node groups, conditions, `once`, variables, jumps and detours,
commands, tags and line ids are read; what else there is, is noted as left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from npc.card_file import shown
from npc.exchange.dialogue.expressions import Both, Const, Expression, Not, Unread, Var, opaque, parsed
from npc.exchange.dialogue.story import (
    MAX_DEPTH,
    AnyOf,
    Assign,
    At,
    Body,
    Branch,
    Command,
    Jump,
    Option,
    Options,
    Parts,
    Said,
    Statement,
    Stop,
    Story,
    Value,
    source_fault,
)

_ESCAPED = re.compile(r"\\([\\{}#<>\[\]/:])")
_HIDDEN = 0xF0000  # where escaped characters wait, so that nobody takes them for signs
_SHOWN_AGAIN = re.compile(f"[{chr(_HIDDEN)}-{chr(_HIDDEN + 127)}]")
_TAG = re.compile(r"#([^\s#]+)\s*$")
_CONDITION = re.compile(r"<<\s*(if|once)\b([^<>]*(?:[<>]=?[^<>]+)*)>>\s*$")
_COMMAND = re.compile(r"<<\s*([^\s<>]+)\s*(.*?)\s*>>\s*$", re.DOTALL)
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
_VALUE = re.compile(r"\{([^{}]*)\}")
_SET = re.compile(r"\$([^\W\d]\w*)\s*(to\b|=|\+=|-=|\*=|/=|%=)\s*(.+)", re.DOTALL)
_DECLARED = re.compile(r"\$([^\W\d]\w*)\s*(?:=|to\b)\s*(.+?)(?:\s+as\s+\w+)?", re.DOTALL)
_HEADER = re.compile(r"([\w-]+)\s*:\s*(.*)")
_ENDS = frozenset({"elseif", "else", "endif", "endonce"})
_NOBODY_SEES = frozenset({"wait"})  # of presentation alone


@dataclass(frozen=True, slots=True)
class _Line:
    at: At
    indent: int
    text: str


def read_yarn(files: Sequence[tuple[Path, str]]) -> Story:
    """The story of one or several files.

    Raises:
        PersonaError: `dialogue`: a file has no node, or is nested too deep.
    """
    story = Story(names_speakers=True)
    groups: dict[str, list[tuple[str, Body]]] = {}
    for path, text in files:
        name = shown(str(path), 400)
        found = 0
        for at, headers, lines in _nodes(name, text):
            found += 1
            title = headers.get("title", "")
            if not title:
                story.leave(at, "a node without a title")
                continue
            body = _marked(f"visited {title}", at, _Reader(story, lines).body())
            groups.setdefault(title, []).append((headers.get("when", ""), body))
            story.begins.setdefault(title, at)
            if len(groups[title]) > 1 and not headers.get("when"):
                story.leave(at, f"a second node `{shown(title)}`")
                groups[title].pop()
        if not found:
            raise source_fault(f"{name}:1", "no node is in this file", "A node begins with `title: Start` and a line `---`.")
    for title, many in groups.items():
        story.nodes[title] = many[0][1] if len(many) == 1 and not many[0][0] else _group(story, title, many)
    story.entry = "Start" if "Start" in story.nodes else next(iter(story.nodes), "")
    return story


def _nodes(name: str, text: str) -> list[tuple[At, dict[str, str], list[_Line]]]:
    """Where each node begins, its headers, and its lines."""
    nodes: list[tuple[At, dict[str, str], list[_Line]]] = []
    headers: dict[str, str] = {}
    body: list[_Line] | None = None
    begins = At(name, 1)
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if body is None:
            if stripped == "---" and headers:
                body = []
                nodes.append((begins, headers, body))
            elif header := _HEADER.fullmatch(stripped):
                begins = begins if headers else At(name, number)
                key, value = header[1], header[2].partition("//")[0].strip()
                headers[key] = f"({headers[key]}) and ({value})" if key == "when" and key in headers else value
        elif stripped == "===":
            body, headers = None, {}
        else:
            text_of_line = _without_comment(_ESCAPED.sub(lambda found: chr(_HIDDEN + ord(found[1])), line.expandtabs(8)))
            if text_of_line.strip():
                indent = len(text_of_line) - len(text_of_line.lstrip())
                body.append(_Line(At(name, number), indent, text_of_line.strip()))
    return nodes


def _without_comment(line: str) -> str:
    """Without what stands behind `//`; within a command it is part of a text there."""
    start = line.rfind(">>") if line.lstrip().startswith("<<") else 0
    place = line.find("//", max(start, 0))
    return line if place < 0 else line[:place].rstrip()


def _marked(name: str, at: At, body: Body) -> Body:
    """A node that notes that it was visited, wherever it is left."""
    return (*_marks(Assign(at, name, Const(True)), body), Assign(at, name, Const(True)))


def _marks(visited: Assign, body: Body) -> Body:
    found: list[Statement] = []
    for statement in body:
        match statement:
            case Jump(_, _, False) | Stop():
                found.append(visited)
            case Branch(at, arms):
                statement = Branch(at, tuple((when, _marks(visited, inner)) for when, inner in arms))
            case AnyOf(at, arms):
                statement = AnyOf(at, tuple((when, _marks(visited, inner)) for when, inner in arms))
            case Options(at, options):
                marked = tuple(replace(option, body=_marks(visited, option.body)) for option in options)
                statement = Options(at, marked)
        found.append(statement)
    return tuple(found)


def _group(story: Story, title: str, many: Sequence[tuple[str, Body]]) -> Body:
    """Nodes of one name with conditions: the one that asks for most goes before the others."""
    ranked = sorted(many, key=lambda one: -(len(re.findall(r"\band\b|&&|\bonce\b", one[0])) + (one[0] not in {"", "always"})))
    arms: list[tuple[Expression | None, Body]] = []
    at = story.begins[title]
    for n, (when, body) in enumerate(ranked):
        condition: Expression | None = None
        if "once" in when.split():
            key = f"once {title} {n + 1}"
            condition = Not(Var(key))
            body = (Assign(at, key, Const(True)), *body)
            when = " ".join(word for word in when.replace("(once)", "").split() if word not in {"once", "if"})
            when = when.removeprefix("and ").strip()
        if when and when != "always":
            asked = condition_of(story, at, when)
            condition = asked if condition is None else Both("and", condition, asked)
        arms.append((condition, body))
    return (Branch(at, tuple(arms)),)


def condition_of(story: Story, at: At, text: str, dollars: bool = True) -> Expression:
    """An expression; what is none that is understood, the game is to tell."""
    try:
        return parsed(text, dollars)
    except Unread as error:
        story.leave(at, f"the condition `{shown(text)}` is not understood ({error}): the game tells it in its `state`")
        return opaque(text)


class _Reader:
    """Reads the lines of one node."""

    def __init__(self, story: Story, lines: list[_Line]) -> None:
        self._story, self._lines, self._next = story, lines, 0

    def body(self, outer: int = -1, depth: int = 0) -> Body:
        """The statements that are indented further than `outer`, as far as no block ends."""
        if depth > MAX_DEPTH:
            raise source_fault(self._lines[self._next - 1].at, f"nested deeper than {MAX_DEPTH} levels", "Use nodes and jumps.")
        found: list[Statement] = []
        while self._next < len(self._lines) and self._lines[self._next].indent > outer:
            line = self._lines[self._next]
            if line.text.startswith("->"):
                found.append(self._options(line.indent, depth))
            elif line.text.startswith("=>"):
                found.append(AnyOf(line.at, tuple(self._arms("=>", line.indent, depth))))
            elif (command := _COMMAND.fullmatch(_tags(line.text)[0])) is not None:
                if command[1] in _ENDS:
                    if depth:
                        break
                    self._story.leave(line.at, f"<<{command[1]}>> ends nothing")
                    self._next += 1
                    continue
                self._next += 1
                found += self._command(line.at, command[1], command[2], outer, depth)
            else:
                self._next += 1
                found += self._said(line)
        return tuple(found)

    def _options(self, indent: int, depth: int) -> Statement:
        at = self._lines[self._next].at
        options: list[Option] = []
        while self._next < len(self._lines):
            line = self._lines[self._next]
            if line.indent != indent or not line.text.startswith("->"):
                break
            self._next += 1
            text, tags, line_id = _split(line.text[2:])
            text, when, once = self._condition(line.at, text)
            body = self.body(indent, depth + 1)
            options.append(Option(line.at, self._parts(line.at, text), body, when, once, (), line_id))
            for tag in tags:
                self._story.leave(line.at, f"the tag #{shown(tag)} of an option")
        return Options(at, tuple(options))

    def _arms(self, sign: str, indent: int, depth: int) -> list[tuple[Expression | None, Body]]:
        arms: list[tuple[Expression | None, Body]] = []
        while self._next < len(self._lines):
            line = self._lines[self._next]
            if line.indent != indent or not line.text.startswith(sign):
                break
            self._next += 1
            text, when, once = self._condition(line.at, line.text[len(sign) :])
            first = self._plain(line.at, text)
            if once:
                when = Not(Var(once)) if when is None else Both("and", Not(Var(once)), when)
                first = (Assign(line.at, once, Const(True)), *first)
            arms.append((when, (*first, *self.body(indent, depth + 1))))
        return arms

    def _condition(self, at: At, text: str) -> tuple[str, Expression | None, str]:
        """A text without its condition, that condition, and the variable of its `once`."""
        text, tags = _tags(text)
        found = _CONDITION.search(text)
        if found is None:
            return _with_tags(text, tags), None, ""
        asked = found[2].strip()
        once = f"once {at.line}" if found[1] == "once" else ""
        asked = asked.removeprefix("if ").strip() if once else asked
        when = condition_of(self._story, at, _revealed(asked)) if asked else None
        return _with_tags(text[: found.start()].strip(), tags), when, once

    def _said(self, line: _Line) -> Body:
        text, when, once = self._condition(line.at, line.text)
        said = self._plain(line.at, text)
        if when is None and not once:
            return said
        if once:
            when = Not(Var(once)) if when is None else Both("and", Not(Var(once)), when)
            said = (Assign(line.at, once, Const(True)), *said)
        return (Branch(line.at, ((when, said),)),)

    def _plain(self, at: At, text: str) -> Body:
        text, tags, line_id = _split(text)
        if "[[" in text:
            self._story.leave(at, "a link of Yarn 1 (`[[…]]`): let Yarn Spinner upgrade the file")
            return ()
        if "<<" in text or ">>" in text:
            self._story.leave(at, "a command within a line: put it on a line of its own")
            text = re.sub(r"<<.*?>>", "", text)
        return (Said(at, self._parts(at, text), tuple(_revealed(tag) for tag in tags), line_id),) if text.strip() else ()

    def _parts(self, at: At, text: str) -> Parts:
        parts: list[str | Value] = []
        for n, part in enumerate(_VALUE.split(text.strip())):
            if n % 2:
                parts.append(Value(condition_of(self._story, at, _revealed(part))))
            elif part:
                parts.append(_revealed(part))
        return tuple(parts)

    def _command(self, at: At, name: str, rest: str, outer: int, depth: int) -> Body:
        rest = _revealed(rest)
        match name:
            case "if":
                return self._if(at, rest, outer, depth)
            case "once":
                return self._once(at, rest, outer, depth)
            case "set":
                return self._set(at, rest)
            case "declare":
                return self._declare(at, rest)
            case "jump" | "detour":
                if not rest or rest.startswith("{"):
                    self._story.leave(at, f"<<{name} {shown(rest)}>>, whose node is not written there")
                    return ()
                return (Jump(at, rest.split()[0], name == "detour"),)
            case "stop" | "return":
                return (Stop(at, name == "return"),)
            case "enum":
                while self._next < len(self._lines) and "endenum" not in self._lines[self._next].text:
                    self._next += 1
                self._next += 1
                return ()
        if name in _NOBODY_SEES:
            self._story.leave(at, f"<<{name}>>")
            return ()
        words = tuple(first or second for first, second in _WORD.findall(rest))
        return (Command(at, name, words),)

    def _if(self, at: At, asked: str, outer: int, depth: int) -> Body:
        arms: list[tuple[Expression | None, Body]] = []
        condition: Expression | None = condition_of(self._story, at, asked)
        while True:
            arms.append((condition, self.body(outer, depth + 1)))
            name, rest, _ = self._end(at, "endif")
            if name == "elseif":
                condition = condition_of(self._story, at, rest)
            elif name == "else":
                condition = None
            else:
                return (Branch(at, tuple(arms)),)

    def _once(self, at: At, asked: str, outer: int, depth: int) -> Body:
        key = f"once {at.line}"
        when: Expression = Not(Var(key))
        if asked.startswith("if "):
            when = Both("and", when, condition_of(self._story, at, asked[3:]))
        arms: list[tuple[Expression | None, Body]] = [(when, (Assign(at, key, Const(True)), *self.body(outer, depth + 1)))]
        if self._end(at, "endonce")[0] == "else":
            arms.append((None, self.body(outer, depth + 1)))
            self._end(at, "endonce")
        return (Branch(at, tuple(arms)),)

    def _end(self, at: At, wanted: str) -> tuple[str, str, At]:
        """The command that ends a block, taken; a block that nothing ends, ends with what it stands in."""
        if self._next < len(self._lines) and (command := _COMMAND.fullmatch(self._lines[self._next].text)):
            line = self._lines[self._next]
            if command[1] in _ENDS:
                self._next += 1
                return command[1], _revealed(command[2]), line.at
        self._story.leave(at, f"<<{wanted}>> is missing: the block ends with what it stands in")
        return wanted, "", at

    def _set(self, at: At, rest: str) -> Body:
        found = _SET.fullmatch(rest.strip())
        if found is None:
            self._story.leave(at, f"<<set {shown(rest)}>> is not understood")
            return ()
        name, how, text = found[1], found[2], found[3]
        value = condition_of(self._story, at, text)
        if how in {"to", "="}:
            return (Assign(at, name, value),)
        return (Assign(at, name, Both(how[0], Var(name), value)),)

    def _declare(self, at: At, rest: str) -> Body:
        found = _DECLARED.fullmatch(rest.strip())
        value = condition_of(self._story, at, found[2]) if found else None
        if found is None or not isinstance(value, Const):
            self._story.leave(at, f"<<declare {shown(rest)}>>: only a variable with a plain value is declared here")
        else:
            self._story.starts.setdefault(found[1], (at, value.value))
        return ()


def _tags(text: str) -> tuple[str, list[str]]:
    """A line without the tags at its end, and these in their order."""
    tags: list[str] = []
    while found := _TAG.search(text):
        tags.insert(0, found[1])
        text = text[: found.start()]
    return text.strip(), tags


def _with_tags(text: str, tags: Sequence[str]) -> str:
    return " ".join([text.strip(), *(f"#{tag}" for tag in tags)])


def _split(text: str) -> tuple[str, list[str], str]:
    """A text, its tags, and the line id that one of them is."""
    text, tags = _tags(text)
    ids = [tag.removeprefix("line:") for tag in tags if tag.startswith("line:")]
    return text, [tag for tag in tags if not tag.startswith("line:")], ids[0] if ids else ""


def _revealed(text: str) -> str:
    """With escaped characters as themselves."""
    return _SHOWN_AGAIN.sub(lambda found: chr(ord(found[0]) - _HIDDEN), text)
