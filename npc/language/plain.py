"""Players' spelling made plain: typographic quotes, missing apostrophes, slang, stretched letters. The case of names stays."""

from __future__ import annotations

import re
from functools import lru_cache

from npc.language.grammar import GRAMMAR, VERBS
from npc.text import folded

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "…": "...", "–": " - ", "—": " - "})
_SPOKEN: dict[str, str] = GRAMMAR["spoken"]
_WORD = re.compile(r"(?<![\w'])'?[A-Za-z]+(?:\d[A-Za-z]*|'[A-Za-z]+)?(?![\w'])")  # "w8", "sum1" are words
_I_ALONE = re.compile(r"\bi\b")
_STRETCHED = re.compile(r"([A-Za-z])\1{2,}")
_QUOTED = re.compile(r"(?<!\w)(?P<sign>['\"])(?P<word>[A-Za-z]+[.!]?)(?P=sign)(?!\w)")  # "when I say 'now'"
_HELD = re.compile(r"[A-Za-z]*([A-Za-z])\1{2,}[A-Za-z]*")
_NOISE = re.compile(
    r"(?:[:;=]-?[()DPp/|]|<3|\*[^*\n]{1,80}\*|\bx[Dd]\b|\b(?:lol|lmao|rofl|idc|idgaf|ikr|smh|omfg|(?:ha){2,}h?|(?:he){2,}|tbh|imo|fr|ngl)\b)",
    re.IGNORECASE,
)
_KNOWN = frozenset(VERBS.split("|")) | {"back", "now", "here", "no", "so", "please", "yes", "yet", "down"}
_EMOTE = re.compile(r"\s*\*(?P<does>[^*\n]{1,80})\*\s*")  # nothing else is said
_LAUGHS = re.compile(rf"\s*(?:{_NOISE.pattern}[\s.!]*)+", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_ASKED = "do|be|who|what|where|which|is|are|" + "|".join(verb for verb in VERBS.split("|") if verb != "pray")  # "pray tell me"
# "4 the rope n the salt": shorthand that stands before what it cannot count.
_SHORTHAND = tuple(
    (re.compile(pattern, re.IGNORECASE), word)
    for pattern, word in (
        (r"\b4(?= (?:the|an?|me|you|u|us|him|her|that|this|it|both|all|now|my|your)\b)", "for"),
        (r"\b2(?= (?:that|this|them|the|me|you|u|us|him|her|it|my|your|go|be|do|see|get)\b)", "to"),
        (r"(?<=\w) (?:n|&|'n'?) (?=\w)", " and "),
        (r"(?:^|(?<=[.!?] ))n (?=[a-z])", "and "),
        (r"\bw/e\b", "whatever"),
        (r"\bw/ ?(?=\w)", "with "),
        (r"(?<=\w) \+ (?=\w)", " and "),
        (r"\b((?:(?:red|blue|green|big|small|iron|golden|silver|wooden|old|new) )?[a-z]{3,}) x ?(\d{1,2})\b", r"\2 \1"),
        (r"\b([a-z]{2,}[a-z])in'(?=[\s.,!?]|$)", r"\1ing"),  # "havin'", "lyin'"
        (r"\bI (?:ain'?t|is not)\b", "I am not"),
        (r"(?:^|(?<=[.!?,] ))(here|there) be (?=(?:the|ye|your|my|me|an?|some)\b)", r"\1 is "),
        (
            r"\b(that|this|them|those|these) (?:there|here) "
            r"(?=(?!(?:is|are|was|were|and|for|to|please|now|could|can|would|will|should|may|might|must|has|have|had)\b)"
            r"[a-z]{3,})",
            r"\1 ",
        ),
        (r"\b(?:what is|what'?s) (that|the|this) ([a-z]+) say\b", r"what does \1 \2 say"),
        (r"\bnext (?=(?:the|that|him|her|me|you)\b)", "next to "),
        (r"\b(?:the|an) another\b", "the other"),
        (r"\bw (?=(?:the|an?|me|you|u|it|my|your|ur|him|her|them|this|that|us|something|smth|sth)\b)", "with "),
        (r"\bb4\b", "before"),
        (  # "the right-hand door"; "my right hand badly" and "the left hand is cold" are of hands
            r"(?<!my )(?<!me )(?<!ur )(?<!his )(?<!her )(?<!its )(?<!their )(?<!'s )\b(left|right)[- ]hand "
            r"(?!(?:side|man|is|are|was|has|had|and|or|but|of|for|to|in|on|at|with|from|when|if|as|that|which|too|now|then|"
            r"please|again|so|does|did|will|can|hurts?|aches?|holds?|feels?|bleeds?|itches|shakes|[a-z]+ly)\b)(?=[a-z])",
            r"\1 ",
        ),
        (  # "turn rite", "the rite one"; a rite of spring is one
            r"(?<!\bthe )(?<!\ba )(?<!\bthis )(?<!\bthat )(?<!ur )(?<!\bmy )(?<!\btheir )(?<!\bold )(?<!\blast )(?<!\bancient )"
            r"(?<!\bholy )(?<!\bsacred )(?<!\bsecret )\brite\b(?! of\b)|\brite(?= (?:one|side|hand|way)\b)",
            "right",
        ),
        (
            r"\b((?:the|that|this|other|left|right|red|blue|green|far|near|big|small|first|last|next) )1\b"
            r"(?! (?:coin|gold|silver|copper)s?\b)",
            r"\1one",
        ),
        (r"(?<!my )(?<!your )\b(red|blue|green) pots?\b", r"\1 potion"),
        (r"\b(on|to|at) (?=(?:left|right)(?:[.,!?]|$| (?:please|side|of)\b))", r"\1 the "),
        # "Go thou and stand there", "get thee to the well", "art thou well?", "yonder fellow".
        (r"\bget (?:thee|ye) (?=to\b)", "go "),
        (rf"(?:^|(?<=[.!?,] ))({VERBS}) (?:thou|thee|ye)\b(?= (?:and|to|by|over|near|from|with|not|now|hence)\b|[,.!])", r"\1"),
        (rf"\b((?:can|could|would|will) (?:you|u)) like,? (?=(?:{VERBS})\b)", r"\1 "),
        (r"^((?:\S+ ){3,}?\S+),? (?:yeah|yh)([?.! ]*)$", r"\1, okay\2"),
        (r"(?:^|(?<=[.!?,] ))me (?=(?:wants?|needs?)\b)", "I "),
        (r"\bI (want|need)s\b", r"I \1"),
        (r"\b(what|who|where|why|how) (?:the (?:heck|hell|devil|deuce)|on earth|in the world|in blazes)\b", r"\1"),
        (r"\b(what|who|where)(?:'s|s) (?:the (?:heck|hell|devil|deuce)|on earth|in the world)\b", r"\1 is"),
        (r"\b(how (?:far|long|big|old|much|many|deep|high))'s\b", r"\1 is"),
        (
            r"\b(of|with|at|get|see|bring|take|grab) them "
            r"(?=(?!(?:here|there|all|both|over|back|up|down|to|for|out|off|away|as|is|was|this|always|yes)\b)[a-z]+s\b)",
            r"\1 those ",
        ),
        (r"\bart (?=thou\b)", "are "),
        (r"\bthou art\b", "you are"),
        (r"\bwilt (?=thou\b)", "will "),
        (r"\bover yonder\b", "over there"),
        (r"\b(I|we|you|he|she|they)(?:'d| would) better\b", r"\1 had better"),
        (r"\by'?know\b", "you know"),
        (r"\byonder (?=(?!by\b|at\b|in\b|on\b|near\b|and\b|is\b|there\b)[a-z])", "that "),
        (r"\byonder\b", "over there"),
        (
            rf"(?:^|(?<=[.!?,] ))(?:I )?pray(?: (?:you|thee))?,? (?=(?:{_ASKED})\b)",
            "please ",
        ),
        (
            r"\bur(?= (?:an?|the|not|so|kinda|kind of|sort of|such|just|like|really|literally|"
            r"actually|always|never|very|going|right|wrong|done|welcome|free|ready|too|all|late|back|at|"
            r"in|scared|hurt|the one|[a-z]+ing)\b)",
            "you are",
        ),
    )
)
# Numbers that are no word of the grammar: "twenty two", "forty"; and coins by their number: "here is a ten".
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_ONES = {w: n for n, w in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"), 1)}
_TEENS = {"eleven": 11, "thirteen": 13, "fourteen": 14, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19}
_IN_WORDS = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(_TENS)})[ -](?P<ones>{'|'.join(_ONES)})\b(?! of\b| more\b)|"
    rf"(?P<alone>forty|sixty|seventy|eighty|ninety|{'|'.join(_TEENS)})\b)",
    re.IGNORECASE,
)
_A_TEN = re.compile(
    r"(?P<gives>\b(?:here is|take|have|pay|give you|for) )an? (?P<n>ten|fiver|tenner|twenty|fifty)"
    r"(?= ?(?:[.,!]|$|then\b|for\b))",
    re.IGNORECASE,
)
_NOTES = {"ten": "10", "tenner": "10", "fiver": "5", "twenty": "20", "fifty": "50"}
_COMMAS = re.compile(r" ?,(?: ?,)+")  # a thousand of them would keep the grammar busy for a second
# "its brown", "ill protect you": the apostrophe left out, where no other reading makes sense.
_IT_IS = re.compile(
    r"(^|[.,!?;] *|\btell (?:him|her|them) |"
    r"\b(?:but|and|because|since|if|when|until|once|think|so|that|only|unless|no|nah|yes|yeah|oh|well|"
    r"okay|lol|haha) )its(?= (?!own\b))",
    re.IGNORECASE,
)
# Nothing is its own "a", "so", "my": the apostrophe is left out, wherever it stands ("says its just dogs").
_IT_IS_TOO = re.compile(
    r"\bits(?= (?:just|only|not|so|too|really|very|been|gone|getting|going|an?|the|like|all|always|never|still|because|"
    r"probably|nothing|okay|true|over|about|for|my|your|his|her|our|their|me|you|him|no|hard to|easy to|raining|snowing)\b)",
    re.IGNORECASE,
)
# "my teacher's gonna kill me", "y does he live there", "c u", "is not cold in winter?".
_IS_GOING = re.compile(
    r"\b(?!(?:this|his|was|its|always|perhaps|yes|has|does|hers|ours|yours|theirs|sometimes|besides|guess|less|unless)\b)"
    r"(?P<who>[a-z]{2,}[a-rt-z])'?s(?= gonna\b)",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"(?:^|(?<=[.!?,] )|(?<=\bbut )|(?<=\band )|(?<=\bso ))y"
    r"(?= (?:do|does|did|is|are|was|were|would|r|u|dont|cant|not|he|she|they)\b)",
    re.IGNORECASE,
)
# "Where art thou?", "what man standeth there?"
_ART = re.compile(r"\bart (?=thou\b)|(?<=\bthou )art\b", re.IGNORECASE)
_STANDETH = re.compile(
    r"\b(?P<verb>(?!teeth|(?:elizab|kenn|macb|lamb|s|b)eth\b|[a-z]*ieth\b)[a-z]{2,}?[^aeo\W])eth\b", re.IGNORECASE
)
# "Thou jestest", "what thou seekest".
_THOU_JESTEST = re.compile(
    r"\b(?P<thou>thou (?:(?:ever|never|truly|still|also|only) )?)(?P<verb>(?!(?:best|rest|test|jest|west|guest|invest|protest|"
    r"request|suggest|honest|arrest)\b)[a-z]{2,}?[^aeo\W])est\b",
    re.IGNORECASE,
)
_SILENT_E = re.compile(r"(?:^|[^aeiou])[aeiou][^aeiouwxy]$", re.IGNORECASE)
_SEE = re.compile(r"\bc(?= (?:u|ya|you)\b)", re.IGNORECASE)
_IS_IT_NOT = re.compile(
    r"(?:^|(?<=[.!?,] ))(?P<be>is|was) not (?!(?:it|that|this|there|he|she|they|the|an?|my|your)\b)"
    r"(?=(?:[a-z]+ ){0,3}[a-z]+\?)",
    re.IGNORECASE,
)
# "Why aren't we moving?"; "why don't you" is advice.
_WHY_NOT = re.compile(
    r"\b(why|how come) (am|is|are|was|were|has|have|had|can|will|(?:do|does|did|could|would|should)(?= not (?!you|we))) not "
    r"(I|we|you|he|she|it|they|this|that|there|anyone|anybody)\b",
    re.IGNORECASE,
)
_NO_ITS = re.compile(r"\b(?P<no>do ?n'?o?t|stop|wait|no),? its(?= )", re.IGNORECASE)
_I_WILL = re.compile(
    r"(?<!\bme )(?<!\bhim )(?<!\bher )(?<!\bus )(?<!\bthem )(?<!\bis )(?<!\bwas )(?<!\bam )(?<!\bare )(?<!\bbe )(?<!\bbeen )"
    r"(?<!\bvery )(?<!\bso )(?<!\bfell )(?<!\bfeel )"
    rf"\bill(?= (?:{VERBS}|be|do|never|not|just|also|tell|see|have|pay|think|try|bet|let|always|meet)\b|"
    r" [a-z]+ (?:you|him|her|it|them|us|the|my|your|some|this|that)\b)",
    re.IGNORECASE,
)
_HAS = re.compile(r"\b(he|she|it|that|who) is(?= (?:(?:just|never|always|already) )?(?:got|been|had)\b)", re.IGNORECASE)
_HAD = re.compile(
    r"\b(I|he|she|it|they|we|you) would(?= (?:(?:just|never|always|already|only) )?(?:been|gone|had|seen|done|taken|"
    r"given|eaten|known|fallen|left|lost|made|met|told|said|heard|"
    r"(?!(?:need|feed|speed|bleed|breed|heed|seed|weed|exceed|proceed|succeed)\b)[a-z]{2,}ed)\b)",
    re.IGNORECASE,
)
_WHO_TAUGHT = re.compile(r"\bwho thought(?= (?:you|him|her|them|us|me)\b)", re.IGNORECASE)  # "who tought you that?"
_WE_ARE = re.compile(r"(?:^|(?<=[.!?] ))were(?= (?:[a-z]+ing|gonna|not [a-z]+ing|off to|married|lost)\b)", re.IGNORECASE)


