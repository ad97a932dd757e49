"""Questions after what their speaker has told are answered by the sentence that has what they look for."""

from __future__ import annotations

import pytest

FAR = {"talk": {"on_joke": 0.2}}


def _told(stage, *lines):
    actor = stage(lines={"i_said": "You said: {words}."})
    for line in lines:
        actor.hear(line, "chat", "talk", **FAR)
    return actor


def _ask(actor, question):
    return actor.hear(question, "ask_about", "talk", **FAR).line


@pytest.mark.parametrize(
    ("told", "question", "said"),
    [
        (["my boss shouts at everyone", "today he threw a shoe at me"], "what did my boss throw at me", "threw a shoe"),
        (["im a wolf hunter, i killed seven last winter", "wolves arent that bad"], "how many wolves did i kill", "seven"),
        (["i played cards all night and i lost 20 silver"], "how much did i lose", "20 silver"),
        (["i died 6 times at the same bridge"], "how often did i die", "6 times"),
        (["i got a new job", "at the mill"], "where do i work", "at the mill"),
        (["i had a wife but she left me", "with the baker"], "who did my wife run off with", "baker"),
        (["my sister is getting married on sunday", "you should be happy"], "who is getting married again?", "sister"),
        (["my cat died this morning", "ginger with one ear"], "what colour was my cat", "ginger"),
        (["i used to paint ships", "it is cold today"], "what was it that i painted?", "ships"),
        (["I have two grandsons, Tom has the measles"], "which of the boys did I say is ill?", "Tom has the measles"),
        (["my brother is a baker, he lives in Varna"], "you remember what he is?", "a baker"),
        (["my late husband Cuthbert was a cooper"], "What did I say my husband did for a living?", "a cooper"),
        (["I left my daughter Nell with the shopkeeper, she is only six"], "where did i leave nell?", "with the shopkeeper"),
        (["my cousin Ned gets wed on friday"], "who did i tell u is getting hitched", "Ned"),
        (["my son wants to be a soldier and my girl Bess wants to marry"], "which of my two was it that wants to wed?", "Bess"),
        (["im allergic to bees", "it is cold today"], "what am i allergic to", "bees"),
        (["i think my tooth is rotten"], "what was wrong with me again", "tooth"),
        (["my mum makes the best pies"], "what did i say about my mum", "best pies"),
        (["need em to get my cat off the roof"], "yo remember what pet i got", "your cat"),
        (["I run a small shop myself, buttons and ribbons"], "What do I sell, if you were listening?", "buttons"),
        (["my bestie jess has a crush on the baker"], "who likes the baker again", "jess"),
    ],
)
def test_the_sentence_that_has_it_is_said_back(stage, told, question, said):
    assert said in _ask(_told(stage, *told), question)


def test_a_bare_question_goes_on_from_the_one_before(stage):
    actor = _told(stage, "my sister is getting married", "on sunday in the big barn")
    assert "sister" in _ask(actor, "who is getting married again?")
    assert "sunday" in _ask(actor, "and when?").lower()


@pytest.mark.parametrize(
    "question",
    ["what should i do", "how many wolves are there?", "what do you think of my boss", "who are you?", "where do i find a bed"],
)
def test_what_is_not_after_their_words_is_left_alone(stage, question):
    actor = _told(stage, "my boss threw seven shoes at the wolf by the bed")
    assert "remembers what answers it" not in actor.hear(question, "ask_about", "talk", **FAR).reason


def test_what_was_never_told_is_not_made_up(stage):
    assert "You said" not in _ask(_told(stage, "i killed wolves"), "how many bears did i kill")


def test_who_never_told_it_is_told_so(stage):
    assert (
        "was never told"
        in _told(stage, "it is cold").hear("who did i tell u is getting hitched", "ask_about", "talk", **FAR).reason
    )


def test_what_he_asked_himself_tells_nothing(stage):
    assert "You said" not in _ask(_told(stage, "did my brother kill three wolves?"), "how many wolves did my brother kill")


@pytest.mark.parametrize(
    ("told", "question", "said"),
    [
        (["hello smith", "my grandad was a smith too, had a burn on every finger"], "who did i say was a smith", "grandad"),
        (["i got two brothers and they are so loud"], "how many brothers do i have", "two brothers"),
        (["i got 3 goats"], "how many goats have i got again?", "3 goats"),
        (["pick the flower for me", "no the other one", "its for my mum"], "who is the flower for?", "mum"),
        (["the rope is for my uncle"], "who was the rope for again", "uncle"),
        (["what do you give for a cough, my Harold barks all night"], "do you remember who I said was poorly", "Harold"),
        (["im scared of the dark tbh. dont tell anyone"], "what did i tell u to keep secret", "scared of the dark"),
        (["i stole a hen", "keep it to yourself"], "what did i ask you to keep quiet about", "hen"),
        (["keep it between us but i love the miller"], "what was my secret?", "love the miller"),
    ],
)
def test_whom_how_many_and_secrets_are_told_back(stage, told, question, said):
    assert said in _ask(_told(stage, *told), question)


@pytest.mark.parametrize(
    "question", ["who is the key for?", "what did i tell you to keep secret", "how many sisters do i have"]
)
def test_who_and_secrets_that_were_never_told_are_not_made_up(stage, question):
    assert "You said" not in _ask(_told(stage, "the rope is for my uncle", "i got two brothers"), question)


@pytest.mark.parametrize(
    ("told", "asked", "said"),
    [
        ("My teacher was Master Ulm, in Kesselford.", "who did I say taught me?", "Master Ulm"),
        ("three bandits robbed me on the north road yesterday", "where was I robbed?", "On the north road."),
        ("three bandits robbed me on the north road yesterday", "who robbed me?", "three bandits robbed you"),
        ("I have nine goats and a donkey called Ned", "how many goats do I have?", "Nine goats."),
        ("im tilly and im seven", "how old did I say I am?", "seven"),
        ("My boy Tom has been coughing.", "what did i say my boys name was", "Tom"),
        ("my ship is called the Marigold and it sank last week", "name of my ship?", "Marigold."),
        ("I am Sir Aldous of Fenmoor.", "dost thou recall from whence I hail?", "Fenmoor"),
    ],
)
def test_the_thing_asked_for_is_told_back_first(stage, told, asked, said):
    actor = stage(lines={"recall_age": "You are {value}.", "recall_called": "{value}.", "i_said": "You said: {words}."})
    far = {"on_food": 0.1}
    actor.hear(told, "chat", "talk", target=None, talk=far)
    assert said in actor.hear(asked, "ask_about", "talk", target=None, talk=far).line
