"""How old the cards of a board are, and within how many days 85 % of the work was finished: by the clock of the space."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import numpy as np

from tandem.compute.flow.expectation import WINDOW, expectation
from tandem.compute.flow.items import DONE
from tandem.compute.flow.journeys import NEVER
from tandem.compute.forecasting.history import NotEnough
from tandem.compute.scheduling.axis import moment_of
from tandem.reports.queries import flow
from tandem.reports.queries import work_items as reads
from tandem.work.models import State, StateChange

SHARE = 0.85


def recorded(item: Any, now: datetime) -> int | None:
    """Whole days since work on it began, as recorded; None as long as it waits and once it is done."""
    if item.state.category == State.Category.TO_DO or item.is_done or item.actual_start is None:
        return None
    return max(0, (now - item.actual_start).days)


class RecordedAges:
    """Of items of several projects: the recorded start counts, and no expectation holds for all of them."""

    expected, clock = None, None

    def __init__(self, now: datetime) -> None:
        self._now = now

    def meet(self, items: Iterable[Any]) -> None:
        pass

    def of(self, item: Any) -> int | None:
        return recorded(item, self._now)

    def left(self, item: Any) -> datetime | None:
        return None


class CardAges:
    """`clock` is None in a space that has set none: there the recorded start counts, in days of the clock. `expected` is
    None below eight finished items. `has_clock` False: it is known that there is none. With a clock of its own the ways of the cards are read as on the flow page."""

    def __init__(self, user: Any, space_id: int, now: datetime, *, has_clock: bool = True) -> None:
        self._user, self._space_id, self._now = user, space_id, now
        self._age: dict[int, float] = {}
        self._left: dict[int, datetime] = {}
        self.clock = flow.clock_of(user, space_id) if has_clock else None
        self._ways: flow.Ways | None = None
        if self.clock is None:
            self.expected = reads.expected_days(user, space_id)
        else:
            self._ways = flow.Ways(user, space_id, self.clock, now)
            self.expected = self._expected(self._ways)

    def meet(self, items: Iterable[Any]) -> None:
        """Read what is not known yet of these items."""
        if self._ways is None:
            return
        ids = [i.pk for i in items if not i.is_done and i.pk not in self._age and i.pk not in self._left]
        found = self._ways.of(ids) if ids else None
        if found is None:
            return
        ages = found.between(np.where(found.started == NEVER, found.now, found.started), np.full(len(found.ids), found.now))
        for place, name in enumerate(found.ids):
            if found.is_finished[place]:
                self._left[int(name)] = moment_of(int(found.finished[place]))
            elif found.started[place] != NEVER:
                self._age[int(name)] = float(ages[place])

    def of(self, item: Any) -> int | None:
        """Whole days since it was begun; None as long as it waits, and once the clock has stopped."""
        if self._ways is not None:
            age = self._age.get(item.pk)
            return None if age is None else max(0, int(age + 1e-9))
        return recorded(item, self._now)

    def days_until(self, day: date) -> int:
        """In the days in which `expected` is counted."""
        return (day - self._now.date()).days if self._ways is None else self._ways.days_until(day)

    def left(self, item: Any) -> datetime | None:
        """When its clock stopped before it was done."""
        return self._left.get(item.pk)

    def _expected(self, ways: flow.Ways) -> float | None:
        """As the flow page says it of the last finished items."""
        found = ways.of(self._last_finished(ways))
        said = expectation(found, share=SHARE) if found is not None else NotEnough(0)
        return None if isinstance(said, NotEnough) else max(1.0, said.days)

    def _last_finished(self, ways: flow.Ways) -> list[int]:
        done = [s.pk for s in ways.states if ways.clock.kind(s) == DONE]
        those = reads.counted(self._user, self._space_id).filter(state__in=done)
        if ways.clock.is_own:
            moves = StateChange.objects.visible_to(self._user).filter(space=self._space_id, to_state__in=done).order_by("-at", "-id")
            latest = list(dict.fromkeys(moves.values_list("item_id", flat=True)[: 4 * WINDOW]))
            standing = set(those.filter(pk__in=latest).values_list("pk", flat=True))
            return [pk for pk in latest if pk in standing][:WINDOW]
        return list(those.filter(actual_finish__isnull=False).order_by("-actual_finish", "-pk").values_list("pk", flat=True)[:WINDOW])
