"""The critical path over very many activities, on the integer axis of levelling: cached graph, patched by edits.

    network = Network(duration, tail, head, kind, lag)
    network.slack().total
    network.set_duration(17, 9)
    network.slack().total

Forward and backward pass (Kelley and Walker 1959), total and free slack as in the PMBOK Guide, links of all four
kinds with positive and negative lags (elapsed slots), calendars. `critical_path.py` does the same to the second and
to the letter of MS Project; this room is for portfolios and for what asks thousands of times."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.kernel import topological
from tandem.compute.scheduling.slack_kernel import backward, forward, passes

Ints = npt.NDArray[np.int32]
GONE = np.int32(-(2**29))
"""Lag of a link that was taken away: it binds nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Slack:
    """In slots: early and late start and finish, total and free slack (n); `finish` of all. Slack is in working
    slots of the activity's own calendar; an activity is critical when its total slack is 0."""

    early_start: Ints
    early_finish: Ints
    late_start: Ints
    late_finish: Ints
    total: Ints
    free: Ints
    finish: int


class Network:
    """n activities and L links; the graph is sorted once and patched by `set_duration`, `set_lag`, `add_link`,
    `remove_link`.

    duration, release (n) slots; tail, head, kind (0 FS, 1 SS, 2 FF, 3 SF), lag (L); calendar (n): row of
    `working` (C, H), -1 for every slot; the last slot's holds for ever after. `Uncomputable`: "cycle" with its
    path, "link_out_of_range", "never_works" for a calendar without an end of its free time.
    """

    def __init__(
        self, duration: Ints, tail: Ints, head: Ints, kind: Ints, lag: Ints, release: Ints | None = None,
        calendar: Ints | None = None, working: npt.NDArray[np.bool_] | None = None,
    ) -> None:  # fmt: skip
        self.duration, self.kind, self.lag = (
            duration.astype(np.int32),
            kind.astype(np.int8),
            lag.astype(np.int32),
        )
        self.tail, self.head, n = tail.astype(np.int32), head.astype(np.int32), len(duration)
        self.release = np.zeros(n, np.int32) if release is None else release.astype(np.int32)
        self.calendar = np.full(n, -1, np.int32) if calendar is None else calendar.astype(np.int32)
        self._working = np.ones((0, 1), np.bool_) if working is None else working
        if len(tail) and (min(tail.min(), head.min()) < 0 or max(tail.max(), head.max()) >= n):
            raise Uncomputable("link_out_of_range", activities=n)
        gap = _gaps(self.duration[tail], self.duration[head], self.kind, self.lag)
        self._in_ptr, self._in_link = _grouped(self.head, n)
        self._out_ptr, self._out_link = _grouped(self.tail, n)
        self._in_tail, self._in_gap = self.tail[self._in_link], gap[self._in_link]
        self._out_head, self._out_gap = self.head[self._out_link], gap[self._out_link]
        self._sort()
        self._slots = 0
        self._before = self._slot_of = np.zeros((0, 1), np.int32)

    def slack(self) -> Slack:
        """Both passes; a few milliseconds for 100,000 activities."""
        n = len(self.duration)
        early, late, total, free = (np.zeros(n, np.int32) for _ in range(4))
        if (self.calendar >= 0).any():
            return self._with_calendars(early, late, total, free)
        finish = passes(
            self.duration, self.release, self._order, self._in_ptr, self._in_tail, self._in_gap, self._out_ptr,
            self._out_head, self._out_gap, early, late, total, free,
        )  # fmt: skip
        return Slack(early, early + self.duration, late, late + self.duration, total, free, int(finish))

    def set_duration(self, activity: int, slots: int) -> None:
        """Another duration: the gaps of the links at this activity follow."""
        self.duration[activity] = slots
        for at in range(self._out_ptr[activity], self._out_ptr[activity + 1]):
            self._patch(int(self._out_link[at]))
        for at in range(self._in_ptr[activity], self._in_ptr[activity + 1]):
            self._patch(int(self._in_link[at]))

    def set_lag(self, link: int, lag: int) -> None:
        """Another lag of a link."""
        self.lag[link] = lag
        self._patch(link)

    def remove_link(self, link: int) -> None:
        """A link binds no more; the numbers of the others stay."""
        self.set_lag(link, int(GONE))

    def add_link(self, tail: int, head: int, kind: int = 0, lag: int = 0) -> int:
        """One more link; its number. `Uncomputable("cycle")` leaves the network as it was."""
        if not (0 <= tail < len(self.duration) and 0 <= head < len(self.duration)):
            raise Uncomputable("link_out_of_range", tail=tail, head=head)
        behind = bool(self._place[tail] >= self._place[head])
        if behind and (path := self._path(head, tail)):
            raise Uncomputable("cycle", path=[*path, head])
        link = len(self.tail)
        for name, value in (("tail", tail), ("head", head), ("kind", kind), ("lag", lag)):
            column = getattr(self, name)
            setattr(self, name, np.append(column, column.dtype.type(value)))
        gap = _gaps(self.duration[[tail]], self.duration[[head]], self.kind[-1:], self.lag[-1:])[0]
        at = self._in_ptr[head + 1]
        self._in_tail, self._in_gap = np.insert(self._in_tail, at, tail), np.insert(self._in_gap, at, gap)
        self._in_link = np.insert(self._in_link, at, link)
        self._in_ptr[head + 1 :] += 1
        at = self._out_ptr[tail + 1]
        self._out_head, self._out_gap = np.insert(self._out_head, at, head), np.insert(self._out_gap, at, gap)
        self._out_link = np.insert(self._out_link, at, link)
        self._out_ptr[tail + 1 :] += 1
        if behind:
            self._sort()
        return link

    def _patch(self, link: int) -> None:
        a, b = int(self.tail[link]), int(self.head[link])
        gap = _gaps(self.duration[[a]], self.duration[[b]], self.kind[[link]], self.lag[[link]])[0]
        first, last = self._in_ptr[b], self._in_ptr[b + 1]
        self._in_gap[first:last][self._in_link[first:last] == link] = gap
        first, last = self._out_ptr[a], self._out_ptr[a + 1]
        self._out_gap[first:last][self._out_link[first:last] == link] = gap

    def _sort(self) -> None:
        """An order that respects all links: the given one where it does, since neighbours then lie side by side."""
        n = len(self.duration)
        if (self.tail < self.head).all():
            self._order = np.arange(n, dtype=np.int64)
        else:
            self._order = topological(self.tail, self.head, self._out_ptr, self._out_link, n)
            if len(self._order) < n:
                raise Uncomputable("cycle", path=self._cycle())
        self._place = np.empty(n, np.int64)
        self._place[self._order] = np.arange(n)

    def _path(self, start: int, goal: int) -> list[int]:
        """Activities from `start` to `goal` along links, [] when there is no way."""
        came, stack = {start: start}, [start]
        while stack:
            v = stack.pop()
            if v == goal:
                path = [v]
                while path[-1] != start:
                    path.append(came[path[-1]])
                return path[::-1]
            for w in self._out_head[self._out_ptr[v] : self._out_ptr[v + 1]].tolist():
                if w not in came:
                    came[w] = v
                    stack.append(w)
        return []

    def _cycle(self) -> list[int]:
        """A cycle, from its first activity back to itself: backwards along links from what could not be sorted."""
        sorted_ = np.zeros(len(self.duration), np.bool_)
        sorted_[self._order] = True
        v, seen = int(np.flatnonzero(~sorted_)[0]), dict[int, int]()
        path: list[int] = []
        while v not in seen:
            seen[v] = len(path)
            path.append(v)
            before = self._in_tail[self._in_ptr[v] : self._in_ptr[v + 1]]
            v = int(before[~sorted_[before]][0])
        return [v, *path[seen[v] + 1 :][::-1], v]

    def _with_calendars(self, early: Ints, late: Ints, total: Ints, free: Ints) -> Slack:
        early_finish, late_finish = early.copy(), early.copy()
        end = -1
        while end < 0:
            if self._slots:
                end = forward(
                    self.duration, self.release, self.calendar, self._before, self._slot_of, self._order,
                    self._in_ptr, self._in_tail, self._in_link, self.kind, self.lag, early, early_finish,
                )  # fmt: skip
            if end < 0:
                self._tabulate()
        backward(
            self.duration, self.calendar, self._before, self._slot_of, self._order, self._out_ptr, self._out_head,
            self._out_link, self.kind, self.lag, end, early, early_finish, late, late_finish, total, free,
        )  # fmt: skip
        return Slack(early, early_finish, late, late_finish, total, free, int(end))

    def _tabulate(self) -> None:
        """Working time before each slot and the slot of each working time, twice as far as before."""
        given = self._working
        if len(given) and not given[:, -1].all() and self._slots > 2 * given.shape[1]:
            stuck = np.flatnonzero(~given[:, -1])
            raise Uncomputable("never_works", calendar=int(stuck[0]), slots=given.shape[1])
        self._slots = max(2 * self._slots, given.shape[1] + 64, 1024)
        works = np.repeat(given[:, -1:], self._slots, axis=1)
        works[:, : given.shape[1]] = given
        self._before = np.zeros((len(works), self._slots + 1), np.int32)
        np.cumsum(works, axis=1, out=self._before[:, 1:])
        self._slot_of = np.zeros((len(works), self._slots + 1), np.int32)
        for c, row in enumerate(works):
            slots = np.flatnonzero(row)
            self._slot_of[c, : len(slots)] = slots
            self._slot_of[c, len(slots) :] = self._slots


def _gaps(tail_length: Ints, head_length: Ints, kind: npt.NDArray[np.int8], lag: Ints) -> Ints:
    """The least time from start to start that links ask for where every slot works (L)."""
    out = lag + np.where((kind == 0) | (kind == 2), tail_length, 0) - np.where(kind >= 2, head_length, 0)
    return out.astype(np.int32)


def _grouped(keys: Ints, size: int) -> tuple[Ints, Ints]:
    pointer = np.zeros(size + 1, np.int32)
    np.cumsum(np.bincount(keys, minlength=size), out=pointer[1:])
    return pointer, np.argsort(keys, kind="stable").astype(np.int32)
