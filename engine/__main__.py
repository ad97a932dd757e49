"""`python -m engine COMMAND`: the commands, each loaded only when it is called."""

from __future__ import annotations

import importlib
import sys

import click
import typer

from engine.errors import EngineError

# Loading torch to answer a frame, or ONNX Runtime to print help, would cost seconds.
COMMANDS = {
    "ask": ("engine.perception.ask_command:ask", "Show what the model makes of a picture and a line."),
    "serve": ("engine.bridge.serve_command:serve", "Answer games over ZeroMQ."),
    "doctor": ("engine.bridge.doctor_command:doctor", "Check this machine and say what to do."),
    "bench": ("engine.bench_command:bench", "Measure latency end to end."),
    "assets": ("engine.data.assets_command:assets", "Fetch the sprites for training."),
    "train": ("engine.training.train_command:train", "Train a model."),
    "evaluate": ("engine.training.evaluate_command:evaluate", "Measure a trained model."),
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        path, _ = COMMANDS[cmd_name]
        module, _, function = path.partition(":")
        app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        app.command(cmd_name)(getattr(importlib.import_module(module), function))
        return typer.main.get_command(app)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


_group = _LazyGroup("engine", help="The NPC engine. See README.md.")


def main() -> None:
    """Run a command; faults become one line on stderr and exit status 2."""
    try:
        status = _group.main(prog_name="python -m engine", standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except EngineError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)


if __name__ == "__main__":
    main()
