"""Graphs run through ONNX Runtime's IO binding: what the next graph needs stays on the device, only numbers come back.

A run takes a slot: a binding and the buffers of its outputs, which are used again. What is read here is copied out of the
slot, which is then free; what is kept for another graph holds the slot until nobody has it any more. On a CPU the device's
memory is our own: nothing is copied there.
"""

from __future__ import annotations

import ctypes
import itertools
import sys
import weakref
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Place:
    """Where a graph's tensors lie.

    Attributes:
        device: as ONNX Runtime calls it.
        shared: whether that is our own memory.
        cuda_graph: whether runs are recorded, each slot for itself: addresses must not change.
    """

    device: str = "cpu"
    device_id: int = 0
    shared: bool = True
    cuda_graph: bool = False


@dataclass
class Traffic:
    """What has crossed between us and a graph, whether or not that was a copy (on a CPU it is none)."""

    runs: int = 0
    up: int = 0  # tensors
    down: int = 0
    bytes_up: int = 0
    bytes_down: int = 0

    def send(self, array: Array) -> None:
        """Count what a graph is given."""
        self.up, self.bytes_up = self.up + 1, self.bytes_up + array.nbytes

    def read(self, array: Array) -> None:
        """Count what is taken from the device."""
        self.down, self.bytes_down = self.down + 1, self.bytes_down + array.nbytes

    def since(self, before: Traffic) -> Traffic:
        """The difference to an earlier `copy`."""
        return Traffic(*(getattr(self, name) - getattr(before, name) for name in self.__dataclass_fields__))

    def copy(self) -> Traffic:
        return Traffic(**vars(self))


class Kept:
    """One row of a float output that lies on the device, [1, ...]: the next graph reads it there.

    `np.asarray` copies it here, which is counted; it is for what no graph does.
    """

    def __init__(self, lease: _Lease, name: str, row: int) -> None:
        self._lease, self._value, self._row = lease, lease.slot.values[name], row
        whole = tuple(self._value.shape())
        self.shape, self._alone = (1, *whole[1:]), whole[0] == 1

    def bind(self, binding: Any, name: str, place: Place) -> None:
        """Let another graph's binding read it where it is."""
        if self._alone:
            binding.bind_ortvalue_input(name, self._value)
        else:
            start = self._value.data_ptr() + self._row * 4 * int(np.prod(self.shape))
            binding.bind_input(name, place.device, place.device_id, np.float32, list(self.shape), start)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Floats:
        row: Floats = self._value.numpy()[self._row : self._row + 1].copy()
        self._lease.traffic.read(row)
        return row


class _Shared:
    """An output in our own memory, which numpy reads where it is: whoever has the array has the slot."""

    def __init__(self, lease: _Lease, name: str) -> None:
        self._lease = lease
        self.__array_interface__ = lease.slot.arrays[name].__array_interface__


@dataclass(eq=False)
class _Slot:
    """A binding, and the buffers that it is bound to."""

    number: int
    binding: Any
    rows: int = 0
    arrays: dict[str, Array] = field(default_factory=dict)  # outputs in our memory; what goes into fixed inputs
    values: dict[str, Any] = field(default_factory=dict)  # OrtValues on the device: kept outputs, fixed inputs


class _Lease:
    """A slot in use; when nobody has it any more it goes back."""

    def __init__(self, slot: _Slot, free: deque[_Slot], traffic: Traffic) -> None:
        self.slot, self.traffic = slot, traffic
        weakref.finalize(self, free.append, slot)


