"""What stores do with memories: shared ones, damaged ones, too many of them, and those that 0.1 wrote."""

from __future__ import annotations

import gc
import json
import logging
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from npc import Character, Percept, Persona, RecollectionError
from npc.memory import InMemoryStore, Memories, Memory, MemoryStore, PostgresStore, SqliteStore
from npc.memory.records import EPISODE, Episode, unpack
from npc.memory.store import kept_as

KEY = ("village", "mira")
OF_0_1 = Path(__file__).with_name("written_by_0_1")
CARD = {"name": "Mira", "lines": {"greet": ["Who are you?", {"say": "You insulted me.", "remembers": "insult"}]}}


def told(character: Character, time: float, intent: str, speaker: str = "player", **more: object) -> str:
    sure = {"neutral": 0.9}
    words = Percept(time, {intent: 0.9}, sure, {"greet": 0.9}, sure, text=intent, speaker=speaker, **more)
    return character.tick(words).line


def mira(memory: Memory | None = None) -> Character:
    return Character(Persona.model_validate(CARD), "mira", memory=memory)


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.cluster)])
def store(request, tmp_path):
    made = {
        "memory": InMemoryStore,
        "sqlite": lambda: SqliteStore(tmp_path / "memory.sqlite"),
        "postgres": lambda: PostgresStore(request.getfixturevalue("postgres").url),
    }
    kept = made[request.param]()
    yield kept
    kept.close()


def changed(path: Path, *statements: str) -> None:
    """Do something to the file that no store would do."""
    base = sqlite3.connect(path)
    for statement in statements:
        base.execute(statement)
    base.commit()
    base.close()


# -- two that were loaded apart ---------------------------------------------------------------------------


def test_what_is_forgotten_under_another_number_is_gone_and_nobody_elses(store: MemoryStore):
    first, second = Memory(), Memory()
    first.remember(1.0, "player", "insult", 0.8, text="of the first")
    second.remember(2.0, "player", "insult", 0.8, text="of the second")
    store.write([(KEY, first.take_changes())])
    store.write([(KEY, second.take_changes())])
    [moved] = second.episodes
    second.touch()
    change = second.take_changes()
    change.forgotten.append(moved)
    store.write([(KEY, change)])
    assert [e.text for e in store.load(KEY).episodes] == ["of the first"]
    store.write([(KEY, change)])  # once more: it has no number of its own any more, and the first's is not taken for it
    assert [e.text for e in store.load(KEY).episodes] == ["of the first"]


@pytest.mark.parametrize("store", ["sqlite", pytest.param("postgres", marks=pytest.mark.cluster)], indirect=True)
def test_a_store_holds_no_episode_of_characters_that_are_gone(store: MemoryStore):
    for n in range(5):
        for who in ("one", "other"):
            memory = Memory()
            memory.remember(1.0, who, "insult", 0.8, text="only here")
            store.write([(("village", f"npc {n}"), memory.take_changes())])
    del memory
    gc.collect()
    assert not [held for held in gc.get_objects() if isinstance(held, Episode) and held.text == "only here"]


def test_an_episode_that_an_older_version_wrote_in_other_words_is_known():
    memory = Memory()
    memory.remember(1.0, "player", "insult", 0.8, text="words")
    [episode] = memory.episodes
    record = EPISODE.dump_json(episode).decode()
    older = json.dumps({name: value for name, value in json.loads(record).items() if value != ""})
    assert older != record
    assert kept_as(episode, record, {0: older}) == 0
    assert kept_as(episode, record, {0: older.replace("words", "others"), 7: record}) == 7
    assert kept_as(episode, record, {0: "rubbish"}) is None


# -- two at once -------------------------------------------------------------------------------------------


