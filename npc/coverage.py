"""Which rules and lines of a card conversations have used, what was never said, and which words it had no answer to.

The logs of a chat or a server (`--logs`) hold who the character was and what it perceived; it lives through them again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from npc.behaviour import load_behaviour
from npc.card_file import shown
from npc.card_review import spoken
from npc.log import relive
from npc.persona import Persona
from npc.types import Decision

_SHOWN = 12  # lines never said that are listed
_WORDS = 120  # characters of what was asked and said
# Topics that take up a question about which the card knows nothing: whatever is said there is made up, or put off.
_PUT_OFF = frozenset(
    {"to_acquainted", "to_are_you", "to_do_you", "to_have", "to_how", "to_how_far", "to_how_is", "to_how_long", "to_how_much"}
    | {"to_how_to", "to_inside", "to_is_it", "to_most", "to_own_whether", "to_question", "to_what_is", "to_what_like"}
    | {"to_when", "to_where", "to_which", "to_who", "to_why", "to_why_you", "further_theirs", "further_why", "further_when"}
    | {"further_long", "further_where", "further_whether", "further_what", "further_who", "further_said", "further_felt"}
    | {"further_like", "further_how", "further_then", "further_name"}
)


@dataclass
class Coverage:
    """Of one card: what was said and decided in its conversations.

    Attributes:
        said: lines, as the card writes them; `ruled`: indices of rules.
        missed: what players said that was not understood, or asked for what the card does not know.
        common: what they asked that was answered with a line of all cards, since this one has none of its own there.
        answered: what was said to each of these, the last time.
    """

    persona: Persona
    said: set[str] = field(default_factory=set)
    ruled: set[int] = field(default_factory=set)
    missed: list[str] = field(default_factory=list)
    common: list[str] = field(default_factory=list)
    answered: dict[str, str] = field(default_factory=dict)
    utterances: int = 0

    @property
    def lines(self) -> dict[str, str]:
        """Every line of the card, and where it stands."""
        return {line.say: ".".join(map(str, where)) for where, lines in spoken(self.persona) for line in lines}


def logs_in(given: Iterable[Path]) -> list[Path]:
    """Logs, by their paths or those of their folders."""
    return [path for one in given for path in (sorted(one.glob("*.jsonl")) if one.is_dir() else [one])]


def coverage(logs: Iterable[Path], only: Sequence[str] = ()) -> list[Coverage]:
    """What these logs used, by card.

    Args:
        only: names of characters; empty: all of them.

    Raises:
        LogError: a file cannot be read, or is no log.
    """
    found: dict[str, Coverage] = {}
    wanted = {name.casefold() for name in only}
    for path in logs:
        life = relive(path)
        first = next(life, None)
        if first is None or (wanted and first[0].persona.name.casefold() not in wanted):
            continue
        card = found.setdefault(first[0].persona.name, Coverage(first[0].persona))
        put_off, own = _put_off(first[0].persona), card.lines
        for character, percept, decision in chain([first], life):
            line = character.said[-1] if decision.line and character.said else ""
            card.said |= {line} if line else set()
            if not percept.text.strip():
                continue
            card.utterances += 1
            if "cause: rule" in decision.trace:
                card.ruled |= {n for n, rule in enumerate(card.persona.rules) if f", but {rule.because}: " in decision.reason}
            if line in put_off or _without_answer(decision):
                card.missed.append(percept.text)
            elif line and line not in own and percept.text.rstrip().endswith("?"):
                card.common.append(percept.text)
            if line:
                card.answered[percept.text] = decision.line
    return list(found.values())


def _without_answer(decision: Decision) -> bool:
    put_off = any(words in decision.reason for words in ("asks again", "need not tell", "heard ask_about"))
    return put_off or not {"cause: unknown", "cause: unclear"}.isdisjoint(decision.trace)


def _put_off(persona: Persona) -> set[str]:
    """The lines with which a question is taken up that the card has no answer to."""
    topics = load_behaviour().topics
    return {line.say for name in _PUT_OFF for line in (*topics.get(name, ()), *persona.lines.get(name, ()))}


def report_on(logs: Iterable[Path], only: Sequence[str] = (), every: bool = False) -> Iterator[str]:
    """What these logs used, line by line; of characters that nobody spoke to their names alone.

    Args:
        only: names of characters; empty: all of them.
        every: with every line that was never said.

    Raises:
        LogError: a file cannot be read, or is no log.
    """
    cards = coverage(logs, only)
    for card in cards:
        if card.utterances:
            yield from told(card, every)
    if silent := [shown(card.persona.name) for card in cards if not card.utterances]:
        yield f"nobody spoke to: {', '.join(silent)}"
    names = {card.persona.name.casefold() for card in cards}
    if missing := [shown(name) for name in only if name.casefold() not in names]:
        yield f"not in these logs: {', '.join(missing)}"


def _asked(how: str, texts: Sequence[str], card: Coverage) -> Iterator[str]:
    for text, times in Counter(texts).items():
        often = f" ({times} times)" if times > 1 else ""
        said = f"; it said: {shown(card.answered[text], _WORDS)}" if text in card.answered else ""
        yield f"  {how}: {shown(text, _WORDS)}{often}{said}"


def told(card: Coverage, every: bool = False) -> Iterator[str]:
    """The report on one card, line by line: first what it lacks, then what it has and nobody heard."""
    lines, rules = card.lines, card.persona.rules
    used = sum(line in card.said for line in lines)
    ruled = f"{len(card.ruled)} of {len(rules)} rules"
    yield f"{card.persona.name}: {card.utterances} utterances, {used} of {len(lines)} lines, {ruled}"
    yield from _asked("asked, and no answer", card.missed, card)
    yield from _asked("asked, and answered in common words", card.common, card)
    for n, rule in enumerate(rules):
        if n not in card.ruled:
            yield f"  rule {n + 1} never decided: {shown(rule.because)}"
    unused = [(where, line) for line, where in lines.items() if line not in card.said]
    listed = unused if every else unused[:_SHOWN]
    yield from (f"  never said, {where}: {shown(line)}" for where, line in listed)
    if len(unused) > len(listed):
        yield f"  … and {len(unused) - len(listed)} more lines never said; --all lists them"
