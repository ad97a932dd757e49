"""What came of conversations, judged turn by turn, and counted by category."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from npc.behaviour import load_behaviour
from npc.evaluation.conversation import Conversation, Turn, boxes
from npc.types import Decision, Target

_NEAR = 0.02  # of the frame: a point so near a box still means the thing
_TURNS = 10  # within so many the same line word for word is a repetition
_COST = 0.01  # of trust or affection: words that cost more were heard as hostile
# In the order of the table; what a conversation calls otherwise comes after these.
KINDS = (
    "follow-up",
    "memory",
    "view",
    "language",
    "slang",
    "compound",
    "condition",
    "negation",
    "offer",
    "trade",
    "fact",
    "order",
    "social",
    "farewell",
)
_COUNTS = (
    "recall after restart",
    "forbidden deeds",
    "deeds without a thing",
    "false hostility",
    "repetitions",
    "contradictions",
)


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one turn: the decision on what was said (of a turn without words: all that were made), and how far trust
    and affection fell at it. `scene` was in view."""

    turn: Turn
    scene: str
    decisions: Sequence[Decision]
    fell: float = 0.0


@dataclass(slots=True)
class Verdict:
    """One turn, judged: of each question whether it was answered well, None where it was not asked.

    Attributes:
        target: the decision points at the thing that was meant.
        said: the line says what it has to say; `kept`: and nothing that it must not say.
        kept_from: nothing was done that must not be done.
        repeated: the line was said word for word within the last ten turns.
        peaceful: words that were not hostile cost no trust.
        restarted: a restart lies between this turn and the beginning.
    """

    conversation: str
    turn: Turn
    decisions: Sequence[Decision]
    action: bool | None = None
    target: bool | None = None
    said: bool | None = None
    kept: bool | None = None
    consistent: bool | None = None
    kept_from: bool | None = None
    repeated: bool = False
    peaceful: bool = True
    restarted: bool = False

    @property
    def right(self) -> bool:
        """Nothing that was asked of the turn went wrong; repetition is counted apart."""
        asked = (self.action, self.target, self.said, self.kept, self.consistent, self.kept_from, self.peaceful)
        return all(answer is not False for answer in asked)

    @property
    def judged(self) -> bool:
        """Whether anything was asked of it."""
        return bool(self.turn.kind)


def judge(conversation: Conversation, played: Iterable[Played]) -> list[Verdict]:
    """Judge a conversation that was played."""
    forbidden: set[str] = set()
    lines: list[str] = []
    verdicts, restarted = [], False
    for one in played:
        turn = one.turn
        restarted = restarted or turn.restart
        forbidden -= set(turn.allows)
        verdict = _judged(conversation.id, one, forbidden | set(turn.never) | set(turn.forbids))
        forbidden |= set(turn.forbids)
        verdict.restarted = restarted
        if turn.say:
            line = one.decisions[0].line if one.decisions else ""
            verdict.repeated = bool(line) and line in lines[-_TURNS:] and not turn.again
            lines.append(line)
        verdicts.append(verdict)
    return verdicts


def _judged(name: str, one: Played, wrong: set[str]) -> Verdict:
    turn, decisions = one.turn, one.decisions
    done = {decision.action for decision in decisions}
    verdict = Verdict(name, turn, decisions, peaceful=turn.hostile or one.fell <= _COST)
    if turn.action:
        verdict.action = bool(done & turn.actions)
    if wrong:
        verdict.kept_from = not done & wrong
    if turn.target and turn.target != "any":
        verdict.target = _points_at(turn.target, one)
    line = " ".join(decision.line for decision in decisions)
    if turn.says or turn.because:
        reasons = " ".join(decision.reason for decision in decisions)
        verdict.said = any(_matches(p, line) for p in turn.says) or any(_matches(p, reasons) for p in turn.because)
    if turn.not_:
        verdict.kept = not any(_matches(pattern, line) for pattern in turn.not_)
    if turn.contradicts:
        verdict.consistent = not any(_matches(pattern, line) for pattern in turn.contradicts)
    return verdict


def _matches(pattern: str | tuple[str, ...], line: str) -> bool:
    parts = (pattern,) if isinstance(pattern, str) else pattern
    return all(re.search(part, line, re.IGNORECASE) for part in parts)


def _points_at(name: str, one: Played) -> bool | None:
    """None where nothing points: words alone need no place."""
    actions = load_behaviour().actions
    if name == "none":
        return all(decision.target is None for decision in one.decisions)
    pointing = [d for d in one.decisions if d.target is not None or (d.action in actions and actions[d.action].target)]
    if not pointing:
        return None
    return any(d.target is not None and _lies_on(name, d.target, one.scene) for d in pointing)


def _lies_on(name: str, target: Target, scene: str) -> bool:
    return any(
        (is_called == name or is_called.endswith(f" {name}"))
        and left - _NEAR <= target.x <= right + _NEAR
        and top - _NEAR <= target.y <= bottom + _NEAR
        for is_called, (left, top, right, bottom) in boxes()[scene]
    )


