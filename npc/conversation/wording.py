"""How wishes are worded before they are read: what is taken back in the same breath, and several things at once.

"Give me the axe, no wait, the sword" wants a sword alone; "take the potion and the key" are two deeds, one after the other.
"""

from __future__ import annotations

import re
from dataclasses import replace

from npc.language.clauses import Piece
from npc.language.grammar import GRAMMAR, expanded
from npc.language.kinds import is_alive, is_kind
from npc.language.phrases import COLOURS, ONE, WHICH, colour_in, kind_of, plural, singular, thing_in
from npc.language.reworded import reworded
from npc.language.senses import meaning_of
from npc.memory.ledger import Ledger, Meant

_TURNS = re.compile(
    r"^(?P<before>.+?\s.+?)[,.;!]?\s+(?:no,? (?:wait|actually|sorry|hang on|hold on|rather|better)(?:,? I (?:mean|meant))?|"
    r"(?:wait|actually|sorry),? no|scratch that|or rather|"
    r"no,? I (?:mean|meant)|I (?:mean|meant)(?=,? (?:the|a|an|that|this|my|your)\b)|no,? not that(?: one)?)"
    r"[,.]?\s+(?P<after>.+)$",
    re.IGNORECASE,
)
# "By the door, well, by the tree I mean"; "not both, just the blue one".
_TO = r"(?:by|at|behind|near|next to|beside|to|under|in front of|on|in)"
_AT_OTHER = re.compile(
    rf"\b{_TO} (?:the|that) [a-z]+(?: [a-z]+)?[,.]? "
    r"(?:(?:well|no|er+m?|um+|uh+|sorry|or rather|rather|I mean|wait|actually|oh)[,. ]+)+"
    rf"(?P<at>{_TO} (?:the|that) [a-z]+)(?:,? I (?:mean|meant|said))?",
    re.IGNORECASE,
)
_NOT_BOTH = re.compile(
    r"^(?:no+,? )?not (?:both|all|them all|all of (?:them|it)|both of them|everything|the lot)[,.!]? "
    r"(?:just |only |but |but just )*(?=(?:the|that) )",
    re.IGNORECASE,
)
_A_THING = re.compile(r"(?:the|an?|that|this|my|your|some) [a-z' -]{1,40}[.!?]*$", re.IGNORECASE)
_A_DEED = re.compile(expanded(r"(?:you )?(?:<deed>|do not|never|just )"), re.IGNORECASE)
# "wait WAIT", "stop stop stop": once is enough.
_AGAIN = re.compile(
    r"\b(?P<word>wait|stop|no|go|run|quick|please|hey|yes|okay|come|look|help|come on|do not|get up|miss|sir|mister|mum|"
    r"oi)\b(?:[ ,.!]+(?P=word)\b)+",
    re.IGNORECASE,
)
# "Kill it kill it!": once is enough of whole orders, too.
_TWICE = re.compile(r"^(?P<once>[a-z]+(?: [a-z]+){1,4}?)(?:[ ,.!]+(?P=once)\b)+(?=[\s.!?]*$)", re.IGNORECASE)
_NO = re.compile(
    expanded(
        r"^(?:(?:h+m+|u+m+|u+h+|e+r+m*|a+h+|o+h+|well|argh|sorry)[,.! ]+)*(?:no+|nah)[,.!]* "
        r"(?=(?:please |just )?(?:do not|never(?! mind)|not (?:the|that)|"
        r"(?:leave|let (?:it|him|her|them|me)|stop|put|keep|drop|wait|hold|forget)\b))"
    ),
    re.IGNORECASE,
)
# "Yes take it": who takes back what he took back.
_YES = re.compile(
    expanded(
        r"^(?:actually |well |ah |oh )*(?:(?:yes|sure|fine|you know what)[,.! ]+|"
        r"(?:(?:hm+|no|nah|ugh)[,.! ]+)+(?:okay|all ?right)[,.! ]+|"
        r"(?:right|good|all ?right)[,.!]+ )+"
        r"(?=(?:please |just |now )*(?:<verbs>) "
        r"(?:it|that|them|this|him|her|me|the|your|my|up|down|here|away|back)\b)"
    ),
    re.IGNORECASE,
)
_WAIT = re.compile(
    r"^(?:no+,? wait|wait,? no|oh no|no,? no+|wait)[,.!]* (?=(?:not|I (?:mean|meant)|do not|never|rather|instead|(?:he|"
    r"she|it|they|that|this) (?:is|are|was|were))\b)",
    re.IGNORECASE,
)
# "No bread. An apple."
_RATHER = re.compile(
    r"(?:no|not)(?:,? (?:the|an?|that))? (?!one\b|idea\b|way\b|more\b)[a-z]+(?: [a-z]+)?[.,!;]+ (?P<after>(?:an?|the|"
    r"that) [a-z]+(?: [a-z]+){0,2}[.!]*)$",
    re.IGNORECASE,
)
# "Cool can you grab it": glad of the answer before it.
_GLAD = re.compile(
    expanded(
        r"^(?:okay[,. ]+)?(?:(?:cool|thanks|thank you|cheers|ta|good job|well done|good (?:boy|girl|lad|man)|"
        r"nice|great|sweet|perfect|awesome|brilliant|lovely|excellent|wonderful|neat|fab|ace|amazing|super|good)"
        r"[,.! ]+)+(?=(?:(?:can|could|will|would) you|(?:please |just |now )*(?:<verbs>)|"
        r"(?:can|could|may) I (?:have|get|take))\b)"
    ),
    re.IGNORECASE,
)
# "Pass me the blue one love": who is spoken to.
_DEARLY = re.compile(
    expanded(
        r"^(?P<do>(?:(?:can|could|will|would|do) you |(?:can|could|may) I |"
        r"(?:and )?(?:how (?:many|far)|what|who|where|which|is|are) |<deed>).*\b(?:ones?|them|it|please|here|there|see|"
        r"(?:the|that|this|an?|some|your|my) (?!(?:one|only)\b)[a-z]+(?: [a-z]+)?)),? "
        r"(?:love|lovey|dear|dearie|darling|hun|sweetie|sweetheart)(?=[\s.!?]*$)"
    ),
    re.IGNORECASE,
)
# "Not the well! The sign", "the sign, not the well": of an order before it.
_NOT_IT = re.compile(r"\b(?P<not>not (?:the|that|this) [a-z' -]{1,40}?)[!.]+ (?=(?:the|that|this) [a-z' -]{1,40}[.!]*$)", re.I)
_THIS_NOT_THAT = re.compile(
    r"(?=(?:to )?(?:the|that|this) (?!.*\b(?:is|was|are|were|I)\b)[a-z' -]{1,40}?,? "
    r"(?:and )?not (?:the|that|this) [a-z' -]{1,40}[.!]*$)",
    re.IGNORECASE,
)
_THE = r"(?:the|that|this|those|these|an?|some|your|my|both|\d{1,2}|two|three) "
# "Bring me the sword, not the key."
_NOT_THAT = re.compile(
    expanded(
        rf"^(?P<do>(?:<deed>|(?:can|could|will|would) you )[^,.]*?{_THE}[a-z' -]+?),? (?:and |but )?"
        r"not (?:the|that|this|those) [a-z' -]+(?=[\s.!?]*$)"
    ),
    re.IGNORECASE,
)
_GET_BY = re.compile(r"\bget (?=(?:behind|beside|next to|over here|closer|in front of|near(?:er)?)\b)", re.IGNORECASE)
_NOBODY = re.compile(r"^(?:nobody|no one|no-one) (?:is allowed to|may|should|must|gets to|is to) (?!have\b)", re.IGNORECASE)
_WHICH_ONE = re.compile(
    r"\bwhich(?: (?:ones?(?:'s)?|of them))?(?: (?:is|are))? (?:the )?(?=(?:closest|nearest|farthest|furthest) )", re.IGNORECASE
)
_SHOW = re.compile(
    r"(?:\b(?:can|could|will|would) you )?\b(?:show|tell) me where "
    r"(?P<thing>it|they|he|she|(?:the|that|this|my|your|an?) [a-z' -]+?) (?:is|are)\b",
    re.IGNORECASE,
)
# "The sword?? leave that", "now the door, shut it".
_THEN_IT = re.compile(
    expanded(
        r"^(?:(?:good|great|okay|now|and|then|next|so|no|wait|first|what about|"
        r"how about|well)[,.! ]+)*(?P<thing>(?:the|that|this) "
        r"(?!will\b|would\b|is\b|was\b|does\b|did\b)[a-z]+(?: (?!is\b|was\b|are\b|and\b)[a-z]+)?)"
        r"[?!.,]+ (?:no,? |well,? |just |please )*"
        r"(?P<verb>do not <verbs>|<verbs>) "
        r"(?:it|that|this|them)\b"
    ),
    re.IGNORECASE,
)
# "That potion by the sign, could you pass me it", "this bread, is it left of the apple?".
_IN_FRONT = re.compile(
    expanded(
        r"^(?:(?:and|now|so|then) )?(?P<thing>(?:one of (?:the|those|these)|the|that|this|those|these) "
        r"(?!.*\b(?:is|was|are|were|has|had|I|will|would|does|did|should|must|he|she|we|they)\b.*[,?!])[a-z' -]{2,40}?)[,?!]+ "
        r"(?:and |so |please |well |just )*(?P<asks>(?:(?:can|could|will|would) you |you (?:can|could) |please |(?:<verbs>) |"
        r"is |are |(?:can|could|may) I )(?:[a-z]+ ){0,4}?)"
        r"(?P<it>it|that|them|those|that one|(?=(?:to the )?(?:left|right|near|next to) ))"
        r"(?P<rest>(?: [^,.!]*)?[.!?]*)$"
    ),
    re.IGNORECASE,
)
# "Give me both", "bring them here", of things that were named in one line.
_BOTH = re.compile(
    expanded(
        r"^(?P<do>(?:(?:now|then|okay|and|please|just|yes|great),? )*(?:(?:can|could|will|would) you |I will |I |"
        r"(?:can|could|may) I )?(?:please |just )*"
        r"(?:<verbs>|have)(?: (?:me|us|up|him|her))*) (?P<both>(?:them )?(?:both|all)(?: of (?:them|those|these))?|them|those)"
        r"(?P<rest>(?: (?:here|please|now|over|up|back|to|for|then|too)\b[^,]*)?[\s.!?]*)$"
    ),
    re.IGNORECASE,
)
_MOST = 4  # things that are named together
_RED_ONES = re.compile(
    rf"\b(?:(?P<n>\d{{1,3}}|two|three|four|five|six) |(?P<the>the|an?|one) )(?P<hue>{'|'.join(COLOURS)}) ones?\b", re.IGNORECASE
)
_YOU_CAN = re.compile(r"^you (?=(?:can|could) )", re.IGNORECASE)
_OUT = re.compile(r"\b(?:put|get|blow) (?:it|that|this|them) out\b|\bextinguish (?:it|that|this)\b", re.IGNORECASE)
_EITHER = re.compile(
    expanded(
        rf"^(?:either )?(?P<first>(?!.*\b(?:not|never)\b)(?:<deed>).*?{_THE}[a-z' -]+?) or (?:(?:go |"
        rf"walk )?to )?{_THE}[a-z' -]+[.!]*$"
    ),
    re.IGNORECASE,
)
_VERBS = "|".join(sorted({*GRAMMAR["with_a_thing"].split()} - {"buy", "sell"}))
_SEVERAL = re.compile(
    r"^(?P<do>(?:please |now |just |then |also |(?:can|could|will|would) you |you (?:must|should) |I want you to )*"
    rf"(?:do not |never )?(?:ever )?(?:{_VERBS})(?: (?:me|us|him|her|up|down|at|back|to|your hands off))*) "
    rf"(?P<first>{_THE}[a-z' -]+?)(?:,? (?:and|or|and also|and then|plus) |, )(?P<rest>{_THE}[a-z', -]+[.!?]*)$",
    re.IGNORECASE,
)


