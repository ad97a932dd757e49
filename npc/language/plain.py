"""Players' spelling made plain: typographic quotes, missing apostrophes, slang, stretched letters. The case of names stays."""

from __future__ import annotations

import re

from npc.language.grammar import GRAMMAR
from npc.text import folded

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "…": "...", "–": " - ", "—": " - "})
_SPOKEN: dict[str, str] = GRAMMAR["spoken"]
_WORD = re.compile(r"(?<![\w'])'?[A-Za-z]+(?:'[A-Za-z]+)?(?![\w'])")
_STRETCHED = re.compile(r"([A-Za-z])\1{2,}")
_NOISE = re.compile(r"(?:[:;=]-?[()DPp/|]|<3|\*[^*\n]{1,80}\*|\bx[Dd]\b|\b(?:lol|lmao|rofl|haha(?:ha)*)\b)")
_SPACE = re.compile(r"\s+")


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


_SPOKEN = {**_misspellings(), **_SPOKEN}


def plain(text: str) -> str:
    """`text` as the grammar of this room reads it; words that it does not know stay as they are written."""
    text = folded(text).translate(_QUOTES)
    text = _NOISE.sub(" ", text)
    text = _STRETCHED.sub(r"\1\1", text)
    text = _WORD.sub(lambda found: _SPOKEN.get(found[0].lower(), found[0]), text)
    return _SPACE.sub(" ", text).strip()
