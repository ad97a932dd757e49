"""Speaking of what is in view."""

from __future__ import annotations

import dataclasses

import pytest

from npc.conversation.reading import read
from npc.conversation.reply import Reply
from npc.conversation.things import in_more_words, pointed_out, where
from npc.conversation.view import answer
from npc.memory.ledger import Ledger, Meant
from npc.types import Detection, Found, Percept, Target

WOLF = Found("wolf", 0.9, 0.2, 0.5, 2, others=((0.25, 0.62),))
WELL, TREE = Found("well", 0.95, 0.3, 0.5), Detection("tree", 0.8, 0.8, 0.7)


def _percept(*seen: Detection, frame: bool = True) -> Percept:
    looked = tuple(d for d in seen if isinstance(d, Found))
    return Percept(0.0, watch=tuple(d for d in seen if not isinstance(d, Found)), looked=looked, has_frame=frame)


def asked(line: str, *watch: Detection, frame: bool = True) -> Reply:
    reply = answer(read(line, Ledger()).clauses[0], _percept(*watch, frame=frame))
    assert reply is not None
    return reply


@pytest.mark.parametrize(
    ("line", "topic", "values"),
    [
        ("what do you see?", "view", {"seen": "two wolves on the left, a well on the left and a tree on the right, close by"}),
        ("is there a wolf near the well?", "present", {"thing": "wolf", "place": "on the left", "count": "two"}),
        ("is there a tree near the well?", "elsewhere", {"thing": "tree", "place": "on the right, close by", "anchor": "well"}),
        ("how many wolves are there?", "count", {"count": "two", "thing": "wolves"}),
        ("what is next to the well?", "beside", {"seen": "two wolves", "thing": "well", "relation": "next to"}),
        ("which is closer, the tree or the well?", "nearer", {"thing": "tree", "other": "well"}),
        ("is there a bear?", "absent", {"thing": "bear"}),
        ("is the well closer to the tree or the wolf?", "nearer", {"thing": "wolf", "other": "tree"}),
        ("is the tree closer to me or the well?", "nearer", {"thing": "tree", "other": "well"}),
        ("how far is the tree?", "distance", {"thing": "tree", "place": "close by"}),
        ("what is in the well?", "cannot_tell", {"thing": "well", "what": "what is in the well"}),
        (
            "what's between the tree and the wolf?",
            "beside",
            {"thing": "tree and the wolf", "relation": "between", "seen": "a well"},
        ),
    ],
)
def test_a_question_about_the_view_is_answered_from_it(line: str, topic: str, values: dict[str, str]) -> None:
    reply = asked(line, WOLF, WELL, TREE, Detection("bear", 0.05, 0.5, 0.5))
    assert (reply.topic, dict(reply.values)) == (topic, values)


def test_what_a_game_calls_by_more_words_is_meant_by_its_last() -> None:
    watched = Detection("golden key", 0.9, 0.2, 0.5), Detection("key ring", 0.9, 0.8, 0.5)
    (key,) = in_more_words(_percept(Found("key", 0.2, 0.6, 0.5), *watched)).looked
    assert (key.phrase, key.p, key.x) == ("key", 0.9, 0.2)
    (surer,) = in_more_words(_percept(Found("key", 0.95, 0.6, 0.5), *watched)).looked
    assert surer.x == 0.6


def test_what_is_neither_there_nor_not_there_cannot_be_told() -> None:
    assert asked("is there a wolf?", Detection("wolf", 0.4, 0.5, 0.5)).topic == "cannot_tell"


def test_a_colour_is_told_where_there_is_one() -> None:
    assert asked("what colour is the chest?", Found("chest", 0.9, 0.5, 0.5, colour="red")).values["colour"] == "red"
    assert asked("what colour is the chest?", Found("chest", 0.9, 0.5, 0.5)).topic == "cannot_tell"


def test_without_a_picture_it_says_that_it_sees_nothing() -> None:
    assert asked("what do you see?", frame=False).topic == "blind"
    assert asked("what do you see?").topic == "view_none"


