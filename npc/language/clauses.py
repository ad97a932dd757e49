"""An utterance cut into clauses, each with what joins it to the one before: "take the potion, then follow me"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, TypeAlias

from npc.language.formulas import patterns
from npc.language.grammar import GRAMMAR, expanded

Joint: TypeAlias = Literal["", "then", "but", "or", "if", "unless", "when", "until", "before", "after", "because"]
MOST = 8  # clauses that are read one by one; what comes after is left to the last of them

_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\s+-\s+|\n+|\.\.\.+\s*")
_JOINTS: tuple[tuple[Joint, re.Pattern[str]], ...] = tuple(
    (rule["joint"], re.compile(expanded(rule["at"]), re.IGNORECASE)) for rule in GRAMMAR["joints"]
)
# A verb behind one of these begins no clause: "if I had a sword I would sell it".
_AHEAD_OF_VERBS = ("would", "will", "could", "can", "should", "must", "may", "might", "to", "not", "never", "always")
_NOT_BEHIND = "".join(f"(?<! {word})" for word in _AHEAD_OF_VERBS)
# At the beginning: "if you see a wolf, run", "when I come back, open the gate".
_AHEAD = re.compile(
    r"^(?P<joint>if|in case|when|whenever|every time|each time|once|as soon as|"
    r"the (?:moment|minute|second|instant)|after(?! that\b)|unless|until|till|before(?! that\b))\s+"
    r"(?!(?:what|which|how|when|do|does|did|is|are|was|were|will|would|can|could|should|must|have|has)\b)"
    r"(?P<when>\S+ [^,]{2,120}?)"
    + expanded(
        r"(?:\s*,\s*(?:then\s+)?|\s+then\s+|"
        r"(?<! see)(?<! saw)(?<! hear)(?<! want)(?<! need)(?<! tell)(?<! let)(?<! make)(?<! help)(?<! ask)(?<! if)(?<! when)"
        r"\s+(?:you|we)\s+(?=(?:<verbs>)[\s.!?]*$|(?:<verbs>) (?:me|us|it|him|her|them|here|there|away|for|to)\b)|"
        rf"{_NOT_BEHIND}(?<! say)(?<! says)\s+(?=(?!never )<deed>|do not [a-z]|you (?:can|may|should|must) [a-z])|"
        rf"{_NOT_BEHIND}(?<! you)(?<! we)(?<! I)(?<! was)(?<! were)(?<! am)(?<! have)(?<! had)\s+(?=never [a-z]))(?P<do>\S.*)$"
    ),
    re.IGNORECASE,
)
# The same with a comma between the two, wherever verbs stand before it: "if the raiders come here, hide".
_AHEAD_OF_COMMA = re.compile(
    expanded(
        r"^(?P<joint>if|when|whenever|once|as soon as|until|till)\s+"
        r"(?P<when>(?:the|an?|any|some|that|those|my|your|our|his|her|he|she|it|they|somebody|someone|anybody|anyone|you|I|we) "
        r"[^,]{2,80}?)\s*,\s*(?:then )?"
        r"(?P<do>(?:please |just |you (?:can |may |should |must )?)?(?:<deed>|do not [a-z]|never [a-z]|tell )\b.*)$"
    ),
    re.IGNORECASE,
)
# What belongs to the question where somebody asks "what were you before you came here?".
_ASKS = re.compile(r"(?:what|who|where|why|how|which|whose)\b(?! (?:do|would|will) you\b)", re.IGNORECASE)
_CHOOSES = re.compile(r"(?:should|shall|do|does|did|is|are|was|were|which|what|who)\b", re.IGNORECASE)
_SUPPOSES = re.compile(
    r"(?:and |so |but )?(?:what|how|who|where|which) (?:would|will|do|could|should) (?:you|we|I)\b.*\b(?:if|when)\b"
    r"|(?:and |so |but )?would you (?!please\b|kindly\b|mind\b|like\b|be so\b|wait\b|stay\b)[a-z]+\b.* if (?:I|he|she|they|we|"
    r"somebody|someone|it|the [a-z]+) (?:asked|told|paid|gave|begged|were|was|had|could|did|died|fell|came|left|needed|ordered|"
    r"said|wanted|knew|offered|lost|ran|saw|got)\b"
    r"|(?:and |so |but )?what (?:happens|would happen|will happen|happened) (?:if|when)\b"
    r"|(?:and |so |but )?if (?:you|I|we|he|she|they|it|somebody|someone|the [a-z]+) (?:could|had|were|was|gave|won|found|did|"
    r"knew|lost|got|saw|would|asked|met|died|came|went|left|told)\b.{0,80}"
    r"\b(?:(?:would|could) (?:you|it|he|she|they|I|we)|(?:I|we) would)\b",
    re.IGNORECASE,
)
_FURTHER = re.compile(r",?\s+(?:and|but)\s+(?=(?:if|when|whenever|once|as soon as|in case)\s)", re.IGNORECASE)
# "Stand between us, I do not trust her": an order, and why.
_COMMENT = re.compile(
    expanded(
        r"^(?P<do>(?:<deed>|(?:can|could|will|would) you (?:please )?<deed>|(?:would|do) you mind (?:[a-z]+ ){0,2}?[a-z]+ing\b|"
        r"(?:can|could|may) (?:I|we) (?:please )?(?:have|get|take|borrow)\b)"
        r"[^,]*?(?:, (?:that|the|this) (?:[a-z]+ )?one [^,]*?)?),\s+"
        r"(?P<why>(?:(?:I|he|she|it|they|we|that|this|there|these|those|(?:my|our) (?:old |poor |bad |own )*[a-z]+) "
        r"(?:do|does|did|am|is|are|was|were|have|has|had|can|could|will|would|need|needs|feel|feels|hate|love|hurts?|aches?|kills?|"
        r"gave|went)|my [a-z]+ [a-z]{2,}ing|my [a-z]+,? you (?:know|see))\b.*)$"
    ),
    re.IGNORECASE,
)
# "What helps against a burn, I grabbed the pan": a question, and why it is asked. "You look tired, are you sleeping enough?":
# something told, and a question. "Kettle's on, see you": a goodbye behind a comma.
# "Sorry to bother you, my sister is ill": what comes behind it is what is told.
_ASKED_WHY, _TOLD_FIRST, _BYE, _SORRY, _SPLICED = patterns("asides.yaml", "asked_why told_first bye sorry spliced")
# What follows with "and" goes on with it: who speaks, or somebody else, will do both.
_OF_ONESELF = re.compile(
    r"(?:well |but |so |then |sometimes )*(?:I|we|he|she|they|people|somebody|someone|(?:my|the|his|her|our) [a-z]+) "
    r"(?:just |only |always |never |really |also )*(?:would(?! like\b| love\b| rather\b| have\b)|"
    r"will(?! take\b| have\b| buy\b| need\b)|shall|can|could|must|might|should|"
    r"(?:have|has|had|used|need|needs|wants?|wanted|like|likes|love|going|planning|plan|about|told|asked|supposed|is|are|am|was|"
    r"were) (?:(?:me|us|him|her|them|going|about|told|asked|supposed) )*to)\b",
    re.IGNORECASE,
)
# Orders that follow each other without a sign: "take the key use it", "do not sing do not dance".
_RUN_ON = re.compile(
    expanded(
        r"^(?!(?:please |just |now )*(?:let|help|make|watch|see|tell|ask|have|say|go|come|try|teach|show|leave|forget|"
        r"(?:do not|never) (?:let|tell|make))\b)"
        r"(?P<first>(?:<deed>)(?: .*?)?(?: (?:here|there|it|this|that|away|down|back|off|out|now|up|him|her|"
        r"(?:the|that|my|your) [a-z]+(?: (?!to\b|and\b|or\b|with\b|for\b|in\b|on\b|of\b|from\b|by\b|at\b)[a-z]+)?))) "
        r"(?P<second>(?:do not |never |just |please )?(?:<verbs>)(?: (?:the|that|this|it|him|her|them|me|us|my|your|here|"
        r"there|up|out|away|back|off|still)\b.*)?)$|"
        r"^(?P<first_>(?:do not |never )(?:<verbs>)\b(?: .*?)?) (?P<second_>(?:do not |never |just )(?:<verbs>)\b.*)$|"
        r"^(?P<first__>stop|come here|get up|quick) (?P<second__>(?:(?:do not |never )?(?:<verbs>)|I|he|she|we|they)\b.*)$"
    ),
    re.IGNORECASE,
)
_HANGING = re.compile(r"(?<=\d),?\s(?:and|but|so)$", re.IGNORECASE)  # "make it 25 and I am your friend"
_PLEASE = re.compile(r"(?:pretty )?please[ ?.!]*", re.IGNORECASE)
_JOINT_ALONE = re.compile(r"(?:and|but|so|then|either)[ ,]*", re.IGNORECASE)
_WITHIN = frozenset({"before", "until", "when", "because"})
_NAMES: dict[str, Joint] = {
    "if": "if", "in case": "if", "when": "when", "whenever": "when", "every time": "when",
    "each time": "when", "once": "when", "as soon as": "when", "the moment": "when",
    "the minute": "when", "the second": "when", "the instant": "when",
    "after": "when", "unless": "unless", "until": "until", "till": "until", "before": "before",
}  # fmt: skip
_OPENING = re.compile(rf"^(?:(?:{GRAMMAR['openings']}|{GRAMMAR['heads']})\b[\s,!.:]*)+(?=\w)", re.IGNORECASE)
_CLOSING = re.compile(rf"(?:[\s,]+(?<!\bnot\s)(?:{GRAMMAR['closings']})){{0,3}}[\s.!]*$", re.IGNORECASE)
_TAG = re.compile(
    rf"(?<=\w),\s*(?:{GRAMMAR['tags']})\s*[?!.]*$|"
    r"(?<=\w\w)(?<!\bis)(?<!\bare)(?<!\bbe)(?<!\bam)(?<!\bit)(?<!\byou)(?<!\bthat)(?<!\bhe)(?<!\bshe)(?<!\bthis)(?<!\bthey)"
    r"(?<!feel)(?<!look)(?<!feeling)(?<!doing)(?<!and)(?<!not)(?<!going)\s+"
    r"(?:okay|yeah|yes|understood|got it|all ?right|you hear(?: me)?)\?+$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A clause as it was said.

    Attributes:
        joint: how it hangs on the one before it ("" for a sentence of its own).
        spans: of how many clauses before it a condition is: "if you see a wolf, run and tell me" is of two.
        always: a condition that may hold again and again: "whenever".
    """

    text: str
    joint: Joint = ""
    spans: int = 1
    always: bool = False


