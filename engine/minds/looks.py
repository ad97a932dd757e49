"""What pictures of things look like to the model: each is looked at once, and never where a frame waits."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from engine.errors import Fault
from engine.formats.frame import Frame
from engine.formats.pictures import kind_of
from engine.perception.looks import Appearance, Appearances, read_look
from engine.perception.types import Perceiving
from npc import Persona
from npc.card_file import shown
from npc.picture_file import Unfit, read_picture, unfit_by

_LOG = logging.getLogger("engine.brain")
Seen = TypeVar("Seen")
_KNOWN = 1024  # pictures whose looks are kept, some hundred bytes each


class Looks:
    """Looks at pictures, and remembers what it saw. Safe on any thread.

    Args:
        perceiver: the model.
    """

    def __init__(self, perceiver: Perceiving) -> None:
        self._perceiver = perceiver
        self._known: OrderedDict[bytes, Appearance] = OrderedDict()  # by a digest of the picture
        self._lock = threading.Lock()
        self._later = ThreadPoolExecutor(1, thread_name_prefix="looks")  # for cards that were edited

    def of(self, picture: Frame) -> Appearance:
        """As the model sees it; of a picture that was shown before, by anybody, that is known.

        Raises:
            Fault: `frame_format`, `frame_size` or `frame_broken`.
        """
        shape = f"{picture.format} {picture.width} {picture.height} {picture.bottom_up}"
        key = hashlib.blake2b(bytes(picture.pixels) + shape.encode(), digest_size=16).digest()
        with self._lock:
            known = self._known.get(key)
        if known is None:
            known = self._perceiver.appearance(read_look(picture))
            with self._lock:
                self._known[key] = known
                while len(self._known) > _KNOWN:
                    self._known.popitem(last=False)
        return known

    def of_card(self, card: Persona, folder: Path | None) -> dict[str, Appearances]:
        """What the phrases of a card's watch list look like.

        Args:
            folder: where its pictures lie; None for a card that a game sent: no game reads the server's files.

        Raises:
            Fault: `persona_value`: a picture cannot be had.
        """
        return {
            phrase: tuple(self._of_file(card, phrase, name, folder) for name in watched.looks)
            for phrase, watched in card.watch.items()
            if watched.looks
        }

    def later(self, card: Persona, folder: Path | None, seen: Callable[[dict[str, Appearances] | Fault], None]) -> None:
        """As `of_card`, on a thread of its own, which then calls `seen` with what came of it."""
        self._later.submit(self._look, card, folder, seen)

    def _look(self, card: Persona, folder: Path | None, seen: Callable[[dict[str, Appearances] | Fault], None]) -> None:
        try:
            found: dict[str, Appearances] | Fault = self.of_card(card, folder)
        except Fault as fault:
            _LOG.warning("%s", fault)
            found = fault
        except Exception:
            _LOG.exception("The pictures of %s could not be looked at.", card.name)
            found = Fault("internal", "The server failed on the pictures of this card.", "Its log says more.")
        seen(found)

    def close(self) -> None:
        """Look at nothing more."""
        self._later.shutdown(cancel_futures=True)

    def _of_file(self, card: Persona, phrase: str, name: str, folder: Path | None) -> Appearance:
        what = f"{card.name}: the picture {shown(name)} (in `watch.{shown(phrase)}.looks`)"
        if folder is None:
            fix = "Leave `looks` out, and show the picture with the message `look` (in clients: `look`)."
            raise Fault("persona_value", f"{what} is a file, and a card that a game sends has none.", fix)
        found = seen_as(folder, name, self.of)
        if isinstance(found, Unfit):
            raise Fault("persona_value", f"{what} {found.why}.", found.fix)
        return found


def seen_as(folder: Path, name: str, look: Callable[[Frame], Seen]) -> Seen | Unfit:
    """What `look` makes of a picture that a card in `folder` names, or what is wrong with that, to its last pixel."""
    data = read_picture(folder, name)
    if isinstance(data, Unfit):
        return data
    try:
        return look(Frame(data, format=kind_of(data) or "png"))
    except Fault as fault:
        return unfit_by(fault)
