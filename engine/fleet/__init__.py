"""Many servers at once: which of them plays a world, and how they bear many games, kills and restarts."""
