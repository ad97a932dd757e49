"""`python -m engine talk`: a chat with a character in the terminal, heard by the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from engine.errors import EngineError
from engine.knowledge import Knowledge
from engine.perception import Perceiver, Query
from npc import Detection, NpcError, Percept, Persona
from npc.chat import talk, typed

_NOTE = "(The model hears your words; it sees nothing but what you say is in view.)"
_SURE = 0.9


class Ears:
    """Percepts of typed words, with phrases that are in view because the author says so."""

    def __init__(self, perceiver: Perceiver) -> None:
        self._perceiver = perceiver
        self._likeness = Knowledge(perceiver.sentences).likeness

    def __call__(self, text: str, time: float, in_view: Sequence[str], persona: Persona) -> Percept:
        watch = tuple(Detection(phrase, _SURE, 0.5, 0.6) for phrase in in_view)
        if not text.strip():
            return Percept(time=time, intent={"none": 1.0}, action={"idle": _SURE}, watch=watch)
        percept = self._perceiver.perceive(None, [Query(text, time=time)])[0]
        # The frame is the author's: nothing is told of it but what is in view.
        return replace(percept, watch=watch, has_frame=True, knowledge=self._likeness(persona, text))


def chat(
    card: Annotated[str, typer.Argument(help="Path of a YAML card, or the name of a shipped one.")],
    bundle: Annotated[Path | None, typer.Option(help="Bundle directory; the shipped one if not given.")] = None,
    seed: Annotated[int, typer.Option(help="Of what is left to chance.")] = 0,
) -> None:
    """Chat with a character in the terminal; its mood, what it thinks of you and its reasons are shown."""
    try:
        talk(card, typed(), seed, Ears(Perceiver(bundle, "cpu")), _NOTE)
    except NpcError as error:
        raise EngineError(error.code, error.message, error.fix) from None
