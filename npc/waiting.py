"""Orders that wait: for a word, a sign, an hour, a sight, somebody's return; and for how long others last."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from npc.agenda import FOREVER
from npc.circumstances import hour_of
from npc.conversation.clause import Clause
from npc.conversation.reply import Reply
from npc.language.grammar import GRAMMAR
from npc.language.kinds import is_alive
from npc.language.phrases import singular
from npc.memory.records import PlannedOrder
from npc.parts import CharacterParts, best
from npc.second_opinion import SURE
from npc.turn import Turn
from npc.types import Target

_DURATION = re.compile(
    r"(?<!\bin )(?<!\bin about )\b(?:for )?(?:about )?(?P<count>\d{1,4}|[a-z]+) (?P<unit>second|minute|hour)s?\b", re.IGNORECASE
)
_SO_LONG = re.compile(
    r"(?:but |and |just |only )*for (?:about |just |only )*(?:\d{1,4}|[a-z]+) (?:second|minute|hour)s?(?:,? (?:no longer|"
    r"no more|only|at most|max|tops|or so))*",
    re.IGNORECASE,
)
_ONE = frozenset({"1", "a", "an", "one"})
_PASSES = re.compile(r"there pass (?:about )?(?P<count>\d{1,4}|half an?|[a-z]+) (?P<unit>second|minute|hour)s?", re.IGNORECASE)
# "Once you are done", "when that is finished": after what is under way.
_DONE = re.compile(
    r"(?:you|it|that|this|all (?:of )?(?:it|that|this)|everything|the (?:job|work|task)) "
    r"(?:(?:have|has|is|are|was|were|be|been|get|got|all|quite) )*(?:done|finished|through|ready|over|sorted|seen to|"
    r"taken care of|complete|completed|managed|dealt)"
    r"(?: (?:with|doing|all|it|that|this|of|so|there|both|them|already))*(?: the [a-z]+)?[\s.!]*",
    re.IGNORECASE,
)
_WORK = re.compile(r"you (?:are|have|get) (?:all )?(?:done|finished|ready|through)[\s.!]*", re.IGNORECASE)  # with its own
_SAYS = re.compile(
    r"\b(?:i|we) (?:say|shout|call|yell|whistle|tell you|give the (?:word|order|signal))\b[ ,:\"']*(?P<words>.*?)[\"']*$"
)
_CLOCK = re.compile(r"(?:it is |at )?(?P<count>\d{1,2}|[a-z]+)(?: o'? ?clock)?(?: ?(?P<half>am|pm))?")
_CALLED = frozenset({"", "you", "for you", "your name", "you back", "you over"})  # by the name, or by coming back
_BACK = re.compile(r"\b(?:i|we) (?:come|am|get|return|call)\b.*|\bback\b")
_RETURNS = re.compile(r"\b(?:i|we) (?:come|return|call)\b|\b(?:i|we) (?:am|get) (?:here|home|done|finished|ready)\b|\bback\b")
KEEPS_OUT = re.compile(r"(?:please )?(?:do not|never) (?:ever )?let\b", re.IGNORECASE)
TELLS = frozenset({"tell", "call", "shout", "alert", "show", "wake", "warn"})
# Signs that may be given without a word.
_SIGN = re.compile(
    r"(?:(?:i|we) )?(?P<sign>whistle|clap|shout|wave|nod|knock|snap|cough|scream|signal|yell|wink|point)s?(?: .*)?"
)
_SCREAM = re.compile(r"a+r*g+h*|a+h+|e+k+|y+a+h+")
_OF_SPEAKER = re.compile(r"(?:I|we)\b", re.IGNORECASE)
PERFORMS = frozenset({"sing", "play", "dance", "laugh", "smile", "wave", "hum"})
_ANYBODY = frozenset({"anyone", "anybody", "them", "him", "her", "somebody", "someone", "people", "person", "any person"})
_WORDS = frozenset({"talk", "greet", "refuse"})
_AT_ONCE = re.compile(r"(?:go|now|go now|now go|do it(?: now)?|now now)", re.IGNORECASE)
_LATELY = 20.0  # seconds
_UNITS = {"second": 1.0, "minute": 60.0, "hour": 3600.0}


def actions_of(turn: Turn, clause: Clause) -> tuple[str, ...]:
    """The actions that an order is of, or its contrary."""
    return turn.parts.behaviour.deeds.get(clause.meaning.verb, ())


def waiting(turn: Turn, clause: Clause) -> Reply | None:
    """An order under a condition waits for it; one that begins at once and lasts until then is begun now."""
    condition = next((c for c in clause.conditions if c.joint in {"if", "when"}), clause.conditions[0])
    order = _planned(turn, clause, condition)
    if is_done_first(condition):
        before = _under_way(turn)
        if not before and not _WORK.fullmatch(condition.text):
            return None  # nothing is: it is done at once
        order = order.model_copy(update={"when": "then", "after": before, "phrase": ""}) if before else order
    if condition.joint in {"until", "before", "unless"}:
        turn.parts.agenda.plan(order)
        return None
    telling = ("warn",) if clause.meaning.verb in TELLS else ()
    heard = best(turn.heard.action)[0]  # of a verb that no action is of the model may know one
    heard_of = (heard,) if heard in turn.parts.behaviour.actions and turn.parts.behaviour.actions[heard].deed else ()
    actions = [a for a in (*actions_of(turn, clause), *telling) if turn.parts.may_do([a])]
    if is_alive(clause.thing) and heard == "attack":  # "get him" hands nobody over
        actions = [a for a in heard_of if turn.parts.may_do([a])]
    actions = actions or [a for a in heard_of if turn.parts.may_do([a])]
    if not actions and clause.meaning.verb in PERFORMS and turn.parts.may_do(["celebrate"]):
        actions = ["celebrate"]
    if not actions:
        return None
    target = turn.heard.target
    place = {} if order.when == "hour" else {"x": target.x if target else None, "y": target.y if target else None}
    named = clause.thing or (condition.thing if order.phrase else "")
    turn.parts.agenda.plan(
        order.model_copy(
            update={
                "action": actions[0],
                "thing": named,
                "text": clause.text[:500],
                "intent": turn.parts.understood(turn.heard),
                **place,
            }
        )
    )
    turn.parts.memory.touch()
    return Reply("waits", f"will {actions[0]} {condition.joint} {condition.text[:60]}")


# "Stop following me if you know what is good for you": that makes nothing wait.
_PRESSES = re.compile(
    r"you (?:(?:really |still |truly )?(?:know|love|value|care|want to (?:live|keep)|like|can|please|dare|mind|have any|have a|"
    r"must|would|ever|understand)|are (?:wise|smart|clever|my friend))\b",
    re.IGNORECASE,
)


def ends_then(turn: Turn) -> Reply | None:
    """ "Once the wolf is gone you may stop": what is under way lasts until then; None where no condition is named."""
    condition = next((c for c in turn.clause.conditions if c.joint in {"if", "when"}), None)
    if condition is None or turn.parts.agenda.standing is None or _PRESSES.match(condition.text) is not None:
        return None
    turn.parts.agenda.plan(_planned(turn, turn.clause, condition))
    turn.parts.memory.touch()
    return Reply("waits", f"will stop {condition.joint} {condition.text[:60]}")


def is_done_first(condition: Clause) -> bool:
    """Whether a condition is that what was ordered before is done: "once you have done that"."""
    return condition.joint == "when" and _DONE.fullmatch(condition.text) is not None


def _under_way(turn: Turn) -> str:
    """The action that is under way or planned on this speaker's word, and will be over by itself; empty: none."""
    agenda = turn.parts.agenda
    if (last := next((o for o in reversed(agenda.planned) if o.when == "then"), None)) is not None:
        return last.action
    doing = agenda.doing or agenda.standing
    return doing.action if doing is not None and doing.ends < FOREVER and doing.action not in _WORDS else ""


