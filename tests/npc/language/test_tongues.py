"""English, other languages, and letters in no order."""

from __future__ import annotations

import pytest

from npc.language.plain import plain
from npc.language.tongues import is_foreign

OTHER = {
    "German": ["Ich verstehe dich nicht", "Wo ist der Wolf?", "Gib mir das Schwert", "guten Tag", "Hilfe!"],
    "French": ["Bonjour, comment allez-vous ?", "donne moi l'épée", "où est le loup", "Je ne comprends pas"],
    "Spanish": ["¿Dónde está el lobo?", "dame la espada por favor", "sígueme"],
    "Italian": [
        "ciao, come stai?",
        "Scusi, come si dice mal di testa nella vostra lingua?",
        "dammi la spada",
        "non capisco, aiuto",
    ],
    "Portuguese": ["Onde está o lobo?", "me dá a espada"],
    "Polish": ["Gdzie jest wilk?", "daj mi miecz"],
    "Dutch": ["waar is de wolf?", "geef mij het zwaard"],
    "Norwegian and Danish": ["hva koster den store kisten der borte?", "Hvor er nøglen?", "jeg forstår ikke"],
    "Hungarian": ["Magyarul is beszél itt valaki?", "Hol van a kulcs?"],
    "Finnish": ["Missä avain on?"],
    "Romanian": ["Unde este cheia?"],
    "Czech": ["Kde je klíč?"],
    "Hindi": ["aap kaise ho"],
    "Tagalog": ["kamusta ka na", "nasaan ang susi"],
    "Swedish": ["Var är vargen?", "ge mig svärdet", "tack så mycket"],
    "other scripts": ["Где волк?", "狼はどこですか", "أين الذئب", "μου δίνεις το σπαθί"],
    "none": ["asdfghjkl", "sdkfjh wekjrh", "qwertyuiop asdf", "fjdksla fjdksla"],
}
ENGLISH = [
    "Give me the baguette, s'il te plait",
    "hola my friend, follow me",
    "wolf!",
    "huh, til",
    "I hit iron so that I hit nobody.",
    "no dice",
    "ho hum",
    "die!",
    "no no no",
    "hmm",
    "psst",
    "brrr it's cold",
    "a man was here in the den",
    "chat with me",
    "my name is Krzysztof",
    "I'm from Zürich",
    "un momento please",
    "nooooo",
    "haha",
    "the rhythm of strengths",
    "FOLLOW ME NOW",
    "treasure chest",
    "knight",
    "watchtower",
    "plz halp",
    "thx",
    "Ada",
    "ok",
    "lol",
    "kill los lobos",
    "war is hell",
    "je ne sais quoi is a thing we say",
    "!!!",
    "12",
    "",
    "w8 4 me",
    "sit on me",
    "lead on",
]


@pytest.mark.parametrize("tongue", OTHER)
def test_another_tongue_is_known_for_one(tongue):
    assert [text for text in OTHER[tongue] if not is_foreign(plain(text))] == []


def test_english_with_foreign_words_or_names_in_it_is_english():
    assert [text for text in ENGLISH if is_foreign(plain(text))] == []
