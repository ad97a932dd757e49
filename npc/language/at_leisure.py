"""Conditions that make nothing wait: "if you must", "when you have a moment", "if it is all the same to you"."""

from __future__ import annotations

import re

from npc.language.clauses import Piece

_NO_CONDITION = re.compile(
    r"(?:it|that|this) (?:is|be|would be|would) (?:no|not|not be|not be any) ?(?:too |so )?(?:much|any|a)?(?: of an?)? ?"
    r"(?:trouble|bother|ask|asking(?: too much)?|to ask|problem|hassle|heavy|hard|far|hot|late|imposition)(?: .{0,15})?|"
    r"(?:it|that) (?:is all (?:the same|one)|(?:would )?pleases?|(?:would )?suits?|makes no (?:odds|difference))"
    r"(?: (?:to|with|for)? ?you)?|"
    r"I (?:may|might|could|can)(?: (?:ask|be so bold|trouble you|say so|make so bold|bother you)(?: .{0,12})?)|"
    r"you would (?:be so kind|be so good|please|be a dear)(?: .{0,15})?|"
    r"(?:you|it|that|this) (?:must|can|could|may|like|want|please|need(?: to)?|have to|dare|insist|wish|"
    r"are (?:able(?: to)?|ready|scared|afraid|done|finished|free|bored|tired|up (?:for|to) it|in the mood)|"
    r"is (?:okay|fine|possible|all right|alright|allowed|permitted)"
    r"|do not mind|would|know|have (?:one|it|any|time))(?: .{0,15})?|(?:I|we) may|possible|needed|necessary",
    re.IGNORECASE,
)
_AT_LEISURE = re.compile(
    r"(?:you|it) (?:are ready|can|could|is (?:possible|convenient)|suits you|"
    r"(?:have(?: got)?|get|find) (?:a |some |the )?(?:time|minute|moment|second|chance)(?: (?:free|to spare))?)",
    re.IGNORECASE,
)


def says_nothing(piece: Piece) -> bool:
    """Whether a condition makes nothing wait: "if you must", "when you are ready"."""
    words = piece.text.strip(" .!?")
    return (piece.joint == "if" and _NO_CONDITION.fullmatch(words) is not None) or (
        piece.joint == "when" and _AT_LEISURE.fullmatch(words) is not None
    )
