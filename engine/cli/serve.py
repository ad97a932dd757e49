"""`python -m engine serve`: answer games over ZeroMQ."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from enum import StrEnum
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from engine.bridge.addresses import is_loopback
from engine.bridge.keys import load_server_keys
from engine.bridge.ledger import Journal
from engine.bridge.observability import log_to_stderr
from engine.bridge.server import BATCH_WAIT_S, Server
from engine.cli.lifetime import ReadyFile, end_with_process, end_with_stdin, ended_by_signals, say
from engine.cli.voice_process import VoiceProcess, secret_of_voice
from engine.errors import Fault
from engine.files import data_directory, packed_cards, reason
from engine.formats.packed import check_files, pack_folder
from npc.card_file import shown
from npc.language.patterns import compile_all
from npc.line_ids import is_language
from npc.memory.postgres_store import SCHEMES
from npc.text import is_whole, valid

if TYPE_CHECKING:
    from engine.inspector import Feed, Page
    from engine.minds.brain import Brain
    from engine.perception import Perceiver
    from engine.voice import Voice
    from npc.memory import MemoryStore


_LOG = logging.getLogger("engine.bridge")
_LONGEST_TOKEN = 512  # see `hello` in engine/formats/wire/protocol.yaml
_GAMES = 8  # on one machine, at the same time, that keep their memories in files which nobody named
_EACH_ITS_OWN = "Give each game a file of its own with --memory, so that it finds it again."


class LogFormat(StrEnum):
    """How a log line looks."""

    TEXT = "text"
    JSON = "json"


class ArenaGrowth(StrEnum):
    """How ONNX Runtime's memory on a GPU grows."""

    EXACT = "exact"
    POWER = "power"


