"""From a recording of a game to a bundle that knows the game: checks, learning, report, export.

Included: what stands above the frozen encoders. Absent: training from nothing (`engine.lab.training`), new labels.
"""
