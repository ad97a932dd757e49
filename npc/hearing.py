"""Hearing an utterance: read against the ledger of its speaker before anything is decided, and noted there afterwards.

The model tells what words are about and what they point at. Whether a deed is asked for or forbidden, what "it" means, what
was agreed on, what is in view: that is answered here, and only what is left goes the way of `npc.answers`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from npc import asking, card_search, friends, goes_on, keeping, spared
from npc.behaviour import load_behaviour
from npc.conditions import Moment
from npc.conversation.amending import at_hand, named
from npc.conversation.answered import asked_for
from npc.conversation.basket import names_wares
from npc.conversation.clause import Clause, Reading
from npc.conversation.correcting import corrected
from npc.conversation.reading import read, somebody_in
from npc.conversation.recall import lately
from npc.conversation.referring import DONE_TO_SOMEBODY
from npc.conversation.reply import Reply
from npc.conversation.stall import Stall
from npc.conversation.things import table
from npc.conversation.whom import in_sight
from npc.dealings import gifts, note_gifts
from npc.facts import naming
from npc.language.emotes import acted_out
from npc.language.forms import follow_of
from npc.language.kinds import PERSON, akin, is_alive
from npc.language.manners import GREETING
from npc.language.mood import Mood, mood_of
from npc.language.own_words import goes_before
from npc.language.phrases import kind_of
from npc.language.plain import is_emote, plain
from npc.language.polarity import is_grave, polarity_of
from npc.language.senses import Ask, Sense, meaning_of
from npc.language.sentences import mentions
from npc.language.told import YES, as_name, told
from npc.memory import Person
from npc.memory.ledger import Heard, Ledger, Meant, Order
from npc.nearness import FORMED
from npc.orders import held_back
from npc.parts import CharacterParts, best
from npc.replies import BESIDE, HANDLERS, reply
from npc.second_opinion import as_gift, as_trade, is_hostile, second_opinion
from npc.teasing import as_teased
from npc.turn import Turn
from npc.types import Decision, Percept, Target
from npc.unmoved import as_remark
from npc.waiting import bound, come_back, sign_in
from npc.warned import as_warned

_MANNERS = frozenset({"greet", "thank", "apologize", "agree", "compliment"})
_NEAR = 0.45
# Answers after which it waits to hear something: which one, or whether that is a deal.
_ASKING = frozenset({
    "which", "what_thing", "price", "counter", "firm", "buys", "wants", "wares", "no_use", "of_which", "shops_for", "makes_for",
    "exchange", "exchange_even", "exchange_back", "difference", "recap_open", "owes", "recap_buys", "sells_nothing",
    "sells_not_for", "buys_nothing", "buys_not_for",
})  # fmt: skip
_NODS = frozenset({"on_ok", "on_wow", "on_laugh", "on_learned", "on_comforted", "on_condolence"})
_THANKS = frozenset({"thank", "compliment"})
_ACKNOWLEDGED = frozenset({"waits", "keeps_away", "forbid", "lift"})  # though something else decides
_FEW = 2  # words of a clause that says little
_A_NAME = re.compile(
    r"(?:well[, ]+|oh[, ]+)?(?:it is |that is |I am |the name is |just )?(?P<name>[a-z][\w'-]{1,30})"
    r"[.!,]*(?:$| remember\b.*|[.!,] .*)",
    re.IGNORECASE,
)
_THEIR_NAME = re.compile(
    r"\b(?:his|her|its|their) name(?: is|'s| was) (?P<name>[a-z][\w'-]{1,30})|"
    r"\b(?:he|she|it) (?:is|was) (?:called|named) (?P<name_>[a-z][\w'-]{1,30})|"
    r"\b(?:call|called|named|name) (?:him|her|it) (?P<name__>(?-i:[A-Z])[\w'-]{1,30})",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?:his|her|its|their|he|she|it|him)\b", re.IGNORECASE)
# How one tells of oneself.
_TOLD = frozenset({
    "to_story", "to_plan", "to_self", "to_of_mine", "to_want", "to_think", "to_habit", "to_of_kin", "to_used_to", "to_age",
    "to_going", "to_years", "to_heard", "to_fear", "to_not_told", "to_wish_that", "to_never",
})  # fmt: skip
_WAYS = frozenset({"think", "more"})
_WEIGHTY = 1.5  # rank: "I had a dog, Bruno. he drowned": of what is told the grave weighs more than the name
_SURELY = 0.8  # likeness
_PLAINLY = 0.85
# What only calls for an ear: "hello??", "honestly?", "you know what?", "the worst part?".
_CALLS = re.compile(
    r"(?:(?:and|but|so|oh|okay)[, ]+)*(?:hello|hey|hi|hallo|yo|oi|psst|excuse me|sir|madam|miss|mister|officer|honestly|"
    r"(?:oh )?(?:dear|my|god|goodness|no)|dear me|how [a-z]+|what a (?:shame|pity)|"
    r"seriously|what|(?:do )?you know what|guess what|and you know what|(?:the|my) (?:worst|best|funny|funniest|weird|"
    r"strange|crazy|sad|good|bad) (?:part|thing|bit|news)|(?:do )?you (?:want to )?know (?:what|who|why|how) "
    r"(?:you are|I (?:did|said|think|am|found|saw|heard)|(?:he|she|they) (?:did|said|is|are)|it is|happened)\?)[\s?!.,]*",
    re.IGNORECASE,
)
_NOISE = re.compile(r"(?:ouch|gross|h+m+|o+h+|a+h+|u+m+|u+h+|e+h+|w+e+l+|huh|wow|hey|ugh|nah|yeah|ha+)[ .,!?]*", re.IGNORECASE)
# What only hangs on what was told: "she is a soldier now, can you believe it".
_TAGS = re.compile(
    r"(?:(?:can|would) you (?:believe|imagine)(?: (?:it|that))?|(?:do )?you know(?: what I mean)?|does that make sense|"
    r"(?:is|was) (?:that|it) not (?:weird|strange|funny|crazy|sad|nice|great|odd))[\s?.!]*",
    re.IGNORECASE,
)
# "Mine was not.", "Same here.", "Oh man, that is horrible.": what comes after it says more.
_BARELY = re.compile(
    r"(?:(?:but|well|oh|man|no|yes|yeah|hm+),? )*"
    r"(?:(?:mine|ours|he|she|it|they|that|this|I|we) (?:is|was|were|did|does|do|am|are|has|have)(?: not)?"
    r"(?: too| either)?|same (?:here|with me|for me)|(?:me|us) (?:too|neither)|"
    r"(?:its|(?:it|he|she|they) (?:is|are)) (?:all )?gone(?: now)?|(?:that|it) (?:is|was|sounds) (?:so |really |just )?"
    r"(?:horrible|terrible|awful|sad|bad|rough|great|nice|cool|funny))[\s.!]*",
    re.IGNORECASE,
)
_FORGET_IT = re.compile(r"(?:oh |ah |well |just )*(?:forget (?:about )?it|never mind)[\s.!]*", re.IGNORECASE)
_BY_THE_WAY = frozenset({"sure"})
_VAGUE = frozenset({"thing", "things", "stuff", "one", "ones"})
_AT = 0.08  # of the frame: what it points at is the thing that was found
_THERE = 0.7  # presence from which it is
BACK = 5.0  # seconds of silence after which somebody who speaks again has come back
# Which clause of several decides: enmity, then what asks for something, takes something back, tells something, is small talk.
_RANKS = (
    {Sense.ORDER, Sense.QUESTION, Sense.TRADE, Sense.LEAVE, Sense.CORRECT},
    {Sense.FORBID, Sense.CEASE, Sense.RELEASE, Sense.LIFT},
    {Sense.OFFER, Sense.PROMISE, Sense.PEACE, Sense.SELF},
    {Sense.FAREWELL},
)


def take_turn(parts: CharacterParts, percept: Percept, person: Person, away: float | None) -> Turn | None:
    """Read an utterance against the ledger of its speaker; None where there is nothing to read.

    Args:
        away: seconds since the speaker last said something.
    """
    names = parts.names_at_hand(percept.watch)
    reading = read(percept.text, person.ledger, parts.persona.name, names, lambda clause: percept.asked.get(clause, ""))
    silent = is_emote(percept.text) and acted_out(percept.text) == percept.text
    if not reading.clauses or (silent and not _is_awaited(parts, percept)):
        return None
    called = plain(percept.text).strip(" .,!?").lower() == parts.persona.name.lower()
    if called or (away is not None and away >= BACK):
        come_back(parts, percept.speaker)
    heard = [naming(parts.persona, c.text, part) for c, part in zip(reading.clauses, _percepts(reading, percept), strict=False)]
    foes = frozenset(phrase for phrase, meaning in _meanings(parts).items() if meaning == "threat")
    meant = [in_sight(clause, part, percept, foes) for clause, part in zip(reading.clauses, heard, strict=False)]
    heard_as = (second_opinion(clause, part) for clause, part in meant)
    pairs = [(c, as_remark(c, as_teased(percept.text, c, p), person.ledger)) for c, p in heard_as]
    pairs = [(c, as_warned(parts, c, p, percept)) for c, p in pairs]
    stall = Stall(parts.persona.wares, parts.persona.wants)
    named = [bool(stall.wares) and names_wares(clause, stall) for clause, _ in pairs]
    decides = min(range(len(pairs)), key=lambda n: (*_weight(pairs[n], named[n]), n))
    handed = gifts(percept.text, person.ledger, percept.time)
    right = corrected(percept.text, person.ledger, parts.memory, percept.speaker)
    facts = right or told(plain(percept.text)) or _named(percept.text, person.ledger)
    facts = [*facts, *(gift for gift in handed if gift not in facts)]
    turn = Turn(parts, percept, person, [pairs[decides], *pairs[:decides], *pairs[decides + 1 :]], facts, handed)
    if handed:
        turn.clauses[0] = (turn.clause, as_gift(turn.heard))
    person.ledger.take_in(facts)
    for clause, part in turn.clauses[1:]:
        if clause.sense in BESIDE:
            beside = HANDLERS[clause.sense](replace(turn, clauses=[(clause, part)]))
            if beside is not None and beside.topic in _ACKNOWLEDGED:
                turn.also = (*turn.also, beside)
    if not _mean_what_it_is_done_to(turn) and turn.clause.lost and turn.heard.target is None:
        _mean_the_only_thing(turn)
    found = Reply("noted", "was put right") if right is not None and not _wants(turn) else reply(turn, percept)
    found = found or held_back(turn) or friends.spared(turn)
    turn.replied = asking.instead(turn, card_search.instead(turn, goes_on.instead(turn, found)))
    if turn.replied is not None and turn.replied.topic == "i_said" and not turn.replied.lead:
        said = asked_for(turn.clause.text, str(turn.replied.values.get("words", "")))
        turn.replied = replace(turn.replied, lead=f"{said[:1].upper()}{said[1:]}." if said else "")
    if (spares := spared.beside(turn)) is not None:
        turn.also = (*turn.also, spares)
    if turn.replied is not None and turn.replied.action == "trade":
        turn.clauses[:] = [(clause, as_trade(clause, part)) for clause, part in turn.clauses]
    return turn


def _meanings(parts: CharacterParts) -> Mapping[str, str]:
    """What things in view mean to the character: `threat`, `friend` ..."""
    return {**parts.behaviour.watch, **parts.persona.meanings}


def _is_awaited(parts: CharacterParts, percept: Percept) -> bool:
    """Whether an order waits for this sign: "*whistles*"."""
    pays = meaning_of(plain(percept.text)).sense is Sense.TRADE  # "*hands over 9 coins*"
    return pays or any(order.after and order.after == sign_in(percept.text) for order in parts.agenda.planned)


def _percepts(reading: Reading, percept: Percept) -> Sequence[Percept]:
    if reading.whole or len(percept.clauses) != len(reading.clauses):
        return [percept] * len(reading.clauses)
    kept = {
        "time": percept.time,
        "watch": percept.watch,
        "speaker": percept.speaker,
        "state": percept.state,
        "source": percept.source,
    }
    return [replace(part, **kept) for part in percept.clauses]  # type: ignore[arg-type]


def _named(text: str, ledger: Ledger) -> list[tuple[str, str]]:
    """A name alone, where it was asked for, or of the kin or animal spoken of last ("her name is Lena")."""
    words = plain(text)
    spoken_of = bool(ledger.heard) and "my name" in ledger.heard[-1].text.lower()
    if (
        (ledger.asked == "name" or spoken_of)
        and GREETING.fullmatch(words) is None
        and (found := _A_NAME.match(words)) is not None
        and (name := as_name(found["name"]))
    ):
        return [("name", name)]
    if (found := _THEIR_NAME.search(words)) is not None and "?" not in words:
        name = as_name(found["name"] or found["name_"] or found["name__"]) or YES
        return [(lately(ledger, _PRONOUN.findall(words)[0]) or "friend", name)]
    return []


def _mean_what_it_is_done_to(turn: Turn) -> bool:
    """ "Open that thing": the chest, where that alone of all that is opened is in view."""
    may_be = at_hand(turn.clause.meaning, turn.clause.thing)
    there = [d for d in turn.percept.looked if d.phrase in may_be and d.p >= _THERE]
    if len(there) != 1:
        return False
    [one] = there
    turn.clauses[0] = (named(turn.clause, one.phrase), replace(turn.heard, target=Target(one.x, one.y, one.p)))
    return True


def _mean_the_only_thing(turn: Turn) -> None:
    """ "Kill it!", where nothing was spoken of before and one thing alone is in view."""
    things, verb = table(turn.percept.watch), turn.clause.meaning.verb
    if len(things) == 1 and (verb in DONE_TO_SOMEBODY or not is_alive(things[0].phrase)):  # nobody is handed over
        clause = replace(turn.clause, thing=things[0].phrase, lost="")
        turn.clauses[0] = (clause, replace(turn.heard, target=things[0].target))


def _wants(turn: Turn) -> bool:
    """Whether something is asked or ordered, whatever is put right beside it."""
    return any(clause.sense in _RANKS[0] - {Sense.CORRECT} for clause, _ in turn.clauses)


def _rank(clause: Clause) -> int:
    return next((rank for rank, senses in enumerate(_RANKS) if clause.sense in senses), len(_RANKS))


def _weight(turn_pair: tuple[Clause, Percept], wares: bool) -> tuple[bool, float]:
    """Which of several clauses decides: the least. Greetings and the like say less than what comes with them.

    Args:
        wares: it names wares, and nothing else.
    """
    clause, percept = turn_pair
    if wares:
        return True, 0.3
    rank: float = _rank(clause)
    tells = bool(clause.conditions) and clause.meaning.verb == "tell"
    if clause.sense is Sense.ORDER and not load_behaviour().deeds.get(clause.meaning.verb) and not tells:
        rank += 1.5
    if any(c.joint in {"if", "when", "unless"} for c in clause.conditions):  # it waits, what is asked now does not
        rank += 0.2
    if clause.sense is Sense.QUESTION:  # what is to be done comes before what is asked
        rank += 0.25 if follow_of(clause.text) not in _BY_THE_WAY else 0.5  # "really? what happened to him?"
        rank -= 0.1 if goes_before(plain(clause.said), clause.meaning.ask) else 0.0  # "slept well? what is my name again?"
    if clause.sense is Sense.TRADE and "number" not in clause.meaning.values:  # a bid says more than that the price is high
        rank += 0.1
    if clause.sense is Sense.RELEASE and not clause.meaning.verb and not clause.meaning.values:  # "forget it. See you!"
        rank += 2.5
    if clause.sense in {Sense.YES, Sense.NO}:
        rank += 1
    if best(percept.talk)[0] == "on_kidding" and best(percept.talk)[1] >= _SURELY:
        rank = 0.0  # whatever was said before it
    if clause.sense is Sense.OTHER and (len(clause.text.split()) <= _FEW or best(percept.intent)[0] in _MANNERS):
        rank += 1
    if _NOISE.fullmatch(clause.text):
        rank += 1
    if _TAGS.fullmatch(clause.text):  # "fourteen people, can you imagine"
        rank = len(_RANKS) + 1
    if clause.sense in {Sense.OTHER, Sense.NO} and _BARELY.fullmatch(clause.text):
        rank += 1.2
    if clause.sense is Sense.OTHER and percept.intent.get("farewell", 0.0) >= _SURELY:
        rank = min(rank, _RANKS.index({Sense.FAREWELL}))
    if clause.sense is Sense.RELEASE and _FORGET_IT.fullmatch(clause.text):  # "forget it. see you next week"
        rank = len(_RANKS) - 0.5
    if _CALLS.fullmatch(clause.text) or _CALLS.fullmatch(clause.said):
        rank = len(_RANKS) + 1
    bad = clause.sense is Sense.OTHER and polarity_of(clause.text) == "bad"
    if clause.sense is Sense.OTHER and not bad and max(best(percept.knowledge)[1], best(percept.talk)[1]) < _NEAR:
        rank += 0.5  # it comes near to nothing that anybody talks about
    if clause.sense is Sense.OTHER and mood_of(clause.text) is Mood.PAST:  # what happened says more than what is
        rank -= 0.2
    rank -= 0.35 if bad and is_grave(clause.text) else 0.1 if bad else 0.0  # "my eyes are failing, so I must hurry"
    topic, likeness = best(percept.talk)
    names = _THEIR_NAME.search(clause.text) is not None
    if clause.sense is Sense.OTHER and likeness >= _PLAINLY and len(clause.text.split()) > _FEW and not names:
        rank -= 0.3  # "my legs are not what they were, and it is my birthday today"
    if clause.sense in {Sense.OTHER, Sense.SELF} and likeness >= FORMED and len(clause.text.split()) > 1:
        weighs = "think" in load_behaviour().talk_further.get(topic, {})
        rank = min(rank, _WEIGHTY) if weighs else rank
    return not is_hostile(clause, percept), rank


def _is_theirs(turn: Turn, topic: str) -> bool:
    """Whether a topic is of the speaker's own life: something that one may go on about, or have an opinion on."""
    return not _WAYS.isdisjoint(turn.parts.behaviour.talk_further.get(topic, {}))


