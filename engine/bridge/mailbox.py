"""What waits for inference: of frames only the newest for each NPC, of utterances every one, in order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from engine.bridge.protocol import Frame, Observe
from engine.bridge.session import Npc, Session


@dataclass(eq=False, slots=True)  # not frozen: that would double the time to make one
class Job:
    """One observation as one NPC gets it: `text` is empty where it was not spoken to."""

    session: Session
    npc: Npc
    observe: Observe
    text: str
    received: float  # seconds on the server's clock

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
    """Thread-safe, for one thread that takes.

    Start-time fair queueing (Goyal, Vin and Cheng 1996): next is the client that has had the least of the worker's
    time, where one that comes back from idling has no credit from before. One that floods delays the others by no
    more than the batch that is under way.
    """

    def __init__(self) -> None:
        self._clients: dict[Session, dict[Npc, _Slot]] = {}
        self._had: dict[Session, float] = {}  # seconds of the worker's time, in the common measure of `_now`
        self._now = 0.0  # what the client had whose batch was taken last
        self._lock = threading.Lock()
        self._idle = threading.Lock()  # held while there is nothing to take: faster to wait for than a Condition
        self._idle.acquire()
        self._closed = False

    def put(self, session: Session, jobs: Sequence[Job]) -> int:
        """Leave jobs of one client; returns how many older frames gave way to them."""
        if not jobs:
            return 0
        with self._lock:
            if session not in self._clients:
                self._clients[session] = {}
                self._had[session] = max(self._had.get(session, 0.0), self._now)
            slots = self._clients[session]
            superseded = sum(slots.setdefault(job.npc, _Slot()).put(job) for job in jobs)
            self._rouse()
            return superseded

    def _rouse(self) -> None:
        if self._idle.locked():
            self._idle.release()

    def take(self) -> list[Job] | None:
        """The next jobs of one client that share one frame, at most one per NPC; waits for them.

        Returns None when the mailbox is closed and empty.
        """
        while True:
            with self._lock:
                if self._clients:
                    return self._take_turn()
                if self._closed:
                    return None
            self._idle.acquire()

    def _take_turn(self) -> list[Job]:
        session = min(self._clients, key=self._had.__getitem__)  # of equals, who has waited longest
        self._now = self._had[session]
        slots = self._clients.pop(session)
        jobs = self._pick(slots)
        if slots:
            self._clients[session] = slots
        return jobs

    def charge(self, session: Session, seconds: float) -> None:
        """Say how long the worker was busy with the jobs of a client."""
        with self._lock:
            if session in self._had:
                self._had[session] += seconds

    @staticmethod
    def _pick(slots: dict[Npc, _Slot]) -> list[Job]:
        heads = [(npc, slot, job) for npc, slot in slots.items() if (job := slot.next) is not None]
        lead = min((job for _, _, job in heads), key=lambda job: (not job.text, job.observe.seq))
        picked = [(npc, slot, job) for npc, slot, job in heads if job.frame is lead.frame]
        for npc, slot, _ in picked:
            slot.drop_next()
            if slot.next is None:
                del slots[npc]
        return [job for _, _, job in picked]

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

    def forget(self, session: Session, npc: Npc | None = None) -> None:
        """Drop what waits for an NPC, or for all NPCs of a client."""
        with self._lock:
            if npc is None:
                self._clients.pop(session, None)
                self._had.pop(session, None)
                return
            slots = self._clients.get(session, {})
            slots.pop(npc, None)
            if not slots:
                self._clients.pop(session, None)

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
