"""Dialogues written in Yarn Spinner or Ink become cards: parsed, walked path by path, and staged as rules."""
