"""Which rules and lines of a card conversations have used, what was never said, and which words it had no answer to.

The logs of a server (`--logs`) hold who the character was and what it perceived; it lives through them again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from npc.card_file import shown
from npc.card_review import spoken
from npc.log import relive
from npc.persona import Persona

_SHOWN = 40  # unused lines, and words without an answer, that are listed


@dataclass
class Coverage:
    """Of one card: what was said and decided in its conversations.

    Attributes:
        said: lines, as the card writes them; `ruled`: indices of rules.
        missed: what players said that was not understood, or asked for what the card does not know.
    """

    persona: Persona
    said: set[str] = field(default_factory=set)
    ruled: set[int] = field(default_factory=set)
    missed: list[str] = field(default_factory=list)
    utterances: int = 0

    @property
    def lines(self) -> dict[str, str]:
        """Every line of the card, and where it stands."""
        return {line.say: ".".join(map(str, where)) for where, lines in spoken(self.persona) for line in lines}


def coverage(logs: Iterable[Path]) -> list[Coverage]:
    """What these logs used, by card.

    Raises:
        LogError: a file cannot be read, or is no log.
    """
    found: dict[str, Coverage] = {}
    for path in logs:
        for character, percept, decision in relive(path):
            card = found.setdefault(character.persona.name, Coverage(character.persona))
            if decision.line and character.said:
                card.said.add(character.said[-1])
            if not percept.text.strip():
                continue
            card.utterances += 1
            if "cause: rule" in decision.trace:
                card.ruled |= {n for n, rule in enumerate(card.persona.rules) if f", but {rule.because}: " in decision.reason}
            if not {"cause: unknown", "cause: unclear"}.isdisjoint(decision.trace) or "asks again" in decision.reason:
                card.missed.append(percept.text)
    return list(found.values())


def told(card: Coverage) -> Iterator[str]:
    """The report on one card, line by line."""
    lines, rules = card.lines, card.persona.rules
    used = sum(line in card.said for line in lines)
    ruled = f"{len(card.ruled)} of {len(rules)} rules"
    yield f"{card.persona.name}: {card.utterances} utterances, {used} of {len(lines)} lines, {ruled}"
    for n, rule in enumerate(rules):
        if n not in card.ruled:
            yield f"  rule {n + 1} never decided: {shown(rule.because)}"
    unused = [(where, line) for line, where in lines.items() if line not in card.said]
    yield from (f"  never said, {where}: {shown(line)}" for where, line in unused[:_SHOWN])
    if len(unused) > _SHOWN:
        yield f"  … and {len(unused) - _SHOWN} more"
    for text in dict.fromkeys(card.missed[:_SHOWN]):
        yield f"  no answer to: {shown(text)}"
