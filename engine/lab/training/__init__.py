"""Training: text stage, scene stage, calibration, evaluation. Needs the `train` extra."""
