"""Small data sets in the official formats of public ones, made on the spot."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image

LICENCES = [{"id": 4, "name": "Attribution License", "url": "http://creativecommons.org/licenses/by/2.0/"}]
GREEN, BLACK = (40, 140, 60), (20, 20, 24)


def picture(path: Path, box: tuple[int, int, int, int] = (40, 30, 60, 50), size: tuple[int, int] = (160, 120)) -> None:
    """A black thing on a meadow."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.full((size[1], size[0], 3), GREEN, np.uint8)
    x, y, w, h = box
    pixels[y : y + h, x : x + w] = BLACK
    Image.fromarray(pixels).save(path)


def coco(folder: Path, pictures: int = 4) -> Path:
    """`val2017` with a cat in every picture, a dog in every second, and two captions each."""
    names = [f"{i:012}.jpg" for i in range(pictures)]
    for name in names:
        picture(folder / "val2017" / name)
    images = [{"id": i, "file_name": name, "width": 160, "height": 120, "license": 4} for i, name in enumerate(names)]
    cats = [{"id": i, "image_id": i, "category_id": 17, "bbox": [40, 30, 60, 50], "iscrowd": 0} for i in range(pictures)]
    dogs = [
        {"id": 50 + i, "image_id": i, "category_id": 18, "bbox": [100.5, 60.2, 30, 30], "iscrowd": 0}
        for i in range(0, pictures, 2)
    ]
    write(
        folder / "annotations" / "instances_val2017.json",
        {
            "info": {"year": 2017},
            "licenses": LICENCES,
            "images": images,
            "annotations": cats + dogs,
            "categories": [
                {"id": 1, "name": "person", "supercategory": "person"},
                {"id": 17, "name": "cat", "supercategory": "animal"},
                {"id": 18, "name": "dog", "supercategory": "animal"},
            ],
        },
    )
    captions = ["A black cat lies in the grass.", "Somebody took a photo of a cat."]
    told = [{"id": 9 * i + j, "image_id": i, "caption": text} for i in range(pictures) for j, text in enumerate(captions)]
    write(folder / "annotations" / "captions_val2017.json", {"licenses": [], "images": images, "annotations": told})
    return folder


def vqa(folder: Path) -> Path:
    """Three questions about one picture, as VQA v2 writes them."""
    picture(folder / "val2014" / "COCO_val2014_000000000042.jpg")
    asked = [("What color is the cat?", "black"), ("Is there a dog in the picture?", "no"), ("How many cats are there?", "1")]
    questions = [{"image_id": 42, "question": text, "question_id": 42000 + i} for i, (text, _) in enumerate(asked)]
    answers = [
        {
            "image_id": 42,
            "question_id": 42000 + i,
            "question_type": "what",
            "answer_type": "other",
            "multiple_choice_answer": answer,
            "answers": [{"answer": answer, "answer_confidence": "yes", "answer_id": n} for n in range(1, 11)],
        }
        for i, (_, answer) in enumerate(asked)
    ]
    write(folder / "v2_OpenEnded_mscoco_val2014_questions.json", {"info": {}, "questions": questions})
    write(folder / "v2_mscoco_val2014_annotations.json", {"info": {}, "annotations": answers})
    things = [{"id": 1, "image_id": 42, "category_id": 17, "bbox": [40, 30, 60, 50], "iscrowd": 0}]
    images = [{"id": 42, "file_name": "COCO_val2014_000000000042.jpg", "width": 160, "height": 120, "license": 4}]
    categories = [{"id": 17, "name": "cat"}, {"id": 18, "name": "dog"}]
    told = {"licenses": LICENCES, "images": images, "annotations": things, "categories": categories}
    write(folder / "instances_val2014.json", told)
    return folder


def msvd(folder: Path, clips: int = 2, frames: int = 12) -> Path:
    """Clips in which a black thing moves to the right, described by 24 people."""
    import av

    lines = ["# one line a description", ""]
    for clip in range(clips):
        name = f"c1ip{clip}_0_{frames}"
        (folder / "YouTubeClips").mkdir(parents=True, exist_ok=True)
        with av.open(str(folder / "YouTubeClips" / f"{name}.avi"), "w") as video:
            stream = video.add_stream("mpeg4", rate=6)
            stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
            for i in range(frames):
                pixels = np.full((120, 160, 3), GREEN, np.uint8)
                pixels[40:80, 8 * i : 8 * i + 40] = BLACK
                for packet in stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")):
                    video.mux(packet)
            for packet in stream.encode():
                video.mux(packet)
        lines += [f"{name} a cat runs over the meadow number {i}" for i in range(24)]
    (folder / "AllVideoDescriptions.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def write(path: Path, content: object) -> None:
    """A JSON file, its folders made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
