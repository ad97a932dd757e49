"""What the second voice uses of OpenAI's API: `POST /v1/chat/completions`, streamed or whole, on this machine alone."""

from __future__ import annotations

import hmac
import json
import select
import socket
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from engine.writer.model import Writer

LARGEST, MOST = 256 * 1024, 512  # bytes of a request, tokens of an answer
COLDEST, HOTTEST = 0.01, 10.0  # temperatures; what is colder is none
SLOWEST = 60.0  # seconds of an answer, and that a request may take to come


class WriterServer(ThreadingHTTPServer):
    """Answers on 127.0.0.1 until `shutdown`; each request on a thread, one text at a time.

    An answer ends as soon as whoever asked hangs up: what has no reader costs the game's machine nothing.

    Args:
        port: 0 takes a free one.
        key: bearer token that requests must carry; empty for none.
    """

    daemon_threads = True

    def __init__(self, writer: Writer, port: int = 0, key: str = "") -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.writer, self.key = writer, key

    @property
    def address(self) -> str:
        """Base of the API."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _BadRequest(Exception):
    """What is wrong with a request, in a sentence."""


class _Handler(BaseHTTPRequestHandler):
    server: WriterServer
    timeout = SLOWEST
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self._is_welcome() and self.path == "/v1/models":
            self._send(200, {"object": "list", "data": [{"id": self.server.writer.name, "object": "model"}]})
        else:
            self._refuse(404 if self._is_welcome() else 401, "There is nothing here but /v1/models and /v1/chat/completions.")

    def do_POST(self) -> None:
        if not self._is_welcome():
            return self._refuse(401, "The key is missing or another one.")
        if self.path != "/v1/chat/completions":
            return self._refuse(404, "There is nothing here but /v1/models and /v1/chat/completions.")
        try:
            asked = self._asked()
        except _BadRequest as error:
            return self._refuse(400, str(error))
        self._answer(asked)

    def _is_welcome(self) -> bool:
        given = self.headers.get("Authorization", "")
        return not self.server.key or hmac.compare_digest(given.encode(), f"Bearer {self.server.key}".encode())

    def _asked(self) -> dict[str, Any]:
        if self.headers.get_content_type() != "application/json":  # a page of a browser may send nothing else unasked
            raise _BadRequest("The content type is not application/json.")
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LARGEST:
            raise _BadRequest(f"Send Content-Length, of at most {LARGEST} bytes.")
        try:
            asked = json.loads(self.rfile.read(int(length)))
            messages = [{"role": str(m["role"]), "content": str(m["content"])} for m in asked["messages"]]
            most, heat = int(asked.get("max_tokens") or MOST), float(asked.get("temperature", 1.0))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError):
            raise _BadRequest("The body is no chat completion: it needs messages with role and content.") from None
        if not messages:
            raise _BadRequest("There are no messages.")
        heat = min(heat, HOTTEST) if heat >= COLDEST else 0.0  # nor is that for what is no number
        return {"messages": messages, "most": min(max(most, 1), MOST), "heat": heat, "stream": bool(asked.get("stream"))}

    def _answer(self, asked: dict[str, Any]) -> None:
        deadline, count, text = time.monotonic() + SLOWEST, 0, ""
        pieces = self.server.writer.write(asked["messages"], asked["most"], asked["heat"], lambda: self._is_over(deadline))
        try:
            if asked["stream"]:
                self._begin("text/event-stream")
            for piece in pieces:
                count, text = count + 1, text + piece
                if asked["stream"]:
                    self._event(self._choice({"delta": {"content": piece}}, None))
            end = "length" if count >= asked["most"] else "stop"
            if asked["stream"]:
                self._event(self._choice({"delta": {}}, end))
                self.wfile.write(b"data: [DONE]\n\n")
            else:
                self._send(200, self._choice({"message": {"role": "assistant", "content": text}}, end))
        except OSError:  # whoever asked is gone
            self.close_connection = True
        finally:
            pieces.close()  # type: ignore[attr-defined]  # a generator: the next text may begin

    def _is_over(self, deadline: float) -> bool:
        """Whether nobody waits for the answer any more."""
        if time.monotonic() > deadline:
            return True
        readable, _, _ = select.select([self.connection], [], [], 0)
        try:
            return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return True

    def _choice(self, content: dict[str, Any], end: str | None) -> dict[str, Any]:
        kind = "chat.completion" if "message" in content else "chat.completion.chunk"
        return {
            "object": kind,
            "model": self.server.writer.name,
            "choices": [{"index": 0, **content, "finish_reason": end}],
        }

    def _begin(self, kind: str) -> None:
        self.close_connection = True  # the end of the answer is that of the connection
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        self.end_headers()

    def _event(self, content: dict[str, Any]) -> None:
        self.wfile.write(b"data: " + json.dumps(content).encode() + b"\n\n")

    def _refuse(self, status: int, why: str) -> None:
        self.close_connection = True  # what it sent may not have been read
        self._send(status, {"error": {"message": why}})

    def _send(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what players say stays out of logs."""
