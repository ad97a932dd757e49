"""Peers are timed by turns in one run, with local weights or none."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")

from engine.errors import Fault
from engine.lab.comparison import peers
from engine.lab.comparison.peers import Peer, all_peers, measure_peers

pytestmark = pytest.mark.train


def test_peers_take_turns_so_that_a_busy_minute_falls_on_all(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    def peer(name: str) -> Peer:
        return Peer(name, "", "", lambda: (lambda _: order.append(name), 3_000_000))

    monkeypatch.setattr(peers, "all_peers", lambda *_: [peer("a"), peer("b")])
    monkeypatch.setattr(peers, "WARM_UP", 0)
    first, second = measure_peers(6, 1, None, {}, lambda _: None)
    assert order == ["a", "a", "b", "b"] * 3
    assert (first.peer.name, second.peer.name, first.megabytes) == ("a", "b", 3.0)
    assert 0 <= first.p50_ms <= first.p95_ms


def test_no_peer_meets_a_frame_again_that_it_may_have_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    met: list[int] = []
    monkeypatch.setattr(peers, "all_peers", lambda *_: [Peer("a", "", "", lambda: (met.append, 0))])
    measure_peers(6, 1, None, {}, lambda _: None)
    assert len(met) == len(set(met)) == 6 + 3 * peers.WARM_UP


def test_this_engine_and_the_article_stand_beside_others() -> None:
    pytest.importorskip("transformers", reason="needs the peers extra")
    names = [peer.name for peer in all_peers(1, None, {})]
    assert names[:4] == [
        "this engine, known words",
        "this engine, new words",
        "article, PyTorch eager",
        "article, ONNX Runtime",
    ]
    assert len(names) == len(set(names)) >= 9


def test_weights_are_those_of_a_peer_and_lie_on_this_machine(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers", reason="needs the peers extra")
    with pytest.raises(Fault, match="There is no peer 'GPT-9'"):
        all_peers(1, None, {"GPT-9": tmp_path})
    with pytest.raises(Fault, match="holds no weights of CLIPVisionModel"):
        peers._loaded(transformers.CLIPVisionModel, transformers.CLIPVisionConfig(), tmp_path)


@pytest.mark.parametrize("saved", [False, True])
def test_a_finder_of_phrases_answers_for_each_place_of_the_picture(tmp_path: Path, saved: bool) -> None:
    t = pytest.importorskip("transformers", reason="needs the peers extra")
    tiny = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    cfg = t.OwlViTConfig(text_config=tiny, vision_config=tiny | {"image_size": 768, "patch_size": 96}, projection_dim=8)
    small = SimpleNamespace(OwlViTForObjectDetection=t.OwlViTForObjectDetection, OwlViTConfig=lambda: cfg)
    if saved:
        t.OwlViTForObjectDetection(cfg).save_pretrained(tmp_path)
    once, size = peers._finding(small, tmp_path if saved else None)
    with torch.inference_mode():
        found: Any = once(0)
    boxes, (logits, _) = found
    assert boxes.shape == (1, 64, 4)
    assert logits.shape == (1, 64, 2)
    assert size > 0
