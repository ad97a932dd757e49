"""`python -m engine talk`: a chat with a character in the terminal, heard by the model."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from engine.files import packed_cards
from engine.lab.data.teacher import POINTS_AT_HOSTILE, Situation, teach
from engine.minds.knowledge import Knowledge
from engine.minds.recollections import Recollections
from engine.perception import Perceiver, Query
from npc import Percept, Persona
from npc.behaviour import load_behaviour
from npc.card_file import cards_in
from npc.chat import talk, typed
from npc.keyword_reader import side_by_side
from npc.types import Target

_NOTE = "(The model hears your words; it sees nothing but what you say is in view.)"
_SURE = 0.9
_EPISODES = 100_000  # characters of what is remembered that a question after it may encode: here nobody else waits
_AHEAD = (0.5, 0.6)  # where things are, as nobody sees them


class ModelReader:
    """Percepts of typed words, with phrases that are in view because the author says so."""

    def __init__(self, perceiver: Perceiver) -> None:
        self._perceiver = perceiver
        self._knowledge = Knowledge(perceiver.sentences, encoder=lambda: perceiver.text_encoder, meanings=perceiver.meanings)

    def __call__(self, text: str, time: float, in_view: Sequence[str], persona: Persona) -> Percept:
        watch = side_by_side(in_view)
        if not text.strip():
            return Percept(time=time, intent={"none": 1.0}, action={"idle": _SURE}, watch=watch)
        percept = self._perceiver.see(None, [Query(text)])[0].percept(time, text=text)
        # The frame is the author's: nothing is told of it but what is in view.
        knows, talk = self._knowledge.likeness(persona, text), self._knowledge.talk(text)
        further = self._knowledge.further(persona, text)
        percept = replace(percept, watch=watch, has_frame=True, knowledge=knows, talk=talk, further=further)
        return with_sight(percept, in_view, persona)


def with_sight(percept: Percept, in_view: Sequence[str], persona: Persona) -> Percept:
    """The percept of words heard without a frame, as the action head would have it with the phrases `in_view` in sight.

    The teacher of the model says what the words then ask for and what they point at. What a boundary of the card
    forbids is asked for in any case: who never fights need not look for somebody to fight first.
    """
    behaviour = load_behaviour()
    intent = max(percept.intent, key=percept.intent.__getitem__)
    if intent not in POINTS_AT_HOSTILE.union(behaviour.pointing):
        return percept
    lesson = teach(_situation(intent, percept.text, in_view, {**behaviour.watch, **persona.meanings}))
    if lesson.target is not None:
        return replace(percept, action={lesson.action: _SURE}, target=Target(*_AHEAD, _SURE))
    asked = teach(Situation(intent, named=True, target_tags=frozenset(), hostile=True)).action
    return replace(percept, action={asked: _SURE}) if asked in persona.boundaries else percept


def _situation(intent: str, text: str, in_view: Sequence[str], meanings: Mapping[str, str]) -> Situation:
    """What is meant by words, with `in_view` in sight; `meanings` tells of phrases whether they are a threat, a hazard, ..."""
    named = [phrase for phrase in {*meanings, *in_view} if _names(text, phrase)]
    meant = {meanings.get(phrase) for phrase in in_view}
    return Situation(
        intent,
        named=bool(named),
        target_tags=frozenset() if any(phrase in in_view for phrase in named) else None,
        hostile="threat" in meant,
        hazard="hazard" in meant,
    )


def _names(text: str, phrase: str) -> bool:
    """Whether words name a thing: `the chest` is enough for a treasure chest."""
    return re.search(rf"\b{re.escape(phrase.split()[-1])}s?\b", text, re.IGNORECASE) is not None


def chat(
    card: Annotated[str, typer.Argument(help="Path of a YAML card, or the name of a shipped one.")],
    bundle: Annotated[Path | None, typer.Option(help="Bundle directory; the shipped one if not given.")] = None,
    seed: Annotated[int, typer.Option(help="Of what is left to chance.")] = 0,
    llm: Annotated[
        str | None,
        typer.Option(help="What words answers anew: an OpenAI-compatible API (http://127.0.0.1:8080/v1), or a model, hf:PATH."),
    ] = None,
    llm_model: Annotated[str, typer.Option(help="The model's name there.")] = "default",
    llm_budget: Annotated[float, typer.Option(min=0.1, help="Seconds that a line may take.")] = 20.0,
    llm_remote: Annotated[bool, typer.Option(help="Allow --llm on another machine: it reads what you say.")] = False,
    logs: Annotated[
        Path | None, typer.Option(help="Directory for a log of this chat, which `python -m npc coverage` and `replay` read.")
    ] = None,
) -> None:
    """Chat with a character in the terminal; its mood, what it thinks of you and its reasons are shown."""
    with ExitStack() as ends:
        voiced = None
        if llm is not None:
            from engine.cli.llm_process import asked_at
            from engine.voice import LlmCfg, Voice

            url, key = asked_at(llm, llm_remote, ends)
            voiced = Voice(LlmCfg(url, llm_model, llm_budget, key, threads=1)).worded
            logging.getLogger("engine.voice").setLevel(logging.ERROR)  # what became of a line is shown with it
        own = packed_cards()
        if own is not None and card in (beside := cards_in(own)):  # a pack's own characters go before the shipped ones
            card = str(beside[card])
        perceiver = Perceiver(bundle, "cpu")
        recalling = partial(Recollections(perceiver.sentences).near, budget=_EPISODES)
        talk(card, typed(), seed, ModelReader(perceiver), _NOTE, voiced, recalling, logs)
