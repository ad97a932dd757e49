"""Words without which manners are none, and verbs of orders that mean one deed (`manners.yaml`)."""

from __future__ import annotations

import re
from typing import Any

from npc.language.grammar import expanded
from npc.tables import table_beside

_DATA: dict[str, Any] = table_beside(__file__, "manners.yaml")
_SPACE = re.compile(r"\n *|(?<=[|]) ")
# Intent -> words of which one has to be said.
SAID = {intent: re.compile(rf"\b(?:{_SPACE.sub('', words)})\b", re.IGNORECASE) for intent, words in _DATA["said"].items()}
# Of these one is in what warns, where somebody tells of himself or of others.
DANGER = re.compile(rf"\b(?:{_SPACE.sub('', _DATA['danger'])})\b", re.IGNORECASE)
GREETING = re.compile(expanded("".join(_DATA["greeting"])), re.IGNORECASE)  # words that greet, and do nothing else
# Verb -> what may follow it in an order that means it plainly.
ORDERS = {verb: re.compile(rf"(?:{rest})?[\s.!?]*$", re.IGNORECASE) for verb, rest in _DATA["orders"].items()}
ASKS_WHAT = re.compile(
    r"(?:and |so |but )?(?:would you have|did you|have you|do you (?:think|believe)|"
    r"what|who|which|where|when|why|how) (?!a\b|very\b|kind of you\b)",
    re.IGNORECASE,
)
# What is told of oneself or of others, and names nobody who is spoken to: "mine are both dead".
OF_OTHERS = re.compile(
    r"(?!.*\b(?:you|your|yours|ya)\b)(?!.*!)"
    r"(?:(?:sometimes|some days|maybe|perhaps|today|yesterday|last night|and|but|so|well),? )*"
    r"(?:I (?:think|feel|felt|guess|miss|lost|was|used to|would (?:hate|rather)|do not (?:want|know|think))|"
    r"mine|my|our|he|she|they|people|it|there|his|her|their|nobody|"
    r"everybody|everyone|somebody|someone|one of (?:them|us))\b.* .+"
    r"|(?:the|a|an|my|our|his|her) (?:[a-z]+ ){1,3}?(?:says?|said|thinks?|thought|told me|calls? me|called me|claims?)\b.*"
    r"|(?:the|a|an) (?:[a-z]+ ){1,2}(?:gets?|makes?|takes?|keeps?|goes|eats?|stays?|hurts?)\b(?!.*\byou are\b).*"
    r"|you (?:look like|could|would|can|might) .*\bme\b.*",
    re.IGNORECASE,
)
# "she made the best cake" praises nobody who is spoken to.
OF_KIN = re.compile(
    r"(?!.*\byours?\b)"
    r"(?:(?!(?:this|that|it|these|those|everything|here|there|what|how|who|nice|good|great|food)\b)[a-z]+ (?:is|are)|"
    r"he|she|they|my|his|her|I would rather|you (?:learn|get used|forget|have to|never know|just have))\b",
    re.IGNORECASE,
)
# "I go up on the roof and watch the swallows" warns of nothing, as it names no danger.
TELLS = re.compile(
    r"(?:(?:the|that|this) (?:[a-z]+ ){1,2}(?:died|lived|had|used to|went|left|moved|built|fell|stood)|"
    r"I|my|your|we|our|he|she|they|people|his|her|[a-z]+'s|the [a-z]+'s)\b",
    re.IGNORECASE,
)
THERE_IS = re.compile(r"there (?:is|are|was|were)\b", re.IGNORECASE)  # "there is light behind it"
# "there is no worm in it" warns of nothing.
THERE_IS_NONE = re.compile(
    r"(?:there (?:is|are|was|were)|it (?:is|was)|they (?:are|were)) (?:no|not|nothing|never)\b", re.IGNORECASE
)
# "I love thunderstorms" praises nobody who is spoken to.
LIKES = re.compile(
    r"(?!.*\byour?\b)I (?:really |also |just |always )*(?:like|love|adore|enjoy|prefer|want|wish|hope|plan) "
    r"(?!it\b|this\b|that\b|the way\b|what\b|how\b)",
    re.IGNORECASE,
)
EXCLAIMS = re.compile(r"(?!.*\byour?\b)what an? [a-z]+", re.IGNORECASE)
