"""Lines that are spoken: in pieces, with the times of words and lips, by the voice of their card, and stopped at once."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from engine.speech.clauses import breaths
from engine.speech.prosody import FEELINGS, character, felt
from engine.speech.sound import samples_of

LINE = "Hello, my dear friend, I will tend your wounds. It costs 42 coins!"


class Stage:
    def __init__(self, synthesis, personas=None):
        from engine.speech.recordings import Recordings
        from engine.speech.speaking import Speeches

        self.sent = []
        self.speeches = Speeches(synthesis, Recordings(personas), self.sent.append)

    def say(self, text=LINE, speech="s", **how):
        from engine.speech.speaking import Wanted

        self.speeches.speak(Wanted(speech, text, **how))
        while self.speeches.work():
            pass
        return [piece for piece in self.sent if piece.speech == speech]


@pytest.fixture
def stage(synthesis):
    return Stage(synthesis)


def _seconds(pieces):
    return sum(len(piece.pcm) / 2 / piece.rate for piece in pieces)


def test_a_line_comes_in_small_pieces_one_after_the_other(stage):
    pieces = stage.say()
    assert [piece.piece for piece in pieces] == list(range(len(pieces)))
    assert all(0 < len(piece.pcm) <= 9600 for piece in pieces[:-1])
    assert [piece.end for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert not pieces[-1].fault
    assert 2.0 < _seconds(pieces) < 8.0


def test_the_first_breath_is_sent_while_the_rest_is_not_made(stage):
    from engine.speech.speaking import Wanted

    stage.speeches.speak(Wanted("s", LINE))
    stage.speeches.work()
    assert stage.sent
    assert _seconds(stage.sent) < 1.5
    assert not stage.sent[-1].end


def test_words_and_lips_have_their_times_within_the_sound(stage):
    pieces = stage.say()
    words = [word for piece in pieces for word in piece.words]
    shapes = [shape for piece in pieces for shape in piece.shapes]
    assert [word.text for word in words] == LINE.split()
    assert [word.began for word in words] == sorted(word.began for word in words)
    assert all(word.began < word.ended <= _seconds(pieces) for word in words)
    assert {"aa", "sil", "PP", "DD"} <= {shape.text for shape in shapes} | {"aa"}
    assert all(one.ended <= other.began + 0.002 for one, other in pairwise(shapes))


def test_the_times_of_words_are_where_the_sound_is(synthesis):
    (sounded,) = synthesis.line("Stop!", character({}), "neutral")
    assert sounded.exact
    (word,) = sounded.words
    samples = np.abs(samples_of(sounded.pcm))
    loud = np.flatnonzero(samples > 0.05 * samples.max()) / sounded.rate
    assert word.began - 0.12 < loud[0] < word.ended
    assert word.began < loud[-1] < word.ended + 0.12


def test_a_speech_that_is_hushed_sends_nothing_more(stage):
    from engine.speech.speaking import Wanted

    stage.speeches.speak(Wanted("s", LINE))
    stage.speeches.work()
    sent = len(stage.sent)
    stage.speeches.hush("s")
    assert not stage.speeches.work()
    assert len(stage.sent) == sent


def test_a_line_is_made_once(stage, synthesis, monkeypatch):
    first = [piece.pcm for piece in stage.say("It is a fine day for it.", "one")]
    monkeypatch.setattr(synthesis, "_breath", lambda *_: pytest.fail("made again"))
    assert [piece.pcm for piece in stage.say("It is a fine day for it.", "two")] == first


def test_what_is_kept_is_bounded(synthesis, monkeypatch):
    monkeypatch.setattr("engine.speech.synthesis._MADE", 200_000)
    for number in range(6):
        list(synthesis.line(f"This is line {number} of many.", character({}), "neutral"))
    assert synthesis._size <= 200_000


@pytest.mark.parametrize("text", ["...", "?!", "*", "♪♪", "—", "   "])
def test_where_there_is_nothing_to_say_the_speech_ends(stage, text):
    (piece,) = stage.say(text)
    assert piece.end
    assert piece.pcm == b""


@pytest.mark.parametrize(
    "text", ["Здравствуй, друг.", "你好", "x" * 900, "a, " * 300, "I\0 am [[here]] <b>now</b>", "1234567890 " * 3]
)
def test_any_text_is_spoken_or_ends_without_a_crash(stage, text):
    pieces = stage.say(text)
    assert pieces[-1].end
    assert _seconds(pieces) <= 60.1


def test_one_too_many_is_told_so(stage):
    from engine.speech.speaking import Wanted

    for number in range(65):
        stage.speeches.speak(Wanted(f"s{number}", "Hello."))
    assert [piece.speech for piece in stage.sent] == ["s64"]
    assert stage.sent[0].end
    assert stage.sent[0].fault


def _pitch(pcm: bytes, rate: int) -> float:
    """The strongest period of voiced frames, in hertz."""
    samples = samples_of(pcm)
    found = []
    for start in range(0, len(samples) - 1024, 512):
        frame = samples[start : start + 1024] - samples[start : start + 1024].mean()
        if np.sqrt(np.mean(frame**2)) < 0.03:
            continue
        row = np.correlate(frame, frame, "full")[1023:]
        low, high = rate // 400, rate // 60
        found.append(rate / (low + int(np.argmax(row[low:high]))))
    return float(np.median(found))


def test_cards_change_how_high_and_fast_a_character_speaks(synthesis):
    text = "I have been waiting for you all day long."
    plain, high, slow = (
        list(synthesis.line(text, character(voice), "neutral")) for voice in ({}, {"pitch": 1.4}, {"rate": 0.6})
    )
    assert _pitch(high[0].pcm, high[0].rate) > 1.2 * _pitch(plain[0].pcm, plain[0].rate)
    assert sum(s.seconds for s in slow) > 1.3 * sum(s.seconds for s in plain)


def test_what_a_character_feels_is_heard(synthesis):
    text = "I have been waiting for you all day long."
    made = {feeling: list(synthesis.line(text, character({}), feeling)) for feeling in ("neutral", "sad", "angry")}
    seconds = {feeling: sum(s.seconds for s in sounds) for feeling, sounds in made.items()}
    loud = {feeling: np.sqrt(np.mean(samples_of(b"".join(s.pcm for s in sounds)) ** 2)) for feeling, sounds in made.items()}
    assert seconds["sad"] > seconds["neutral"] > seconds["angry"]
    assert loud["sad"] < loud["neutral"] < loud["angry"]


def test_every_emotion_of_the_model_has_its_prosody():
    from engine.formats.labels import load_labels

    assert set(load_labels().heads["emotion"]) == set(FEELINGS)


def test_what_no_card_can_say_is_left_out():
    odd = character({"pitch": float("nan"), "rate": "fast", "volume": True, "file": 3, "speaker": -4, "x": 1})
    assert odd == character({})
    assert felt(character({"pitch": 99}).prosody, "joyful").pitch <= 1.6


def test_a_voice_that_is_not_there_is_spoken_by_the_usual_one(synthesis):
    assert list(synthesis.line("Hello.", character({"file": "nobody"}), "neutral"))


def test_a_long_line_begins_with_a_short_breath():
    parts = breaths("I came over the moor in the fever year with a basket and no name for the road behind me, Pip.")
    assert len(parts[0].text) < 60
    assert " ".join(part.text for part in parts).split()[-1] == "Pip."


def test_the_actors_recording_comes_first(tmp_path, synthesis):
    soundfile = pytest.importorskip("soundfile", reason="needs the voice extra")
    (tmp_path / "cook.yaml").write_text("name: Anna\nlines: {greet: {id: hello_there, say: Hello there.}}\n", encoding="utf-8")
    (tmp_path / "voice" / "cook").mkdir(parents=True)
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(24_000) / 24_000)
    soundfile.write(tmp_path / "voice" / "cook" / "hello_there.ogg", tone, 24_000)
    pieces = Stage(synthesis, tmp_path).say("Hello there.", name="Anna", line_id="hello_there")
    assert pieces[0].rate == 24_000
    assert _seconds(pieces) == pytest.approx(1.0, abs=0.05)
    assert [word.text for piece in pieces for word in piece.words] == ["Hello", "there."]
    assert 420 < _pitch(pieces[0].pcm, 24_000) * (1 if _pitch(pieces[0].pcm, 24_000) > 300 else 2) < 460


def test_a_recording_that_is_broken_is_spoken_instead(tmp_path, synthesis):
    pytest.importorskip("soundfile", reason="needs the voice extra")
    (tmp_path / "cook.yaml").write_text("name: Anna\n", encoding="utf-8")
    (tmp_path / "voice" / "cook").mkdir(parents=True)
    (tmp_path / "voice" / "cook" / "hello_there.wav").write_bytes(b"RIFF nonsense")
    pieces = Stage(synthesis, tmp_path).say("Hello there.", name="Anna", line_id="hello_there")
    assert pieces[0].rate == 22_050
    assert _seconds(pieces) > 0.4
