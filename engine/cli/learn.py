"""`assets`, `train`, `tune` and `compare`: from sprites to a trained model. (`adapt` has a module of its own.)"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from engine.errors import Fault, needs_extra
from engine.files import cache_directory, writable_folder

if TYPE_CHECKING:
    from engine.lab.data.packs import Stored
    from engine.lab.training.tune import TrialResult

_SHOWN = 10  # trials

CacheOption = Annotated[
    Path | None, typer.Option(help="Where to keep them; default: $NPC_ENGINE_CACHE, else the platform's cache folder.")
]

RayOption = Annotated[
    str | None, typer.Option(help="Spread the work over a Ray cluster: local, auto or HOST:PORT.", show_default="none")
]


def assets(
    art: Annotated[
        list[Path] | None, typer.Option(help="A pack of game art, a folder or zip file with sprites.tsv (repeatable).")
    ] = None,
    icons: Annotated[bool, typer.Option(help="Fetch the icon families as well.")] = True,
    cache: CacheOption = None,
) -> None:
    """Fetch and rasterise the icon families, and take in packs of game art (docs/training.md tells where they come from).

    Run it again after an interruption: finished families are kept.
    """
    from engine.lab.data.assets import FAMILIES, fetch_family
    from engine.lab.data.packs import store_pack

    folder, stored = cache_directory(cache), []
    with Progress(TextColumn("{task.description:>20}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()) as progress:
        for path in art or []:
            task = progress.add_task(path.stem[:20], total=None)
            stored.append(store_pack(path, folder, partial(_show, progress, task)))
        for name in FAMILIES if icons else ():
            task = progress.add_task(name, total=None)
            fetch_family(name, folder, on_icon=partial(_show, progress, task))
    for pack in stored:
        _tell(pack, folder)
    if icons:
        _report(folder)


def _tell(pack: Stored, cache: Path) -> None:
    """What a pack is taken for, so that a wrong list is seen at once."""
    from engine.lab.data.packs import load_pack

    known = load_pack(pack.name, cache)
    named = len({sprite.concept.key for sprite in known.sprites})
    told = (
        f"{pack.name}: {pack.counts['thing']} pictures of things, of which {len(known.sprites)} have a name that players say "
        f"({named} kinds of things); {pack.counts['ground']} ground tiles, {pack.counts['background']} backgrounds."
    )
    typer.echo(told)
    licence = " ".join(pack.licence.split())[:300] or "it has no LICENCE.txt; make sure that you may train on it."
    typer.echo(f"  Its licence: {licence}")


def scenes(
    out: Annotated[Path, typer.Option(help="PNG file to write.")] = Path("scenes.png"),
    packs: Annotated[list[str] | None, typer.Option(help="A stored pack of art (repeatable); default: all.")] = None,
    drawn: Annotated[bool, typer.Option(help="The scenes of icons and drawn things instead.")] = False,
    sheets: Annotated[bool, typer.Option(help="The sheets of things that names are learnt from instead.")] = False,
    count: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 24,
    start: Annotated[int, typer.Option(min=0, help="The number of the first.")] = 0,
    seed: Annotated[int, typer.Option(help="Of the training: 7.")] = 7,
    cache: CacheOption = None,
) -> None:
    """Draw a page of training scenes with boxes and names, to look at."""
    from engine.lab.data.art_scenes import ArtScenes
    from engine.lab.data.packs import load_packs, stored_packs
    from engine.lab.data.scenes import SceneGenerator
    from engine.lab.evaluation.pictures import draw_scenes

    generator: ArtScenes | SceneGenerator
    if drawn:
        generator = SceneGenerator.from_assets(seed=seed, cache=cache)
    else:
        names = packs or stored_packs(cache)
        if not names:
            raise Fault("assets_missing", "There is no pack of art.", "Give one to: python -m engine assets --art PACK.zip")
        generator = ArtScenes(load_packs(names, cache=cache), seed=seed, sheets=sheets)
    writable_folder(out.resolve().parent)
    draw_scenes(generator.scene(i) for i in range(start, start + count)).save(out, "PNG")
    typer.echo(f"{count} scenes: {out}")


def _show(progress: Progress, task: TaskID, done: int, total: int) -> None:
    progress.update(task, completed=done, total=total)


def _report(folder: Path) -> None:
    from engine.lab.data.assets import FAMILIES, load_sprites

    sprites = load_sprites(tuple(FAMILIES), folder, "all")
    held_out = {sprite.concept.key for sprite in sprites if sprite.concept.held_out}
    concepts = {sprite.concept.key for sprite in sprites}
    Console(soft_wrap=True).print(f"{len(sprites)} sprites of {len(concepts)} concepts ({len(held_out)} held out) in {folder}")


def train(
    config: Annotated[str, typer.Option(help="Recipe: a YAML file, or the name of a shipped one.")] = "default",
    out: Annotated[Path, typer.Option(help="Run directory; an interrupted run there goes on.")] = Path("runs/default"),
    recordings: Annotated[list[Path] | None, typer.Option(help="Recordings to mix in (repeatable).")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda: where the stages on scenes are trained.")] = "auto",
    dataset: Annotated[
        list[str] | None, typer.Option(help="A public data set to mix in: coco:PATH, vqa:PATH, msvd:PATH (repeatable).")
    ] = None,
    track: Annotated[str | None, typer.Option(help="mlflow or wandb: also log there, where it is installed.")] = None,
    cache: Annotated[Path | None, typer.Option(help="Where cached features lie.")] = None,
    ray: RayOption = None,
) -> None:
    """Train a model. Shows progress, logs to TensorBoard, resumes after Ctrl-C."""
    with needs_extra("train", "Training"):
        from engine.lab.training.parallel import on_ray
        from engine.lab.training.recipe import run_recipe
    from engine.lab.config import load_recipe

    cfg = load_recipe(config)
    mixed_in = {name: tuple(given) for name, given in (("recordings", recordings), ("datasets", dataset)) if given}
    cfg = cfg.model_copy(update={"data": cfg.data.model_copy(update=mixed_in)})
    try:
        with on_ray(ray):
            run_recipe(cfg, out, cache, device=device, track=track)
    except KeyboardInterrupt:
        typer.echo(f"Stopped. {out} keeps what was validated last: the same command goes on from there.", err=True)
        raise
    if os.environ.get("RANK", "0") != "0":
        return  # of several processes one tells
    typer.echo(
        f"The trained model is in {out}. Next: python -m engine evaluate --run {out}, "
        f"then python -m export --checkpoint {out} --out BUNDLE --precision int8."
    )


def tune(
    config: Annotated[str, typer.Option(help="Recipe to start from: a YAML file, or the name of a shipped one.")] = "default",
    trials: Annotated[int, typer.Option(min=1, help="How many trials in all, those of earlier calls included.")] = 20,
    out: Annotated[Path, typer.Option(help="Directory of the study; an interrupted one goes on.")] = Path("runs/tune"),
    scenes: Annotated[int | None, typer.Option(min=8, help="Training scenes a trial (the recipe's).")] = None,
    cache: Annotated[Path | None, typer.Option(help="Where cached features lie.")] = None,
    ray: RayOption = None,
    at_once: Annotated[int, typer.Option(min=1, max=64, help="Trials that are under way together, with --ray.")] = 1,
) -> None:
    """Try learning rates, weight decays and widths; stop bad trials early; write the best as a recipe."""
    with needs_extra("train", "Tuning"):
        from engine.lab.training.parallel import on_ray
        from engine.lab.training.tune import Search
    from engine.lab.config import load_recipe

    if at_once > 1 and ray is None:
        raise Fault("usage", "--at-once is for a cluster.", "Give --ray local, or the address of one.")
    search = Search(load_recipe(config), out, cache, scenes)
    try:
        with on_ray(ray):
            search.run(trials, at_once)
    finally:  # an interruption must not hide what is done
        Console().print(_trials(search.results()))
        typer.echo(f"written: {', '.join(map(str, search.write()))}")


def _trials(results: Sequence[TrialResult]) -> Table:
    table = Table("trial", *(results[0].values if results else ()), "score", title=f"{len(results)} trials, the best first")
    for row in results[:_SHOWN]:
        values = (f"{value:.3g}" for value in row.values.values())
        table.add_row(str(row.number), *values, f"{row.score:.3f}" + (" (stopped)" if row.pruned else ""))
    return table


def compare(
    minutes: Annotated[float | None, typer.Option(min=0.01, help="Training time of each model (the recipe's).")] = None,
    out: Annotated[Path, typer.Option(help="Where all goes; finished models there are kept.")] = Path("runs/compare"),
    scenes: Annotated[int | None, typer.Option(min=8, help="Training scenes (the recipe's).")] = None,
    config: Annotated[str, typer.Option(help="Recipe with what all models have in common.")] = "compare",
    only: Annotated[list[str] | None, typer.Option(help="Only models whose names hold this (repeatable).")] = None,
    weights: Annotated[list[str] | None, typer.Option(help="NAME=FILE: pretrained weights of an image encoder.")] = None,
    held_out: Annotated[int, typer.Option(min=8, help="Scenes to measure on.")] = 800,
    threads: Annotated[int, typer.Option(min=1, help="Threads of ONNX Runtime when latency is measured.")] = 2,
    cache: Annotated[Path | None, typer.Option(help="Where cached features lie.")] = None,
) -> None:
    """Train every text encoder x image encoder x fusion, and each modality alone, and print what each is worth.

    Interrupt it at will: it prints what is done, and the same command goes on.
    """
    with needs_extra("train", "Comparing"):
        from engine.lab.comparison.models import choose, combinations
        from engine.lab.comparison.run import Comparison, common_recipe
    chosen = choose(combinations(dict(_pair(option) for option in weights or [])), only or [])
    Comparison(common_recipe(config, minutes, scenes), out, cache, held_out, threads).run(chosen, Console())


def _pair(option: str) -> tuple[str, str]:
    name, equals, file = option.partition("=")
    if not equals:
        raise Fault("weights", f"'{option}' is not NAME=FILE.", "For example: --weights resnet18=resnet18.pth.")
    return name, file