def _planned(turn: Turn, clause: Clause, condition: Clause) -> PlannedOrder:
    """What waits for a condition, without what is then done."""
    order = PlannedOrder(
        when=_when(condition),
        speaker=turn.percept.speaker,
        text=condition.text[:500],
        phrase=condition.thing,
        due=turn.percept.time,
        lasting=condition.always,
    )
    if _OF_SPEAKER.match(condition.text) and not condition.look_for:  # "once I am up the ladder": no eye tells that
        condition = replace(condition, thing="")
        order = order.model_copy(update={"when": _when(condition), "phrase": ""})
    words = condition.text.lower().strip(" .!?")
    if (passes := _PASSES.fullmatch(words)) is not None:
        return order.model_copy(update={"when": "after", "phrase": "", "due": turn.percept.time + _span(passes)})
    said = condition.said.lower().strip(" .!?")
    if (found := _SAYS.search(said)) is not None and found["words"] not in _CALLED:
        return order.model_copy(update={"when": "said", "phrase": "", "after": found["words"][:120]})
    if (sign := _SIGN.fullmatch(said)) is not None:
        return order.model_copy(update={"when": "said", "phrase": "", "after": sign["sign"]})
    if not condition.thing and (hour := _hour_in(words)) is not None:
        return order.model_copy(update={"when": "hour", "due": hour, "x": hour_of(turn.percept.state)})
    if order.when == "back" and condition.joint not in {"until", "before", "unless"} and not _RETURNS.search(words):
        return order.model_copy(update={"when": "said", "after": words[:120]})  # what no eye tells may be told
    return order


