"""What a line claims, compared with what is so: numbers and prices, things seen, words given, things handed over, names, deeds.

A language model makes things up. Each claim that can be told by its form is looked for in the line, and has to stand in the
grounds or in the authored line, of which everything is so. It is a net with small meshes: a harmless line that is caught costs
a rewording, a false one that is heard costs the player's trust. The words by which claims are made stand in `claims.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property

from engine.voice.deeds import DEEDS, done_by
from engine.voice.english import ENGLISH, pattern, patterns, words
from engine.voice.grounding import Grounds, Seen
from engine.voice.numbers import Number, numbers
from npc.language.kinds import USUAL, akin, is_anybody
from npc.language.phrases import COLOURS, kind_of, singular
from npc.language.plain import plain
from npc.language.sentences import mentions

LONGEST = 600  # characters that are looked at
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_AND = re.compile(r",\s*|\s+(?:and|or)\s+", re.IGNORECASE)
_SEEN = [
    *((pattern, False) for name in ("sight", "stands") for pattern in patterns(name)),
    *((p, True) for p in patterns("saw")),
]
_IF, _NOTHING, _PRICED, _THEIRS = (pattern(name) for name in ("if", "nothing", "priced", "their_price"))
_DETERMINERS, _PHRASE_ENDS, _UNNAMED = (pattern(name) for name in ("determiners", "phrase_ends", "unnamed"))
_DEAL, _WORD_GIVEN, _GIVES, _GAVE = (pattern(name) for name in ("deal", "word_given", "gives", "gave"))
_PROMISED, _YOU_PROMISED, _YOU_OFFERED = (pattern(name) for name in ("promised", "you_promised", "you_offered"))
_GIVEN = (pattern("you_gave"), pattern("thanks"))
_ASSENT, _REFUSAL, _NO = (pattern(name) for name in ("assent", "refusal", "negation"))
_ABSTRACT, _NO_NAMES = words("abstract"), words("no_names")
_NAME = r"[A-Z][\w'-]+"
_FRIEND = re.compile(
    r",\s*(?:my |dear |good )*(?:friend|traveller|stranger|sir|madam|lord|lady|dear|child|lad|lass)\b", re.IGNORECASE
)
_TITLES = f"(?:(?i:{ENGLISH['titles']}) )*"
_NAMED = re.compile(rf"\b(?i:{ENGLISH['named']})\s+(?P<name>{_NAME})")
_VOCATIVE = re.compile(
    rf"(?:(?:^|[.!?;] +)(?P<first>{_NAME})(?=,(?! (?:and|but|or|so|then)\b))|,\s*{_TITLES}(?P<last>{_NAME})(?=\s*[,.!?;]|\s*$)"
    rf"|(?:^|[.!?;,] *)(?:(?i:{ENGLISH['greeted']})),?\s+{_TITLES}(?P<hail>{_NAME})(?=[,.!?;]|\s*$))"
)


def contradiction(line: str, grounds: Grounds) -> str:
    """What in `line` contradicts the grounds, in words for whoever asks why; empty where nothing does."""
    claims = _Claims(plain(line[:LONGEST]), line[:LONGEST], grounds)
    return next((why for check in _CHECKS for why in check(claims)), "")


class _Claims:
    """A line, read; and the grounds in a form in which claims are looked up."""

    def __init__(self, text: str, written: str, grounds: Grounds) -> None:
        self.text, self.written, self.grounds = text, written, grounds
        self.authored = plain(grounds.line)
        self.sentences = _SENTENCE.split(text)

    @cached_property
    def own_words(self) -> str:
        return self.grounds.own_words

    @cached_property
    def known_numbers(self) -> frozenset[float]:
        """Every number that was spoken of, or counted."""
        g = self.grounds
        said = [self.own_words, plain(g.says), *g.told.values(), *(offer.for_ for offer in g.offers), *g.handed, *g.meant]
        said += [text for turn in g.turns for text in (turn.player, turn.character)] + [given.text for given in g.promises]
        said += [str(value) for effect in g.effects for value in effect.values()]
        found = {n.value for text in said for n in numbers(plain(text))}
        return frozenset(found | {float(n) for seen in g.sees or () for n in range(seen.count, seen.most + 1)})

    @cached_property
    def own_prices(self) -> frozenset[float]:
        """What the character asks or pays, as the line, its knowledge and the table have it."""
        g = self.grounds
        said = [self.own_words, *(offer.for_ for offer in g.offers if offer.by == "npc" or offer.state == "agreed")]
        said += [str(value) for effect in g.effects for value in effect.values()]
        return frozenset(n.value for text in said for n in numbers(plain(text)))

    def stands(self, claim: re.Pattern[str]) -> bool:
        """Whether the authored line says something of the kind as well."""
        return claim.search(self.authored) is not None


# -- numbers -------------------------------------------------------------------------------------------------------


def _numbers(claims: _Claims) -> Iterator[str]:
    for sentence in claims.sentences:
        priced = _PRICED.search(sentence) is not None
        for n in numbers(sentence):
            if n.is_money and priced and not _is_theirs(sentence, n) and n.value not in claims.own_prices:
                yield f"names a price that nobody set: {n.text}"
            elif n.value not in claims.known_numbers:
                yield f"names a number that nobody told: {n.text}"


def _is_theirs(sentence: str, n: Number) -> bool:
    """Of "your five coins" the price is the player's."""
    return _THEIRS.search(sentence[: n.start]) is not None


