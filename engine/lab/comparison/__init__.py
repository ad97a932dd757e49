"""The article's comparison: encoders and fusions under one budget, measured alike.

Included: which combinations, their training through the ordinary recipe, figures, latency, table and picture.
Absent: anything that trains or measures by itself; that is `engine.lab.training` and `export`.
"""
