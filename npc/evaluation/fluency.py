"""BLEU and ROUGE-L of what characters say against references by their author (Papineni 2002; Lin 2004).

Low figures are to be expected: a character has many right answers, and the references were written apart from its
lines. They serve to compare: another card, or a language model's second voice, under the same references.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from npc.character import Character
from npc.errors import Fault
from npc.evaluation.steadiness import scripted
from npc.persona import Persona, load_persona

_REFERENCES = Path(__file__).with_name("references.yaml")


@dataclass(frozen=True, slots=True)
class FluencyResult:
    """BLEU (0..100) and ROUGE-L F1 (0..1) of `lines` lines; `by_chance` is the ROUGE-L of another character's lines."""

    lines: int
    bleu: float
    rouge_l: float
    by_chance: float


def fluency() -> FluencyResult:
    """Score what the shipped characters say.

    Raises:
        Fault: `missing`: sacrebleu or rouge-score is not installed.
    """
    try:
        from rouge_score.rouge_scorer import RougeScorer
        from sacrebleu import corpus_bleu
    except ImportError:
        raise Fault("missing", "BLEU and ROUGE need sacrebleu and rouge-score.", "pip install 'npc-engine[evaluate]'") from None
    said = list(_said())
    scorer = RougeScorer(["rougeL"])
    overlap = [[scorer.score(reference, line)["rougeL"].fmeasure for line in lines] for reference, lines, _ in said]
    others = [scorer.score(reference, other)["rougeL"].fmeasure for reference, _, other in said]
    lines = [line for _, lines, _ in said for line in lines]
    references = [reference for reference, lines, _ in said for _ in lines]
    mean = [score for scores in overlap for score in scores]
    return FluencyResult(
        len(lines), float(corpus_bleu(lines, [references]).score), sum(mean) / len(mean), sum(others) / len(others)
    )


def _said() -> Iterator[tuple[str, list[str], str]]:
    """A reference, what the character says there under a few seeds, and what the next character says."""
    references: dict[str, dict[str, str]] = yaml.safe_load(_REFERENCES.read_text(encoding="utf-8"))
    names = sorted(references)
    cards = {name: load_persona(name) for name in names}
    for name, other in zip(names, [*names[1:], names[0]], strict=True):
        for intent, reference in references[name].items():
            yield reference, [_line(cards[name], intent, seed) for seed in range(4)], _line(cards[other], intent, 0)


def _line(persona: Persona, intent: str, seed: int) -> str:
    return Character(persona, "npc", seed).tick(scripted(intent, "neutral", 1.0)).line