# -- what is seen --------------------------------------------------------------------------------------------------


def _sights(claims: _Claims) -> Iterator[str]:
    for sentence in claims.sentences:
        if sentence.rstrip().endswith("?"):
            continue
        for claimed, past in _SEEN:
            for found in claimed.finditer(sentence):
                if not _IF.search(sentence[: found.start()]):
                    yield from _seen(found["what"], claims, past)


def _seen(what: str, claims: _Claims, past: bool) -> Iterator[str]:
    none = _NOTHING.match(what)
    for part in _AND.split(none["what"] if none else what)[:6]:
        phrase = _noun_phrase(part)
        if not phrase and _UNNAMED.match(part.strip()):
            return  # "I see you, citizen": what follows is no further thing
        if not phrase:
            continue
        row = _row(phrase, claims.grounds)
        if none is not None:
            if row is not None and not (claims.stands(_NO) and mentions(claims.authored, kind_of(phrase), plural=True)):
                yield f"sees no {phrase}, though there is one in view"
        elif row is None:
            if not _is_spoken_of(phrase, claims, past):
                yield f"sees a {phrase} that is not in view"
        elif why := _misseen(part, phrase, row, claims):
            yield why


def _noun_phrase(part: str) -> str:
    """The thing of "two big red wolves behind you": "big red wolf"; empty where it names nothing that can be seen."""
    inside = _DETERMINERS.sub("", part.strip())
    end = _PHRASE_ENDS.search(inside)
    named = (inside[: end.start()] if end else inside).strip(" .,!?'\"").lower().split()
    if not named or len(named) > 5 or _UNNAMED.match(inside) or not re.fullmatch(r"[a-z' -]+", " ".join(named)):
        return ""
    phrase = singular(" ".join(named))
    return "" if kind_of(phrase) in _ABSTRACT or is_anybody(phrase) else phrase


def _row(phrase: str, grounds: Grounds) -> Seen | None:
    kind = kind_of(phrase)
    return next((row for row in grounds.sees or () if akin(kind, row.kind) or kind_of(row.kind) == kind), None)


def _is_spoken_of(phrase: str, claims: _Claims, past: bool) -> bool:
    kind = kind_of(phrase)
    if past and any(kind_of(saw) == kind for saw in claims.grounds.saw):
        return True
    return mentions(claims.own_words, kind, plural=True)


def _misseen(part: str, phrase: str, row: Seen, claims: _Claims) -> str:
    """Where a thing that is in view is seen in another number, or in another colour."""
    counted = [n.value for n in numbers(part)]
    if counted and not row.count <= counted[0] <= row.most and counted[0] not in {n.value for n in numbers(claims.authored)}:
        return f"counts {counted[0]:g} of what are {row.count}: {phrase}"
    colour = next((word for word in phrase.split() if word in COLOURS), "")
    of_it = row.colour or next((word for word in row.kind.split() if word in COLOURS), "")
    if colour and of_it and colour != of_it and not mentions(claims.authored, colour):
        return f"sees a {phrase} that is {of_it}"
    return ""


# -- what is given, promised, agreed -------------------------------------------------------------------------------