def _hour_in(words: str) -> float | None:
    """The hour of the day that words name: "sunset", "at eight", "10 pm"."""
    if (named := next((hour for name, hour in GRAMMAR["hours"].items() if re.search(rf"\b{name}\b", words)), None)) is not None:
        return float(named)
    found = _CLOCK.fullmatch(words)
    if found is None:
        return None
    count = int(found["count"]) if found["count"].isdigit() else GRAMMAR["numbers"].get(found["count"], -1)
    return None if not 0 <= count <= 24 else float((count + 12 if found["half"] == "pm" and count < 12 else count) % 24)


def _when(condition: Clause) -> Literal["sees", "gone", "back"]:
    words = condition.text.lower()
    if _BACK.search(words):
        return "back"
    if condition.thing and re.search(r"\b(?:gone|leaves?|dead|dies|away|out)\b", words):
        return "gone"
    return "sees" if condition.thing else "back"


def keep_away(turn: Turn) -> Reply | None:
    """ "Don't let anyone near the fire": it stands guard, and cries out at whoever comes into view."""
    who = singular(turn.clause.meaning.thing.lower())
    if not turn.parts.may_do(["warn"]):
        return None
    phrase = "person" if who in _ANYBODY or not who else who.removeprefix("any ")
    turn.parts.agenda.plan(
        PlannedOrder(
            when="sees", action="warn", speaker=turn.percept.speaker, text=turn.clause.text[:500], thing=phrase, phrase=phrase,
            due=turn.percept.time, lasting=True,
        )
    )  # fmt: skip
    turn.parts.memory.touch()
    return Reply("keeps_away", f"will let no {phrase} by", {"thing": phrase})