def serve(
    bind: Annotated[str, typer.Option(help="Address to listen on; port 0 takes a free one.")] = "tcp://127.0.0.1:5571",
    bundle: Annotated[
        list[Path] | None,
        typer.Option(help="Bundle directory; the shipped one if not given. Several answer together: each costs as much again."),
    ] = None,
    provider: Annotated[
        str, typer.Option(help="cpu, cuda, tensorrt, directml, or auto: the fastest that works, measured once.")
    ] = "auto",
    variant: Annotated[
        str | None, typer.Option(help="Precision of the graphs, in place of the one that suits the provider: int8, fp16, fp32.")
    ] = None,
    device_id: Annotated[int, typer.Option(min=0, max=63, help="Which GPU.")] = 0,
    gpu_memory: Annotated[
        int | None, typer.Option(min=64, max=1 << 20, help="MB that may be taken of the GPU's memory.", show_default="no limit")
    ] = None,
    gpu_arena: Annotated[
        ArenaGrowth, typer.Option(help="How that memory grows: by what is needed, or to the next power of two.")
    ] = ArenaGrowth.EXACT,
    cuda_graph: Annotated[
        bool, typer.Option("--cuda-graph", help="Record the image graph's launches and replay them.")
    ] = False,
    closely: Annotated[
        bool,
        typer.Option(
            "--closely",
            help="Look at every frame as closely as where words ask about what is in view: finds more, at five times the work.",
        ),
    ] = False,
    perception: Annotated[
        str | None, typer.Option(help="ray://HOST:PORT/ROUTE: let an application of Ray Serve see, instead of a model here.")
    ] = None,
    canary: Annotated[str | None, typer.Option(help="Another application, that sees for a share of the worlds.")] = None,
    canary_share: Annotated[float, typer.Option(min=0, max=1, help="Share of the worlds that the canary sees for.")] = 0.05,
    personas: Annotated[
        Path | None, typer.Option(help="Directory with persona cards of your own; in a pack, its cards.")
    ] = None,
    token: Annotated[str | None, typer.Option(envvar="NPC_ENGINE_TOKEN", help="Clients must send it.")] = None,
    voice: Annotated[
        bool, typer.Option("--voice", help="Start a voice process beside the server: it hears players and speaks lines.")
    ] = False,
    voice_token_file: Annotated[
        Path | None, typer.Option(help="File with the secret of a voice process that is started elsewhere.")
    ] = None,
    keys: Annotated[Path | None, typer.Option(help="Key file: encrypt, and let only its clients in.")] = None,
    insecure: Annotated[bool, typer.Option(help="Allow addresses that other machines can reach, in the clear.")] = False,
    journal: Annotated[Path | None, typer.Option(help="File that keeps decisions in case the server is killed.")] = None,
    memory: Annotated[
        str | None,
        typer.Option(
            envvar="NPC_ENGINE_MEMORY",
            help="What keeps what characters remember: a file, postgresql://… for several servers, or `none`.",
            show_default="your data directory",
        ),
    ] = None,
    logs: Annotated[Path | None, typer.Option(help="Directory for logs that `python -m npc replay` reads.")] = None,
    llm: Annotated[
        str | None,
        typer.Option(help="What words lines anew: an OpenAI-compatible API (http://127.0.0.1:8080/v1), or a model, hf:PATH."),
    ] = None,
    llm_model: Annotated[str, typer.Option(help="The model's name there.")] = "default",
    llm_budget: Annotated[float, typer.Option(min=0.1, help="Seconds that a line may take.")] = 2.0,
    llm_remote: Annotated[bool, typer.Option(help="Allow --llm on another machine: it reads what players say.")] = False,
    language: Annotated[
        str,
        typer.Option(help="The player's, such as de, where a game tells none in its state.", show_default="that of the cards"),
    ] = "",
    inspect: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Port of a page on this machine that shows what characters see and decide."),
    ] = None,
    metrics: Annotated[str | None, typer.Option(help="HOST:PORT on which Prometheus finds /metrics.")] = None,
    threads: Annotated[int | None, typer.Option(help="Threads of the image graph.")] = None,
    batch: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="Frames that the image graph takes at once.", show_default="8 on a GPU, 1 on a CPU"),
    ] = None,
    batch_wait: Annotated[
        float, typer.Option(min=0, max=20, help="Milliseconds that frames wait for others where several are taken at once.")
    ] = BATCH_WAIT_S * 1e3,
    ready_file: Annotated[
        Path | None, typer.Option(help="Gets the address once the server is ready, and is taken away when it ends.")
    ] = None,
    parent_pid: Annotated[int | None, typer.Option(min=1, help="End when the process of this number has ended.")] = None,
    until_stdin_closes: Annotated[
        bool, typer.Option("--until-stdin-closes", help="End when standard input ends, as a pipe does with the game.")
    ] = False,
    echo: Annotated[bool, typer.Option(help="Answer without a model, for testing a client.")] = False,
    log_format: Annotated[LogFormat, typer.Option(help="For people or for machines.")] = LogFormat.TEXT,
    verbose: Annotated[bool, typer.Option(help="Log who comes and goes.")] = False,
) -> None:
    """Start a server; Ctrl-C or SIGTERM ends it after what was said is answered."""
    log_to_stderr(logging.INFO if verbose else logging.WARNING, log_format is LogFormat.JSON)
    token = _token(token)
    if voice and getattr(sys, "frozen", False):
        fix = "Leave --voice out, or run `python -m engine voice` of an installed engine, with --voice-token-file for both."
        raise Fault("voice", "A packed server has no voice of its own.", fix)
    if (pack := pack_folder()) is not None:
        check_files(pack)
    personas = personas or packed_cards()
    if personas is not None and not personas.is_dir():
        raise Fault("personas", f"There is no directory {personas}.", "Give a directory of YAML cards.")
    if language and not is_language(language):
        raise Fault("language", f"--language {shown(language)} names no language.", "Write for example de or pt-BR.")
    secret = secret_of_voice(voice, voice_token_file)
    elsewhere = _elsewhere(perception, canary, canary_share, echo or closely or bundle is not None)
    with ExitStack() as ends:
        server = Server(  # first, since it fails fastest
            bind,
            token=token,
            voice_token=secret,
            keys=load_server_keys(keys) if keys else None,
            insecure=insecure,
            journal=Journal(journal) if journal else None,
            batch_wait=batch_wait / 1e3,
        )
        unserved = ends.enter_context(ExitStack())
        unserved.callback(server.close)
        ends.enter_context(ended_by_signals(server.stop))
        if parent_pid is not None:
            end_with_process(parent_pid, server.stop)
        if until_stdin_closes:
            end_with_stdin(server.stop)
        ready = ReadyFile(ready_file, server.endpoint) if ready_file is not None else None
        store = _store(memory, echo)
        ends.callback(store.close)
        reworder = _voice(llm, llm_model, llm_budget, llm_remote, ends) if llm is not None else None
        feed, page = _inspector(inspect, token, ends)
        measured = _metrics(server, reworder, metrics, insecure, ends)
        perceiver = partial(
            _perceiver, bundle or None, provider, threads, batch, variant, device_id, gpu_memory, gpu_arena, cuda_graph, closely
        )
        Thread(target=compile_all, name="patterns", daemon=True).start()  # while the model loads
        model = None if echo else perceiver
        brain, name = _brain(model, elsewhere, personas, store, _made(logs), reworder, feed, language, ends)
        ends.callback(brain.close)
        _warn_of_cards(personas)
        gc.collect()
        gc.freeze()  # what is there now stays: a collection that went through all of it would hold up frames for 60 ms
        # A reply must not wait 5 ms, Python's default, for the interpreter lock of the other thread.
        sys.setswitchinterval(0.0005)
        if page is not None:
            say(f"inspector: {page.address}")
        if measured is not None:
            say(f"metrics: {measured}")
        say(f"ready: {server.endpoint}, {brain.perceiver.provider}, bundle {name}")
        if ready is not None:
            ends.callback(ready.remove)
            ready.write()
        if voice and secret is not None:
            ends.enter_context(VoiceProcess(server.endpoint, secret, keys is not None, personas))
        unserved.pop_all()  # whoever runs closes
        server.run(brain, name)


