"""Card files: YAML that remembers its lines, so that a fault can be shown where it is.

Cards are shared between strangers: size, aliases (which can grow without bound) and tags are refused.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from npc.errors import PersonaError

MAX_BYTES = 256 * 1024
_TWICE = "stands here twice"
_KEY = "[key]"  # pydantic's place for the key of a mapping, which has the line of its entry

# pydantic's names for values of the wrong type, and what to say of them
_SHAPES = {
    "dict_type": ("a mapping is expected here", "Write its entries as `key: value`, indented, one below another."),
    "model_type": ("a mapping is expected here", "Write its entries as `key: value`, indented, one below another."),
    "string_type": ("one text is expected here", "Write one text, between quotes where it has punctuation."),
    "tuple_type": ("a list is expected here", "Write its entries one below another, each after `- `."),
}
# Mappings of a card: from what to what, and an example
_MAPPINGS = {
    "boundaries": ("an action to the reason", "boundaries: {attack: I fight no one.}"),
    "traits": ("a trait to a number from -1 to 1", "traits: {brave: 0.5}"),
    "watch": ("a phrase to its meaning", "watch: {wolf: threat}"),
    "reactions": ("a phrase or meaning to an action", "reactions: {threat: flee}"),
    "lines": ("an action to what is said with it", "lines: {greet: Good day.}"),
}


class _Loader(yaml.SafeLoader):
    """SafeLoader without aliases and without repeated keys."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="a card has no aliases (`*name`)", problem_mark=mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys = [key.value for key, _ in node.value]
        for position, (key, _) in enumerate(node.value):
            if key.value in keys[:position]:
                problem = f"`{key.value}` {_TWICE}"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
        return super().construct_mapping(node, deep)


@dataclass(frozen=True)
class CardFile:
    """A parsed card: its data, and the YAML node that knows the lines (None for a card that is no file)."""

    name: str
    data: Any
    node: yaml.Node | None

    @classmethod
    def read(cls, path: Path) -> CardFile:
        """Parse `path`.

        Raises:
            PersonaError: unreadable, too large, or not YAML.
        """
        try:
            raw = path.read_bytes()
            _check_text(path, raw)
            if len(raw) > MAX_BYTES:
                raise PersonaError("persona_size", f"{path}: over {MAX_BYTES} bytes.", "Shorten the card.")
            loader = _Loader(raw.decode("utf-8"))
            node = loader.get_single_node()
            data = None if node is None else loader.construct_document(node)
        except OSError as error:
            raise PersonaError("persona_file", f"{path}: {error.strerror}.", "Check the path.") from None
        except UnicodeDecodeError:
            raise PersonaError("persona_yaml", f"{path}: not UTF-8.", "Save the card as UTF-8.") from None
        except yaml.YAMLError as error:
            raise _yaml_fault(path, error) from None
        except RecursionError:
            raise PersonaError("persona_yaml", f"{path}: nested too deep.", "Flatten the card.") from None
        return cls(str(path), data, node)

    def fault(
        self, kind: str, where: tuple[int | str, ...], what: str, fields: Iterable[str], value: Any = None
    ) -> PersonaError:
        """The error for the entry at `where` (keys and indices from the root) and its `value`; `kind` is pydantic's name."""
        where = where[:-1] if where and where[-1] == _KEY else where
        entry = ".".join(str(part) for part in where) or "card"
        message = what.removeprefix("Value error, ")
        code = "persona_value"
        fix = f"Correct `{entry}`."
        if kind == "extra_forbidden":
            code, message = "persona_field", f"unknown entry `{where[-1]}`"
            fix = f"Remove it; {suggestion(str(where[-1]), fields)}" if len(where) == 1 else "Remove it."
            fix += "" if fix.endswith(("?", ".")) else "."
        elif kind == "missing":
            code, message, fix = "persona_field", f"`{entry}` is missing", f"Add `{where[-1]}:`."
            if where[0] in {"lines", "boundaries"}:  # YAML takes `- Mind: the step.` for an entry `Mind`
                fix += " If this is a line with a colon in it, put the whole line between quotes."
        elif kind in _SHAPES:
            message, fix = self._misshapen(kind, where, what, value)
        elif "; " in message:
            message, _, advice = message.partition("; ")
            fix = advice[0].upper() + advice[1:] + ("" if advice.endswith("?") else ".")
        return PersonaError(code, f"{self.name}{self._line(where)}: {message} (in `{entry}`).", fix)

    def _misshapen(self, kind: str, where: tuple[int | str, ...], what: str, value: Any) -> tuple[str, str]:
        """Fault and fix of a value of the wrong type."""
        if not where:
            return _no_card(value)
        if value is None:
            return "nothing stands here", "Write something after it, or remove it."
        if not isinstance(value, (str, list, dict)) and _wants_text(kind, where, what):
            written = self._written(where, value)
            return f"`{written}` is not text{' in YAML' if self.node else ''}", f'Put it between quotes: "{written}".'
        if len(where) == 1 and where[0] in _MAPPINGS:
            pair, example = _MAPPINGS[str(where[0])]
            return f"a mapping from {pair} is expected here", f"Write `{example}`."
        return _SHAPES[kind]

    def _written(self, where: tuple[int | str, ...], value: Any) -> str:
        """The value as it stands in the file: `yes`, where Python reads True."""
        found = self._find(where)
        return str(found[0].value) if found and isinstance(found[0], yaml.ScalarNode) else str(value)

    def _line(self, where: tuple[int | str, ...]) -> str:
        found = self._find(where)
        return f":{found[1].line + 1}" if found else ""

    def _find(self, where: tuple[int | str, ...]) -> tuple[yaml.Node, Any] | None:
        """The node at `where`, or the last one on the way to it, and where it begins."""
        if self.node is None:
            return None
        node, mark = self.node, self.node.start_mark
        for part in where:
            if isinstance(part, int) and not isinstance(node, yaml.SequenceNode):
                continue  # one line or rule that stands alone, without a list around it
            found = _child(node, part)
            if found is None:
                break
            node, mark = found
        return node, mark


