"""What anybody may be asked and told: answered with a line about it, or at least in the way it was put.

The sentence vectors tell which of the things that people talk about words come near to (`small_talk.yaml`); where that is
none, the way in which a question or remark is put (`npc.language.forms`) gives an answer that takes it up. Orders, enmity and
manners are not small talk: they go the model's way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from npc import in_kind, itself, remarks
from npc.conversation.episodes import asks_back
from npc.conversation.reply import Reply
from npc.facts import unknown
from npc.language.after import is_verbless
from npc.language.echo import first_told
from npc.language.forms import form_of
from npc.language.manners import GREETING
from npc.language.phrases import singular
from npc.language.polarity import is_grave, polarity_of
from npc.language.senses import Sense, about_whom, is_question
from npc.language.sentences import mentions
from npc.language.spelling import is_a_word
from npc.language.taken_up import LEADS, denied, subject_of, values_of
from npc.language.tongues import is_unheard_of
from npc.nearness import FAINT, NO_MANNERS, TOLD, at_least, least_for
from npc.parts import best
from npc.second_opinion import SURE
from npc.turn import Turn
from npc.types import Percept

ASIDE = 0.14  # by so much a fact of the card that is as near as `_WELL` may be less near: it says more
_WELL, _LITTLE = 0.7, 0.06
KNOWN = 0.75  # likeness from which a fact of the card is meant, unless something else is nearer by `_NEARER`
_NEARER = 0.2
_SURELY = 0.97  # and from which it is, whatever else is near
VERY = 0.8  # likeness from which they are about that, whatever is in view
NEAR = 0.56  # likeness from which words are about one of those things
_ALONE = 0.75  # and where nothing is known of what anybody talks about
GUESSED = 0.78  # and from which an opinion that is asked for is
ASKED_IF = 0.8  # likeness from which "what would you do if ..." is a question of the card
SAID = 0.64  # likeness from which a remark is one that a fact of the card takes up; of a few words it has to be more
_FEW = 3
_OTHERWISE = 0.8  # what likeness counts between a question and what others only tell of, or a remark and what they only ask
_DENIED = 0.6  # and between what is said and what is denied
_ONLY_TOLD = 0.72  # and between a question and what is only told
_NOT_ASKED = 0.6  # and between what is told of others and what somebody is asked of his own life
_SPECIAL = 0.86  # and from which a topic says more than the kind that a remark surely is of
SAYING = 0.7  # and from which a remark is, that can be said back
QUITE = 0.72  # and from which they are, though they look like an order, or the model hears manners in them
ORDERED = 0.6
# What the model hears in a remark that is answered as such, and not talked about.
_MANNERS = frozenset({"greet", "farewell", "thank", "apologize", "compliment", "gift", "agree", "refuse"})
_HAILS = re.compile(r"(?:hey|hi|hello|yo|oi|ho|hail|ahoy|psst)\b", re.IGNORECASE)
_CONSENT = frozenset({"agree", "refuse"})
_TELLS = re.compile(
    r"(?:(?:no|nah|yes|yeah|well|hey|but|oh|hm+|maybe|perhaps)[, ]+)*"
    r"(?:I|we|my|our|mine|ours|he|she|they|it|there|the|a|an|some(?:one|body)|nobody) "
    r"(?!(?:agree|refuse|accept|decline)\b)[a-z]+\b",
    re.IGNORECASE,
)
_OF_YOU = re.compile(
    r"(?:(?:no|yes|well|but|and|so|seriously|honestly)[, ]+)*(?:you|your|that|this|these|those) [a-z]+ [a-z]+", re.I
)
_ENMITY = frozenset({"insult", "threaten", "attack"})
_TALK = frozenset({"chat", "none", "ask_about", "identify", "ask_where"})
_INSIDE = re.compile(
    r"(?:and |so |but )?what is (?:in|inside|under|behind)\b|(?:who|why|how|when|is|are|was|were|do|does|did)\b", re.IGNORECASE
)
# Questions after what it may not know: what is asked about is taken up, and the card says in its own way that it does not.
# Questions that may be about its own life, which it need not tell of.
_OF_ITSELF = frozenset({"to_who", "to_when", "to_where", "to_what_is", "to_question", "to_how", "to_how_much", "to_how_far"})
_WHETHER_IT = re.compile(r"(?:do|does|did|have|has|had|am|are|is|was|were|can|could|would|will) ", re.IGNORECASE)
_MAY_I = re.compile(r"\b(?:should|shall|can|could|may|might|must|will|would) I\b", re.IGNORECASE)
_WHETHER = frozenset({"to_is_it"})
_HOW = re.compile(r"How (?:you|I|we|one) (?:can |could |should |would )?", re.IGNORECASE)
_OWN = re.compile(r"\b(?:I|me|my|mine|myself)\b")  # in a question that is turned round: its own life
_OF_ITS_WAY = re.compile(r"\bhow (?:do|can|did|could) you\b", re.IGNORECASE)
_OF_THINGS = frozenset({"to_what_is", "to_acquainted", "to_who"})
_OVER_THERE = re.compile(
    r"\b(?:over there|(?:lying|standing|sitting|hanging) (?:there|by|near|in|on|next)|in the grass)\b", re.IGNORECASE
)
_NAMES = frozenset({"to_what_is", "to_acquainted"})  # "the duke?" says it
LAUGHS = re.compile(r"\b(?:lol|lmao|rofl|xd|(?:ha){2,}h?|(?:he){2,}h?)\b", re.IGNORECASE)
# Remarks of no topic of their own go on with what the speaker told before.
_GRAVE = frozenset({"on_despair"})  # better heard once too often
_DETAILS = remarks.DETAILS - {"", "to_answer", "to_of_yours", "to_they_say"}
_FUN = frozenset({"to_funny", "further_fun"})
_GRAVELY = re.compile(r"\b(?:di(?:ed|es|e)|dead|death|killed|ill|sick|cancer|funeral|buried|drowned|murdered)\b", re.IGNORECASE)
_OF_WHOM = re.compile(r"\b(?:he|him|his|she|hers?)\b", re.IGNORECASE)
_OF_ME = re.compile(r"(?<!^)\b(?:I|me|my|we|our|us)\b", re.IGNORECASE)
_YOU = re.compile(r"\b(?:you|your|yours)\b", re.IGNORECASE)
_OPINIONS = frozenset({"to_think", "to_they_say"})
_LOOSE = frozenset({"to_of_it", "to_of_thing", "to_remark"})  # which say little by the way in which they are put
_UNKNOWN = frozenset({"to_acquainted", "to_what_is", "to_who", "to_when", "to_question", "to_where"})
# Verbs of orders that no action is of.
_NO_DEEDS = re.compile(
    r"(?:make|let|write|draw|sing|dance|smile|laugh|say|answer|ask|remember|forget|read|whisper|shout|imagine|count)"
)
_ABLE = re.compile(r"(?:can|could) you (?:even |really |actually )?[a-z]+(?: well| at all)?", re.IGNORECASE)
_ME = re.compile(r"(?:me|us)(?: out)?(?: (?:with|here|there) ?(?:it|that|this)?)?[\s?.!]*", re.IGNORECASE)
_HARMS = frozenset(
    {"on_pain", "on_kin_ill", "on_own_child_ill", "on_followed", "on_mishap", "on_dread", "on_fugitive", "to_mishap", "to_bad"}
)
_HELP = re.compile(
    r"(?:me|us|him|her|them)? ?(?:to )?(?:write|find out|think|choose|decide|learn|understand|remember|make|with)\b",
    re.IGNORECASE,
)
GO_ON = re.compile(r"(?:please )?(?:(?:go|carry) on|continue|keep going)(?: please)?[\s.!]*", re.IGNORECASE)
# "at the mill", "except drums", "not any more": what goes on with what was told, and has no verb of its own.
_REST = re.compile(
    r"(?:(?:and|but) )?(?:maybe|perhaps|probably|at|in|on|with|for|from|near|by|alone|just|only|not|except|especially|mostly|"
    r"every|all|since|after|"
    r"until|like|as|without|because of|over|under|behind|about)\b(?: (?!you\b|your\b|me\b)[\w']+){0,5}[\s.!]*",
    re.IGNORECASE,
)
# "pays the rent", "keeps me warm": of whom was just spoken of.
_TELLS_ON = re.compile(
    r"(?!(?:yes|thanks|always|perhaps|towards|its|this|cheers|guards)\b)[a-z]{2,}s (?:the|my|me|a|an|him|her|it|them|us)\b",
    re.I,
)
_WHERE_IS = re.compile(r"(?:(?:and|so|but) )?where(?:'?s| is| are|'re)\b", re.IGNORECASE)
_IN_VIEW = 0.5  # presence from which a thing is
_ALARM = re.compile(r"\bbehind you\b|\b(?:look|watch) out\b|^there (?:is|are)\b|\bis coming\b", re.IGNORECASE)
_SORRY = re.compile(
    r"\b(?:sorry|apolog|forgive|pardon|excuse|my bad|did not mean|regret|oops|whoops|I was wrong)", re.IGNORECASE
)
_OF_ANOTHER = 0.85  # what likeness counts of words of somebody else
_HEARD = 0.6
_WORDS = re.compile(r"[A-Za-z']+")
_WHOLE = 7  # words of a clause that begins with a no and tells something


def answer(turn: Turn) -> Reply | None:
    """A line about what was said; None where it is something else than talk, or the card knows of it."""
    clause, percept, parts = turn.clause, turn.heard, turn.parts
    maybe = clause.sense is Sense.TRADE and ("maybe" in clause.meaning.values or not parts.persona.wares)
    asks = clause.sense is Sense.QUESTION or (maybe and is_question(clause.text))
    wanted = clause.sense is Sense.CORRECT and clause.text.lower().startswith("i wanted to ")  # puts nothing right
    tells = clause.sense is Sense.NO and len(clause.text.split()) >= _WHOLE and not turn.ledger.asked  # "I need nothing, I ..."
    if not (asks or maybe or wanted or tells or clause.sense in {Sense.OTHER, Sense.ORDER, Sense.FORBID}) or not percept.talk:
        return None
    near = _near(turn, asks)
    topic, likeness = best(near)
    told = knows(turn) and best(percept.intent)[0] in parts.behaviour.asking  # then the card answers
    if GREETING.fullmatch(clause.text):
        return None  # the card has its own greeting
    if not told and (own := itself.answer(turn)) is not None:
        return own
    if told or not _is_talk(turn, likeness) or (asks and _is_to_be_shown(turn)):
        return None
    if not asks and likeness < QUITE and len(clause.text.split()) < _FEW:
        likeness = 0.0  # of so few words it tells nothing
    form, thing = ("", "") if clause.sense is Sense.ORDER else _form(clause.text, asks)
    if not form and not asks and turn.ledger.theirs and likeness < SAYING and is_verbless(clause.text):  # "six barrels of fish"
        form = "to_answer"
    if not form and likeness < FAINT and is_unheard_of(clause.text):
        return None
    tone = "" if asks else polarity_of(clause.text)
    least = least_for(form, bool(thing))
    if not asks and clause.sense is not Sense.ORDER and form not in TOLD and topic not in _GRAVE and first_told(clause.text):
        least = max(least, SAYING)  # what is said can be taken up as it is
    nearest, eased = best(percept.talk)[1], not asks and in_kind.is_eased(topic, clause.text)
    least_told = (
        _SPECIAL if remarks.is_sure(turn) else QUITE
    )  # a kind that is sure is more often right than a topic that is near
    tells = not asks and clause.sense is not Sense.ORDER and likeness < least_told and topic not in _GRAVE
    if tells and (told_of := remarks.answer(turn, form)) is not None:
        return told_of
    if likeness < least or eased or (likeness < VERY and in_kind.jars(topic, tone, nearest)):
        hails = not asks and _HAILS.match(clause.said) is not None and len(clause.said.split()) <= _FEW + 1
        topic = "on_hello" if hails else form or ("to_question" if asks else "to_remark")
    elif asks and form and likeness < QUITE and in_kind.is_close(near):
        topic = form
    elif not asks and _is_amid_sorrow(turn, topic, likeness, tone) and not remarks.is_glad(turn):
        topic = "further_sorrow"
    elif _is_uncertain(turn, near, form):
        kind = form if form in _OPINIONS else in_kind.agreed(near, turn.ledger.theirs)
        topic = kind or (topic if likeness >= SAYING else form or "to_remark")
    if clause.sense is Sense.ORDER and likeness < ORDERED and _ABLE.fullmatch(clause.text.rstrip(" ?.!")):
        topic = "to_able"
    elif clause.sense is Sense.ORDER and clause.meaning.verb == "help" and likeness < VERY:
        topic = "to_help"
    elif clause.sense is Sense.ORDER and topic in {"to_remark", "to_question"}:
        topic = "to_help" if clause.meaning.verb == "help" else "to_order"
    if topic in _DETAILS:
        more = parts.behaviour.talk_further.get(turn.ledger.theirs, {}).get("more", "")
        lately = turn.ledger.theirs.startswith("on_") and not turn.ledger.theirs_aside
        of_it = tone or (topic in _LOOSE and lately) or _is_of_whom_is_missed(turn, more)
        goes_on = more and of_it and not _YOU.search(clause.text) and not in_kind.jars(turn.ledger.theirs, tone, nearest)
        tone = "" if topic == "to_think" and not _OF_ME.search(clause.text) else tone  # an opinion is no news
        if tone == "bad" and turn.ledger.talk in _FUN and not _GRAVELY.search(clause.text):  # a merry tale goes on merrily
            goes_on, tone, topic = False, "", "to_funny"
        merry = topic != "to_think" and LAUGHS.search(turn.percept.text) is not None
        merry = merry and not (tone == "bad" and is_grave(turn.percept.text))
        topic = more if goes_on else "to_funny" if merry else in_kind.news(clause.text, tone, topic) if tone else topic
    if topic not in parts.behaviour.topics:
        return None
    why = f"was spoken to about {topic.partition('_')[2].replace('_', ' ')} ({likeness:.2f})"
    if topic == "to_where" and clause.thing and percept.has_frame and percept.target is None:
        return Reply("absent", f"was asked where {clause.thing} is, and sees none", {"thing": singular(clause.thing)})
    if topic in _OF_THINGS and percept.has_frame and _OVER_THERE.search(clause.text):  # to be seen, not made out
        return Reply("cannot_tell", f"{why}, and cannot make it out", {"what": "what that is"})
    named = topic == "to_are_you" and itself.is_named(turn, thing)
    if (named or (topic in {"to_of_yours", "to_surmise"} and itself.is_greeted_by_name(turn))) and (
        say := itself.in_its_words(turn)
    ):
        return Reply("itself", why, {"line": say}, fact="self")
    said = values_of(clause.text, asks)
    if topic == "to_answer":  # "a girl, seven pounds" is said back as it stands
        said.setdefault("said", f"{clause.text[:1].upper()}{clause.text[1:]}".rstrip(" ?.!,"))
    if topic == "to_how_to" and _OF_ITS_WAY.search(clause.text):
        topic = "to_how_you"
    elif topic == "to_how_to" and "question" in said:
        said["question"] = _HOW.sub("How to ", said["question"])
    if topic in {form, "to_question"} and _OWN.search(said.get("asked", "")):  # of its own life it is not ignorant
        whether = _WHETHER_IT.match(said["asked"]) is not None
        topic = (
            ("to_do_you" if whether else "to_own") if topic in _OF_ITSELF else "to_own_whether" if form in _WHETHER else topic
        )
    if topic in _OF_ITSELF and "asked" in said and about_whom(clause.text) == "I" and not _MAY_I.search(clause.text):
        topic = "to_yours"
    if topic in _UNKNOWN and "unknown" in parts.persona.lines and topic not in parts.persona.lines:
        if ("question" in said or "asked" in said) and not (thing and form in _NAMES):
            return unknown(clause.text, why)
        return Reply("unknown", why, lead=f"{thing[:1].upper()}{thing[1:]}?" if thing else "")
    about = turn.ledger.theirs if topic.startswith("further_") else ""
    return Reply(topic, why, said | ({"thing": thing} if thing else {}), talk=about)


def _form(text: str, asks: bool) -> tuple[str, str]:
    return form_of(LEADS.sub("", text).rstrip(" ?.!,"), asks)


def _is_of_no_harm(turn: Turn) -> bool:
    """Whether something was told of that no healing helps against: "my boss wants a song. can you help me?"."""
    return bool(turn.ledger.theirs) and turn.ledger.theirs not in _HARMS


def _is_to_be_shown(turn: Turn) -> bool:
    """Whether it is asked where something is that is in view: "where is the goblin?" wants no tale of goblins."""
    if _WHERE_IS.match(turn.clause.text) is None:
        return False
    seen = (*turn.percept.watch, *turn.percept.looked)
    return any(found.p >= _IN_VIEW and mentions(turn.clause.text, found.phrase) for found in seen)


def _is_of_whom_is_missed(turn: Turn, more: str) -> bool:
    """ "She kept a herb garden", after her death was told of."""
    return (
        more in {"further_sorrow", "further_fond"} and subject_of(turn.clause.text) == "they" and not turn.ledger.theirs_aside
    )


def _is_amid_sorrow(turn: Turn, topic: str, likeness: float, tone: str) -> bool:
    """Whether a merry topic is near to what goes on about a sorrow: "we were married for thirty-one years" is no wedding."""
    ledger, further = turn.ledger, turn.parts.behaviour.talk_further
    sorrow = ledger.theirs_aside <= 1 and further.get(ledger.theirs, {}).get("more") == "further_sorrow"
    of_them = _OF_WHOM.search(turn.clause.text) is not None  # "I keep hearing his laugh"
    return sorrow and (tone != "good" or of_them) and likeness < _SURELY and further.get(topic, {}).get("more") in in_kind.MERRY


def _is_uncertain(turn: Turn, near: Mapping[str, float], form: str) -> bool:
    """Whether several topics are about as near to something told, and none is very near."""
    topic, likeness = best(near)
    if turn.clause.sense is not Sense.OTHER or likeness >= VERY or topic in _GRAVE or form in TOLD:
        return False
    return in_kind.is_open(near)


def _near(turn: Turn, asks: bool) -> dict[str, float]:
    """How near words come to topics: for a question, what others only tell of counts less, and the other way round."""
    examples = turn.parts.behaviour.small_talk

    denies = not asks and denied(turn.clause.text)
    whose = "" if asks else subject_of(turn.clause.text)

    def fits(topic: str, likeness: float) -> float:
        if denies and topic in examples and not any(map(denied, examples[topic])):  # "I am not drunk" is of no drunkard
            likeness *= _DENIED
        if whose and topic in examples and whose not in (of := _subjects(examples[topic])) and of:
            likeness *= _OF_ANOTHER  # "he was a sailor" is not of who says it
        other = topic in examples and all(is_question(example) is not asks for example in examples[topic])
        if other and whose == "they":  # "my wife snores" asks nobody how he sleeps
            return likeness * _NOT_ASKED
        if other and asks:  # "do you eat fish?" tells of no home by the sea
            return likeness * _ONLY_TOLD
        return likeness * _OTHERWISE if other and turn.clause.sense is not Sense.ORDER else likeness

    return {topic: fits(topic, likeness) for topic, likeness in turn.heard.talk.items()}


@lru_cache(maxsize=512)
def _subjects(examples: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(subject_of, examples)) - {""}


def of_themselves(turn: Turn) -> Reply | None:
    """A line about what the speaker tells of himself, where that comes near to something that people talk about."""
    topic, likeness = best(turn.heard.talk)
    if likeness < QUITE or all(map(is_question, turn.parts.behaviour.small_talk.get(topic, ()))):
        return None
    said = values_of(turn.clause.text, False)
    return Reply(topic, f"was told of {topic.partition('_')[2].replace('_', ' ')} ({likeness:.2f})", said)


def taken_up(turn: Turn) -> Reply | None:
    """An answer to words that nothing else understands, in the way they are put; None where they are put in none."""
    clause = turn.clause
    if not turn.heard.talk:
        return None
    if clause.sense is Sense.ORDER and clause.meaning.verb:
        return Reply("to_order", f"was asked to {clause.meaning.verb}, which it cannot make out")
    asks = clause.sense is Sense.QUESTION
    form, thing = _form(clause.text, asks)
    if not asks and (told_of := remarks.answer(turn, form)) is not None:
        return told_of
    if not form and not asks and turn.ledger.theirs and all(map(is_a_word, _WORDS.findall(clause.text))):  # "so close"
        form = "to_answer"
    values = values_of(clause.text, asks) | ({"thing": thing} if thing else {})
    if form == "to_answer":
        values["said"] = values.get("said") or f"{clause.text[:1].upper()}{clause.text[1:]}".rstrip(" ?.!,")
    return Reply(form, "was spoken to in a way that it knows", values) if form else None


def knows(turn: Turn) -> bool:
    """Whether words come near enough to a fact of the card, for all that anybody talks about."""
    fact, likeness = best(turn.heard.knowledge)
    clause = turn.clause
    if clause.sense is Sense.QUESTION:
        if asks_back(clause.text) or (likeness < ASKED_IF and form_of(clause.text.rstrip(" ?.!,"), True)[0] == "to_if"):
            return False
        if (
            likeness < GUESSED and form_of(clause.text.rstrip(" ?.!,"), True)[0] == "to_guess"
        ):  # "do you think girls can be smiths?"
            return False
    elif likeness < (SAID if len(clause.text.split()) > _FEW else QUITE) or fact == turn.ledger.told:
        return False
    if clause.sense is not Sense.QUESTION and likeness < at_least(_form(clause.text, False)[0]):
        return False
    if fact not in turn.parts.persona.knowledge:
        return False
    return likeness >= (NEAR if turn.heard.talk else _ALONE) and tells(turn.heard, likeness)


def tells(percept: Percept, likeness: float) -> bool:
    """Whether a fact of the card is near enough, for all that anybody talks about: both are cosines of the same encoder."""
    talk = best(percept.talk)[1]
    if not percept.talk or talk < NEAR:
        return likeness >= min(NEAR, talk)
    aside = _NEARER if likeness >= KNOWN else (ASIDE if likeness >= _WELL else _LITTLE)
    return likeness >= min(_SURELY, talk - aside)


def _is_talk(turn: Turn, likeness: float) -> bool:
    """Whether the model hears no more in it than talk: no deed, no enmity, no manners."""
    clause, percept = turn.clause, turn.heard
    intent, p = best(percept.intent)
    if intent in _ENMITY and p >= _HEARD:
        return False
    if intent == "warn" and p >= _HEARD and _ALARM.search(clause.text) is not None:  # "there is a wolf behind you!"
        return False
    if clause.sense is Sense.ORDER:
        if GO_ON.fullmatch(clause.text):
            return True
        deed = turn.parts.behaviour.deeds.get(clause.meaning.verb, ())
        if _ABLE.fullmatch(clause.text.rstrip(" ?.!")) and not deed:
            return True
        rest = clause.meaning.values.get("rest", "")
        helps = clause.meaning.verb == "help" and (_HELP.match(rest) or (_ME.fullmatch(rest) and _is_of_no_harm(turn)))
        if helps or (_NO_DEEDS.fullmatch(clause.meaning.verb) and not deed):
            return True
        return likeness >= (ORDERED if not deed else SURE) and not percept.target
    if clause.sense is not Sense.OTHER:
        points = percept.target is not None and intent in turn.parts.behaviour.pointing and not _INSIDE.match(clause.text)
        points = points and likeness < VERY
        return not points and not (intent in _MANNERS and p >= _HEARD and likeness < NEAR and not clause.said.endswith("?"))
    if (
        clause.sense is Sense.OTHER and intent == "apologize" and _SORRY.search(clause.text) is None
    ):  # "they say it was my fault"
        return True
    if clause.sense is Sense.OTHER and intent == "trade" and not turn.parts.persona.wares:
        return True
    if clause.sense is Sense.OTHER and intent in _MANNERS and _form(clause.text, False)[0] in NO_MANNERS:
        return True
    tells = _TELLS.match(clause.text) or (intent == "refuse" and _OF_YOU.match(clause.text))
    if clause.sense is Sense.OTHER and intent in _CONSENT and tells and not turn.ledger.asked:
        return True
    goes_on = turn.ledger.theirs and turn.ledger.talk and _REST.fullmatch(clause.text)
    if intent not in _MANNERS and (goes_on or _TELLS_ON.match(clause.text)):
        return True
    if intent in _MANNERS or intent not in _TALK:
        return likeness >= QUITE or p < _HEARD or (clause.sense is Sense.OTHER and remarks.is_told(turn))
    return True
