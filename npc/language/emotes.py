"""What somebody does while he speaks, as far as his words lean on it: "*points at the chest* open that" is "open the chest",
"*beckons you over*" is "come here". Emotes stand between stars, underscores or brackets; of all others nothing is said here."""

from __future__ import annotations

import re
from functools import lru_cache

from npc.language.grammar import GRAMMAR, VERBS
from npc.language.kinds import COMMON, FIXED, PERSON, akin, is_alive
from npc.language.phrases import kind_of, singular

_EMOTE = re.compile(
    r"\*(?P<stars>[^*\n]{1,80})\*|(?<!\w)_(?P<lines>[^_\n]{1,80})_(?!\w)|\((?P<round>[^()\n]{1,80})\)|"
    r"\[(?P<square>[^]\n]{1,80})\]"
)
_THE = r"(?P<the>the|an?|that|this|those|these|his|her|my|some) "
_POINTS = (
    r"(?:points?|gestures?|nods?|jerks?|indicates?|motions?|waves?|signs?|taps?|pats?|kicks?|nudges?|prods?|holds?|hands?|gives?|"
    r"slides?|offers?|shows?|lifts?|raises?|tosses|toss|presses|press|passes|pass|pushes|push|puts?|lays?|sets?|pulls?|draws?|"
    r"takes?|produces?|tilts?|looks?|glances?|stares?|squints?|peers?|eyes?|turns?|walks?|steps?|runs?|leans?)"
)
# "*points at the key*", "*jerks her thumb toward the guard*", "*hands you a letter*", "*pulls out a purse*".
_AT_A_THING = re.compile(
    rf"\b{_POINTS}\b(?: [a-z']+){{0,4}}? {_THE}(?P<thing>(?!(?:thumb|chin|head|hand|finger|hands|arms?|eyes?|brows?|voice|foot|"
    r"shoulders?|bit|little|way|direction)\b)[a-z]+(?: (?!(?:and|with|in|on|by|at|then|from|to|over|near|across|out|up|down|"
    r"forward|of|impatiently)\b)[a-z]+)?)",
    re.IGNORECASE,
)
_THUMB = re.compile(
    r"\b(?:(?:his|her|my|a|the|one|their) )?(?:thumb|chin|head|hand|finger|arm|eyes?|brow|sword|stick) (?:over |back )?"
    r"(?=(?:at|to|towards?|in)\b)",
    re.IGNORECASE,
)
_DIRECTION = re.compile(r"\bin the direction of\b", re.IGNORECASE)
_ASKS = re.compile(
    r"(?:[a-z]+ )??(?:motions?|gestures?|signals?|beckons?|waves?|nods?|signs?|asks?|urges?|tells?|begs?|invites?|orders?)"
    r"(?: (?:at|to|for|silently|quietly|frantically|urgently))* (?P<whom>you|him|her|[A-Z][a-z]+) to (?P<do>[a-z]+\b.*)",
    re.IGNORECASE,
)
# What is asked for oneself; and what a gesture leaves open: "*waves at her to go*".
_WITH_ME = re.compile(
    r"(?:follow|come|sit|wait|stay|step|stand|move|hurry|help|join|hand|give|pass|accompany|be quiet)\b", re.IGNORECASE
)
_SAYS_LITTLE = re.compile(r"(?:go|leave|do (?:it|so|that)|continue)[\s.!]*", re.IGNORECASE)
_HERE = r"(?:over|closer|near(?:er)?|here|to (?:me|him|her))"
_BECKONS = re.compile(
    rf"(?:[a-z]+ )??(?:beckons?(?: (?:to|for))?(?: (?:you|[A-Z][a-z]+))?(?: (?:{_HERE}|with .{{2,20}}))*|"
    rf"(?:waves?|calls?|motions?|gestures?) (?:you|[A-Z][a-z]+) {_HERE})",
    re.IGNORECASE,
)
_IT = re.compile(
    r"\b(?:(?:that|this) one|(?:that|this|those|these)(?! (?!(?:please|now|over|up|down|to|for|back|away|open|shut|here|there|"
    r"with|quick|quickly|instead|too|first|and|n|then|pls|plz|off|out|is|in|on|by)\b)[a-z])|it|them|him|her)\b",
    re.IGNORECASE,
)
_THERE = re.compile(
    r"\b(?P<verb>stand|wait|stay|sit|go|come|hide|look|stop|kneel|lie)"
    r"(?P<between>(?: (?:with me|over|right|down|back|behind|just))*) there\b",
    re.IGNORECASE,
)
_GOES = frozenset({"go", "come"})
_WHAT_IS_IT = re.compile(r"\b(?:what|who) (?:is|was|'s)\b|\b(?:what|who)'?s\b", re.IGNORECASE)
_ALONE = re.compile(
    r"(?:please,? )?(?:that|this)(?: one)?(?:,? (?:please|now|there|over there|quick|quickly))*[\s.!]*", re.IGNORECASE
)
_VERB_ALONE = re.compile(
    rf"(?P<do>(?:please |now |just |quick,? |go on,? )*(?:{'|'.join(GRAMMAR['with_a_thing'].split())})(?: me| up)?)"
    r"(?P<end>(?:,? (?:please|now|quick))*[\s.!]*)",
    re.IGNORECASE,
)
_VERB = re.compile(rf"(?:{VERBS})\b", re.IGNORECASE)


