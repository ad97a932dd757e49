"""What caches and runs are named by. Raised by hand when what is drawn or taught changes, not when its source does.

A test draws a few scenes, gathers what is taught, and says when a number is due: moving or formatting a file is no reason
to compute hours of features anew.
"""

from __future__ import annotations

DATA_VERSION = "e1a4a97f"  # what draws and names scenes: another state needs another cache of features
LESSONS_VERSION = "ca49c3b0dc97"  # scenes, player lines and what is right to do: a run is of one state of them