# "Take the potion over to the well": of a thing, and to a place.
_CARRIED = re.compile(
    r"^(?P<do>(?:(?:please|now|then|just|also|(?:can|could|will|would) you|you (?:must|should)|I want you to),? )*)"
    r"(?:take|carry|bring|move|drag|haul|lug|put|set|place|lay|drop|leave) "
    r"(?P<thing>(?:the|that|this|those|these|my|your|it|them|both)\b(?: (?!to\b|by\b|both\b|all\b)[a-z-]+)*?)(?: both| all)?"
    r"(?: (?:over|back|across|up|down|there|right|just))* "
    r"(?:to|by|next to|near|beside) (?P<place>(?:the|that) [a-z]+(?: [a-z]+)??"
    r"(?: (?:on|to|at|in) (?:the|your|my) (?:far )?(?:left|right|middle)(?: side)?)?)"
    r"(?: (?:for me|please|now|then|instead|too|over there|there))*[\s.!?]*$",
    re.IGNORECASE,
)


_HALF = re.compile(
    r"(?:(?<=give you )|(?<=pay )|(?<=pay you )|(?<=offer )|(?<=offer you )|(?<=take )|(?<=for )|^)"
    r"half (?:of )?(?:that|the price|what you ask|as much)\b(?! [a-z])|\bhalf price\b",
    re.IGNORECASE,
)
_TO_HIM = re.compile(r" (?:over )?to (?:him|her|them|me|us|(?:the|that) [a-z]+)[\s.!?]*$", re.IGNORECASE)


