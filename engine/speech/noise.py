"""Steady noise taken out of a line before it is recognised: a Wiener filter that learns the noise from the quiet parts."""

from __future__ import annotations

import numpy as np

from engine.speech.sound import Samples

_WIDE, _HOP = 512, 128
_FLOOR = 0.08  # of the amplitude that stays where there is noise alone; less makes the noise sing
_QUIET = 20  # percent of the frames that are taken for noise
_MEMORY = 0.96  # of the signal-to-noise ratio from frame to frame: Ephraim and Malah's decision-directed estimate
_CLEAN_DB = 22.0  # signal to noise beyond which a sound is left alone


def denoised(sound: Samples) -> tuple[Samples, float]:
    """The sound with less noise, and its signal-to-noise ratio in decibels; a clean or very short one is left as it is."""
    if len(sound) < 4 * _WIDE:
        return sound, 60.0
    window = np.hanning(_WIDE + 1)[:-1].astype(np.float32)
    padded = np.pad(sound, (_WIDE, _WIDE))
    spectra = np.fft.rfft(np.lib.stride_tricks.sliding_window_view(padded, _WIDE)[::_HOP] * window, axis=1)
    power = (spectra.real**2 + spectra.imag**2).astype(np.float32)
    sounding = power.mean(axis=1) > 1e-9  # digital silence tells nothing of the noise
    if int(sounding.sum()) < 12:
        return sound, 60.0
    smooth = _smoothed(power[sounding].T, 5).T
    noise = _smoothed(np.percentile(smooth, _QUIET, axis=0)[None] * 1.3, 5)[0] + 1e-12
    loud = float(np.percentile(power.mean(axis=1), 90))
    ratio = 10.0 * float(np.log10(max(loud / float(noise.mean()) - 1.0, 1e-3)))
    if ratio > _CLEAN_DB:
        return sound, ratio
    gains = np.empty_like(power)
    before = np.zeros(power.shape[1], np.float32)
    above = power / noise
    for place, now in enumerate(above):
        prior = _MEMORY * before + (1.0 - _MEMORY) * np.maximum(now - 1.0, 0.0)
        gains[place] = gain = np.maximum(prior / (1.0 + prior), _FLOOR)
        before = gain * gain * now
    frames = np.fft.irfft(spectra * gains, axis=1) * window
    whole = np.zeros(len(padded) + _WIDE, np.float64)
    for part in range(_WIDE // _HOP):  # frames that do not overlap are added at once
        chosen = frames[part :: _WIDE // _HOP]
        whole[part * _HOP : part * _HOP + chosen.size] += chosen.reshape(-1)
    scale = float(np.sum(window.astype(np.float64) ** 2)) / _HOP
    return (whole[_WIDE : _WIDE + len(sound)] / scale).astype(np.float32), ratio


def _smoothed(rows: np.ndarray, wide: int) -> np.ndarray:
    """A running mean along the last axis."""
    padded = np.pad(rows, ((0, 0), (wide // 2, wide // 2)), mode="edge")
    means: np.ndarray = np.lib.stride_tricks.sliding_window_view(padded, wide, axis=1).mean(axis=2)
    return means
