"""Image encoders: RGB in 0..255 to features at strides 8, 16 and 32."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.errors import Fault
from engine.lab.model.registry import Registry, efficientnet_lite0_file, read_state_dict

Features = tuple[Tensor, Tensor, Tensor]


class ImageEncoder(nn.Module):
    """Base class.

    `channels` are those of the outputs at strides 8, 16, 32; `mean` and `std` normalise 0..255 input.
    """

    channels: tuple[int, int, int]
    mean: tuple[float, ...] = (123.675, 116.28, 103.53)  # ImageNet, as torchvision's weights expect
    std: tuple[float, ...] = (58.395, 57.12, 57.375)
    packaged: ClassVar[bool] = False  # whether a package carries pretrained weights, see `package_file`

    _mean: Tensor
    _std: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("_mean", torch.tensor(self.mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("_std", torch.tensor(self.std).view(1, 3, 1, 1), persistent=False)

    def forward(self, frame: Tensor) -> Features:
        """`frame` uint8 [B, H, W, 3] (RGB) to float [B, C, H/s, W/s] for s in 8, 16, 32."""
        x = frame.permute(0, 3, 1, 2).float()
        return self.features((x - self._mean) / self._std)

    def features(self, x: Tensor) -> Features:
        raise NotImplementedError

    def tail(self, s8: Tensor) -> tuple[Tensor, Tensor]:
        """Features at strides 16 and 32 from those at stride 8: what is trained where the early stages stay as they are."""
        raise NotImplementedError

    def tail_modules(self) -> list[nn.Module]:
        """The modules that `tail` runs."""
        raise Fault(
            "not_tunable",
            f"{type(self).__name__} has no later stages that can be tuned on cached features.",
            "Leave `tune` out of the recipe, or set image.frozen to false.",
        )

    def load(self, weights: str) -> None:
        """Load `weights`: "package", "none", or a path."""
        if weights == "none":
            return
        path = self.package_file() if weights == "package" else Path(weights)
        self.load_pretrained(read_state_dict(path))

    def package_file(self) -> Path:
        raise Fault(
            "weights_missing",
            f"No package carries pretrained weights for {type(self).__name__}.",
            "Set image.weights to a local state dict, or to 'none' to train from scratch.",
        )

    def load_pretrained(self, state: dict[str, Tensor]) -> None:
        wanted = self.state_dict()
        missing = [k for k in wanted if k not in state]
        if missing:
            raise Fault(
                "weights_mismatch",
                f"The weights lack {len(missing)} tensors, e.g. '{missing[0]}'.",
                f"They are not those of {type(self).__name__}.",
            )
        self.load_state_dict({k: state[k] for k in wanted})


image_encoders: Registry[type[ImageEncoder]] = Registry("image encoder")


class _SameConv(nn.Conv2d):
    """Convolution with TensorFlow's SAME padding: for stride 2 the odd pixel goes to the right and bottom."""

    def forward(self, x: Tensor) -> Tensor:
        k, s = self.kernel_size[0], self.stride[0]
        total = k - s if s > 1 else k - 1  # inputs are multiples of the stride
        before = total // 2
        if total > 2 * before:
            x = F.pad(x, (before, total - before, before, total - before))
            before = 0
        return F.conv2d(x, self.weight, None, self.stride, before, self.dilation, self.groups)


class _MBConv(nn.Module):
    """Inverted residual without squeeze-and-excitation (Tan & Le 2019, lite variant)."""

    def __init__(self, cin: int, cout: int, expand: int, kernel: int, stride: int) -> None:
        super().__init__()
        mid = cin * expand
        self.skip = stride == 1 and cin == cout
        if expand != 1:
            self._expand_conv = nn.Conv2d(cin, mid, 1, bias=False)
            self._bn0 = nn.BatchNorm2d(mid, eps=1e-3)
        self._depthwise_conv = _SameConv(mid, mid, kernel, stride, groups=mid, bias=False)
        self._bn1 = nn.BatchNorm2d(mid, eps=1e-3)
        self._project_conv = nn.Conv2d(mid, cout, 1, bias=False)
        self._bn2 = nn.BatchNorm2d(cout, eps=1e-3)
        self._expands = expand != 1

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu6(self._bn0(self._expand_conv(x))) if self._expands else x
        y = F.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.skip else y


