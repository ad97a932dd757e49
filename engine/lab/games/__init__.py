"""Games that nobody here wrote, as recordings: MiniGrid/BabyAI and Crafter. For measuring alone, never for training.

Included: deterministic episodes with the truth about every thing in view. Absent: players, rewards, learning to play.
"""
