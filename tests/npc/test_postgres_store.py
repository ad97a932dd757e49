"""Memories in PostgreSQL: several servers with one database, restarts of it, kills, versions, refusals."""

from __future__ import annotations

import builtins
import logging
import threading

import pytest

from npc import Character, Percept, Persona, RecollectionError
from npc.evaluation.kills import kill_writers
from npc.memory import Memories, Memory, PostgresStore
from npc.memory.postgres_store import _MIGRATIONS

pytestmark = pytest.mark.cluster
KEY = ("village", "mira")
CARD = {"name": "Mira", "lines": {"greet": ["Who are you?", {"say": "You insulted me.", "remembers": "insult"}]}}
DEADLINE = 60.0


def told(character: Character, time: float, intent: str, source: str = "", speaker: str = "player") -> str:
    sure = {"neutral": 0.9}
    words = Percept(time, {intent: 0.9}, sure, {"greet": 0.9}, sure, text=intent, speaker=speaker, source=source)
    return character.tick(words).line


def mira(memory: Memory) -> Character:
    return Character(Persona.model_validate(CARD), "mira", memory=memory)


@pytest.fixture
def servers(postgres):
    """Two servers' registers, each with a connection of its own."""
    stores = [PostgresStore(postgres.url) for _ in range(2)]
    yield [Memories(store) for store in stores]
    for store in stores:
        store.close()


def test_a_killed_writer_loses_nothing_and_breaks_nothing(postgres):
    result = kill_writers(3, postgres.url)
    assert result.acknowledged > 3
    assert (result.lost, result.broken) == (0, 0)


# -- several servers ---------------------------------------------------------------------------------------


def test_who_moves_to_another_server_is_known_there_and_back_again(servers):
    one, other = servers
    first = mira(one.of(KEY))
    told(first, 1.0, "insult", "a")
    one.keep([(KEY, first.take_changes())])
    second = mira(other.of(KEY))
    assert told(second, 2.0, "greet", "b") == "You insulted me."
    told(second, 3.0, "gift", "c")
    other.keep([(KEY, second.take_changes())])
    assert not first.memory.knows("c")
    one.refresh([KEY])
    assert first.memory.knows("c")
    assert first.memory.people["player"].heard == 3
    one.keep([(KEY, changes)] if (changes := first.take_changes()) else [])
    assert len(other.of(KEY).episodes) == 3


def test_an_utterance_that_comes_to_both_is_one_episode(servers):
    lives = [mira(memories.of(KEY)) for memories in servers]  # both before anybody has written
    for memories, life in zip(servers, lives, strict=True):
        told(life, 1.0, "insult", "the same")
        memories.keep([(KEY, life.take_changes())])
    servers[0].refresh([KEY])
    assert [e.source for e in lives[0].memory.episodes] == ["the same"]