def _bonds(claims: _Claims) -> Iterator[str]:
    g, text = claims.grounds, claims.text
    agreed = any(offer.state == "agreed" for offer in g.offers) or any(e.get("kind") in {"sell", "buy"} for e in g.effects)
    if _DEAL.search(text) and g.offers and not agreed and not claims.stands(_DEAL):
        yield "agrees to a deal that was not made"
    if _WORD_GIVEN.search(text) and not claims.stands(_WORD_GIVEN) and not _promised(g, "npc"):
        yield "gives a word that was not given"
    if _GIVES.search(text) and not g.has_handed_over and not claims.stands(_GIVES):
        yield "hands over what was not handed over"
    if _GAVE.search(text) and not claims.stands(_GAVE) and not (agreed or g.has_handed_over):
        yield "claims to have given what was not given"
    if _PROMISED.search(text) and not claims.stands(_PROMISED) and not _promised(g, "npc") and not _bid(g, "npc"):
        yield "claims a promise or an offer that was not made"
    if _YOU_PROMISED.search(text) and not claims.stands(_YOU_PROMISED) and not _promised(g, "player"):
        yield "claims that the player promised what was not promised"
    if _YOU_OFFERED.search(text) and not claims.stands(_YOU_OFFERED) and not (_bid(g, "player") or agreed):
        yield "claims that the player offered what was not offered"
    for found in (found for claimed in _GIVEN for found in claimed.finditer(text)):
        what = _noun_phrase(found["what"])
        if what and not any(mentions(one, kind_of(what), plural=True) for one in (*g.handed, claims.own_words, plain(g.says))):
            yield f"claims to have been given what was not: {what}"


def _promised(grounds: Grounds, by: str) -> bool:
    return any(given.by == by for given in grounds.promises)


def _bid(grounds: Grounds, by: str) -> bool:
    return any(offer.by == by for offer in grounds.offers)


# -- names ---------------------------------------------------------------------------------------------------------


def _names(claims: _Claims) -> Iterator[str]:
    g = claims.grounds
    mine = {word.casefold() for text in (g.player, g.calls) for word in re.findall(r"[\w'-]+", text)}
    allowed = mine | {word.casefold() for word in _NO_NAMES} | {word.casefold() for word in re.findall(r"[\w'-]+", g.line)}
    for found in _VOCATIVE.finditer(claims.written):
        name = found["first"] or found["last"] or found["hail"]
        if name.casefold() not in allowed and not (found["first"] and _is_no_name(name, found.end(), claims)):
            yield f"calls the player {name}"
    for found in _NAMED.finditer(claims.text):
        if found["name"].casefold() not in mine:
            yield f"says that the player is called {found['name']}"
    for key, value in g.told.items():
        called = re.search(rf"\b(?i:your {re.escape(key)}),? (?:is )?(?:called |named )?([A-Z][\w'-]+)", claims.text)
        if called is not None and key != "name" and called[1].casefold() not in value.casefold():
            yield f"calls the player's {key} {called[1]}"


def _is_no_name(word: str, end: int, claims: _Claims) -> bool:
    """What begins a sentence has its capital anyway: "Gladly, ...", "Bandits, I say", "Bread, my friend?"."""
    one = singular(word.lower())
    if word.lower().endswith(("ly", "ing")) or one != word.lower() or one in USUAL or one in COLOURS:
        return True
    return (
        mentions(claims.own_words, one)
        or mentions(plain(claims.grounds.says), one)
        or bool(_FRIEND.match(claims.written[end:]))
    )


# -- deeds ---------------------------------------------------------------------------------------------------------


def _deeds(claims: _Claims) -> Iterator[str]:
    g = claims.grounds
    for verb, action, refused in done_by(claims.text):
        if refused:
            if action and action == g.action and not _REFUSAL.search(claims.authored):
                yield f"refuses what it does: {action}"
        elif action and action != g.action and any(deed.split(" ")[0] == action for deed in (*g.forbidden, *g.never)):
            yield f"announces what is forbidden: {action}"
        elif action != g.action and not mentions(claims.authored, verb) and not _announced(verb, action, claims):
            yield f"announces what was not decided: {verb}"


def _announced(verb: str, action: str, claims: _Claims) -> bool:
    """Whether the authored line announces the same in other words, or it was promised."""
    if any(verb == said or (action and action == done) for said, done, _ in done_by(claims.authored)):
        return True
    stems = DEEDS.get(action, (verb,))
    promised = " ".join(given.text for given in claims.grounds.promises if given.by == "npc")
    return any(mentions(text, stem) for stem in stems for text in (claims.authored, promised))


def _answers(claims: _Claims) -> Iterator[str]:
    action = claims.grounds.action
    if action == "refuse" and _ASSENT.match(claims.text) and not _ASSENT.match(claims.authored):
        yield "says yes to what is refused"
    if action in DEEDS and _REFUSAL.search(claims.text) and not _REFUSAL.search(claims.authored):
        yield f"refuses what it does: {action}"


_CHECKS: tuple[Callable[[_Claims], Iterator[str]], ...] = (_deeds, _answers, _bonds, _numbers, _sights, _names)
