"""From a game's art or a recording of it to a bundle that knows the game: composing, checks, learning, report, export.

Included: what stands above the frozen encoders. Absent: training from nothing (`engine.lab.training`), new labels.
"""
