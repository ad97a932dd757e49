"""The place of recordings until 0.2; see `engine.formats.recording`."""
