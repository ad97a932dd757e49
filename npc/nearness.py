"""How near a topic of small talk has to be, by the way in which words are put (`npc.language.forms`).

The surer a form is by itself ("I never expected to find you here"), the nearer a topic has to be to go before it.
"""

from __future__ import annotations

FORMED = 0.58  # likeness from which words are about a topic where the way in which they are put tells something, too
FAINT = 0.57  # and from which they may be, where they are put in no known way
# Where it is plain what is asked about.
_OF_WHAT = {"to_opinion": 0.78, "to_acquainted": 0.86, "to_inside": 0.9, "to_most": 0.7}
# Whatever it is about.
_SURER = {
    "to_if": 0.72, "to_how_to": 0.8, "to_better": 0.82, "to_did": 0.7, "to_have": 0.68, "to_do_when": 0.75, "to_the_one": 0.75,
    "to_was_i": 0.8, "to_what_like": 0.8, "to_is_this": 0.85, "to_what_should": 0.8, "to_what_would": 0.75, "to_ever": 0.65,
    "to_because": 0.95, "to_became": 0.84, "to_they_say": 0.74, "to_do_you": 0.72, "to_able": 0.72, "to_would": 0.72,
    "to_guess": 0.68, "to_how_tell": 1.1, "to_why_you": 0.76, "to_is_it": 0.7, "to_ought": 0.8, "to_will_harm": 0.9,
    "on_game": 0.8, "on_wanted_to_be": 0.85, "to_hurt": 0.85, "to_how_is_yours": 0.9, "to_knew": 0.75, "to_choose": 0.75,
}  # fmt: skip
# What is told, by who does what to whom: that says more than what it only comes near to.
_TOLD = 0.76
_TOLD_SURER = {
    "to_serious": 0.95, "to_surmise": 0.85, "to_surmise_past": 0.85, "to_easily_said": 0.85, "to_tell_them": 0.85,
    "to_unexpected": 0.85, "to_at_least": 0.8, "to_death_of": 0.9, "to_knew_it": 0.85, "to_craving": 0.85,
    "to_years": 0.85, "on_loss": 0.92, "to_tongue": 0.95, "on_relief": 0.9, "to_bad": 0.8, "on_baby": 0.95,
    "on_bad_at": 0.92, "on_your_day": 0.9, "on_me_too": 0.9, "on_proud_of": 0.92, "on_bother": 0.95,
    "on_boast": 0.85, "to_own_up": 0.9, "to_believed": 0.9, "on_wished": 0.9, "on_make_friends": 0.85,
    "on_kidding": 0.95, "on_comforted": 0.95, "on_wow": 0.95, "on_cross": 0.92,
}  # fmt: skip
TOLD = frozenset({
    "to_wronged", "to_kindness", "to_toil", "to_feat", "to_hush", "to_age", "to_used_to", "to_bet", "to_saw_you", "to_miss",
    "to_could_never", "to_quoted", "to_at_a_loss", "to_what_a", "to_do_not_want", "to_they_will", "to_you_helped",
    "to_need_not", "to_you_did", "on_said_of_you", "to_going", "to_heard", "to_not_told", "to_years", "to_typical",
    "to_all_i_have", "to_wish_that", "to_ought", "to_fear", "to_peeve", "to_of_all", "on_mood", "on_kind_word", *_TOLD_SURER,
})  # fmt: skip
# Said so plainly that no manners are meant by it, whatever the model hears: "must be nice to be so free".
NO_MANNERS = TOLD & {
    "to_surmise", "to_surmise_past", "to_going", "to_heard", "to_not_told", "to_years", "to_typical", "to_all_i_have",
    "to_wish_that", "to_easily_said", "to_unexpected", "to_serious", "to_tell_them", "to_fear", "to_peeve",
    "to_death_of", "to_craving", "to_of_all", "to_knew_it", "on_mood",
}  # fmt: skip


def at_least(form: str) -> float:
    """The likeness from which a fact of the card goes before a remark that is put in this way."""
    if form == "to_heard":
        return 0.0  # of what somebody has heard the card may know more
    return 0.97 if form in NO_MANNERS else 0.75 if form in TOLD else 0.0


def least_for(form: str, thing: bool) -> float:
    """The likeness from which a topic goes before a form.

    Args:
        form: empty where words are put in no known way.
        thing: the form names what it is about.
    """
    if form in TOLD:
        return _TOLD_SURER.get(form, _TOLD)
    if thing and (least := _OF_WHAT.get(form)) is not None:
        return least
    return _SURER.get(form, FORMED if form else FAINT)