def _misspellings() -> dict[str, str]:
    """Each word of `verbs` and `misspelt` as it is mistyped: a letter left out, one doubled, two in the wrong order."""
    right = sorted({word for word in f"{GRAMMAR['verbs']} {GRAMMAR['misspelt']}".split() if len(word) > 4})
    known = {*right, *GRAMMAR["verbs"].split(), *GRAMMAR["no_typos"].split()}
    found: dict[str, str] = {}
    for word in right:
        for n in range(1, len(word)):
            left_out, doubled = word[:n] + word[n + 1 :], word[:n] + word[n] + word[n:]
            turned = word[:n] + word[n : n + 2][::-1] + word[n + 2 :]
            found |= {wrong: word for wrong in (left_out, doubled, turned) if wrong not in known and len(wrong) > 3}
    return {wrong: word for wrong, word in found.items() if not wrong.endswith("s") or word.endswith("s")}


_CONTRACTED = frozenset(written.replace("'", "") for written in _SPOKEN if "'" in written)
_SPOKEN = {**_misspellings(), **_SPOKEN}


def _with_s(found: re.Match[str]) -> str:
    """ "stands" of "standeth", "shines" of "shineth"."""
    return f"{found['verb']}{'es' if _SILENT_E.search(found['verb']) else 's'}"


