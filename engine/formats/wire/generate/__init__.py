"""Writes what is derived from protocol.yaml: `python -m engine.formats.wire.generate [--check]`, in a checkout."""
