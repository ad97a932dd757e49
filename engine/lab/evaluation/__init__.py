"""Measuring a bundle on a recording through the runtime: questions, answers, figures, pictures. No torch.

Included: pointing, presence, calibration, baselines. Absent: training runs (`lab.training.evaluate`), characters (`npc`).
"""