def taken_back(said: str, ledger: Ledger) -> str:
    """`plain` words without what is taken back in them. What it was about is noted in the ledger, as spoken of.

    "Put both down, no wait, leave them" is "leave them"; "the axe, I mean the sword" is about the sword.
    """
    if (bid := ledger.open_bid("npc")) is not None and bid.price:
        said = _HALF.sub(f"{max(bid.price // 2, 1)} coins", said)
    said = _RED_ONES.sub(lambda found: _of_that_colour(found, ledger), said)
    said = _TWICE.sub(r"\g<once>", _AGAIN.sub(r"\g<word>", said))
    said = _GLAD.sub("", reworded(_DEARLY.sub(r"\g<do>", _GLAD.sub("", said))))
    said = _IN_FRONT.sub(_in_its_place, said)
    said, parts = _NOT_IT.subn(r"\g<not>, ", said)
    if ledger.order is not None and _THIS_NOT_THAT.match(said) is not None:
        said = f"no, {said}"
    if not parts and (rather := _RATHER.match(said)) is not None:
        said = f"I mean {rather['after']}"
    said = _NOBODY.sub("do not let anybody ", _GET_BY.sub("come ", said))
    said = _WHICH_ONE.sub("which one is ", said)
    said = _SHOW.sub(r"where is \g<thing>", said)
    if ledger.asked != "deal":  # where a price lies on the table, "fine" takes it
        said = _YES.sub("", said)
    said = _OUT.sub("put out the fire", _NO.sub("", _WAIT.sub("", said)))
    said = _THEN_IT.sub(r"\g<verb> \g<thing>", _NOT_THAT.sub(r"\g<do>", said))
    said = _NOT_BOTH.sub("no, ", _AT_OTHER.sub(r"\g<at>", said))
    found = _TURNS.match(said)
    if found is None:
        return said
    before, after = found["before"], found["after"]
    meaning = meaning_of(before.strip(" ,.!"))
    thing = meaning.thing or meaning.values.get("rest", "")
    if _A_DEED.match(after):
        named = thing_in(thing)
        if named:
            ledger.mean(Meant(phrase=named[:120]))
        return after
    if not _A_THING.match(after) or not thing:
        return said if not _A_THING.match(after) else after
    named = thing_in(thing)
    place = re.compile(rf"(?:{_THE})?(?:(?:{WHICH}) )?{re.escape(named)}", re.IGNORECASE) if named else None
    if place is None or not place.search(before):
        return after
    if (one := ONE.fullmatch(after.strip(" .!?"))) is not None:  # "the left door, no hang on, the right one"
        after = f"the {one['how']}{kind_of(named)}"
    return place.sub(lambda _: after, before, count=1)


