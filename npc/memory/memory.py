"""The memory of one character: bounded, forgetful, and aware of what has not been written down yet."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from npc.memory.records import LONGEST_NAME, LONGEST_TEXT, TRIFLE, CharacterState, Episode, MemoryData, Person
from npc.text import valid

MOST_EPISODES = 256
MOST_PEOPLE = 256
SHORT_TERM = 32  # the last trifles are kept one by one; of older ones the newest of each kind
VISIT = 300.0  # seconds of silence after which the next words begin a new visit


@dataclass(slots=True)
class Changes:
    """What a store has to write: whole records that are new or different, and what is forgotten."""

    life: CharacterState
    people: dict[str, Person] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    episodes: list[Episode] = field(default_factory=list)
    forgotten: list[Episode] = field(default_factory=list)

    def followed_by(self, later: Changes) -> Changes:
        """What both come to, for a store that had not taken these yet."""
        forgotten, mine = {e.id: e for e in later.forgotten}, {e.id for e in self.episodes}
        return Changes(
            later.life,
            {name: person for name, person in self.people.items() if name not in later.gone} | later.people,
            (self.gone - later.people.keys()) | later.gone,
            [e for e in self.episodes if e.id not in forgotten] + later.episodes,
            self.forgotten + [e for e in later.forgotten if e.id not in mine],
        )

    def added_to(self, known: MemoryData | None) -> MemoryData:
        """A memory of which a store has all but these."""
        known, gone = known or MemoryData(), {e.id for e in self.forgotten}
        people = {name: person for name, person in known.people.items() if name not in self.gone} | self.people
        numbered = {e.id: e for e in known.episodes if e.id not in gone} | {e.id: e for e in self.episodes}
        episodes = tuple(numbered[number] for number in sorted(numbered))
        return MemoryData.model_construct(life=self.life, people=people, episodes=episodes)


class Memory:
    """What one character remembers.

    Args:
        recollection: what it knew before; nothing by default.
    """

    def __init__(self, recollection: MemoryData | None = None) -> None:
        self._changed: Changes | None = None
        self._know(recollection or MemoryData())

    def _know(self, known: MemoryData) -> None:
        self.life = known.life
        self.people = dict(known.people)
        self._episodes = {episode.id: episode for episode in known.episodes}
        self._sources = {e.source for e in known.episodes if e.source}
        self._until: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
        self._trifles: deque[Episode] = deque()
        self._newest: dict[tuple[str, str, str], int] = {}
        for episode in known.episodes:
            self._index(episode)
            self._note_trifle(episode)
        while len(self._trifles) > SHORT_TERM:
            self._trifles.popleft()

    def become(self, recollection: MemoryData) -> None:
        """Know this and nothing else, e.g. after an old save was loaded; the change is to be written as any other."""
        change = self._change()
        change.gone |= self.people.keys()
        change.forgotten += self._episodes.values()
        self._know(recollection)
        change.life, change.people, change.episodes = self.life, dict(self.people), list(self._episodes.values())

    def renew(self, recollection: MemoryData) -> None:
        """Know this, which is in the store already: another server has written it."""
        self._know(recollection)

    @property
    def lived(self) -> bool:
        """Whether anything has ever happened."""
        return bool(self.life.now or self.people or self._episodes)

    # -- people ----------------------------------------------------------------------------------------

    def person(self, name: str) -> Person | None:
        """What it knows of somebody; None of strangers."""
        return self.people.get(_name(name))

    @property
    def last_speaker(self) -> str:
        """Who spoke last, or did something; empty: nobody yet."""
        return max(self.people, key=lambda name: self.people[name].last, default="")

    def is_forbidden(self, action: str, thing: str) -> bool:
        """Whether anybody has forbidden it to do this, with this thing or with any."""
        return any(person.ledger.forbids(action, thing) for person in self.people.values())

    def acquaint(self, name: str, now: float) -> Person:
        """Somebody who does or says something now; about to be changed."""
        name = _name(name)
        person = self.people.get(name)
        if person is None:
            self._make_room_for_a_person()
            person = self.people[name] = Person(met=now, last=now)
        self._change().people[name] = person
        return person

    def meet(self, speaker: str, now: float) -> tuple[Person, float | None]:
        """The person who speaks now, and the seconds since it last did (None at the first time)."""
        person = self.acquaint(speaker, now)
        away = max(0.0, now - person.last) if person.heard else None
        if away is not None and away >= VISIT:
            person.told["visit"].clear()
        if away is not None:
            person.ledger.visits = max(1, person.ledger.visits)  # saves from before visits were counted have none
        if away is None or away >= VISIT:
            person.ledger.visits += 1
        person.last = now
        return person, away

    def _make_room_for_a_person(self) -> None:
        if len(self.people) < MOST_PEOPLE:
            return
        least = min(self.people, key=lambda name: (self.people[name].relationship.weight, self.people[name].last))
        del self.people[least]
        change = self._change()
        change.people.pop(least, None)
        change.gone.add(least)

    # -- episodes --------------------------------------------------------------------------------------

    @property
    def episodes(self) -> tuple[Episode, ...]:
        """Oldest first, those included that have faded and not been cleared away yet."""
        return tuple(self._episodes.values())

    def episode(self, number: int) -> Episode | None:
        """The one of this number; None where it is forgotten."""
        return self._episodes.get(number)

    def knows(self, source: str) -> bool:
        """Whether this utterance has been taken in before, by this character or one that remembered for it."""
        return bool(source) and _name(source) in self._sources

    def remember(
        self,
        now: float,
        speaker: str,
        what: str,
        salience: float,
        *,
        did: str = "",
        text: str = "",
        emotion: str = "",
        source: str = "",
    ) -> Episode:
        """Take something in; `salience` in 0..1. What is weakest gives way once there is too much."""
        episode = Episode(
            id=self.life.next_episode,
            time=now,
            speaker=_name(speaker),
            what=_name(what),
            did=did,
            text=valid(text)[:LONGEST_TEXT],
            emotion=emotion,
            salience=salience,
            source=_name(source),
        )
        self.life.next_episode += 1
        self._episodes[episode.id] = episode
        if episode.source:
            self._sources.add(episode.source)
        self._index(episode)
        self._change().episodes.append(episode)
        self._note_trifle(episode)
        if len(self._trifles) > SHORT_TERM:
            self._let_go_of(self._trifles.popleft())
        if len(self._episodes) > MOST_EPISODES:
            self._forget_the_weakest(now)
        return episode

    def correct(self, episode: Episode, text: str) -> None:
        """Remember an episode as it was meant, and no longer as it was said: under its number, and at its place."""
        meant = replace(episode, text=valid(text)[:LONGEST_TEXT])
        self._episodes[episode.id] = meant
        self._trifles = deque(meant if trifle.id == episode.id else trifle for trifle in self._trifles)
        change = self._change()
        change.forgotten.append(episode)
        change.episodes = [*(e for e in change.episodes if e.id != episode.id), meant]

    def recalls(self, speaker: str, now: float) -> frozenset[str]:
        """What this person has done that is not forgotten: values of `what`."""
        return self._known("what", speaker, now)

    def has_done(self, speaker: str, now: float) -> frozenset[str]:
        """What the character did when this person spoke, as far as it remembers: actions."""
        return self._known("did", speaker, now)

    def has_seen(self, now: float) -> frozenset[str]:
        """Phrases of the watch list that it remembers seeing."""
        return self._known("saw", "", now)

    def _known(self, kind: str, speaker: str, now: float) -> frozenset[str]:
        until = self._until.get((kind, _name(speaker)))
        return frozenset(name for name, end in until.items() if now < end) if until else frozenset()

    def _index(self, episode: Episode) -> None:
        """Note until when it is remembered, so that nothing is searched when words are answered."""
        if episode.what == "saw":
            marks = [("saw", "", episode.text)]
        else:
            marks = [("what", episode.speaker, episode.what), ("did", episode.speaker, episode.did)]
        for kind, speaker, name in marks:
            until = self._until[kind, speaker]
            until[name] = max(until.get(name, 0.0), episode.fades_at)

    def _note_trifle(self, episode: Episode) -> None:
        if episode.salience <= TRIFLE:
            self._trifles.append(episode)
            self._newest[episode.kind] = episode.id

    def _let_go_of(self, trifle: Episode) -> None:
        """Forget a trifle that leaves the short-term memory, where a newer one of its kind stands for it."""
        if trifle.id in self._episodes and self._newest.get(trifle.kind) != trifle.id:
            self._forget([trifle])

    def _forget(self, episodes: Sequence[Episode]) -> None:
        change = self._change()
        for episode in episodes:
            person = self.people.get(episode.speaker)
            if person is not None and episode.what != "saw":
                person.sum_up(episode)
                change.people[episode.speaker] = person
            del self._episodes[episode.id]
            self._sources.discard(episode.source)
            if self._newest.get(episode.kind) == episode.id:
                del self._newest[episode.kind]
            change.forgotten.append(episode)
        change.episodes = [e for e in change.episodes if e.id in self._episodes]

    def _forget_the_weakest(self, now: float) -> None:
        """Clear away a quarter at once: looking for the weakest each time would cost every utterance.

        The last few stay whatever they weigh: they are the short-term memory, and what keeps a repeated
        utterance from counting twice.
        """
        old = list(self._episodes.values())[:-SHORT_TERM]
        old.sort(key=lambda e: (e.strength(now), e.id))
        self._forget(old[: MOST_EPISODES // 4])
        # What was cleared away is forgotten at once, not only after the memory was loaded again.
        self._until.clear()
        for episode in self._episodes.values():
            self._index(episode)

    # -- keeping ---------------------------------------------------------------------------------------

    def touch(self) -> None:
        """The state of the character itself has to be written again."""
        self._change()

    def _change(self) -> Changes:
        if self._changed is None:
            self._changed = Changes(self.life)
        return self._changed

    @property
    def changed(self) -> bool:
        """Whether there is something that has not been written down."""
        return self._changed is not None

    def take_changes(self) -> Changes | None:
        """What is new since the last call; to be written before the character remembers more."""
        changes, self._changed = self._changed, None
        return changes

    def recollection(self) -> MemoryData:
        """All of it, as data. It shares its records with this memory."""
        return MemoryData.model_construct(life=self.life, people=self.people, episodes=self.episodes)


def _name(text: str) -> str:
    """As it is kept."""
    return valid(text)[:LONGEST_NAME]
