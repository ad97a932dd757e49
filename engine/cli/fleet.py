"""`fleet`: many simulated games against several gateways, and where a world is played."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from engine.errors import Fault
from engine.files import writable_folder, write_json

if TYPE_CHECKING:
    from engine.bridge.soak.processes import Serving
    from engine.fleet.simulate import Blow

_OWN = "local"


def fleet(
    simulate: Annotated[int, typer.Option(min=0, max=512, help="Games that play.")] = 0,
    gateway: Annotated[list[str] | None, typer.Option(help="Address of a gateway that runs (repeatable).")] = None,
    gateways: Annotated[int, typer.Option(min=1, max=16, help="Gateways to start here, where none are given.")] = 2,
    perception: Annotated[
        str | None, typer.Option(help="ray://HOST:PORT/ROUTE for those; local: a Ray cluster of their own; else no model.")
    ] = None,
    memory: Annotated[str | None, typer.Option(help="postgresql://… for those; local: a database of their own.")] = None,
    replicas: Annotated[int, typer.Option(min=1, max=16, help="Of perception, with --perception local.")] = 2,
    seconds: Annotated[float, typer.Option(min=1, help="Of play.")] = 20.0,
    hertz: Annotated[float, typer.Option(min=0.1, max=60, help="Frames a second of each game.")] = 5.0,
    kill: Annotated[
        bool, typer.Option("--kill", help="Kill a gateway, the local database and a local replica while they play.")
    ] = False,
    place: Annotated[str | None, typer.Option(help="Print the gateways in the order in which this world tries them.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures here.")] = None,
) -> None:
    """Drive many simulated games against gateways; exit status 1 where a word was lost or a kill was felt for over 5 s."""
    from engine.bridge.soak.processes import Serving
    from engine.fleet.simulate import place as placed
    from engine.fleet.simulate import run

    if place is not None:
        if not gateway:
            raise Fault("usage", "--place needs the gateways.", "Name them all with --gateway.")
        typer.echo("\n".join(placed(place, gateway)))
        return
    if not simulate:
        raise Fault("usage", "Nothing is to be done.", "Give --simulate N, or --place WORLD.")
    if gateway and (kill or perception or memory):
        fault = "--kill, --perception and --memory are for gateways that are started here."
        raise Fault("usage", fault, "Leave --gateway out.")
    if json_file is not None:
        writable_folder(json_file.resolve().parent)
    console = Console()
    with ExitStack() as ends, console.status("starting") as status:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory()))
        blows: list[Blow] = []
        remembered, started = None, list[Serving]()
        if not gateway:
            options = _perception(perception, replicas, ends, blows) + _memory(memory, ends, blows)
            options = [*options, "--parent-pid", str(os.getpid())]
            started = [Serving(folder / f"gateway-{n}", options, "gateway") for n in range(gateways)]
            for one in started:
                ends.callback(one.kill)
                one.start()
            remembered = _remembered(options, ends)
            _blow("a gateway is killed", started, blows)
        addresses = gateway or [one.address for one in started]
        told = partial(_show, status)
        told(f"{simulate} games play")
        figures = run(addresses, simulate, seconds, hertz, blows if kill else (), remembered, told)
    console.print(_table(figures))
    if json_file is not None:
        write_json(json_file, figures)
    raise typer.Exit(0 if figures["passed"] else 1)


def _perception(given: str | None, replicas: int, ends: ExitStack, blows: list[Blow]) -> list[str]:
    from engine.fleet.simulate import Blow

    if given is None:
        return ["--echo"]
    if given != _OWN:
        return ["--perception", given]
    from engine.fleet.local_ray import LocalRay

    ray = ends.enter_context(LocalRay(max(4, replicas + 2)))
    address = ray.run(replicas=replicas)
    ray.pids(address, replicas)
    blows.append(Blow("a replica is killed", lambda: ray.kill(ray.pids(address, 1)[0])))
    return ["--perception", address]


def _memory(given: str | None, ends: ExitStack, blows: list[Blow]) -> list[str]:
    from engine.fleet.local_postgres import LocalPostgres
    from engine.fleet.simulate import Blow

    if given != _OWN:
        return ["--memory", given] if given is not None else ["--memory", "none"]
    database = ends.enter_context(LocalPostgres())

    def restart() -> None:
        database.kill()
        database.start()

    blows.append(Blow("the database is killed and started", restart))
    return ["--memory", database.url]


def _blow(name: str, started: list[Serving], blows: list[Blow]) -> None:
    from engine.fleet.simulate import Blow, restarted

    blows.append(Blow(name, lambda: restarted(started[0])))


def _remembered(options: list[str], ends: ExitStack) -> Any:
    """How many utterances the character of a world has heard, by the database; None where there is none."""
    from npc.memory import PostgresStore
    from npc.memory.postgres_store import SCHEMES

    url = options[options.index("--memory") + 1]
    if not url.startswith(SCHEMES):
        return None
    store = PostgresStore(url)
    ends.callback(store.close)

    def heard(world: str) -> int:
        known = store.load((world, "mira"))
        return known.people["player"].heard if known is not None and "player" in known.people else 0

    return heard


def _show(status: Any, how_far: str) -> None:
    status.update(how_far)


def _table(figures: dict[str, Any]) -> Table:
    table = Table("fleet", "" if figures["passed"] else "[red]broken promise[/red]")
    for name, value in figures.items():
        table.add_row(name, str(value))
    return table
