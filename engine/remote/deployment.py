"""The application that Ray Serve runs: `import_path: engine.remote.deployment:application`. Imported where Ray is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from ray import serve
from starlette.requests import Request
from starlette.responses import Response

from engine.errors import Fault
from engine.remote.codec import MOST_BYTES
from engine.remote.replica import Call, Replica

MOST_CALLS, WAIT_S = 8, 0.002  # of one batch, and how long it waits for more


class Settings(BaseModel):
    """`args` of the application in Serve's configuration."""

    model_config = ConfigDict(extra="forbid")

    bundle: str | None = None  # its folder, on every machine that runs replicas; the shipped one by default
    provider: str = "auto"
    threads: int | None = Field(default=None, ge=1)  # of the image graph
    batch: int | None = Field(default=None, ge=1, le=64)  # frames of one run of it


class Perception:
    """One replica: answers `GET …/info` and `POST …/see`, `…/meanings`, `…/appearance` (`engine.remote.codec`)."""

    def __init__(self, settings: Settings) -> None:
        # The model lives on one thread, beside the loop that takes calls: while it computes the next batch comes together.
        self._model = ThreadPoolExecutor(1, thread_name_prefix="model")
        bundle = Path(settings.bundle) if settings.bundle else None
        made = self._model.submit(Replica, bundle, settings.provider, settings.threads, settings.batch)
        self._replica = made.result()

    async def __call__(self, request: Request) -> Response:
        kind = request.url.path.rpartition("/")[2]
        if request.method == "GET" and kind == "info":
            return Response(json.dumps(self._replica.info()), media_type="application/json")
        if int(request.headers.get("content-length", MOST_BYTES + 1)) > MOST_BYTES:
            return _refused(Fault("look_invalid", f"A call has {MOST_BYTES} bytes at most.", "Send fewer frames at once."))
        answer: bytes | Fault = await self.batched((kind, await request.body()))
        return _refused(answer) if isinstance(answer, Fault) else Response(answer, media_type="application/msgpack")

    @serve.batch(max_batch_size=MOST_CALLS, batch_wait_timeout_s=WAIT_S)  # type: ignore[untyped-decorator]
    async def batched(self, calls: Sequence[Call]) -> list[bytes | Fault]:
        """One answer a call; calls that come together are answered together."""
        return await asyncio.get_running_loop().run_in_executor(self._model, self._replica.answer, list(calls))

    async def check_health(self) -> None:
        """Serve replaces a replica whose model does not answer."""
        await asyncio.get_running_loop().run_in_executor(self._model, self._replica.check)


def _refused(fault: Fault) -> Response:
    told = json.dumps({"code": fault.code, "message": fault.message, "fix": fault.fix})
    return Response(told, status_code=422, media_type="application/json")


def application(args: Settings, **options: Any) -> Any:
    """Built by Serve of the `args` in its configuration, which also says how many replicas there are, and where.

    Args:
        options: of the deployment, for who starts it without a configuration.
    """
    usual = {"max_ongoing_requests": 2 * MOST_CALLS, "max_queued_requests": 256}
    usual |= {"health_check_period_s": 1, "health_check_timeout_s": 5, "graceful_shutdown_timeout_s": 10}
    return serve.deployment(Perception, name="Perception", **(usual | options)).bind(args)
