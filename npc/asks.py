"""What an entry of a condition asks: the tests that there are, and how each is told, named, weighed and traced."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import Any, Protocol, TypeAlias

NOT_BEGUN = "none"  # where a quest stands before its first step
# What a card wants -> whether it holds of what the moment has.
Test: TypeAlias = Callable[[Any], Callable[[Any], bool]]


class Holds(Protocol):
    """A condition, as those see it that are made of others."""

    def holds(self, moment: Any) -> bool: ...


def one(labels: Sequence[str]) -> Callable[[Any], bool]:
    """What there is, is one of the labels."""
    return frozenset(labels).__contains__


def any_of(labels: Sequence[str]) -> Callable[[Any], bool]:
    """One of the labels is among what there is."""
    wanted = frozenset(labels)
    return lambda there: not wanted.isdisjoint(there)


def below(bound: int) -> Callable[[Any], bool]:
    return lambda there: bool(there < bound)


def as_long(seconds: float) -> Callable[[Any], bool]:
    return lambda there: there is not None and there >= seconds


_COMPARED = re.compile(r"(<=|>=|!=|<|>)\s*(.+)", re.DOTALL)
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {"<=": le, ">=": ge, "<": lt, ">": gt}


def comparable(value: Any) -> Any:
    """Refuses a comparison with what is no number."""
    found = _COMPARED.fullmatch(value) if isinstance(value, str) else None
    if found is not None and found[1] != "!=" and _number(found[2]) is None:
        raise ValueError(f"`{found[1]}` compares numbers; write for example `{found[1]} 10`")
    return value


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


_TRUTHS = {**dict.fromkeys(("yes", "true", "on"), True), **dict.fromkeys(("no", "false", "off"), False)}


def truth_of(value: object) -> bool | None:
    """What YAML makes of `yes` and `off`, of the word or of what was made of it; None: it is neither true nor false."""
    return value if isinstance(value, bool) else _TRUTHS.get(value.lower()) if isinstance(value, str) else None


def _compares(wanted: object) -> Callable[[Any], bool]:
    """The value itself, or a number (`>= 10`), or another one (`!= north`). A game may send the word `yes` for true."""
    found = _COMPARED.fullmatch(wanted) if isinstance(wanted, str) else None
    if found is None:
        truth = truth_of(wanted)
        return lambda there: bool(there == wanted) or (truth is not None and truth_of(there) is truth)
    number = _number(found[2])
    if found[1] == "!=":
        no = truth_of(found[2])
        return lambda there: there not in (found[2], number) and (no is None or truth_of(there) is not no)
    compare = _COMPARE[found[1]]
    return lambda there: isinstance(there, (int, float)) and not isinstance(there, bool) and compare(there, number)


def entries(wanted: Mapping[str, object]) -> Callable[[Any], bool]:
    """All these entries are there, with these values."""
    tests = [(key, _compares(value)) for key, value in wanted.items()]
    return lambda there: all(test(there.get(key)) for key, test in tests)


def stands(wanted: Mapping[str, Sequence[str]]) -> Callable[[Any], bool]:
    """Each of these quests stands at (one of) these steps."""
    return lambda there: all(there.get(quest, NOT_BEGUN) in steps for quest, steps in wanted.items())


def none_of(condition: Holds) -> Callable[[Any], bool]:
    return lambda moment: not condition.holds(moment)


def either(conditions: Sequence[Holds]) -> Callable[[Any], bool]:
    return lambda moment: any(condition.holds(moment) for condition in conditions)


@dataclass(frozen=True, slots=True)
class Asks:
    """What an entry of a condition asks.

    Attributes:
        test: makes of what the card says a test of what the moment has.
        told: when it holds, for docs/characters-reference.md.
        of: the field of `Moment`; empty: the one of its own name.
        names: the kind of names that it may list (`npc.vocabulary`); empty: any, since games name such things as they like.
        weight: how much it makes a line or rule more specific; of a mapping, each of its entries.
        written: how it is written, where that is not `name`.
        traced: its place in the trace of a decision, where what the moment has is told; 0: nowhere.
    """

    test: Test
    told: str
    of: str = ""
    names: str = ""
    weight: int = 1
    written: str = ""
    traced: int = 0
