"""Moved: the table of sentences stands in `tandem.collaboration.words`, where the API reads it too."""

from tandem.collaboration.words import REFUSALS, refusal

__all__ = ["REFUSALS", "refusal"]
