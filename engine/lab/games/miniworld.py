"""MiniWorld (Chevalier-Boisvert et al. 2023): rooms and yards in 3D seen from within, with the things that come along.

It is drawn in software where there is no screen: Mesa behind EGL (Debian: libegl1, libgl1-mesa-dri).
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.errors import Fault
from engine.lab.data.chance import Rng, pick
from engine.lab.games.games import Game, Looks, Shot

# What a player would call it, by mesh and height in metres; fixed before anything was measured.
MESHES = {
    "barrel": ("barrel", 1.0), "barrier": ("road barrier", 1.0), "cone": ("traffic cone", 0.75), "doom_door": ("door", 2.2),
    "duckie": ("rubber duck", 0.6), "medkit": ("first aid kit", 0.45), "office_chair": ("chair", 1.1),
    "office_desk": ("desk", 0.9), "potion": ("potion", 0.7), "tree": ("tree", 2.6), "tree_pine": ("pine tree", 2.6),
}  # fmt: skip
COLOURS = ("red", "green", "blue", "purple", "yellow", "grey")
SHAPES = {"box": 0.8, "ball": 0.6, "key": 0.5}  # in each colour, and how high
TAGS = {"tree": "plant", "pine tree": "plant", "door": "place"}  # the rest: item
WALLS = ("brick_wall", "concrete", "stucco", "wood", "cinder_blocks", "marble", "rock")
FLOORS = ("floor_tiles_bw", "wood_planks", "grass", "asphalt", "concrete", "rock")
SIZE = (480, 300)  # pixels of a frame
SHOTS, THINGS = 3, 7  # shots of a room, things in it
SEEN = 60  # pixels of a thing from which it counts as in view
CHANGED = 10  # of 255: a pixel that changes more when a thing is taken away shows it
SIDES = 8  # from which the art shows a thing

Pixels = npt.NDArray[np.uint8]


def shots(seed: int) -> Iterator[Shot]:
    """See `_shots`."""
    yield from _elsewhere(_shots, seed)


def looks() -> Looks:
    """See `_looks`."""
    yield from _elsewhere(_looks)


def _elsewhere(draw: Callable[..., Iterator[Any]], *arguments: int) -> Iterator[Any]:
    """What a process of its own draws: the libraries of a display and those of torch are not to meet in one.

    Raises:
        Fault: `extra_missing`, or where the process has ended without a word.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(there, draw, arguments), daemon=True)
    process.start()
    there.close()
    try:
        while (drawn := here.recv()) is not None:
            if isinstance(drawn, str):
                raise Fault("extra_missing", drawn, "Run: apt install libegl1 libgl1-mesa-dri libglu1-mesa.")
            yield drawn
    except EOFError:
        what = "The process that draws MiniWorld has ended."
        raise Fault("extra_missing", what, "Run: apt install libegl1 libgl1-mesa-dri libglu1-mesa.") from None
    finally:
        process.terminate()
        process.join()


def _send(there: Connection, draw: Callable[..., Iterator[Any]], arguments: Sequence[int]) -> None:
    try:
        for drawn in draw(*arguments):
            there.send(drawn)
        there.send(None)
    except Fault as fault:
        there.send(fault.message)


def _shots(seed: int) -> Iterator[Shot]:
    """Room after room; in each, the player looks around at several places."""
    number = seed * 1000
    while True:
        rng = np.random.default_rng(number)
        room = _room(number, pick(WALLS, rng), pick(FLOORS, rng), bool(rng.random() < 0.5), _chosen(rng))
        for shot in range(SHOTS):
            frame, entities = _look(room, rng)
            yield Shot(frame, f"room-{number}", float(shot), entities)
        number += 1


def _looks() -> Looks:
    """Every thing alone, from eight sides: uint8 [H, W, 4]."""
    for name in _names():
        room = _room(1, "concrete", "concrete", True, [name])
        [thing] = _things(room)
        views = []
        for side in range(SIDES):
            angle = 2 * np.pi * side / SIDES
            away = 2.0 * max(thing.height, thing.radius) + thing.radius
            thing.pos = np.array([6.0, 0.0, 6.0])
            room.agent.pos, room.agent.dir = thing.pos + away * np.array([np.cos(angle), 0, np.sin(angle)]), np.pi - angle
            room.agent.cam_height = 0.6 * thing.height + 0.3
            with_it = room.render_obs()
            mask = _mask(with_it, _without(room, thing))
            if mask.any():
                views.append(np.dstack([with_it, np.where(mask, 255, 0).astype(np.uint8)]))
        yield name, views


