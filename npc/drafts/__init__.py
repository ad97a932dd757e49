"""Drafts for a card: what is missing in it, proposed by a language model and sifted, for its author to look at."""
