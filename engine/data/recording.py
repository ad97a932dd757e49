"""Stands for `engine.formats.recording` until 0.3, since games write `from engine.data.recording import …`."""

from engine.formats.recording import *  # noqa: F403
from engine.formats.recording_writer import *  # noqa: F403
