"""What a clause is taken for by feelings, rules and memory, where the grammar knows better than the model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from npc.behaviour import load_behaviour
from npc.conversation.clause import Clause
from npc.language.forms import form_of
from npc.language.harm import ABUSE, THREAT, Harm, before_ultimatum, harm_in, insults, means_harm
from npc.language.kinds import is_alive, to_look_for
from npc.language.manners import (
    ASKS_WHAT,
    DANGER,
    EXCLAIMS,
    GREETING,
    LIKES,
    OF_KIN,
    OF_OTHERS,
    ORDERS,
    SAID,
    TELLS,
    THERE_IS,
    THERE_IS_NONE,
)
from npc.language.mood import Mood, mood_of
from npc.language.patterns import TablePattern
from npc.language.phrases import kind_of, singular
from npc.language.polarity import polarity_of
from npc.language.senses import Ask, Sense
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
_LIKELY = 0.5
_FEW = 3  # words
_DENIED = frozenset({"not", "never"})
_NO_SORROW = frozenset({"on_relief", "on_cross"})
_FAIRLY = 0.5  # likeness from which words may be about a sorrow
_NEAR = 0.7  # likeness from which words are harmless talk
_UNFRIENDLY = frozenset({"on_quiet", "on_disagree", "on_doubt"})
_WANTED = {
    "heal": "help_me",
    "defend": "help_me",
    "follow": "follow_me",
    "stay": "wait_here",
    "flee": "flee",
    "celebrate": "none",
    "warn": "warn",
}
# Verbs that tell what is to be done where the model hears nothing of the kind in the rest of the words.
_CHANGING_HANDS = frozenset({Ask.KEEPS, Ask.GIVES_BACK, Ask.TAKES_BACK, Ask.PASSES_ON})
_OF_THINGS = {"give": "give_me", "pick_up": "pick_up", "use": "use", "go_to": "go_to"}
_PLAIN = frozenset(
    {"stand", "stay", "wait", "follow", "protect", "defend", "heal", "flee", "celebrate", "dance", "scare", "shoo", "sit"}
)
_WORDS, _VAGUELY = frozenset({"talk", "idle", "greet"}), 0.6
_CALM = frozenset({"come", "walk", "wait", "follow", "sit", "listen"})
# Of a thing, or for somebody.
_CALM_DEEDS = frozenset({"patch", "heal", "treat", "bandage", "stitch", "give", "bring", "open", "close", "hand", "pass"})
_FOR_ME = re.compile(r"\b(?:me|us|here|him|her)\b", re.IGNORECASE)
_AWAY = re.compile(r"\b(?:away|off|out)\b", re.IGNORECASE)  # "get that wolf away from me"
_IN_HAND = frozenset({"give", "pick_up", "use"})
_UP = re.compile(r"(?:up|still|calm|quiet|down|on|strong|tuned|a (?:minute|moment|second))\b", re.IGNORECASE)
_VIOLENT = ("attack", "defend")  # actions that harmless words are not to set off
_MANNERS = {
    "greet": "greet", "thank": "talk", "apologize": "talk", "agree": "talk", "compliment": "talk", "refuse": "idle",
    "chat": "talk", "ask_about": "talk", "trade": "trade", "gift": "talk",
}  # fmt: skip
# Manners are heard where one of these words is.
_SAID: dict[str, re.Pattern[str] | TablePattern] = {**SAID, "insult": ABUSE, "threaten": THREAT}
_TOGETHER = re.compile(r"(?:please )?let us (?:go|walk|head|move)\b(?! away| to hide)", re.IGNORECASE)
# Manners, and warnings: what an order is heard as where its words sound like them.
_NO_ORDERS = frozenset({"greet", "farewell", "thank", "apologize", "compliment", "gift", "warn"})
_IS_CAUGHT = re.compile(
    r"(?:please |just |now |quick,? |go )*"
    r"(?:(?:get|catch|grab|seize|arrest|take|stop|block) (?:him|her|(?:the|that|this) [a-z]+)|stop them)"
    r"(?: (?:now|quick|quickly|then|at once|before .*))?[\s.!]*",
    re.IGNORECASE,
)
_NOT_ASKED = frozenset({"compliment", "gift"})  # nobody puts these as a question
_IS_IT_NOT = re.compile(r"\w \b(?:is|are|was|were|does|do|did|has|have) not (?:it|he|she|they|you)[\s?.!]*$", re.IGNORECASE)
_UNLIKE = re.compile(r"not (?:like|as|since|that (?!way|one)|in (?:a|the)|when|because|much of|exactly)\b", re.IGNORECASE)
_I = re.compile(r"I\b(?! (?:will|shall|am going to|hate you)\b)", re.IGNORECASE)
_KNOWN = 0.6  # likeness from which a question is after what the card knows
_THE_SAME = 0.95  # likeness of words that are the same, but for signs
_ALARMED = frozenset({"warn", "defend", "flee", "attack"})
_DEED = frozenset({Sense.ORDER, Sense.CORRECT})
# Done for nobody who does not ask for it; the others may be the answer to what is told ("a wolf is coming").
_ASKED_FOR = frozenset({"follow", "stay", "go_to", "give", "pick_up", "use"})
_FOES = frozenset({
    "thief", "robber", "goblin", "orc", "troll", "enemy", "beast", "monster", "creature", *to_look_for("enemy"),
    *to_look_for("beast"),
})  # fmt: skip
_UNMOVED = frozenset({"talk", "idle", "refuse", "celebrate"})
_ORDERED = frozenset({"follow_me", "wait_here", "go_to", "give_me", "pick_up", "use", "attack", "flee", "help_me"})
_TOLD = frozenset({Sense.OTHER, Sense.SELF, Sense.QUESTION})
_OF_NOTHING_HERE = frozenset({Mood.SAYING, Mood.REPORTED, Mood.GENERAL, Mood.SUPPOSED, Mood.ADVICE, Mood.OF_YOU})
_FOR_YOU = re.compile(r"\b(?:you|yours?|here|this|these|accept|(?:take|have|keep) (?:it|them|one))\b", re.IGNORECASE)
_IN_NEED = re.compile(
    r"\b(?:needs?|wants?|would like|could use|hungry|thirsty|starving|freezing|cold|lost|hurt\w*|bleeding|wounded|dying|"
    r"sick|ill|poisoned|(?:for|some|your|get) help|help(?= (?:me|us)\b))\b",
    re.IGNORECASE,
)


def as_gift(percept: Percept) -> Percept:
    """What words are taken for that hand something over for nothing."""
    heard = {"intent": {"gift": SURE}, "action": {"celebrate": SURE}, "knowledge": {}, "talk": {}}
    return replace(percept, **heard)  # type: ignore[arg-type]


def as_trade(clause: Clause, percept: Percept) -> Percept:
    """What words are taken for that are answered by a price: no enmity, whatever is heard in the name of a ware."""
    if insults(clause.said) or means_harm(clause.said):
        return percept
    return _cleared(percept)


def second_opinion(clause: Clause, percept: Percept) -> tuple[Clause, Percept]:
    """The clause and its percept, put right by who does what to whom in it, and by what it is for."""
    if clause.meaning.ask in _CHANGING_HANDS and not insults(clause.text):  # "hold my cloak while I fight"
        heard = _unalarmed(_without_manners(_cleared(percept)))
        if (
            clause.meaning.ask is Ask.PASSES_ON and best(heard.intent)[0] in _ORDERED
        ):  # "tell the healer to come" moves nobody else
            heard = _as_said(heard, "none")
        return clause, heard
    if clause.sense is Sense.FOREIGN:  # what the model hears in it, it hears in the sound of it
        unheard = {head: mostly(getattr(percept, head), label, SURE) for head, label in _UNHEARD.items()}
        # A card may be written in that tongue: its very words are known.
        known = {name: near for name, near in percept.knowledge.items() if near >= _THE_SAME}
        return clause, replace(percept, **unheard, knowledge=known)  # type: ignore[arg-type]
    if clause.sense is Sense.OTHER and GREETING.fullmatch(clause.text):
        return clause, replace(_cleared(percept), intent=mostly(percept.intent, "greet", SURE), action={"greet": SURE})
    if any(c.joint == "before" and means_harm(f"before {c.text}") for c in clause.conditions):  # "leave before I hurt you"
        return _as_words(clause), _threatening(percept)
    if before_ultimatum(clause.said) is not None and not insults(clause.said):
        return _pressed(clause, percept)
    percept = _consoled(clause, _worded(clause, percept))
    of_others = percept.talk and clause.sense is Sense.OTHER and OF_OTHERS.match(clause.text) is not None
    if _is_harmless_talk(clause, percept) or (of_others and (_sounds_violent(percept) or _hears_enmity(percept))):
        return clause, _cleared(percept)
    harm = harm_in(clause.text) if _sounds_hostile(percept) else Harm.MEANT if means_harm(clause.text) else Harm.OPEN
    if clause.sense is Sense.PEACE and clause.conditions:  # "I will not hurt you if you pay" is a threat
        return _as_words(clause), percept
    if harm is Harm.MEANT:
        return _as_words(clause), _threatening(percept)
    if clause.sense in _TOLD and _asks_nothing(clause.text, best(percept.intent)[0], best(percept.action)[0]):
        return clause, _as_said(_calm(percept), "chat")
    if (intent := _INTENTS.get(clause.sense)) is not None:
        action = {"greet": SURE} if clause.sense is Sense.FAREWELL else percept.action
        heard = replace(_cleared(percept), intent=mostly(percept.intent, intent, SURE), action=action)
        return clause, _unalarmed(heard)
    enmity = best(percept.intent)[0] in _ENMITY and not insults(clause.text)
    if clause.sense is Sense.TRADE and (enmity or best(percept.intent)[0] == "gift"):  # a bid is none, "here are 4 coins" pays
        return clause, replace(_cleared(percept), intent=mostly(percept.intent, "trade", SURE))
    if clause.sense is Sense.NO and best(percept.action)[0] == "trade":
        return clause, replace(_calm(percept), action=mostly(percept.action, "talk", _FAIR))
    if clause.sense is Sense.QUESTION and best(percept.intent)[0] in _ORDERED and best(percept.knowledge)[1] >= _KNOWN:
        return clause, _as_said(_cleared(percept), "ask_about")  # "why aren't we moving?" is no cry to run
    if clause.sense is Sense.QUESTION and percept.talk and (best(percept.talk)[1] >= _NEAR or not insults(clause.text)):
        return clause, _cleared(percept)
    if clause.sense is Sense.ORDER:
        return clause, _as_ordered(clause, percept, harm)
    if harm is Harm.NONE and clause.sense not in _DEED:
        return clause, _cleared(percept)
    if best(percept.intent)[0] not in _ENMITY and (harm is Harm.NONE or "!" not in clause.said):
        return clause, _unalarmed(_calm(percept))
    return clause, _unalarmed(percept)


def _asks_nothing(text: str, intent: str, action: str) -> bool:
    """Whether the deed that the model hears in words is not asked for by them: "he told me to run" moves nobody."""
    mood = mood_of(text)
    if mood is Mood.OPEN or (mood not in _OF_NOTHING_HERE and _IN_NEED.search(text)):
        return False
    if action in _ASKED_FOR or (intent in _ORDERED and action in _UNMOVED):
        return True
    if intent == "gift" and not _FOR_YOU.search(text):  # "it is for the chapel"
        return True
    if mood is Mood.SAYING and intent in _ORDERED:  # "give me a break"
        return True
    return mood in _OF_NOTHING_HERE and (intent == "gift" or (bool(action) and load_behaviour().actions[action].deed))


def _pressed(clause: Clause, percept: Percept) -> tuple[Clause, Percept]:
    """ "5 or I go" is an offer, "pay me or I leave" no more than that one disagrees."""
    bid = clause.sense is Sense.TRADE and "number" in clause.meaning.values
    intent, action = ("trade", "trade") if bid else ("refuse", "talk")
    kept = clause if clause.sense is Sense.TRADE else _as_words(clause)
    return kept, _as_said(_cleared(percept), intent, action)


def _as_said(percept: Percept, intent: str, action: str = "talk") -> Percept:
    """Words that are heard as `intent`, and move nobody further than `action`."""
    return replace(percept, intent=mostly(percept.intent, intent, _FAIR), action=mostly(percept.action, action, _FAIR))


def _worded(clause: Clause, percept: Percept) -> Percept:
    """Without manners that no word stands for: "haha, good name" greets nobody."""
    intent = best(percept.intent)[0]
    if intent in _NOT_ASKED and percept.talk and (ASKS_WHAT.match(clause.text) or clause.said.rstrip().endswith("?")):
        return _as_said(percept, "chat")
    if intent == "compliment" and percept.talk and LIKES.match(clause.text):
        return _as_said(percept, "chat")
    if intent == "compliment" and percept.talk and clause.sense is Sense.OTHER and OF_KIN.match(clause.text):
        return _as_said(percept, "chat")
    quiet = TELLS.match(clause.text) or (THERE_IS.match(clause.text) and "!" not in clause.said)
    unwarned = THERE_IS_NONE.match(clause.text) or (quiet and not DANGER.search(clause.text))
    if intent == "warn" and percept.talk and clause.sense is Sense.OTHER and unwarned:
        return _as_said(percept, "chat")
    # "Not like my brother", "cold tonight, is it not?"
    if intent == "refuse" and percept.talk and (_UNLIKE.match(clause.text) or _IS_IT_NOT.search(clause.text)):
        return _as_said(percept, "chat")
    words = _SAID.get(intent)
    told = clause.text if intent == "greet" and len(clause.text.split()) > _FEW else clause.said  # "hi there, I lost my mum"
    if not percept.talk or words is None or clause.sense not in {Sense.OTHER, Sense.QUESTION} or words.search(told):
        return percept
    return _as_said(percept, "chat")


def _consoled(clause: Clause, percept: Percept) -> Percept:
    """Without a sad tone where nothing sad is said: "she put onions in my socks" is the model's guess."""
    if not percept.talk or best(percept.tone)[0] != "sad":
        return percept
    if form_of(clause.text.rstrip(" .!?"), False)[0] in _NO_SORROW:  # "I was so worried", "I am so angry with him"
        return replace(percept, tone=mostly(percept.tone, "neutral", _FAIR))
    if polarity_of(clause.text) == "bad":
        return percept
    topic, likeness = best(percept.talk)
    sad = load_behaviour().talk_further.get(topic, {}).get("more") == "further_sorrow" and likeness >= _FAIRLY
    sad = sad and _DENIED.isdisjoint(clause.text.lower().split())  # "she has never been ill"
    return percept if sad else replace(percept, tone=mostly(percept.tone, "neutral", _FAIR))


