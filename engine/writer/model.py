"""A causal language model (GPT-2, Llama, Qwen, ...) that writes token by token, and what it is asked where it knows no chat."""

from __future__ import annotations

import inspect
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from engine.errors import Fault, needs_extra
from engine.formats.hub import HF, folder_of, transformers

Messages = Sequence[Mapping[str, str]]
NUCLEUS = 0.9  # of the probability, from which a token is drawn (Holtzman et al. 2020)
_HALF = "\ufffd"  # what stands for a character that is not complete yet


class Writer:
    """A model of Transformers from a folder or the hub's cache; it writes one text at a time.

    Args:
        name: `hf:PATH` or `hf:NAME`.
        threads: of torch.
        seed: of what is left to chance.

    Raises:
        Fault: `hf_missing`, `writer_unfit`, `extra_missing`.
    """

    def __init__(self, name: str, threads: int, seed: int = 0) -> None:
        folder = folder_of(name)
        library = transformers()
        with needs_extra("hf", "A language model"):
            import torch
        torch.set_num_threads(threads)
        try:
            self._tokens = library.AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model = library.AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
        except Exception as error:  # whatever the library makes of what is no model
            reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
            fault = f"{folder} holds no language model that writes: {reason}."
            raise Fault("writer_unfit", fault, f"Give a causal model with its tokenizer, such as {HF}gpt2.") from None
        self._model, self.name = model.eval(), name.removeprefix(HF)
        named = inspect.signature(model.forward).parameters
        self._cache = "cache" if "cache" in named else "past_key_values"  # which older versions call otherwise
        self._longest = int(getattr(self._model.config, "max_position_embeddings", 0) or 1024)
        self._ends = {self._tokens.eos_token_id} - {None}
        self._chance, self._one = torch.Generator().manual_seed(seed), threading.Lock()

    def prompt(self, messages: Messages) -> str:
        """Messages as the model knows them: by its own chat template, else as a scene of a script that it goes on with."""
        if getattr(self._tokens, "chat_template", None):
            told: str = self._tokens.apply_chat_template(list(messages), tokenize=False, add_generation_prompt=True)
            return told
        return script(messages)

    def is_chat(self) -> bool:
        """Whether it was trained to answer; one that only goes on with a text is stopped at the end of the line."""
        return bool(getattr(self._tokens, "chat_template", None))

    def write(self, messages: Messages, most: int, temperature: float, stop: Callable[[], bool]) -> Iterator[str]:
        """Pieces of the answer as they come, whole characters, of at most `most` tokens.

        Args:
            temperature: 0 takes the likeliest token each time.
            stop: asked before every token, and while another text is written; True ends it.
        """
        while not self._one.acquire(timeout=0.05):
            if stop():
                return
        try:
            yield from self._line(self._written(self.prompt(messages), most, temperature, stop))
        finally:
            self._one.release()

    def _line(self, pieces: Iterator[str]) -> Iterator[str]:
        """Up to the quote or line break that ends the line of a script; of a chat all."""
        for piece in pieces:
            ends = [piece.find(mark) for mark in '"\n' if mark in piece] if not self.is_chat() else []
            if ends:
                yield piece[: min(ends)]
                return
            yield piece

    def _written(self, prompt: str, most: int, temperature: float, stop: Callable[[], bool]) -> Iterator[str]:
        import torch

        ids = self._tokens(prompt, return_tensors="pt").input_ids[:, -max(self._longest - most, 1) :]
        told, written, past = "", list[int](), transformers().DynamicCache()
        for _ in range(min(most, self._longest - 1)):
            if stop():
                return
            with torch.inference_mode():
                logits = self._model(input_ids=ids, use_cache=True, **{self._cache: past}).logits
            token = self._drawn(logits[0, -1], temperature)
            if token in self._ends:
                break
            written.append(token)
            text = self._tokens.decode(written, skip_special_tokens=True)
            if not text.endswith(_HALF):
                yield text[len(told) :]
                told = text
            ids = torch.tensor([[token]])

    def _drawn(self, logits: Any, temperature: float) -> int:
        import torch

        if temperature <= 0:
            return int(logits.argmax())
        p, order = (logits / temperature).softmax(-1).sort(descending=True)
        p = torch.where(p.cumsum(0) - p < NUCLEUS, p, 0.0)
        return int(order[torch.multinomial(p, 1, generator=self._chance)])


def script(messages: Messages) -> str:
    """What a model that knows no chat is to go on with: who speaks, what was said, the line, and the line in other words.

    The data are those of the second voice (`engine.voice.llm`); of other messages all is told in turn.
    """
    try:
        data = json.loads(messages[-1]["content"])
        who, line, says = data["who"], data["line"], data.get("says", "")
        name, manner = who["name"], who.get("speech") or ""
    except (ValueError, LookupError, TypeError, AttributeError):
        return "".join(f"{m['role']}: {m['content']}\n" for m in messages) + "assistant:"
    player = data.get("player") or "Player"
    manner = f"{name} speaks like this: {manner}\n" if manner else ""
    return f'{manner}{player}: "{says}"\n{name}: "{line}"\nThe same in other words.\n{name}: "'
