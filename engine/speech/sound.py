"""Sound as numbers: PCM from and for the wire, streams of any rate, levels, and what Whisper listens to."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import needs_extra

Samples = NDArray[np.float32]  # one channel, -1 to 1

RATE = 16_000  # samples a second of everything that is listened to
HOP = 160  # samples between two columns of a spectrogram: 10 ms
_FFT = 400
_BANDS = 80
_QUIET = 1e-5  # -100 dB


def samples_of(pcm: bytes) -> Samples:
    """Samples of signed 16-bit little-endian PCM, one channel; half a sample at the end is left out."""
    whole = np.frombuffer(pcm, "<i2", count=len(pcm) // 2)
    return whole.astype(np.float32) / 32768.0


def pcm_of(samples: Samples) -> bytes:
    """Signed 16-bit little-endian PCM; what is too loud is clipped."""
    return (np.clip(np.nan_to_num(samples), -1.0, 1.0) * 32767.0).astype("<i2").tobytes()


def level(samples: Samples) -> float:
    """Loudness in decibels below full scale; silence is -100."""
    if not samples.size:
        return -100.0
    return float(20.0 * np.log10(max(float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))), _QUIET)))


def resampled(samples: Samples, rate: float, to: float) -> Samples:
    """All of a sound at another rate."""
    if rate == to or not samples.size:
        return samples
    changed: Samples = _soxr().resample(samples, rate, to, quality="HQ")
    return changed


class Stream:
    """A sound that comes in pieces at its own rate, and goes on at `RATE`."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._resampler: Any = None if rate == RATE else _soxr().ResampleStream(rate, RATE, 1, dtype="float32", quality="HQ")

    def take(self, pcm: bytes, last: bool = False) -> Samples:
        """The next samples at `RATE`; `last` empties the resampler, so that no end of a word is lost."""
        samples = samples_of(pcm)
        if self._resampler is None:
            return samples
        changed: Samples = self._resampler.resample_chunk(samples, last=last)
        return changed.reshape(-1).astype(np.float32, copy=False)


def _soxr() -> Any:
    with needs_extra("voice", "Resampling"):
        import soxr
    return soxr


def spectrogram(samples: Samples, columns: int) -> NDArray[np.float32]:
    """Whisper's log-mel spectrogram of shape (80, columns); what is missing at the end is silence."""
    sound = np.zeros(columns * HOP, np.float32)
    sound[: min(len(samples), len(sound))] = samples[: len(sound)]
    padded = np.pad(sound, _FFT // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::HOP][:columns]
    power = np.abs(np.fft.rfft(frames * _window(), axis=1)).astype(np.float32) ** 2
    mel = np.log10(np.maximum(_filters() @ power.T, 1e-10))
    return np.ascontiguousarray((np.maximum(mel, mel.max() - 8.0) + 4.0) / 4.0, dtype=np.float32)


@cache
def _window() -> NDArray[np.float32]:
    return np.hanning(_FFT + 1)[:-1].astype(np.float32)


@cache
def _filters() -> NDArray[np.float32]:
    """Triangles on Slaney's mel scale, each of area one, as Whisper was trained with."""
    edges = _hertz(np.linspace(0.0, _mel(RATE / 2), _BANDS + 2))
    bins = np.linspace(0.0, RATE / 2, _FFT // 2 + 1)
    rising = (bins[None] - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins[None]) / np.diff(edges)[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return (triangles * (2.0 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)


_LINEAR = 200.0 / 3.0  # hertz a mel below 1 kHz
_STEP = np.log(6.4) / 27.0  # above


def _mel(hertz: float) -> float:
    return float(hertz / _LINEAR if hertz < 1000.0 else 15.0 + np.log(hertz / 1000.0) / _STEP)


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mel < 15.0, mel * _LINEAR, 1000.0 * np.exp(_STEP * (mel - 15.0)))
