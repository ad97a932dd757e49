"""Answers kept as files, figures with intervals, and the page that shows them."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from engine.errors import Fault
from engine.lab.evaluation.ask_recording import Pointed, PresenceQuestion
from engine.lab.evaluation.bootstrap import auc_of, interval, macro_f1_of, mean_of
from engine.lab.evaluation.metrics import auc, macro_f1
from engine.lab.evaluation.raw import HeadAnswers, PlaceAnswers, RawAnswers, of_recording, read_raw, write_raw
from tests.lab.evaluation.conftest import recording as recording

CLASSES = ("greet", "attack", "none")


def _raw(seed: int, right: float, scenes: int = 60) -> RawAnswers:
    """Two questions a scene, of which the share `right` is answered right; the questions are the same for every seed."""
    rng, asked = np.random.default_rng(seed), np.random.default_rng(99)
    scene = np.repeat(np.arange(scenes), 2)
    truth = asked.integers(0, 3, 2 * scenes)
    said = np.where(rng.random(2 * scenes) < right, truth, (truth + 1) % 3)
    there = asked.random(2 * scenes) < 0.5
    p = np.clip(there * 0.4 + rng.random(2 * scenes) * 0.6, 0, 1)
    hit = there & (rng.random(2 * scenes) < right)
    head = HeadAnswers(CLASSES, truth, np.eye(3, dtype=np.float32)[said] * 0.8 + 0.06, scene)
    return RawAnswers({"intent": head}, {"watch": PlaceAnswers(there, hit, p.astype(np.float32), scene)})


def test_weighted_figures_are_the_plain_ones_where_all_count_once():
    raw = _raw(0, 0.7)
    head, place = raw.heads["intent"], raw.places["watch"]
    ones = np.ones(len(head.truth))
    said = head.p.argmax(-1)
    assert macro_f1_of(head.truth, said, 3)(ones) == pytest.approx(macro_f1(head.truth.tolist(), said.tolist()))
    assert auc_of(place.there, place.p.astype(float))(ones) == pytest.approx(auc(place.there.tolist(), place.p.tolist()))
    twice = np.where(np.arange(len(ones)) < 10, 2.0, 1.0)
    doubled = np.repeat(np.arange(len(ones)), twice.astype(int))
    area = auc(place.there[doubled].tolist(), place.p[doubled].tolist())
    assert auc_of(place.there, place.p.astype(float))(twice) == pytest.approx(area)


def test_an_interval_holds_its_figure_and_shrinks_with_more_scenes():
    values = np.random.default_rng(1).random(2000) < 0.3
    scenes = np.arange(2000)
    few, many = (interval(mean_of(values[:n]), scenes[:n], 300) for n in (100, 2000))
    assert few.low < few.value < few.high
    assert many.high - many.low < (few.high - few.low) / 2
    standard = 2 * 1.96 * np.sqrt(0.3 * 0.7 / 2000)
    assert many.high - many.low == pytest.approx(standard, rel=0.25)


def test_answers_of_one_scene_count_as_one():
    values = np.repeat(np.random.default_rng(2).random(50) < 0.5, 40)  # all of a scene are the same
    apart = interval(mean_of(values), np.arange(2000), 300)
    together = interval(mean_of(values), np.repeat(np.arange(50), 40), 300)
    assert together.high - together.low > 4 * (apart.high - apart.low)


def test_of_no_scene_there_is_no_interval():
    found = interval(mean_of(np.zeros(0, bool)), np.zeros(0, np.int64))
    assert np.isnan([found.value, found.low, found.high]).all()
    assert not found.differs_from_zero


def test_answers_are_read_as_they_were_written(tmp_path):
    raw = _raw(3, 0.8)
    write_raw(tmp_path / "answers-a.npz", raw)
    again = read_raw(tmp_path / "answers-a.npz")
    assert again.heads["intent"].classes == CLASSES
    assert np.array_equal(again.heads["intent"].truth, raw.heads["intent"].truth)
    assert np.array_equal(again.places["watch"].hit, raw.places["watch"].hit)


@pytest.mark.parametrize("content", [b"", b"no archive", None], ids=["empty", "words", "shapes"])
def test_what_holds_no_answers_is_refused(tmp_path, content):
    file = tmp_path / "answers-a.npz"
    if content is None:
        np.savez(file, **{"place/watch/there": np.zeros(3), "place/watch/hit": np.zeros(2)})
    else:
        file.write_bytes(content)
    with pytest.raises(Fault, match="holds no answers"):
        read_raw(file)


def test_episodes_are_the_scenes_of_a_recording(recording):
    answers = [
        Pointed(PresenceQuestion(row, "key", row.entities and [(0, 0, 9, 9)], False), 0.5, 1, 1, 0.1, (100, 60))
        for row in recording.rows
    ]
    place = of_recording(answers).places["watch"]
    assert place.scene.tolist() == [0, 1, 1]
    assert place.hit.tolist() == [True, True, False]


def _folder(tmp_path, name, seed, right):
    folder = tmp_path / name
    folder.mkdir()
    write_raw(folder / "answers-new_style.npz", _raw(seed, right))
    return folder


def test_the_page_compares_what_saw_the_same_scenes(tmp_path):
    pytest.importorskip("matplotlib", reason="needs the train extra")
    from engine.lab.evaluation.page import read_measurement, rows_of, write_page

    history = {"scene": [{"step": 4, "pointing": 0.2}, {"step": 8, "pointing": 0.4}]}
    first = read_measurement(_folder(tmp_path, "first", 0, 0.4), history)
    better = read_measurement(_folder(tmp_path, "<better>", 1, 0.9))
    same = read_measurement(_folder(tmp_path, "same", 0, 0.4))
    rows = rows_of([first, better, same], 200)
    assert {(row.of, row.part, row.figure) for row in rows} == {
        ("new style", "intent", "accuracy"),
        ("new style", "intent", "macro-F1"),
        ("new style", "watch", "pointing"),
        ("new style", "watch", "presence AUC"),
    }
    accuracy = rows[0]
    assert accuracy.gains[0] is None
    assert accuracy.gains[1].differs_from_zero
    assert accuracy.gains[1].value == pytest.approx(accuracy.values[1].value - accuracy.values[0].value)
    assert (accuracy.gains[2].low, accuracy.gains[2].high) == (0.0, 0.0)
    write_page([first, better, same], rows, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "&lt;better&gt;" in page
    assert "<better>" not in page
    assert "class='up'" in page
    assert not re.search(r"(src|href)=[\"']?https?:", page)
    assert page.count("data:image/png;base64,") == 1 + 3 * 2  # the curves; for each a reliability diagram and a matrix


def test_other_scenes_are_not_compared(tmp_path):
    pytest.importorskip("matplotlib", reason="needs the train extra")
    from engine.lab.evaluation.page import read_measurement, rows_of

    other = tmp_path / "other"
    other.mkdir()
    write_raw(other / "answers-new_style.npz", _raw(0, 0.4, scenes=30))
    rows = rows_of([read_measurement(_folder(tmp_path, "first", 0, 0.4)), read_measurement(other)], 20)
    assert all(gain is None for row in rows for gain in row.gains)


def test_a_directory_that_was_not_measured_says_how(tmp_path):
    pytest.importorskip("matplotlib", reason="needs the train extra")
    from engine.lab.evaluation.page import read_measurement

    (tmp_path / "recipe.yaml").write_text("{}")
    with pytest.raises(Fault, match="holds no answers") as refused:
        read_measurement(tmp_path)
    assert f"evaluate --run {tmp_path}" in refused.value.fix
    with pytest.raises(Fault, match="There is no directory"):
        read_measurement(tmp_path / "nowhere")


def test_the_command_says_what_is_more_than_chance(tmp_path):
    pytest.importorskip("matplotlib", reason="needs the train extra")
    pytest.importorskip("torch", reason="needs the train extra")
    import typer
    from typer.testing import CliRunner

    from engine.cli.experiments import report

    app = typer.Typer()
    app.command()(report)
    folders = [str(_folder(tmp_path, "a", 0, 0.4)), str(_folder(tmp_path, "b", 1, 0.9))]
    figures = tmp_path / "figures" / "report.json"
    options = ["--out", str(tmp_path / "report.html"), "--json", str(figures), "--draws", "100"]
    done = CliRunner().invoke(app, [*folders, *options])
    assert done.exit_code == 0, done.output
    first = json.loads(figures.read_text())[0]
    assert (first["of"], first["part"], first["figure"]) == ("new style", "intent", "accuracy")
    assert "gain" not in first["measured"]["a"]
    gain = first["measured"]["b"]["gain"]
    assert 0 < gain["low"] <= gain["value"] <= gain["high"]
    assert "b beside a: new style: intent accuracy +0." in done.output
    assert (tmp_path / "report.html").is_file()
