"""The independent check: every rule of the model held against a plan, read from the model.

It reads no array and runs no kernel of the decoder; it counts worked slots where the decoder looks them up, and sums
what is held slot by slot. Both read what the model itself derives: the working slots of one calendar
(`Calendar.working`), the calendars of a mode (`Problem.calendars_of`), the earliest slot (`Problem.earliest`) and the
slots of an effort (`Mode.working_slots`). An error in these four no check finds; their own tests must.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.plan import Objective, Plan
from tandem.compute.scheduling.levelling.problem import Problem
from tandem.compute.scheduling.levelling.rule_book import Book, Bools, Table, book_of

MOST_SLOTS = 1 << 26
COUNTED = ("link", "max_lag", "deadline", "project_deadline", "release", "capacity", "stock")
"""Rules whose breach counts as `Objective.broken`; all others no plan may break, whatever was given."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule: `code`, the activity (for a capacity one that is at work then), and by how much."""

    code: str
    activity: str
    value: int
    other: str = ""
    slot: int = -1


@dataclass(frozen=True, slots=True)
class Checked:
    """What is broken (`objective` among it, when the plan told another one), and the objective as recomputed."""

    violations: tuple[Violation, ...]
    objective: Objective

    @property
    def is_valid(self) -> bool:
        return not self.violations


@dataclass(slots=True)
class _Breach:
    """Amounts by which one rule is broken, shape (plans, whatever the rule is about)."""

    code: str
    amount: Table
    project: str = ""


