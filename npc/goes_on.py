"""Words that hang on what was just said, and name nothing that could be looked up: "not even when nobody's looking?", "and for
someone slow like me?", "will it fall off?", "so? what was in there?".

What they are about is the answer before them. They are answered where nothing else has more than ignorance to say.
"""

from __future__ import annotations

import re

from npc.behaviour import load_behaviour
from npc.card_search import IGNORANT
from npc.conversation.reply import Reply
from npc.language.formulas import patterns
from npc.language.plain import plain
from npc.language.senses import Ask, Sense
from npc.parts import best
from npc.turn import Turn

_LEAD = r"(?:(?:and|but|so|well|oh|okay|hm+|really)\b[?,!. ]*)*"
_NOT_EVEN = re.compile(rf"{_LEAD}(?:no,? )?not even (?!close\b|a little\b).{{2,60}}", re.IGNORECASE)
_DENIES = re.compile(r"\b(?:no|not|never|nothing|nobody|none|n't|cannot|nowhere|alone|hardly)\b", re.IGNORECASE)
_FOR = re.compile(r"\bfor\b", re.IGNORECASE)
_FOR_WHOM = re.compile(
    r"(?:and|but|what about|how about|or|even)(?: (?:and|what about|how about))?(?: (?:for|with|by|if it is|as))?"
    r"(?P<whom> (?:an?|some(?:one|body)|any(?:one|body)|the|my|our|people|children|kids|old|young|two|three|me)\b"
    r"(?: [a-z'-]+){0,6})"
    r"(?:,? (?:would|is|will|does) (?:it|that|they) (?:be )?[a-z]+)?[?. ]*",
    re.IGNORECASE,
)
_SLOW = re.compile(
    r"\b(?:slow|slower|old|older|lame|tired|limps?|stick|fat|drunk|child|children|kids?|baby|cart|cow|cows|sheep|pigs?|on foot|"
    r"heavy|pregnant|grandma|gran|grandpa|mum|donkey|wounded)\b"
)
_WEAK = re.compile(
    r"\b(?:weak|weaker|small|little|young|child|children|kids?|baby|babies|old|sick|ill|pregnant|thin|lass|girl|boy|beginner|"
    r"toddler|frail|mum|gran|grandma|grandpa)\b"
)
_SPAN = re.compile(
    r"\b(?:miles?|milestone|on foot|walk(?:ing)?|the road|an hour(?:'s)? (?:walk|away|east|west|north|south))\b", re.I
)
_HURT = re.compile(
    r"\b(?:hurts?|hurting|cut|stung|sting|burn(?:ed|t)?|bit|bitten|bite|broke|broken|bleed(?:s|ing)?|swollen|wound(?:ed)?|aches?|"
    r"sprained|twisted|scratched|bruised|stabbed|infected|blister|splinter)\b",
    re.IGNORECASE,
)
_MY = re.compile(r"\b(?:I|my|me)\b|^(?:got|been|just) ", re.IGNORECASE)
_OUTCOME = re.compile(
    rf"{_LEAD}(?:(?:will|would|could|might|can|is|does|should) (?:it|that|this|they)|(?:will|am|could|might) I)\b"
    r"(?!.*\byou\b)(?: [a-z']+){1,6}[?. ]*",
    re.IGNORECASE,
)
_GOOD = re.compile(
    rf"{_LEAD}(?:is|was|are|were) (?:it|that|they|he|she) (?:(?:any|very|really|much|actually|all that) )*"
    r"(?:good|fun|nice|worth it|hard|difficult|bad|pretty|interesting|boring|tasty|expensive)[?. ]*",
    re.IGNORECASE,
)
_HAPPENED = re.compile(rf"{_LEAD}what happened (?:there|then|next|after(?: that)?|to you there)[?. ]*", re.IGNORECASE)
_ERRAND = re.compile(
    rf"{_LEAD}(?:what (?:was|is|did you (?:find|see))(?: (?:in|inside|over|behind))?(?: (?:there|it|them))?|"
    r"(?:did you |have you )?(?:find|found|see|saw|seen|get) (?:anything|something)(?: (?:in|inside|there|good|interesting))*|"
    r"(?:was|is) there (?:anything|something)(?: (?:in|inside|there|it|good))*|"
    r"anything(?: (?:in|inside|there|it|good))*)[?. ]*",
    re.IGNORECASE,
)
# An answer that tells of a remedy, and what is asked further about it.
_REMEDY, _DOSE, _TASTE, _HEALS, _STINGS = patterns("asides.yaml", "remedy dose taste heals stings")
_OF_A_REMEDY = (("dose", _DOSE), ("taste", _TASTE), ("heals", _HEALS), ("stings", _STINGS))
_AWAY = 3  # lines after an errand in which one asks for it
_WHATEVER = 0.8  # likeness from which words are about something of their own
_SURELY = 0.7