class BoundGraph:
    """A session behind slots. May be run on several threads at once.

    Args:
        keep: float outputs that stay on the device.
        fixed: inputs that go into a buffer on the device which is used again (of no use where memory is shared).
    """

    def __init__(
        self, session: ort.InferenceSession, place: Place | None = None, keep: Sequence[str] = (), fixed: Sequence[str] = ()
    ) -> None:
        self.session, self.place = session, place or Place()
        self.inputs = {i.name: tuple(i.shape) for i in session.get_inputs()}
        self.outputs = {o.name: tuple(o.shape[1:]) for o in session.get_outputs()}  # all are float, a row each
        self._keep = tuple(keep)
        self._fixed = () if self.place.shared else tuple(fixed)
        self._free: dict[int, deque[_Slot]] = {}
        self._slots = itertools.count(1)
        self.pinned = False  # whether the device reads what goes into fixed inputs by itself
        self.traffic = Traffic()

    def run(self, feed: Mapping[str, Array | Kept], rows: int) -> dict[str, Any]:
        """Run the graph for `rows` rows.

        Returns:
            Outputs by name, float32 [rows, ...]; of one that is kept its rows, each [1, ...], an array where memory is shared
            and else `Kept`.

        Raises:
            Exception: of ONNX Runtime; it has no base class of its own.
        """
        free = self._free.setdefault(rows if self._keep else 0, deque())
        try:
            slot = free.pop()
        except IndexError:
            slot = _Slot(next(self._slots), self.session.io_binding())
        if slot.rows != rows:
            self._bind_outputs(slot, rows)
        for name, value in feed.items():
            self._bind_input(slot, name, value)
        options = None
        if self.place.cuda_graph:
            options = ort.RunOptions()
            options.add_run_config_entry("gpu_graph_id", str(slot.number))
        self.session.run_with_iobinding(slot.binding, options)
        self.traffic.runs += 1
        read = {name: self._read(slot, name) for name in self.outputs if name not in self._keep}
        if not self._keep:
            free.append(slot)
            return read
        lease = _Lease(slot, free, self.traffic)
        return read | {name: self._kept(lease, name) for name in self._keep}

    def _bind_outputs(self, slot: _Slot, rows: int) -> None:
        place = self.place
        for name, cell in self.outputs.items():
            shape = (rows, *cell)
            if name in self._keep and not place.shared:
                value = ort.OrtValue.ortvalue_from_shape_and_type(list(shape), np.float32, place.device, place.device_id)
                slot.values[name] = value
                slot.binding.bind_ortvalue_output(name, value)
                continue
            if name not in slot.arrays or len(slot.arrays[name]) < rows:
                slot.arrays[name] = np.empty(shape, np.float32)
            slot.binding.bind_output(name, "cpu", 0, np.float32, list(shape), slot.arrays[name].ctypes.data)
        slot.rows = rows

    def _bind_input(self, slot: _Slot, name: str, value: Array | Kept) -> None:
        if isinstance(value, Kept):
            value.bind(slot.binding, name, self.place)
            return
        if not _is_kept(value):
            self.traffic.send(value)
        if name not in self._fixed:
            slot.binding.bind_cpu_input(name, np.ascontiguousarray(value))
            return
        if name not in slot.values:
            slot.arrays[name] = np.empty(value.shape, value.dtype)
            self.pinned = pin(slot.arrays[name])
            slot.values[name] = ort.OrtValue.ortvalue_from_numpy(slot.arrays[name], self.place.device, self.place.device_id)
            slot.binding.bind_ortvalue_input(name, slot.values[name])
        slot.arrays[name][...] = value
        slot.values[name].update_inplace(slot.arrays[name])

    def _read(self, slot: _Slot, name: str) -> Floats:
        read: Floats = slot.arrays[name][: slot.rows].copy()  # the slot is used again
        self.traffic.read(read)
        return read

    def _kept(self, lease: _Lease, name: str) -> list[Floats] | list[Kept]:
        rows = range(lease.slot.rows)
        if not self.place.shared:
            return [Kept(lease, name, row) for row in rows]
        whole = np.asarray(_Shared(lease, name))
        return [whole[row : row + 1] for row in rows]


def _is_kept(array: Array) -> bool:
    """Whether another graph has left it where it is."""
    base: Any = array.base
    while isinstance(base, np.ndarray):
        base = base.base
    return isinstance(base, _Shared)


def pin(array: Array) -> bool:
    """Let an NVIDIA GPU read this memory by itself, for as long as the array lives; returns whether it can."""
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    start = ctypes.c_void_p(array.ctypes.data)
    if driver.cuMemHostRegister_v2(start, ctypes.c_size_t(array.nbytes), 1):  # 1: for every context; 0 is success
        return False
    weakref.finalize(array, driver.cuMemHostUnregister, start)
    return True
