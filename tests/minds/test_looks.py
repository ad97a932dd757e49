"""A card shows what its character looks out for; pictures are looked at off the thread that decides."""

from __future__ import annotations

import io
import threading

import numpy as np
import pytest
from PIL import Image

from engine.errors import Fault
from engine.minds.brain import Brain
from engine.minds.cards import Cards, unusable
from engine.minds.mind import Observation
from engine.perception.echo import EchoPerceiver
from npc.persona import faults
from tests.minds.test_ownership import DEADLINE, Folder, _Clock

CARD = "name: Tam\nwatch:\n  wolf: threat\n  gloomfang: {means: threat, looks: %s}\n"


class Perceiver(EchoPerceiver):
    """A picture looks like its mean red; `asked` are the looks of every query."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[dict[str, list[float]]] = []
        self.looked_on: list[str] = []

    def appearance(self, picture):
        self.looked_on.append(threading.current_thread().name)
        return np.array([picture[..., 0].mean()], np.float32)

    def see(self, frame, queries):
        self.asked += [{phrase: [float(a[0]) for a in looks] for phrase, looks in q.looks.items()} for q in queries]
        return super().see(frame, queries)


def paint(path, shade: int) -> None:
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", (8, 8), (shade, 0, 0)).save(path)


@pytest.fixture
def folder(tmp_path) -> Folder:
    folder = Folder(tmp_path)
    paint(tmp_path / "art" / "gloomfang.png", 90)
    paint(tmp_path / "side.webp", 0)
    folder.write(CARD % "[art/gloomfang.png]")
    return folder


@pytest.fixture
def brain(folder) -> Brain:
    brain = Brain(Perceiver(), folder.path)
    brain._cards = Cards(folder.path, _Clock())
    yield brain
    brain.close()


def tick(brain, mind, time=0.0, **told) -> dict[str, list[float]]:
    brain.decide(None, [Observation(mind, time, **told)])
    return brain.perceiver.asked[-1]


def test_the_pictures_of_a_card_are_looked_for_with_its_phrases(brain):
    mind = brain.mind("tam", "tam")
    assert tick(brain, mind) == {"gloomfang": [90.0]}
    assert mind.watch == ("wolf", "gloomfang")
    assert mind.character.persona.meanings == {"wolf": "threat", "gloomfang": "threat"}


def test_what_the_game_shows_goes_before_the_card(brain):
    told = {"gloomfang": (np.array([7], np.float32),), "crate": (np.array([8], np.float32),)}
    assert tick(brain, brain.mind("tam", "tam"), looks=told) == {"gloomfang": [7.0], "crate": [8.0]}


def test_an_edited_card_is_looked_at_elsewhere_and_taken_up(brain, folder):
    mind = brain.mind("tam", "tam")
    tick(brain, mind)
    folder.write(CARD % "[art/gloomfang.png, side.webp]")
    brain.perceiver.looked_on.clear()
    deadline = threading.Event()
    for second in range(int(DEADLINE * 20)):
        if tick(brain, mind, float(second)) == {"gloomfang": [90.0, 0.0]}:
            break
        deadline.wait(0.05)
    else:
        pytest.fail("the new picture was never taken up")
    assert all(name.startswith("looks") for name in brain.perceiver.looked_on)


@pytest.mark.parametrize(
    ("name", "why"),
    [("art/other.png", "is not there"), ("art/text.png", "is no PNG"), ("art/link.png", "is a link")],
)
def test_a_card_whose_picture_cannot_be_had_says_so(brain, folder, name, why):
    (folder.path / "art" / "text.png").write_text("no picture")
    (folder.path / "art" / "link.png").symlink_to(folder.path / "side.webp")
    folder.write(CARD % name)
    with pytest.raises(Fault, match=why) as told:
        brain.mind("tam", "tam")
    assert name in told.value.message
    assert str(folder.path) not in told.value.message


def test_an_edit_whose_picture_is_missing_is_told_and_the_character_lives_on(brain, folder):
    mind = brain.mind("tam", "tam")
    tick(brain, mind)
    folder.write(CARD % "gone.png")
    woken = threading.Event()
    brain.wake = woken.set
    assert tick(brain, mind, 1.0) == {"gloomfang": [90.0]}
    assert woken.wait(DEADLINE)
    assert any("gone.png" in notice.text for notice in brain.notices())
    assert tick(brain, mind, 2.0) == {"gloomfang": [90.0]}


def test_a_card_that_a_game_sends_reads_no_files_of_the_server(brain):
    with pytest.raises(Fault, match="a card that a game sends has none"):
        brain.mind("tam", {"name": "Tam", "watch": {"gloomfang": {"looks": "art/gloomfang.png"}}})


def test_what_was_taught_is_looked_for_where_words_ask_for_whatever_there_is(brain):
    asked = []
    brain.perceiver.taught = ("gloomfang", "vorm")
    see = brain.perceiver.see

    def watched(frame, queries):
        asked.extend(q.asked for q in queries)
        return see(frame, queries)

    brain.perceiver.see = watched
    mind = brain.mind("a", "guard")
    for text in ("what do you see?", "is there a wolf?", ""):
        brain.decide(None, [Observation(mind, 0.0, text=text)])
    everything, wolf, silence = asked
    assert {"gloomfang", "vorm"} <= set(everything)
    assert not {"gloomfang", "vorm"} & {*wolf, *silence}


def saved(kind: str, size: tuple[int, int] = (8, 8)) -> bytes:
    file = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(file, kind)
    return file.getvalue()


PNG, JPEG, WEBP = saved("png"), saved("jpeg"), saved("webp")
HUGE = PNG[:12] + b"IHDR" + (30_000).to_bytes(4) * 2 + PNG[24:]


@pytest.mark.parametrize("content", [PNG, JPEG, WEBP, PNG + bytes(100), JPEG + bytes(100), WEBP + bytes(100)])
def test_what_stands_behind_the_end_of_a_picture_is_nobodys_business(brain, folder, content):
    (folder.path / "side.png").write_bytes(content)
    folder.write(CARD % "side.png")
    assert faults(folder.path / "tam.yaml") == []
    assert list(unusable(folder.path)) == []
    assert tick(brain, brain.mind("tam", "tam"))


@pytest.mark.parametrize(
    ("content", "why", "fix"),
    [
        (HUGE, "has 30000x30000 pixels", "Scale it down"),
        (PNG + bytes(1 << 20), "bytes; 1048576 are the most", "Scale it down"),
        (PNG[:-20], "breaks off", "Save it anew"),
        (JPEG[:-20], "breaks off", "Save it anew"),
        (WEBP[:-20], "breaks off", "Save it anew"),
        (PNG[:60] + b"?" + PNG[61:], "is damaged", "Save it anew"),
        (b"", "is empty", "Save it anew"),
        (None, "is not there", "Put it there"),
    ],
)
def test_lint_a_start_and_who_spawns_a_card_tell_the_same_of_a_picture(brain, folder, content, why, fix):
    if content is not None:
        (folder.path / "c.png").write_bytes(content)
    folder.write(CARD % "c.png")
    tell_the_same(brain, folder, why, fix)


def tell_the_same(brain, folder, why, fix):
    [linted], [started] = faults(folder.path / "tam.yaml"), unusable(folder.path)
    with pytest.raises(Fault) as spawned:
        brain.mind("tam", "tam")
    for told in (str(linted), started, str(spawned.value)):
        assert why in told
        assert fix in told
        assert ("Put it there" in told) == (fix == "Put it there")


def test_a_picture_in_a_linked_folder_is_refused_by_all(brain, folder):
    (folder.path / "dl").symlink_to(folder.path / "art")
    folder.write(CARD % "dl/gloomfang.png")
    tell_the_same(brain, folder, "is a link, which is not followed", "Put the picture itself there")


def test_a_picture_with_a_name_too_long_costs_its_own_card_alone(brain, folder):
    folder.write(CARD % ("ü" * 190 + ".png"))
    tell_the_same(brain, folder, "cannot be read (", "Give its path")


def test_a_path_with_a_backslash_is_one_to_all(brain, folder):
    folder.write(CARD % r"art\gloomfang.png")
    assert faults(folder.path / "tam.yaml") == []
    assert list(unusable(folder.path)) == []
    assert tick(brain, brain.mind("tam", "tam")) == {"gloomfang": [90.0]}


def test_a_picture_that_shows_nothing_is_told_at_the_start(folder):
    Image.new("RGBA", (8, 8)).save(folder.path / "c.png")
    folder.write(CARD % "c.png")
    [told] = unusable(folder.path)
    assert "the picture c.png (in `watch.gloomfang.looks`) shows nothing. Send one in which the thing is visible." in told
