"""Memories in PostgreSQL, for several servers at once: whoever loads a character knows what it did elsewhere."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from npc.errors import RecollectionError
from npc.memory.memory import Changes
from npc.memory.records import EPISODE, CharacterState, Episode, MemoryData, Name, Person
from npc.memory.store import Key, kept_as, whole
from npc.text import valid

if TYPE_CHECKING:
    import psycopg

_LOG = logging.getLogger("npc.memory")
SCHEMES = ("postgresql://", "postgres://")

# One script a version; a database of an older version goes through those that it lacks. Never edit one that was shipped.
_MIGRATIONS: Sequence[str] = (
    """
    CREATE TABLE npc_engine.life (
        world text, npc text, revision bigint NOT NULL, used timestamptz NOT NULL DEFAULT now(), record text NOT NULL,
        PRIMARY KEY (world, npc)
    );
    CREATE TABLE npc_engine.person (
        world text, npc text, speaker text, record text NOT NULL, PRIMARY KEY (world, npc, speaker)
    );
    CREATE TABLE npc_engine.episode (
        world text, npc text, id bigint, source text NOT NULL, record text NOT NULL, PRIMARY KEY (world, npc, id)
    );
    CREATE UNIQUE INDEX episode_source ON npc_engine.episode (world, npc, source) WHERE source <> '';
    CREATE TABLE npc_engine.set_aside (kind text, world text, npc text, name text, record text);
    """,
    "ALTER TABLE npc_engine.life ADD COLUMN written_by text NOT NULL DEFAULT ''",
)
_LOCK = 0x6E70635F656E67  # of the migrations: "npc_eng"
_OF = "world = %s AND npc = %s"
PATIENCE_S = 10.0  # a restart of the database takes some seconds; so long a decision waits for it
_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 0.5  # between looks for a database that is away
_KEPT = 65_536  # characters whose revision is remembered
# A half-open connection must not hold a decision for the quarter of an hour that TCP would give it.
_CONNECTION = {"connect_timeout": "2", "keepalives_idle": "5", "keepalives_interval": "2", "keepalives_count": "2"}
_CONNECTION |= {"tcp_user_timeout": "5000", "application_name": "npc-engine"}
_SESSION = "SET statement_timeout = '5s'; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '10s'"

_LIFE: TypeAdapter[CharacterState] = TypeAdapter(CharacterState)
_PERSON: TypeAdapter[Person] = TypeAdapter(Person)
_NAME: TypeAdapter[str] = TypeAdapter(Name)
_Record = TypeVar("_Record")
_Result = TypeVar("_Result")


class PostgresStore:
    """Keeps memories in the schema `npc_engine` of a database, which several servers may share.

    A write is one transaction, and has been committed when `write` returns: it survives the death of this process and of the
    database. A connection that breaks is made anew, for `patience` seconds at most; whether a commit that was under way took
    place is told by a token that each write leaves in the lives that it touches; where another server has written the same life
    since, it is written once more, which doubles no episode of an utterance. (The
    transaction's own number would not do: a crashed database may give it to another server's next transaction.) Episodes of
    one utterance are kept once, whoever brings them; a record of a person is that of who wrote last.

    Args:
        url: `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`, with all that libpq takes in it.
        patience: seconds for which a decision waits for a database that is away.
        clock, pause: seconds, and what waits for some.

    Raises:
        RecollectionError: `extra_missing`: there is no psycopg; `memory_database`: it cannot be reached or used, or it is of a
            newer version.
    """

    def __init__(
        self,
        url: str,
        *,
        patience: float = PATIENCE_S,
        migrations: Sequence[str] = _MIGRATIONS,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._psycopg = _psycopg()
        self._url, self._patience, self._clock, self._pause = url, patience, clock, pause
        self._lock = threading.Lock()
        self._connection: psycopg.Connection[Any] | None = None
        self._away_since: float | None = None
        self._rests_until = float("-inf")  # once nobody waits for it any more
        self._revisions: OrderedDict[Key, int | None] = OrderedDict()
        self.shown = self._named()
        with self._lock:
            self._retried(lambda base: self._migrate(base, migrations))

    def _named(self) -> str:
        """The database without the password."""
        try:
            told = self._psycopg.conninfo.conninfo_to_dict(self._url)
        except self._psycopg.Error as error:
            raise RecollectionError(
                "memory_database",
                f"--memory names no database: {_line(error)}.",
                "Write postgresql://USER:PASSWORD@HOST:PORT/DATABASE.",
            ) from None
        return f"{told.get('dbname') or 'the default database'} at {told.get('host') or 'this machine'}"

    # -- the connection --------------------------------------------------------------------------------

    def _retried(self, work: Callable[[psycopg.Connection[Any]], _Result]) -> _Result:
        """What `work` gives, in a transaction; done again, on a new connection, where the database went away meanwhile.

        Once it has been away for longer than the patience nobody waits for it any more: it is looked for now and then.
        """
        if self._is_given_up():
            raise self._away("it has not come back yet")
        pause = _PAUSE_S
        while True:
            start = self._clock()
            try:
                base = self._connected()
                with base.transaction():
                    result = work(base)
                return self._back(result)
            except (self._psycopg.OperationalError, self._psycopg.InterfaceError) as error:
                self._drop()
                now = self._clock()
                if self._away_since is None:
                    self._away_since = now
                    _LOG.warning("The memory in %s is away: %s.", self.shown, _line(error))
                self._rests_until = now + max(_LONGEST_PAUSE_S, now - start)  # who hangs takes half of the time at the most
                if _is_wrong(error) or now - self._away_since >= self._patience:
                    raise self._away(_line(error)) from None
                self._pause(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)
            except self._psycopg.Error as error:
                raise RecollectionError(
                    "memory_database",
                    f"The memory in {self.shown} cannot be used: {_line(error)}.",
                    "The user needs CREATE on the database (once), and must own the schema npc_engine.",
                ) from None

    def _is_given_up(self) -> bool:
        since = self._away_since
        now = self._clock()
        return since is not None and now - since >= self._patience and now < self._rests_until

    def _away(self, why: str) -> RecollectionError:
        return RecollectionError(
            "memory_database",
            f"The memory in {self.shown} cannot be reached: {why}.",
            "Start the database, or check --memory; what was to be written is kept and written then.",
        )

    def _back(self, result: _Result) -> _Result:
        if self._away_since is not None:
            _LOG.warning("The memory in %s is back after %.1f s.", self.shown, self._clock() - self._away_since)
            self._away_since = None
        return result

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None or self._connection.closed:
            given = self._psycopg.conninfo.conninfo_to_dict(self._url)
            url = self._psycopg.conninfo.make_conninfo(**(_CONNECTION | given))
            # Prepared statements do not survive a pooler that hands connections round by transaction.
            self._connection = self._psycopg.connect(url, autocommit=True, prepare_threshold=None)
            self._connection.execute(_SESSION)
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # -- versions --------------------------------------------------------------------------------------

    def _migrate(self, base: psycopg.Connection[Any], migrations: Sequence[str]) -> None:
        base.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))  # two servers that start at once
        if base.execute("SELECT to_regnamespace('npc_engine')").fetchone() == (None,):
            base.execute("CREATE SCHEMA npc_engine")
            base.execute("CREATE TABLE npc_engine.version (number integer NOT NULL)")
            base.execute("INSERT INTO npc_engine.version VALUES (0)")
        row = base.execute("SELECT number FROM npc_engine.version").fetchone()
        version = int(row[0]) if row is not None else 0
        if version > len(migrations):
            raise RecollectionError(
                "memory_database",
                f"{self.shown} was written by a newer version ({version}; this one knows {len(migrations)}).",
                "Update the engine, or name another database with --memory.",
            )
        for script in migrations[version:]:
            base.execute(script.encode())
        base.execute("UPDATE npc_engine.version SET number = %s", (len(migrations),))

    # -- reading ---------------------------------------------------------------------------------------

    def load(self, key: Key) -> MemoryData | None:
        """See `MemoryStore.load`. A record that is damaged is set aside, with a line in the log; the rest lives."""
        key = _kept(key)
        with self._lock:
            return self._retried(lambda base: self._load(base, key))

    def _load(self, base: psycopg.Connection[Any], key: Key) -> MemoryData | None:
        # The row of the life is locked, so that what is read with it was written with it.
        row = base.execute(f"SELECT revision, record FROM npc_engine.life WHERE {_OF} FOR SHARE", key).fetchone()
        damaged: list[tuple[str, Any, Any]] = []
        lives = self._read([("", row[1])] if row is not None else [], "life", _LIFE, damaged)
        people = self._read(self._rows(base, "person", "speaker", key), "person", _PERSON, damaged)
        episodes = self._read(self._rows(base, "episode", "id", key), "episode", EPISODE, damaged)
        self._set_aside(base, key, damaged)
        self._note(key, int(row[0]) if row is not None else 0)
        if not (lives or people or episodes):
            return None
        return whole(lives.get("", CharacterState()), people, episodes)

    @staticmethod
    def _rows(base: psycopg.Connection[Any], table: str, column: str, key: Key) -> list[tuple[Any, Any]]:
        query = f"SELECT {column}, record FROM npc_engine.{table} WHERE {_OF}"
        return list(base.execute(query.encode(), key).fetchall())

    @staticmethod
    def _read(
        rows: Iterable[tuple[Any, Any]], table: str, kind: TypeAdapter[_Record], damaged: list[tuple[str, Any, Any]]
    ) -> dict[Any, _Record]:
        records: dict[Any, _Record] = {}
        for name, record in rows:
            try:
                records[name if table == "episode" else _NAME.validate_python(name)] = kind.validate_json(record)
            except ValidationError:
                damaged.append((table, name, record))
        return records

    def _set_aside(self, base: psycopg.Connection[Any], key: Key, damaged: Sequence[tuple[str, Any, Any]]) -> None:
        for table, name, record in damaged:
            base.execute("INSERT INTO npc_engine.set_aside VALUES (%s, %s, %s, %s, %s)", (table, *key, str(name), record))
            named = {"life": "", "person": "AND speaker = %s", "episode": "AND id = %s"}[table]
            query = f"DELETE FROM npc_engine.{table} WHERE {_OF} {named}"
            base.execute(query.encode(), (*key, name) if named else key)
        if damaged:
            told = ", ".join(sorted({table for table, _, _ in damaged}))
            _LOG.warning(
                "%s: records of %s are damaged (%d: %s) and were set aside; the rest of its memory lives on.",
                self.shown,
                key[1],
                len(damaged),
                told,
            )

    def stale(self, keys: Collection[Key]) -> set[Key]:
        """See `MemoryStore.stale`: one question for all of them."""
        mine = {_kept(key): key for key in keys}
        if not mine:
            return set()
        worlds, npcs = zip(*mine, strict=True)
        query = "SELECT world, npc, revision FROM npc_engine.life JOIN unnest(%s::text[], %s::text[]) AS k(w, n)"
        query += " ON world = w AND npc = n"
        with self._lock:
            rows = self._retried(lambda base: base.execute(query.encode(), (list(worlds), list(npcs))).fetchall())
            return {mine[world, npc] for world, npc, revision in rows if self._revisions.get((world, npc)) != revision}

    # -- writing ---------------------------------------------------------------------------------------

    def write(self, changes: Iterable[tuple[Key, Changes]]) -> None:
        """See `MemoryStore.write`."""
        due = sorted(((_kept(key), change) for key, change in changes), key=lambda one: one[0])  # nobody waits in a circle
        if not due:
            return
        token, written = secrets.token_hex(8), list[tuple[Key, int]]()

        def put(base: psycopg.Connection[Any]) -> None:
            if written and self._is_written(base, due[0][0], token):  # the commit that nobody confirmed
                return
            written[:] = [(key, self._write(base, key, change, token)) for key, change in due]

        with self._lock:
            self._retried(put)
            for key, revision in written:
                known = self._revisions.get(key)
                # Where another server has written in between, this one has to look before it goes on.
                self._note(key, revision if known == revision - 1 or (known is None and revision == 1) else None)

    def _is_written(self, base: psycopg.Connection[Any], key: Key, token: str) -> bool:
        """Whether the last write of a character was this one; waits for a change that is under way."""
        row = base.execute(f"SELECT written_by FROM npc_engine.life WHERE {_OF} FOR SHARE", key).fetchone()
        return row is not None and row[0] == token

    def _write(self, base: psycopg.Connection[Any], key: Key, change: Changes, token: str) -> int:
        """Keep what has changed of one character; the revision that it has now. Its row is locked until the end."""
        revision = base.execute(
            "INSERT INTO npc_engine.life AS l (world, npc, revision, record, written_by) VALUES (%s, %s, 1, %s, %s)"
            " ON CONFLICT (world, npc) DO UPDATE SET record = excluded.record, revision = l.revision + 1, used = now(),"
            " written_by = excluded.written_by RETURNING revision",
            (*key, _json(_LIFE, change.life), token),
        ).fetchone()
        assert revision is not None
        with base.cursor() as cursor:
            if change.gone:
                cursor.execute(
                    f"DELETE FROM npc_engine.person WHERE {_OF} AND speaker = ANY(%s)", (*key, list(map(_plain, change.gone)))
                )
            if change.forgotten:
                numbers = self._numbers(base, key, change.forgotten)
                cursor.execute(f"DELETE FROM npc_engine.episode WHERE {_OF} AND id = ANY(%s)", (*key, numbers))
            if change.people:
                cursor.executemany(
                    "INSERT INTO npc_engine.person VALUES (%s, %s, %s, %s) ON CONFLICT (world, npc, speaker)"
                    " DO UPDATE SET record = excluded.record",
                    [(*key, _plain(name), _json(_PERSON, person)) for name, person in change.people.items()],
                )
        for episode in change.episodes:
            self._put(base, key, episode)
        return int(revision[0])

    def _numbers(self, base: psycopg.Connection[Any], key: Key, episodes: Sequence[Episode]) -> list[int]:
        """Under which numbers these are kept; of one utterance there is one episode, whoever has brought it."""
        records, sources = [_json(EPISODE, e) for e in episodes], [_plain(e.source) for e in episodes]
        rows = base.execute(
            f"SELECT id, source, record FROM npc_engine.episode WHERE {_OF}"
            " AND (id = ANY(%s) OR record = ANY(%s) OR (source <> '' AND source = ANY(%s)))",
            (*key, [e.id for e in episodes], records, sources),
        ).fetchall()
        kept, heard = {number: record for number, _, record in rows}, {source: number for number, source, _ in rows if source}
        found = (
            heard[source] if source in heard else kept_as(episode, record, kept)
            for episode, record, source in zip(episodes, records, sources, strict=True)
        )
        return [number for number in found if number is not None]

    def _put(self, base: psycopg.Connection[Any], key: Key, episode: Episode) -> None:
        """Keep an episode, under the next free number where its own is another's; one that is there already is left alone."""
        record, source = _json(EPISODE, episode), _plain(episode.source)
        query = "INSERT INTO npc_engine.episode VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
        if base.execute(query, (*key, episode.id, source, record)).rowcount:
            return
        there = base.execute(
            f"SELECT source, record FROM npc_engine.episode WHERE {_OF} AND (id = %s OR (source = %s AND source <> ''))",
            (*key, episode.id, source),
        ).fetchall()
        if any(known == record or (source and of == source) for of, known in there):  # written before, or by another server
            return
        (last,) = base.execute(f"SELECT max(id) FROM npc_engine.episode WHERE {_OF}", key).fetchone() or (episode.id,)
        base.execute(query, (*key, last + 1, source, record))

    def _note(self, key: Key, revision: int | None) -> None:
        self._revisions[key] = revision
        self._revisions.move_to_end(key)
        while len(self._revisions) > _KEPT:
            self._revisions.popitem(last=False)

    def close(self) -> None:
        """See `MemoryStore.close`."""
        with self._lock:
            self._drop()


