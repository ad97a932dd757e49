"""A stand-in for perception in the terminal: percepts from keywords, for trying out characters.

It knows some forty words and no grammar, and finds what a card knows by the words of its questions, not by their
meaning. A game uses the engine's model instead.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from npc.persona import Persona
from npc.types import Detection, Percept, Target

# The first entry that matches wins: intent, the action it asks for, and the words that give it away.
_INTENTS: tuple[tuple[str, str, str], ...] = (
    ("farewell", "greet", r"bye|goodbye|farewell|see you"),
    ("thank", "talk", r"thanks?|thank you|cheers"),
    ("apologize", "talk", r"sorry|apologi[sz]e|forgive"),
    ("insult", "refuse", r"fool|idiot|stupid|coward|ugly|thief|liar"),
    ("threaten", "defend", r"or else|i(?:'ll| will) (?:kill|hurt|end) you"),
    ("help_me", "heal", r"help|save me|heal"),
    ("flee", "flee", r"run|flee|escape"),
    ("warn", "talk", r"look out|watch out|beware|danger"),
    ("follow_me", "follow", r"follow|come with|come along"),
    ("wait_here", "stay", r"wait|stay|stop"),
    ("attack", "attack", r"attack|kill|fight|strike"),
    ("trade", "trade", r"trade|buy|sell|price|swap"),
    ("gift", "celebrate", r"gift|present for you|this is for you"),
    ("give_me", "give", r"give me|hand me|let me have|pass me|need your"),
    ("pick_up", "pick_up", r"pick up|grab|fetch"),
    ("use", "use", r"use|open|light|pull"),
    ("ask_where", "point_at", r"where"),
    ("go_to", "go_to", r"go to|go over|walk to|go"),
    ("identify", "point_at", r"what is (?:that|this)|who is"),
    ("compliment", "celebrate", r"beautiful|great|wonderful|well done|brave|clever|kind"),
    ("ask_about", "talk", r"tell me|know about|what|who|why|how|news"),
    ("agree", "talk", r"yes|aye|deal|agreed|of course"),
    ("refuse", "idle", r"no|never|never mind"),
    ("greet", "greet", r"hello|hi|hey|greetings|good (?:day|morning|evening)"),
)
_TONES: tuple[tuple[str, str], ...] = (
    ("angry", r"now|damn|hurry|fool|idiot|stupid"),
    ("friendly", r"please|dear|friend|kindly|thank you"),
    ("afraid", r"afraid|scared|danger|help"),
    ("sad", r"sad|alone|lost|miss"),
)
_WORD = re.compile(r"[a-z]+")
_COMMON = frozenset(
    _WORD.findall(
        "a an the i you he she it we they me him her us them my your his its our their this that these those is are was were"
        " be been do does did have has had can could will would may might must should to of in on at for from with by and or"
        " if so what who whom whose which when where why how there here not no any some s t d ll ve re m"
    )
)
_SURE = 0.9
_AHEAD = (0.5, 0.6)  # where things are, as nobody sees them


def _said(words: str, text: str) -> bool:
    return re.search(rf"\b(?:{words})\b", text) is not None


def word_likeness(persona: Persona, text: str) -> dict[str, float]:
    """How near `text` comes to the questions of each fact, and the examples of each intent, of the card: the cosine of the
    words that they share, without the commonest."""
    return _shared(text, persona.asked)


def _shared(text: str, questions: Mapping[str, Sequence[str]]) -> dict[str, float]:
    said = _content(text)
    return {name: max(_cosine(said, _content(q)) for q in asked) for name, asked in questions.items()}


def _content(text: str) -> frozenset[str]:
    words = frozenset(_WORD.findall(text.lower()))
    return words - _COMMON or words


def _cosine(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / math.sqrt(len(a) * len(b)) if a and b else 0.0


def side_by_side(in_view: Sequence[str]) -> tuple[Detection, ...]:
    """Things that are in view because the author says so, from left to right as they were named."""
    return tuple(Detection(phrase, _SURE, (n + 1) / (len(in_view) + 1), _AHEAD[1]) for n, phrase in enumerate(in_view))


def read(text: str, time: float, in_view: Sequence[str] = (), persona: Persona | None = None) -> Percept:
    """The percept of `text` said to `persona` at `time` in seconds, with the phrases `in_view` in sight."""
    lowered = text.lower()
    watch = side_by_side(in_view)
    if not lowered.strip():
        return Percept(time=time, intent={"none": 1.0}, action={"idle": _SURE}, watch=watch)
    intent, action = next(((i, a) for i, a, words in _INTENTS if _said(words, lowered)), ("chat", "talk"))
    if intent == "help_me" and in_view:
        action = "defend"
    tone = next((tone for tone, words in _TONES if _said(words, lowered)), "neutral")
    return Percept(
        time=time,
        intent={intent: _SURE},
        tone={tone: _SURE},
        action={action: _SURE},
        emotion={"neutral": _SURE},
        target=Target(*_AHEAD, _SURE),
        watch=watch,
        text=text,
        knowledge=word_likeness(persona, text) if persona is not None else {},
        further=_shared(text, persona.asked_further) if persona is not None else {},
    )
