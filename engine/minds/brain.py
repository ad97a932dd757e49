"""Joins perception and characters: observations in, decisions out."""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias
from weakref import WeakSet, WeakValueDictionary

from engine.errors import Fault
from engine.minds.cards import Cards, on_a_thread
from engine.minds.knowledge import AHEAD, Knowledge
from engine.minds.looks import Looks
from engine.minds.mind import Mind, Notice, Observation, internal, percept_of, tick
from engine.minds.recollections import Recollections
from engine.minds.tone import fused_tone
from engine.perception import EncodedFrame, Frame, Query, Sight
from engine.perception.looks import Appearances
from engine.perception.show import inspection
from engine.perception.types import Floats, Foreseeing, Perceiving, is_away
from npc import Character, Decision, Percept, persona_from
from npc.conversation.clause import Reading
from npc.conversation.episodes import to_compare
from npc.language.kinds import COMMON
from npc.log import Recorder, file_name, last_number
from npc.memory import InMemoryStore, Key, Memories, MemoryStore
from npc.translations import LANGUAGE

if TYPE_CHECKING:
    from engine.voice import Outcome, Voice

_LOG = logging.getLogger("engine.brain")
Decided: TypeAlias = tuple[Decision, Mapping[str, Any] | None]  # with what a designer wants to see of the percept, if asked

_DUE = 1024  # newcomers
_TAUGHT = 128  # things that are looked for beside those of the watch list, where words ask for whatever there is
_EPISODES = 2560  # characters of what is remembered that one question after it may encode
_PHRASES, _QUESTIONS = 160, 1280  # characters of new phrases, and of a card's questions, that one decision may encode


class Onlooker(Protocol):
    """Who gets to see every tick."""

    def show(
        self, mind: Mind, percept: Percept, heat: Floats | None, encoded: EncodedFrame | None, decision: Decision
    ) -> None: ...

    def note(self, mind: Mind, decision: Decision, told: str) -> None: ...


