"""Who does what to whom: harmless lines that sound like harm, and lines that mean it, heard by the shipped model."""

from __future__ import annotations

import dataclasses

from engine.perception import Perceiver, Query
from npc import Character, load_persona

HARMLESS = """
I'll leave you alone now
you scared me!
this game is killing me
shoot, I forgot my bag
I could kill for some bread
I'm dying to know what happened
my feet are killing me
you're killing me, that was a good one
damn, that was close
the wolf killed two of my sheep
bandits attacked our village last night
who killed the old king?
have you ever killed anyone?
I'm not going to hurt you
I don't want to fight
I didn't mean to hurt your feelings
I hate this rain
I hate waiting
this weather is awful
my brother is such an idiot
I feel so stupid today
I'm an idiot, I lost the key again
that was a stupid mistake of mine
you're not stupid
nobody thinks you're a coward
I could eat a horse
I'd kill for a bed right now
break a leg tonight!
knock them dead
let's hit the road
I'm going to hit the tavern
gonna grab a beer at the inn
I have to run
I'll get out of your hair
I'm going to beat you at dice
you beat me fair and square
I almost died laughing
you nearly gave me a heart attack
don't shoot, I'm a friend
please don't hurt me
are you going to kill me?
is it dangerous here?
the dragon burned our fields
my father died in the war
I was a soldier once, I killed men I did not hate
I'd fight by your side
I will fight for you
I'll protect you with my life
that's sick, man
you're a beast, well done
you're badass
bloody hell it's cold
what the hell is that?
oh crap
I'm broke and hungry
I'll be back for you
mind your head, the beam is low
watch out behind you
you look tired
you look awful, are you ill?
I can't stand goblins
I slaughtered a pig this morning
I'll kill the wolf for you
I'll finish the work for you
I will cut some wood for you
I'd murder a pie
you kill me every time, haha
no offense, but your helmet is crooked
I'm going to fight the bandits with you
we will defend you
are you mad at me?
did you hurt yourself?
I heard you were attacked
you must hate this cold
I was so scared when the wolf attacked
the boss told me to kill time here
let me get you a drink
I am sick of this road
I lost my temper, sorry
I burned my hand
the soup is to die for
I'll never threaten you
"""
HOSTILE = """
I'll kill you
I will cut your throat
I'm going to burn your house down
give me your gold or I'll gut you
your money or your life
you're dead
you are a dead man
prepare to die
die!
I'll have your head for this
one more word and I break your jaw
you'll regret this
you will pay for that
I know where you live
say your prayers
you idiot
you stupid old fool
shut up
shut your mouth, peasant
you are worthless
you're pathetic
go to hell
screw you
I hate you
you smell like a goblin's armpit
your mother was a troll
coward!
filthy thief
you ugly toad
nobody likes you
drop your weapon or die
move or I'll make you move
i will hurt u
imma kill u
I'll smash your stupid face
hand it over or else
don't make me hurt you
try me and you bleed
this is a robbery
I'm gonna rob you blind
you make me sick
you disgusting piece of filth
I'll feed you to the wolves
I'll see you hang
you have one minute before I stab you
your days are numbered
I'll rip your heart out
my men will tear you apart
we are going to destroy you
you'd better watch your back
you're a liar and a cheat
you are the worst guard I have ever seen
clown
you're useless
I spit on you
if you don't move I'll kill your family
"""
MOST = len(HARMLESS.split("\n")) // 60  # of sixty harmless lines one may be misunderstood


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


def _hear(perceiver: Perceiver, text: str) -> tuple[str, float]:
    """What a stranger's words do: the action, and how much trust and liking they cost."""
    character = Character(load_persona("guard"), "bram")
    reading = character.read(text, "player")
    queries = [Query(words) for words in (text, *reading.texts)]
    percept, *clauses = (
        sight.percept(0.0, text=query.text) for sight, query in zip(perceiver.see(None, queries), queries, strict=True)
    )
    percept = dataclasses.replace(percept, clauses=tuple(clauses))
    decision = character.tick(percept)
    relationship = character.relationship("player")
    return decision.action, min(relationship.trust, relationship.affection)


def test_harmless_words_cost_no_trust_and_set_off_no_defence(perceiver: Perceiver) -> None:
    heard = {text: _hear(perceiver, text) for text in _lines(HARMLESS)}
    wrong = [text for text, (action, cost) in heard.items() if action in {"attack", "defend"} or cost < -0.04]
    assert len(wrong) <= MOST, wrong


def test_threats_and_insults_are_still_heard(perceiver: Perceiver) -> None:
    heard = {text: _hear(perceiver, text) for text in _lines(HOSTILE)}
    missed = [text for text, (action, cost) in heard.items() if cost > -0.05]
    assert len(missed) <= 2, missed
