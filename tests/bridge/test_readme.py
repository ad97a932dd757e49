"""The first lines that a game's author copies do what the page says."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image

README = Path(__file__).parents[2] / "README.md"


def test_the_first_snippet_prints_the_answer_however_long_it_takes(server, tmp_path, monkeypatch, capsys):
    snippet = re.findall(r"^```python\n(.*?)^```", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)[0]
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (64, 36)).save("screen.png")
    assert "tcp://127.0.0.1:5571" in snippet
    snippet = snippet.replace("tcp://127.0.0.1:5571", server.endpoint)
    late = re.sub(r"timeout=[\d.]+", "timeout=0", snippet)  # no answer is there so soon
    assert late != snippet
    exec(compile(late, "README.md", "exec"), {})
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith(("give ", "talk ", "greet "))
