"""MSVD, clips of some ten seconds with many descriptions (Chen and Dolan 2011, ACL; https://www.cs.utexas.edu/~ml/clamp/videoDescription).

The directory holds `AllVideoDescriptions.txt` ("CLIP a sentence", a line each) and the clips, CLIP.avi or .mp4, in any folder.
Nothing is marked in them: what a clip gives is what is said of it, frame after frame, and what nobody named in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from engine.errors import Fault
from engine.lab.data.public.examples import Example, Found, Said, one_of, text_of

FRAMES = 4  # of a clip, evenly from its beginning to its end
ABSENT_FROM = 20  # descriptions: an animal that none of so many names is not in view
ANIMALS = ("bird", "cat", "cow", "dog", "horse")  # whoever describes a clip names them
CLIPS = (".avi", ".mp4", ".mkv", ".webm")


def read(folder: Path) -> Msvd:
    """See `open_dataset`."""
    files = one_of(folder, "AllVideoDescriptions.txt")
    if not files:
        raise Fault("dataset", f"{folder} holds no AllVideoDescriptions.txt.", "Unpack MSVD's descriptions and clips into it.")
    return Msvd(folder, files[0])


class Msvd:
    """Frames of clips with what people say of them; see `Dataset`."""

    def __init__(self, folder: Path, descriptions: Path) -> None:
        self._folder, self._descriptions = folder, descriptions
        self.found = Found()

    def examples(self) -> Iterator[Example]:
        """`FRAMES` examples of each clip, one after the other, of one group."""
        clips = {file.stem: file for file in self._folder.rglob("*") if file.suffix.lower() in CLIPS}
        for clip, lines in groupby(self._lines(), key=lambda pair: pair[0]):
            told = tuple(Said(text) for _, text in lines)
            if clip not in clips:
                self.found.skipped["a clip that is not there"] += 1
                continue
            try:
                seconds = duration(clips[clip])
            except Fault:
                self.found.skipped["a clip that cannot be read"] += 1
                continue
            absent = _absent([said.text for said in told])
            self.found.taken.update(clips=1, frames=FRAMES, descriptions=len(told))
            for i in range(FRAMES):
                yield Example(clips[clip], clip, (), told, absent, seconds * (i + 0.5) / FRAMES)

    def _lines(self) -> Iterator[tuple[str, str]]:
        with self._descriptions.open("rb") as content:
            for raw in content:
                line = raw.decode("utf-8", "replace").strip()
                clip, _, sentence = line.partition(" ")
                if not line or line.startswith("#"):
                    continue
                if (text := text_of(sentence)) is None:
                    self.found.skipped["a line without a sentence"] += 1
                else:
                    yield clip, text


def duration(clip: Path) -> float:
    """Seconds of a video.

    Raises:
        Fault: `dataset` where it cannot be read.
    """
    import av  # only who reads videos needs it

    try:
        with av.open(str(clip)) as video:
            stream = video.streams.video[0]
            length = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
            return length or (video.duration or 0) / av.time_base
    except (av.FFmpegError, IndexError, ValueError) as error:
        raise Fault("dataset", f"{clip} is no video: {error}.", "Take it out of the data set.") from None


def _absent(descriptions: Sequence[str]) -> tuple[str, ...]:
    """Animals that nobody names, where enough people looked."""
    if len(descriptions) < ABSENT_FROM:
        return ()
    words = {word for text in descriptions for word in text.lower().replace(".", " ").split()}
    return tuple(name for name in ANIMALS if not words & {name, f"{name}s"})