def _look(room: Any, rng: Rng) -> tuple[Pixels, list[dict[str, object]]]:
    """Stand somewhere, look at some thing, and say what of everything is to be seen."""
    things = _things(room)
    room.place_agent()
    about = things[int(rng.integers(len(things)))].pos - room.agent.pos
    room.agent.dir = float(np.arctan2(-about[2], about[0]) + rng.normal(0, 0.25))
    frame = room.render_obs()
    entities: list[dict[str, object]] = []
    for thing in things:
        mask = _mask(frame, _without(room, thing))
        if mask.sum() >= SEEN:
            rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
            box = int(columns[0]), int(rows[0]), int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1
            entities.append({"name": thing.name, "box": box, "tags": (TAGS.get(thing.name, "item"),)})
    return frame, entities


def _without(room: Any, thing: Any) -> Pixels:
    """The same view with one thing taken away."""
    at = room.entities.index(thing)
    room.entities.pop(at)
    frame: Pixels = room.render_obs()
    room.entities.insert(at, thing)
    return frame


def _mask(frame: Pixels, without: Pixels) -> npt.NDArray[np.bool_]:
    changed: npt.NDArray[np.bool_] = np.abs(frame.astype(np.int16) - without).max(2) > CHANGED
    return changed


def _things(room: Any) -> list[Any]:
    return [entity for entity in room.entities if entity is not room.agent]


def _names() -> list[str]:
    return [*(name for name, _ in MESHES.values()), *(f"{colour} {shape}" for shape in SHAPES for colour in COLOURS)]


def _chosen(rng: Rng) -> list[str]:
    """Some things; of coloured ones often the same in another colour beside it."""
    names = _names()
    chosen = [names[i] for i in rng.permutation(len(names))[: THINGS - 1]]
    coloured = [name for name in chosen if name.split()[0] in COLOURS]
    twin = f"{pick(COLOURS, rng)} {coloured[0].split()[1]}" if coloured else names[0]
    return [*chosen, twin]


def _room(seed: int, wall: str, floor: str, open_sky: bool, names: list[str]) -> Any:
    room = _world()
    room.made_of = wall, floor, open_sky, names
    room.reset(seed=seed)
    return room


@cache
def _world() -> Any:
    """The one world, which becomes another room with each reset; its package opens a display when it is imported."""
    try:
        import pyglet

        if not os.environ.get("DISPLAY"):
            pyglet.options["headless"] = True
        pyglet.options["shadow_window"] = False
        with contextlib.redirect_stdout(io.StringIO()):
            from miniworld.entity import Ball, Box, Entity, Key, MeshEnt
            from miniworld.miniworld import MiniWorldEnv
    except (ImportError, OSError) as error:
        fault = f"MiniWorld cannot draw here: {' '.join(str(error).split()) or type(error).__name__}."
        raise Fault("extra_missing", fault, "Run: apt install libegl1 libgl1-mesa-dri libglu1-mesa.") from None

    def made(name: str) -> Entity:
        colour, _, shape = name.partition(" ")
        if shape in SHAPES:
            return {"box": Box, "ball": Ball}[shape](colour, SHAPES[shape]) if shape != "key" else Key(colour)
        mesh, height = next((mesh, height) for mesh, (called, height) in MESHES.items() if called == name)
        return MeshEnt(mesh, height, static=False)

    class Rooms(MiniWorldEnv):  # type: ignore[misc]
        """A room or a yard with things in it."""

        made_of: tuple[str, str, bool, list[str]] = (WALLS[0], FLOORS[0], False, [])

        def _gen_world(self) -> None:
            wall, floor, open_sky, names = self.made_of
            self.add_rect_room(0, 12, 0, 12, wall_tex=wall, floor_tex=floor, no_ceiling=open_sky)
            for name in names:
                entity = made(name)
                entity.name = name
                self.place_entity(entity)
            self.place_agent()

    with contextlib.redirect_stdout(io.StringIO()):  # it tells how many samples a pixel has
        return Rooms(obs_width=SIZE[0], obs_height=SIZE[1])


MINIWORLD = Game("miniworld", "miniworld", "Apache-2.0", shots, looks)
