"""What it was bidden to do in a case, to keep and to tell somebody, as it is told back when that is asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from npc.conversation.recall import ago
from npc.conversation.reply import Reply
from npc.conversation.told_back import told_back
from npc.language.after import stems
from npc.memory.ledger import Heard, Ledger

_SEEING = stems("see saw come comes meet show shows turn appear happen")
_TO_KEEP = re.compile(r"(?:keep|hold|mind|guard|store|look after)\b.*\b(?:for me|safe|my)\b", re.IGNORECASE)


def words_of(kept: Sequence[Heard], now: float, by_rule: bool = True) -> Reply:
    """Sayings told back together. `by_rule`: orders, bids and questions as they were said."""
    words = ", and ".join(dict.fromkeys(told_back(said.text, by_rule=by_rule) for said in kept))
    return Reply("i_said", f"remembers what was told: {kept[-1].sense}", {"words": words, "when": ago(now - kept[-1].time)})


def for_a_case(ledger: Ledger, case: str, now: float) -> Reply | None:
    """What was bidden for a case, whole; the last one where the case names nobody: "if you saw him"."""
    kept, sought = ledger.sayings.get("waits", ()), stems(case)
    fits = [said for said in kept if sought & stems(said.text)] or ([] if sought - _SEEING else [*kept])
    return words_of(fits[-1:], now) if fits else None


def to_keep(ledger: Ledger, now: float) -> Reply | None:
    """What it was bidden to keep; what it holds the account tells."""
    kept = [said for said in ledger.sayings.get("order", ()) if _TO_KEEP.match(said.text)]
    return words_of(kept[-1:], now) if kept else None


def to_tell(ledger: Ledger, whom: str, now: float) -> Reply | None:
    """What it is to tell somebody, whole; None where it was told nothing of the kind, or it is asked of somebody else."""
    kept, sought = ledger.sayings.get("message", ()), stems(whom)
    fits = [said for said in kept if not sought or sought & stems(said.text)]
    return words_of(fits[-1:], now) if fits else None