def named_together(said: str, ledger: Ledger) -> str:
    """ "Give me the apple and the bread" for "give me both", where these two were named in one line."""
    found, last = _BOTH.match(said), ledger.thing
    if found is None or last is None or ledger.asked == "deal":
        return said
    several = [meant.phrase for meant in ledger.things if meant.time == last.time]
    if len(several) < 2 and "both" in found["both"].lower() and len(ledger.heard) > 1:  # one after the other
        several = list(dict.fromkeys(meant.phrase for meant in ledger.things if meant.time >= ledger.heard[-2].time))
    several = [phrase for phrase in several if not is_alive(phrase) and not is_kind(phrase)]
    if len(several) < 2 or (found["both"].lower().startswith("both") and len(several) > 2):
        return said
    return f"{found['do']} {' and '.join(f'the {phrase}' for phrase in several[-_MOST:])}{found['rest']}"


def _of_that_colour(found: re.Match[str], ledger: Ledger) -> str:
    """ "Two red potions" for "two red ones", where potions were priced."""
    kind = next((kind_of(bid.item) for bid in reversed(ledger.bids) if colour_in(bid.item)), "")
    if not kind:
        return found[0]
    return f"{found['n']} {found['hue']} {plural(kind)}" if found["n"] else f"{found['the']} {found['hue']} {kind}"


