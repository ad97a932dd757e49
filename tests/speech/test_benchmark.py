"""What measures speech measures it: figures of a short run, and lines that can be said."""

from __future__ import annotations

import pytest


def test_lines_to_measure_by_name_the_words_of_the_game_that_are_in_them():
    from engine.cli.bench_speech import _content

    content = _content()
    assert len(content["lines"]) >= 40
    for line in content["lines"]:
        for name in line.get("names", ()):
            assert name in content["game"]
            assert name.lower() in line["text"].lower()


def test_hearing_is_measured_in_noise_with_and_without_the_words_of_the_game(ears, monkeypatch):
    from engine.speech.benchmark import Spoken, measure
    from engine.speech.game_words import GameWords

    lines = [Spoken("give the sword to Borin", ("Borin", "sword")), Spoken("who are you")]
    told = measure(ears, lines, GameWords.of(["Borin", "sword"]), ["en-us"], "none", None)
    deaf = measure(ears, lines, GameWords(), ["en-us"], "white", -20.0)
    assert told.words == deaf.words == 8
    assert told.names == 2
    assert told.names_right > deaf.names_right
    assert told.word_error < 0.5 < deaf.word_error


def test_what_is_no_speech_is_a_minute_and_more(ears):
    pytest.importorskip("soxr", reason="needs the voice extra")
    from engine.speech.benchmark import silences, spoken_in
    from engine.speech.game_words import GameWords

    sounds = list(silences(4.0))
    assert [len(sound) for sound in sounds] == [64_000] * 4
    assert spoken_in(ears, sounds, GameWords.of(["Mira", "wolf"])) == []
