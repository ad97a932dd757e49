"""`python -m npc`: talk to a character in the terminal, check cards, measure a tick."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from npc.behaviour import load_behaviour
from npc.bench import bench
from npc.chat import talk, typed
from npc.errors import Fault, PersonaError
from npc.evaluation.run import Effort, report
from npc.exchange.commands import export_card, import_card
from npc.log import replay
from npc.persona import characters, faults, load_persona
from npc.schema import schema_text


def lint(cards: list[str]) -> int:
    """Check cards (names, paths or folders of cards); print every fault. Returns the number of cards with faults."""
    broken = 0
    for card in (found for given in cards for found in _cards_in(given)):
        found = faults(card)
        broken += bool(found)
        for fault in found:
            print(f"{fault.message} {fault.fix}", file=sys.stderr)
        if not found:
            print(f"{card}: ok{_silent(card)}")
    return broken


def _cards_in(given: str) -> list[str]:
    """The cards of a folder; anything else is a card itself."""
    if given in characters() or not Path(given).is_dir():
        return [given]
    cards = sorted(str(path) for path in Path(given).iterdir() if path.suffix in {".yaml", ".yml"})
    if not cards:
        raise PersonaError("persona_file", f"{given}: no cards in this folder.", "Cards end in .yaml or .yml.")
    return cards


def _silent(card: str) -> str:
    """A note on actions for which the card leaves the words to the common lines."""
    missing = sorted(load_behaviour().spoken - load_persona(card).lines.keys())
    return f" (common lines for: {', '.join(missing)})" if missing else ""


def _replay(log: Path) -> int:
    result = replay(log)
    if result.other_behaviour:
        print("note: behaviour.yaml has changed since this log was written")
    if result.line is None:
        print(f"{result.ticks} ticks, byte for byte as in the log")
        return 0
    print(f"{log}:{result.line}: decided otherwise after {result.ticks} ticks")
    print(f"  log: {result.logged}\n  now: {result.decided}")
    return 1


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status: 2 where a card is at fault, as for a wrong command line."""
    parser = argparse.ArgumentParser(prog="python -m npc", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    chat = commands.add_parser("talk", help="chat with a character in the terminal")
    chat.add_argument("card", help=f"path of a YAML card, or one of: {', '.join(characters())}")
    chat.add_argument("--seed", type=int, default=0, help="of what is left to chance (default 0)")
    check = commands.add_parser("lint", help="check cards; every fault with file, line and fix")
    check.add_argument("cards", nargs="+", metavar="CARD", help="paths, names, or folders of cards")
    again = commands.add_parser("replay", help="let a character live through a log again; status 1 where it decides otherwise")
    again.add_argument("log", type=Path, help="a file that `python -m engine serve --logs DIR` wrote")
    taken = commands.add_parser("import-card", help="make a card of ours from a Character Card V1, V2 or V3")
    taken.add_argument("source", type=Path, help="a JSON or PNG card")
    taken.add_argument("--out", type=Path, help="default: its name, as .yaml, here")
    given = commands.add_parser("export-card", help="make a Character Card V3 (PNG: and V2) from one of ours")
    given.add_argument("card", help="path or name")
    given.add_argument("--out", type=Path, help=".json or .png; default: its name, as .json, here")
    given.add_argument("--portrait", type=Path, help="PNG for the picture of a .png card")
    commands.add_parser("schema", help="print the JSON Schema of a card, for editors")
    judge = commands.add_parser("evaluate", help="how well the shipped characters play their roles")
    judge.add_argument("--quick", action="store_true", help="a hundredth of the work, for a first look")
    judge.add_argument("--seed", type=int, default=0, help="of all random lives (default 0)")
    judge.add_argument("--json", type=Path, help="write the figures here")
    cost = commands.add_parser("bench", help="measure what a tick costs on this machine, and a crowd of 500")
    cost.add_argument("--json", type=Path, help="write the figures here")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "lint":
            return 2 if lint(chosen.cards) else 0
        if chosen.command == "bench":
            print(bench(chosen.json))
            return 0
        if chosen.command == "schema":
            print(schema_text(), end="")
            return 0
        if chosen.command == "import-card":
            print(f"written: {import_card(chosen.source, chosen.out)}")
            return 0
        if chosen.command == "export-card":
            print(f"written: {export_card(chosen.card, chosen.out, chosen.portrait)}")
            return 0
        if chosen.command == "evaluate":
            effort = Effort(100, 1000, 2) if chosen.quick else Effort()
            return report(effort, chosen.seed, chosen.json)
        if chosen.command == "replay":
            return _replay(chosen.log)
        talk(chosen.card, typed(), chosen.seed)
    except Fault as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
