"""A chat with one character in the terminal, for whoever writes its card.

The clock is counted, not measured: the same words give the same chat.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from npc.asks import truth_of
from npc.behaviour import load_behaviour
from npc.card_faults import suggestion
from npc.card_file import shown
from npc.character import Character
from npc.conversation.clause import Reading
from npc.conversation.episodes import to_compare
from npc.errors import Fault, PersonaError
from npc.keyword_reader import read
from npc.log import LogError, Recorder, new_log
from npc.memory import Memory
from npc.persona import Persona, assistants, characters, load_persona
from npc.text import valid
from npc.types import Decision, Effect, Found, Percept

_HELP = """Say something, or:
  /see wolf, fire        what is in view from now on (/see alone: nothing)
  /wait 10               let ten seconds pass
  /event attacked        something happens to the character, by your hand
  /state hour=21.5       what the game tells from now on (/state alone: nothing)
  /as Ada                somebody else speaks from now on
  /why                   how the last decision came about
  /reload                take up the card as it is now
  /quit                  end (so do quit, exit and the end of input)"""
_ENDS = frozenset({"quit", "exit"})  # alone on a line
_KEYWORDS = "(A keyword reader stands in for the model here: it knows some words, no grammar and no pictures.)"
_STEP = 2.0  # seconds that a turn takes
_FRAME = 0.5  # seconds between the frames that the character looks at while time passes

# Has a decision's line said in other words: what is said then (empty: nothing else), and what to tell of that.
Voiced: TypeAlias = Callable[[Character, Decision], tuple[str, str]]
# How near words come to what is remembered: numbers of episodes -> likeness.
Recalling: TypeAlias = Callable[[Memory, Sequence[str]], Mapping[int, float]]
# The percept of a text at a time in seconds, with phrases in view, said to a card.
Reader: TypeAlias = Callable[[str, float, Sequence[str], Persona], Percept]


def talk(
    card: str,
    lines: Iterable[str],
    seed: int = 0,
    reader: Reader = read,
    note: str = _KEYWORDS,
    voiced: Voiced | None = None,
    recalling: Recalling | None = None,
    logs: Path | None = None,
) -> None:
    """Chat with a character.

    Args:
        card: its name or path.
        lines: what is typed.
        reader: what stands for perception; `note` tells what that is.
        voiced: says answers in other words; None: they stay as they are.
        recalling: finds what is remembered by its meaning; None: by its words alone.
        logs: folder for a log of the chat, for `coverage` and `replay`; None: no log.

    Raises:
        PersonaError: there is no such card, or it has a fault.
        LogError: the log cannot be written.
    """
    if Path(card).is_dir() and card not in {*characters(), *assistants()}:
        raise PersonaError("persona_file", f"{shown(card, 400)} is a folder.", "Give the path of one card in it.")
    chat = Chat(card, seed, reader, voiced, recalling, logs)
    persona = chat.character.persona
    print(f"{persona.name}. {persona.looks}".rstrip())
    print(f"{note}\n{_HELP}")
    try:
        for line in lines:
            if not chat.turn(line.strip()):
                return
    finally:
        chat.close()


def typed() -> Iterable[str]:
    """Lines from the terminal, with a prompt, until the end of input."""
    while True:
        try:
            yield input("> ")
        except EOFError:
            print()
            return


class Chat:
    """One character, what is in view, and what the game would tell."""

    def __init__(
        self,
        card: str,
        seed: int = 0,
        reader: Reader = read,
        voiced: Voiced | None = None,
        recalling: Recalling | None = None,
        logs: Path | None = None,
    ) -> None:
        self._card, self._read, self._voiced, self._recalling = card, reader, voiced, recalling
        self._logs, self._seed = logs, seed
        self.character = Character(load_persona(card), "npc", seed)
        self._log = self._new_log()
        self._time, self._speaker, self._events = 0.0, "player", 0
        self._in_view: list[str] = []
        self._state: dict[str, object] = {}
        self._last: Decision | None = None

    def turn(self, line: str) -> bool:
        """Do what the line says; False where it ends the chat."""
        line = valid(line)
        command, _, rest = line.partition(" ")
        if command == "/quit" or line.lower() in _ENDS:
            return False
        known = {
            "/see": self._see,
            "/wait": self._wait,
            "/event": self._event,
            "/state": self._tell_state,
            "/as": self._speak_as,
            "/why": self._why,
            "/reload": self._reload,
        }
        if not command.startswith("/"):
            self._say(line)
        elif command in known:
            known[command](rest.strip())
        else:
            print(f"unknown command {shown(command)}\n{_HELP}")
        return True

    def close(self) -> None:
        """Finish the log, and tell where it lies."""
        if self._log is not None:
            self._log.close()
            print(f"log: {shown(str(self._log.path), 400)}")

    def _new_log(self) -> Recorder | None:
        if self._logs is None:
            return None
        path = new_log(self._logs, self.character.persona.name)
        try:
            return Recorder(path, self.character, self._seed)
        except OSError as error:
            raise LogError("logs", f"{path} cannot be written: {error.strerror}.", "Check --logs.") from None

    # -- what may be typed -----------------------------------------------------------------------------

    def _say(self, text: str) -> None:
        if text:
            decision = self._tick(text)
            self._show(decision)
            if self._voiced is not None:
                line, told = self._voiced(self.character, decision)
                self._last = replace(decision, trace=(*decision.trace, told)) if told else decision
                print(f'    or:  "{line}"' if line else f"    ({told})" if told else "", end="\n" if line or told else "")
        self._pass_time(_STEP)

    def _see(self, phrases: str) -> None:
        self._in_view = [phrase.strip() for phrase in phrases.split(",") if phrase.strip()]
        persona = self.character.persona
        known = {*load_behaviour().watch, *persona.watch, *persona.places}
        unknown = [phrase for phrase in self._in_view if phrase not in known]
        print(f"In view: {', '.join(self._in_view) or 'nothing'}.")
        for phrase in unknown:
            print(f"(It means nothing to the character: `{phrase}` is not under `watch`.)")
        self._pass_time(_STEP)

    def _wait(self, seconds: str) -> None:
        try:
            waited = min(max(float(seconds), 0.0), 3600.0)
            if math.isnan(waited):
                raise ValueError
        except ValueError:
            print(f"`{seconds}` is no number of seconds; /wait 10")
            return
        self._pass_time(waited)
        print(f"({waited:g} seconds pass)")

    def _event(self, name: str) -> None:
        events = {**load_behaviour().events, **self.character.persona.events}
        if name not in events:
            print(f"There is no event `{name}`; {suggestion(name, events)}")
            return
        self._events += 1
        told = {"event": name, "event_by": self._speaker, "event_id": self._events}
        self._state |= told
        self._pass_time(_STEP)
        self._state = {key: value for key, value in self._state.items() if key not in told}

    def _tell_state(self, entries: str) -> None:
        try:
            pairs = [entry.partition("=") for entry in shlex.split(entries)]
        except ValueError as error:
            print(f"This cannot be read: {error}.")
            return
        self._state = {key: _value(text) for key, _, text in pairs} if pairs else {}
        told = ", ".join(f"{key}={value}" for key, value in self._state.items()) or "nothing"
        print(f"State: {told}" + "." * (not told.endswith(".")))
        self._pass_time(_STEP)

    def _speak_as(self, name: str) -> None:
        self._speaker = name or "player"
        print(f"You are {self._speaker}.")

    def _why(self, _: str) -> None:
        if self._last is None:
            print("It has decided nothing yet.")
            return
        print("\n".join(f"    {entry}" for entry in (self._last.reason, *self._last.trace, *map(_effect, self._last.effects))))

    def _reload(self, _: str) -> None:
        try:
            self.character.recast(load_persona(self._card))
            print("The card is taken up.")
            self.close()  # a log is of one card
            self._log = self._new_log()
        except Fault as error:
            print(f"{error} The old card stays in force.")

    # -- time ------------------------------------------------------------------------------------------

    def _tick(self, text: str) -> Decision:
        reading = self.character.read(text, self._speaker) if text else Reading()
        percept, *clauses = (
            self._read(words, self._time, self._in_view, self.character.persona) for words in (text, *reading.texts)
        )
        looked = tuple(self._look_for(phrase, percept) for phrase in reading.look_for)
        told = {"speaker": self._speaker, "state": dict(self._state), "clauses": tuple(clauses), "looked": looked}
        asked = [words for clause in reading.clauses for words in to_compare(clause)]
        if asked and self._recalling is not None:
            told["recalled"] = self._recalling(self.character.memory, asked)
        perceived = replace(percept, **told)  # type: ignore[arg-type]
        decision = self.character.tick(perceived)
        if self._log is not None:
            self._log.write(perceived, decision)
        return decision

    @staticmethod
    def _look_for(phrase: str, percept: Percept) -> Found:
        """A phrase is in view where the author says so: `chest` is where `treasure chest` is."""
        found = next((d for d in percept.watch if d.phrase == phrase or d.phrase.endswith(f" {phrase}")), None)
        return Found(phrase, found.p, found.x, found.y) if found is not None else Found(phrase, 0.0, 0.5, 0.5)

    def _pass_time(self, seconds: float) -> None:
        """Let the character look on; show what it does of its own accord."""
        for _ in range(max(1, round(seconds / _FRAME))):
            self._time += _FRAME
            decision = self._tick("")
            if decision.line:
                self._show(decision)

    def _show(self, decision: Decision) -> None:
        self._last = decision
        print(f'{self.character.persona.name} [{decision.action}, {decision.emotion}]: "{decision.line}"')
        relationship = self.character.relationship(self._speaker)
        bonds = ", ".join(f"{name} {value:+.2f}" for name, value in relationship.as_drives().items())
        mood = self.character.mood.name
        print(f"    why: {decision.reason} Mood: {mood}. You: {relationship.name} ({bonds}).")


def _effect(effect: Effect) -> str:
    values = ", ".join(f"{key}={value}" for key, value in effect.values.items())
    return f"effect: {effect.kind}{f' ({values})' if values else ''}"


def _value(text: str) -> object:
    """A word of `/state` as a game would send it: a number, true or false (yes, no, on, off as in a card), else text."""
    if (truth := truth_of(text)) is not None:
        return truth
    try:
        return float(text)
    except ValueError:
        return text
