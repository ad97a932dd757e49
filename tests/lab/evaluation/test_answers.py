from __future__ import annotations

import io
import json
import math
from dataclasses import replace

import pytest
from PIL import Image, ImageDraw, ImageFont
from rich.console import Console

from engine.formats.recording import Recording, Row, read_recording
from engine.lab.evaluation.ask_recording import (
    PresenceQuestion,
    RecordingAnswers,
    ask_recording,
    covered_share,
    questions_about,
    vocabulary,
)
from engine.lab.evaluation.measure import spread
from engine.lab.evaluation.pictures import LEGEND, choose, draw_answers, place_names, various
from engine.lab.evaluation.report import report, summary, table
from npc.types import Target
from tests.lab.evaluation.conftest import FakePerceiver

WHERE = {"red ball": (0.9, 0.1, 0.1), "ball": (0.8, 0.1, 0.1), "key": (0.3, 0.1, 0.1)}


def ask(recording: Recording, target: Target | None = None) -> RecordingAnswers:
    perceiver = FakePerceiver(WHERE.__getitem__, target)
    return ask_recording(perceiver, recording, recording.rows, vocabulary(recording), lambda: None)  # type: ignore[arg-type]


def test_names_of_other_frames_are_asked_as_absent(recording: Recording) -> None:
    asked = [{q.phrase: bool(q.boxes) for q in questions_about(row, vocabulary(recording))} for row in recording.rows]
    assert asked[1] == {"ball": True, "key": False, "red ball": False}
    assert not any(asked[2].values())


def test_a_red_ball_is_a_ball_too(recording: Recording) -> None:
    first = {q.phrase: q for q in questions_about(recording.rows[0], vocabulary(recording))}
    assert first["ball"].boxes == first["red ball"].boxes == ((0, 0, 20, 20),)


def test_absent_names_are_limited_and_always_the_same(recording: Recording) -> None:
    names = [f"thing {i}" for i in range(50)]
    asked = questions_about(recording.rows[2], names, absent=5)
    assert len(asked) == 5
    assert asked == questions_about(recording.rows[2], names, absent=5)


def test_a_point_on_a_thing_of_that_name_is_a_hit(recording: Recording) -> None:
    found = report(ask(recording))
    assert found.concepts["red ball"]["pointing"] == 1
    assert found.concepts["ball"]["pointing"] == 0.5
    assert found.concepts["key"]["pointing"] == 0
    assert found.overall["pointing"] == 0.5
    assert found.overall["pointing_by_concept"] == 0.5


def test_baselines_are_those_of_a_random_and_of_the_centre_point(recording: Recording) -> None:
    overall = report(ask(recording)).overall
    assert overall["random"] == pytest.approx(400 / 6000)
    assert overall["centre"] == 0.25
    assert covered_share([(0, 0, 50, 60), (0, 0, 50, 30)], 100, 60) == 0.5


def test_presence_is_judged_per_name_and_over_all(recording: Recording) -> None:
    found = report(ask(recording))
    assert (found.overall["there"], found.overall["absent"]) == (4, 5)
    assert found.concepts["key"]["presence_auc"] == 0.5
    assert found.concepts["ball"]["average_precision"] == pytest.approx(2 / 3)
    assert found.overall["ece"] > 0.2


def test_words_are_judged_where_their_target_is_known(recording: Recording) -> None:
    silent = report(ask(recording)).spoken
    assert (silent["there"], silent["absent"]) == (1, 1)
    assert silent["pointing"] == 1  # the peak of the heat map, although no target was named
    assert (silent["given"], silent["false_alarms"]) == (0, 0)
    wrong = report(ask(recording, Target(0.1, 0.1, 0.9))).spoken
    assert (wrong["pointing"], wrong["given"], wrong["false_alarms"]) == (0, 1, 1)


def test_what_was_not_measured_is_null_in_json(recording: Recording) -> None:
    found = report(RecordingAnswers(ask(recording).watch, []))
    assert math.isnan(found.spoken["pointing"])
    assert json.loads(json.dumps(found.as_json(), allow_nan=False))["spoken"]["pointing"] is None


def test_the_table_has_a_row_for_each_name_and_one_for_all(recording: Recording) -> None:
    assert table("squares", report(ask(recording))).row_count == 4


def test_the_page_shows_each_name_before_any_twice(recording: Recording) -> None:
    answers = ask(recording).watch
    shown = choose(answers * 2, lambda a: a.there)
    assert {a.question.phrase for a in shown[:3]} == {"red ball", "ball", "key"}
    assert draw_answers(recording, answers).height > 400