def _token(given: str | None) -> str | None:
    """The token, if there is one.

    Raises:
        Fault: `token`: an empty one, also in the environment, protects nothing and looks as if it did; one that cannot be sent
            keeps everybody out.
    """
    token = os.environ.get("NPC_ENGINE_TOKEN") if given is None else given
    if token is None:
        return None
    if not token.strip():
        raise Fault("token", "The token is empty, and would keep nobody out.", "Give a word with --token, or leave it out.")
    if len(token) > _LONGEST_TOKEN or not is_whole(token):
        fault = f"The token is no text of at most {_LONGEST_TOKEN} characters, and no client could send it."
        raise Fault("token", fault, "Give another one with --token.")
    return valid(token)


def _store(memory: str | None, echo: bool) -> MemoryStore:
    """Where memories go. Nobody has chosen the default file: where it cannot be, the server says so and goes on.

    A second game on this machine gets a second file: two servers that wrote one would each overwrite what the other learnt.
    """
    from npc.memory import InMemoryStore, PostgresStore, SqliteStore

    if memory == "none" or (echo and not memory):
        return InMemoryStore()
    if memory:
        return PostgresStore(memory) if memory.startswith(SCHEMES) else SqliteStore(Path(memory))
    told = "Characters will remember nothing beyond this run"
    try:
        for number in range(1, _GAMES + 1):
            path = data_directory() / ("memory.sqlite" if number == 1 else f"memory-{number}.sqlite")
            try:
                store = SqliteStore(path)
            except Fault as fault:
                if fault.code != "memory_in_use":
                    raise
                continue
            if number > 1:
                _LOG.warning("Another server has the usual memory file; this one keeps %s. %s", path, _EACH_ITS_OWN)
            return store
        _LOG.warning("%s: %d servers have a memory file each. %s", told, _GAMES, _EACH_ITS_OWN)
    except Fault as fault:
        _LOG.warning("%s: no memory file was given, and the usual one cannot be used. %s", told, fault)
    return InMemoryStore()


def _made(logs: Path | None) -> Path | None:
    try:
        if logs is not None:
            logs.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Fault("logs", f"{logs} cannot be made: {reason(error)}.", "Check --logs.") from None
    return logs


