"""What is loaded happens in the order of time: actions under a held clock, and between them what the replay tells."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from tandem.history.record import Past, record_past
from tandem.kit import clock

Deed = Callable[[], Any]


def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour), UTC)


class Timeline:
    """Collects deeds with their moments, then does them one after the other."""

    def __init__(self) -> None:
        self._deeds: list[tuple[datetime, int, Deed]] = []
        self._past: list[Past] = []

    def add(self, moment: datetime, deed: Deed) -> None:
        """Deeds of the same moment keep the order in which they were added."""
        self._deeds.append((moment, len(self._deeds), deed))

    def tell(self, past: list[Past]) -> None:
        self._past += past

    def run(self, step: Callable[[int, int], None]) -> None:
        past = sorted(self._past, key=lambda p: p.occurred_at)
        told = 0
        total = len(self._deeds)
        for done, (moment, _, deed) in enumerate(sorted(self._deeds, key=lambda d: d[:2]), 1):
            upto = told
            while upto < len(past) and past[upto].occurred_at <= moment:
                upto += 1
            if upto > told:
                record_past(past[told:upto])
                told = upto
            with clock.held_at(moment):
                deed()
            if done % 100 == 0 or done == total:
                step(done, total)
        if told < len(past):
            record_past(past[told:])