def test_places_are_told_as_a_person_would() -> None:
    assert [where(*at) for at in [(0.1, 0.5), (0.5, 0.1), (0.9, 0.9)]] == [
        "on the left",
        "straight ahead, far off",
        "on the right, close by",
    ]


@pytest.mark.parametrize(
    ("count", "most", "told", "in_passing"),
    [
        (1, 0, "one", "a wolf"),
        (1, 2, "one or two", "a wolf"),
        (3, 0, "three", "three wolves"),
        (3, 5, "at least three", "some wolves"),
    ],
)
def test_no_more_is_told_than_the_eye_is_sure_of(count: int, most: int, told: str, in_passing: str) -> None:
    wolves = Found("wolf", 0.9, 0.5, 0.5, count, most, tuple((0.1 * n, 0.5) for n in range(1, count)))
    assert asked("how many wolves are there?", wolves).values["count"] == told
    assert in_passing in asked("what do you see?", wolves).values["seen"]


@pytest.mark.parametrize(
    ("line", "thing"),
    [
        ("is there anybody?", "person"),
        ("do you see anyone?", "person"),
        ("are there any animals?", "wolf"),
        ("is there a wagon?", "cart"),
        ("do you see a fire?", "campfire"),
    ],
)
def test_a_thing_goes_by_many_names(line: str, thing: str) -> None:
    seen = [Found(phrase, 0.9, 0.2 * n, 0.5) for n, phrase in enumerate(("guard", "wolf", "cart", "campfire"), 1)]
    assert (asked(line, *seen).topic, asked(line, *seen).values["thing"]) == ("present", thing)


def test_one_thing_is_not_told_under_two_names() -> None:
    seen = [Found(name, p, 0.4, 0.5) for name, p in (("chest", 0.9), ("treasure chest", 0.8), ("barrel", 0.6))]
    assert asked("what do you see?", *seen).values["seen"] == "a chest straight ahead"


@pytest.mark.parametrize(
    ("line", "topic"),
    [
        ("is there a tree behind the house?", "present"),
        ("is there a tree in front of the house?", "elsewhere"),
        ("is there a barrel left of the house?", "present"),
        ("is there a barrel to the right of the house?", "elsewhere"),
    ],
)
def test_any_of_a_kind_may_stand_so(line: str, topic: str) -> None:
    tree = Found("tree", 0.9, 0.9, 0.9, 2, others=((0.5, 0.3),))
    assert asked(line, tree, Found("house", 0.9, 0.5, 0.5), Found("barrel", 0.9, 0.3, 0.5)).topic == topic


def test_what_is_in_doubt_is_not_named_unasked() -> None:
    seen = [Found("well", 0.95, 0.3, 0.5), Found("table", 0.7, 0.4, 0.5)]
    assert asked("what do you see?", *seen).values["seen"] == "a well on the left"
    assert asked("what is next to the well?", *seen).topic == "beside_none"
    assert asked("is there a table?", *seen).topic == "present"


def test_things_of_a_colour_are_found_by_it() -> None:
    red, brown = Found("chest", 0.95, 0.5, 0.5, colour="red"), Found("barrel", 0.95, 0.8, 0.5, colour="brown")
    assert asked("is there anything red around here?", red, brown).values["seen"] == "a chest straight ahead"
    assert asked("is there anything blue?", red, brown).topic == "absent"


def test_beside_a_thing_there_may_be_another_of_its_kind() -> None:
    potion = Found("potion", 0.95, 0.4, 0.5, 2, others=((0.6, 0.5),))
    blue = Found("blue potion", 0.9, 0.6, 0.5)
    assert asked("what is left of the blue potion?", potion, blue).values["seen"] == "a potion"


def test_no_answer_has_a_gap_where_a_name_belongs() -> None:
    reply = answer(read("how far is that?", Ledger()).clauses[0], _percept(WOLF))
    assert reply is None or all(reply.values.values())


