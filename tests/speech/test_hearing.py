"""What becomes of sound: lines where something was said, and nothing where nothing was."""

from __future__ import annotations

import numpy as np
import pytest

from engine.speech.sound import RATE, Samples
from tests.speech.sounds import hiss, music, pieces, said, silence

WORDS = ("Mira", "Pip", "wolf", "gate", "red potion", "old mill")


class Room:
    """A stream into hearings, and what they tell of it."""

    def __init__(self, ears):
        from engine.speech.hearing import Hearings

        self.told = []
        self.hearings = Hearings(ears, self.told.append)

    def listen(self, sound: Samples, *, name="a", opened=False, rate=RATE, end=True, captured_at=None, words=WORDS):
        parts = pieces(sound, rate)
        for number, pcm in enumerate(parts):
            at = None if captured_at is None else captured_at + number * 0.05
            last = end and number == len(parts) - 1
            self.hearings.take(
                name,
                number,
                pcm,
                rate=rate,
                open_microphone=opened,
                end=last,
                captured_at=at,
                words=words if number == 0 else (),
            )
            while self.hearings.work():
                pass
        return self.finals

    @property
    def finals(self):
        return [told for told in self.told if told.final]


@pytest.fixture
def room(ears):
    return Room(ears)


def _plain(text: str) -> str:
    from engine.speech.recognition import plain_words

    return " ".join(plain_words(text))


def test_push_to_talk_becomes_one_line_with_its_times(room):
    (line,) = room.listen(said("hand me the red potion"), captured_at=100.0)
    assert _plain(line.text) == "hand me the red potion"
    assert line.over
    assert 0.2 < line.confidence <= 1.0
    assert line.began == pytest.approx(100.0, abs=0.1)
    assert 101.2 < line.ended < 102.2


def test_words_are_told_before_the_line_is_over(room):
    sound = said("follow me to the old mill and wait there until I come back")
    room.listen(sound[: len(sound) * 2 // 3], end=False)
    partial = [told for told in room.told if not told.final]
    assert partial, "nothing was told while it was spoken"
    assert "follow" in " ".join(_plain(told.text) for told in partial)
    assert not room.finals


def test_an_open_microphone_is_cut_into_lines(room):
    sound = np.concatenate([said("hand me the red potion"), silence(1.0), said("who are you"), silence(1.0)])
    finals = room.listen(sound, opened=True, captured_at=5.0)
    assert [_plain(line.text) for line in finals if line.text] == ["hand me the red potion", "who are you"]
    assert [line.line for line in finals][:2] == [0, 1]
    assert [line.over for line in finals] == [False, False, True]
    assert finals[0].ended < finals[1].began


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000])
def test_any_rate_is_understood(room, rate):
    (line,) = room.listen(said("hand me the red potion", sampled=rate), rate=rate)
    assert "red potion" in _plain(line.text)


NOTHING = {
    "silence": lambda: silence(6),
    "hiss": lambda: hiss(6),
    "loud hiss": lambda: hiss(6, 0.4),
    "music": lambda: music(6),
    "a hum": lambda: (0.3 * np.sin(2 * np.pi * 50 * np.arange(6 * RATE) / RATE)).astype(np.float32),
    "knocks": lambda: np.concatenate([np.concatenate([hiss(0.02, 0.5), silence(0.7)]) for _ in range(8)]),
    "a square wave at full scale": lambda: np.sign(np.sin(2 * np.pi * 200 * np.arange(4 * RATE) / RATE)).astype(np.float32),
    "nothing at all": lambda: silence(0.0),
}


@pytest.mark.parametrize("opened", [False, True])
@pytest.mark.parametrize("name", NOTHING)
def test_nothing_is_invented_where_nothing_was_said(room, name, opened):
    sound = NOTHING[name]()
    if not len(sound):
        room.hearings.take("a", 0, b"", open_microphone=opened, end=True)
        while room.hearings.work():
            pass
    else:
        room.listen(sound, opened=opened)
    assert [line.text for line in room.told if line.text] == []
    assert [line.over for line in room.finals] == [True]


def test_clipped_speech_is_still_understood(room):
    (line,) = room.listen(np.clip(said("a wolf is at the gate") * 6, -1, 1))
    assert "wolf" in _plain(line.text)


def test_who_vanishes_in_mid_word_leaves_nothing_behind(room):
    sound = said("hand me the red potion")
    room.listen(sound[: len(sound) // 2], end=False)
    room.hearings.take("a", 99, b"", drop=True)
    told = len(room.told)
    while room.hearings.work():
        pass
    assert len(room.told) == told
    (line,) = room.listen(said("who are you"), name="b")
    assert _plain(line.text) == "who are you"


def test_two_who_speak_at_once_are_kept_apart(room):
    one, other = pieces(said("hand me the red potion")), pieces(said("a wolf is at the gate", "en"))
    for number in range(max(len(one), len(other))):
        for name, parts in (("one", one), ("other", other)):
            if number < len(parts):
                room.hearings.take(
                    name, number, parts[number], end=number == len(parts) - 1, words=WORDS if number == 0 else ()
                )
        while room.hearings.work():
            pass
    texts = {line.hearing: _plain(line.text) for line in room.finals}
    assert "potion" in texts["one"]
    assert "wolf" in texts["other"]


def test_pieces_of_a_stream_that_nobody_began_are_left_out(room):
    room.hearings.take("late", 7, pieces(said("hello"))[0])
    assert not room.hearings.work()
    assert room.told == []


def test_speech_without_end_is_bounded(room, monkeypatch):
    monkeypatch.setattr("engine.speech.hearing.LONGEST_S", 5.0)
    endless = np.concatenate([said("run away, the barn is on fire", pause=0.0)] * 6)
    (line,) = room.listen(endless)
    assert 0 < len(line.text) < 150
    assert line.over


def test_streams_are_bounded_and_the_oldest_is_told_to_be_over(room):
    for number in range(70):
        room.hearings.take(f"s{number}", 0, b"\0\0" * 100)
    assert [told.hearing for told in room.finals] == [f"s{number}" for number in range(6)]
    assert all(told.over for told in room.finals)


def test_half_a_sample_and_odd_rates_do_no_harm(room):
    room.hearings.take("odd", 0, b"\1\2\3", rate=3)
    room.hearings.take("odd", 1, b"", rate=10**9, end=True)
    while room.hearings.work():
        pass
    assert [line.text for line in room.finals] == [""]
