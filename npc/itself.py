"""Who it is: its name and its role, asked for or guessed at, where the card has no fact of its own about that."""

from __future__ import annotations

import re

from npc.conversation.reply import Reply
from npc.language.after import stems
from npc.language.grammar import expanded
from npc.language.patterns import TablePattern
from npc.language.phrases import with_article
from npc.turn import Turn

_LEAD, _END = (
    r"(?:(?:and|so|but|hey|okay|then|well)[, ]+)*",
    r"(?: (?:again|then|now|exactly|anyway|please|by the way))*[\s?.!]*",
)
_NAME = TablePattern(
    rf"{_LEAD}(?:what (?:is|was) (?:your|the) name|(?:your|the) name|what (?:do|should|shall|can|may|must) (?:I|we|they|people|"
    r"folks?|everyone) call you|what are you called|do you have a name|(?:may|can|could) I (?:ask|know|have) your name|"
    r"(?:tell|give) me your name|what name do you go by|who (?:am I|do I have the (?:pleasure|honou?r) of) (?:speaking|talking)"
    rf"(?: (?:to|with))?|(?:with|to) whom am I (?:speaking|talking)|and you are|your name is|name|you would be){_END}"
)
_WHO = TablePattern(
    rf"{_LEAD}(?:who (?:the [a-z]+ |on earth )?(?:are|might) you(?: be)?|(?:please )?tell me "
    r"(?:(?:a bit |a little |something |more )?about yourself|who you are)|"
    rf"(?:please )?introduce yourself|what are you){_END}"
)
_WHAT = TablePattern(
    rf"{_LEAD}(?:what (?:is it (?:that )?you do|do you do)"
    r"(?: (?:here|around here|for a living|for work|(?:on|in|at) (?:this|the) [a-z]+))?|"
    r"what is your (?:job|trade|work|profession|role|occupation|position|title|line of work|business here)|"
    rf"what (?:sort|kind) of (?:work|job) do you (?:do|have)|what do you work (?:as|at)|what are you here){_END}"
)
_IS = TablePattern(
    rf"{_LEAD}(?:are you(?: not)?|you are|you must be|you(?= (?:the|an?) )|is it you|is that you|"
    r"am I (?:speaking|talking) to),? "
    r"(?P<as>(?!(?:no|not|sure|going|at)\b)(?:(?:the|a|an|our|this [a-z]+'s) )?[a-z][a-z' -]{2,40}?)"
    rf"(?: (?:here|around here|right|are you not|is that (?:so|right)|(?:of|on|in) (?:this|the) [a-z]+))*{_END}"
)
_PLACE = re.compile(r" (?:at|on|of|in|for|from|who|where|with)\b")
_ARE_YOU = TablePattern(rf"{_LEAD}(?:are you|you are|you must be|is that you){_END}")  # and a name, which is taken off
_TRADE = TablePattern(expanded(r"(?:the |an? )<trades>"))


def answer(turn: Turn) -> Reply | None:
    """What it says of itself; None where that is not asked, or the card has words of its own for it."""
    text, persona = turn.clause.text, turn.parts.persona
    role = with_role(persona.role)
    if _NAME.fullmatch(text):
        return None if "on_name" in persona.lines else Reply("own_name", "was asked for its name")
    if (who := _WHO.fullmatch(text)) or _WHAT.fullmatch(text):
        if say := in_its_words(turn):
            return Reply("itself", "was asked who it is", {"line": say}, fact="self")
        if role:
            return Reply("own_role", "was asked who it is", {"thing": role})
        return Reply("own_name", "was asked who it is") if who else None
    if _ARE_YOU.fullmatch(text) and persona.name.lower() in turn.percept.text.lower():
        return Reply("is_role", "was called by its name")
    guess = _IS.fullmatch(text)
    if guess is None or not role:
        return None
    if stems(guess["as"]) & stems(_PLACE.split(role)[0]):
        say = in_its_words(turn)
        why = f"was taken for {role}"
        return Reply("itself", why, {"line": say}, fact="self") if say else Reply("is_role", why)
    return Reply("is_not_role", f"was taken for {guess['as']}", {"thing": role}) if _TRADE.fullmatch(guess["as"]) else None


def with_role(role: str) -> str:
    """A role as it stands in a sentence: "a mechanic on a freighter", "the last of the ferrymen"."""
    if not role or re.match(r"(?:an?|the|one|my|our|his|her)\b", role, re.IGNORECASE) or role[0].isupper():
        return role
    return with_article(role)


def is_named(turn: Turn, thing: str) -> bool:
    """Whether it is asked who or what it is: its name, or "the smith"."""
    return re.match(r"(?:a|an|the)\b", thing) is not None or thing.lower() == turn.parts.persona.name.lower()


def is_greeted_by_name(turn: Turn) -> bool:
    """ "You must be Bram."."""
    name = re.escape(turn.parts.persona.name)
    return re.match(rf"you (?:are|must be) (?:the )?{name}\b", turn.clause.text, re.IGNORECASE) is not None


def in_its_words(turn: Turn) -> str:
    """Who it is, in the words of the card's fact `self`; empty without one, or where that was just told."""
    parts = turn.parts
    fact = parts.persona.knowledge.get("self")
    if fact is None or turn.ledger.told == "self":
        return ""
    return parts.speaker.one_of(fact.say, parts.moment(turn.heard, [], turn.person), parts.variables(turn.heard))
