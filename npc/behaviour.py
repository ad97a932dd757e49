"""The shared rules of behaviour, read from `behaviour.yaml`: what actions are, what makes one want them."""

from __future__ import annotations

from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from npc.affect import EMOTIONS, SHOWN, Degree, Dimension
from npc.card_faults import check_known
from npc.conditions import Condition, Line
from npc.steadiness import Steadiness
from npc.tables import read_table

BEHAVIOUR_FILE = Path(__file__).with_name("behaviour.yaml")
TALK_FILE = Path(__file__).with_name("small_talk.yaml")


def _seconds(value: object) -> object:
    return float("inf") if value == "forever" else value


def _felt(name: str) -> str:
    check_known([name], {*EMOTIONS, *SHOWN}, "feeling")
    return name


def _surely(value: object) -> object:
    """One action alone is what is done about it."""
    return {value: 1.0} if isinstance(value, str) else value


class Leaning(BaseModel):
    """What makes a character want a label, and what it prefers when it does not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    appeal: dict[str, float] = {}
    instead: tuple[str, ...] = ()


class ActionCfg(Leaning):
    """One action; the entries are explained in `behaviour.yaml`."""

    lasts: Annotated[float, BeforeValidator(_seconds), Field(ge=0)]
    ongoing: bool = False
    target: bool = False
    alert: bool = False
    shows: str = "neutral"

    @property
    def deed(self) -> bool:
        """Whether it does something to the world, beyond an answer."""
        return self.target or self.ongoing


class Appraisals(BaseModel):
    """Intent or tone of the player's words -> the emotion that they raise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    intent: dict[str, str]
    tone: dict[str, str]


class Bonds(BaseModel):
    """Intent or tone of the player's words -> how they change the relationship with the speaker."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    intent: dict[str, dict[Dimension, float]]
    tone: dict[str, dict[Dimension, float]]


class EventCfg(BaseModel):
    """Something that the game tells to have happened to the character."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    feel: Annotated[str, AfterValidator(_felt)]
    bond: dict[Dimension, Degree] = {}
    salience: float = Field(default=0.5, ge=0, le=1)
    react: Annotated[dict[str, Annotated[float, Field(ge=0, le=1)]], BeforeValidator(_surely)] = {}


class Plan(BaseModel):
    """Several actions, one after the other, where the condition holds of what it would do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: Condition
    steps: tuple[str, ...] = Field(min_length=2, max_length=16)


class Behaviour(BaseModel):
    """The whole of `behaviour.yaml` and `small_talk.yaml`; see the comments there.

    `small_talk` has the examples that words are compared with; the plain lines about it are among the `topics`.
    `talk_further` has, by topic and by the way in which somebody goes on about it (`npc.language.forms.follow_of`), the topic
    that answers; `talk_back` the topic that "and you?" asks after.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    traits: dict[str, str]
    intents: tuple[str, ...]
    tones: tuple[str, ...]
    actions: dict[str, ActionCfg]
    emotions: dict[str, Leaning]
    reflexes: dict[str, dict[str, float]]
    meanings: tuple[str, ...]
    signs: dict[str, str]
    watch: dict[str, str]
    steadiness: Steadiness
    understood: float = Field(ge=0, le=1)
    appraisals: Appraisals
    bonds: Bonds
    sights: dict[str, str]
    events: dict[str, EventCfg]
    memories: dict[str, float]
    plans: dict[str, Plan]
    asking: dict[str, float]
    own_intents: float = Field(ge=-1, le=1)
    unknown: tuple[str, ...]
    dismissals: tuple[str, ...]
    pointing: tuple[str, ...]
    deeds: dict[str, tuple[str, ...]]
    lines: dict[str, tuple[Line, ...]]
    topics: dict[str, tuple[Line, ...]]
    small_talk: dict[str, tuple[str, ...]] = {}
    talk_further: dict[str, dict[str, str]] = {}
    talk_back: dict[str, str] = {}
    under_way: dict[str, str]

    @cached_property
    def lasts(self) -> dict[str, float]:
        """Seconds that each action lasts."""
        return {name: action.lasts for name, action in self.actions.items()}

    @cached_property
    def spoken(self) -> frozenset[str]:
        """Every key that lines can stand under: the actions, what comes up in conversation, `unclear` and `unknown`."""
        return frozenset(self.actions) | frozenset(self.topics) | {"unclear", "unknown"}

    @cached_property
    def known_there(self) -> dict[str, frozenset[str]]:
        """Topic -> what lines about it may name beside what any line may: the variables of its plain lines."""
        return {topic: frozenset().union(*(line.variables for line in lines)) for topic, lines in self.topics.items()}


@cache
def load_behaviour() -> Behaviour:
    """The behaviour that ships with the package (read once)."""
    rules, talk = (read_table(file) for file in (BEHAVIOUR_FILE, TALK_FILE))
    rules["topics"] |= {name: about["say"] for name, about in talk.items()}
    rules["small_talk"] = {name: about["asked"] for name, about in talk.items() if "asked" in about}
    rules["talk_back"] = {name: about["back"] for name, about in talk.items() if "back" in about}
    rules["talk_further"] = {name: _further(name, about, rules["topics"]) for name, about in talk.items() if "further" in about}
    return Behaviour.model_validate(rules)


def _further(name: str, about: dict[str, Any], topics: dict[str, Any]) -> dict[str, str]:
    """Way of going on -> topic: another one that is named, or one of its own, which is added to the topics."""
    found = {}
    for kind, said in about["further"].items():
        found[kind] = said if isinstance(said, str) else f"{name}_{kind}"
        if not isinstance(said, str):
            topics[f"{name}_{kind}"] = said
    return found
