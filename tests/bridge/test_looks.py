"""Pictures of what phrases look like, from a client to what its NPCs look for."""

from __future__ import annotations

import io
import threading

import numpy as np
import pytest
from PIL import Image

from engine.bridge.client import BridgeError, Frame
from engine.formats.wire.constants import Limits
from tests.bridge.conftest import DEADLINE


def png(shade: int = 90, size: tuple[int, int] = (8, 8), alpha: int = 255) -> bytes:
    data = io.BytesIO()
    Image.new("RGBA", size, (shade, 20, 160, alpha)).save(data, "PNG")
    return data.getvalue()


@pytest.fixture
def seen(perceiver, monkeypatch) -> list[dict]:
    """The looks of every query, newest last; a picture's appearance is its mean red."""
    looks = list[dict]()
    see = perceiver.see

    def watching(frame, queries):
        looks.extend({phrase: [float(a[0]) for a in shown] for phrase, shown in q.looks.items()} for q in queries)
        return see(frame, queries)

    monkeypatch.setattr(perceiver, "see", watching)
    monkeypatch.setattr(perceiver, "appearance", lambda picture: np.array([picture[..., 0].mean()], np.float32))
    return looks


def looks_after(client, seen, picture, wanted) -> None:
    """Show frames until the newest query has these looks."""

    def has_come() -> bool:
        client.observe("mira", frame=picture())
        return bool(seen) and seen[-1] == wanted

    client.until(has_come)


def test_what_a_phrase_looks_like_reaches_what_is_looked_for(client, seen, picture, tmp_path):
    (tmp_path / "side.png").write_bytes(png(30))
    client.look("gloomfang", png(90), str(tmp_path / "side.png"), Frame(bytes([60, 0, 0, 255]) * 4, 2, 2, "rgba"))
    client.spawn("mira", "healer", watch=["gloomfang"])
    looks_after(client, seen, picture, {"gloomfang": [90.0, 30.0, 60.0]})


def test_other_pictures_take_the_place_of_those_before_and_none_is_forgotten(client, seen, picture):
    client.spawn("mira", "healer")
    client.look("gloomfang", png(90), png(91))
    client.look("gloomfang", png(40))
    looks_after(client, seen, picture, {"gloomfang": [40.0]})
    client.look("gloomfang")
    looks_after(client, seen, picture, {})


def test_what_one_game_shows_another_does_not_see(server, connect, seen, picture):
    one, other = connect(server, name="one"), connect(server, name="other")
    one.spawn("mira", "healer")
    other.spawn("mira", "healer")
    one.look("gloomfang", png(90))
    looks_after(one, seen, picture, {"gloomfang": [90.0]})
    seen.clear()
    other.observe("mira", frame=picture())
    other.decisions(1)
    assert {} in seen  # beside frames of the first that were still to be decided


def test_frames_are_decided_while_a_picture_is_looked_at(client, perceiver, picture, monkeypatch):
    entered, go_on = threading.Event(), threading.Event()

    def slow(_):
        entered.set()
        assert go_on.wait(DEADLINE)
        return np.zeros(1, np.float32)

    monkeypatch.setattr(perceiver, "appearance", slow)
    client.spawn("mira", "healer")
    client.look("gloomfang", png())
    client.until(entered.is_set)
    client.observe("mira", frame=picture())
    assert client.decisions(1)
    go_on.set()


def test_a_picture_that_was_shown_before_is_not_looked_at_again(client, perceiver, seen, picture, monkeypatch):
    looked = list[float]()

    def looking(picture):
        looked.append(float(picture[0, 0, 0]))
        return np.array([7], np.float32)

    monkeypatch.setattr(perceiver, "appearance", looking)
    client.spawn("mira", "healer")
    client.look("gloomfang", png(90))
    client.look("dread gloomfang", png(90))
    looks_after(client, seen, picture, {"gloomfang": [7.0], "dread gloomfang": [7.0]})
    assert looked == [90.0]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (png()[:40], "frame_broken"),
        (png(alpha=0), "frame_broken"),
        (png(size=(1025, 1024)), "frame_size"),
    ],
)
def test_a_picture_that_is_none_is_told_with_its_phrase_and_costs_nothing_else(client, picture, data, code):
    client.spawn("mira", "healer")
    client.look("gloomfang", data)
    refused = client.refusal()
    assert refused.code == code
    assert "gloomfang" in refused.message
    client.observe("mira", frame=picture())
    assert client.decisions(1)


def test_pictures_of_too_many_phrases_are_refused(serve, connect):
    client = connect(serve(limits=Limits(looks=1)))
    client.look("gloomfang", png())
    with pytest.raises(BridgeError, match="1 phrases"):
        client.look("wolf", png())


def test_what_is_no_picture_is_refused_where_it_is_given(client, tmp_path):
    with pytest.raises(BridgeError, match="cannot be read"):
        client.look("gloomfang", "a\0b")
    with pytest.raises(BridgeError, match="A picture is no int"):
        client.look("gloomfang", 7)
    with pytest.raises(BridgeError, match="no PNG"):
        client.look("gloomfang", b"GIF89a")
    with pytest.raises(BridgeError, match="cannot be read"):
        client.look("gloomfang", tmp_path / "missing.png")
    with pytest.raises(BridgeError, match="bytes"):
        client.look("gloomfang", b"\x89PNG" + bytes(1 << 20))
