"""Long runs against a real server process: kills, load, and nonsense."""
