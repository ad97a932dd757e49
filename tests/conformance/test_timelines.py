"""The Python client does what the timelines say."""

from __future__ import annotations

import pytest

from engine.bridge.client_session import BridgeError, ClientSession
from engine.formats.wire.codec import Frame, Hush, Sound, decode_client
from tests.conformance.notation import plain
from tests.conformance.timelines import TIMELINES


def told(message: dict, wanted: dict) -> dict:
    """What a step would say of a message that was sent, as far as `wanted` asks."""
    said = message.get("utterance") if message["type"] == "observe" else None
    flat = {**message, "utterance": said["id"], "to": said["to"]} if said else message
    return {name: list(flat[name]) if isinstance(flat[name], tuple) else flat[name] for name in wanted}


def compare(sent: list[dict], wanted: list[dict], at: float) -> None:
    """Fail where other messages were sent than a step says."""
    assert [message["type"] for message in sent] == [message["type"] for message in wanted], f"at {at}"
    assert [told(*pair) for pair in zip(sent, wanted, strict=True)] == wanted, f"at {at}"


class Play:
    """A session whose clock, wire and ids are in the script's hand."""

    def __init__(self) -> None:
        self.now, self.id, self.sent = 0.0, "session", list[dict]()
        self.session = ClientSession("village", None, self._take, lambda: self.now, lambda: self.id)

    def _take(self, parts) -> bool:
        self.sent.append(plain(decode_client(parts)))
        return True

    def step(self, step: dict) -> None:
        self.now = step["at"]
        if "do" in step:
            getattr(self, f"_{step['do']}")(step)
        for _ in range(step.get("times", 1)):
            for header in step.get("hear", ()):
                self.session.receive([bytes.fromhex(header)])
        if "sends" in step:
            self.session.work()
            compare(self.sent, step["sends"], self.now)
            self.sent.clear()
        if "greeted" in step:
            assert self.session.greeted == step["greeted"], f"at {self.now}"
        if "plays" in step:
            assert [played(sound) for sound in self.session.sounds.sounds()] == step["plays"], f"at {self.now}"
        if "errors" in step:
            errors = list[BridgeError]()
            self.session.tell_errors(errors.append)
            assert (len(self.session.decisions()), [error.code for error in errors]) == (step["decisions"], step["errors"])

    def _connect(self, step: dict) -> None:
        """Its socket connects by itself."""

    def _spawn(self, step: dict) -> None:
        self.session.spawn(step["npc"], step["persona"], ())

    def _despawn(self, step: dict) -> None:
        self.session.despawn(step["npc"])

    def _look(self, step: dict) -> None:
        self.session.look(step["phrase"], [Frame(b"\xff\0\0", 1, 1)] * step["pictures"])

    def _say(self, step: dict) -> None:
        self.id = step["id"]
        self.session.observe(tuple(step["npcs"]), None, step["text"], None, None, None, False)

    def _show(self, step: dict) -> None:
        self.session.observe(tuple(step["npcs"]), None, "", None, step["state"], None, False)

    def _listen(self, step: dict) -> None:
        self.id = step["id"]
        self.hearing = self.session.sounds.hear(tuple(step["npcs"]), 16_000, step["open"], "player", None)

    def _put(self, step: dict) -> None:
        self.hearing.put(bytes.fromhex(step["pcm"]))

    def _release(self, step: dict) -> None:
        self.hearing.end()

    def _drop(self, step: dict) -> None:
        self.hearing.drop()

    def _speak(self, step: dict) -> None:
        self.id = step["id"]
        self.session.sounds.speak(step["npc"], step["text"], "", "")


def played(sound: Sound | Hush) -> str:
    return f"{sound.speech} {sound.piece if isinstance(sound, Sound) else 'hush'}"


@pytest.mark.parametrize("steps", TIMELINES.values(), ids=TIMELINES.keys())
def test_a_client_does_what_its_timeline_says(steps):
    play = Play()
    for step in steps:
        play.step(step)
