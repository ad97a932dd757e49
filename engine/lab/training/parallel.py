"""Training on several processes at once: those that torchrun starts, and tasks of a Ray cluster.

Under torchrun every process learns from its part of each batch, and all take the same step: the mean of their gradients
(data parallel, as torch's DistributedDataParallel; Li et al. 2020, arXiv 2006.15704). What is made once, the first makes alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from datetime import timedelta
from queue import SimpleQueue
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn

from engine.errors import Fault, needs_extra
from engine.remote.loopback import on_loopback

_WAIT = timedelta(days=1)  # the others wait while the first computes features
_Job = TypeVar("_Job")
_Spread = Callable[[Callable[[Any], None], Sequence[Any]], Iterator[None]]
_spread: ContextVar[_Spread | None] = ContextVar("spread", default=None)


# -- torchrun --------------------------------------------------------------------------------------------


@contextmanager
def together() -> Iterator[None]:
    """Join the other processes of `torchrun`; alone, where it did not start this one."""
    if int(os.environ.get("WORLD_SIZE", "1")) < 2 or dist.is_initialized():
        yield
        return
    dist.init_process_group("gloo", timeout=_WAIT)
    try:
        yield
    finally:
        dist.destroy_process_group()


def rank() -> int:
    """This process's number, from 0 on."""
    return dist.get_rank() if dist.is_initialized() else 0


def processes() -> int:
    """How many there are."""
    return dist.get_world_size() if dist.is_initialized() else 1


def wait_for_all() -> None:
    """Go on when all are here."""
    if processes() > 1:
        dist.barrier()


@contextmanager
def first_alone() -> Iterator[None]:
    """The first process goes through this before the others: what it has made, they find."""
    if rank():
        wait_for_all()
    yield
    if not rank():
        wait_for_all()


def agreed(value: float) -> float:
    """What the first process says, for what must be the same in all: clocks differ."""
    if processes() == 1:
        return value
    told = torch.tensor([value], dtype=torch.float64)
    dist.broadcast(told, 0)
    return float(told)


def mean(value: Tensor) -> Tensor:
    """The mean of all processes' values."""
    if processes() > 1:
        value = value.detach().clone()
        dist.all_reduce(value)
        value /= processes()
    return value


def average_gradients(parameters: Sequence[nn.Parameter]) -> None:
    """Give every process the mean of all gradients; one that has none of a parameter has zeros of it."""
    if processes() == 1:
        return
    flat = torch.cat([(p.grad if p.grad is not None else torch.zeros_like(p)).reshape(-1) for p in parameters])
    flat = mean(flat)
    start = 0
    for parameter in parameters:
        parameter.grad = flat[start : start + parameter.numel()].view_as(parameter).clone()
        start += parameter.numel()


def share_weights(model: nn.Module) -> None:
    """Let all begin with the weights of the first."""
    if processes() > 1:
        for value in (*model.parameters(), *model.buffers()):
            dist.broadcast(value.data, 0)


def part_of(batch: int) -> int:
    """How much of a batch each process takes.

    Raises:
        Fault: `processes`: it cannot be shared evenly.
    """
    if batch % processes():
        fault = f"A batch of {batch} cannot be shared by {processes()} processes."
        raise Fault("processes", fault, "Give another number to --nproc-per-node.")
    return batch // processes()


# -- Ray -------------------------------------------------------------------------------------------------


@contextmanager
def on_ray(address: str | None) -> Iterator[None]:
    """Within it shards of features are computed by tasks of a Ray cluster; None: by processes of this machine, as ever.

    Args:
        address: `local` begins a cluster on this machine for as long; else `auto` or HOST:PORT of one that runs. Its machines
            need this version of the engine, and the cache folder and the run folder under the same paths.

    Raises:
        Fault: `extra_missing`, or `ray`: there is no cluster.
    """
    if address is None:
        yield
        return
    with needs_extra("ray", "Training on a cluster"):
        import ray
    try:
        own = address == "local"
        more = {"include_dashboard": False, "object_store_memory": 200 << 20} if own else {}
        with on_loopback() if own else nullcontext():
            ray.init(address=address, log_to_driver=False, logging_level="warning", **more)
    except Exception as error:  # also where the machine is too busy: Ray raises nothing more particular
        why = " ".join(str(error).split())[:200]
        fix = "Start one with `ray start --head`, or say local."
        raise Fault("ray", f"There is no Ray cluster at '{address}': {why}.", fix) from None
    token = _spread.set(_tasks)
    try:
        yield
    finally:
        _spread.reset(token)
        ray.shutdown()


def spread() -> _Spread | None:
    """Runs a function on many jobs, as they are done; None: there is no cluster."""
    return _spread.get()


def _tasks(work: Callable[[_Job], None], jobs: Sequence[_Job]) -> Iterator[None]:
    import ray

    task = ray.remote(num_cpus=1, max_retries=2)(work)
    waiting = [task.remote(job) for job in jobs]
    try:
        while waiting:
            done, waiting = ray.wait(waiting)
            yield from ray.get(done)
    finally:
        for left in waiting:
            ray.cancel(left)


def run_away(work: Callable[[Callable[[int, float], None]], object], heard: Callable[[int, float], None]) -> None:
    """Run `work` on the cluster; what it tells is heard here, and whatever `heard` raises ends it there.

    It computes with as many threads as it would here, so that it computes the same.
    """
    import ray

    task = ray.remote(num_cpus=1, max_retries=0, num_returns="streaming")(_told)
    told = task.remote(work, torch.get_num_threads())
    try:
        for one in told:
            heard(*ray.get(one))
    except BaseException:
        ray.cancel(told, force=True)
        raise


def _told(work: Callable[[Callable[[int, float], None]], object], threads: int) -> Iterator[tuple[int, float]]:
    """What `work` tells, while it does it."""
    torch.set_num_threads(threads)
    told: SimpleQueue[tuple[int, float] | None] = SimpleQueue()
    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(work, lambda step, score: told.put((step, score)))
        done.add_done_callback(lambda _: told.put(None))
        while (one := told.get()) is not None:  # Ray sends into what it iterates: no `yield from`
            yield one
        done.result()