def _without_est(found: re.Match[str]) -> str:
    """ "thou jest" of "thou jestest", "thou take" of "thou takest"."""
    return f"{found['thou']}{found['verb']}{'e' if _SILENT_E.search(found['verb']) else ''}"


def _digits(found: re.Match[str]) -> str:
    if alone := found["alone"]:
        return str(_TENS.get(alone.lower()) or _TEENS[alone.lower()])
    return str(_TENS[found["tens"].lower()] + _ONES[found["ones"].lower()])


def _unstretched(found: re.Match[str]) -> str:
    """ "stop" of "stooop", "please" of "pleeease", and "seee" as "see": letters are held, not doubled."""
    word = found[0]
    single, double = _STRETCHED.sub(r"\1", word), _STRETCHED.sub(r"\1\1", word)
    return single if single.lower() in _KNOWN and double.lower() not in _KNOWN else double


@lru_cache(maxsize=512)
def is_slang(text: str) -> bool:
    """Whether words are written as no dictionary has them; apostrophes left out do not count."""
    words = (word[0].lower() for word in _WORD.finditer(text))
    return any(word in _SPOKEN and "'" not in word and word not in _CONTRACTED for word in words)


def is_emote(text: str) -> bool:
    """Whether somebody does something, and says nothing: "*whistles*"."""
    return _EMOTE.fullmatch(text) is not None


