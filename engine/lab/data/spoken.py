"""`python -m engine.lab.data.spoken`: what players are likely to say, counted for the voice process."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from engine.files import write_whole
from engine.lab.data.utterances import load_utterances
from engine.speech.language import FILE, counted, packed

_SLOT = re.compile(r"\{\w+\}")


def main() -> None:
    """Write the counts beside the module that reads them."""
    lines = sorted({_SLOT.sub("thing", line.text) for line in load_utterances()})
    path = Path(str(resources.files("engine.speech"))) / FILE
    write_whole(path, packed(counted(lines)))
    print(f"wrote {path.name}: {len(lines)} lines, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
