"""How drafts sound: like the card, unlike each other, and like whom a stranger would take them for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from npc.card_review import spoken
from npc.evaluation.voices import NaiveBayes, Reaction
from npc.persona import Persona, characters, load_persona


def figures(persona: Persona, drafts: Sequence[str], own: Sequence[str]) -> Iterator[str]:
    """Distinctness, and with the `evaluate` extra BLEU, chrF and ROUGE-L against the card's own lines, line by line."""
    others = {name: load_persona(name) for name in characters() if load_persona(name).name != persona.name}
    reactions = [Reaction(name, "", line.say) for name, card in others.items() for _, lines in spoken(card) for line in lines]
    judge = NaiveBayes([*reactions, *(Reaction(persona.name, "", line) for line in own)])
    known = sum(judge.who([Reaction("", "", line)]) == persona.name for line in drafts)
    yield f"taken for {persona.name}'s among {len(others) + 1} characters: {known} of {len(drafts)}"
    try:
        from rouge_score.rouge_scorer import RougeScorer
        from sacrebleu import corpus_bleu, corpus_chrf
    except ImportError:
        yield "BLEU and ROUGE need sacrebleu and rouge-score: pip install 'npc-engine[evaluate]'"
        return
    if not own:
        return
    references = [[line] * len(drafts) for line in own][:20]
    bleu, chrf = (score(list(drafts), references).score for score in (corpus_bleu, corpus_chrf))
    scorer = RougeScorer(["rougeL"])
    nearest = [max(scorer.score(line, one)["rougeL"].fmeasure for line in own) for one in drafts]
    yield f"against its own lines: BLEU {bleu:.1f}, chrF {chrf:.1f}, ROUGE-L of the nearest {sum(nearest) / len(nearest):.2f}"
    words = [word for line in drafts for word in line.lower().split()]
    yield f"different words: {len(set(words))} of {len(words)}"
