"""A process that speaks the OpenAI chat API, well or badly, by the name of the model that it is asked for."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWERS = {
    "good": ['Mira: "Good ', "day to ", "you, ", 'dear friend."'],
    "slow": ["Good "] * 100,
    "ai": ["As an AI language ", "model, I cannot."],
    "markup": ["*smiles* Hello!"],
    "parrot": ["hello hello hello hello hello hello hello hello hello"],
    "silent": [],
    "emoji": ["Good day, friend ", "\ud83d", "\ude00", "."],
    "half an emoji": ["Good day, friend ", "\ud83d"],
    "the other half": ["\ude00 Good day, friend."],
    "accents": ["Cafe\u0301, ", "my friend?"],
    "turns": ["Good day to you, dear friend, ", "sit down, ", "*winks*"],
    "sees a dragon": ["Good day. ", "I see a dragon ", "behind you!"],
    "a price": ["Good day. That will be ", "seven coins."],
    "a word given": ["Good day. I promise you a feast."],
    "another's name": ["Good day, Sir Humphrey."],
    "a dragon at last": ["Good day to you, dear friend, ", "I see ", "a dragon."],
    "cut short": ["Good day to you. ", "I have ", "always"],
}


RAW = {
    "nonsense": b"data: {]\n\n",
    "a list": b"data: [1]\n\n",
    "deep": b"data: " + b"[" * 60000 + b"\n\n",
    "a long number": b"data: " + b"9" * 6000 + b"\n\n",
    "endless comments": b": " + b"x" * 8000 + b"\n",
    "endless line": b"x" * 8000,
    "half a JSON": b'data: {"choices":[{"delta":{"content":"Good day"}}]}\n\ndata: {"choices":[{"del',
    "no choices": b'data: {"choices":[]}\n\n',
    "no utf-8": b'data: {"choices":[{"delta":{"content":"\xff\xfe"}}]}\n\n',
}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        model = body["model"]
        if model == "hang":
            time.sleep(60)
        if model == "error":
            self.send_error(500)
            return
        if model == "redirect":
            self.send_response(307)
            self.send_header("Location", f"{self.headers['Origin'] or 'http://127.0.0.2:9'}/v1/chat/completions")
            self.end_headers()
            return
        if model == "dripping headers":
            self._drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 600)
            return
        if model == "continues":
            self._drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 25)
            return
        assert body["stream"] is True
        assert self.path == "/v1/chat/completions"
        assert body["messages"][0]["role"] == "system"
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        if model in RAW:
            with contextlib.suppress(OSError):
                for _ in range(1000 if model.startswith("endless") else 1):
                    self.wfile.write(RAW[model])
            return
        if model == "dripping body":
            self._drip(b": " + b"x" * 600)
            return
        if model == "echo":
            self._piece(body["messages"][1]["content"])
        for piece in ANSWERS.get(model, []):
            self._piece(piece)
            time.sleep(0.2 if model in {"good", "slow", "turns", "a dragon at last"} else 0)
        if model == "cut short":
            self.wfile.write(b'data: {"choices":[{"delta":{},"finish_reason":"length"}]}\n\n')
        if model == "good":
            self.wfile.write(b'data: {"choices":[],"usage":{"total_tokens":9}}\n\n')
        self.wfile.write(b": a comment\n\ndata: [DONE]\n\n")

    def _drip(self, data: bytes) -> None:
        """A byte every 20 ms: no time-out of a single read ends it."""
        with contextlib.suppress(OSError):
            for byte in data:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(0.02)

    def _piece(self, text: str) -> None:
        chunk = {"choices": [{"delta": {"content": text}}]}
        self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)
