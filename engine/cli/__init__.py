"""The commands: `npc-engine COMMAND`, or `python -m engine COMMAND`. Each is loaded only when it is called."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from engine.errors import run_command


@dataclass(frozen=True, slots=True)
class Command:
    """One command at `place`, `module:function`: to load torch for a frame, or ONNX Runtime for help, would take seconds."""

    name: str
    place: str
    text: str

    def is_here(self) -> bool:
        """Whether its module is: in a packed server most are not."""
        package, _, _ = self.module.partition(".")
        return not getattr(sys, "frozen", False) or (find_spec(package) is not None and find_spec(self.module) is not None)

    @property
    def module(self) -> str:
        return self.place.partition(":")[0]

    def load(self) -> Callable[..., Any]:
        found: Callable[..., Any] = getattr(importlib.import_module(self.module), self.place.partition(":")[2])
        return found


COMMANDS = {
    command.name: command
    for command in (
        Command("ask", "engine.cli.ask:ask", "Show what the model makes of a picture and a line."),
        Command("serve", "engine.cli.serve:serve", "Answer games over ZeroMQ."),
        Command("voice", "engine.cli.voice:voice", "Hear players and speak the lines of characters, beside a server."),
        Command("llm", "engine.cli.llm:llm", "Serve a language model of this machine to the second voice."),
        Command("keys", "engine.cli.keys:keys", "Make key files for an encrypted server."),
        Command("doctor", "engine.cli.doctor:doctor", "Check this machine and say what to do."),
        Command("soak", "engine.cli.soak:soak", "Kill, flood and confuse a server."),
        Command("fleet", "engine.cli.fleet:fleet", "Drive many simulated games against several gateways."),
        Command("bench", "engine.cli.bench:bench", "Measure latency end to end."),
        Command("bench-speech", "engine.cli.bench_speech:bench_speech", "Measure how well and how soon it hears and speaks."),
        Command("steadiness", "engine.cli.measure:steadiness", "Measure how much a bundle flickers."),
        Command("talk", "engine.cli.talk:chat", "Chat with a character in the terminal, heard by the model."),
        Command("knowledge", "engine.cli.measure:knowledge", "Measure whether questions find what characters know."),
        Command("bench-games", "engine.cli.games:bench_games", "Measure on games that nobody here wrote."),
        Command("assets", "engine.cli.learn:assets", "Fetch the sprites for training."),
        Command("scenes", "engine.cli.learn:scenes", "Draw a page of training scenes."),
        Command("data", "engine.cli.data:data", "Look at a public data set: counts, faults, pictures."),
        Command("train", "engine.cli.learn:train", "Train a model."),
        Command("adapt", "engine.cli.adapt:adapt", "Teach a bundle a game from its art or its recording."),
        Command("evaluate", "engine.cli.measure:evaluate", "Measure a trained model, or a bundle on a recording."),
        Command("report", "engine.cli.experiments:report", "Draw a page of measured runs or bundles, side by side."),
        Command("tune", "engine.cli.learn:tune", "Search the hyperparameters of a recipe."),
        Command("reproduce", "engine.cli.experiments:reproduce", "Train a run again and say whether the same comes out."),
        Command("compress", "engine.cli.experiments:compress", "Make a model smaller in several ways and say what each costs."),
        Command("compare", "engine.cli.learn:compare", "Compare encoders and fusions under one budget."),
        Command("soup", "engine.cli.soup:soup", "Average the weights of several runs, and tell whether it pays."),
        Command("unpack", "export.__main__:unpack", "Turn a bundle back into a run that training goes on from."),
        Command("pack", "engine.cli.pack:pack", "Make the folder that ships with a game."),
        Command("export", "export.__main__:export", "Write a bundle from a training run."),
        Command("demo", "demo_game.__main__:demo", "Play in a small village whose people see, understand and act."),
    )
}

# Their products of a matrix and a vector take a tenth of a millisecond on one thread; shared among several, each waits for the
# slowest, and beside a game that draws that was 5 ms.
_BESIDE_A_GAME = frozenset({"serve", "talk", "ask"})


def here() -> dict[str, Command]:
    """The commands of this installation: a packed server has only those that a game needs."""
    return {name: command for name, command in COMMANDS.items() if command.is_here()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; exit status 2 where something is at fault, with one line that says what and what to do."""
    name, *rest = (sys.argv[1:] if arguments is None else arguments) or ["--help"]
    if name not in COMMANDS or not COMMANDS[name].is_here():
        _usage(name)
    command = COMMANDS[name]
    if name in _BESIDE_A_GAME:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when numpy is loaded
    run_command(command.load, rest, f"{_called()} {name}", command.text)


def _called() -> str:
    """How the user called us."""
    program = Path(sys.argv[0]).stem
    return program if program.startswith("npc-engine") else "python -m engine"


def _usage(name: str) -> None:
    """Print the commands and leave."""
    asked = name in ("--help", "-h", "help")
    rows = "\n".join(f"  {command.name:<13}{command.text}" for command in here().values())
    stream = sys.stdout if asked else sys.stderr
    if not asked:
        print(f"error: There is no command '{name}'.", file=stream)
    print(f"Usage: {_called()} COMMAND [OPTIONS]\n\nCommands (COMMAND --help tells more):\n{rows}", file=stream)
    sys.exit(0 if asked else 2)
