"""Chat completions of an OpenAI-compatible server, streamed (server-sent events), with a deadline."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

_MOST = 256 * 1024  # bytes of one answer


class LlmError(Exception):
    """The server did not answer as such a server does."""


def completion(url: str, key: str, body: dict[str, Any], deadline: float) -> Iterator[str]:
    """Pieces of the answer as they come.

    Args:
        url: base of the API, such as `http://127.0.0.1:8080/v1`.
        key: bearer token; empty for none.
        body: model, messages and so on.
        deadline: second of `time.monotonic` at which it has to be over.

    Raises:
        LlmError: no connection, another status than 200, nonsense, or the deadline.
    """
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_left(deadline))
    try:
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}
        connection.request("POST", parts.path.rstrip("/") + "/chat/completions", json.dumps(body | {"stream": True}), headers)
        sock = connection.sock  # the connection forgets it where the server closes after the answer
        response = connection.getresponse()
        if response.status != 200:
            raise LlmError(f"status {response.status}")
        yield from _pieces(response, sock, deadline)
    except (OSError, http.client.HTTPException) as error:
        raise LlmError(str(error) or type(error).__name__) from None
    finally:
        connection.close()


def _pieces(response: http.client.HTTPResponse, sock: socket.socket, deadline: float) -> Iterator[str]:
    read = 0
    while True:
        sock.settimeout(_left(deadline))
        line = response.readline(65536)
        read += len(line)
        if not line or read > _MOST:
            return
        text = line.strip()
        if not text.startswith(b"data:"):
            continue
        if (data := text[5:].strip()) == b"[DONE]":
            return
        try:
            delta = json.loads(data)["choices"][0]["delta"].get("content")
        except (ValueError, LookupError, TypeError, AttributeError):
            raise LlmError("an answer that is no chat completion") from None
        if isinstance(delta, str):
            yield delta


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise LlmError("too slow")
    return left
