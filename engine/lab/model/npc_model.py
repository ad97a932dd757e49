"""The model: picture and words to intent, tone, action, emotion, target and watch list."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.formats.hub import HF
from engine.formats.labels import Labels
from engine.lab.config import ModelCfg
from engine.lab.model.fusions import fusions
from engine.lab.model.grounding import Danger, Grounding, Neck
from engine.lab.model.image_encoders import ImageEncoder, image_encoders
from engine.lab.model.text_encoders import SENTENCE_DIM, TextEncoder, text_encoders
from npc.types import FUSED_HEADS, PLACES, WORD_HEADS


@dataclass
class Outputs:
    """Raw outputs for L utterances about each of B frames.

    `logits[head]` [B, L, classes]; `heat` logits [B, L, H/8, W/8]; `presence` logits [B, L] (is the thing
    that the words point at in view?). `heat` and `presence` are None for models without grounding.
    `danger`: logits per cell [B, 2, H/8, W/8] and of presence [B, 2] of a hostile and of a hazard.
    """

    logits: dict[str, Tensor]
    heat: Tensor | None
    presence: Tensor | None
    danger: tuple[Tensor, Tensor]


class NpcModel(nn.Module):
    """Encoders, neck, grounding, fusion and heads. Build it with `build_model`."""

    def __init__(self, cfg: ModelCfg, labels: Labels) -> None:
        super().__init__()
        self.cfg, self.labels = cfg, labels
        self.image_tuned = False  # the image encoder's later stages are no longer those that features are cached of
        self.image, self.text = _image(cfg), _text(cfg)
        self.neck = Neck(self.image.channels, cfg.grid_dim, cfg.scene_dim, cfg.size, scene_norm=cfg.scene_norm)
        words_dim = self.text.utterance_dim
        self.silence = nn.Parameter(torch.zeros(words_dim))
        self.fusion = fusions[cfg.fusion.name](cfg.grid_dim, cfg.scene_dim, words_dim, cfg.fusion.dim)
        self.grounding = Grounding(cfg.grid_dim, SENTENCE_DIM) if cfg.grounding else None
        self.text_heads = nn.ModuleDict({h: _head(SENTENCE_DIM, len(labels[h])) for h in WORD_HEADS})
        self.danger = Danger(cfg.grid_dim)
        fused_dim = cfg.fusion.dim + len(Danger.KINDS) + (cfg.grid_dim + 1 if cfg.grounding else 0)
        self.fused = nn.Sequential(nn.Linear(fused_dim, cfg.fusion.dim), nn.GELU(), nn.Dropout(0.1))
        self.fused_heads = nn.ModuleDict({h: _head(cfg.fusion.dim, len(labels[h])) for h in FUSED_HEADS})
        calibrated = (*WORD_HEADS, *FUSED_HEADS, *PLACES)
        self.calibration = nn.ParameterDict(
            {h: nn.Parameter(torch.tensor([1.0, 0.0]), requires_grad=False) for h in calibrated}
        )  # temperature, bias; see `calibrated`

    def encode_frame(self, frame: Tensor) -> tuple[Tensor, Tensor]:
        """uint8 [B, H, W, 3] to grid [B, C, H/8, W/8] and scene [B, S]."""
        return self.neck(*self.image(frame))

    def encode_text(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """int64 [N, T] twice to sentence [N, 384] and utterance [N, U]."""
        return self.text(ids, mask)

    def decide(self, grid: Tensor, scene: Tensor, utterance: Tensor, said: Tensor, valid: Tensor) -> Outputs:
        """utterance [B, L, U], said [B, L, 1] (0 where nothing was said), valid [B, H, W] to `Outputs`."""
        if "image" not in self.cfg.modalities:
            grid, scene = grid * 0, scene * 0
        if "text" not in self.cfg.modalities:
            said = said * 0
        words = utterance * said + self.silence * (1 - said)
        wanted, aim = words[..., :SENTENCE_DIM], words[..., SENTENCE_DIM:]
        logits = {head: self.text_heads[head](wanted) for head in WORD_HEADS}
        danger = self.danger(grid, valid)
        mixed = [self.fusion(grid, scene, words, valid), danger[1].unsqueeze(1).expand(-1, words.shape[1], -1)]
        heat = presence = None
        if self.grounding is not None:
            heat, presence = self.grounding(grid, self.grounding.query(aim, wanted), aim, valid)
            focus = heat.flatten(2).softmax(-1)
            found = focus @ grid.flatten(2).transpose(1, 2) * grid.shape[1] ** 0.5
            mixed += [found, presence.unsqueeze(-1)]
        fused = self.fused(torch.cat(mixed, -1))
        logits |= {head: self.fused_heads[head](fused) for head in FUSED_HEADS}
        return Outputs(logits, heat, presence, danger)

    def watch(self, grid: Tensor, phrase: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
        """phrase [B, W, 384] to heat logits [B, W, H, W] and presence logits [B, W]."""
        if self.grounding is None:
            raise ValueError("a model without grounding cannot watch")
        return self.grounding(grid, self.grounding.query(phrase), phrase, valid)

    def calibrated(self, head: str, logits: Tensor) -> Tensor:
        """Temperature-scaled logits (Guo et al. 2017; with Platt's bias for the two presence heads)."""
        temperature, bias = self.calibration[head][0], self.calibration[head][1]
        return logits / temperature + bias

    def probabilities(self, head: str, logits: Tensor) -> Tensor:
        """Calibrated probabilities of a classification head."""
        return F.softmax(self.calibrated(head, logits), -1)


def _head(inputs: int, classes: int) -> nn.Sequential:
    return nn.Sequential(nn.LayerNorm(inputs), nn.Dropout(0.1), nn.Linear(inputs, classes))


def _image(cfg: ModelCfg) -> ImageEncoder:
    if not cfg.image.encoder.startswith(HF):
        return image_encoders[cfg.image.encoder]()
    from engine.lab.model.hugging_face import HfImage  # here, since the library takes seconds

    return HfImage(cfg.image, cfg.size)


def _text(cfg: ModelCfg) -> TextEncoder:
    if not cfg.text.encoder.startswith(HF):
        return text_encoders[cfg.text.encoder](cfg.text.tuned_layers)
    from engine.lab.model.hugging_face import HfText

    return HfText(cfg.text)


def with_encoders(cfg: ModelCfg) -> ModelCfg:
    """The config with what encoders of Transformers are made of, if it names any.

    Raises:
        Fault: they are not on this machine, or fit not.
    """
    if not any(of.encoder.startswith(HF) for of in (cfg.image, cfg.text)):
        return cfg
    from engine.lab.model.hugging_face import resolved

    return resolved(cfg)


def build_model(cfg: ModelCfg, labels: Labels, *, pretrained: bool = True) -> NpcModel:
    """A model as `cfg` says. `pretrained=False` skips the weights of the encoders (a checkpoint follows)."""
    model = NpcModel(cfg, labels)
    model.image.load(cfg.image.weights if pretrained else "none")
    model.text.load(cfg.text.weights if pretrained else "none")
    if pretrained:
        model.text.read_tokenizer()
    return model
