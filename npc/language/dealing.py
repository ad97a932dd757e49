"""Deals in other words (`dealing.yaml`), put as the grammar of trade reads them: "fine, your price then. here" is "deal",
"ok here, take my bread for it" is "I will trade my bread for it"."""

from __future__ import annotations

import re
from functools import lru_cache

from npc.language.formulas import group, patterns
from npc.language.grammar import GRAMMAR
from npc.language.kinds import is_alive
from npc.language.phrases import singular, thing_in

_ACCEPTS, _CHEAPER, _IF_CHEAPER, _SO_MANY, _SO_MANY_THEN, _ONLY = patterns(
    "dealing.yaml", "accepts cheaper if_cheaper so_many so_many_then only_so_many"
)
_HERE_FOR, _GLADLY, _TAG, _BIDS, _BID, _BID_FIRST, _HEARD = patterns(
    "dealing.yaml", "here_for gladly tag bids bid bid_first heard"
)
_HOW_MUCH, _FINAL, _BOTH_OF = patterns("dealing.yaml", "how_much final both_of")


@lru_cache(maxsize=512)
def dealt(said: str, on_table: bool) -> str:
    """`plain` words about a deal, put plainly; as they were where they are about none.

    Args:
        on_table: a price was named that waits for an answer.
    """
    if (tag := _TAG.search(said)) is not None and _BIDS.search(said[: tag.start()]) is not None:
        said = said[: tag.start()].rstrip(" ,.!?")
    said = _FINAL.sub(r"\g<n>", _BOTH_OF.sub(_two, said) if _BIDS.search(said) is not None else said)
    if (asked := _HOW_MUCH.match(said)) is not None:
        return f"how much is the {group(asked, 'x')}?"
    said = _GLADLY.sub(r"I will \g<do> ", said)
    if (swap := _HERE_FOR.match(said)) is not None and not is_alive(singular(thing_in(group(swap, "item")))):
        return f"I will trade {group(swap, 'mine')} for {group(swap, 'item')}"
    if not on_table:
        return said
    if _ACCEPTS.match(said) is not None:
        return "deal"
    if _CHEAPER.match(said) is not None or _IF_CHEAPER.match(said) is not None:
        return "that is too much"
    if (heard := _HEARD.match(said)) is not None:
        return f"someone else sells it for {group(heard, 'n')}"
    if (then := _SO_MANY_THEN.match(said)) is not None:
        return f"make it {_digits(group(then, 'n'))} {group(then, 'item')}"
    if (bid := _BID_FIRST.match(said) or _BID.match(said)) is not None:
        return f"I will give you {group(bid, 'n')} coins"
    found = _SO_MANY.match(said) or _ONLY.match(said)
    return f"make it {group(found, 'n')}" if found is not None else said


def _two(found: re.Match[str]) -> str:
    """ "2 red ones" of "both reds"."""
    return f"2 {found['hue']} ones" if found["hue"] else "2 "


def _digits(words: str) -> str:
    """ "1" of "one"."""
    return str(GRAMMAR["numbers"].get(words.lower(), words))
