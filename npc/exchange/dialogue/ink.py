"""Ink as a story: github.com/inkle/ink, Documentation/WritingWithInk.md.

Knots, stitches, choices, gathers, labels, diverts and tunnels, variables, constants and lists of one value, conditions,
alternatives, read counts and tags are read; what else there is (threads, functions, parameters, ...) is noted as left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from npc.card_file import shown
from npc.exchange.dialogue.expressions import Both, Const, Expression, Var, told
from npc.exchange.dialogue.ink_text import (
    InkLine,
    Names,
    groups_of,
    kind_of_block,
    levels_of,
    parts_of,
    signs,
    split_at,
    without_divert,
    without_tags,
)
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
    Said,
    Statement,
    Stop,
    Story,
    source_fault,
)

ENTRY = "Start"  # what stands before the first knot
_KNOT = re.compile(r"={2,}\s*(function\b\s*)?([^\W\d]?\w*)\s*(\([^)]*\))?\s*=*\s*")
_STITCH = re.compile(r"=\s*(\w+)\s*(\([^)]*\))?\s*")
_DECLARED = re.compile(r"(VAR|CONST)\s+(\w+)\s*=\s*(.+)")
_LIST = re.compile(r"LIST\s+(\w+)\s*=\s*(.+)")
_CHOICE = re.compile(r"((?:[*+]\s*)+)(?:\(\s*(\w+)\s*\)\s*)?(.*)", re.DOTALL)
_GATHER = re.compile(r"((?:-(?!>)\s*)+)(?:\(\s*(\w+)\s*\)\s*)?(.*)", re.DOTALL)
_SET = re.compile(r"(?:temp\s+)?(\w+(?:\.\w+)?)\s*(=|\+=|-=|\+\+|--)\s*(.*)", re.DOTALL)
_CALL = re.compile(r"(\w+)\s*\((.*)\)", re.DOTALL)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_SPEAKER = re.compile(r"speaker\s*[:=]?\s*(.+)", re.IGNORECASE)
_ID = re.compile(r"(?:line|id)\s*:\s*(\S+)")


def read_ink(files: Sequence[tuple[Path, str]]) -> Story:
    """The story of one or several files.

    Raises:
        PersonaError: `dialogue`: nested too deep, or there is nothing in it.
    """
    story = Story(counts_entries=True, keeps_ways_back=True)
    names = Names(story)
    sections: dict[str, list[InkLine]] = {}
    for path, text in files:
        _sections(names, shown(str(path), 400), text, sections)
    for name in sections:
        story.nodes[name] = ()  # so that all of them are known as soon as one is read
    _labels(story, sections)
    for name, lines in sections.items():
        names.knot = name.partition(".")[0]
        _Weave(names, name, lines).read()
    stitches = [name for name in sections if "." in name]
    for name in list(story.nodes):
        first = next((stitch for stitch in stitches if stitch.startswith(f"{name}.")), "")
        if first and not story.nodes[name]:
            story.nodes[name] = (Jump(story.begins[name], first),)
    if not story.nodes.get(ENTRY):
        story.nodes.pop(ENTRY, None)
    if not story.nodes:
        raise source_fault(f"{shown(str(files[0][0]), 400)}:1", "nothing is said in this file", "Give a file of Ink.")
    story.entry = next(iter(story.nodes))
    return story


def _sections(names: Names, file: str, text: str, sections: dict[str, list[InkLine]]) -> None:
    """The lines of every knot and stitch; declarations are taken out."""
    story = names.story
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    knot, lines, skipped = "", sections.setdefault(ENTRY, []), False
    story.begins.setdefault(ENTRY, At(file, 1))
    for line in _logical(story, file, text):
        head = line.text
        if (found := _KNOT.fullmatch(head)) is not None and found[2]:
            knot, skipped = found[2], bool(found[1])
            if skipped:
                story.leave(line.at, f"the function {knot}")
                continue
            if found[3] and found[3].strip("() "):
                story.leave(line.at, f"the parameters of {knot}")
            lines = _begin(story, line.at, knot, sections)
        elif skipped:
            continue
        elif knot and (found := _STITCH.fullmatch(head)) is not None:
            lines = _begin(story, line.at, f"{knot}.{found[1]}", sections)
        elif not _declared(names, line):
            lines.append(line)


def _begin(story: Story, at: At, name: str, sections: dict[str, list[InkLine]]) -> list[InkLine]:
    if name in story.begins:
        story.leave(at, f"a second `{name}`: its lines are added to the first")
    story.begins.setdefault(name, at)
    return sections.setdefault(name, [])


def _logical(story: Story, file: str, text: str) -> list[InkLine]:
    """The lines of a file, those that braces hold together as one."""
    found: list[InkLine] = []
    open_at, kept, level = 0, "", 0
    for number, line in enumerate(text.split("\n"), 1):
        kept = f"{kept}\n{line}" if level else line.strip()
        open_at = open_at if level else number
        level += sum((c == "{") - (c == "}") for _, c in signs(line))
        if level <= 0:
            level = 0
            if kept.strip():
                found.append(InkLine(At(file, open_at), kept.strip()))
    if level:
        story.leave(At(file, open_at), "a brace is not closed, up to the end of the file")
    return found


def _declared(names: Names, line: InkLine) -> bool:
    """Take up a declaration; whether the line is one, or says nothing to anybody."""
    text, story = line.text, names.story
    if found := _DECLARED.fullmatch(text):
        value = names.expression(line.at, found[3])
        if isinstance(value, Const):
            if found[1] == "CONST":
                names.constants[found[2]] = value.value
            else:
                story.starts[found[2]] = (line.at, value.value)
        else:
            story.leave(line.at, f"{found[1]} {found[2]}: only plain values are taken over")
        return True
    if found := _LIST.fullmatch(text):
        cases = [case.strip() for case in found[2].split(",")]
        names.constants |= {case.strip("() ").partition("=")[0].strip(): case.strip("() ") for case in cases}
        chosen = [case.strip("() ") for case in cases if case.startswith("(")]
        story.starts[found[1]] = (line.at, chosen[0] if chosen else "")
        if len(chosen) > 1:
            story.leave(line.at, f"{found[1]} has one value here, {chosen[0]}")
        return True
    if text.startswith(("INCLUDE ", "EXTERNAL ", "TODO:", "TODO ")):
        if text.startswith("INCLUDE "):
            story.leave(line.at, f"{shown(text)}: give that file to the command as well")
        return True
    return False


def _labels(story: Story, sections: dict[str, list[InkLine]]) -> None:
    for name, lines in sections.items():
        for line in lines:
            found = _CHOICE.fullmatch(line.text) or _GATHER.fullmatch(line.text)
            if found is not None and found[2]:
                story.labels.add(f"{name.partition('.')[0]}.{found[2]}")
                story.labels.add(found[2])


class _Weave:
    """Reads choices and gathers of one section."""

    def __init__(self, names: Names, name: str, lines: list[InkLine]) -> None:
        self._names, self._name, self._lines, self._next = names, name, lines, 0
        self._story = names.story

    def read(self) -> None:
        """Put the section into the story, and a node for each label of its outermost gathers."""
        self._story.nodes[self._name] = self._level(1, 0)

    def _level(self, level: int, depth: int) -> Body:
        if depth > MAX_DEPTH:
            at = self._lines[min(self._next, len(self._lines) - 1)].at
            raise source_fault(at, f"nested deeper than {MAX_DEPTH} levels", "Use knots and diverts.")
        found: list[Statement] = []
        while self._next < len(self._lines):
            line = self._lines[self._next]
            if choice := _CHOICE.fullmatch(line.text):
                if _marks(choice[1]) < level:
                    break
                found.append(self._choices(_marks(choice[1]), depth))
            elif (gather := _GATHER.fullmatch(line.text)) and not line.text.startswith("->"):
                if _marks(gather[1]) < level:
                    break
                self._next += 1
                if gather[2]:
                    found += self._labelled(line.at, gather[2], gather[3], level, depth)
                elif gather[3]:
                    found += content(self._names, line.at, gather[3], depth)
            else:
                self._next += 1
                found += content(self._names, line.at, line.text, depth)
        return tuple(found)

    def _labelled(self, at: At, label: str, text: str, level: int, depth: int) -> Body:
        """What stands behind a labelled gather: a node of its own where it is an outermost one."""
        passed = (Assign(at, f"visited {self._names.knot}.{label}", Const(True)),)
        begin = content(self._names, at, text, depth) if text else ()
        if level > 1:
            self._story.leave(at, f"the label ({label}) of an inner gather: nothing can divert to it")
            return (*passed, *begin)
        name = f"{self._names.knot}.{label}"
        self._story.begins.setdefault(name, at)
        self._story.nodes[name] = ()
        self._story.nodes[name] = (*begin, *self._level(level, depth + 1))
        return (Jump(at, name),)

    def _choices(self, level: int, depth: int) -> Options:
        at = self._lines[self._next].at
        options: list[Option] = []
        fallback: Body | None = None
        while self._next < len(self._lines):
            line = self._lines[self._next]
            choice = _CHOICE.fullmatch(line.text)
            if choice is None or _marks(choice[1]) != level:
                break
            self._next += 1
            option = self._choice(line.at, choice[1], choice[2] or "", choice[3], level, depth)
            if option.parts:
                options.append(option)
            else:
                fallback = option.body
        return Options(at, tuple(options), fallback)

    def _choice(self, at: At, marks: str, label: str, text: str, level: int, depth: int) -> Option:
        names = self._names
        when: Expression | None = None
        while text.startswith("{"):
            end = next((place for place, c in levels_of(text) if c == 0), 0)
            inner = text[1:end]
            if not end or len(split_at(inner, "|")) > 1 or len(split_at(inner, ":")) > 1 or inner[:1] in "&~":
                break
            asked = names.expression(at, inner)
            when = asked if when is None else Both("and", when, asked)
            text = text[end + 1 :].lstrip()
        text, tags = without_tags(text)
        text, jumps = without_divert(names, at, text)
        before, _, rest = text.partition("[")
        inside, _, after = rest.partition("]")
        for tag in tags:
            self._story.leave(at, f"the tag # {shown(tag)} of a choice")
        passed: Body = (Assign(at, f"visited {names.knot}.{label}", Const(True)),) if label else ()
        body = (*passed, *jumps) if jumps else (*passed, *self._level(level + 1, depth + 1))
        if jumps:
            self._level(level + 1, depth + 1)  # what nothing comes to
        once = "" if "+" in marks else f"taken {at.line}"
        more = parts_of(names, at, before + after) if after.strip() else ()
        return Option(at, parts_of(names, at, (before + inside).strip()), body, when, once, more)


def _marks(text: str) -> int:
    return sum(c in "*+-" for c in text)


def content(names: Names, at: At, text: str, depth: int) -> Body:
    """The statements of a line, or of a block in braces."""
    if depth > MAX_DEPTH:
        raise source_fault(at, f"nested deeper than {MAX_DEPTH} levels", "Use knots and diverts.")
    if text.startswith("~"):
        return _logic(names, at, text[1:].strip())
    if text.startswith("<-"):
        names.story.leave(at, f"the thread {shown(text)}")
        return ()
    ends = [place for place, level in levels_of(text) if level == 0]
    if text.startswith("{") and ends and not text[ends[0] + 1 :].strip() and ("\n" in text or "->" in text):
        return _block(names, at, text[1 : ends[0]], depth + 1)
    if ends and ends[0] == len(text) - 1 and text.startswith("{") and (called := _CALL.fullmatch(text[1:-1].strip())):
        return _logic(names, at, called[0])
    if "\n" in text:
        names.story.leave(at, "a block in braces with text beside it")
        return ()
    text, tags = without_tags(text)
    text, jumps = without_divert(names, at, text)
    if "->" in text:
        names.story.leave(at, "a divert within a text")
    found: list[Statement] = []
    if text.strip():
        speaker, line_id, kept = "", "", []
        for tag in tags:
            if named := _SPEAKER.fullmatch(tag):
                speaker = f"{named[1].strip()}: "
            elif identified := _ID.fullmatch(tag):
                line_id = identified[1]
            else:
                kept.append(tag)
        parts = parts_of(names, at, text.strip())
        found.append(Said(at, (speaker, *parts) if speaker else parts, tuple(kept), line_id))
    elif tags:
        names.story.leave(at, f"tags of their own: # {shown(', # '.join(tags))}")
    return (*found, *jumps)


def _logic(names: Names, at: At, text: str) -> Body:
    if text.startswith("return"):
        return (Stop(at, back=True),)
    if found := _SET.fullmatch(text):
        name, how = found[1], found[2]
        if found[3].startswith("->"):
            names.story.leave(at, f"{name}: a divert as a value")
            return ()
        if how in {"++", "--"}:
            return (Assign(at, name, Both(how[0], Var(name), Const(1))),)
        value = names.expression(at, found[3])
        return (Assign(at, name, value if how == "=" else Both(how[0], Var(name), value)),)
    if found := _CALL.fullmatch(text):
        given = [names.expression(at, piece) for piece in split_at(found[2], ",") if piece.strip()]
        return (Command(at, found[1], tuple(str(one.value) if isinstance(one, Const) else told(one) for one in given)),)
    names.story.leave(at, f"`~ {shown(text)}` is not understood")
    return ()


def _block(names: Names, at: At, inner: str, depth: int) -> Body:
    """Conditions and alternatives over several lines, or those that divert."""
    if "\n" not in inner:
        head, *rest = split_at(inner, ":")
        pieces = split_at(inner[len(head) + 1 :] if rest else inner, "|")
        bodies = [content(names, at, piece.strip(), depth) if piece.strip() else () for piece in pieces]
        if not rest:
            return _turns(names, at, "sequence", bodies)
        arms: list[tuple[Expression | None, Body]] = [(names.expression(at, head), bodies[0])]
        return (Branch(at, (*arms, *((None, body) for body in bodies[1:2]))),)
    first, *others = inner.split("\n")
    head, *behind = split_at(first, ":")
    lines = [InkLine(At(at.file, at.line + n + 1), line.strip()) for n, line in enumerate(others)]
    if behind and first[len(head) + 1 :].strip():
        lines.insert(0, InkLine(at, first[len(head) + 1 :].strip()))
    groups = groups_of(lines)
    if kind := kind_of_block(head.strip()) if behind else "":
        return _turns(names, at, kind, [_body(names, group, depth) for head_line, group in groups if head_line or group])
    subject = names.expression(at, head) if behind and head.strip() else None
    return (Branch(at, tuple(_arms(names, subject, groups, depth))),)


def _body(names: Names, lines: list[InkLine], depth: int) -> Body:
    weave = _Weave(names, "", lines)
    return weave._level(1, depth)


def _arms(
    names: Names, subject: Expression | None, groups: list[tuple[InkLine | None, list[InkLine]]], depth: int
) -> list[tuple[Expression | None, Body]]:
    arms: list[tuple[Expression | None, Body]] = []
    for head, lines in groups:
        if head is None:
            arms.append((subject, _body(names, lines, depth)))
            continue
        asked, *behind = split_at(head.text, ":")
        rest = head.text[len(asked) + 1 :].strip() if behind else head.text
        body = _body(names, [*([InkLine(head.at, rest)] if rest else []), *lines[1:]], depth)
        if not behind or asked.strip() == "else":
            arms.append((None, body))
        else:
            condition = names.expression(head.at, asked)
            compared = subject is not None and not (arms and arms[0][0] is subject)
            arms.append((Both("==", subject, condition) if compared and subject is not None else condition, body))
    return arms


def _turns(names: Names, at: At, kind: str, bodies: list[Body]) -> Body:
    """One body after another: by a variable that tells whose turn it is."""
    if kind == "shuffle":
        return (AnyOf(at, tuple((None, body) for body in bodies)),)
    key, many = names.key(at), len(bodies)
    if kind == "once":
        bodies = [*bodies, ()]
    arms: list[tuple[Expression | None, Body]] = []
    for n, body in enumerate(bodies):
        after = (n + 1) % many if kind == "cycle" else min(n + 1, len(bodies) - 1)
        passed: Body = (Assign(at, key, Const(after)),) if after != n else ()
        arms.append((Both("==", Var(key), Const(n)), (*passed, *body)))
    names.story.starts[key] = (at, 0)
    return (Branch(at, tuple(arms)),)
