"""Whether one can tell who acted, and how near what is said comes to what its author would have it say.

*Distinctness*: from what was said to somebody, what that one did and what it answered, a naive Bayes classifier (multinomial
over words; the action, and the action together with what it answers, are two more words; Laplace smoothing, see Manning,
Raghavan & Schütze 2008, chapter 13) learns from some reactions of all characters and names who gave others. Lines that it met
while learning make that easy, so it is judged on lines that it never met, too: there only the manner of speaking and acting
can tell.

*Fluency*: BLEU, ROUGE-L and chrF of lines against references by their author (Papineni 2002; Lin 2004; Popović 2015). Low
figures are to be expected: a character has many right answers, and the references were written apart from its lines. They serve
to compare: another card, or a language model's second voice, under the same references.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from npc.character import Character
from npc.errors import Fault
from npc.evaluation.lives import TONES
from npc.evaluation.steadiness import USUAL, scripted
from npc.persona import Persona, characters, load_persona
from npc.types import Detection, Percept

# -- distinctness ----------------------------------------------------------------------------------------------

SCENE = 5  # reactions that a judge of whole scenes hears
_WORD = re.compile(r"[\w']+|[!?.,;…]")
_TRAIN = 0.7


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a character did and said, and what about: an intent, or what it saw."""

    who: str
    action: str
    line: str
    about: str = ""

    @property
    def words(self) -> list[str]:
        """What the classifier sees of it."""
        return [f"<{self.action}>", f"<{self.about}: {self.action}>", *_WORD.findall(self.line.lower())]


@dataclass(frozen=True, slots=True)
class DistinctnessResult:
    """Accuracies over all characters: of single reactions; of those with lines never met in training; of scenes of
    `SCENE` such reactions; of these by the actions alone. `different`: how often two characters do different things
    about the same."""

    characters: int
    reactions: int
    any_line: float
    new_lines: float
    new_scenes: float
    mute_scenes: float
    different: float


def distinctness() -> DistinctnessResult:
    """Play the same scripts with every shipped character and ask who acted."""
    played = {name: _play(name) for name in characters()}
    reactions = [reaction for mine in played.values() for reaction in mine if reaction.line]
    # Every line is on one side for good, whatever other lines there are.
    train = [r for r in reactions if _share(r.line) < _TRAIN]
    unseen = [r for r in reactions if _share(r.line) >= _TRAIN]
    judge, mute = NaiveBayes(train), NaiveBayes(replace(r, line="") for r in train)
    other_scripts = [r for n, r in enumerate(reactions) if n % 3 == 0]
    knows_lines = NaiveBayes([r for n, r in enumerate(reactions) if n % 3])
    scenes = _scenes(unseen)
    return DistinctnessResult(
        len(played),
        len(reactions),
        _accuracy((knows_lines.who([r]), r.who) for r in other_scripts),
        _accuracy((judge.who([r]), r.who) for r in unseen),
        _accuracy((judge.who(scene), scene[0].who) for scene in scenes),
        _accuracy((mute.who([replace(r, line="") for r in scene]), scene[0].who) for scene in scenes),
        _different(played),
    )


def _play(name: str) -> list[Reaction]:
    """Reactions to every intent in every tone, calm and with a wolf in view, by friends and by foes."""
    persona, found = load_persona(name), []
    for seed, before in enumerate(("", "compliment", "insult", "threaten")):
        for tone in TONES:
            character = Character(persona, name, seed)
            for n in range(4 if before else 0):
                character.tick(scripted(before, "neutral", 1.0 + n))
            for n, intent in enumerate(USUAL):
                decision = character.tick(scripted(intent, tone, 10.0 + 9.0 * n))
                found.append(Reaction(name, decision.action, decision.line, intent))
            sight = [_wolf(300.0 + n / 10) for n in range(4)]
            seen = next((d for d in map(character.tick, sight) if d.line), None)
            found.append(Reaction(name, seen.action if seen else "idle", seen.line if seen else "", "wolf"))
    return found


def _wolf(time: float) -> Percept:
    return Percept(time, {"none": 1.0}, action={"idle": 0.9}, watch=(Detection("wolf", 0.95, 0.5, 0.5),))


def _scenes(reactions: Sequence[Reaction]) -> list[list[Reaction]]:
    by_who: dict[str, list[Reaction]] = defaultdict(list)
    for reaction in reactions:
        by_who[reaction.who].append(reaction)
    return [mine[n : n + SCENE] for mine in by_who.values() for n in range(0, len(mine) - SCENE + 1, SCENE)]


def _different(played: dict[str, list[Reaction]]) -> float:
    names = sorted(played)
    pairs = [
        x.action != y.action
        for i, a in enumerate(names)
        for b in names[i + 1 :]
        for x, y in zip(played[a], played[b], strict=True)
    ]
    return sum(pairs) / len(pairs)


def _share(text: str) -> float:
    """A number in [0, 1) that depends on the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48


def _accuracy(pairs: Iterable[tuple[str, str]]) -> float:
    hits = [told == who for told, who in pairs]
    return sum(hits) / len(hits) if hits else 0.0


class NaiveBayes:
    """Who says what, learnt from reactions."""

    def __init__(self, reactions: Iterable[Reaction]) -> None:
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        for reaction in reactions:
            self._counts[reaction.who].update(reaction.words)
        self._words = len(set().union(*self._counts.values())) if self._counts else 0
        self._totals = {who: sum(counts.values()) for who, counts in self._counts.items()}

    def who(self, reactions: Sequence[Reaction]) -> str:
        """The likeliest of all characters to have given these reactions."""
        words = [word for reaction in reactions for word in reaction.words]
        return max(sorted(self._counts), key=lambda who: self._likelihood(who, words))

    def _likelihood(self, who: str, words: Sequence[str]) -> float:
        counts, total = self._counts[who], self._totals[who] + self._words
        return sum(math.log((counts[word] + 1) / total) for word in words)


# -- fluency ---------------------------------------------------------------------------------------------------

_REFERENCES = Path(__file__).with_name("references.yaml")


@dataclass(frozen=True, slots=True)
class FluencyResult:
    """BLEU and chrF (0..100) and ROUGE-L F1 (0..1) of `lines` lines; `by_chance`: ROUGE-L of another character's lines."""

    lines: int
    bleu: float
    chrf: float
    rouge_l: float
    by_chance: float


def fluency() -> FluencyResult:
    """Score what the shipped characters say.

    Raises:
        Fault: `missing`: sacrebleu or rouge-score is not installed.
    """
    try:
        from rouge_score.rouge_scorer import RougeScorer
        from sacrebleu import corpus_bleu, corpus_chrf
    except ImportError:
        raise Fault("missing", "BLEU and ROUGE need sacrebleu and rouge-score.", "pip install 'npc-engine[evaluate]'") from None
    said = list(_said())
    scorer = RougeScorer(["rougeL"])
    overlap = [[scorer.score(reference, line)["rougeL"].fmeasure for line in lines] for reference, lines, _ in said]
    others = [scorer.score(reference, other)["rougeL"].fmeasure for reference, _, other in said]
    lines = [line for _, lines, _ in said for line in lines]
    references = [reference for reference, lines, _ in said for _ in lines]
    mean = [score for scores in overlap for score in scores]
    bleu, chrf = (float(score(lines, [references]).score) for score in (corpus_bleu, corpus_chrf))
    return FluencyResult(len(lines), bleu, chrf, sum(mean) / len(mean), sum(others) / len(others))


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
