"""Questions to facts: which of the things that a card knows do the words ask for?"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from engine.minds import ready_vectors, wordings
from engine.minds.discriminant import Discriminant, heard_as
from engine.minds.ready_vectors import EXAMPLES, TALK
from engine.perception.text import affordable
from npc import Persona
from npc.language.plain import plain
from npc.language.senses import about_whom, is_question

Floats = npt.NDArray[np.float32]
Questions = tuple[str, ...]
Name = TypeVar("Name", bound=Hashable)
KEPT = 8 << 20  # bytes of vectors that are kept, of some 5,000 questions
AHEAD = 100  # characters of questions that are encoded ahead at a time: about as much work as a frame
NEAREST = 3  # things to talk about, or to go on about, that words may mean
LONG = 11  # words of a remark from which its parts are compared, too, and
PARTLY = 0.95  # what their likeness counts
_SHORTEST, _MOST_PARTS = 3, 3
_JOINS = re.compile(r"[,;:] +|[.!] +| (?:and|but|because|so|though|since) ")
_LONGEST = 300  # characters of a clause whose wording is told
_KNOWN = 0.8  # likeness from which a question of the card is meant, whatever else it may be
_WORDED = (0.66, 0.24)  # likeness of a topic that the wording of a question tells, and what its probability adds
_SURELY = 0.5  # how likely a kind of remark has to be, so that others are not meant
_HARDLY = 0.05  # probability of a topic under which its wording tells another one
_DECIMALS = 4  # what a log needs of a cosine
_BARE, _TOLD = 0.25, 0.64  # what is told without a question of its own counts as, and what likeness to an answer counts
UNLIKE = (
    0.88  # what likeness counts between a question and what is none: "do not burn yourself" is not "did you burn yourself?"
)


def _parts(text: str) -> list[str]:
    """The parts of a long remark, each of which may say what it is about; nothing of a short one."""
    if len(text.split()) < LONG:
        return []
    return [part for part in map(str.strip, _JOINS.split(text)) if len(part.split()) >= _SHORTEST][:_MOST_PARTS]


_WHOSE = {"you": 1, "I": 2, "they": 3}


@lru_cache(maxsize=512)
def _whose(questions: Questions) -> npt.NDArray[np.int8]:
    """Whose life each question asks for (`about_whom`): "how did you become a smith?" is not "how do I become a smith?"."""
    return np.array([_WHOSE.get(about_whom(question), 0) for question in questions], np.int8)


@lru_cache(maxsize=512)
def _starts(counts: tuple[int, ...]) -> npt.NDArray[np.intp]:
    """Where the first of each of so many questions stands."""
    return np.cumsum((0, *counts[:-1]))


class Knowledge:
    """Compares words with the questions of cards, by their sentence vectors.

    Args:
        sentences: unit sentence vectors [n, S] of n texts.
        kept: bytes of the questions' vectors; of more cards those that were asked last.
        encoder: the fingerprint of what gives the vectors: those of small talk are ready for the one that ships. It may change
            while `sentences` is called; then all that was encoded before is forgotten.
        meanings: vectors [n, 2 S] of texts, see `Perceiving`; without them small talk is told by sentence vectors alone.
    """

    def __init__(
        self,
        sentences: Callable[[Sequence[str]], Floats],
        kept: int = KEPT,
        encoder: Callable[[], str] = str,
        meanings: Callable[[Sequence[str]], Floats] | None = None,
    ) -> None:
        self._sentences, self._kept, self._encoder, self._meanings = sentences, kept, encoder, meanings
        # By the questions, which an edited card may have changed; each holds those that are encoded, the first ones.
        self._vectors: OrderedDict[Questions, Floats] = OrderedDict()
        self._bytes = 0
        self._of: str | None = None
        self._last: tuple[str, Floats] = ("", np.zeros(0, np.float32))
        # Of small talk: of remarks, of questions; fitted on sentence vectors of the examples, where none are ready.
        self._discriminants: dict[bool, tuple[tuple[str, ...], Discriminant]] = {}
        self._ready: ready_vectors.Ready | None = None
        self._is_anew()

    def _is_anew(self) -> bool:
        """Whether there is another encoder now: no vector of the former one is left then."""
        encoder = self._encoder()
        if encoder == self._of:
            return False
        self._of, self._bytes = encoder, 0
        self._vectors.clear()
        self._discriminants.clear()
        self._last = ("", self._last[1])
        self._ready = ready_vectors.load(encoder)
        if self._ready is not None:
            self._vectors[TALK], self._bytes = self._ready.vectors, self._ready.vectors.nbytes
        return True

    def prepare(self, personas: Iterable[Persona]) -> bool:
        """Encode a few questions of these cards ahead, so that words need not wait for all; False: there are none left."""
        return self._prepare(
            dict.fromkeys(asked for persona in personas for asked in (persona.questions, persona.questions_further))
        )

    def prepare_follows(self, persona: Persona, fact: str) -> bool:
        """The same of what the card tells further of a fact that is spoken of."""
        known = persona.knowledge.get(fact)
        return known is not None and bool(known.further) and self._prepare([tuple(known.told_further.values())])

    def prepare_talk(self) -> bool:
        """The same of the examples of what people talk about with anybody."""
        if self._prepare([TALK]):
            return True
        if self._ready is None or self._meanings is None:
            for asks in (False, True):
                self._discriminant(asks)
        return False

    def _prepare(self, of: Iterable[Questions]) -> bool:
        for questions in of:
            if self._encoded(questions) < len(questions):
                self._encode(questions, AHEAD)
                return True
        return False

    def known(self, persona: Persona, text: str, fact: str, budget: int | None = None) -> dict[str, Mapping[str, float]]:
        """All of it, by the fields of a percept that have it: how near `text` comes to what the card knows, tells further, also
        of the `fact` spoken of, and to what anybody talks about.

        Args:
            budget: as of `likeness`, for each.
        """
        return {
            "knowledge": self.likeness(persona, text, budget),
            "further": self.further(persona, text, budget),
            "talk": self.talk(text, budget),
            "follows": self.follows(persona, fact, text, budget),
            "remark": self.remark(text),
        }

    def likeness(self, persona: Persona, text: str, budget: int | None = None) -> Mapping[str, float]:
        """Cosine of `text` with the nearest question of each fact, and example of each intent, of the card; empty without any.

        Args:
            budget: characters of questions that may still be encoded for it (`affordable`); None: all. Facts of which no
                question is encoded are left out.
        """
        if not persona.asked or not text.strip():
            return {}
        return self._nearest(persona.asked, persona.questions, text, budget)

    def further(self, persona: Persona, text: str, budget: int | None = None) -> Mapping[str, float]:
        """How near `text` comes to the few nearest questions that go on about a fact of the card (`Persona.further`).

        Args:
            budget: as of `likeness`.
        """
        if not persona.asked_further or not text.strip():
            return {}
        return _few(self._nearest(persona.asked_further, persona.questions_further, text, budget))

    def follows(self, persona: Persona, fact: str, text: str, budget: int | None = None) -> Mapping[str, float]:
        """How near `text` comes to each thing that the card tells further of a fact: to its questions, and to its answer.

        What is told without a question of its own, under `why`, `when` ..., counts as if its question were as near as `_BARE`.

        Args:
            fact: the one that is spoken of; of none, and of one that the card has not, nothing is near.
            budget: as of `likeness`.
        """
        known = persona.knowledge.get(fact)
        if known is None or not known.further or not text.strip():
            return {}
        asked = self._nearest(persona.asked_further, persona.questions_further, text, budget)
        answers = self._encode(tuple(known.told_further.values()), budget)
        if not len(answers):
            return {}
        told = (answers @ self._vector(text)).astype(np.float64)
        near = {
            key: max(asked.get(f"{fact}: {key}", 0.0), _BARE) + _TOLD * max(answer, 0.0)
            for key, answer in zip(known.told_further, told.tolist(), strict=False)
        }
        return {key: round(likeness, _DECIMALS) for key, likeness in near.items()}

    def _nearest(
        self, asked: Mapping[Name, Questions], questions: Questions, text: str, budget: int | None
    ) -> dict[Name, float]:
        vectors = self._encode(questions, budget)
        if not len(vectors):
            return {}
        heard = self._vector(text)
        if self._is_anew():
            return self._nearest(asked, questions, text, budget)
        cosines = (vectors @ heard).astype(np.float64)  # so that what is rounded prints as it was rounded
        if whom := _WHOSE.get(about_whom(plain(text)), 0):
            whose = _whose(questions)[: len(cosines)]
            cosines = np.where((whose != 0) & (whose != whom), cosines * UNLIKE, cosines)
        names = [name for name, questions_of_it in asked.items() if questions_of_it]
        starts = _starts(tuple(len(asked[name]) for name in names))
        best = np.maximum.reduceat(cosines, starts[starts < len(cosines)]).round(_DECIMALS)
        return dict(zip(names, best.tolist(), strict=False))  # what is not encoded yet is left out

    def talk(self, text: str, budget: int | None = None) -> Mapping[str, float]:
        """How near `text` comes to the few nearest things that people talk about with anybody (`small_talk.yaml`).

        Args:
            budget: as of `likeness`.
        """
        if not text.strip():
            return {}
        near = self._nearest(EXAMPLES, TALK, text, budget)
        asks = is_question(plain(text))
        likely = {key: p for key, p in self._likely(text, asks).items() if key in near}
        worded = dict(self._worded(wordings.TOPICS, text, most=None)) if asks else {}
        if likely:
            told = heard_as(np.array([near[key] for key in likely]), np.array(list(likely.values()), np.float64))
            near |= zip(likely, told.round(_DECIMALS).tolist(), strict=True)
        near |= {(topic, True): _worded_as(near[topic, True], p) for topic, p in worded.items() if (topic, True) in near}
        if not asks:
            near |= {(topic, False): near[topic, False] * UNLIKE for topic in self._belied(text) if (topic, False) in near}
        for part in () if asks else _parts(text):
            for name, likeness in self._nearest(EXAMPLES, TALK, part, budget).items():
                near[name] = max(near[name], round(likeness * PARTLY, _DECIMALS))
        found: dict[str, float] = {}
        for (topic, asking), likeness in near.items():
            fits = likeness if asking == asks else round(likeness * UNLIKE, _DECIMALS)
            found[topic] = max(found.get(topic, -1.0), fits)
        return _few(found)

    def asked(self, persona: Persona, text: str) -> str:
        """The form of `npc.language.asked` in which a clause that no grammar reads asks something; empty: in none, or the card
        itself knows better.

        With any other encoder than the one that ships there are none.
        """
        form, p = next(iter(self._worded(wordings.ASKED, text)), ("", 0.0))
        if p < wordings.SURE[wordings.ASKED]:
            return ""
        known = max(self.likeness(persona, text, AHEAD).values(), default=0.0)
        return form if known < _KNOWN else ""

    def remark(self, text: str) -> Mapping[str, float]:
        """How likely a remark is of each of the few likeliest kinds (`wordings.REMARKS`); of questions it is none, and neither
        is anything with another encoder than the one that ships."""
        found = [] if is_question(plain(text)) else self._worded(wordings.REMARKS, text)
        return {kind: round(p, _DECIMALS) for kind, p in found}

    def _belied(self, text: str) -> list[str]:
        """Topics that a remark is of no kind of, where it is surely of another: numb fingers are no thief's."""
        told, worded = self._told(wordings.REMARKS), dict(self._worded(wordings.REMARKS, text, most=None))
        if told is None or max(worded.values(), default=0.0) < _SURELY:
            return []
        return [topic for topic, kind in told.kind_of.items() if worded[kind] < _HARDLY]

    def _told(self, lines: Path) -> wordings.Wordings | None:
        return wordings.load(lines, self._encoder()) if self._meanings is not None else None

    def _worded(self, lines: Path, text: str, most: int | None = NEAREST) -> list[tuple[str, float]]:
        told = self._told(lines)
        if told is None or self._meanings is None or not text.strip() or len(text) > _LONGEST:
            return []
        return told.ranked(words := plain(text), ready_vectors.features(self._meanings([words]))[0])[:most]

    def _vector(self, text: str) -> Floats:
        """The sentence vector of words put plainly; the last ones are asked for of cards and of small talk."""
        if self._last[0] != text:
            self._last = text, self._sentences([plain(text)])[0]
        return self._last[1]

    def _likely(self, text: str, asks: bool) -> dict[tuple[str, bool], float]:
        """How likely each topic of questions, or of remarks, is; empty until all examples are encoded."""
        if self._encoded(TALK) < len(TALK):
            return {}
        if self._ready is not None and self._meanings is not None:
            topics, discriminant = self._ready.told[asks]
            p = discriminant.likely(ready_vectors.features(self._meanings([plain(text)])[0]))
        else:
            topics, discriminant = self._discriminant(asks)
            p = discriminant.likely(self._vector(text))
        return {(topic, asks): float(share) for topic, share in zip(topics, p, strict=True)}

    def _discriminant(self, asks: bool) -> tuple[tuple[str, ...], Discriminant]:
        if asks not in self._discriminants:
            of = [len(examples) for examples in EXAMPLES.values()]
            kinds = np.repeat([key[1] for key in EXAMPLES], of)
            topics = np.repeat(np.arange(len(EXAMPLES)), of)[kinds == asks]
            told = Discriminant.of(self._vectors[TALK][kinds == asks], np.unique(topics, return_inverse=True)[1])
            self._discriminants[asks] = tuple(topic for topic, kind in EXAMPLES if kind is asks), told
        return self._discriminants[asks]

    def _encoded(self, questions: Questions) -> int:
        return len(self._vectors.get(questions, ()))

    def _encode(self, questions: Questions, budget: int | None) -> Floats:
        """The vectors of the first questions, after as many were added as the budget lets in."""
        vectors = self._vectors.get(questions)
        done = 0 if vectors is None else len(vectors)
        new = questions[done:] if budget is None else affordable(questions[done:], budget)
        if new or vectors is None:
            added = self._sentences(new) if new else np.zeros((0, 0), np.float32)
            if self._is_anew():
                return self._encode(questions, budget)
            self._bytes += added.nbytes
            vectors = added if not done or vectors is None else np.concatenate([vectors, added])
        self._vectors[questions] = vectors
        self._vectors.move_to_end(questions)
        while self._bytes > self._kept and len(self._vectors) > 1:
            self._bytes -= self._vectors.popitem(last=False)[1].nbytes
        return vectors


def _worded_as(near: float, p: float) -> float:
    """How near a question is to a topic of which its wording tells how likely it is; what seems near without it is less so."""
    if p >= wordings.SURE[wordings.TOPICS]:
        return round(max(near, _WORDED[0] + _WORDED[1] * p), _DECIMALS)
    return near if p >= _HARDLY else round(near * UNLIKE, _DECIMALS)


def _few(near: Mapping[str, float]) -> Mapping[str, float]:
    return dict(sorted(near.items(), key=lambda pair: -pair[1])[:NEAREST])
