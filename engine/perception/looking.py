"""A closer look at what words ask about: is it really that, how many are there, what colour is it.

A phrase that is looked for is found, more or less, in much that is like it: "cheese" in a loaf, "horse" in a wolf. So what
is asked about is believed only where nothing else that is usually to be seen explains its place better ("explaining away",
Pearl 1988). Done for words alone, never for every frame.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from engine.formats.bundle import InputSpec
from engine.perception.colours import colour_of
from engine.perception.pointing import Watched, peaks
from engine.perception.types import EncodedFrame, Floats
from npc.language.kinds import COMMON, akin
from npc.types import Found

# Measured on scenes of the village and on drawn ones, with 1 to 6 of a thing (tests/perception/test_looking.py).
BELIEF = 3.5  # power of "how much better does another phrase explain this place" by which a presence falls
LIKE = 0.6  # cosine of sentence vectors from which words that are in no list mean the same
SOFT = 0.15  # weight of the neighbours of a cell: what a single cell says is noise
RISE = 0.05  # of its own heat must a peak stand out from the saddle to a hotter one, to be another thing
LIKELY, PERHAPS = 0.7, 0.6  # of the hottest peak: another one, and what may be another one
OWN = 0.8  # of the hottest peak's share: a further peak that is explained so well is another one, and not what looks like it
# Odds of what is known by its looks: where words name it, it is likelier in view than where it is only watched for. What a
# picture shows is there by one question in four where it is watched for, and by one in two where words name it.
SHOWN, TAUGHT = 3.0, 1.5
MOST = 9  # things of a kind that are counted; what is more is many
Peak = tuple[float, int, int]  # heat, row, column


def find(
    phrases: Sequence[str],
    watched: Watched,
    nearer: Watched,
    sentences: Callable[[Sequence[str]], Floats],
    frame: EncodedFrame,
    spec: InputSpec,
    threshold: float,
    colours: bool = False,
    shown: Mapping[str, float] = MappingProxyType({}),
) -> dict[str, Found]:
    """What is found of each phrase.

    Args:
        watched: presence and heat map of the phrases and of `npc.language.kinds.COMMON`.
        nearer: the same after a closer look, which tells better whether and where a thing is, and worse where one ends.
        sentences: vectors of texts, unit length.
        threshold: presence from which a phrase is in view.
        colours: whether they are asked for.
        shown: phrases whose looks are known, and how much likelier they are in view where words name them (odds): nothing else
            is taken for them, and where one is seen is nothing else.
    """
    if not phrases:
        return {}
    taken = _taken([(spoken_of(watched[p][0], more), watched[p][1]) for p, more in shown.items() if p in watched], threshold)
    watched, nearer = (_without(of, taken, shown) for of in (watched, nearer))
    heats = np.stack([watched[phrase][1] for phrase in phrases])
    softened = _softened(heats)
    presence = np.array([watched[name][0] for name in COMMON], np.float32)
    strengths = _softened(np.stack([watched[name][1] for name in COMMON])) * presence[:, None, None]
    places = peaks(np.stack([nearer[phrase][1] for phrase in phrases]), frame, spec)
    rivals = [[] if p in shown else names for p, names in zip(phrases, _rivals(phrases, sentences), strict=True)]
    found: dict[str, Found] = {}
    for phrase, heat, soft, at, others in zip(phrases, heats, softened, places, rivals, strict=True):
        p, (row, column) = max(watched[phrase][0], nearer[phrase][0]), divmod(int(soft.argmax()), soft.shape[1])
        p = spoken_of(p, shown[phrase]) if phrase in shown else p
        shares = p * soft / np.maximum(strengths[others].max(0, initial=0.0), 1e-9)
        p *= min(1.0, float(shares[row, column])) ** BELIEF
        if p < threshold:
            found[phrase] = Found(phrase, p, *at)
        else:
            colour = colour_of(heat, frame.fit) if colours and frame.fit else ""
            found[phrase] = _counted(phrase, p, at, soft, shares, frame, spec, colour)
    return found


def _taken(shown: Sequence[tuple[float, Floats]], threshold: float) -> Floats | None:
    """How much of each cell [rows, columns], 0..1, is of things that are known by their looks and in view."""
    seen = [heat / max(float(heat.max()), 1e-9) for p, heat in shown if p >= threshold]
    if not seen:
        return None
    wide = np.pad(np.max(seen, 0), 1, "edge")  # its cells and those around them: heat maps of other phrases peak beside it, too
    rows, columns = seen[0].shape
    shifted = [wide[down : down + rows, across : across + columns] for down in range(3) for across in range(3)]
    taken: Floats = np.max(shifted, 0)
    return taken


def _without(watched: Watched, taken: Floats | None, shown: Collection[str]) -> Watched:
    """What is watched for without what only those cells tell that are of known things."""
    if taken is None:
        return watched
    rest: dict[str, tuple[float, Floats]] = {}
    for phrase, (p, heat) in watched.items():
        left = heat if phrase in shown else (heat * (1 - taken)).astype(np.float32)
        rest[phrase] = p * float(left.max()) / max(float(heat.max()), 1e-9), left
    return rest


def spoken_of(p: float, more: float) -> float:
    """The presence of a thing that is known by its looks, where words name it: its odds are `more` times as high."""
    return more * p / (1 + (more - 1) * p)


def _rivals(phrases: Sequence[str], sentences: Callable[[Sequence[str]], Floats]) -> list[list[int]]:
    """For each phrase, which of `COMMON` may be what is taken for it."""
    new = [phrase for phrase in phrases if phrase not in COMMON]
    alike = dict(zip(new, sentences(new) @ sentences(COMMON).T, strict=True)) if new else {}
    return [
        [n for n in _others(phrase) if phrase not in alike or alike[phrase][n] < LIKE]  # words of no list go by their meaning
        for phrase in phrases
    ]


@lru_cache(maxsize=1024)
def _others(phrase: str) -> tuple[int, ...]:
    return tuple(n for n, name in enumerate(COMMON) if not akin(phrase, name))


def _counted(
    phrase: str,
    p: float,
    at: tuple[float, float],
    heat: Floats,
    shares: Floats,
    frame: EncodedFrame,
    spec: InputSpec,
    colour: str,
) -> Found:
    """Count the peaks that nothing else explains better (`shares`: how much likelier each cell is this than another thing)."""
    first, *lower = separate(heat)
    least = OWN * min(1.0, float(shares[first[1], first[2]]))
    tops = [first, *(top for top in lower if shares[top[1], top[2]] >= least)]
    likely, perhaps = (sum(top[0] >= share * tops[0][0] for top in tops) for share in (LIKELY, PERHAPS))
    places: list[tuple[float, float]] = []
    if likely > 1:
        spots = np.zeros((likely, *heat.shape), np.float32)
        for spot, (_, row, column) in zip(spots, tops[:likely], strict=True):
            spot[row, column] = 1.0
        places = list(peaks(spots, frame, spec))
        del places[min(range(likely), key=lambda n: math.dist(places[n], at))]  # it need not be the hottest one, once softened
    others = tuple(places[: MOST - 1])
    return Found(phrase, p, *at, min(likely, MOST), min(perhaps, MOST) if perhaps > likely else 0, others, colour)


def separate(heat: Floats) -> list[Peak]:
    """The peaks of a softened heat map [rows, columns] that stand for things of their own, the hottest first.

    Cells are taken up from the hottest on. Where two hills meet, the lower one counts only where it rises above the saddle:
    no size of things need be known.
    """
    hills: dict[tuple[int, int], tuple[int, int]] = {}  # cell -> a cell nearer to the top of its hill, or itself

    def top(cell: tuple[int, int]) -> tuple[int, int]:
        while hills[cell] != cell:
            cell = hills[cell]
        return cell

    tops: list[Peak] = []
    cells = np.argwhere(heat >= PERHAPS * (1 - RISE) * heat.max())
    for row, column in cells[np.argsort(-heat[cells[:, 0], cells[:, 1]], kind="stable")].tolist():
        near = [(row + down, column + across) for down in (-1, 0, 1) for across in (-1, 0, 1)]
        met = sorted({top(cell) for cell in near if cell in hills}, key=lambda cell: (-heat[cell], cell))
        hills[row, column] = met[0] if met else (row, column)
        for lower in met[1:]:
            if heat[lower] - heat[row, column] >= RISE * heat[lower]:
                tops.append((float(heat[lower]), *lower))
            hills[lower] = met[0]
    tops += [(float(heat[cell]), *cell) for cell, above in hills.items() if cell == above]
    return sorted(tops, key=lambda top: (-top[0], top[1:]))


def _softened(heats: Floats) -> Floats:
    """Each cell with a little of its neighbours, [n, rows, columns]."""
    wide = np.pad(heats, ((0, 0), (1, 1), (1, 1)), "edge")
    down = wide[:, 1:-1] + SOFT * (wide[:, :-2] + wide[:, 2:])
    across = down[:, :, 1:-1] + SOFT * (down[:, :, :-2] + down[:, :, 2:])
    soft: Floats = (across / (1 + 2 * SOFT) ** 2).astype(np.float32)
    return soft
