"""The label set: which heads the model has and which classes each head knows."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from engine.errors import Fault


class Labels(BaseModel):
    """Heads and their classes, in the order of the model's logits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = 1
    heads: dict[str, tuple[str, ...]]

    @field_validator("heads")
    @classmethod
    def _classes_are_unique(cls, heads: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for head, classes in heads.items():
            if len(classes) < 2 or len(set(classes)) != len(classes):
                raise ValueError(f"head '{head}' needs two or more different classes, got {list(classes)}")
        return heads

    def __getitem__(self, head: str) -> tuple[str, ...]:
        try:
            return self.heads[head]
        except KeyError:
            raise Fault("unknown_head", f"There is no head '{head}'.", f"Known heads: {', '.join(self.heads)}.") from None

    def index(self, head: str, label: str) -> int:
        """Position of `label` in the logits of `head`; an unknown label raises `Fault`."""
        classes = self[head]
        if label not in classes:
            raise Fault(
                "unknown_label",
                f"'{label}' is not a label of head '{head}'.",
                f"Use one of: {', '.join(classes)}; or add it to labels.yaml and retrain.",
            )
        return classes.index(label)

    def named(self, head: str, probabilities: object) -> dict[str, float]:
        """Pair the classes of `head` with a sequence of probabilities of the same length."""
        values: list[float] = [float(p) for p in probabilities]  # type: ignore[attr-defined]
        return dict(zip(self[head], values, strict=True))


def load_labels(path: Path | None = None) -> Labels:
    """Read a label file; without a path, the one that ships with the engine."""
    source = path or resources.files("engine.formats") / "labels.yaml"
    try:
        raw: Mapping[str, object] = yaml.safe_load(source.read_text(encoding="utf-8"))
        return Labels.model_validate(raw)
    except FileNotFoundError:
        raise Fault("labels_missing", f"No label file at {source}.", "Check the path.") from None
    except (yaml.YAMLError, ValidationError) as error:
        first = str(error).splitlines()[0]
        raise Fault(
            "labels_invalid",
            f"{source} is not a label file: {first}.",
            "It needs `heads:` with a list of class names for each head.",
        ) from None
