"""Conditions and values as Yarn Spinner and Ink write them: `$gold >= 5 and not visited("Inn")`, `met_bob && gold > 3`."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TypeAlias

Literal: TypeAlias = str | int | float | bool

MAX_LENGTH, MAX_DEPTH = 1000, 40
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>\d+(?:\.\d+)?)
  | "(?P<text>(?:[^"\\]|\\.)*)"
  | (?P<name>\$?[^\W\d]\w*(?:\.[^\W\d]\w*)*)
  | (?P<sign>&&|\|\||==|!=|<=|>=|[<>!+\-*/%^(),?])
    )""",
    re.VERBOSE,
)
_WORDS = {
    "and": "and", "&&": "and", "or": "or", "||": "or", "not": "not", "!": "not", "xor": "xor", "^": "xor",
    "is": "==", "eq": "==", "==": "==", "neq": "!=", "!=": "!=", "lt": "<", "<": "<", "gt": ">", ">": ">",
    "lte": "<=", "<=": "<=", "gte": ">=", ">=": ">=", "mod": "%",
}  # fmt: skip
_LEVELS = (("or", "xor"), ("and",), ("==", "!="), ("<", ">", "<=", ">="), ("+", "-"), ("*", "/", "%"))  # the loosest first


@dataclass(frozen=True, slots=True)
class Const:
    """A value as it is written."""

    value: Literal


@dataclass(frozen=True, slots=True)
class Var:
    """A variable, by its name without a `$`."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the language or of the game."""

    name: str
    given: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """It does not hold."""

    of: Expression


@dataclass(frozen=True, slots=True)
class Both:
    """Two expressions and what joins them: `and`, `or`, `xor`, a comparison, or arithmetic."""

    sign: str
    left: Expression
    right: Expression


Expression: TypeAlias = Const | Var | Call | Not | Both


class Unread(ValueError):
    """Words that are no expression that is understood here."""


def parsed(text: str, dollars: bool = False) -> Expression:
    """The expression that a text is.

    Args:
        dollars: variables begin with `$`; any other name is a value, such as a case of an enum (`Face.Happy`).

    Raises:
        Unread: it is none.
    """
    if len(text) > MAX_LENGTH:
        raise Unread("too long")
    tokens = _tokens(text)
    reader = _Reader(tokens, dollars)
    found = reader.level(0, 0)
    if reader.next < len(tokens):
        raise Unread(f"`{tokens[reader.next][1]}` is not expected there")
    return found


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    place, text = 0, text.rstrip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise Unread(f"`{text[place:].strip()[:20]}` is not understood")
        kind = str(found.lastgroup)
        tokens.append((kind, found[kind]))
        place = found.end()
    return tokens


class _Reader:
    """Reads tokens by precedence."""

    def __init__(self, tokens: list[tuple[str, str]], dollars: bool) -> None:
        self._tokens, self._dollars, self.next = tokens, dollars, 0

    def level(self, n: int, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise Unread("nested too deep")
        if n == len(_LEVELS):
            return self._one(depth)
        found = self.level(n + 1, depth)
        while (sign := self._sign()) in _LEVELS[n]:
            self.next += 1
            found = Both(sign, found, self.level(n + 1, depth))
        return found

    def _sign(self) -> str:
        if self.next == len(self._tokens):
            return ""
        kind, text = self._tokens[self.next]
        if kind == "sign":
            return _WORDS.get(text, text)
        return _WORDS.get(text, "") if kind == "name" else ""

    def _one(self, depth: int) -> Expression:
        sign = self._sign()
        if self.next == len(self._tokens):
            raise Unread("it ends too early")
        kind, text = self._tokens[self.next]
        self.next += 1
        if sign == "not":
            return Not(self.level(4, depth + 1))
        if sign == "-":
            inner = self._one(depth + 1)
            number = isinstance(inner, Const) and isinstance(inner.value, (int, float))
            return Const(-inner.value) if number else Both("-", Const(0), inner)  # type: ignore[union-attr,operator]
        if sign == "(":
            found = self.level(0, depth + 1)
            self._closed()
            return found
        if kind == "number":
            return Const(float(text) if "." in text else int(text[:15]))
        if kind == "text":
            return Const(re.sub(r"\\(.)", r"\1", text))
        if kind != "name" or sign:
            raise Unread(f"`{text}` is not expected there")
        return self._named(text, depth)

    def _named(self, name: str, depth: int) -> Expression:
        if name in {"true", "false"}:
            return Const(name == "true")
        if self._sign() != "(":
            is_value = self._dollars and not name.startswith("$")
            return Const(name.rpartition(".")[2]) if is_value else Var(name.removeprefix("$"))
        self.next += 1
        given: list[Expression] = []
        while self._sign() != ")":
            given.append(self.level(0, depth + 1))
            if self._sign() == ",":
                self.next += 1
            elif self._sign() != ")":
                raise Unread("a bracket is not closed")
        self._closed()
        return Call(name, tuple(given))

    def _closed(self) -> None:
        if self._sign() != ")":
            raise Unread("a bracket is not closed")
        self.next += 1


def opaque(text: str) -> Expression:
    """What the game alone can tell, called as it is written."""
    return Call(" ".join(text.replace("$", "").replace("{", "(").replace("}", ")").split())[:80], ())


def told(of: Expression) -> str:
    """An expression as a game's state may call it: without `$`."""
    match of:
        case Const(value):
            return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else f"{value:g}"
        case Var(name):
            return name
        case Call(name, ()) if not name.isidentifier():
            return name
        case Call(name, given):
            return f"{name}({', '.join(map(told, given))})"
        case Not(inner):
            return f"not {told(inner)}"
        case Both(sign, left, right):
            return f"{told(left)} {sign} {told(right)}"


def joined(sign: str, left: Literal, right: Literal) -> Literal:
    """What a sign makes of two values.

    Raises:
        Unread: they cannot be joined so.
    """
    try:
        match sign:
            case "==":
                return left == right
            case "!=":
                return left != right
            case "and":
                return bool(left) and bool(right)
            case "or":
                return bool(left) or bool(right)
            case "xor":
                return bool(left) != bool(right)
            case "<":
                return bool(left < right)  # type: ignore[operator]
            case ">":
                return bool(left > right)  # type: ignore[operator]
            case "<=":
                return bool(left <= right)  # type: ignore[operator]
            case ">=":
                return bool(left >= right)  # type: ignore[operator]
            case "+" if isinstance(left, str) or isinstance(right, str):
                return f"{left}{right}"[:200]
        return _number(sign, float(left), float(right))
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        raise Unread(f"{left!r} {sign} {right!r} has no value") from None


def _number(sign: str, left: float, right: float) -> int | float:
    made = {"+": left + right, "-": left - right, "*": left * right}.get(sign)
    if made is None:
        made = left / right if sign == "/" else left % right
    if not math.isfinite(made):
        raise OverflowError
    return int(made) if made == int(made) and abs(made) < 1e15 else made
