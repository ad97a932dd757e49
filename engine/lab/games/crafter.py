"""Crafter (Hafner 2021): a survival game in pixel art, by day and night, with exact truth about every cell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from engine.formats.pictures import read_layered
from engine.lab.data.chance import Rng, pick
from engine.lab.games.games import Game, Looks, Shot

# What a player would call it; fixed before anything was measured. Grass, sand and paths are ground, not things.
NAMES = {
    "cow": "cow", "zombie": "zombie", "skeleton": "skeleton", "plant": "plant", "tree": "tree", "water": "water",
    "stone": "stone", "coal": "coal", "iron": "iron ore", "diamond": "diamond", "lava": "lava",
    "table": "crafting table", "furnace": "furnace",
}  # fmt: skip
TAGS = {
    "cow": "animal", "zombie": "hostile", "skeleton": "hostile", "plant": "plant", "tree": "plant", "water": "place",
    "stone": "item", "coal": "item", "iron": "item", "diamond": "item", "lava": "hazard", "table": "item",
    "furnace": "item",
}  # fmt: skip
BUILT = {"table": "place_table", "furnace": "place_furnace", "plant": "place_plant"}
UNIT = 64  # pixels of a cell
SHOTS = 4  # of one world
DAY = 300  # steps
REACH = 3  # cells from what a shot is about to the player


def shots(seed: int) -> Iterator[Shot]:
    """World after world; in each, the player stands near several things, one after the other."""
    number, about = seed * 1000, 0
    while True:
        yield from _world(number, about)
        about += SHOTS
        number += 1


def _world(seed: int, about: int) -> Iterator[Shot]:
    env = _environment(seed)
    rng = np.random.default_rng(seed)
    kinds = list(NAMES)
    for i in range(SHOTS):
        if _visit(env, kinds[(about + i) % len(kinds)], rng):
            yield Shot(env.render(), f"world-{seed}", float(env._step), _entities(env))


def _environment(seed: int) -> Any:
    import crafter

    class Environment(crafter.Env):  # type: ignore[misc]
        """Sets of objects have another order in every process; here chance meets them sorted."""

        def _balance_chunk(self, chunk: Any, objects: Any) -> None:
            super()._balance_chunk(chunk, sorted(objects, key=lambda o: (type(o).__name__, tuple(o.pos))))

    env = Environment(size=(9 * UNIT, 9 * UNIT), seed=seed)
    env.reset()
    return env


def _visit(env: Any, kind: str, rng: Rng) -> bool:
    """Put the player near a thing of that kind at some time of the day, and let the world run; False if there is none."""
    env._step = int(rng.integers(DAY))
    env._player.inventory.update(dict.fromkeys(("health", "food", "drink", "energy", "wood", "stone", "sapling"), 9))
    if not _go_near(env, "grass" if kind in BUILT else kind, rng):
        return False
    if kind in BUILT:
        _build(env, kind, rng)
    for _ in range(2):
        env.step(env.action_names.index(pick(["noop", "move_left", "move_right", "move_up", "move_down"], rng)))
    return True


def _go_near(env: Any, kind: str, rng: Rng) -> bool:
    """Move the player to a free cell within reach of a random thing of the kind."""
    cells = np.argwhere(env._sem_view() == _codes(env)[kind])
    for cell in rng.permutation(cells)[:20]:
        for offset in rng.permutation([(x, y) for x in range(-REACH, REACH + 1) for y in range(-REACH, REACH + 1)]):
            place = cell + offset
            if (place >= 0).all() and (place < env._area).all() and env._player.is_free(place):
                env._world.move(env._player, place)
                return True
    return False


def _build(env: Any, kind: str, rng: Rng) -> None:
    """Let the player build it; a furnace needs a table beside it."""
    for what in ["table", "furnace"] if kind == "furnace" else [kind]:
        for direction in rng.permutation(["move_left", "move_right", "move_up", "move_down"]):
            env.step(env.action_names.index(str(direction)))
            before = env._sem_view() == _codes(env)[what]
            env.step(env.action_names.index(BUILT[what]))
            if ((env._sem_view() == _codes(env)[what]) & ~before).any():
                break


def _codes(env: Any) -> dict[str, int]:
    """The code of each kind in `_sem_view()`."""
    materials = {name: code for name, code in env._world._mat_ids.items() if name}
    return materials | {cls.__name__.lower(): code for cls, code in env._sem_view._obj_ids.items()}


def _entities(env: Any) -> list[dict[str, object]]:
    """All things in the 9 x 7 cells around the player; cells of one kind in a row are one box."""
    names = {code: kind for kind, code in _codes(env).items() if kind in NAMES}
    left, top = env._player.pos - env._local_view._offset
    width, height = env._local_view._grid
    world = np.pad(env._sem_view(), ((width, width), (height, height)))  # the player may stand at the world's edge
    view = world[left + width : left + 2 * width, top + height : top + 2 * height]
    return [
        {"name": NAMES[names[code]], "box": (x * UNIT, y * UNIT, cells * UNIT, UNIT), "tags": (TAGS[names[code]],)}
        for y in range(height)
        for x, cells, code in _runs(view[:, y].tolist())
        if code in names
    ]


def _runs(row: list[int]) -> Iterator[tuple[int, int, int]]:
    """Start, length and value of each run of equal values."""
    start = 0
    for i in range(1, len(row) + 1):
        if i == len(row) or row[i] != row[start]:
            yield start, i - start, row[start]
            start = i


def looks() -> Looks:
    """The tiles of its package."""
    import crafter

    folder = Path(crafter.__file__).parent / "assets"
    for kind, name in NAMES.items():
        files = ("sapling", "plant-ripe") if kind == "plant" else (kind,)
        yield name, [read_layered((folder / f"{file}.png").read_bytes()) for file in files]


CRAFTER = Game("crafter", "crafter", "MIT", shots, looks)