@dataclass(slots=True)
class Share:
    """So many of so many."""

    good: int = 0
    of: int = 0

    def count(self, answer: bool | None) -> None:
        if answer is not None:
            self.good += answer
            self.of += 1

    def __str__(self) -> str:
        return f"{self.good}/{self.of}" if self.of else "-"


@dataclass(slots=True)
class Row:
    """Shares of the turns of one category."""

    right: Share = field(default_factory=Share)
    action: Share = field(default_factory=Share)
    target: Share = field(default_factory=Share)
    said: Share = field(default_factory=Share)


def rows(verdicts: Sequence[Verdict]) -> dict[str, Row]:
    """By category, in the order of the table; `all` comes last."""
    judged = [verdict for verdict in verdicts if verdict.judged]
    kinds = [*KINDS, *dict.fromkeys(verdict.turn.kind for verdict in judged if verdict.turn.kind not in KINDS)]
    table = {kind: _row([v for v in judged if v.turn.kind == kind]) for kind in kinds}
    return {kind: row for kind, row in table.items() if row.right.of} | {"all": _row(judged)}


def _row(verdicts: Sequence[Verdict]) -> Row:
    row = Row()
    for verdict in verdicts:
        row.right.count(verdict.right)
        row.action.count(verdict.action)
        row.target.count(verdict.target)
        row.said.count(verdict.said)
    return row


def counts(verdicts: Sequence[Verdict]) -> dict[str, Share]:
    """What runs through all categories; `good` counts what went wrong, but for recall."""
    names = (
        "recall after restart",
        "forbidden deeds",
        "deeds without a thing",
        "false hostility",
        "repetitions",
        "contradictions",
    )
    found = {name: Share() for name in names}
    for verdict in verdicts:
        spoken = bool(verdict.turn.say)
        if verdict.restarted and verdict.turn.kind == "memory":
            found["recall after restart"].count(verdict.said)
        if verdict.kept_from is not None:
            found["deeds without a thing" if verdict.turn.empty else "forbidden deeds"].count(not verdict.kept_from)
        if spoken and not verdict.turn.hostile:
            found["false hostility"].count(not verdict.peaceful)
        if spoken and not verdict.turn.again:
            found["repetitions"].count(verdict.repeated)
        if verdict.consistent is not None:
            found["contradictions"].count(not verdict.consistent)
    return found


def table(verdicts: Sequence[Verdict]) -> str:
    """The figures, as they are printed."""
    lines = [f"{'category':<12}{'turns':>6}{'right':>8}{'action':>9}{'target':>9}{'said':>9}"]
    for kind, row in rows(verdicts).items():
        share = row.right.good / max(row.right.of, 1)
        lines.append(f"{kind:<12}{row.right.of:>6}{share:>8.0%}{row.action!s:>9}{row.target!s:>9}{row.said!s:>9}")
    lines.append("")
    lines += [f"{name}: {share.good} of {share.of}" for name, share in counts(verdicts).items()]
    return "\n".join(lines)


def failures(verdicts: Iterable[Verdict]) -> list[str]:
    """One line for each turn that went wrong, with what came of it."""
    told = []
    for verdict in verdicts:
        wrong = wrong_of(verdict)
        if wrong:
            came = "; ".join(f"{d.action}: {d.line}" for d in verdict.decisions[:3])
            said = verdict.turn.say or f"({verdict.turn.see or 'waits'})"
            told.append(f"{verdict.conversation} [{verdict.turn.kind}] {said!r} -> {came}  ({', '.join(wrong)})")
    return told


def wrong_of(verdict: Verdict) -> list[str]:
    """What went wrong in a turn, in words."""
    asked = {
        "action": verdict.action,
        "target": verdict.target,
        "says": verdict.said,
        "not": verdict.kept,
        "contradicts": verdict.consistent,
        "never": verdict.kept_from,
        "cost trust": verdict.peaceful,
        "repeats itself": not verdict.repeated,
    }
    return [name for name, answer in asked.items() if answer is False]


def as_data(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """All of it, for JSON: by category, what runs through all, and every turn."""

    def share(counted: Share) -> dict[str, int]:
        return {"good": counted.good, "of": counted.of}

    return {
        "categories": {
            kind: {name: share(getattr(row, name)) for name in ("right", "action", "target", "said")}
            for kind, row in rows(verdicts).items()
        },
        "counts": {name: {"found": counted.good, "of": counted.of} for name, counted in counts(verdicts).items()},
        "turns": [
            {
                "conversation": verdict.conversation,
                "kind": verdict.turn.kind,
                "say": verdict.turn.say,
                "actions": [decision.action for decision in verdict.decisions],
                "line": verdict.decisions[0].line if verdict.decisions else "",
                "reason": verdict.decisions[0].reason if verdict.decisions else "",
                "wrong": wrong_of(verdict),
            }
            for verdict in verdicts
        ],
    }