def _is_harmless_talk(clause: Clause, percept: Percept) -> bool:
    """Enmity heard in what anybody may say: "you sound like my father", "have you ever been robbed?"."""
    if best(percept.intent)[0] not in _ENMITY:
        return False
    if percept.talk and form_of(clause.text.rstrip(" .!?"), False)[0] == "on_said_of_you":  # "they told me you are a crook"
        return True
    if percept.talk and EXCLAIMS.match(clause.text):  # of somebody who was told of, as a rule
        return True
    if means_harm(clause.text):
        return False
    near = max(best(percept.talk)[1], best(percept.knowledge)[1])
    if insults(clause.text) and not (near >= _NEAR and _I.match(clause.text)):  # "I would be terrible at your job"
        return False
    if percept.talk and clause.sense is Sense.OTHER and OF_OTHERS.match(clause.text):
        return True
    return near >= _NEAR and best(percept.talk)[0] not in _UNFRIENDLY


def _as_ordered(clause: Clause, percept: Percept, harm: Harm) -> Percept:
    """The percept of an order: its verb tells what is to be done, and an order is no enmity by itself."""
    if harm is not Harm.MEANT and not insults(clause.text) and best(percept.intent)[0] in _ENMITY and " or " not in clause.said:
        percept = _cleared(percept)
    if harm is Harm.NONE or (best(percept.intent)[0] not in _ENMITY and "!" not in clause.said):
        percept = _calm(percept)
    named = load_behaviour().deeds.get(clause.meaning.verb, ())
    if named[:1] == ("attack",) and harm is not Harm.MEANT and not insults(clause.text):  # "kill it now!!" is of somebody else
        percept = _calm(percept)
    if _TOGETHER.match(clause.text) and best(percept.action)[0] in {*_ALARMED, *_WORDS, "refuse"}:
        return replace(percept, action=mostly(percept.action, "follow", SURE), intent=mostly(percept.intent, "follow_me", SURE))
    if _IS_CAUGHT.fullmatch(clause.text) and (is_alive(clause.thing) or not clause.thing):  # "get him!", "stop the thief"
        deed, asked = ("defend", "help_me") if clause.meaning.verb == "stop" else ("attack", "attack")
        return replace(percept, action=mostly(percept.action, deed, SURE), intent=mostly(percept.intent, asked, SURE))
    if (
        clause.meaning.verb in {"get", "take"} and kind_of(singular(clause.thing)) in _FOES and not _AWAY.search(clause.text)
    ):  # "get that wolf"
        return replace(percept, action=mostly(percept.action, "attack", SURE), intent=mostly(percept.intent, "attack", SURE))
    (heard, p), rest = best(percept.action), clause.meaning.values.get("rest", "")
    if clause.meaning.verb in _PLAIN and _UP.match(rest) and heard in _ALARMED:  # "stay calm"
        return _as_said(_calm(percept), "chat")
    gift = best(percept.intent)[0] == "gift" and clause.meaning.verb in {"take", "keep", "use"}  # "take this apple"
    if best(percept.intent)[0] in _NO_ORDERS and heard not in named and "warn" not in named and not gift:
        percept = _as_its_verb(percept, named)
        heard, p = best(percept.action)
    unheard = heard not in named and (heard in _WORDS or p < _VAGUELY)
    if heard in _ALARMED and _is_calm(clause, p) and heard not in named and harm is not Harm.MEANT:
        return _as_its_verb(percept, named)  # "come out now, it is safe"
    if heard == "heal" and named and "heal" not in named and clause.meaning.verb != "help":  # "stand between me and the fire"
        return _as_its_verb(percept, named)
    if heard in _IN_HAND and clause.meaning.verb == "leave":  # nothing is used that is to be left
        return _as_its_verb(percept, named)
    if heard in _IN_HAND and named and {*named} <= _IN_HAND and heard not in named and clause.thing:
        return _as_its_verb(percept, named if _FOR_ME.search(rest) else named[-1:])  # "get the rope too" uses nothing
    enmity = heard == "attack" and p >= load_behaviour().understood and harm is not Harm.MEANT
    if enmity and named and heard not in named:  # "bring her closer to the fire"
        asked = _WANTED.get(named[0], _OF_THINGS.get(named[0], "none"))
        return replace(percept, action=mostly(percept.action, named[0], SURE), intent=mostly(percept.intent, asked, SURE))
    if clause.meaning.verb in _PLAIN and unheard and (not _UP.match(rest) or clause.meaning.verb == "sit"):
        deed = named[0]
        return replace(percept, action=mostly(percept.action, deed, SURE), intent=mostly(percept.intent, _WANTED[deed], SURE))
    helps, plain = clause.meaning.verb == "help", ORDERS.get(clause.meaning.verb)
    sure = heard in named and p >= load_behaviour().understood
    if plain is None or not plain.match(rest) or (not rest if helps else sure):
        return percept
    deed = "follow" if helps else named[0]
    return replace(percept, action=mostly(percept.action, deed, SURE), intent=mostly(percept.intent, _WANTED[deed], SURE))


