"""Encoders by name from Hugging Face Transformers: `hf:bert-base-uncased`, `hf:/models/my-vit`.

A name is a folder, or a model in the hub's cache on this machine. Nothing is downloaded, and no code of a model is run.
What an encoder is made of is written into the run (`resolved`), so that a run needs neither folder nor cache later on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor, nn
from torch.nn import functional as F

from engine.errors import Fault
from engine.formats.hub import HF, folder_of, transformers
from engine.lab.config import HfCfg, ImageCfg, ModelCfg, TextCfg
from engine.lab.model.image_encoders import Features, ImageEncoder
from engine.lab.model.text_encoders import SENTENCE_DIM, Aim, Layer, TunedText, mean_pooled

STRIDES = (8, 16, 32)
_HEADS = (12, 8, 6, 4, 2, 1)  # of the tuned layers: the most that divide the width
_PASSING = {"torch_dtype", "dtype", "transformers_version", "_name_or_path", "architectures", "_attn_implementation"}
_PASSING |= {"id2label", "label2id", "problem_type"}  # of a head that an encoder has not


def resolved(cfg: ModelCfg) -> ModelCfg:
    """The config with what its `hf:` encoders are made of, read from their folders; what is resolved already stays.

    Raises:
        Fault: `hf_missing`, `hf_unfit`, `extra_missing`.
    """
    changed: dict[str, object] = {}
    for part in ("image", "text"):
        of: ImageCfg | TextCfg = getattr(cfg, part)
        if of.encoder.startswith(HF) and of.hf is None:
            changed[part] = of.model_copy(update={"hf": _described(folder_of(of.encoder), of.weights)})
    return cfg.model_copy(update=changed)


def _described(folder: Path, weights: str) -> HfCfg:
    library = transformers()
    try:
        read = library.AutoConfig.from_pretrained(folder, local_files_only=True)
        config = json.loads(read.to_json_string(use_diff=False))  # plain JSON, as it will come back from a recipe
    except (OSError, ValueError, KeyError) as error:
        raise _unfit(folder, _first_line(error)) from None
    pixels = _json(folder / "preprocessor_config.json")
    mean, std = (tuple(255.0 * v for v in pixels[key]) if key in pixels else None for key in ("image_mean", "image_std"))
    pooling = "cls" if _json(folder / "1_Pooling" / "config.json").get("pooling_mode_cls_token") else "mean"
    kept = {key: value for key, value in config.items() if key not in _PASSING and value is not None}
    digest = "" if weights == "none" else _digest(folder)
    return HfCfg.model_validate({"config": kept, "pooling": pooling, "mean": mean, "std": std, "digest": digest})


def _json(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _digest(folder: Path) -> str:
    """What tells these weights from others of the name: a cache of features is of one of them."""
    digest = hashlib.sha256()
    for path in sorted((*folder.glob("*.safetensors"), *folder.glob("*.bin"))):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]


def _unfit(where: object, why: str) -> Fault:
    return Fault("hf_unfit", f"{where} cannot be an encoder here: {why}.", "Take an encoder like BERT, ViT or ResNet.")


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def _body(cfg: ImageCfg | TextCfg) -> tuple[HfCfg, Any]:
    """The model with random weights, as its config says."""
    hf = cfg.hf or _described(folder_of(cfg.encoder), "none")
    library = transformers()
    try:
        given = dict(hf.config)
        config = library.AutoConfig.for_model(given.pop("model_type"), **given)
        body = library.AutoModel.from_config(config, attn_implementation="eager")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        try:
            body = library.AutoModel.from_config(config)  # a convolutional one has no attention to choose
        except Exception:
            raise _unfit(cfg.encoder, _first_line(error)) from None
    return hf, body.float()


def _load_body(body: nn.Module, name: str, weights: str) -> None:
    folder = folder_of(name if weights == "package" else weights)
    try:
        loaded = transformers().AutoModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
        body.load_state_dict(loaded.state_dict())
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        fault = f"The weights of '{name.removeprefix(HF)}' cannot be read: {_first_line(error)}."
        raise Fault("weights_missing", fault, "Download the model whole, or set weights to 'none'.") from None


class HfText(TunedText):
    """Any text encoder of Transformers under the tuned ending of MiniLM.

    Its last hidden states, pooled as a sentence encoder says (by default their mean), are the sentence; where they are not 384
    wide, a fixed orthonormal projection keeps their cosines about as they are (Johnson & Lindenstrauss 1984). Fresh layers on
    top are tuned for utterances; the encoder itself stays, unless `frozen` is false.
    """

    down: Tensor

    def __init__(self, cfg: TextCfg) -> None:
        super().__init__()
        self._name = cfg.encoder
        self._hf, self.body = _body(cfg)
        if getattr(self.body.config, "is_encoder_decoder", False):
            raise _unfit(cfg.encoder, "it is an encoder with a decoder")
        dim = int(getattr(self.body.config, "hidden_size", 0))
        if not dim:
            raise _unfit(cfg.encoder, "its config tells no hidden_size")
        heads = next(h for h in _HEADS if dim % h == 0)
        self.tuned = nn.ModuleList(Layer(dim, heads, 4 * dim) for _ in range(cfg.tuned_layers))
        self.wanted, self.aim = nn.Linear(dim, SENTENCE_DIM), Aim(dim)
        width = max(dim, SENTENCE_DIM)
        square = torch.linalg.qr(torch.randn(width, width, generator=torch.Generator().manual_seed(0)))[0]
        self.register_buffer("down", square[:dim, :SENTENCE_DIM] if dim != SENTENCE_DIM else torch.eye(dim))

    def load(self, weights: str) -> None:
        if weights != "none":
            _load_body(self.body, self._name, weights)

    def read_tokenizer(self) -> None:
        self.use_tokenizer(_tokenizer_json(folder_of(self._name)))

    def tuned_parts(self) -> list[nn.Module]:
        return [self.tuned, self.wanted, self.aim]

    def trunk(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        hidden = self.body(input_ids=ids, attention_mask=mask).last_hidden_state
        return hidden, (1.0 - mask.float())[:, None, None, :] * -1e4

    def sentence(self, x: Tensor, bias: Tensor, mask: Tensor) -> Tensor:
        pooled = x[:, 0] if self._hf.pooling == "cls" else mean_pooled(x, mask)
        return F.normalize(pooled @ self.down, dim=-1)

    def utterance(self, x: Tensor, bias: Tensor, mask: Tensor) -> Tensor:
        for layer in self.tuned:
            x = layer(x, bias)
        return torch.cat([self.wanted(mean_pooled(x, mask)), self.aim(x, mask)], -1)


def _tokenizer_json(folder: Path) -> str:
    """The model's `tokenizer.json`; one that frames no text gets a token in front of it, so that "" is not nothing."""
    from tokenizers import Tokenizer
    from tokenizers.processors import TemplateProcessing

    try:
        read = transformers().AutoTokenizer.from_pretrained(folder, local_files_only=True, use_fast=True)
        tokenizer = Tokenizer.from_str(read.backend_tokenizer.to_str())
    except (OSError, ValueError, AttributeError, ImportError, KeyError) as error:
        raise _unfit(folder, f"it has no tokenizer that can be read ({_first_line(error)})") from None
    if not tokenizer.encode("").ids:
        token = read.bos_token or read.eos_token or read.unk_token
        if token is None:
            raise _unfit(folder, "its tokenizer knows no token that begins a text")
        special = [(token, read.convert_tokens_to_ids(token))]
        tokenizer.post_processor = TemplateProcessing(single=f"{token} $A", special_tokens=special)
    return tokenizer.to_str()


