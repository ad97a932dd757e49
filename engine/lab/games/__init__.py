"""Games that nobody here wrote, as recordings: MiniGrid/BabyAI, Crafter, MiniWorld, and scenes of Wesnoth's and SuperTux's art.
For measuring alone, never for training.

Included: deterministic episodes with the truth about every thing in view. Absent: players, rewards, learning to play.
"""
