"""What characters remember, how they forget, and that it comes back after the process, the game or the card changed."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npc import Character, Percept, Persona, RecollectionError, Target, load_persona
from npc.memory import InMemoryStore, Memory, SqliteStore
from npc.memory.memory import MOST_EPISODES, MOST_PEOPLE, SHORT_TERM, VISIT
from npc.memory.records import pack, unpack

KEY = ("village", "mira")


def told(character: Character, time: float, intent: str, action: str = "talk", **more: object) -> str:
    """Say something to a character; the line that it answers with."""
    percept = Percept(
        time=time,
        text=intent,
        intent={intent: 0.95},
        tone={"neutral": 0.9},
        action={action: 0.95},
        emotion={"neutral": 0.9},
        **more,
    )
    return character.tick(percept).line


def someone(**card: object) -> Persona:
    return Persona.model_validate({"name": "Test", **card})


@pytest.fixture(params=["memory", "sqlite"])
def store(request, tmp_path):
    kept = InMemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "memory.sqlite")
    yield kept
    kept.close()


def reborn(character: Character, store, persona: Persona | None = None) -> Character:
    """What another process makes of what this character has written down."""
    store.write([(KEY, character.take_changes())])
    return Character(persona or character.persona, character.npc_id, recollection=store.load(KEY))


# -- conditions on memory ----------------------------------------------------------------------------------


def test_a_line_may_ask_what_the_speaker_did_before():
    grudge = {"say": "I have not forgotten.", "remembers": "insult"}
    npc = Character(someone(lines={"greet": ["Hello.", grudge]}), "test")
    assert told(npc, 1.0, "greet", "greet") == "Hello."
    told(npc, 2.0, "insult")
    assert told(npc, 3.0, "greet", "greet", speaker="other") == "Hello."
    assert told(npc, 4.0, "greet", "greet") == "I have not forgotten."


def test_a_trifle_is_forgotten_within_an_hour_and_a_threat_is_not():
    lines = {"talk": ["So.", {"say": "You joked.", "remembers": "chat"}]}
    npc = Character(someone(lines=lines), "test")
    told(npc, 0.0, "chat")
    assert told(npc, 60.0, "agree") == "You joked."
    told(npc, 61.0, "threaten")
    later = Character(someone(lines=lines), "test", recollection=unpack(npc.snapshot()))
    told(later, 0.0, "agree")
    assert "chat" not in later.memory.recalls("player", 3600.0)
    assert "threaten" in later.memory.recalls("player", 3600.0)


def test_a_rule_may_ask_what_the_character_did_for_the_speaker():
    rule = {"when": {"action": "give", "did": "give"}, "do": "refuse", "because": "gave once already", "say": "Enough."}
    npc = Character(someone(rules=[rule], lines={"give": ["Here."]}), "test")
    assert told(npc, 1.0, "give_me", "give", target=Target(0.4, 0.6, 0.9)) == "Here."
    assert told(npc, 2.0, "give_me", "give") == "Enough."


def test_a_line_for_somebody_who_was_away_is_not_for_strangers():
    back = {"say": "Long time no see.", "away": 600}
    npc = Character(someone(lines={"greet": ["Hello.", back]}), "test")
    assert told(npc, 1000.0, "greet", "greet") == "Hello."
    assert told(npc, 1010.0, "greet", "greet") == "Hello."
    assert told(npc, 2000.0, "greet", "greet") == "Long time no see."


def test_once_means_once_for_each_person_and_once_a_visit_begins_anew_with_the_next():
    lines = {"talk": ["So.", "Well.", {"say": "My name is Test.", "once": "ever", "intent": "chat"}]}
    npc = Character(someone(lines=lines), "test")
    said = [told(npc, float(n), "chat") for n in range(12)]
    assert said.count("My name is Test.") == 1
    assert told(npc, 13.0, "chat", speaker="other") == "My name is Test."
    lines = {"talk": ["So.", "Well.", {"say": "Back again?", "once": "visit", "intent": "chat"}]}
    npc = Character(someone(lines=lines), "test")
    assert [told(npc, float(n), "chat") for n in range(12)].count("Back again?") == 1
    assert told(npc, 12.0 + VISIT, "chat") == "Back again?"


def test_what_was_seen_is_remembered(stage):
    actor = stage(watch={"wolf": "threat"}, lines={"talk": ["Quiet.", {"say": "There was a wolf.", "saw": "wolf"}]})
    assert actor.hear("news?", "ask_about", "talk").line == "Quiet."
    actor.see(wolf=0.95)
    actor.look(seconds=30.0)
    assert actor.hear("news?", "ask_about", "talk").line == "There was a wolf."


def test_a_promise_can_be_asked_for_until_it_is_over():
    kept = {"say": "I waited.", "promised": "stay"}
    npc = Character(someone(lines={"greet": ["Hello.", kept], "stay": ["I wait."]}), "test")
    told(npc, 1.0, "wait_here", "stay")
    assert told(npc, 2.0, "greet", "greet") == "I waited."
    assert told(npc, 3.0, "greet", "greet", speaker="other") == "Hello."
    told(npc, 4.0, "farewell", "greet")
    assert told(npc, 5.0, "greet", "greet") == "Hello."


# -- events ------------------------------------------------------------------------------------------------


def test_an_event_counts_once_however_many_frames_tell_of_it(stage):
    actor = stage("guard")
    state = {"event": "helped", "event_by": "player"}
    first = actor.look(state=state)
    assert (first.action, "helped by player" in first.reason) == ("talk", True)
    trust = actor.character.relationship("player").trust
    for _ in range(10):
        actor.look(state=state)
    assert actor.character.relationship("player").trust == trust > 0.0
    actor.look(state={})
    actor.look(state=state)
    assert actor.character.relationship("player").trust > trust
    again = actor.character.relationship("player").trust
    actor.look(state={**state, "event_id": 2})
    assert actor.character.relationship("player").trust > again


def test_who_is_attacked_reacts_as_it_is(stage):
    state = {"event": "attacked", "event_by": "player"}
    assert stage("guard").look(state=state).action in {"defend", "attack"}
    assert stage("coward").look(state=state).action == "flee"


def test_unknown_events_are_nothing(stage):
    assert stage("guard").look(state={"event": "exploded", "event_by": 3}).action == "idle"


# -- keeping -----------------------------------------------------------------------------------------------


def test_a_relationship_a_grudge_and_a_promise_outlive_the_process(store):
    npc = Character(load_persona("guard"), "bram")
    told(npc, 1.0, "insult")
    told(npc, 2.0, "follow_me", "follow")
    assert npc.relationship("player").affection < 0
    other = reborn(npc, store)
    assert other.relationship("player") == npc.relationship("player")
    assert "insult" in other.memory.recalls("player", 2.0)
    assert other.tick(Percept(time=0.0, intent={"none": 1.0})).action == "follow"
    assert other.mood.now == pytest.approx(npc.mood.now)


def test_time_goes_on_where_it_stopped(store):
    npc = Character(someone(), "test")
    told(npc, 5000.0, "insult")
    other = reborn(npc, store)
    decision = other.tick(Percept(time=3.0, intent={"none": 1.0}))
    assert decision.time == 3.0
    told(other, 13.0, "insult")
    assert [e.time for e in other.memory.episodes] == [5000.0, 5010.0]


def test_what_is_written_bit_by_bit_is_the_whole_memory(store):
    npc = Character(load_persona("bard"), "pip")
    for n, intent in enumerate(["greet", "insult", "gift", "threaten", "compliment"] * 80):
        told(npc, float(n), intent, speaker=f"player {n % 7}")
        store.write([(KEY, npc.take_changes())])
    assert store.load(KEY) == unpack(npc.snapshot())


def test_the_same_utterance_is_taken_in_once_even_by_another_process(store):
    npc = Character(someone(), "test")
    told(npc, 1.0, "insult", source="s/1")
    other = reborn(npc, store)
    before = other.relationship("player").affection
    told(other, 2.0, "insult", source="s/1")
    assert other.relationship("player").affection == before
    told(other, 3.0, "insult", source="s/2")
    assert other.relationship("player").affection < before


def test_a_memory_never_grows_beyond_its_bounds():
    memory = Memory()
    for n in range(3 * MOST_EPISODES):
        memory.remember(float(n), "player", "insult" if n % 50 == 0 else "chat", 0.6 if n % 50 == 0 else 0.1)
        memory.meet(f"player {n}", float(n))
    assert len(memory.episodes) <= MOST_EPISODES
    assert len(memory.people) == MOST_PEOPLE
    assert "insult" in memory.recalls("player", 3.0 * MOST_EPISODES)
    assert sum(e.what == "insult" for e in memory.episodes) == 16


def test_who_matters_is_kept_when_there_are_too_many_people():
    memory = Memory()
    memory.meet("friend", 0.0)[0].relationship.move({"affection": 0.5})
    for n in range(2 * MOST_PEOPLE):
        memory.meet(f"passer-by {n}", float(n))
    assert "friend" in memory.people


def test_frames_alone_write_nothing(stage):
    actor = stage("guard")
    actor.hear("hello", "greet", "greet")
    assert actor.character.take_changes() is not None
    for _ in range(50):
        actor.look()
    assert actor.character.take_changes() is None


def test_two_games_do_not_share_a_character(store):
    npc = Character(someone(), "mira")
    told(npc, 1.0, "insult")
    store.write([(KEY, npc.take_changes())])
    assert store.load(("other game", "mira")) is None


# -- snapshots ---------------------------------------------------------------------------------------------


def test_a_restored_character_goes_on_exactly_as_the_other(stage):
    one = stage("bard")
    for intent, action in (("greet", "greet"), ("insult", "talk"), ("follow_me", "follow"), ("chat", "talk")):
        one.hear(intent, intent, action)
    two = stage("bard")
    two.character.restore(one.character.snapshot())
    two.time = one.time
    for n in range(40):
        intent, action = [("chat", "talk"), ("greet", "greet"), ("give_me", "give")][n % 3]
        assert one.hear(intent, intent, action) == two.hear(intent, intent, action)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no snapshot"),
        (b"\x89PNG....", "no snapshot"),
        (b"NPCM\x09abc", "version 9"),
        (b"NPCM", "version 0"),
        (b"NPCM\x01garbage", "damaged"),
        (b"NPCM\x01" + zlib.compress(b"[1, 2]"), "broken"),
        (b"NPCM\x01" + zlib.compress(b'{"life": {"mood": ["x", 0, 0]}}'), "life.mood.0"),
        (b"NPCM\x01" + zlib.compress(b'{"people": {"a": {"relationship": {"trust": 7}}}}'), "trust"),
        (b"NPCM\x01" + zlib.compress(b" " * (64 << 20)), "far too large"),
    ],
)
def test_a_broken_snapshot_is_refused_and_changes_nothing(data, said):
    npc = Character(someone(), "test")
    told(npc, 1.0, "insult")
    before = npc.snapshot()
    with pytest.raises(RecollectionError, match=said):
        npc.restore(data)
    assert npc.snapshot() == before


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_a_damaged_snapshot_is_read_as_it_was_or_refused(at, value):
    npc = Character(someone(), "test")
    told(npc, 1.0, "insult")
    data = bytearray(npc.snapshot())
    data[at % len(data)] = value
    with contextlib.suppress(RecollectionError):
        assert pack(unpack(bytes(data))) == npc.snapshot()


# -- the card changes ------------------------------------------------------------------------------------------


def test_a_new_card_keeps_memory_mood_and_duty():
    npc = Character(someone(lines={"follow": ["Coming."]}), "test")
    told(npc, 1.0, "insult")
    told(npc, 2.0, "follow_me", "follow")
    feels, thinks = npc.mood.now, npc.relationship("player")
    npc.recast(someone(lines={"talk": ["Anew."]}))
    assert (npc.mood.now, npc.relationship("player")) == (feels, thinks)
    assert npc.tick(Percept(time=2.5, intent={"none": 1.0})).action == "follow"
    assert told(npc, 3.0, "chat") == "Anew."


# -- the file ----------------------------------------------------------------------------------------------


def test_an_older_file_is_brought_up_to_date(tmp_path):
    path = tmp_path / "memory.sqlite"
    npc = Character(someone(), "test")
    told(npc, 1.0, "insult")
    old = SqliteStore(path)
    old.write([(KEY, npc.take_changes())])
    old.close()
    from npc.memory.sqlite_store import _MIGRATIONS

    newer = (*_MIGRATIONS, "ALTER TABLE episode ADD COLUMN place TEXT")
    SqliteStore(path, newer).close()
    base = sqlite3.connect(path)
    assert base.execute("PRAGMA user_version").fetchone() == (len(newer),)
    assert base.execute("SELECT count(*), max(place) FROM episode").fetchone() == (1, None)


def test_a_file_with_broken_pages_is_refused_at_the_start(tmp_path):
    path = tmp_path / "memory.sqlite"
    store, memory = SqliteStore(path), Memory()
    for n in range(200):
        memory.remember(float(n), "player", "insult", 0.8, text="words " * 20, source=f"{n}")
    store.write([(("village", "mira"), memory.take_changes())])
    store.close()
    content = bytearray(path.read_bytes())
    content[8192:-4096] = b"\xa5" * (len(content) - 12288)
    path.write_bytes(content)
    with pytest.raises(RecollectionError, match=r"it is damaged|malformed") as fault:
        SqliteStore(path)
    assert "Move it away" in fault.value.fix


def test_a_newer_file_a_foreign_file_and_one_in_use_are_refused_with_a_fix(tmp_path):
    newer = tmp_path / "newer.sqlite"
    base = sqlite3.connect(newer)
    base.execute("PRAGMA user_version = 99")
    base.close()
    with pytest.raises(RecollectionError, match=r"newer version \(99") as fault:
        SqliteStore(newer)
    assert fault.value.fix
    (tmp_path / "text").write_text("not a database at all, only some text that is long enough" * 30)
    with pytest.raises(RecollectionError, match="cannot be used as a memory"):
        SqliteStore(tmp_path / "text")
    used = SqliteStore(tmp_path / "used")
    with pytest.raises(RecollectionError, match="in use by another server"):
        SqliteStore(tmp_path / "used")
    used.close()


def test_a_failed_write_keeps_nothing_of_it(tmp_path):
    store = SqliteStore(tmp_path / "memory.sqlite")
    npc = Character(someone(), "test")
    told(npc, 1.0, "insult")
    changes = npc.take_changes()
    store._base.execute("DROP TABLE episode")
    with pytest.raises(RecollectionError, match="cannot be written"):
        store.write([(KEY, changes)])
    assert store._base.execute("SELECT count(*) FROM person").fetchone() == (0,)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_the_file_is_for_its_owner_only(tmp_path):
    SqliteStore(tmp_path / "memory.sqlite").close()
    assert (tmp_path / "memory.sqlite").stat().st_mode & 0o077 == 0


def test_a_stricter_card_ends_what_it_forbids():
    npc = Character(someone(), "test")
    told(npc, 1.0, "follow_me", "follow")
    npc.recast(someone(boundaries={"follow": "Never."}))
    assert npc.tick(Percept(time=2.0, intent={"none": 1.0})).action == "idle"


def test_words_that_were_not_understood_count_once_too():
    npc = Character(someone(), "test")
    unclear = {"intent": {"greet": 0.2}, "tone": {"friendly": 0.9}, "action": {"talk": 0.2}}
    for time in (1.0, 2.0):
        npc.tick(Percept(time=time, text="mumble", source="s/1", **unclear))
    assert npc.memory.people["player"].heard == 1
    assert npc.relationship("player").affection == pytest.approx(0.018)


def test_who_did_something_has_not_spoken_by_it():
    lines = {"greet": ["Hello.", {"say": "Long time no see.", "away": 600}]}
    npc = Character(someone(lines=lines), "test")
    helped = {"event": "helped", "event_by": "player"}
    npc.tick(Percept(time=0.0, intent={"none": 1.0}, state=helped))
    assert told(npc, 1000.0, "greet", "greet") == "Hello."
    npc.tick(Percept(time=1990.0, intent={"none": 1.0}, state={}))
    npc.tick(Percept(time=1995.0, intent={"none": 1.0}, state=helped))
    assert told(npc, 2000.0, "greet", "greet") == "Long time no see."


def test_whatever_a_game_calls_somebody_the_memory_can_be_read_again(store):
    npc = Character(someone(), "test")
    npc.tick(Percept(time=1.0, intent={"none": 1.0}, state={"event": "robbed", "event_by": "x" * 5000}))
    told(npc, 2.0, "insult", speaker="y" * 5000)
    other = reborn(npc, store)
    assert other.relationship("x" * 5000).trust < 0
    assert other.relationship("y" * 5000).affection < 0


def test_a_standing_order_that_this_engine_does_not_know_is_dropped():
    data = {"life": {"standing": {"action": "juggle", "emotion": "happy", "speaker": "player", "steps": ["bow"]}}}
    npc = Character(someone(), "test")
    npc.restore(b"NPCM\x01" + zlib.compress(json.dumps(data).encode()))
    assert npc.tick(Percept(time=1.0, intent={"none": 1.0})).action == "idle"


def test_what_had_to_give_way_is_forgotten_before_and_after_a_restart_alike():
    memory = Memory()
    for n in range(3 * MOST_EPISODES):
        memory.remember(float(n), f"player {n}", "chat", 0.1)
    again = Memory(memory.recollection())
    now = 3.0 * MOST_EPISODES
    for n in range(3 * MOST_EPISODES):
        assert memory.recalls(f"player {n}", now) == again.recalls(f"player {n}", now)
    assert len(memory._until) <= 2 * MOST_EPISODES + 1


def test_small_talk_takes_no_room_and_is_remembered_all_the_same(store):
    npc = Character(someone(), "test")
    told(npc, 0.0, "insult")
    for n in range(500):
        told(npc, 1.0 + n, "chat")
        store.write([(KEY, npc.take_changes())])
    assert len(npc.memory.episodes) == SHORT_TERM + 1
    assert npc.memory.recalls("player", 502.0) == {"insult", "chat"}
    assert store.load(KEY) == unpack(npc.snapshot())
    for n in range(3):
        told(npc, 600.0 + n, "agree")
    other = reborn(npc, store)
    for n in range(50):
        told(npc, 700.0 + n, "greet")
        told(other, 700.0 + n, "greet")
    # Its life stood still while it was away: the one that came back is younger, and otherwise the same.
    lives = [[replace(e, time=0.0) for e in who.memory.episodes] for who in (npc, other)]
    assert lives[0] == lives[1]


def test_what_is_put_right_keeps_its_place_and_number(store):
    memory = Memory()
    episodes = [memory.remember(float(n), "ada", "chat", 0.1, text=f"{n} goats") for n in range(5)]
    memory.acquaint("ada", 5.0)
    store.write([(KEY, memory.take_changes())])
    memory.correct(episodes[1], "my eleven goats")
    store.write([(KEY, memory.take_changes())])
    for known in (memory.episodes, store.load(KEY).episodes):
        assert [e.time for e in known] == [0.0, 1.0, 2.0, 3.0, 4.0]
        assert known[1].text == "my eleven goats"
    assert not memory.person("ada").spoke_of, "nothing was forgotten"
