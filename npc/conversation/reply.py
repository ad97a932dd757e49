"""What a conversation answers with: a topic, for which the card has lines, and what these lines may name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from npc.types import Effect, Target


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that needs no utility: the ledger, the frame or the memory gives it.

    Attributes:
        topic: whose lines say it, an entry of the card's `lines` or of `behaviour.yaml`.
        values: variables of these lines beside the usual ones, e.g. `{thing}`, `{count}`, `{place}`.
        why: for the reason of the decision, after the character's name: "counted 2 wolves".
        action: what the character does meanwhile.
        target: what it points at.
        effects: what the game has to carry out.
        fact: the fact of the card that it tells, the last of several.
        names: the things that it names, the first one first: what "it" means next.
        talk: the topic of small talk that it is about, where that is not `topic` itself.
        lead: said before the line: what it takes up ("The duke?").
    """

    topic: str
    why: str
    values: Mapping[str, str] = field(default_factory=dict)
    action: str = "talk"
    target: Target | None = None
    effects: tuple[Effect, ...] = ()
    fact: str = ""
    lead: str = ""
    names: tuple[str, ...] = ()
    talk: str = ""
