"""Words without which manners are none, and verbs of orders that mean one deed (`manners.yaml`)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

_DATA: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("manners.yaml").read_text(encoding="utf-8"))
_SPACE = re.compile(r"\n *|(?<=[|]) ")
# Intent -> words of which one has to be said.
SAID = {intent: re.compile(rf"\b(?:{_SPACE.sub('', words)})\b", re.IGNORECASE) for intent, words in _DATA["said"].items()}
# Of these one is in what warns, where somebody tells of himself or of others.
DANGER = re.compile(rf"\b(?:{_SPACE.sub('', _DATA['danger'])})\b", re.IGNORECASE)
# Verb -> what may follow it in an order that means it plainly.
ORDERS = {verb: re.compile(rf"(?:{rest})?[\s.!?]*$", re.IGNORECASE) for verb, rest in _DATA["orders"].items()}
