"""Somebody's words as the other one says them: "whether he is still alive" of "is he still alive?", "your brother is ill".

A question that nobody has an answer to is at least named in the answer, and a remark taken up (ELIZA did it first: Weizenbaum
1966). Where the grammar of a clause is not plain it says nothing, and the caller has other lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from npc.language.grammar import VERBS
from npc.tables import table_beside

_DATA = table_beside(__file__, "echo.yaml")
_TURNED: dict[str, str] = _DATA["turned"]
_PAST: dict[str, str] = _DATA["past"]
_BEFORE_ME = frozenset(_DATA["before_me"].split())
_BEFORE_ME_TWO = frozenset(_DATA["before_me_two"].split("|"))
_AFTER_I = frozenset(_DATA["after_i"].split())
_OPENS = re.compile(rf"^(?:{_DATA['openings']}\b[ ,]*)+", re.IGNORECASE)
_ENDS = re.compile(rf"(?:(?<![ ,])(?:[ ,]+{_DATA['endings']}|, ?(?:man|mate|dude|friend|buddy)))+[\s?.!,]*$", re.IGNORECASE)
_NOT_EMBEDDED = re.compile(" ".join(_DATA["not_embedded"].split()).replace("| ", "|"), re.IGNORECASE)
_SOMEBODY = frozenset({"he", "she", "it", "they", "who", "we", "i", "nobody", "anybody", "somebody"})
_ASKS_BE = {"are": "am", "were": "was"}
_LONGEST = 12  # words that are taken up: more is repeating, not answering
_SHORTEST = 2
_WORD = re.compile(r"[A-Za-z']+")
_VERBS = frozenset({*_PAST, *_DATA["verbs"].split(), *VERBS.split("|")})
PAST = frozenset(_PAST.values())  # of verbs of which no rule makes it
_PARTICIPLES = frozenset({*_DATA["participles"].split(), *_PAST.values()})
_PREDICATES, _ADJECTIVES, _NOUNS, _FUNCTIONS, _BEFORE_MINE = (
    frozenset(_DATA[name].split()) for name in ("predicates", "adjectives", "nouns", "functions", "before_mine")
)
_AUXILIARY = "is|are|was|were|am|has|have|had|can|could|will|would|should|must|may|might"
_PRONOUN = (
    r"(?:(?:he|she|it|they|you|we|I|that|this|there|these|those|anyone|anybody|someone|somebody|people|everyone|everybody|nobody)\b"
    r"|one\b(?! of))"
)
_DETERMINER = r"(?:the|a|an|my|your|his|her|its|their|our|that|this|these|those|any|some|all)"
_WH = r"(?P<wh>(?:since |until |by |for |with |from |to )?(?:who|whom|what|when|where|why|which(?: \w+)?|how(?: \w+)??))"
_ASKED = re.compile(
    rf"(?:{_WH}\s+)?(?P<aux>{_AUXILIARY}|do|does|did)\s+(?P<no>not\s+)?(?P<said>(?:{_PRONOUN}|{_DETERMINER}\s).*)",
    re.IGNORECASE,
)
_WITH_PRONOUN = re.compile(rf"(?P<who>{_PRONOUN})(?P<rest>(?:\s+.*)?)", re.IGNORECASE)
_POINTING = frozenset({"that", "this", "these", "those"})
_OF_WHO = re.compile(r"(?:who|what|which \w+|how many \w+)\s+(?P<rest>[a-z].*)", re.IGNORECASE)
_BE = frozenset({"is", "are", "was", "were", "am"})
_MODAL = frozenset({"can", "could", "will", "would", "should", "must", "may", "might"})
# Questions of which a noun may be all that is left: "where is the town hall", "how far is the old stone bridge".
_OF_A_NOUN = re.compile(r"(?:who|where|when|how (?!much\b|many\b)\w+)", re.IGNORECASE)
_LONGEST_NOUN = 4  # words of it, with its article
_JOINED = re.compile(
    r"\b(?:or|and|but|so) (?:I|you|he|she|it|we|they|do|does|did|is|are|am|was|should|can|will|not)\b", re.IGNORECASE
)
_WHOM = re.compile(r"^((?:who|what|which \w+|how many \w+) \w+) I\b", re.IGNORECASE)
_AFTER_POINTING = re.compile(
    r"\s*(?:all|so|really|true|about|for|going|supposed|what|how|why|still|actually|even|to|in|on|from|a|an|the|normal|safe|good|bad|"
    r"dangerous|enough|happen|work|mean|help|hurt|cost)\b.*",
    re.IGNORECASE,
)
_ADVERB = re.compile(r"^\s*(?:really|actually|ever|even|still|always|often|just|also|never)\b", re.IGNORECASE)
_NOT = re.compile(r"^\s*not\b", re.IGNORECASE)


def turned(words: str) -> str:
    """The words of one as the other says them: "your knee" of "my knee", "you are" of "I am", "tells me" of "tells you"."""
    found = words.split()
    out: list[str] = []
    for at, word in enumerate(found):
        core = _WORD.search(word)
        low = core[0].lower() if core else ""
        new = _TURNED.get(low, "")
        before = found[at - 1].lower().strip(",.") if at else ""
        before_two = f"{found[at - 2].lower()} {before}" if at > 1 else ""
        after = found[at + 1].lower().strip(",.") if at + 1 < len(found) else ""
        of_deed = at > 1 and found[at - 2].lower() in _MODAL and before.isalpha()  # "I could paint you"
        last = at == len(found) - 1 and at > 0
        # "did he reward you handsomely?", "he rewarded you"; not "he hoped you lied"
        alone = at > 1 and found[at - 2].lower() in _SOMEBODY and not after.endswith("ed") and after not in _VERBS
        of_past = alone and before.endswith("ed")
        of_asked = alone and at > 2 and found[at - 3].lower() in {"do", "does", "did"}
        met = of_deed or last or of_past or of_asked or before in _BEFORE_ME or before_two in _BEFORE_ME_TWO
        if low == "you" and before in _ASKS_BE:  # "who are you" asks who I am
            be = _ASKS_BE[before]
            new, out[-1] = "I", be.capitalize() if found[at - 1][0].isupper() else be
        elif low == "you" and after not in _AFTER_I and met:
            new = "me"
        elif low == "mine" and at and before not in _BEFORE_MINE:  # the noun: "the gold mine"
            new = ""
        elif low in {"am", "was", "are", "were"} and out:
            new = {
                ("you", "am"): "are", ("you", "was"): "were", ("I", "are"): "am", ("I", "were"): "was",
            }.get((out[-1], low), "") if before in {"i", "you", "we"} else ""  # fmt: skip
        out.append(word.replace(core[0], new, 1) if core and new else word)
    return " ".join(out)


@lru_cache(maxsize=256)
def embedded(question: str) -> str:
    """A `plain` question as part of another sentence: "whether he is still alive"; empty where that is not certain."""
    asked = _ENDS.sub("", _OPENS.sub("", question.strip().rstrip(" ?!.,"))).strip(" ?!.,")
    words = asked.split()
    if not _SHORTEST <= len(words) <= _LONGEST or _NOT_EMBEDDED.fullmatch(asked) or re.search(r"[,;:.]", asked):
        return ""
    if _JOINED.search(asked):
        return ""
    if (found := _ASKED.fullmatch(asked)) is not None:
        return _inverted(found)
    found = _OF_WHO.fullmatch(asked)
    return _WHOM.sub(r"\1 me", turned(asked)) if found is not None and _is_verb_phrase(found["rest"].lower().split()) else ""


def _inverted(found: re.Match[str]) -> str:
    wh, aux = (found["wh"] or "whether").lower(), found["aux"].lower()
    who, rest = _subject(found["said"], wh, aux)
    if not who or (not rest and (wh == "whether" or aux not in _BE)):
        return ""
    if found["no"]:
        # "Why can you not": the negation stays. "Is it not" asks the same without it, "do not you dare" asks nothing.
        if wh == "whether":
            return "" if aux in {"do", "does", "did"} else turned(f"{wh} {who} {aux} {rest}")
        return turned(f"{wh} {who} {aux} not {rest}".strip())
    if aux in {"do", "does", "did"}:
        if _NOT.match(rest):
            return turned(f"{wh} {who} {aux} {rest}")
        adverb = _ADVERB.match(rest)
        verb, _, more = rest[adverb.end() :].strip().partition(" ") if adverb else rest.partition(" ")
        verb = _formed(verb.lower(), aux)
        return turned(f"{wh} {who} " + " ".join(filter(None, (adverb[0].strip() if adverb else "", verb, more))))
    return turned(f"{wh} {who} {aux} {rest}".strip())


def _subject(said: str, wh: str, aux: str) -> tuple[str, str]:
    """What follows the auxiliary as subject and the rest; both empty where it is not certain where one ends."""
    pronoun = _WITH_PRONOUN.fullmatch(said)
    if pronoun is not None and pronoun["who"].lower() in _POINTING and not _AFTER_POINTING.fullmatch(pronoun["rest"] or " so"):
        pronoun = None
    if pronoun is not None:
        who, rest = pronoun["who"], pronoun["rest"].strip()
        if aux not in _BE and not _begins_verb(rest.lower().split(), known=False):
            return "", ""
        if aux == "do" and who.lower() in {"it", "he", "she", "that", "this", "there"}:  # "do it" is no question
            return "", ""
        return who if who == "I" else who.lower(), rest
    words = said.split()
    if not re.fullmatch(_DETERMINER, words[0], re.IGNORECASE):
        return "", ""
    low = [word.lower() for word in words]
    begins = _is_predicate if aux in _BE else lambda at: _begins_verb(at, known=True)
    at = next((n for n in range(2, len(low)) if begins(low[n:]) and low[n - 1] not in _ADJECTIVES), len(low))
    nouns = [word for word in low[1:at] if word not in _ADJECTIVES]
    alone = aux in _BE and at == len(low)
    sure = len(nouns) <= 1 or (_OF_A_NOUN.fullmatch(wh) is not None and aux in _BE)
    if not sure or at > _LONGEST_NOUN or (alone and wh == "why") or (low[at : at + 1] == ["of"]):
        return "", ""
    who = " ".join([words[0].lower(), *words[1:at]])
    return (who, " ".join(words[at:])) if alone or at < len(low) else ("", "")


def _begins_verb(words: Sequence[str], known: bool) -> bool:
    """Whether words begin with what follows an auxiliary: a verb; `known`: one of those that are listed."""
    words = words[1:] if words and (_ADVERB.match(words[0]) or words[0] == "not") else words
    if not words or not words[0].isalpha() or words[0] in _FUNCTIONS:
        return False
    return not known or words[0] == "be" or words[0] in _VERBS or _is_participle(words[0])


def _is_predicate(words: Sequence[str]) -> bool:
    return words[0] in _PREDICATES or _ADVERB.match(words[0]) is not None or _is_participle(words[0])


def _is_participle(word: str) -> bool:
    return word in _PARTICIPLES or (word not in _NOUNS and len(word) > 4 and word.endswith(("ing", "ed")))


def _is_verb_phrase(words: Sequence[str]) -> bool:
    """Whether words are all that is said of "who" or "what", so that they stand as they are: "found you", "is coming"."""
    first, after = words[0], words[1:]
    if first in _BE:
        return bool(after) and (_is_participle(after[0]) or after[0] in _PREDICATES - _FUNCTIONS)
    if first in _MODAL:
        return _begins_verb(after, known=True)
    if first in {"has", "have", "had"}:
        return bool(after) and (_is_participle(after[0]) or re.fullmatch(_DETERMINER, after[0]) is not None)
    return first not in {"do", "does", "did"} and first in _FINITE


def _formed(verb: str, aux: str) -> str:
    """The verb as it stands without "did" or "does"."""
    if aux == "do":
        return verb
    if aux == "does":
        if verb == "have":
            return "has"
        return f"{verb}es" if verb.endswith(("s", "sh", "ch", "x", "o")) else f"{verb[:-1]}ies" if _is_y(verb) else f"{verb}s"
    if verb in _PAST:
        return _PAST[verb]
    return f"{verb}d" if verb.endswith("e") else f"{verb[:-1]}ied" if _is_y(verb) else f"{verb}ed"


_REGULAR = 5  # letters of a past form at least, that is read without its ending
_BASE = {past: verb for verb, past in _PAST.items()}


def base(word: str) -> str:
    """A verb without the ending of its past, a noun without that of several, as far as that is plain: "sell" of "sold"."""
    if word in _BASE:
        return _BASE[word]
    if len(word) > _REGULAR and word.endswith("ied"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word


def is_past(word: str) -> bool:
    """Whether a word is the past of a verb that no rule makes: "broke"."""
    return word in _BASE


def _is_y(verb: str) -> bool:
    return verb.endswith("y") and verb[-2:-1] not in tuple("aeiou")


_FINITE = frozenset({*_PAST.values(), *(_formed(verb, aux) for verb in _VERBS for aux in ("do", "does", "did"))})


_NO_TELLING = re.compile(  # nothing that one could take up
    r"(?:please|let|haha|hm+|um+|eh|no|yes|good \w+|hello|hi|hey|yo|oi|thanks?|sorry|bye|goodbye|farewell|"
    r"welcome)\b",
    re.IGNORECASE,
)
_AND = re.compile(r"\s(?:and|but|because|so|when|while|since|until|after|before|although|which|who)\s", re.IGNORECASE)
_BREAKS = re.compile(r"[,;:.!]\s+")
_TELLING = re.compile(
    r"(?:I|my|our|mine|we|he|she|they|it|this|that|there|somebody|someone|nobody|people|the|a|an|his|her|their) \w+ ?\w*",
    re.IGNORECASE,
)
_TAG = re.compile(  # "you never talk about yourself, do you"
    r"(?<=[a-z])(?<!\bhow)(?<!\bwhat)(?<!\bso)(?<!\bneither),? "
    r"(?:do|did|does|are|is|was|were|have|has|can|will) (?:you|he|she|it|they)$",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"[,;:.!]\s.*$|\s(?:and|but|because|so)\s(?=I\b|we\b|he\b|she\b|it\b|they\b|my\b|now\b).*$", re.IGNORECASE)


_SUBJECTS = frozenset(_DATA["subjects"].split())
_BARE = frozenset(_DATA["bare"].split())
_VERB_WITHIN = 4  # words behind the first, in one of which the verb of a sentence is that begins with a noun


def _is_clause(words: Sequence[str]) -> bool:
    """Whether words have a subject and a verb, so that they can be said back: "stupid name" and "going home now" have none."""
    first = words[0].lower()
    if any(is_.lower() in _BE and verb.lower() in _BARE for is_, verb in pairwise(words)):  # "I am walk since three days"
        return False
    if first in _SUBJECTS:
        return len(words) > 2 or words[-1].lower() in _FINITE
    if first in _FINITE or first in _VERBS or first in _FUNCTIONS or is_past(first) or first.endswith("ing"):
        return False
    return any(
        word.lower() in _FINITE or word.lower() in _BE | _MODAL | {"has", "have", "had"} for word in words[1:_VERB_WITHIN]
    )


@lru_cache(maxsize=256)
def mirrored(remark: str) -> str:
    """The first clause of a `plain` remark, turned round: "your brother is ill"; empty where nothing is told in it."""
    said = first_told(remark)
    return turned(said) if said and _is_clause(said.split()) else ""


@lru_cache(maxsize=256)
def first_told(remark: str) -> str:
    """The first clause of a `plain` remark that tells something, in its own words; empty where none does."""
    said = _ENDS.sub("", _OPENS.sub("", remark.strip().rstrip(" ?!.,"))).strip(" ?!.,")
    parts = [_TAG.sub("", part.strip()) for part in _BREAKS.split(said)]
    said = next((part for part in parts if _TELLING.match(part)), parts[0])  # "excuse me officer, I am being followed"
    said = _ASIDE.sub("", said)
    if len(said.split()) > _LONGEST:
        said = _AND.split(said, maxsplit=1)[0]
    words = said.split()
    if words and words[-1].lower() in {"a", "an", "the"}:  # what it was is no word of telling
        return ""
    if not 2 <= len(words) <= _LONGEST or _NO_TELLING.match(said) or not said[0].isalnum() or _NO_TELLING.match(remark):
        return ""
    return said


_BEGINS = re.compile(
    rf"(?:who|whom|whose|what|when|where|why|which|how|{_AUXILIARY}|do|does|did|shall)\b(?! (?:if|about|come|is up)\b)",
    re.IGNORECASE,
)
_TURNED_VERBS = tuple(
    (re.compile(pattern, re.IGNORECASE), verb)
    for pattern, verb in (
        (r"\bare I\b", "am I"),
        (r"\bwere I\b", "was I"),
        (r"\bam you\b", "are you"),
        (r"\bwas you\b", "were you"),
    )
)
_NOT_YOU = re.compile(rf"\b({_AUXILIARY}|do|does|did) not (I|you|we|he|she|it|they)\b", re.IGNORECASE)  # "don't you want"
_YOU_THINK = re.compile(r"you (?:think|believe|want|like|know|need|mean|suppose|reckon)\b", re.IGNORECASE)
_FAR = 14  # words of a question that is said back


@lru_cache(maxsize=256)
def said_back(question: str) -> str:
    """A `plain` question as the other one says it back: "do I ever think of it" of "do you ever think of it?"; empty where it
    is more than one question, or none."""
    asked = _ENDS.sub("", _OPENS.sub("", question.strip().rstrip(" ?!.,"))).strip(" ?!.,")
    if _YOU_THINK.match(asked):
        asked = f"do {asked}"
    if not _SHORTEST <= len(asked.split()) <= _FAR or re.search(r"[,;:.!?]", asked) or _BEGINS.match(asked) is None:
        return ""
    words = turned(_NOT_YOU.sub(r"\1 \2 not", asked))
    for pattern, verb in _TURNED_VERBS:
        words = pattern.sub(verb, words)
    return words


_DETAIL = re.compile(
    rf"(?:(?P<prep>in|on|onto|at|to|into|with|without|from|by|for|over|under|about|off|out of|through|"
    rf"behind|near|after) )?(?:(?P<det>{_DETERMINER}|no|every|two|three|four|five|six|ten|twenty|another) "
    r"(?:(?:really|very|most|so) )?)?(?P<noun>[a-z'-]+(?: of (?:the |my )?[a-z'-]+|(?: [a-z'-]+){1,2})?)",
    re.IGNORECASE,
)
_AGO = re.compile(
    r"(?:[ ,]+(?:yesterday|today|tonight|tomorrow|hence|once|twice|again|before|there|here|alone|too much|a lot|"
    r"(?:last|this|next|every) (?:night|week|month|year|winter|summer|spring|autumn|morning|evening|time|day)|"
    r"(?:in|at|by|during) (?:the )?(?:night|winter|summer|spring|autumn|morning|evening|afternoon|day)))+$",
    re.IGNORECASE,
)
_NO_NOUN = frozenset(f"{_DATA['functions']} {_DATA['no_detail']}".split())


_OF_IT = re.compile(r" (?:on|in|at|with|for|of|about|to|from) (?:it|them|him|her|me|us)$", re.IGNORECASE)
_WHO_DOES = re.compile(r"(?:I|we|they|you) [a-z]+ [a-z]+", re.IGNORECASE)
_MANY = re.compile(r"(?:.* )?(?P<verb>[a-z]+) (?P<things>[a-z]{3,}s)", re.IGNORECASE)


@lru_cache(maxsize=256)
def detail_of(remark: str) -> str:
    """What a `plain` remark ends with, turned round: "to the gulls" of "he threw it to the gulls", "your cow", "spoons"; empty
    where that is no thing."""
    said = _ENDS.sub("", remark.strip().rstrip(" ?!.,")).strip(" ?!.,")
    parts = [part for piece in _BREAKS.split(said) for part in _AND.split(piece)]
    told = [part for part in parts if _BESIDES.search(said[: said.find(part)]) is None]
    aside = [part for part in parts if part not in told]  # "since I was a boy"
    return next(filter(None, map(_last_thing, (*reversed(told), *reversed(aside)))), "")


_BESIDES = re.compile(r"\b(?:because|when|while|since|until|after|before|although)\s+$", re.IGNORECASE)
_ALIKE = re.compile(r"\b(?:like|as|than)\s+$", re.IGNORECASE)


# "My steed is lame", "the roof leaks": what is told of, where nothing else is named.
_OF_WHAT_IT_IS = re.compile(
    r"(?P<thing>(?:my|our|his|her|their) (?:(?:old|little|big|new|young) )?[a-z]{3,}) "
    r"(?:is|was|are|were|has been|got|went|keeps?) "
    r"(?:so |very |really |too |quite |a bit |all |half )*(?P<how>[a-z]+)",
    re.IGNORECASE,
)


def _last_thing(part: str) -> str:
    told = _OF_WHAT_IT_IS.fullmatch(part.strip())
    if told is not None and told["how"].lower() not in _FUNCTIONS:
        return turned(told["thing"])
    part = _OF_IT.sub("", _AGO.sub("", part.strip()))
    for at in range(len(part)):  # the longest first
        if at and part[at - 1] != " ":
            continue
        found = _DETAIL.fullmatch(part[at:])
        named = found is not None and (
            found["det"] or (found["prep"] and found["noun"].lower().endswith("s"))
        )  # not "to death"
        if found is None or not named or (not at and not found["prep"]):
            continue
        if _ALIKE.search(part[:at]) is not None:  # "cried like a baby" is of no baby
            return ""
        words = [word for word in found["noun"].lower().split() if word != "of"]
        if words[-1] in _ADJECTIVES or any(word in _FINITE or word in _NO_NOUN or _is_participle(word) for word in words):
            continue
        return turned(found[0])
    many = _MANY.fullmatch(part)
    if many is None or many["things"].lower() in _FINITE | _NO_NOUN:
        return ""
    return many["things"] if _is_verb(many["verb"].lower()) or _WHO_DOES.fullmatch(part) else ""


def _is_verb(word: str) -> bool:
    return word in _VERBS or word in _FINITE or base(word) in _VERBS