@lru_cache(maxsize=512)
def unshouted(text: str) -> str:
    """Words that are mostly capitals in small letters; of one alone that may be a name."""
    if sum(map(str.isupper, text)) <= len(text) / 2 or " " not in text.strip():
        return text
    return _I_ALONE.sub("I", text.lower())


@lru_cache(maxsize=512)
def plain(text: str) -> str:
    """`text` as the grammar of this room reads it; words that it does not know stay as they are written."""
    text = _QUOTED.sub(r"\g<word>", unshouted(folded(text).translate(_QUOTES)))
    if is_emote(text):
        text = _EMOTE.sub(r"\g<does>", text)
    elif _LAUGHS.fullmatch(text):
        text = "haha"  # of nothing but signs of laughter one is kept
    else:
        text = _NOISE.sub(" ", text)
    text = _NO_ITS.sub(r"\g<no>, it is", text)
    text = _WE_ARE.sub("we are", text)
    text = _I_WILL.sub("I will", _IT_IS_TOO.sub("it is", _IT_IS.sub(r"\1it is", _HELD.sub(_unstretched, text))))
    text = _STANDETH.sub(_with_s, _THOU_JESTEST.sub(_without_est, _ART.sub("are ", text)))
    text = _SEE.sub("see", _WHY.sub("why", _IS_GOING.sub(r"\g<who> is", text)))
    for shorthand, word in _SHORTHAND:
        text = shorthand.sub(word, text)
    text = _WORD.sub(lambda found: _SPOKEN.get(found[0].lower(), found[0]), text)
    text = _WHO_TAUGHT.sub("who taught", _HAD.sub(r"\1 had", _HAS.sub(r"\1 has", text)))  # "he's got one", "she'd been"
    text = _WHY_NOT.sub(r"\1 \2 \3 not", _IS_IT_NOT.sub(r"\g<be> it not ", text))
    text = _A_TEN.sub(lambda found: found["gives"] + _NOTES[found["n"].lower()], _IN_WORDS.sub(_digits, text))
    return _COMMAS.sub(",", _SPACE.sub(" ", text)).strip()
