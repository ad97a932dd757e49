"""English, as far as it is read by rule: no model, no character, nothing but words. Whoever has words may ask."""

from npc.language.places import Distance, Relation, read_distance, read_relation
from npc.language.sentences import mentions, pieces

__all__ = ["Distance", "Relation", "mentions", "pieces", "read_distance", "read_relation"]