def test_the_page_says_what_its_marks_mean(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[tuple[str, float]] = []
    plain = ImageDraw.ImageDraw.text

    def noted(draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, **how: object) -> None:
        written.append((text, at[0] + draw.textlength(text, how["font"])))  # type: ignore[arg-type]
        plain(draw, at, text, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", noted)
    page = draw_answers(recording, ask(recording).watch)
    assert all(words in LEGEND for words in ("yellow box", "cross", "green", "red", "%"))
    assert [right < page.width for text, right in written if text == LEGEND] == [True]


@pytest.mark.parametrize("corner", [(0, 0), (280, 0), (0, 180), (280, 180), (140, 90)])
def test_names_stay_in_the_picture_and_do_not_run_into_each_other(corner: tuple[float, float]) -> None:
    draw, font = ImageDraw.Draw(Image.new("RGB", (1, 1))), ImageFont.load_default(9)
    x, y = corner
    named = [
        (name, (x + d, y, x + d + 6, y + 6)) for name, d in (("an old wooden barrel", 0), ("smith's hammer", 7), ("wolf", 14))
    ]
    places = place_names(draw, named, (300, 200), font)
    assert all(left >= 0 and top >= 0 and right <= 300 and bottom <= 200 for left, top, right, bottom in places)
    pairs = [(a, b) for i, a in enumerate(places) for b in places[:i]]
    assert not any(a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3] for a, b in pairs)


def test_frames_are_spread_over_the_recording(recording: Recording) -> None:
    assert spread(recording.rows, 2) == [recording.rows[0], recording.rows[1]]
    assert spread(recording.rows, 9) == list(recording.rows)


def test_of_a_frame_of_which_nothing_was_told_nothing_is_asked(recording: Recording) -> None:
    told = ask(recording)
    path = recording.folder / "labels.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    rows[2].pop("entities")
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    untold = ask(read_recording(recording.folder))
    assert {a.question.row.frame for a in told.watch} - {a.question.row.frame for a in untold.watch} == {rows[2]["frame"]}


def test_names_that_look_like_markup_are_shown_as_they_are(recording: Recording) -> None:
    answers = ask(recording)
    named = [replace(a, question=replace(a.question, phrase="chest [locked] [/Game/x]")) for a in answers.watch]
    console = Console(width=120)
    with console.capture() as shown:
        console.print(table("[a]", report(RecordingAnswers(named, []))))
    assert "chest [locked] [/Game/x]" in shown.get()


def test_the_table_is_whole_on_a_terminal_of_80_columns(recording: Recording) -> None:
    answers = ask(recording)
    long = [replace(a, question=replace(a.question, phrase="very old pile of abandoned fishing nets")) for a in answers.watch]
    found = report(RecordingAnswers(long * 3000, answers.spoken))
    console = Console(width=80)
    with console.capture() as shown:
        console.print(table("squares", found))
    assert "…" not in shown.get()
    assert f"{found.overall['there']:.0f}" in shown.get()
    assert all(word in shown.get() for word in ("abandoned", "alike", "ECE", f"{found.overall['random']:.2f}"))


def test_a_summary_fits_a_terminal_of_80_columns_and_says_what_its_headers_mean() -> None:
    keys = ("pointing", "random", "centre", "presence_auc", "average_precision", "ece")
    figures = {**dict.fromkeys(keys, 0.25), "alike_auc": math.nan}
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(summary("by pictures", {"miniworld, name and picture": figures}))
    text = " ".join(console.export_text().split())
    assert text.count("0.25") == 6
    assert "–" in text
    assert all(word in text for word in ("AUC", "look-alikes", "average precision", "claimed"))
    assert "…" not in text


def test_a_page_shows_other_names_and_other_frames_before_a_second_of_any() -> None:
    asked = [
        PresenceQuestion(Row(frame=f"{frame}.png", episode="e", t=0), name, ((0, 0, 5, 5),))
        for frame, name in ((0, "key"), (0, "ball"), (0, "door"), (1, "ball"), (1, "key"), (2, "door"))
    ]
    chosen = various(asked)
    assert {asked[i].phrase for i in chosen[:3]} == {"key", "ball", "door"}
    assert {asked[i].row.frame for i in chosen[:3]} == {"0.png", "1.png", "2.png"}
    assert sorted(chosen) == list(range(6))
