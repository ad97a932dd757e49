"""The inference thread: takes jobs out of the mailbox, hands replies back."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from engine.bridge.mailbox import Job, Mailbox
from engine.bridge.observability import Statistics, event
from engine.bridge.replies import heard, refusal, sendable
from engine.errors import Fault
from engine.formats.boxes import entity_at, places
from engine.formats.wire.codec import Error, WireDecision
from engine.minds.brain import Brain, Decided
from engine.minds.mind import Observation
from engine.perception import EncodedFrame, Frame
from engine.perception.types import AWAY


@dataclass(frozen=True, slots=True)
class JobReply:
    """What goes back for one job."""

    job: Job
    message: WireDecision | Error


WORDS_WAIT_S, AGAIN_S = 10.0, 0.25  # for a model elsewhere that is away, until they are refused; and between two tries
Deliver: TypeAlias = Callable[[Sequence[JobReply]], None]
Look: TypeAlias = Frame | EncodedFrame | Fault | None  # what the NPCs of a group get to see


class Worker(threading.Thread):
    """Runs until the mailbox is closed and empty. Faults become error replies; the thread lives on.

    Args:
        deliver: called on this thread with the replies of one group, which saw one frame.
        clock: seconds, the one that stamped the jobs.
        wait: seconds that a batch of frames may wait to become larger; see `Mailbox.take`.
    """

    def __init__(
        self,
        brain: Brain,
        mailbox: Mailbox,
        deliver: Deliver,
        statistics: Statistics,
        clock: Callable[[], float],
        wait: float = 0.0,
    ) -> None:
        super().__init__(name="inference", daemon=True)
        self._brain, self._mailbox, self._deliver = brain, mailbox, deliver
        self._statistics, self._clock, self._wait = statistics, clock, wait
        self._began: float | None = None

    @property
    def deciding(self) -> float:
        """Seconds for which the decisions that are being made have been in the making; 0 where none are. On any thread."""
        began = self._began
        return self._clock() - began if began is not None else 0.0

    def run(self) -> None:
        while self._decide_next():
            pass

    def _decide_next(self) -> bool:
        """Decide what waits; False once the mailbox is closed and empty.

        On return nothing holds on to the frames: were they freed after the next have come, that would need new memory.
        """
        groups = self._mailbox.take(self._brain.perceiver.frames_at_once, self._wait, self._brain.prepare)
        if groups is None:
            return False
        self._began = start = self._clock()
        looks, seen = self._look(groups), [self._observations(jobs) for jobs in groups]
        self._foresee(looks, seen)
        for jobs, look, some in zip(groups, looks, seen, strict=True):
            replies = self._decided(jobs, look, some)
            now = self._clock()
            self._statistics.inference.add(now - start)
            self._statistics.batch.add(len(jobs))
            self._deliver(replies)
            self._began = start = now
        self._began = None
        return True

    def _observations(self, jobs: Sequence[Job]) -> list[Observation] | Fault:
        try:
            return [_observation(job) for job in jobs]
        except Exception:
            return self._failed(jobs)

    def _failed(self, jobs: Sequence[Job]) -> Fault:
        event("inference_failed", level=logging.ERROR, fault=True, client=jobs[0].session.client)
        return Fault("internal", "The server failed on this observation.", "Its log says more.")

    def _foresee(self, looks: Sequence[Look], seen: Sequence[list[Observation] | Fault]) -> None:
        both = zip(looks, seen, strict=True)
        self._brain.foresee(
            [(look, some) for look, some in both if not isinstance(look, Fault) and not isinstance(some, Fault)]
        )

    def _look(self, groups: Sequence[Sequence[Job]]) -> list[Look]:
        """What each group sees; several frames are encoded together."""
        looks: list[Look] = [_pixels(jobs[0]) for jobs in groups]
        frames = [look for look in looks if isinstance(look, Frame)]
        again = any(len(jobs[0].observe.npcs) > len(jobs) for jobs in groups)  # the others look at the same frame
        if not frames or (len(frames) < 2 and not again):
            return looks
        texts = [job.text for jobs in groups for job in jobs]
        try:
            encoded = iter(self._brain.perceiver.encode_frames(frames, texts))
        except Exception:  # one after the other it shows whose frame it was
            event("batch_failed", level=logging.ERROR, fault=True)
            return looks
        seen: list[Look] = [next(encoded) if isinstance(look, Frame) else look for look in looks]
        for jobs, look in zip(groups, seen, strict=True):
            if isinstance(look, EncodedFrame) and jobs[0].picture is not None and len(jobs[0].observe.npcs) > len(jobs):
                jobs[0].picture.encoded = look
        return seen

    def _decided(self, jobs: Sequence[Job], look: Look, seen: list[Observation] | Fault) -> list[JobReply]:
        """Replies. Words for which a model elsewhere gave no answer go back, while others have their turn, who see nothing."""
        replies = self._replies(jobs, look, seen)
        away = [isinstance(reply.message, Error) and reply.message.code == AWAY for reply in replies]
        if isinstance(seen, Fault) or not any(away):
            return replies
        late = [reply.job for reply, gone in zip(replies, away, strict=True) if gone and self._may_wait(reply.job)]
        blind = [(job, o) for job, o, gone in zip(jobs, seen, away, strict=True) if gone and not job.text]
        self._mailbox.put_back(late, AGAIN_S)
        answered = [r for r, gone in zip(replies, away, strict=True) if not gone or (r.job.text and r.job not in late)]
        return answered + (self._replies([job for job, _ in blind], look, [o for _, o in blind]) if blind else [])

    def _may_wait(self, job: Job) -> bool:
        return bool(job.text) and self._clock() - job.received < WORDS_WAIT_S

    def _replies(self, jobs: Sequence[Job], look: Look, seen: list[Observation] | Fault) -> list[JobReply]:
        try:
            if isinstance(look, Fault):
                raise look
            if isinstance(seen, Fault):
                raise seen
            decided = self._brain.decide(look, seen)
            return [JobReply(job, self._message(job, made)) for job, made in zip(jobs, decided, strict=True)]
        except Fault as error:
            return [JobReply(job, refusal(job, error)) for job in jobs]
        except Exception:
            fault = self._failed(jobs)
            return [JobReply(job, refusal(job, fault)) for job in jobs]

    def _message(self, job: Job, decided: Decided | Fault) -> WireDecision | Error:
        return refusal(job, decided) if isinstance(decided, Fault) else self._decision(job, decided)

    def _decision(self, job: Job, decided: Decided) -> WireDecision:
        (made, inspect), age = decided, self._clock() - job.received
        self._statistics.frame_age.add(age)
        return WireDecision(
            made.npc,
            job.observe.seq,
            made.action,
            made.emotion,
            heard(job),
            made.target,
            made.line,
            made.confidence,
            made.reason,
            age,
            job.observe.captured_at,
            inspect,
            entity_at(made.target, job.frame.entities) if job.frame is not None else None,
            sendable(made.effects),
            made.line_id or None,
        )


def _pixels(job: Job) -> Look:
    picture = job.picture
    return None if picture is None else picture.encoded or picture.pixels or picture.frame


def _observation(job: Job) -> Observation:
    observe, mind = job.observe, job.npc.mind
    assert mind is not None  # the mailbox hands out no others
    speaker = observe.utterance.speaker if observe.utterance else "player"
    spoken = observe.utterance.spoken if observe.utterance is not None and job.text else None
    state = observe.state if spoken is None else {"spoken": spoken.confidence, **observe.state}
    stand = places(job.npc.id, speaker, job.frame.entities) if job.frame is not None and job.text else {}
    return Observation(
        mind,
        observe.captured_at,
        job.text,
        speaker,
        state,
        observe.inspect,
        _source(job),
        heard(job),
        stand,
        job.received,
        job.session.shown,
        spoken.tone if spoken is not None else {},
    )


def _source(job: Job) -> str:
    """Names an utterance among those of all sessions, without telling the session's id, which is a secret."""
    utterance = heard(job)
    if utterance is None:
        return ""
    return hashlib.blake2b(f"{job.session.key}/{utterance}".encode(), digest_size=12).hexdigest()
