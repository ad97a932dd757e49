"""What a character remembers, and where that is kept."""

from npc.memory.memory import Changes, Memory
from npc.memory.postgres_store import PostgresStore
from npc.memory.records import CharacterState, Episode, MemoryData, Person, StandingOrder
from npc.memory.sqlite_store import SqliteStore
from npc.memory.store import InMemoryStore, Key, Memories, MemoryStore

__all__ = [
    "Changes",
    "CharacterState",
    "Episode",
    "InMemoryStore",
    "Key",
    "Memories",
    "Memory",
    "MemoryData",
    "MemoryStore",
    "Person",
    "PostgresStore",
    "SqliteStore",
    "StandingOrder",
]
