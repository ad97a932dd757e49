"""Copies of frames: what is on its way keeps its bytes, what has left makes room."""

from __future__ import annotations

import zmq

from engine.bridge.sockets import FrameBuffers


def sent(frame: zmq.Frame) -> zmq.MessageTracker:
    """What tells when ZeroMQ is through with a frame."""
    assert frame.tracker is not None
    return frame.tracker


def test_a_game_may_draw_over_its_pixels():
    pixels = bytearray(b"red" * 4)
    frame = FrameBuffers().copy(pixels)
    pixels[:] = b"sky" * 4
    assert frame.bytes == b"red" * 4


def test_a_buffer_on_its_way_is_not_written_to():
    buffers = FrameBuffers()
    first, second = buffers.copy(b"one"), buffers.copy(b"two")
    assert (first.bytes, second.bytes) == (b"one", b"two")
    assert len(buffers) == 2


def test_a_buffer_that_has_left_is_used_again():
    buffers = FrameBuffers()
    for _ in range(5):
        left = sent(buffers.copy(b"one"))  # given back at once: nobody keeps the frame
        left.wait(5)
    assert len(buffers) == 1


def test_buffers_of_another_size_are_let_go():
    buffers = FrameBuffers()
    sent(buffers.copy(b"small")).wait(5)
    buffers.copy(b"a larger one")
    assert len(buffers) == 1
