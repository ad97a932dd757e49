"""Orders in haste, put as the grammar reads them: "sword. bring.", "no not that one the one on the right", "skip the sign,
just the chest", "there's a wolf, by the well"."""

from __future__ import annotations

import re
from functools import lru_cache

from npc.language.kinds import COMMON, FIXED, is_alive, to_look_for
from npc.language.phrases import COLOURS, WHICH, kind_of, singular

_HOW = rf"(?:(?:{'|'.join(COLOURS)}|big|small|little|left|right|other|old|first|second|last) )?"
_THE_THING = rf"(?P<thing>(?:(?:the|that|this) )?{_HOW}[a-z]+)"
_LEAD = r"(?P<lead>(?:(?:now|and|then|also|okay|hey|oi|yo|quick|right|next|so|no|you)[,.!]? )*)"
_HANDS = "bring|fetch|get|give|hand|pass|gimme"
_AT_ONCE = "here|now|quick|please|at once|asap|pronto"
_TAKES = "take|grab|pick up|open|close|use|drop|throw|carry|drink|eat|light"
# "Sword. Fetch.", "key, here", "the red one, give": what is wanted stands first.
_THING_FIRST = re.compile(
    rf"^{_LEAD}{_THE_THING}[.,:;!]+ (?:(?:the )?(?P<which>{WHICH}) one[.,:;!]+ )?(?:please |now |you )*(?P<verb>{_HANDS}|"
    rf"{_AT_ONCE}|{_TAKES})"
    r"(?P<rest>(?: (?:me|it|here|to me|over|now|please|for me))*)[\s.!]*$",
    re.IGNORECASE,
)
# "Not the key the bottle": the sign between the two is left out.
_RUN_TOGETHER = re.compile(
    r"(?<!it is )(?<!is )\bnot (?P<not>(?:the|that|this) (?:[a-z]+ )?[a-z]+|that|this|it)[,.;]? (?:but )?"
    r"(?P<but>(?:the|that) (?:one|other|left|right|[a-z]+)\b(?: (?!is\b|are\b|was\b|were\b|has\b|will\b|can\b|I\b|you\b|"
    r"he\b|she\b|we\b|they\b|who\b)[a-z]+){0,5})[\s.!]*$",
    re.IGNORECASE,
)
# "Skip the sign, just the chest."
_JUST = re.compile(
    r"^(?P<lead>.*\b)?(?:skip|forget|leave out|never mind|drop) (?P<not>(?:the|that) [a-z]+(?: [a-z]+)?)[,.;]+ "
    r"(?:just|only|go|do|but)? ?(?:to )?(?P<but>(?:the|that) [a-z]+(?: [a-z]+)?)[\s.!]*$",
    re.IGNORECASE,
)
# "There is a wolf, by the well": where it is belongs to it.
_COMMA_AT = re.compile(
    r"(?P<thing>\b(?:the|an?|that|this|some|another|one|your|my) (?:[a-z]+ )?[a-z]+), "
    r"(?P<at>(?:(?:right|just|over) )*(?:by|near|next to|beside|behind|in front of|under|left of|right of|close to|"
    r"(?:on|to|at|in) (?:the|your|my) (?:far )?(?:left|right|middle)(?: of)?)\b"
    r"(?: (?:the|that|this|you|me|us|your|my)\b(?: (?!and\b|or\b|is\b)[a-z]+){0,2})?[\s.!?]*)$",
    re.IGNORECASE,
)
_IS_AT = re.compile(
    r"(?P<thing>\b(?:the|that|this|an?) (?:(?!one\b)[a-z]+ )?[a-z]+) (?:which|that|who|what) "
    r"(?:is|are|stands?|lies?|sits?|hangs?) "
    r"(?:(?:lying|standing|sitting|over|right|there|on the (?:ground|floor|grass)) )*"
    r"(?P<at>(?:on|near|by|next to|at|in|behind|beside|under|closest to|nearest to|in front of) (?:the|that|your|my|you|me)\b)",
    re.IGNORECASE,
)
# "The red one, left side", "potion left".
_SIDE = re.compile(
    r"^(?P<what>(?!.*\b(?:turn|go|move|step|walk|run|look|is|are|was|were|have|has|got|had|what|I|anything|nothing|much|"
    r"many)\b)"
    r".*?\b(?P<kind>[a-z]+))(?P<how>,? (?:(?:on|to|at|far|the) )*)(?P<side>left|right)(?P<hand> side| hand side)?[\s.!]*$",
    re.IGNORECASE,
)
_SOMEBODY = re.compile(r"\b(?:you|we|they|he|she|it|I|let|should)\b", re.IGNORECASE)
_OWNED = re.compile(r"^(?:the|my|your|his|her|our|their|that|this|a|an) [a-z]+$", re.IGNORECASE)
# "The one furthest to the right", "the leftmost barrel".
_FURTHEST = re.compile(
    r"(?<!\bwhat stands)(?<!\bwhat is)(?<!\bwhat lies)(?<!\bwhat sits)"
    r" (?:(?:that is |which is )?(?:the )?(?:furthest|farthest|most)|all the way|far) (?:over )?(?:to|on) the "
    r"(?P<side>left|right)\b",
    re.IGNORECASE,
)
_MOST = re.compile(r"\b(?P<most>left|right)[ -]?most\b", re.IGNORECASE)
_WITH_ARTICLE = re.compile(r".*\b(?:the|that|this|an?|my|your|those|these|one of)\b", re.IGNORECASE)
_FEW = 2  # words
_BEGINS_ORDER = re.compile(
    r"^(?:(?:please|now|then|just|and|also|okay|so)(?: to)?,? |(?:can|could|will|would) you (?:please )?|I want |I need )*"
    r"(?:bring|give|take|get|fetch|grab|hand|pass|pick|open|close|use|go|carry|move|push|pull|attack|throw|show|put|set|"
    r"place|leave|the|that)\b",
    re.IGNORECASE,
)
# "The bottle red" of who has learnt the tongue late; "barrel on the far left. Go stand by it".
_THEN_HUE = re.compile(
    rf"\b(?P<the>the|an?|that|this) (?P<kind>[a-z]+) (?P<hue>{'|'.join(COLOURS)})"
    r"(?=[\s.,!?]*$|[.,!?] | (?:please|there|over|now|too)\b)",
    re.IGNORECASE,
)
_PLACED_FIRST = re.compile(
    r"^(?:(?:the|that) )?(?P<kind>[a-z]+) "
    r"(?P<at>(?:on|by|near|next to|beside|behind) (?:the|your|my) (?:far )?[a-z]+(?: side)?)"
    r"(?P<then>[.,!]+ (?=(?:please |just |now )*(?:go|stand|take|get|bring|give|open|grab|wait|pick|use|hide|move)\b.*\bit\b))",
    re.IGNORECASE,
)
# "Not next to the well, next to the sign."
_NOT_AT = re.compile(
    r"\bnot (?:next to|by|at|near|behind|beside|to|in front of) (?P<not>the [a-z]+(?: [a-z]+)?)[,.!;]+ (?:but )?"
    r"(?:next to|by|at|near|behind|beside|to|in front of) (?P<but>the [a-z]+(?: [a-z]+)?)[\s.!]*$",
    re.IGNORECASE,
)
# "Ask her if she has any": no condition.
_ASK_IF = re.compile(r"\b(?P<ask>ask (?:him|her|them|(?:the|that|your|my) [a-z]+|(?-i:[A-Z])[a-z]+)) if\b", re.IGNORECASE)
# "Nobody touches the fire."
_NOBODY = re.compile(
    r"^(?P<lead>(?:and|so|now|okay|but)[, ]+)?(?:nobody|no one) "
    r"(?P<verb>touch|tak|open|enter|eat|pass|drink)"
    r"(?:e?s) (?P<rest>(?!(?:me|my|up|to me|for me|part)\b).+)$",
    re.IGNORECASE,
)
# "..., not the blue one" of what is not wanted; "Understood?".
_AGREED = re.compile(
    r"(?<=[a-z])[.!,]+ (?:is that |are we )?"
    r"(?:understood|clear|got it|got that|you understand|you hear(?: me)?|capisce)\?[?! ]*$",
    re.IGNORECASE,
)
_NOT_BEFORE = re.compile(
    r"(?<=[a-z])[,.!]+ (?:and |but )?not (?:before|until then|sooner|earlier)(?: that| then)?[.! ]*$", re.IGNORECASE
)
_STAND_UP = re.compile(
    r"^(?:stand up(?: straight)?|sit up(?: straight)?|straighten up|chin up|look (?:lively|sharp|alive)|pull yourself together|"
    r"wake up|on your feet|get up)(?:,? (?:boy|lad|man|soldier|girl|you))?(?:,? and|[,.!]+) (?=[a-z])",
    re.IGNORECASE,
)
_YOU = re.compile(r"\byou[,.!]* ", re.IGNORECASE)
_IT_ME = re.compile(r"\b(?P<do>bring|give|hand|pass|show|fetch|get) (?P<it>it|them|that|this) me\b", re.IGNORECASE)
_NOT_BLUE = re.compile(
    rf"^(?:no+,? )?(?P<do>(?:I (?:want|need|said)|give|bring|get|take|grab|hand)\b.*?),? "
    rf"not (?:{'|'.join(COLOURS)})(?: ones?)?[.!]*$",
    re.I,
)
_IT = re.compile(r"\bit\b", re.IGNORECASE)
# "Quick, the blue potion!"; "run to the tree, the right one"; "done. go home".
_QUICK = re.compile(
    r"^(?:(?:quick|quickly|hurry(?: up)?|fast|please)[,.! ]+)+"
    r"(?P<thing>(?:the|that|my) (?:[a-z]+ )?(?P<kind>[a-z]+))[\s.!]*$",
    re.IGNORECASE,
)
_WHICH_ONE = re.compile(
    rf"(?<!not )(?P<the>\b(?:the|that)) (?P<kind>[a-z]+), "
    rf"(?:the|that) (?P<how>(?:{WHICH}|{'|'.join(COLOURS)}|big|small)) one(?=[\s.!]*$)",
    re.IGNORECASE,
)
_DONE = re.compile(r"^(?:(?:all )?done|finished|that is done|there)[.,!]+ (?=[a-z]+ )", re.IGNORECASE)
# "Not this. Second.", "not that one sing something happy", "the far one".
_NOT_THIS = re.compile(
    rf"^(?:no+,? )?not (?:this|that)(?: one)?[,.!]+ (?:the )?(?P<how>(?:{WHICH}|"
    rf"{'|'.join(COLOURS)}))(?: one)?[\s.!]*$",
    re.IGNORECASE,
)
_NOT_BUT_DO = re.compile(
    r"^(?:no+,? )?not (?:this|that)(?: one| song)?[,.! ]+(?=(?:sing|play|take|give|get|bring|go|open|use|try|tell|pick|"
    r"grab|show|read)\b)",
    re.IGNORECASE,
)
_FAR = re.compile(r"\b(?P<the>the) (?P<how>far|near) (?!future\b|away\b|end\b)(?=(?:one|[a-z]+)[\s.!]*$)", re.IGNORECASE)
# Articles that are left out: "give also blue", "where is key? Bring.", "open with key the box".
_GIVE_BLUE = re.compile(
    rf"\b(?P<do>give|bring|take|get|hand|pass)(?P<me> me)?(?: also| too)? (?P<hue>{'|'.join(COLOURS)})(?: one)?(?: too|"
    rf" also)?(?=[\s.!?]*$)",
    re.IGNORECASE,
)
_WHERE_BRING = re.compile(
    r"^where is (?:the )?(?P<kind>[a-z]+)[?.!]+ (?P<do>bring|give|fetch|get|take|open)(?: (?:it|me|to me|"
    r"here))*[\s.!]*$",
    re.IGNORECASE,
)
_WITH_FIRST = re.compile(
    r"\b(?P<do>open|unlock|lock|close|hit|cut|use) with (?P<tool>(?:the |your |my )?[a-z]+) (?P<what>(?:the|that|"
    r"this) [a-z]+)(?=[\s.!?]*$)",
    re.IGNORECASE,
)
_NO_WAIT = re.compile(
    r"^(?:no+,? (?:wait|hang on|hold on)|wait,? no)[,.! ]+(?=(?:use|give|take|get|bring|open|close|go|put|grab|pick|throw|"
    r"carry|drink|hit|"
    r"attack|come|follow|stay|hand|show|read|push|pull)\b)",
    re.IGNORECASE,
)
_YOU_CAN = re.compile(
    r"^(?P<lead>(?:(?:good (?:day|morning|evening)|hello|hi|please|excuse me)[.,!]* )*)you can (?:please )?"
    r"(?P<do>(?:give|bring|show|sell|hand|pass|get|help|open|carry|take|watch|guard|follow|come|wait|stay|keep|close|fetch|pick|put)\b[^?]*\?)$",
    re.IGNORECASE,
)
# "It's coming for the chest, stop it!"
_STOP_IT = re.compile(
    r"(?P<foe>\b(?:it|(?:the|that|this|an?) [a-z]+) (?:is|are) (?:coming (?:for|at|after)|attacking|after|going for|about to)\b"
    r"[^.?]*[,.!]+ (?:quick,? |please )?)stop (?P<it>it)(?=[\s.!]*$)",
    re.IGNORECASE,
)
# Said to somebody else.
_NOT_YOU = re.compile(
    r"(?:no,? |hey,? |oh,? )*not (?:to )?you(?! (?:again|too|either|as well)\b)(?:[,.!]* [a-z]+)??"
    r"(?:[\s.!]*| I will\b.*|[,.!]+ "
    r"(?:I (?:am|was|mean|meant|will)|the other|him|her|your|that|this)\b.*)",
    re.IGNORECASE,
)