class HfImage(ImageEncoder):
    """Any image encoder of Transformers: its hidden maps at strides 8, 16 and 32.

    A stride that it lacks is made of the nearest that it has, pooled or repeated, as in the pyramid of a plain ViT (Li et al.
    2022, arXiv 2203.16527). A ViT that was trained for another size interpolates its positions.
    """

    def __init__(self, cfg: ImageCfg, size: tuple[int, int]) -> None:
        hf, body = _body(cfg)
        self.mean, self.std = hf.mean or self.mean, hf.std or self.std
        super().__init__()
        self._name, self.body = cfg.encoder, body
        self._patch = _pair(getattr(body.config, "patch_size", None))
        if self._patch and (size[0] % self._patch[0] or size[1] % self._patch[1]):
            raise _unfit(cfg.encoder, f"its patches of {self._patch[0]} pixels do not fill {size[0]}x{size[1]}")
        self._more = {"interpolate_pos_encoding": True} if hasattr(body, "embeddings") and self._patch else {}
        with torch.no_grad():
            try:
                maps = self._maps(torch.zeros(1, 3, *size))
            except (TypeError, ValueError, AttributeError, RuntimeError) as error:
                raise _unfit(cfg.encoder, f"it gives no maps of a picture ({_first_line(error)})") from None
        self._picked = [_nearest([size[0] / m.shape[2] for m in maps], stride) for stride in STRIDES]
        self.channels = tuple(maps[index].shape[1] for index, _ in self._picked)  # type: ignore[assignment]

    def load(self, weights: str) -> None:
        if weights != "none":
            _load_body(self.body, self._name, weights)

    def features(self, x: Tensor) -> Features:
        maps = self._maps(x)
        s8, s16, s32 = (resize(maps[index]) for index, resize in self._picked)
        return s8, s16, s32

    def _maps(self, x: Tensor) -> list[Tensor]:
        out = self.body(x, output_hidden_states=True, **self._more)
        hidden = getattr(out, "reshaped_hidden_states", None) or (*out.hidden_states, out.last_hidden_state)
        return [self._as_map(h, x.shape[2:]) for h in hidden]

    def _as_map(self, hidden: Tensor, size: torch.Size) -> Tensor:
        """[B, C, h, w]; tokens [B, N, C] without those in front that are no patches."""
        if hidden.ndim == 4:
            return hidden
        assert self._patch is not None
        rows, columns = size[0] // self._patch[0], size[1] // self._patch[1]
        return hidden[:, -rows * columns :].transpose(1, 2).unflatten(2, (rows, columns))


def _pair(size: Any) -> tuple[int, int] | None:
    if size is None:
        return None
    return (int(size), int(size)) if isinstance(size, int) else (int(size[0]), int(size[1]))


def _nearest(strides: list[float], wanted: int) -> tuple[int, Callable[[Tensor], Tensor]]:
    """Which map serves a stride, the last of the nearest ones, and what brings it there."""
    index = min(range(len(strides)), key=lambda i: (abs(torch.log2(torch.tensor(strides[i] / wanted)).item()), -i))
    factor = wanted / strides[index]
    if factor == 1:
        return index, _same
    if factor > 1:
        return index, nn.AvgPool2d(int(factor))
    return index, nn.Upsample(scale_factor=1 / factor, mode="nearest")


def _same(x: Tensor) -> Tensor:
    return x
