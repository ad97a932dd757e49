"""`python -m engine knowledge`: do questions find what the shipped characters know, in whatever words they are put?"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from engine.files import writable_folder
from engine.minds.knowledge import Knowledge
from engine.perception import Perceiver, Query
from npc import Percept
from npc.evaluation.knowledge import KnowledgeResult, knowledge
from npc.keyword_reader import word_likeness


def knowledge_figures(perceiver: Perceiver) -> dict[str, KnowledgeResult]:
    """With the whole model; with its sentence vectors where every question is taken for one; with shared words alone."""
    likeness = Knowledge(perceiver.sentences).likeness

    def read(text: str, time: float) -> Percept:
        return perceiver.see(None, [Query(text)])[0].percept(time, text=text)

    return {
        "model": knowledge(likeness, read),
        "sentence_vectors": knowledge(likeness),
        "shared_words": knowledge(word_likeness),
    }


def measure(
    bundle: Annotated[Path | None, typer.Option(help="Bundle directory; the shipped one if not given.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures here.")] = None,
) -> None:
    """Ask the shipped characters what they know, in other words than their cards have."""
    if json_file is not None:
        writable_folder(json_file.parent)
    figures = {name: asdict(result) for name, result in knowledge_figures(Perceiver(bundle, "cpu")).items()}
    for name, result in figures.items():
        typer.echo(f"{name:<18}" + ", ".join(f"{key} {value:.3g}" for key, value in result.items()))
    if json_file is not None:
        json_file.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        typer.echo(f"figures: {json_file}")