@image_encoders.register("efficientnet_lite0")
class EfficientNetLite0(ImageEncoder):
    """Tan & Le 2019 (EfficientNet), lite variant: no squeeze-and-excitation, ReLU6, made to be quantised.

    Parameter names follow the published PyTorch port, so that its weights load unchanged.
    """

    packaged = True
    channels = (40, 112, 320)
    mean = (127.0, 127.0, 127.0)
    std = (128.0, 128.0, 128.0)
    _STAGES = (
        (1, 16, 1, 3, 1),
        (2, 24, 6, 3, 2),
        (2, 40, 6, 5, 2),
        (3, 80, 6, 3, 2),
        (3, 112, 6, 5, 1),
        (4, 192, 6, 5, 2),
        (1, 320, 6, 3, 1),
    )  # repeats, channels, expand, kernel, stride

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem = _SameConv(3, 32, 3, 2, bias=False)
        self._bn0 = nn.BatchNorm2d(32, eps=1e-3)
        blocks, cin = [], 32
        for repeats, cout, expand, kernel, stride in self._STAGES:
            for i in range(repeats):
                blocks.append(_MBConv(cin, cout, expand, kernel, stride if i == 0 else 1))
                cin = cout
        self._blocks = nn.ModuleList(blocks)

    _LAST = (4, 10, 15)  # last blocks at strides 8, 16, 32

    def features(self, x: Tensor) -> Features:
        x = F.relu6(self._bn0(self._conv_stem(x)))
        for block in self._blocks[: self._LAST[0] + 1]:
            x = block(x)
        return x, *self.tail(x)

    def tail(self, s8: Tensor) -> tuple[Tensor, Tensor]:
        x, taps = s8, []
        for i, block in enumerate(self._blocks):
            if i > self._LAST[0]:
                x = block(x)
            if i in self._LAST[1:]:
                taps.append(x)
        return taps[0], taps[1]

    def tail_modules(self) -> list[nn.Module]:
        return list(self._blocks[self._LAST[0] + 1 :])

    def package_file(self) -> Path:
        return efficientnet_lite0_file()


@image_encoders.register("resnet18")
class ResNet18(ImageEncoder):
    """He et al. 2016, torchvision's implementation (the article's image encoder)."""

    channels = (128, 256, 512)

    def __init__(self) -> None:
        super().__init__()
        from torchvision.models import resnet18

        net = resnet18(weights=None)
        self.conv1, self.bn1, self.relu, self.maxpool = net.conv1, net.bn1, net.relu, net.maxpool
        self.layer1, self.layer2, self.layer3, self.layer4 = net.layer1, net.layer2, net.layer3, net.layer4

    def features(self, x: Tensor) -> Features:
        x = self.layer1(self.maxpool(self.relu(self.bn1(self.conv1(x)))))
        s8 = self.layer2(x)
        s16 = self.layer3(s8)
        return s8, s16, self.layer4(s16)


@image_encoders.register("mobilenet_v3_small")
class MobileNetV3Small(ImageEncoder):
    """Howard et al. 2019, torchvision's implementation."""

    channels = (24, 48, 96)

    def __init__(self) -> None:
        super().__init__()
        from torchvision.models import mobilenet_v3_small

        self.features_ = mobilenet_v3_small(weights=None).features[:12]

    def load_pretrained(self, state: dict[str, Tensor]) -> None:
        super().load_pretrained({k.replace("features.", "features_.", 1): v for k, v in state.items()})

    def features(self, x: Tensor) -> Features:
        taps = []
        for i, block in enumerate(self.features_):
            x = block(x)
            if i in (3, 8, 11):
                taps.append(x)
        return taps[0], taps[1], taps[2]
