"""Events and their seals."""

from tandem.history.models.event import Event, EventText
from tandem.history.models.seal import Seal

__all__ = ["Event", "EventText", "Seal"]
