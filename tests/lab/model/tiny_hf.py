"""Models of Hugging Face Transformers that fit on a thumbnail: random weights, real formats. Nothing is downloaded."""

from __future__ import annotations

import shutil
from pathlib import Path

from engine.lab.model.registry import minilm_folder

TEXTS, IMAGES = ("bert", "distilbert"), ("vit", "resnet", "mobilenet_v2")
WORDS = 30522


def write_model(name: str, folder: Path) -> Path:
    """A folder as `hf download` leaves one: config, weights, tokenizer or picture settings."""
    import torch
    import transformers as t

    torch.manual_seed(0)
    bert = {"hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    configs = {
        "bert": lambda: t.BertConfig(**bert, vocab_size=WORDS),
        "distilbert": lambda: t.DistilBertConfig(dim=48, n_layers=2, n_heads=4, hidden_dim=64, vocab_size=WORDS),
        "vit": lambda: t.ViTConfig(**bert, image_size=32, patch_size=16),
        "resnet": lambda: t.ResNetConfig(
            embedding_size=8, hidden_sizes=[8, 16, 24, 32], depths=[1, 1, 1, 1], layer_type="basic"
        ),
        "mobilenet_v2": lambda: t.MobileNetV2Config(depth_multiplier=0.25, min_depth=4),
        "t5": lambda: t.T5Config(d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2, vocab_size=100),
    }
    t.AutoModel.from_config(configs[name]()).save_pretrained(folder)
    if name in TEXTS:
        shutil.copy(minilm_folder() / "tokenizer.json", folder)
        (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "PreTrainedTokenizerFast"}')
    if name in IMAGES:
        (folder / "preprocessor_config.json").write_text('{"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}')
    return folder
