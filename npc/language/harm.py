"""Who does what to whom: whether words that sound like harm mean any to the one spoken to.

The model hears the verb ("kill", "leave alone") and the tone; who does it to whom is a matter of a few function words,
which are read more surely by rule. It is a second opinion: it clears words of an enmity that was heard in them, or finds one.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import Any

from npc.language.patterns import TablePattern
from npc.tables import table_beside

_HARM: dict[str, Any] = table_beside(__file__, "harm.yaml")
_PART = re.compile(r"(?<![?]P)<([a-z]+)>")


def _compiled(patterns: list[str]) -> TablePattern:
    pattern = "|".join(patterns)
    while (found := _PART.search(pattern)) is not None:
        pattern = pattern[: found.start()] + _HARM["parts"][found[1]].strip() + pattern[found.end() :]
    return TablePattern(pattern)


class Harm(Enum):
    """What the words mean to the one who hears them."""

    MEANT = "meant"  # harm, to you
    NONE = "none"  # none, however they sound
    OPEN = "open"  # the words do not tell


_HOSTILE, _HARMLESS = _compiled(_HARM["hostile"]), _compiled(_HARM["harmless"])
_INSULTING = _compiled(_HARM["insulting"])
_VERB = _compiled([r"\b<harm>(?:s|ed|ing)?\b"])
_INSULT = _compiled([r"\b<insult>s?\b"])
ABUSE = _compiled(_HARM["abuse"])  # words without which nobody is insulted
THREAT = _compiled(_HARM["threat"])  # words without which nobody is threatened
_ULTIMATUM = _compiled(_HARM["ultimatum"])
# "Are you lazy?" wonders.
_WONDERS = re.compile(
    r"(?:and |so |but )?are you (?:just |a bit |a little |always |usually |really |very |also )*"
    r"(?:lazy|fat|ugly|dirty|a (?:coward|liar|thief|cheat))[\s?]*",
    re.IGNORECASE,
)
# "Did you do dumb stuff?": that is not said of anybody.
_OF_NOBODY = _compiled(
    [
        r"(?<!\byour )(?<!\byou )\b<insult> names?\b",
        r"\b<insult> (?:stuff|things?|ideas?|questions?|mistakes?|luck|jokes?|rules?|hats?|work|jobs?|songs?)\b",
        r"\b<insult> (?:of )?me\b",
    ]
)
_QUOTED = re.compile(r"\"[^\"]{1,80}\"")
_SHORT = 2  # words: a name alone is called at somebody
_YOU = _compiled([r"\b<you>\b"])
# What the speaker says of himself: he is the one who does it, and without a verb of harm it harms nobody.
_OF_MYSELF = re.compile(
    r"^(?:well,? |oh,? |ah,? |okay,? )?(?:I|we|let me|let us|(?:just |now )?(?:going|about|off|have|got|want) to)\b",
    re.IGNORECASE,
)


def means_harm(clause: str) -> bool:
    """Whether a `plain` clause says outright that harm will be done to the one spoken to."""
    return _HOSTILE.search(clause) is not None


def before_ultimatum(clause: str) -> str | None:
    """What stands before an ultimatum that harms nobody ("5" of "5 or I go"); None where a `plain` clause has none."""
    found = _ULTIMATUM.search(clause)
    return None if found is None or means_harm(clause) else clause[: found.start()].strip(" ,")


def insults(clause: str) -> bool:
    """Whether there is a word of abuse in a `plain` clause."""
    clause = _OF_NOBODY.sub("", clause)
    found = _INSULT.search(clause)
    if found is not None and _WONDERS.fullmatch(clause):
        return False
    return found is not None and (_YOU.search(clause) is not None or len(clause.split()) <= _SHORT)


@lru_cache(maxsize=512)
def harm_in(clause: str) -> Harm:
    """Whether a `plain` clause means harm to the one spoken to, by who does what to whom."""
    clause = _QUOTED.sub(" ", clause)  # "I said 'you too', I want to die"
    if means_harm(clause):
        return Harm.MEANT
    if _INSULTING.search(clause):
        return Harm.OPEN
    if _HARMLESS.search(clause):
        return Harm.NONE
    if _OF_MYSELF.match(clause):
        aimed = _YOU.search(clause) is not None
        if not aimed or not (
            _VERB.search(clause) or _INSULT.search(clause) or re.search(r"\b(?:hate|despise|loathe)\b", clause)
        ):
            return Harm.NONE
    return Harm.OPEN
