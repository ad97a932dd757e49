"""A language model of this machine behind an OpenAI-compatible API, in a process of its own: who writes for the second voice.

Included: causal models of Hugging Face Transformers, streamed, ended when nobody listens. Absent: what may be said
(`engine.voice`).
"""
