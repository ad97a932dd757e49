"""Checkpoint to bundle: graphs, quantisation, parity. Run it as `python -m export`."""

import engine as engine  # before ONNX Runtime, whose telemetry it turns off
