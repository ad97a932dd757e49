"""What a clause is taken for by feelings, rules and memory, where the grammar knows better than the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from npc.behaviour import load_behaviour
from npc.conversation.reading import Clause
from npc.language.harm import Harm, harm_in, means_harm
from npc.language.senses import Sense
from npc.parts import best
from npc.types import Percept

SURE = 0.9  # of what the grammar knows
_FAIR = 0.7  # of what is left where the model was wrong
_INTENTS = {
    Sense.FORBID: "none",
    Sense.CEASE: "none",
    Sense.RELEASE: "none",
    Sense.LIFT: "agree",
    Sense.LEAVE: "chat",
    Sense.OFFER: "agree",
    Sense.PROMISE: "agree",
    Sense.PEACE: "apologize",
    Sense.SELF: "chat",
    Sense.FAREWELL: "farewell",
    Sense.YES: "agree",
}
_UNHEARD = {"intent": "none", "tone": "neutral", "action": "talk", "emotion": "neutral"}
_HOSTILE = ("threaten", "insult", "attack")  # intents, and
_ENMITY = _HOSTILE[:2]
_VIOLENT = ("attack", "defend")  # actions that harmless words are not to set off
_DEED = frozenset({Sense.ORDER, Sense.CORRECT})


def second_opinion(clause: Clause, percept: Percept) -> tuple[Clause, Percept]:
    """The clause and its percept, put right by who does what to whom in it, and by what it is for."""
    if clause.sense is Sense.FOREIGN:  # what the model hears in it, it hears in the sound of it
        unheard = {head: _mostly(getattr(percept, head), label, SURE) for head, label in _UNHEARD.items()}
        return clause, replace(percept, **unheard, knowledge={})  # type: ignore[arg-type]
    harm = harm_in(clause.text) if _sounds_hostile(percept) else Harm.MEANT if means_harm(clause.text) else Harm.OPEN
    if clause.sense is Sense.PEACE and clause.conditions:  # "I will not hurt you if you pay" is a threat
        return _as_words(clause), percept
    if harm is Harm.MEANT:
        return _as_words(clause), _threatening(percept)
    if (intent := _INTENTS.get(clause.sense)) is not None:
        action = {"greet": SURE} if clause.sense is Sense.FAREWELL else percept.action
        return clause, replace(_cleared(percept), intent=_mostly(percept.intent, intent, SURE), action=action)
    if clause.sense is Sense.NO and best(percept.action)[0] == "trade":
        return clause, replace(_calm(percept), action=_mostly(percept.action, "talk", _FAIR))
    if harm is Harm.NONE and clause.sense not in _DEED:
        return clause, _cleared(percept)
    if best(percept.intent)[0] not in _ENMITY and (harm is Harm.NONE or "!" not in clause.said):
        return clause, _calm(percept)
    return clause, percept


def _sounds_hostile(percept: Percept) -> bool:
    return (
        best(percept.intent)[0] in _HOSTILE
        or best(percept.action)[0] in _VIOLENT
        or best(percept.tone)[0] in {"angry", "afraid"}
    )


def is_hostile(clause: Clause, percept: Percept) -> bool:
    """Whether a clause is nothing but a threat or an insult."""
    intent, p = best(percept.intent)
    return clause.sense is Sense.OTHER and intent in _ENMITY and p >= load_behaviour().understood


def _as_words(clause: Clause) -> Clause:
    """No order, promise or question, whatever it looks like."""
    return replace(clause, meaning=replace(clause.meaning, sense=Sense.OTHER))


def _threatening(percept: Percept) -> Percept:
    if best(percept.intent)[0] in _HOSTILE or "threaten" not in percept.intent:
        return percept
    return replace(percept, intent=_mostly(percept.intent, "threaten", SURE), action=_mostly(percept.action, "defend", SURE))


def _cleared(percept: Percept) -> Percept:
    """A percept without the enmity that was heard in it: small talk, or what the model would have heard next."""
    intent, action = best(percept.intent)[0], best(percept.action)[0]
    percept = _calm(percept)
    if intent not in _HOSTILE and action not in _VIOLENT:
        return percept
    changed: dict[str, Mapping[str, float]] = {"action": _mostly(percept.action, "talk", _FAIR)}
    if intent in _HOSTILE:
        left = {label: p for label, p in percept.intent.items() if label not in _HOSTILE}
        other, p = best(left)
        changed["intent"] = _mostly(percept.intent, other if p >= 0.25 else "chat", _FAIR)
    if best(percept.emotion)[0] == "angry":
        changed["emotion"] = _mostly(percept.emotion, "neutral", _FAIR)
    return replace(percept, **changed)  # type: ignore[arg-type]


def _calm(percept: Percept) -> Percept:
    """Without the anger in its tone: of words that are no enmity it is the model's guess, and costs the speaker nothing."""
    if best(percept.tone)[0] != "angry":
        return percept
    return replace(percept, tone=_mostly(percept.tone, "neutral", _FAIR))


def _mostly(probabilities: Mapping[str, float], label: str, p: float) -> dict[str, float]:
    """One label with this probability, the others with what is left."""
    others = [name for name in probabilities if name != label]
    return {label: p, **dict.fromkeys(others, (1.0 - p) / max(len(others), 1))}
