"""Smaller models: what is cut away, taught back, rounded; what each costs and saves. Run it as `python -m engine compress`."""
