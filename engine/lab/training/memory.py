"""Memory of training on a CPU: what a step gives back is kept for the next one."""

from __future__ import annotations

import ctypes
import sys

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3  # of mallopt(3)
_MOST = 2**31 - 1


def keep_freed_memory() -> None:
    """Ask the C library to keep freed memory; does nothing where it is not glibc.

    By default it returns large blocks to the system, which hands them out again page by page, all zeros: a third of
    the time of a training step.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    for option, value in ((_MMAP_THRESHOLD, 32 << 20), (_TRIM_THRESHOLD, _MOST), (_TOP_PAD, 256 << 20)):
        mallopt(option, value)
