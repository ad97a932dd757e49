"""What is believed of what Whisper hears, and the words of the game in it."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import Fault
from engine.speech.language import Language, counted, packed, players
from engine.speech.recognition import Guess, believed, cleaned
from tests.speech.sounds import hiss, said


def test_captions_of_films_in_silence_are_not_believed():
    assert not believed(Guess("Thanks for watching!", -0.9), 0.3, 0.4)
    assert not believed(Guess("Thank you.", -0.4), 0.5, 0.8)
    assert believed(Guess("Thank you.", -0.3), 0.6, 0.05)


@pytest.mark.parametrize(
    "text",
    [
        "go go go go go go go go go go go go go go go go go go go go go go",
        "Mira, Pip, wolf, gate.",
        "",
        "...",
        "I said a great deal in hardly any time at all you know",
    ],
)
def test_what_cannot_have_been_said_is_not_believed(text):
    assert not believed(Guess(text, -0.3), 0.8, 0.1, "Mira, Pip, wolf, gate, red potion.")


def test_sounds_in_brackets_are_no_words():
    assert cleaned("[MUSIC] hello (sighs) there ♪ la la ♪") == "hello there"


def test_a_text_said_twice_is_once():
    pytest.importorskip("espeakng_loader", reason="needs the voice extra")
    from engine.speech.ears import once

    assert once("Run away! Run away!") == "Run away!"
    assert once("What do you see? What do you see? What do") == "What do you see?"
    assert once("no no") == "no no"
    assert once("the cat and the dog") == "the cat and the dog"


def test_players_rather_say_what_players_say():
    language = players()
    assert language.logarithm(["hand", "me", "the", "potion"]) > language.logarithm(["and", "meet", "the", "portion"])
    assert language.logarithm(["zorblax"]) < language.logarithm(["zorblax"], {"zorblax"})


def test_a_word_of_the_game_may_stand_where_players_name_things():
    language = players()
    game, pairs = {"goblet", "silver", "ring"}, {("silver", "ring")}
    put = "put the {} on the table"
    assert language.logarithm(put.format("goblet").split(), game) > 3 + language.logarithm(put.format("droplet").split(), game)
    ring = put.format("silver ring").split()
    assert language.logarithm(ring, game, pairs) > language.logarithm(ring, game)


def test_counts_come_back_from_the_file():
    counts = counted(["wait here", "wait there", "wait here please"])
    language = Language(counts)
    assert language.knows("wait")
    assert not language.knows("run")
    assert packed(counts) == packed(counts)


@pytest.fixture(scope="session")
def game():
    pytest.importorskip("espeakng_loader", reason="needs the voice extra")
    from engine.speech.game_words import GameWords

    return GameWords.of(["Alric", "Borin", "Mira", "wolf", "marsh fever", "yarrow", "gate_house", "", "Mira"])


def test_words_of_the_game_are_tidied(game):
    assert game.phrases == ("Alric", "Borin", "Mira", "wolf", "marsh fever", "yarrow", "gate house")
    assert "marsh fever" in game.prompt
    assert "fever" in game.single


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("Do you know where all Rick went?", "Alric"),
        ("Give the sword to Morin.", "Borin"),
        ("hello mirror", "Mira"),
        ("what helps against the Marsh Fever", "marsh fever"),
    ],
)
def test_a_word_of_the_game_is_offered_where_one_like_it_was_heard(game, heard, meant):
    assert any(meant.lower() in offered.text.lower() for offered in game.put_right(Guess(heard, -0.4)))


def test_what_is_offered_has_its_price(game):
    first, *others = game.put_right(Guess("give the sword to Morin", -0.4))
    assert first.score == -0.4
    assert others
    assert all(offered.score < -0.4 for offered in others)


def test_words_that_sound_like_none_of_the_game_stay(game):
    assert game.put_right(Guess("the bridge is open", -0.4)) == [Guess("the bridge is open", -0.4)]


def test_names_are_heard_that_a_recogniser_has_never_seen(ears):
    from engine.speech.game_words import GameWords

    names = GameWords.of(["Alric", "Borin", "yarrow"])
    sounds = [said("give the sword to Borin"), said("do you know where Alric went")]
    told = [ears.hear(sound, 1.5, names).text for sound in sounds]
    untold = [ears.hear(sound, 1.5).text for sound in sounds]
    assert "Borin" in told[0]
    assert "Alric" in told[1]
    assert sum(name in text for name, text in zip(("Borin", "Alric"), untold, strict=True)) < 2


@pytest.mark.parametrize("line", ["who are you", "thank you", "what is your name", "stop", "help me", "follow me"])
def test_short_lines_are_heard_too(ears, line):
    sound = said(line)
    assert ears.hear(sound, len(sound) / 16_000 - 0.6).text.lower().strip("?.!") == line


def test_a_sound_is_heard_alike_before_and_after_others(ears):
    from engine.speech.game_words import GameWords

    sound = said("who are you")
    before = ears.hear(sound, 0.6)
    ears.hear(said("give the sword to Borin"), 1.5, GameWords.of(["Borin", "sword"]))
    ears.hear(sound, 0.6, quick=True)
    ears.hear(hiss(1.0), 0.5)
    elsewhere = np.zeros(len(sound) + 3, np.float32)[3:]  # where it lies in memory is none of its business
    elsewhere[:] = sound
    assert ears.hear(elsewhere, 0.6) == before  # texts, and how sure each is


def test_the_robot_says_a_line_alike_before_and_after_others():
    pytest.importorskip("espeakng_loader", reason="needs the voice extra")
    from engine.speech import phonemes

    line, _ = phonemes.formant_voice("follow me")
    others = [phonemes.formant_voice("hand me the red potion", "en", pitch=70), phonemes.phonemes("who goes there")]
    assert len(others[0][0]) > len(line)
    phonemes._said.cache_clear()
    again, rate = phonemes.formant_voice("follow me")
    assert rate == 22_050
    assert np.array_equal(line, again)


def test_a_voice_that_espeak_lacks_is_told_by_name():
    pytest.importorskip("espeakng_loader", reason="needs the voice extra")
    from engine.speech.phonemes import formant_voice

    with pytest.raises(Fault, match="no voice 'klingon-xx'"):
        formant_voice("hello", "klingon-xx")


def test_noise_is_taken_out_and_speech_stays():
    from engine.speech.noise import denoised

    pytest.importorskip("espeakng_loader", reason="needs the voice extra")
    speech = said("hand me the red potion", pause=0.5)
    noisy = speech + hiss(len(speech) / 16_000, 0.02)
    quiet, ratio = denoised(noisy)
    assert len(quiet) == len(noisy)
    assert 3 < ratio < 22
    assert np.std(quiet[:6000]) < 0.5 * np.std(noisy[:6000])
    assert np.corrcoef(quiet, speech)[0, 1] > 0.9
    barely = speech + hiss(len(speech) / 16_000, 0.0002)
    same, ratio = denoised(barely)
    assert ratio > 22
    assert same is barely