def test_a_thing_that_no_model_knows_by_name_is_shown_where_it_is_watched_for() -> None:
    asked = Percept(
        0.0,
        text="where is the gloomfang?",
        intent={"ask_where": 0.9, "chat": 0.1},
        action={"talk": 0.9, "point_at": 0.1},
        target=Target(0.2, 0.8, 0.7),
        watch=(Detection("gloomfang", 0.7, 0.2, 0.8),),
    )
    assert pointed_out(asked).action == {"point_at": 1.0}
    ordered = dataclasses.replace(
        asked, text="attack the gloomfang!", intent={"attack": 1.0}, action={"refuse": 0.75, "attack": 0.2, "defend": 0.05}
    )
    assert pointed_out(ordered).action == pytest.approx({"attack": 0.8, "defend": 0.2})
    for other in (
        dataclasses.replace(asked, target=None),
        dataclasses.replace(asked, text="where is the chest?"),
        dataclasses.replace(asked, intent={"chat": 1.0}),
    ):
        assert pointed_out(other) is other


@pytest.mark.parametrize(
    "line",
    ["how many wolves stand around us?", "how many wolves are lying about here", "how many wolves have you got over there?"],
)
def test_what_stands_about_is_counted_by_its_name_alone(line: str) -> None:
    assert dict(asked(line, WOLF, WELL).values) == {"count": "two", "thing": "wolves"}


def test_of_a_kind_those_of_one_colour_are_told() -> None:
    potions = Found("potion", 0.98, 0.4, 0.5, 3, others=((0.6, 0.5), (0.9, 0.5)))
    red, blue = Found("red potion", 0.95, 0.6, 0.5, 2, others=((0.9, 0.5),)), Found("blue potion", 0.9, 0.4, 0.5)
    seen = potions, red, blue, Found("sign", 0.9, 0.1, 0.5, colour="red")
    assert asked("which potions are red?", *seen).values["seen"].startswith("two red potions")
    ledger = Ledger()
    ledger.mean(Meant(phrase="potion"))
    (ones,) = read("and which ones are red", ledger).clauses
    assert ones.thing == "potions"
    assert {"red potion", "blue potion"} <= {*ones.look_for}
    assert asked("which potions are green?", *seen).topic == "absent"


def test_the_thing_in_the_middle_and_on_a_side_is_told() -> None:
    seen = Found("well", 0.9, 0.49, 0.4), Found("sign", 0.95, 0.2, 0.5), Found("cart", 0.95, 0.62, 0.5)
    assert asked("whats that in the middle", *seen).values["seen"].startswith("a well")
    assert asked("what's that on the left", *seen).values["seen"].startswith("a sign")


def test_what_burns_is_found_by_it() -> None:
    seen = Found("campfire", 0.9, 0.3, 0.5), Found("well", 0.95, 0.6, 0.5)
    for line in ("whats burning over there??", "what is on fire", "what's that smoking back there"):
        assert asked(line, *seen).names == ("campfire",), line


@pytest.mark.parametrize("line", ["which potion is closer to the key", "which of the potions is nearest to the key?"])
def test_of_several_the_one_that_stands_nearer_is_shown(line: str) -> None:
    potion = Found("potion", 0.95, 0.1, 0.7, 3, others=((0.75, 0.7), (0.5, 0.7)))
    target = asked(line, potion, Found("key", 0.9, 0.8, 0.75)).target
    assert target is not None
    assert target.x == 0.75


def test_near_a_thing_the_nearest_of_a_kind_is_meant() -> None:
    potion = Found("potion", 0.95, 0.95, 0.5, 2, others=((0.45, 0.5),))
    sign = Found("sign", 0.95, 0.19, 0.45)
    at = asked("is there a potion near the sign", potion, sign).target
    assert at is not None
    assert at.x == 0.45
    assert asked("is there a potion near the sign", potion, sign).topic == "elsewhere"
    assert asked("is there a potion anywhere near the sign", potion, sign).topic == "present"


def test_who_stands_by_a_thing_is_a_person() -> None:
    seen = Found("sign", 0.9, 0.2, 0.5), Found("guard", 0.9, 0.3, 0.5), Found("cart", 0.9, 0.1, 0.5)
    assert asked("who is that standing by the sign", *seen).values["seen"] == "a guard"
    assert "a cart" in asked("what is standing by the sign", *seen).values["seen"]


