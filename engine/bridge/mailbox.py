"""What waits for inference: of frames only the newest for each NPC, of utterances every one, in order."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.bridge.errands import Errands
from engine.bridge.observability import event
from engine.bridge.session import Npc, Session
from engine.errors import Fault
from engine.formats.pixels import CHANNELS
from engine.formats.wire.codec import Frame, Observe
from engine.perception import EncodedFrame
from engine.perception.pictures import decode

# What of one client is decided together: NPCs, and phrases that they watch for. A crowd must not hold up the others.
TURN, PHRASES = 32, 160


@dataclass(eq=False, slots=True)
class Picture:
    """The frame of one observation on its way to the model; all its NPCs share it.

    `pixels` is what there is to be looked at, or what is wrong with it; None while a file has not been decoded.
    """

    frame: Frame
    pixels: Frame | Fault | None = None
    asked: bool = False  # somebody decodes it
    encoded: EncodedFrame | None = None  # where several groups look at it

    def __post_init__(self) -> None:
        if self.frame.format in CHANNELS:
            self.pixels = self.frame

    def decode(self) -> None:
        """Take the file apart; on any thread."""
        try:
            pixels = np.ascontiguousarray(decode(self.frame))
            self.pixels = Frame(pixels, pixels.shape[1], pixels.shape[0])
        except Fault as error:
            self.pixels = error
        except Exception:
            event("picture_failed", level=logging.ERROR, fault=True)
            self.pixels = Fault("frame_broken", "The picture cannot be decoded.", "Send it as raw pixels or another format.")


@dataclass(eq=False, slots=True)  # not frozen: that would double the time to make one
class Job:
    """One observation as one NPC gets it: `text` is empty where it was not spoken to."""

    session: Session
    npc: Npc
    observe: Observe
    text: str
    received: float  # seconds on the server's clock
    picture: Picture | None = None
    rests: bool = False  # it could not be decided now, and holds up its NPC, and nobody else, until it is tried again

    @property
    def frame(self) -> Frame | None:
        return self.observe.frame


@dataclass(slots=True)
class _Slot:
    """What waits for one NPC."""

    words: deque[Job] = field(default_factory=deque)
    newest: Job | None = None

    def put(self, job: Job) -> bool:
        """Keep a job; True where an older frame gave way to it."""
        superseded = self.newest is not None and (not job.text or job.frame is not None)
        if superseded:
            self.newest = None
        if job.text:
            self.words.append(job)
        else:
            self.newest = job
        return superseded

    @property
    def next(self) -> Job | None:
        return self.words[0] if self.words else self.newest

    def jobs(self) -> Iterator[Job]:
        yield from self.words
        if self.newest is not None:
            yield self.newest

    def drop_next(self) -> None:
        if self.words:
            self.words.popleft()
        else:
            self.newest = None


class Mailbox:
    """Thread-safe, for one thread that takes. Clients take turns, so that one that floods delays only itself.

    Args:
        errands: decode the pictures of clients whose turn has come; without them the taker gets them as they are.
    """

    def __init__(self, errands: Errands | None = None) -> None:
        self._errands = errands
        self._clients: OrderedDict[Session, dict[Npc, _Slot]] = OrderedDict()
        self._lock = threading.Lock()
        self._idle = threading.Lock()  # held while there is nothing to take: faster to wait for than a Condition
        self._idle.acquire()
        self._closed = False
        self._busy = False  # something waits that may be decided, or is being decided
        self._company = False  # several groups were taken together: more players than one

    def put(self, session: Session, jobs: Sequence[Job]) -> int:
        """Leave jobs of one client; returns how many older frames gave way to them."""
        if not jobs:
            return 0
        with self._lock:
            slots = self._clients.setdefault(session, {})
            superseded = sum(slots.setdefault(job.npc, _Slot()).put(job) for job in jobs)
            self._busy = True
            self._rouse()
            return superseded

    def _rouse(self) -> None:
        if self._idle.locked():
            self._idle.release()

    def rouse(self) -> None:
        """Let whoever takes look again, and be idle again: there is something to do beside jobs."""
        with self._lock:
            self._rouse()

    def put_back(self, jobs: Sequence[Job], pause: float) -> None:
        """Keep words that could not be decided now; they come again after `pause` seconds, before all that was said later."""
        with self._lock:
            for job in reversed(jobs):
                job.rests = True
                self._clients.setdefault(job.session, {}).setdefault(job.npc, _Slot()).words.appendleft(job)
        timer = threading.Timer(pause, self._try_again, (jobs,))
        timer.daemon = True
        timer.start()

    def _try_again(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            job.rests = False
        self.rouse()

    def busy(self) -> bool:
        """Whether something is being decided, or about to be."""
        return self._busy

    def take(self, frames: int = 1, wait: float = 0.0, idle: Callable[[], bool] = lambda: False) -> list[list[Job]] | None:
        """The next jobs in groups that share one frame, one group a client and turn, at most one job per NPC in each.

        Waits for the first group. Where several came together the last time, it waits for more of them, for at most
        `wait` seconds; who plays alone never waits.

        Args:
            frames: groups at most.
            idle: called while there is nothing to take; does a little of what else is due, and tells whether more is.

        Returns:
            None when the mailbox is closed and empty.
        """
        while True:
            closed = self._closed  # before looking: what was left until then is still found
            if groups := self._turns(frames):
                self._busy = True
                break
            if closed and not self._clients:  # else a card or a picture is on its way
                return None
            self._busy = False
            if not idle():
                self._idle.acquire()
        if self._company and wait > 0:
            self._gather(groups, frames, time.monotonic() + wait)
        self._company = len(groups) > 1
        return groups

    def _gather(self, groups: list[list[Job]], frames: int, until: float) -> None:
        while len(groups) < frames and (left := until - time.monotonic()) > 0:
            self._idle.acquire(timeout=left)
            groups += self._turns(frames - len(groups))

    def _turns(self, most: int) -> list[list[Job]]:
        with self._lock:
            groups: list[list[Job]] = []
            waiting = deque(self._clients)
            while waiting and len(groups) < most:
                session = waiting.popleft()
                if group := self._take_turn(session):
                    groups.append(group)
                    if session in self._clients:
                        waiting.append(session)
            return groups

    def _take_turn(self, session: Session) -> list[Job]:
        """What a client's NPCs may decide now; nothing while its picture is decoded or its NPCs' cards are read."""
        slots = self._clients[session]
        jobs = self._pick(session, slots)
        if not slots:
            del self._clients[session]
        elif jobs:
            self._clients.move_to_end(session)
        return jobs

    def _pick(self, session: Session, slots: dict[Npc, _Slot]) -> list[Job]:
        heads = [
            (npc, slot, job)
            for npc, slot in slots.items()
            if npc.mind is not None and (job := slot.next) is not None and not job.rests
        ]
        lead = min((job for _, _, job in heads), key=lambda job: (not job.text, job.observe.seq), default=None)
        if lead is None or not self._decoded(session, lead.picture):
            return []
        picked = [(npc, slot, job) for npc, slot, job in heads if job.frame is lead.frame]
        picked = _turn(sorted(picked, key=lambda head: not head[2].text))  # who waits longest stands first; words go before
        for npc, slot, _ in picked:
            slot.drop_next()
            if slot.next is None:
                del slots[npc]
        return [job for _, _, job in picked]

    def _decoded(self, session: Session, picture: Picture | None) -> bool:
        if picture is None or picture.pixels is not None or self._errands is None:
            return True
        if not picture.asked:
            picture.asked = True
            self._errands.put((session, "pictures"), lambda: self._decode(picture))
        return False

    def _decode(self, picture: Picture) -> None:
        picture.decode()
        self.rouse()

    def __len__(self) -> int:
        """Jobs that wait."""
        with self._lock:
            slots = [slot for client in self._clients.values() for slot in client.values()]
            return sum(len(slot.words) + (slot.newest is not None) for slot in slots)

    def bytes_of(self, session: Session) -> int:
        """Bytes of the frames of a client that wait; one that several NPCs see counts once."""
        with self._lock:
            jobs = [job for slot in self._clients.get(session, {}).values() for job in slot.jobs()]
        frames = {id(job.frame): job.frame for job in jobs if job.frame is not None}
        return sum(memoryview(frame.pixels).nbytes for frame in frames.values())

    def forget(self, session: Session, npc: Npc | None = None) -> list[Job]:
        """Drop what waits for an NPC, or for all NPCs of a client; returns it."""
        with self._lock:
            slots = self._clients.get(session, {})
            gone = [slots.pop(one) for one in ([npc] if npc is not None else list(slots)) if one in slots]
            if not slots:
                self._clients.pop(session, None)
            if self._closed:
                self._rouse()
        return [job for slot in gone for job in slot.jobs()]

    def close(self) -> None:
        """Take nothing more; `take` returns the words that wait, then None."""
        with self._lock:
            self._closed = True
            for session, slots in list(self._clients.items()):
                for npc, slot in list(slots.items()):
                    slot.newest = None
                    if not slot.words:
                        del slots[npc]
                if not slots:
                    del self._clients[session]
            self._rouse()


def _turn(heads: list[tuple[Npc, _Slot, Job]]) -> list[tuple[Npc, _Slot, Job]]:
    """The first of these, as many as make a turn."""
    phrases = 0
    for count, (npc, _, _) in enumerate(heads):
        phrases += len(npc.mind.watch) if npc.mind is not None else 0
        if count and (count == TURN or phrases > PHRASES):
            return heads[:count]
    return heads