@lru_cache(maxsize=512)  # words are read before they are perceived, and again by the character
def cut(text: str) -> tuple[Piece, ...]:
    """The clauses of an utterance that is `plain`, at most `MOST`; an empty utterance has none.

    What a condition is of comes first: "if you see a wolf, run" is `run`, joined by `if` to `you see a wolf`.
    """
    pieces: list[Piece] = []
    for sentence in _SENTENCE.split(text):
        pieces += _cut_sentence(sentence.strip())
    pieces = [piece for piece in pieces if re.search(r"\w", piece.text)]
    pieces = [piece for piece in pieces if not _PLEASE.fullmatch(piece.text)] or pieces[:1]  # "..., please?"
    if len(pieces) > 1 and pieces[1].joint in {"", "then"} and _JOINT_ALONE.fullmatch(pieces[0].text):
        del pieces[0]  # "and after that, ..."
    if len(pieces) > MOST:
        pieces[MOST - 1 :] = [Piece(" ".join(p.text for p in pieces[MOST - 1 :]), pieces[MOST - 1].joint)]
    return tuple(pieces)


def _cut_sentence(sentence: str) -> list[Piece]:
    sentence = _TAG.sub("", sentence)
    for further in _FURTHER.finditer(sentence):  # "stay close, and if I get hurt give me the potion"
        if further.start() > 0 and _AHEAD.match(sentence[further.end() :]) is not None:
            return [*_cut_sentence(sentence[: further.start()]), *_cut_sentence(sentence[further.end() :])]
    question = sentence.endswith("?")
    if _SUPPOSES.match(bare(sentence)) is None and (
        ahead := _AHEAD_OF_COMMA.match(bare(sentence)) or _AHEAD.match(bare(sentence))
    ):
        joint = _NAMES[ahead["joint"].lower()]
        done = [piece for piece in _cut_plain(ahead["do"], question) if re.search(r"\w", piece.text)]
        return [*done, Piece(ahead["when"].strip(), joint, len(done), _is_always(ahead["joint"]))]
    if (comment := _COMMENT.match(bare(sentence))) is not None:
        why = _cut_plain(comment["why"], question)
        return [*_cut_plain(comment["do"], False), *(replace(piece, joint=piece.joint or "because") for piece in why)]
    if (bye := _BYE.match(sentence)) is not None:
        return [*_cut_sentence(bye["told"]), Piece(bye["bye"])]
    if (sorry := _SORRY.match(sentence)) is not None:
        return [Piece(sorry["sorry"]), *_cut_sentence(sorry["told"])]
    if (asked := _ASKED_WHY.match(bare(sentence))) is not None:
        told = _cut_plain(asked["why"].rstrip("?"), False)
        return [*_cut_plain(asked["ask"] + "?", True), *(replace(piece, joint=piece.joint or "because") for piece in told)]
    if (asked := _TOLD_FIRST.match(bare(sentence))) is not None:
        return [*_cut_plain(asked["told"], False), *_cut_plain(asked["ask"].rstrip("?") + "?", True)]
    if (
        not question and (two := _SPLICED.match(bare(sentence))) is not None
    ):  # "my brother is driving me mad, he put a frog in my bed"
        return [*_cut_plain(two["one"], False), *_cut_sentence(two["two"])]
    if not question and (run_on := _RUN_ON.match(bare(sentence))) is not None:
        first, second = filter(None, run_on.groups())
        begun, *others = _cut_sentence(second)
        return [*_cut_plain(first, False), replace(begun, joint=begun.joint or "then"), *others]
    return _cut_plain(sentence, question)


