"""`python -m engine COMMAND`: the commands, each loaded only when it is called."""

from __future__ import annotations

import importlib
import sys

import typer

from engine.errors import Fault

# Loading torch to answer a frame, or ONNX Runtime to print help, would cost seconds.
COMMANDS = {
    "ask": ("engine.cli.ask:ask", "Show what the model makes of a picture and a line."),
    "serve": ("engine.cli.serve:serve", "Answer games over ZeroMQ."),
    "keys": ("engine.cli.keys:keys", "Make key files for an encrypted server."),
    "doctor": ("engine.cli.doctor:doctor", "Check this machine and say what to do."),
    "soak": ("engine.cli.soak:soak", "Kill, flood and confuse a server."),
    "bench": ("engine.cli.bench:bench", "Measure latency end to end."),
    "steadiness": ("engine.cli.steadiness:steadiness", "Measure how much a bundle flickers."),
    "talk": ("engine.cli.talk:chat", "Chat with a character in the terminal, heard by the model."),
    "knowledge": ("engine.cli.knowledge:measure", "Measure whether questions find what characters know."),
    "bench-games": ("engine.cli.bench_games:bench_games", "Measure on games that nobody here wrote."),
    "assets": ("engine.cli.assets:assets", "Fetch the sprites for training."),
    "train": ("engine.cli.train:train", "Train a model."),
    "adapt": ("engine.cli.adapt:adapt", "Teach a bundle a game from its recording."),
    "evaluate": ("engine.cli.evaluate:evaluate", "Measure a trained model, or a bundle on a recording."),
    "tune": ("engine.cli.tune:tune", "Search the hyperparameters of a recipe."),
    "compare": ("engine.cli.compare:compare", "Compare encoders and fusions under one budget."),
}


def main() -> None:
    """Run a command; faults become one line on stderr and exit status 2."""
    name, *arguments = sys.argv[1:] or ["--help"]
    if name not in COMMANDS:
        _usage(name)
    path, text = COMMANDS[name]
    module, _, function = path.partition(":")
    for stream in (sys.stdout, sys.stderr):  # an arrow that a code page lacks is no reason to stop
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    try:
        app.command(help=text)(getattr(importlib.import_module(module), function))
        app(arguments, prog_name=f"python -m engine {name}")
    except Fault as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def _usage(name: str) -> None:
    """Print the commands and leave."""
    asked = name in ("--help", "-h", "help")
    rows = "\n".join(f"  {command:<13}{text}" for command, (_, text) in COMMANDS.items())
    stream = sys.stdout if asked else sys.stderr
    if not asked:
        print(f"error: There is no command '{name}'.", file=stream)
    print(f"Usage: python -m engine COMMAND [OPTIONS]\n\nCommands (COMMAND --help tells more):\n{rows}", file=stream)
    sys.exit(0 if asked else 2)


if __name__ == "__main__":
    main()
