"""What all tests share."""

from __future__ import annotations

import os

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
os.environ.setdefault("NPC_ENGINE_MEMORY", "none")  # no test may meet what another one said
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
