"""Sound between games and the voice process: ids, bounds and time-outs. No sockets, no waiting, and no look into any sound."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from engine.bridge.observability import Statistics, event
from engine.bridge.session import Session
from engine.bridge.spawning import npc_of
from engine.errors import Fault
from engine.formats.wire.codec import Error, Hear, Heard, Hush, ServerMessage, Sound, Speak
from engine.formats.wire.constants import LOST_AFTER_S, Limits

SILENT_S = 10.0  # without a piece of a hearing or speech, or without its line, it is over
BYTES_A_SECOND = 192_000  # twice 48,000 samples a second: a game may catch up
BURST = 4 * 1024 * 1024  # bytes that one game may send at once: two minutes of 16,000 samples a second
LINES_A_SECOND, LINES_AT_ONCE = 2.0, 4  # that a voice may have heard in one hearing
PARTIAL_EVERY_S = 0.03  # words so far that come faster give way to the next
TELL_AGAIN_S, TELL_FOR_S = 2.0, 30.0  # a line that the game does not say is told again, for so long
_ID = 48  # characters of a game's id: its lines' ids are longer
_PIECES_A_SECOND = 100  # of a speech, however little is in them
_LOOK_EVERY_S = 0.25
_RATES = range(8_000, 48_001)
_WORDS, _KEPT = 256, 64  # names told of a game, and lines of one game that wait to be said


@dataclass(eq=False, slots=True)
class _Hearing:
    session: Session
    id: str
    number: str  # the voice process knows it by
    open: bool
    rate: int
    began: float
    due: float  # when it is over, if nothing comes
    piece: int = 0  # the next of the game's
    sent: int = 0  # pieces handed on
    bytes: int = 0
    line: int = 0
    lines: int = 0
    told_at: float = float("-inf")
    ended: bool = False


@dataclass(eq=False, slots=True)
class _Speech:
    session: Session
    id: str
    number: str
    npc: str
    due: float
    piece: int = 0
    rate: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class _Kept:
    """A line that was heard, until the game has said it."""

    heard: Heard
    since: float
    told_at: float


@dataclass(slots=True)
class _Sounds:
    """What is under way for one game."""

    hearings: dict[str, _Hearing] = field(default_factory=dict)
    speeches: dict[str, _Speech] = field(default_factory=dict)
    lines: OrderedDict[str, _Kept] = field(default_factory=OrderedDict)
    left: float = BURST
    at: float = float("-inf")

    @property
    def all(self) -> list[_Hearing | _Speech]:
        return _all(self.hearings, self.speeches)

    def take(self, size: int, now: float) -> bool:
        """Use up so many bytes; False where the game sends too much."""
        self.left = min(BURST, self.left + (now - self.at) * BYTES_A_SECOND) - size
        self.at = now
        return self.left >= 0


class Relay:
    """Hands sound on, between many games and one voice process, under ids of its own. For the I/O thread.

    A voice that takes nothing, says what makes no sense, or goes away ends what is under way with an error for the games, and
    costs them nothing else.

    Args:
        send: puts a message on its way to a session's peer; False where it cannot be delivered.
        hang_up: lets go of a voice process that takes nothing; calls `leave`.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        limits: Limits,
        statistics: Statistics,
        send: Callable[[Session, ServerMessage], bool],
        hang_up: Callable[[Session], None],
        clock: Callable[[], float],
    ) -> None:
        self._limits, self._statistics, self._send, self._hang_up, self._clock = limits, statistics, send, hang_up, clock
        self.voice: Session | None = None
        self._of: dict[Session, _Sounds] = {}
        self._hearings: dict[str, _Hearing] = {}  # by number
        self._speeches: dict[str, _Speech] = {}
        self._numbers = itertools.count(1)
        self._looked_at = float("-inf")

    # -- the voice process -----------------------------------------------------------------------------

    def may_come(self, key: str) -> bool:
        """Whether a voice process of this session finds the place free, or its own."""
        voice = self.voice
        return voice is None or voice.key == key or voice.connection is None or self._clock() - voice.heard_at >= LOST_AFTER_S

    def come(self, voice: Session) -> None:
        """From now on this one hears and speaks."""
        self.leave()
        self.voice = voice
        event("voice_here", client=voice.client)

    def leave(self) -> None:
        """The voice process is gone, and with it what it was about."""
        if self.voice is None:
            return
        event("voice_gone", client=self.voice.client, hearings=len(self._hearings), speeches=len(self._speeches))
        self.voice = None
        for under_way in _all(self._hearings, self._speeches):
            self._fail(under_way, "voice_lost", "The voice process went away.", "Say or type it again.")

    # -- from games ------------------------------------------------------------------------------------

    def hear(self, session: Session, hear: Hear) -> None:
        """Hand a piece of sound on.

        Raises:
            Fault: `no_voice`, `voice_busy`, `unknown_npc` or `field`, once for each hearing: what comes of it later is dropped.
        """
        sounds, now = self._of.get(session), self._clock()
        hearing = sounds.hearings.get(hear.hearing) if sounds is not None else None
        if hearing is None:
            if hear.piece > 0:
                return  # of one that is over, or was refused
            hearing = self._begin(session, hear, now)
        elif hearing.ended or hear.piece < hearing.piece:
            return
        if len(hear.pcm) % 2:
            self._forget(hearing)
            raise Fault("field", "`hear.pcm` ends in the middle of a sample.", "Send 16-bit samples, two bytes each.")
        if not self._of[session].take(len(hear.pcm), now):
            self._forget(hearing)
            raise Fault("voice_busy", "More sound comes than can be spoken.", "Send it as it is recorded.")
        self._pass_on(hearing, hear, now)

    def _begin(self, session: Session, hear: Hear, now: float) -> _Hearing:
        self._check(hear.hearing, "hear.hearing")
        if hear.rate not in _RATES:
            raise Fault("field", f"`hear.rate` is {hear.rate}.", "Send 8000 to 48000 samples a second.")
        listeners = [npc_of(session, npc).id for npc in hear.to]
        sounds = self._of.setdefault(session, _Sounds())
        if len(sounds.hearings) >= self._limits.hearings:
            raise Fault("voice_busy", f"{len(sounds.hearings)} hearings are open.", "End one first.")
        if not hear.open:
            self.interrupt(session, listeners)
        number = str(next(self._numbers))
        hearing = _Hearing(session, hear.hearing, number, hear.open, hear.rate, now, now + SILENT_S)
        sounds.hearings[hear.hearing] = self._hearings[number] = hearing
        return hearing

    def _pass_on(self, hearing: _Hearing, hear: Hear, now: float) -> None:
        hearing.bytes += len(hear.pcm)
        end, drop = hear.end, hear.drop
        end |= not hearing.open and hearing.bytes >= 2 * hearing.rate * self._limits.hearing
        words = _words(hearing.session, hear.to) if hearing.sent == 0 else ()
        sent = replace(hear, hearing=hearing.number, piece=hearing.sent, to=(), words=words, end=end)
        hearing.piece, hearing.sent, hearing.due, hearing.ended = hear.piece + 1, hearing.sent + 1, now + SILENT_S, end
        if drop:
            self._forget(hearing, tell=False)
        self._to_voice(sent)

    def speak(self, session: Session, speak: Speak) -> None:
        """Have a line spoken; what its speaker was saying ends.

        Raises:
            Fault: `no_voice`, `voice_busy`, `unknown_npc` or `field`.
        """
        self._check(speak.speech, "speak.speech")
        npc = npc_of(session, speak.npc)
        sounds = self._of.setdefault(session, _Sounds())
        if speak.speech in sounds.speeches:
            raise Fault("field", f"The speech '{speak.speech}' is under way.", "Give each an id of its own.")
        self.interrupt(session, [npc.id])
        if len(sounds.speeches) >= self._limits.speeches:
            raise Fault("voice_busy", f"{len(sounds.speeches)} lines are being spoken.", "Let one of them end first.")
        number = str(next(self._numbers))
        speech = _Speech(session, speak.speech, number, npc.id, self._clock() + SILENT_S)
        sounds.speeches[speak.speech] = self._speeches[number] = speech
        persona = npc.mind.character.persona if npc.mind is not None else None
        if persona is not None:
            speak = replace(speak, name=persona.name, voice=persona.voice.model_dump(exclude_defaults=True))
        self._to_voice(replace(speak, speech=number))

    def hush(self, session: Session, hush: Hush) -> None:
        """End a speech; one that is over already is none to complain of."""
        sounds = self._of.get(session)
        speech = sounds.speeches.get(hush.speech) if sounds is not None else None
        if speech is not None:
            self._forget(speech)

    def interrupt(self, session: Session, npcs: Iterable[str]) -> None:
        """Let NPCs fall silent: they are spoken to, leave, or say something else."""
        sounds = self._of.get(session)
        if sounds is None or not sounds.speeches:
            return
        silent = set(npcs)
        for speech in [speech for speech in sounds.speeches.values() if speech.npc in silent]:
            self._forget(speech)
            self._send(session, Hush(speech.id))

    def said(self, session: Session, utterance: str) -> None:
        """The game has said a line: it is in the hands of those who keep utterances."""
        sounds = self._of.get(session)
        if sounds is not None:
            sounds.lines.pop(utterance, None)

    def back(self, session: Session) -> None:
        """A game is back: what it has not said is told again, and what was under way on the lost connection is over."""
        sounds = self._of.get(session)
        if sounds is None:
            return
        for under_way in sounds.all:
            self._forget(under_way)
        for kept in sounds.lines.values():
            self._send(session, kept.heard)

    def forget(self, session: Session) -> None:
        """A game is gone."""
        sounds = self._of.pop(session, None)
        if sounds is not None:
            for under_way in sounds.all:
                self._forget(under_way)

    def _check(self, id_: str, where: str) -> None:
        if self.voice is None:
            raise Fault(
                "no_voice",
                "No voice is connected to this server.",
                "Start it with `python -m engine serve --voice`, or type the words.",
            )
        if len(id_) > _ID:
            raise Fault("field", f"`{where}` has {len(id_)} characters.", f"Send at most {_ID}.")

    # -- from the voice process ------------------------------------------------------------------------

    def heard(self, heard: Heard) -> None:
        """Tell a game what was said; what belongs to no hearing is dropped."""
        hearing, now = self._hearings.get(heard.hearing), self._clock()
        if hearing is None or heard.line != hearing.line:
            self._statistics.counters["sound_dropped"] += 1
            return
        if heard.final:
            self._take_line(hearing, heard, now)
        elif now - hearing.told_at >= PARTIAL_EVERY_S:
            hearing.told_at = now
            self._send(hearing.session, replace(heard, hearing=hearing.id, over=False, utterance=None))

    def _take_line(self, hearing: _Hearing, heard: Heard, now: float) -> None:
        sounds, over = self._of[hearing.session], heard.over or not hearing.open
        if not (over or heard.text.strip()):
            return
        if hearing.lines >= LINES_AT_ONCE + (now - hearing.began) * LINES_A_SECOND or len(sounds.lines) >= _KEPT:
            self._fail(hearing, "voice_limit", "More lines were heard than can be said.", "Speak again.")
            return
        sure = min(1.0, max(0.0, heard.confidence))
        told = replace(heard, hearing=hearing.id, confidence=sure, tone=_shares(heard.tone), over=over, utterance=None)
        if heard.text.strip():
            utterance = f"{hearing.id}.{hearing.line}"
            told = replace(told, utterance=utterance)
            sounds.lines[utterance] = _Kept(told, now, now)
            hearing.lines += 1
        hearing.line, hearing.due = hearing.line + 1, now + SILENT_S
        if over:
            self._forget(hearing, tell=not hearing.ended)
        self._send(hearing.session, told)

    def sound(self, sound: Sound) -> None:
        """Hand a piece of a speech on; what belongs to none, or comes out of order, is dropped.

        Raises:
            Fault: `field`, where the voice process sends what nobody could play: the speech is over.
        """
        speech = self._speeches.get(sound.speech)
        if speech is None or sound.piece != speech.piece:
            self._statistics.counters["sound_dropped"] += 1
            return
        if len(sound.pcm) % 2 or sound.rate not in _RATES or sound.rate != (speech.rate or sound.rate):
            self._fail(speech, "voice_lost", "The voice process sends what is no sound.", "Update it.")
            raise Fault(
                "field",
                "`sound` has half a sample, or a rate that changes or is none.",
                "Send whole 16-bit samples, 8000 to 48000 a second.",
            )
        speech.piece, speech.rate, speech.due = speech.piece + 1, sound.rate, self._clock() + SILENT_S
        speech.seconds += len(sound.pcm) / 2 / sound.rate
        longest = self._limits.speech
        if speech.seconds > longest or speech.piece > longest * _PIECES_A_SECOND:
            self._fail(speech, "voice_limit", f"The speech is longer than {longest} s.", "Let it say less at once.")
            return
        if sound.end:
            self._forget(speech, tell=False)
        if not self._send(speech.session, replace(sound, speech=speech.id)) and not sound.end:
            self._forget(speech)  # the game reads nothing: what is missing cannot be played

    # -- ends ------------------------------------------------------------------------------------------

    def expire(self) -> None:
        """End what nothing comes of, and tell lines again that were not said."""
        now = self._clock()
        if not self._of or now - self._looked_at < _LOOK_EVERY_S:
            return
        self._looked_at = now
        for hearing in [hearing for hearing in self._hearings.values() if now > hearing.due]:
            if hearing.ended:
                self._fail(hearing, "voice_silent", "The voice process does not answer.", "Say or type it again.")
            else:
                self._fail(hearing, "voice_limit", f"No sound came for {SILENT_S:g} s.", "Begin another hearing.")
        for speech in [speech for speech in self._speeches.values() if now > speech.due]:
            self._fail(speech, "voice_silent", "The voice process does not answer.", "Show the line.")
        for session, sounds in self._of.items():
            for utterance, kept in list(sounds.lines.items()):
                if now - kept.since > TELL_FOR_S:
                    del sounds.lines[utterance]
                elif now - kept.told_at > TELL_AGAIN_S:
                    kept.told_at = now
                    self._send(session, kept.heard)

    def _fail(self, under_way: _Hearing | _Speech, code: str, message: str, fix: str) -> None:
        self._statistics.counters["sound_failed"] += 1
        self._forget(under_way)
        self._send(under_way.session, Error(code, message, fix, about=under_way.id))

    def _forget(self, under_way: _Hearing | _Speech, tell: bool = True) -> None:
        """It is over; the voice process is told so, unless it knows."""
        sounds = self._of.get(under_way.session)
        if isinstance(under_way, _Hearing):
            self._hearings.pop(under_way.number, None)
            if sounds is not None:
                sounds.hearings.pop(under_way.id, None)
        else:
            self._speeches.pop(under_way.number, None)
            if sounds is not None:
                sounds.speeches.pop(under_way.id, None)
        if tell and self.voice is not None:
            number = under_way.number
            self._to_voice(Hear(number, under_way.sent, drop=True) if isinstance(under_way, _Hearing) else Hush(number))

    def _to_voice(self, message: Hear | Speak | Hush) -> None:
        """Send to the voice process; one that lets megabytes lie there is no voice any more."""
        voice = self.voice
        if voice is not None and not self._send(voice, message):
            self._hang_up(voice)


def _all(hearings: Mapping[str, _Hearing], speeches: Mapping[str, _Speech]) -> list[_Hearing | _Speech]:
    return [*hearings.values(), *speeches.values()]


def _shares(tone: Mapping[str, str | int | float | bool]) -> dict[str, str | int | float | bool]:
    """What is a share of 1, of what a voice says of tones."""
    return {label: p for label, p in tone.items() if isinstance(p, (int, float)) and not isinstance(p, bool) and 0 <= p <= 1}


def _words(session: Session, to: Iterable[str]) -> tuple[str, ...]:
    """Names and things that are likely to be spoken of, of those who are spoken to first."""
    listeners = set(to)
    npcs = sorted(session.npcs.values(), key=lambda npc: npc.id not in listeners)
    minds = [npc.mind for npc in npcs if npc.mind is not None]
    words = [mind.character.persona.name for mind in minds]
    for mind in minds:
        persona = mind.character.persona
        words += [*mind.watch, *persona.wares, *persona.wants]
        words += [name.replace("_", " ") for name in (*persona.knowledge, *persona.quests)]
    return tuple(dict.fromkeys(word[:100] for word in words if word))[:_WORDS]