@lru_cache(maxsize=512)
def acted_out(text: str) -> str:
    """`text` with what its words lean on put in their place; as it was where nothing is pointed at or asked for so.

    Args:
        text: as it was written.
    """
    emotes = [next(filter(None, found.groups())).strip(" .!") for found in _EMOTE.finditer(text)]
    if not emotes:
        return text
    said = re.sub(r"\s+", " ", _EMOTE.sub(" ", text)).strip(" ,;:-\"'")
    if not re.search(r"\w", said):
        return next((order for emote in emotes if (order := _order_in(emote))), text)
    thing = next((named for emote in emotes if (named := _thing_in(emote))), "")
    if not thing or _WHAT_IS_IT.search(said) is not None:
        return text
    kind = singular(kind_of(thing))
    somebody = is_alive(kind) or akin(kind, PERSON)
    if _ALONE.fullmatch(said) is not None:
        return f"go to the {thing}" if somebody or kind in FIXED else f"give me the {thing}" if kind in COMMON else text
    if (verb := _VERB_ALONE.fullmatch(said)) is not None:
        return f"{verb['do']} the {thing}{verb['end']}"
    if (there := _THERE.search(said)) is not None:
        at = "to" if there["verb"].lower() in _GOES else "by"
        return f"{said[: there.end('between')]} {at} the {thing}{said[there.end() :]}"
    if said.lower().startswith(("stop ", "please stop ")):  # "*kicks the dog* stop that": what is done, and no thing
        return text
    leans = (it for it in _IT.finditer(said) if it.start() > 0 or not re.match(r" [a-z]", said[it.end() :]))
    it = next((it for it in leans if (it[0].lower() in {"him", "her"}) <= somebody), None)  # not the one of "it was my fault"
    return f"{said[: it.start()]}the {thing}{said[it.end() :]}" if it is not None else text


def _thing_in(emote: str) -> str:
    """What somebody points at or holds out, without article; empty where he does neither."""
    found = _AT_A_THING.search(_DIRECTION.sub("at", _THUMB.sub("", emote)))
    return found["thing"].lower() if found is not None else ""


def _order_in(emote: str) -> str:
    """What somebody asks for without a word: "follow me" of "*motions for you to follow him*"; empty where he does not."""
    if _BECKONS.fullmatch(emote) is not None:
        return "come here"
    asks = _ASKS.fullmatch(emote)
    if asks is None or _VERB.match(asks["do"]) is None or _SAYS_LITTLE.fullmatch(asks["do"]) is not None:
        return ""
    if asks["whom"].lower() in {"him", "her"} and _WITH_ME.match(asks["do"]) is None:  # "tells him to leave": who knows whom
        return ""
    order = asks["do"]
    if _WITH_ME.match(order) is not None:
        order = re.sub(r"\b(?:him|her|them)\b(?=[\s.!]*$)", "me", order, flags=re.IGNORECASE)
    return re.sub(r"^follow$", "follow me", order)
