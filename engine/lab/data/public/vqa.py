"""VQA v2, questions about pictures of COCO (Goyal et al. 2017, arXiv 1612.00837; https://visualqa.org/vqa_v1_2_download.html).

The directory holds `*questions.json`, `*annotations.json`, the pictures, and COCO's `instances_*.json` where boxes are wanted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from engine.errors import Fault
from engine.lab.data.public.coco import Coco, licences_of
from engine.lab.data.public.examples import (
    SIDE,
    Example,
    Found,
    Said,
    boxed,
    colour_named,
    meant,
    one_of,
    picture_of,
    records,
    text_of,
    thing,
)
from engine.lab.data.things import Entity

_PREFIXES = ("is there a ", "is there an ", "is there any ", "are there any ", "do you see a ", "is a ", "is there ")


def read(folder: Path) -> Vqa:
    """See `open_dataset`."""
    questions = one_of(folder, "*questions.json")
    if not questions:
        raise Fault(
            "dataset", f"{folder} holds no *questions.json.", "Unpack VQA's questions, annotations and COCO's pictures into it."
        )
    return Vqa(folder, questions)


class Vqa:
    """Questions with people's answers; see `Dataset`. A question is an utterance, its answer tells what is there."""

    def __init__(self, folder: Path, questions: list[Path]) -> None:
        self._folder, self._questions = folder, questions
        self._places: dict[str, Path] = {}
        self.found = Found()

    def examples(self) -> Iterator[Example]:
        """One example for all neighbouring questions about a picture."""
        marked = self._marked()
        answers = self._answers()
        for file in self._questions:
            for number, rows in groupby(records(file, "questions"), key=_picture_number):
                example = self._example(number, list(rows), answers, marked.get(number, []), file)
                if example is not None:
                    yield example

    def _marked(self) -> dict[int, list[tuple[str, Any]]]:
        coco = Coco(self._folder, [], [])
        found: dict[int, list[tuple[str, Any]]] = {}
        for file in one_of(self._folder, "instances_*.json"):
            found |= coco.boxes(file)
            self.found.licences |= licences_of(file)
        self.found.skipped.update(coco.found.skipped)
        return found

    def _answers(self) -> dict[Any, str]:
        """What most people answered, by the number of the question."""
        answers: dict[Any, str] = {}
        for file in one_of(self._folder, "*annotations.json"):
            for row in records(file, "annotations"):
                if isinstance(row, dict) and (answer := _commonest(row)) is not None:
                    answers[row.get("question_id")] = answer
                else:
                    self.found.skipped["an annotation without an answer"] += 1
        return answers

    def _example(
        self, number: Any, rows: list[Any], answers: dict[Any, str], marked: list[tuple[str, Any]], file: Path
    ) -> Example | None:
        picture = self._picture(number, file)
        if picture is None:
            self.found.skipped["a question about a picture that is not there"] += len(rows)
            return None
        boxes = [(category, boxed(values, SIDE, SIDE)) for category, values in marked]
        things = tuple(thing(category, box) for category, box in boxes if box is not None)
        said: list[Said] = []
        absent: list[str] = []
        for row in rows:
            text, answer = text_of(row.get("question") if isinstance(row, dict) else None), answers.get(_number(row))
            if text is None or answer is None:
                self.found.skipped["a question without text or answer"] += 1
                continue
            about = meant(text, things)
            said.append(Said(text, about, answer))
            things = _coloured(things, about, text, answer)
            if answer == "no" and not about and (name := _asked_for(text)):
                absent.append(name)
        self.found.taken.update(pictures=1, questions=len(said), things=len(things), absent=len(absent))
        return Example(picture, str(number), things, tuple(said), tuple(dict.fromkeys(absent)))

    def _picture(self, number: Any, file: Path) -> Path | None:
        """COCO's name of a picture: COCO_train2014_000000000009.jpg, later 000000000009.jpg."""
        if not isinstance(number, int) or not 0 <= number < 10**12:
            return None
        split = next((part for part in file.stem.split("_") if part.endswith(("2014", "2015", "2017"))), "")
        names = (f"COCO_{split}_{number:012}.jpg", f"{number:012}.jpg", f"{number:012}.png")
        found = (picture_of(self._folder, name, self._places) for name in names)
        return next((file for file in found if file is not None), None)


def _picture_number(row: Any) -> Any:
    return row.get("image_id") if isinstance(row, dict) else None


def _number(row: Any) -> Any:
    return row.get("question_id") if isinstance(row, dict) else None


def _commonest(row: dict[str, Any]) -> str | None:
    if (told := text_of(row.get("multiple_choice_answer"))) is not None:
        return told.lower()
    each = row.get("answers")
    every = [text_of(entry.get("answer")) for entry in each if isinstance(entry, dict)] if isinstance(each, list) else []
    counted = Counter(answer.lower() for answer in every if answer)
    return counted.most_common(1)[0][0] if counted else None


def _coloured(things: tuple[Entity, ...], about: tuple[int, ...], question: str, answer: str) -> tuple[Entity, ...]:
    """The one thing whose colour was asked for, under its coloured name too."""
    colour = colour_named(answer)
    if colour is None or len(about) != 1 or not question.lower().startswith(("what color", "what colour")):
        return things
    entity = things[about[0]]
    named = replace(entity, names=(f"{colour} {entity.names[0]}", *entity.names), colour=colour)
    return (*things[: about[0]], named, *things[about[0] + 1 :])


def _asked_for(question: str) -> str | None:
    """What "is there a dog in the picture?" asks for: a name of one or two words."""
    plain = question.lower().rstrip("?! .")
    for prefix in _PREFIXES:
        if plain.startswith(prefix):
            name = plain.removeprefix(prefix).partition(" in ")[0].partition(" on ")[0].strip()
            return name if 0 < len(name.split()) <= 2 else None
    return None
