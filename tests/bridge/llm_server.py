"""A process that speaks the OpenAI chat API, well or badly, by the name of the model that it is asked for."""

from __future__ import annotations

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
    "turns": ["Good day to you, dear friend, ", "sit down, ", "*winks*"],
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
        assert body["stream"] is True
        assert self.path == "/v1/chat/completions"
        assert body["messages"][0]["role"] == "system"
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        if model == "nonsense":
            self.wfile.write(b"data: {]\n\n")
            return
        if model == "echo":
            self._piece(body["messages"][1]["content"])
        for piece in ANSWERS.get(model, []):
            self._piece(piece)
            time.sleep(0.2 if model in {"good", "slow", "turns"} else 0)
        self.wfile.write(b": a comment\n\ndata: [DONE]\n\n")

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