def _is_calm(clause: Clause, p: float) -> bool:
    """Whether an order is of something that nobody does in alarm."""
    verb, of_what = clause.meaning.verb, bool(clause.thing) or _FOR_ME.search(clause.meaning.values.get("rest", "")) is not None
    return verb in _CALM or (verb in _CALM_DEEDS and of_what and p >= load_behaviour().understood)


def _as_its_verb(percept: Percept, named: tuple[str, ...]) -> Percept:
    """An order that sounds like manners or a warning is heard as what its verb asks for: no rule for those is meant by it."""
    asked = {**_OF_THINGS, **_WANTED, "attack": "attack"}.get(named[0] if named else "")
    if asked is None:
        warns = best(percept.intent)[0] == "warn"  # "look out, he has your purse!"
        return percept if warns else _without_manners(percept)
    return replace(percept, action=mostly(percept.action, named[0], SURE), intent=mostly(percept.intent, asked, SURE))


def _without_manners(percept: Percept) -> Percept:
    """Words that are for something else are no farewell, gift or warning, whatever they sound like."""
    if best(percept.intent)[0] not in _NO_ORDERS:
        return percept
    return replace(percept, intent=mostly(percept.intent, "none", _FAIR), action=mostly(percept.action, "talk", _FAIR))


def _sounds_violent(percept: Percept) -> bool:
    return best(percept.intent)[0] in _HOSTILE or best(percept.action)[0] in _VIOLENT


