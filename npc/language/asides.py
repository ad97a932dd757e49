"""Words put in that say nothing of their own: "my knees are not what they were, you know", "I swear that thing scared me".

What is left is what is told: it comes nearer to what people talk about, and can be said back.
"""

from __future__ import annotations

import re
from functools import lru_cache

from npc.language.formulas import data_of, patterns

_YOU_KNOW, _PROMISE, _VOWS, _SWEARS, _SO_ON, _HAILS = patterns("asides.yaml", "you_know promise vows swears so_on hails")
# Where a verb, a question word or a noun has "you know", it is not put in: "do you know", "all you know", "people you know".
_KNOWS = frozenset(data_of("asides.yaml")["before_you_know"].split())
# "They laugh and I forget it all, you know?": that asks nothing.
_YOU_SEE = re.compile(
    r"^(?P<told>(?!(?:(?:and|but|so|well|oh)[, ]+)*"
    r"(?:do|does|did|is|are|was|were|can|could|will|would|have|has|what|who|where|when|why|how|which|if)\b)"
    r"[a-z]+ [^?]*[a-z]),? (?:you|ya) (?:know|see)(?: what I mean)?\?\s*$",
    re.IGNORECASE,
)
_SENTENCES = re.compile(r"((?<=[.!?;])\s+)")


@lru_cache(maxsize=512)
def without_asides(said: str) -> str:
    """`plain` words without what is only put in; as they were, where nothing else is said."""
    kept = "".join(_bare(sentence) for sentence in _SENTENCES.split(said))
    return kept if re.search(r"\w", kept) else said


def _bare(sentence: str) -> str:
    sentence = _SO_ON.sub("", _HAILS.sub(r"\g<hail>", sentence))
    if sentence.rstrip().endswith("?"):
        return _YOU_SEE.sub(r"\g<told>.", sentence)
    sentence = _YOU_KNOW.sub(_put_in, _SWEARS.sub("", sentence))
    return sentence if _VOWS.search(sentence) else _PROMISE.sub(r"\g<before>", sentence)


_REASON = re.compile(
    r",\s+(?:my|his|her|our|the) [a-z]+$", re.IGNORECASE
)  # "fetch the key, my knees you know": it makes it one


def _put_in(found: re.Match[str]) -> str:
    kept = found["before"].lower() in _KNOWS or _REASON.search(found.string, 0, found.end("before")) is not None
    return found[0] if kept else found["before"]
