from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

torch = pytest.importorskip("torch", reason="needs the train extra")

from engine.errors import Fault
from engine.formats.art import Art, ArtThing
from engine.formats.bundle import HEADS_FILE, REPLAY_FILE
from engine.formats.labels import load_labels
from engine.formats.recording import read_recording
from engine.lab.adaptation import adapt as way
from engine.lab.adaptation.adapt import adapt
from engine.lab.adaptation.composing import compose
from engine.lab.adaptation.frames import split_by_episode
from engine.lab.adaptation.learning import BY_HAND, OUT_OF_TIME, AdaptCfg, Learning
from engine.lab.adaptation.material import load_model, prepare
from engine.lab.adaptation.merging import input_grams
from engine.lab.adaptation.report import table, write_report
from engine.lab.config import FusionCfg, ImageCfg, TextCfg
from engine.lab.data.concepts import Concept
from engine.lab.model import ModelCfg, build_model
from engine.lab.model.registry import minilm_folder
from engine.lab.training.feature_cache import SceneRecord
from engine.lab.training.replay import read_replay, write_replay
from engine.lab.training.run import Progress
from engine.perception import Bundle, Frame, Perceiver, Query
from export.bundle_writer import staging, write_rest
from export.graphs import export_graphs
from export.quantize import quantize_image
from export.surgery import feature_scales, replace_neck, write_features_graph
from export.weights import read_heads, write_heads
from tests.lab.adaptation.conftest import COLOURS, SIZE, Record, frame_of, some_things

pytestmark = pytest.mark.train
CFG = ModelCfg(
    image=ImageCfg(encoder="mobilenet_v3_small", weights="none"),
    text=TextCfg(encoder="embedding", weights="none"),
    fusion=FusionCfg(name="concat", dim=32),
    size=SIZE,
    grid_dim=16,
    scene_dim=24,
)


def scenes(count: int) -> list[tuple[np.ndarray, SceneRecord]]:
    """What a replay holds; here they look as the game does."""
    pairs = []
    for i in range(count):
        rng = np.random.default_rng(1000 + i)
        things = some_things(rng)
        entities: list[dict[str, object]] = [
            {"names": (name,), "box": box, "tags": ["item"], "generic": (), "colour": None} for name, box in things
        ]
        pairs.append((frame_of(things, rng), SceneRecord((0, 0, SIZE[1], SIZE[0]), entities, [])))
    return pairs


CONCEPTS = [Concept(name, (name,), frozenset({"item"})) for name in ("dragon", "lantern", "mushroom", "boat")]


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(3)
    return build_model(CFG, load_labels()).eval()