def instead(turn: Turn, reply: Reply | None) -> Reply | None:
    """What words say after the answer before them; `reply`, where they stand for themselves."""
    topic = _topic(turn, reply)
    if not topic or topic not in load_behaviour().topics:
        return reply
    fact = turn.ledger.told or turn.ledger.topic
    return Reply(topic, f"was asked on about what was said: {topic.partition('_')[2].replace('_', ' ')}", fact=fact)


def _topic(turn: Turn, reply: Reply | None) -> str:
    clause, ledger, heard = turn.clause, turn.ledger, turn.heard
    words = clause.said.strip()
    known, talked = best(heard.knowledge)[1], best(heard.talk)[1]
    open_ = (
        reply is None
        or reply.topic in IGNORANT
        or reply.topic in {"on_impatient", "further_whether", "to_remark", "to_opinion"}
    )
    near = known >= _SURELY or (talked >= _WHATEVER and reply is not None and reply.topic.startswith("on_"))
    if not heard.talk or clause.sense not in {Sense.QUESTION, Sense.OTHER, Sense.NO} or not ledger.heard:
        return ""
    before = ledger.heard[-1]
    if (_ERRAND.fullmatch(words) or _ERRAND.fullmatch(plain(turn.percept.text))) and _is_back(turn):
        return "further_errand"
    if reply is not None and reply.topic in {"itself", "again"}:
        return ""  # the card's own words
    if clause.sense is not Sense.NO and known < _WHATEVER and _is_of_a_remedy(turn):
        found = next((kind for kind, asks in _OF_A_REMEDY if asks.fullmatch(words) is not None), "")
        if found:
            return f"further_{found}"
    if not ledger.line or near or clause.meaning.ask not in {Ask.NONE, Ask.WHY, Ask.DANGER}:
        return ""
    if _NOT_EVEN.fullmatch(words.rstrip(" ?.!")):
        denied = _DENIES.search(ledger.line) or _DENIES.search(before.text) or not _FOR.search(ledger.line)
        return "further_even" if denied else "further_even_so"  # "for tying": "not even for hanging pictures?"
    if (whom := _FOR_WHOM.fullmatch(words)) is not None and words.rstrip().endswith("?"):
        if _SLOW.search(whom["whom"]) and _SPAN.search(ledger.line):
            return "further_slower"
        return "further_weaker" if _WEAK.search(whom["whom"]) else ""
    hurt = any(_HURT.search(h.text) and _MY.search(h.text) for h in ledger.heard[-2:])
    if hurt and _OUTCOME.fullmatch(words) and len(words.split()) <= _AWAY * 3:
        return "further_outcome"
    if open_ and (ledger.told or ledger.topic) and _HAPPENED.fullmatch(words):
        return "further_then"
    faint = reply is not None and reply.topic.startswith("on_") and talked < _SURELY
    return "further_good" if (open_ or faint) and _GOOD.fullmatch(words) else ""


def _is_of_a_remedy(turn: Turn) -> bool:
    fact = turn.parts.persona.knowledge.get(turn.ledger.told)
    return fact is not None and any(_REMEDY.search(line.say) is not None for line in fact.say)


def _is_back(turn: Turn) -> bool:
    """Whether it lately went to have a look at something for who speaks."""
    lately = [e for e in turn.parts.memory.episodes if e.speaker == turn.percept.speaker][-_AWAY:]
    return any(episode.did in {"go_to", "use"} for episode in lately)