def test_two_games_with_one_character_share_what_it_remembers(store: MemoryStore):
    memories = Memories(store)
    one, other = (mira(memories.of(KEY)) for _ in range(2))
    told(one, 1.0, "insult")
    assert told(other, 900.0, "greet") == "You insulted me."
    for n in range(3):
        told(other, 901.0 + n, "chat")
        told(one, 2.0 + n, "chat")
    memories.keep([(KEY, changes) for npc in (one, other) if (changes := npc.take_changes())])
    kept = store.load(KEY)
    assert [e.what for e in kept.episodes] == ["insult", "greet", *["chat"] * 6]
    assert kept.people["player"].heard == 8
    times = [e.time for e in kept.episodes]
    assert times == sorted(times), "both live in one time, whatever their games' clocks say"


def test_who_comes_later_takes_over_from_who_has_left(store: MemoryStore):
    memories = Memories(store)
    first = mira(memories.of(KEY))
    told(first, 1.0, "insult")
    memories.keep([(KEY, first.take_changes())])
    del first
    assert told(mira(memories.of(KEY)), 1.0, "greet") == "You insulted me."


def test_each_of_two_games_tells_its_own_events(store: MemoryStore):
    memories = Memories(store)
    one, other = (mira(memories.of(KEY)) for _ in range(2))
    for n in range(10):
        one.tick(Percept(float(n), {"none": 1.0}, state={"event": "helped", "event_by": "Ada"}))
        other.tick(Percept(float(n), {"none": 1.0}))
    assert [e.what for e in one.memory.episodes] == ["helped"]


class _Full(InMemoryStore):
    full = True

    def write(self, changes):
        if self.full:
            raise RecollectionError("memory_file", "The disk is full.", "Make room.")
        super().write(changes)


def test_who_is_loaded_while_what_was_left_is_written_knows_it():
    class Slow(_Full):
        met: bool = True
        memories: Memories

        def load(self, key):
            known = super().load(key)
            if not self.full and not self.met:
                self.met = True
                self.memories.keep([])  # on another thread, between the look and the next line
            return known

    store = Slow()
    memories = store.memories = Memories(store)
    npc = mira(memories.of(KEY))
    told(npc, 1.0, "insult", source="a")
    with pytest.raises(RecollectionError):
        memories.keep([(KEY, npc.take_changes())])
    del npc
    store.full = store.met = False
    assert memories.of(KEY).knows("a")
    assert [e.source for e in store.load(KEY).episodes] == ["a"]


def test_what_could_not_be_written_is_written_once_there_is_room():
    store = _Full()
    memories = Memories(store)
    npc = mira(memories.of(KEY))
    for n in range(2):
        told(npc, float(n), "insult")
        with pytest.raises(RecollectionError, match="full"):
            memories.keep([(KEY, npc.take_changes())])
    store.full = False
    told(npc, 3.0, "chat")
    memories.keep([(KEY, npc.take_changes())])
    assert [e.what for e in store.load(KEY).episodes] == ["insult", "insult", "chat"]


def test_what_could_not_be_written_is_known_to_who_comes_back_and_written_at_anybodys_turn():
    store = _Full()
    memories = Memories(store)
    npc = mira(memories.of(KEY))
    told(npc, 1.0, "insult")
    with pytest.raises(RecollectionError, match="full"):
        memories.keep([(KEY, npc.take_changes())])
    del npc
    assert told(mira(memories.of(KEY)), 2.0, "greet") == "You insulted me."
    store.full = False
    memories.keep([])
    assert [e.what for e in store.load(KEY).episodes] == ["insult"]


def test_changes_that_follow_each_other_come_to_what_the_store_would_have_made_of_both(store: MemoryStore):
    kept, waiting, memory = ("village", "kept"), ("village", "waiting"), Memory()
    both = None
    for n in range(300):
        memory.acquaint(f"person {n}", float(n))
        memory.remember(float(n), f"person {n}", "insult" if n % 3 else "chat", 0.8 if n % 3 else 0.1, text=f"{n}")
        changes = memory.take_changes()
        store.write([(kept, changes)])
        both = changes if both is None else both.followed_by(changes)
    store.write([(waiting, both)])
    assert store.load(waiting) == store.load(kept)
    assert both.added_to(None) == store.load(kept)


