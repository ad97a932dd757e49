"""Whatever perception sends, a character answers, within its boundaries."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from npc import Character, Detection, Percept, Target, characters, load_persona
from npc.behaviour import load_behaviour

BEHAVIOUR = load_behaviour()
PERSONAS = {name: load_persona(name) for name in characters()}

shares = st.floats(0, 1)
labels = st.one_of(
    st.sampled_from([*BEHAVIOUR.actions, *BEHAVIOUR.emotions, *BEHAVIOUR.appraisals.intent, "none", "angry"]),
    st.text(max_size=5),
)
heads = st.dictionaries(labels, shares, max_size=20)
phrases = st.sampled_from(["wolf", "fire", "cat", "child", ""]) | st.text(max_size=5)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10)
percepts = st.builds(
    Percept,
    time=st.floats(-1e9, 1e9),
    intent=heads,
    tone=heads,
    action=heads,
    emotion=heads,
    target=st.none() | st.builds(Target, shares, shares, shares),
    watch=st.lists(st.builds(Detection, phrases, shares, shares, shares), max_size=5).map(tuple),
    text=st.sampled_from(["", " "]) | st.text(max_size=40),
    speaker=st.text(max_size=10),
    state=st.dictionaries(st.sampled_from(["done", "player", "hour"]), scalars, max_size=3),
    has_frame=st.booleans(),
)


@settings(max_examples=100, deadline=None)
@given(name=st.sampled_from(characters()), log=st.lists(percepts, min_size=1, max_size=5))
def test_a_tick_never_raises_and_never_crosses_a_boundary(name, log):
    character = Character(PERSONAS[name], "npc", seed=1)
    for percept in log:
        decision = character.tick(percept)
        assert decision.action in BEHAVIOUR.actions
        assert decision.action not in PERSONAS[name].boundaries
        assert decision.emotion in BEHAVIOUR.emotions
        assert decision.time == percept.time
        assert 0.0 <= decision.confidence <= 1.0
        assert decision.line or not percept.text.strip()