def test_servers_that_write_at_once_lose_and_double_nothing(postgres):
    """Neither looks at what the other does: the worst that can be."""

    def write(who: int) -> None:
        store, memory = PostgresStore(postgres.url), Memory()
        for n in range(30):
            memory.remember(float(n), f"speaker {who}", "insult", 0.8, text=f"{who}/{n}", source=f"{who}/{n}" if n % 2 else "")
            store.write([(("village", "other"), Memory().take_changes() or _touched()), (KEY, memory.take_changes())])
        store.close()

    threads = [threading.Thread(target=write, args=(who,)) for who in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    store = PostgresStore(postgres.url)
    texts = [e.text for e in store.load(KEY).episodes]
    assert sorted(texts) == sorted(f"{who}/{n}" for who in range(3) for n in range(30))
    store.close()


def _touched():
    memory = Memory()
    memory.touch()
    return memory.take_changes()


def test_what_one_forgets_that_was_kept_under_another_number_is_gone(postgres):
    stores, memories = [PostgresStore(postgres.url) for _ in range(2)], [Memory(), Memory()]
    for store, memory, what in zip(stores, memories, ("insult", "chat"), strict=True):
        for n in range(60):
            memory.remember(float(n), what, what, 0.1 if what == "chat" else 0.8, text=f"{what} {n}")
            store.write([(KEY, memory.take_changes())])
    kept = {e.text for e in stores[0].load(KEY).episodes}
    assert kept == {e.text for memory in memories for e in memory.episodes}
    for store in stores:
        store.close()


# -- the database goes away ----------------------------------------------------------------------------------


def test_a_restart_of_the_database_loses_nothing_that_was_written(postgres, caplog):
    store, memory = PostgresStore(postgres.url, patience=DEADLINE), Memory()
    restart = threading.Thread(target=lambda: (postgres.kill(), postgres.start()))
    for n in range(40):
        if n == 10:
            restart.start()
        memory.remember(float(n), "player", "insult", 0.8, source=f"{n}")
        store.write([(KEY, memory.take_changes())])
        if n == 20:
            restart.join(DEADLINE)
    assert [e.source for e in store.load(KEY).episodes] == [f"{n}" for n in range(40)]
    assert "is back after" in caplog.text
    store.close()


def breaks_once(store, monkeypatch, kept):
    """The connection breaks at the end of the next transaction, which the database has kept or not; what is given tells so."""
    real, broken = store._psycopg.Connection.transaction, []

    def breaks(connection, *arguments):
        inner = real(connection, *arguments)

        class Broken:
            def __enter__(self):
                return inner.__enter__()

            def __exit__(self, *error):
                if broken:
                    return inner.__exit__(*error)
                broken.append(True)
                lost = store._psycopg.OperationalError("server closed the connection unexpectedly")
                inner.__exit__(*(error if kept else (type(lost), lost, None)))
                raise lost

        return Broken()

    monkeypatch.setattr(store._psycopg.Connection, "transaction", breaks)
    return broken


def test_a_commit_that_nobody_confirmed_is_not_done_twice(postgres, monkeypatch):
    """The connection breaks after the commit and before its answer, when episodes had to be numbered anew."""
    store, other, memories = PostgresStore(postgres.url), PostgresStore(postgres.url), [Memory(), Memory()]
    for memory, who in zip(memories, (other, store), strict=True):
        memory.remember(1.0, "player", "insult", 0.8, text=f"{who is store}")
    other.write([(KEY, memories[0].take_changes())])
    broken = breaks_once(store, monkeypatch, kept=True)
    store.write([(KEY, memories[1].take_changes())])
    assert broken
    assert sorted(e.text for e in store.load(KEY).episodes) == ["False", "True"]
    store.close()
    other.close()


def test_a_write_of_which_a_crash_kept_nothing_is_done_again(postgres, monkeypatch):
    """Though another server writes in between: a crashed database may give its transaction the number of the lost one."""
    store, other, memories = PostgresStore(postgres.url), PostgresStore(postgres.url), [Memory(), Memory()]
    for memory, text in zip(memories, ("lost at first", "of the other"), strict=True):
        memory.remember(1.0, "player", "insult", 0.8, text=text)
    broken = breaks_once(store, monkeypatch, kept=False)
    meanwhile = [(KEY, memories[1].take_changes())]
    drop = store._drop

    def dropped():
        drop()
        other.write(meanwhile)

    monkeypatch.setattr(store, "_drop", dropped)
    store.write([(KEY, memories[0].take_changes())])
    assert broken
    assert sorted(e.text for e in store.load(KEY).episodes) == ["lost at first", "of the other"]
    monkeypatch.undo()
    store.close()
    other.close()


def test_nobody_waits_again_and_again_for_a_database_that_stays_away(postgres, caplog):
    waited = []
    store = PostgresStore(postgres.url, patience=1.0, clock=lambda: sum(waited), pause=waited.append)
    memories = Memories(store)
    npc = mira(memories.of(KEY))
    postgres.kill()
    try:
        for n in range(5):
            told(npc, float(n), "insult", f"{n}")
            with pytest.raises(RecollectionError, match="cannot be reached"):
                memories.keep([(KEY, npc.take_changes())])
        assert sum(waited) <= 2.0
    finally:
        postgres.start()
    waited.append(5.0)
    told(npc, 9.0, "insult", "9")
    memories.keep([(KEY, npc.take_changes())])
    assert [e.source for e in store.load(KEY).episodes] == [*map(str, range(5)), "9"]
    assert "refresh" not in caplog.text
    store.close()


def test_a_database_that_hangs_is_asked_half_of_the_time_at_the_most(postgres, monkeypatch):
    now = 0.0

    def pause(seconds):
        nonlocal now
        now += seconds

    store = PostgresStore(postgres.url, patience=1.0, clock=lambda: now, pause=pause)

    def hangs():
        pause(2.0)
        raise store._psycopg.OperationalError("timeout expired")

    monkeypatch.setattr(store, "_connected", hangs)
    waited = 0.0
    while now < 60.0:
        before = now
        with pytest.raises(RecollectionError, match="cannot be reached"):
            store.load(KEY)
        waited += now - before
        pause(0.1)
    assert waited < 40.0
    store.close()


# -- what it is refused for ----------------------------------------------------------------------------------


def test_a_database_of_an_older_version_goes_through_what_it_lacks_and_a_newer_one_is_refused(postgres):
    memory = Memory()
    memory.remember(1.0, "player", "insult", 0.8)
    old = PostgresStore(postgres.url)
    old.write([(KEY, memory.take_changes())])
    old.close()
    newer = (*_MIGRATIONS, "ALTER TABLE npc_engine.life ADD COLUMN more text")
    new = PostgresStore(postgres.url, migrations=newer)
    assert len(new.load(KEY).episodes) == 1
    new.close()
    with pytest.raises(RecollectionError, match="newer version"):
        PostgresStore(postgres.url)


def test_servers_that_start_at_once_make_one_schema(postgres):
    stores: list[PostgresStore] = []
    threads = [threading.Thread(target=lambda: stores.append(PostgresStore(postgres.url))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    assert len(stores) == 4
    for store in stores:
        store.close()


def test_a_damaged_record_is_set_aside_and_the_rest_lives(postgres, caplog):
    import psycopg

    store, memory = PostgresStore(postgres.url), Memory()
    for n in range(3):
        memory.remember(float(n), "player", "insult", 0.8, text=f"{n}")
    store.write([(KEY, memory.take_changes())])
    with psycopg.connect(postgres.url, autocommit=True) as base:
        base.execute("UPDATE npc_engine.episode SET record = 'rubbish' WHERE id = 1")
    with caplog.at_level(logging.WARNING, "npc.memory"):
        assert [e.text for e in store.load(KEY).episodes] == ["0", "2"]
    assert "set aside" in caplog.text
    with psycopg.connect(postgres.url) as base:
        assert base.execute("SELECT name, record FROM npc_engine.set_aside").fetchall() == [("1", "rubbish")]
    store.close()


def test_names_that_no_database_holds_are_kept_as_what_it_can_hold(postgres):
    store, memory = PostgresStore(postgres.url), Memory()
    memory.remember(1.0, "A\0da", "insult", 0.8, text="half \0", source="\0")
    memory.acquaint("A\0da", 1.0)
    store.write([(("vil\0lage", "mira"), memory.take_changes())])
    known = store.load(("vil\0lage", "mira"))
    assert (known.episodes[0].text, list(known.people)) == ("half \0", ["A\ufffdda"])
    store.close()


@pytest.mark.parametrize(
    ("url", "told_of"),
    [
        ("postgresql://nobody:secret@127.0.0.1:1/npc", "cannot be reached"),
        ("postgresql://host/npc?nonsense=1", "names no database"),
    ],
)
def test_what_cannot_be_reached_is_refused_without_its_password(url, told_of):
    pytest.importorskip("psycopg", reason="needs the postgres extra")
    with pytest.raises(RecollectionError, match=told_of) as refused:
        PostgresStore(url, patience=0.2)
    assert "secret" not in str(refused.value)
    assert refused.value.fix


def test_a_wrong_database_is_told_at_once(postgres):
    with pytest.raises(RecollectionError, match="does not exist"):
        PostgresStore(postgres.url.replace("/postgres?", "/other?"), patience=DEADLINE)


def test_without_psycopg_the_command_that_brings_it_is_told(monkeypatch):
    real = builtins.__import__

    def lacks(name, *rest):
        if name == "psycopg":
            raise ModuleNotFoundError(name=name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", lacks)
    with pytest.raises(RecollectionError, match=r"npc-engine\[postgres\]"):
        PostgresStore("postgresql://localhost/npc")