def _in_its_place(found: re.Match[str]) -> str:
    """What stands in front of a clause, in the place of its pronoun."""
    asks = _YOU_CAN.sub("", found["asks"])
    asks = f"can you {asks.partition(' ')[2]}" if asks != found["asks"] else asks
    return f"{asks}{found['thing']}{'' if found['it'] else ' '}{found['rest']}"


def of_another(said: str, text: str, thing: str) -> str:
    """An order before it, of another thing: "then the key" after "take the potion"; empty where that is none."""
    if not thing or not _A_THING.match(said):
        return ""
    place = re.compile(rf"(?:{_THE})?{re.escape(thing)}", re.IGNORECASE)
    return place.sub(lambda _: said, text, count=1) if place.search(text) else ""


def one_by_one(piece: Piece) -> list[Piece]:
    """An order of several things as several orders: "take the potion", then "take the key"; of one or the other, the first.

    What is carried somewhere is picked up, and then gone there with.
    """
    if (carried := _CARRIED.match(piece.text)) is not None and not is_alive(singular(thing_in(carried["place"]))):
        there = Piece(f"go to {carried['place']}", "then")
        return [replace(piece, text=f"{carried['do'] or ''}pick up {carried['thing']}"), there]
    if (choice := _EITHER.match(piece.text)) is not None and not piece.text.endswith("?"):
        return [replace(piece, text=choice["first"])]
    found = _SEVERAL.match(piece.text)
    if found is None:
        return [piece]
    whom = _TO_HIM.search(found["rest"])  # "bring the apple and the bread to the bard": both go there
    first = replace(piece, text=f"{found['do']} {found['first']}{whom[0].rstrip(' .!?') if whom is not None else ''}")
    return [first, *one_by_one(Piece(f"{found['do']} {found['rest']}", "then"))]