@pytest.mark.parametrize(
    ("line", "topic", "said"),
    [
        ("is the tree left or right of the well", "beside", "the tree, right of the well"),
        ("this wolf, is left or right from the tree?", "beside", "the wolf, left of the tree"),
        ("what stands between the two houses?", "beside", "a well"),
        ("is there anything here i could fight it with", "present", "sword"),
        ("anything to drink about?", "view", "two red potions"),
        ("how many red ones can u see", "count", "two"),
    ],
)
def test_more_is_told_of_what_is_seen(line: str, topic: str, said: str) -> None:
    houses = Found("house", 0.95, 0.1, 0.5, 2, 2, others=((0.5, 0.5),))
    red = Found("red potion", 0.95, 0.7, 0.6, 2, 2, others=((0.8, 0.6),))
    seen = (WOLF, WELL, TREE, houses, red, Found("sword", 0.9, 0.5, 0.9), Found("potion", 0.9, 0.75, 0.6))
    reply = asked(line, *seen)
    assert reply.topic == topic
    assert any(said in value for value in reply.values.values())


def test_what_else_there_is_leaves_out_what_was_spoken_of() -> None:
    ledger = Ledger()
    ledger.mean(Meant(phrase="healer", time=1.0, x=0.5, y=0.5))
    people = (Found("guard", 0.95, 0.2, 0.7), Found("healer", 0.95, 0.6, 0.6))
    clause = read("anyone else about?", ledger).clauses[0]
    for seen, topic in ((people, "view"), (people[1:], "absent")):
        reply = answer(clause, _percept(*seen))
        assert reply is not None
        assert reply.topic == topic


def test_a_lady_is_no_guard_and_a_place_tells_things_apart() -> None:
    people = (Found("guard", 0.98, 0.2, 0.7), Found("healer", 0.9, 0.8, 0.6))
    for line, x in (
        ("whos the lady over there", 0.8),
        ("who is that bloke over there", 0.2),
        ("who is that guy on the left", 0.2),
    ):
        assert asked(line, *people).target.x == x


def test_what_lies_where_another_thing_is_found_again_is_named_once() -> None:
    bread, apple = Found("bread", 0.99, 0.6, 0.7, 2, 2, others=((0.36, 0.78),)), Found("apple", 0.98, 0.35, 0.77)
    assert asked("what do you see?", bread, apple).values["seen"].startswith("an apple on the left")
    assert asked("what food do u see around here", bread, apple).values["seen"] == "a bread and an apple"


def test_a_colour_is_of_the_one_where_it_is_said_to_be() -> None:
    red, blue = Found("red potion", 0.95, 0.2, 0.5, 2, 2, others=((0.7, 0.5),)), Found("blue potion", 0.95, 0.45, 0.5)
    potion = Found("potion", 0.99, 0.45, 0.5, 3, 3, others=((0.2, 0.5), (0.7, 0.5)))
    assert asked("what colour is the potion in the middle", red, blue, potion).values["colour"] == "blue"
    assert asked("what colour is the potion on the left", red, blue, potion).values["colour"] == "red"


def test_what_is_asked_of_advice_is_not_looked_for() -> None:
    assert answer(read("Is there something you would recommend?", Ledger()).clauses[0], _percept(WELL)) is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("omg whats on fire", "cart"),
        ("what the heck is that by the well??", "wolves"),
        ("Is there anything over there I could sit down on?", "barrel"),
        ("which of them barrels is nearest the well", "barrel"),
        ("I spy a wolf and a bear, do I not?", "wolf"),
        ("how far's the tree from where you're stood", "tree"),
    ],
)
def test_what_is_seen_is_asked_for_in_everyday_words(line: str, said: str) -> None:
    fire, cart = Found("fire", 0.95, 0.7, 0.5), Found("cart", 0.9, 0.7, 0.55)
    reply = asked(line, WOLF, WELL, TREE, fire, cart, Found("barrel", 0.95, 0.5, 0.5))
    assert any(said in value for value in reply.values.values())