def _sounds_hostile(percept: Percept) -> bool:
    return _hears_enmity(percept) or best(percept.action)[0] in _VIOLENT or best(percept.tone)[0] in {"angry", "afraid"}


def _hears_enmity(percept: Percept) -> bool:
    """Whether enmity is heard, or may be to a degree that is felt."""
    felt = max(percept.intent.get(label, 0.0) for label in _HOSTILE) >= load_behaviour().understood
    return felt or best(percept.intent)[0] in _HOSTILE


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
    return replace(percept, intent=mostly(percept.intent, "threaten", SURE), action=mostly(percept.action, "defend", SURE))


def _cleared(percept: Percept) -> Percept:
    """A percept without the enmity that was heard in it: small talk, or what the model would have heard next."""
    action, heard = best(percept.action)[0], _hears_enmity(percept)
    percept = _calm(percept)
    if not heard and action not in _VIOLENT:
        return percept
    changed: dict[str, Mapping[str, float]] = {"action": mostly(percept.action, "talk", _FAIR)}
    if heard:
        left = {label: p for label, p in percept.intent.items() if label not in _HOSTILE}
        other, p = best(left)
        changed["intent"] = mostly(percept.intent, other if p >= 0.25 else "chat", _FAIR)
    if best(percept.emotion)[0] == "angry":
        changed["emotion"] = mostly(percept.emotion, "neutral", _FAIR)
    return replace(percept, **changed)  # type: ignore[arg-type]


def _unalarmed(percept: Percept) -> Percept:
    """Manners are answered as such: of a danger in view it has cried out already, by itself."""
    intent, p = best(percept.intent)
    if intent not in _MANNERS or p < _LIKELY or best(percept.action)[0] not in _ALARMED:
        return percept
    return replace(percept, action=mostly(percept.action, _MANNERS[intent], _FAIR))


def _calm(percept: Percept) -> Percept:
    """Without the anger in its tone: of words that are no enmity it is the model's guess, and costs the speaker nothing."""
    if best(percept.tone)[0] != "angry":
        return percept
    return replace(percept, tone=mostly(percept.tone, "neutral", _FAIR))


def mostly(probabilities: Mapping[str, float], label: str, p: float) -> dict[str, float]:
    """One label with this probability, the others with what is left."""
    others = [name for name in probabilities if name != label]
    return {label: p, **dict.fromkeys(others, (1.0 - p) / max(len(others), 1))}
