"""Words read in the light of what was said before: clauses with their sense, completed, so that perception hears whole ones.

"and the red one?" after "give me the blue potion" is heard as "give me the red potion"; "put it down" as "put down the axe":
ellipsis is completed by `npc.conversation.ellipsis`, and what stands for something resolved by `npc.conversation.referring`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from npc.conversation.amending import amended, is_given_up, is_left_there, is_said_outright
from npc.conversation.clause import Clause, Reading
from npc.conversation.ellipsis import corrected, elliptic, left_alone, nearest_of
from npc.conversation.identify import ASKS
from npc.conversation.referring import SUBJECTS, look_for, named_lately, referred, thing_of
from npc.conversation.resuming import looked_into, put_right, resumed
from npc.conversation.standing import is_another, is_manner, is_ordered, is_priced, is_said_again, thing_shown
from npc.conversation.wording import named_together, of_another, one_by_one, taken_back
from npc.language.alone import is_any, named_alone
from npc.language.asides import without_asides
from npc.language.asked import Asked, Plainly, nothing
from npc.language.at_leisure import says_nothing
from npc.language.clauses import MOST, Joint, Piece, cut, trimmed
from npc.language.curt import is_to_another, spelt_out
from npc.language.dealing import dealt
from npc.language.described import described, is_other, is_pointed_at, is_pronoun, use_of
from npc.language.emotes import acted_out
from npc.language.grammar import GRAMMAR, expanded
from npc.language.harm import before_ultimatum
from npc.language.kinds import PERSON, akin, does_harm, named_in
from npc.language.mood import Mood, mood_of
from npc.language.phrases import kind_of, singular, thing_in
from npc.language.plain import is_slang, plain
from npc.language.requests import requested
from npc.language.reworded import reworded
from npc.language.senses import Ask, Meaning, Sense, meaning_of
from npc.language.spelling import spelt
from npc.language.told import tells_of_oneself
from npc.language.tongues import is_foreign
from npc.memory.ledger import LONGEST, Ledger, Meant

CONDITIONS: frozenset[Joint] = frozenset({"if", "unless", "when", "until", "before"})
_WHO = re.compile(r"who (?:is|was) (?:the|that) (?P<who>[a-z-]+(?: [a-z-]+)?)[\s.?!]*", re.IGNORECASE)
_A_NAME = re.compile(r"(?:the |an? )?[a-z]+(?: [a-z]+)?[.,!?]*", re.IGNORECASE)  # of a ware, said alone
_OR_ELSE = re.compile(
    r"or (?:maybe |perhaps |even )?(?P<goods>(?:some |an? |any )?[a-z' -]{2,30}?)(?: then| maybe| instead)?[?.!]*",
    re.IGNORECASE,
)
_TELL_ME = re.compile(
    r"(?:please |then |just |you |will |must |should |can )*(?:tell|let) (?:me|us)(?: know)?(?: about it)?[.!]*", re.IGNORECASE
)
_THING_ALONE = re.compile(r"(?:the|that|this|those|these)(?: [a-z'-]+){1,4}[.,!?]*", re.IGNORECASE)
_WHAT_COLOURS = re.compile(
    r"(?:and )?(?:(?:in )?(?:what|which) colou?rs?(?: (?:are they|is it|do they have))?)[?.! ]*", re.IGNORECASE
)
_WANT_IT = re.compile(r"(?:do |would )?(?:you )?(?:want|care for) (?:it|them|this|these|those|one)\b.{0,20}", re.I)
_UNITS = re.compile(
    r"(?P<n>\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|twelve|a dozen) "
    r"(?:lumps?|pieces?|bits?|bags?|sacks?|bars?|loads?|bundles?)(?: of (?:it|them|that))?",
    re.IGNORECASE,
)
_SAYS_NOTHING = re.compile(r"(?:and|so|but|what|then|okay|well|,| )+[?.!]*", re.IGNORECASE)
# "Can't sleep. Don't know why": who speaks leaves himself out.
_WHO_IS_LEFT_OUT = re.compile(
    r"(^|[.!?] )(?=(?:(?:can|could|did|have) not (?!you\b|I\b|we\b|he\b|she\b|they\b|it\b|the\b|anyone\b|anybody\b)"
    r"|do not (?:know|think|care|remember|understand|believe)\b(?! (?:it|that|me)\b)"
    r"|(?:feeling|been|slept|got (?:a|my|no)|lost my|had (?:a|my|to|no)|"
    r"(?:made|saw|went|took|woke|found|spent|met|ate|bought|tried|walked|heard|dreamt|dreamed) "
    r"(?:an?|the|my|him|her|up|to|off|home|all|down|out|about|of|over|into))\b)[^?]*(?:[.!]|$))",
    re.IGNORECASE,
)
_WHAT_IS_LEFT_OUT = re.compile(
    r"(^|[.!?] )(?=(?:did|does) not (?:help|work|matter|hurt|last|fit|taste|smell|look|sound|make)\b[^?]*(?:[.!]|$))",
    re.IGNORECASE,
)
_FEW = 3  # words
_TELLS = frozenset(GRAMMAR["tells"].split())
_MAY_DESCRIBE = frozenset({Ask.NONE, Ask.PRESENT, Ask.BESIDE, Ask.VIEW})
_WAIT = re.compile(
    r"(?:oh |no,? |actually,? )*(?:wait|hold on|hang on)(?: a (?:sec|second|moment|minute))?(?:,? no)?[.,! ]*", re.IGNORECASE
)
_THINKS_AGAIN = re.compile(
    r"(?:please |just |actually |no,? )*(?:first|make|how|what|do not|not|"
    r"I (?:want|would|need|have|mean|meant|only|said|changed)|"
    r"only|can|could|is|are|was|did|forget|leave|the|that|let us|it|maybe|look|listen|see|hear|who|where)\b",
    re.IGNORECASE,
)
_TELLING = frozenset({Mood.MINE, Mood.OTHERS, Mood.PAST, Mood.GENERAL})
_FOR_YOU = re.compile(r"\b(?:you|your|me|us|here|please|now)\b", re.IGNORECASE)
_ASKS = re.compile(
    r"(?:what|who|where|when|why|how|which|do|does|did|is|are|was|were|can|could|will|would|have|has|any)\b", re.I
)
_LOOK = re.compile(r"(?:please )?(?:look|see|watch)(?: (?:over |out |up |down )?(?:there|here|at that))?[!., ]*", re.IGNORECASE)
_WHAT_IS_THAT = re.compile(
    r"(?:and |but )?what (?:is|are) (?:that|those|this|these)(?: (?:over )?there)?[?!. ]*", re.IGNORECASE
)
_COME_ON = re.compile(r"(?:(?:oh|aw|ah|but|pfft|please|well|now)[, ]+)?come on[,.!? ]*|no kidding[,.! ]*", re.IGNORECASE)
_IS_THERE = re.compile(r"(?:and )?(is|are|was|were) there[?. ]*", re.IGNORECASE)
_THERE_IS = re.compile(r"\bthere (?:is|are|was|were) (?P<what>[^,?]{2,60}?)[.,! ]*$", re.IGNORECASE)
_THERE_ARE = re.compile(
    r"(?:so |and |look,? )*there (?:is|are) (?:only |just )?(?:\d{1,2}|two|three|four|several|some|a few|a couple of) "
    r"(?P<what>[a-z]{3,}s)(?: (?:here|there|over there|now))*[\s.!]*",
    re.IGNORECASE,
)
_PLEA = re.compile(r"^(?:oh )?(?:come on|wait|no wait)\b", re.IGNORECASE)
# "you see a wolf", "there is a wolf", "a wolf comes near", "the wolf is gone"
_SIGHT = re.compile(
    r"^(?:(?:(?:you|we|I) (?:can )?(?:see|spot|notice)|there (?:is|are))\s+(?P<thing>.+?)|"
    r"(?P<thing_>(?:an?|any|the|some|that|another) [a-z' -]+?|(?:any|some)(?:one|body)|people|they)"
    r"\s+(?:comes?|is|are|appears?|(?:shows?|turns?|pops?) up|gets?|attacks?|"
    r"approach(?:es)?|arrives?|goes|leaves?|dies|enters?|runs?|walks?)\b.*)[\s.,!?]*$",
    re.IGNORECASE,
)
_ANYBODY = frozenset({"anyone", "anybody", "someone", "somebody", "people", "they"})
_VOCATIVE = expanded(
    r"^(?:(?:heya?|hello|hi|oi|yo|oh|g'?day|howdy|hiya|morning|"
    r"evening|afternoon|good (?:day|morning|evening|afternoon)|greetings|excuse me)"
    r"[ ,]+)?"
    r"(?:(?:{name}[\s,!.]+)+(?={name}\b){name}[\s,!.]+|{name}\s*[,!:?]+|(?:<roles>)\s*[,!:]+|"
    r"{name}(?=\s+(?:<asks>|<verbs>|got any|do not|never|please|there (?:is|are)|let us|"
    r"cover|back|hang|sit|if|when|once|before|no one|nobody|my|look|quick|hurry|shut|relax|calm|after|cut)\b)|"
    r"(?:<roles>)(?=\s+(?:there (?:is|are)|want to|you want|what|where|who|how|why|(?:can|could|do|are|will) you)\b))\s*|"
    r"(?<=\bcome on ){name}[ ,]+|"
    r",?\s*\b(?:oh |my )?{name}(?=\s*[.!?]*$)|,\s*(?:oh |my |dear |good )*(?:<roles>)(?=\s*[.!?]*$)|"
    r"(?<!\bto)(?<!\bthe)(?<!\bmy)(?<!\bthat)(?<!\ba)(?<!\byour)(?<!\bwith)(?<!\bfor)(?<!\bof)(?<!\bis)(?<!\bare)(?<!\bold)"
    r"(?<!\byoung)(?<!\bno)(?<!\bgood)\s+(?:grandma|granny|grandpa|mister|buddy|bro|pal|mate|dude|babe|bruv|fam|matey|hon|guv)"
    r"(?=\s*[.!?]*$)|(?<=^no )(?:bro|mate|dude|man|love|pal|buddy|babe|bruv)[, ]+|"
    r"(?<=^yes )(?:bro|mate|dude|man|love|pal|buddy|babe|bruv)[, ]+|"
    r"^<dears>[,!]+\s+(?!(?:he|she|they|it|his|her|who|the|is|was|has|had|and|please)\b)(?=\S+ \S)|,\s*<dears>(?=\s*[.!?]*$|,)|"
    r"(?<!\bmy)(?<!\ba)(?<!\bthe)(?<!\bso)(?<!\btoo)(?<!\bvery)(?<!\boh)(?<!\bis)(?<!\bof)(?<!\bin)(?<!\bbe)(?<!\band)(?<=[a-z])"
    r"\s(?:dear|love|darling|pet|hun)(?=,)|"
    r"^(?:(?:al+ ?right|okay|hey|yo|oi|right|listen|look|come on|so|now|please|thanks|cheers)[, ]+)*"
    r"(?:(?:big|young|old|good|my) (?:man|guy|lad|fella|fellow)|<dears>)[, ]+"
    r"(?=(?:please |just )*(?:(?:go|come|give|get|take|bring|fetch|hand|pass|grab|open|close|stay|wait|stand|follow|"
    r"help|kill|put|run|hide|sing|stop|do not|pick|use|let)\b|(?:can|could|would|will) you|(?:can|could|may) I))"
)


def read(text: str, ledger: Ledger, name: str = "", names: frozenset[str] = frozenset(), told: Asked = nothing) -> Reading:
    """Read an utterance.

    Args:
        text: up to 1,000 characters.
        ledger: of who speaks; it is not changed.
        name: of the character, which is spoken to and not about ("Bram, come here").
        names: of what may be spoken of here: misspelt ones are put right.
        told: gives the form of `npc.language.asked` that a clause asks in words of its own; empty: none. It is called where
            the grammar does not tell.
    """
    acted = acted_out(text)
    written = plain(acted)
    if is_foreign(written):
        return Reading((Clause(written, written, Meaning(Sense.FOREIGN)),))
    said = _WHO_IS_LEFT_OUT.sub(r"\1I ", _WHAT_IS_LEFT_OUT.sub(r"\1it ", spelt(written, names)))
    said = without_asides(said)
    mended = said != written
    spoken_to = False
    if name:
        alone = _spoken_to(name).sub("", said) or said
        spoken_to, said = alone != said and len(alone.split()) <= _FEW, alone
    if is_to_another(said):
        return Reading((Clause(written, said, Meaning(Sense.RELEASE)),))
    asked, said = said, requested(said)
    mended = mended or asked != said or acted != text
    whole_said, said = said, dealt(said, is_priced(ledger))
    said = spelt_out(said, is_ordered(ledger))
    mended = mended or said != whole_said
    plainly = Plainly(told, names)
    view = ledger.model_copy()
    put = named_together(taken_back(said, view), view)
    mended, said = mended or put != said, put
    clauses: list[Clause] = []
    for piece in _without_pleas([one for several in cut(said) for one in one_by_one(several)])[:MOST]:
        there = _IS_THERE.fullmatch(piece.text) if clauses else None  # "I was told that there is an inn here, is there?"
        if there is not None and (known := _THERE_IS.search(clauses[-1].said)) is not None:
            clauses[-1] = _short(_complete(Piece(f"{there[1]} there {known['what']}?"), view, None, plainly))
            continue
        if piece.joint in CONDITIONS and len(clauses) == 1 and _SAYS_NOTHING.fullmatch(clauses[0].text):
            piece, clauses = Piece(f"{piece.joint} {piece.text}"), []  # "ok and if I buy both?"
        if clauses and (says_nothing(piece) or is_manner(piece.text, clauses[-1])):
            continue
        if piece.joint in CONDITIONS and clauses:
            condition = _short(_condition(piece, view))
            for n in range(max(len(clauses) - piece.spans, 0), len(clauses)):
                clauses[n] = replace(clauses[n], conditions=(*clauses[n].conditions, condition))
                if _TELL_ME.fullmatch(clauses[n].text):  # "tell me when somebody comes" asks nothing
                    clauses[n] = replace(clauses[n], meaning=Meaning(Sense.ORDER, verb="tell"))
                elif clauses[n].sense is Sense.RELEASE and clauses[n].text.lower().startswith("go "):  # "... go home"
                    clauses[n] = replace(clauses[n], meaning=Meaning(Sense.ORDER, verb="go"))
            continue
        if clauses and (put_right := amended(piece.text, clauses[-1])):  # "toss me one? No, the bread"
            before = clauses.pop()
            clause = _short(_complete(Piece(put_right, before.joint), view, _before(clauses), plainly))
            clauses.append(replace(clause, conditions=before.conditions))
            continue
        clause = _short(_complete(piece, view, _before(clauses), plainly))
        if len(clauses) > 1 and clauses[-1].sense is Sense.NO and is_given_up(replace(clause, joint=""), clauses[-2]):
            clauses.pop()  # "put it out. No, leave it burning"
        if clauses and is_left_there(clause, clauses[-1]):
            continue
        while clauses and is_given_up(clause, clauses[-1]):
            clauses.pop()
        if clauses and is_said_outright(clause, clauses[-1]):
            clauses.pop()
        if clauses and _goes_on_telling(clauses[-1], clause, said):
            clause = replace(clause, meaning=Meaning(Sense.OTHER), thing="", lost="")
        if clauses and clause.meaning.ask in ASKS and is_pointed_at(clauses[-1].said):
            clauses.pop()  # "that little glass thing. what does it do?"
        clauses.append(clause)
        if shown := thing_shown(clause):  # "who do I give this letter to? Can you take it to the guard?"
            view.mean(Meant(phrase=shown))
        thing = clause.thing or (thing_in(clause.text) if _THING_ALONE.fullmatch(clause.text) else "")
        if (
            not thing and (there_are := _THERE_ARE.fullmatch(clause.text)) is not None
        ):  # "there are two potions. Grab the left one"
            thing = singular(there_are["what"].lower())
        if thing and not clause.lost:  # "the blue bottle, grab it"
            view.mean(Meant(phrase=thing[:LONGEST]))
    clauses = [one for n, one in enumerate(clauses) if not is_said_again(one, clauses[n + 1 :])]
    if not clauses:
        return Reading()
    plea = _PLEA.match(said) is not None and not clauses[0].text.lower().startswith(("come on", "wait"))
    whole = len(clauses) == 1 and not clauses[0].conditions and _same(clauses[0].text, said) and not plea
    spoken_to = spoken_to and clauses[0].sense is Sense.OTHER  # "MIRA! GUESS WHAT!": of few words the name would be half
    whole = whole and not mended and not spoken_to and not is_slang(text)
    return Reading(tuple(clauses), whole and not plainly.forms, plainly.forms)


def _goes_on_telling(before: Clause, clause: Clause, said: str) -> bool:
    """Whether a clause has the subject of the one before it: "I sit in the barn and count beams" asks nobody to count."""
    if before.sense is not Sense.OTHER or clause.joint != "then" or clause.sense not in {Sense.ORDER, Sense.QUESTION}:
        return False
    if mood_of(before.text) not in _TELLING or _FOR_YOU.search(clause.text) or clause.said.rstrip().endswith("?"):
        return False
    return f" and {clause.said.split()[0].lower()}" in said.lower() and _ASKS.match(clause.text) is None


def _is_wait(piece: Piece, after: Piece) -> bool:
    """Whether "wait" only takes something back: "done. wait, make it four"."""
    return _WAIT.fullmatch(piece.text) is not None and _THINKS_AGAIN.match(after.text) is not None


def _without_pleas(pieces: list[Piece]) -> list[Piece]:
    """What is said, without "come on" beside it, which asks nobody to come."""
    pieces = [p for n, p in enumerate(pieces, 1) if n == len(pieces) or not _is_wait(p, pieces[n])]
    said = [p for p in pieces if _COME_ON.fullmatch(p.text) is None] or pieces
    for n, (look, asks) in enumerate(pairwise(said), 1):
        if _LOOK.fullmatch(look.text) and _WHAT_IS_THAT.fullmatch(asks.text):
            said = [*said[: n - 1], replace(asks, text="what do you see?", joint=look.joint), *said[n + 1 :]]
            break
    return said if said[:1] == pieces[:1] else [replace(said[0], joint=""), *said[1:]]


@lru_cache(maxsize=512)
def _spoken_to(name: str) -> re.Pattern[str]:
    return re.compile(_VOCATIVE.format(name=re.escape(plain(name))), re.IGNORECASE)


def _short(clause: Clause) -> Clause:
    """What a thing is called may be noted: of a longer name the beginning is."""
    return replace(clause, thing=clause.thing[:LONGEST]) if len(clause.thing) > LONGEST else clause


def _same(completed: str, said: str) -> bool:
    return completed.rstrip(" .!?,").lower() in {said.rstrip(" .!?,").lower(), trimmed(said).rstrip(" .!?,").lower()}


def _complete(piece: Piece, ledger: Ledger, before: Clause | None, plainly: Asked = nothing) -> Clause:
    said = piece.text
    if before is None and (ledger.order or ledger.question or ledger.things):
        said = named_alone(said)
    if ledger.asked == "which" and ledger.order is not None and is_any(said):  # "either will do"
        kind = kind_of(ledger.thing.phrase) if ledger.thing is not None else ledger.order.thing
        said = re.sub(rf"\b{re.escape(ledger.order.thing)}\b", f"the {kind}", ledger.order.text, count=1)
    inside = trimmed(reworded(trimmed(said)))
    inside = looked_into(inside, before.text if before is not None else "", ledger)
    found = (resumed(said, ledger) if before is None and piece.joint not in CONDITIONS else "") or elliptic(
        said, ledger, before is None and piece.joint not in CONDITIONS
    )
    if before is not None and before.meaning.is_deed_of_a_thing and piece.joint == "then":
        found = found or of_another(inside, before.text, before.thing)
    text = found or inside
    if before is not None and before.thing and _WHAT_COLOURS.fullmatch(inside):  # "how many are there, and what colours?"
        text = f"what colours are the {before.thing}?"
    if before is not None and before.meaning.ask is Ask.PRICE and (more := _OR_ELSE.fullmatch(inside)):
        text = f"do you have {more['goods']}?"
    if before is not None and before.meaning.ask is Ask.HAVE and _WANT_IT.fullmatch(inside):
        text = f"do you want to buy {before.meaning.values['item']}?"
    meaning = meaning_of(text)
    if (bid := before_ultimatum(text)) and "number" in (offered := meaning_of(trimmed(bid))).values:  # "5 or I go"
        text, meaning = trimmed(bid), offered
    if meaning.sense is Sense.FORBID and before is not None and meaning.verb == "" and not meaning.values:
        meaning = replace(meaning, verb=before.meaning.verb)
    if meaning.sense is Sense.CORRECT and (rest := corrected(meaning.values.get("rest", ""), ledger, put_right(said, ledger))):
        meaning = meaning_of(rest)
        text, meaning = rest, replace(meaning, values={**meaning.values, "corrects": "yes"})
    if meaning.verb == "leave" and (left := left_alone(text, ledger)):
        text, meaning = left, meaning_of(left)
    mine = meaning.values.get("mine", "")
    if before is not None and before.meaning.ask is Ask.HAVE and mine.lower() in SUBJECTS:  # "would you take those?"
        meaning = replace(meaning, values={**meaning.values, "mine": before.meaning.values["item"]})
        return Clause(piece.text, text, meaning, piece.joint, thing_in(meaning.values.get("item", "")))
    if before is not None and meaning.sense is Sense.TRADE and (goods := _goods(meaning, before)):
        sells = {"sells": "yes"} if before.meaning.ask is Ask.HAVE and "number" in meaning.values else {}
        meaning = replace(meaning, values={**meaning.values, "item": goods, **sells})
        return Clause(piece.text, text, meaning, piece.joint, thing_in(goods))
    if meaning.ask is Ask.NEARER and (
        of_many := nearest_of(text, meaning, before is not None and before.meaning.ask is Ask.COUNT, ledger)
    ):
        text, meaning = of_many, meaning_of(of_many)
    text, other, lost = referred(text, meaning, ledger)
    if other is None and not lost and is_another(piece.text, meaning):
        other = ledger.thing
    if text != inside:
        again = meaning_of(text)
        meaning = replace(again, values={**again.values, **({"corrects": "yes"} if "corrects" in meaning.values else {})})
    if meaning.ask in _MAY_DESCRIBE and (odd := _described(text, before, ledger)) is not None:
        meaning, lost = odd, ""
    if "else" in meaning.values and meaning.ask is Ask.VIEW:
        meaning = replace(meaning, values={**meaning.values, "besides": ",".join(named_lately(ledger))})
    if meaning.sense is Sense.OTHER and tells_of_oneself(text):
        meaning = replace(meaning, sense=Sense.SELF)
    thing = thing_of(meaning)
    if not thing and meaning.sense in {Sense.QUESTION, Sense.OTHER} and meaning.ask in {Ask.NONE, Ask.WHY}:
        thing = named_in(text)
    if _is_open(meaning) and (question := plainly(text)):
        return replace(_complete(Piece(question, piece.joint), ledger, before), said=piece.text)
    return Clause(piece.text, text, meaning, piece.joint, thing, other, lost, look_for(meaning, thing, ledger))


def _is_open(meaning: Meaning) -> bool:
    """Whether the grammar leaves it open what is asked."""
    asks = meaning.sense in {Sense.QUESTION, Sense.OTHER} or (meaning.sense is Sense.ORDER and meaning.verb in _TELLS)
    return asks and meaning.ask is Ask.NONE


def _described(text: str, before: Clause | None, ledger: Ledger) -> Meaning | None:
    """What is asked of a thing that is described, or was named before; None where nothing is known of what is meant."""
    if (meaning := described(text)) is None:
        return None
    words, values = meaning.values.get("described", ""), meaning.values
    if is_other(words):  # than the one that was shown a moment ago
        last, asked = ledger.thing, ledger.heard[-1] if ledger.heard else None
        shown = last is not None and last.x is not None and asked is not None and asked.sense == Sense.QUESTION
        if last is None or not shown or asked is None or asked.time != last.time:
            return None
        return replace(
            meaning, values={**values, "besides": last.phrase, **({"who": "yes"} if akin(last.phrase, PERSON) else {})}
        )
    if is_pronoun(words.partition(" ")[0]) and is_pronoun(words.removesuffix(" there").removesuffix(" over")):
        if before is not None and is_pointed_at(before.said):
            return replace(meaning, values={**values, "described": before.said.strip(" .,!?").lower()})
        if (last := ledger.thing) is None or (meaning.ask is Ask.DANGER and not does_harm(last.phrase)):
            return None
        values = {name: value for name, value in values.items() if name != "described"} | {"item": last.phrase}
        meaning = replace(meaning, values=values)
    item = singular(thing_in(values.get("item", "")))
    return None if meaning.ask is Ask.USE and "described" not in values and not use_of(item) else meaning


def somebody_in(text: str) -> str:
    """Whom a question is about, without article: "tinker" of "who is the tinker?"; empty where it asks for nobody."""
    found = _WHO.fullmatch(text)
    return found["who"][:LONGEST] if found is not None else ""


def _goods(meaning: Meaning, before: Clause) -> str:
    """What the clause before names, and this one prices: "rope. 1 coin", "I have a pelt, how much for it?"."""
    units = _UNITS.fullmatch(meaning.values.get("item", ""))
    if units is not None and before.meaning.ask is Ask.HAVE:  # "I have iron ore. What do you pay for five lumps?"
        return f"{units['n']} {before.meaning.values['item']}"
    if thing_in(meaning.values.get("item", "")):
        return ""
    bids, asks = "number" in meaning.values, meaning.ask is Ask.BUYS or bool({"sells", "each"} & meaning.values.keys())
    if (
        bids
        and before.sense is Sense.OTHER
        and _A_NAME.fullmatch(before.text)
        and not asks
        and len(before.text.strip(" .,!?")) > _FEW
    ):
        return before.text.strip(" .,!?")
    if (meaning.ask is Ask.PRICE or bids) and before.text.startswith("tell me about "):
        return before.text.removeprefix("tell me about ").strip(" .,!?")  # "and the lamp oil, how much?"
    return before.meaning.values.get("item", "") if asks and before.meaning.ask is Ask.HAVE else ""


def _before(clauses: list[Clause]) -> Clause | None:
    """The clause that the next one goes on with: "want it?" between goods and their price says nothing."""
    return next((c for c in reversed(clauses) if len(c.text.split()) > 2), clauses[-1] if clauses else None)


def _condition(piece: Piece, ledger: Ledger) -> Clause:
    clause = _complete(Piece(piece.text, piece.joint), ledger, None)
    sight = _SIGHT.match(clause.text)
    named = (sight["thing"] or sight["thing_"]) if sight is not None else ""
    phrase = singular(thing_in(named)) if sight is not None else singular(clause.thing)
    phrase = PERSON if {phrase, named.strip().lower()} & _ANYBODY else phrase
    return replace(clause, thing=phrase, look_for=(phrase,) if phrase and sight is not None else (), always=piece.always)
