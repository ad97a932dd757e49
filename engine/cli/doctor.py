"""`doctor`: does everything work on this machine, what to do where not, and what the installation weighs."""

from __future__ import annotations

import platform
import sys
import threading
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from engine.errors import Fault
from engine.formats.installed import Share, extras, shares
from engine.formats.packed import check_sums, pack_folder

_HELLO_S = 2.0  # for an engine that has the port to answer
_BUILDS = ("onnxruntime", "onnxruntime-gpu", "onnxruntime-directml", "onnxruntime-openvino")  # all install one folder
_TO_CUDA = "pip uninstall -y onnxruntime onnxruntime-gpu && pip install 'onnxruntime-gpu[cuda,cudnn]'"


def doctor(
    bundle: Annotated[Path | None, typer.Option(help="Bundle directory; the shipped one if not given.")] = None,
    bind: Annotated[str, typer.Option(help="Address that the server would use.")] = "tcp://127.0.0.1:5571",
    size: Annotated[bool, typer.Option("--size", help="Tell what the installation and each extra weighs instead.")] = False,
) -> None:
    """Check Python, ONNX Runtime, the bundle, the device that runs it, the port and a round trip."""
    if size and getattr(sys, "frozen", False):
        raise Fault(
            "size", "A pack does not know its packages by name.", "`pack` printed what it weighs; SHA256SUMS lists its files."
        )
    if size:
        Console().print(_sizes())
        return
    table = Table("check", "finding", "what to do")
    sound = True
    for name, check in (
        ("pack", _pack),
        ("Python", _python),
        ("ONNX Runtime", _runtime),
        ("bundle", lambda: _bundle(bundle)),
        ("device", lambda: _device(bundle)),
        ("port", lambda: _port(bind)),
        ("round trip", lambda: _round_trip(bundle)),
    ):
        try:
            table.add_row(name, check(), "")
        except Fault as error:
            sound = False
            table.add_row(name, f"[red]{error.message}[/red]", error.fix)
    Console().print(table)
    raise typer.Exit(0 if sound else 1)


def _pack() -> str:
    folder = pack_folder()
    return "none: an installed engine" if folder is None else f"{check_sums(folder)} files, as they were made"


def _python() -> str:
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        raise Fault("python", f"Python {platform.python_version()}", "Use Python 3.11, 3.12 or 3.13.")
    return f"{platform.python_version()} on {platform.system()} {platform.machine()}"


def _runtime() -> str:
    import onnxruntime as ort

    builds = [name for name in _BUILDS if _is_installed(name)]
    if len(builds) > 1:
        fix = f"Keep one. For the CPU: pip uninstall -y {' '.join(builds)} && pip install onnxruntime. For CUDA: {_TO_CUDA}"
        raise Fault("runtime", f"{' and '.join(builds)} lie in one folder and break each other.", fix)
    return f"{ort.__version__}, built with {', '.join(ort.get_available_providers())}"


def _is_installed(distribution: str) -> bool:
    try:
        metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return False
    return True


def _device(bundle: Path | None) -> str:
    """What `--provider auto` takes and why, where the nodes of its graphs run, and what would use a GPU that is idle."""
    from engine.formats.bundle import Bundle
    from engine.perception.choosing import choose
    from engine.perception.onnx_sessions import has_gpu
    from engine.perception.placement import placements

    checked = Bundle(bundle)
    choice = choose("auto", checked, 1)
    told = [f"{choice.provider.name} with the {choice.variant} graphs: {choice.why}"]
    placed = placements(checked, choice)
    told.append("nodes: " + "; ".join(f"{name} {where}" for name, where in placed.items()))
    if choice.provider.name == "cpu" and has_gpu():
        if not _is_installed("onnxruntime-gpu"):
            told.append(f"an NVIDIA driver is here, and the CPU is used (that is fine). To use the GPU: {_TO_CUDA}")
        elif not {"fp16", "fp32"} & set(checked.variants):
            told.append("CUDA wants fp16 graphs, which this bundle lacks: export it with `--variant fp16` as well")
    return "\n".join(told)


def _bundle(bundle: Path | None) -> str:
    from engine.perception import Perceiver

    loaded = Perceiver(bundle).bundle
    return f"'{loaded.manifest.name}' loads; its graphs are there in {' and '.join(loaded.variants)}"


def _port(bind: str) -> str:
    """An engine may have the port already; only another program is in the way."""
    from engine.bridge.server import Server

    try:
        Server(bind, insecure=True).close()  # whether it may be used without keys is asked when it is
    except Fault as error:
        if error.code != "port_in_use":
            raise
        if not _engine_answers(bind):
            fix = "Stop the program that has it (an engine with --keys is fine), or choose another one with --bind."
            raise Fault(error.code, f"{bind} is in use, and no engine answers there.", fix) from None
        return f"an engine answers at {bind}"
    return f"{bind} is free"


def _engine_answers(endpoint: str) -> bool:
    """Whether there is an engine; one that refuses us, for want of its token, is one too."""
    from engine.bridge.client import BridgeError, Client

    try:
        Client(endpoint.replace("*", "127.0.0.1"), name="doctor", timeout=_HELLO_S).close()
    except BridgeError as error:
        return error.about is not None
    return True


def _round_trip(bundle: Path | None) -> str:
    """A decision comes back over a port that the system chooses."""
    from engine.bridge.client import Client
    from engine.bridge.server import Server
    from engine.minds.brain import Brain
    from engine.perception import Perceiver

    perceiver = Perceiver(bundle)
    server = Server("tcp://127.0.0.1:0")
    thread = threading.Thread(target=server.run, args=(Brain(perceiver), perceiver.bundle.manifest.name), daemon=True)
    thread.start()
    try:
        with Client(server.endpoint, name="doctor") as client:
            client.spawn("patient", "healer")
            client.observe("patient", text="hello")
            decisions = client.poll(5.0)
    finally:
        server.stop()
        thread.join(5)
    if not decisions:
        raise Fault("round_trip", "No decision came back within 5 s.", "Run `python -m engine serve` and look at its log.")
    return f"the healer answered “{decisions[0].line}”"


def _sizes() -> Table:
    """What the runtime and each extra adds to it, in MB on disk."""
    table = Table("part", "MB", "of it")
    core = shares()
    table.add_row("the engine and what it needs", f"{_megabytes(core):.0f}", _largest(core))
    for extra in extras():
        added = shares(extra)
        absent = [share.name for share in added if share.bytes is None]
        told = f"not installed: {', '.join(absent)}" if absent else _largest(added)
        table.add_row(f"[{extra}]".replace("[", r"\["), f"+ {_megabytes(added):.0f}", told)
    return table


def _megabytes(parts: list[Share]) -> float:
    return sum(share.bytes or 0 for share in parts) / 1e6


def _largest(parts: list[Share]) -> str:
    largest = sorted(parts, key=lambda share: -(share.bytes or 0))[:6]
    return ", ".join(f"{share.name} {(share.bytes or 0) / 1e6:.0f}" for share in largest)