@lru_cache(maxsize=512)
def spelt_out(said: str, ordered: bool = True) -> str:
    """`plain` words, put as orders are as a rule; as they were where nothing is put in haste.

    Args:
        ordered: something was ordered before, and nothing is bargained for.
    """
    said = _NO_WAIT.sub("", said)
    said = _NOT_BEFORE.sub("", _STAND_UP.sub("", _AGREED.sub("", said)))
    if ordered:
        said = _DONE.sub("", said)
    if (
        (quick := _QUICK.match(said)) is not None
        and _is_thing(kind := singular(quick["kind"].lower()))
        and kind not in FIXED
        and not is_alive(kind)
    ):
        return f"give me {quick['thing']}"
    if (this := _NOT_THIS.match(said)) is not None:
        return f"not that one, the {this['how'].lower()} one"
    if (where := _WHERE_BRING.match(said)) is not None and _is_thing(singular(where["kind"].lower())):
        return f"{where['do']} {'' if where['do'].lower() in {'take', 'open'} else 'me '}the {where['kind'].lower()}"
    said = _YOU_CAN.sub(r"\g<lead>can you \g<do>", said)
    said = _NOT_BUT_DO.sub("", _STOP_IT.sub(r"\g<foe>attack \g<it>", said))
    said = _WITH_FIRST.sub(r"\g<do> \g<what> with \g<tool>", said)
    said = _GIVE_BLUE.sub(lambda found: f"{found['do']}{found['me'] or ''} the {found['hue']} one", said)
    said = _FAR.sub(lambda found: f"{found['the']} {'farthest' if found['how'].lower() == 'far' else 'nearest'} ", said)
    said = _WHICH_ONE.sub(r"\g<the> \g<how> \g<kind>", said)
    said = _ASK_IF.sub(r"\g<ask> whether", said)
    if (nobody := _NOBODY.match(said)) is not None:
        verb = nobody["verb"].lower()
        verb = f"{verb}e" if verb in {"tak", "com", "leav", "us", "mov"} else verb
        return f"{nobody['lead'] or ''}do not let anybody {verb} {nobody['rest']}"
    if ordered and (places := _NOT_AT.search(said)) is not None:
        return f"go to {places['but']}"
    said = _THEN_HUE.sub(_hue_first, said)
    said = _NOT_BLUE.sub(r"\g<do>", _IT_ME.sub(r"\g<do> me \g<it>", said))
    if (placed := _PLACED_FIRST.match(said)) is not None and _is_thing(singular(placed["kind"].lower())):
        return _IT.sub(f"the {placed['kind'].lower()} {placed['at']}", said[placed.end() :], count=1)
    if (
        (first := _THING_FIRST.match(said)) is not None
        and _is_thing(kind := kind_of(singular(first["thing"].lower())))
        and not is_alive(kind)
    ):
        return _verb_first(first)
    if ordered and (just := _JUST.match(said)) is not None:
        return f"not {just['not']}, {just['but']}"
    said = _RUN_TOGETHER.sub(lambda found: f"not {found['not']}, {found['but']}", said)
    if _BEGINS_ORDER.match(said) is not None:
        said = _IS_AT.sub(r"\g<thing> \g<at>", said)
    said = _MOST.sub(r"\g<most>", _FURTHEST.sub(r" on the \g<side>", said))
    side = _SIDE.match(said)
    if side is not None and singular(side["kind"].lower()) in {*COMMON, "one"} and not _is_no_side(side):
        named = "" if _WITH_ARTICLE.match(side["what"]) or len(side["what"].split()) > _FEW else "the "
        return f"{named}{side['what']} on the {side['side'].lower()}"
    return _COMMA_AT.sub(r"\g<thing> \g<at>", said)


