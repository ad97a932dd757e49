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
    said = [("en-us", number, line) for number, line in enumerate(lines)]
    told = measure(ears, said, GameWords.of(["Borin", "sword"]), "none", None)
    deaf = measure(ears, said, GameWords(), "white", -20.0)
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


def test_what_was_measured_is_not_measured_again(tmp_path):
    from engine.cli.parts import Parts

    figures, of = tmp_path / "speech.json", {"model": "base"}
    first = Parts(figures, of)
    assert first.part("clean", lambda: {"word_error": 0.1}) == {"word_error": 0.1}
    again = Parts(figures, of)
    assert len(again) == 1
    assert again.part("clean", lambda: pytest.fail("measured again")) == {"word_error": 0.1}
    assert len(Parts(figures, {"model": "tiny"})) == 0, "figures of another model were taken"
    again.close()
    assert list(tmp_path.iterdir()) == []


def test_parts_that_cannot_be_read_are_measured_again(tmp_path):
    from engine.cli.parts import Parts

    (tmp_path / "speech.json.parts").write_text('{"of": {}, "par', encoding="utf-8")
    assert Parts(tmp_path / "speech.json", {}).part("clean", lambda: 3) == 3


def _row(noise, told=True, errors=0, found=10):
    return {"noise": noise, "words_of_the_game": told, "counted": {"errors": errors, "words": 100, "names": 10, "found": found}}


def test_each_bar_is_told_with_what_was_measured(capsys):
    from engine.cli.speech_bars import bars

    hearing = [_row("clean", errors=12), _row("clean", told=False, errors=90), _row("white noise at 10 dB", errors=26, found=8)]
    figures = {"hearing": hearing, "intents": {"lines": 9, "typed": 0.9, "said by espeak-ng": 0.7}, "nothing": {"heard": []}}
    met = {row["what"]: row["met"] for row in bars(figures)}
    assert met == {
        "words wrong, clean": True,
        "words wrong, white noise at 10 dB": False,
        "names wrong, clean": True,
        "names wrong, at 10 dB": False,
        "intents lost, said by espeak-ng": False,
        "lines heard in 80 s of silence and noise": True,
    }
    assert "NOT met words wrong, white noise at 10 dB: 0.26 (at most 0.25)" in capsys.readouterr().out
    at_work = {"decision_p50_s": 0.5}
    live = {"push_to_talk": at_work, "open_microphone": {"decision_p50_s": None}, "p99_ratio": 1.4, "memory_mb": 600}
    rows = bars(figures | {"live": live | {"decision_to_first_sound_p50_s": 0.2}})
    assert [row["met"] for row in rows[6:]] == [True, True, False, True]


def test_a_benchmark_that_is_interrupted_says_what_is_kept_and_goes_on(tmp_path, monkeypatch, capsys):
    for package in ("ctranslate2", "espeakng_loader", "soxr"):
        pytest.importorskip(package, reason="needs the voice extra")
    from engine.cli import bench_speech

    def stopped(parts, *_):
        parts.part("clean", lambda: 1)
        raise KeyboardInterrupt

    monkeypatch.setattr(bench_speech, "_measured", stopped)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            bench_speech.bench_speech(json_file=tmp_path / "speech.json")
    told = capsys.readouterr()
    assert told.err.count(f"1 parts are in {tmp_path / 'speech.json.parts'}, and the same command goes on") == 2
    assert "1 parts of an earlier run are taken from there" in told.out