def at_the_word(turn: Turn) -> Reply | None:
    """What was to be done "when I say now", now that it is said."""
    agenda, words = turn.parts.agenda, turn.clause.said.lower().strip(" .!?*")
    all_said = [words, *(clause.said.lower().strip(" .!?*") for clause, _ in turn.clauses[1:])]
    if _AT_ONCE.fullmatch(words) and (early := _planned_lately(turn)) is not None:  # "go go go!", before the sight has come
        order_now = early.model_copy(update={"when": "said", "after": words})
        agenda.planned = [order_now if other is early else other for other in agenda.planned]
    for order in agenda.planned:
        said = order.when == "said" and order.speaker == turn.percept.speaker
        if said and any(_is_said(order.after, one) for one in all_said):
            agenda.planned = [other for other in agenda.planned if other is not order or order.lasting]
            turn.parts.memory.touch()
            turn.clauses[0] = (turn.clause, replace(turn.heard, intent={"none": SURE}))  # the word itself asks for nothing
            if not order.action:
                until, agenda.standing = agenda.standing, None
                after = next((o for o in agenda.planned if until and o.when == "then" and o.after == until.action), None)
                if after is None:
                    return Reply("cease", f"was to stop at the word `{words}`")
                agenda.planned = [other for other in agenda.planned if other is not after]
                order = after
            target = Target(order.x, order.y, SURE) if order.x is not None and order.y is not None else turn.heard.target
            return Reply(order.action, f"was to do so at the word `{words}`", {}, order.action, target)
    return None


def _planned_lately(turn: Turn) -> PlannedOrder | None:
    """The order that this speaker has let wait just now."""
    now = turn.percept.time
    lately = (
        o for o in reversed(turn.parts.agenda.planned) if o.speaker == turn.percept.speaker and o.action and not o.lasting
    )
    return next((o for o in lately if o.when in {"sees", "gone", "said"} and 0 <= now - o.due <= _LATELY), None)


def _is_said(awaited: str, words: str) -> bool:
    """Whether the word is said that was waited for, or what was to be told: "I am up" of "I am up the ladder"."""
    if awaited in {words, sign_in(words)}:
        return True
    short, long = sorted((awaited.split(), words.split()), key=len)
    return len(short) > 2 and long[: len(short)] == short


def sign_in(words: str) -> str:
    """The sign that somebody gives: "whistle" of "*whistles*"; empty where it is none."""
    words = words.lower().strip(" .!?*")
    found = _SIGN.fullmatch(words)
    return found["sign"] if found is not None else "scream" if _SCREAM.fullmatch(words) else ""


def bound(turn: Turn, clause: Clause, now: float) -> None:
    """An order "for five minutes" ends by itself."""
    found = _DURATION.search(clause.text)
    if found is None:
        return
    due = now + _span(found)
    turn.parts.agenda.plan(PlannedOrder(when="after", speaker=turn.percept.speaker, text=clause.text[:500], due=due))


def _span(found: re.Match[str]) -> float:
    """Seconds of "ten minutes", "half an hour"."""
    count, unit = found["count"].lower(), _UNITS[found["unit"].lower()]
    if count.startswith("half"):
        return unit / 2
    return (int(count) if count.isdigit() else GRAMMAR["numbers"].get(count, 1)) * unit


def cut_short(turn: Turn) -> Reply | None:
    """ "For five minutes, no longer": how long what it does is to last."""
    standing = turn.parts.agenda.standing
    if standing is None or not _SO_LONG.fullmatch(turn.clause.text.strip(" .!")):
        return None
    turn.parts.agenda.planned = [order for order in turn.parts.agenda.planned if order.action or order.when != "after"]
    bound(turn, turn.clause, turn.percept.time)
    turn.parts.memory.touch()
    found = _DURATION.search(turn.clause.text)
    assert found is not None
    return Reply(
        "how_long_for",
        "is told for how long",
        {"count": f"{found['count']} {found['unit']}{'s' if found['count'] not in _ONE else ''}"},
    )


def come_back(parts: CharacterParts, speaker: str) -> None:
    """What was to last until the speaker comes back is over; what was to begin then begins."""
    kept = []
    for order in parts.agenda.planned:
        if order.when != "back" or order.speaker != speaker:
            kept.append(order)
        elif not order.action and parts.agenda.standing is not None:
            parts.agenda.standing = None
        elif order.action:
            kept.append(order.model_copy(update={"when": "then"}))
    parts.agenda.planned = kept