@pytest.fixture(scope="module")
def bundle(model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle that knows nothing yet, fp32."""
    folder = tmp_path_factory.mktemp("bundles") / "blank"
    folder.mkdir()
    export_graphs(model, folder)
    shutil.copy(minilm_folder() / "tokenizer.json", folder / "tokenizer.json")
    write_rest(folder, model, scenes(16), CONCEPTS, {"name": "blank", "precision": "fp32", "metrics": {}})
    return folder


def test_a_game_is_learnt_and_the_bundle_answers_as_pytorch_does(
    bundle: Path, record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(way, "LEARNT", 0.0)
    recording, out = record(), tmp_path / "out"
    outcome = adapt(recording, out, bundle, minutes=5, cfg=AdaptCfg(steps=20, check_every=10))
    told = " ".join(capsys.readouterr().err.split("learnt for")[1].split())
    assert told.index("exporting") < told.index("exported; measuring on")  # it is not silent after learning
    assert outcome.parity[1].agreement == 1  # fp32: as shipped is as exact
    assert [check["step"] for check in outcome.curve.checks][:1] == [10]
    assert [a.question for a in outcome.before[0].watch] == [a.question for a in outcome.after[0].watch]
    assert [a.p for a in outcome.before[0].watch] != [a.p for a in outcome.after[0].watch]
    learnt, before = Bundle(out), Bundle(bundle)
    assert learnt.manifest.name == "blank+squares"
    assert learnt.manifest.graphs["text"].sha256 == before.manifest.graphs["text"].sha256
    assert learnt.manifest.graphs["image"].sha256 != before.manifest.graphs["image"].sha256
    load_model(learnt)  # it can learn the next game
    write_report(outcome, recording, tmp_path / "report")
    written = json.loads((tmp_path / "report" / "adaptation.json").read_text())
    assert not set(written["episodes"]["learnt"]) & set(written["episodes"]["held_out"])
    shown = table(outcome, "squares")
    assert shown.row_count == 4
    with (console := Console(width=80)).capture() as printed:
        console.print(shown)
    assert "…" not in printed.get()
    assert (tmp_path / "report" / "before-after.png").exists()


def test_labels_that_do_not_fit_are_found_out_and_nothing_is_written(
    bundle: Path, record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(way, "LEARNT", 1.1)  # as if nothing was found
    with pytest.raises(Fault, match=r"held out, only .* were found after learning"):
        adapt(record(), tmp_path / "out", bundle, cfg=AdaptCfg(steps=1))
    assert not (tmp_path / "out").exists()


def test_a_game_is_learnt_from_its_art_alone_though_it_has_no_tags(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(way, "LEARNT", 0.0)
    looks = {name: np.full((16, 16, 4), (*colour, 255), np.uint8) for name, colour in COLOURS.items()}
    art = Art(tmp_path, "squares", tuple(ArtThing(name, (look,)) for name, look in looks.items()))
    composed, out = compose(art, frames=24), tmp_path / "out"
    outcome = adapt(composed, out, bundle, minutes=5, cfg=AdaptCfg(steps=6, check_every=3))
    assert {row.episode for row in outcome.split.check} == composed.held_out
    assert Bundle(out).manifest.name == "blank+squares"
    write_report(outcome, composed, tmp_path / "report")
    assert {path.name for path in (tmp_path / "report").iterdir()} == {"adaptation.json", "before-after.png", "answers.png"}


def test_where_time_is_over_before_it_began_there_is_a_bundle_and_a_sentence(
    bundle: Path, record: Record, tmp_path: Path
) -> None:
    recording, out = record(), tmp_path / "out"
    outcome = adapt(recording, out, bundle, minutes=0.001, cfg=AdaptCfg(least=3))
    assert (outcome.curve.done, outcome.curve.stopped) == (3, OUT_OF_TIME)
    assert f"minutes were over after 3 of {AdaptCfg().steps} steps" in " ".join(outcome.notes)
    assert "crops of each" in " ".join(outcome.notes)
    assert Bundle(out).manifest.metrics["adapted"]["steps"] == outcome.curve.steps
    write_report(outcome, recording, tmp_path / "report")
    assert json.loads((tmp_path / "report" / "adaptation.json").read_text())["steps_done"] == 3


def test_learning_that_is_stopped_by_hand_keeps_the_best_until_then(
    bundle: Path, record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = Progress.step

    def interrupted(self: Progress, stage: str, **values: float) -> None:
        step(self, stage, **values)
        if stage == "learning" and self._steps[stage] == 5:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Progress, "step", interrupted)
    outcome = adapt(record(), tmp_path / "out", bundle, minutes=5, cfg=AdaptCfg(steps=50, check_every=2))
    assert (outcome.curve.done, outcome.curve.stopped) == (6, BY_HAND)
    assert [check["step"] for check in outcome.curve.checks] == [2, 4, 6]
    assert "It was stopped after 6 of 50 steps" in outcome.notes[0]
    load_model(Bundle(tmp_path / "out"))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_of_a_recording_without_tags_no_sentence_and_no_danger_is_learnt(bundle: Path, record: Record, tmp_path: Path) -> None:
    recording = record()
    path = recording.folder / "labels.jsonl"
    path.write_text(path.read_text().replace('"tags":["item"]', '"tags":[]'))
    untagged = read_recording(recording.folder)
    material = prepare(Bundle(bundle), untagged, split_by_episode(untagged.rows), tmp_path, 1, 600, Progress())
    new, old = material.learn, material.replay
    assert {scene.danger for scene in new.asked} == {(-1.0, -1.0)}
    assert -1.0 not in {value for scene in old.asked for value in scene.danger}
    said = [(text, labels[2]) for scene in new.asked for text, _, labels in scene.lessons]
    assert {action for _, action in said} == {-1}
    assert any(text for text, _ in said)
    assert not [text for text, _ in said for name in ("dragon", "lantern", "mushroom", "boat", "red square") if name in text]


def test_what_is_learnt_from_is_drawn_the_same_in_every_run(bundle: Path, record: Record, tmp_path: Path) -> None:
    recording = record()
    drawn = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        learn = prepare(Bundle(bundle), recording, split_by_episode(recording.rows), tmp_path / name, 1, 600, Progress()).learn
        drawn.append([learn[i]["phrase"].tolist() for i in (0, 1, 2, 0)])
    assert drawn[0] == drawn[1]
    assert drawn[0][0] != drawn[0][3]  # anew each time, for all that


def test_things_are_told_from_all_names_of_the_game_and_from_others(bundle: Path, record: Record, tmp_path: Path) -> None:
    recording = record()
    material = prepare(Bundle(bundle), recording, split_by_episode(recording.rows), tmp_path, 1, 600, Progress())
    vocabulary = material.learn.vocabulary
    assert vocabulary is not None
    assert {entity.name for row in recording.rows for entity in row.entities} < set(vocabulary.names)
    assert all(names for scene in material.learn.asked for _, names in scene.things)
    assert any(scene.things for scene in material.learn.asked)
    assert material.check.vocabulary is None


def test_inputs_are_gathered_of_all_linear_layers_that_learn(bundle: Path, record: Record, tmp_path: Path) -> None:
    recording = record()
    material = prepare(Bundle(bundle), recording, split_by_episode(recording.rows), tmp_path, 1, 600, Progress())
    model = load_model(Bundle(bundle))
    Learning(model, material, AdaptCfg())
    grams = input_grams(model, material.texts, material.check)
    assert {"neck.laterals.0.0", "neck.cell", "grounding.phrase.0", "fused.0"} <= grams.keys()
    assert not [name for name in grams if name.startswith(("image", "text"))]
    layers = dict(model.named_modules())
    for name, gram in grams.items():
        assert torch.allclose(gram, gram.T, atol=1e-4)
        if layers[name].bias is not None:
            assert gram[-1, -1] == pytest.approx(1.0)
        assert not layers[name]._forward_pre_hooks


def test_a_bundle_of_another_version_is_refused_in_a_sentence(bundle: Path, record: Record, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(bundle, other)
    manifest = json.loads((other / "bundle.json").read_text())
    (other / "bundle.json").write_text(json.dumps(manifest | {"model": manifest["model"] | {"experts": 8}}))
    with pytest.raises(Fault, match="is not of this version's model"):
        adapt(record(), tmp_path / "out", other)


def test_a_bundle_whose_successor_cannot_take_its_place_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "bundle.json").write_text("old")
    replace = Path.replace

    def fails(self: Path, target: Path) -> Path:
        if target == out and self.name.startswith(".bundle-") and not self.name.endswith("-old"):
            raise PermissionError("in use")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(PermissionError), staging(out) as folder:
        (folder / "bundle.json").write_text("new")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (out / "bundle.json").read_text() == "old"
    monkeypatch.undo()
    with staging(out) as folder:
        (folder / "bundle.json").write_text("new")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (out / "bundle.json").read_text() == "new"


def test_a_bundle_without_its_weights_cannot_learn(bundle: Path, record: Record, tmp_path: Path) -> None:
    manifest = json.loads((bundle / "bundle.json").read_text())
    fixed = tmp_path / "fixed"
    fixed.mkdir()
    for path in bundle.iterdir():
        (fixed / path.name).write_bytes(path.read_bytes())
    (fixed / "bundle.json").write_text(json.dumps({k: v for k, v in manifest.items() if k != "heads"}))
    with pytest.raises(Fault, match="cannot learn"):
        adapt(record(), tmp_path / "out", fixed)


def test_a_damaged_replay_is_found_by_its_hash(bundle: Path, tmp_path: Path) -> None:
    for path in bundle.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / REPLAY_FILE).write_bytes(b"x")
    with pytest.raises(Fault, match="SHA-256 differs"):
        Bundle(tmp_path)


def test_heads_come_back_nearly_as_they_were(model, tmp_path: Path) -> None:
    write_heads(model, tmp_path / HEADS_FILE)
    again = build_model(CFG, load_labels(), pretrained=False)
    read_heads(again, tmp_path / HEADS_FILE)
    for (name, old), new in zip(model.state_dict().items(), again.state_dict().values(), strict=True):
        if not name.startswith(("image.", "text.")) and old.is_floating_point():
            assert torch.allclose(old, new, atol=0.005 * float(old.abs().max()) + 1e-6), name


def test_a_replay_comes_back_as_it_was(tmp_path: Path) -> None:
    pairs = scenes(3)
    write_replay(tmp_path / "a.zip", pairs, CONCEPTS)
    write_replay(tmp_path / "b.zip", pairs, reversed(CONCEPTS))
    again = read_replay(tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert {c.names for c in again.concepts} == {c.names for c in CONCEPTS}
    assert again.pairs[1][1].entities[0]["box"] == list(pairs[1][1].entities[0]["box"])  # type: ignore[call-overload]
    assert np.abs(again.pairs[0][0].astype(int) - pairs[0][0]).mean() < 8


def test_an_int8_graph_keeps_its_frozen_half_bit_for_bit(model, bundle: Path, tmp_path: Path) -> None:
    import onnxruntime as ort

    shutil.copy(bundle / "image.onnx", tmp_path)
    frames = [frame_of(some_things(rng), rng) for rng in map(np.random.default_rng, range(4))]
    quantize_image(tmp_path / "image.onnx", tmp_path / "small.onnx", frames)
    for graph in ("image", "small"):
        write_features_graph(tmp_path / f"{graph}.onnx", tmp_path / "features.onnx")
        features = ort.InferenceSession(str(tmp_path / "features.onnx")).run(None, {"frame": frames[0][None]})
        assert [f.shape[1] for f in features] == list(model.image.channels)
    scales = feature_scales(tmp_path / "small.onnx")
    assert set(scales) == {"s8", "s16", "s32"}
    assert feature_scales(tmp_path / "image.onnx") == {}


def test_the_same_neck_in_its_place_changes_nothing(model, bundle: Path, tmp_path: Path) -> None:
    import onnxruntime as ort

    from export.graphs import export_heads

    export_heads(model, tmp_path)
    replace_neck(bundle / "image.onnx", tmp_path / "neck.onnx", tmp_path / "once.onnx")
    replace_neck(tmp_path / "once.onnx", tmp_path / "neck.onnx", tmp_path / "again.onnx")  # a taught bundle learns on
    frame = frame_of(some_things(np.random.default_rng(0)), np.random.default_rng(0))[None]
    graphs = bundle / "image.onnx", tmp_path / "again.onnx"
    old, new = (ort.InferenceSession(str(graph)).run(None, {"frame": frame}) for graph in graphs)
    assert len(old) == len(new) == 2  # the features are no outputs
    assert all(np.allclose(a, b, atol=1e-5) for a, b in zip(old, new, strict=True))


def test_a_blank_bundle_runs(bundle: Path) -> None:
    perceiver = Perceiver(bundle, "cpu")
    frame = perceiver.encode_frame(Frame.from_array(np.zeros((*SIZE, 3), np.uint8)))
    seen = perceiver.perceive(frame, [Query(watch=("dragon",))])
    assert 0 <= seen[0].watch[0].p <= 1


def test_faults_of_the_command_are_one_line_and_exit_2(record: Record, tmp_path: Path) -> None:
    recording = record(episodes=1)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    given, bare = ["--recordings", str(recording.folder)], ["--backgrounds", str(recording.folder)]
    for out, options, fault in (
        ("mine", given, "is no bundle"),
        ("new", given, "cannot be learnt from"),
        ("new", [], "nothing to learn from. Give --art FOLDER"),
        ("new", bare, "which needs --art"),
        ("new", ["--art", str(tmp_path / "mine")], "There is no picture in"),
        ("new", ["--art", str(tmp_path / "new" / "art")], "lies in"),
    ):
        command = [sys.executable, "-m", "engine", "adapt", "--out", str(tmp_path / out), *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1), done.stderr
        assert fault in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "recording"]  # and no report of nothing


def test_what_a_base_was_taught_and_is_not_taught_again_is_told(record: Record) -> None:
    known = SimpleNamespace(names=("red square", "imp", "orb", "ruby", "slime"))
    base = SimpleNamespace(manifest=SimpleNamespace(discriminants=known))
    [note] = way._left_behind(base, record())
    assert "imp, orb, ruby and 1 more are known by name alone" in note
    known.names = ("red square",)
    assert not list(way._left_behind(base, record()))
    base.manifest.discriminants = None
    assert not list(way._left_behind(base, record()))
