"""`python -m engine voice`: a process that hears players and speaks the lines of characters, beside a server."""

from __future__ import annotations

import logging
import os
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from engine.bridge.keys import load_client_keys
from engine.bridge.observability import log_to_stderr
from engine.bridge.voice_link import Lost, News, VoiceLink
from engine.cli.lifetime import end_with_process, end_with_stdin, ended_by_signals, say
from engine.errors import Fault
from engine.files import reason
from engine.formats.wire.messages import Hear, Heard, Hush, Sound, Speak
from engine.formats.wire.messages import Mark as WireMark
from engine.speech.hearing import Told
from engine.speech.process import VoiceProcess, loaded
from engine.speech.speaking import Piece, Wanted

_POLL_S = 0.1
_LONGEST_TEXT = 1000


def voice(
    server: Annotated[str, typer.Option(help="Address of the server.")] = "tcp://127.0.0.1:5571",
    secret_file: Annotated[
        Path | None,
        typer.Option(help="File with the secret that the server lets its voice in by; else $NPC_ENGINE_VOICE_TOKEN."),
    ] = None,
    keys: Annotated[Path | None, typer.Option(help="Client key file, for a server that encrypts.")] = None,
    model: Annotated[
        str,
        typer.Option(help="Whisper model: base, tiny (half the time, more mistakes), or the folder of one for CTranslate2."),
    ] = "base",
    voice_file: Annotated[
        Path | None, typer.Option(help="Piper voice of characters whose card names none.", show_default="en_US-joe, shipped")
    ] = None,
    voices: Annotated[Path | None, typer.Option(help="Folder of Piper voices that cards may name.")] = None,
    personas: Annotated[
        Path | None, typer.Option(help="Folder of the game's cards, beside which recordings of lines lie.")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, max=16, help="Threads for hearing, and as many for speaking.")] = 1,
    parent_pid: Annotated[int | None, typer.Option(min=1, help="End when the process of this number has ended.")] = None,
    until_stdin_closes: Annotated[
        bool, typer.Option("--until-stdin-closes", help="End when standard input ends, as a pipe does with the game.")
    ] = False,
    verbose: Annotated[bool, typer.Option(help="Log what is heard.")] = False,
) -> None:
    """Start a voice; Ctrl-C or SIGTERM ends it. It waits for a server that is not there yet."""
    log_to_stderr(logging.INFO if verbose else logging.WARNING, False)
    for folder, option in ((voices, "--voices"), (personas, "--personas")):
        if folder is not None and not folder.is_dir():
            raise Fault("voice", f"There is no directory {folder}.", f"Check {option}.")
    ended = threading.Event()
    with ExitStack() as ends:
        link = ends.enter_context(VoiceLink(server, _secret(secret_file), keys=load_client_keys(keys) if keys else None))

        def stop() -> None:
            ended.set()
            link.wake()

        ends.enter_context(ended_by_signals(stop))
        if parent_pid is not None:
            end_with_process(parent_pid, stop)
        if until_stdin_closes:
            end_with_stdin(stop)
        process = loaded(link.wake, model=model, voice=voice_file, voices=voices, personas=personas, threads=threads)
        ends.callback(process.close)
        say(f"ready: voice for {server}")
        while not ended.is_set():
            for news in link.poll(_POLL_S):
                take(process, news)
            for made in process.news():
                link.send(sent(made))


def take(process: VoiceProcess, news: News) -> None:
    """Let the process do what the server wants."""
    match news:
        case Hear():
            process.hear(
                news.hearing,
                news.piece,
                news.pcm,
                news.words,
                captured_at=news.captured_at,
                rate=news.rate,
                open_microphone=news.open,
                end=news.end,
                drop=news.drop,
            )
        case Speak():
            process.speak(Wanted(news.speech, news.text, news.emotion or "neutral", news.line_id, news.name, news.voice))
        case Hush():
            process.hush(news.speech)
        case Lost():
            process.forget()


def sent(made: Told | Piece) -> Heard | Sound:
    """What the process has to tell, as a message."""
    if isinstance(made, Told):
        return Heard(
            made.hearing,
            made.line,
            made.text[:_LONGEST_TEXT],
            made.final,
            made.confidence,
            made.began,
            made.ended,
            {tone: round(p, 3) for tone, p in made.tone.items()},
            made.over,
        )
    words, shapes = (tuple(WireMark(m.text[:64], m.began, m.ended) for m in marks) for marks in (made.words, made.shapes))
    return Sound(made.speech, made.piece, made.pcm, made.rate, words, shapes, made.end, made.fault)


def _secret(file: Path | None) -> str:
    """What lets a voice in.

    Raises:
        Fault: `voice_secret`.
    """
    fix = (
        "Start the server with --voice-token-file FILE and the voice with --secret-file FILE, or let `serve --voice` start it."
    )
    try:
        secret = os.environ.get("NPC_ENGINE_VOICE_TOKEN", "") if file is None else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = reason(error) if isinstance(error, OSError) else "it is no text"
        raise Fault("voice_secret", f"{file} cannot be read: {why}.", fix) from None
    if not (secret := secret.strip()):
        raise Fault("voice_secret", "No secret was given, and no server lets a voice in without one.", fix)
    return secret
