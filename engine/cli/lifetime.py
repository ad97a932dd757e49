"""How long a server lives, beside a game that starts it: until it is told to end, or the game is gone."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from engine.bridge.observability import event
from engine.errors import Fault
from engine.files import reason, writable_folder, write_whole

_LOOK_S = 0.5  # between looks at a process, where the system tells of no end
_GREETING_S = 0.5  # for a server to greet whoever connects
_LONGEST = 1024  # bytes of a ready file

Stop = Callable[[], None]


@contextlib.contextmanager
def ended_by_signals(stop: Stop) -> Iterator[None]:
    """SIGTERM, Ctrl-C, Ctrl-Break and a closed terminal end the server; one that is ignored (`nohup`) stays so."""
    if threading.current_thread() is not threading.main_thread():  # where Python lets nobody listen for signals
        yield
        return
    numbers = [getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")]
    before = {n: signal.getsignal(n) for n in numbers if n is not None and signal.getsignal(n) is not signal.SIG_IGN}
    for number in before:
        signal.signal(number, lambda *_: stop())
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


def end_with_process(pid: int, stop: Stop) -> None:
    """Call `stop`, on another thread, when that process has ended.

    Raises:
        Fault: `parent_pid`: there is no such process.
    """
    try:
        wait = _watch(pid)
    except (OSError, OverflowError):
        fault = f"There is no process {pid} to live with."
        raise Fault(
            "parent_pid", fault, "Give the process that starts the server (--until-stdin-closes needs no number)."
        ) from None

    def work() -> None:
        wait()
        event("ending", why=f"process {pid} has ended")
        stop()

    threading.Thread(target=work, name="parent", daemon=True).start()


def _watch(pid: int) -> Callable[[], object]:
    """What waits for the end of a process; a process that is dead but not yet collected by its parent has ended."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenProcess.restype = ctypes.c_void_p
        handle = kernel.OpenProcess(0x00100000, False, pid)  # SYNCHRONIZE
        if not handle:
            raise ProcessLookupError(pid)
        return lambda: kernel.WaitForSingleObject(ctypes.c_void_p(handle), 0xFFFFFFFF)
    with contextlib.suppress(PermissionError):  # somebody else's, which is there
        os.kill(pid, 0)
    if sys.platform == "darwin":
        queue = select.kqueue()
        queue.control([select.kevent(pid, select.KQ_FILTER_PROC, select.KQ_EV_ADD, select.KQ_NOTE_EXIT)], 0)
        return lambda: queue.control(None, 1)
    try:
        descriptor = os.pidfd_open(pid)
    except (OSError, AttributeError):  # an old kernel, or a sandbox that forbids it
        return lambda: _look(pid)
    return lambda: select.select([descriptor], [], [])


def _look(pid: int) -> None:
    """Look again and again; a number may be given to another process meanwhile, but not to our parent's child."""
    child_of_it = os.getppid() == pid
    while not (child_of_it and os.getppid() != pid):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        except PermissionError:  # it runs under another user
            pass
        time.sleep(_LOOK_S)


def end_with_stdin(stop: Stop) -> None:
    """Call `stop`, on another thread, at the end of standard input: a pipe ends with the process that holds its other end.

    Raises:
        Fault: `stdin`: there is none.
    """
    try:
        descriptor = sys.stdin.fileno()
    except (AttributeError, OSError, ValueError):
        fault = "There is no standard input to wait for."
        raise Fault("stdin", fault, "Start the server with a pipe for it, or use --parent-pid.") from None

    def work() -> None:
        with contextlib.suppress(OSError):
            while os.read(descriptor, 4096):
                pass
        event("ending", why="standard input has ended")
        stop()

    threading.Thread(target=work, name="stdin", daemon=True).start()


class ReadyFile:
    """The file that gets the server's address once it is ready, and is gone when the server is.

    One that a killed server left behind is thrown away at once: whoever waits for the file must not find a dead address.

    Args:
        path: where it goes.
        endpoint: the address, bound by now: a file that holds the same is nobody else's.

    Raises:
        Fault: `ready_file`: it cannot be written, is something else, or belongs to a server that answers.
    """

    def __init__(self, path: Path, endpoint: str) -> None:
        self._path, self._endpoint = path, endpoint
        writable_folder(path.parent)
        self._remove(self._dead())

    def write(self) -> None:
        """Tell the address, in one step."""
        self._dead()  # another server may have begun at the same moment
        try:
            write_whole(self._path, self._endpoint)
        except (OSError, ValueError) as error:
            raise self._fault(f"cannot be written: {reason(error)}", "Check --ready-file.") from None

    def remove(self) -> None:
        """Take it away, unless another server has written its own there meanwhile."""
        with contextlib.suppress(Fault):
            told = self._told()
            self._remove(told if told == self._endpoint else None)

    def _dead(self) -> str | None:
        """The address in the file, at which nobody listens but ourselves; None where there is no file."""
        told = self._told()
        if told and told != self._endpoint and _is_alive(told):
            fault = f"{self._path} is the ready file of a server that runs at {told}."
            raise Fault("ready_file", fault, "Give each server a --ready-file of its own, or stop that one.")
        return told

    def _told(self) -> str | None:
        """The address in the file, None where there is no file."""
        try:
            if not self._path.exists():
                return None
            if not self._path.is_file() or self._path.stat().st_size > _LONGEST:
                raise ValueError("something else")
            told = self._path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise self._fault(f"cannot be read: {reason(error)}", "Check --ready-file.") from None
        except ValueError:
            told = "something else"
        if told and not told.startswith(("tcp://", "ipc://")):
            raise self._fault("is there and is no ready file", "Choose another --ready-file.")
        return told

    def _remove(self, told: str | None) -> None:
        if told is None:
            return
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise self._fault(f"cannot be taken away: {reason(error)}", "Check --ready-file.") from None

    def _fault(self, what: str, fix: str) -> Fault:
        return Fault("ready_file", f"{self._path} {what}.", fix)


def _is_alive(endpoint: str) -> bool:
    """Whether a ZeroMQ socket is bound there: it greets whoever connects (ZMTP, signature FF ... 7F)."""
    parts = urlsplit(endpoint)
    try:
        if parts.scheme == "ipc":
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(_GREETING_S)
            connection.connect(endpoint.removeprefix("ipc://"))
        else:
            connection = socket.create_connection((parts.hostname, parts.port or 0), timeout=_GREETING_S)
        with connection:
            return connection.recv(1) == b"\xff"
    except (OSError, ValueError, AttributeError):  # AttributeError: no ipc on this system
        return False


def say(line: str) -> None:
    """A line on standard output, for a game that reads it: it may have none, or have closed it, and the server goes on."""
    try:
        print(line, flush=True)
    except (OSError, ValueError):
        silence(sys.stdout.fileno())


def silence(descriptor: int) -> None:
    """What is still written there goes nowhere: or else Python tries again when it ends, and fails (status 120)."""
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)
        os.close(nowhere)
