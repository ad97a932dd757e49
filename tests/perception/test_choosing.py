"""Which device and which graphs are taken: by name, by what the bundle holds, by what was measured."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace

import pytest

from engine.errors import Fault
from engine.formats.bundle import Bundle, default_bundle, entry
from engine.perception import choosing, placement
from engine.perception.choosing import Choice, choose, remembered, suiting
from engine.perception.providers import CUDA, PROVIDERS, DeviceCfg, chain

ABLE = [Choice(PROVIDERS["cuda"], "fp16", ""), Choice(PROVIDERS["cpu"], "int8", "")]


def bundle(*variants: str) -> SimpleNamespace:
    """What choosing reads of a bundle."""
    graphs = {name: SimpleNamespace(sha256=name) for name in ("image", "text", "decide", "watch")}
    manifest = SimpleNamespace(name="forest", precision=variants[0], graphs=graphs)
    return SimpleNamespace(variants=variants, manifest=manifest, graph=lambda name, variant: name)


@pytest.mark.parametrize(
    ("provider", "there", "taken"),
    [
        ("cpu", ("int8", "fp16"), "int8"),
        ("cpu", ("fp32", "fp16"), "fp32"),
        ("cpu", ("int4",), "int4"),  # a CPU runs whatever there is
        ("cuda", ("int8", "fp16", "fp32"), "fp16"),
        ("tensorrt", ("int8", "fp32"), "fp32"),
        ("directml", ("int8", "fp16"), "fp16"),
        ("cuda", ("int8",), None),
    ],
)
def test_each_provider_takes_the_graphs_that_suit_it(provider: str, there: tuple[str, ...], taken: str | None) -> None:
    assert suiting(bundle(*there), PROVIDERS[provider]) == taken


def test_a_provider_whose_graphs_are_missing_is_refused_with_the_command() -> None:
    with pytest.raises(Fault, match="int8 graphs alone") as refused:
        choose("cuda", bundle("int8"), 1)
    assert "--variant fp16" in refused.value.fix


def test_a_provider_that_does_not_work_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.perception.onnx_sessions.has_gpu", lambda: False)
    for name in ("cuda", "tensorrt", "directml"):
        with pytest.raises(Fault, match=f"{name.upper()} was asked for"):
            choose(name, bundle("int8", "fp16"), 1)


def test_auto_takes_the_cpu_without_measuring_where_nothing_else_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "remembered", lambda *_: pytest.fail("measured"))
    assert choose("auto", bundle("int8"), 1).provider.name == "cpu"


def test_auto_measures_once_and_takes_the_faster(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NPC_ENGINE_CACHE", str(tmp_path))
    monkeypatch.setattr(choosing, "works", lambda provider, probe, cfg: provider.name in ("cuda", "cpu"))
    times, asked = {"cuda": 0.002, "cpu": 0.004}, []

    def seconds(bundle, choice, threads, cfg):
        asked.append(choice.provider.name)
        return times[choice.provider.name]

    monkeypatch.setattr(choosing, "seconds", seconds)
    first = choose("auto", bundle("int8", "fp16"), 1)
    assert (first.provider.name, first.variant) == ("cuda", "fp16")
    assert str(tmp_path) in first.why
    times["cuda"] = 0.009
    assert choose("auto", bundle("int8", "fp16"), 1).provider.name == "cuda"  # as it was measured
    assert asked == ["cuda", "cpu"]
    assert choose("auto", bundle("int8", "fp16"), 2).provider.name == "cpu"  # with other settings it is measured anew
    assert len(json.loads((tmp_path / "providers.json").read_text())) == 2


def test_what_cannot_run_the_graphs_is_left_out_by_auto_and_measured_again(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NPC_ENGINE_CACHE", str(tmp_path))
    asked = []

    def works(provider, probe, cfg):
        if provider.name == "directml":
            raise Fault("bundle_invalid", "no such device")
        return True

    def seconds(bundle, choice, threads, cfg):
        asked.append(choice.provider.name)
        if choice.provider.name == "cuda":
            raise RuntimeError("out of memory")
        return 0.004

    monkeypatch.setattr(choosing, "works", works)
    monkeypatch.setattr(choosing, "seconds", seconds)
    for _ in range(2):
        assert choose("auto", bundle("int8", "fp16"), 1).provider.name == "cpu"
    assert asked == ["cuda", "cpu"] * 2


@pytest.mark.parametrize("content", ["", "[]", '{"key": {"cuda": "fast"}}', '{"key": 3}'])
def test_a_damaged_memory_is_measured_over(tmp_path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    monkeypatch.setenv("NPC_ENGINE_CACHE", str(tmp_path))
    (tmp_path / "providers.json").write_text(content)
    assert remembered("key", ABLE, lambda choice: 1.0 if choice.provider.name == "cuda" else 0.5).provider.name == "cpu"


def test_a_home_that_cannot_be_written_costs_nothing_but_the_memory(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NPC_ENGINE_CACHE", str(tmp_path / "file" / "below"))
    chosen = remembered("key", ABLE, lambda choice: 1.0)
    assert chosen.provider.name == "cuda"
    assert "not remembered" in chosen.why


def test_the_time_of_a_run_is_that_of_all_four_graphs(perceiver) -> None:
    choice = choose("cpu", perceiver.bundle, 1)
    assert 0 < choosing.seconds(perceiver.bundle, choice, 1, DeviceCfg()) < 60


def test_a_gpu_is_used_as_the_options_say() -> None:
    cfg = DeviceCfg(device_id=1, memory=1 << 30, arena="power", cuda_graph=True)
    (name, image), cpu = chain(PROVIDERS["cuda"], cfg, "image")
    (_, text), _ = chain(PROVIDERS["cuda"], cfg, "text")
    assert (name, cpu) == (CUDA, "CPUExecutionProvider")
    assert image["device_id"] == "1"
    assert image["arena_extend_strategy"] == "kNextPowerOfTwo"
    assert image["cudnn_conv_algo_search"] == "HEURISTIC"
    assert int(image["gpu_mem_limit"]) + 2 * int(text["gpu_mem_limit"]) == 1 << 30
    assert image["enable_cuda_graph"] == "1"
    assert "enable_cuda_graph" not in text
    assert "gpu_mem_limit" not in chain(PROVIDERS["cuda"], DeviceCfg(), "image")[0][1]
    assert [p if isinstance(p, str) else p[0] for p in chain(PROVIDERS["tensorrt"], cfg)] == [
        "TensorrtExecutionProvider",
        CUDA,
        "CPUExecutionProvider",
    ]


def test_nodes_that_fell_to_the_cpu_are_counted() -> None:
    def node(index: int, kind: str, provider: str) -> dict[str, object]:
        return {
            "cat": "Node",
            "name": f"{kind}_kernel_time",
            "args": {"node_index": index, "op_name": kind, "provider": provider},
        }

    events = [node(0, "Conv", CUDA), node(1, "Shape", "CPUExecutionProvider"), node(2, "Gather", "CPUExecutionProvider")]
    events += [node(1, "Shape", "CPUExecutionProvider"), {"cat": "Session", "name": "model_run", "args": {}}]
    found = placement.placement(events, CUDA)
    assert (found.nodes, found.fallen) == (3, {"Shape": 1, "Gather": 1})
    assert str(found) == "3, of which 2 fell to the CPU (Gather, Shape)"
    assert placement.placement(events[1:], "CPUExecutionProvider").fallen == {}


def test_every_node_of_the_shipped_bundle_is_found_on_the_cpu(perceiver) -> None:
    found = placement.placements(perceiver.bundle, choose("cpu", perceiver.bundle, 1))
    assert set(found) == {"image", "text", "decide", "watch"}
    assert all(where.nodes > 10 and not where.fallen for where in found.values())


def test_a_bundle_that_holds_variants_gives_each_of_them_verified(tmp_path) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(default_bundle(), folder)
    manifest = json.loads((folder / "bundle.json").read_text())
    files = {name: folder / f"{name}.fp32.onnx" for name in manifest["graphs"]}
    for name, path in files.items():
        shutil.copy(folder / f"{name}.onnx", path)  # what is in them is not what is tested
    manifest["variants"] = {"fp32": {name: entry(path) for name, path in files.items()}}
    (folder / "bundle.json").write_text(json.dumps(manifest))
    read = Bundle(folder)
    assert read.variants == ("int8", "fp32")
    assert suiting(read, PROVIDERS["cuda"]) == "fp32"
    assert suiting(read, PROVIDERS["cpu"]) == "int8"
    assert read.graph("watch", "fp32") == files["watch"]
    with pytest.raises(Fault, match="has no fp16 graphs, only int8 and fp32"):
        read.graph("watch", "fp16")
    files["watch"].write_bytes(b"exchanged")
    with pytest.raises(Fault, match="SHA-256 differs"):
        read.graph("watch", "fp32")
    del manifest["variants"]["fp32"]["text"]
    (folder / "bundle.json").write_text(json.dumps(manifest))
    with pytest.raises(Fault, match="lacks text in fp32"):
        Bundle(folder)