class Brain:
    """All characters of a server behind one model.

    Args:
        perceiver: the model.
        personas: directory with persona cards beside the shipped ones; they go before a shipped one of their
            name.
        seed: of everything that characters leave to chance.
        store: where characters keep what they remember; by default only for as long as this brain lives.
        voice: words lines anew, after they were said; None: authored lines only.
        feed: gets every tick, for the inspector; None: nobody looks.
        logs: directory for a log of every character's percepts and decisions (`npc.log`); None: no logs.
        language: the player's, such as `de`, where a game does not tell one in its `state`; empty: that of the cards.
    """

    def __init__(
        self,
        perceiver: Perceiving,
        personas: Path | None = None,
        seed: int = 0,
        store: MemoryStore | None = None,
        logs: Path | None = None,
        voice: Voice | None = None,
        feed: Onlooker | None = None,
        language: str = "",
    ) -> None:
        self.perceiver = perceiver
        self._store: MemoryStore = store or InMemoryStore()
        self._memories = Memories(self._store)
        self._logs, self._logged = logs, last_number(logs) if logs is not None else 0
        self._cards = Cards(personas, aside=on_a_thread(lambda: self._take_up_edits(look=False), lambda: self.wake()))
        self._knowledge = Knowledge(perceiver.sentences, encoder=lambda: perceiver.text_encoder, meanings=perceiver.meanings)
        self._recollections = Recollections(perceiver.sentences, encoder=lambda: perceiver.text_encoder)
        self.looks = Looks(perceiver)
        self._voice, self._feed = voice, feed
        # Called where a notice comes up that no answer brings along.
        self.wake: Callable[[], None] = lambda: None
        self._notices: deque[Notice] = deque(maxlen=1024)
        # By card, for who is to be told of edits. Games spawn NPCs on one thread, edits are taken up on another.
        self._played: dict[str, WeakSet[Mind]] = defaultdict(WeakSet)
        self._playing = threading.Lock()
        self._minds: WeakValueDictionary[Key, Mind] = WeakValueDictionary()  # by world and name, for who is spoken to by whom
        self._due: deque[Mind] = deque(maxlen=_DUE)  # newcomers whose phrases and questions are still to be encoded
        self._seed = seed
        self._told = {LANGUAGE: language} if language else {}
        self._talks = True
        self._foreseen: dict[tuple[int, ...], tuple[list[Reading], list[Query]]] = {}  # by the observations' identities

    def mind(self, npc: str, persona: str | Mapping[str, Any], watch: Sequence[str] = (), world: str = "") -> Mind:
        """A character by the name of its card, or from a whole card. Safe on any thread.

        What the card watches for is watched too. A name is never a path: no game reads the server's files. What it
        remembers of `world` it gets at its first tick; whoever has one name in one world shares one memory.

        Raises:
            Fault: `persona_unknown`, or what is wrong with the card.
        """
        named = isinstance(persona, str)
        card = self._cards.get(persona) if isinstance(persona, str) else persona_from(dict(persona))
        mind = Mind(Character(card, npc, self._seed), tuple(watch), (world, npc), str(persona) if named else "")
        mind.looks = self.looks.of_card(card, self._cards.folder(mind.card) if named else None)
        with self._playing:
            self._minds[mind.key] = mind
            if named:
                self._played[mind.card].add(mind)
        self._due.append(mind)
        return mind

    def at_hand(self, persona: str | Mapping[str, Any]) -> bool:
        """Whether `mind` has nothing to read for this card, and takes no longer than for a short message."""
        card = self._cards.current(persona) if isinstance(persona, str) else None
        return card is not None and not any(watched.looks for watched in card.watch.values())  # pictures are files

    def prepare(self) -> bool:
        """While there is nothing to decide: encode a little of what newcomers will be asked; whether more is due.

        On the thread that decides.
        """
        while self._due:
            mind = self._due[0]
            try:
                phrases = dict.fromkeys(mind.watch)
                self.perceiver.sentences(due := tuple(self.perceiver.known(phrases, AHEAD)))
                if len(due) < len(phrases) or self._knowledge.prepare([mind.character.persona]):
                    return True
                if mind.awake and self._recollections.prepare(mind.character.memory):
                    return True
            except Exception as error:
                if is_away(error):
                    return False
                _LOG.exception("What %s may be asked could not be encoded ahead.", mind.character.npc_id)
            self._due.popleft()
        return self._talks and self._prepare_talk()

    def _prepare_talk(self) -> bool:
        try:
            return self._knowledge.prepare_talk()
        except Exception as error:
            self._talks = is_away(error)  # with an encoder that fails there is no end to it
            if not self._talks:
                _LOG.exception("What anybody may say could not be encoded ahead.")
            return False

    def _made_ready(self, mind: Mind) -> Fault | None:
        """Bring a mind up to date before its tick: its memory, what was ordered, its card as it is now."""
        try:
            mind.take_orders()
            if not mind.awake:
                mind.wake(self._memories.of(mind.key), self._seed)
                mind.log = self._log(mind.character)
                self._due.append(mind)  # once more: what it remembers
            card = self._cards.current(mind.card)
            if card is not None and card is not mind.character.persona:
                mind.recast(card)
        except Fault as error:
            return error
        except Exception as error:
            return internal(error)
        return None

    def _take_up_edits(self, look: bool = True) -> None:
        """Tell of edited cards, and `look` for others; each mind goes on under the new one from its next tick on.

        Whatever is wrong costs nobody's words.
        """
        try:
            edited = self._cards.edited(look)
        except Exception:
            _LOG.exception("Edited cards cannot be looked for.")
            return
        for name, card in edited.items():
            if isinstance(card, Fault):
                told = f"{card.message} {card.fix} The old card stays in force."
                _LOG.warning("%s", told)
            else:
                told = f"The card {name} was edited and taken up."
                _LOG.info("%s", told)
                self.looks.later(card, self._cards.folder(name), partial(self._seen_again, name))
            with self._playing:
                self._notices.extend(Notice(mind, "card", told) for mind in self._played[name])

    def _seen_again(self, name: str, looks: Mapping[str, Appearances] | Fault) -> None:
        """The pictures of an edited card were looked at: who plays it knows them from its next tick on."""
        with self._playing:
            if isinstance(looks, Fault):
                told = f"{looks.message} {looks.fix}"
                self._notices.extend(Notice(mind, "card", told) for mind in self._played[name])
            else:
                for mind in self._played[name]:
                    mind.show(looks)
        self.wake()

    def notices(self) -> list[Notice]:
        """What has happened since the last call. Safe to ask for on any thread."""
        return [self._notices.popleft() for _ in range(len(self._notices))]

    def _log(self, character: Character) -> Recorder | None:
        """A new log beside those of before. Where it cannot be written the game goes on."""
        if self._logs is None:
            return None
        self._logged += 1
        path = self._logs / file_name(self._logged, character.npc_id)
        try:
            return Recorder(path, character, self._seed)
        except OSError as error:
            _LOG.error("%s cannot be written: %s. Check --logs.", path, error.strerror)
            return None

    def decide(self, frame: Frame | EncodedFrame | None, observations: Sequence[Observation]) -> list[Decided | Fault]:
        """One decision an observation. All of them see `frame`, which is encoded once (or was, together with others).

        What the characters will remember of it is in the store before this returns. Where one fails it gets its fault, the
        others their decisions.

        Raises:
            Fault: where the frame cannot be decoded.
        """
        self._take_up_edits()
        faults = [self._made_ready(o.mind) for o in observations]
        self._memories.refresh({o.mind.key for o in observations if o.text})
        made = iter(self._decide_ready(frame, [o for o, fault in zip(observations, faults, strict=True) if fault is None]))
        return [next(made) if fault is None else fault for fault in faults]

    def foresee(self, groups: Sequence[tuple[Frame | EncodedFrame | None, Sequence[Observation]]]) -> None:
        """Where the model is elsewhere, let it look at all of these at once; `decide` them next, in this order."""
        self._foreseen.clear()
        if not isinstance(self.perceiver, Foreseeing):
            return
        groups = groups if len(groups) > 1 else ()  # what was asked ahead before and not fetched is let go, with its frames
        met: set[int] = set()
        looks = []
        try:
            for frame, observations in groups:
                minds = {id(o.mind) for o in observations}
                if met & minds or any(self._made_ready(o.mind) is not None for o in observations):
                    continue  # what it will ask hangs on what it decides before
                met |= minds
                asked = self._foreseen[tuple(map(id, observations))] = self._asked(observations)
                looks.append((frame, asked[1]))
            self.perceiver.ahead(looks)
        except Exception:  # each alone shows whose fault it is
            _LOG.exception("Nothing could be asked ahead.")

    def _asked(self, observations: Sequence[Observation]) -> tuple[list[Reading], list[Query]]:
        readings = [self._read(o) for o in observations]
        return readings, self._queries(observations, readings)

    def _read(self, observation: Observation) -> Reading:
        who, text = observation.mind.character, observation.text
        return who.read(text, observation.speaker, partial(self._knowledge.asked, who.persona)) if text else Reading()

    def _decide_ready(self, frame: Frame | EncodedFrame | None, observations: Sequence[Observation]) -> list[Decided | Fault]:
        start = time.perf_counter()
        try:
            foreseen = self._foreseen.pop(tuple(map(id, observations)), None)
            readings, queries = foreseen if foreseen is not None else self._asked(observations)
            encoded = self.perceiver.encode(frame, queries)
            seen = iter(self.perceiver.see(encoded, queries))
            sights = [(next(seen), [next(seen) for _ in reading.texts]) for reading in readings]
        except Fault:
            raise
        except Exception as error:  # each alone shows whose fault it is
            if len(observations) == 1:
                return [internal(error)]
            return [made for o in observations for made in self._decide_ready(frame, [o])]
        if not any(o.text for o in observations):  # while nobody waits for an answer
            self._knowledge.prepare(o.mind.character.persona for o in observations)
            for o in observations:
                self._knowledge.prepare_follows(o.mind.character.persona, o.mind.character.spoken_of(o.speaker))
        milliseconds = (time.perf_counter() - start) * 1e3
        decided = [
            self._decide_one(o, reading, *sight, encoded, milliseconds)
            for o, reading, sight in zip(observations, readings, sights, strict=True)
        ]
        sound = [(o, made) for o, made in zip(observations, decided, strict=True) if not isinstance(made, Fault)]
        self._keep(o.mind for o, _ in sound)
        if self._voice is not None:
            for o, (decision, _) in sound:
                self._reword(o, decision)
        return decided

    def _reword(self, observation: Observation, decision: Decision) -> None:
        """Have the line worded anew; where that fails the authored one stands."""
        assert self._voice is not None
        mind = observation.mind
        try:
            tell = partial(self._tell_line, mind, observation.utterance)
            self._voice.reword(
                mind.character, mind.character.percept, decision, tell, partial(self._tell_outcome, mind, decision)
            )
        except Exception:
            _LOG.exception("A line could not be given to the second voice.")

    def _queries(self, observations: Sequence[Observation], readings: Sequence[Reading]) -> list[Query]:
        """What the minds want to know: of each utterance, and of its clauses where they are read one by one.

        A phrase that is new is looked for once it is encoded: a few with each frame, and what words ask for at once.
        """
        # What is watched for is looked at closely as well, and what was taught where words ask for whatever there is.
        taught, wanted = self.perceiver.taught[:_TAUGHT], []
        for o, reading in zip(observations, readings, strict=True):
            watch = tuple(dict.fromkeys((*o.mind.watch, *o.mind.character.looks_for)))
            asked = (*reading.look_for, *o.mind.watch, *(taught if reading.asks_for_all else ())) if reading.look_for else ()
            wanted.append((watch, tuple(dict.fromkeys(asked))))
        phrases = dict.fromkeys(phrase for both in wanted for watch in both for phrase in watch)
        new = sum(len(phrase) for reading in readings for phrase in reading.look_for if phrase not in COMMON)
        known = self.perceiver.known(phrases, _PHRASES + new)
        queries = []
        for o, reading, both in zip(observations, readings, wanted, strict=True):
            watch, asked = (tuple(phrase for phrase in some if phrase in known) for some in both)
            looks = o.mind.with_looks(o.looks)
            queries.append(Query(o.text, watch, o.places, asked, reading.asks_colour, looks, o.mind.key[0]))
            queries += [Query(text, (), o.places, world=o.mind.key[0]) for text in reading.texts]
        return queries

    def _decide_one(
        self,
        observation: Observation,
        reading: Reading,
        sight: Sight,
        clauses: Sequence[Sight],
        encoded: EncodedFrame | None,
        milliseconds: float,
    ) -> Decided | Fault:
        try:
            mind = observation.mind
            known = partial(self._known, mind, speaker=observation.speaker)
            percept = percept_of(self._introduced(observation), sight, known(sight))
            parts = [part.percept(percept.time, text=part.heard, **known(part)) for part in clauses]
            if observation.sounded:
                parts = [replace(part, tone=fused_tone(part.tone, observation.sounded)) for part in parts]
            percept = replace(percept, clauses=tuple(parts), asked=reading.asked)
            if asked := tuple(words for clause in reading.clauses for words in to_compare(clause)):
                recalled = self._recollections.near(mind.character.memory, asked, _EPISODES)
                percept = replace(percept, recalled=recalled)
            decision = tick(mind, percept)
            if observation.text:
                self._recollections.take_in(mind.character.memory)
            # What people are shown is what the character went by: its eyes have made it steady.
            percept = mind.character.percept
            if self._feed is not None:
                self._feed.show(mind, percept, sight.heat, encoded, decision)
            return decision, inspection(percept, sight.heat, encoded, milliseconds) if observation.inspect else None
        except Fault as error:
            return error
        except Exception as error:
            return internal(error)

    def _introduced(self, observation: Observation) -> Observation:
        """Tells a character the player's language, and that it is another one of the same game who speaks to it, where the
        game does not."""
        if self._told and LANGUAGE not in observation.state:
            observation = replace(observation, state={**observation.state, **self._told})
        if not observation.text or "speaker_npc" in observation.state:
            return observation
        with self._playing:
            other = self._minds.get((observation.mind.key[0], observation.speaker))
        if other is None or other is observation.mind:
            return observation
        return replace(observation, state={**observation.state, "speaker_npc": other.character.persona.name})

    def _known(self, mind: Mind, sight: Sight, speaker: str) -> dict[str, Mapping[str, float]]:
        """How near words come to what the character knows, and to what anybody talks about."""
        character = mind.character
        return self._knowledge.known(character.persona, sight.heard, character.spoken_of(speaker), _QUESTIONS)

    def _tell_line(self, mind: Mind, utterance: str | None, text: str, more: bool) -> None:
        self._notices.append(Notice(mind, "line", text, utterance, more))
        self.wake()

    def _tell_outcome(self, mind: Mind, decision: Decision, outcome: Outcome) -> None:
        if self._feed is not None:
            self._feed.note(mind, decision, outcome.told)

    def _keep(self, minds: Iterable[Mind]) -> None:
        """Write down what has changed; where that fails the game goes on, and all of it is written next time."""
        due = [(mind.key, changes) for mind in minds if (changes := mind.character.take_changes()) is not None]
        try:
            self._memories.keep(due)
        except Fault as error:
            _LOG.error("%s %s", error.message, error.fix)
        except Exception:
            _LOG.exception("Memories could not be written.")

    def close(self) -> None:
        """Let go of the store and fall silent."""
        self.looks.close()
        if self._voice is not None:
            self._voice.close()
        self._store.close()
