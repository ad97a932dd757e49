"""Kill a process while it writes memories: nothing acknowledged may be lost, nothing may be broken."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from npc.memory import MemoryStore, PostgresStore, SqliteStore
from npc.memory.postgres_store import SCHEMES

KEY = ("evaluation", "npc")
_MOST_S = 0.15  # a process is killed at a random moment within so many seconds of its first acknowledgement

# The process that is killed: it lives on with what it remembers, and says how much has been written down.
_WRITER = """
import sys
from npc import Character, Percept, load_persona
from npc.evaluation.kills import KEY, opened
store = opened(sys.argv[1])
npc = Character(load_persona("guard"), "npc", recollection=store.load(KEY))
person = npc.memory.people.get("player")
said = person.heard if person else 0
while True:
    said += 1
    npc.tick(Percept(said / 10, {"insult": 0.9}, {"angry": 0.9}, {"talk": 0.9}, text="fool!", source=str(said)))
    store.write([(KEY, npc.take_changes())])
    print(said, flush=True)
"""


@dataclass(frozen=True, slots=True)
class KillResult:
    """How often a writer was killed, what it had acknowledged, and what was missing or broken afterwards."""

    kills: int
    acknowledged: int
    lost: int
    broken: int


def opened(where: str) -> MemoryStore:
    """The store at a path or an address."""
    return PostgresStore(where) if where.startswith(SCHEMES) else SqliteStore(Path(where))


def kill_writers(kills: int, where: str, seed: int = 0, progress: Callable[[], object] = lambda: None) -> KillResult:
    """Kill a writing process `kills` times, each on the memory of the one before.

    Args:
        where: path of a memory file, or address of a database.
        progress: called after each kill.
    """
    rng = random.Random(seed)
    acknowledged = lost = broken = 0
    for _ in range(kills):
        acknowledged = max(acknowledged, _kill_one(where, rng.random() * _MOST_S))
        try:
            store = opened(where)
            known = store.load(KEY)
            store.close()
        except Exception:  # whatever it is: this memory cannot be read any more
            broken += 1
            break
        heard = known.people["player"].heard if known else 0
        lost += max(0, acknowledged - heard)
        newest = max((int(e.source) for e in known.episodes), default=0) if known else 0
        broken += newest != heard  # a person and an episode that do not belong together
        progress()
    return KillResult(kills, acknowledged, lost, broken)


def _kill_one(where: str, after: float) -> int:
    """Let a writer write for `after` seconds; the last thing that it had acknowledged."""
    writer = subprocess.Popen([sys.executable, "-c", _WRITER, where], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    said = writer.stdout.readline()
    time.sleep(after)
    writer.kill()
    rest = writer.stdout.read().split("\n")
    writer.wait()
    whole = [said.strip(), *(line for line in rest[:-1])]
    return int(whole[-1] or 0)