def _ware_in(text: str, turn: Turn) -> str:
    """The ware that words name, which alone of all they name; empty where there is none, or several."""
    named = [ware for ware in turn.parts.persona.wares if mentions(text, kind_of(ware), plural=True)]
    return named[0] if len(named) == 1 else ""


def _only_nods(turn: Turn, moment: Moment, talk: str) -> bool:
    """Whether words say no more than that the answer before was heard, or liked."""
    if turn.clause.sense is Sense.QUESTION or len(turn.clauses) > 1 or not (turn.ledger.told or turn.ledger.talk):
        return False
    if turn.replied is not None:
        return not turn.replied.fact and talk in _NODS
    return moment.intent in _THANKS and not moment.knows and moment.action in {"talk", "greet"}


def _mean_what_is_shown(turn: Turn, at: Target) -> None:
    """What it points at is meant next, though it was only described: "k, get me that"."""
    for thing in table(turn.percept.watch):
        if _is_near(thing.x, thing.y, at):
            turn.ledger.mean(Meant(phrase=thing.phrase, time=turn.percept.time, x=at.x, y=at.y))
            return


def _is_near(x: float, y: float, at: Target) -> bool:
    return abs(x - at.x) < _AT and abs(y - at.y) < _AT


def note(turn: Turn, moment: Moment, decision: Decision) -> None:
    """Bring the ledger up to date with what was said and done."""
    clause, ledger, now = turn.clause, turn.ledger, turn.percept.time
    note_gifts(turn, decision.action)
    keeping.keep(turn, moment, decision)
    leans = clause.sense is Sense.ORDER and clause.thing and not mentions(turn.percept.text, kind_of(clause.thing), plural=True)
    said = clause.text if leans and len(turn.clauses) == 1 else turn.percept.text  # "nab it": as it was understood
    ledger.hear(Heard(text=said[:500], sense=clause.sense, intent=moment.intent, time=now))
    # What is to be done is what "it" means then, and of several things that which is done first.
    for about, percept in sorted(turn.clauses, key=lambda pair: (pair[0].is_deed, pair[0] is clause)):
        if about.thing and not about.lost and kind_of(about.thing) not in _VAGUE:
            shown = turn.replied.target if turn.replied is not None and about is clause else None
            place = shown or percept.target  # "which barrel is nearest?", and then "roll it here"
            if akin(about.thing, PERSON) or is_alive(about.thing):
                ledger.person = Meant(phrase=about.thing, time=now)
            ledger.mean(Meant(phrase=about.thing, time=now, x=place.x if place else None, y=place.y if place else None))
        elif not about.thing and (ware := _ware_in(about.text, turn)):  # "what does the mirror do?", and then "how much?"
            ledger.mean(Meant(phrase=ware, time=now))
        if somebody := somebody_in(about.text):
            ledger.person = Meant(phrase=somebody, time=now)
    if decision.action == "point_at" and decision.target is not None and turn.replied is None and not clause.thing:
        _mean_what_is_shown(turn, decision.target)
    for phrase in reversed(turn.replied.names if turn.replied is not None else ()):
        if akin(phrase, PERSON):  # "who is that by the fire?", and then "bring him here"
            ledger.person = Meant(phrase=phrase, time=now)
        at = turn.replied.target if turn.replied is not None and phrase == turn.replied.names[0] else None
        ledger.mean(Meant(phrase=phrase, time=now, x=at.x if at else None, y=at.y if at else None))
    if clause.sense is Sense.ORDER and not clause.lost:
        ledger.order = Order(text=clause.text[:500], verb=clause.meaning.verb, thing=clause.thing, time=now)
        if decision.action == "go_to" and clause.thing:
            ledger.place = Meant(phrase=clause.thing, time=now)
        for part, _ in turn.clauses:
            if part.sense is Sense.ORDER and not part.conditions and load_behaviour().deeds.get(part.meaning.verb):
                bound(turn, part, now)
                break
    elif clause.sense is Sense.QUESTION and clause.thing:
        ledger.question = Order(text=clause.text[:500], thing=clause.thing, time=now)
    if turn.replied is not None and turn.replied.topic == "my_name_unknown":
        ledger.asked = "name"
    elif not any(said is not None and said.topic in _ASKING for said in (turn.replied, *turn.also)):
        ledger.asked = ""
    replied = turn.replied
    spoken = "" if replied is None else replied.talk or replied.topic
    talk = spoken if spoken.startswith(("on_", "to_")) else ""
    if _only_nods(turn, moment, talk):  # "wow", "thanks": what was spoken of still is
        ledger.line = decision.line[:500] or ledger.line
        return
    tells = bool(talk) and clause.sense is not Sense.QUESTION
    # What has no opinion of its own goes on about what was told just before it.
    beside = ledger.theirs_aside == 0 and "think" not in turn.parts.behaviour.talk_further.get(talk, {})
    ledger.talk_of(talk, tells and (talk in _TOLD or _is_theirs(turn, talk)), detail=talk in _TOLD or beside)
    ledger.tell(moment.knows if turn.replied is None else turn.replied.fact)
    if clause.meaning.ask is not Ask.WHY:
        deed = load_behaviour().actions[decision.action].deed
        ledger.reason = moment.cause if deed or moment.cause != "words" or decision.action == "refuse" else "talk"
    if decision.line and (turn.replied is None or turn.replied.topic != "again"):
        ledger.line = decision.line[:500]
