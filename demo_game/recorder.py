"""Records the game with labels that it gives itself, in the engine's recording format."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pygame
from rich.progress import track

from demo_game.art import Painter
from demo_game.figures import Entity
from demo_game.life import tick
from demo_game.screen import capture
from demo_game.truth import VOCABULARY, lesson_for
from demo_game.view import FRAME_SIZE, frame_box, in_view
from demo_game.village import HEIGHT, KINDS, WIDTH
from demo_game.world import SIDE, TOP, World
from engine.formats.recording_writer import RecordingWriter
from engine.lab.data.concepts import SLOT_TAGS
from engine.lab.data.utterances import PlayerLine, load_utterances

EPISODE = 25  # frames that share how far things are from their places, and the hour
STEP_S = 0.5
SILENT, IN_VIEW = 0.15, 0.66  # shares of frames, and of things that are named
WOLF, FIRE, GONE, CARRIED = 0.3, 0.25, 0.2, 0.04
DARKEST = 0.75  # dusk
PLAYED_EPISODE, PLAYED_STEP_S = 100, 0.1  # of a recording of the game as it plays: frames, and the time between two
STROLL, ERRAND = 0.05, 0.03  # how often, per frame, the player turns and a villager is sent somewhere
WOLF_STAYS_S, FIRE_BURNS_S = 4.0, 3.0


def record(folder: Path, frames: int, seed: int = 0) -> None:
    """Write `frames` frames of randomised situations, as fast as they can be drawn."""
    screen, painter = pygame.Surface((WIDTH, HEIGHT)), Painter()
    lines = _by_intent(load_utterances("train"))
    with RecordingWriter(folder, {"game": "village", "licence": "Apache-2.0", "seed": seed}) as writer:
        for i in track(range(frames), "recording"):
            episode, step = divmod(i, EPISODE)
            rng, setting = random.Random(f"{seed}/{i}"), random.Random(f"{seed}/e{episode}")
            world = situation(rng, mess=setting.random())
            painter.paint(world, screen, dusk=max(0.0, setting.uniform(-1.2, DARKEST)))
            pixels = np.frombuffer(capture(screen), np.uint8).reshape(FRAME_SIZE[1], FRAME_SIZE[0], 3)
            seen = in_view(world)
            writer.write(pixels, episode=f"s{seed}-e{episode}", t=step * STEP_S, **labels(seen, *_say(seen, lines, rng)))


def record_played(folder: Path, frames: int, seed: int = 0) -> None:
    """Write `frames` frames of the game as it plays, ten a second, without a word being said.

    In every episode the wolf comes and goes, and the cart burns for a while; people walk about.
    """
    screen, painter = pygame.Surface((WIDTH, HEIGHT)), Painter()
    with RecordingWriter(folder, {"game": "village", "licence": "Apache-2.0", "seed": seed}) as writer:
        for i in track(range(frames), "recording"):
            episode, step = divmod(i, PLAYED_EPISODE)
            if step == 0:
                play = played(random.Random(f"{seed}/p{episode}"))
            world = next(play)
            painter.paint(world, screen)
            pixels = np.frombuffer(capture(screen), np.uint8).reshape(FRAME_SIZE[1], FRAME_SIZE[0], 3)
            name, t = f"s{seed}-p{episode}", round(step * PLAYED_STEP_S, 3)
            writer.write(pixels, episode=name, t=t, **labels(in_view(world), None, None))


def played(rng: random.Random) -> Iterator[World]:
    """The same world, one step later each time, for one episode."""
    world = World(rng.randrange(1 << 30), events=False)
    wolf, fire = rng.randrange(5, PLAYED_EPISODE // 3), rng.randrange(5, PLAYED_EPISODE // 2)  # early: both end in time
    walk = (0.0, 0.0)
    for step in range(PLAYED_EPISODE):
        if step == wolf:
            world.call_wolf(WOLF_STAYS_S)
        if step == fire:
            world.light_fire(FIRE_BURNS_S)
        if rng.random() < STROLL:
            walk = (rng.uniform(-1, 1), rng.uniform(-1, 1))
        for npc in world.npcs:
            if rng.random() < ERRAND:
                world.apply(npc.name, "go_to", _spot(world, rng))
        tick(world, PLAYED_STEP_S, walk)
        yield world


def situation(rng: random.Random, mess: float) -> World:
    """A world in some state; `mess` 0..1 is the share of things that are not in their places."""
    world = World(rng.randrange(1 << 30), events=False)
    world.time = rng.uniform(0, 100)
    for thing in world.things:
        if thing.kind.portable or thing.look in ("chest", "barrel", "sign", "campfire", "cart", "flower"):
            if rng.random() < mess:
                thing.x, thing.y = _spot(world, rng)
            if rng.random() < GONE:
                thing.gone_until = world.time + 1
    for actor in (world.player, *world.npcs):
        if rng.random() < 0.3 + 0.7 * mess:
            actor.x, actor.y = _spot(world, rng)
        actor.facing, actor.moving = rng.choice((-1, 1)), rng.random() < 0.4
        actor.pose = rng.choice(("", "", "", "cheer", "point", "wave", "fight"))
    for thing in (t for t in world.things if t.kind.portable and t.gone_until is None and rng.random() < CARRIED):
        thing.carrier = rng.choice(world.npcs)
        thing.x, thing.y = thing.carrier.load
    if rng.random() < WOLF:
        wolf = world.call_wolf()
        wolf.x, wolf.y = _spot(world, rng)
        wolf.facing, wolf.moving = rng.choice((-1, 1)), rng.random() < 0.5
    if rng.random() < FIRE and any(t.look == "cart" and t.gone_until is None for t in world.things):
        world.light_fire()
    return world


def _spot(world: World, rng: random.Random) -> tuple[float, float]:
    return world.free(rng.uniform(2 * SIDE, WIDTH - 2 * SIDE), rng.uniform(TOP, HEIGHT - 12))


def labels(seen: Sequence[Entity], line: PlayerLine | None, phrase: str | None) -> dict[str, Any]:
    """Labels of a frame: what is in view, what the player says (None: nothing), and what is right then.

    Everything appears under each of its names: a guard is Bram, too.
    """
    rows = [(e, name) for e in seen for name in e.names]
    text = "" if line is None else line.filled(phrase or "")
    intent, tone = ("none", "neutral") if line is None else (line.intent, line.tone)
    lesson, meant = lesson_for(seen, intent, tone, phrase)
    target = next((i for i, (e, _) in enumerate(rows) if e is meant), None)
    entities = [{"name": name, "box": frame_box(e.box), "tags": e.tags} for e, name in rows]
    return {
        "entities": entities,
        "text": text,
        "intent": intent,
        "tone": tone,
        "action": lesson.action,
        "emotion": lesson.emotion,
        "target": target,
    }


def _say(
    seen: Sequence[Entity], lines: Sequence[Sequence[PlayerLine]], rng: random.Random
) -> tuple[PlayerLine | None, str | None]:
    """A line and what its slot is filled with; None for silence."""
    if rng.random() < SILENT:
        return None, None
    line = rng.choice(rng.choice(lines))
    if line.slot is None:
        return line, None
    here = sorted({name for e in seen if SLOT_TAGS[line.slot] & set(e.tags) for name in e.names})
    absent = sorted(_absent(seen, line.slot))
    return line, rng.choice(here if here and (rng.random() < IN_VIEW or not absent) else absent)


def _absent(seen: Sequence[Entity], slot: str) -> Iterator[str]:
    """Names that fit the slot and belong to nothing in view."""
    names = {**{k.name: k.tags for k in KINDS.values()}, **VOCABULARY}
    for name, tags in names.items():
        if SLOT_TAGS[slot] & set(tags) and not any(e.is_called(name) for e in seen):
            yield name


def _by_intent(utterances: Sequence[PlayerLine]) -> list[list[PlayerLine]]:
    groups: dict[str, list[PlayerLine]] = {}
    for line in utterances:
        groups.setdefault(line.intent, []).append(line)
    return list(groups.values())