def test_memories_that_were_loaded_apart_never_write_over_each_others_episodes(store: MemoryStore):
    writers = [Memory(), Memory()]
    for n in range(40):
        for who, memory in enumerate(writers):
            memory.remember(float(n), f"speaker {who}", "insult", 0.8, text=f"{who}/{n}")
            store.write([(KEY, memory.take_changes())])
    kept = store.load(KEY).episodes
    assert {e.text for e in kept} == {f"{who}/{n}" for who in (0, 1) for n in range(40)}
    assert len({e.id for e in kept}) == 80


def test_what_one_of_them_forgets_is_its_own(store: MemoryStore):
    writers = [Memory(), Memory()]
    for memory, what in zip(writers, ("chat", "insult"), strict=True):
        for n in range(100):
            memory.remember(float(n), what, what, 0.1 if what == "chat" else 0.8, text=f"{what} {n}")
            store.write([(KEY, memory.take_changes())])
    kept = {e.text for e in store.load(KEY).episodes}
    assert kept == {e.text for memory in writers for e in memory.episodes}
    assert {f"insult {n}" for n in range(100)} < kept


# -- damage ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("damage", "left"),
    [
        ("UPDATE episode SET record = 'rubbish' WHERE id = 0", {"chat", "gift"}),
        ("UPDATE episode SET record = 5 WHERE id = 1", {"insult", "gift"}),
        ("UPDATE episode SET record = x'ff00fe' WHERE id = 2", {"insult", "chat"}),
        ('UPDATE life SET record = \'{"now": "soon"}\'', {"insult", "chat", "gift"}),
        ("DELETE FROM life", {"insult", "chat", "gift"}),
        ("UPDATE person SET record = CAST(x'ff7b' AS TEXT)", {"insult", "chat", "gift"}),
    ],
)
def test_a_damaged_record_is_set_aside_and_the_rest_lives(tmp_path, caplog, damage, left):
    path = tmp_path / "memory.sqlite"
    store, npc = SqliteStore(path), mira()
    for n, intent in enumerate(("insult", "chat", "gift")):
        told(npc, float(n), intent)
    store.write([(KEY, npc.take_changes())])
    store.close()
    changed(path, damage)
    store = SqliteStore(path)
    with caplog.at_level(logging.WARNING, "npc.memory"):
        known = store.load(KEY)
    assert {e.what for e in known.episodes} == left
    assert ("set aside" in caplog.text) == damage.startswith("UPDATE")
    other = Character(npc.persona, "mira", recollection=known)
    told(other, 50.0, "threaten")
    store.write([(KEY, other.take_changes())])
    caplog.clear()
    assert {e.what for e in store.load(KEY).episodes} == left | {"threaten"}
    assert not caplog.text, "it is told once"
    store.close()
    base = sqlite3.connect(path)
    assert base.execute("SELECT count(*) FROM set_aside").fetchone() == (int(damage.startswith("UPDATE")),)


def test_half_a_character_is_kept_as_what_can_be_kept(store: MemoryStore):
    npc, half = mira(), "\ud83d"
    told(npc, 1.0, "insult", speaker=f"Ada {half}", source=half)
    npc.tick(Percept(2.0, {"none": 1.0}, state={"event": "robbed", "event_by": half, "event_id": half}))
    npc.tick(Percept(3.0, {"insult": 0.9}, action={"talk": 0.9}, text=f"\ud83d\ude00 {half}"))
    key = (f"village {half}", half)
    store.write([(key, npc.take_changes())])
    known = store.load(key)
    assert [e.text for e in known.episodes] == ["insult", "", "\U0001f600 \ufffd"]
    assert {"Ada \ufffd", "\ufffd"} <= known.people.keys()
    assert unpack(npc.snapshot()).episodes == known.episodes


# -- size --------------------------------------------------------------------------------------------------


