"""Copies of frames on their way out, in memory that is used again."""

from __future__ import annotations

from typing import Any

import zmq


class FrameBuffers:
    """Lends out copies that ZeroMQ sends without copying them once more. For one thread.

    A game may draw over its pixels as soon as it has shown them, so they are copied. The pages of fresh memory would
    cost several times as much as the copy: a buffer is used again once ZeroMQ is through with it.
    """

    def __init__(self) -> None:
        self._lent: list[tuple[bytearray, zmq.MessageTracker]] = []

    def __len__(self) -> int:
        """Buffers that there are: as many as were ever on their way at once."""
        return len(self._lent)

    def copy(self, pixels: Any) -> zmq.Frame:
        """A copy of a C-contiguous buffer, ready to be sent with `copy=False`."""
        view = memoryview(pixels).cast("B")
        buffer = self._free(view.nbytes)
        memoryview(buffer)[:] = view
        frame = zmq.Frame(buffer, track=True, copy=False)
        self._lent.append((buffer, frame.tracker))
        return frame

    def _free(self, size: int) -> bytearray:
        """A buffer that nobody reads any more; those of another size are let go."""
        self._lent = [(buffer, tracker) for buffer, tracker in self._lent if len(buffer) == size or not tracker.done]
        for i, (buffer, tracker) in enumerate(self._lent):
            if tracker.done:
                del self._lent[i]
                return buffer
        return bytearray(size)
