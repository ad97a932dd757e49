"""What a character is asked of what it does: what, why, and for how long."""

from __future__ import annotations

from npc.conversation.reply import Reply
from npc.language.echo import turned
from npc.language.senses import Ask
from npc.turn import Turn


def under_way(turn: Turn) -> Reply | None:
    """What it does, why, and for how long."""
    agenda, now = turn.parts.agenda, turn.percept.time
    match turn.clause.meaning.ask:
        case Ask.DOING:
            doing = agenda.standing or agenda.doing
            if doing is None or doing.action in {"talk", "greet"}:
                return Reply("doing_nothing", "does nothing")
            return Reply(
                "doing",
                f"is asked what it does: {doing.action}",
                {"doing": turn.parts.behaviour.under_way.get(doing.action, doing.action)},
            )
        case Ask.HOW_LONG:
            return _how_long(turn, now)
        case Ask.WHY:
            return _why(turn)
        case _:
            return None


def _why(turn: Turn) -> Reply | None:
    """The cause of what it did last, in its own words; of what it said it gives no account."""
    if turn.ledger.reason == "talk":
        return None
    reflex = turn.parts.agenda.reflex
    if reflex is not None and reflex.sighting is not None and reflex.sighting.phrase:
        return Reply("why_reflex", "is asked why", {"thing": reflex.sighting.phrase})
    topic = f"why_{turn.ledger.reason}"
    return Reply(topic if topic in turn.parts.behaviour.topics else "why_none", "is asked why")


def _how_long(turn: Turn, now: float) -> Reply | None:
    standing = turn.parts.agenda.standing
    if standing is None:
        return None
    for planned in turn.parts.agenda.planned:
        if not planned.action and planned.when == "after":
            return Reply("how_long_for", "is asked for how long", {"count": _span(planned.due - now)})
        if not planned.action and planned.text:
            return Reply("how_long_until", "is asked for how long", {"when": turned(planned.text)})
    return Reply("how_long", "is asked for how long")


def _span(seconds: float) -> str:
    count, unit = (round(seconds / 60), "minute") if seconds >= 90 else (max(round(seconds), 1), "second")
    return f"{count} {unit}{'s' if count != 1 else ''}"
