"""Words in braces that lines and effects fill in: `{player}`, `{state.gold}`, `{seen}`."""

from __future__ import annotations

import re
from collections.abc import Mapping

VARIABLES = ("player", "name", "target", "seen", "state.KEY")
# Of lines about what comes up in a conversation (`topics` in behaviour.yaml), each where it is known.
TOPIC_VARIABLES = (
    "thing", "count", "place", "colour", "anchor", "other", "relation", "who", "value", "words", "when", "item", "price",
    "line", "what", "doing", "question", "said", "asked", "detail",
)  # fmt: skip
STATE = "state."
# A full stop after it gives way to one that the value ends with; an ellipsis stays.
_STOP = r"(\.(?!\.))?"
_AGREES = re.compile(r"(\{(item|thing)\} )(is|was|has|comes|knows|goes)\b")
_OF_MANY = {"is": "are", "was": "were", "has": "have", "comes": "come", "knows": "know", "goes": "go"}
_WITH_ARTICLE = re.compile(rf"(\b[Aa]n? )?\{{([^{{}}]*)\}}{_STOP}")
_FILLED = re.compile(rf"\{{([^{{}}]*)\}}{_STOP}")
_VARIABLE = re.compile(r"\{([^{}]*)\}")


def names_in(text: str) -> frozenset[str]:
    """The variables of a text."""
    return frozenset(_VARIABLE.findall(text))


def checked(text: str) -> str:
    """The text itself.

    Raises:
        ValueError: it names a variable that there is not.
    """
    for name in _VARIABLE.findall(text):
        of_state = name.startswith(STATE) and len(name) > len(STATE)
        if not of_state and name not in VARIABLES and name not in TOPIC_VARIABLES:
            raise ValueError(
                f"unknown variable {{{name}}}; there are {{{'}, {'.join(VARIABLES)}}}, "
                f"and in lines about what comes up in a conversation (prices: {{item}} and {{price}}) "
                f"{{{'}, {'.join(TOPIC_VARIABLES)}}}"
            )
    return text


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables filled in; what is not known is left out."""
    return _FILLED.sub(lambda match: _stopped(values.get(match[1], ""), match[2]), text)


def said(text: str, values: Mapping[str, str]) -> str:
    """The same of an English line, which agrees with what is put in: "a {item} is" is "an axe is", "3 ropes are"."""
    text = _AGREES.sub(
        lambda match: f"{match[1]}{_OF_MANY[match[3]] if _is_many(values.get(match[2], '')) else match[3]}", text
    )
    return _WITH_ARTICLE.sub(lambda match: _stopped(_with(match[1] or "", values.get(match[2], "")), match[3]), text)


def _is_many(value: str) -> bool:
    """Whether a thing that is named is several: "3 ropes", "axe and knife"."""
    return " and " in value or (value[:1].isdigit() and value.split()[0] != "1")


def _stopped(value: str, stop: str | None) -> str:
    return value if value.endswith((".", "!", "?")) else value + (stop or "")


def _with(article: str, value: str) -> str:
    if not article or not value:
        return article + value
    if value[0].isdigit():
        return value
    return f"{article[0]}{'n' if value[0].lower() in 'aeiou' else ''} {value}"


def of_state(state: Mapping[str, object]) -> dict[str, str]:
    """What the game tells, as lines name it: `state.gold`, whole numbers without a point."""
    return {f"{STATE}{key}": shown for key, value in state.items() if (shown := _shown(value))}


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"
    return str(value)[:80] if isinstance(value, (str, int)) else ""
