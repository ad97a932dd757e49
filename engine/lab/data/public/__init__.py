"""Public data sets in their official formats, as our scenes: COCO, VQA v2, MSVD."""

from engine.lab.data.public.examples import Example, Found, Said, open_dataset

__all__ = ["Example", "Found", "Said", "open_dataset"]
