"""Deeds that a line announces in the character's own person: "I'll fetch it", "let me heal you", "follow me"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.voice.english import ENGLISH, pattern, words

# Action -> verbs that say so.
DEEDS: Mapping[str, tuple[str, ...]] = {action: tuple(verbs.split()) for action, verbs in ENGLISH["deeds"].items()}
_ACTIONS = {verb: action for action, verbs in DEEDS.items() for verb in verbs}
_HARMLESS = words("harmless")
_FUTURE, _LET_ME, _DOING, _COME = (pattern(name) for name in ("future", "let_me", "doing", "come"))
_ABLE, _FOR_YOU, _ANOTHER = (pattern(name) for name in ("able", "for_you", "not_the_deed"))


def done_by(text: str) -> Iterator[tuple[str, str, bool]]:
    """Deeds that a `plain` text announces: the verb, its action (empty: none of the game's), whether it is refused."""
    for announced in (_FUTURE, _LET_ME):
        for found in announced.finditer(text):
            verb = found["verb"].lower()
            refused = found["not"] is not None
            action = _action(verb, found["after"])
            if verb in _HARMLESS or (not refused and _is_able(found[0], found["after"])):
                continue
            yield verb, action, refused
    for found in _DOING.finditer(text):
        verb = _stem(found["verb"].lower())
        if action := _action(verb, ""):
            yield verb, action, found["not"] is not None
    if _COME.search(text):
        yield "follow me", "go_to", False


def _action(verb: str, after: str) -> str:
    """The action that a verb is of, unless what follows makes it another: "take care", "stand corrected"."""
    return "" if _ANOTHER.match(after) else _ACTIONS.get(verb, "")


def _is_able(announced: str, after: str) -> bool:
    """ "I can wait", "I would fight": able to, or willing; an offer only where it is done for somebody: "I can heal you"."""
    return _ABLE.match(announced) is not None and not _FOR_YOU.search(after)


def _stem(verb: str) -> str:
    """ "give" of "giv", "run" of "runn"."""
    if verb in _ACTIONS:
        return verb
    if f"{verb}e" in _ACTIONS:
        return f"{verb}e"
    return verb[:-1] if len(verb) > 3 and verb[-1] == verb[-2] else verb