def _cut_plain(sentence: str, question: bool) -> list[Piece]:
    pieces: list[Piece] = []
    rest, joint, always = sentence, "", False
    if _SUPPOSES.match(bare(sentence)) is not None:  # "what would you do if a wolf came?" waits for nothing
        return [Piece(sentence.strip(" ,"))]
    asks = _ASKS.match(bare(sentence)) is not None
    chooses = _CHOOSES.match(bare(sentence)) is not None
    while rest and len(pieces) < MOST:
        joints = (pair for pair in _JOINTS if not (asks and pair[0] in _WITHIN) and not (chooses and pair[0] == "or"))
        found = min(
            ((match, name) for name, pattern in joints if (match := _next(pattern, name, rest)) is not None),
            key=lambda pair: (pair[0].start(), -pair[0].end()),
            default=None,
        )
        if found is None:
            break
        match, name = found
        before = _HANGING.sub("", rest[: match.start()].strip(" ,"))
        pieces.append(Piece(before, joint, always=always))  # type: ignore[arg-type]
        rest, joint, always = rest[match.end() :], name, _is_always(match[0])
    pieces.append(Piece(rest.strip(" ,"), joint, always=always))  # type: ignore[arg-type]
    if question and pieces and not pieces[-1].text.endswith("?"):
        pieces[-1] = replace(pieces[-1], text=pieces[-1].text + "?")
    return pieces


def _next(pattern: re.Pattern[str], joint: str, rest: str) -> re.Match[str] | None:
    """Where the next clause begins: "I will go to the well and wash my hands" is one, of what the speaker does."""
    found = pattern.search(rest, 1)
    while found is not None and joint == "then" and _and_so_on(rest, found):
        found = pattern.search(rest, found.end())
    return found


def _and_so_on(rest: str, found: re.Match[str]) -> bool:
    alone = found[0].strip() == "and" and _OF_ONESELF.match(rest, 0, found.start()) is not None
    return alone and re.match(r"(?:please|just|now)\b|[^,]*\b(?:me|us|you|your)\b", rest[found.end() :]) is None


def _is_always(joint: str) -> bool:
    return re.search(r"whenever|every time|each time", joint, re.IGNORECASE) is not None


def bare(text: str) -> str:
    """A clause without what opens it and says nothing ("okay so, ..."); as it was, where nothing else is left."""
    return _OPENING.sub("", text) or text


def trimmed(text: str) -> str:
    """A bare clause without what closes it ("..., please.")."""
    inside = bare(text)
    return _CLOSING.sub("", inside) or inside
