"""The inspector: what it shows is what happened, it holds nobody up, and only this machine can look."""

from __future__ import annotations

import base64
import io
import json
import socket
import struct
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import replace
from importlib import resources

import numpy as np
import pytest
from PIL import Image

from engine.errors import Fault
from engine.inspector import Feed, Page
from engine.inspector.feed import _WAITING
from engine.minds.brain import Brain
from engine.minds.mind import Observation
from engine.perception import EncodedFrame, Frame
from engine.perception.echo import EchoPerceiver
from engine.perception.pictures import letterbox


class Eyes(EchoPerceiver):
    """The echo, with the frame fitted as the model does it."""

    def encode(self, frame, queries):
        encoded = super().encode(frame, queries)
        fit = None if frame is None else letterbox(np.frombuffer(frame.pixels, np.uint8).reshape(18, 64, 3), 48, 80)
        return encoded and EncodedFrame(encoded.grid, encoded.scene, encoded.valid, fit)


class Stage:
    """A brain that is looked at, with a clock that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.feed = Feed(lambda: self.now)
        self.brain = Brain(Eyes(), feed=self.feed)
        self.minds = {name: self.brain.mind(name, name, ["wolf"], "village") for name in ("guard", "healer")}
        self.time = 0.0

    def tick(self, text: str = "", frame: Frame | None = None, to: tuple[str, ...] = ("guard",)) -> None:
        self.time += 1.0
        self.brain.decide(frame, [Observation(self.minds[name], self.time, text) for name in to])

    def entries(self) -> list[dict]:
        """All that was shown so far."""
        self.feed.start()
        self.feed.close()
        return self.feed.since(0)


@pytest.fixture
def stage() -> Stage:
    return Stage()


def _frame(shade: int = 200) -> Frame:
    return Frame(bytes([shade]) * (64 * 18 * 3), 64, 18, "rgb")


def test_a_tick_is_shown_with_frame_heat_labels_feelings_and_decision(stage):
    stage.tick("hello", _frame())
    (entry,) = stage.entries()
    assert (entry["who"], entry["name"], entry["text"], entry["time"]) == ("village · guard", "Bram", "hello", 1.0)
    assert entry["heads"]["intent"] == [["greet", 1.0]]
    assert entry["watch"][0][:2] == ["wolf", 0.05]  # steadied: a single frame counts half
    assert entry["decision"]["action"] == "greet"
    assert entry["decision"]["line"]
    assert "cause: words" in entry["decision"]["trace"]
    assert entry["mood"][0] == "neutral"
    assert len(entry["mood"]) == 4
    heat = entry["heat"]
    assert len(base64.b64decode(heat["cells"])) == heat["rows"] * heat["columns"]
    json.dumps(entry)


def test_the_picture_is_the_frame_without_its_borders_and_compressed_once_for_all(stage):
    stage.tick("hello", _frame(), to=("guard", "healer"))
    one, other = stage.entries()
    picture = Image.open(io.BytesIO(base64.b64decode(one["picture"])))
    assert picture.width / picture.height == pytest.approx(64 / 18, rel=0.1)
    assert abs(int(np.asarray(picture).mean()) - 200) <= 2
    assert one["picture"] is other["picture"]


def test_a_mood_is_shown_as_it_was_not_as_it_has_become(stage):
    stage.tick("hello")
    before = stage.minds["guard"].character.mood.now
    for _ in range(5):
        stage.tick("hello")
    first, *_, last = stage.entries()
    assert tuple(first["mood"][1:]) == before
    assert first["mood"] != last["mood"]


def test_whoever_does_not_keep_up_holds_nobody_up(stage):
    for _ in range(3 * _WAITING):  # nobody reads: this must come back all the same
        stage.tick("hello")
    assert len(stage.entries()) == _WAITING


def test_of_silent_frames_a_few_a_second_are_shown_and_of_words_all(stage):
    for n in range(8):
        stage.now = n / 10
        stage.tick(frame=_frame())
    stage.tick("hello")
    stage.tick("hello")
    entries = stage.entries()
    assert [entry["text"] for entry in entries] == ["", "", "", "", "hello", "hello"]
    assert [entry["n"] for entry in entries] == [1, 2, 3, 4, 5, 6]


def test_only_what_is_new_is_sent_and_all_of_it_after_a_restart(stage):
    for _ in range(3):
        stage.tick("hello")
    stage.entries()
    assert [entry["n"] for entry in stage.feed.since(1)] == [2, 3]
    assert [entry["n"] for entry in stage.feed.since(0, most=1)] == [3]
    assert len(stage.feed.since(1000)) == 3


@pytest.fixture
def page(stage):
    stage.tick("<b>hello</b>")
    stage.entries()
    served = Page(stage.feed, 0)
    yield served
    served.close()


def _get(address: str, **headers: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def test_the_page_and_its_entries_are_served_on_loopback(page):
    assert page.address.startswith("http://127.0.0.1:")
    assert "<title>NPC inspector</title>" in _get(page.address)[1]
    assert json.loads(_get(page.address + "since/0")[1])[0]["text"] == "<b>hello</b>"
    assert _get(page.address + "since/x")[0] == _get(page.address + "../etc/passwd")[0] == 404


@pytest.mark.parametrize(
    "host", ["evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example:1", "", "[::2]:80", "0.0.0.0"]
)
def test_a_page_of_another_name_may_not_read_it(page, host):
    assert _get(page.address, Host=host)[0] == 403


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:80", "LOCALHOST", "[::1]:80", "127.1.2.3:4"])
def test_every_name_of_this_machine_is_one(page, host):
    assert _get(page.address, Host=host)[0] == 200


def test_no_page_may_frame_it_and_nothing_of_it_is_kept(page):
    with urllib.request.urlopen(page.address, timeout=10) as answer:
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.fixture
def locked(stage, monkeypatch):
    monkeypatch.setattr("engine.inspector.http._WRONG_S", 0.05)
    stage.tick("what nobody else may read")
    stage.entries()
    served = Page(stage.feed, 0, "sésame & co")
    yield served.address
    served.close()


def test_where_the_server_has_a_token_the_inspector_asks_for_it(locked):
    right = urllib.parse.quote("sésame & co")
    for way in ("", "since/0"):
        assert _get(locked + way)[0] == 401
        assert _get(f"{locked}{way}?token=wrong")[0] == 401
        assert _get(locked + way, Authorization="Bearer wrong")[0] == 401
        assert _get(f"{locked}{way}?token={right}")[0] == 200
        assert _get(locked + way, Authorization="Bearer sésame & co".encode().decode("latin-1"))[0] == 200


def test_whoever_lacks_the_token_is_asked_for_it_and_told_nothing(locked):
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(locked, timeout=10)
    form = refused.value.read().decode()
    assert 'name="token"' in form
    assert "read" not in form


def _half(address: str) -> socket.socket:
    """A request that is never finished."""
    connection = socket.create_connection(("127.0.0.1", int(address.rstrip("/").rpartition(":")[2])), timeout=10)
    connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
    return connection


def test_a_crowd_of_half_requests_costs_few_threads_and_keeps_nobody_out(page):
    before = threading.active_count()
    crowd = [_half(page.address) for _ in range(200)]
    start = time.monotonic()
    assert _get(page.address)[0] == 200
    assert time.monotonic() - start < 2
    assert threading.active_count() - before < 40  # those that were cut are on their way out
    for connection in crowd:
        connection.close()


def test_a_request_that_drips_is_cut(stage, monkeypatch):
    monkeypatch.setattr("engine.inspector.http._PATIENCE_S", 0.3)
    served = Page(stage.feed, 0)
    dripping = _half(served.address)
    deadline = time.monotonic() + 10
    try:
        while time.monotonic() < deadline:
            dripping.sendall(b"a")
            time.sleep(0.02)
        pytest.fail("It was never cut.")
    except OSError:
        pass
    assert _get(served.address)[0] == 200
    served.close()


def test_a_browser_that_leaves_in_the_middle_is_no_fault(page, capsys):
    with _half(page.address) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, not a goodbye
    assert _get(page.address)[0] == 200
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("path", ["//[", "/since/²", "/since/" + "9" * 5000, "/%00", "/?a=%ff"])
def test_addresses_that_are_none_get_an_answer(page, path):
    with socket.create_connection(("127.0.0.1", int(page.address.rstrip("/").rpartition(":")[2])), timeout=10) as one:
        one.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
        assert one.recv(100).startswith(b"HTTP/1.0 ")


def test_what_players_say_is_never_markup():
    html = (resources.files("engine.inspector") / "page.html").read_text(encoding="utf-8")
    assert "innerHTML" not in html
    assert "insertAdjacentHTML" not in html


def test_a_port_that_is_taken_is_named(page, stage):
    port = int(page.address.rstrip("/").rpartition(":")[2])
    with pytest.raises(Fault, match=f"port {port}"):
        Page(stage.feed, port)


def test_what_became_known_of_a_decision_later_is_shown_with_it(stage):
    stage.tick("hello", _frame())
    mind = stage.minds["guard"]
    stage.feed.note(
        mind, replace(stage.brain.decide(None, [Observation(mind, 2.0, "hello")])[0][0], time=1.0), "second voice: no"
    )
    *_, entry = stage.entries()
    assert entry == {"n": 3, "who": "village · guard", "time": 1.0, "afterword": "second voice: no"}