def _psycopg() -> Any:
    try:
        import psycopg
    except ModuleNotFoundError:
        raise RecollectionError(
            "extra_missing",
            "A memory in PostgreSQL needs 'psycopg', which is not installed.",
            "Run: pip install 'npc-engine[postgres]', or in a checkout: pip install -e '.[postgres]'.",
        ) from None
    except ImportError as error:  # psycopg without libpq
        raise RecollectionError(
            "extra_missing", f"psycopg cannot be used: {_line(error)}.", "Run: pip install 'psycopg[binary]'."
        ) from None
    return psycopg


def _is_wrong(error: Exception) -> bool:
    """A refusal that no waiting mends: the password, the user, the database."""
    state = getattr(error, "sqlstate", None) or ""
    return state.startswith(("28", "3D")) or any(
        words in str(error) for words in ("authentication failed", "does not exist", "no pg_hba.conf entry")
    )


def _line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")[:300]


def _kept(key: Key) -> Key:
    return _plain(key[0]), _plain(key[1])


def _plain(text: str) -> str:
    """As the database takes it: valid, and without the one character that its text cannot hold."""
    return valid(text).replace("\0", "\ufffd")


def _json(kind: TypeAdapter[_Record], record: _Record) -> str:
    return kind.dump_json(record).decode()
