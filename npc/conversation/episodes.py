"""What was said and seen before, found by the thing that it was about: "do you remember the wolf?"."""

from __future__ import annotations

from npc.conversation.reading import Clause
from npc.conversation.recall import ago
from npc.conversation.reply import Reply
from npc.language.phrases import kind_of, singular
from npc.language.senses import Ask
from npc.language.sentences import mentions
from npc.memory import Memory
from npc.memory.records import Episode


def answer(clause: Clause, memory: Memory, speaker: str, now: float) -> Reply | None:
    """The newest that is remembered of a thing: what this speaker said of it, what was seen, what somebody else said.

    Args:
        memory: bounded (`npc.memory.memory.MOST_EPISODES`), and read anew after a restart.
        now: second of the character's life.
    """
    if clause.meaning.ask is not Ask.ABOUT or not clause.thing:
        return None
    found = [e for e in reversed(memory.episodes) if _is_about(e, clause.thing)]
    kinds = (
        lambda e: e.speaker == speaker and e.what != "saw",
        lambda e: e.what == "saw",
        lambda e: e.speaker not in {"", speaker},
    )
    for topic, fits in zip(("i_said", "recall_saw", "recall_other"), kinds, strict=True):
        if (episode := next(filter(fits, found), None)) is not None:
            told = {"thing": clause.thing, "who": episode.speaker, "when": ago(now - episode.time)}
            return Reply(topic, f"remembers {clause.thing}", {**told, "words": episode.text.rstrip(" .!?")})
    return Reply("recall_none", f"remembers nothing of {clause.thing}", {"thing": f"the {clause.thing}"})


def _is_about(episode: Episode, thing: str) -> bool:
    """Whether it names the thing, and is no question like this one."""
    asks = episode.text.rstrip().endswith("?") and episode.what != "saw"
    return not asks and mentions(episode.text, kind_of(singular(thing)), plural=True)