def test_a_file_never_grows_beyond_its_bound(tmp_path, caplog):
    path, most = tmp_path / "memory.sqlite", 1 << 20
    store = SqliteStore(path, most_bytes=most)
    for n in range(1200):
        memory = Memory()
        for m in range(4):
            memory.remember(float(m), "player", "insult", 0.8, text="x" * 500)
        store.write([(("village", f"npc {n}"), memory.take_changes())])
    store.close()
    assert path.stat().st_size <= 2 * most
    assert "is forgotten" in caplog.text
    SqliteStore(path, most_bytes=most).close()
    assert path.stat().st_size <= 1.1 * most, "room that is free goes back to the disk"
    store = SqliteStore(path, most_bytes=most)
    assert store.load(("village", "npc 0")) is None
    assert len(store.load(("village", "npc 1199")).episodes) == 4
    store.close()


# -- what 0.1 wrote ----------------------------------------------------------------------------------------


def test_a_file_of_0_1_is_read_and_written_on(tmp_path):
    path = tmp_path / "memory.sqlite"
    shutil.copy(OF_0_1 / "memory.sqlite", path)
    for life in range(2):
        store = SqliteStore(path)
        known = store.load(("village", "bram"))
        assert [e.what for e in known.episodes] == ["greet", "insult", "gift", "follow_me", "helped", *["chat"] * life]
        assert known.episodes[1].text == "You fool! Dummkopf, äöü 😀"
        assert (known.people["player"].heard, known.people["Ada"].heard) == (2 + life, 2)
        npc = Character(Persona(name="Bram"), "bram", recollection=known)
        assert npc.tick(Percept(0.0, {"none": 1.0})).action == "follow"
        told(npc, 1.0, "chat")
        store.write([(("village", "bram"), npc.take_changes())])
        store.close()


def test_a_snapshot_of_0_1_is_restored():
    npc = Character(Persona(name="Bram"), "bram")
    npc.restore((OF_0_1 / "snapshot.npcm").read_bytes())
    assert npc.relationship("Ada").trust > 0 > npc.relationship("player").affection
    assert npc.tick(Percept(0.0, {"none": 1.0})).action == "follow"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_a_folder_a_pipe_and_the_like_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(RecollectionError, match="cannot be used as a memory"):
            SqliteStore(path)


def test_a_loaded_save_takes_the_place_of_what_was_there_also_in_the_store(store: MemoryStore):
    memories = Memories(store)
    npc, other = (mira(memories.of(KEY)) for _ in range(2))
    told(npc, 1.0, "gift")
    saved = npc.snapshot()
    told(npc, 2.0, "insult", speaker="Ada")
    memories.keep([(KEY, npc.take_changes())])
    npc.restore(saved)
    memories.keep([(KEY, npc.take_changes())])
    known = store.load(KEY)
    assert ([e.what for e in known.episodes], list(known.people)) == (["gift"], ["player"])
    assert other.memory.recalls("Ada", 3.0) == frozenset(), "who shares it knows no more either"


def test_lines_that_are_said_once_fill_no_memory(store: MemoryStore):
    lines = [{"say": f"{n}", "once": "ever"} for n in range(100)]
    memories = Memories(store)
    for card in range(20):
        said = [{**line, "say": f"{card}/{line['say']}"} for line in lines]
        npc = Character(Persona.model_validate({"name": "Mira", "lines": {"greet": said}}), "mira", memory=memories.of(KEY))
        for n in range(100):
            told(npc, float(n), "greet")
        memories.keep([(KEY, npc.take_changes())])
    assert len(store.load(KEY).people["player"].told["ever"]) <= 512


def test_a_standing_order_outlives_a_snapshot_before_the_first_percept():
    first = mira()
    first.tick(Percept(1.0, {"follow_me": 0.9}, action={"follow": 0.9}, text="follow me"))
    second = mira()
    second.restore(first.snapshot())
    third = mira()
    third.restore(second.snapshot())
    assert third.tick(Percept(0.0, {"none": 1.0})).action == "follow"
