"""What a character remembers, and where that is kept."""

from npc.memory.memory import Changes, Memory
from npc.memory.records import Episode, Life, Person, Recollection, Undertaking
from npc.memory.sqlite_store import SqliteStore
from npc.memory.store import InMemoryStore, Key, MemoryStore

__all__ = [
    "Changes",
    "Episode",
    "InMemoryStore",
    "Key",
    "Life",
    "Memory",
    "MemoryStore",
    "Person",
    "Recollection",
    "SqliteStore",
    "Undertaking",
]
