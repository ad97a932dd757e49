"""A page on this machine that shows what the characters of a running server see, feel and decide."""

from engine.inspector.feed import Feed, Glimpse
from engine.inspector.page import Page

__all__ = ["Feed", "Glimpse", "Page"]