def _wants_text(kind: str, where: tuple[int | str, ...], what: str) -> bool:
    """A text, a line, or a list in whose place one may stand: any but those at the root of a card."""
    return kind == "string_type" or (kind == "tuple_type" and len(where) > 1) or what.endswith(" Line")


def _no_card(value: Any) -> tuple[str, str]:
    if value is None:
        return "the card is empty", "The smallest card is one line: `name: Tam`."
    return "a card is a mapping", "Write `name: ...` and the other entries of a card."


def _child(node: yaml.Node, part: int | str) -> tuple[yaml.Node, Any] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return value, key.start_mark
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part].start_mark
    return None


def _check_text(path: Path, raw: bytes) -> None:
    """Refuse pictures and the like; UTF-16, which also has zero bytes, is left to the check of the encoding."""
    if b"\0" in raw[:1024] and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        fix = "Give a YAML card."
        if raw.startswith(b"\x89PNG"):
            fix = "Give a YAML card; `python -m npc import-card` makes one from a PNG that holds a Character Card."
        raise PersonaError("persona_file", f"{path}: is not a text file.", fix)


def _yaml_fault(path: Path, error: yaml.YAMLError) -> PersonaError:
    mark = getattr(error, "problem_mark", None)
    line = f":{mark.line + 1}" if mark is not None else ""
    problem = getattr(error, "problem", None) or "unreadable characters"
    fix = "Put text that has punctuation between double quotes, or correct the YAML there."
    if "'\\t'" in problem:
        problem, fix = "a tab stands where YAML wants spaces", "Indent with spaces."
    elif problem.endswith(_TWICE):
        fix = "Remove one of the two, or put the entries of both under one."
    return PersonaError("persona_yaml", f"{path}{line}: {problem}.", fix)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A sentence and a space to go before the list of what there is; empty where nothing comes close."""
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f"Did you mean `{close[0]}`? " if close else ""


def suggestion(name: str, known: Iterable[str]) -> str:
    """Did you mean ...? Else the list of what there is."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return f"did you mean `{close[0]}`?"
    return f"there are {', '.join(names)}" if names else "the card has none, so add it or leave this out"


def check_known(names: Iterable[str], known: Collection[str], kind: str) -> None:
    """Raise a ValueError with a suggestion at the first of `names` that is not known."""
    for name in names:
        if name not in known:
            raise ValueError(f"unknown {kind} `{name}`; {suggestion(name, known)}")