def _voice(llm: str, model: str, budget: float, remote: bool, ends: ExitStack) -> Voice:
    from engine.cli.llm_process import asked_at
    from engine.voice import LlmCfg, Voice

    url, key = asked_at(llm, remote, ends)
    return Voice(LlmCfg(url, model, budget, key))


def _inspector(port: int | None, token: str | None, ends: ExitStack) -> tuple[Feed | None, Page | None]:
    """What the brain shows its ticks to, and the page for people; neither without a port."""
    if port is None:
        return None, None
    from engine.inspector import Feed, Page

    feed = Feed()
    page = Page(feed, port, token)
    feed.start()
    ends.callback(feed.close)
    ends.callback(page.close)
    return feed, page


Elsewhere: TypeAlias = tuple[str, tuple[str, float] | None]  # where perception is, and its canary with its share of worlds


def _elsewhere(perception: str | None, canary: str | None, share: float, own: bool) -> Elsewhere | None:
    if perception is None:
        if canary is not None:
            raise Fault("usage", "--canary stands beside --perception.", "Give --perception ray://HOST:PORT/ROUTE, too.")
        return None
    if own:
        fault = "--perception lets others see, --bundle, --closely and --echo this server."
        raise Fault("usage", fault, "Give one of them; the bundle of an application stands in Serve's configuration.")
    return perception, (canary, share) if canary is not None else None


def _perceiver(
    bundle: list[Path] | None,
    provider: str,
    threads: int | None,
    batch: int | None,
    variant: str | None,
    device_id: int,
    megabytes: int | None,
    arena: ArenaGrowth,
    cuda_graph: bool,
    closely: bool,
) -> Perceiver:
    from engine.perception import Perceiver
    from engine.perception.providers import DeviceCfg

    memory = None if megabytes is None else megabytes * 1_000_000
    device = DeviceCfg(device_id, memory, "power" if arena is ArenaGrowth.POWER else "exact", cuda_graph)
    return Perceiver(bundle, provider, threads, batch, device, variant, closely)


def _brain(
    model: Callable[[], Perceiver] | None,
    elsewhere: Elsewhere | None,
    personas: Path | None,
    store: MemoryStore,
    logs: Path | None,
    voice: Voice | None,
    feed: Feed | None,
    language: str,
    ends: ExitStack,
) -> tuple[Brain, str]:
    """The brain and the name of its bundle; without a model one that echoes."""
    from engine.minds.brain import Brain

    if model is None:
        from engine.perception.echo import EchoPerceiver

        return Brain(EchoPerceiver(), personas, store=store, logs=logs, voice=voice, feed=feed, language=language), "echo"
    if elsewhere is not None:
        from engine.remote.perceiver import RemotePerceiver

        remote = RemotePerceiver(*elsewhere)
        ends.callback(remote.close)
        return Brain(remote, personas, store=store, logs=logs, voice=voice, feed=feed, language=language), remote.bundle
    perceiver = model()
    brain = Brain(perceiver, personas, store=store, logs=logs, voice=voice, feed=feed, language=language)
    perceiver.warm_up()
    return brain, perceiver.name


def _warn_of_cards(personas: Path | None) -> None:
    """Who starts the server can mend its cards; who plays cannot."""
    from engine.minds.cards import unusable

    for told in unusable(personas) if personas is not None else ():
        _LOG.warning("%s", told)


def _metrics(server: Server, voice: Voice | None, address: str | None, insecure: bool, ends: ExitStack) -> str | None:
    """Where the metrics are, once they are served."""
    if address is None:
        return None
    from engine.bridge.observability import serve_metrics, split_address

    host, _ = split_address(address)
    if not insecure and not is_loopback(f"tcp://{address}"):
        raise Fault(
            "not_loopback",
            f"{address} can be reached from other machines, and metrics are never encrypted.",
            "Use 127.0.0.1:PORT, or say --insecure where the network is trusted.",
        )
    end, port = serve_metrics(address, server.statistics, server.gauges, voice.counts if voice is not None else None)
    ends.callback(end)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/metrics"