def _is_no_side(side: re.Match[str]) -> bool:
    """ "The wolf left", "you sell bread, right": a verb, and a tag."""
    if side["hand"] or side["how"].strip(" ,"):
        return False
    return _SOMEBODY.search(side["what"]) is not None if "," in side["how"] else _OWNED.search(side["what"]) is not None


def _hue_first(found: re.Match[str]) -> str:
    """ "The red bottle" of "the bottle red"."""
    return f"{found['the']} {found['hue']} {found['kind']}" if _is_thing(singular(found["kind"].lower())) else found[0]


def _is_thing(kind: str) -> bool:
    """Whether a word names a usual thing, or is another word for one: "bottle"."""
    return kind in COMMON or kind == "one" or to_look_for(kind) != (kind,)


def _verb_first(first: re.Match[str]) -> str:
    thing, verb = first["thing"].lower(), first["verb"].lower()
    thing = thing if thing.startswith(("the ", "that ", "this ")) else f"the {thing}"
    thing = (
        f"{thing} on the {first['which'].lower()}" if first["which"] and first["which"].lower() in {"left", "right"} else thing
    )
    if re.fullmatch(f"{_HANDS}|{_AT_ONCE}", verb) is not None:
        lead = _YOU.sub("", first["lead"])
        return f"{lead}{verb if re.fullmatch(_HANDS, verb) else 'bring'} me {thing}"
    return f"{first['lead']}{verb} {thing}"


def is_to_another(said: str) -> bool:
    """Whether `plain` words tell the one who hears them that he is not spoken to: "not you, I am talking to the guard"."""
    return _NOT_YOU.fullmatch(said.strip()) is not None
