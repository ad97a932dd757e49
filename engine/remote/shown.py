"""Pictures of things whose looks are in use: another model does not know them by what the first made of them.

A gateway keeps looks as vectors of the model that was there when they were shown. Here stands which model that was, and the
picture, so that it is looked at once more where another model answers; until that is done a thing is found by its name alone.
"""

from __future__ import annotations

import logging
import threading
import zlib
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from weakref import ref

import numpy as np

from engine.errors import Fault
from engine.formats.pictures import Pixels
from engine.perception.looks import Appearance, Appearances

_LOG = logging.getLogger("engine.remote")
_KEPT = 32 << 20  # bytes of pictures, packed; the oldest go first: after a change of the model those are found by name
_SPARE = 64  # things that are no more
_MODELS = 2  # whose looks are kept, of each picture: while versions are exchanged both answer


@dataclass(slots=True)
class _Thing:
    """A picture, and how models see it: the newest last."""

    handle: ref[Appearance]
    by: OrderedDict[str, Appearance]
    shape: tuple[int, ...]
    packed: bytes | None
    asked: set[str] = field(default_factory=set)


class Shown:
    """Safe on any thread.

    Args:
        look: which model looked at a picture, and how it sees it.
    """

    def __init__(self, look: Callable[[Pixels], tuple[str, Appearance]]) -> None:
        self._look = look
        self._things: dict[int, _Thing] = {}  # by the identity of the look that was given out
        self._kept: deque[_Thing] = deque()  # those with pictures, the oldest first
        self._lock = threading.Lock()
        self._later = ThreadPoolExecutor(1, thread_name_prefix="looks-again")

    def add(self, picture: Pixels) -> Appearance:
        """How the model that answers sees a picture; for as long as anybody holds that, the picture can be looked at again.

        Raises:
            Fault: as `look`.
        """
        model, seen = self._look(picture)
        packed = zlib.compress(np.ascontiguousarray(picture).tobytes(), 1)
        key = id(seen)
        # A copy of the look: the one that was given out shall be let go of.
        thing = _Thing(ref(seen, lambda _: self._forget(key)), OrderedDict([(model, np.array(seen))]), picture.shape, packed)
        with self._lock:
            self._things[key] = thing
            self._kept.append(thing)
            if len(self._kept) > 2 * len(self._things) + _SPARE:
                self._kept = deque(one for one in self._kept if one.packed is not None)
            while sum(len(one.packed or b"") for one in self._kept) > _KEPT:
                self._kept.popleft().packed = None
        return seen

    def _forget(self, key: int) -> None:
        """Nobody holds that look any more. It may be said in the middle of anything, so that each step is whole."""
        if (thing := self._things.pop(key, None)) is not None:
            thing.packed = None

    def to(self, model: str, looks: Mapping[str, Appearances]) -> dict[str, Appearances]:
        """These looks as that model has them; what it has not looked at yet is left out, and looked at beside."""
        known = {
            phrase: tuple(now for one in seen if (now := self._by(model, one)) is not None) for phrase, seen in looks.items()
        }
        return {phrase: seen for phrase, seen in known.items() if seen}

    def _by(self, model: str, look: Appearance) -> Appearance | None:
        thing = self._things.get(id(look))
        if thing is None or thing.handle() is not look:
            return None
        now = thing.by.get(model)
        if now is None and thing.packed is not None and model not in thing.asked:
            thing.asked.add(model)
            self._later.submit(self._look_again, model, thing)
        return now

    def _look_again(self, wanted: str, thing: _Thing) -> None:
        try:
            if thing.handle() is None or thing.packed is None:
                return
            picture = np.frombuffer(zlib.decompress(thing.packed), np.uint8).reshape(thing.shape)
            model, seen = self._look(picture)
            with self._lock:
                thing.by[model] = seen
                while len(thing.by) > _MODELS:
                    thing.by.popitem(last=False)
        except Fault as fault:  # with one of the next frames
            _LOG.debug("A picture could not be looked at again: %s", fault.message)
        except Exception:
            _LOG.exception("A picture could not be looked at again.")
        finally:
            thing.asked.discard(wanted)

    def close(self) -> None:
        """Look at nothing more."""
        self._later.shutdown(wait=False, cancel_futures=True)