class Checker:
    """The check of one problem, to be asked about many plans."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.book: Book = book_of(problem)

    def check(self, plan: Plan) -> Checked:
        """All violations of a plan, and its objective computed anew; a plan that tells another objective
        violates `objective`."""
        if len(plan.starts) != len(self.book.activities):
            raise Uncomputable(
                "plan_of_other_problem", value=len(plan.starts), expected=len(self.book.activities)
            )
        columns = [np.asarray(one, np.int64)[None, :] for one in (plan.starts, plan.finishes, plan.modes)]
        found: list[Violation] = []
        breaches, used = self._examined(*columns)
        for breach in breaches:
            for place in np.argwhere(breach.amount[0]):
                amount = int(breach.amount[(0, *place)])
                if breach.project:
                    found.append(Violation(breach.code, "", amount, breach.project))
                else:
                    found.append(self._violation(breach.code, place, amount, plan))
        objective = Objective(*self._worth(columns[0], columns[1], breaches, used)[0].tolist())
        if plan.objective != objective:
            off = next(i for i in range(5) if plan.objective[i] != objective[i])
            found.append(
                Violation("objective", "", plan.objective[off] - objective[off], Objective._fields[off])
            )
        return Checked(tuple(found), objective)

    def judge(self, starts: Table, finishes: Table, modes: Table) -> Table:
        """Objectives of many plans, shape (plans, 5), from columns of shape (plans, n)."""
        return self._worth(starts, finishes, *self._examined(starts, finishes, modes))

    def _worth(self, starts: Table, finishes: Table, breaches: list[_Breach], used: Table) -> Table:
        book, count = self.book, len(starts)
        out = np.zeros((count, 5), np.int64)
        if not book.activities:
            return out
        out[:, 0] = sum(breach.amount.reshape(count, -1).sum(axis=1) for breach in breaches)
        late = np.maximum(finishes - book.due, 0) * ((book.due >= 0) & ~book.hard) * book.weight
        out[:, 1] = late.sum(axis=1)
        for members, due, weight in book.projects:
            out[:, 1] += weight * np.maximum(finishes[:, members].max(axis=1) - due, 0)
        out[:, 2] = finishes.max(axis=1)
        out[:, 3] = ((book.in_force >= 0) & (book.in_force != starts)).sum(axis=1)
        out[:, 4] = (used * used).sum(axis=(1, 2))
        return out

    def undeclared(self, starts: Table, finishes: Table, modes: Table, told: Table) -> Bools:
        """Which of many plans are invalid: they break what no plan may, or tell another objective, shape (plans,)."""
        breaches, used = self._examined(starts, finishes, modes)
        bad: Bools = (self._worth(starts, finishes, breaches, used) != told).any(axis=1)
        for breach in breaches:
            if breach.code not in COUNTED:
                bad |= breach.amount.reshape(len(starts), -1).any(axis=1)
        return bad

    def _horizon(self, finishes: Table) -> int:
        top = int(finishes.max(initial=0)) + 1
        if top > MOST_SLOTS:
            raise Uncomputable("plan_too_long", value=top)
        return max(top, 1)

    def _rows(self, modes: Table) -> Table:
        """Row of the mode of each activity; one that does not exist counts as the first."""
        book = self.book
        known = (modes >= 0) & (modes < book.mode_count)
        rows: Table = book.mode_first + np.where(known, modes, 0)
        return rows

    def _examined(self, starts: Table, finishes: Table, modes: Table) -> tuple[list[_Breach], Table]:
        """How far each rule is broken, and the units in use."""
        if not self.book.activities:
            return [], np.zeros((len(starts), 0, 0), np.int64)
        horizon, rows = self._horizon(finishes), self._rows(modes)
        used = self._used(starts, finishes, rows, horizon)
        return list(self._breaches(starts, finishes, modes, rows, used)), used

    def _breaches(
        self, starts: Table, finishes: Table, modes: Table, rows: Table, used: Table
    ) -> Iterator[_Breach]:
        book, horizon = self.book, used.shape[2]
        wrong = (modes < 0) | (modes >= book.mode_count) | ((book.mode >= 0) & (modes != book.mode))
        yield _Breach("mode", wrong.astype(np.int64))
        yield _Breach("start_negative", np.maximum(-starts, 0))
        yield _Breach("pin", np.abs(starts - book.pinned) * (book.pinned >= 0))
        fact = np.abs(starts - book.fact_start) + np.abs(finishes - book.fact_finish)
        yield _Breach("fact", fact * book.is_fact)
        yield from self._work(starts, finishes, rows, horizon)
        yield _Breach("release", np.maximum(book.earliest - starts, 0) * ~book.is_fact)
        yield _Breach("deadline", np.maximum(finishes - book.due, 0) * (book.hard & (book.due >= 0)))
        for members, due, name in book.hard_projects:
            yield _Breach("project_deadline", np.maximum(finishes[:, members].max(axis=1) - due, 0)[:, None], name)
        yield from self._links(starts, finishes)
        yield _Breach("capacity", np.maximum(used - book.allowed(horizon), 0))
        yield _Breach("stock", np.maximum(book.consumption[rows].sum(axis=1) - book.stock, 0))

    def _work(self, starts: Table, finishes: Table, rows: Table, horizon: int) -> Iterator[_Breach]:
        """As many worked slots from start to finish as the mode takes, the last one before the finish; the first
        one at the start, where the start is ours to choose."""
        book = self.book
        worked = book.working(horizon)
        size = horizon + 1
        before = np.zeros((len(worked), size), np.int64)
        np.cumsum(worked, axis=1, out=before[:, 1:])
        base = book.calendar[rows] * size
        begin, end = np.clip(starts, 0, horizon), np.clip(finishes, 0, horizon)
        slots, flat = book.duration[rows], before.ravel()
        done = flat[base + end] - flat[base + begin]
        ours = ~book.is_fact
        yield _Breach("work", np.abs(done - slots) * ours)
        first = flat[base + np.minimum(begin + 1, horizon)] - flat[base + begin]
        last = flat[base + end] - flat[base + np.maximum(end - 1, 0)]
        yield _Breach("start_idle", ((slots > 0) & (first == 0) & ours & (book.pinned < 0)).astype(np.int64))
        yield _Breach("finish_idle", ((slots > 0) & (last == 0) & ours).astype(np.int64))
        yield _Breach("finish_before_start", np.maximum(starts - finishes, 0))
        yield _Breach("milestone", np.where((slots == 0) & ours, np.abs(finishes - starts), 0))

    def _links(self, starts: Table, finishes: Table) -> Iterator[_Breach]:
        book = self.book
        tail, head, kind = book.tail, book.head, book.kind
        begin = np.where((kind == 0) | (kind == 2), finishes[:, tail], starts[:, tail])
        end = np.where(kind <= 1, starts[:, head], finishes[:, head])
        binds = ~book.is_fact[head]
        yield _Breach("link", np.maximum(book.lag - (end - begin), 0) * binds)
        yield _Breach("max_lag", np.maximum(end - begin - book.max_lag, 0) * binds * (book.max_lag >= 0))

    def _used(self, starts: Table, finishes: Table, rows: Table, horizon: int) -> Table:
        """Units in use, without what has begun, shape (plans, resources, horizon)."""
        book = self.book
        kinds, size = book.demand.shape[1], horizon + 1
        used = np.zeros((len(starts), kinds, horizon), np.int64)
        worked = book.working(horizon)
        plan, activity, kind = np.nonzero(book.demand[rows] * ~book.is_fact[:, None])
        row = rows[plan, activity]
        units, calendar = book.demand[row, kind], book.calendar[row]
        at = (plan * kinds + kind) * size
        begin = at + np.clip(starts[plan, activity], 0, horizon)
        end = at + np.clip(finishes[plan, activity], 0, horizon)
        for c in np.unique(calendar):
            mine = calendar == c
            total = len(starts) * kinds * size
            change = np.bincount(begin[mine], units[mine], total) - np.bincount(end[mine], units[mine], total)
            held = np.cumsum(change.reshape(len(starts), kinds, size), axis=2)[:, :, :-1]
            used += held.astype(np.int64) * worked[c]
        return used

    def _violation(self, code: str, place: npt.NDArray[np.int64], amount: int, plan: Plan) -> Violation:
        book = self.book
        if code == "capacity":
            kind, slot = int(place[0]), int(place[1])
            holds = book.demand[self._rows(plan.modes.astype(np.int64)[None, :])[0], kind] > 0
            at_work = np.flatnonzero(holds & (plan.starts <= slot) & (plan.finishes > slot))
            who = book.activities[int(at_work[-1])] if len(at_work) else ""
            return Violation(code, who, amount, book.resources[kind], slot)
        if code == "stock":
            return Violation(code, "", amount, book.stocks[int(place[0])])
        if code in ("link", "max_lag"):
            link = self.problem.links[int(place[0])]
            return Violation(code, link.successor, amount, link.predecessor)
        return Violation(code, book.activities[int(place[0])], amount)


def check(problem: Problem, plan: Plan) -> Checked:
    """Hold a plan against every rule of its problem."""
    return Checker(problem).check(plan)
