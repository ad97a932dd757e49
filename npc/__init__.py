"""The character: persona, mood, memory, behaviour and lines. Pure Python, deterministic."""
