"""Checkpoint to bundle: graphs, quantisation, parity. Run it as `python -m export`."""
