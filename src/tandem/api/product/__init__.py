"""Routes of this room's nouns."""
