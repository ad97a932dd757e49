"""`python -m npc evaluate --conversations`: written conversations, played and judged.

What has eyes stands above this package and is reached by its name alone, so that characters need no engine.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol

from npc.errors import Fault
from npc.evaluation.conversation import Conversation, load
from npc.evaluation.judging import Played, Verdict, as_data, failures, judge, table

_PLAYER = "engine.lab.evaluation.conversations"


class Playing(Protocol):
    """Who plays conversations through a model."""

    def play(self, conversation: Conversation) -> Sequence[Played]: ...


def player(personas: Path | None = None) -> Playing:
    """The engine's.

    Raises:
        Fault: `engine_missing`: it is not installed.
    """
    try:
        made: Playing = import_module(_PLAYER).Player(personas=personas)
    except ImportError as error:
        fix = "Install npc-engine whole: conversations are played through its bundle."
        raise Fault("engine_missing", f"Nobody here can see: {error}.", fix) from None
    return made


def converse(path: Path, json_file: Path | None = None, each: bool = False) -> int:
    """Play a file or folder of conversations and print the table; `each`: and every turn that went wrong.

    Own cards stand in the folder `cards` beside the conversations.
    """
    conversations = load(path)
    cards = (path if path.is_dir() else path.parent) / "cards"
    play = player(cards if cards.is_dir() else None).play
    verdicts: list[Verdict] = [verdict for c in conversations for verdict in judge(c, play(c))]
    if each:
        print("\n".join(failures(verdicts)))
    print(f"{len(conversations)} conversations\n{table(verdicts)}")
    if json_file is not None:
        json_file.write_text(json.dumps(as_data(verdicts), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"figures: {json_file}")
    return 0
