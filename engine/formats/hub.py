"""Models of Hugging Face that lie on this machine: in a folder, or in the hub's cache. Nothing is ever downloaded."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

from engine.errors import Fault, needs_extra

HF = "hf:"  # in front of a model's name


def transformers() -> Any:
    """The library, offline and silent.

    Raises:
        Fault: `extra_missing`.
    """
    os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    with needs_extra("hf", "A model of Hugging Face"):
        library: Any = importlib.import_module("transformers")
    library.logging.set_verbosity_error()
    library.logging.disable_progress_bar()
    return library


def folder_of(name: str) -> Path:
    """Where the model `hf:NAME` lies: the folder itself, or the snapshot in the hub's cache.

    Raises:
        Fault: `hf_missing`.
    """
    wanted = name.removeprefix(HF)
    folder = Path(wanted).expanduser()
    if (folder / "config.json").is_file():
        return folder
    transformers()
    hub: Any = importlib.import_module("huggingface_hub")
    try:
        found = hub.try_to_load_from_cache(wanted, "config.json")
    except ValueError:  # no name that the hub could have
        found = None
    if isinstance(found, str):
        return Path(found).parent
    raise Fault(
        "hf_missing",
        f"There is no model '{wanted}' on this machine: neither a folder with a config.json nor in the hub's cache.",
        f"Where there is a network, run `hf download {wanted}` once, or give a folder: {HF}/path/to/model.",
    )
