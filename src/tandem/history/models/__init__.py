"""Events and their seals."""

from tandem.history.models.event import Event, EventText
from tandem.history.models.seal import Seal
from tandem.history.models.unsealed import Unsealed

__all__ = ["Event", "EventText", "Seal", "Unsealed"]
